/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a store in a database: statements, transactions, and what its
 * files share. No other floor includes it.
 *
 * The first error sticks: what is asked after it does nothing and finds
 * nothing, until ipxe_sql_end says so. So no step of a transaction has to look
 * whether the step before it went well. */
#ifndef IPXE_STATE_SQL_RUN_H
#define IPXE_STATE_SQL_RUN_H

#include <apr_dbd.h>
#include <apr_file_info.h>

#include "state/copy.h"
#include "state/dialect.h"
#include "state/identity.h"
#include "state/sql.h"
#include "state/sql_text.h"

typedef struct ipxe_sql_t {
    ipxe_store_t base;
    ipxe_sql_options_t options;
    const ipxe_sql_dialect_t *dialect;
    const apr_dbd_driver_t *driver;
    apr_pool_t *pool;       /* the store's */
    apr_pool_t *scratch;    /* of one operation */
    apr_pool_t *connection; /* NULL: not connected */
    apr_dbd_t *handle;
    apr_dbd_prepared_t *prepared[IPXE_DO_COUNT];
    apr_finfo_t files[3]; /* which are open: the database's, its log's, and the
                             log's index; where it is a file */
    int failed;       /* this operation has */
    int inside;       /* a transaction */
    int relaxed;      /* it may be lost with the power */
    int gathering;    /* operations into one transaction */
    int changed;      /* this transaction protects a disk */
    int hooked;       /* the database knows this server's hooks */
    char why[512];
} ipxe_sql_t;

/* ---- Operations ---- */

/* Begins one: connects where there is no connection. */
void ipxe_sql_begin(ipxe_sql_t *sql);

/* Its part that writes, alone with the database. relaxed: it may be lost. */
void ipxe_sql_write(ipxe_sql_t *sql, int relaxed);

/* Ends the operation, and commits. APR_EGENERAL: it failed, nothing was
 * changed. */
apr_status_t ipxe_sql_end(ipxe_sql_t *sql);

/* Makes the operation fail. */
void ipxe_sql_fail(ipxe_sql_t *sql, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void ipxe_sql_disconnect(ipxe_sql_t *sql);

/* All operations until ipxe_sql_commit as one. */
void ipxe_sql_gather(ipxe_store_t *store);
apr_status_t ipxe_sql_commit(ipxe_store_t *store);

/* ---- Statements ---- */

typedef struct ipxe_rows_t {
    ipxe_sql_t *sql;
    apr_dbd_results_t *results;
    apr_dbd_row_t *row;
    int n; /* its number, from 1 */
} ipxe_rows_t;

/* Rows changed; 0 where it failed. SQL_DO(sql, CLOSE, now, number) */
int ipxe_sql_do(ipxe_sql_t *sql, ipxe_do_e what, const char **args, int n);
/* Rows found, before the first. */
ipxe_rows_t ipxe_sql_ask(ipxe_sql_t *sql, ipxe_do_e what, const char **args,
                         int n);
#define SQL_ARGS(...)                                                          \
    (const char *[]){__VA_ARGS__},                                             \
        (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))
