/* SPDX-License-Identifier: Apache-2.0 */
/* Machines by their keys: found, made, joined, dropped. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define AT_ONCE 8

static const char *key_at(const ipxe_sql_found_t *found, int i)
{
    return i < found->keys->nelts ? APR_ARRAY_IDX(found->keys, i, const char *)
                                  : "";
}

static void find_some(ipxe_sql_found_t *found, ipxe_sql_t *sql, int from)
{
    ipxe_rows_t rows = SQL_ASK(sql, KEYS_FIND, found->site, key_at(found, from),
                               key_at(found, from + 1), key_at(found, from + 2),
                               key_at(found, from + 3), key_at(found, from + 4),
                               key_at(found, from + 5), key_at(found, from + 6),
                               key_at(found, from + 7));
    int i;

    while (ipxe_rows_next(&rows)) {
        const char *name = ipxe_rows_text(&rows, 0);

        for (i = from; i < from + AT_ONCE && i < found->keys->nelts; i++) {
            if (strcmp(key_at(found, i), name) == 0)
                found->of[i] = ipxe_rows_number(&rows, 1);
        }
    }
}

/* Whether a machine has something to protect. */
static int at_stake(ipxe_sql_t *sql, apr_int64_t machine)
{
    ipxe_rows_t rows = SQL_ASK(sql, VIEW, ipxe_sql_number(sql, machine));
    ipxe_view_t view;

    if (!ipxe_rows_next(&rows))
        return 0;
    ipxe_sql_view_row(&view, &rows, sql->scratch);
    return view.open.number || view.installed.number || view.hold_code ||
           view.disarmed || view.release || view.next;
}

/* The first key of another machine than those before. */
static int next_other(const ipxe_sql_found_t *found, int from)
{
    int i, k;

    for (i = from; i < found->keys->nelts; i++) {
        if (!found->of[i])
            continue;
        for (k = 0; k < i && found->of[k] != found->of[i]; k++)
            ;
        if (k == i)
            return i;
    }
    return -1;
}

static const char *two(const ipxe_sql_found_t *found, ipxe_sql_t *sql, int a,
                       int b)
{
    return apr_psprintf(sql->scratch,
                        "%s is of machine %" APR_INT64_T_FMT
                        ", %s of machine %" APR_INT64_T_FMT,
                        key_at(found, a), found->of[a], key_at(found, b),
                        found->of[b]);
}

/* Of several machines the first that has something to protect is meant. */
static void choose(ipxe_sql_found_t *found, ipxe_sql_t *sql)
{
    int first = next_other(found, 0), meant = -1, i;

    if (first < 0)
        return;
    found->machine = found->of[first];
    if (next_other(found, first + 1) < 0)
        return;
    for (i = first; i >= 0; i = next_other(found, i + 1)) {
        if (!at_stake(sql, found->of[i]))
            continue;
        if (meant < 0) {
            meant = i;
            found->machine = found->of[i];
        }
        else if (!found->conflict) {
            found->conflict = two(found, sql, meant, i);
        }
    }
}

void ipxe_sql_find(ipxe_sql_found_t *found, ipxe_sql_t *sql,
                   const ipxe_who_t *who)
{
    int i;

    memset(found, 0, sizeof *found);
    found->site = who->site ? who->site : "";
    found->keys = ipxe_who_keys(who, sql->scratch);
    found->of = apr_pcalloc(sql->scratch, (apr_size_t)(found->keys->nelts + 1) *
                                              sizeof *found->of);
    for (i = 0; i < found->keys->nelts; i += AT_ONCE)
        find_some(found, sql, i);
    choose(found, sql);
    for (i = 0; i < found->keys->nelts; i++)
        found->news += found->of[i] != found->machine || !found->of[i];
}

/* ---- Changes ---- */

static const char *fact(const ipxe_who_t *who, ipxe_fact_e which)
{
    const char *text =
        who->machine ? ipxe_machine_fact(who->machine, which) : NULL;

    return text ? text : "";
}

static apr_int64_t make(ipxe_sql_t *sql, const ipxe_sql_found_t *found,
                        const ipxe_who_t *who, apr_time_t now)
{
    apr_int64_t machine = ipxe_sql_next(sql, "machine");
    const char *time = ipxe_sql_number(sql, now);

    SQL_DO(sql, MACHINE_ADD, ipxe_sql_number(sql, machine), found->site,
           who->host, fact(who, IPXE_FACT_MAC), fact(who, IPXE_FACT_UUID),
           fact(who, IPXE_FACT_SERIAL), fact(who, IPXE_FACT_MANUFACTURER),
           fact(who, IPXE_FACT_PRODUCT), fact(who, IPXE_FACT_IP), time, time);
    return machine;
}

void ipxe_sql_drop(ipxe_sql_t *sql, apr_int64_t machine)
{
    const char *number = ipxe_sql_number(sql, machine);

    SQL_DO(sql, KEYS_DROP, number);
    SQL_DO(sql, EVENTS_DROP, number);
    SQL_DO(sql, RESULTS_DROP, number);
    SQL_DO(sql, INSTALLS_DROP, number);
    SQL_DO(sql, HOLD_DROP, number);
    SQL_DO(sql, MACHINE_DROP, number);
}

static void join(ipxe_sql_t *sql, apr_int64_t into, apr_int64_t other)
{
    const char *to = ipxe_sql_number(sql, into);
    const char *from = ipxe_sql_number(sql, other);

    SQL_DO(sql, JOIN_KEYS, to, from);
    SQL_DO(sql, JOIN_EVENTS, to, from);
    SQL_DO(sql, JOIN_INSTALLS, to, from);
    SQL_DO(sql, JOIN_RESULTS, to, from, to);
    ipxe_sql_drop(sql, other);
}

static void join_seen(ipxe_sql_found_t *found, ipxe_sql_t *sql)
{
    apr_int64_t other;
    int i, k;

    for (i = 0; i < found->keys->nelts; i++) {
        other = found->of[i];
        if (!other || other == found->machine)
            continue;
        join(sql, found->machine, other);
        for (k = 0; k < found->keys->nelts; k++) {
            if (found->of[k] == other)
                found->of[k] = found->machine;
        }
    }
}

void ipxe_sql_settle(ipxe_sql_found_t *found, ipxe_sql_t *sql,
                     const ipxe_who_t *who, apr_time_t now)
{
    const char *number;
    int i;

    if (sql->failed || found->keys->nelts == 0)
        return;
    if (!found->machine)
        found->machine = make(sql, found, who, now);
    if (found->conflict)
        return; /* whose a new key is nobody knows */
    join_seen(found, sql);
    number = ipxe_sql_number(sql, found->machine);
    for (i = 0; i < found->keys->nelts; i++) {
        if (!found->of[i])
            SQL_DO(sql, KEY_ADD, found->site, key_at(found, i), number);
        found->of[i] = found->machine;
    }
    found->news = 0;
}
