/* SPDX-License-Identifier: Apache-2.0 */
/* What the metrics say of the state. */
#ifndef IPXE_HTTPD_METRICS_STATE_H
#define IPXE_HTTPD_METRICS_STATE_H

#include <httpd.h>

#include "httpd/metrics_text.h"

/* Each tenant's state: array of ipxe_metrics_state_t. */
apr_array_header_t *ipxe_metrics_states(server_rec *main_server,
                                        apr_pool_t *pool);

/* Adds what this child's states have counted since it was called last to the
 * counters of all. It is cheap to call it often: it looks once a second. */
void ipxe_metrics_follow(ipxe_counters_t *counters, server_rec *main_server,
                         apr_time_t now, apr_pool_t *pool);

#endif
