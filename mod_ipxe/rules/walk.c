/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, from the top. */
#include "rules/walk.h"

#include <apr_strings.h>

#include "rules/cond.h"
#include "rules/index.h"
#include "rules/window.h"

const ipxe_action_t *ipxe_walk_followed(const ipxe_group_t **group,
                                        const ipxe_host_t *host)
{
    int i;

    *group = NULL;
    if (!host)
        return NULL;
    if (host->action->kind != IPXE_ACTION_NONE)
        return host->action;
    for (i = 0; i < host->groups->nelts; i++) {
        *group = APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *);
        if ((*group)->action.kind != IPXE_ACTION_NONE)
            return &(*group)->action;
    }
    *group = NULL;
    return NULL;
}

const char *ipxe_walk_label(const ipxe_rule_t *rule, apr_pool_t *pool)
{
    return apr_pstrcat(pool, "rule '", rule->name, "'", NULL);
}

apr_status_t ipxe_walk_scope(ipxe_scope_t **scope, ipxe_found_t *found,
                             const ipxe_rules_t *rules,
                             const ipxe_machine_t *machine,
                             const ipxe_world_t *world, ipxe_diags_t *diags,
                             apr_pool_t *pool)
{
    apr_status_t status = ipxe_hosts_find(found, rules, machine, diags, pool);

    *scope = ipxe_scope_make(rules, machine, world, pool);
    (*scope)->host = found->host;
    (*scope)->host_untold = found->untold;
    return status;
}

/* ---- One rule ---- */

static int in_window(const ipxe_walk_t *walk, const ipxe_rule_t *rule,
                     ipxe_miss_t *miss)
{
    const ipxe_world_t *world = walk->scope->world;

    if (!rule->window || !world ||
        ipxe_window_holds(rule->window, world->now(world->baton)))
        return 1;
    miss->span = rule->window->span;
    miss->because =
        rule->window->written
            ? apr_pstrcat(
                  walk->scope->pool, "it is not ", rule->window->written,
                  rule->window->days ? ", or not one of its days" : "", NULL)
            : "it is not one of its days";
    return 0;
}

static int in_share(const ipxe_walk_t *walk, const ipxe_rule_t *rule,
                    ipxe_miss_t *miss)
{
    int known;

    if (ipxe_share_holds(&known, rule, walk->scope->machine))
        return 1;
    miss->span = rule->span;
    miss->because =
        known ? apr_psprintf(walk->scope->pool,
                             "the machine is not one of the %d percent",
                             rule->percent)
              : "nothing tells this machine from others";
    return 0;
}

static apr_status_t rule_holds(int *holds, const ipxe_walk_t *walk,
                               const ipxe_rule_t *rule, ipxe_miss_t *miss)
{
    *holds = in_window(walk, rule, miss) && in_share(walk, rule, miss);
    if (!*holds)
        return APR_SUCCESS;
    return ipxe_cond_holds(holds, rule->when, walk->scope,
                           walk->steps ? miss : NULL, walk->diags);
}

static void add_step(const ipxe_walk_t *walk, const ipxe_rule_t *rule,
                     ipxe_step_e outcome, const ipxe_miss_t *miss)
{
    ipxe_step_t *step;

    if (!walk->steps)
        return;
    step = apr_array_push(walk->steps);
    step->rule = rule;
    step->outcome = outcome;
    step->span = outcome == IPXE_STEP_FAILED ? miss->span : rule->span;
    step->because = outcome == IPXE_STEP_FAILED || outcome == IPXE_STEP_NO_HOST
                        ? miss->because
                        : NULL;
}

static const char *no_host(const ipxe_walk_t *walk)
{
    return walk->scope->host ? "neither the host nor its groups have an "
                               "action"
                             : "the machine is no known host";
}

