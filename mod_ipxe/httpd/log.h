/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of httpd is told of a request: variables, lines of its log.
 * None ever holds a ticket, a secret, or a raw byte from the network. */
#ifndef IPXE_HTTPD_LOG_H
#define IPXE_HTTPD_LOG_H

#include "httpd/handler.h"

/* Sets IPXE_RULE and the other variables for LogFormat, and logs: a line at
 * info for each answer, one above it for what went wrong, the steps of the
 * decision at trace2. */
void ipxe_log_answer(request_rec *r, const ipxe_visit_t *visit);

/* For the hook post_read_request, before anybody logs the request line: puts
 * `-` in the place of a ticket in it. */
int ipxe_log_hide_ticket(request_rec *r);

#endif
