/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads of kernels and what goes beside them, told to the state: httpd
 * serves them, this only looks at their end. */
#ifndef IPXE_HTTPD_TRACK_H
#define IPXE_HTTPD_TRACK_H

#include <httpd.h>

/* For the hook log_transaction. */
int ipxe_track(request_rec *r);

/* Finds mod_logio, for the true count of bytes; once all modules are there. */
void ipxe_track_start(void);

#endif
