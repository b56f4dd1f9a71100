/* SPDX-License-Identifier: Apache-2.0 */
/* Install once: decisions and tickets put to the state. */
#include "engine/install.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/limit.h"
#include "rules/scope.h"

#define UNKNOWN                                                                \
    "The server does not know now what was installed on this machine, so "     \
    "nothing is installed. It goes on by itself"

ipxe_who_t ipxe_install_who(const ipxe_job_t *job,
                            const ipxe_decision_t *decision)
{
    ipxe_who_t who;

    who.site = job->asking.set->settings->site;
    who.host = decision && decision->host ? decision->host->name : NULL;
    who.machine = job->asking.machine;
    return who;
}

/* ---- What an operator said ---- */

static const ipxe_decision_t *boot_instead(ipxe_job_t *job,
                                           const ipxe_decision_t *decision,
                                           const char *name,
                                           const apr_table_t *vars)
{
    const ipxe_profile_t *profile = apr_hash_get(
        job->asking.set->rules->profiles, name, APR_HASH_KEY_STRING);

    if (profile)
        return ipxe_decision_order(decision, profile, vars, job->pool);
    return ipxe_decision_turn(
        decision, IPXE_ACTION_HOLD,
        apr_psprintf(job->pool, "an operator gave it profile %s, which is gone",
                     name),
        NULL, job->pool);
}

static const ipxe_decision_t *release(ipxe_job_t *job,
                                      const ipxe_decision_t *decision,
                                      const ipxe_view_t *view)
{
    if (*view->release)
        return boot_instead(job, decision, view->release, view->release_vars);
    if (decision->action.kind != IPXE_ACTION_HOLD)
        return decision;
    return ipxe_decision_turn(decision, IPXE_ACTION_LOCAL,
                              "an operator released this machine", NULL,
                              job->pool);
}

const ipxe_decision_t *ipxe_install_marked(ipxe_job_t *job,
                                           const ipxe_decision_t *decision)
{
    const ipxe_keeper_t *keeper = job->asking.request->keeper;
    ipxe_who_t who = ipxe_install_who(job, decision);
    ipxe_view_t view;

    if (!keeper || !keeper->marked(keeper->baton, &who, job->pool))
        return decision;
    memset(&view, 0, sizeof(view));
    if (keeper->look(&view, keeper->baton, &who, job->pool) != APR_SUCCESS)
        return decision;
    if (view.next && job->asking.request->target.route != IPXE_ROUTE_ANSWERS) {
        job->answer->spend = view.machine;
        return boot_instead(job, decision, view.next, NULL);
    }
    return view.release ? release(job, decision, &view) : decision;
}

/* ---- Holds ---- */

static const char *hold_text(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    ipxe_value_t text;

    if (decision->reason || !decision->action.value ||
        ipxe_scope_say(&text, ipxe_scope_copy(decision->scope, job->pool),
                       decision->action.value,
                       ipxe_diags_make(job->pool)) != APR_SUCCESS)
        return decision->reason ? decision->reason : "";
    return text.u.text->s;
}

/* A rule's hold, or one that an order came to. */
static const ipxe_decision_t *hold(ipxe_job_t *job,
                                   const ipxe_decision_t *decision)
{
    const ipxe_request_t *request = job->asking.request;
    const ipxe_keeper_t *keeper = request->keeper;
    ipxe_who_t who = ipxe_install_who(job, decision);
    ipxe_decision_t *made;
    ipxe_view_t view;
    apr_status_t status;

    if (!keeper || decision->wanted)
        return decision;
    memset(&view, 0, sizeof(view));
    status = job->observe ? keeper->look(&view, keeper->baton, &who, job->pool)
                          : keeper->hold(&view, keeper->baton, &who,
                                         hold_text(job, decision), request->now,
                                         job->pool);
    if (status != APR_SUCCESS)
        return decision;
    if (view.release)
        return release(job, decision, &view);
    made = apr_pmemdup(job->pool, decision, sizeof(*decision));
    made->code = view.hold_code;
    return made;
}

