/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of hosts in httpd: named by IPXEHosts, looked at when the
 * configuration is checked, opened in each child, never before a fork. */
#ifndef IPXE_HTTPD_HOSTS_H
#define IPXE_HTTPD_HOSTS_H

#include "engine/hosts.h"
#include "httpd/serving.h"

/* Gives the settings of all servers (array of ipxe_serving_t *) their
 * providers; those with one file share one store. */
void ipxe_hosts_attach(const apr_array_header_t *all, apr_pool_t *pool);

/* Is what the server names there? Zero where not, which is logged. */
int ipxe_hosts_check(const ipxe_serving_t *serving, apr_pool_t *pool);

/* For the hook child_init: opens the files. What cannot be opened is logged,
 * and machines are told until it can. */
void ipxe_hosts_child(apr_pool_t *pool, server_rec *s);

#endif
