/* SPDX-License-Identifier: Apache-2.0 */
/* Notices: written with what they tell of, taken, settled, dropped. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <openssl/rand.h>
#include <string.h>

#include "base/limits.h"

#define N(number) ipxe_sql_number(sql, number)
#define HOUR      apr_time_from_sec(3600)
/* So long without a word of a server its hooks want no more. */
#define GONE apr_time_from_sec(7 * 86400)

static const char *const words[] = {"armed", "started", "installed",
                                    "done",  "failed",  "held"};

const char *ipxe_notice_word(ipxe_notice_e event)
{
    return words[event];
}

ipxe_notice_e ipxe_notice_find(const char *word)
{
    int i;

    for (i = 0; i < IPXE_NOTICE_COUNT; i++) {
        if (strcmp(words[i], word) == 0)
            break;
    }
    return (ipxe_notice_e)i;
}

/* ---- Hooks ---- */

static int wants(const ipxe_hook_t *hook, const char *site, const char *event,
                 const char *target)
{
    ipxe_notice_e e = ipxe_notice_find(event);

    return e < IPXE_NOTICE_COUNT && (hook->events & 1u << e) &&
           strcmp(hook->site, site) == 0 && strcmp(hook->target, target) == 0;
}

/* Whether the database knows this server's hooks, and no more. */
static int known(ipxe_sql_t *sql)
{
    const apr_array_header_t *hooks = sql->options.hooks;
    ipxe_rows_t rows = SQL_ASK(sql, HOOKS, sql->options.node);
    int left = 0, good = 1, i, e;

    for (i = 0; hooks && i < hooks->nelts; i++) {
        for (e = 0; e < IPXE_NOTICE_COUNT; e++)
            left +=
                (APR_ARRAY_IDX(hooks, i, ipxe_hook_t).events & 1u << e) != 0;
    }
    while (ipxe_rows_next(&rows)) {
        int found = 0;

        for (i = 0; hooks && i < hooks->nelts; i++)
            found += wants(&APR_ARRAY_IDX(hooks, i, ipxe_hook_t),
                           ipxe_rows_text(&rows, 0), ipxe_rows_text(&rows, 1),
                           ipxe_rows_text(&rows, 2));
        good &= found > 0;
        left--;
    }
    return good && left == 0;
}

static void add_hook(ipxe_sql_t *sql, const ipxe_hook_t *hook, apr_time_t now)
{
    int e;

    for (e = 0; e < IPXE_NOTICE_COUNT; e++) {
        if (hook->events & 1u << e)
            SQL_DO(sql, HOOK_ADD, sql->options.node, hook->site, words[e],
                   hook->target, N(now));
    }
}

void ipxe_sql_hooks(ipxe_sql_t *sql)
{
    const apr_array_header_t *hooks = sql->options.hooks;
    apr_time_t now = apr_time_now();
    int i;

    if (!sql->options.node || sql->hooked || sql->failed)
        return;
    if (!known(sql)) {
        SQL_DO(sql, HOOKS_DROP, sql->options.node);
        for (i = 0; hooks && i < hooks->nelts; i++)
            add_hook(sql, &APR_ARRAY_IDX(hooks, i, ipxe_hook_t), now);
        ipxe_sql_do(sql, IPXE_DO_NOTICES_ORPHANED, NULL, 0);
    }
    sql->hooked = !sql->failed;
}

/* ---- Written ---- */

static const char *new_id(ipxe_sql_t *sql)
{
    unsigned char bytes[16];
    char *id = apr_palloc(sql->scratch, 33);
    int i;

    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        ipxe_sql_fail(sql, "no random numbers can be had");
        return "";
    }
    for (i = 0; i < 16; i++)
        apr_snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return id;
}

void ipxe_sql_tell(ipxe_sql_t *sql, apr_int64_t machine,
                   const ipxe_notice_t *notice)
{
    SQL_DO(sql, NOTICE_ADD, new_id(sql), notice->profile, N(notice->install),
           notice->by, notice->code,
           ipxe_sql_cut(sql, notice->text, IPXE_MAX_REPORT_BYTES),
           N(notice->when), N(notice->when), N(machine), words[notice->event]);
}

/* ---- Taken and settled ---- */

static const char *text_at(ipxe_rows_t *rows, int column, apr_pool_t *pool)
{
    return apr_pstrdup(pool, ipxe_rows_text(rows, column));
}

static void notice_row(ipxe_notice_t *notice, ipxe_rows_t *rows,
                       apr_pool_t *pool)
{
    notice->number = ipxe_rows_number(rows, 0);
    notice->id = text_at(rows, 1, pool);
    notice->event = ipxe_notice_find(ipxe_rows_text(rows, 2));
    notice->when = ipxe_rows_number(rows, 3);
    notice->site = text_at(rows, 4, pool);
    notice->host = text_at(rows, 5, pool);
    notice->mac = text_at(rows, 6, pool);
    notice->uuid = text_at(rows, 7, pool);
    notice->serial = text_at(rows, 8, pool);
    notice->manufacturer = text_at(rows, 9, pool);
    notice->product = text_at(rows, 10, pool);
    notice->machine = ipxe_rows_number(rows, 11);
    notice->profile = text_at(rows, 12, pool);
    notice->install = ipxe_rows_number(rows, 13);
    notice->by = text_at(rows, 14, pool);
    notice->code = text_at(rows, 15, pool);
    notice->text = text_at(rows, 16, pool);
    notice->tries = (int)ipxe_rows_number(rows, 17);
    notice->lease = ipxe_rows_number(rows, 18);
}

