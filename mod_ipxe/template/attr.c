/* SPDX-License-Identifier: Apache-2.0 */
/* Reaching into values: attributes, items, slices, paths, and what a loop
 * goes through. */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "template/run.h"

/* What a mapping of Python has and this language has not: the name means the
 * method there, so it must not quietly mean a key here. */
static const char *const python_only[] = {
    "clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"};

int ipxe_map_method(const char *name)
{
    unsigned i;

    for (i = 0; i < sizeof(python_only) / sizeof(python_only[0]); i++) {
        if (strcmp(python_only[i], name) == 0)
            return 1;
    }
    return ipxe_method_find(IPXE_KIND_MAP, name) != NULL;
}

static apr_status_t map_attr(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t of, const ipxe_name_t *name,
                             ipxe_span_t span)
{
    if (ipxe_map_method(name->s)) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "'.%s' of a mapping is a method, not a key", name->s);
        ipxe_diag_help(run->diag, "write ['%s'] for the key", name->s);
        return APR_EGENERAL;
    }
    *result = ipxe_map_named(of, name);
    return APR_SUCCESS;
}

static apr_status_t group_attr(ipxe_value_t *result, ipxe_value_t of,
                               const char *name)
{
    if (strcmp(name, "grouper") == 0)
        *result = of.u.list->items[0];
    else if (strcmp(name, "list") == 0)
        *result = of.u.list->items[1];
    return APR_SUCCESS;
}

apr_status_t ipxe_run_attr(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, const ipxe_name_t *name,
                           ipxe_span_t span)
{
    *result = ipxe_value_undefined(name->s);
    if (of.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, of, span);
    if (of.kind == IPXE_KIND_OBJECT)
        return of.u.object->get(result, of.u.object, name, &run->render);
    if (of.kind == IPXE_KIND_MAP)
        return map_attr(result, run, of, name, span);
    if (of.flags & IPXE_LIST_GROUP && of.kind == IPXE_KIND_TUPLE)
        return group_attr(result, of, name->s);
    if (ipxe_method_find(of.kind, name->s)) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "'.%s' is a method: it wants its brackets", name->s);
        ipxe_diag_help(run->diag, "write .%s(...)", name->s);
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

/* ---- items ---- */

