/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back with a ticket: an answer file fetched, a report. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#define N(number) ipxe_sql_number(sql, number)

typedef struct held_t { /* an install as it stands */
    ipxe_install_t install;
    apr_time_t issued; /* of the ticket of its try */
    apr_int64_t machine;
    const char *site;
    apr_int64_t open; /* the machine's */
} held_t;

static int read_install(held_t *held, ipxe_sql_t *sql, apr_int64_t number)
{
    ipxe_rows_t rows = SQL_ASK(sql, INSTALL, N(number));

    memset(held, 0, sizeof *held);
    if (!ipxe_rows_next(&rows))
        return 0;
    ipxe_sql_install_row(&held->install, &rows, 0, sql->scratch);
    held->issued = ipxe_rows_number(&rows, 9);
    held->machine = ipxe_rows_number(&rows, 10);
    held->site = ipxe_rows_text(&rows, 11);
    held->open = ipxe_rows_number(&rows, 12);
    return 1;
}

static int is_open(const held_t *held)
{
    return held->open == held->install.number &&
           held->install.state >= IPXE_INSTALL_ARMED &&
           held->install.state <= IPXE_INSTALL_FAILED;
}

static void too_many(ipxe_sql_t *sql, const held_t *held, apr_time_t now)
{
    const char *reason = apr_psprintf(
        sql->scratch,
        "%d %s of %s without a report: installed or failed? "
        "release it, or arm it again",
        held->install.tries, held->install.tries == 1 ? "try" : "tries",
        held->install.profile);

    if (SQL_DO(sql, HOLD_SET, reason, N(held->machine)) == 0)
        ipxe_sql_hold(sql, held->site, held->machine, NULL, reason, now);
}

/* Begins the next try, judged by the row that it changes. */
static ipxe_claim_e begin_try(ipxe_sql_t *sql, const held_t *held,
                              apr_time_t issued, int tries, apr_time_t now)
{
    int most = tries > 0 ? tries : IPXE_INSTALL_TRIES;

    if (held->install.tries >= most) {
        too_many(sql, held, now);
        return IPXE_CLAIM_TOO_MANY;
    }
    if (SQL_DO(sql, TRY, N(issued), N(now), N(held->install.number), N(issued),
               N(most)) != 1)
        return IPXE_CLAIM_OVER;
    ipxe_sql_protects(sql);
    return IPXE_CLAIM_GOOD;
}

static ipxe_claim_e judge_fetch(const held_t *held, const ipxe_meta_t *meta,
                                apr_time_t issued)
{
    if (!held->install.number)
        return IPXE_CLAIM_UNKNOWN;
    if (meta->unaccepted)
        return IPXE_CLAIM_HELD;
    if (!is_open(held) || issued < held->issued)
        return IPXE_CLAIM_OVER;
    if (issued == held->issued && held->install.tries)
        return IPXE_CLAIM_REPEATED;
    return meta->frozen ? IPXE_CLAIM_HELD : IPXE_CLAIM_GOOD;
}

static ipxe_claim_e consider_fetch(held_t *held, ipxe_sql_t *sql,
                                   apr_int64_t install, apr_time_t issued)
{
    ipxe_meta_t meta;

    read_install(held, sql, install);
    ipxe_sql_meta(&meta, sql, held->site ? held->site : "");
    return judge_fetch(held, &meta, issued);
}

apr_status_t ipxe_sql_fetch(ipxe_claim_e *claim, ipxe_store_t *store,
                            apr_int64_t install, apr_time_t issued, int tries,
                            apr_time_t now, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    held_t held;

    (void)pool;
    ipxe_sql_begin(sql);
    *claim = consider_fetch(&held, sql, install, issued);
    if (*claim == IPXE_CLAIM_GOOD && !sql->failed) {
        ipxe_sql_write(sql, 0);
        *claim = consider_fetch(&held, sql, install, issued);
        if (*claim == IPXE_CLAIM_GOOD)
            *claim = begin_try(sql, &held, issued, tries, now);
    }
    return ipxe_sql_end(sql);
}

/* ---- Reports for an install ---- */

typedef struct claim_t {
    ipxe_sql_t *sql;
    const ipxe_report_t *report;
    held_t held;
} claim_t;

/* Who else wants to know of what was reported and counts. */
static void notify(const claim_t *c, ipxe_notice_e event)
{
    const ipxe_report_t *report = c->report;

    ipxe_sql_tell(c->sql, c->held.machine,
                  &(ipxe_notice_t){.event = event,
                                   .profile = report->profile,
                                   .install = report->install,
                                   .by = c->held.install.by,
                                   .text = report->text,
                                   .when = report->now});
}

/* Whether the report belongs to the try that runs; begins one where its ticket
 * is of a later minute. */
static ipxe_claim_e its_try(claim_t *c)
{
    ipxe_claim_e claim;

    if (c->held.install.state == IPXE_INSTALL_INSTALLED)
        return IPXE_CLAIM_REPEATED;
    if (!is_open(&c->held) || c->report->issued < c->held.issued)
        return IPXE_CLAIM_OVER;
    if (c->report->issued == c->held.issued)
        return IPXE_CLAIM_GOOD;
    claim = begin_try(c->sql, &c->held, c->report->issued, c->report->tries,
                      c->report->now);
    c->held.install.state = IPXE_INSTALL_FETCHED;
    return claim;
}

