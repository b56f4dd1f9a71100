/* SPDX-License-Identifier: Apache-2.0 */
/* What finds a machine in the state. */
#include "state/store.h"

#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/text.h"

/* As wide as the column: a longer one is its hash. */
#define WIDEST 255

static const char *narrow(const char *key, apr_pool_t *pool)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int n = 0, i;
    ipxe_text_t *text;

    if (strlen(key) <= WIDEST)
        return key;
    EVP_Digest(key, strlen(key), hash, &n, EVP_sha256(), NULL);
    text = ipxe_text_make(WIDEST, pool);
    ipxe_text_add_n(text, key, (apr_size_t)(strchr(key, ' ') - key));
    ipxe_text_add(text, " sha256:");
    for (i = 0; i < n; i++)
        ipxe_text_addf(text, "%02x", hash[i]);
    return text->data;
}

static void add(apr_array_header_t *keys, const char *kind, const char *value)
{
    if (value && *value) {
        APR_ARRAY_PUSH(keys, const char *) =
            narrow(apr_pstrcat(keys->pool, kind, " ", value, NULL), keys->pool);
    }
}

/* A serial alone joins nobody: vendors give one number twice. */
static const char *smbios(const ipxe_machine_t *machine, apr_pool_t *pool)
{
    const char *maker = ipxe_machine_fact(machine, IPXE_FACT_MANUFACTURER);
    const char *product = ipxe_machine_fact(machine, IPXE_FACT_PRODUCT);
    const char *serial = ipxe_machine_fact(machine, IPXE_FACT_SERIAL);

    if (!maker || !product || !serial)
        return NULL;
    return apr_pstrcat(pool, maker, "/", product, "/", serial, NULL);
}

apr_array_header_t *ipxe_who_keys(const ipxe_who_t *who, apr_pool_t *pool)
{
    apr_array_header_t *keys = apr_array_make(pool, 8, sizeof(char *));
    const ipxe_machine_t *machine = who->machine;
    int i;

    add(keys, "host", who->host);
    if (!machine)
        return keys;
    for (i = 0; i < machine->mac_count; i++)
        add(keys, "mac", machine->macs[i]);
    add(keys, "uuid", ipxe_machine_fact(machine, IPXE_FACT_UUID));
    add(keys, "smbios", smbios(machine, pool));
    return keys;
}
