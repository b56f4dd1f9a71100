/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts in an SQL database: `IPXEHosts dbd:TABLE`, or a query in its place,
 * over the connections of mod_dbd (DBDriver, DBDParams).
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
 * Threads: any; a connection is one request's at a time. */
#ifndef IPXE_HTTPD_HOSTS_DBD_H
#define IPXE_HTTPD_HOSTS_DBD_H

#include <httpd.h>

#include "engine/hosts.h"

/* Why what stands behind "dbd:" can be neither a table nor a query; NULL: it
 * can. */
const char *ipxe_hosts_dbd_fault(const char *words);

/* The provider for a server's connections. */
const ipxe_host_provider_t *
ipxe_hosts_dbd_make(const char *words, server_rec *server, apr_pool_t *pool);

/* Nonzero where mod_dbd is loaded. */
int ipxe_hosts_dbd_there(void);

#endif
