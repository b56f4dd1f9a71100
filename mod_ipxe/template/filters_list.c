/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of lists and mappings: order, ends, joining, grouping. */
#include <string.h>

#include "template/filter_help.h"
#include "template/sort.h"
#include "template/texts.h"

static apr_status_t f_length(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    apr_status_t rv;

    if (args->value.kind == IPXE_KIND_TEXT) {
        *result = ipxe_value_int(
            (apr_int64_t)ipxe_string_chars(args->value.u.text));
        return APR_SUCCESS;
    }
    rv = ipxe_arg_items(&items, run, args);
    if (rv == APR_SUCCESS)
        *result = ipxe_value_int((apr_int64_t)items->len);
    return rv;
}

static apr_status_t f_first(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv == APR_SUCCESS)
        *result = items->len ? items->items[0]
                             : ipxe_value_undefined("first of nothing");
    return rv;
}

static apr_status_t f_last(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv == APR_SUCCESS)
        *result = items->len ? items->items[items->len - 1]
                             : ipxe_value_undefined("last of nothing");
    return rv;
}

static apr_status_t f_list(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv == APR_SUCCESS)
        *result = ipxe_value_items(items->items, items->len, IPXE_KIND_LIST,
                                   0, run->pool);
    return rv;
}

static apr_status_t f_reverse(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    int lazy = !ipxe_value_is_list(args->value) ||
               !(args->value.flags & IPXE_LIST_LAZY);
    const ipxe_list_t *items;
    ipxe_value_t *turned;
    ipxe_build_t build;
    apr_size_t i;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv != APR_SUCCESS)
        return rv;
    if (args->value.kind == IPXE_KIND_TEXT) {
        ipxe_build_init(&build, args->value.u.text->len, run->pool);
        for (i = items->len; i-- > 0;)
            ipxe_build_str(&build, items->items[i]);
        *result = ipxe_build_value(&build);
        return APR_SUCCESS;
    }
    turned = apr_palloc(run->pool, (items->len + 1) * sizeof(*turned));
    for (i = 0; i < items->len; i++)
        turned[i] = items->items[items->len - 1 - i];
    *result = ipxe_value_items(turned, items->len, IPXE_KIND_LIST,
                               lazy ? IPXE_LIST_LAZY : 0, run->pool);
    return APR_SUCCESS;
}

/* ---- joining ---- */

/* Texts without a mark, as most are: how many bytes they have together, with
 * `between`; 0 where one is not so, or there are none. */
static apr_size_t unmarked(const ipxe_list_t *items, ipxe_value_t between)
{
    apr_size_t len = 0, i;

    if (between.flags || between.u.text->mask)
        return 0;
    for (i = 0; i < items->len; i++) {
        const ipxe_value_t *item = &items->items[i];

        if (item->kind != IPXE_KIND_TEXT || item->flags || item->u.text->mask)
            return 0;
        len += item->u.text->len + (i ? between.u.text->len : 0);
    }
    return len <= IPXE_MAX_VALUE_BYTES ? len : 0;
}

static char *added(char *to, ipxe_value_t text)
{
    memcpy(to, text.u.text->s, text.u.text->len);
    return to + text.u.text->len;
}

static ipxe_value_t join_unmarked(const ipxe_list_t *items,
                                  ipxe_value_t between, apr_size_t len,
                                  apr_pool_t *pool)
{
    const ipxe_string_t *string;
    char *to = ipxe_string_make(&string, len, pool);
    apr_size_t i;

    for (i = 0; i < items->len; i++) {
        if (i)
            to = added(to, between);
        to = added(to, items->items[i]);
    }
    return ipxe_value_string(string, 0);
}

static apr_status_t f_join(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    ipxe_value_t between = IPXE_TEXT(""), item;
    int by_attribute = GIVEN(args, 1) && args->v[1].kind != IPXE_KIND_NONE;
    ipxe_build_t build;
    apr_status_t rv = ipxe_arg_items(&items, run, args);
    apr_size_t i, len;

    if (rv != APR_SUCCESS)
        return rv;
    if (GIVEN(args, 0))
        between = ipxe_value_str(args->v[0], run->pool);
    len = by_attribute ? 0 : unmarked(items, between);
    if (len) {
        *result = join_unmarked(items, between, len, run->pool);
        return APR_SUCCESS;
    }
    ipxe_build_init(&build, 64, run->pool);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        item = items->items[i];
        if (by_attribute)
            rv = ipxe_run_path(&item, run, item, args->v[1], NULL,
                               *args->span);
        if (rv != APR_SUCCESS)
            break;
        if (item.kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(run, item, *args->span);
        if (i)
            ipxe_build_str(&build, between);
        ipxe_build_str(&build, item);
        if (build.len > IPXE_MAX_VALUE_BYTES)
            return ipxe_arg_fail(run, args, "the text becomes too long");
    }
    *result = ipxe_build_value(&build);
    return rv;
}

/* ---- order ---- */

