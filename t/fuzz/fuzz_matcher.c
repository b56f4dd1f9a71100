/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a fact's name, a pattern (YAML) and a value from the network:
 * matching ends, a failure has its diagnostic, and what the index takes for a
 * pattern that one text alone matches is such. */
#include <apr_general.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "rules/pattern.h"

const char fuzz_name[] = "matcher";

/* A line of the input; what follows it. */
static const char *take_line(char **line, const char *from, const char *end,
                             apr_pool_t *pool)
{
    const char *at = memchr(from, '\n', (size_t)(end - from));
    const char *stop = at ? at : end;

    *line = apr_pstrmemdup(pool, from, (size_t)(stop - from));
    return at ? at + 1 : end;
}

static void check_diags(const ipxe_diags_t *diags, int wanted, apr_pool_t *pool)
{
    int i;

    if (wanted && diags->errors == 0)
        abort();
    for (i = 0; i < diags->all->nelts && i < 5; i++) {
        if (!*ipxe_diag_text(APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *), pool))
            abort();
    }
}

static void match(const ipxe_pattern_t *pattern, ipxe_fact_kind_e kind,
                  const char *text, apr_pool_t *pool)
{
    const char *exact = ipxe_pattern_exact(pattern, pool);
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    const char *folded;
    int matches = 0;
    apr_status_t rv = ipxe_pattern_matches(&matches, pattern, text, diags);

    check_diags(diags, rv != APR_SUCCESS, pool);
    if (rv != APR_SUCCESS && !ipxe_pattern_may_fail(pattern))
        abort();
    if (!*ipxe_pattern_shown(pattern, pool))
        abort();
    if (!exact)
        return;
    folded = text ? ipxe_pattern_fold(kind, text, pool) : NULL;
    if (rv != APR_SUCCESS || matches != (folded && !strcmp(folded, exact)))
        abort();
}

static void try_fact(ipxe_fact_e fact, const ipxe_yaml_t *node,
                     const char *text, ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_subject_t subject = {ipxe_fact_name(fact), ipxe_fact_kind(fact), 0};
    ipxe_machine_input_t input = {NULL, 0, NULL, 0, NULL, NULL, 0};
    ipxe_machine_t *machine = ipxe_machine_parse(&input, pool);
    const ipxe_pattern_t *pattern =
        ipxe_pattern_compile(node, &subject, diags, pool);

    check_diags(diags, !pattern, pool);
    if (!pattern)
        return;
    ipxe_machine_set(machine, fact, text);
    match(pattern, subject.kind, ipxe_machine_fact(machine, fact), pool);
    match(pattern, subject.kind, NULL, pool);
}

/* Lines: a fact's name (junk: serial), a pattern; the rest is the value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    char *name, *pattern;
    ipxe_diags_t *diags;
    ipxe_yaml_t *root;
    apr_pool_t *pool;
    ipxe_fact_e fact;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    diags = ipxe_diags_make(pool);
    at = take_line(&name, at, end, pool);
    at = take_line(&pattern, at, end, pool);
    fact = ipxe_fact_find(name);
    if (fact == IPXE_FACT_COUNT || fact == IPXE_FACT_CPU)
        fact = IPXE_FACT_SERIAL;
    ipxe_yaml_parse(&root,
                    ipxe_source_make("a", pattern, strlen(pattern), pool),
                    diags, pool);
    if (root && root->kind <= IPXE_YAML_SCALAR)
        try_fact(fact, root, apr_pstrmemdup(pool, at, (size_t)(end - at)),
                 diags, pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
