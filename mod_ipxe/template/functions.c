/* SPDX-License-Identifier: Apache-2.0 */
/* The language's own functions: range, dict, namespace, cycler, joiner. */
#include <apr_strings.h>
#include <string.h>

#include "template/run.h"

static apr_status_t wrong(const ipxe_call_t *call, const char *message)
{
    return ipxe_run_fail(ipxe_run_of(call), IPXE_DIAG_TEMPLATE_ARGUMENT,
                         call->span, "%s", message);
}

ipxe_value_t ipxe_value_function(const ipxe_function_t *function)
{
    ipxe_value_t value;

    memset(&value, 0, sizeof(value));
    value.kind = IPXE_KIND_FUNCTION;
    value.u.function = function;
    return value;
}

/* ---- range ---- */

static apr_status_t range_bounds(apr_int64_t bounds[3],
                                 const ipxe_call_t *call)
{
    apr_size_t i, shift = call->count == 1;

    bounds[0] = 0;
    bounds[2] = 1;
    if (call->count < 1 || call->count > 3 || call->named_count)
        return wrong(call, "range() takes one, two or three integers");
    for (i = 0; i < call->count; i++) {
        const ipxe_value_t *value = &call->args[i];

        if (value->kind == IPXE_KIND_INT)
            bounds[i + shift] = value->u.integer;
        else if (value->kind == IPXE_KIND_BOOL)
            bounds[i + shift] = value->u.boolean;
        else if (value->kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(ipxe_run_of(call), *value, call->span);
        else
            return wrong(call, "range() takes integers");
    }
    return bounds[2] ? APR_SUCCESS
                     : wrong(call, "the step of range() cannot be zero");
}

/* How many there are; more than any list may have: one more than that. */
static apr_size_t range_count(const apr_int64_t bounds[3])
{
    apr_uint64_t distance, step;

    if (bounds[2] > 0 ? bounds[0] >= bounds[1] : bounds[0] <= bounds[1])
        return 0;
    if (bounds[2] > 0) {
        distance = (apr_uint64_t)bounds[1] - (apr_uint64_t)bounds[0];
        step = (apr_uint64_t)bounds[2];
    }
    else {
        distance = (apr_uint64_t)bounds[0] - (apr_uint64_t)bounds[1];
        step = 0 - (apr_uint64_t)bounds[2];
    }
    distance = (distance - 1) / step;
    return distance >= IPXE_MAX_VALUE_ITEMS ? IPXE_MAX_VALUE_ITEMS + 1
                                            : (apr_size_t)distance + 1;
}

static apr_status_t call_range(ipxe_value_t *result, const ipxe_call_t *call,
                               const ipxe_function_t *self)
{
    ipxe_run_t *run = ipxe_run_of(call);
    ipxe_value_t *items;
    apr_int64_t bounds[3], at;
    apr_size_t n, i;
    apr_status_t rv = range_bounds(bounds, call);

    (void)self;
    if (rv != APR_SUCCESS)
        return rv;
    n = range_count(bounds);
    if (n > IPXE_MAX_VALUE_ITEMS)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, call->span,
                             "this range has more than %d items",
                             IPXE_MAX_VALUE_ITEMS);
    items = apr_palloc(run->pool, (n + 1) * sizeof(*items));
    for (i = 0, at = bounds[0]; i < n; i++) {
        items[i] = ipxe_value_int(at);
        at = (apr_int64_t)((apr_uint64_t)at + (apr_uint64_t)bounds[2]);
    }
    *result = ipxe_value_items(items, n, IPXE_KIND_LIST, IPXE_LIST_RANGE,
                               run->pool);
    return APR_SUCCESS;
}

/* ---- dict and namespace ---- */

static apr_status_t add_pair(ipxe_value_t map, const ipxe_call_t *call,
                             ipxe_value_t pair)
{
    const ipxe_list_t *two;
    apr_status_t rv = ipxe_run_items(&two, ipxe_run_of(call), pair,
                                     call->span);

    if (rv != APR_SUCCESS)
        return rv;
    if (two->len != 2 || !ipxe_value_hashable(two->items[0]))
        return wrong(call, "dict() takes pairs of a key and a value");
    ipxe_map_put((struct ipxe_map_t *)map.u.map, two->items[0],
                 two->items[1]);
    return APR_SUCCESS;
}

static apr_status_t add_all(ipxe_value_t map, const ipxe_call_t *call,
                            ipxe_value_t from)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_run_plain(&from, ipxe_run_of(call), from);
    apr_size_t i;

    if (rv != APR_SUCCESS)
        return rv;
    if (from.kind == IPXE_KIND_MAP) {
        for (i = 0; i < from.u.map->count; i++)
            ipxe_map_put((struct ipxe_map_t *)map.u.map,
                         from.u.map->entries[i].key,
                         from.u.map->entries[i].value);
        return APR_SUCCESS;
    }
    rv = ipxe_run_items(&items, ipxe_run_of(call), from, call->span);
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++)
        rv = add_pair(map, call, items->items[i]);
    return rv;
}

static apr_status_t call_dict(ipxe_value_t *result, const ipxe_call_t *call,
                              const ipxe_function_t *self)
{
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i;

    (void)self;
    *result = ipxe_value_map(call->render->pool);
    if (call->count > 1)
        return wrong(call, "dict() takes one mapping, and named values");
    if (call->count)
        rv = add_all(*result, call, call->args[0]);
    for (i = 0; i < call->named_count; i++)
        ipxe_map_set(*result, call->keys[i], call->named[i]);
    return rv;
}

