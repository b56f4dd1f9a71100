/* SPDX-License-Identifier: Apache-2.0 */
/* A machine asks: look, enter, hold. What changes nothing only reads; what
 * does looks again, alone with the database. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define N(number) ipxe_sql_number(sql, number)

apr_status_t ipxe_sql_look(ipxe_view_t *view, ipxe_store_t *store,
                           const ipxe_who_t *who, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_sql_found_t found;
    ipxe_view_t seen;
    apr_status_t rv;

    ipxe_sql_begin(sql);
    ipxe_sql_find(&found, sql, who);
    ipxe_sql_view(&seen, sql, &found);
    rv = ipxe_sql_end(sql);
    if (!rv)
        ipxe_view_copy(view, &seen, pool);
    return rv;
}

/* ---- Enter ---- */

typedef struct entry_t {
    ipxe_sql_t *sql;
    const ipxe_wish_t *wish;
    ipxe_sql_found_t found;
    ipxe_ruling_t ruling;
} entry_t;

/* What cannot be found again would be armed again. */
static void judge_nobody(ipxe_ruling_t *ruling)
{
    if (ruling->verdict != IPXE_VERDICT_INSTALL)
        return;
    memset(&ruling->install, 0, sizeof ruling->install);
    ruling->verdict = IPXE_VERDICT_HOLD;
    ruling->reason = "it says nothing of itself by which it is known again";
}

static void consider(entry_t *e)
{
    ipxe_view_t view;

    ipxe_sql_find(&e->found, e->sql, &e->wish->who);
    ipxe_sql_view(&view, e->sql, &e->found);
    ipxe_state_judge(&e->ruling, &view, e->wish, e->sql->scratch);
    if (e->found.keys->nelts == 0)
        judge_nobody(&e->ruling);
    if (e->ruling.verdict == IPXE_VERDICT_HOLD)
        e->ruling.code = view.hold_code;
}

/* A hold of this machine alone has a code. */
static int own_hold(const entry_t *e)
{
    return e->ruling.verdict == IPXE_VERDICT_HOLD && e->found.keys->nelts &&
           (e->ruling.view.conflict || !e->ruling.view.unaccepted);
}

static int hold_is_new(const entry_t *e)
{
    return own_hold(e) &&
           (!e->ruling.view.hold_code ||
            !ipxe_text_eq(e->ruling.view.hold_reason, e->ruling.reason));
}

static int hold_is_over(const entry_t *e)
{
    return e->ruling.view.hold_code && e->ruling.verdict != IPXE_VERDICT_HOLD;
}

static int arms(const entry_t *e)
{
    return e->ruling.verdict == IPXE_VERDICT_INSTALL &&
           e->ruling.install.number == 0;
}

static int other_profile(const entry_t *e)
{
    return e->ruling.verdict == IPXE_VERDICT_INSTALL && !arms(e) &&
           !ipxe_text_eq(e->ruling.view.open.profile, e->wish->profile);
}

static int changes(const entry_t *e)
{
    return arms(e) || other_profile(e) || hold_is_new(e) || hold_is_over(e) ||
           (e->found.machine && e->found.news && !e->found.conflict);
}

static int within_limit(entry_t *e)
{
    ipxe_sql_t *sql = e->sql;
    const ipxe_wish_t *wish = e->wish;
    ipxe_rows_t rows;

    if (!wish->limit_rule)
        return 1;
    rows = SQL_ASK(sql, LIMIT_COUNT, e->found.site,
                   SQL_WORD(sql, wish->limit_rule),
                   N(wish->now - wish->limit_window), N(e->found.machine));
    return !ipxe_rows_next(&rows) ||
           ipxe_rows_number(&rows, 0) < (apr_int64_t)wish->limit;
}

