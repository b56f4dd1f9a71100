/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of mod_watchdog's, each for a function that is called again and again
 * in each child or in one alone. Where the child dies in which it runs alone,
 * mod_watchdog picks another. */
#ifndef IPXE_HTTPD_WATCHDOG_H
#define IPXE_HTTPD_WATCHDOG_H

#include <mod_watchdog.h>

/* In post_config. name: of mod_watchdog's lock, "_ipxe_watch_"; alone: in one
 * child; interval: microseconds of rest between two calls; the first comes at
 * once, with AP_WATCHDOG_STATE_STARTING. data is handed to it. APR_ENOTIMPL:
 * mod_watchdog is not loaded. */
apr_status_t ipxe_watchdog_start(const char *name, int alone,
                                 apr_interval_time_t interval,
                                 ap_watchdog_callback_fn_t *callback,
                                 const void *data, apr_pool_t *pconf);

#endif
