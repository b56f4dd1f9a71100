/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of variables, and their values. */
#include "rules/vars.h"

#include <apr_strings.h>
#include <string.h>

/* Up to these a walk is as fast as a hash, and a million hosts have few. */
#define FEW 8

ipxe_vars_t *ipxe_vars_make(apr_pool_t *pool)
{
    ipxe_vars_t *vars = apr_palloc(pool, sizeof(*vars));

    vars->by_name = NULL;
    vars->list = apr_array_make(pool, 2, sizeof(const ipxe_var_t *));
    return vars;
}

/* Where the list has a name; NULL: nowhere. */
static const ipxe_var_t **place_of(const ipxe_vars_t *vars, const char *name)
{
    int i;

    for (i = 0; i < vars->list->nelts; i++) {
        const ipxe_var_t **at =
            &APR_ARRAY_IDX(vars->list, i, const ipxe_var_t *);

        if (strcmp((*at)->name, name) == 0)
            return at;
    }
    return NULL;
}

static void make_index(ipxe_vars_t *vars)
{
    int i;

    vars->by_name = apr_hash_make(vars->list->pool);
    for (i = 0; i < vars->list->nelts; i++) {
        const ipxe_var_t *var =
            APR_ARRAY_IDX(vars->list, i, const ipxe_var_t *);

        apr_hash_set(vars->by_name, var->name, APR_HASH_KEY_STRING, var);
    }
}

void ipxe_vars_put(ipxe_vars_t *vars, const ipxe_var_t *var)
{
    if (!ipxe_vars_find(vars, var->name))
        APR_ARRAY_PUSH(vars->list, const ipxe_var_t *) = var;
    else
        *place_of(vars, var->name) = var;
    if (vars->by_name)
        apr_hash_set(vars->by_name, var->name, APR_HASH_KEY_STRING, var);
    else if (vars->list->nelts > FEW)
        make_index(vars);
}

const ipxe_var_t *ipxe_vars_find(const ipxe_vars_t *vars, const char *name)
{
    const ipxe_var_t **at;

    if (!vars)
        return NULL;
    if (vars->by_name)
        return apr_hash_get(vars->by_name, name, APR_HASH_KEY_STRING);
    at = place_of(vars, name);
    return at ? *at : NULL;
}

static void put_all(ipxe_vars_t *into, const ipxe_vars_t *from)
{
    int i;

    for (i = 0; i < from->list->nelts; i++)
        ipxe_vars_put(into, APR_ARRAY_IDX(from->list, i, const ipxe_var_t *));
}

const ipxe_vars_t *ipxe_vars_merge(const ipxe_vars_t *below,
                                   const ipxe_vars_t *above, apr_pool_t *pool)
{
    ipxe_vars_t *both;

    if (!below || !above)
        return below ? below : above;
    both = ipxe_vars_make(pool);
    put_all(both, below);
    put_all(both, above);
    return both;
}

/* ---- Values ---- */

static apr_status_t list_value(ipxe_value_t *value, const ipxe_worth_t *worth,
                               const ipxe_render_t *render)
{
    apr_array_header_t *items = apr_array_make(
        render->pool, worth->parts->nelts + 1, sizeof(ipxe_value_t));
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i < worth->parts->nelts && status == APR_SUCCESS; i++)
        status = ipxe_worth_value(
            apr_array_push(items),
            APR_ARRAY_IDX(worth->parts, i, const ipxe_worth_t *), render);
    *value = ipxe_value_list(items);
    return status;
}

static apr_status_t map_value(ipxe_value_t *value, const ipxe_worth_t *worth,
                              const ipxe_render_t *render)
{
    apr_status_t status = APR_SUCCESS;
    ipxe_value_t item;
    int i;

    *value = ipxe_value_map(render->pool);
    for (i = 0; i < worth->parts->nelts && status == APR_SUCCESS; i++) {
        status = ipxe_worth_value(
            &item, APR_ARRAY_IDX(worth->parts, i, const ipxe_worth_t *),
            render);
        if (status == APR_SUCCESS)
            ipxe_map_set(*value, APR_ARRAY_IDX(worth->keys, i, const char *),
                         item);
    }
    return status;
}

static apr_status_t plain_value(ipxe_value_t *value, const ipxe_worth_t *worth,
                                const ipxe_render_t *render)
{
    switch (worth->kind) {
    case IPXE_WORTH_PHRASE:
        return ipxe_template_value(value, worth->phrase->compiled, render);
    case IPXE_WORTH_LIST:
        return list_value(value, worth, render);
    case IPXE_WORTH_MAP:
        return map_value(value, worth, render);
    default:
        *value = worth->fixed;
        return APR_SUCCESS;
    }
}

apr_status_t ipxe_worth_value(ipxe_value_t *value, const ipxe_worth_t *worth,
                              const ipxe_render_t *render)
{
    apr_status_t status = plain_value(value, worth, render);

    if (worth->secret && status == APR_SUCCESS)
        value->flags |= IPXE_SECRET;
    return status;
}

void ipxe_worth_phrases(const ipxe_worth_t *worth, ipxe_phrase_fn *each,
                        void *baton)
{
    int i;

    if (worth->kind == IPXE_WORTH_PHRASE)
        each(baton, worth->phrase);
    if (worth->kind != IPXE_WORTH_LIST && worth->kind != IPXE_WORTH_MAP)
        return;
    for (i = 0; i < worth->parts->nelts; i++)
        ipxe_worth_phrases(APR_ARRAY_IDX(worth->parts, i, const ipxe_worth_t *),
                           each, baton);
}
