/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of operators: they may wait longer, and silence nobody. */
#include "state/front_run.h"

#include <apr_strings.h>
#include <stdlib.h>
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

/* ---- Lists ---- */

static void copy_seen(apr_array_header_t *to, const apr_array_header_t *from)
{
    int i;

    for (i = 0; i < from->nelts; i++)
        ipxe_seen_copy(apr_array_push(to), &APR_ARRAY_IDX(from, i, ipxe_seen_t),
                       to->pool);
}

static apr_status_t put_list(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->list(&q->array, &q->total, store, &q->filter, q->now,
                            q->pool);
}

static apr_status_t list_all(apr_array_header_t *seen, int *total,
                             ipxe_state_t *state, const ipxe_filter_t *filter,
                             apr_time_t now)
{
    ipxe_question_t *q = begin(state, put_list);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    ipxe_filter_copy(&q->filter, filter, q->pool);
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv) {
        *total = q->total;
        copy_seen(seen, q->array);
    }
    return ipxe_front_end(state, q, rv);
}

static apr_status_t put_find(ipxe_question_t *q, ipxe_store_t *store)
{
    q->array = apr_array_make(q->pool, 64, sizeof(ipxe_match_t));
    return store->ops->find(q->array, &q->number, store, &q->filter, q->now);
}

/* What it finds among some, from *from on. */
static apr_status_t find_some(apr_array_header_t *found, apr_int64_t *from,
                              ipxe_state_t *state, const ipxe_filter_t *filter,
                              apr_time_t now)
{
    ipxe_question_t *q = begin(state, put_find);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    ipxe_filter_copy(&q->filter, filter, q->pool);
    q->number = *from;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv) {
        apr_array_cat(found, q->array);
        *from = q->number;
    }
    return ipxe_front_end(state, q, rv);
}

static int newest_first(const void *a, const void *b)
{
    const ipxe_match_t *one = a, *other = b;

    if (one->last_seen != other->last_seen)
        return one->last_seen < other->last_seen ? 1 : -1;
    return one->machine < other->machine ? 1 : -1;
}

/* Those of the page that are still there. */
static apr_status_t show_some(apr_array_header_t *seen,
                              const apr_array_header_t *found,
                              ipxe_state_t *state, const ipxe_filter_t *filter,
                              apr_time_t now)
{
    int most = filter->limit > 0 ? filter->limit : 100, ignored, i;
    ipxe_filter_t one = {.site = filter->site};
    apr_status_t rv = APR_SUCCESS;

    for (i = filter->offset;
         i < found->nelts && i - filter->offset < most && !rv; i++) {
        one.machine = APR_ARRAY_IDX(found, i, ipxe_match_t).machine;
        rv = list_all(seen, &ignored, state, &one, now);
    }
    return rv;
}

/* Part by part: what looks at every machine of a large fleet takes long, and
 * machines ask meanwhile. */
static apr_status_t search(apr_array_header_t *seen, int *total,
                           ipxe_state_t *state, const ipxe_filter_t *filter,
                           apr_time_t now)
{
    apr_array_header_t *found =
        apr_array_make(seen->pool, 64, sizeof(ipxe_match_t));
    apr_int64_t from = 0;
    apr_status_t rv = APR_SUCCESS;

    while (from >= 0 && !rv)
        rv = find_some(found, &from, state, filter, now);
    if (rv)
        return rv;
    qsort(found->elts, (size_t)found->nelts, sizeof(ipxe_match_t),
          newest_first);
    *total = found->nelts;
    return show_some(seen, found, state, filter, now);
}

apr_status_t ipxe_state_list(apr_array_header_t **seen, int *total,
                             ipxe_state_t *state, const ipxe_filter_t *filter,
                             apr_time_t now, apr_pool_t *pool)
{
    *seen = apr_array_make(pool, 16, sizeof(ipxe_seen_t));
    return filter->text || filter->state
               ? search(*seen, total, state, filter, now)
               : list_all(*seen, total, state, filter, now);
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

/* ---- Counts ---- */

static apr_status_t put_counts(ipxe_question_t *q, ipxe_store_t *store)
{
    return store->ops->counts(&q->table, &q->number, store, q->text, q->now,
                              q->pool);
}

static int add_count(void *baton, const char *name, const char *count)
{
    apr_table_t *counts = baton;
    const char *before = apr_table_get(counts, name);

    if (!before || strcmp(name, "frozen") == 0 ||
        strcmp(name, "unaccepted") == 0)
        apr_table_set(counts, name, count);
    else
        apr_table_set(counts, name,
                      apr_psprintf(apr_table_elts(counts)->pool,
                                   "%" APR_INT64_T_FMT,
                                   apr_strtoi64(before, NULL, 10) +
                                       apr_strtoi64(count, NULL, 10)));
    return 1;
}

static apr_status_t count_some(apr_table_t *counts, apr_int64_t *from,
                               ipxe_state_t *state, const char *site,
                               apr_time_t now)
{
    ipxe_question_t *q = begin(state, put_counts);
    apr_status_t rv;

    if (!q)
        return APR_TIMEUP;
    q->text = apr_pstrdup(q->pool, site);
    q->number = *from;
    q->now = now;
    rv = ipxe_front_put(state, q);
    if (!rv) {
        apr_table_do(add_count, counts, q->table, NULL);
        *from = q->number;
    }
    return ipxe_front_end(state, q, rv);
}

apr_status_t ipxe_state_counts(apr_table_t **counts, ipxe_state_t *state,
                               const char *site, apr_time_t now,
                               apr_pool_t *pool)
{
    apr_int64_t from = 0;
    apr_status_t rv = APR_SUCCESS;

    *counts = apr_table_make(pool, 10);
    while (from >= 0 && !rv)
        rv = count_some(*counts, &from, state, site, now);
    return rv;
}

apr_status_t ipxe_state_fleet(apr_table_t *counts, ipxe_state_t *state,
                              const char *site, apr_pool_t *pool)
{
    apr_int64_t from = 0x7fffffffffffffff; /* over the last */
    apr_table_t *fleet = apr_table_make(pool, 10);
    apr_status_t rv = count_some(fleet, &from, state, site, 0);
    const char *frozen = apr_table_get(fleet, "frozen");
    const char *unaccepted = apr_table_get(fleet, "unaccepted");

    if (rv)
        return rv;
    apr_table_unset(counts, "frozen");
    apr_table_unset(counts, "unaccepted");
    if (frozen)
        apr_table_setn(counts, "frozen", "1");
    if (unaccepted)
        apr_table_setn(counts, "unaccepted", "1");
    return rv;
}
