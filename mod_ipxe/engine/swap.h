/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule set counts now, and who still uses the one before.
 *
 *     ipxe_swap_t *swap = ipxe_swap_make(pconf);
 *
 *     ipxe_swap_put(swap, set);             a newer set counts from here on
 *
 *     set = ipxe_swap_take(swap);           a request begins
 *     ipxe_engine_answer(&answer, set, ...);
 *     ipxe_swap_give_back(set);             it ends
 *
 * A request holds the set that it began with, whatever is put meanwhile. The
 * last who gives an old set back destroys its pool, so the memory goes back
 * with the last request that needs it.
 *
 * Threads: any number may take and give back, and put, at the same time. A
 * take holds a mutex for two instructions and never waits for memory or a
 * file. Across fork a swap is good as long as nobody in the parent is in one
 * of these functions. */
#ifndef IPXE_ENGINE_SWAP_H
#define IPXE_ENGINE_SWAP_H

#include "engine/engine.h"

typedef struct ipxe_swap_t ipxe_swap_t;

/* Nothing counts yet. NULL where there is no mutex to be had. */
ipxe_swap_t *ipxe_swap_make(apr_pool_t *pool);

/* A pool with an allocator of its own and no parent: for a set that is to be
 * put, so that no other pool is touched when its last user destroys it. */
apr_pool_t *ipxe_swap_pool(void);

/* The set counts from now on, if its number is greater than that of the one
 * that does; it was made in a pool of ipxe_swap_pool, which is the swap's from
 * here on. Nonzero: it counts; 0: it was destroyed. */
int ipxe_swap_put(ipxe_swap_t *swap, ipxe_snapshot_t *set);

/* Likewise for a set that lives in another pool, and as long as the swap: it
 * is never destroyed. */
int ipxe_swap_lend(ipxe_swap_t *swap, ipxe_snapshot_t *set);

/* What counts, kept until it is given back; NULL: nothing does. */
const ipxe_snapshot_t *ipxe_swap_take(ipxe_swap_t *swap);
void ipxe_swap_give_back(const ipxe_snapshot_t *set);

/* The number of what counts; 0: nothing does. */
apr_uint32_t ipxe_swap_number(ipxe_swap_t *swap);

#endif
