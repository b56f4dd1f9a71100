/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a process: opened and closed, events taken, health. */
#include "state/front_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"

/* How long the end of a process waits for a database that hangs. */
#define LAST_WAIT apr_time_from_sec(3)

static void lock(ipxe_state_t *state)
{
    apr_thread_mutex_lock(state->mutex);
}

static void unlock(ipxe_state_t *state)
{
    apr_thread_mutex_unlock(state->mutex);
}

void ipxe_front_wake(ipxe_state_t *state)
{
    if (!state->sleeping)
        return;
    state->sleeping = 0;
    apr_file_putc('.', state->tell);
}

/* ---- Opened ---- */

static const char *keep(const char *text, apr_pool_t *pool)
{
    return text ? apr_pstrdup(pool, text) : NULL;
}

static const apr_array_header_t *keep_hooks(const apr_array_header_t *hooks,
                                            apr_pool_t *pool)
{
    apr_array_header_t *kept = hooks ? apr_array_copy(pool, hooks) : NULL;
    int i;

    for (i = 0; kept && i < kept->nelts; i++) {
        ipxe_hook_t *hook = &APR_ARRAY_IDX(kept, i, ipxe_hook_t);

        hook->site = keep(hook->site, pool);
        hook->target = keep(hook->target, pool);
    }
    return kept;
}

static void set_options(ipxe_state_t *state, const ipxe_state_options_t *from)
{
    ipxe_state_options_t *to = &state->options;

    *to = *from;
    to->driver = keep(from->driver, state->pool);
    to->params = keep(from->params, state->pool);
    to->identity = keep(from->identity, state->pool);
    to->node = keep(from->node, state->pool);
    to->hooks = keep_hooks(from->hooks, state->pool);
    if (to->timeout <= 0)
        to->timeout = IPXE_STATE_TIMEOUT;
    if (to->queue <= 0)
        to->queue = IPXE_MAX_STATE_QUEUE;
    if (to->max_machines <= 0)
        to->max_machines = IPXE_MAX_MACHINES;
}

static apr_status_t start(ipxe_state_t *state)
{
    apr_pool_t *pool = state->pool;
    apr_status_t rv = apr_file_pipe_create(&state->wait, &state->tell, pool);

    if (!rv)
        rv = apr_file_pipe_create(&state->ended, &state->end, pool);
    if (!rv)
        rv = apr_thread_create(&state->thread, NULL, ipxe_front_thread, state,
                               pool);
    return rv;
}

static apr_status_t cleanup(void *state)
{
    ipxe_state_close(state);
    return APR_SUCCESS;
}

static apr_status_t fail(ipxe_state_t *state, apr_status_t rv)
{
    apr_pool_destroy(state->pool);
    return rv;
}

apr_status_t ipxe_state_open(ipxe_state_t **made, const char **why,
                             const ipxe_state_options_t *options,
                             apr_pool_t *pool)
{
    apr_status_t rv = ipxe_sql_driver(why, options->driver, pool);
    apr_pool_t *own = rv ? NULL : ipxe_front_pool();
    ipxe_state_t *state;

    if (!own)
        return rv ? rv : APR_ENOMEM;
    state = apr_pcalloc(own, sizeof *state);
    state->pool = own;
    set_options(state, options);
    rv = apr_thread_mutex_create(&state->mutex, APR_THREAD_MUTEX_DEFAULT, own);
    if (!rv && state->options.direct) {
        rv = ipxe_front_connect(state, why);
        if (rv)
            *why = apr_pstrdup(pool, *why);
        state->health.up = !rv;
    }
    else if (!rv) {
        rv = start(state);
        *why = "no thread can be had for the state";
    }
    if (rv)
        return fail(state, rv);
    state->owner = pool;
    apr_pool_cleanup_register(pool, state, cleanup, apr_pool_cleanup_null);
    *made = state;
    return APR_SUCCESS;
}

/* ---- Closed ---- */

