/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads of kernels and what goes beside them, told to the state: httpd
 * serves them, this only looks at their end. */
#ifndef IPXE_HTTPD_TRACK_H
#define IPXE_HTTPD_TRACK_H

#include <httpd.h>

#include "machine/machine.h"

/* Whose file a request is for, as its address says. */
typedef struct ipxe_tracked_t {
    char what; /* as in ipxe_world_t.follow */
    const ipxe_machine_t *machine; /* its card alone */
} ipxe_tracked_t;

/* Nonzero where the request is a GET of a file that is followed. */
int ipxe_tracked(ipxe_tracked_t *tracked, const request_rec *r);

/* At its end: all of the file went out. */
int ipxe_tracked_whole(const request_rec *r);

/* For the hook log_transaction. */
int ipxe_track(request_rec *r);

/* Finds mod_logio, for the true count of bytes; once all modules are there. */
void ipxe_track_start(void);

/* What went out, also where the connection broke. */
apr_off_t ipxe_tracked_bytes(const request_rec *r);

/* The machine with that card, of which nothing else is known; NULL where it is
 * no address of a card. */
const ipxe_machine_t *ipxe_tracked_machine(const char *card, apr_pool_t *pool);

#endif
