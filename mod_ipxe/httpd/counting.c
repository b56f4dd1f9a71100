/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of rules, counted over all children. */
#include "httpd/counting.h"

#include <http_log.h>

#include "engine/counts.h"
#include "httpd/shared.h"

APLOG_USE_MODULE(ipxe);

#define NAME "ipxe-limits"

static ipxe_shared_t *shared;

int ipxe_counting_register(apr_pool_t *pconf, apr_pool_t *plog,
                           apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    return ipxe_shared_register(NAME, pconf);
}

void ipxe_counting_start(server_rec *s)
{
    apr_status_t rv = ipxe_shared_make(&shared, NAME, sizeof(ipxe_counts_t), s);

    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     "limits of rules cannot be counted: past them is every "
                     "machine");
}

void ipxe_counting_child(apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv = ipxe_shared_child(shared, pchild);

    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     "limits of rules cannot be counted in this child");
}

int ipxe_counting_pass(void *baton, const char *site, const char *rule,
                       const char *machine, int most,
                       apr_interval_time_t window, int count)
{
    const request_rec *r = baton;
    ipxe_count_t asked = {site, rule, machine, most, window, 0, count};
    ipxe_counts_t *counts = ipxe_shared_lock(shared);
    int pass;

    if (!counts)
        return 0;
    asked.now = r->request_time;
    pass = ipxe_counts_pass(counts, &asked);
    ipxe_shared_unlock(shared);
    return pass;
}
