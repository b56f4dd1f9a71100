/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a machine, out of rows. */
#include "state/sql_run.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

/* The order of IPXE_SQL_VIEW. */
enum {
    ID,
    CONFLICT,
    DISARMED,
    DISARMED_AT,
    LET_GO,
    LET_GO_BY,
    LET_GO_PROFILE,
    LET_GO_VARS,
    NEXT_PROFILE,
    HOLD_CODE,
    HOLD_REASON,
    HOLD_SINCE,
    OPEN,
    MARK = OPEN + 9
};

static const char *copy(const char *text, apr_pool_t *pool)
{
    return text ? apr_pstrdup(pool, text) : NULL;
}

static const char *or_null(ipxe_rows_t *rows, int column, apr_pool_t *pool)
{
    const char *text = ipxe_rows_text(rows, column);

    return *text ? apr_pstrdup(pool, text) : NULL;
}

void ipxe_sql_install_row(ipxe_install_t *install, ipxe_rows_t *rows,
                          int column, apr_pool_t *pool)
{
    install->number = ipxe_rows_number(rows, column);
    install->state = (ipxe_install_e)ipxe_rows_number(rows, column + 1);
    install->profile = copy(ipxe_rows_text(rows, column + 2), pool);
    install->by = copy(ipxe_rows_text(rows, column + 3), pool);
    install->tries = (int)ipxe_rows_number(rows, column + 4);
    install->armed = ipxe_rows_number(rows, column + 5);
    install->fetched = ipxe_rows_number(rows, column + 6);
    install->started = ipxe_rows_number(rows, column + 7);
    install->ended = ipxe_rows_number(rows, column + 8);
}

/* "a=1&b=2", names and values as in a query */
static void unescape(char *text)
{
    static const char digits[] = "0123456789abcdef";
    char *to = text;

    for (; *text; text++) {
        if (*text == '%' && apr_isxdigit(text[1]) && apr_isxdigit(text[2])) {
            *to++ =
                (char)((strchr(digits, apr_tolower(text[1])) - digits) * 16 +
                       (strchr(digits, apr_tolower(text[2])) - digits));
            text += 2;
        }
        else {
            *to++ = *text;
        }
    }
    *to = '\0';
}

static apr_table_t *vars(const char *text, apr_pool_t *pool)
{
    apr_table_t *table;
    char *last, *name, *value;

    if (!*text)
        return NULL;
    table = apr_table_make(pool, 4);
    for (name = apr_strtok(apr_pstrdup(pool, text), "&", &last); name;
         name = apr_strtok(NULL, "&", &last)) {
        value = strchr(name, '=');
        if (!value)
            continue;
        *value++ = '\0';
        unescape(name);
        unescape(value);
        apr_table_setn(table, name, value);
    }
    return table;
}

void ipxe_sql_view_row(ipxe_view_t *view, ipxe_rows_t *rows, apr_pool_t *pool)
{
    memset(view, 0, sizeof *view);
    view->done = apr_array_make(pool, 1, sizeof(char *));
    view->failed = view->done;
    view->machine = ipxe_rows_number(rows, ID);
    view->conflict = or_null(rows, CONFLICT, pool);
    view->disarmed = or_null(rows, DISARMED, pool);
    view->disarmed_at = ipxe_rows_number(rows, DISARMED_AT);
    if (ipxe_rows_number(rows, LET_GO)) {
        view->release = copy(ipxe_rows_text(rows, LET_GO_PROFILE), pool);
        view->release_by = copy(ipxe_rows_text(rows, LET_GO_BY), pool);
        view->release_vars = vars(ipxe_rows_text(rows, LET_GO_VARS), pool);
    }
    view->next = or_null(rows, NEXT_PROFILE, pool);
    view->hold_code = or_null(rows, HOLD_CODE, pool);
    if (view->hold_code) {
        view->hold_reason = copy(ipxe_rows_text(rows, HOLD_REASON), pool);
        view->held = ipxe_rows_number(rows, HOLD_SINCE);
    }
    ipxe_sql_install_row(&view->open, rows, OPEN, pool);
    ipxe_sql_install_row(&view->installed, rows, MARK, pool);
}

void ipxe_sql_results(ipxe_view_t *view, ipxe_sql_t *sql, apr_pool_t *pool)
{
    ipxe_rows_t rows =
        SQL_ASK(sql, RESULTS, ipxe_sql_number(sql, view->machine));
    apr_array_header_t *of[2];

    of[0] = apr_array_make(pool, 4, sizeof(char *));
    of[1] = apr_array_make(pool, 4, sizeof(char *));
    while (ipxe_rows_next(&rows)) {
        APR_ARRAY_PUSH(of[ipxe_rows_number(&rows, 1) != 0], const char *) =
            apr_pstrdup(pool, ipxe_rows_text(&rows, 0));
    }
    view->done = of[0];
    view->failed = of[1];
}

void ipxe_sql_view(ipxe_view_t *view, ipxe_sql_t *sql,
                   const ipxe_sql_found_t *found)
{
    ipxe_rows_t rows;
    ipxe_meta_t meta;

    memset(view, 0, sizeof *view);
    view->done = view->failed = apr_array_make(sql->scratch, 1, sizeof(char *));
    if (found->machine) {
        rows = SQL_ASK(sql, VIEW, ipxe_sql_number(sql, found->machine));
        if (ipxe_rows_next(&rows)) {
            ipxe_sql_view_row(view, &rows, sql->scratch);
            ipxe_sql_results(view, sql, sql->scratch);
        }
    }
    view->conflict = found->conflict;
    ipxe_sql_meta(&meta, sql, found->site);
    view->frozen = meta.frozen;
    view->unaccepted = meta.unaccepted;
}
