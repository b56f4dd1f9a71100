/* SPDX-License-Identifier: Apache-2.0 */
/* Known machines by what they say of themselves. */
#ifndef IPXE_RULES_HOSTS_H
#define IPXE_RULES_HOSTS_H

#include "rules/model.h"

/* Makes the keys of rules->hosts; two hosts that claim one are an error. */
void ipxe_hosts_index(ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool);

/* Nonzero where there are hosts beside those of the files. */
int ipxe_hosts_elsewhere(const ipxe_rules_t *rules);

/* What was found of a machine. */
typedef struct ipxe_found_t {
    const ipxe_host_t *host;           /* or NULL */
    const ipxe_host_t *first, *second; /* where two keys find two hosts, and
                                          the machine is neither; or NULL */
    ipxe_facts_t untold; /* where host is NULL: facts by which hosts are found,
                            and which this machine did not tell */
} ipxe_found_t;

/* The machine's host: by the booting card, the other cards, uuid, serial
 * (with manufacturer, where the host has one), asset. Providers are asked in
 * their order, and the first that knows one of the machine's keys has the
 * word. A failure (a database cannot be read, a host in it names what the set
 * does not have) has added its diagnostic. */
apr_status_t ipxe_hosts_find(ipxe_found_t *found, const ipxe_rules_t *rules,
                             const ipxe_machine_t *machine, ipxe_diags_t *diags,
                             apr_pool_t *pool);

/* ---- Those of the rule files ---- */

/* How many there are. */
int ipxe_hosts_count(const ipxe_rules_t *rules);

/* The first that claims the value, in normal form, of a fact by which hosts
 * are found; its manufacturer is not asked. NULL: none. */
const ipxe_host_t *ipxe_hosts_under(const ipxe_rules_t *rules, ipxe_fact_e fact,
                                    const char *value, apr_pool_t *pool);

/* The one of that name, or NULL. */
const ipxe_host_t *ipxe_hosts_called(const ipxe_rules_t *rules,
                                     const char *name, apr_pool_t *pool);

/* Each of them; `scratch`, in which the host may lie (its texts do not), is
 * cleared after it. Nonzero: no more. */
typedef int ipxe_hosts_each_fn(void *baton, const ipxe_host_t *host,
                               apr_pool_t *scratch);
void ipxe_hosts_each(const ipxe_rules_t *rules, ipxe_hosts_each_fn *each,
                     void *baton, apr_pool_t *pool);

/* Private to rules/: adds an error for each key of the host that one of a
 * compiled file has, too. */
struct ipxe_mapped_t;
void ipxe_hosts_against(const struct ipxe_mapped_t *mapped,
                        const ipxe_host_t *host, ipxe_diags_t *diags,
                        apr_pool_t *scratch);

#endif
