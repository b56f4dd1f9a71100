/* SPDX-License-Identifier: Apache-2.0 */
/* Where directives stand, for messages of checks that come after all is read:
 *
 *     IPXESecret /etc/httpd/ipxe.secret (conf.d/ipxe.conf:71): No such file
 *
 * Lifetime: the configuration's. Threads: written while it is read. */
#ifndef IPXE_HTTPD_PLACES_H
#define IPXE_HTTPD_PLACES_H

#include "httpd/config.h"

/* Remembers where a directive stands; of several of one name, the last. */
void ipxe_place_note(ipxe_server_t *server, const cmd_parms *cmd);

/* " (conf.d/ipxe.conf:71)"; "" where the directive does not stand. A virtual
 * host has the server's where it has none itself. */
const char *ipxe_place(const server_rec *s, const char *directive,
                       apr_pool_t *pool);

/* For a path that cannot be read: the directive that names it and its place,
 * "IPXETemplates (conf.d/ipxe.conf:48)"; NULL where none does. */
const char *ipxe_place_of_path(const server_rec *s, const char *message,
                               apr_pool_t *pool);

#endif
