/* SPDX-License-Identifier: Apache-2.0 */
/* What this process of httpd was started to do: `httpd -k WORD`. httpd tells
 * no module, and takes the words from its arguments before it loads one; the
 * system still has them where there is a /proc. */
#ifndef IPXE_HTTPD_COMMAND_H
#define IPXE_HTTPD_COMMAND_H

#include <apr_pools.h>

/* "stop", "graceful-stop", "restart", "graceful", "start"; "" where none was
 * given, or nobody knows. */
const char *ipxe_command_word(apr_pool_t *pool);

/* Nonzero where it only ends a server: no rules are wanted. */
int ipxe_command_stops(apr_pool_t *pool);

#endif
