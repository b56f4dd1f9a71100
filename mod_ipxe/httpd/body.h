/* SPDX-License-Identifier: Apache-2.0 */
/* The form that a machine posts. */
#ifndef IPXE_HTTPD_BODY_H
#define IPXE_HTTPD_BODY_H

#include <httpd.h>

/* Reads the request's body, at most IPXE_MAX_REQUEST_BYTES, to its end. *form
 * is set to the body of a form (raw, but for NUL bytes in it), to NULL for one
 * of another type, which is thrown away. OK, or the status to answer with. */
int ipxe_body_read(const char **form, request_rec *r);

#endif
