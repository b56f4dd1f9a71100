/* SPDX-License-Identifier: Apache-2.0 */
/* Near misses: which host a machine almost is, which rule is almost for it.
 *
 *     mac 52:54:00:12:34:57 differs in the last octet from host 'web01'
 *     rule 'burn-in' fails on one condition alone: serial is 'X1', not 'QC-*'
 *
 * Hosts are looked up under the keys that a slip of the pen, a swapped digit
 * or another firmware makes of the machine's own: some thousand looks into a
 * table, whatever the number of hosts. Rules are gone through once, each until
 * its second condition fails, and no more than IPXE_MAX_NEAR_RULES. For people
 * who ask why; never on the way of a boot. */
#ifndef IPXE_RULES_NEAR_H
#define IPXE_RULES_NEAR_H

#include "rules/decide.h"

typedef struct ipxe_near_t {
    const ipxe_host_t *host; /* that the machine almost is; or NULL, and */
    const ipxe_rule_t *rule; /* the rule that is almost for it */
    ipxe_span_t span;        /* of the host; of the condition that failed */
    const char *text;        /* a sentence without a full stop */
} ipxe_near_t;

/* Hosts first, then rules, the nearest first: array of ipxe_near_t. Hosts are
 * looked for where the machine is none; rules where none decides, or one that
 * has no condition. Databases of other kinds than LMDB are not asked. */
apr_array_header_t *ipxe_decision_near(const ipxe_decision_t *decision,
                                       apr_pool_t *pool);

/* Private to rules/: the hosts of these (near_host.c). */
void ipxe_near_hosts(apr_array_header_t *found, const ipxe_rules_t *rules,
                     const ipxe_machine_t *machine, apr_pool_t *pool);

#endif
