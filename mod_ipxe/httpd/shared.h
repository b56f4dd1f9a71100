/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that all children share, with a lock: it outlives a graceful restart
 * and the death of a child, and is gone when the server stops.
 *
 *     ipxe_shared_register("ipxe-limits", pconf);                pre_config
 *     ipxe_shared_make(&shared, "ipxe-limits", size, s);         post_config
 *     ipxe_shared_child(shared, pchild);                         child_init
 *     counts = ipxe_shared_lock(shared);                         any thread
 *     if (counts) {
 *         ...
 *         ipxe_shared_unlock(shared);
 *     }
 *
 * It begins as zeros. What lies in it has no pointers, for it is older than the
 * module's code after a restart; where that code wants another size, it begins
 * anew. Lifetime: the process's; only the handle that ipxe_shared_make gave is
 * to be fetched again in each generation. */
#ifndef IPXE_HTTPD_SHARED_H
#define IPXE_HTTPD_SHARED_H

#include <httpd.h>

typedef struct ipxe_shared_t ipxe_shared_t;

/* For a hook pre_config, whose value it returns: the directive Mutex knows the
 * name from here on. */
int ipxe_shared_register(const char *name, apr_pool_t *pconf);

/* In post_config, in the parent. What fails is left out: *shared then gives
 * nothing to lock, and the next restart tries again. */
apr_status_t ipxe_shared_make(ipxe_shared_t **shared, const char *name,
                              apr_size_t size, server_rec *s);

/* For the hook child_init. What fails leaves this child without. */
apr_status_t ipxe_shared_child(ipxe_shared_t *shared, apr_pool_t *pchild);

/* NULL, and nothing locked, where there is no memory (shared may be NULL) or it
 * cannot be locked. To be held for a few instructions. */
void *ipxe_shared_lock(ipxe_shared_t *shared);
void ipxe_shared_unlock(ipxe_shared_t *shared);

#endif
