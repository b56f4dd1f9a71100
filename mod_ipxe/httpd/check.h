/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and templates are loaded and checked while httpd starts: every error
 * is in its log, whole, and a configuration with one is refused, but never at
 * a restart, which would end the server. */
#ifndef IPXE_HTTPD_CHECK_H
#define IPXE_HTTPD_CHECK_H

#include "httpd/serving.h"

/* For the hooks of the same names. */
int ipxe_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                      server_rec *s);
int ipxe_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                     server_rec *s);

/* Logs all that is wrong with a set, and how much that is. */
void ipxe_check_log(const ipxe_serving_t *serving, const ipxe_diags_t *diags,
                    apr_pool_t *pool);

#endif
