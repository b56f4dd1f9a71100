/* SPDX-License-Identifier: Apache-2.0 */
/* What names mean: variables by their layers, then facts. */
#include "rules/scope.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/load.h"

static const ipxe_value_t pending; /* stands for what is being rendered */

static ipxe_scope_t *scope_of(const ipxe_object_t *self)
{
    return (ipxe_scope_t *)self->baton;
}

/* ---- Layers ---- */

static void add_layer(apr_array_header_t *layers, const ipxe_vars_t *vars,
                      const char *kind, const char *name)
{
    ipxe_layer_t *layer;

    if (!vars)
        return;
    layer = apr_array_push(layers);
    layer->vars = vars;
    layer->kind = kind;
    layer->name = name;
}

apr_array_header_t *ipxe_scope_layers(const ipxe_scope_t *scope,
                                      apr_pool_t *pool)
{
    apr_array_header_t *layers = apr_array_make(pool, 8, sizeof(ipxe_layer_t));
    const ipxe_profile_t *profile = scope->profile;
    const ipxe_host_t *host = scope->host;
    int i;

    if (profile)
        add_layer(layers, profile->family_vars, "installer",
                  profile->installer);
    add_layer(layers, scope->rules->vars, "site", NULL);
    if (profile)
        add_layer(layers, profile->vars, "profile", profile->name);
    for (i = 0; host && i < host->layers->nelts; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(host->layers, i, const ipxe_group_t *);

        add_layer(layers, group->vars, "group", group->name);
    }
    if (host)
        add_layer(layers, host->vars, "host", host->name);
    return layers;
}

static const ipxe_var_t *find_var(const ipxe_scope_t *scope, const char *name)
{
    const ipxe_profile_t *profile = scope->profile;
    const ipxe_host_t *host = scope->host;
    const ipxe_var_t *var = NULL;
    int i;

    if (host) {
        var = ipxe_vars_find(host->vars, name);
        for (i = host->layers->nelts; !var && i > 0; i--)
            var = ipxe_vars_find(
                APR_ARRAY_IDX(host->layers, i - 1, const ipxe_group_t *)->vars,
                name);
    }
    if (!var && profile)
        var = ipxe_vars_find(profile->vars, name);
    if (!var)
        var = ipxe_vars_find(scope->rules->vars, name);
    if (!var && profile)
        var = ipxe_vars_find(profile->family_vars, name);
    return var;
}

/* ---- Rendering ---- */

static apr_status_t too_deep(ipxe_span_t span, const char *what,
                             ipxe_diags_t *diags)
{
    ipxe_diag_add(diags, IPXE_DIAG_CIRCLE, span, "%s needs itself", what);
    return APR_EGENERAL;
}

static ipxe_render_t render_for(ipxe_scope_t *scope, ipxe_diags_t *diags)
{
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = &scope->names;
    render.world = scope->world;
    render.diags = diags;
    render.pool = scope->pool;
    return render;
}

static apr_status_t render_var(ipxe_value_t *value, ipxe_scope_t *scope,
                               const ipxe_var_t *var, ipxe_diags_t *diags)
{
    const ipxe_value_t *known =
        apr_hash_get(scope->cache, var->name, APR_HASH_KEY_STRING);
    ipxe_render_t render = render_for(scope, diags);
    const void *kept = NULL;
    apr_status_t status;

    if (known == &pending || scope->depth >= IPXE_MAX_RENDER_DEPTH)
        return too_deep(var->span,
                        apr_psprintf(scope->pool, "variable '%s'", var->name),
                        diags);
    if (known) {
        *value = *known;
        return APR_SUCCESS;
    }
    apr_hash_set(scope->cache, var->name, APR_HASH_KEY_STRING, &pending);
    scope->depth++;
    status = ipxe_worth_value(value, var->worth, &render);
    scope->depth--;
    if (status == APR_SUCCESS)
        kept = apr_pmemdup(scope->pool, value, sizeof(*value));
    apr_hash_set(scope->cache, var->name, APR_HASH_KEY_STRING, kept);
    return status;
}

apr_status_t ipxe_scope_var(ipxe_value_t *value, ipxe_scope_t *scope,
                            const char *name, const ipxe_render_t *render)
{
    const ipxe_var_t *var;
    int i;

    for (i = scope->sets->nelts; i > 0; i--) {
        const ipxe_set_t *set = &APR_ARRAY_IDX(scope->sets, i - 1, ipxe_set_t);

        if (strcmp(set->name, name) == 0) {
            *value = set->value;
            return APR_SUCCESS;
        }
    }
    var = find_var(scope, name);
    *value = ipxe_value_undefined(name);
    if (!var)
        return APR_SUCCESS;
    if (var->worth->kind == IPXE_WORTH_FIXED) {
        *value = var->worth->fixed;
        return APR_SUCCESS;
    }
    return render_var(value, scope, var, render->diags);
}

