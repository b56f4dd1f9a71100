/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of rules, counted over all children. */
#include "httpd/counting.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_log.h>
#include <util_mutex.h>

#include "engine/counts.h"

APLOG_USE_MODULE(ipxe);

#define MUTEX  "ipxe-limits"
#define RETAIN "mod_ipxe limits"

/* Of the process, not of a configuration: made once, inherited by children
 * of every generation. */
typedef struct counting_t {
    apr_shm_t *memory;
    apr_global_mutex_t *mutex;
} counting_t;

static counting_t *counting;

int ipxe_counting_register(apr_pool_t *pconf, apr_pool_t *plog,
                           apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    return ap_mutex_register(pconf, MUTEX, NULL, APR_LOCK_DEFAULT, 0) ==
                   APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static apr_status_t start(counting_t *made, server_rec *s)
{
    apr_pool_t *pool = s->process->pool;
    apr_status_t rv = APR_SUCCESS;

    if (!made->mutex)
        rv =
            ap_global_mutex_create(&made->mutex, NULL, MUTEX, NULL, s, pool, 0);
    if (rv == APR_SUCCESS && !made->memory)
        rv = apr_shm_create(&made->memory, sizeof(ipxe_counts_t), NULL, pool);
    return rv;
}

void ipxe_counting_start(server_rec *s)
{
    apr_status_t rv;

    counting = ap_retained_data_get(RETAIN);
    if (!counting)
        counting = ap_retained_data_create(RETAIN, sizeof(*counting));
    rv = start(counting, s);
    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     "limits of rules cannot be counted: past them is every "
                     "machine");
}

void ipxe_counting_child(apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv;

    if (!counting || !counting->mutex)
        return;
    rv = apr_global_mutex_child_init(
        &counting->mutex, apr_global_mutex_lockfile(counting->mutex), pchild);
    if (rv == APR_SUCCESS)
        return;
    counting->memory = NULL;
    ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                 "limits of rules cannot be counted in this child");
}

int ipxe_counting_pass(void *baton, const char *site, const char *rule,
                       const char *machine, int most,
                       apr_interval_time_t window, int count)
{
    const request_rec *r = baton;
    ipxe_count_t asked = {site, rule, machine, most, window, 0, count};
    int pass;

    if (!counting || !counting->memory ||
        apr_global_mutex_lock(counting->mutex) != APR_SUCCESS)
        return 0;
    asked.now = r->request_time;
    pass = ipxe_counts_pass(apr_shm_baseaddr_get(counting->memory), &asked);
    apr_global_mutex_unlock(counting->mutex);
    return pass;
}
