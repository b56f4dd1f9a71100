/* SPDX-License-Identifier: Apache-2.0 */
/* Shared memory and its lock, kept over restarts. */
#include "httpd/shared.h"

#include <apr_shm.h>
#include <http_config.h>
#include <util_mutex.h>

/* Retained: the module's own variables are gone when httpd loads it again. */
struct ipxe_shared_t {
    apr_shm_t *memory;
    apr_global_mutex_t *mutex;
};

int ipxe_shared_register(const char *name, apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, name, NULL, APR_LOCK_DEFAULT, 0) ==
                   APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

apr_status_t ipxe_shared_make(ipxe_shared_t **shared, const char *name,
                              apr_size_t size, server_rec *s)
{
    apr_pool_t *pool = s->process->pool;
    ipxe_shared_t *made = ap_retained_data_get(name);
    apr_status_t rv = APR_SUCCESS;

    if (!made)
        made = ap_retained_data_create(name, sizeof(*made));
    *shared = made;
    if (made->memory && apr_shm_size_get(made->memory) != size)
        made->memory = NULL;
    if (!made->mutex)
        rv = ap_global_mutex_create(&made->mutex, NULL, name, NULL, s, pool, 0);
    if (rv != APR_SUCCESS)
        made->mutex = NULL;
    else if (!made->memory)
        rv = apr_shm_create(&made->memory, size, NULL, pool);
    return rv;
}

apr_status_t ipxe_shared_child(ipxe_shared_t *shared, apr_pool_t *pchild)
{
    apr_status_t rv;

    if (!shared || !shared->mutex)
        return APR_SUCCESS;
    rv = apr_global_mutex_child_init(
        &shared->mutex, apr_global_mutex_lockfile(shared->mutex), pchild);
    if (rv != APR_SUCCESS)
        shared->memory = NULL;
    return rv;
}

void *ipxe_shared_lock(ipxe_shared_t *shared)
{
    if (!shared || !shared->memory ||
        apr_global_mutex_lock(shared->mutex) != APR_SUCCESS)
        return NULL;
    return apr_shm_baseaddr_get(shared->memory);
}

void ipxe_shared_unlock(ipxe_shared_t *shared)
{
    apr_global_mutex_unlock(shared->mutex);
}
