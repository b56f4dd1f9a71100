/* SPDX-License-Identifier: Apache-2.0 */
/* What the state folder remembers of its database, in a file of one line:
 *
 *     IDENTITY SERIAL ok|doubtful
 *
 * A database with another identity, or with a lower serial, is not the one
 * that was there: it is new, restored, or another's. */
#ifndef IPXE_STATE_IDENTITY_H
#define IPXE_STATE_IDENTITY_H

#include <apr_pools.h>

typedef enum ipxe_memory_e {
    IPXE_MEMORY_NONE, /* no file: nothing was there before */
    IPXE_MEMORY_GOOD,
    IPXE_MEMORY_DOUBTFUL, /* it waits to be accepted */
    IPXE_MEMORY_BROKEN    /* not to be read: as bad as another's */
} ipxe_memory_e;

typedef struct ipxe_identity_t {
    ipxe_memory_e memory;
    char name[33]; /* 32 hexadecimal digits */
    apr_int64_t serial;
} ipxe_identity_t;

void ipxe_identity_read(ipxe_identity_t *identity, const char *file,
                        apr_pool_t *pool);

/* Writes it; on the disk when it returns, unless only the serial has grown.
 * Unless accept, a file of another
 * database is left as it is, the serial only grows, and what is doubtful stays
 * so. */
apr_status_t ipxe_identity_write(const ipxe_identity_t *identity,
                                 const char *file, int accept,
                                 apr_pool_t *pool);

#endif
