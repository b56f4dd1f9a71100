/* SPDX-License-Identifier: Apache-2.0 */
/* Who looks for edited files. mod_watchdog gives each child a thread; in one
 * child alone it looks at the live files, loads them once they rest, and
 * publishes what loads. In all children another takes what was published
 * (httpd/reload.h). Where the child that looks dies, mod_watchdog picks
 * another. */
#ifndef IPXE_HTTPD_WATCHER_H
#define IPXE_HTTPD_WATCHER_H

#include "httpd/serving.h"

/* In the parent, before children are made: asks mod_watchdog for the threads,
 * and sets `watched` of all (array of ipxe_serving_t *). Without mod_watchdog
 * the log says so. */
void ipxe_watcher_start(apr_array_header_t *all, server_rec *s,
                        apr_pool_t *pconf);

#endif
