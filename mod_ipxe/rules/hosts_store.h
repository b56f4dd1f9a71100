/* SPDX-License-Identifier: Apache-2.0 */
/* A large fleet's hosts in an LMDB file: a provider of hosts
 * (rules/host_provider.h) that finds one among a million as fast as one among
 * ten, whose file all processes map, and whose edits (rules/hosts_edit.h) the
 * next request sees.
 *
 *     store = ipxe_host_store_make("/var/lib/mod_ipxe/db/hosts.mdb", pconf);
 *     ...                                         a child was born:
 *     ipxe_host_store_open(store, diags);
 *
 * In the file are three tables: `hosts` has the text of each by its name,
 * `keys` the names that stand under a letter for the fact (m, u, s, a) and
 * its value in lower case, `about` the version and how many keys of each fact
 * there are.
 *
 * Lifetime: the pool's; what is open is closed with it. An LMDB file
 * may be open once in a process and never across a fork: make a store for a
 * path once, and open it in the child. Threads: any number. Who reads writes
 * the lock file (PATH-lock) too: both belong to the server's user. A file that
 * was replaced is opened anew within a second. Trust: the operator's, by way
 * of ipxectl; the parent, which is root, looks at the header alone. */
#ifndef IPXE_RULES_HOSTS_STORE_H
#define IPXE_RULES_HOSTS_STORE_H

#include "rules/host_provider.h"

typedef struct ipxe_host_store_t ipxe_host_store_t;

/* Nothing is opened yet. The path is absolute. */
ipxe_host_store_t *ipxe_host_store_make(const char *path, apr_pool_t *pool);

const ipxe_host_provider_t *
ipxe_host_store_provider(const ipxe_host_store_t *store);

/* Is there a file that begins as LMDB's do? A few bytes are read, by no code
 * of LMDB. A failure has added its diagnostic. */
apr_status_t ipxe_host_store_check(const char *path, ipxe_diags_t *diags,
                                   apr_pool_t *pool);

/* Opens the file; else the first search does. A failure has added its
 * diagnostic, and later searches try again. */
apr_status_t ipxe_host_store_open(ipxe_host_store_t *store,
                                  ipxe_diags_t *diags);

#endif
