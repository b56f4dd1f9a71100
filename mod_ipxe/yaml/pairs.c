/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of a mapping, and looking them up. */
#include "yaml/pairs.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

/* Below this a walk is as fast as a hash. */
#define FEW 16

/* The pairs under way. */
typedef struct pairs_t {
    ipxe_yaml_pair_t *list;
    apr_size_t count, room;
    apr_hash_t *index; /* key's text to its node; NULL while they are few */
    ipxe_diags_t *diags;
    apr_pool_t *pool, *scratch;
} pairs_t;

static const ipxe_yaml_pair_t *find_pair(const ipxe_yaml_t *node,
                                         const char *key)
{
    apr_size_t i;

    if (!node || node->kind != IPXE_YAML_MAPPING)
        return NULL;
    for (i = 0; i < node->count; i++) {
        if (strcmp(node->pairs[i].key->text, key) == 0)
            return &node->pairs[i];
    }
    return NULL;
}

const ipxe_yaml_t *ipxe_yaml_get(const ipxe_yaml_t *node, const char *key)
{
    const ipxe_yaml_pair_t *pair = find_pair(node, key);

    return pair ? pair->value : NULL;
}

const ipxe_yaml_t *ipxe_yaml_key(const ipxe_yaml_t *node, const char *key)
{
    const ipxe_yaml_pair_t *pair = find_pair(node, key);

    return pair ? pair->key : NULL;
}

static const ipxe_yaml_t *find_key(const pairs_t *pairs, const char *text)
{
    apr_size_t i;

    if (pairs->index)
        return apr_hash_get(pairs->index, text, APR_HASH_KEY_STRING);
    for (i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->list[i].key->text, text) == 0)
            return pairs->list[i].key;
    }
    return NULL;
}

static void make_index(pairs_t *pairs)
{
    apr_size_t i;

    pairs->index = apr_hash_make(pairs->scratch);
    for (i = 0; i < pairs->count; i++)
        apr_hash_set(pairs->index, pairs->list[i].key->text,
                     APR_HASH_KEY_STRING, pairs->list[i].key);
}

static void make_room(pairs_t *pairs)
{
    ipxe_yaml_pair_t *list;

    if (pairs->count < pairs->room)
        return;
    pairs->room = pairs->room * 2 + 4;
    list = apr_palloc(pairs->pool, pairs->room * sizeof(*list));
    if (pairs->count > 0)
        memcpy(list, pairs->list, pairs->count * sizeof(*list));
    pairs->list = list;
}

static void add_pair(pairs_t *pairs, ipxe_yaml_pair_t pair)
{
    make_room(pairs);
    pairs->list[pairs->count++] = pair;
    if (pairs->index)
        apr_hash_set(pairs->index, pair.key->text, APR_HASH_KEY_STRING,
                     pair.key);
    else if (pairs->count > FEW)
        make_index(pairs);
}

static int is_merge(const ipxe_yaml_t *key)
{
    return key->plain && strcmp(key->text, "<<") == 0;
}

static void add_own(pairs_t *pairs, ipxe_yaml_pair_t pair)
{
    const ipxe_yaml_t *first = find_key(pairs, pair.key->text);
    ipxe_diag_t *diag;

    if (!first) {
        add_pair(pairs, pair);
        return;
    }
    diag = ipxe_diag_add(pairs->diags, IPXE_DIAG_DUPLICATE_KEY,
                         pair.key->span, "key '%s' stands twice",
                         pair.key->text);
    ipxe_diag_help(diag, "keep one of them");
    ipxe_diag_note(diag, first->span, "first here");
}

static void merge_mapping(pairs_t *pairs, const ipxe_yaml_t *from)
{
    apr_size_t i;

    for (i = 0; i < from->count; i++) {
        if (!find_key(pairs, from->pairs[i].key->text))
            add_pair(pairs, from->pairs[i]);
    }
}

static void merge(pairs_t *pairs, const ipxe_yaml_t *value)
{
    apr_size_t i;

    if (value->kind == IPXE_YAML_MAPPING) {
        merge_mapping(pairs, value);
        return;
    }
    if (value->kind == IPXE_YAML_SEQUENCE) {
        for (i = 0; i < value->count; i++) {
            if (value->items[i]->kind != IPXE_YAML_MAPPING)
                break;
            merge_mapping(pairs, value->items[i]);
        }
        if (i == value->count)
            return;
        value = value->items[i];
    }
    ipxe_diag_help(ipxe_diag_add(pairs->diags, IPXE_DIAG_WRONG_TYPE,
                                 value->span,
                                 "'<<' must be a mapping or a list of "
                                 "mappings, not %s",
                                 ipxe_yaml_what(value)),
                   "write '<<: *NAME' where NAME is the anchor of a mapping");
}

/* The merge keys of a mapping; a second one is a duplicate key. */
static void merge_all(pairs_t *pairs, ipxe_yaml_t *const *children,
                      apr_size_t n)
{
    const ipxe_yaml_t *first = NULL;
    apr_size_t i;

    for (i = 0; i < n; i += 2) {
        if (!is_merge(children[i]))
            continue;
        if (first) {
            ipxe_diag_t *diag = ipxe_diag_add(
                pairs->diags, IPXE_DIAG_DUPLICATE_KEY, children[i]->span,
                "key '<<' stands twice");

            ipxe_diag_help(diag, "write '<<: [*A, *B]'");
            ipxe_diag_note(diag, first->span, "first here");
            continue;
        }
        first = children[i];
        merge(pairs, children[i + 1]);
    }
}

void ipxe_yaml_set_pairs(ipxe_yaml_t *mapping, ipxe_yaml_t *const *children,
                         apr_size_t n, ipxe_diags_t *diags, apr_pool_t *pool)
{
    pairs_t pairs;
    apr_size_t i;

    memset(&pairs, 0, sizeof(pairs));
    pairs.diags = diags;
    pairs.pool = pool;
    apr_pool_create(&pairs.scratch, pool);
    pairs.room = n / 2;
    pairs.list = apr_palloc(pool, (pairs.room + 1) * sizeof(*pairs.list));
    for (i = 0; i < n; i += 2) {
        ipxe_yaml_pair_t pair;

        pair.key = children[i];
        pair.value = children[i + 1];
        if (!is_merge(pair.key))
            add_own(&pairs, pair);
    }
    merge_all(&pairs, children, n);
    apr_pool_destroy(pairs.scratch);
    mapping->pairs = pairs.list;
    mapping->count = pairs.count;
}

const ipxe_yaml_t *ipxe_yaml_copy(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    ipxe_yaml_t *copy = apr_pmemdup(pool, node, sizeof(*node));
    const ipxe_yaml_t **items;
    ipxe_yaml_pair_t *pairs;
    apr_size_t i;

    if (node->kind <= IPXE_YAML_SCALAR)
        copy->text = apr_pstrmemdup(pool, node->text, node->count);
    else if (node->kind == IPXE_YAML_SEQUENCE && node->count) {
        items = apr_palloc(pool, node->count * sizeof(*items));
        for (i = 0; i < node->count; i++)
            items[i] = ipxe_yaml_copy(node->items[i], pool);
        copy->items = items;
    }
    else if (node->count) {
        pairs = apr_palloc(pool, node->count * sizeof(*pairs));
        for (i = 0; i < node->count; i++) {
            pairs[i].key = ipxe_yaml_copy(node->pairs[i].key, pool);
            pairs[i].value = ipxe_yaml_copy(node->pairs[i].value, pool);
        }
        copy->pairs = pairs;
    }
    return copy;
}
