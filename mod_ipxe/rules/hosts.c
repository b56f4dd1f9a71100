/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts by their keys, in one open table of four bytes a slot: a million
 * hosts shall not take a hash entry and a text for each key. */
#include "rules/hosts.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "rules/hosts_record.h"
#include "rules/mapped.h"

/* By what hosts are found. */
static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                    IPXE_FACT_SERIAL, IPXE_FACT_ASSET};

#define FACTS IPXE_HOST_BY_FACTS

struct ipxe_host_keys_t {
    ipxe_host_slots_t table;
    apr_uint32_t *slots; /* those of the table, while they are filled */
};

static const char *text_of(const ipxe_host_t *host, ipxe_host_by_e fact)
{
    const char *const texts[FACTS] = {host->macs, host->uuid, host->serial,
                                      host->asset};

    return texts[fact];
}

static int has_value(const ipxe_host_t *host, ipxe_host_by_e fact,
                     const char *value, apr_size_t len)
{
    return ipxe_host_has_value(text_of(host, fact), fact, value, len);
}

/* The slot's host where it may be the one under the key, else NULL. */
static const ipxe_host_t *host_at(const ipxe_rules_t *rules, apr_size_t at,
                                  apr_uint32_t mark)
{
    int number = ipxe_host_in_slot(&rules->host_keys->table, at, mark);

    return number >= 0 ? &rules->hosts[number] : NULL;
}

/* ---- Adding ---- */

static int same_maker(ipxe_host_by_e fact, const ipxe_host_t *a,
                      const ipxe_host_t *b)
{
    return facts[fact] != IPXE_FACT_SERIAL || !a->manufacturer ||
           !b->manufacturer ||
           strcasecmp(a->manufacturer, b->manufacturer) == 0;
}

static void add_conflict(const ipxe_host_t *host, const ipxe_host_t *other,
                         ipxe_host_by_e fact, const char *value, apr_size_t len,
                         ipxe_diags_t *diags)
{
    const char *name = ipxe_fact_name(facts[fact]);
    ipxe_diag_t *diag;

    if (other == host) {
        ipxe_diag_add(diags, IPXE_DIAG_HOST_CONFLICT, host->span,
                      "%s %.*s stands twice at host '%s'", name, (int)len,
                      value, host->name);
        return;
    }
    diag = ipxe_diag_add(diags, IPXE_DIAG_HOST_CONFLICT, host->span,
                         "%s %.*s is claimed by two hosts, '%s' and '%s'", name,
                         (int)len, value, other->name, host->name);
    ipxe_diag_note(diag, other->span, "the other stands here");
}

static void add_key(ipxe_rules_t *rules, int number, ipxe_host_by_e fact,
                    const char *value, apr_size_t len, ipxe_diags_t *diags)
{
    struct ipxe_host_keys_t *keys = rules->host_keys;
    const ipxe_host_t *host = &rules->hosts[number], *other;
    ipxe_host_place_t place = ipxe_host_place(&keys->table, fact, value, len);
    apr_size_t at;

    for (at = place.at; keys->table.slots[at];
         at = ipxe_host_slot_after(&keys->table, at)) {
        other = host_at(rules, at, place.mark);
        if (!other || other == host || !has_value(other, fact, value, len) ||
            !same_maker(fact, other, host))
            continue;
        add_conflict(host, other, fact, value, len, diags);
        return;
    }
    keys->slots[at] = place.mark | ((apr_uint32_t)number + 1);
    rules->host_facts |= IPXE_FACT_BIT(facts[fact]);
    if (facts[fact] == IPXE_FACT_SERIAL && host->manufacturer)
        rules->host_facts |= IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER);
}

/* A card that a host lists twice. */
static int stands_before(const ipxe_host_t *host, ipxe_host_by_e fact,
                         const char *value, apr_size_t len)
{
    const char *text = text_of(host, fact);
    apr_size_t n;

    for (; (n = ipxe_host_next_value(&text, fact)) > 0 && text < value;
         text += n) {
        if (n == len && strncasecmp(text, value, len) == 0)
            return 1;
    }
    return 0;
}

