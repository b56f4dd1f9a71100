/* SPDX-License-Identifier: Apache-2.0 */
/* What the answers of all routes have in common. */
#include "engine/job.h"

#include <apr_strings.h>

#include "engine/boot_slot.h"
#include "engine/install.h"
#include "rules/limit.h"
#include "script/script.h"

void ipxe_job_start_over(ipxe_job_t *job)
{
    apr_size_t most = job->asking.set->settings->max_answer;

    job->answer->body = ipxe_text_make_large(job->pool);
    job->sink = ipxe_sink_to_text(job->answer->body, most, job->pool);
}

const char *ipxe_job_why(const ipxe_job_t *job)
{
    const ipxe_diag_t *diag = ipxe_diags_first_error(job->answer->diags);

    return diag ? ipxe_text_ascii(ipxe_diag_line(diag, job->pool), job->pool)
                : "the answer could not be made";
}

void ipxe_job_fail_script(ipxe_job_t *job, const char *text)
{
    job->answer->log = apr_pstrcat(job->pool, "failed: ", text, NULL);
    ipxe_job_start_over(job);
    if (ipxe_script_failure(job->sink, text, &job->writing) != APR_SUCCESS)
        ipxe_job_start_over(job);
}

void ipxe_job_fail_status(ipxe_job_t *job, int status, const char *text)
{
    job->answer->status = status;
    job->answer->log = text;
    ipxe_job_start_over(job);
    ipxe_text_addf(job->answer->body, "%s\n", text);
}

void ipxe_job_set_decision(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    job->answer->decision = decision;
    job->asking.decision = decision;
}

void ipxe_job_set_machine(ipxe_job_t *job, const ipxe_machine_t *machine)
{
    job->answer->machine = machine;
    job->asking.machine = machine;
    job->writing.machine = machine;
}

const ipxe_decision_t *ipxe_job_limited(ipxe_job_t *job,
                                        const ipxe_decision_t *decision)
{
    ipxe_decision_t *given;

    if (!decision->rule || !decision->rule->limit)
        return decision;
    given = apr_pmemdup(job->pool, decision, sizeof(*decision));
    if (ipxe_decision_limit(given, job->pool))
        job->answer->log = ipxe_text_ascii(given->reason, job->pool);
    return given;
}

void ipxe_job_write(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    ipxe_job_put(job, ipxe_install_enter(job, decision));
}

void ipxe_job_put(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    ipxe_job_put_all(job, ipxe_boot_slot_enter(job, decision));
}

static void fail_put(ipxe_job_t *job, const char *why)
{
    ipxe_boot_slot_leave(job);
    ipxe_job_fail_script(job, why);
}

void ipxe_job_put_all(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    const ipxe_menu_t *menu = decision->action.menu;
    ipxe_lock_t lock = {menu, NULL, 0, decision};

    ipxe_job_set_decision(job, decision);
    if (menu && !ipxe_lock_open(menu, NULL, job->asking.opened, job->pool))
        ipxe_job_ask(job, &lock);
    else if (ipxe_script_decision(job->sink, decision, &job->writing) !=
             APR_SUCCESS)
        fail_put(job, ipxe_job_why(job));
    else if (job->asking.too_long)
        fail_put(job, "the facts that the rules and templates read do not "
                      "fit into a ticket of 600 bytes");
}

const ipxe_decision_t *ipxe_job_decide(ipxe_job_t *job)
{
    ipxe_decision_t *decision = NULL;
    apr_status_t rv = ipxe_rules_decide(&decision, job->asking.set->rules,
                                        job->asking.machine, &job->asking.world,
                                        job->answer->diags, job->pool);

    return rv == APR_SUCCESS ? ipxe_install_marked(job, decision) : NULL;
}

void ipxe_job_identify(ipxe_job_t *job)
{
    job->answer->stage = "identify";
    if (ipxe_script_identify(job->sink, &job->writing) != APR_SUCCESS)
        ipxe_job_fail_script(job, ipxe_job_why(job));
}

ipxe_ticket_error_e ipxe_job_take_ticket(ipxe_job_t *job, ipxe_ticket_t *ticket,
                                         ipxe_ticket_kind_e kind)
{
    const ipxe_settings_t *settings = job->asking.set->settings;
    const ipxe_request_t *request = job->asking.request;
    apr_interval_time_t life = kind == IPXE_TICKET_REPORT
                                   ? settings->report_life
                                   : settings->fetch_life;
    ipxe_ticket_error_e error;

    /* Where its minute was rounded down it is not to end sooner. */
    if (settings->signs)
        life += IPXE_SIGNED_TIME;
    error =
        ipxe_ticket_read(ticket, request->target.ticket, kind, settings->site,
                         settings->keys, request->now, life, job->pool);

    if (error != IPXE_TICKET_GOOD)
        return error;
    ipxe_job_set_machine(
        job, ipxe_asking_unpack(&job->asking, ticket->facts, job->pool));
    return ipxe_asking_same_network(&job->asking, job->asking.machine)
               ? IPXE_TICKET_GOOD
               : IPXE_TICKET_OTHER_NETWORK;
}

const ipxe_decision_t *ipxe_job_decide_again(ipxe_job_t *job,
                                             const ipxe_ticket_t *ticket)
{
    apr_array_header_t *choice =
        ipxe_text_split(ticket->choice, "/", job->pool);
    ipxe_decision_t *decision = NULL;

    if (choice->nelts == 2 &&
        ipxe_job_choose_again(
            &decision, job, APR_ARRAY_IDX(choice, 0, const char *),
            APR_ARRAY_IDX(choice, 1, const char *)) != APR_SUCCESS)
        return NULL;
    return decision ? decision : ipxe_job_decide(job);
}

int ipxe_job_prove(ipxe_job_t *job, ipxe_ticket_t *ticket,
                   ipxe_ticket_kind_e kind)
{
    static const int statuses[] = {200, 404, 403, 403, 403, 403, 410, 403};
    ipxe_ticket_error_e error = ipxe_job_take_ticket(job, ticket, kind);

    if (error == IPXE_TICKET_GOOD)
        return 1;
    ipxe_job_fail_status(job, statuses[error],
                         apr_psprintf(job->pool, "ticket refused: %s",
                                      ipxe_ticket_error_text(error)));
    return 0;
}

void ipxe_job_refuse_ticket(ipxe_job_t *job, ipxe_ticket_error_e error)
{
    job->answer->log = apr_psprintf(job->pool, "ticket refused: %s",
                                    ipxe_ticket_error_text(error));
    ipxe_job_identify(job);
}

apr_status_t ipxe_job_choose(ipxe_decision_t **chosen, ipxe_lock_t *lock,
                             ipxe_job_t *job, const ipxe_goal_t *goal)
{
    const ipxe_decision_t *decision = ipxe_job_decide(job);

    if (!decision)
        return APR_EGENERAL;
    ipxe_job_set_decision(job, decision);
    return ipxe_menu_follow(chosen, lock, decision, goal, job->answer->diags,
                            job->pool);
}

apr_status_t ipxe_job_choose_again(ipxe_decision_t **chosen, ipxe_job_t *job,
                                   const char *menu, const char *item)
{
    ipxe_goal_t goal = {menu, item, NULL, 1};
    ipxe_lock_t lock;

    return ipxe_job_choose(chosen, &lock, job, &goal);
}
