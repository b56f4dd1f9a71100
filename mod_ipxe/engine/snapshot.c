/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a set: files to rules and templates, checked as a whole. */
#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/limits.h"
#include "engine/check.h"
#include "engine/engine.h"
#include "engine/files.h"
#include "engine/functions.h"
#include "rules/load.h"
#include "rules/uses.h"

#define HASH_BYTES 6

/* Of all names and bytes, wherever the folders lie: what was loaded, told
 * from what will be. */
static const char *hash_of(const apr_array_header_t *sources,
                           const apr_array_header_t *vars, apr_pool_t *pool)
{
    unsigned char full[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ipxe_text_t *hex = ipxe_text_make(16, pool);
    int i;

    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (i = 0; i < sources->nelts; i++) {
        const ipxe_source_t *source =
            APR_ARRAY_IDX(sources, i, const ipxe_source_t *);
        const char *name = ipxe_source_file(source);

        EVP_DigestUpdate(context, name, strlen(name) + 1);
        EVP_DigestUpdate(context, source->text, source->len);
    }
    for (i = 0; vars && i < vars->nelts; i++) {
        const char *text = APR_ARRAY_IDX(vars, i, const char *);

        EVP_DigestUpdate(context, text, strlen(text) + 1);
    }
    EVP_DigestFinal_ex(context, full, NULL);
    EVP_MD_CTX_free(context);
    for (i = 0; i < HASH_BYTES; i++)
        ipxe_text_addf(hex, "%02x", full[i]);
    return hex->data;
}

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

ipxe_library_t *ipxe_engine_library(apr_pool_t *pool)
{
    return ipxe_library_make(ipxe_engine_language(), pool);
}

/* Where files that secrets name are added. */
typedef struct reading_t {
    apr_array_header_t *sources;
    apr_pool_t *pool;
} reading_t;

static const ipxe_source_t *read_secret(void *baton, const char *path,
                                        ipxe_span_t span, ipxe_diags_t *diags)
{
    const reading_t *reading = baton;

    return ipxe_files_named(reading->sources, path, IPXE_MAX_SECRET_FILE, span,
                            diags, reading->pool);
}

static const ipxe_rules_t *load_rules(const ipxe_settings_t *settings,
                                      apr_array_header_t *sources,
                                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_rules_input_t input;
    reading_t reading = {sources, pool};

    input.library = ipxe_engine_library(pool);
    input.settings_vars = settings->vars;
    input.read = read_secret;
    input.baton = &reading;
    ipxe_files_rules(sources, settings->rules, diags, pool);
    input.sources = apr_array_copy(pool, sources);
    if (settings->templates)
        ipxe_files_templates(sources, input.library, settings->templates, diags,
                             pool);
    return ipxe_rules_load(&input, diags, pool);
}

static void prepare_tickets(ipxe_snapshot_t *set)
{
    apr_array_header_t *args;

    ipxe_rules_uses(&set->ticket_facts, &args, set->rules, set->pool);
    if (set->settings->ticket_network)
        set->ticket_facts |= IPXE_FACT_BIT(IPXE_FACT_IP);
    set->ticket_args = args;
}

ipxe_snapshot_t *ipxe_snapshot_load(const ipxe_settings_t *settings,
                                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *sources =
        apr_array_make(pool, 32, sizeof(const ipxe_source_t *));
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));

    set->pool = pool;
    set->settings = settings;
    set->rules = load_rules(settings, sources, diags, pool);
    set->hash = hash_of(sources, settings->vars, pool);
    set->files = names_of(sources, pool);
    ipxe_snapshot_publish(set, 0);
    if (set->rules) {
        prepare_tickets(set);
        ipxe_library_finish(set->rules->library);
        ipxe_check_samples(set, diags);
    }
    ipxe_diags_sort(diags);
    return set->rules && !diags->errors ? set : NULL;
}
