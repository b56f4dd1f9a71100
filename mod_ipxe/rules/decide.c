/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions: the walk's outcome, settled for the machine. */
#include "rules/decide.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/cond.h"
#include "rules/load.h"
#include "rules/recipe.h"
#include "rules/uses.h"
#include "rules/walk.h"

/* ---- Names with {{ }} in them ---- */

static apr_status_t no_such(const ipxe_decision_t *decision, const char *what,
                            const char *name, ipxe_code_e code,
                            ipxe_diags_t *diags)
{
    ipxe_diag_add(diags, code, decision->action.value->span,
                  "there is no %s '%s'", what, name);
    return APR_ENOENT;
}

/* A template is never named by what a machine says. */
static apr_status_t resolve_script(ipxe_decision_t *decision, ipxe_value_t path,
                                   ipxe_diags_t *diags)
{
    const char *name = path.u.text->s;
    int found;

    if (path.flags & IPXE_TAINTED) {
        ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, decision->action.value->span,
                      "a script cannot be named by what the machine sends");
        return APR_EACCES;
    }
    decision->action.script =
        ipxe_library_get(&found, decision->rules->library, name, diags);
    return decision->action.script ? APR_SUCCESS
                                   : no_such(decision, "template", name,
                                             IPXE_DIAG_UNKNOWN_TEMPLATE, diags);
}

static int unresolved(const ipxe_action_t *action)
{
    return (action->kind == IPXE_ACTION_BOOT && !action->profile) ||
           (action->kind == IPXE_ACTION_MENU && !action->menu) ||
           (action->kind == IPXE_ACTION_SCRIPT && !action->script);
}

/* What a sample says names nothing, and what a machine will say may: nothing
 * is wrong then. */
static apr_status_t nothing_named(const ipxe_decision_t *decision,
                                  const char *what, ipxe_value_t said,
                                  ipxe_diags_t *diags)
{
    if (decision->supposed && (said.flags & IPXE_TAINTED))
        return APR_NOTFOUND;
    return no_such(decision, what, said.u.text->s, IPXE_DIAG_UNKNOWN_NAME,
                   diags);
}

static apr_status_t resolve(ipxe_decision_t *decision, ipxe_scope_t *scope,
                            ipxe_diags_t *diags)
{
    ipxe_action_t *action = &decision->action;
    const ipxe_rules_t *rules = decision->rules;
    ipxe_value_t said;
    const char *name;
    apr_status_t status;

    if (!unresolved(action))
        return APR_SUCCESS;
    status = ipxe_scope_say(&said, scope, action->value, diags);
    if (status == APR_SUCCESS)
        status = ipxe_escape_open(said, action->value->span, diags);
    if (status != APR_SUCCESS)
        return status;
    if (action->kind == IPXE_ACTION_SCRIPT)
        return resolve_script(decision, said, diags);
    name = said.u.text->s;
    if (action->kind == IPXE_ACTION_BOOT) {
        action->profile =
            apr_hash_get(rules->profiles, name, APR_HASH_KEY_STRING);
        return action->profile
                   ? APR_SUCCESS
                   : nothing_named(decision, "profile", said, diags);
    }
    action->menu = apr_hash_get(rules->menus, name, APR_HASH_KEY_STRING);
    return action->menu ? APR_SUCCESS
                        : nothing_named(decision, "menu", said, diags);
}

/* ---- Profiles that are not for this machine ---- */

static void use_profile(ipxe_scope_t *scope, const ipxe_profile_t *profile)
{
    scope->profile = profile;
    apr_hash_clear(scope->cache);
}

static const char *place_of(ipxe_scope_t *scope)
{
    const char *platform =
        ipxe_machine_fact(scope->machine, IPXE_FACT_PLATFORM);
    const char *cpu = ipxe_machine_fact(scope->machine, IPXE_FACT_CPU);

    return apr_pstrcat(scope->pool, platform ? platform : "unknown platform",
                       ", ", cpu ? cpu : "unknown processor", NULL);
}