static void add_host(ipxe_rules_t *rules, int number, ipxe_diags_t *diags)
{
    const ipxe_host_t *host = &rules->hosts[number];
    ipxe_host_by_e fact;

    for (fact = 0; fact < FACTS; fact++) {
        const char *text = text_of(host, fact);
        apr_size_t n;

        for (; (n = ipxe_host_next_value(&text, fact)) > 0; text += n) {
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
    ipxe_host_by_e fact;
    int i;

    for (i = 0; i < rules->host_count; i++) {
        for (fact = 0; fact < FACTS; fact++) {
            const char *text = text_of(&rules->hosts[i], fact);

            for (; (n = ipxe_host_next_value(&text, fact)) > 0; text += n)
                count++;
        }
    }
    return count;
}

void ipxe_hosts_index(ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool)
{
    struct ipxe_host_keys_t *made = apr_palloc(pool, sizeof(*made));
    int i;

    made->slots = ipxe_host_slots_make(&made->table, count_keys(rules),
                                       (apr_size_t)rules->host_count, pool);
    rules->host_keys = made;
    for (i = 0; i < rules->host_count; i++)
        add_host(rules, i, diags);
}

/* ---- Finding ---- */

/* One search. */
typedef struct finding_t {
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_host_t *first, *second;
    apr_pool_t *pool;
} finding_t;

static int is_first(const finding_t *finding, const char *name)
{
    return finding->first && strcmp(finding->first->name, name) == 0;
}

static int maker_fits(const finding_t *finding, ipxe_fact_e fact,
                      const ipxe_host_t *host)
{
    const char *maker =
        ipxe_machine_fact(finding->machine, IPXE_FACT_MANUFACTURER);

    return fact != IPXE_FACT_SERIAL || !host->manufacturer ||
           (maker && strcasecmp(maker, host->manufacturer) == 0);
}

static void take(finding_t *finding, const ipxe_host_t *host)
{
    if (!finding->first)
        finding->first = host;
    else if (host != finding->first && !finding->second)
        finding->second = host;
}

/* Those of compiled files under a key. */
static void look_in_mapped(finding_t *finding, ipxe_host_by_e fact,
                           const char *value, apr_size_t len)
{
    const apr_array_header_t *all = ipxe_mapped_all(finding->rules);
    int i, number;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_mapped_t *mapped =
            APR_ARRAY_IDX(all, i, const ipxe_mapped_t *);
        ipxe_image_search_t search;

        ipxe_image_seek(&search, mapped->image, fact, value, len);
        while ((number = ipxe_image_next(&search)) >= 0) {
            const ipxe_host_t *host =
                is_first(finding, ipxe_image_name(mapped->image, number))
                    ? finding->first
                    : ipxe_mapped_host(mapped, number, finding->pool);

            if (maker_fits(finding, facts[fact], host))
                take(finding, host);
        }
    }
}

static void look(finding_t *finding, ipxe_host_by_e fact, const char *value)
{
    const struct ipxe_host_keys_t *keys = finding->rules->host_keys;
    apr_size_t len = value ? strlen(value) : 0, at;
    ipxe_host_place_t place;

    if (!len || !(finding->rules->host_facts & IPXE_FACT_BIT(facts[fact])))
        return;
    place = ipxe_host_place(&keys->table, fact, value, len);
    for (at = place.at; keys->table.slots[at];
         at = ipxe_host_slot_after(&keys->table, at)) {
        const ipxe_host_t *host = host_at(finding->rules, at, place.mark);

        if (host && has_value(host, fact, value, len) &&
            maker_fits(finding, facts[fact], host))
            take(finding, host);
    }
    look_in_mapped(finding, fact, value, len);
}

static const ipxe_host_t *mapped_under(const ipxe_rules_t *rules,
                                       ipxe_host_by_e by, const char *value,
                                       apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_mapped_all(rules);
    ipxe_image_search_t search;
    int i, number;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_mapped_t *mapped =
            APR_ARRAY_IDX(all, i, const ipxe_mapped_t *);

        ipxe_image_seek(&search, mapped->image, by, value, strlen(value));
        number = ipxe_image_next(&search);
        if (number >= 0)
            return ipxe_mapped_host(mapped, number, pool);
    }
    return NULL;
}

const ipxe_host_t *ipxe_hosts_under(const ipxe_rules_t *rules, ipxe_fact_e fact,
                                    const char *value, apr_pool_t *pool)
{
    const struct ipxe_host_keys_t *keys = rules->host_keys;
    apr_size_t len = strlen(value), at;
    ipxe_host_place_t place;
    ipxe_host_by_e i = IPXE_HOST_BY_MAC;

    while (i < FACTS && facts[i] != fact)
        i++;
    if (i == FACTS || !len || !(rules->host_facts & IPXE_FACT_BIT(fact)))
        return NULL;
    place = ipxe_host_place(&keys->table, i, value, len);
    for (at = place.at; keys->table.slots[at];
         at = ipxe_host_slot_after(&keys->table, at)) {
        const ipxe_host_t *host = host_at(rules, at, place.mark);

        if (host && has_value(host, i, value, len))
            return host;
    }
    return mapped_under(rules, i, value, pool);
}