/* What becomes of a rule whose conditions hold. */
static ipxe_step_e outcome_of(const ipxe_walk_t *walk, const ipxe_rule_t *rule,
                              const ipxe_group_t **group)
{
    *group = NULL;
    if (rule->action.kind == IPXE_ACTION_NONE)
        return IPXE_STEP_SET;
    if (rule->action.kind == IPXE_ACTION_FOLLOW &&
        !ipxe_walk_followed(group, ipxe_scope_host(walk->scope)))
        return IPXE_STEP_NO_HOST;
    return rule->carry_on ? IPXE_STEP_KEPT : IPXE_STEP_DECIDED;
}

static apr_status_t try_rule(ipxe_step_e *outcome, ipxe_walk_t *walk,
                             const ipxe_rule_t *rule)
{
    ipxe_scope_t *scope = walk->scope;
    ipxe_miss_t miss = {rule->span, NULL};
    const ipxe_group_t *group = NULL;
    int holds;
    apr_status_t status = rule_holds(&holds, walk, rule, &miss);

    if (status != APR_SUCCESS)
        return status;
    *outcome = holds ? outcome_of(walk, rule, &group) : IPXE_STEP_FAILED;
    if (*outcome == IPXE_STEP_NO_HOST)
        miss.because = no_host(walk);
    add_step(walk, rule, *outcome, &miss);
    if (*outcome == IPXE_STEP_FAILED || *outcome == IPXE_STEP_NO_HOST)
        return APR_SUCCESS;
    if (*outcome != IPXE_STEP_SET) {
        walk->rule = rule;
        walk->group = group;
    }
    scope->rule = rule;
    if (!rule->set)
        return APR_SUCCESS;
    APR_ARRAY_PUSH(walk->matched, const ipxe_rule_t *) = rule;
    return ipxe_scope_set(scope, rule->set, ipxe_walk_label(rule, scope->pool),
                          walk->diags);
}

/* A kept action that nothing replaced is what decided; the rest was not
 * tried. */
static void finish_steps(const ipxe_walk_t *walk, int from)
{
    const apr_array_header_t *rules = walk->scope->rules->rules;
    int i;

    for (i = 0; i < walk->steps->nelts; i++) {
        ipxe_step_t *step = &APR_ARRAY_IDX(walk->steps, i, ipxe_step_t);

        if (step->rule == walk->rule)
            step->outcome = IPXE_STEP_DECIDED;
    }
    for (i = from; i < rules->nelts; i++)
        add_step(walk, APR_ARRAY_IDX(rules, i, const ipxe_rule_t *),
                 IPXE_STEP_NOT_TRIED, NULL);
}

/* Every rule until one decides; *next is that behind it. */
static apr_status_t try_all(int *next, ipxe_walk_t *walk)
{
    const apr_array_header_t *rules = walk->scope->rules->rules;
    ipxe_step_e outcome = IPXE_STEP_FAILED;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i < rules->nelts && outcome != IPXE_STEP_DECIDED &&
                status == APR_SUCCESS;
         i++)
        status = try_rule(&outcome, walk,
                          APR_ARRAY_IDX(rules, i, const ipxe_rule_t *));
    *next = i;
    return status;
}

/* Those that may hold, by the index. */
static apr_status_t try_some(ipxe_walk_t *walk, const ipxe_index_t *index)
{
    const apr_array_header_t *rules = walk->scope->rules->rules;
    ipxe_step_e outcome = IPXE_STEP_FAILED;
    apr_status_t status = APR_SUCCESS;
    ipxe_candidates_t candidates;
    int i;

    ipxe_index_ask(&candidates, index, walk->scope);
    while (outcome != IPXE_STEP_DECIDED && status == APR_SUCCESS) {
        i = ipxe_index_next(&candidates);
        if (i < 0)
            break;
        status = try_rule(&outcome, walk,
                          APR_ARRAY_IDX(rules, i, const ipxe_rule_t *));
    }
    return status;
}

apr_status_t ipxe_walk(ipxe_walk_t *walk)
{
    const ipxe_index_t *index = walk->scope->rules->index;
    int next = 0;
    apr_status_t status =
        index && !walk->steps ? try_some(walk, index) : try_all(&next, walk);

    walk->scope->rule = walk->rule;
    if (walk->steps && status == APR_SUCCESS)
        finish_steps(walk, next);
    return status;
}
