/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rules: examples of machines, and what each must get.
 *
 *     ipxe: 1
 *     tests:
 *       - name: a burn-in machine gets the memory test
 *         given: { mac: 52:54:00:aa:bb:cc, platform: efi, serial: QC-0001 }
 *         expect: { rule: burn-in line, action: boot, profile: burnin }
 *
 * A test is asked through ipxe_engine_answer like any machine, one that was
 * asked for everything: a fact that is not given is absent, never not told.
 * Without `at` it is noon of a Wednesday. Nothing is signed or counted.
 *
 * Lifetime: the pool's; tests hold on to their source and set. Threads: a
 * test that was read is immutable. Trust: the operator's text. */
#ifndef IPXE_ENGINE_TESTS_H
#define IPXE_ENGINE_TESTS_H

#include "engine/engine.h"
#include "yaml/tree.h"

/* What is expected to be one certain name. */
typedef enum ipxe_expected_e {
    IPXE_EXPECTED_RULE,
    IPXE_EXPECTED_ACTION, /* the followed one: "boot", "menu", ... */
    IPXE_EXPECTED_PROFILE,
    IPXE_EXPECTED_MENU,
    IPXE_EXPECTED_HOST,
    IPXE_EXPECTED_COUNT
} ipxe_expected_e;

/* "rule": its key, and what it is called in messages. */
const char *ipxe_expected_name(ipxe_expected_e kind);

/* An `expect`, or the `not` in one. */
typedef struct ipxe_expect_t {
    /* A scalar; a null: there is none; NULL: whatever it is. */
    const ipxe_yaml_t *names[IPXE_EXPECTED_COUNT];
    const apr_array_header_t *items;  /* of const ipxe_yaml_t *: exactly these
                                         in this order; in a `not`: none of
                                         these; or NULL */
    const apr_array_header_t *script; /* likewise: each stands in the script */
    const apr_array_header_t *text;   /* ... in what the console is told */
    const ipxe_yaml_t *vars;          /* a mapping of scalars, or NULL */
    const ipxe_yaml_t *answers;       /* file -> what stands in it, or NULL */
} ipxe_expect_t;

/* A test as it was read. */
typedef struct ipxe_test_t {
    const char *name;
    ipxe_span_t span;
    const char *query; /* the facts and arguments given */
    const char *ip;    /* "": not given */
    apr_time_t at;
    const ipxe_view_t *state; /* what is known of it; NULL: nothing */
    const apr_array_header_t *choose; /* of const ipxe_yaml_t *, or NULL */
    ipxe_expect_t expect, never;      /* `never` is what stands under `not` */
} ipxe_test_t;

/* What was otherwise than expected. */
typedef struct ipxe_test_failure_t {
    ipxe_span_t span; /* of the expectation */
    const char *text; /* "rule is 'a', not 'b'" */
} ipxe_test_failure_t;

/* Adds the const ipxe_test_t * of a file to `tests`. What is wrong with the
 * file, and each name in it that the set lacks, is a diagnostic; then not all
 * of its tests may have been added. */
void ipxe_tests_read(apr_array_header_t *tests, const ipxe_source_t *source,
                     const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                     apr_pool_t *pool);

/* Runs one: array of ipxe_test_failure_t, empty where all is as expected.
 * `reached` has a number for each rule of the set, by its index: those of the
 * rules whose conditions held, up to the one that decided, are counted up. */
apr_array_header_t *ipxe_test_run(int *reached, const ipxe_test_t *test,
                                  const ipxe_snapshot_t *set, apr_pool_t *pool);

#endif
