/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts by their keys, in one open table of four bytes a slot: a million
 * hosts shall not take a hash entry and a text for each key. */
#include "rules/hosts.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

/* By what hosts are found. A slot is 0, or the host's number from 1, and which
 * of these it stands under. */
static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                    IPXE_FACT_SERIAL, IPXE_FACT_ASSET};

#define FACTS     4
#define FACT_BITS 2

struct ipxe_host_keys_t {
    apr_uint32_t *slots;
    apr_size_t count; /* a third of them stays empty, and one at least */
};

/* The slot at which the search for a value begins. */
static apr_size_t slot_of(const struct ipxe_host_keys_t *keys, int fact,
                          const char *value, apr_size_t len)
{
    apr_uint64_t hash = 14695981039346656037ULL + (unsigned)fact;
    apr_size_t i;

    for (i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)apr_tolower(value[i])) * 1099511628211ULL;
    hash = (hash ^ (hash >> 32)) * 0xff51afd7ed558ccdULL;
    return (apr_size_t)(((hash >> 32) * keys->count) >> 32);
}

static apr_size_t slot_after(const struct ipxe_host_keys_t *keys, apr_size_t at)
{
    return at + 1 < keys->count ? at + 1 : 0;
}

static const char *text_of(const ipxe_host_t *host, int fact)
{
    const char *const texts[FACTS] = {host->macs, host->uuid, host->serial,
                                      host->asset};

    return texts[fact];
}

/* The length of the first word at *text where the fact takes several; then
 * *text is moved to it. 0: none. */
static apr_size_t next_value(const char **text, int fact)
{
    if (!*text)
        return 0;
    if (facts[fact] != IPXE_FACT_MAC)
        return strlen(*text);
    *text += strspn(*text, " ");
    return strcspn(*text, " ");
}

static int has_value(const ipxe_host_t *host, int fact, const char *value,
                     apr_size_t len)
{
    const char *text = text_of(host, fact);
    apr_size_t n;

    for (; (n = next_value(&text, fact)) > 0; text += n) {
        if (n == len && strncasecmp(text, value, len) == 0)
            return 1;
    }
    return 0;
}

static const ipxe_host_t *host_at(const ipxe_rules_t *rules, apr_uint32_t slot)
{
    return &rules->hosts[(slot >> FACT_BITS) - 1];
}

/* ---- Adding ---- */

static int same_maker(int fact, const ipxe_host_t *a, const ipxe_host_t *b)
{
    return facts[fact] != IPXE_FACT_SERIAL || !a->manufacturer ||
           !b->manufacturer ||
           strcasecmp(a->manufacturer, b->manufacturer) == 0;
}

static void add_conflict(const ipxe_host_t *host, const ipxe_host_t *other,
                         int fact, const char *value, apr_size_t len,
                         ipxe_diags_t *diags)
{
    ipxe_diag_t *diag = ipxe_diag_add(
        diags, IPXE_DIAG_HOST_CONFLICT, host->span,
        "%s %.*s is claimed by two hosts, '%s' and '%s'",
        ipxe_fact_name(facts[fact]), (int)len, value, other->name, host->name);

    ipxe_diag_note(diag, other->span, "the other stands here");
}

static void add_key(ipxe_rules_t *rules, int number, int fact,
                    const char *value, apr_size_t len, ipxe_diags_t *diags)
{
    struct ipxe_host_keys_t *keys = rules->host_keys;
    apr_uint32_t slot = ((apr_uint32_t)number + 1) << FACT_BITS;
    const ipxe_host_t *host = host_at(rules, slot), *other;
    apr_size_t at = slot_of(keys, fact, value, len);

    slot |= (apr_uint32_t)fact;
    for (; keys->slots[at]; at = slot_after(keys, at)) {
        other = host_at(rules, keys->slots[at]);
        if (keys->slots[at] == slot ||
            (keys->slots[at] & (FACTS - 1)) != (apr_uint32_t)fact ||
            !has_value(other, fact, value, len) ||
            !same_maker(fact, other, host))
            continue;
        add_conflict(host, other, fact, value, len, diags);
        return;
    }
    keys->slots[at] = slot;
    rules->host_facts |= IPXE_FACT_BIT(facts[fact]);
    if (facts[fact] == IPXE_FACT_SERIAL && host->manufacturer)
        rules->host_facts |= IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER);
}

