/* SPDX-License-Identifier: Apache-2.0 */
/* The outcome of `ipxectl test`, and the forms in which it is printed.
 *
 *     ok 1 - a burn-in machine gets the memory test
 *     not ok 2 - rocky gets its kickstart
 *     # rules/site.test.yaml:9: profile is 'rocky-9', not 'rocky-10'
 *     1..2
 *
 * One thread; texts live in the run's pool. */
#ifndef IPXE_CTL_TEST_REPORT_H
#define IPXE_CTL_TEST_REPORT_H

#include "ctl/ctl.h"
#include "engine/tests.h"

/* One test's. */
typedef struct ipxe_outcome_t {
    const char *file;
    const char *name;
    ipxe_span_t span;
    const apr_array_header_t *failures; /* of ipxe_test_failure_t */
    apr_time_t took;                    /* microseconds */
} ipxe_outcome_t;

typedef struct ipxe_test_report_t {
    apr_array_header_t *outcomes;  /* of ipxe_outcome_t, file by file */
    int failed;                    /* how many of them have failures */
    apr_array_header_t *unreached; /* of const ipxe_rule_t *; NULL where
                                      nobody asked */
    int rules;                     /* how many there are */
    apr_pool_t *pool;
} ipxe_test_report_t;

/* Prints to stdout in the form "text", "tap", "junit" or "json". */
void ipxe_report_print(const ipxe_test_report_t *report, const char *format);

#endif