#define SQL_DO(sql, what, ...)                                                 \
    ipxe_sql_do(sql, IPXE_DO_##what, SQL_ARGS(__VA_ARGS__))
#define SQL_ASK(sql, what, ...)                                                \
    ipxe_sql_ask(sql, IPXE_DO_##what, SQL_ARGS(__VA_ARGS__))

/* A statement that is no row of the table; select: it may find rows. Whether
 * it found one. */
int ipxe_sql_plain(ipxe_sql_t *sql, const char *text, int select);

/* The next row: 0 where there is none. */
int ipxe_rows_next(ipxe_rows_t *rows);
/* Of the row: "" and 0 where it is NULL. Texts live until the next operation
 * begins. */
const char *ipxe_rows_text(ipxe_rows_t *rows, int column);
apr_int64_t ipxe_rows_number(ipxe_rows_t *rows, int column);

/* A number as an argument. */
const char *ipxe_sql_number(ipxe_sql_t *sql, apr_int64_t number);

/* At most so many bytes of text, whole characters; "" for NULL. */
const char *ipxe_sql_cut(ipxe_sql_t *sql, const char *text, apr_size_t most);
/* What a column with an index takes. */
#define IPXE_SQL_WORD       255
#define SQL_WORD(sql, text) ipxe_sql_cut(sql, text, IPXE_SQL_WORD)

/* ---- files: sql_file.c; each does nothing where there are none ---- */

/* Fails where there is no file and none is to be made. */
void ipxe_sql_file_there(ipxe_sql_t *sql);
/* Remembers which files are open. */
void ipxe_sql_file_open(ipxe_sql_t *sql);
/* Whether the name leads to the file that is open. */
int ipxe_sql_file_same(ipxe_sql_t *sql);
/* It does not: the log of the old file is set aside, before the new one is
 * opened and that is taken for its own. */
void ipxe_sql_file_leave(ipxe_sql_t *sql);

/* ---- meta: sql_meta.c ---- */

typedef struct ipxe_meta_t {
    const char *identity;
    apr_int64_t serial;   /* grows with every change that protects a disk */
    apr_int64_t machines; /* the last number given */
    apr_int64_t installs;
    const char *frozen; /* of the site, or NULL */
    int schema;
    int unaccepted;
    ipxe_identity_t known; /* by the file */
} ipxe_meta_t;

void ipxe_sql_meta(ipxe_meta_t *meta, ipxe_sql_t *sql, const char *site);
void ipxe_sql_meta_set(ipxe_sql_t *sql, const char *site, const char *name,
                       const char *value);
/* A new number of the counter, "machine" or "install". */
apr_int64_t ipxe_sql_next(ipxe_sql_t *sql, const char *counter);
/* This transaction protects a disk: it goes into the serial. */
void ipxe_sql_protects(ipxe_sql_t *sql);
/* The file learns the serial, if that has grown. */
void ipxe_sql_remember(ipxe_sql_t *sql);
/* Takes the database for the right one from now on. */
void ipxe_sql_accept(ipxe_sql_t *sql);

/* ---- schema: sql_schema.c ---- */

/* Makes or upgrades the tables of a new connection. */
void ipxe_sql_schema(ipxe_sql_t *sql);
/* Fails where a newer mod_ipxe has made or upgraded them, which one on another
 * node does while this connection is open. */
void ipxe_sql_schema_check(ipxe_sql_t *sql, int version);

/* ---- machines: sql_find.c, sql_view.c ---- */

typedef struct ipxe_sql_found_t {
    const char *site;
    apr_array_header_t *keys; /* of const char * */
    apr_int64_t *of;          /* the machine of each, or 0 */
    apr_int64_t machine;      /* 0: none */
    const char *conflict;     /* or NULL */
    int news;                 /* keys that are not yet its own */
} ipxe_sql_found_t;

void ipxe_sql_find(ipxe_sql_found_t *found, ipxe_sql_t *sql,
                   const ipxe_who_t *who);
/* In a transaction: makes the machine where there is none, gives it its new
 * keys, and joins those that were only seen. */
void ipxe_sql_settle(ipxe_sql_found_t *found, ipxe_sql_t *sql,
                     const ipxe_who_t *who, apr_time_t now);
void ipxe_sql_drop(ipxe_sql_t *sql, apr_int64_t machine);

/* In sql->scratch. */
void ipxe_sql_view(ipxe_view_t *view, ipxe_sql_t *sql,
                   const ipxe_sql_found_t *found);
/* What the machine of the view has done, and failed. */
void ipxe_sql_results(ipxe_view_t *view, ipxe_sql_t *sql, apr_pool_t *pool);
/* From the row of a SELECT of IPXE_SQL_VIEW. */
#define IPXE_SQL_VIEW_COLUMNS 30
void ipxe_sql_view_row(ipxe_view_t *view, ipxe_rows_t *rows, apr_pool_t *pool);
void ipxe_sql_install_row(ipxe_install_t *install, ipxe_rows_t *rows,
                          int column, apr_pool_t *pool);

/* ---- changes: sql_change.c ---- */

apr_int64_t ipxe_sql_arm(ipxe_sql_t *sql, const char *site, apr_int64_t machine,
                         const char *profile, const char *by, apr_time_t now);
void ipxe_sql_close_install(ipxe_sql_t *sql, apr_int64_t machine,
                            apr_int64_t install, apr_time_t now);
/* The code. */
const char *ipxe_sql_hold(ipxe_sql_t *sql, const char *site,
                          apr_int64_t machine, const char *code,
                          const char *reason, apr_time_t now);
void ipxe_sql_result(ipxe_sql_t *sql, apr_int64_t machine, const char *profile,
                     int failed, apr_time_t now);
void ipxe_sql_event(ipxe_sql_t *sql, const char *site, apr_int64_t machine,
                    const ipxe_event_t *event);

/* ---- notices: sql_notice.c ---- */

/* In a transaction, before what it changes: the hooks of this server. */
void ipxe_sql_hooks(ipxe_sql_t *sql);
/* In a transaction: tells the hooks that want it. Of the notice: event, when,
 * profile, install, by, code, text. */
void ipxe_sql_tell(ipxe_sql_t *sql, apr_int64_t machine,
                   const ipxe_notice_t *notice);

/* ---- searches: sql_search.c ---- */

/* The arguments of IPXE_SQL_FILTER. */
#define IPXE_SQL_FILTERED 15
void ipxe_sql_filter(const char *args[IPXE_SQL_FILTERED], ipxe_sql_t *sql,
                     const ipxe_filter_t *filter, apr_time_t now);

/* ---- operations: the rows of ipxe_store_ops_t ---- */

apr_status_t ipxe_sql_look(ipxe_view_t *view, ipxe_store_t *store,
                           const ipxe_who_t *who, apr_pool_t *pool);
apr_status_t ipxe_sql_enter(ipxe_ruling_t *ruling, ipxe_store_t *store,
                            const ipxe_wish_t *wish, apr_pool_t *pool);
apr_status_t ipxe_sql_hold_op(ipxe_view_t *view, ipxe_store_t *store,
                              const ipxe_who_t *who, const char *reason,
                              apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_sql_fetch(ipxe_claim_e *claim, ipxe_store_t *store,
                            apr_int64_t install, apr_time_t issued, int tries,
                            apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_sql_report(ipxe_claim_e *claim, ipxe_store_t *store,
                             const ipxe_report_t *report, apr_pool_t *pool);
apr_status_t ipxe_sql_spend_next(int *spent, ipxe_store_t *store,
                                 apr_int64_t machine, apr_pool_t *pool);
apr_status_t ipxe_sql_watch(ipxe_store_t *store, const ipxe_event_t *events,
                            int n, apr_pool_t *pool);
apr_status_t ipxe_sql_order(apr_int64_t *machine, ipxe_store_t *store,
                            const ipxe_order_t *order, apr_pool_t *pool);
apr_status_t ipxe_sql_list(apr_array_header_t **seen, int *total,
                           ipxe_store_t *store, const ipxe_filter_t *filter,
                           apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_sql_timeline(apr_array_header_t **events, ipxe_store_t *store,
                               apr_int64_t machine, apr_pool_t *pool);
apr_status_t ipxe_sql_recent(apr_array_header_t **events, apr_int64_t *last,
                             ipxe_store_t *store, const char *site,
                             apr_pool_t *pool);
apr_status_t ipxe_sql_hourly(apr_array_header_t **boots, ipxe_store_t *store,
                             const char *site, int hours, apr_time_t now,
                             apr_pool_t *pool);
apr_status_t ipxe_sql_counts(apr_table_t **counts, apr_int64_t *from,
                             ipxe_store_t *store, const char *site,
                             apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_sql_search(apr_array_header_t *found, apr_int64_t *from,
                             ipxe_store_t *store, const ipxe_filter_t *filter,
                             apr_time_t now);
apr_status_t ipxe_sql_marked(apr_array_header_t **keys, ipxe_store_t *store,
                             apr_pool_t *pool);
apr_status_t ipxe_sql_tidy(ipxe_store_t *store, int most, apr_time_t now,
                           apr_pool_t *pool);
apr_status_t ipxe_sql_take(ipxe_notice_t *notice, ipxe_store_t *store,
                           const char *target, apr_interval_time_t lease,
                           apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_sql_settle_notice(ipxe_store_t *store,
                                    const ipxe_notice_t *notice,
                                    apr_time_t again, const char *why,
                                    apr_pool_t *pool);
apr_status_t ipxe_sql_trim(int *dropped, ipxe_store_t *store, apr_time_t now,
                           apr_pool_t *pool);
apr_status_t ipxe_sql_waiting(ipxe_waiting_t *waiting, ipxe_store_t *store,
                              const char *site, apr_pool_t *pool);

#endif