/* Why the scope's profile cannot boot on its machine; NULL: it can. */
static apr_status_t why_not(const char **why, ipxe_scope_t *scope,
                            ipxe_diags_t *diags)
{
    const ipxe_profile_t *profile = scope->profile;
    ipxe_facts_t asked = ipxe_profile_asks(profile);
    ipxe_miss_t miss = {profile->span, NULL};
    apr_status_t status;
    int holds, fact;

    *why = NULL;
    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (asked & IPXE_FACT_BIT(fact))
            ipxe_scope_fact(scope, (ipxe_fact_e)fact);
    }
    status = ipxe_cond_holds(&holds, profile->when, scope, &miss, diags);
    if (status != APR_SUCCESS)
        return status;
    if (!holds)
        *why =
            apr_psprintf(scope->pool, "profile %s is not for this machine: %s",
                         profile->name, miss.because);
    else if (!ipxe_scope_boot(scope))
        *why = apr_psprintf(scope->pool, "profile %s does not boot on %s",
                            profile->name, place_of(scope));
    return APR_SUCCESS;
}

static void turn_down(ipxe_decision_t *decision, const char *reason)
{
    decision->reason = reason;
    decision->action.kind = IPXE_ACTION_DENY;
    decision->action.value = NULL;
    decision->action.profile = NULL;
}

static apr_status_t settle_boot(ipxe_decision_t *decision, ipxe_scope_t *scope,
                                ipxe_diags_t *diags)
{
    const char *why = NULL;
    apr_status_t status;

    use_profile(scope, decision->action.profile);
    status = why_not(&why, scope, diags);
    if (status != APR_SUCCESS)
        return status;
    if (!why && decision->other && scope->profile->install)
        why = apr_psprintf(scope->pool,
                           "two hosts claim this machine, %s and %s: nothing "
                           "is installed on it",
                           decision->clash->name, decision->other->name);
    if (why)
        turn_down(decision, why);
    return APR_SUCCESS;
}

static apr_status_t settle(ipxe_decision_t *decision, ipxe_scope_t *scope,
                           const ipxe_action_t *action, ipxe_diags_t *diags)
{
    apr_status_t status;

    decision->action = *action;
    decision->reason = NULL;
    decision->scope = scope;
    status = resolve(decision, scope, diags);
    if (status == APR_SUCCESS && decision->action.kind == IPXE_ACTION_BOOT)
        status = settle_boot(decision, scope, diags);
    decision->untold = scope->untold;
    return status;
}

/* ---- Deciding ---- */

static apr_status_t fill(ipxe_decision_t *decision, const ipxe_walk_t *walk)
{
    static const ipxe_action_t none;
    const ipxe_action_t *action = walk->rule ? &walk->rule->action : &none;
    const ipxe_group_t *group;

    if (action->kind == IPXE_ACTION_FOLLOW)
        action = ipxe_walk_followed(&group, walk->scope->host);
    decision->rule = walk->rule;
    decision->group = walk->group;
    decision->matched = walk->matched;
    return settle(decision, walk->scope, action, walk->diags);
}

/* A rule asks what the machine has done, and nobody knows it now. */
static apr_status_t wait_for_state(ipxe_decision_t *decision,
                                   const ipxe_walk_t *walk)
{
    decision->action.kind = IPXE_ACTION_HOLD;
    decision->matched = walk->matched;
    decision->scope = walk->scope;
    decision->untold = walk->scope->untold;
    decision->reason = "The server does not know now what this machine has "
                       "done. It goes on by itself";
    return APR_SUCCESS;
}

apr_status_t ipxe_rules_decide(ipxe_decision_t **decision,
                               const ipxe_rules_t *rules,
                               const ipxe_machine_t *machine,
                               const ipxe_world_t *world, ipxe_diags_t *diags,
                               apr_pool_t *pool)
{
    ipxe_decision_t *made = apr_pcalloc(pool, sizeof(*made));
    ipxe_found_t found;
    ipxe_walk_t walk;
    apr_status_t status;

    memset(&walk, 0, sizeof(walk));
    made->rules = rules;
    made->machine = machine;
    made->world = world;
    status = ipxe_walk_scope(&walk.scope, &found, rules, machine, world, diags,
                             pool);
    if (status != APR_SUCCESS)
        return status;
    made->clash = found.first;
    made->other = found.second;
    walk.matched = apr_array_make(pool, 4, sizeof(const ipxe_rule_t *));
    walk.diags = diags;
    made->host = walk.scope->host;
    status = ipxe_walk(&walk);
    if (status != APR_SUCCESS && walk.scope->unknown)
        status = wait_for_state(made, &walk);
    else if (status == APR_SUCCESS)
        status = fill(made, &walk);
    if (status == APR_SUCCESS)
        *decision = made;
    return status;
}

