/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts in a hash by kind of key and value: "mac 52:54:00:12:34:56". */
#include "rules/hosts.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

/* All hosts of one key: more than one only for serials of other makers. */
typedef struct claim_t {
    const ipxe_host_t *host;
    const struct claim_t *next;
} claim_t;

static const char *key_of(ipxe_fact_e fact, const char *value, apr_pool_t *pool)
{
    char *key = apr_pstrcat(pool, ipxe_fact_name(fact), " ", value, NULL), *p;

    for (p = key; *p; p++)
        *p = (char)apr_tolower(*p);
    return key;
}

static int same_maker(ipxe_fact_e fact, const ipxe_host_t *a,
                      const ipxe_host_t *b)
{
    return fact != IPXE_FACT_SERIAL || !a->manufacturer || !b->manufacturer ||
           strcasecmp(a->manufacturer, b->manufacturer) == 0;
}

static void add_key(ipxe_rules_t *rules, const ipxe_host_t *host,
                    ipxe_fact_e fact, const char *value, ipxe_diags_t *diags,
                    apr_pool_t *pool)
{
    const char *key = key_of(fact, value, pool);
    const claim_t *first =
        apr_hash_get(rules->host_keys, key, APR_HASH_KEY_STRING);
    const claim_t *other = first;
    claim_t *claim;

    while (other && !same_maker(fact, other->host, host))
        other = other->next;
    if (other) {
        ipxe_diag_t *diag = ipxe_diag_add(
            diags, IPXE_DIAG_HOST_CONFLICT, host->span,
            "%s %s is claimed by two hosts, '%s' and '%s'",
            ipxe_fact_name(fact), value, other->host->name, host->name);

        ipxe_diag_note(diag, other->host->span, "the other stands here");
        return;
    }
    claim = apr_palloc(pool, sizeof(*claim));
    claim->host = host;
    claim->next = first;
    apr_hash_set(rules->host_keys, key, APR_HASH_KEY_STRING, claim);
    rules->host_facts |= IPXE_FACT_BIT(fact);
    if (fact == IPXE_FACT_SERIAL && host->manufacturer)
        rules->host_facts |= IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER);
}

void ipxe_hosts_add(ipxe_rules_t *rules, const ipxe_host_t *host,
                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < host->macs->nelts; i++)
        add_key(rules, host, IPXE_FACT_MAC,
                APR_ARRAY_IDX(host->macs, i, const char *), diags, pool);
    if (host->uuid)
        add_key(rules, host, IPXE_FACT_UUID, host->uuid, diags, pool);
    if (host->serial)
        add_key(rules, host, IPXE_FACT_SERIAL, host->serial, diags, pool);
    if (host->asset)
        add_key(rules, host, IPXE_FACT_ASSET, host->asset, diags, pool);
}

/* ---- Finding ---- */

/* One search. */
typedef struct finding_t {
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_host_t *first, *second;
    apr_pool_t *pool;
} finding_t;

static int maker_fits(const finding_t *finding, ipxe_fact_e fact,
                      const ipxe_host_t *host)
{
    const char *maker =
        ipxe_machine_fact(finding->machine, IPXE_FACT_MANUFACTURER);

    return fact != IPXE_FACT_SERIAL || !host->manufacturer ||
           (maker && strcasecmp(maker, host->manufacturer) == 0);
}

static void look(finding_t *finding, ipxe_fact_e fact, const char *value)
{
    const claim_t *claim;

    if (!value)
        return;
    claim =
        apr_hash_get(finding->rules->host_keys,
                     key_of(fact, value, finding->pool), APR_HASH_KEY_STRING);
    for (; claim; claim = claim->next) {
        if (!maker_fits(finding, fact, claim->host))
            continue;
        if (!finding->first)
            finding->first = claim->host;
        else if (claim->host != finding->first && !finding->second)
            finding->second = claim->host;
    }
}

const ipxe_host_t *
ipxe_hosts_find(const ipxe_host_t **first, const ipxe_host_t **second,
                ipxe_facts_t *untold, const ipxe_rules_t *rules,
                const ipxe_machine_t *machine, apr_pool_t *pool)
{
    static const ipxe_fact_e facts[] = {IPXE_FACT_UUID, IPXE_FACT_SERIAL,
                                        IPXE_FACT_ASSET};
    finding_t finding = {rules, machine, NULL, NULL, pool};
    int i;

    for (i = 0; i < machine->mac_count; i++)
        look(&finding, IPXE_FACT_MAC, machine->macs[i]);
    for (i = 0; i < 3; i++)
        look(&finding, facts[i], ipxe_machine_fact(machine, facts[i]));
    *untold = 0;
    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (machine->facts[i].state == IPXE_NOT_TOLD)
            *untold |= rules->host_facts & IPXE_FACT_BIT(i);
    }
    *first = finding.second ? finding.first : NULL;
    *second = finding.second;
    return finding.second ? NULL : finding.first;
}
