/* SPDX-License-Identifier: Apache-2.0 */
/* Where hosts are looked for beside rule files, as IPXEHosts says it; and
 * what those who write a fleet's file need (rules/hosts_edit.h).
 *
 *     { "lmdb:/var/lib/mod_ipxe/db/hosts.mdb", "yaml:/etc/ipxe/hosts" }
 *
 * Providers are asked in this order, and the first that finds a host has the
 * word. "yaml:PATH" adds to the rule files, and its first stands for the
 * place of all hosts in YAML; where there is none they come first. */
#ifndef IPXE_ENGINE_HOSTS_H
#define IPXE_ENGINE_HOSTS_H

#include "engine/engine.h"
#include "rules/hosts_edit.h"
#include "rules/hosts_record.h"
#include "rules/hosts_store.h"

#define IPXE_HOSTS_YAML "yaml"
#define IPXE_HOSTS_LMDB "lmdb"
#define IPXE_HOSTS_DBD  "dbd"

/* What is behind "lmdb:PATH", or NULL where the text says another. */
const char *ipxe_hosts_lmdb(const char *spec);

/* The provider of a text of another kind ("dbd:hosts"), or NULL. */
typedef const ipxe_host_provider_t *ipxe_hosts_other_fn(void *baton,
                                                        const char *spec);

/* The files that are open, or to be: one store for each path. */
typedef struct ipxe_hosts_t ipxe_hosts_t;
struct ipxe_hosts_t {
    apr_array_header_t *stores; /* of ipxe_host_store_t * */
    apr_array_header_t *paths;  /* of const char *, one for each */
    ipxe_hosts_other_fn *other; /* or NULL */
    void *baton;
};

ipxe_hosts_t *ipxe_hosts_make(apr_pool_t *pool);

/* Sets `hosts` and `providers` of the settings, and adds what "yaml:PATH"
 * names to `rules`. specs: array of const char *, or NULL. */
void ipxe_hosts_apply(ipxe_settings_t *settings,
                      const apr_array_header_t *specs, ipxe_hosts_t *hosts,
                      apr_pool_t *pool);

/* The host of that name, in rule files or databases; NULL where there is none
 * or it cannot be read. */
const ipxe_host_t *ipxe_hosts_named(const ipxe_rules_t *rules,
                                    const char *name, apr_pool_t *pool);

#endif
