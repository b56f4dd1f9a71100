/* SPDX-License-Identifier: Apache-2.0 */
/* Facts and arguments as values of templates: text of the network, marked. */
#include <apr_strings.h>
#include <string.h>

#include "rules/scope.h"

const char *ipxe_scope_fact(ipxe_scope_t *scope, ipxe_fact_e fact)
{
    if (scope->machine->facts[fact].state == IPXE_NOT_TOLD)
        scope->untold |= IPXE_FACT_BIT(fact);
    return ipxe_machine_fact(scope->machine, fact);
}

apr_status_t ipxe_scope_runs(const apr_array_header_t **profiles,
                             ipxe_scope_t *scope, int failed)
{
    const ipxe_host_t *host = scope->host;
    apr_status_t status = APR_SUCCESS;

    *profiles = NULL;
    if (scope->world && scope->world->runs)
        status = scope->world->runs(profiles, scope->world->baton,
                                    host ? host->name : NULL, failed);
    if (!*profiles)
        *profiles = apr_array_make(scope->pool, 1, sizeof(const char *));
    if (status != APR_SUCCESS)
        scope->unknown = 1;
    return status;
}

ipxe_value_t ipxe_scope_list(const apr_array_header_t *texts, unsigned flags,
                             apr_pool_t *pool)
{
    apr_array_header_t *items =
        apr_array_make(pool, texts->nelts + 1, sizeof(ipxe_value_t));
    int i;

    for (i = 0; i < texts->nelts; i++)
        APR_ARRAY_PUSH(items, ipxe_value_t) =
            ipxe_value_text(APR_ARRAY_IDX(texts, i, const char *), flags, pool);
    return ipxe_value_list(items);
}

static ipxe_value_t cards(const ipxe_scope_t *scope)
{
    apr_array_header_t *macs = apr_array_make(
        scope->pool, scope->machine->mac_count + 1, sizeof(const char *));
    int i;

    for (i = 0; i < scope->machine->mac_count; i++)
        APR_ARRAY_PUSH(macs, const char *) = scope->machine->macs[i];
    return ipxe_scope_list(macs, IPXE_TAINTED, scope->pool);
}

ipxe_value_t ipxe_scope_fact_value(ipxe_scope_t *scope, ipxe_fact_e fact)
{
    const char *text = ipxe_scope_fact(scope, fact);
    ipxe_value_t value;

    if (!text)
        return ipxe_value_undefined(ipxe_fact_name(fact));
    switch (ipxe_fact_kind(fact)) {
    case IPXE_FACT_KIND_MACS:
        return cards(scope);
    case IPXE_FACT_KIND_BOOL:
        value = ipxe_value_bool(strcmp(text, "true") == 0);
        break;
    case IPXE_FACT_KIND_NUMBER:
        value = ipxe_value_int(apr_atoi64(text));
        break;
    default:
        return ipxe_value_text(text, IPXE_TAINTED, scope->pool);
    }
    value.flags |= IPXE_TAINTED;
    return value;
}

static ipxe_scope_t *scope_of(const ipxe_object_t *self)
{
    return (ipxe_scope_t *)self->baton;
}

static const char *dotted(ipxe_scope_t *scope, const char *parent,
                          const char *name)
{
    scope->missing = apr_pstrcat(scope->pool, parent, ".", name, NULL);
    return scope->missing;
}

static apr_status_t facts_get(ipxe_value_t *value, const ipxe_object_t *self,
                              const ipxe_name_t *name,
                              const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    ipxe_fact_e fact = ipxe_fact_find(name->s);

    (void)render;
    *value = fact == IPXE_FACT_COUNT ? ipxe_value_undefined(name->s)
                                     : ipxe_scope_fact_value(scope, fact);
    if (value->kind == IPXE_KIND_UNDEFINED) {
        *value = ipxe_value_undefined(dotted(scope, "facts", name->s));
        scope->missing = name->s;
    }
    return APR_SUCCESS;
}

static apr_status_t raw_get(ipxe_value_t *value, const ipxe_object_t *self,
                            const ipxe_name_t *name,
                            const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    ipxe_fact_e fact = ipxe_fact_find(name->s);
    const char *raw = NULL;

    (void)render;
    if (fact != IPXE_FACT_COUNT) {
        ipxe_scope_fact(scope, fact);
        raw = scope->machine->facts[fact].raw;
    }
    *value = raw ? ipxe_value_text(raw, IPXE_TAINTED, scope->pool)
                 : ipxe_value_undefined(dotted(scope, "raw", name->s));
    return APR_SUCCESS;
}

static apr_array_header_t *fact_names(const ipxe_object_t *self,
                                      apr_pool_t *pool)
{
    const ipxe_scope_t *scope = scope_of(self);
    apr_array_header_t *names =
        apr_array_make(pool, IPXE_FACT_COUNT, sizeof(const char *));
    int fact;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (ipxe_machine_fact(scope->machine, (ipxe_fact_e)fact))
            APR_ARRAY_PUSH(names, const char *) =
                ipxe_fact_name((ipxe_fact_e)fact);
    }
    return names;
}

static apr_status_t args_get(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    const char *text = ipxe_machine_arg(scope->machine, name->s);

    (void)render;
    *value = text ? ipxe_value_text(text, IPXE_TAINTED, scope->pool)
                  : ipxe_value_undefined(dotted(scope, "args", name->s));
    return APR_SUCCESS;
}

static apr_array_header_t *arg_names(const ipxe_object_t *self,
                                     apr_pool_t *pool)
{
    const apr_array_header_t *args = scope_of(self)->machine->args;
    apr_array_header_t *names =
        apr_array_make(pool, args->nelts + 1, sizeof(const char *));
    int i;

    for (i = 0; i < args->nelts; i++)
        APR_ARRAY_PUSH(names, const char *) =
            APR_ARRAY_IDX(args, i, ipxe_arg_t).name;
    return names;
}

void ipxe_scope_fact_objects(ipxe_scope_t *scope)
{
    scope->facts = (ipxe_object_t){facts_get, fact_names, scope};
    scope->raw = (ipxe_object_t){raw_get, fact_names, scope};
    scope->args = (ipxe_object_t){args_get, arg_names, scope};
}