/* Those of the rule files. */
static void look_in_files(finding_t *finding)
{
    const ipxe_machine_t *machine = finding->machine;
    int i;

    for (i = 0; i < machine->mac_count; i++)
        look(finding, IPXE_HOST_BY_MAC, machine->macs[i]);
    for (i = 1; i < FACTS; i++)
        look(finding, (ipxe_host_by_e)i, ipxe_machine_fact(machine, facts[i]));
}

/* ---- Databases ---- */

#define MOST_KEYS (IPXE_MAX_CARDS + FACTS)

static void add_search_key(ipxe_host_key_t *keys, apr_size_t *count,
                           ipxe_fact_e fact, const char *value)
{
    if (!value || !*value || *count == MOST_KEYS)
        return;
    keys[*count].fact = fact;
    keys[(*count)++].value = value;
}

/* The machine's keys in the order in which they count. */
static apr_size_t list_keys(ipxe_host_key_t *keys,
                            const ipxe_machine_t *machine)
{
    apr_size_t count = 0;
    int i;

    for (i = 0; i < machine->mac_count; i++)
        add_search_key(keys, &count, IPXE_FACT_MAC, machine->macs[i]);
    for (i = 1; i < FACTS; i++)
        add_search_key(keys, &count, facts[i],
                       ipxe_machine_fact(machine, facts[i]));
    return count;
}

static apr_status_t look_in_database(finding_t *finding,
                                     const ipxe_host_provider_t *provider,
                                     ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *hits = apr_array_make(pool, 4, sizeof(ipxe_host_hit_t));
    ipxe_host_key_t keys[MOST_KEYS];
    apr_size_t count = list_keys(keys, finding->machine);
    apr_status_t status =
        provider->find(hits, provider->baton, keys, count, diags, pool);
    int i;

    for (i = 0; i < hits->nelts && status == APR_SUCCESS && !finding->second;
         i++) {
        const ipxe_host_hit_t *hit = &APR_ARRAY_IDX(hits, i, ipxe_host_hit_t);
        const ipxe_host_t *host;

        if (is_first(finding, hit->name))
            continue;
        status = ipxe_host_read(&host, hit->text, finding->rules, diags, pool);
        if (status == APR_SUCCESS && maker_fits(finding, hit->fact, host))
            take(finding, host);
    }
    return status;
}

/* Rule files that stand in the list as NULL. */
static apr_status_t look_in(finding_t *finding,
                            const ipxe_host_provider_t *provider,
                            ipxe_diags_t *diags, apr_pool_t *pool)
{
    if (provider)
        return look_in_database(finding, provider, diags, pool);
    look_in_files(finding);
    return APR_SUCCESS;
}

int ipxe_hosts_elsewhere(const ipxe_rules_t *rules)
{
    int i;

    for (i = 0; i < rules->providers->nelts; i++) {
        if (APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *))
            return 1;
    }
    return 0;
}

/* ---- What a machine did not tell ---- */

static ipxe_facts_t silent_facts(const ipxe_machine_t *machine)
{
    ipxe_facts_t silent = 0;
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (machine->facts[i].state == IPXE_NOT_TOLD)
            silent |= IPXE_FACT_BIT(i);
    }
    return silent;
}

static apr_status_t facts_in_database(ipxe_facts_t *untold,
                                      const ipxe_host_provider_t *provider,
                                      ipxe_facts_t silent, ipxe_diags_t *diags,
                                      apr_pool_t *pool)
{
    ipxe_facts_t told_by = 0;
    apr_status_t status =
        provider->facts(&told_by, provider->baton, diags, pool);

    *untold |= told_by & silent;
    return status;
}

static apr_status_t find_untold(ipxe_found_t *found, const ipxe_rules_t *rules,
                                const ipxe_machine_t *machine,
                                ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_facts_t silent = silent_facts(machine);
    apr_status_t status = APR_SUCCESS;
    int i;

    found->untold = rules->host_facts & silent;
    for (i = 0; i < rules->providers->nelts && status == APR_SUCCESS; i++) {
        const ipxe_host_provider_t *provider =
            APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *);

        if (provider && silent & IPXE_HOST_FACTS)
            status = facts_in_database(&found->untold, provider, silent, diags,
                                       pool);
    }
    return status;
}

