/* SPDX-License-Identifier: Apache-2.0 */
/* Text that is put together with the marks of each byte; str and repr. */
#include <apr_strings.h>
#include <string.h>

#include "template/data.h"

void ipxe_build_init(ipxe_build_t *build, apr_size_t room, apr_pool_t *pool)
{
    memset(build, 0, sizeof(*build));
    build->size = room < 32 ? 32 : room + 1;
    build->s = apr_palloc(pool, build->size);
    build->pool = pool;
}

static void make_room(ipxe_build_t *build, apr_size_t more)
{
    apr_size_t size = build->size;
    unsigned char *mask;
    char *s;

    if (build->len + more < size)
        return;
    while (size <= build->len + more)
        size *= 2;
    s = apr_palloc(build->pool, size);
    memcpy(s, build->s, build->len);
    build->s = s;
    build->size = size;
    if (build->mask) {
        mask = apr_palloc(build->pool, size);
        memcpy(mask, build->mask, build->len);
        build->mask = mask;
    }
}

static void set_marks(ipxe_build_t *build, apr_size_t len, unsigned marks)
{
    if (build->mask) {
        memset(build->mask + build->len, (int)marks, len);
        return;
    }
    if (build->len == 0)
        build->marks = (unsigned char)marks;
    if (build->marks == marks)
        return;
    build->mask = apr_palloc(build->pool, build->size);
    memset(build->mask, build->marks, build->len);
    memset(build->mask + build->len, (int)marks, len);
}

void ipxe_build_add(ipxe_build_t *build, const char *s, apr_size_t len,
                    unsigned marks)
{
    marks &= IPXE_MARKS;
    if (len == 0)
        return;
    make_room(build, len);
    if (build->mask || !build->len || build->marks != marks)
        set_marks(build, len, marks);
    memcpy(build->s + build->len, s, len);
    build->len += len;
}

static void add_masked(ipxe_build_t *build, const char *s,
                       const unsigned char *mask, apr_size_t len,
                       unsigned keep)
{
    apr_size_t i, run;

    for (i = 0; i < len; i += run) {
        for (run = 1; i + run < len && mask[i + run] == mask[i]; run++)
            ;
        ipxe_build_add(build, s + i, run, mask[i] & keep);
    }
}

static void add_text(ipxe_build_t *build, ipxe_value_t text, apr_size_t from,
                     apr_size_t len, unsigned keep)
{
    build->flags |= text.flags & IPXE_SECRET;
    if (text.u.text->mask)
        add_masked(build, text.u.text->s + from, text.u.text->mask + from,
                   len, keep);
    else
        ipxe_build_add(build, text.u.text->s + from, len, text.flags & keep);
}

void ipxe_build_part(ipxe_build_t *build, ipxe_value_t text, apr_size_t from,
                     apr_size_t len)
{
    int whole = from == 0 && len == text.u.text->len;

    add_text(build, text, from, len,
             whole ? IPXE_MARKS : IPXE_TAINTED | IPXE_SAFE);
}

unsigned ipxe_marks_at(ipxe_value_t text, apr_size_t at)
{
    return text.u.text->mask ? text.u.text->mask[at]
                             : text.flags & IPXE_MARKS;
}

apr_size_t ipxe_marks_run(ipxe_value_t text, apr_size_t at)
{
    const ipxe_string_t *string = text.u.text;
    apr_size_t end = at + 1;

    if (!string->mask)
        return string->len - at;
    while (end < string->len && string->mask[end] == string->mask[at])
        end++;
    return end - at;
}

ipxe_value_t ipxe_build_value(ipxe_build_t *build)
{
    ipxe_string_t *text = apr_palloc(build->pool, sizeof(*text));
    ipxe_value_t value;
    apr_size_t i;

    build->s[build->len] = '\0';
    text->s = build->s;
    text->len = build->len;
    text->mask = build->mask;
    value.kind = IPXE_KIND_TEXT;
    value.flags = build->flags;
    value.u.text = text;
    if (!build->mask)
        value.flags |= build->len ? build->marks : 0u;
    for (i = 0; build->mask && i < build->len; i++)
        value.flags |= build->mask[i] & (unsigned)IPXE_TAINTED;
    return value;
}

/* ---- str and repr ---- */

static void add_literal(ipxe_build_t *build, const char *s, unsigned flags)
{
    build->flags |= flags & IPXE_SECRET;
    ipxe_build_add(build, s, strlen(s), flags & IPXE_TAINTED);
}

