/* SPDX-License-Identifier: Apache-2.0 */
/* Answer files: kickstarts, preseeds, user-data. */
#include <string.h>

#include <apr_strings.h>

#include "engine/job.h"
#include "rules/load.h"

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".json", "application/json"},
        {".ign", "application/json"},
        {".xml", "application/xml"},
    };
    apr_size_t len = strlen(name), i;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        apr_size_t n = strlen(types[i][0]);

        if (len > n && ipxe_text_eq(name + len - n, types[i][0]))
            return types[i][1];
    }
    return IPXE_TEXT_TYPE;
}

static void end_lines_with_crlf(ipxe_job_t *job)
{
    const char *s = job->answer->body->data;

    ipxe_job_start_over(job);
    for (; *s; s++) {
        if (*s == '\n')
            ipxe_text_add_char(job->answer->body, '\r');
        ipxe_text_add_char(job->answer->body, *s);
    }
}

static const ipxe_served_t *find_served(const ipxe_boot_t *boot,
                                        const char *name)
{
    int i;

    for (i = 0; boot && boot->served && i < boot->served->nelts; i++) {
        const ipxe_served_t *served =
            &APR_ARRAY_IDX(boot->served, i, ipxe_served_t);

        if (ipxe_text_eq(served->name, name))
            return served;
    }
    return NULL;
}

static void render_served(ipxe_job_t *job, const ipxe_served_t *served)
{
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = ipxe_decision_names(job->asking.decision, job->pool);
    render.world = &job->asking.world;
    render.diags = job->answer->diags;
    render.most = job->asking.set->settings->max_answer;
    render.pool = job->pool;
    if (ipxe_template_render(job->sink, served->compiled, &render) !=
        APR_SUCCESS) {
        ipxe_job_fail_status(job, 500, ipxe_job_why(job));
        return;
    }
    job->answer->type = type_of(served->name);
    if (ipxe_context_crlf(served->name))
        end_lines_with_crlf(job);
}

/* An answer file of the profile, for the machine that was decided about. */
static void serve_answers(ipxe_job_t *job, const ipxe_decision_t *decision)
{
    const char *name = job->asking.request->target.name;
    const ipxe_served_t *served;

    ipxe_job_set_decision(job, decision);
    served = find_served(ipxe_decision_boot(decision, job->pool), name);
    if (served)
        render_served(job, served);
    else
        ipxe_job_fail_status(job, 404,
                             "this profile serves no such answer file");
}

static const ipxe_profile_t *find_profile(const ipxe_job_t *job,
                                          const char *name)
{
    return apr_hash_get(job->asking.set->rules->profiles, name,
                        APR_HASH_KEY_STRING);
}

/* The decision of a ticket once more, with the item that was chosen then: its
 * variables count as long as the rules lead to it. */
static ipxe_decision_t *decide_again(ipxe_job_t *job,
                                     const ipxe_ticket_t *ticket)
{
    apr_array_header_t *choice =
        ipxe_text_split(ticket->choice, "/", job->pool);
    ipxe_decision_t *decision = NULL;

    if (choice->nelts == 2 &&
        ipxe_job_choose_in(
            &decision, job, APR_ARRAY_IDX(choice, 0, const char *),
            APR_ARRAY_IDX(choice, 1, const char *)) != APR_SUCCESS)
        return NULL;
    return decision ? decision : ipxe_job_decide(job);
}

void ipxe_answer_answers(ipxe_job_t *job)
{
    static const int statuses[] = {200, 404, 403, 403, 403, 403, 410, 403};
    ipxe_ticket_t ticket;
    ipxe_ticket_error_e error =
        ipxe_job_take_ticket(job, &ticket, IPXE_TICKET_ANSWER);
    const ipxe_profile_t *profile;
    ipxe_decision_t *decision;

    if (error != IPXE_TICKET_GOOD) {
        ipxe_job_fail_status(job, statuses[error],
                             apr_psprintf(job->pool, "ticket refused: %s",
                                          ipxe_ticket_error_text(error)));
        return;
    }
    profile = find_profile(job, ticket.profile);
    decision = profile ? decide_again(job, &ticket) : NULL;
    if (!profile)
        ipxe_job_fail_status(job, 410, "the profile of this ticket is gone");
    else if (!decision)
        ipxe_job_fail_status(job, 500, ipxe_job_why(job));
    else
        serve_answers(job, ipxe_decision_fix(decision, profile, job->pool));
}

void ipxe_answer_unticketed(ipxe_job_t *job)
{
    ipxe_decision_t *decision = NULL;

    if (!job->asking.request->target.menu)
        decision = ipxe_job_decide(job);
    else if (ipxe_job_choose(&decision, job) != APR_SUCCESS)
        decision = NULL;
    if (job->answer->diags->errors)
        ipxe_job_fail_status(job, 500, ipxe_job_why(job));
    else if (!decision || !decision->action.profile)
        ipxe_job_fail_status(job, 404, "the decision boots no profile");
    else
        serve_answers(job, decision);
}
