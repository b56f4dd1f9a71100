/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON and YAML. */
#include "template/json.h"

#include <apr_strings.h>
#include <string.h>

#include "template/sort.h"

typedef struct writer_t {
    ipxe_text_t *out;
    unsigned *flags;
    ipxe_run_t *run;
    int indent;
    ipxe_span_t span;
} writer_t;

static apr_status_t write_at(writer_t *writer, ipxe_value_t value, int depth);

static void write_code(ipxe_text_t *out, apr_uint32_t code)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *at = code && code < 0x80 ? strchr(from, (int)code) : NULL;

    if (at) {
        ipxe_text_add_char(out, '\\');
        ipxe_text_add_char(out, to[at - from]);
    }
    else if (code >= 0x10000) {
        ipxe_text_addf(out, "\\u%04x\\u%04x",
                       0xd800 + ((code - 0x10000) >> 10),
                       0xdc00 + ((code - 0x10000) & 0x3ff));
    }
    else if (code < 0x20 || code >= 0x7f || strchr("<>&'", (int)code)) {
        ipxe_text_addf(out, "\\u%04x", code);
    }
    else {
        ipxe_text_add_char(out, (char)code);
    }
}

static void write_text(writer_t *writer, const ipxe_string_t *text)
{
    apr_size_t at = 0;

    ipxe_text_add_char(writer->out, '"');
    while (at < text->len) {
        apr_uint32_t code = 0xfffd;
        int n = ipxe_utf8_next(text->s + at, text->len - at, &code);

        write_code(writer->out, code);
        at += n ? (apr_size_t)n : 1;
    }
    ipxe_text_add_char(writer->out, '"');
}

static void new_line(writer_t *writer, int depth)
{
    int i;

    if (writer->indent < 0)
        return;
    ipxe_text_add_char(writer->out, '\n');
    for (i = 0; i < writer->indent * depth; i++)
        ipxe_text_add_char(writer->out, ' ');
}

static void comma(writer_t *writer, apr_size_t i)
{
    if (i)
        ipxe_text_add(writer->out, writer->indent < 0 ? ", " : ",");
}

static apr_status_t write_list(writer_t *writer, const ipxe_list_t *list,
                               int depth)
{
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i;

    ipxe_text_add_char(writer->out, '[');
    for (i = 0; rv == APR_SUCCESS && i < list->len; i++) {
        comma(writer, i);
        new_line(writer, depth + 1);
        rv = write_at(writer, list->items[i], depth + 1);
    }
    if (list->len)
        new_line(writer, depth);
    ipxe_text_add_char(writer->out, ']');
    return rv;
}

/* The entries of a mapping in the order of their keys. */
static apr_status_t in_order(ipxe_pair_t **pairs, writer_t *writer,
                             const struct ipxe_map_t *map)
{
    apr_size_t i;

    *pairs = apr_palloc(writer->run->pool,
                        (map->count + 1) * sizeof(**pairs));
    for (i = 0; i < map->count; i++) {
        (*pairs)[i].key = map->entries[i].key;
        (*pairs)[i].item = map->entries[i].value;
    }
    return ipxe_sort(writer->run, *pairs, map->count, 0, writer->span);
}

static apr_status_t no_form(writer_t *writer, ipxe_value_t value,
                            const char *what)
{
    if (value.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(writer->run, value, writer->span);
    return ipxe_run_fail(writer->run, IPXE_DIAG_TEMPLATE_TYPE, writer->span,
                         "%s has no form as %s", ipxe_kind_name(value.kind),
                         what);
}

/* A key is a text; others become the text that JSON would write. */
static apr_status_t write_key(writer_t *writer, ipxe_value_t key)
{
    if (key.kind == IPXE_KIND_TEXT)
        return write_at(writer, key, 0);
    if (key.kind > IPXE_KIND_FLOAT)
        return no_form(writer, key, "a key");
    ipxe_text_add_char(writer->out, '"');
    write_at(writer, key, 0);
    ipxe_text_add_char(writer->out, '"');
    return APR_SUCCESS;
}

static apr_status_t write_map(writer_t *writer, const struct ipxe_map_t *map,
                              int depth)
{
    ipxe_pair_t *pairs;
    apr_status_t rv = in_order(&pairs, writer, map);
    apr_size_t i;

    ipxe_text_add_char(writer->out, '{');
    for (i = 0; rv == APR_SUCCESS && i < map->count; i++) {
        comma(writer, i);
        new_line(writer, depth + 1);
        rv = write_key(writer, pairs[i].key);
        if (rv != APR_SUCCESS)
            return rv;
        ipxe_text_add(writer->out, ": ");
        rv = write_at(writer, pairs[i].item, depth + 1);
    }
    if (map->count)
        new_line(writer, depth);
    ipxe_text_add_char(writer->out, '}');
    return rv;
}

static void write_float(ipxe_text_t *out, double real)
{
    if (real != real)
        ipxe_text_add(out, "NaN");
    else if (real - real != 0)
        ipxe_text_add(out, real > 0 ? "Infinity" : "-Infinity");
    else
        ipxe_text_add(out, ipxe_float_text(real, out->pool));
}

static apr_status_t write_at(writer_t *writer, ipxe_value_t value, int depth)
{
    ipxe_text_t *out = writer->out;

    *writer->flags |= value.flags & IPXE_STICKY;
    if (depth > IPXE_VALUE_DEPTH || out->len > IPXE_MAX_VALUE_BYTES)
        return ipxe_run_fail(writer->run, IPXE_DIAG_TEMPLATE_LIMIT,
                             writer->span, "this value is too large");
    if (ipxe_run_plain(&value, writer->run, value) != APR_SUCCESS)
        return APR_EGENERAL;
    if (ipxe_value_is_list(value) &&
        value.flags & (IPXE_LIST_LAZY | IPXE_LIST_VIEW | IPXE_LIST_RANGE))
        return no_form(writer, value, "JSON (make it a list first)");
    if (ipxe_value_is_list(value))
        return write_list(writer, value.u.list, depth);
    if (value.kind == IPXE_KIND_MAP)
        return write_map(writer, value.u.map, depth);
    if (value.kind == IPXE_KIND_TEXT)
        write_text(writer, value.u.text);
    else if (value.kind == IPXE_KIND_NONE)
        ipxe_text_add(out, "null");
    else if (value.kind == IPXE_KIND_BOOL)
        ipxe_text_add(out, value.u.boolean ? "true" : "false");
    else if (value.kind == IPXE_KIND_INT)
        ipxe_text_addf(out, "%" APR_INT64_T_FMT, value.u.integer);
    else if (value.kind == IPXE_KIND_FLOAT)
        write_float(out, value.u.real);
    else
        return no_form(writer, value, "JSON");
    return APR_SUCCESS;
}

static void writer_make(writer_t *writer, ipxe_text_t *out, unsigned *flags,
                        ipxe_run_t *run, int indent, ipxe_span_t span)
{
    writer->out = out;
    writer->flags = flags;
    writer->run = run;
    writer->indent = indent;
    writer->span = span;
    *flags = 0;
}

apr_status_t ipxe_json_write(ipxe_text_t *out, unsigned *flags,
                             ipxe_run_t *run, ipxe_value_t value, int indent,
                             ipxe_span_t span)
{
    writer_t writer;

    writer_make(&writer, out, flags, run, indent, span);
    return write_at(&writer, value, 0);
}

/* ---- YAML ---- */

/* Text that YAML, old or new, reads as that text without quotes. */
static int is_plain(const ipxe_string_t *text)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n"};
    apr_size_t i;

    if (text->len == 0 || !strchr("abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ/_",
                                  text->s[0]))
        return 0;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(words[i], text->s) == 0)
            return 0;
    }
    return strspn(text->s, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-") ==
           text->len;
}

