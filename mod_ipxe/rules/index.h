/* SPDX-License-Identifier: Apache-2.0 */
/* The index: which rules a machine need not be asked about.
 *
 *     - { name: a, when: { platform: efi, serial: QC-1 }, boot: burnin }
 *
 * cannot hold for a machine with another serial, so it is found under the
 * exact key "serial qc-1", and a machine is asked only about the rules under
 * its own keys and about those that have none. Of the keys of a rule the one
 * that the fewest rules share is taken.
 *
 * Going by the index gives the very decision that going through all rules
 * gives, its untold facts and its failures too. Therefore a rule has no key
 * behind a condition that may fail; and where a machine did not tell a fact
 * that rules under keys ask for, one of each shape of them is tried until the
 * fact is noted.
 *
 * Made at load, immutable, lives in the pool of the set; any thread may read
 * it. Private to rules/. */
#ifndef IPXE_RULES_INDEX_H
#define IPXE_RULES_INDEX_H

#include "rules/model.h"
#include "rules/scope.h"

/* The index of the set's rules. */
const ipxe_index_t *ipxe_index_make(const ipxe_rules_t *rules,
                                    apr_pool_t *pool);

/* The rules to try for the machine of a scope, whose host is known already. */
typedef struct ipxe_candidates_t {
    const ipxe_scope_t *scope;
    apr_array_header_t *lists; /* private */
    int last;                  /* the rule given last; -1: none yet */
} ipxe_candidates_t;

/* Begins the search. The index and the scope must outlive it. */
void ipxe_index_ask(ipxe_candidates_t *candidates, const ipxe_index_t *index,
                    const ipxe_scope_t *scope);

/* The next rule's number, in the order of the rules; -1 after the last. The
 * one given before must have been tried. */
int ipxe_index_next(ipxe_candidates_t *candidates);

#endif