/* ---- Installs ---- */

static const char *by_whom(const ipxe_job_t *job,
                           const ipxe_decision_t *decision)
{
    if (decision->ordered)
        return "operator";
    if (decision->item)
        return apr_pstrcat(job->pool, "menu ", decision->menu->name, "/",
                           decision->item->name, NULL);
    return decision->rule
               ? apr_pstrcat(job->pool, "rule ", decision->rule->name, NULL)
               : "";
}

static void set_limit(ipxe_wish_t *wish, const ipxe_rule_t *rule)
{
    if (!rule || !rule->limit)
        return;
    wish->limit_rule = rule->name;
    wish->limit = rule->limit->most;
    wish->limit_window = rule->limit->window;
    wish->limit_hold = rule->limit->hold;
}

static ipxe_wish_t wish_of(const ipxe_job_t *job,
                           const ipxe_decision_t *decision)
{
    const ipxe_settings_t *settings = job->asking.set->settings;
    ipxe_wish_t wish;

    memset(&wish, 0, sizeof(wish));
    wish.who = ipxe_install_who(job, decision);
    wish.profile = decision->action.profile->name;
    wish.by = by_whom(job, decision);
    wish.reinstall_always = decision->rule && decision->rule->reinstall_always;
    wish.operator_arms = settings->operator_arms;
    wish.tries = decision->action.profile->tries;
    wish.released = decision->ordered;
    wish.report_none = decision->action.profile->report &&
                       decision->action.profile->report->none;
    wish.confirmed = job->confirms;
    wish.chosen = decision->item != NULL && !decision->ordered;
    wish.life = settings->fetch_life;
    set_limit(&wish, decision->rule);
    wish.now = job->asking.request->now;
    wish.observe = job->observe;
    return wish;
}

static apr_status_t ask(ipxe_ruling_t *ruling, const ipxe_job_t *job,
                        const ipxe_decision_t *decision)
{
    const ipxe_keeper_t *keeper = job->asking.request->keeper;
    ipxe_wish_t wish = wish_of(job, decision);
    const ipxe_view_t *view;

    memset(ruling, 0, sizeof(*ruling));
    if (keeper)
        return keeper->enter(ruling, keeper->baton, &wish, job->pool);
    view = job->asking.request->supposed;
    if (view)
        ipxe_state_judge(ruling, view, &wish, job->pool);
    else
        ruling->verdict = IPXE_VERDICT_INSTALL;
    return APR_SUCCESS;
}

static const ipxe_decision_t *confirm(ipxe_job_t *job,
                                      const ipxe_decision_t *decision,
                                      const ipxe_ruling_t *ruling)
{
    ipxe_decision_t *made = ipxe_decision_turn(decision, IPXE_ACTION_LOCAL,
                                               ruling->reason, NULL, job->pool);

    made->confirm = 1;
    job->asking.replaces = ruling->view.installed.number;
    return made;
}

static const ipxe_decision_t *obey(ipxe_job_t *job,
                                   const ipxe_decision_t *decision,
                                   const ipxe_ruling_t *ruling)
{
    switch (ruling->verdict) {
    case IPXE_VERDICT_INSTALL:
        job->asking.install = ruling->install.number;
        return decision;
    case IPXE_VERDICT_LOCAL:
        return ipxe_decision_turn(decision, IPXE_ACTION_LOCAL, ruling->reason,
                                  NULL, job->pool);
    case IPXE_VERDICT_CONFIRM:
        return confirm(job, decision, ruling);
    default:
        return ipxe_decision_turn(decision, IPXE_ACTION_HOLD, ruling->reason,
                                  ruling->code, job->pool);
    }
}

static const ipxe_decision_t *hold_unknown(const ipxe_decision_t *decision,
                                           apr_pool_t *pool)
{
    ipxe_decision_t *made =
        ipxe_decision_turn(decision, IPXE_ACTION_HOLD, UNKNOWN, NULL, pool);

    made->unknown = 1;
    return made;
}

