/* SPDX-License-Identifier: Apache-2.0 */
/* What machines were seen to ask for, and were given, told to the state once
 * the answer is on its way. It never waits; nothing depends on it but what
 * operators look at. */
#ifndef IPXE_HTTPD_EVENTS_H
#define IPXE_HTTPD_EVENTS_H

#include <httpd.h>

/* For the hook log_transaction. */
int ipxe_events_log(request_rec *r);

#endif
