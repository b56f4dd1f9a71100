/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that can never decide: because of an earlier one, or because their
 * own conditions contradict each other.
 *
 *     - { name: lab, when: { serial: "QC-*" }, local: true }
 *     - { name: one, when: { serial: QC-7, platform: efi }, boot: burnin }
 *
 * Said is what is certain: of expressions and regular expressions nothing is
 * known but that equal ones say the same. */
#ifndef IPXE_RULES_COVER_H
#define IPXE_RULES_COVER_H

#include "rules/cond.h"

/* Says which rules can never be reached, or never hold; the `when` of
 * profiles and of menus' items likewise. Its time grows with the rules, but
 * for those without an exact key, of which it compares no more than
 * IPXE_MAX_COVER_TESTS. */
void ipxe_rules_cover(const ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool);

#endif
