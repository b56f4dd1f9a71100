/* SPDX-License-Identifier: Apache-2.0 */
/* Filters that go through a list with another filter or a test, and those
 * that cut it to pieces. What most of them give can only be walked, as in
 * Jinja2. */
#include <string.h>

#include "template/filter_help.h"

static ipxe_value_t walked(const apr_array_header_t *items)
{
    return ipxe_value_array(items, IPXE_LIST_LAZY);
}

/* Nothing at all has no items, as in Jinja2. */
static apr_status_t items_or_none(const ipxe_list_t **items, ipxe_run_t *run,
                                  const ipxe_args_t *args)
{
    static const ipxe_list_t nothing = {NULL, 0};

    *items = &nothing;
    if (args->value.kind != IPXE_KIND_UNDEFINED &&
        !ipxe_value_truth(args->value))
        return APR_SUCCESS;
    return ipxe_arg_items(items, run, args);
}

/* ---- map ---- */

static const ipxe_value_t *named(const ipxe_args_t *args, const char *name)
{
    apr_size_t i;

    for (i = 0; i < args->named_count; i++) {
        if (strcmp(args->keys[i], name) == 0)
            return &args->named[i];
    }
    return NULL;
}

static apr_status_t map_attribute(ipxe_value_t *result, ipxe_run_t *run,
                                  const ipxe_args_t *args,
                                  ipxe_value_t attribute)
{
    const ipxe_value_t *missing = named(args, "default");
    apr_array_header_t *out = ipxe_values_make(run);
    const ipxe_list_t *items;
    ipxe_value_t value;
    apr_size_t i;
    apr_status_t rv = items_or_none(&items, run, args);

    if (args->rest_count || args->named_count > 1u + (missing != NULL))
        return ipxe_arg_fail(run, args, "it takes a filter and its "
                                        "arguments, or an attribute");
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        rv = ipxe_run_path(&value, run, items->items[i], attribute, missing,
                           *args->span);
        APR_ARRAY_PUSH(out, ipxe_value_t) = value;
    }
    *result = walked(out);
    return rv;
}

static apr_status_t row_named(const ipxe_row_t **row, ipxe_run_t *run,
                              const ipxe_args_t *args, ipxe_value_t name,
                              int test)
{
    int before = run->render.diags->all->nelts;

    if (name.kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "the name of a %s is a text, not %s",
                             test ? "test" : "filter",
                             ipxe_kind_name(name.kind));
    if (name.flags & IPXE_SECRET)
        return ipxe_arg_fail(run, args, "a secret names nothing");
    *row = test ? ipxe_test_find(name.u.text->s)
                : ipxe_filter_find(name.u.text->s);
    if (*row)
        return APR_SUCCESS;
    ipxe_filter_unknown(name.u.text->s, test, *args->span,
                        run->render.diags);
    ipxe_run_notes(run, before);
    return APR_EGENERAL;
}

static apr_status_t f_map(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    apr_array_header_t *out = ipxe_values_make(run);
    const ipxe_value_t *attribute = named(args, "attribute");
    const ipxe_list_t *items;
    const ipxe_row_t *row;
    ipxe_value_t value;
    apr_size_t i;
    apr_status_t rv;

    if (attribute && !args->rest_count)
        return map_attribute(result, run, args, *attribute);
    if (!args->rest_count)
        return ipxe_arg_fail(run, args, "it takes a filter and its "
                                        "arguments, or an attribute");
    rv = items_or_none(&items, run, args);
    if (rv == APR_SUCCESS)
        rv = row_named(&row, run, args, args->rest[0], 0);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        rv = ipxe_run_step(run, 1, *args->span);
        if (rv == APR_SUCCESS)
            rv = ipxe_run_named(&value, run, row, items->items[i], args, 1);
        APR_ARRAY_PUSH(out, ipxe_value_t) = value;
    }
    *result = walked(out);
    return rv;
}

/* ---- select and reject ---- */

static apr_status_t passes(int *truth, ipxe_run_t *run,
                           const ipxe_args_t *args, const ipxe_row_t *row,
                           ipxe_value_t value, apr_size_t skip)
{
    ipxe_value_t answer;
    apr_status_t rv = ipxe_run_step(run, 1, *args->span);

    if (rv != APR_SUCCESS)
        return rv;
    if (!row && value.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, value, *args->span);
    if (!row)
        return ipxe_run_truth(truth, run, value, *args->span);
    rv = ipxe_run_named(&answer, run, row, value, args, skip);
    if (rv == APR_SUCCESS)
        *truth = answer.u.boolean;
    return rv;
}

static apr_status_t pick(ipxe_value_t *result, ipxe_run_t *run,
                         const ipxe_args_t *args, int want, int by_attribute)
{
    apr_array_header_t *out = ipxe_values_make(run);
    apr_size_t skip = by_attribute ? 1 : 0, i;
    const ipxe_row_t *row = NULL;
    const ipxe_list_t *items;
    ipxe_value_t value;
    int truth = 0;
    apr_status_t rv = items_or_none(&items, run, args);

    if (rv == APR_SUCCESS && args->rest_count < skip)
        return ipxe_arg_fail(run, args, "it takes the name of an attribute");
    if (rv == APR_SUCCESS && args->rest_count > skip)
        rv = row_named(&row, run, args, args->rest[skip], 1);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        value = items->items[i];
        if (by_attribute)
            rv = ipxe_run_path(&value, run, value, args->rest[0], NULL,
                               *args->span);
        if (rv == APR_SUCCESS)
            rv = passes(&truth, run, args, row, value, skip + 1);
        if (rv == APR_SUCCESS && (truth != 0) == want)
            APR_ARRAY_PUSH(out, ipxe_value_t) = items->items[i];
    }
    *result = walked(out);
    return rv;
}

