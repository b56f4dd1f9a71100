/* SPDX-License-Identifier: Apache-2.0 */
/* Methods: those of Python that stand in many templates. */
#include <string.h>

#include "template/run.h"
#include "template/texts.h"

#include "template/methods.h"

/* ---- mappings ---- */

static apr_status_t m_get(ipxe_value_t *result, ipxe_run_t *run,
                          ipxe_value_t self, const ipxe_call_t *call)
{
    const ipxe_entry_t *entry;

    if (!ipxe_value_hashable(call->args[0]))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                             "%s cannot be the key of a mapping",
                             ipxe_kind_name(call->args[0].kind));
    entry = ipxe_map_find(self.u.map, call->args[0]);
    *result = entry             ? entry->value
              : call->count > 1 ? call->args[1]
                                : ipxe_value_none();
    return APR_SUCCESS;
}

enum { KEYS = 1, VALUES = 2 };

static apr_status_t view(ipxe_value_t *result, ipxe_run_t *run,
                         ipxe_value_t self, int what)
{
    const struct ipxe_map_t *map = self.u.map;
    ipxe_value_t *items =
        apr_palloc(run->pool, (map->count + 1) * sizeof(*items));
    apr_size_t i;

    for (i = 0; i < map->count; i++)
        items[i] = what == KEYS     ? map->entries[i].key
                   : what == VALUES ? map->entries[i].value
                                    : ipxe_value_pair(map->entries[i].key,
                                                      map->entries[i].value,
                                                      run->pool);
    *result = ipxe_value_items(items, map->count, IPXE_KIND_LIST,
                               IPXE_LIST_VIEW, run->pool);
    return APR_SUCCESS;
}

static apr_status_t m_items(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    return view(result, run, self, KEYS | VALUES);
}

static apr_status_t m_keys(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    return view(result, run, self, KEYS);
}

static apr_status_t m_values(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    return view(result, run, self, VALUES);
}

static const ipxe_method_t map_methods[] = {
    {"get", m_get, 1, 2, "key default=none"},
    {"items", m_items, 0, 0, ""},
    {"keys", m_keys, 0, 0, ""},
    {"values", m_values, 0, 0, ""}};

/* ---- lists ---- */

/* Comparing what is not defined is an error. */
static apr_status_t same(int *equal, ipxe_run_t *run, ipxe_value_t item,
                         const ipxe_call_t *call)
{
    if (item.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, item, call->span);
    *equal = ipxe_value_equal(item, call->args[0]);
    return APR_SUCCESS;
}

static apr_status_t m_list_count(ipxe_value_t *result, ipxe_run_t *run,
                                 ipxe_value_t self, const ipxe_call_t *call)
{
    apr_status_t rv = APR_SUCCESS;
    apr_int64_t n = 0;
    apr_size_t i;

    for (i = 0; i < self.u.list->len && rv == APR_SUCCESS; i++) {
        int equal = 0;

        rv = same(&equal, run, self.u.list->items[i], call);
        n += equal;
    }
    *result = ipxe_value_int(n);
    return rv;
}

static apr_status_t m_list_index(ipxe_value_t *result, ipxe_run_t *run,
                                 ipxe_value_t self, const ipxe_call_t *call)
{
    apr_int64_t len = (apr_int64_t)self.u.list->len, from, to;
    apr_status_t rv = ipxe_method_bounds(&from, &to, run, call, len);

    for (; rv == APR_SUCCESS && from < to; from++) {
        int equal = 0;

        rv = same(&equal, run, self.u.list->items[from], call);
        if (equal) {
            *result = ipxe_value_int(from);
            return APR_SUCCESS;
        }
    }
    if (rv != APR_SUCCESS)
        return rv;
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                         "the list has no such item");
}

static const ipxe_method_t list_methods[] = {
    {"count", m_list_count, 1, 1, "item"},
    {"index", m_list_index, 1, 3, "item from=0 to=end"}};

/* ---- finding ---- */

const ipxe_method_t *ipxe_method_rows(ipxe_kind_e kind, apr_size_t *count)
{
    switch (kind) {
    case IPXE_KIND_TEXT:
        return ipxe_methods_text(count);
    case IPXE_KIND_MAP:
        *count = sizeof(map_methods) / sizeof(map_methods[0]);
        return map_methods;
    case IPXE_KIND_LIST:
    case IPXE_KIND_TUPLE:
        *count = sizeof(list_methods) / sizeof(list_methods[0]);
        return list_methods;
    default:
        *count = 0;
        return NULL;
    }
}

const ipxe_method_t *ipxe_method_find(ipxe_kind_e kind, const char *name)
{
    apr_size_t count, i;
    const ipxe_method_t *rows = ipxe_method_rows(kind, &count);

    for (i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static apr_status_t bound(apr_int64_t *to, ipxe_run_t *run,
                          const ipxe_call_t *call, apr_size_t i,
                          apr_int64_t len)
{
    apr_int64_t at;

    if (call->count <= i || call->args[i].kind == IPXE_KIND_NONE)
        return APR_SUCCESS;
    if (call->args[i].kind != IPXE_KIND_INT)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                             "a place is an integer, not %s",
                             ipxe_kind_name(call->args[i].kind));
    at = call->args[i].u.integer;
    if (at < 0)
        at = at < -len ? 0 : at + len;
    *to = at > len ? len : at;
    return APR_SUCCESS;
}

apr_status_t ipxe_method_bounds(apr_int64_t *from, apr_int64_t *to,
                                ipxe_run_t *run, const ipxe_call_t *call,
                                apr_int64_t len)
{
    apr_status_t rv;

    *from = 0;
    *to = len;
    rv = bound(from, run, call, 1, len);
    return rv == APR_SUCCESS ? bound(to, run, call, 2, len) : rv;
}
