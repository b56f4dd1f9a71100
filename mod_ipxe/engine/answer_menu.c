/* SPDX-License-Identifier: Apache-2.0 */
/* Menus, what is chosen in them, and machines that wait. */
#include <string.h>

#include <apr_strings.h>

#include "engine/install.h"

/* Retry-After while a machine waits: seconds. */
#define LEAST_WAIT 2

/* The install that this very choice replaces, as `y` on the console said. */
static apr_int64_t confirmed(const ipxe_job_t *job, const ipxe_ticket_t *ticket)
{
    const ipxe_target_t *target = &job->asking.request->target;
    const char *choice = target->item ? apr_pstrcat(job->pool, target->menu,
                                                    "/", target->item, NULL)
                                      : "";

    return ipxe_text_eq(ticket->choice, choice) ? ticket->install : 0;
}

/* A menu, or a choice in it; where the rules no longer lead there, what they
 * say now. */
void ipxe_answer_menu(ipxe_job_t *job)
{
    ipxe_ticket_t ticket;
    ipxe_decision_t *chosen = NULL;

    if (job->asking.request->target.ticket) {
        ipxe_ticket_error_e error =
            ipxe_job_take_ticket(job, &ticket, IPXE_TICKET_MENU);

        if (error != IPXE_TICKET_GOOD) {
            ipxe_job_refuse_ticket(job, error);
            return;
        }
        job->confirms = confirmed(job, &ticket);
    }
    if (ipxe_job_choose(&chosen, job) != APR_SUCCESS)
        ipxe_job_fail_script(job, ipxe_job_why(job));
    else
        ipxe_job_write(job, chosen ? chosen : job->asking.decision);
}

/* Grows with the time that the machine has waited, and differs a little by
 * request, so that machines do not come all at once. */
static int next_wait(const ipxe_job_t *job, apr_time_t since)
{
    apr_int64_t waited = apr_time_sec(job->asking.request->now - since) / 10;
    const char *id = job->asking.world.request_id(job->asking.world.baton);
    apr_size_t n = strlen(id);
    int jitter = n ? id[n - 1] % 3 : 0;
    apr_int64_t seconds = LEAST_WAIT + (waited > 0 ? waited : 0) + jitter;

    return (int)(seconds > IPXE_MOST_WAIT ? IPXE_MOST_WAIT : seconds);
}

static void go_on_waiting(ipxe_job_t *job, const ipxe_decision_t *decision,
                          apr_time_t since)
{
    ipxe_job_set_decision(job, decision);
    job->answer->status = 503;
    job->answer->retry_after = next_wait(job, since);
    ipxe_text_add(job->answer->body, "held\n");
}

void ipxe_answer_wait(ipxe_job_t *job)
{
    ipxe_ticket_t ticket;
    ipxe_ticket_error_e error =
        ipxe_job_take_ticket(job, &ticket, IPXE_TICKET_WAIT);
    const ipxe_decision_t *decision;

    if (error != IPXE_TICKET_GOOD) {
        ipxe_job_refuse_ticket(job, error);
        return;
    }
    decision = ipxe_job_decide_again(job, &ticket);
    if (decision)
        decision = ipxe_install_enter(job, decision);
    if (!decision)
        ipxe_job_fail_script(job, ipxe_job_why(job));
    else if (decision->action.kind == IPXE_ACTION_HOLD)
        go_on_waiting(job, decision, ticket.issued);
    else
        ipxe_job_put(job, decision);
}
