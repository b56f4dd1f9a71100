/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rule file: it loads or has an error, every diagnostic can be
 * printed, and what loads decides for two machines as its why tells. */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "rules/decide.h"
#include "rules/load.h"

const char fuzz_name[] = "rules";

static const char *const queries[] = {
    "mac=525400123456&platform=efi&arch=x86_64&serial=QC-1&memsize=4096",
    "platform=pcbios&asset=&rack=7"};

static apr_status_t call_text(ipxe_value_t *result, const ipxe_call_t *call,
                              const ipxe_function_t *self)
{
    *result = ipxe_value_text(self->name, 0, call->render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {{"url", call_text, NULL},
                                            {"answers", call_text, NULL}};

static ipxe_context_e place(const char *line)
{
    (void)line;
    return IPXE_CONTEXT_TEXT;
}

static const ipxe_language_t language = {functions, 2, place};

static apr_time_t now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(1793188800);
}

static const char *url(void *baton, const char *path, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    return path;
}

static void print_all(const ipxe_diags_t *diags, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < diags->all->nelts && i < 20; i++) {
        if (!*ipxe_diag_text(APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *),
                             pool))
            abort();
    }
}

static void explain(const ipxe_decision_t *decision, apr_pool_t *pool)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, pool);
    const ipxe_rule_t *decided = NULL;
    int i;

    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        if (step->outcome == IPXE_STEP_DECIDED)
            decided = step->rule;
    }
    if (decided != decision->rule ||
        steps->nelts != decision->rules->rules->nelts)
        abort();
    ipxe_decision_vars(decision, pool);
}

static void decide(const ipxe_rules_t *rules, const char *query,
                   apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_decision_t *decision = NULL;
    ipxe_machine_input_t input;
    ipxe_world_t world;

    memset(&world, 0, sizeof(world));
    memset(&input, 0, sizeof(input));
    world.now = now;
    world.url = url;
    input.query = query;
    input.query_len = strlen(query);
    input.ip = "10.0.1.7";
    if (ipxe_rules_decide(&decision, rules, ipxe_machine_parse(&input, pool),
                          &world, diags, pool) == APR_SUCCESS)
        explain(decision, pool);
    else if (!diags->errors)
        abort();
    print_all(diags, pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ipxe_rules_input_t input;
    apr_array_header_t *sources;
    ipxe_rules_t *rules;
    ipxe_diags_t *diags;
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    diags = ipxe_diags_make(pool);
    sources = apr_array_make(pool, 1, sizeof(const ipxe_source_t *));
    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("a", (const char *)data, size, pool);
    memset(&input, 0, sizeof(input));
    input.sources = sources;
    input.library = ipxe_library_make(&language, pool);
    rules = ipxe_rules_load(&input, diags, pool);
    if (!rules != (diags->errors > 0))
        abort();
    print_all(diags, pool);
    if (rules) {
        decide(rules, queries[0], pool);
        decide(rules, queries[1], pool);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
