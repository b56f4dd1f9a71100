/* SPDX-License-Identifier: Apache-2.0 */
/* What operators look at: machines, timelines, counts. Only reads. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define N(number) ipxe_sql_number(sql, number)
#define HOUR      apr_time_from_sec(3600)

/* ---- Lists ---- */

enum {
    SITE = IPXE_SQL_VIEW_COLUMNS,
    HOST,
    MAC,
    UUID,
    SERIAL,
    MANUFACTURER,
    PRODUCT,
    IP,
    RULE,
    PROFILE,
    STAGE,
    PERCENT,
    FIRST_SEEN,
    LAST_SEEN,
    STAGE_SINCE,
    ACTION,
    STATE,
    STUCK
};

static const char *text_at(ipxe_rows_t *rows, int column, apr_pool_t *pool)
{
    return apr_pstrdup(pool, ipxe_rows_text(rows, column));
}

static void seen_row(ipxe_seen_t *seen, ipxe_rows_t *rows, apr_pool_t *pool)
{
    memset(seen, 0, sizeof *seen);
    ipxe_sql_view_row(&seen->view, rows, pool);
    seen->machine = seen->view.machine;
    seen->site = text_at(rows, SITE, pool);
    seen->host = text_at(rows, HOST, pool);
    seen->mac = text_at(rows, MAC, pool);
    seen->uuid = text_at(rows, UUID, pool);
    seen->serial = text_at(rows, SERIAL, pool);
    seen->manufacturer = text_at(rows, MANUFACTURER, pool);
    seen->product = text_at(rows, PRODUCT, pool);
    seen->ip = text_at(rows, IP, pool);
    seen->rule = text_at(rows, RULE, pool);
    seen->profile = text_at(rows, PROFILE, pool);
    seen->stage = text_at(rows, STAGE, pool);
    seen->percent = (int)ipxe_rows_number(rows, PERCENT);
    seen->first_seen = ipxe_rows_number(rows, FIRST_SEEN);
    seen->last_seen = ipxe_rows_number(rows, LAST_SEEN);
    seen->stage_since = ipxe_rows_number(rows, STAGE_SINCE);
    seen->action = text_at(rows, ACTION, pool);
    seen->state = text_at(rows, STATE, pool);
    seen->stuck = ipxe_rows_number(rows, STUCK) != 0;
}

/* Without a filter, along the index. */
static ipxe_rows_t ask_all(ipxe_sql_t *sql, const char *site, apr_time_t now,
                           const char *limit, const char *offset, int *total)
{
    ipxe_rows_t rows = site ? SQL_ASK(sql, LIST_SITE_TOTAL, site)
                            : ipxe_sql_ask(sql, IPXE_DO_TIDY_COUNT, NULL, 0);

    if (ipxe_rows_next(&rows))
        *total = (int)ipxe_rows_number(&rows, 0);
    return site ? SQL_ASK(sql, LIST_SITE, N(now), site, limit, offset)
                : SQL_ASK(sql, LIST_ALL, N(now), limit, offset);
}

static ipxe_rows_t ask_one(ipxe_sql_t *sql, const ipxe_filter_t *filter,
                           apr_time_t now)
{
    return SQL_ASK(sql, LIST_ONE, N(now), N(filter->machine),
                   filter->site ? "0" : "1", filter->site);
}

static ipxe_rows_t ask_some(ipxe_sql_t *sql, const ipxe_filter_t *filter,
                            apr_time_t now, const char *limit,
                            const char *offset, int *total)
{
    const char *args[IPXE_SQL_FILTERED + 3];
    ipxe_rows_t rows;

    args[0] = N(now); /* for the column that says whether it is stuck */
    ipxe_sql_filter(args + 1, sql, filter, now);
    args[IPXE_SQL_FILTERED + 1] = limit;
    args[IPXE_SQL_FILTERED + 2] = offset;
    rows = ipxe_sql_ask(sql, IPXE_DO_LIST_TOTAL, args + 1, IPXE_SQL_FILTERED);
    if (ipxe_rows_next(&rows))
        *total = (int)ipxe_rows_number(&rows, 0);
    return ipxe_sql_ask(sql, IPXE_DO_LIST, args, IPXE_SQL_FILTERED + 3);
}

apr_status_t ipxe_sql_list(apr_array_header_t **seen, int *total,
                           ipxe_store_t *store, const ipxe_filter_t *filter,
                           apr_time_t now, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    const char *limit, *offset;
    ipxe_rows_t rows;
    int any = !filter->text && !filter->state, i;

    *seen = apr_array_make(pool, 16, sizeof(ipxe_seen_t));
    *total = 0;
    ipxe_sql_begin(sql);
    limit = N(filter->limit > 0 ? filter->limit : 100);
    offset = N(filter->offset);
    if (any && filter->machine)
        rows = ask_one(sql, filter, now);
    else if (any)
        rows = ask_all(sql, filter->site, now, limit, offset, total);
    else
        rows = ask_some(sql, filter, now, limit, offset, total);
    while (ipxe_rows_next(&rows))
        seen_row(apr_array_push(*seen), &rows, pool);
    for (i = 0; i < (*seen)->nelts; i++)
        ipxe_sql_results(&APR_ARRAY_IDX(*seen, i, ipxe_seen_t).view, sql, pool);
    if (any && filter->machine)
        *total = (*seen)->nelts;
    return ipxe_sql_end(sql);
}

