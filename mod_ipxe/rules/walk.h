/* SPDX-License-Identifier: Apache-2.0 */
/* The one walk through the rules, of decisions and of their why. */
#ifndef IPXE_RULES_WALK_H
#define IPXE_RULES_WALK_H

#include "rules/decide.h"
#include "rules/hosts.h"
#include "rules/scope.h"

typedef struct ipxe_walk_t {
    ipxe_scope_t *scope;
    const ipxe_rule_t *rule;     /* that decided, or NULL */
    const ipxe_group_t *group;   /* whose action it follows, or NULL */
    apr_array_header_t *matched; /* of const ipxe_rule_t *, with a `set` */
    apr_array_header_t *steps;   /* of ipxe_step_t, filled; or NULL */
    ipxe_diags_t *diags;
} ipxe_walk_t;

/* Goes through the rules until one decides: all of them where steps are kept,
 * else by the index. A failure's diagnostic was added. */
apr_status_t ipxe_walk(ipxe_walk_t *walk);

/* The action that a host follows, and the group that it comes from (NULL:
 * its own); NULL where there is none. */
const ipxe_action_t *ipxe_walk_followed(const ipxe_group_t **group,
                                        const ipxe_host_t *host);

/* "rule 'console of rack A'" */
const char *ipxe_walk_label(const ipxe_rule_t *rule, apr_pool_t *pool);

/* A scope with the machine's host in it, and what was found of it. A failure
 * has added its diagnostic. */
apr_status_t ipxe_walk_scope(ipxe_scope_t **scope, ipxe_found_t *found,
                             const ipxe_rules_t *rules,
                             const ipxe_machine_t *machine,
                             const ipxe_world_t *world, ipxe_diags_t *diags,
                             apr_pool_t *pool);

#endif
