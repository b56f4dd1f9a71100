/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder and the secret in it.
 *
 *     ipxe-state/           root's, 0755: IPXEStateDir
 *     ipxe-state/secret     root's, 0600: keys of tickets, one a line
 *     ipxe-state/sets/      the server's user, 0700: published rule sets
 *     ipxe-state/db/        the server's user, 0700: the state (state.h)
 *
 * All are made by the parent, before it gives up root's rights. The parent
 * follows no symbolic link there and takes no folder that others may write
 * to: what root reads nobody else has chosen. What lies in `sets` and `db` it
 * does not read. */
#ifndef IPXE_HTTPD_STATE_DIR_H
#define IPXE_HTTPD_STATE_DIR_H

#include "httpd/serving.h"

/* Reads a file of keys. NULL: *why says what is wrong with it. */
ipxe_keys_t *ipxe_secret_read(const char **why, const char *path,
                              apr_pool_t *pool);

/* What an operator should know of a file of keys that works: who else may read
 * it. NULL where nothing. */
const char *ipxe_secret_doubt(const char *path);

/* The keys that a server signs with: IPXESecret's, else those of the state
 * folder, which is made where it is not there yet. NULL: *why is a whole
 * sentence for the log. */
ipxe_keys_t *ipxe_state_keys(const char **why, const ipxe_serving_t *serving,
                             apr_pool_t *pool);

/* What will keep a start from using or making the state folder, as far as it
 * can be seen without touching it. NULL where nothing. */
const char *ipxe_state_dir_doubt(const char *path, apr_pool_t *pool);

/* Makes a folder of the server's user ("sets", "db"), and the state folder
 * where it is not there yet. NULL, or what is wrong. */
const char *ipxe_state_folder(const ipxe_serving_t *serving, const char *name,
                              apr_pool_t *pool);

/* Keys that last until the next restart, for a server that must go on. */
ipxe_keys_t *ipxe_state_passing_keys(apr_pool_t *pool);

#endif
