/* SPDX-License-Identifier: Apache-2.0 */
/* The address that a client reached this server by. */
#ifndef IPXE_HTTPD_BASE_URL_H
#define IPXE_HTTPD_BASE_URL_H

#include <httpd.h>

/* "http://10.0.0.1:8080": scheme and Host of the request. A Host with other
 * characters than letters, digits and .-:[], or none, gives way to the
 * address of the connection. */
const char *ipxe_base_url(request_rec *r);

/* An address of the configuration without the slash at its end, for
 * "http://10.0.0.1:8080/": scheme, host, perhaps a port. NULL where it is
 * none. */
const char *ipxe_base_url_clean(const char *url, apr_pool_t *pool);

#endif
