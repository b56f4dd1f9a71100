/* SPDX-License-Identifier: Apache-2.0 */
/* Answer files: kickstarts, preseeds, user-data. */
#include <string.h>

#include <apr_strings.h>

#include "engine/install.h"
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

/* The file that is asked for, among those of this machine; or NULL. */
static const ipxe_served_t *find_here(const ipxe_job_t *job,
                                      const ipxe_decision_t *decision)
{
    return find_served(ipxe_decision_boot(decision, job->pool),
                       job->asking.request->target.name);
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

void ipxe_answer_answers(ipxe_job_t *job)
{
    const char *why = NULL;
    const ipxe_profile_t *profile;
    const ipxe_decision_t *decision;
    ipxe_ticket_t ticket;
    int status;

    if (!ipxe_job_prove(job, &ticket, IPXE_TICKET_ANSWER))
        return;
    job->asking.install = ticket.install;
    job->asking.issued = ticket.issued;
    profile = find_profile(job, ticket.profile);
    decision = profile ? ipxe_job_decide_again(job, &ticket) : NULL;
    if (!profile || !decision) {
        why = profile ? ipxe_job_why(job)
                      : "the profile of this ticket is gone";
        ipxe_job_fail_status(job, profile ? 500 : 410, why);
        if (profile)
            ipxe_install_spoil(job, &ticket, profile, why);
        return;
    }
    decision = ipxe_decision_fix(decision, profile, job->pool);
    ipxe_job_set_decision(job, decision);
    status = find_here(job, decision)
                 ? ipxe_install_fetch(&why, job, &ticket, profile)
                 : 0;
    if (status)
        ipxe_job_fail_status(job, status, why);
    else
        serve_answers(job, decision);
    if (job->answer->status == 500)
        ipxe_install_spoil(job, &ticket, profile, ipxe_job_why(job));
}

void ipxe_answer_unticketed(ipxe_job_t *job)
{
    const ipxe_decision_t *decision = NULL;
    ipxe_decision_t *chosen = NULL;
    const ipxe_target_t *target = &job->asking.request->target;

    if (!target->menu)
        decision = ipxe_job_decide(job);
    else if (ipxe_job_choose_again(&chosen, job, target->menu, target->item) ==
             APR_SUCCESS)
        decision = chosen;
    if (job->answer->diags->errors)
        ipxe_job_fail_status(job, 500, ipxe_job_why(job));
    else if (!decision || !decision->action.profile)
        ipxe_job_fail_status(job, 404, "the decision boots no profile");
    else {
        /* Its ticket would be of the install that is open. */
        ipxe_install_enter(job, decision);
        serve_answers(job, decision);
    }
}