static void refuse(entry_t *e)
{
    e->ruling.verdict =
        e->wish->limit_hold ? IPXE_VERDICT_HOLD : IPXE_VERDICT_LOCAL;
    memset(&e->ruling.install, 0, sizeof e->ruling.install);
    e->ruling.reason = apr_psprintf(
        e->sql->scratch, "the limit of rule %s is reached: %d machines in %d s",
        e->wish->limit_rule, e->wish->limit,
        (int)apr_time_sec(e->wish->limit_window));
}

static void arm(entry_t *e)
{
    ipxe_sql_t *sql = e->sql;
    const ipxe_wish_t *wish = e->wish;

    if (e->ruling.view.open.number)
        ipxe_sql_close_install(sql, e->found.machine,
                               e->ruling.view.open.number, wish->now);
    e->ruling.install.number =
        ipxe_sql_arm(sql, e->found.site, e->found.machine, wish->profile,
                     wish->by, wish->now);
    e->ruling.armed = 1;
    if (wish->limit_rule)
        SQL_DO(sql, LIMIT_ADD, e->found.site, SQL_WORD(sql, wish->limit_rule),
               N(e->found.machine), N(wish->now));
}

static void set_conflict(entry_t *e)
{
    ipxe_sql_t *sql = e->sql;
    int i;

    for (i = 0; i < e->found.keys->nelts; i++) {
        if (e->found.of[i])
            SQL_DO(sql, CONFLICT, e->found.conflict, N(e->found.of[i]));
    }
}

static void change(entry_t *e)
{
    ipxe_sql_t *sql = e->sql;

    ipxe_sql_settle(&e->found, sql, &e->wish->who, e->wish->now);
    if (arms(e) && !within_limit(e))
        refuse(e);
    if (arms(e))
        arm(e);
    else if (other_profile(e))
        SQL_DO(sql, INSTALL_PROFILE, e->wish->profile,
               N(e->ruling.install.number));
    if (own_hold(e))
        e->ruling.code = ipxe_sql_hold(sql, e->found.site, e->found.machine,
                                       e->ruling.view.hold_code,
                                       e->ruling.reason, e->wish->now);
    else if (hold_is_over(e))
        SQL_DO(sql, HOLD_DROP, N(e->found.machine));
    if (e->found.conflict)
        set_conflict(e);
    else if (e->found.machine)
        SQL_DO(sql, CONFLICT, "", N(e->found.machine));
}

apr_status_t ipxe_sql_enter(ipxe_ruling_t *ruling, ipxe_store_t *store,
                            const ipxe_wish_t *wish, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    entry_t e = {sql, wish, {0}, {0}};
    apr_status_t rv;

    ipxe_sql_begin(sql);
    consider(&e);
    if (!wish->observe && !sql->failed && changes(&e)) {
        ipxe_sql_write(sql, 0);
        consider(&e);
        if (!sql->failed)
            change(&e);
    }
    if (!sql->failed)
        ipxe_ruling_copy(ruling, &e.ruling, pool);
    rv = ipxe_sql_end(sql);
    return rv;
}

/* ---- A rule's hold ---- */

apr_status_t ipxe_sql_hold_op(ipxe_view_t *view, ipxe_store_t *store,
                              const ipxe_who_t *who, const char *reason,
                              apr_time_t now, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_sql_found_t found;
    ipxe_view_t seen;

    ipxe_sql_begin(sql);
    ipxe_sql_find(&found, sql, who);
    ipxe_sql_view(&seen, sql, &found);
    if (!seen.release && found.keys->nelts &&
        !(seen.hold_code && ipxe_text_eq(seen.hold_reason, reason))) {
        ipxe_sql_write(sql, 0);
        ipxe_sql_find(&found, sql, who);
        ipxe_sql_settle(&found, sql, who, now);
        ipxe_sql_view(&seen, sql, &found);
        seen.hold_code = ipxe_sql_hold(sql, found.site, found.machine,
                                       seen.hold_code, reason, now);
        seen.hold_reason = reason;
        seen.held = seen.held ? seen.held : now;
    }
    if (!sql->failed)
        ipxe_view_copy(view, &seen, pool);
    return ipxe_sql_end(sql);
}
