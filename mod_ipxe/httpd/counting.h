/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of rules, counted over all children in shared memory. What was
 * counted outlives a graceful restart and a change of the rules; it is gone
 * when the server stops. */
#ifndef IPXE_HTTPD_COUNTING_H
#define IPXE_HTTPD_COUNTING_H

#include "httpd/config.h"

/* For the hook pre_config: the mutex gets its name, "ipxe-limits". */
int ipxe_counting_register(apr_pool_t *pconf, apr_pool_t *plog,
                           apr_pool_t *ptemp);

/* In post_config, before there are children. What fails is logged; nobody
 * passes a limit then. */
void ipxe_counting_start(server_rec *s);

/* For the hook child_init. */
void ipxe_counting_child(apr_pool_t *pchild, server_rec *s);

/* ipxe_request_t.limit; the baton is the request_rec. */
int ipxe_counting_pass(void *baton, const char *site, const char *rule,
                       const char *machine, int most,
                       apr_interval_time_t window, int count);

#endif
