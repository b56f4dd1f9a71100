/* SPDX-License-Identifier: Apache-2.0 */
/* The set that counts, and its users. */
#include "engine/swap.h"

#include <apr_thread_mutex.h>

#include "base/pool.h"

struct ipxe_swap_t {
    apr_thread_mutex_t *mutex; /* of current alone */
    ipxe_snapshot_t *current;
};

ipxe_swap_t *ipxe_swap_make(apr_pool_t *pool)
{
    ipxe_swap_t *swap = apr_pcalloc(pool, sizeof(*swap));

    return apr_thread_mutex_create(&swap->mutex, APR_THREAD_MUTEX_DEFAULT,
                                   pool) == APR_SUCCESS
               ? swap
               : NULL;
}

apr_pool_t *ipxe_swap_pool(void)
{
    return ipxe_pool_own(NULL, "ipxe_set");
}

/* Whoever makes it 0 sees all that the others did with the set. APR's own
 * counters promise no order. */
static void let_go(ipxe_snapshot_t *set)
{
    if (__atomic_sub_fetch(&set->users, 1, __ATOMIC_ACQ_REL) == 0)
        apr_pool_destroy(set->pool);
}

static int exchange(ipxe_swap_t *swap, ipxe_snapshot_t *set)
{
    ipxe_snapshot_t *old;

    apr_thread_mutex_lock(swap->mutex);
    old = swap->current;
    if (!old || old->number < set->number) {
        swap->current = set;
        set = old;
    }
    apr_thread_mutex_unlock(swap->mutex);
    if (set)
        let_go(set);
    return set == old;
}

int ipxe_swap_put(ipxe_swap_t *swap, ipxe_snapshot_t *set)
{
    set->users = 1; /* the swap itself */
    return exchange(swap, set);
}

int ipxe_swap_lend(ipxe_swap_t *swap, ipxe_snapshot_t *set)
{
    set->users = 2; /* the swap, and whoever lends it */
    return exchange(swap, set);
}

const ipxe_snapshot_t *ipxe_swap_take(ipxe_swap_t *swap)
{
    ipxe_snapshot_t *set;

    apr_thread_mutex_lock(swap->mutex);
    set = swap->current;
    if (set)
        __atomic_add_fetch(&set->users, 1, __ATOMIC_RELAXED);
    apr_thread_mutex_unlock(swap->mutex);
    return set;
}

void ipxe_swap_give_back(const ipxe_snapshot_t *set)
{
    /* What is const to a request is the set, not who uses it. */
    let_go((ipxe_snapshot_t *)(apr_uintptr_t)set);
}

apr_uint32_t ipxe_swap_number(ipxe_swap_t *swap)
{
    apr_uint32_t number;

    apr_thread_mutex_lock(swap->mutex);
    number = swap->current ? swap->current->number : 0;
    apr_thread_mutex_unlock(swap->mutex);
    return number;
}
