/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate and key of IPXESign. */
#ifndef IPXE_HTTPD_SIGN_H
#define IPXE_HTTPD_SIGN_H

#include "httpd/serving.h"

/* At check_config, as root: reads both, where scripts are signed, and gives the
 * settings their signer, of pconf. Zero where they are not good; the log says
 * why. */
int ipxe_sign_check(ipxe_serving_t *serving, apr_pool_t *pconf,
                    apr_pool_t *ptemp);

/* Tells the log what an operator should know of them: soon expired, readable
 * by others. */
void ipxe_sign_doubt(const ipxe_serving_t *serving, apr_pool_t *pool);

#endif