static int due(ipxe_notice_t *notice, ipxe_sql_t *sql, const char *target,
               apr_time_t now, apr_pool_t *pool)
{
    ipxe_rows_t rows;

    memset(notice, 0, sizeof *notice);
    rows = SQL_ASK(sql, NOTICE_DUE, SQL_WORD(sql, target), N(now));
    if (!ipxe_rows_next(&rows))
        return 0;
    notice_row(notice, &rows, pool);
    return !sql->failed;
}

/* A turn later is the lease: judged by the row, so one taker has it. */
static void lease(ipxe_notice_t *notice, ipxe_sql_t *sql, apr_time_t until)
{
    if (SQL_DO(sql, NOTICE_LEASE, N(until), N(notice->number),
               N(notice->lease)) == 1) {
        notice->lease = until;
        notice->tries++;
    }
    else {
        notice->number = 0;
    }
}

apr_status_t ipxe_sql_take(ipxe_notice_t *notice, ipxe_store_t *store,
                           const char *target, apr_interval_time_t least,
                           apr_time_t now, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    ipxe_sql_begin(sql);
    if (due(notice, sql, target, now, pool)) {
        ipxe_sql_write(sql, 1);
        if (due(notice, sql, target, now, pool))
            lease(notice, sql, now + least);
    }
    return ipxe_sql_end(sql);
}

apr_status_t ipxe_sql_settle_notice(ipxe_store_t *store,
                                    const ipxe_notice_t *notice,
                                    apr_time_t again, const char *why,
                                    apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    (void)pool;
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 1);
    if (again)
        SQL_DO(sql, NOTICE_AGAIN, N(again),
               ipxe_sql_cut(sql, why, IPXE_MAX_REPORT_BYTES), N(notice->number),
               N(notice->lease));
    else
        SQL_DO(sql, NOTICE_GONE, N(notice->number));
    return ipxe_sql_end(sql);
}

/* ---- Dropped ---- */

/* Of each target the oldest, past as many as may wait. */
static int drop_many(ipxe_sql_t *sql)
{
    ipxe_rows_t rows = ipxe_sql_ask(sql, IPXE_DO_NOTICES_COUNT, NULL, 0);
    apr_array_header_t *targets =
        apr_array_make(sql->scratch, 2, sizeof(char *));
    int dropped = 0, i;

    while (ipxe_rows_next(&rows)) {
        if (ipxe_rows_number(&rows, 1) > IPXE_MAX_NOTICES)
            APR_ARRAY_PUSH(targets, const char *) = ipxe_rows_text(&rows, 0);
    }
    for (i = 0; i < targets->nelts; i++) {
        const char *target = APR_ARRAY_IDX(targets, i, const char *);
        apr_int64_t first = 0;

        rows = SQL_ASK(sql, NOTICES_KEPT, target, N(IPXE_MAX_NOTICES - 1));
        while (ipxe_rows_next(&rows))
            first = ipxe_rows_number(&rows, 0);
        dropped += SQL_DO(sql, NOTICES_BEFORE, target, N(first));
    }
    return dropped;
}

apr_status_t ipxe_sql_trim(int *dropped, ipxe_store_t *store, apr_time_t now,
                           apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    (void)pool;
    *dropped = 0;
    ipxe_sql_begin(sql);
    sql->hooked = 0; /* another may have said otherwise meanwhile */
    ipxe_sql_write(sql, 1);
    SQL_DO(sql, HOOKS_SEEN, N(now), sql->options.node);
    SQL_DO(sql, HOOKS_GONE, N(now - GONE));
    *dropped = SQL_DO(sql, NOTICES_OLD, N(now - IPXE_NOTICE_LIFE));
    *dropped += drop_many(sql);
    SQL_DO(sql, NOTICES_FUTURE, N(now), N(now + HOUR));
    return ipxe_sql_end(sql);
}

apr_status_t ipxe_sql_waiting(ipxe_waiting_t *waiting, ipxe_store_t *store,
                              const char *site, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    const char *any = site ? "0" : "1";
    ipxe_rows_t rows;

    memset(waiting, 0, sizeof *waiting);
    waiting->why = "";
    ipxe_sql_begin(sql);
    rows = SQL_ASK(sql, NOTICES_WAITING, any, site);
    if (ipxe_rows_next(&rows)) {
        waiting->count = (int)ipxe_rows_number(&rows, 0);
        waiting->failing = (int)ipxe_rows_number(&rows, 1);
        waiting->oldest = ipxe_rows_number(&rows, 2);
        while (ipxe_rows_next(&rows))
            ;
    }
    if (waiting->failing) {
        rows = SQL_ASK(sql, NOTICES_WHY, any, site);
        while (ipxe_rows_next(&rows))
            waiting->why = text_at(&rows, 0, pool);
    }
    return ipxe_sql_end(sql);
}
