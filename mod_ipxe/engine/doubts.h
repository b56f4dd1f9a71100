/* SPDX-License-Identifier: Apache-2.0 */
/* What works and is perhaps not meant: for `ipxectl check`.
 *
 *     rules/90-rules.yaml:14:5: warning: the rule 'lab' is never reached
 *     [unreachable-rule]
 *
 * Warnings alone are added: rules that can never decide, profiles, menus,
 * groups, hosts and templates that nothing uses, words of command lines and
 * lines of answer files that their readers do not take so, and files that
 * profiles name and the DocumentRoot (where the settings have one) lacks. */
#ifndef IPXE_ENGINE_DOUBTS_H
#define IPXE_ENGINE_DOUBTS_H

#include "engine/engine.h"

void ipxe_snapshot_doubt(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                         apr_pool_t *pool);

#endif
