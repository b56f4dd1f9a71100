/* SPDX-License-Identifier: Apache-2.0 */
/* Pools whose memory goes back to the system when they end, and a clock for
 * spans of time. */
#ifndef IPXE_BASE_POOL_H
#define IPXE_BASE_POOL_H

#include <apr_pools.h>
#include <apr_time.h>

/* A pool with an allocator of its own: what it took is nobody else's when it
 * ends, but the system's again. It ends with its parent; parent NULL: when
 * somebody destroys it. One thread at a time. NULL: there is no memory. */
apr_pool_t *ipxe_pool_own(apr_pool_t *parent, const char *tag);

/* Microseconds of a clock that is never set (CLOCK_MONOTONIC): for how long,
 * not for when. */
apr_time_t ipxe_clock(void);

#endif
