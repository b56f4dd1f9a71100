/* SPDX-License-Identifier: Apache-2.0 */
/* The thread behind the state: it answers questions, writes events, refreshes
 * what all may read at once. */
#include "state/front_run.h"

#include <apr_strings.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/pool.h"

#define SECOND apr_time_from_sec(1)
/* Events in one transaction: a question waits for no more than that. */
#define AT_ONCE 200
/* Questions in one transaction: each wait for the disk serves them all, within
 * the deadline of the first. */
#define GROUP 32
/* Between looks at whether events may be written again. */
#define REST apr_time_from_msec(100)

apr_pool_t *ipxe_front_pool(void)
{
    apr_pool_t *pool = ipxe_pool_own(NULL, "ipxe_state");

    if (pool)
        apr_allocator_max_free_set(apr_pool_allocator_get(pool), 64 * 1024);
    return pool;
}

static void lock(ipxe_state_t *state)
{
    apr_thread_mutex_lock(state->mutex);
}

static void unlock(ipxe_state_t *state)
{
    apr_thread_mutex_unlock(state->mutex);
}

/* ---- The database ---- */

apr_status_t ipxe_front_connect(ipxe_state_t *state, const char **why)
{
    ipxe_sql_options_t options = {.driver = state->options.driver,
                                  .params = state->options.params,
                                  .identity = state->options.identity,
                                  .node = state->options.node,
                                  .hooks = state->options.hooks,
                                  .create = state->options.create};
    apr_status_t rv;

    if (state->store)
        return APR_SUCCESS;
    state->store_pool = ipxe_front_pool();
    rv = ipxe_sql_open(&state->store, why, &options, state->store_pool);
    if (rv) {
        apr_cpystrn(state->connect_why, *why, sizeof state->connect_why);
        *why = state->connect_why;
        apr_pool_destroy(state->store_pool);
        state->store_pool = NULL;
    }
    return rv;
}

static void told(ipxe_state_t *state, apr_status_t rv, const char *why)
{
    lock(state);
    state->health.up = rv != APR_EGENERAL;
    if (state->health.up)
        *state->why = '\0';
    else if (why)
        apr_cpystrn(state->why, why, sizeof state->why);
    unlock(state);
}

static void connect_again(ipxe_state_t *state)
{
    apr_time_t now = ipxe_clock();
    const char *why = NULL;
    apr_status_t rv;

    if (state->store || now < state->connect)
        return;
    state->connect = now + SECOND;
    rv = ipxe_front_connect(state, &why);
    told(state, rv ? APR_EGENERAL : APR_SUCCESS, why);
}

/* ---- Questions ---- */

static void deliver(ipxe_state_t *state, ipxe_question_t *q, apr_status_t rv)
{
    lock(state);
    q->status = rv;
    q->answered = 1;
    if (rv == APR_EGENERAL) {
        state->health.failed++;
        if (!q->operators)
            state->silent = ipxe_clock() + SECOND;
    }
    if (q->abandoned)
        ipxe_front_recycle(state, q);
    else
        apr_file_putc('.', q->tell);
    unlock(state);
}

static void answer(ipxe_state_t *state, ipxe_question_t *q)
{
    apr_status_t rv = APR_EGENERAL;

    if (state->store) {
        rv = q->put(q, state->store);
        /* The connection may have gone since it was last used. */
        if (rv == APR_EGENERAL && q->again)
            rv = q->put(q, state->store);
        told(state, rv, state->store->why);
    }
    deliver(state, q, rv);
}

/* Many at once in one transaction; where that fails, one by one. */
static void answer_group(ipxe_state_t *state, ipxe_question_t **group, int n)
{
    apr_status_t status[GROUP], rv = APR_EGENERAL;
    int i;

    if (state->store && n > 1) {
        state->store->ops->gather(state->store);
        for (i = 0; i < n; i++)
            status[i] = group[i]->put(group[i], state->store);
        rv = state->store->ops->commit(state->store);
    }
    if (!rv)
        told(state, rv, NULL);
    for (i = 0; i < n; i++) {
        if (rv)
            answer(state, group[i]);
        else
            deliver(state, group[i], status[i]);
    }
}

/* ---- Events ---- */

/* Time that this thread has had. */
static apr_time_t own_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return apr_time_make(t.tv_sec, t.tv_nsec / 1000);
}

static void allow_more(ipxe_state_t *state)
{
    apr_time_t more =
        (ipxe_clock() - state->allowed_at) / IPXE_WATCH_PART;

    state->allowed_at += more * IPXE_WATCH_PART;
    state->allowance += more;
    if (state->allowance > IPXE_MAX_WATCH_BURST)
        state->allowance = IPXE_MAX_WATCH_BURST;
}

/* The next transaction's. */
static void write_some(ipxe_state_t *state)
{
    ipxe_batch_t *batch = &state->writing;
    int n = batch->events->nelts - state->written;
    apr_time_t begun = own_time();
    apr_status_t rv = APR_EGENERAL;

    if (n > AT_ONCE)
        n = AT_ONCE;
    if (state->store) {
        rv = state->store->ops->watch(
            state->store,
            &APR_ARRAY_IDX(batch->events, state->written, const ipxe_event_t),
            n, batch->pool);
        told(state, rv, state->store->why);
    }
    state->written += n;
    state->allowance -= own_time() - begun;
    lock(state);
    state->health.queued -= (apr_uint64_t)n;
    if (rv)
        state->health.dropped += (apr_uint64_t)n;
    else
        state->health.written += (apr_uint64_t)n;
    unlock(state);
}

