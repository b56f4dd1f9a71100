/* SPDX-License-Identifier: Apache-2.0 */
/* Checks at load of what installs: that it says when it is done, and that a
 * state is kept where one is needed. Private to the engine. */
#ifndef IPXE_ENGINE_CHECK_INSTALL_H
#define IPXE_ENGINE_CHECK_INSTALL_H

#include "engine/engine.h"

/* Does any answer file of each profile that installs call
 * report('installed')? An error where none does, unless the profile or its
 * family says `report: none`. What others extend need not be whole, unless it
 * stands among the profiles (by name) that samples reached. */
void ipxe_check_reports(const ipxe_rules_t *rules, apr_hash_t *reached,
                        ipxe_diags_t *diags, apr_pool_t *pool);

/* Without a state a decision installs by a rule with `reinstall: always`
 * alone: an error otherwise. */
void ipxe_check_stateless(const ipxe_snapshot_t *set,
                          const ipxe_decision_t *decision, ipxe_diags_t *diags);

#endif