static apr_status_t text_item(ipxe_value_t *result, ipxe_run_t *run,
                              ipxe_value_t of, apr_int64_t at)
{
    apr_size_t chars = ipxe_string_chars(of.u.text), from, to;
    ipxe_build_t build;

    if (at < 0)
        at += (apr_int64_t)chars;
    if (at < 0 || at >= (apr_int64_t)chars)
        return APR_SUCCESS;
    from = ipxe_string_offset(of.u.text, (apr_size_t)at);
    to = ipxe_string_offset(of.u.text, (apr_size_t)at + 1);
    ipxe_build_init(&build, to - from, run->pool);
    ipxe_build_part(&build, of, from, to - from);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static void list_item(ipxe_value_t *result, ipxe_value_t of, apr_int64_t at)
{
    if (at < 0)
        at += (apr_int64_t)of.u.list->len;
    if (at >= 0 && at < (apr_int64_t)of.u.list->len)
        *result = of.u.list->items[at];
}

static apr_status_t numbered(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t of, apr_int64_t at)
{
    *result = ipxe_value_undefined(
        apr_psprintf(run->pool, "item %" APR_INT64_T_FMT, at));
    if (of.kind == IPXE_KIND_TEXT)
        return text_item(result, run, of, at);
    if (ipxe_value_is_list(of) &&
        !(of.flags & (IPXE_LIST_LAZY | IPXE_LIST_VIEW)))
        list_item(result, of, at);
    return APR_SUCCESS;
}

static apr_status_t map_item(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t of, ipxe_value_t key)
{
    const ipxe_entry_t *entry = NULL;

    if (ipxe_value_hashable(key))
        entry = ipxe_map_find(of.u.map, key);
    *result = entry ? entry->value
                    : ipxe_value_undefined(
                          key.kind == IPXE_KIND_TEXT && !key.flags
                              ? key.u.text->s
                              : apr_psprintf(run->pool, "this key (%s)",
                                             ipxe_kind_name(key.kind)));
    return APR_SUCCESS;
}

apr_status_t ipxe_run_item(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, ipxe_value_t key,
                           ipxe_span_t span)
{
    ipxe_name_t name;

    if (of.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, of, span);
    if (of.kind == IPXE_KIND_MAP)
        return map_item(result, run, of, key);
    if (key.kind == IPXE_KIND_INT)
        return numbered(result, run, of, key.u.integer);
    if (key.kind == IPXE_KIND_BOOL)
        return numbered(result, run, of, key.u.boolean);
    if (key.kind == IPXE_KIND_TEXT && !(key.flags & IPXE_SECRET)) {
        name = ipxe_name_of(key.u.text->s, key.u.text->len);
        return ipxe_run_attr(result, run, of, &name, span);
    }
    *result = ipxe_value_undefined(
        apr_psprintf(run->pool, "this key (%s)", ipxe_kind_name(key.kind)));
    return APR_SUCCESS;
}

/* ---- slices ---- */

static apr_int64_t clamp(ipxe_value_t bound, apr_int64_t missing,
                         apr_int64_t len, apr_int64_t least, apr_int64_t most)
{
    apr_int64_t at;

    if (bound.kind == IPXE_KIND_NONE)
        return missing;
    at = bound.kind == IPXE_KIND_BOOL ? bound.u.boolean : bound.u.integer;
    if (at < 0)
        at = at < -len ? least : at + len;
    return at < least ? least : at > most ? most : at;
}

typedef struct slice_t {
    apr_int64_t from, to, step;
} slice_t;

static apr_status_t slice_of(slice_t *slice, ipxe_run_t *run,
                             const ipxe_value_t bounds[3], apr_int64_t len,
                             ipxe_span_t span)
{
    int i;

    for (i = 0; i < 3; i++) {
        if (bounds[i].kind != IPXE_KIND_NONE &&
            bounds[i].kind != IPXE_KIND_INT &&
            bounds[i].kind != IPXE_KIND_BOOL)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                                 "the bounds of a slice are integers, not %s",
                                 ipxe_kind_name(bounds[i].kind));
    }
    slice->step = bounds[2].kind == IPXE_KIND_NONE   ? 1
                  : bounds[2].kind == IPXE_KIND_BOOL ? bounds[2].u.boolean
                                                     : bounds[2].u.integer;
    if (slice->step > len + 1 || slice->step < -len - 1)
        slice->step = slice->step > 0 ? len + 1 : -len - 1;
    if (slice->step == 0)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "the step of a slice cannot be zero");
    if (slice->step > 0) {
        slice->from = clamp(bounds[0], 0, len, 0, len);
        slice->to = clamp(bounds[1], len, len, 0, len);
    }
    else {
        slice->from = clamp(bounds[0], len - 1, len, -1, len - 1);
        slice->to = clamp(bounds[1], -1, len, -1, len - 1);
    }
    return APR_SUCCESS;
}

static int in_slice(const slice_t *slice, apr_int64_t at)
{
    return slice->step > 0 ? at < slice->to : at > slice->to;
}

static void slice_text(ipxe_value_t *result, ipxe_run_t *run,
                       ipxe_value_t of, const slice_t *slice)
{
    ipxe_build_t build;
    apr_int64_t at;

    ipxe_build_init(&build, of.u.text->len, run->pool);
    if (slice->step == 1 && slice->from < slice->to) {
        apr_size_t from =
            ipxe_string_offset(of.u.text, (apr_size_t)slice->from);
        apr_size_t to = ipxe_string_offset(of.u.text, (apr_size_t)slice->to);

        ipxe_build_part(&build, of, from, to - from);
    }
    else {
        const ipxe_list_t *chars;

        if (ipxe_run_items(&chars, run, of, ipxe_span(NULL, 0, 0)) !=
            APR_SUCCESS)
            return;
        for (at = slice->from; in_slice(slice, at); at += slice->step)
            ipxe_build_part(&build, chars->items[at], 0,
                            chars->items[at].u.text->len);
    }
    build.flags |= of.flags & IPXE_SECRET;
    *result = ipxe_build_value(&build);
}

