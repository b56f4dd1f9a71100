/* SPDX-License-Identifier: Apache-2.0 */
/* Linking names: actions, conditions, facts; variables that need
 * themselves. */
#include <apr_strings.h>
#include <string.h>

#include "rules/hosts.h"
#include "rules/limit.h"
#include "rules/loader.h"
#include "rules/names.h"
#include "rules/pattern.h"

/* ---- Actions ---- */

const char *ipxe_phrase_constant(const ipxe_phrase_t *phrase)
{
    const char *text = NULL;

    if (phrase && phrase->compiled &&
        !ipxe_template_constant(phrase->compiled, &text))
        text = NULL;
    return text;
}

static void link_action(ipxe_loader_t *loader, ipxe_action_t *action)
{
    const char *name = ipxe_phrase_constant(action->value);
    const ipxe_recipe_t *recipe;

    if (!name)
        return;
    if (action->kind == IPXE_ACTION_BOOT) {
        recipe = ipxe_load_find(loader, loader->profiles, "profile", name,
                                action->value->span);
        action->profile = recipe ? recipe->profile : NULL;
    }
    else if (action->kind == IPXE_ACTION_MENU)
        action->menu = ipxe_load_find(loader, loader->menus, "menu", name,
                                      action->value->span);
    else if (action->kind == IPXE_ACTION_SCRIPT)
        action->script = ipxe_load_template(loader, name, action->value->span);
}

/* What installs nothing has nothing that could be counted, and its operator
 * would wait for a limit that never comes. */
static void check_limit(ipxe_loader_t *loader, const ipxe_rule_t *rule)
{
    const ipxe_action_t *action = &rule->action;
    const ipxe_profile_t *profile = action->profile;
    ipxe_diag_t *diag;

    if (!rule->limit || action->kind == IPXE_ACTION_MENU ||
        action->kind == IPXE_ACTION_FOLLOW ||
        (action->kind == IPXE_ACTION_BOOT && (!profile || profile->install)))
        return;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE, rule->limit->span,
                         "rule '%s' installs nothing that a limit could count",
                         rule->name);
    ipxe_diag_help(diag, "a limit counts machines that get a profile with "
                         "`install`");
    if (profile)
        ipxe_diag_note(diag, profile->span, "this profile has none");
}

void ipxe_link_actions(ipxe_loader_t *loader)
{
    int i;

    for (i = 0; i < loader->actions->nelts; i++)
        link_action(loader, APR_ARRAY_IDX(loader->actions, i, ipxe_action_t *));
    for (i = 0; i < loader->rule_list->nelts; i++)
        check_limit(loader, APR_ARRAY_IDX(loader->rule_list, i, ipxe_rule_t *));
}

/* ---- Conditions ---- */

/* Variables that conditions may name: name -> int *, the rule after which it
 * is known; -1: always. */
typedef struct known_t {
    ipxe_loader_t *loader;
    apr_hash_t *vars;
    apr_array_header_t *names; /* of const char *, in order */
    const ipxe_cond_use_t *use;
} known_t;

static void know(known_t *known, const ipxe_vars_t *vars, int since)
{
    int i, *at;

    for (i = 0; vars && i < vars->list->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(vars->list, i, const ipxe_var_t *)->name;

        if (apr_hash_get(known->vars, name, APR_HASH_KEY_STRING))
            continue;
        at = apr_palloc(known->loader->pool, sizeof(*at));
        *at = since;
        apr_hash_set(known->vars, name, APR_HASH_KEY_STRING, at);
        APR_ARRAY_PUSH(known->names, const char *) = name;
    }
}

static void know_all(known_t *known)
{
    const ipxe_loader_t *loader = known->loader;
    const ipxe_group_def_t *def;
    int at = 0, i;

    know(known, loader->vars, -1);
    while ((def = ipxe_load_next(loader, loader->groups, &at)))
        know(known, def->group->vars, -1);
    for (i = 0; i < loader->host_defs->nelts; i++)
        know(known,
             APR_ARRAY_IDX(loader->host_defs, i, ipxe_host_def_t *)->host->vars,
             -1);
    for (i = 0; i < loader->rule_list->nelts; i++)
        know(known, APR_ARRAY_IDX(loader->rule_list, i, ipxe_rule_t *)->set, i);
}

static int is_var(const known_t *known, const char *name)
{
    const int *since = apr_hash_get(known->vars, name, APR_HASH_KEY_STRING);
    const ipxe_recipe_t *recipe = known->use->recipe;

    if (since && *since < known->use->before)
        return 1;
    if (recipe && recipe->profile &&
        (ipxe_vars_find(recipe->profile->vars, name) ||
         ipxe_vars_find(recipe->profile->family_vars, name)))
        return 1;
    for (; recipe; recipe = recipe->base) {
        if (ipxe_vars_find(recipe->vars, name))
            return 1;
    }
    return 0;
}

