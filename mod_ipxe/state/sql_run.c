/* SPDX-License-Identifier: Apache-2.0 */
/* Connections, transactions and statements of a store in a database. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name, *text;
} statements[] = {
#define X(name, text) {#name, text},
    IPXE_SQL_STATEMENTS(X)
#undef X
};

/* ---- Errors ---- */

void ipxe_sql_fail(ipxe_sql_t *sql, const char *format, ...)
{
    va_list args;
    char *c;

    if (sql->failed)
        return;
    sql->failed = 1;
    va_start(args, format);
    apr_vsnprintf(sql->why, sizeof sql->why, format, args);
    va_end(args);
    for (c = sql->why; *c; c++) {
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    }
    while (c > sql->why && c[-1] == ' ')
        *--c = '\0';
    sql->base.why = sql->why;
}

static void fail_driver(ipxe_sql_t *sql, const char *what, int code)
{
    const char *words = apr_dbd_error(sql->driver, sql->handle, code);

    ipxe_sql_fail(sql, "%s: %s", what, words && *words ? words : "failed");
}

/* ---- Connections ---- */

void ipxe_sql_disconnect(ipxe_sql_t *sql)
{
    if (!sql->connection)
        return;
    if (sql->handle)
        apr_dbd_close(sql->driver, sql->handle);
    sql->handle = NULL;
    sql->inside = 0;
    sql->hooked = 0;
    memset(sql->prepared, 0, sizeof sql->prepared);
    apr_pool_destroy(sql->connection);
    sql->connection = NULL;
}

static void connect_open(ipxe_sql_t *sql)
{
    const char *why = NULL;
    const char *also = sql->dialect->also;
    const char *params =
        apr_pstrcat(sql->connection, sql->options.params, also, NULL);
    apr_status_t rv = apr_dbd_open_ex(sql->driver, sql->connection, params,
                                      &sql->handle, &why);

    if (rv) {
        sql->handle = NULL;
        /* What names another database may hold its password. */
        ipxe_sql_fail(sql, "%s cannot be opened: %s",
                      sql->dialect->file ? sql->options.params : "it",
                      why ? why : "no reason");
        return;
    }
    ipxe_sql_file_open(sql);
}

static void connect_set(ipxe_sql_t *sql)
{
    int i;

    for (i = 0; i < 5 && sql->dialect->connect[i]; i++)
        ipxe_sql_plain(sql, sql->dialect->connect[i], 1);
    if (sql->options.quick)
        ipxe_sql_plain(sql, sql->dialect->quick, 1);
}

static void connect_once(ipxe_sql_t *sql)
{
    ipxe_meta_t meta;

    apr_pool_create(&sql->connection, sql->pool);
    connect_open(sql);
    connect_set(sql);
    ipxe_sql_schema(sql);
    ipxe_sql_meta(&meta, sql, "");
    ipxe_sql_file_open(sql);
    if (sql->failed)
        ipxe_sql_disconnect(sql);
}

/* A new file is nobody's to wait for while another turns it to WAL: SQLite
 * says so at once. */
#define TURNS 20
static void connect_all(ipxe_sql_t *sql)
{
    int turn;

    ipxe_sql_file_there(sql);
    for (turn = 0; turn < TURNS && !sql->failed; turn++) {
        connect_once(sql);
        if (!sql->failed || !sql->dialect->busy ||
            !strstr(sql->why, sql->dialect->busy))
            return;
        apr_sleep(apr_time_from_msec(10));
        sql->failed = turn + 1 == TURNS;
    }
}

/* ---- Operations ---- */

void ipxe_sql_begin(ipxe_sql_t *sql)
{
    apr_pool_clear(sql->scratch);
    if (sql->gathering)
        return;
    sql->failed = 0;
    sql->changed = 0;
    sql->base.why = "";
    if (sql->handle && !ipxe_sql_file_same(sql)) {
        ipxe_sql_file_leave(sql);
        ipxe_sql_disconnect(sql);
    }
    if (!sql->handle)
        connect_all(sql);
}

void ipxe_sql_write(ipxe_sql_t *sql, int relaxed)
{
    if (sql->inside)
        return;
    sql->relaxed = relaxed && !sql->options.quick;
    if (sql->relaxed && sql->dialect->relax)
        ipxe_sql_plain(sql, sql->dialect->relax, 1);
    ipxe_sql_plain(sql, sql->dialect->begin, 0);
    if (sql->failed)
        return;
    sql->inside = 1;
    if (sql->dialect->lock)
        ipxe_sql_plain(sql, sql->dialect->lock, 1);
    if (sql->relaxed && sql->dialect->relax_in)
        ipxe_sql_plain(sql, sql->dialect->relax_in, 0);
    ipxe_sql_hooks(sql);
}

static void commit(ipxe_sql_t *sql)
{
    if (!sql->inside)
        return;
    sql->inside = 0;
    ipxe_sql_plain(sql, "COMMIT", 0);
    if (sql->relaxed && sql->dialect->strict)
        ipxe_sql_plain(sql, sql->dialect->strict, 1);
}

apr_status_t ipxe_sql_end(ipxe_sql_t *sql)
{
    if (sql->gathering)
        return sql->failed ? APR_EGENERAL : APR_SUCCESS;
    if (!sql->failed)
        commit(sql);
    if (!sql->failed) {
        if (sql->changed && sql->options.identity)
            ipxe_sql_remember(sql);
        sql->failed = 0;
        return APR_SUCCESS;
    }
    /* What is not committed goes with the connection; a new one is made for
     * the next operation. */
    ipxe_sql_disconnect(sql);
    return APR_EGENERAL;
}

