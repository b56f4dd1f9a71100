/* SPDX-License-Identifier: Apache-2.0 */
/* Filters that write a value for somebody else: JSON, YAML, addresses,
 * shells, and what people know from Ansible. */
#include <apr_base64.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "template/filter_help.h"
#include "template/json.h"
#include "template/texts.h"

static apr_status_t f_tojson(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_text_t *out = ipxe_text_make(64, run->pool);
    apr_int64_t indent = -1;
    unsigned flags;
    apr_status_t rv = APR_SUCCESS;

    if (args->v[0].kind != IPXE_KIND_NONE)
        rv = ipxe_arg_int(&indent, run, args, 0);
    if (rv == APR_SUCCESS && (indent > 16 || (GIVEN(args, 0) && indent < -1)))
        return ipxe_arg_fail(run, args, "the indent is out of range");
    if (rv == APR_SUCCESS)
        rv = ipxe_json_write(out, &flags, run, args->value, (int)indent,
                             *args->span);
    if (rv == APR_SUCCESS)
        *result = ipxe_value_text_n(out->data, out->len, flags | IPXE_MARK_JSON,
                                    run->pool);
    return rv;
}

static apr_status_t f_to_yaml(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    ipxe_text_t *out = ipxe_text_make(64, run->pool);
    unsigned flags;
    apr_status_t rv =
        ipxe_yaml_write(out, &flags, run, args->value, *args->span);

    if (rv == APR_SUCCESS)
        *result = ipxe_value_text_n(out->data, out->len, flags | IPXE_MARK_JSON,
                                    run->pool);
    return rv;
}

/* ---- addresses ---- */

static void add_encoded(ipxe_text_t *out, ipxe_run_t *run, ipxe_value_t value,
                        int query)
{
    const char *s = ipxe_value_str(value, run->pool).u.text->s;

    if (!query) {
        ipxe_text_add(out, ipxe_text_urlencode(s, "/", run->pool));
        return;
    }
    for (s = ipxe_text_urlencode(s, NULL, run->pool); *s; s++) {
        if (strncmp(s, "%20", 3) == 0) {
            ipxe_text_add_char(out, '+');
            s += 2;
        }
        else {
            ipxe_text_add_char(out, *s);
        }
    }
}

static apr_status_t encode_pair(ipxe_text_t *out, unsigned *flags,
                                ipxe_run_t *run, ipxe_value_t pair,
                                const ipxe_args_t *args)
{
    const ipxe_list_t *two;
    apr_status_t rv = ipxe_run_items(&two, run, pair, *args->span);
    int i;

    if (rv == APR_SUCCESS && two->len != 2)
        return ipxe_arg_fail(run, args, "this wants pairs");
    if (rv == APR_SUCCESS && out->len)
        ipxe_text_add_char(out, '&');
    for (i = 0; rv == APR_SUCCESS && i < 2; i++) {
        if (two->items[i].kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(run, two->items[i], *args->span);
        if (i)
            ipxe_text_add_char(out, '=');
        add_encoded(out, run, two->items[i], 1);
        *flags |= two->items[i].flags & IPXE_STICKY;
    }
    return rv;
}

static apr_status_t f_urlencode(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    ipxe_text_t *out = ipxe_text_make(64, run->pool);
    unsigned flags = args->value.flags;
    ipxe_value_t value;
    const ipxe_list_t *items;
    apr_size_t i;
    apr_status_t rv = ipxe_run_plain(&value, run, args->value);

    if (rv != APR_SUCCESS)
        return rv;
    if (!ipxe_value_is_list(value) && value.kind != IPXE_KIND_MAP) {
        add_encoded(out, run, value, 0);
    }
    else if (value.kind == IPXE_KIND_MAP) {
        for (i = 0; rv == APR_SUCCESS && i < value.u.map->count; i++)
            rv = encode_pair(out, &flags, run,
                             ipxe_value_pair(value.u.map->entries[i].key,
                                             value.u.map->entries[i].value,
                                             run->pool),
                             args);
    }
    else {
        items = value.u.list;
        for (i = 0; rv == APR_SUCCESS && i < items->len; i++)
            rv = encode_pair(out, &flags, run, items->items[i], args);
    }
    *result = ipxe_text_made(run, out->data, flags);
    return rv;
}

static apr_status_t f_xmlattr(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    int space = 1;
    ipxe_build_t build;
    ipxe_value_t map;
    apr_size_t i;
    apr_status_t rv = ipxe_run_plain(&map, run, args->value);

    if (rv == APR_SUCCESS && map.kind != IPXE_KIND_MAP)
        return ipxe_arg_fail(run, args, "this wants a mapping, not %s",
                             ipxe_kind_name(map.kind));
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&space, run, args, 0);
    ipxe_build_init(&build, 64, run->pool);
    for (i = 0; rv == APR_SUCCESS && i < map.u.map->count; i++) {
        const ipxe_entry_t *entry = &map.u.map->entries[i];

        if (entry->value.kind <= IPXE_KIND_NONE)
            continue;
        if (entry->key.kind != IPXE_KIND_TEXT ||
            strpbrk(entry->key.u.text->s, " \t\n\r\f\v/>="))
            return ipxe_arg_fail(run, args,
                                 "this key cannot be an attribute's name");
        if (build.len || space)
            ipxe_build_add(&build, " ", 1, IPXE_MARK_XML);
        ipxe_text_escape(&build, entry->key, IPXE_MARK_XML);
        ipxe_build_add(&build, "=\"", 2, IPXE_MARK_XML);
        ipxe_text_escape(&build, ipxe_value_str(entry->value, run->pool),
                         IPXE_MARK_XML);
        ipxe_build_add(&build, "\"", 1, IPXE_MARK_XML);
    }
    *result = ipxe_build_value(&build);
    return rv;
}

