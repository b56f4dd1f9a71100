/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts by SQL (engine/hosts_rows.h) over mod_dbd's connections: `IPXEHosts
 * dbd:`, DBDriver, DBDParams. */
#ifndef IPXE_HTTPD_HOSTS_DBD_H
#define IPXE_HTTPD_HOSTS_DBD_H

#include <httpd.h>

#include "engine/hosts_rows.h"

/* The provider for a server's connections. */
const ipxe_host_provider_t *
ipxe_hosts_dbd_make(const char *words, server_rec *server, apr_pool_t *pool);

/* Nonzero where mod_dbd is loaded. */
int ipxe_hosts_dbd_there(void);

/* What the configuration says of a server's connections, which mod_dbd tells
 * nobody; while it is read. NULL: nothing. */
const char *ipxe_hosts_dbd_driver(const server_rec *s, apr_pool_t *pool);
const char *ipxe_hosts_dbd_params(const server_rec *s, apr_pool_t *pool);

#endif