/* A card that a host lists twice. */
static int stands_before(const ipxe_host_t *host, int fact, const char *value,
                         apr_size_t len)
{
    const char *text = text_of(host, fact);
    apr_size_t n;

    for (; (n = next_value(&text, fact)) > 0 && text < value; text += n) {
        if (n == len && strncasecmp(text, value, len) == 0)
            return 1;
    }
    return 0;
}

static void add_host(ipxe_rules_t *rules, int number, ipxe_diags_t *diags)
{
    const ipxe_host_t *host = &rules->hosts[number];
    int fact;

    for (fact = 0; fact < FACTS; fact++) {
        const char *text = text_of(host, fact);
        apr_size_t n;

        for (; (n = next_value(&text, fact)) > 0; text += n) {
            if (stands_before(host, fact, text, n))
                add_conflict(host, host, fact, text, n, diags);
            else
                add_key(rules, number, fact, text, n, diags);
        }
    }
}

static apr_size_t count_keys(const ipxe_rules_t *rules)
{
    apr_size_t count = 0, n;
    int i, fact;

    for (i = 0; i < rules->host_count; i++) {
        for (fact = 0; fact < FACTS; fact++) {
            const char *text = text_of(&rules->hosts[i], fact);

            for (; (n = next_value(&text, fact)) > 0; text += n)
                count++;
        }
    }
    return count;
}

void ipxe_hosts_index(ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool)
{
    apr_size_t keys = count_keys(rules), slots = keys + keys / 2 + 1;
    int i;

    rules->host_keys = apr_palloc(pool, sizeof(*rules->host_keys));
    rules->host_keys->count = slots;
    rules->host_keys->slots =
        apr_pcalloc(pool, slots * sizeof(*rules->host_keys->slots));
    for (i = 0; i < rules->host_count; i++)
        add_host(rules, i, diags);
}

/* ---- Finding ---- */

/* One search. */
typedef struct finding_t {
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_host_t *first, *second;
} finding_t;

static int maker_fits(const finding_t *finding, int fact,
                      const ipxe_host_t *host)
{
    const char *maker =
        ipxe_machine_fact(finding->machine, IPXE_FACT_MANUFACTURER);

    return facts[fact] != IPXE_FACT_SERIAL || !host->manufacturer ||
           (maker && strcasecmp(maker, host->manufacturer) == 0);
}

static void look(finding_t *finding, int fact, const char *value)
{
    const struct ipxe_host_keys_t *keys = finding->rules->host_keys;
    apr_size_t len = value ? strlen(value) : 0, at;

    if (!len)
        return;
    at = slot_of(keys, fact, value, len);
    for (; keys->slots[at]; at = slot_after(keys, at)) {
        const ipxe_host_t *host = host_at(finding->rules, keys->slots[at]);

        if ((keys->slots[at] & (FACTS - 1)) != (apr_uint32_t)fact ||
            !has_value(host, fact, value, len) ||
            !maker_fits(finding, fact, host))
            continue;
        if (!finding->first)
            finding->first = host;
        else if (host != finding->first && !finding->second)
            finding->second = host;
    }
}

const ipxe_host_t *
ipxe_hosts_find(const ipxe_host_t **first, const ipxe_host_t **second,
                ipxe_facts_t *untold, const ipxe_rules_t *rules,
                const ipxe_machine_t *machine)
{
    finding_t finding = {rules, machine, NULL, NULL};
    int i;

    for (i = 0; i < machine->mac_count; i++)
        look(&finding, 0, machine->macs[i]);
    for (i = 1; i < FACTS; i++)
        look(&finding, i, ipxe_machine_fact(machine, facts[i]));
    *untold = 0;
    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (machine->facts[i].state == IPXE_NOT_TOLD)
            *untold |= rules->host_facts & IPXE_FACT_BIT(i);
    }
    *first = finding.second ? finding.first : NULL;
    *second = finding.second;
    return finding.second ? NULL : finding.first;
}
