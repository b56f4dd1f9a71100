/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a script, a kickstart and a preseed: the checkers come to an
 * end, and every place that they name lies in the text. */
#include <apr_general.h>
#include <stdlib.h>

#include "fuzz.h"
#include "script/lint_answers.h"

const char fuzz_name[] = "lint";

/* All diagnostics as text; a place outside of the source ends the run. */
static void read_all(const ipxe_diags_t *diags, const ipxe_source_t *source,
                     apr_pool_t *pool)
{
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        if (diag->span.source &&
            (diag->span.begin > diag->span.end ||
             diag->span.begin > source->len))
            abort();
        ipxe_diag_text(diag, pool);
    }
}

static void lint(const ipxe_source_t *source, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    apr_array_header_t *addresses =
        apr_array_make(pool, 4, sizeof(ipxe_lint_address_t));
    ipxe_lint_wish_t wish = {NULL, 0, 0};
    ipxe_lint_answers_t answers = {0, addresses};

    ipxe_lint_kind(source->name, source->text);
    ipxe_lint(source, &wish, addresses, diags, pool);
    wish.rendered = 1;
    wish.build = "2019-bios";
    wish.builds = ipxe_lint_builds(wish.build);
    ipxe_lint(source, &wish, NULL, diags, pool);
    ipxe_lint_kickstart(source, &answers, diags, pool);
    ipxe_lint_preseed(source, &answers, diags, pool);
    read_all(diags, source, pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *parent;
    apr_pool_t *pool;

    if (!parent) {
        apr_initialize();
        apr_pool_create(&parent, NULL);
    }
    apr_pool_create(&pool, parent);
    lint(ipxe_source_make("fuzz", (const char *)data, size, pool), pool);
    apr_pool_destroy(pool);
    return 0;
}
