/* SPDX-License-Identifier: Apache-2.0 */
/* Known machines by what they say of themselves. */
#ifndef IPXE_RULES_HOSTS_H
#define IPXE_RULES_HOSTS_H

#include "rules/model.h"

/* Makes the keys of rules->hosts; two hosts that claim one are an error. */
void ipxe_hosts_index(ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool);

/* The machine's host: by the booting card, the other cards, uuid, serial
 * (with manufacturer, where the host has one), asset. NULL: none; where two
 * keys find two hosts, *first and *second are set and the machine is neither.
 * *untold: facts by which hosts of the set are found, and which this machine
 * did not tell. */
const ipxe_host_t *
ipxe_hosts_find(const ipxe_host_t **first, const ipxe_host_t **second,
                ipxe_facts_t *untold, const ipxe_rules_t *rules,
                const ipxe_machine_t *machine);

#endif
