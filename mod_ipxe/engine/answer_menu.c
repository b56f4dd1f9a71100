/* SPDX-License-Identifier: Apache-2.0 */
/* Menus, what is chosen in them, and machines that wait. */
#include <string.h>

#include <apr_strings.h>

#include "engine/boot_slot.h"
#include "engine/gate.h"
#include "engine/install.h"
#include "rules/load.h"

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

/* The item of that name, whatever menus lead to it. */
static const ipxe_item_t *item_of(const ipxe_job_t *job)
{
    const ipxe_target_t *target = &job->asking.request->target;
    const ipxe_menu_t *menu = apr_hash_get(job->asking.set->rules->menus,
                                           target->menu, APR_HASH_KEY_STRING);

    return menu && target->item ? ipxe_menu_item(menu, target->item) : NULL;
}

static int is_target(const ipxe_job_t *job, const ipxe_lock_t *lock)
{
    const ipxe_target_t *target = &job->asking.request->target;

    return lock->menu && !lock->asks &&
           ipxe_text_eq(lock->menu->name, target->menu) &&
           (lock->item
                ? target->item && ipxe_text_eq(lock->item->name, target->item)
                : !target->item);
}

/* Goes as far as passwords that were given lead. Zero: the answer is made. */
static int go(ipxe_decision_t **chosen, ipxe_lock_t *lock, ipxe_job_t *job)
{
    const ipxe_target_t *target = &job->asking.request->target;
    ipxe_goal_t goal = {target->menu, target->item, job->asking.opened,
                        !target->ticket || job->confirms ||
                            ipxe_gate_answered(job, item_of(job))};
    ipxe_gate_e gate = IPXE_GATE_OPENED;

    while (gate == IPXE_GATE_OPENED) {
        if (ipxe_job_choose(chosen, lock, job, &goal) != APR_SUCCESS) {
            ipxe_job_fail_script(job, ipxe_job_why(job));
            return 0;
        }
        gate = is_target(job, lock) ? ipxe_gate_try(job, lock) : IPXE_GATE_SHUT;
    }
    return gate != IPXE_GATE_REFUSED;
}

static void answer_lock(ipxe_job_t *job, const ipxe_lock_t *lock)
{
    if (is_target(job, lock) && ipxe_machine_arg(job->asking.machine, "login"))
        ipxe_gate_challenge(job);
    else
        ipxe_job_ask(job, lock);
}

/* A menu, or a choice in it; where the rules no longer lead there, what they
 * say now. */
void ipxe_answer_menu(ipxe_job_t *job)
{
    ipxe_ticket_t ticket;
    ipxe_decision_t *chosen = NULL;
    ipxe_lock_t lock;

    if (job->asking.request->target.ticket) {
        ipxe_ticket_error_e error =
            ipxe_job_take_ticket(job, &ticket, IPXE_TICKET_MENU);

        if (error != IPXE_TICKET_GOOD) {
            ipxe_job_refuse_ticket(job, error);
            return;
        }
        job->confirms = confirmed(job, &ticket);
        job->asking.identified = ticket.identified;
        job->asking.opened = ipxe_text_split(ticket.opened, " ", job->pool);
    }
    else {
        job->asking.identified = ipxe_job_was_identified(job);
        job->asking.opened = NULL;
    }
    if (!go(&chosen, &lock, job))
        return;
    if (lock.menu)
        answer_lock(job, &lock);
    else if (chosen && job->asking.request->target.ticket &&
             ipxe_job_must_identify(job, chosen))
        ipxe_job_identify(job);
    else
        ipxe_job_write(job, chosen ? chosen : job->asking.decision);
}

/* Grows with the time that the machine has waited, and differs a little by
 * request, so that machines do not come all at once. */
static int next_wait(const ipxe_job_t *job, apr_time_t since)
{
    apr_int64_t waited = apr_time_sec(job->asking.request->now - since) / 10;
    const char *id = job->asking.request->request_id;
    apr_size_t n = id ? strlen(id) : 0;
    int jitter = n ? id[n - 1] % 3 : 0;
    apr_int64_t seconds = LEAST_WAIT + (waited > 0 ? waited : 0) + jitter;

    return (int)(seconds > IPXE_MOST_WAIT ? IPXE_MOST_WAIT : seconds);
}

static void go_on_waiting(ipxe_job_t *job, const ipxe_decision_t *decision,
                          int seconds, const char *why)
{
    ipxe_job_set_decision(job, decision);
    job->answer->status = 503;
    job->answer->retry_after = seconds;
    ipxe_text_add(job->answer->body, why);
}

static void answer_held(ipxe_job_t *job, const ipxe_decision_t *decision,
                        const ipxe_ticket_t *ticket)
{
    if (!decision->unknown)
        ipxe_boot_slot_leave(job);
    go_on_waiting(job, decision, next_wait(job, ticket->issued), "held\n");
}

/* A machine in the queue asks often, and many do: the state is asked when it is
 * its turn. */
static int answer_queued(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    const ipxe_decision_t *waits;
    ipxe_turn_t turn;

    waits = ipxe_boot_slot_stay(&turn, job, decision);
    if (waits && turn.news)
        ipxe_job_put_all(job, waits);
    else if (waits)
        go_on_waiting(job, waits, turn.seconds, "queued\n");
    return waits != NULL;
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
    if (decision && answer_queued(job, decision))
        return;
    if (decision)
        decision = ipxe_install_enter(job, decision);
    if (!decision)
        ipxe_job_fail_script(job, ipxe_job_why(job));
    else if (decision->action.kind == IPXE_ACTION_HOLD)
        answer_held(job, decision, &ticket);
    else
        ipxe_job_put(job, decision);
}
