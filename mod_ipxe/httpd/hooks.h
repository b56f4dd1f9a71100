/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of a server: IPXEHook. What they are told of is written to the
 * state's database with the change itself (state/notice.h); here it is taken
 * from there and delivered, by a thread for each receiver (mod_watchdog's
 * singleton: in one child alone; where that dies, in another). No request ever
 * waits for it. */
#ifndef IPXE_HTTPD_HOOKS_H
#define IPXE_HTTPD_HOOKS_H

#include "httpd/hook.h"
#include "httpd/serving.h"

/* After the configuration was read: whether the hooks can be served; else says
 * why in the log. */
int ipxe_hooks_check(const apr_array_header_t *all, apr_pool_t *pool);

/* In the parent, before children are made: asks mod_watchdog for the threads.
 * all: array of ipxe_serving_t *. */
void ipxe_hooks_start(apr_array_header_t *all, server_rec *s,
                      apr_pool_t *pconf);

/* What the database is to know of all that share the state of `serving`: array
 * of ipxe_hook_t. */
apr_array_header_t *ipxe_hooks_of(const ipxe_serving_t *serving,
                                  const apr_array_header_t *all,
                                  apr_pool_t *pool);

/* A name of this server in the database. */
const char *ipxe_hooks_node(const ipxe_serving_t *serving, apr_pool_t *pool);

#endif
