/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of patterns: PCRE2, with bounds on what is matched and
 * for how long (base/limits.h). */
#ifndef IPXE_RULES_REGEX_H
#define IPXE_RULES_REGEX_H

#include <apr_pools.h>

typedef struct ipxe_regex_t ipxe_regex_t;

/* NULL: *fault says why, *at where (bytes). Its memory goes with the pool. */
const ipxe_regex_t *ipxe_regex_compile(const char *text, int any_case,
                                       const char **fault, apr_size_t *at,
                                       apr_pool_t *pool);

/* APR_SUCCESS; APR_ENOSPC past a bound. Any thread. */
apr_status_t ipxe_regex_matches(int *matches, const ipxe_regex_t *regex,
                                const char *text);

#endif