/* What was answered, or what is taken where nothing was. */
static apr_status_t answer_to(ipxe_value_t *value, ipxe_scope_t *scope,
                              const ipxe_ask_t *ask, ipxe_diags_t *diags)
{
    const char *text = ipxe_machine_ask(scope->machine, ask->var);

    if (text && *text) {
        *value = ipxe_value_text(text, IPXE_TAINTED, scope->pool);
        return APR_SUCCESS;
    }
    if (ask->fallback)
        return ipxe_scope_say(value, scope, ask->fallback, diags);
    *value = ipxe_value_text("", IPXE_TAINTED, scope->pool);
    return APR_SUCCESS;
}

static apr_status_t take_answers(ipxe_scope_t *scope, const ipxe_menu_t *menu,
                                 const ipxe_item_t *item, ipxe_diags_t *diags)
{
    const char *layer =
        apr_psprintf(scope->pool, "answer to item '%s' of menu '%s'",
                     item->name, menu->name);
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; item->asks && i < item->asks->nelts && status == APR_SUCCESS;
         i++) {
        const ipxe_ask_t *ask = &APR_ARRAY_IDX(item->asks, i, ipxe_ask_t);
        ipxe_set_t made = {ask->var, ipxe_value_none(), layer, ask->span};

        status = answer_to(&made.value, scope, ask, diags);
        if (status == APR_SUCCESS)
            APR_ARRAY_PUSH(scope->sets, ipxe_set_t) = made;
    }
    if (item->asks)
        apr_hash_clear(scope->cache);
    return status;
}

apr_status_t ipxe_decision_choose(ipxe_decision_t **chosen,
                                  const ipxe_decision_t *decision,
                                  const ipxe_menu_t *menu,
                                  const ipxe_item_t *item, ipxe_diags_t *diags,
                                  apr_pool_t *pool)
{
    ipxe_decision_t *made = apr_pmemdup(pool, decision, sizeof(*decision));
    ipxe_scope_t *scope = ipxe_scope_copy(decision->scope, pool);
    apr_status_t status;

    scope->profile = NULL;
    made->menu = menu;
    made->item = item;
    status = ipxe_scope_set(
        scope, item->set,
        apr_psprintf(pool, "item '%s' of menu '%s'", item->name, menu->name),
        diags);
    if (status == APR_SUCCESS)
        status = take_answers(scope, menu, item, diags);
    if (status == APR_SUCCESS)
        status = settle(made, scope, &item->action, diags);
    if (status == APR_SUCCESS)
        *chosen = made;
    return status;
}

ipxe_decision_t *ipxe_decision_fix(const ipxe_decision_t *decision,
                                   const ipxe_profile_t *profile,
                                   apr_pool_t *pool)
{
    ipxe_decision_t *made = apr_pmemdup(pool, decision, sizeof(*decision));
    ipxe_scope_t *scope = ipxe_scope_copy(decision->scope, pool);

    memset(&made->action, 0, sizeof(made->action));
    made->action.kind = IPXE_ACTION_BOOT;
    made->action.span = decision->action.span;
    made->action.profile = profile;
    made->reason = NULL;
    made->scope = scope;
    use_profile(scope, profile);
    return made;
}

static int add_var(void *baton, const char *name, const char *value)
{
    ipxe_decision_t *decision = baton;
    ipxe_scope_t *scope = (ipxe_scope_t *)decision->scope;
    ipxe_set_t *set = apr_array_push(scope->sets);

    set->name = name;
    set->value = ipxe_value_text(value, 0, scope->pool);
    set->layer = "operator";
    set->span = decision->action.span;
    return 1;
}

ipxe_decision_t *ipxe_decision_order(const ipxe_decision_t *decision,
                                     const ipxe_profile_t *profile,
                                     const apr_table_t *vars, apr_pool_t *pool)
{
    ipxe_decision_t *made = ipxe_decision_fix(decision, profile, pool);

    made->ordered = 1;
    made->menu = NULL;
    made->item = NULL;
    if (vars)
        apr_table_do(add_var, made, vars, NULL);
    return made;
}

ipxe_decision_t *ipxe_decision_turn(const ipxe_decision_t *decision,
                                    ipxe_action_e kind, const char *reason,
                                    const char *code, apr_pool_t *pool)
{
    ipxe_decision_t *made = apr_pmemdup(pool, decision, sizeof(*decision));

    made->wanted = decision->action.profile;
    made->action.kind = kind;
    made->action.value = NULL;
    made->action.profile = NULL;
    made->action.menu = NULL;
    made->action.script = NULL;
    made->reason = reason;
    made->code = code;
    return made;
}

