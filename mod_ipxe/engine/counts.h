/* SPDX-License-Identifier: Apache-2.0 */
/* What limits of rules count, in memory that the server's processes share.
 *
 * Which machine was let through by which rule, until the window that began
 * then is over. A table of fixed size without pointers; its bytes may be all
 * zero at first. Whoever calls holds a lock. Where the table is full nobody
 * more is let through: a limit that does not limit wipes disks. */
#ifndef IPXE_ENGINE_COUNTS_H
#define IPXE_ENGINE_COUNTS_H

#include <apr_time.h>

#include "base/limits.h"

typedef struct ipxe_counted_t {
    apr_uint64_t rule, machine; /* hashes */
    apr_time_t until;           /* 0 or past: the place is free */
} ipxe_counted_t;

typedef struct ipxe_counts_t {
    apr_uint32_t used;    /* places beyond have never been taken */
    apr_uint64_t unnamed; /* machines that nothing tells from others */
    ipxe_counted_t places[IPXE_MAX_COUNTED];
} ipxe_counts_t;

/* One question, as ipxe_request_t.limit asks it. */
typedef struct ipxe_count_t {
    const char *site, *rule;
    const char *machine; /* NULL: nothing tells it, it counts as a new one */
    int most;
    apr_interval_time_t window;
    apr_time_t now;
    int count; /* zero: only asks */
} ipxe_count_t;

/* Nonzero where the machine may pass. */
int ipxe_counts_pass(ipxe_counts_t *counts, const ipxe_count_t *asked);

#endif