static apr_status_t yaml_at(writer_t *writer, ipxe_value_t value, int depth);

static void yaml_indent(writer_t *writer, int depth)
{
    int i;

    for (i = 0; i < depth; i++)
        ipxe_text_add(writer->out, "  ");
}

static apr_status_t yaml_scalar(writer_t *writer, ipxe_value_t value)
{
    *writer->flags |= value.flags & IPXE_STICKY;
    if (value.kind != IPXE_KIND_TEXT || !is_plain(value.u.text))
        return write_at(writer, value, 0);
    ipxe_text_add(writer->out, value.u.text->s);
    return APR_SUCCESS;
}

static int is_empty(ipxe_value_t value)
{
    return ipxe_value_is_list(value) ? value.u.list->len == 0
                                     : value.u.map->count == 0;
}

/* What stands after "key:" or "-": on the line, or below. */
static apr_status_t yaml_under(writer_t *writer, ipxe_value_t value,
                               int depth)
{
    apr_status_t rv = ipxe_run_plain(&value, writer->run, value);

    if (rv != APR_SUCCESS)
        return rv;
    if ((ipxe_value_is_list(value) || value.kind == IPXE_KIND_MAP) &&
        !is_empty(value)) {
        ipxe_text_add_char(writer->out, '\n');
        return yaml_at(writer, value, depth + 1);
    }
    ipxe_text_add_char(writer->out, ' ');
    rv = yaml_scalar(writer, value);
    ipxe_text_add_char(writer->out, '\n');
    return rv;
}

static apr_status_t yaml_map(writer_t *writer, const struct ipxe_map_t *map,
                             int depth)
{
    ipxe_pair_t *pairs;
    apr_status_t rv = in_order(&pairs, writer, map);
    apr_size_t i;

    for (i = 0; rv == APR_SUCCESS && i < map->count; i++) {
        yaml_indent(writer, depth);
        rv = yaml_scalar(writer, pairs[i].key);
        ipxe_text_add_char(writer->out, ':');
        if (rv == APR_SUCCESS)
            rv = yaml_under(writer, pairs[i].item, depth);
    }
    return rv;
}

static apr_status_t yaml_at(writer_t *writer, ipxe_value_t value, int depth)
{
    apr_status_t rv = ipxe_run_plain(&value, writer->run, value);
    apr_size_t i;

    if (rv != APR_SUCCESS)
        return rv;
    if (depth > IPXE_VALUE_DEPTH)
        return ipxe_run_fail(writer->run, IPXE_DIAG_TEMPLATE_LIMIT,
                             writer->span, "this value is too deep");
    if (value.kind == IPXE_KIND_MAP && !is_empty(value))
        return yaml_map(writer, value.u.map, depth);
    if (!ipxe_value_is_list(value) || is_empty(value)) {
        rv = yaml_scalar(writer, value);
        ipxe_text_add_char(writer->out, '\n');
        return rv;
    }
    for (i = 0; rv == APR_SUCCESS && i < value.u.list->len; i++) {
        yaml_indent(writer, depth);
        ipxe_text_add_char(writer->out, '-');
        rv = yaml_under(writer, value.u.list->items[i], depth);
    }
    return rv;
}

apr_status_t ipxe_yaml_write(ipxe_text_t *out, unsigned *flags,
                             ipxe_run_t *run, ipxe_value_t value,
                             ipxe_span_t span)
{
    writer_t writer;

    writer_make(&writer, out, flags, run, -1, span);
    return yaml_at(&writer, value, 0);
}
