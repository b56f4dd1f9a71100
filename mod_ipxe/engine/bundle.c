/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and hashing what a set is made from. */
#include "engine/bundle.h"

#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "engine/files.h"
#include "rules/kept.h"

#define HASH_BYTES 32

ipxe_bundle_t *ipxe_bundle_make(apr_pool_t *pool)
{
    ipxe_bundle_t *bundle = apr_pcalloc(pool, sizeof(*bundle));

    bundle->sources = apr_array_make(pool, 32, sizeof(const ipxe_source_t *));
    bundle->templates = apr_array_make(pool, 16, sizeof(const char *));
    bundle->asked = apr_array_make(pool, 2, sizeof(const char *));
    return bundle;
}

ipxe_bundle_t *ipxe_bundle_read(const ipxe_settings_t *settings,
                                ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_bundle_t *bundle = ipxe_bundle_make(pool);
    int i;

    ipxe_files_rules(bundle->sources, settings->rules, settings->kept, diags,
                     pool);
    bundle->rules = bundle->sources->nelts;
    for (i = 0; i < bundle->rules; i++)
        ipxe_bundle_note(
            APR_ARRAY_IDX(bundle->sources, i, const ipxe_source_t *));
    if (settings->templates)
        ipxe_files_below(bundle->sources, bundle->templates,
                         settings->templates, diags, pool);
    return bundle;
}

const char *ipxe_bundle_label(const ipxe_bundle_t *bundle, int number)
{
    int at = number - bundle->rules;

    if (at >= 0 && at < bundle->templates->nelts)
        return APR_ARRAY_IDX(bundle->templates, at, const char *);
    return ipxe_source_file(
        APR_ARRAY_IDX(bundle->sources, number, const ipxe_source_t *));
}

static void hash_bytes(unsigned char hash[HASH_BYTES],
                       const ipxe_source_t *source)
{
    EVP_Digest(source->text, source->len, hash, NULL, EVP_sha256(), NULL);
}

void ipxe_bundle_note(const ipxe_source_t *source)
{
    static const unsigned char none[HASH_BYTES];
    unsigned char *note = ipxe_kept_note(source);

    if (note && memcmp(note, none, HASH_BYTES) == 0)
        hash_bytes(note, source);
}

static void add_bytes(EVP_MD_CTX *context, const ipxe_source_t *source)
{
    unsigned char room[HASH_BYTES];
    const unsigned char *hash = ipxe_kept_note(source);

    if (!hash) {
        hash_bytes(room, source);
        hash = room;
    }
    EVP_DigestUpdate(context, hash, HASH_BYTES);
}

const char *ipxe_bundle_hash(const ipxe_bundle_t *bundle,
                             const apr_array_header_t *vars, apr_pool_t *pool)
{
    unsigned char full[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ipxe_text_t *hex = ipxe_text_make(2 * HASH_BYTES + 1, pool);
    int i;

    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (i = 0; i < bundle->sources->nelts; i++) {
        const ipxe_source_t *source =
            APR_ARRAY_IDX(bundle->sources, i, const ipxe_source_t *);
        const char *label = ipxe_bundle_label(bundle, i);

        EVP_DigestUpdate(context, label, strlen(label) + 1);
        add_bytes(context, source);
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
