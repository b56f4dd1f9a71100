/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what an installer, or what it installed, says of its work. */
#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#include "engine/install.h"

/* Seconds after which a report that could not be recorded is sent again. */
#define RETRY 5

/* A percentage of 0 to 100, from the address ("progress-40") or an argument,
 * else -1. */
static int percent_of(const ipxe_job_t *job)
{
    const char *text = strchr(job->asking.request->target.name, '-');
    char *end;
    long percent;

    text = text ? text + 1 : ipxe_machine_arg(job->asking.machine, "percent");
    if (!text || !*text)
        return -1;
    percent = strtol(text, &end, 10);
    if (*end == '%')
        end++;
    return *end || percent < 0 || percent > 100 ? -1 : (int)percent;
}

/* What it says in words, not longer than a line of the page. */
static const char *text_of(const ipxe_machine_t *machine, apr_pool_t *pool)
{
    const char *text = ipxe_machine_arg(machine, "text");
    apr_size_t len = text ? strlen(text) : 0;

    if (!len)
        return NULL;
    if (len <= IPXE_MAX_REPORT_TEXT)
        return text;
    for (len = IPXE_MAX_REPORT_TEXT; ((unsigned char)text[len] & 0xc0) == 0x80;)
        len--;
    return apr_pstrmemdup(pool, text, len);
}

static void fill(ipxe_report_t *report, const ipxe_job_t *job,
                 const ipxe_ticket_t *ticket, ipxe_stage_e stage)
{
    memset(report, 0, sizeof(*report));
    report->who = ipxe_install_who(job, NULL);
    report->install = ticket->install;
    report->profile = ticket->profile;
    report->issued = ticket->issued;
    report->stage = stage;
    report->text = text_of(job->asking.machine, job->pool);
    report->percent = percent_of(job);
    report->now = job->asking.request->now;
}

static void record(ipxe_job_t *job, const ipxe_report_t *report)
{
    const ipxe_keeper_t *keeper = job->asking.request->keeper;
    ipxe_claim_e claim = IPXE_CLAIM_GOOD;
    const char *why;
    int status;

    if (keeper && !job->observe &&
        keeper->report(&claim, keeper->baton, report, job->pool) !=
            APR_SUCCESS) {
        ipxe_job_fail_status(job, 503, "the state is not known now");
        job->answer->retry_after = RETRY;
        return;
    }
    status = ipxe_claim_status(&why, claim);
    if (status) {
        ipxe_job_fail_status(job, status, why);
        return;
    }
    job->answer->report = report;
    job->answer->changed = claim == IPXE_CLAIM_GOOD && !job->observe;
    ipxe_text_add(job->answer->body, "ok\n");
}

void ipxe_answer_report(ipxe_job_t *job)
{
    const char *name = job->asking.request->target.name;
    ipxe_stage_e stage =
        ipxe_stage_find(apr_pstrmemdup(job->pool, name, strcspn(name, "-")));
    ipxe_report_t *report = apr_palloc(job->pool, sizeof(*report));
    ipxe_ticket_t ticket;

    if (stage == IPXE_STAGE_COUNT) {
        ipxe_job_fail_status(job, 404, "there is no such stage");
        job->answer->log = NULL;
        return;
    }
    if (!ipxe_job_prove(job, &ticket, IPXE_TICKET_REPORT))
        return;
    fill(report, job, &ticket, stage);
    record(job, report);
}
