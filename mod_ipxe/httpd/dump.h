/* SPDX-License-Identifier: Apache-2.0 */
/* httpd -t -D DUMP_IPXE: what was understood of the directives, as JSON for
 * programs, set out for people. docs/httpd.md describes its members. */
#ifndef IPXE_HTTPD_DUMP_H
#define IPXE_HTTPD_DUMP_H

#include <httpd.h>

/* Writes it to the standard output. Every server has its serving already. */
void ipxe_dump(server_rec *main_server, apr_pool_t *pool);

#endif
