/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that do not exist, for which everything is rendered at load.
 * Private to the engine. */
#ifndef IPXE_ENGINE_SAMPLE_H
#define IPXE_ENGINE_SAMPLE_H

#include "engine/engine.h"

/* A platform with its processor. */
typedef struct ipxe_sample_t {
    const char *platform, *arch, *cpu64; /* cpu64 may be NULL */
} ipxe_sample_t;

#define IPXE_SAMPLE_KINDS 3
extern const ipxe_sample_t ipxe_samples[IPXE_SAMPLE_KINDS];

/* A machine of that kind with the facts that a rule's condition asks for, or
 * where `full` with all, and what of a query tickets of the set carry. */
ipxe_machine_t *ipxe_sample_make(const ipxe_snapshot_t *set,
                                 const ipxe_rule_t *rule,
                                 const ipxe_sample_t *kind, int full,
                                 apr_pool_t *pool);

/* Does the path say something of such a machine? */
int ipxe_sample_says(const char *path);

#endif
