/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and questions on the way through menus. */
#include <apr_base64.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "engine/gate.h"
#include "rules/password.h"

#define SCHEME "Basic "
#define MINUTE apr_time_from_sec(60)

/* ---- What was sent ---- */

/* The name and the password of `Authorization: Basic ...`; zero where the
 * request brings none. */
static int read_credentials(const char **user, const char **word,
                            const ipxe_job_t *job)
{
    const char *header = job->asking.request->authorization;
    char *text, *colon;
    int len;

    if (!header || strncasecmp(header, SCHEME, strlen(SCHEME)) != 0)
        return 0;
    header += strlen(SCHEME);
    while (*header == ' ')
        header++;
    text = apr_palloc(job->pool, (apr_size_t)apr_base64_decode_len(header) + 1);
    len = apr_base64_decode(text, header);
    text[len] = '\0';
    colon = strchr(text, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    *user = text;
    *word = colon + 1;
    return 1;
}

/* ---- How often it was wrong ---- */

/* Is there room for one more of `most` in this minute? */
static int room(const ipxe_job_t *job, const char *what, int most, int count)
{
    const ipxe_request_t *request = job->asking.request;

    return !request->limit ||
           request->limit(request->limit_baton, job->asking.set->settings->site,
                          what, NULL, most, MINUTE, count);
}

static int may_try(const ipxe_job_t *job, int count)
{
    const char *ip = job->asking.request->ip;
    const char *of =
        apr_pstrcat(job->pool, "wrong passwords of ", ip ? ip : "", NULL);

    return room(job, "wrong passwords", IPXE_MAX_WRONG_ALL, count) &&
           room(job, of, IPXE_MAX_WRONG, count);
}

static const struct ipxe_password_t *password_of(const ipxe_lock_t *lock)
{
    return lock->item ? lock->item->password : lock->menu->password;
}

static void refuse(ipxe_job_t *job, const ipxe_lock_t *lock, const char *text)
{
    ipxe_job_set_decision(job, lock->at);
    if (ipxe_script_refused(job->sink, lock->at, lock->menu, lock->item, text,
                            &job->writing) != APR_SUCCESS)
        ipxe_job_fail_script(job, ipxe_job_why(job));
    job->answer->log =
        apr_psprintf(job->pool, "%s: %s", text,
                     ipxe_lock_key(lock->menu, lock->item, job->pool));
}

ipxe_gate_e ipxe_gate_try(ipxe_job_t *job, const ipxe_lock_t *lock)
{
    const char *user, *word;

    if (!read_credentials(&user, &word, job))
        return IPXE_GATE_SHUT;
    job->writing.forget_password = 1;
    if (!may_try(job, 0)) {
        refuse(job, lock, "Too many wrong passwords: wait a minute");
        return IPXE_GATE_REFUSED;
    }
    if (ipxe_password_is(password_of(lock), user, word)) {
        APR_ARRAY_PUSH(job->asking.opened, const char *) =
            ipxe_lock_key(lock->menu, lock->item, job->pool);
        return IPXE_GATE_OPENED;
    }
    if (!job->observe)
        may_try(job, 1);
    refuse(job, lock, "Wrong password");
    return IPXE_GATE_REFUSED;
}

/* ---- What is asked ---- */

void ipxe_job_ask(ipxe_job_t *job, const ipxe_lock_t *lock)
{
    apr_status_t rv = lock->asks
                          ? ipxe_script_ask(job->sink, lock->at, lock->menu,
                                            lock->item, &job->writing)
                          : ipxe_script_login(job->sink, lock->at, lock->menu,
                                              lock->item, &job->writing);

    ipxe_job_set_decision(job, lock->at);
    if (rv != APR_SUCCESS)
        ipxe_job_fail_script(job, ipxe_job_why(job));
}

void ipxe_gate_challenge(ipxe_job_t *job)
{
    ipxe_job_fail_status(job, 401, "a password is wanted");
    job->answer->challenge = 1;
    job->answer->log = NULL;
}

/* The request itself says something to each question: an answer that came
 * with another choice is none to this one. */
int ipxe_gate_answered(const ipxe_job_t *job, const ipxe_item_t *item)
{
    const ipxe_machine_t *sent =
        item && item->asks ? ipxe_asking_machine(&job->asking, job->pool)
                           : NULL;
    int i;

    for (i = 0; sent && i < item->asks->nelts; i++) {
        if (!ipxe_machine_ask(sent,
                              APR_ARRAY_IDX(item->asks, i, ipxe_ask_t).var))
            return 0;
    }
    return 1;
}
