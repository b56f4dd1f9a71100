/* SPDX-License-Identifier: Apache-2.0 */
/* Packing and unpacking, side by side. */
#include "rules/pack.h"

#include <string.h>

/* ---- Numbers and texts ---- */

void ipxe_pack_number(ipxe_text_t *text, apr_uint64_t number)
{
    for (; number > 127; number >>= 7)
        ipxe_text_add_char(text, (char)(number | 128));
    ipxe_text_add_char(text, (char)number);
}

apr_uint64_t ipxe_unpack_number(const char **at)
{
    apr_uint64_t number = 0;
    unsigned char byte;
    int shift = 0;

    do {
        byte = (unsigned char)*(*at)++;
        number |= (apr_uint64_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128 && shift < 64);
    return number;
}

void ipxe_pack_text(ipxe_text_t *text, const char *s)
{
    ipxe_text_add_n(text, s, strlen(s) + 1);
}

const char *ipxe_unpack_text(const char **at)
{
    const char *text = *at;

    *at += strlen(text) + 1;
    return text;
}

static void pack_span(ipxe_text_t *text, ipxe_span_t span)
{
    ipxe_pack_number(text, span.begin);
    ipxe_pack_number(text, span.end - span.begin);
}

static ipxe_span_t unpack_span(const char **at, const ipxe_source_t *source)
{
    apr_size_t begin = (apr_size_t)ipxe_unpack_number(at);

    return ipxe_span(source, begin, begin + (apr_size_t)ipxe_unpack_number(at));
}

/* ---- Nodes ---- */

#define NOTHING 'x'

static const char kinds[] = {[IPXE_YAML_NULL] = 'n',
                             [IPXE_YAML_SCALAR] = 's',
                             [IPXE_YAML_SEQUENCE] = 'l',
                             [IPXE_YAML_MAPPING] = 'm'};

void ipxe_pack_node(ipxe_text_t *text, const ipxe_yaml_t *node)
{
    apr_size_t i;

    ipxe_text_add_char(text, node ? kinds[node->kind] : NOTHING);
    if (!node)
        return;
    ipxe_text_add_char(text, node->plain ? 'p' : 'q');
    pack_span(text, node->span);
    if (node->kind == IPXE_YAML_NULL || node->kind == IPXE_YAML_SCALAR) {
        ipxe_pack_text(text, node->text);
        return;
    }
    ipxe_pack_number(text, node->count);
    for (i = 0; i < node->count; i++) {
        if (node->kind == IPXE_YAML_MAPPING)
            ipxe_pack_node(text, node->pairs[i].key);
        ipxe_pack_node(text, node->kind == IPXE_YAML_MAPPING
                                 ? node->pairs[i].value
                                 : node->items[i]);
    }
}

static void unpack_items(ipxe_yaml_t *node, const char **at, apr_pool_t *pool)
{
    const ipxe_yaml_t **items =
        apr_palloc(pool, (node->count + 1) * sizeof(const ipxe_yaml_t *));
    apr_size_t i;

    for (i = 0; i < node->count; i++)
        items[i] = ipxe_unpack_node(at, node->span.source, pool);
    node->items = items;
}

static void unpack_pairs(ipxe_yaml_t *node, const char **at, apr_pool_t *pool)
{
    ipxe_yaml_pair_t *pairs =
        apr_palloc(pool, (node->count + 1) * sizeof(*pairs));
    apr_size_t i;

    for (i = 0; i < node->count; i++) {
        pairs[i].key = ipxe_unpack_node(at, node->span.source, pool);
        pairs[i].value = ipxe_unpack_node(at, node->span.source, pool);
    }
    node->pairs = pairs;
}

const ipxe_yaml_t *
ipxe_unpack_node(const char **at, const ipxe_source_t *source, apr_pool_t *pool)
{
    const char *kind = memchr(kinds, *(*at)++, sizeof(kinds));
    ipxe_yaml_t *node;

    if (!kind)
        return NULL;
    node = apr_palloc(pool, sizeof(*node));
    node->kind = (ipxe_yaml_kind_e)(kind - kinds);
    node->plain = *(*at)++ == 'p';
    node->span = unpack_span(at, source);
    if (node->kind == IPXE_YAML_NULL || node->kind == IPXE_YAML_SCALAR) {
        node->text = ipxe_unpack_text(at);
        node->count = strlen(node->text);
        return node;
    }
    node->count = (apr_size_t)ipxe_unpack_number(at);
    if (node->kind == IPXE_YAML_MAPPING)
        unpack_pairs(node, at, pool);
    else
        unpack_items(node, at, pool);
    return node;
}

/* ---- Variables ---- */

enum {
    NONE = 'n',
    TRUTH = 'b',
    INTEGER = 'i',
    REAL = 'r',
    TEXT = 't',
    LIST = 'l',
    MAP = 'm'
};

static void pack_fixed(ipxe_text_t *text, const ipxe_value_t *value)
{
    switch (value->kind) {
    case IPXE_KIND_BOOL:
        ipxe_text_add_char(text, TRUTH);
        ipxe_pack_number(text, value->u.boolean != 0);
        return;
    case IPXE_KIND_INT:
        ipxe_text_add_char(text, INTEGER);
        ipxe_pack_number(text, (apr_uint64_t)value->u.integer);
        return;
    case IPXE_KIND_FLOAT:
        ipxe_text_add_char(text, REAL);
        ipxe_text_add_n(text, (const char *)&value->u.real,
                        sizeof(value->u.real));
        return;
    case IPXE_KIND_TEXT:
        ipxe_text_add_char(text, TEXT);
        ipxe_pack_text(text, value->u.text->s);
        return;
    default:
        ipxe_text_add_char(text, NONE);
    }
}

static void pack_worth(ipxe_text_t *text, const ipxe_worth_t *worth)
{
    int i;

    if (!worth->parts) {
        pack_fixed(text, &worth->fixed);
        return;
    }
    ipxe_text_add_char(text, worth->keys ? MAP : LIST);
    ipxe_pack_number(text, (apr_uint64_t)worth->parts->nelts);
    for (i = 0; i < worth->parts->nelts; i++) {
        if (worth->keys)
            ipxe_pack_text(text, APR_ARRAY_IDX(worth->keys, i, const char *));
        pack_worth(text, APR_ARRAY_IDX(worth->parts, i, const ipxe_worth_t *));
    }
}

static const ipxe_worth_t *unpack_worth(const char **at, apr_pool_t *pool);

static void unpack_parts(ipxe_worth_t *worth, int keyed, const char **at,
                         apr_pool_t *pool)
{
    int count = (int)ipxe_unpack_number(at), i;
    apr_array_header_t *parts =
        apr_array_make(pool, count + 1, sizeof(const ipxe_worth_t *));
    apr_array_header_t *keys =
        keyed ? apr_array_make(pool, count + 1, sizeof(const char *)) : NULL;

    worth->kind = keyed ? IPXE_WORTH_MAP : IPXE_WORTH_LIST;
    for (i = 0; i < count; i++) {
        if (keys)
            APR_ARRAY_PUSH(keys, const char *) = ipxe_unpack_text(at);
        APR_ARRAY_PUSH(parts, const ipxe_worth_t *) = unpack_worth(at, pool);
    }
    worth->parts = parts;
    worth->keys = keys;
}

static ipxe_value_t unpack_real(const char **at)
{
    double real;

    memcpy(&real, *at, sizeof(real));
    *at += sizeof(real);
    return ipxe_value_float(real);
}

static const ipxe_worth_t *unpack_worth(const char **at, apr_pool_t *pool)
{
    ipxe_worth_t *worth = apr_pcalloc(pool, sizeof(*worth));
    char kind = *(*at)++;

    if (kind == LIST || kind == MAP)
        unpack_parts(worth, kind == MAP, at, pool);
    else if (kind == TRUTH)
        worth->fixed = ipxe_value_bool((int)ipxe_unpack_number(at));
    else if (kind == INTEGER)
        worth->fixed = ipxe_value_int((apr_int64_t)ipxe_unpack_number(at));
    else if (kind == REAL)
        worth->fixed = unpack_real(at);
    else if (kind == TEXT)
        worth->fixed = ipxe_value_text(ipxe_unpack_text(at), 0, pool);
    else
        worth->fixed = ipxe_value_none();
    return worth;
}

void ipxe_pack_vars(ipxe_text_t *text, const ipxe_vars_t *vars)
{
    int i;

    ipxe_pack_number(text, (apr_uint64_t)vars->list->nelts);
    for (i = 0; i < vars->list->nelts; i++) {
        const ipxe_var_t *var =
            APR_ARRAY_IDX(vars->list, i, const ipxe_var_t *);

        ipxe_pack_text(text, var->name);
        pack_span(text, var->span);
        pack_worth(text, var->worth);
    }
}

const ipxe_vars_t *ipxe_unpack_vars(const char *at, const ipxe_source_t *source,
                                    apr_pool_t *pool)
{
    ipxe_vars_t *vars = ipxe_vars_make(pool);
    apr_uint64_t count = ipxe_unpack_number(&at);

    for (; count; count--) {
        ipxe_var_t *var = apr_palloc(pool, sizeof(*var));

        var->name = ipxe_unpack_text(&at);
        var->span = unpack_span(&at, source);
        var->worth = unpack_worth(&at, pool);
        ipxe_vars_put(vars, var);
    }
    return vars;
}
