/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: which are ours, what they bring, what goes back. */
#ifndef IPXE_HTTPD_HANDLER_H
#define IPXE_HTTPD_HANDLER_H

#include "httpd/config.h"

/* A request that is ours: in its request_config from ipxe_claim on. */
typedef struct ipxe_visit_t {
    const ipxe_server_t *server;
    const ipxe_snapshot_t *set; /* that it is answered from, held until the
                                   request ends; NULL: none, or not yet */
    ipxe_request_t request;
    ipxe_answer_t answer; /* once there is one */
    apr_time_t began;
} ipxe_visit_t;

/* NULL where the request is none of ours. */
ipxe_visit_t *ipxe_visit_get(const request_rec *r);

/* For the hook translate_name, when no other module maps the path: keeps a
 * ticket, longer than any file's name, away from the file system. */
int ipxe_map(request_rec *r);

/* For the hook fixups: after `Require` has let the client in, and the section
 * that the path lies in is known. */
int ipxe_claim(request_rec *r);

/* For the hook handler. */
int ipxe_handle(request_rec *r);

#endif