apr_status_t ipxe_hosts_find(ipxe_found_t *found, const ipxe_rules_t *rules,
                             const ipxe_machine_t *machine, ipxe_diags_t *diags,
                             apr_pool_t *pool)
{
    finding_t finding = {rules, machine, NULL, NULL, pool};
    apr_status_t status = APR_SUCCESS;
    int i;

    memset(found, 0, sizeof(*found));
    for (i = 0;
         i < rules->providers->nelts && status == APR_SUCCESS && !finding.first;
         i++)
        status = look_in(
            &finding,
            APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *),
            diags, pool);
    if (status != APR_SUCCESS)
        return status;
    if (finding.first && !finding.second) {
        found->host = finding.first;
        return APR_SUCCESS;
    }
    found->first = finding.second ? finding.first : NULL;
    found->second = finding.second;
    return find_untold(found, rules, machine, diags, pool);
}

/* ---- Those of the rule files ---- */

int ipxe_hosts_count(const ipxe_rules_t *rules)
{
    const apr_array_header_t *all = ipxe_mapped_all(rules);
    int count = rules->host_count, i;

    for (i = 0; i < all->nelts; i++)
        count += ipxe_image_count(
            APR_ARRAY_IDX(all, i, const ipxe_mapped_t *)->image);
    return count;
}

/* Names differ by the case of their letters, too. */
static const ipxe_host_t *mapped_called(const ipxe_rules_t *rules,
                                        const char *name, apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_mapped_all(rules);
    ipxe_image_search_t search;
    int i, number;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_mapped_t *mapped =
            APR_ARRAY_IDX(all, i, const ipxe_mapped_t *);

        ipxe_image_seek(&search, mapped->image, IPXE_HOST_BY_NAME, name,
                        strlen(name));
        while ((number = ipxe_image_next(&search)) >= 0)
            if (strcmp(ipxe_image_name(mapped->image, number), name) == 0)
                return ipxe_mapped_host(mapped, number, pool);
    }
    return NULL;
}

const ipxe_host_t *ipxe_hosts_called(const ipxe_rules_t *rules,
                                     const char *name, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < rules->host_count; i++) {
        if (strcmp(rules->hosts[i].name, name) == 0)
            return &rules->hosts[i];
    }
    return mapped_called(rules, name, pool);
}

static int each_mapped(const ipxe_mapped_t *mapped, ipxe_hosts_each_fn *each,
                       void *baton, apr_pool_t *scratch)
{
    int count = ipxe_image_count(mapped->image), i, stop = 0;

    for (i = 0; i < count && !stop; i++) {
        stop = each(baton, ipxe_mapped_host(mapped, i, scratch), scratch);
        apr_pool_clear(scratch);
    }
    return stop;
}

void ipxe_hosts_each(const ipxe_rules_t *rules, ipxe_hosts_each_fn *each,
                     void *baton, apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_mapped_all(rules);
    apr_pool_t *scratch;
    int i, stop = 0;

    apr_pool_create(&scratch, pool);
    for (i = 0; i < rules->host_count && !stop; i++) {
        stop = each(baton, &rules->hosts[i], scratch);
        apr_pool_clear(scratch);
    }
    for (i = 0; i < all->nelts && !stop; i++)
        stop = each_mapped(APR_ARRAY_IDX(all, i, const ipxe_mapped_t *), each,
                           baton, scratch);
    apr_pool_destroy(scratch);
}

static void key_against(const ipxe_mapped_t *mapped, const ipxe_host_t *host,
                        ipxe_host_by_e fact, const char *value, apr_size_t len,
                        ipxe_diags_t *diags, apr_pool_t *scratch)
{
    ipxe_image_search_t search;
    int number;

    ipxe_image_seek(&search, mapped->image, fact, value, len);
    while ((number = ipxe_image_next(&search)) >= 0) {
        const ipxe_host_t *other = ipxe_mapped_host(mapped, number, scratch);

        if (same_maker(fact, other, host)) {
            add_conflict(host, other, fact, value, len, diags);
            return;
        }
    }
}

void ipxe_hosts_against(const struct ipxe_mapped_t *mapped,
                        const ipxe_host_t *host, ipxe_diags_t *diags,
                        apr_pool_t *scratch)
{
    ipxe_host_by_e fact;

    for (fact = 0; fact < FACTS; fact++) {
        const char *text = text_of(host, fact);
        apr_size_t n;

        for (; (n = ipxe_host_next_value(&text, fact)) > 0; text += n)
            key_against(mapped, host, fact, text, n, diags, scratch);
    }
}