apr_status_t ipxe_decision_offers(int *offers, const ipxe_decision_t *decision,
                                  const ipxe_item_t *item, ipxe_diags_t *diags,
                                  apr_pool_t *pool)
{
    ipxe_scope_t *scope = ipxe_scope_copy(decision->scope, pool);
    ipxe_decision_t made = *decision;
    const char *why = NULL;
    apr_status_t status;

    scope->profile = NULL;
    status = ipxe_cond_holds(offers, item->when, scope, NULL, diags);
    if (status != APR_SUCCESS || !*offers ||
        item->action.kind != IPXE_ACTION_BOOT ||
        (item->asks && unresolved(&item->action)))
        return status;
    status = ipxe_scope_set(scope, item->set, "", diags);
    made.action = item->action;
    made.supposed = 1;
    if (status == APR_SUCCESS)
        status = resolve(&made, scope, diags);
    *offers = status == APR_SUCCESS;
    if (status != APR_SUCCESS)
        return status == APR_NOTFOUND ? APR_SUCCESS : status;
    use_profile(scope, made.action.profile);
    status = why_not(&why, scope, diags);
    *offers = !why;
    return status;
}

const ipxe_boot_t *ipxe_decision_boot(const ipxe_decision_t *decision,
                                      apr_pool_t *pool)
{
    const ipxe_profile_t *profile = decision->action.profile;
    const ipxe_machine_t *machine = decision->machine;
    const ipxe_scope_t *scope = decision->scope;

    if (!profile)
        return NULL;
    if (scope && scope->boot_for == profile)
        return scope->boot;
    return ipxe_profile_for(profile,
                            ipxe_machine_fact(machine, IPXE_FACT_PLATFORM),
                            ipxe_machine_fact(machine, IPXE_FACT_CPU), pool);
}

const ipxe_object_t *ipxe_decision_names(const ipxe_decision_t *decision,
                                         apr_pool_t *pool)
{
    return &ipxe_scope_copy(decision->scope, pool)->names;
}

/* ---- Supposing ---- */

static apr_status_t suppose_sets(ipxe_scope_t *scope, apr_array_header_t *sets,
                                 const ipxe_rule_t *upto, ipxe_diags_t *diags)
{
    const apr_array_header_t *rules = scope->rules->rules;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i <= upto->index && status == APR_SUCCESS; i++) {
        const ipxe_rule_t *rule = APR_ARRAY_IDX(rules, i, const ipxe_rule_t *);
        int always = !rule->when && !rule->window && rule->percent == 100;

        if (!rule->set || (rule != upto && !always))
            continue;
        scope->rule = rule;
        APR_ARRAY_PUSH(sets, const ipxe_rule_t *) = rule;
        status = ipxe_scope_set(scope, rule->set,
                                ipxe_walk_label(rule, scope->pool), diags);
    }
    scope->rule = upto;
    return status;
}

apr_status_t
ipxe_decision_suppose(ipxe_decision_t **decision, const ipxe_rules_t *rules,
                      const ipxe_rule_t *rule, const ipxe_host_t *host,
                      const ipxe_machine_t *machine, const ipxe_world_t *world,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_decision_t *made = apr_pcalloc(pool, sizeof(*made));
    const ipxe_action_t *action = &rule->action;
    ipxe_walk_t walk;
    apr_status_t status;

    memset(&walk, 0, sizeof(walk));
    *decision = NULL;
    made->rules = rules;
    made->machine = machine;
    made->world = world;
    made->host = host;
    made->supposed = 1;
    walk.scope = ipxe_scope_make(rules, machine, world, pool);
    walk.scope->host = host;
    walk.rule = rule;
    walk.diags = diags;
    walk.matched = apr_array_make(pool, 4, sizeof(const ipxe_rule_t *));
    if (action->kind == IPXE_ACTION_FOLLOW)
        action = ipxe_walk_followed(&walk.group, host);
    if (!action || action->kind == IPXE_ACTION_NONE)
        return APR_SUCCESS;
    status = suppose_sets(walk.scope, walk.matched, rule, diags);
    if (status == APR_SUCCESS)
        status = fill(made, &walk);
    if (status == APR_SUCCESS)
        *decision = made;
    return status;
}
