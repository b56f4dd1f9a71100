/* SPDX-License-Identifier: Apache-2.0 */
/* Questions with a deadline. */
#include "state/front_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/pool.h"

#define SECOND apr_time_from_sec(1)
/* Threads of a process that ask at once, and what they have left behind. */
#define MOST_QUESTIONS 4096

static void lock(ipxe_state_t *state)
{
    apr_thread_mutex_lock(state->mutex);
}

static void unlock(ipxe_state_t *state)
{
    apr_thread_mutex_unlock(state->mutex);
}

/* ---- Questions that are used again ---- */

static ipxe_question_t *make(void)
{
    apr_pool_t *pipes = ipxe_front_pool();
    ipxe_question_t *q;

    if (!pipes)
        return NULL;
    q = apr_pcalloc(pipes, sizeof *q);
    q->pipes = pipes;
    q->pool = ipxe_front_pool();
    if (!q->pool || apr_file_pipe_create(&q->wait, &q->tell, pipes)) {
        apr_pool_destroy(pipes);
        return NULL;
    }
    return q;
}

static ipxe_question_t *question(ipxe_state_t *state)
{
    ipxe_question_t *q;

    lock(state);
    q = state->idle;
    if (q) {
        state->idle = q->next;
    }
    else if (state->questions < MOST_QUESTIONS) {
        q = make();
        state->questions += q != NULL;
    }
    unlock(state);
    if (q)
        q->next = NULL;
    return q;
}

void ipxe_front_recycle(ipxe_state_t *state, ipxe_question_t *q)
{
    ipxe_question_t empty = {
        .pool = q->pool, .wait = q->wait, .tell = q->tell, .pipes = q->pipes};

    apr_pool_clear(q->pool);
    *q = empty;
    q->next = state->idle;
    state->idle = q;
}

static void recycle(ipxe_state_t *state, ipxe_question_t *q)
{
    lock(state);
    ipxe_front_recycle(state, q);
    unlock(state);
}

/* ---- Asking ---- */

static void enqueue(ipxe_state_t *state, ipxe_question_t *q)
{
    if (state->last)
        state->last->next = q;
    else
        state->first = q;
    state->last = q;
    ipxe_front_wake(state);
}

static void dequeue(ipxe_state_t *state, ipxe_question_t *q)
{
    ipxe_question_t **at = &state->first, *before = NULL;

    while (*at && *at != q) {
        before = *at;
        at = &(*at)->next;
    }
    if (!*at)
        return;
    *at = q->next;
    if (state->last == q)
        state->last = before;
}

/* It was not answered in time. With the mutex held. */
static apr_status_t give_up(ipxe_state_t *state, ipxe_question_t *q)
{
    state->health.timed_out++;
    /* One that waited behind an operator says nothing of the database. */
    if (!q->operators && !state->looking)
        state->silent = ipxe_clock() + SECOND;
    if (q->taken) {
        q->abandoned = 1; /* the thread has it */
    }
    else {
        dequeue(state, q);
        ipxe_front_recycle(state, q);
    }
    return APR_TIMEUP;
}

static apr_status_t await(ipxe_state_t *state, ipxe_question_t *q)
{
    apr_status_t rv, timed_out;
    char byte;

    apr_file_pipe_timeout_set(q->wait, q->operators ? IPXE_STATE_PATIENCE
                                                    : state->options.timeout);
    timed_out = apr_file_getc(&byte, q->wait);
    lock(state);
    if (q->answered && timed_out) /* in between: its byte is there */
        apr_file_getc(&byte, q->wait);
    rv = q->answered ? q->status : give_up(state, q);
    unlock(state);
    return rv;
}

/* APR_TIMEUP: the question is gone. Else its answer is in it, and the asker
 * recycles it. */
static apr_status_t ask(ipxe_state_t *state, ipxe_question_t *q)
{
    apr_status_t rv = APR_SUCCESS;

    lock(state);
    state->health.asked++;
    if (state->stop || (!q->operators && ipxe_clock() < state->silent)) {
        state->health.timed_out++;
        ipxe_front_recycle(state, q);
        rv = APR_TIMEUP;
    }
    else {
        enqueue(state, q);
    }
    unlock(state);
    return rv ? rv : await(state, q);
}

