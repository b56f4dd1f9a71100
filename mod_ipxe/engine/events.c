/* SPDX-License-Identifier: Apache-2.0 */
/* What the state is told of each answer, for the page: never waited for. */
#include <string.h>

#include <apr_strings.h>

#include "engine/install.h"

/* Of who waits for a slot, what it is to boot. */
static const char *profile_of(const ipxe_decision_t *decision)
{
    const ipxe_profile_t *profile =
        decision->place ? decision->wanted : decision->action.profile;

    return profile ? profile->name : NULL;
}

/* later: microseconds after the request, for what follows from it. */
static void tell(const ipxe_job_t *job, ipxe_event_e kind, const char *text,
                 int later)
{
    const ipxe_keeper_t *keeper = job->asking.request->keeper;
    const ipxe_decision_t *decision = job->answer->decision;
    ipxe_event_t event;

    memset(&event, 0, sizeof(event));
    event.who = ipxe_install_who(job, decision);
    event.kind = kind;
    event.text = text;
    event.percent = -1;
    event.install = job->asking.install;
    event.when = job->asking.request->now + later;
    if (decision) {
        event.rule = decision->rule ? decision->rule->name : NULL;
        event.profile = profile_of(decision);
    }
    keeper->watch(keeper->baton, &event);
}

/* "boot rocky-9", "menu main", "local" */
static const char *action_of(const ipxe_job_t *job)
{
    const ipxe_action_t *action = &job->answer->decision->action;
    const char *name = ipxe_action_name(action->kind);

    if (job->answer->decision->place)
        return apr_pstrcat(
            job->pool,
            ipxe_text_ordinal(job->answer->decision->place, job->pool),
            " in the queue", NULL);
    if (action->profile)
        return apr_pstrcat(job->pool, name, " ", action->profile->name, NULL);
    if (action->menu)
        return apr_pstrcat(job->pool, name, " ", action->menu->name, NULL);
    return name;
}

/* What a machine that asks is given; where nothing could be written it has only
 * asked. The steps of a menu are no new question. */
static void note_script(const ipxe_job_t *job, int asked)
{
    const ipxe_answer_t *answer = job->answer;
    const ipxe_decision_t *decision = answer->decision;

    if (strcmp(answer->stage, "identify") == 0)
        return;
    if (asked)
        tell(job, IPXE_EVENT_ASKED,
             decision && decision->rule ? decision->rule->name : NULL, 0);
    if (decision && !answer->diags->errors)
        tell(job, decision->place ? IPXE_EVENT_WAITING : IPXE_EVENT_SCRIPT,
             action_of(job), 1);
}

void ipxe_job_note(const ipxe_job_t *job)
{
    const ipxe_target_t *target = &job->asking.request->target;

    if (!job->asking.request->keeper || job->observe ||
        job->answer->status != 200)
        return;
    switch (target->route) {
    case IPXE_ROUTE_ENTRY:
    case IPXE_ROUTE_GRUB:
        note_script(job, 1);
        break;
    case IPXE_ROUTE_MENU:
    case IPXE_ROUTE_ITEM:
    case IPXE_ROUTE_WAIT:
        note_script(job, 0);
        break;
    case IPXE_ROUTE_ANSWERS:
        if (target->ticket)
            tell(job, IPXE_EVENT_ANSWERS, target->name, 0);
        break;
    default:
        break;
    }
}
