/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern: what a value of a `when` is compared with.
 *
 *     serial: "QC-*"                a glob over the whole value
 *     product: /PowerEdge R[67]/i   a regular expression, anywhere in it
 *     ip: 10.0.1.0/24               a network, a range a-b, an address
 *     mac: 52:54:00                 any spelling, a vendor's prefix, a glob
 *     memsize: ">= 65536"           a number; `version` by order of releases
 *     asset: ~                      absent
 *
 * Compiled at load, immutable; any thread may match with it. The pattern is
 * the operator's, the text the network's. */
#ifndef IPXE_RULES_PATTERN_H
#define IPXE_RULES_PATTERN_H

#include "base/diag.h"
#include "machine/machine.h"
#include "yaml/tree.h"

typedef struct ipxe_pattern_t ipxe_pattern_t;

/* What a pattern is for. */
typedef struct ipxe_subject_t {
    const char *name;      /* "serial", "args.rack": for messages */
    ipxe_fact_kind_e kind; /* which forms it takes */
    int numbers;           /* comparisons of numbers are taken for a text */
} ipxe_subject_t;

/* The pattern of a scalar or a null; NULL where errors were added. */
const ipxe_pattern_t *ipxe_pattern_compile(const ipxe_yaml_t *node,
                                           const ipxe_subject_t *subject,
                                           ipxe_diags_t *diags,
                                           apr_pool_t *pool);

/* Does it match a text in normal form (NULL: absent)? A failure is a regular
 * expression's limit; its diagnostic was added. */
apr_status_t ipxe_pattern_matches(int *matches, const ipxe_pattern_t *pattern,
                                  const char *text, ipxe_diags_t *diags);

/* As the operator wrote it, in quotes; "absent" for a null. */
const char *ipxe_pattern_shown(const ipxe_pattern_t *pattern, apr_pool_t *pool);

/* Nonzero where it is a plain name: a glob without a wildcard. */
int ipxe_pattern_plain(const ipxe_pattern_t *pattern, const char **name);

/* Where a pattern matches one text alone, and cannot fail: that text, folded
 * as below; else NULL. */
const char *ipxe_pattern_exact(const ipxe_pattern_t *pattern, apr_pool_t *pool);

/* A machine's text of a kind, folded: two that a pattern of ipxe_pattern_exact
 * cannot tell apart become equal bytes. NULL where no such pattern matches. */
const char *ipxe_pattern_fold(ipxe_fact_kind_e kind, const char *text,
                              apr_pool_t *pool);

/* Of two patterns of one name: nonzero where it is certain that every text
 * that `narrow` matches (and its absence) is matched by `wide`; where it is
 * certain that no text is matched by both. */
int ipxe_pattern_covers(const ipxe_pattern_t *wide,
                        const ipxe_pattern_t *narrow);
int ipxe_pattern_apart(const ipxe_pattern_t *a, const ipxe_pattern_t *b);

/* Nonzero where asking may fail, as a regular expression does at its limit. */
int ipxe_pattern_may_fail(const ipxe_pattern_t *pattern);

ipxe_span_t ipxe_pattern_span(const ipxe_pattern_t *pattern);

#endif