static void key_from(ipxe_key_t *how, const ipxe_args_t *args, int sensitive,
                     int attribute)
{
    memset(how, 0, sizeof(*how));
    how->sensitive =
        GIVEN(args, sensitive) && ipxe_value_truth(args->v[sensitive]);
    how->has_attribute = GIVEN(args, attribute) &&
                         args->v[attribute].kind != IPXE_KIND_NONE;
    if (how->has_attribute)
        how->attribute = args->v[attribute];
}

/* "a,b": a list of keys. */
static apr_status_t sort_key(ipxe_value_t *key, ipxe_run_t *run,
                             const ipxe_key_t *how, ipxe_value_t item,
                             ipxe_span_t span)
{
    apr_array_header_t *parts, *keys = ipxe_values_make(run);
    ipxe_key_t one = *how;
    apr_status_t rv = APR_SUCCESS;
    int i;

    if (!how->has_attribute || how->attribute.kind != IPXE_KIND_TEXT ||
        !strchr(how->attribute.u.text->s, ','))
        return ipxe_key_of(key, run, how, item, span);
    parts = ipxe_text_split(how->attribute.u.text->s, ",", run->pool);
    for (i = 0; rv == APR_SUCCESS && i < parts->nelts; i++) {
        one.attribute = ipxe_value_text(
            APR_ARRAY_IDX(parts, i, const char *), 0, run->pool);
        rv = ipxe_key_of((ipxe_value_t *)apr_array_push(keys), run, &one,
                         item, span);
    }
    *key = ipxe_value_array(keys, 0);
    return rv;
}

static apr_status_t make_pairs(ipxe_pair_t **pairs, ipxe_run_t *run,
                               const ipxe_list_t *items,
                               const ipxe_key_t *how, ipxe_span_t span)
{
    ipxe_pair_t *all =
        apr_palloc(run->pool, (items->len + 1) * sizeof(*all));
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i;

    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        all[i].item = items->items[i];
        rv = sort_key(&all[i].key, run, how, items->items[i], span);
    }
    *pairs = all;
    return rv;
}

static ipxe_value_t from_pairs(ipxe_run_t *run, const ipxe_pair_t *pairs,
                               apr_size_t n)
{
    ipxe_value_t *items = apr_palloc(run->pool, (n + 1) * sizeof(*items));
    apr_size_t i;

    for (i = 0; i < n; i++)
        items[i] = pairs[i].item;
    return ipxe_value_items(items, n, IPXE_KIND_LIST, 0, run->pool);
}

static apr_status_t f_sort(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    const ipxe_list_t *items;
    ipxe_pair_t *pairs;
    ipxe_key_t how;
    int reverse = 0;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    key_from(&how, args, 1, 2);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&reverse, run, args, 0);
    if (rv == APR_SUCCESS)
        rv = make_pairs(&pairs, run, items, &how, *args->span);
    if (rv == APR_SUCCESS)
        rv = ipxe_sort(run, pairs, items->len, reverse, *args->span);
    if (rv == APR_SUCCESS)
        *result = from_pairs(run, pairs, items->len);
    return rv;
}

static apr_status_t f_dictsort(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_args_t *args)
{
    ipxe_value_t by = IPXE_TEXT("key"), map;
    ipxe_pair_t *pairs;
    ipxe_key_t how;
    apr_size_t i, n;
    int reverse = 0;
    apr_status_t rv = ipxe_run_plain(&map, run, args->value);

    if (rv == APR_SUCCESS && map.kind != IPXE_KIND_MAP)
        return ipxe_arg_fail(run, args, "this wants a mapping, not %s",
                             ipxe_kind_name(map.kind));
    memset(&how, 0, sizeof(how));
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&how.sensitive, run, args, 0);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_text(&by, run, args, 1);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&reverse, run, args, 2);
    if (rv != APR_SUCCESS)
        return rv;
    if (strcmp(by.u.text->s, "key") != 0 && strcmp(by.u.text->s, "value") != 0)
        return ipxe_arg_fail(run, args, "it sorts by 'key' or by 'value'");
    n = map.u.map->count;
    pairs = apr_palloc(run->pool, (n + 1) * sizeof(*pairs));
    for (i = 0; rv == APR_SUCCESS && i < n; i++) {
        const ipxe_entry_t *entry = &map.u.map->entries[i];

        pairs[i].item = ipxe_value_pair(entry->key, entry->value, run->pool);
        rv = ipxe_key_of(&pairs[i].key, run, &how,
                         by.u.text->s[0] == 'k' ? entry->key : entry->value,
                         *args->span);
    }
    if (rv == APR_SUCCESS)
        rv = ipxe_sort(run, pairs, n, reverse, *args->span);
    if (rv == APR_SUCCESS)
        *result = from_pairs(run, pairs, n);
    return rv;
}

