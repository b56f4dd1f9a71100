/* SPDX-License-Identifier: Apache-2.0 */
/* Why: the walk once more, every step kept; and the variables. */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "rules/decide.h"
#include "rules/walk.h"

apr_array_header_t *ipxe_decision_why(const ipxe_decision_t *decision,
                                      apr_pool_t *pool)
{
    ipxe_walk_t walk;

    memset(&walk, 0, sizeof(walk));
    walk.scope = ipxe_scope_make(decision->rules, decision->machine,
                                 decision->world, pool);
    walk.scope->host = decision->host;
    walk.scope->host_untold = decision->scope->host_untold;
    walk.matched = apr_array_make(pool, 4, sizeof(const ipxe_rule_t *));
    walk.steps = apr_array_make(pool, decision->rules->rules->nelts + 1,
                                sizeof(ipxe_step_t));
    walk.diags = ipxe_diags_make(pool);
    ipxe_walk(&walk);
    return walk.steps;
}

/* ---- Variables ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ipxe_var_shown_t *)a)->name,
                  ((const ipxe_var_shown_t *)b)->name);
}

static const char *layer_text(const ipxe_layer_t *layer, apr_pool_t *pool)
{
    return layer->name ? apr_pstrcat(pool, layer->kind, " ", layer->name, NULL)
                       : layer->kind;
}

static const char *shown(ipxe_scope_t *scope, const char *name)
{
    ipxe_diags_t *diags = ipxe_diags_make(scope->pool);
    const ipxe_diag_t *error;
    ipxe_render_t render;
    ipxe_value_t value;

    memset(&render, 0, sizeof(render));
    render.names = &scope->names;
    render.world = scope->world;
    render.diags = diags;
    render.pool = scope->pool;
    if (ipxe_scope_var(&value, scope, name, &render) != APR_SUCCESS) {
        error = ipxe_diags_first_error(diags);
        return apr_psprintf(scope->pool, "(%s)",
                            error ? error->message : "it has no value");
    }
    value = ipxe_value_str(value, scope->pool);
    return value.flags & IPXE_SECRET ? "***" : value.u.text->s;
}

/* One of the name, or a new one. */
static ipxe_var_shown_t *var_at(apr_array_header_t *vars, const char *name)
{
    ipxe_var_shown_t *var;
    int i;

    for (i = 0; i < vars->nelts; i++) {
        var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);
        if (strcmp(var->name, name) == 0)
            return var;
    }
    var = apr_array_push(vars);
    var->name = name;
    return var;
}

static void add_layer(apr_array_header_t *shown_vars, const ipxe_layer_t *layer,
                      apr_pool_t *pool)
{
    int i;

    for (i = 0; i < layer->vars->list->nelts; i++) {
        const ipxe_var_t *var =
            APR_ARRAY_IDX(layer->vars->list, i, const ipxe_var_t *);
        ipxe_var_shown_t *at = var_at(shown_vars, var->name);

        at->layer = layer_text(layer, pool);
        at->span = var->span;
    }
}

apr_array_header_t *ipxe_decision_vars(const ipxe_decision_t *decision,
                                       apr_pool_t *pool)
{
    ipxe_scope_t *scope = ipxe_scope_copy(decision->scope, pool);
    apr_array_header_t *layers = ipxe_scope_layers(scope, pool);
    apr_array_header_t *vars =
        apr_array_make(pool, 32, sizeof(ipxe_var_shown_t));
    int i;

    for (i = 0; i < layers->nelts; i++)
        add_layer(vars, &APR_ARRAY_IDX(layers, i, ipxe_layer_t), pool);
    for (i = 0; i < scope->sets->nelts; i++) {
        const ipxe_set_t *set = &APR_ARRAY_IDX(scope->sets, i, ipxe_set_t);
        ipxe_var_shown_t *at = var_at(vars, set->name);

        at->layer = set->layer;
        at->span = set->span;
    }
    for (i = 0; i < vars->nelts; i++) {
        ipxe_var_shown_t *at = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        at->value = shown(scope, at->name);
    }
    if (vars->nelts)
        qsort(vars->elts, (size_t)vars->nelts, sizeof(ipxe_var_shown_t),
              by_name);
    return vars;
}