static ipxe_claim_e moved(claim_t *c, int rows)
{
    if (rows != 1)
        return IPXE_CLAIM_REPEATED;
    ipxe_sql_protects(c->sql);
    return IPXE_CLAIM_GOOD;
}

static ipxe_claim_e started(claim_t *c)
{
    ipxe_sql_t *sql = c->sql;
    ipxe_claim_e claim = its_try(c);

    if (claim != IPXE_CLAIM_GOOD)
        return claim;
    claim = moved(c, SQL_DO(sql, STARTED, N(c->report->now),
                            N(c->report->install), N(c->report->issued)));
    if (claim == IPXE_CLAIM_GOOD)
        notify(c, IPXE_NOTICE_STARTED);
    return claim;
}

static ipxe_claim_e progress(claim_t *c)
{
    ipxe_claim_e claim = started(c);

    return claim == IPXE_CLAIM_REPEATED && is_open(&c->held) ? IPXE_CLAIM_GOOD
                                                             : claim;
}

static ipxe_claim_e failed(claim_t *c)
{
    ipxe_sql_t *sql = c->sql;
    ipxe_claim_e claim = its_try(c);

    if (claim != IPXE_CLAIM_GOOD)
        return claim;
    claim = moved(
        c, SQL_DO(sql, FAILED, N(c->report->install), N(c->report->issued)));
    if (claim != IPXE_CLAIM_GOOD)
        return claim;
    ipxe_sql_result(sql, c->held.machine, c->report->profile, 1,
                    c->report->now);
    notify(c, IPXE_NOTICE_FAILED);
    return claim;
}

static ipxe_claim_e installed(claim_t *c)
{
    ipxe_sql_t *sql = c->sql;
    const char *number = N(c->report->install);
    const char *machine = N(c->held.machine);
    ipxe_claim_e claim = moved(c, SQL_DO(sql, INSTALLED, N(c->report->now),
                                         c->report->profile, number));

    if (claim != IPXE_CLAIM_GOOD)
        return claim;
    SQL_DO(sql, MARK, number, machine, number);
    SQL_DO(sql, SHUT, machine, number);
    SQL_DO(sql, HOLD_DROP, machine);
    ipxe_sql_result(sql, c->held.machine, c->report->profile, 0,
                    c->report->now);
    notify(c, IPXE_NOTICE_INSTALLED);
    return claim;
}

static ipxe_claim_e done(claim_t *c)
{
    ipxe_sql_result(c->sql, c->held.machine, c->report->profile, 0,
                    c->report->now);
    notify(c, IPXE_NOTICE_DONE);
    return IPXE_CLAIM_GOOD;
}

static ipxe_claim_e (*const stages[])(claim_t *) = {
    [IPXE_STAGE_STARTED] = started,
    [IPXE_STAGE_PROGRESS] = progress,
    [IPXE_STAGE_INSTALLED] = installed,
    [IPXE_STAGE_DONE] = done,
    [IPXE_STAGE_FAILED] = failed};

/* ---- Reports ---- */

static void tell(claim_t *c)
{
    const ipxe_report_t *report = c->report;
    ipxe_event_t event = {.kind = IPXE_EVENT_REPORT,
                          .profile = report->profile,
                          .install = report->install,
                          .complete = 1,
                          .percent = report->percent,
                          .when = report->now};
    const char *word = ipxe_stage_word(report->stage);

    event.text =
        report->text && *report->text
            ? apr_pstrcat(c->sql->scratch, word, ": ", report->text, NULL)
            : word;
    ipxe_sql_event(c->sql, c->held.site, c->held.machine, &event);
}

/* Of a profile without `install`: what it did is known by its machine. */
static ipxe_claim_e of_no_install(claim_t *c)
{
    ipxe_sql_t *sql = c->sql;
    const ipxe_report_t *report = c->report;
    ipxe_sql_found_t found;

    ipxe_sql_find(&found, sql, &report->who);
    ipxe_sql_settle(&found, sql, &report->who, report->now);
    if (!found.machine)
        return IPXE_CLAIM_UNKNOWN;
    c->held.machine = found.machine;
    c->held.site = found.site;
    if (report->stage >= IPXE_STAGE_INSTALLED)
        ipxe_sql_result(sql, found.machine, report->profile,
                        report->stage == IPXE_STAGE_FAILED, report->now);
    if (report->stage != IPXE_STAGE_PROGRESS)
        notify(c, ipxe_notice_find(ipxe_stage_word(report->stage)));
    return IPXE_CLAIM_GOOD;
}

static ipxe_claim_e of_install(claim_t *c)
{
    if (!read_install(&c->held, c->sql, c->report->install))
        return IPXE_CLAIM_UNKNOWN;
    return stages[c->report->stage](c);
}

apr_status_t ipxe_sql_report(ipxe_claim_e *claim, ipxe_store_t *store,
                             const ipxe_report_t *report, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    claim_t c = {sql, report, {{0}, 0, 0, NULL, 0}};

    (void)pool;
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 0);
    *claim = report->install ? of_install(&c) : of_no_install(&c);
    if (*claim == IPXE_CLAIM_GOOD)
        tell(&c);
    return ipxe_sql_end(sql);
}

apr_status_t ipxe_sql_spend_next(int *spent, ipxe_store_t *store,
                                 apr_int64_t machine, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    (void)pool;
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 0);
    *spent = SQL_DO(sql, NEXT_SPENT, N(machine)) == 1;
    return ipxe_sql_end(sql);
}
