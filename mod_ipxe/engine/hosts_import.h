/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts as other systems keep them, read as hosts of rule files.
 *
 *     import.take = put_it;              gets {name: web01, mac: [...], ...}
 *     ipxe_import_read(&import, "csv", source);
 *
 * What a host is made of keeps its place in the source, so that what is wrong
 * with it is shown there. An entry of which no host can be made (a wildcard
 * for many machines, a group that selects none in particular) is an error and
 * counts as lost; nothing is dropped in silence but what says nothing of a
 * host (docs/hosts.md has what becomes of each member).
 *
 * | format    | is                                                          |
 * |-----------|-------------------------------------------------------------|
 * | yaml      | a rule file's `hosts`, or a list of hosts                   |
 * | csv       | a line of names, then one for each host                     |
 * | dnsmasq   | `dhcp-host=` of its configuration, or a --dhcp-hostsfile    |
 * | cobbler   | a system of its collections as JSON, or a list of systems   |
 * | matchbox  | a group as JSON                                             |
 * | warewulf  | nodes.conf                                                  |
 *
 * Trust: the operator's, and bounded as YAML is. One thread. */
#ifndef IPXE_ENGINE_HOSTS_IMPORT_H
#define IPXE_ENGINE_HOSTS_IMPORT_H

#include "engine/engine.h"
#include "yaml/tree.h"

typedef struct ipxe_import_t {
    /* Takes a host; `scratch` is cleared after it. */
    void (*take)(void *baton, const ipxe_yaml_t *host, apr_pool_t *scratch);
    void *baton;
    int lost; /* entries of which no host was made */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} ipxe_import_t;

/* The names of the formats, ended by NULL. */
extern const char *const ipxe_import_formats[];

/* The format that a source looks like; "yaml" where nothing tells. */
const char *ipxe_import_guess(const ipxe_source_t *source, apr_pool_t *pool);

/* Reads all of a source. APR_SUCCESS; APR_EGENERAL where the source cannot be
 * read to its end, which was added; APR_EINVAL: there is no such format. */
apr_status_t ipxe_import_read(ipxe_import_t *import, const char *format,
                              const ipxe_source_t *source);

#endif
