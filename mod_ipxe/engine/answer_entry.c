/* SPDX-License-Identifier: Apache-2.0 */
/* The entry: who asks for the first time, and what the rules say. */
#include <string.h>

#include "engine/job.h"
#include "machine/client.h"

static int told(const ipxe_machine_t *machine, ipxe_fact_e fact)
{
    return machine->facts[fact].state != IPXE_NOT_TOLD;
}

int ipxe_job_was_identified(const ipxe_job_t *job)
{
    const ipxe_machine_t *machine = job->asking.machine;

    return told(machine, IPXE_FACT_USER_CLASS) ||
           told(machine, IPXE_FACT_BUSID) || told(machine, IPXE_FACT_CHIP);
}

int ipxe_job_must_identify(const ipxe_job_t *job,
                           const ipxe_decision_t *decision)
{
    const ipxe_profile_t *profile = decision->action.profile;

    return profile && profile->install && decision->untold &&
           !job->asking.identified && job->writing.dialect == IPXE_DIALECT_IPXE;
}

void ipxe_answer_decision(ipxe_job_t *job)
{
    int entry = job->asking.request->target.route == IPXE_ROUTE_ENTRY;
    const ipxe_decision_t *decision = ipxe_job_decide(job);

    job->asking.identified = ipxe_job_was_identified(job);
    if (!decision)
        ipxe_job_fail_script(job, ipxe_job_why(job));
    else if (entry && ipxe_job_must_identify(job, decision))
        ipxe_job_identify(job);
    else
        ipxe_job_write(job, decision);
}

static int tells_something(const ipxe_machine_t *machine)
{
    int fact;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (fact != IPXE_FACT_IP && fact != IPXE_FACT_VERSION &&
            told(machine, (ipxe_fact_e)fact))
            return 1;
    }
    return 0;
}

void ipxe_answer_entry(ipxe_job_t *job)
{
    /* Debian's installer takes a DHCP filename with "://" for its preseed:
     * an empty one lets it go on. */
    if (ipxe_client_kind(job->asking.machine) == IPXE_CLIENT_DEBIAN_INSTALLER)
        return;
    if (tells_something(job->asking.machine)) {
        ipxe_answer_decision(job);
        return;
    }
    ipxe_job_identify(job);
}

void ipxe_answer_autoexec(ipxe_job_t *job)
{
    if (ipxe_script_autoexec(job->sink, &job->writing) != APR_SUCCESS)
        ipxe_job_fail_script(job, ipxe_job_why(job));
}

void ipxe_answer_explain(ipxe_job_t *job)
{
    ipxe_answer_t shown;

    ipxe_answer_decision(job);
    shown = *job->answer;
    ipxe_job_start_over(job);
    if (job->asking.request->json) {
        job->answer->type = "application/json";
        ipxe_text_add(job->answer->body, ipxe_explain_json(&shown, job->pool));
    }
    else {
        ipxe_text_add(
            job->answer->body,
            ipxe_explain_text(&shown, job->asking.request->colour, job->pool));
    }
}