static void near_name(const known_t *known, ipxe_diag_t *diag, const char *name)
{
    apr_array_header_t *names =
        apr_array_copy(known->loader->pool, known->names);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++)
        APR_ARRAY_PUSH(names, const char *) = ipxe_fact_name((ipxe_fact_e)i);
    ipxe_diag_nearest(diag, name, (const char *const *)names->elts,
                      (apr_size_t)names->nelts);
}

static void unknown_var(const known_t *known, const char *name,
                        ipxe_span_t span)
{
    const int *since = apr_hash_get(known->vars, name, APR_HASH_KEY_STRING);
    const ipxe_rule_t *rule;
    ipxe_diag_t *diag = ipxe_diag_add(
        known->loader->diags, IPXE_DIAG_UNKNOWN_VARIABLE, span,
        "'%s' is no fact and no variable that is known here", name);

    if (!since) {
        near_name(known, diag, name);
        if (!diag->help && ipxe_hosts_elsewhere(known->loader->rules))
            ipxe_diag_help(diag,
                           "a variable that only hosts of a database "
                           "have needs a value in the site's `vars`: "
                           "%s: ~",
                           name);
        else if (!diag->help)
            ipxe_diag_help(diag, "a condition sees facts, and variables of "
                                 "the site, groups, hosts and earlier rules");
        return;
    }
    rule = APR_ARRAY_IDX(known->loader->rule_list, *since, ipxe_rule_t *);
    ipxe_diag_note(diag, rule->span, "this rule sets it, which is not before");
}

static const char *const host_keys[] = {"name", "groups", "vars"};

static void unknown_host_key(const known_t *known, const char *name,
                             ipxe_span_t span)
{
    if (ipxe_text_among(name, host_keys, 3))
        return;
    ipxe_diag_nearest(ipxe_diag_add(known->loader->diags,
                                    IPXE_DIAG_UNKNOWN_VARIABLE, span,
                                    "a host has no '%s'", name),
                      name, host_keys, 3);
}

static void check_name(void *baton, const char *parent, const char *name,
                       ipxe_span_t span)
{
    const known_t *known = baton;
    const char *first = *parent ? parent : name;

    if (strcmp(parent, "vars") == 0) {
        if (strcmp(name, "*") != 0 && !is_var(known, name))
            unknown_var(known, name, span);
    }
    else if (strcmp(parent, "host") == 0) {
        if (strcmp(name, "*") != 0)
            unknown_host_key(known, name, span);
    }
    else if (strcmp(first, "*") != 0 && !ipxe_name_in_conditions(first) &&
             !ipxe_name_is_function(first) &&
             ipxe_fact_find(first) == IPXE_FACT_COUNT && !is_var(known, first))
        unknown_var(known, first, span);
}

static void check_fact_name(void *baton, const char *parent, const char *name,
                            ipxe_span_t span)
{
    const char *names[IPXE_FACT_COUNT];
    ipxe_loader_t *loader = baton;
    int i;

    if ((strcmp(parent, "facts") != 0 && strcmp(parent, "raw") != 0) ||
        strcmp(name, "*") == 0 || ipxe_fact_find(name) != IPXE_FACT_COUNT)
        return;
    for (i = 0; i < IPXE_FACT_COUNT; i++)
        names[i] = ipxe_fact_name((ipxe_fact_e)i);
    ipxe_diag_nearest(ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_VARIABLE,
                                    span, "there is no fact '%s'", name),
                      name, names, IPXE_FACT_COUNT);
}

/* A name without a wildcard must exist. */
static void check_existing(ipxe_loader_t *loader, const ipxe_cond_t *cond,
                           apr_hash_t *table, const char *what)
{
    const char *name;
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        const ipxe_pattern_t *pattern =
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *);

        if (ipxe_pattern_plain(pattern, &name))
            ipxe_load_find(loader, table, what, name,
                           ipxe_pattern_span(pattern));
    }
}

/* A machine may have run what is no profile any more: that is no error. */
static void doubt_run(const ipxe_loader_t *loader, const char *name,
                      ipxe_span_t span)
{
    if (!apr_hash_get(loader->profiles, name, APR_HASH_KEY_STRING))
        ipxe_load_near(ipxe_diag_add(loader->diags, IPXE_DIAG_DOUBTFUL_PATTERN,
                                     span, "there is no profile '%s' to run",
                                     name),
                       loader, loader->profiles, name);
}

static void doubt_runs(const ipxe_loader_t *loader, const ipxe_cond_t *cond)
{
    const char *name;
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        const ipxe_pattern_t *pattern =
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *);

        if (ipxe_pattern_plain(pattern, &name))
            doubt_run(loader, name, ipxe_pattern_span(pattern));
    }
}

static void check_cond(void *baton, const ipxe_cond_t *cond)
{
    known_t *known = baton;
    ipxe_loader_t *loader = known->loader;

    /* A database's hosts come and go: `ipxectl check` looks for them. */
    if (cond->kind == IPXE_COND_HOST && !ipxe_hosts_elsewhere(loader->rules))
        check_existing(loader, cond, loader->hosts, "host");
    else if (cond->kind == IPXE_COND_GROUP)
        check_existing(loader, cond, loader->groups, "group");
    else if (cond->kind == IPXE_COND_RUNS)
        doubt_runs(loader, cond);
    else if (cond->kind == IPXE_COND_EXPRESSION) {
        ipxe_template_names(cond->expression, check_name, known);
        ipxe_template_names(cond->expression, check_fact_name, loader);
    }
}