void ipxe_sql_gather(ipxe_store_t *store)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    ipxe_sql_begin(sql);
    sql->gathering = 1;
}

apr_status_t ipxe_sql_commit(ipxe_store_t *store)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    sql->gathering = 0;
    return ipxe_sql_end(sql);
}

/* ---- Statements ---- */

static int run_plain(ipxe_rows_t *rows, ipxe_sql_t *sql, const char *text,
                     int select)
{
    int n = 0;

    rows->results = NULL;
    return select ? apr_dbd_select(sql->driver, sql->scratch, sql->handle,
                                   &rows->results, text, 1)
                  : apr_dbd_query(sql->driver, sql->handle, &n, text);
}

static int is_stale(ipxe_sql_t *sql, int rv)
{
    const char *words;

    if (!rv || !sql->dialect->stale)
        return 0;
    words = apr_dbd_error(sql->driver, sql->handle, rv);
    return words && strstr(words, sql->dialect->stale) != NULL;
}

int ipxe_sql_plain(ipxe_sql_t *sql, const char *text, int select)
{
    ipxe_rows_t rows = {sql, NULL, NULL, 0};
    int rv;

    if (sql->failed)
        return 0;
    rv = run_plain(&rows, sql, text, select);
    if (is_stale(sql, rv))
        rv = run_plain(&rows, sql, text, select);
    if (rv) {
        fail_driver(sql, "the database", rv);
        return 0;
    }
    return select && rows.results && ipxe_rows_next(&rows);
}

static int count_args(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '%';
    return n;
}

static apr_dbd_prepared_t *prepare(ipxe_sql_t *sql, ipxe_do_e what, int n)
{
    const char *text = statements[what].text, *label;
    int rv;

    if (sql->failed)
        return NULL;
    if (sql->prepared[what])
        return sql->prepared[what];
    if (n != count_args(text)) {
        ipxe_sql_fail(sql, "%s takes %d arguments, not %d",
                      statements[what].name, count_args(text), n);
        return NULL;
    }
    /* PostgreSQL makes a name lower case in one place, not in the other. */
    label = apr_psprintf(sql->connection, "ipxe%d", (int)what);
    rv = apr_dbd_prepare(sql->driver, sql->connection, sql->handle, text, label,
                         &sql->prepared[what]);
    if (rv) {
        sql->prepared[what] = NULL;
        fail_driver(sql, statements[what].name, rv);
    }
    return sql->prepared[what];
}

static void without_null(const char **args, int n)
{
    int i;

    for (i = 0; i < n; i++) {
        if (!args[i])
            args[i] = "";
    }
}

static int run_prepared(ipxe_rows_t *rows, int *changed, ipxe_sql_t *sql,
                        ipxe_do_e what, const char **args, int n)
{
    apr_dbd_prepared_t *prepared = prepare(sql, what, n);

    if (!prepared)
        return 0;
    if (!rows)
        return apr_dbd_pquery(sql->driver, sql->scratch, sql->handle, changed,
                              prepared, n, args);
    rows->results = NULL;
    return apr_dbd_pselect(sql->driver, sql->scratch, sql->handle,
                           &rows->results, prepared, 1, n, args);
}

static void run(ipxe_rows_t *rows, int *changed, ipxe_sql_t *sql,
                ipxe_do_e what, const char **args, int n)
{
    int rv;

    without_null(args, n);
    rv = run_prepared(rows, changed, sql, what, args, n);
    if (is_stale(sql, rv)) {
        sql->prepared[what] = NULL;
        rv = run_prepared(rows, changed, sql, what, args, n);
    }
    if (rv)
        fail_driver(sql, statements[what].name, rv);
}

int ipxe_sql_do(ipxe_sql_t *sql, ipxe_do_e what, const char **args, int n)
{
    int changed = 0;

    run(NULL, &changed, sql, what, args, n);
    return sql->failed ? 0 : changed;
}

ipxe_rows_t ipxe_sql_ask(ipxe_sql_t *sql, ipxe_do_e what, const char **args,
                         int n)
{
    ipxe_rows_t rows = {sql, NULL, NULL, 0};

    run(&rows, NULL, sql, what, args, n);
    if (sql->failed)
        rows.results = NULL;
    return rows;
}

int ipxe_rows_next(ipxe_rows_t *rows)
{
    if (!rows->results)
        return 0;
    rows->n++;
    if (apr_dbd_get_row(rows->sql->driver, rows->sql->scratch, rows->results,
                        &rows->row,
                        rows->sql->dialect->numbered ? rows->n : -1) == 0)
        return 1;
    rows->results = NULL;
    return 0;
}

const char *ipxe_rows_text(ipxe_rows_t *rows, int column)
{
    const char *text = apr_dbd_get_entry(rows->sql->driver, rows->row, column);

    return text ? apr_pstrdup(rows->sql->scratch, text) : "";
}

apr_int64_t ipxe_rows_number(ipxe_rows_t *rows, int column)
{
    return apr_strtoi64(ipxe_rows_text(rows, column), NULL, 10);
}

const char *ipxe_sql_cut(ipxe_sql_t *sql, const char *text, apr_size_t most)
{
    apr_size_t at = 0, len;
    int step;

    if (!text)
        return "";
    len = strlen(text);
    if (len <= most)
        return text;
    while ((step = ipxe_utf8_next(text + at, len - at, NULL)) > 0 &&
           at + (apr_size_t)step <= most)
        at += (apr_size_t)step;
    return apr_pstrmemdup(sql->scratch, text, at);
}

const char *ipxe_sql_number(ipxe_sql_t *sql, apr_int64_t number)
{
    return apr_psprintf(sql->scratch, "%" APR_INT64_T_FMT, number);
}
