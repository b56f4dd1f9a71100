/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that are kept outside of rule files: one small table of functions for
 * each kind of database (rules/hosts_store.h, engine/hosts_rows.h).
 *
 * A provider knows texts, not hosts: what it hands out for a host is the
 * mapping that would stand in a rule file,
 *
 *     {"name": "web01", "mac": ["52:54:00:12:34:56"], "groups": ["web"],
 *      "vars": {"address": "10.0.0.21"}, "boot": "rocky-9"}
 *
 * and rules/hosts_record.h makes a host of it, linked to the groups, profiles
 * and menus of the set that asks. So an edit is seen by the next request, and
 * a set need not be loaded again for it.
 *
 * Lifetime: a provider outlives all sets that name it. Threads: its functions
 * are called by any number at once. Trust: the operator wrote the hosts. */
#ifndef IPXE_RULES_HOST_PROVIDER_H
#define IPXE_RULES_HOST_PROVIDER_H

#include "base/diag.h"
#include "machine/machine.h"

/* By what hosts are told; the manufacturer goes with the serial. */
#define IPXE_HOST_FACTS                                                        \
    (IPXE_FACT_BIT(IPXE_FACT_MAC) | IPXE_FACT_BIT(IPXE_FACT_UUID) |            \
     IPXE_FACT_BIT(IPXE_FACT_SERIAL) | IPXE_FACT_BIT(IPXE_FACT_ASSET) |        \
     IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER))

/* What a host is looked up by: MAC, UUID, SERIAL or ASSET, in normal form. */
typedef struct ipxe_host_key_t {
    ipxe_fact_e fact;
    const char *value;
} ipxe_host_key_t;

/* A host that was found. */
typedef struct ipxe_host_hit_t {
    ipxe_fact_e fact; /* of the key that found it */
    const char *name;
    const ipxe_source_t *text;
} ipxe_host_hit_t;

/* One of all hosts; `scratch` is cleared after it. A failure ends the walk. */
typedef apr_status_t ipxe_host_each_fn(void *baton, const char *name,
                                       const ipxe_source_t *text,
                                       apr_pool_t *scratch);

typedef struct ipxe_host_provider_t {
    const char *name; /* as in IPXEHosts: "lmdb:/var/lib/.../hosts.mdb" */

    /* Adds every host that stands under one of the keys to `hits`, in the
     * order of the keys; nothing where there is none. A failure (the database
     * cannot be read) has added its diagnostic. */
    apr_status_t (*find)(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *keys, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool);

    /* By which facts its hosts are told now, MANUFACTURER among them where
     * one is told by serial and manufacturer. */
    apr_status_t (*facts)(ipxe_facts_t *facts, void *baton, ipxe_diags_t *diags,
                          apr_pool_t *pool);

    /* The text of a host by its name; NULL where there is none. */
    apr_status_t (*get)(const ipxe_source_t **text, void *baton,
                        const char *name, ipxe_diags_t *diags,
                        apr_pool_t *pool);

    /* Every host, by name. */
    apr_status_t (*each)(void *baton, ipxe_host_each_fn *each, void *for_each,
                         ipxe_diags_t *diags, apr_pool_t *pool);
    void *baton;
} ipxe_host_provider_t;

#endif
