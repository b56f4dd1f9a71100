/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as YAML: every span lies within the text, every diagnostic can be
 * printed. */
#include <apr_general.h>
#include <stdlib.h>

#include "fuzz.h"
#include "yaml/tree.h"

const char fuzz_name[] = "yaml";

static void check_span(ipxe_span_t span, size_t size)
{
    if (span.begin > span.end || span.end > size)
        abort();
}

static void walk(const ipxe_yaml_t *node, size_t size, int *steps)
{
    apr_size_t i;

    check_span(node->span, size);
    if (--*steps < 0) /* aliases make a small text a large tree */
        return;
    if (node->kind <= IPXE_YAML_SCALAR && node->text[node->count])
        abort();
    for (i = 0; node->kind == IPXE_YAML_SEQUENCE && i < node->count; i++)
        walk(node->items[i], size, steps);
    for (i = 0; node->kind == IPXE_YAML_MAPPING && i < node->count; i++) {
        walk(node->pairs[i].key, size, steps);
        walk(node->pairs[i].value, size, steps);
    }
}

static void print_all(const ipxe_diags_t *diags, size_t size,
                      apr_pool_t *pool)
{
    int i;

    for (i = 0; i < diags->all->nelts && i < 20; i++) {
        const ipxe_diag_t *diag =
            APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        check_span(diag->span, size + 1);
        if (!*ipxe_diag_text(diag, pool))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int steps = 200000;
    ipxe_diags_t *diags;
    ipxe_yaml_t *root;
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    diags = ipxe_diags_make(pool);
    ipxe_yaml_parse(&root,
                    ipxe_source_make("a", (const char *)data, size, pool),
                    diags, pool);
    if (root)
        walk(root, size, &steps);
    else if (diags->errors == 0)
        abort();
    print_all(diags, size, pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
