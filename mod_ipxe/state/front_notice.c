/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of who delivers notices: they may wait longer, and silence
 * nobody. */
#include "state/front_run.h"

#include <apr_strings.h>

typedef apr_status_t (*how_t)(ipxe_question_t *q, ipxe_store_t *store);

static ipxe_question_t *begin(ipxe_state_t *state, how_t how)
{
    ipxe_question_t *q = ipxe_front_begin(state, how, 0);

    if (q)
        q->operators = 1;
    return q;
}

static apr_status_t put_take(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->take(&q->notice, store, q->text, q->issued, q->now,
                            q->pool);
}

apr_status_t ipxe_state_take(ipxe_notice_t *notice, ipxe_state_t *state,
                             const char *target, apr_interval_time_t lease,
                             apr_time_t now, apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_take);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->text = apr_pstrdup(q->pool, target);
    q->issued = lease;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        ipxe_notice_copy(notice, &q->notice, pool);
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_settle(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->settle(store, &q->notice, q->issued, q->text, q->pool);
}

apr_status_t ipxe_state_settle(ipxe_state_t *state, const ipxe_notice_t *notice,
                               apr_time_t again, const char *why)
{
    ipxe_question_t *q = begin(state, put_settle);

    if (!q)
        return APR_TIMEUP;
    ipxe_notice_copy(&q->notice, notice, q->pool);
    q->issued = again;
    q->text = apr_pstrdup(q->pool, why);
    return ipxe_front_end(state, q, ipxe_front_put(state, q));
}

static apr_status_t put_trim(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->trim(&q->count, store, q->now, q->pool);
}

apr_status_t ipxe_state_trim(int *dropped, ipxe_state_t *state, apr_time_t now)
{
    ipxe_question_t *q = begin(state, put_trim);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        *dropped = q->count;
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_waiting(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->waiting(&q->waiting, store, q->text, q->pool);
}

apr_status_t ipxe_state_waiting(ipxe_waiting_t *waiting, ipxe_state_t *state,
                                const char *site, apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_waiting);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->text = apr_pstrdup(q->pool, site);
    rv = ipxe_front_put(state, q);
    if (!rv) {
        *waiting = q->waiting;
        waiting->why = apr_pstrdup(pool, q->waiting.why);
    }
    return ipxe_front_end(state, q, rv);
}
