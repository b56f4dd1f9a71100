/* SPDX-License-Identifier: Apache-2.0 */
/* Can the server's user read what root has loaded? Later it must. */
#ifndef IPXE_HTTPD_READABLE_H
#define IPXE_HTTPD_READABLE_H

#include "httpd/serving.h"

/* Logs a warning for each file of the set that the server's user cannot read.
 * Nothing is done where the server was not started by root. */
void ipxe_readable_check(const ipxe_serving_t *serving);

/* Nonzero where there is a published set and it loads: for the server's user,
 * because root reads nothing that this user can write. */
int ipxe_readable_last(const ipxe_serving_t *serving);

#endif