static void slice_list(ipxe_value_t *result, ipxe_run_t *run,
                       ipxe_value_t of, const slice_t *slice)
{
    apr_array_header_t *items =
        apr_array_make(run->pool, 8, sizeof(ipxe_value_t));
    apr_int64_t at;

    for (at = slice->from; in_slice(slice, at); at += slice->step)
        APR_ARRAY_PUSH(items, ipxe_value_t) = of.u.list->items[at];
    *result = ipxe_value_items((const ipxe_value_t *)(void *)items->elts,
                               (apr_size_t)items->nelts, of.kind, 0,
                               run->pool);
}

apr_status_t ipxe_run_slice(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t of, const ipxe_value_t bounds[3],
                            ipxe_span_t span)
{
    slice_t slice = {0, 0, 1};
    apr_status_t rv;
    int text = of.kind == IPXE_KIND_TEXT;

    if (!text && (!ipxe_value_is_list(of) ||
                  of.flags & (IPXE_LIST_LAZY | IPXE_LIST_VIEW)))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "%s cannot be sliced", ipxe_kind_name(of.kind));
    rv = slice_of(&slice, run, bounds,
                  (apr_int64_t)(text ? ipxe_string_chars(of.u.text)
                                     : of.u.list->len),
                  span);
    if (rv != APR_SUCCESS)
        return rv;
    if (text)
        slice_text(result, run, of, &slice);
    else
        slice_list(result, run, of, &slice);
    return ipxe_run_charge(run, *result, &span);
}

/* ---- paths ---- */

static int all_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static apr_status_t path_step(ipxe_value_t *result, ipxe_run_t *run,
                              ipxe_value_t of, ipxe_value_t key,
                              const ipxe_value_t *missing, ipxe_span_t span)
{
    apr_status_t rv = ipxe_run_item(result, run, of, key, span);

    if (rv == APR_SUCCESS && missing && result->kind == IPXE_KIND_UNDEFINED)
        *result = *missing;
    return rv;
}

apr_status_t ipxe_run_path(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, ipxe_value_t path,
                           const ipxe_value_t *missing, ipxe_span_t span)
{
    char *part, *dot;
    apr_status_t rv = APR_SUCCESS;

    if (path.kind != IPXE_KIND_TEXT)
        return path_step(result, run, of, path, missing, span);
    part = apr_pstrdup(run->pool, path.u.text->s);
    for (; part && rv == APR_SUCCESS; part = dot) {
        dot = strchr(part, '.');
        if (dot)
            *dot++ = '\0';
        rv = path_step(result, run, of,
                       all_digits(part)
                           ? ipxe_value_int(strtol(part, NULL, 10))
                           : ipxe_value_text(part, path.flags & IPXE_STICKY,
                                             run->pool),
                       missing, span);
        of = *result;
    }
    return rv;
}

/* ---- loops ---- */

static const ipxe_list_t *characters(ipxe_run_t *run, ipxe_value_t text)
{
    apr_array_header_t *items =
        apr_array_make(run->pool, 16, sizeof(ipxe_value_t));
    ipxe_list_t *list = apr_palloc(run->pool, sizeof(*list));
    apr_size_t at = 0;

    while (at < text.u.text->len) {
        ipxe_build_t build;
        int n = ipxe_utf8_next(text.u.text->s + at, text.u.text->len - at,
                               NULL);

        ipxe_build_init(&build, 4, run->pool);
        ipxe_build_part(&build, text, at, n ? (apr_size_t)n : 1);
        APR_ARRAY_PUSH(items, ipxe_value_t) = ipxe_build_value(&build);
        at += n ? (apr_size_t)n : 1;
    }
    list->items = (const ipxe_value_t *)(void *)items->elts;
    list->len = (apr_size_t)items->nelts;
    return list;
}

