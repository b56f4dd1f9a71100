/* SPDX-License-Identifier: Apache-2.0 */
/* A few large arrays by name, in an LMDB file that nobody changes once it is
 * written: every process that opens it maps the same pages. Private to
 * rules/.
 *
 *     ipxe_array_t all[] = {{"records", records, size}, {"texts", ...}};
 *
 *     rv = ipxe_arrays_write(path, all, 2, pool);
 *     ...                                          in another process:
 *     rv = ipxe_arrays_open(&arrays, path, pool);
 *     records = ipxe_arrays_get(arrays, "records", size);
 *
 * There is no lock file, for there is no writer: a file is replaced by
 * another, and who has it open keeps the old one.
 *
 * Lifetime: what is opened is closed with its pool. Threads: any number may
 * read. Trust: whoever loads rules has written it. */
#ifndef IPXE_RULES_ARRAYS_H
#define IPXE_RULES_ARRAYS_H

#include <apr_pools.h>

typedef struct ipxe_arrays_t ipxe_arrays_t;

typedef struct ipxe_array_t {
    const char *name;
    const void *data;
    apr_size_t size; /* bytes; below 4 GiB */
} ipxe_array_t;

/* Writes a new file and waits until the disk has it. What the system says, or
 * APR_EGENERAL. */
apr_status_t ipxe_arrays_write(const char *path, const ipxe_array_t *all,
                               int count, apr_pool_t *pool);

apr_status_t ipxe_arrays_open(ipxe_arrays_t **arrays, const char *path,
                              apr_pool_t *pool);

/* The array, aligned for any type, good as long as the arrays are open. NULL
 * where there is none of that name, or one of fewer bytes. */
const void *ipxe_arrays_get(const ipxe_arrays_t *arrays, const char *name,
                            apr_size_t size);

#endif
