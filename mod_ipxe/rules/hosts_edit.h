/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a fleet's hosts (rules/hosts_store.h): one transaction for as many
 * hosts as the caller likes, seen by all who read once it is committed.
 *
 *     ipxe_host_edit_begin(&edit, path, diags, pool);
 *     ipxe_host_edit_put(edit, host, text, len, diags);
 *     ipxe_host_edit_commit(edit, diags);
 *
 * One writer at a time: another waits in the begin. A process that edits a
 * file opens it by this alone. One thread. */
#ifndef IPXE_RULES_HOSTS_EDIT_H
#define IPXE_RULES_HOSTS_EDIT_H

#include "rules/model.h"

typedef struct ipxe_host_edit_t ipxe_host_edit_t;

/* Begins; a file that is not there is made (0660, less the umask), and so is
 * its lock. Ended with the pool, if not before, and then nothing is written.
 * A failure has added its diagnostic. */
apr_status_t ipxe_host_edit_begin(ipxe_host_edit_t **edit, const char *path,
                                  ipxe_diags_t *diags, apr_pool_t *pool);

/* Adds the host, or gives it other keys and another text. The text is what
 * ipxe_host_write makes of it. Where another host has one of its keys nothing
 * is changed, and the error names both. */
apr_status_t ipxe_host_edit_put(ipxe_host_edit_t *edit, const ipxe_host_t *host,
                                const char *text, apr_size_t len,
                                ipxe_diags_t *diags);

/* The text of a host; NULL where there is none of that name. */
apr_status_t ipxe_host_edit_get(const ipxe_source_t **text,
                                ipxe_host_edit_t *edit, const char *name,
                                ipxe_diags_t *diags, apr_pool_t *pool);

/* Takes a host away; *found is 0 where there was none. */
apr_status_t ipxe_host_edit_remove(int *found, ipxe_host_edit_t *edit,
                                   const char *name, ipxe_diags_t *diags);

/* Writes what was done; the edit is over, whatever comes of it. */
apr_status_t ipxe_host_edit_commit(ipxe_host_edit_t *edit, ipxe_diags_t *diags);

#endif