/* ---- One machine's events ---- */

static void event_row(ipxe_event_t *event, ipxe_rows_t *rows, apr_pool_t *pool)
{
    memset(event, 0, sizeof *event);
    event->when = ipxe_rows_number(rows, 0);
    event->kind = (ipxe_event_e)ipxe_rows_number(rows, 1);
    event->rule = text_at(rows, 2, pool);
    event->profile = text_at(rows, 3, pool);
    event->text = text_at(rows, 4, pool);
    event->install = ipxe_rows_number(rows, 5);
    event->bytes = ipxe_rows_number(rows, 6);
    event->complete = (int)ipxe_rows_number(rows, 7);
    event->percent = (int)ipxe_rows_number(rows, 8);
}

static void turn_round(apr_array_header_t *events)
{
    ipxe_event_t *first = (ipxe_event_t *)events->elts, kept;
    ipxe_event_t *last = first + events->nelts - 1;

    for (; events->nelts && first < last; first++, last--) {
        kept = *first;
        *first = *last;
        *last = kept;
    }
}

apr_status_t ipxe_sql_timeline(apr_array_header_t **events, ipxe_store_t *store,
                               apr_int64_t machine, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_rows_t rows;
    apr_status_t rv;
    int there;

    *events = apr_array_make(pool, 32, sizeof(ipxe_event_t));
    ipxe_sql_begin(sql);
    rows = SQL_ASK(sql, MACHINE_SITE, N(machine));
    there = ipxe_rows_next(&rows);
    rows = SQL_ASK(sql, TIMELINE, N(machine), N(IPXE_MAX_TIMELINE));
    while (ipxe_rows_next(&rows))
        event_row(apr_array_push(*events), &rows, pool);
    turn_round(*events);
    rv = ipxe_sql_end(sql);
    return !rv && !there ? APR_NOTFOUND : rv;
}

/* ---- All machines' ---- */

static void recent_row(ipxe_recent_t *recent, ipxe_rows_t *rows,
                       apr_pool_t *pool)
{
    ipxe_seen_t *seen = &recent->seen;

    memset(recent, 0, sizeof *recent);
    event_row(&recent->event, rows, pool);
    seen->machine = ipxe_rows_number(rows, 10);
    seen->site = text_at(rows, 11, pool);
    seen->host = text_at(rows, 12, pool);
    seen->mac = text_at(rows, 13, pool);
    seen->serial = text_at(rows, 14, pool);
    seen->uuid = text_at(rows, 15, pool);
}

apr_status_t ipxe_sql_recent(apr_array_header_t **events, apr_int64_t *last,
                             ipxe_store_t *store, const char *site,
                             apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_rows_t rows;

    *events = apr_array_make(pool, 32, sizeof(ipxe_recent_t));
    ipxe_sql_begin(sql);
    if (*last < 0) {
        rows = ipxe_sql_ask(sql, IPXE_DO_EVENT_LAST, NULL, 0);
        while (ipxe_rows_next(&rows))
            *last = ipxe_rows_number(&rows, 0);
        return ipxe_sql_end(sql);
    }
    rows = SQL_ASK(sql, RECENT, N(*last), site ? "0" : "1", site,
                   N(IPXE_MAX_TIMELINE));
    while (ipxe_rows_next(&rows)) {
        *last = ipxe_rows_number(&rows, 9);
        recent_row(apr_array_push(*events), &rows, pool);
    }
    return ipxe_sql_end(sql);
}

/* ---- Numbers ---- */

apr_status_t ipxe_sql_hourly(apr_array_header_t **boots, ipxe_store_t *store,
                             const char *site, int hours, apr_time_t now,
                             apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    apr_int64_t first = now / HOUR - hours, at;
    ipxe_rows_t rows;

    *boots = apr_array_make(pool, hours + 1, sizeof(int));
    for (at = 0; at < hours; at++)
        APR_ARRAY_PUSH(*boots, int) = 0;
    ipxe_sql_begin(sql);
    rows = SQL_ASK(sql, HOURLY, site ? "0" : "1", site, N(first));
    while (ipxe_rows_next(&rows)) {
        at = ipxe_rows_number(&rows, 0) - first - 1;
        if (at >= 0 && at < hours)
            APR_ARRAY_IDX(*boots, (int)at, int) =
                (int)ipxe_rows_number(&rows, 1);
    }
    return ipxe_sql_end(sql);
}

apr_status_t ipxe_sql_marked(apr_array_header_t **keys, ipxe_store_t *store,
                             apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_rows_t rows;

    *keys = apr_array_make(pool, 16, sizeof(char *));
    ipxe_sql_begin(sql);
    ipxe_sql_remember(sql);
    rows = ipxe_sql_ask(sql, IPXE_DO_MARKED, NULL, 0);
    while (ipxe_rows_next(&rows))
        APR_ARRAY_PUSH(*keys, const char *) =
            apr_pstrcat(pool, ipxe_rows_text(&rows, 0), " ",
                        ipxe_rows_text(&rows, 1), NULL);
    return ipxe_sql_end(sql);
}