static const ipxe_decision_t *install(ipxe_job_t *job,
                                      const ipxe_decision_t *decision)
{
    ipxe_ruling_t *ruling;

    if (job->asking.set->settings->stateless) {
        return decision->rule && decision->rule->reinstall_always
                   ? decision
                   : ipxe_decision_turn(decision, IPXE_ACTION_HOLD,
                                        "this server keeps no state: only a "
                                        "rule with `reinstall: always` "
                                        "installs",
                                        NULL, job->pool);
    }
    ruling = apr_palloc(job->pool, sizeof(*ruling));
    if (ask(ruling, job, decision) != APR_SUCCESS) {
        job->answer->log = "the state is not known: nothing is installed";
        return hold_unknown(decision, job->pool);
    }
    job->answer->ruling = ruling;
    return obey(job, decision, ruling);
}

/* Where a state is kept, it counts against the limit too. */
static int is_counted_here(const ipxe_job_t *job)
{
    return !job->asking.request->keeper;
}

const ipxe_decision_t *ipxe_install_enter(ipxe_job_t *job,
                                          const ipxe_decision_t *decision)
{
    if (is_counted_here(job))
        decision = ipxe_job_limited(job, decision);
    if (decision->action.profile && decision->action.profile->install)
        decision = install(job, decision);
    return decision->action.kind == IPXE_ACTION_HOLD ? hold(job, decision)
                                                     : decision;
}

/* ---- Tickets that come back ---- */

static const struct {
    int status;
    const char *why;
} claims[] = {
    [IPXE_CLAIM_GOOD] = {0, NULL},
    [IPXE_CLAIM_REPEATED] = {0, NULL},
    [IPXE_CLAIM_UNKNOWN] = {404, "the state has no such install"},
    [IPXE_CLAIM_OVER] = {410, "this install is over"},
    [IPXE_CLAIM_TOO_MANY] = {403, "it was tried too often: the machine is "
                                  "held"},
    [IPXE_CLAIM_HELD] = {403, "nothing is installed on this machine now"}};

int ipxe_claim_status(const char **why, ipxe_claim_e claim)
{
    *why = claims[claim].why;
    return claims[claim].status;
}

/* Where the state does not take it the answer's own failure is all there is. */
void ipxe_install_spoil(ipxe_job_t *job, const ipxe_ticket_t *ticket,
                        const ipxe_profile_t *profile, const char *why)
{
    const ipxe_request_t *request = job->asking.request;
    const ipxe_keeper_t *keeper = request->keeper;
    ipxe_report_t report = {.install = ticket->install,
                            .issued = ticket->issued,
                            .profile = profile->name,
                            .stage = IPXE_STAGE_FAILED,
                            .percent = -1,
                            .tries = profile->tries,
                            .now = request->now};
    ipxe_claim_e claim;

    if (!ticket->install || !keeper || job->observe)
        return;
    report.who = ipxe_install_who(job, NULL);
    report.text =
        apr_pstrndup(job->pool,
                     apr_pstrcat(job->pool, request->target.name,
                                 " could not be written: ", why, NULL),
                     IPXE_MAX_REPORT_TEXT);
    keeper->report(&claim, keeper->baton, &report, job->pool);
}

int ipxe_install_fetch(const char **why, ipxe_job_t *job,
                       const ipxe_ticket_t *ticket,
                       const ipxe_profile_t *profile)
{
    const ipxe_request_t *request = job->asking.request;
    const ipxe_keeper_t *keeper = request->keeper;
    ipxe_claim_e claim = IPXE_CLAIM_GOOD;

    if (!profile->install || !keeper || job->observe)
        return 0;
    if (!ticket->install) {
        *why = "this ticket is of no install";
        return 403;
    }
    if (keeper->fetch(&claim, keeper->baton, ticket->install, ticket->issued,
                      profile->tries, request->now, job->pool) != APR_SUCCESS) {
        *why = "the state is not known now";
        return 503;
    }
    return ipxe_claim_status(why, claim);
}
