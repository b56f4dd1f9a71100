/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of operators: they may wait longer, and silence nobody. */
#include "state/front_run.h"

#include <apr_strings.h>
#include <string.h>

typedef apr_status_t (*how_t)(ipxe_question_t *q, ipxe_store_t *store);

static ipxe_question_t *begin(ipxe_state_t *state, how_t how)
{
    ipxe_question_t *q = ipxe_front_begin(state, how, 0);

    if (q)
        q->operators = 1;
    return q;
}

static apr_status_t put_order(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->order(&q->number, store, &q->order, q->pool);
}

apr_status_t ipxe_state_order(apr_int64_t *machine, ipxe_state_t *state,
                              const ipxe_order_t *order, apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_order);
    apr_status_t rv;

    (void)pool;
    if (!q)
        return APR_TIMEUP;
    ipxe_order_copy(&q->order, order, q->pool);
    rv = ipxe_front_put(state, q);
    if (!rv)
        *machine = q->number;
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_list(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->list(&q->array, &q->total, store, &q->filter, q->now,
                            q->pool);
}

apr_status_t ipxe_state_list(apr_array_header_t **seen, int *total,
                             ipxe_state_t *state, const ipxe_filter_t *filter,
                             apr_time_t now, apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_list);
    apr_status_t rv;
    int i;

    if (!q)
        return APR_TIMEUP;
    ipxe_filter_copy(&q->filter, filter, q->pool);
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv) {
        *total = q->total;
        *seen = apr_array_make(pool, q->array->nelts + 1, sizeof(ipxe_seen_t));
        for (i = 0; i < q->array->nelts; i++)
            ipxe_seen_copy(apr_array_push(*seen),
                           &APR_ARRAY_IDX(q->array, i, ipxe_seen_t), pool);
    }
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_timeline(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->timeline(&q->array, store, q->number, q->pool);
}

apr_status_t ipxe_state_timeline(apr_array_header_t **events,
                                 ipxe_state_t *state, apr_int64_t machine,
                                 apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_timeline);
    apr_status_t rv;
    int i;

    if (!q)
        return APR_TIMEUP;
    q->number = machine;
    rv = ipxe_front_put(state, q);
    if (!rv) {
        *events =
            apr_array_make(pool, q->array->nelts + 1, sizeof(ipxe_event_t));
        for (i = 0; i < q->array->nelts; i++)
            ipxe_event_copy(apr_array_push(*events),
                            &APR_ARRAY_IDX(q->array, i, ipxe_event_t), pool);
    }
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_hourly(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->hourly(&q->array, store, q->text, q->count, q->now,
                              q->pool);
}

apr_status_t ipxe_state_hourly(apr_array_header_t **boots, ipxe_state_t *state,
                               const char *site, int hours, apr_time_t now,
                               apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_hourly);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->text = apr_pstrdup(q->pool, site);
    q->count = hours;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        *boots = apr_array_copy(pool, q->array);
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_counts(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->counts(&q->table, store, q->text, q->now, q->pool);
}

apr_status_t ipxe_state_counts(apr_table_t **counts, ipxe_state_t *state,
                               const char *site, apr_time_t now,
                               apr_pool_t *pool)
{
    ipxe_question_t *q = begin(state, put_counts);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->text = apr_pstrdup(q->pool, site);
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv)
        *counts = apr_table_clone(pool, q->table);
    return ipxe_front_end(state, q, rv);
}
