/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of their own, and the clock that is never set. */
#include "base/pool.h"

#include <apr_allocator.h>
#include <time.h>

apr_pool_t *ipxe_pool_own(apr_pool_t *parent, const char *tag)
{
    apr_allocator_t *allocator;
    apr_pool_t *pool;
    apr_status_t rv;

    if (apr_allocator_create(&allocator) != APR_SUCCESS)
        return NULL;
    rv = parent ? apr_pool_create_ex(&pool, parent, NULL, allocator)
                : apr_pool_create_unmanaged_ex(&pool, NULL, allocator);
    if (rv != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        return NULL;
    }
    apr_allocator_owner_set(allocator, pool);
    apr_pool_tag(pool, tag);
    return pool;
}

apr_time_t ipxe_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return apr_time_make(t.tv_sec, t.tv_nsec / 1000);
}
