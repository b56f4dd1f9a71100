/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions (PCRE2, as httpd's) with bounds: a pattern is compiled
 * once, a match takes at most IPXE_MAX_REGEX_STEPS steps on a subject of at
 * most IPXE_MAX_REGEX_SUBJECT bytes. Past a bound it is an error, never "no
 * match".
 *
 *     ipxe_regex_t *regex = ipxe_regex_compile("^R[67]40", 0, span, diags,
 *                                              pool);
 *     status = ipxe_regex_match(regex, value, strlen(value), 0, NULL);
 *
 * A compiled pattern is immutable and lives as long as its pool; any thread
 * may match with it. Patterns are the operator's, subjects anybody's. */
#ifndef IPXE_TEMPLATE_REGEX_H
#define IPXE_TEMPLATE_REGEX_H

#include "base/diag.h"

typedef struct ipxe_regex_t ipxe_regex_t; /* opaque */

enum {
    IPXE_REGEX_CASELESS = 1,
    IPXE_REGEX_ANCHORED = 2, /* matches at the subject's begin alone */
    IPXE_REGEX_MULTILINE = 4
};

#define IPXE_REGEX_GROUPS 20

/* Where a match and its groups stand: bytes from begin[i] to end[i] of the
 * subject, group 0 the whole; begin -1: the group took no part. */
typedef struct ipxe_regex_groups_t {
    int count;
    int begin[IPXE_REGEX_GROUPS], end[IPXE_REGEX_GROUPS];
} ipxe_regex_groups_t;

typedef enum ipxe_regex_e {
    IPXE_REGEX_NO,
    IPXE_REGEX_YES,
    IPXE_REGEX_TOO_LONG, /* the subject */
    IPXE_REGEX_TOO_HARD  /* more steps than it may take */
} ipxe_regex_e;

/* NULL with a diagnostic at `span` where the pattern is not well-formed. */
ipxe_regex_t *ipxe_regex_compile(const char *pattern, unsigned flags,
                                 ipxe_span_t span, ipxe_diags_t *diags,
                                 apr_pool_t *pool);

/* Searches from byte `from` of the subject. groups may be NULL. */
ipxe_regex_e ipxe_regex_match(const ipxe_regex_t *regex, const char *subject,
                              apr_size_t len, apr_size_t from,
                              ipxe_regex_groups_t *groups);

/* What TOO_LONG and TOO_HARD mean, for a message. */
const char *ipxe_regex_problem(ipxe_regex_e status);

/* Number of a named group; -1: there is none. */
int ipxe_regex_group(const ipxe_regex_t *regex, const char *name);

#endif
