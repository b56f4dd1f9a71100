/* SPDX-License-Identifier: Apache-2.0 */
/* Published sets: the bytes of a rule set that loaded, in a folder of their
 * own, for other processes and for the next start.
 *
 *     sets/12-4f2a91c03b7e/manifest
 *     sets/12-4f2a91c03b7e/rules/001-10-site.yaml
 *     sets/12-4f2a91c03b7e/rules/002-20-hosts.yaml
 *     sets/12-4f2a91c03b7e/rules/002-20-hosts.yaml.compiled
 *     sets/12-4f2a91c03b7e/templates/preseed/base.seed
 *     sets/12-4f2a91c03b7e/named/001-root.hash
 *     sets/number
 *
 * The folder's name is the number and the hash of the set. It is there whole
 * or not at all: it is written beside and renamed. The manifest says which
 * live file each was, and the hash of all bytes, so that what was cut by a
 * lack of power is found out.
 *
 * Threads and processes: any may read; one at a time writes or cleans, and
 * has the lock of the folder (ipxe_published_lock). Trust: whoever loads the
 * rules has written them; files may hold secrets and are their owner's alone.
 */
#ifndef IPXE_ENGINE_PUBLISHED_H
#define IPXE_ENGINE_PUBLISHED_H

#include <apr_file_io.h>

#include "engine/engine.h"

typedef struct ipxe_published_t {
    apr_uint32_t number;
    const char *hash; /* 12 hex digits, as in the folder's name */
    const char *path; /* of the folder */
} ipxe_published_t;

/* The sets in a folder, the newest first: array of ipxe_published_t, empty
 * where there is none or no such folder. */
apr_array_header_t *ipxe_published_list(const char *folder, apr_pool_t *pool);

/* The one with that number, or NULL. */
const ipxe_published_t *ipxe_published_find(const char *folder,
                                            apr_uint32_t number,
                                            apr_pool_t *pool);

/* The greatest number so far: of a set, or one that was noted. 0: none. */
apr_uint32_t ipxe_published_last(const char *folder, apr_pool_t *pool);

/* Notes a number whose set is written later, so that nobody takes it again. */
void ipxe_published_note(const char *folder, apr_uint32_t number,
                         apr_pool_t *pool);

/* Writes a set under its number. A large file of hosts that the newest set has
 * too is linked to, not written. Of a set with more hosts than the settings'
 * compiled_hosts its kept files are compiled beside them (rules/kept.h), where
 * they can be. */
apr_status_t ipxe_published_write(const char *folder,
                                  const ipxe_snapshot_t *set,
                                  apr_pool_t *pool);

/* Loads a set from its folder, with its number; it is not checked again.
 * NULL: *why says what is wrong with it. Texts of settings must live as long
 * as pool. */
ipxe_snapshot_t *ipxe_published_load(const char **why,
                                     const ipxe_published_t *published,
                                     const ipxe_settings_t *settings,
                                     apr_pool_t *pool);

/* Nonzero where the folder has hosts compiled which the set, loaded from live
 * files, has in memory: who loads the folder in its place shares them. */
int ipxe_published_lighter(const ipxe_published_t *published,
                           const ipxe_snapshot_t *set, apr_pool_t *pool);

/* Removes all but the newest `keep`, and what a writer left that was killed.
 */
void ipxe_published_clean(const char *folder, int keep, apr_pool_t *pool);

/* Waits for the folder's lock, which ends with the file (apr_file_close, or
 * the process). The folder is made where only it is missing. */
apr_status_t ipxe_published_lock(apr_file_t **lock, const char *folder,
                                 apr_pool_t *pool);

#endif