static apr_status_t space_get(ipxe_value_t *value, const ipxe_object_t *self,
                              const ipxe_name_t *name,
                              const ipxe_render_t *render)
{
    ipxe_value_t map = ipxe_value_none();

    (void)render;
    map.kind = IPXE_KIND_MAP;
    map.u.map = self->baton;
    *value = ipxe_map_named(map, name);
    return APR_SUCCESS;
}

static apr_status_t call_namespace(ipxe_value_t *result,
                                   const ipxe_call_t *call,
                                   const ipxe_function_t *self)
{
    ipxe_object_t *object = apr_pcalloc(call->render->pool, sizeof(*object));
    ipxe_value_t map;
    apr_status_t rv = call_dict(&map, call, self);

    object->get = space_get;
    object->baton = map.u.map;
    *result = ipxe_value_object(object);
    return rv;
}

apr_status_t ipxe_namespace_set(ipxe_run_t *run, ipxe_value_t of,
                                const char *name, ipxe_value_t value,
                                ipxe_span_t span)
{
    if (of.kind != IPXE_KIND_OBJECT || of.u.object->get != space_get) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "only a namespace has names that can be set");
        ipxe_diag_help(run->diag, "make one: {%% set %s = namespace() %%}",
                       "ns");
        return APR_EGENERAL;
    }
    ipxe_map_put((struct ipxe_map_t *)of.u.object->baton,
                 ipxe_value_text(name, 0, run->pool), value);
    return APR_SUCCESS;
}

/* ---- cycler and joiner ---- */

typedef struct cycler_t {
    const ipxe_value_t *items;
    apr_size_t count, at;
    ipxe_object_t object;
    ipxe_function_t next, reset;
} cycler_t;

static apr_status_t cycler_next(ipxe_value_t *result, const ipxe_call_t *call,
                                const ipxe_function_t *self)
{
    cycler_t *cycler = (cycler_t *)self->baton;

    (void)call;
    *result = cycler->items[cycler->at];
    cycler->at = (cycler->at + 1) % cycler->count;
    return APR_SUCCESS;
}

static apr_status_t cycler_reset(ipxe_value_t *result,
                                 const ipxe_call_t *call,
                                 const ipxe_function_t *self)
{
    cycler_t *cycler = (cycler_t *)self->baton;

    (void)call;
    cycler->at = 0;
    *result = ipxe_value_none();
    return APR_SUCCESS;
}

static apr_status_t cycler_get(ipxe_value_t *value, const ipxe_object_t *self,
                               const ipxe_name_t *name,
                               const ipxe_render_t *render)
{
    const cycler_t *cycler = self->baton;

    (void)render;
    *value = ipxe_value_undefined(name->s);
    if (strcmp(name->s, "current") == 0)
        *value = cycler->items[cycler->at];
    else if (strcmp(name->s, "next") == 0)
        *value = ipxe_value_function(&cycler->next);
    else if (strcmp(name->s, "reset") == 0)
        *value = ipxe_value_function(&cycler->reset);
    return APR_SUCCESS;
}

static apr_status_t call_cycler(ipxe_value_t *result, const ipxe_call_t *call,
                                const ipxe_function_t *self)
{
    cycler_t *cycler = apr_pcalloc(call->render->pool, sizeof(*cycler));
    ipxe_value_t *items;

    (void)self;
    if (call->count == 0 || call->named_count)
        return wrong(call, "cycler() takes what it goes through");
    items = apr_palloc(call->render->pool, call->count * sizeof(*items));
    memcpy(items, call->args, call->count * sizeof(*items));
    cycler->items = items;
    cycler->count = call->count;
    cycler->object.get = cycler_get;
    cycler->object.baton = cycler;
    cycler->next.name = "next";
    cycler->next.call = cycler_next;
    cycler->next.baton = cycler;
    cycler->reset.name = "reset";
    cycler->reset.call = cycler_reset;
    cycler->reset.baton = cycler;
    *result = ipxe_value_object(&cycler->object);
    return APR_SUCCESS;
}

typedef struct joiner_t {
    ipxe_value_t separator;
    int used;
    ipxe_function_t function;
} joiner_t;

static apr_status_t joiner_next(ipxe_value_t *result, const ipxe_call_t *call,
                                const ipxe_function_t *self)
{
    joiner_t *joiner = (joiner_t *)self->baton;

    (void)call;
    *result = joiner->used ? joiner->separator
                           : IPXE_TEXT("");
    joiner->used = 1;
    return APR_SUCCESS;
}

static apr_status_t call_joiner(ipxe_value_t *result, const ipxe_call_t *call,
                                const ipxe_function_t *self)
{
    joiner_t *joiner = apr_pcalloc(call->render->pool, sizeof(*joiner));
    apr_size_t given = call->count + call->named_count;

    (void)self;
    if (given > 1 ||
        (call->named_count && strcmp(call->keys[0], "sep") != 0))
        return wrong(call, "joiner() takes one separator");
    joiner->separator = !given        ? IPXE_TEXT(", ")
                        : call->count ? call->args[0]
                                      : call->named[0];
    joiner->function.name = "joiner";
    joiner->function.call = joiner_next;
    joiner->function.baton = joiner;
    *result = ipxe_value_function(&joiner->function);
    return APR_SUCCESS;
}

static const ipxe_function_t rows[] = {{"cycler", call_cycler, NULL},
                                       {"dict", call_dict, NULL},
                                       {"joiner", call_joiner, NULL},
                                       {"namespace", call_namespace, NULL},
                                       {"range", call_range, NULL}};

const ipxe_function_t *ipxe_function_rows(apr_size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

const ipxe_function_t *ipxe_function_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}
