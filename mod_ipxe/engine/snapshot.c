/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a set: files to rules and templates, checked as a whole. */
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "engine/bundle.h"
#include "engine/check.h"
#include "engine/engine.h"
#include "engine/files.h"
#include "engine/functions.h"
#include "rules/kept.h"
#include "rules/load.h"
#include "rules/uses.h"

#define HASH_DIGITS 12

static apr_array_header_t *names_of(const apr_array_header_t *sources,
                                    apr_pool_t *pool)
{
    apr_array_header_t *names =
        apr_array_make(pool, sources->nelts + 1, sizeof(const char *));
    int i;

    for (i = 0; i < sources->nelts; i++)
        APR_ARRAY_PUSH(names, const char *) =
            APR_ARRAY_IDX(sources, i, const ipxe_source_t *)->name;
    return names;
}

void ipxe_snapshot_publish(ipxe_snapshot_t *set, apr_uint32_t number)
{
    set->number = number;
    set->generation = apr_psprintf(set->pool, "%u-%s", number, set->hash);
}

void ipxe_settings_keep_hosts(ipxe_settings_t *settings, apr_pool_t *pool)
{
    settings->kept = ipxe_kept_make(pool);
}

ipxe_library_t *ipxe_engine_library(apr_pool_t *pool)
{
    return ipxe_library_make(ipxe_engine_language(), pool);
}

/* Where files that secrets name are added. */
typedef struct reading_t {
    ipxe_bundle_t *bundle;
    apr_pool_t *pool;
} reading_t;

static const ipxe_source_t *read_secret(void *baton, const char *path,
                                        ipxe_span_t span, ipxe_diags_t *diags)
{
    const reading_t *reading = baton;

    APR_ARRAY_PUSH(reading->bundle->asked, const char *) =
        apr_pstrdup(reading->pool, path);
    return ipxe_files_named(reading->bundle->sources, path,
                            IPXE_MAX_SECRET_FILE, span, diags, reading->pool);
}

/* The rule files, apart from what else is read. */
static apr_array_header_t *rule_sources(const ipxe_bundle_t *bundle,
                                        apr_pool_t *pool)
{
    apr_array_header_t *sources = apr_array_copy(pool, bundle->sources);

    sources->nelts = bundle->rules;
    return sources;
}

static const ipxe_rules_t *load_rules(const ipxe_settings_t *settings,
                                      ipxe_bundle_t *bundle, int checked,
                                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_rules_input_t input;
    reading_t reading = {bundle, pool};
    int i;

    input.library = ipxe_engine_library(pool);
    input.settings_vars = settings->vars;
    input.providers = settings->providers;
    input.checked = checked;
    input.read = read_secret;
    input.baton = &reading;
    input.sources = rule_sources(bundle, pool);
    for (i = 0; i < bundle->templates->nelts; i++)
        ipxe_library_add(input.library,
                         APR_ARRAY_IDX(bundle->templates, i, const char *),
                         APR_ARRAY_IDX(bundle->sources, bundle->rules + i,
                                       const ipxe_source_t *));
    return ipxe_rules_load(&input, diags, pool);
}

static void prepare_tickets(ipxe_snapshot_t *set)
{
    apr_array_header_t *args;

    ipxe_rules_uses(&set->ticket_facts, &args, set->rules, set->pool);
    if (set->settings->ticket_network)
        set->ticket_facts |= IPXE_FACT_BIT(IPXE_FACT_IP);
    set->ticket_args = args;
    set->ticket_asks = ipxe_rules_asks(set->rules, set->pool);
}

/* Its rules are NULL where they cannot even be linked. */
static ipxe_snapshot_t *build(const ipxe_settings_t *settings,
                              ipxe_bundle_t *bundle, int checked,
                              ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));

    set->pool = pool;
    set->settings = settings;
    set->bundle = bundle;
    set->rules = load_rules(settings, bundle, checked, diags, pool);
    set->hash = apr_pstrndup(
        pool, ipxe_bundle_hash(bundle, settings->vars, pool), HASH_DIGITS);
    set->files = names_of(bundle->sources, pool);
    ipxe_snapshot_publish(set, 0);
    if (set->rules) {
        prepare_tickets(set);
        ipxe_library_finish(set->rules->library);
        if (!checked)
            ipxe_check_samples(set, diags);
    }
    ipxe_diags_sort(diags);
    return set;
}

ipxe_snapshot_t *ipxe_snapshot_build(const ipxe_settings_t *settings,
                                     ipxe_bundle_t *bundle, int checked,
                                     ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_snapshot_t *set = build(settings, bundle, checked, diags, pool);

    return set->rules && !diags->errors ? set : NULL;
}

ipxe_snapshot_t *ipxe_snapshot_load(const ipxe_settings_t *settings,
                                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    return ipxe_snapshot_build(
        settings, ipxe_bundle_read(settings, diags, pool), 0, diags, pool);
}

ipxe_snapshot_t *ipxe_snapshot_inspect(const ipxe_settings_t *settings,
                                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_snapshot_t *set = build(
        settings, ipxe_bundle_read(settings, diags, pool), 0, diags, pool);

    return set->rules ? set : NULL;
}