void ipxe_link_conds(ipxe_loader_t *loader)
{
    known_t known = {loader, apr_hash_make(loader->pool),
                     apr_array_make(loader->pool, 32, sizeof(const char *)),
                     NULL};
    int i;

    know_all(&known);
    for (i = 0; i < loader->conds->nelts; i++) {
        known.use = &APR_ARRAY_IDX(loader->conds, i, ipxe_cond_use_t);
        ipxe_cond_walk(known.use->cond, check_cond, &known);
    }
}

/* ---- facts.NAME in the phrases of rule files ---- */

void ipxe_link_facts(ipxe_loader_t *loader)
{
    int i;

    for (i = 0; i < loader->phrases->nelts; i++)
        ipxe_template_names(
            APR_ARRAY_IDX(loader->phrases, i, ipxe_phrase_t *)->compiled,
            check_fact_name, loader);
}

/* ---- Variables that need themselves ---- */

/* A search through one pile of layers, the highest first. */
typedef struct search_t {
    ipxe_loader_t *loader;
    const ipxe_vars_t *layers[3];
    apr_hash_t *colours; /* name -> what is below */
    const ipxe_var_t *at;
} search_t;

static const char grey[] = "grey", black[] = "black";

static void visit(search_t *search, const char *name);

static void visit_name(void *baton, const char *parent, const char *name,
                       ipxe_span_t span)
{
    (void)span;
    if (!*parent || strcmp(parent, "vars") == 0)
        visit(baton, name);
}

static void visit_phrase(void *baton, const ipxe_phrase_t *phrase)
{
    if (phrase->compiled)
        ipxe_template_names(phrase->compiled, visit_name, baton);
}

static const ipxe_var_t *top_var(const search_t *search, const char *name)
{
    const ipxe_var_t *var = NULL;
    int i;

    for (i = 0; i < 3 && !var; i++)
        var = ipxe_vars_find(search->layers[i], name);
    return var;
}

static void visit(search_t *search, const char *name)
{
    const ipxe_var_t *var = top_var(search, name), *from = search->at;
    const char *colour =
        apr_hash_get(search->colours, name, APR_HASH_KEY_STRING);
    ipxe_diag_t *diag;

    if (!var || colour == black)
        return;
    if (colour == grey) {
        diag = ipxe_diag_add(search->loader->diags, IPXE_DIAG_CIRCLE, var->span,
                             "variable '%s' needs itself", name);
        if (from != var)
            ipxe_diag_note(diag, from->span, "by way of '%s'", from->name);
        return;
    }
    apr_hash_set(search->colours, name, APR_HASH_KEY_STRING, grey);
    search->at = var;
    ipxe_worth_phrases(var->worth, visit_phrase, search);
    search->at = from;
    apr_hash_set(search->colours, name, APR_HASH_KEY_STRING, black);
}

/* Nonzero where a value has {{ }}: a host without can close no circle. */
static int renders(const ipxe_vars_t *vars)
{
    int i;

    for (i = 0; vars && i < vars->list->nelts; i++) {
        if (APR_ARRAY_IDX(vars->list, i, const ipxe_var_t *)->worth->kind !=
            IPXE_WORTH_FIXED)
            return 1;
    }
    return 0;
}

static void search_layers(ipxe_loader_t *loader, const ipxe_vars_t *top,
                          const ipxe_vars_t *middle, const ipxe_vars_t *low)
{
    search_t search = {loader, {top, middle, low}, NULL, NULL};
    int i, j;

    search.colours = apr_hash_make(loader->pool);
    for (i = 0; i < 3; i++) {
        const ipxe_vars_t *vars = search.layers[i];

        for (j = 0; vars && j < vars->list->nelts; j++)
            visit(&search,
                  APR_ARRAY_IDX(vars->list, j, const ipxe_var_t *)->name);
    }
}

void ipxe_link_var_circles(ipxe_loader_t *loader)
{
    const ipxe_group_def_t *group;
    const ipxe_host_def_t *host;
    const ipxe_recipe_t *recipe;
    int at = 0;

    search_layers(loader, loader->vars, NULL, NULL);
    while ((recipe = ipxe_load_next(loader, loader->profiles, &at))) {
        if (recipe->profile->vars || recipe->profile->family_vars)
            search_layers(loader, recipe->profile->vars, loader->vars,
                          recipe->profile->family_vars);
    }
    at = 0;
    while ((group = ipxe_load_next(loader, loader->groups, &at))) {
        if (group->group->vars)
            search_layers(loader, group->group->vars, loader->vars, NULL);
    }
    at = 0;
    while ((host = ipxe_load_next(loader, loader->hosts, &at))) {
        if (renders(host->host->vars))
            search_layers(loader, host->host->vars, loader->vars, NULL);
    }
}
