/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs a boot slot, and what a machine in the queue is told. */
#include "engine/boot_slot.h"

#include <apr_strings.h>

static int loads_whole(ipxe_way_e way)
{
    return way == IPXE_WAY_KERNEL || way == IPXE_WAY_WIMBOOT ||
           way == IPXE_WAY_EFI || way == IPXE_WAY_ISO;
}

static int needs_one(const ipxe_job_t *job, const ipxe_decision_t *decision)
{
    const ipxe_boot_t *boot;

    if (decision->unknown)
        decision = ipxe_decision_fix(decision, decision->wanted, job->pool);
    if (decision->action.kind != IPXE_ACTION_BOOT)
        return 0;
    boot = ipxe_decision_boot(decision, job->pool);
    return boot && loads_whole(boot->way);
}

static int is_slotless(const ipxe_job_t *job)
{
    const ipxe_request_t *request = job->asking.request;

    return !request->turn || job->writing.dialect != IPXE_DIALECT_IPXE ||
           request->target.route == IPXE_ROUTE_EXPLAIN;
}

static void ask(ipxe_turn_t *turn, const ipxe_job_t *job, ipxe_slot_act_e act)
{
    const ipxe_request_t *request = job->asking.request;

    request->turn(turn, request->turn_baton, job->asking.set->settings->site,
                  ipxe_slots_machine(NULL, job->asking.machine, job->pool),
                  job->observe ? IPXE_SLOT_LOOK : act);
}

/* While the state is not known nobody loses a place, or a slot. */
static const ipxe_decision_t *line_up(ipxe_job_t *job,
                                      const ipxe_decision_t *decision,
                                      const ipxe_turn_t *turn)
{
    const char *reason = apr_psprintf(
        job->pool,
        "Boot slots are taken (%d of %d): this machine is %s in the queue",
        turn->most, turn->most, ipxe_text_ordinal(turn->place, job->pool));
    ipxe_decision_t *made = ipxe_decision_turn(decision, IPXE_ACTION_HOLD,
                                               reason, NULL, job->pool);

    if (decision->unknown)
        made->wanted = decision->wanted;
    made->unknown = 0;
    made->place = turn->place;
    job->answer->spend = 0; /* it is still to boot what it was promised */
    return made;
}

const ipxe_decision_t *ipxe_boot_slot_enter(ipxe_job_t *job,
                                            const ipxe_decision_t *decision)
{
    ipxe_turn_t turn;

    if (is_slotless(job))
        return decision;
    if (!needs_one(job, decision)) {
        ipxe_boot_slot_leave(job);
        return decision;
    }
    ask(&turn, job, IPXE_SLOT_ASK);
    return turn.place ? line_up(job, decision, &turn) : decision;
}

const ipxe_decision_t *ipxe_boot_slot_stay(ipxe_turn_t *turn, ipxe_job_t *job,
                                           const ipxe_decision_t *decision)
{
    if (is_slotless(job) || !needs_one(job, decision))
        return NULL;
    ask(turn, job, IPXE_SLOT_STAY);
    return turn->place && !turn->given ? line_up(job, decision, turn) : NULL;
}

void ipxe_boot_slot_leave(ipxe_job_t *job)
{
    ipxe_turn_t turn;

    if (!is_slotless(job))
        ask(&turn, job, IPXE_SLOT_LEAVE);
}