static apr_status_t extreme(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args, ipxe_token_e op)
{
    const ipxe_list_t *items;
    ipxe_value_t best, key;
    ipxe_key_t how;
    apr_size_t i;
    int better;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    key_from(&how, args, 0, 1);
    if (rv != APR_SUCCESS)
        return rv;
    *result = ipxe_value_undefined("the extreme of nothing");
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        rv = ipxe_key_of(&key, run, &how, items->items[i], *args->span);
        better = i == 0;
        if (rv == APR_SUCCESS && i)
            rv = ipxe_op_compare(&better, run, op, key, best, *args->span);
        if (rv == APR_SUCCESS && better) {
            best = key;
            *result = items->items[i];
        }
    }
    return rv;
}

static apr_status_t f_min(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    return extreme(result, run, args, IPXE_TOKEN_LT);
}

static apr_status_t f_max(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    return extreme(result, run, args, IPXE_TOKEN_GT);
}

static apr_status_t f_unique(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    apr_array_header_t *kept = ipxe_values_make(run);
    ipxe_value_t seen = ipxe_value_map(run->pool), key;
    struct ipxe_map_t *map = (struct ipxe_map_t *)seen.u.map;
    const ipxe_list_t *items;
    ipxe_key_t how;
    apr_size_t i;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    key_from(&how, args, 0, 1);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        rv = ipxe_key_of(&key, run, &how, items->items[i], *args->span);
        if (rv == APR_SUCCESS && key.kind == IPXE_KIND_UNDEFINED)
            rv = ipxe_run_undefined(run, key, *args->span);
        if (rv != APR_SUCCESS)
            break;
        if (!ipxe_value_hashable(key))
            return ipxe_arg_fail(run, args, "%s cannot be compared so",
                                 ipxe_kind_name(key.kind));
        if (ipxe_map_find(map, key))
            continue;
        ipxe_map_put(map, key, key);
        APR_ARRAY_PUSH(kept, ipxe_value_t) = items->items[i];
    }
    *result = ipxe_value_array(kept, IPXE_LIST_LAZY);
    return rv;
}

/* ---- groups ---- */

static ipxe_value_t group_of(ipxe_run_t *run, ipxe_value_t name,
                             const ipxe_pair_t *pairs, apr_size_t n)
{
    ipxe_value_t group =
        ipxe_value_pair(name, from_pairs(run, pairs, n), run->pool);

    group.flags |= IPXE_LIST_GROUP;
    return group;
}

static apr_status_t f_groupby(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    apr_array_header_t *groups = ipxe_values_make(run);
    const ipxe_list_t *items;
    ipxe_pair_t *pairs;
    ipxe_value_t name;
    ipxe_key_t how, real;
    apr_size_t i, n;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    key_from(&how, args, 2, 0);
    how.has_missing = GIVEN(args, 1) && args->v[1].kind != IPXE_KIND_NONE;
    how.missing = args->v[1];
    real = how;
    real.sensitive = 1;
    if (rv == APR_SUCCESS)
        rv = make_pairs(&pairs, run, items, &how, *args->span);
    if (rv == APR_SUCCESS)
        rv = ipxe_sort(run, pairs, items->len, 0, *args->span);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i += n) {
        for (n = 1; i + n < items->len &&
                    ipxe_value_equal(pairs[i].key, pairs[i + n].key);
             n++)
            ;
        rv = ipxe_key_of(&name, run, &real, pairs[i].item, *args->span);
        APR_ARRAY_PUSH(groups, ipxe_value_t) =
            group_of(run, name, pairs + i, n);
    }
    *result = ipxe_value_array(groups, 0);
    return rv;
}

const ipxe_row_t ipxe_filters_list[] = {
    {"count", f_length, "", 0, 0, 0, "Same as length."},
    {"dictsort", f_dictsort, "case_sensitive=false by='key' reverse=false", 0,
     3, 0, "The pairs of a mapping in the order of their keys or values."},
    {"first", f_first, "", 0, 0, IPXE_ROW_WALKS, "The first item."},
    {"groupby", f_groupby, "attribute default=none case_sensitive=false", 1,
     3, IPXE_ROW_WALKS,
     "Items with one value of an attribute together: pairs of that value "
     "(grouper) and the items (list)."},
    {"join", f_join, "d='' attribute=none", 0, 2, IPXE_ROW_WALKS,
     "The items as one text, with a text between them."},
    {"last", f_last, "", 0, 0, 0, "The last item."},
    {"length", f_length, "", 0, 0, 0, "How many items or characters."},
    {"list", f_list, "", 0, 0, IPXE_ROW_WALKS, "The items as a list."},
    {"max", f_max, "case_sensitive=false attribute=none", 0, 2,
     IPXE_ROW_WALKS, "The largest item."},
    {"min", f_min, "case_sensitive=false attribute=none", 0, 2,
     IPXE_ROW_WALKS, "The smallest item."},
    {"reverse", f_reverse, "", 0, 0, IPXE_ROW_WALKS,
     "Items or characters from the last to the first."},
    {"sort", f_sort, "reverse=false case_sensitive=false attribute=none", 0,
     3, IPXE_ROW_WALKS, "The items in order; attribute 'a,b' sorts by two."},
    {"unique", f_unique, "case_sensitive=false attribute=none", 0, 2,
     IPXE_ROW_WALKS, "Each item once."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