apr_status_t ipxe_scope_say(ipxe_value_t *text, ipxe_scope_t *scope,
                            const ipxe_phrase_t *phrase, ipxe_diags_t *diags)
{
    ipxe_render_t render = render_for(scope, diags);
    ipxe_value_t value;
    apr_status_t status;

    if (scope->depth >= IPXE_MAX_RENDER_DEPTH)
        return too_deep(phrase->span, "this value", diags);
    scope->depth++;
    status = ipxe_template_value(&value, phrase->compiled, &render);
    scope->depth--;
    if (status == APR_SUCCESS)
        *text = ipxe_value_str(value, scope->pool);
    return status;
}

apr_status_t ipxe_scope_set(ipxe_scope_t *scope, const ipxe_vars_t *set,
                            const char *layer, ipxe_diags_t *diags)
{
    ipxe_render_t render = render_for(scope, diags);
    int first = scope->sets->nelts, i;

    for (i = 0; set && i < set->list->nelts; i++) {
        const ipxe_var_t *var = APR_ARRAY_IDX(set->list, i, const ipxe_var_t *);
        ipxe_set_t made = {var->name, ipxe_value_none(), layer, var->span};
        apr_status_t status =
            ipxe_worth_value(&made.value, var->worth, &render);

        if (status != APR_SUCCESS) {
            scope->sets->nelts = first;
            return status;
        }
        APR_ARRAY_PUSH(scope->sets, ipxe_set_t) = made;
    }
    if (scope->sets->nelts > first)
        apr_hash_clear(scope->cache);
    return APR_SUCCESS;
}

const ipxe_boot_t *ipxe_scope_boot(ipxe_scope_t *scope)
{
    const ipxe_machine_t *machine = scope->machine;

    if (scope->boot_for != scope->profile)
        scope->boot =
            ipxe_profile_for(scope->profile,
                             ipxe_machine_fact(machine, IPXE_FACT_PLATFORM),
                             ipxe_machine_fact(machine, IPXE_FACT_CPU),
                             scope->pool);
    scope->boot_for = scope->profile;
    return scope->boot;
}

const ipxe_host_t *ipxe_scope_host(ipxe_scope_t *scope)
{
    if (!scope->host)
        scope->untold |= scope->host_untold;
    return scope->host;
}

/* ---- Names ---- */

static ipxe_value_t get_facts(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->facts);
}

static ipxe_value_t get_raw(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->raw);
}

static ipxe_value_t get_vars(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->vars);
}

static ipxe_value_t get_args(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->args);
}

static ipxe_value_t get_host(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->of_host);
}

static ipxe_value_t get_profile(ipxe_scope_t *scope)
{
    return ipxe_value_object(&scope->of_profile);
}

static ipxe_value_t get_rule(ipxe_scope_t *scope)
{
    return ipxe_value_text(scope->rule ? scope->rule->name : "", 0,
                           scope->pool);
}

/* Already percent-encoded: written as it is. */
static ipxe_value_t get_query(ipxe_scope_t *scope)
{
    return ipxe_value_text(ipxe_machine_query(scope->machine, scope->pool),
                           IPXE_TAINTED | IPXE_SAFE, scope->pool);
}

static const struct {
    const char *name;
    ipxe_value_t (*get)(ipxe_scope_t *scope);
} always[] = {{"facts", get_facts}, {"raw", get_raw},
              {"vars", get_vars},   {"args", get_args},
              {"host", get_host},   {"profile", get_profile},
              {"rule", get_rule},   {"facts_query", get_query}};

#define ALWAYS (sizeof(always) / sizeof(*always))

static int get_always(ipxe_value_t *value, ipxe_scope_t *scope,
                      const char *name)
{
    apr_size_t i;

    for (i = 0; i < ALWAYS; i++) {
        if (strcmp(always[i].name, name) == 0) {
            *value = always[i].get(scope);
            return 1;
        }
    }
    return 0;
}

static void get_fact(ipxe_value_t *value, ipxe_scope_t *scope, const char *name)
{
    ipxe_fact_e fact = ipxe_fact_find(name);

    if (fact != IPXE_FACT_COUNT)
        *value = ipxe_scope_fact_value(scope, fact);
    if (value->kind == IPXE_KIND_UNDEFINED)
        scope->missing = name;
}