static const char *escape_of(apr_uint32_t code, char quote, apr_pool_t *pool)
{
    if (code == '\n')
        return "\\n";
    if (code == '\r')
        return "\\r";
    if (code == '\t')
        return "\\t";
    if (code == '\\')
        return "\\\\";
    if (code == (apr_uint32_t)(unsigned char)quote)
        return quote == '"' ? "\\\"" : "\\'";
    if (ipxe_letter_is_print(code))
        return NULL;
    if (code < 0x100)
        return apr_psprintf(pool, "\\x%02x", code);
    return apr_psprintf(pool, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
}

static void repr_text(ipxe_build_t *build, ipxe_value_t value)
{
    const ipxe_string_t *text = value.u.text;
    int single = memchr(text->s, '\'', text->len) != NULL;
    int dual = memchr(text->s, '"', text->len) != NULL;
    char quote = single && !dual ? '"' : '\'';
    apr_size_t at = 0;

    ipxe_build_add(build, &quote, 1, 0);
    while (at < text->len) {
        apr_uint32_t code = 0;
        int n = ipxe_utf8_next(text->s + at, text->len - at, &code);
        apr_size_t step = n ? (apr_size_t)n : 1;
        const char *escaped = escape_of(code, quote, build->pool);

        if (escaped)
            ipxe_build_add(build, escaped, strlen(escaped),
                           ipxe_marks_at(value, at) & IPXE_TAINTED);
        else
            add_text(build, value, at, step, IPXE_TAINTED | IPXE_SAFE);
        at += step;
    }
    ipxe_build_add(build, &quote, 1, 0);
    build->flags |= value.flags & IPXE_SECRET;
}

static void repr_at(ipxe_build_t *build, ipxe_value_t value, int depth);

static void repr_list(ipxe_build_t *build, ipxe_value_t value, int depth)
{
    int tuple = value.kind == IPXE_KIND_TUPLE;
    apr_size_t i;

    add_literal(build, tuple ? "(" : "[", 0);
    for (i = 0; i < value.u.list->len; i++) {
        if (i)
            add_literal(build, ", ", 0);
        repr_at(build, value.u.list->items[i], depth + 1);
    }
    if (tuple && value.u.list->len == 1)
        add_literal(build, ",", 0);
    add_literal(build, tuple ? ")" : "]", 0);
}

static void repr_map(ipxe_build_t *build, const struct ipxe_map_t *map,
                     int depth)
{
    apr_size_t i;

    add_literal(build, "{", 0);
    for (i = 0; i < map->count; i++) {
        if (i)
            add_literal(build, ", ", 0);
        repr_at(build, map->entries[i].key, depth + 1);
        add_literal(build, ": ", 0);
        repr_at(build, map->entries[i].value, depth + 1);
    }
    add_literal(build, "}", 0);
}

static void repr_object(ipxe_build_t *build, ipxe_value_t value)
{
    if (value.kind == IPXE_KIND_FUNCTION)
        add_literal(build, "<function>", 0);
    else
        add_literal(build, "<object>", 0);
}

static void repr_at(ipxe_build_t *build, ipxe_value_t value, int depth)
{
    char digits[IPXE_INT_DIGITS];

    if (depth > IPXE_VALUE_DEPTH) {
        add_literal(build, "...", 0);
        return;
    }
    switch (value.kind) {
    case IPXE_KIND_UNDEFINED:
        add_literal(build, "Undefined", 0);
        break;
    case IPXE_KIND_NONE:
        add_literal(build, "None", 0);
        break;
    case IPXE_KIND_BOOL:
        add_literal(build, value.u.boolean ? "True" : "False", value.flags);
        break;
    case IPXE_KIND_INT:
        add_literal(build, ipxe_int_text(NULL, digits, value.u.integer),
                    value.flags);
        break;
    case IPXE_KIND_FLOAT:
        add_literal(build, ipxe_float_text(value.u.real, build->pool),
                    value.flags);
        break;
    case IPXE_KIND_TEXT:
        repr_text(build, value);
        break;
    case IPXE_KIND_LIST:
    case IPXE_KIND_TUPLE:
        repr_list(build, value, depth);
        break;
    case IPXE_KIND_MAP:
        repr_map(build, value.u.map, depth);
        break;
    default:
        repr_object(build, value);
    }
}

void ipxe_build_repr(ipxe_build_t *build, ipxe_value_t value)
{
    repr_at(build, value, 0);
}

void ipxe_build_str(ipxe_build_t *build, ipxe_value_t value)
{
    if (value.kind == IPXE_KIND_TEXT)
        add_text(build, value, 0, value.u.text->len, IPXE_MARKS);
    else
        repr_at(build, value, 0);
}

ipxe_value_t ipxe_value_shown(ipxe_value_t value, apr_pool_t *pool)
{
    char digits[IPXE_INT_DIGITS];
    const char *s;
    apr_size_t len;
    ipxe_build_t build;

    if (value.kind == IPXE_KIND_INT) {
        s = ipxe_int_text(&len, digits, value.u.integer);
        return ipxe_value_text_n(apr_pstrmemdup(pool, s, len), len,
                                 value.flags & IPXE_STICKY, pool);
    }
    ipxe_build_init(&build, 32, pool);
    ipxe_build_str(&build, value);
    return ipxe_build_value(&build);
}
