/* SPDX-License-Identifier: Apache-2.0 */
/* What looks at every machine: searches and counts. Part by part, so that who
 * asks may let others ask in between. */
#include "state/sql_run.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define N(number) ipxe_sql_number(sql, number)
#define LAST      ((apr_int64_t)0x7fffffffffffffff)

/* ---- Parts ---- */

typedef struct part_t {
    apr_int64_t after, last; /* numbers of machines: over, up to */
    apr_int64_t next;        /* to go on from; -1: none is left */
} part_t;

static void begin_part(part_t *part, ipxe_sql_t *sql, const apr_int64_t *from)
{
    ipxe_rows_t rows;

    part->after = from ? *from : 0;
    part->last = LAST;
    part->next = -1;
    if (!from)
        return;
    rows = SQL_ASK(sql, PART_END, N(part->after), N(IPXE_SEARCH_AT_ONCE - 1));
    while (ipxe_rows_next(&rows))
        part->last = part->next = ipxe_rows_number(&rows, 0);
}

/* ---- Filters ---- */

static const char *pattern(const char *text, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(64, pool);

    ipxe_text_add_char(out, '%');
    for (; text && *text; text++) {
        if (strchr("%_!", *text))
            ipxe_text_add_char(out, '!');
        ipxe_text_add_char(out, (char)apr_tolower(*text));
    }
    ipxe_text_add_char(out, '%');
    return out->data;
}

void ipxe_sql_filter(const char *args[IPXE_SQL_FILTERED], ipxe_sql_t *sql,
                     const ipxe_filter_t *filter, apr_time_t now)
{
    const char *state = filter->state ? filter->state : "";
    const char *machine = N(filter->machine);
    const char *like = pattern(filter->text, sql->scratch);
    int i = 0, k;

    args[i++] = filter->site ? "0" : "1";
    args[i++] = filter->site;
    args[i++] = machine;
    args[i++] = machine;
    args[i++] = state;
    args[i++] = state;
    args[i++] = state;
    args[i++] = N(now);
    args[i++] = filter->text ? filter->text : "";
    for (k = 0; k < 6; k++)
        args[i++] = like;
}

apr_status_t ipxe_sql_search(apr_array_header_t *found, apr_int64_t *from,
                             ipxe_store_t *store, const ipxe_filter_t *filter,
                             apr_time_t now)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    const char *args[IPXE_SQL_FILTERED + 2];
    ipxe_rows_t rows;
    part_t part;

    ipxe_sql_begin(sql);
    begin_part(&part, sql, from);
    ipxe_sql_filter(args, sql, filter, now);
    args[IPXE_SQL_FILTERED] = N(part.after);
    args[IPXE_SQL_FILTERED + 1] = N(part.last);
    rows = ipxe_sql_ask(sql, IPXE_DO_SEARCH, args, IPXE_SQL_FILTERED + 2);
    while (ipxe_rows_next(&rows)) {
        ipxe_match_t *match = apr_array_push(found);

        match->machine = ipxe_rows_number(&rows, 0);
        match->last_seen = ipxe_rows_number(&rows, 1);
    }
    *from = part.next;
    return ipxe_sql_end(sql);
}

/* ---- Numbers ---- */

static void count_row(apr_table_t *counts, ipxe_rows_t *rows, apr_int64_t *all,
                      apr_int64_t *stuck)
{
    *all += ipxe_rows_number(rows, 1);
    *stuck += ipxe_rows_number(rows, 2);
    if (*ipxe_rows_text(rows, 0))
        apr_table_set(counts, ipxe_rows_text(rows, 0), ipxe_rows_text(rows, 1));
}

static void count_fleet(apr_table_t *counts, ipxe_sql_t *sql, const char *site)
{
    ipxe_meta_t meta;

    ipxe_sql_meta(&meta, sql, site ? site : "");
    if (meta.frozen)
        apr_table_setn(counts, "frozen", "1");
    if (meta.unaccepted)
        apr_table_setn(counts, "unaccepted", "1");
}

apr_status_t ipxe_sql_counts(apr_table_t **counts, apr_int64_t *from,
                             ipxe_store_t *store, const char *site,
                             apr_time_t now, apr_pool_t *pool)
{
    static const char *const states[] = {"held",   "conflict", "installing",
                                         "failed", "armed",    "installed"};
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    apr_int64_t all = 0, stuck = 0;
    part_t part;
    ipxe_rows_t rows;
    apr_size_t i;

    *counts = apr_table_make(pool, 10);
    for (i = 0; i < sizeof states / sizeof *states; i++)
        apr_table_setn(*counts, states[i], "0");
    ipxe_sql_begin(sql);
    begin_part(&part, sql, from);
    rows = SQL_ASK(sql, COUNTS, N(now), site ? "0" : "1", site, N(part.after),
                   N(part.last));
    while (ipxe_rows_next(&rows))
        count_row(*counts, &rows, &all, &stuck);
    apr_table_set(*counts, "all", N(all));
    apr_table_set(*counts, "stuck", N(stuck));
    count_fleet(*counts, sql, site);
    if (from)
        *from = part.next;
    return ipxe_sql_end(sql);
}
