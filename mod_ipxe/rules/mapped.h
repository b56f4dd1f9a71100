/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts of a compiled file (rules/image.h) as hosts of a rule set: with
 * the groups, profiles and menus of the set that uses them. Private to
 * rules/.
 *
 * A host is made when somebody asks for it, in the pool of who asks; its texts
 * lie in the file. What a set has of its own are the links of what hosts
 * share, a few for a million hosts. */
#ifndef IPXE_RULES_MAPPED_H
#define IPXE_RULES_MAPPED_H

#include "rules/image.h"

/* What hosts with the same list of groups share: ipxe_host_t's. */
typedef struct ipxe_group_lists_t {
    const apr_array_header_t *groups, *layers;
} ipxe_group_lists_t;

typedef struct ipxe_mapped_t {
    const ipxe_image_t *image;
    const ipxe_group_lists_t *lists;     /* by the number of a list */
    const ipxe_action_t *const *actions; /* by that of an action */
} ipxe_mapped_t;

/* Adds the hosts of an image to the set that is loaded; its lists are linked
 * later. */
void ipxe_mapped_load(ipxe_loader_t *loader, const ipxe_image_t *image);

/* A host, linked. */
const ipxe_host_t *ipxe_mapped_host(const ipxe_mapped_t *mapped, int number,
                                    apr_pool_t *pool);

/* Holds what was mapped against what is ignored, against groups, and against
 * the set's other hosts, as link_host.c does it with those that were read. */
void ipxe_mapped_check(ipxe_loader_t *loader);

/* The same against "no rule follows": the first host with an action of its
 * own, or NULL. */
const ipxe_host_t *ipxe_mapped_with_action(const ipxe_rules_t *rules,
                                           apr_pool_t *pool);

/* What the set has: array of const ipxe_mapped_t *, never NULL. */
const apr_array_header_t *ipxe_mapped_all(const ipxe_rules_t *rules);

#endif