static apr_status_t ask_direct(ipxe_state_t *state, ipxe_question_t *q)
{
    state->health.asked++;
    q->status = q->put(q, state->store);
    if (q->status == APR_EGENERAL) {
        state->health.failed++;
        apr_cpystrn(state->why, state->store->why, sizeof state->why);
    }
    state->health.up = q->status != APR_EGENERAL;
    return q->status;
}

apr_status_t ipxe_front_put(ipxe_state_t *state, ipxe_question_t *q)
{
    return state->options.direct ? ask_direct(state, q) : ask(state, q);
}

ipxe_question_t *ipxe_front_begin(ipxe_state_t *state,
                                  apr_status_t (*how)(ipxe_question_t *,
                                                      ipxe_store_t *),
                                  int again)
{
    ipxe_question_t *q = question(state);

    if (q) {
        q->put = how;
        q->again = again;
    }
    return q;
}

apr_status_t ipxe_front_end(ipxe_state_t *state, ipxe_question_t *q,
                            apr_status_t rv)
{
    if (rv != APR_TIMEUP)
        recycle(state, q);
    return rv;
}

/* ---- The questions ---- */

static apr_status_t put_look(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->look(&q->view, store, &q->who, q->pool);
}

apr_status_t ipxe_state_look(ipxe_view_t *view, ipxe_state_t *state,
                             const ipxe_who_t *who, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_look, 1);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    ipxe_who_copy(&q->who, who, q->pool);
    rv = ipxe_front_put(state, q);
    if (!rv)
        ipxe_view_copy(view, &q->view, pool);
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_enter(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->enter(&q->ruling, store, &q->wish, q->pool);
}

apr_status_t ipxe_state_enter(ipxe_ruling_t *ruling, ipxe_state_t *state,
                              const ipxe_wish_t *wish, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_enter, 1);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    ipxe_wish_copy(&q->wish, wish, q->pool);
    rv = ipxe_front_put(state, q);
    if (!rv)
        ipxe_ruling_copy(ruling, &q->ruling, pool);
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_hold(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->hold(&q->view, store, &q->who, q->text, q->now, q->pool);
}

apr_status_t ipxe_state_hold(ipxe_view_t *view, ipxe_state_t *state,
                             const ipxe_who_t *who, const char *reason,
                             apr_time_t now, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_hold, 1);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    ipxe_who_copy(&q->who, who, q->pool);
    q->text = apr_pstrdup(q->pool, reason);
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        ipxe_view_copy(view, &q->view, pool);
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_fetch(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->fetch(&q->claim, store, q->number, q->issued, q->count,
                             q->now, q->pool);
}

apr_status_t ipxe_state_fetch(ipxe_claim_e *claim, ipxe_state_t *state,
                              apr_int64_t install, apr_time_t issued, int tries,
                              apr_time_t now, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_fetch, 1);
    apr_status_t rv;

    (void)pool;
    if (!q)
        return APR_TIMEUP;
    q->number = install;
    q->issued = issued;
    q->count = tries;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        *claim = q->claim;
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_report(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->report(&q->claim, store, &q->report, q->pool);
}

apr_status_t ipxe_state_report(ipxe_claim_e *claim, ipxe_state_t *state,
                               const ipxe_report_t *report, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_report, 1);
    apr_status_t rv;

    (void)pool;
    if (!q)
        return APR_TIMEUP;
    ipxe_report_copy(&q->report, report, q->pool);
    rv = ipxe_front_put(state, q);
    if (!rv)
        *claim = q->claim;
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_spend(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->spend_next(&q->spent, store, q->number, q->pool);
}

apr_status_t ipxe_state_spend_next(int *spent, ipxe_state_t *state,
                                   apr_int64_t machine, apr_pool_t *pool)
{
    ipxe_question_t *q = ipxe_front_begin(state, put_spend, 0);
    apr_status_t rv;

    (void)pool;
    if (!q)
        return APR_TIMEUP;
    q->number = machine;
    rv = ipxe_front_put(state, q);
    if (!rv)
        *spent = q->spent;
    return ipxe_front_end(state, q, rv);
}