/* ---- Ansible's habits ---- */

/* What shlex.quote leaves as it is. */
static const char shell_plain[256] = {
    ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['0' ... '9'] = 1, ['@'] = 1,
    ['%'] = 1,         ['+'] = 1,         ['='] = 1,         [':'] = 1,
    [','] = 1,         ['.'] = 1,         ['/'] = 1,         ['-'] = 1,
    ['_'] = 1};

static apr_status_t f_quote(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);
    unsigned flags = (text.flags & IPXE_STICKY) | IPXE_MARK_QUOTED;
    apr_size_t plain = 0;
    ipxe_text_t *out;
    const char *s = text.u.text->s;

    while (shell_plain[(unsigned char)s[plain]])
        plain++;
    if (plain && !s[plain]) {
        *result = text.u.text->mask || plain != text.u.text->len
                      ? ipxe_value_text_n(s, plain, flags, run->pool)
                      : ipxe_value_string(text.u.text, flags);
        return APR_SUCCESS;
    }
    out = ipxe_text_make(text.u.text->len + 8, run->pool);
    ipxe_text_add_char(out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            ipxe_text_add(out, "'\"'\"'");
        else
            ipxe_text_add_char(out, *s);
    }
    ipxe_text_add_char(out, '\'');
    *result = ipxe_value_text(out->data, flags, run->pool);
    return APR_SUCCESS;
}

static apr_status_t f_b64encode(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);
    int len = (int)text.u.text->len;
    char *out = apr_palloc(run->pool, (apr_size_t)apr_base64_encode_len(len));

    apr_base64_encode(out, text.u.text->s, len);
    *result = ipxe_text_made(run, out, text.flags);
    return APR_SUCCESS;
}

static int is_utf8(const char *s, apr_size_t len)
{
    apr_size_t at = 0;

    while (at < len) {
        int n = ipxe_utf8_next(s + at, len - at, NULL);

        if (!n || !s[at])
            return 0;
        at += (apr_size_t)n;
    }
    return 1;
}

static apr_status_t f_b64decode(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);
    const char *s = text.u.text->s;
    apr_size_t good = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789+/");
    char *out;
    int len;

    if (text.u.text->len % 4 || strspn(s + good, "=") > 2 ||
        s[good + strspn(s + good, "=")])
        return ipxe_arg_fail(run, args, "this is not base64");
    out = apr_palloc(run->pool, (apr_size_t)apr_base64_decode_len(s) + 1);
    len = apr_base64_decode(out, s);
    if (!is_utf8(out, (apr_size_t)len))
        return ipxe_arg_fail(run, args, "what this decodes to is not text");
    out[len] = '\0';
    *result = ipxe_text_made(run, out, text.flags);
    return APR_SUCCESS;
}

static apr_status_t f_bool(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    static const char *const words[] = {"yes", "on", "1", "true"};
    ipxe_value_t text;
    int truth = 0, i;

    if (args->value.kind == IPXE_KIND_NONE ||
        args->value.kind == IPXE_KIND_BOOL) {
        *result = args->value;
        return APR_SUCCESS;
    }
    text = ipxe_arg_string(run, args);
    for (i = 0; i < 4; i++)
        truth |= strcasecmp(words[i], text.u.text->s) == 0;
    *result = ipxe_value_bool(truth);
    return APR_SUCCESS;
}

