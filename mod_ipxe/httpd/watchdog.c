/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of mod_watchdog's, which may not be loaded. */
#include "httpd/watchdog.h"

apr_status_t ipxe_watchdog_start(const char *name, int alone,
                                 apr_interval_time_t interval,
                                 ap_watchdog_callback_fn_t *callback,
                                 const void *data, apr_pool_t *pconf)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *add =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t *watchdog;
    apr_status_t rv;

    if (!get || !add)
        return APR_ENOTIMPL;
    rv = get(&watchdog, name, 0, alone, pconf);
    return rv == APR_SUCCESS ? add(watchdog, interval, data, callback) : rv;
}
