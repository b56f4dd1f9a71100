/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule set reads of machines: which facts and arguments a ticket must
 * carry, and which a check's sample machine must have. */
#ifndef IPXE_RULES_USES_H
#define IPXE_RULES_USES_H

#include "rules/decide.h"

/* Every fact and every `args` name that a condition, a text of a rule file
 * or a template asked for so far reads, with the facts by which hosts are
 * found where the set has hosts. *args: array of const char *, sorted, none
 * twice; "*" stands in it where all are read ({{ args }}). */
void ipxe_rules_uses(ipxe_facts_t *facts, apr_array_header_t **args,
                     const ipxe_rules_t *rules, apr_pool_t *pool);

/* Adds what the values of a host's own variables read of the machine: of a
 * host of a database the set does not know it. */
void ipxe_host_uses(ipxe_facts_t *facts, apr_array_header_t *args,
                    const ipxe_host_t *host);

/* The variables that items ask for and a text, a condition or a template
 * reads: array of const char *, none twice. */
apr_array_header_t *ipxe_rules_asks(const ipxe_rules_t *rules,
                                    apr_pool_t *pool);

/* The facts without which a condition cannot hold: those that a mapping's
 * keys ask to be there, and those named in an expression. NULL: none. */
ipxe_facts_t ipxe_cond_facts(const ipxe_cond_t *cond);

/* The names of `args` likewise, added to an array of const char *. */
void ipxe_cond_args(apr_array_header_t *names, const ipxe_cond_t *cond);

/* Nonzero where the condition can hold for known hosts alone. */
int ipxe_cond_wants_host(const ipxe_cond_t *cond);

/* Nonzero where the condition may hold for a machine with this one's
 * platform, arch, cpu and, where `host` is not NULL, that host, whatever its
 * other facts are. */
int ipxe_cond_allows(const ipxe_cond_t *cond, const ipxe_machine_t *machine,
                     const ipxe_host_t *host);

/* The decision as if `rule` decided for this machine, which is `host` (NULL:
 * an unknown one), its `when` not asked: with the variables of every earlier
 * rule that sets and has no condition, and a `follow` followed. For checks at
 * load. *decision is NULL where there is nothing to follow. */
apr_status_t
ipxe_decision_suppose(ipxe_decision_t **decision, const ipxe_rules_t *rules,
                      const ipxe_rule_t *rule, const ipxe_host_t *host,
                      const ipxe_machine_t *machine, const ipxe_world_t *world,
                      ipxe_diags_t *diags, apr_pool_t *pool);

#endif