static apr_status_t combine(ipxe_value_t *into, ipxe_run_t *run,
                            ipxe_value_t from, int recursive,
                            const ipxe_args_t *args, int depth)
{
    struct ipxe_map_t *map = (struct ipxe_map_t *)into->u.map;
    apr_status_t rv = ipxe_run_plain(&from, run, from);
    const ipxe_entry_t *old;
    ipxe_value_t value;
    apr_size_t i;

    if (rv == APR_SUCCESS &&
        (from.kind != IPXE_KIND_MAP || depth > IPXE_VALUE_DEPTH))
        return ipxe_arg_fail(run, args, "this wants mappings, not %s",
                             ipxe_kind_name(from.kind));
    for (i = 0; rv == APR_SUCCESS && i < from.u.map->count; i++) {
        value = from.u.map->entries[i].value;
        old = ipxe_map_find(map, from.u.map->entries[i].key);
        if (recursive && old && old->value.kind == IPXE_KIND_MAP &&
            value.kind == IPXE_KIND_MAP) {
            ipxe_value_t both = ipxe_value_map(run->pool);

            rv = combine(&both, run, old->value, 0, args, depth + 1);
            if (rv == APR_SUCCESS)
                rv = combine(&both, run, value, 1, args, depth + 1);
            value = both;
        }
        ipxe_map_put(map, from.u.map->entries[i].key, value);
    }
    return rv;
}

static apr_status_t f_combine(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    int recursive = 0;
    apr_size_t i;
    apr_status_t rv;

    if (args->named_count > 1 ||
        (args->named_count && strcmp(args->keys[0], "recursive") != 0))
        return ipxe_arg_fail(run, args, "it takes mappings, and recursive=");
    if (args->named_count)
        recursive = ipxe_value_truth(args->named[0]);
    *result = ipxe_value_map(run->pool);
    rv = combine(result, run, args->value, 0, args, 0);
    for (i = 0; rv == APR_SUCCESS && i < args->rest_count; i++)
        rv = combine(result, run, args->rest[i], recursive, args, 0);
    return rv;
}

static apr_status_t f_hash(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    static const char *const names[] = {"md5",    "sha1",   "sha224",
                                        "sha256", "sha384", "sha512"};
    ipxe_value_t text = ipxe_arg_string(run, args);
    ipxe_value_t name = IPXE_TEXT("sha1");
    unsigned char digest[EVP_MAX_MD_SIZE];
    ipxe_text_t *out = ipxe_text_make(130, run->pool);
    const EVP_MD *how = NULL;
    unsigned len = 0, i;
    apr_status_t rv = ipxe_arg_text(&name, run, args, 0);

    if (rv != APR_SUCCESS)
        return rv;
    for (i = 0; i < 6; i++) {
        if (strcmp(names[i], name.u.text->s) == 0)
            how = EVP_get_digestbyname(names[i]);
    }
    if (!how ||
        !EVP_Digest(text.u.text->s, text.u.text->len, digest, &len, how, NULL))
        return ipxe_arg_fail(run, args,
                             "it knows md5, sha1, sha224, sha256, "
                             "sha384 and sha512");
    for (i = 0; i < len; i++)
        ipxe_text_addf(out, "%02x", digest[i]);
    *result = ipxe_text_made(run, out->data, text.flags & IPXE_SECRET);
    return APR_SUCCESS;
}

const ipxe_row_t ipxe_filters_data[] = {
    {"b64decode", f_b64decode, "", 0, 0, IPXE_ROW_TEXT, "Base64 as text."},
    {"b64encode", f_b64encode, "", 0, 0, IPXE_ROW_TEXT, "Text as base64."},
    {"bool", f_bool, "", 0, 0, IPXE_ROW_TEXT, "True for yes, on, 1 and true."},
    {"combine", f_combine, "*mappings recursive=false", 1, -1, 0,
     "Mappings in one, later ones over earlier ones."},
    {"hash", f_hash, "algorithm='sha1'", 0, 1, IPXE_ROW_TEXT,
     "The hash of a text in hex: md5, sha1, sha256, sha512, ..."},
    {"quote", f_quote, "", 0, 0, IPXE_ROW_TEXT, "One word of a shell."},
    {"to_yaml", f_to_yaml, "", 0, 0, 0,
     "The value as YAML in block style, with a line's end."},
    {"tojson", f_tojson, "indent=none", 0, 1, 0,
     "The value as JSON, fit for YAML too."},
    {"urlencode", f_urlencode, "", 0, 0, 0,
     "Percent-encoded; a mapping or pairs as a query."},
    {"xmlattr", f_xmlattr, "autospace=true", 0, 1, 0,
     "A mapping as the attributes of an XML element."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
