/* SPDX-License-Identifier: Apache-2.0 */
/* What only watches: events, in one transaction; and what is old goes. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#define N(number) ipxe_sql_number(sql, number)
#define KEPT      apr_time_from_sec(30 * 86400)
/* So many machines at a time: others wait for the database. */
#define TIDY_AT_ONCE 200

static const char *fact(const ipxe_machine_t *machine, ipxe_fact_e which)
{
    const char *text = ipxe_machine_fact(machine, which);

    return text ? text : "";
}

static void seen(ipxe_sql_t *sql, apr_int64_t number, const ipxe_event_t *event)
{
    const ipxe_machine_t *machine = event->who.machine;

    if (!machine)
        return;
    SQL_DO(sql, MACHINE_SEEN, SQL_WORD(sql, event->who.host),
           fact(machine, IPXE_FACT_MAC), fact(machine, IPXE_FACT_UUID),
           fact(machine, IPXE_FACT_SERIAL),
           fact(machine, IPXE_FACT_MANUFACTURER),
           fact(machine, IPXE_FACT_PRODUCT), fact(machine, IPXE_FACT_IP),
           N(event->when), N(number));
}

static void decided(ipxe_sql_t *sql, apr_int64_t number,
                    const ipxe_event_t *event)
{
    SQL_DO(sql, MACHINE_DECISION, event->rule, event->profile,
           SQL_WORD(sql, event->text), N(event->when), N(number));
    /* What was held gets something else now. */
    if (event->text && strncmp(event->text, "hold", 4) != 0)
        SQL_DO(sql, HOLD_OVER, N(number), N(event->when));
}

static void watch_machine(ipxe_sql_t *sql, const char *site,
                          apr_int64_t machine, const ipxe_event_t *event)
{
    if (event->kind == IPXE_EVENT_ASKED)
        seen(sql, machine, event);
    if (event->kind == IPXE_EVENT_SCRIPT || event->kind == IPXE_EVENT_WAITING)
        decided(sql, machine, event);
    ipxe_sql_event(sql, site, machine, event);
}

static void watch_install(ipxe_sql_t *sql, const ipxe_event_t *event)
{
    ipxe_rows_t rows = SQL_ASK(sql, INSTALL, N(event->install));
    apr_int64_t machine;

    if (!ipxe_rows_next(&rows))
        return;
    machine = ipxe_rows_number(&rows, 10);
    if (machine)
        watch_machine(sql, ipxe_rows_text(&rows, 11), machine, event);
}

static void watch_who(ipxe_sql_t *sql, const ipxe_event_t *event)
{
    ipxe_sql_found_t found;

    ipxe_sql_find(&found, sql, &event->who);
    ipxe_sql_settle(&found, sql, &event->who, event->when);
    if (found.machine)
        watch_machine(sql, found.site, found.machine, event);
}

apr_status_t ipxe_sql_watch(ipxe_store_t *store, const ipxe_event_t *events,
                            int n, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    int i;

    (void)pool;
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 1);
    for (i = 0; i < n && !sql->failed; i++) {
        if (events[i].install)
            watch_install(sql, &events[i]);
        else
            watch_who(sql, &events[i]);
    }
    return ipxe_sql_end(sql);
}

/* ---- Tidy ---- */

static int too_many(ipxe_sql_t *sql, int most)
{
    ipxe_rows_t rows = ipxe_sql_ask(sql, IPXE_DO_TIDY_COUNT, NULL, 0);
    apr_int64_t there = ipxe_rows_next(&rows) ? ipxe_rows_number(&rows, 0) : 0;

    if (there <= most)
        return 0;
    return there - most < TIDY_AT_ONCE ? (int)(there - most) : TIDY_AT_ONCE;
}

static void drop_seen(ipxe_sql_t *sql, apr_time_t before, int n)
{
    ipxe_rows_t rows = SQL_ASK(sql, TIDY_OLD, N(before), N(n));

    while (ipxe_rows_next(&rows))
        ipxe_sql_drop(sql, ipxe_rows_number(&rows, 0));
}

apr_status_t ipxe_sql_tidy(ipxe_store_t *store, int most, apr_time_t now,
                           apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    (void)pool;
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 1);
    SQL_DO(sql, TIDY_EVENTS, N(now - KEPT));
    SQL_DO(sql, TIDY_LIMITS, N(now - KEPT));
    drop_seen(sql, now - KEPT, TIDY_AT_ONCE);
    drop_seen(sql, now + 1, too_many(sql, most));
    return ipxe_sql_end(sql);
}