/* The first questions, as many as can be answered in one go. */
static int take_group(ipxe_state_t *state, ipxe_question_t **group)
{
    ipxe_question_t *q;
    int n = 0;

    lock(state);
    state->looking = 0;
    while (n < GROUP && (q = state->first) != NULL && (n == 0 || q->again)) {
        state->first = q->next;
        if (!state->first)
            state->last = NULL;
        q->taken = 1;
        state->looking |= q->operators;
        group[n++] = q;
        if (!q->again)
            break;
    }
    unlock(state);
    return n;
}

/* Those that came between two transactions of events. */
static void answer_all(ipxe_state_t *state)
{
    ipxe_question_t *group[GROUP];
    int turn, n;

    for (turn = 0; turn < 8 && (n = take_group(state, group)) > 0; turn++)
        answer_group(state, group, n);
}

/* Nonzero where there are events to write. */
static int take_events(ipxe_state_t *state)
{
    ipxe_batch_t *writing = &state->writing;

    if (writing->events && state->written < writing->events->nelts)
        return 1;
    if (writing->pool)
        apr_pool_destroy(writing->pool);
    memset(writing, 0, sizeof *writing);
    state->written = 0;
    lock(state);
    if (state->batch.events && state->batch.events->nelts) {
        *writing = state->batch;
        memset(&state->batch, 0, sizeof state->batch);
    }
    unlock(state);
    return writing->events != NULL;
}

/* As many as may be; at the end, all. */
static void write_events(ipxe_state_t *state, int all)
{
    allow_more(state);
    while ((all || state->allowance > 0) && take_events(state)) {
        write_some(state);
        answer_all(state);
    }
}

/* ---- Each second ---- */

static apr_hash_t *marked_set(ipxe_state_t *state, apr_pool_t *pool)
{
    apr_array_header_t *keys;
    apr_hash_t *set;
    int i;

    if (state->store->ops->marked(&keys, state->store, pool))
        return NULL;
    set = apr_hash_make(pool);
    for (i = 0; i < keys->nelts; i++)
        apr_hash_set(set, APR_ARRAY_IDX(keys, i, const char *),
                     APR_HASH_KEY_STRING, "");
    return set;
}

static void refresh(ipxe_state_t *state)
{
    ipxe_who_t nobody = {"", NULL, NULL};
    ipxe_view_t view = {0};
    apr_pool_t *pool = ipxe_front_pool(), *old;
    apr_hash_t *set = marked_set(state, pool);
    apr_status_t rv =
        state->store->ops->look(&view, state->store, &nobody, pool);

    told(state, rv, state->store->why);
    lock(state);
    if (!rv)
        state->health.unaccepted = view.unaccepted;
    old = state->marked_pool;
    state->marked = set;
    state->marked_pool = pool;
    unlock(state);
    if (old)
        apr_pool_destroy(old);
}

static void each_second(ipxe_state_t *state)
{
    apr_time_t now = ipxe_clock();
    apr_pool_t *pool;

    connect_again(state);
    if (!state->store || now < state->refresh)
        return;
    state->refresh = now + SECOND;
    refresh(state);
    if (now < state->tidy)
        return;
    state->tidy = now + 60 * SECOND;
    pool = ipxe_front_pool();
    state->store->ops->tidy(state->store, state->options.max_machines,
                            apr_time_now(), pool);
    apr_pool_destroy(pool);
}

/* ---- The loop ---- */

/* Nonzero where nothing is to be done. */
static int may_sleep(ipxe_state_t *state)
{
    int resting = state->allowance <= 0, waiting;

    lock(state);
    waiting = state->batch.events && state->batch.events->nelts;
    state->resting = resting;
    state->sleeping = !state->first && !state->stop && (resting || !waiting);
    waiting = state->sleeping;
    unlock(state);
    return waiting;
}

/* Until there is work, at most until the next refresh. */
static void sleep_a_while(ipxe_state_t *state)
{
    char bytes[64];
    apr_size_t n = sizeof bytes;
    int sleeps = may_sleep(state);
    apr_time_t left =
        (state->store ? state->refresh : state->connect) - ipxe_clock();

    if (!sleeps || left <= 0)
        return;
    if (state->allowance <= 0 && left > REST)
        left = REST;
    apr_file_pipe_timeout_set(state->wait, left > SECOND ? SECOND : left);
    apr_file_read(state->wait, bytes, &n);
    lock(state);
    state->sleeping = 0;
    unlock(state);
}

static int stopped(ipxe_state_t *state)
{
    int stop;

    lock(state);
    stop = state->stop;
    unlock(state);
    return stop;
}

void *APR_THREAD_FUNC ipxe_front_thread(apr_thread_t *thread, void *baton)
{
    ipxe_state_t *state = baton;

    state->allowance = IPXE_MAX_WATCH_BURST;
    state->allowed_at = ipxe_clock();
    while (!stopped(state)) {
        each_second(state);
        answer_all(state);
        write_events(state, 0);
        sleep_a_while(state);
    }
    answer_all(state);
    write_events(state, 1);
    if (state->store)
        state->store->ops->close(state->store);
    apr_file_putc('.', state->end);
    (void)thread;
    return NULL;
}
