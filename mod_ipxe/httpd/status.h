/* SPDX-License-Identifier: Apache-2.0 */
/* The handler ipxe-status: the page of all boots, and what operators do there.
 *
 *     <Location "/ipxe-status">
 *         SetHandler ipxe-status
 *         AuthType Basic
 *         ...
 *         Require valid-user
 *     </Location>
 *
 * GET shows (`?format=json` for programs), POST acts and leads back by 303.
 * It shows the machines of the virtual host's tenant alone. */
#ifndef IPXE_HTTPD_STATUS_H
#define IPXE_HTTPD_STATUS_H

#include <httpd.h>

/* For the hook handler. */
int ipxe_status_handle(request_rec *r);

#endif