static apr_status_t names_get(ipxe_value_t *value, const ipxe_object_t *self,
                              const ipxe_name_t *name,
                              const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    apr_status_t status;

    if (get_always(value, scope, name->s))
        return APR_SUCCESS;
    status = ipxe_scope_var(value, scope, name->s, render);
    if (status == APR_SUCCESS && value->kind == IPXE_KIND_UNDEFINED)
        get_fact(value, scope, name->s);
    return status;
}

static apr_status_t get_runs(ipxe_value_t *value, ipxe_scope_t *scope,
                             int failed)
{
    const apr_array_header_t *profiles;
    apr_status_t status = ipxe_scope_runs(&profiles, scope, failed);

    *value = ipxe_scope_list(profiles, 0, scope->pool);
    return status;
}

static apr_status_t asked_get(ipxe_value_t *value, const ipxe_object_t *self,
                              const ipxe_name_t *name,
                              const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);

    if (strcmp(name->s, "done") == 0 || strcmp(name->s, "failed") == 0)
        return get_runs(value, scope, strcmp(name->s, "failed") == 0);
    if (ipxe_fact_find(name->s) == IPXE_FACT_COUNT)
        return names_get(value, self, name, render);
    *value = ipxe_value_undefined(name->s);
    get_fact(value, scope, name->s);
    return APR_SUCCESS;
}

static apr_status_t vars_get(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    apr_status_t status = ipxe_scope_var(value, scope, name->s, render);

    if (status == APR_SUCCESS && value->kind == IPXE_KIND_UNDEFINED) {
        scope->missing = apr_pstrcat(scope->pool, "vars.", name->s, NULL);
        *value = ipxe_value_undefined(scope->missing);
    }
    return status;
}

static void add_once(apr_hash_t *seen, apr_array_header_t *names,
                     const char *name)
{
    if (apr_hash_get(seen, name, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(seen, name, APR_HASH_KEY_STRING, name);
    APR_ARRAY_PUSH(names, const char *) = name;
}

static apr_array_header_t *var_names(const ipxe_object_t *self,
                                     apr_pool_t *pool)
{
    const ipxe_scope_t *scope = scope_of(self);
    apr_array_header_t *layers = ipxe_scope_layers(scope, pool);
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(pool);
    int i, j;

    for (i = 0; i < layers->nelts; i++) {
        const ipxe_vars_t *vars = APR_ARRAY_IDX(layers, i, ipxe_layer_t).vars;

        for (j = 0; j < vars->list->nelts; j++)
            add_once(seen, names,
                     APR_ARRAY_IDX(vars->list, j, const ipxe_var_t *)->name);
    }
    for (i = 0; i < scope->sets->nelts; i++)
        add_once(seen, names, APR_ARRAY_IDX(scope->sets, i, ipxe_set_t).name);
    return names;
}

static apr_array_header_t *all_names(const ipxe_object_t *self,
                                     apr_pool_t *pool)
{
    apr_array_header_t *names = var_names(self, pool);
    apr_size_t i;

    apr_array_cat(names,
                  scope_of(self)->facts.names(&scope_of(self)->facts, pool));
    for (i = 0; i < ALWAYS; i++)
        APR_ARRAY_PUSH(names, const char *) = always[i].name;
    return names;
}

/* ---- Making ---- */

static void fill_objects(ipxe_scope_t *scope)
{
    scope->names = (ipxe_object_t){names_get, all_names, scope};
    scope->asked = (ipxe_object_t){asked_get, all_names, scope};
    scope->vars = (ipxe_object_t){vars_get, var_names, scope};
    ipxe_scope_fact_objects(scope);
    ipxe_scope_thing_objects(scope);
}

ipxe_scope_t *ipxe_scope_make(const ipxe_rules_t *rules,
                              const ipxe_machine_t *machine,
                              const ipxe_world_t *world, apr_pool_t *pool)
{
    ipxe_scope_t *scope = apr_pcalloc(pool, sizeof(*scope));

    scope->rules = rules;
    scope->machine = machine;
    scope->world = world;
    scope->pool = pool;
    scope->sets = apr_array_make(pool, 4, sizeof(ipxe_set_t));
    scope->cache = apr_hash_make(pool);
    fill_objects(scope);
    return scope;
}

ipxe_scope_t *ipxe_scope_copy(const ipxe_scope_t *scope, apr_pool_t *pool)
{
    ipxe_scope_t *copy = apr_pmemdup(pool, scope, sizeof(*scope));

    copy->pool = pool;
    if (pool != scope->pool)
        copy->boot_for = NULL;
    copy->sets = apr_array_copy(pool, scope->sets);
    copy->cache = apr_hash_make(pool);
    copy->depth = 0;
    fill_objects(copy);
    return copy;
}
