/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a database, by apr_dbd: SQLite, PostgreSQL, MySQL. */
#ifndef IPXE_STATE_SQL_H
#define IPXE_STATE_SQL_H

#include "state/store.h"

typedef struct ipxe_sql_options_t {
    const char *driver;   /* of apr_dbd: "sqlite3", "pgsql", "mysql" */
    const char *params;   /* of apr_dbd_open: a file for sqlite3 */
    const char *identity; /* file that remembers the database, or NULL */
    const char *node;     /* whose hooks these are: a name of this server's
                             own; NULL: of none (ipxectl) */
    const apr_array_header_t *hooks; /* of ipxe_hook_t, or NULL: none */
    int create;                      /* make a database that is not there */
    int quick;                       /* for tests: never wait for the disk */
} ipxe_sql_options_t;

/* Whether that driver can be had; loads it. Call it once before any thread. */
apr_status_t ipxe_sql_driver(const char **why, const char *driver,
                             apr_pool_t *pool);

/* Opens, makes or upgrades the database. *why where it fails: what is wrong
 * with it, in pool. A database that is corrupt, or newer than this, is left as
 * it is. Lives until ops->close, at most as long as pool. */
apr_status_t ipxe_sql_open(ipxe_store_t **store, const char **why,
                           const ipxe_sql_options_t *options, apr_pool_t *pool);

#endif
