/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts in an SQL database: `IPXEHosts dbd:TABLE`, or a query in its place.
 *
 *     IPXEHosts dbd:hosts
 *     IPXEHosts "dbd:SELECT h.name, c.mac, h.rack FROM host h JOIN card c
 *                ON c.host = h.id"
 *
 * A row is a host: its columns name, mac, uuid, serial, manufacturer, asset,
 * groups, vars, secrets, and actions are those of a host in a rule file; any
 * other is a variable. Which of mac, uuid, serial and asset there are is seen
 * by preparing a statement for each. A host with several rows has several
 * cards.
 *
 * Connections are somebody else's: mod_dbd's in httpd, or one of its own for
 * ipxectl (ipxe_rows_own).
 *
 * Threads: any; a connection is one request's at a time. */
#ifndef IPXE_ENGINE_HOSTS_ROWS_H
#define IPXE_ENGINE_HOSTS_ROWS_H

#include <apr_dbd.h>
#include <apr_hash.h>

#include "engine/hosts.h"

typedef struct ipxe_rows_t ipxe_rows_t;

/* A connection, and what was prepared on it: label -> statement. */
typedef struct ipxe_rows_connection_t {
    const apr_dbd_driver_t *driver;
    apr_dbd_t *handle;
    apr_hash_t *prepared;
    apr_pool_t *pool; /* the connection's */
    void *own;        /* the opener's */
} ipxe_rows_connection_t;

/* Who has connections. */
typedef struct ipxe_rows_opener_t {
    const char *name; /* "mod_dbd": for messages */
    /* Fills *dbd for the caller alone until it is closed. NULL, or why there
     * is none. */
    const char *(*open)(ipxe_rows_connection_t *dbd, void *baton,
                        apr_pool_t *pool);
    void (*close)(ipxe_rows_connection_t *dbd, void *baton); /* or NULL */
    void *baton;
} ipxe_rows_opener_t;

/* Why what stands behind "dbd:" can be neither a table nor a query; NULL: it
 * can. */
const char *ipxe_rows_fault(const char *words);

/* The provider of a table or query. */
const ipxe_host_provider_t *ipxe_rows_make(const char *words,
                                           const ipxe_rows_opener_t *opener,
                                           apr_pool_t *pool);

/* One connection by apr_dbd, opened when it is wanted and closed with the
 * pool; for one thread. params: as DBDParams has them, or NULL. */
const ipxe_rows_opener_t *ipxe_rows_own(const char *driver, const char *params,
                                        apr_pool_t *pool);

#endif
