/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of requests: short, to be read from a console, 40 bits, no letter that
 * looks like a digit.
 *
 * Each child counts from a random number of its own, and an id is that count
 * well mixed: it costs no randomness a request. It is no secret. */
#ifndef IPXE_HTTPD_REQUEST_ID_H
#define IPXE_HTTPD_REQUEST_ID_H

#include <httpd.h>

/* For the hook of the same name. */
void ipxe_request_id_child_init(apr_pool_t *pool, server_rec *s);

/* A new id; any thread may ask. */
const char *ipxe_request_id(apr_pool_t *pool);

#endif
