/* SPDX-License-Identifier: Apache-2.0 */
/* The handler ipxe-metrics, the counting behind it, and the section of
 * /server-status.
 *
 *     <Location "/ipxe-metrics">
 *         SetHandler ipxe-metrics
 *         Require ip 10.0.0.9
 *     </Location>
 *
 * It answers for all virtual hosts, each its own `site`: keep it from whom one
 * tenant's numbers do not concern. */
#ifndef IPXE_HTTPD_METRICS_H
#define IPXE_HTTPD_METRICS_H

#include <httpd.h>

#include "httpd/counters.h"

/* In the parent, before there are children. */
void ipxe_metrics_start(apr_pool_t *pconf);

/* In any child, any thread. */
void ipxe_metrics_add(ipxe_total_e total, apr_uint64_t n);

/* Registers its hooks: the handler, the counting of each answer once it is
 * logged, and, where mod_status is there, the section. */
void ipxe_metrics_hooks(apr_pool_t *pool);

#endif