/* Whether the thread has ended; one that a database keeps is left alone with
 * what it uses. */
static int thread_ended(ipxe_state_t *state)
{
    apr_status_t ignored;
    char byte;

    if (!state->thread)
        return 1;
    lock(state);
    state->stop = 1;
    ipxe_front_wake(state);
    unlock(state);
    apr_file_pipe_timeout_set(state->ended, LAST_WAIT);
    if (apr_file_getc(&byte, state->ended))
        return 0;
    apr_thread_join(&ignored, state->thread);
    return 1;
}

static void free_questions(ipxe_state_t *state)
{
    ipxe_question_t *q, *next;

    for (q = state->idle; q; q = next) {
        next = q->next;
        apr_pool_destroy(q->pool);
        apr_pool_destroy(q->pipes);
    }
}

void ipxe_state_close(ipxe_state_t *state)
{
    apr_pool_cleanup_kill(state->owner, state, cleanup);
    if (!thread_ended(state))
        return;
    if (state->options.direct && state->store)
        state->store->ops->close(state->store);
    free_questions(state);
    if (state->batch.pool)
        apr_pool_destroy(state->batch.pool);
    if (state->writing.pool)
        apr_pool_destroy(state->writing.pool);
    if (state->marked_pool)
        apr_pool_destroy(state->marked_pool);
    if (state->store_pool)
        apr_pool_destroy(state->store_pool);
    apr_pool_destroy(state->pool);
}

/* ---- What never waits ---- */

static void watch_now(ipxe_state_t *state, const ipxe_event_t *event)
{
    apr_pool_t *pool = ipxe_front_pool();

    if (state->store->ops->watch(state->store, event, 1, pool))
        state->health.dropped++;
    else
        state->health.written++;
    apr_pool_destroy(pool);
}

static void queue_event(ipxe_state_t *state, const ipxe_event_t *event)
{
    ipxe_batch_t *batch = &state->batch;

    if (state->stop ||
        state->health.queued >= (apr_uint64_t)state->options.queue) {
        state->health.dropped++;
        return;
    }
    if (!batch->pool) {
        batch->pool = ipxe_front_pool();
        batch->events = apr_array_make(batch->pool, 64, sizeof *event);
    }
    ipxe_event_copy(apr_array_push(batch->events), event, batch->pool);
    state->health.queued++;
    if (!state->resting)
        ipxe_front_wake(state);
}

void ipxe_state_watch(ipxe_state_t *state, const ipxe_event_t *event)
{
    if (state->options.direct) {
        watch_now(state, event);
        return;
    }
    lock(state);
    queue_event(state, event);
    unlock(state);
}

static int nobody_marked(ipxe_state_t *state)
{
    int nobody;

    lock(state);
    nobody = state->marked && apr_hash_count(state->marked) == 0;
    unlock(state);
    return nobody;
}

int ipxe_state_marked(ipxe_state_t *state, const ipxe_who_t *who,
                      apr_pool_t *pool)
{
    const char *site = who->site ? who->site : "";
    apr_array_header_t *keys;
    int i, found;

    if (nobody_marked(state))
        return 0;
    keys = ipxe_who_keys(who, pool);
    for (i = 0; i < keys->nelts; i++) {
        const char **key = &APR_ARRAY_IDX(keys, i, const char *);

        *key = apr_pstrcat(pool, site, " ", *key, NULL);
    }
    lock(state);
    found = state->marked == NULL;
    for (i = 0; i < keys->nelts && !found; i++)
        found = apr_hash_get(state->marked, APR_ARRAY_IDX(keys, i, char *),
                             APR_HASH_KEY_STRING) != NULL;
    unlock(state);
    return found;
}

void ipxe_state_health(ipxe_state_health_t *health, ipxe_state_t *state,
                       apr_pool_t *pool)
{
    lock(state);
    *health = state->health;
    health->why = apr_pstrdup(pool, state->why);
    unlock(state);
}