static const ipxe_list_t *keys_of(ipxe_run_t *run,
                                  const struct ipxe_map_t *map)
{
    ipxe_list_t *list = apr_palloc(run->pool, sizeof(*list));
    ipxe_value_t *items =
        apr_palloc(run->pool, (map->count + 1) * sizeof(*items));
    apr_size_t i;

    for (i = 0; i < map->count; i++)
        items[i] = map->entries[i].key;
    list->items = items;
    list->len = map->count;
    return list;
}

/* Jinja2's generators are empty when they are walked again, which nobody
 * means. */
static apr_status_t walk(const ipxe_list_t **items, ipxe_run_t *run,
                         ipxe_value_t value, ipxe_span_t span)
{
    ipxe_lazy_t *lazy;

    *items = value.u.list;
    if (!(value.flags & IPXE_LIST_LAZY)) /* of a product's object */
        return APR_SUCCESS;
    lazy = (ipxe_lazy_t *)(void *)value.u.list;
    if (!lazy->walked++)
        return APR_SUCCESS;
    ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                  "what this filter gave was gone through already");
    ipxe_diag_help(run->diag, "make it a list first: ...|list");
    return APR_EGENERAL;
}

apr_status_t ipxe_run_items_of(const ipxe_list_t **items, ipxe_run_t *run,
                               ipxe_value_t value, ipxe_span_t span)
{
    apr_status_t rv = ipxe_run_plain(&value, run, value);

    if (rv != APR_SUCCESS)
        return rv;
    if (value.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, value, span);
    if (ipxe_value_is_list(value))
        return walk(items, run, value, span);
    if (value.kind == IPXE_KIND_TEXT)
        *items = characters(run, value);
    else if (value.kind == IPXE_KIND_MAP)
        *items = keys_of(run, value.u.map);
    else
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "%s has no items to go through",
                             ipxe_kind_name(value.kind));
    return APR_SUCCESS;
}

static apr_status_t not_shown(ipxe_run_t *run, ipxe_value_t value,
                              ipxe_span_t span)
{
    if (value.kind == IPXE_KIND_FUNCTION) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "a function cannot be written: call it");
        ipxe_diag_help(run->diag, "put brackets after its name");
    }
    else if (value.kind == IPXE_KIND_OBJECT) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "an object cannot be written: name what of it");
    }
    else {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "what this gives can only be walked, not written");
        ipxe_diag_help(run->diag, "make it a list first: ...|list, or a "
                                  "text: ...|join(', ')");
    }
    return APR_EGENERAL;
}

apr_status_t ipxe_run_writable(ipxe_value_t *result, ipxe_run_t *run,
                               ipxe_value_t value, ipxe_span_t span)
{
    apr_status_t rv = ipxe_run_plain(result, run, value);

    if (rv != APR_SUCCESS)
        return rv;
    if (result->kind >= IPXE_KIND_OBJECT ||
        (ipxe_value_is_list(*result) &&
         result->flags &
             (IPXE_LIST_LAZY | IPXE_LIST_VIEW | IPXE_LIST_RANGE)))
        return not_shown(run, *result, span);
    return APR_SUCCESS;
}

int ipxe_value_is_product(ipxe_value_t value)
{
    return value.kind == IPXE_KIND_OBJECT && value.u.object->names;
}

apr_status_t ipxe_run_plain(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t value)
{
    const ipxe_object_t *object = value.u.object;
    apr_array_header_t *names;
    ipxe_value_t map, item;
    apr_status_t rv;
    int i;

    *result = value;
    if (!ipxe_value_is_product(value))
        return APR_SUCCESS;
    map = ipxe_value_map(run->pool);
    names = object->names(object, run->pool);
    for (i = 0; i < names->nelts; i++) {
        const char *s = APR_ARRAY_IDX(names, i, const char *);
        ipxe_name_t name = ipxe_name_of(s, strlen(s));

        rv = object->get(&item, object, &name, &run->render);
        if (rv != APR_SUCCESS)
            return rv;
        if (item.kind != IPXE_KIND_UNDEFINED)
            ipxe_map_set(map, s, item);
    }
    *result = map;
    return APR_SUCCESS;
}