static apr_status_t f_select(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    return pick(result, run, args, 1, 0);
}

static apr_status_t f_reject(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    return pick(result, run, args, 0, 0);
}

static apr_status_t f_selectattr(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_args_t *args)
{
    return pick(result, run, args, 1, 1);
}

static apr_status_t f_rejectattr(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_args_t *args)
{
    return pick(result, run, args, 0, 1);
}

/* ---- pieces ---- */

static ipxe_value_t piece(ipxe_run_t *run, const ipxe_list_t *items,
                          apr_size_t from, apr_size_t n, apr_size_t fill,
                          ipxe_value_t with)
{
    ipxe_value_t *all = apr_palloc(run->pool, (n + fill + 1) * sizeof(*all));
    apr_size_t i;

    if (n)
        memcpy(all, items->items + from, n * sizeof(*all));
    for (i = 0; i < fill; i++)
        all[n + i] = with;
    return ipxe_value_items(all, n + fill, IPXE_KIND_LIST, 0, run->pool);
}

static apr_status_t count_of(apr_int64_t *count, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    apr_status_t rv = ipxe_arg_int(count, run, args, 0);

    if (rv == APR_SUCCESS && (*count < 1 || *count > IPXE_MAX_VALUE_ITEMS))
        return ipxe_arg_fail(run, args, "the number is out of range");
    return rv;
}

static apr_status_t f_batch(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    int fills = GIVEN(args, 1) && args->v[1].kind != IPXE_KIND_NONE;
    apr_array_header_t *out = ipxe_values_make(run);
    const ipxe_list_t *items;
    apr_int64_t count = 1;
    apr_size_t i, n, size;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv == APR_SUCCESS)
        rv = count_of(&count, run, args);
    if (rv != APR_SUCCESS)
        return rv;
    size = (apr_size_t)count;
    for (i = 0; i < items->len; i += n) {
        n = items->len - i < size ? items->len - i : size;
        APR_ARRAY_PUSH(out, ipxe_value_t) =
            piece(run, items, i, n, fills ? size - n : 0, args->v[1]);
    }
    *result = walked(out);
    return APR_SUCCESS;
}

static apr_status_t f_slice(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    int fills = GIVEN(args, 1) && args->v[1].kind != IPXE_KIND_NONE;
    apr_array_header_t *out = ipxe_values_make(run);
    const ipxe_list_t *items;
    apr_int64_t count = 1;
    apr_size_t i, n, at = 0, each, longer;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (rv == APR_SUCCESS)
        rv = count_of(&count, run, args);
    if (rv != APR_SUCCESS)
        return rv;
    each = items->len / (apr_size_t)count;
    longer = items->len % (apr_size_t)count;
    for (i = 0; i < (apr_size_t)count; i++) {
        n = each + (i < longer);
        APR_ARRAY_PUSH(out, ipxe_value_t) =
            piece(run, items, at, n, fills && i >= longer, args->v[1]);
        at += n;
    }
    *result = walked(out);
    return APR_SUCCESS;
}

static apr_status_t f_items(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    apr_array_header_t *out = ipxe_values_make(run);
    ipxe_value_t map;
    apr_size_t i;
    apr_status_t rv = ipxe_run_plain(&map, run, args->value);

    if (rv != APR_SUCCESS)
        return rv;
    if (map.kind != IPXE_KIND_MAP && map.kind != IPXE_KIND_UNDEFINED)
        return ipxe_arg_fail(run, args, "this wants a mapping, not %s",
                             ipxe_kind_name(map.kind));
    for (i = 0; map.kind == IPXE_KIND_MAP && i < map.u.map->count; i++)
        APR_ARRAY_PUSH(out, ipxe_value_t) =
            ipxe_value_pair(map.u.map->entries[i].key,
                            map.u.map->entries[i].value, run->pool);
    *result = walked(out);
    return APR_SUCCESS;
}

const ipxe_row_t ipxe_filters_select[] = {
    {"batch", f_batch, "linecount fill_with=none", 1, 2, IPXE_ROW_WALKS,
     "Lists of that many items each."},
    {"items", f_items, "", 0, 0, IPXE_ROW_UNDEFINED,
     "The pairs of a mapping; nothing of what is not defined."},
    {"map", f_map, "filter *arguments attribute= default=", 1, -1,
     IPXE_ROW_WALKS | IPXE_ROW_UNDEFINED,
     "Each item through a filter, or an attribute of each."},
    {"reject", f_reject, "test *arguments", 0, -1, IPXE_ROW_WALKS,
     "The items for which a test does not hold."},
    {"rejectattr", f_rejectattr, "attribute test *arguments", 1, -1,
     IPXE_ROW_WALKS,
     "The items for whose attribute a test does not hold."},
    {"select", f_select, "test *arguments", 0, -1, IPXE_ROW_WALKS,
     "The items for which a test holds."},
    {"selectattr", f_selectattr, "attribute test *arguments", 1, -1,
     IPXE_ROW_WALKS, "The items for whose attribute a test holds."},
    {"slice", f_slice, "slices fill_with=none", 1, 2, IPXE_ROW_WALKS,
     "That many lists of about the same length."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
