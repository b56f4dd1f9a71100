/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that do not exist. */
#include "engine/sample.h"

#include <string.h>

#include "rules/uses.h"

const ipxe_sample_t ipxe_samples[IPXE_SAMPLE_KINDS] = {
    {"pcbios", "i386", "true"},
    {"efi", "x86_64", "true"},
    {"efi", "arm64", NULL},
};

static const char *const sample_texts[IPXE_FACT_COUNT] = {
    [IPXE_FACT_MAC] = "52:54:00:12:34:56",
    [IPXE_FACT_UUID] = "11112222-3333-4444-5555-666677778888",
    [IPXE_FACT_SERIAL] = "SAMPLE-1",
    [IPXE_FACT_ASSET] = "ASSET-1",
    [IPXE_FACT_MANUFACTURER] = "Maker",
    [IPXE_FACT_PRODUCT] = "Product",
    [IPXE_FACT_FAMILY] = "Family",
    [IPXE_FACT_SKU] = "SKU-1",
    [IPXE_FACT_BOARD_SERIAL] = "BOARD-1",
    [IPXE_FACT_BOARD_PRODUCT] = "Board",
    [IPXE_FACT_CHASSIS_SERIAL] = "CHASSIS-1",
    [IPXE_FACT_HOSTNAME] = "sample",
    [IPXE_FACT_DOMAIN] = "example.org",
    [IPXE_FACT_MEMSIZE] = "4096",
    [IPXE_FACT_VERSION] = "1.21.1",
    [IPXE_FACT_USER_CLASS] = "iPXE",
    [IPXE_FACT_BUSID] = "01:1a:f4:10:00",
    [IPXE_FACT_CHIP] = "virtio-net",
    [IPXE_FACT_IP] = "192.0.2.10",
};

/* What somebody answers to questions that have no default. */
static void add_answers(ipxe_machine_t *machine, const ipxe_menu_t *menu)
{
    int i, j;

    for (i = 0; i < menu->items->nelts; i++) {
        const apr_array_header_t *asks =
            APR_ARRAY_IDX(menu->items, i, ipxe_item_t).asks;

        for (j = 0; asks && j < asks->nelts; j++) {
            const ipxe_ask_t *ask = &APR_ARRAY_IDX(asks, j, ipxe_ask_t);

            if (!ask->fallback)
                ipxe_machine_add_ask(machine, ask->var, "sample");
        }
    }
}

static void add_all_answers(ipxe_machine_t *machine, const ipxe_rules_t *rules,
                            apr_pool_t *pool)
{
    apr_hash_index_t *at = apr_hash_first(pool, rules->menus);

    for (; at; at = apr_hash_next(at))
        add_answers(machine, apr_hash_this_val(at));
}

ipxe_machine_t *ipxe_sample_make(const ipxe_snapshot_t *set,
                                 const ipxe_rule_t *rule,
                                 const ipxe_sample_t *kind, int full,
                                 apr_pool_t *pool)
{
    ipxe_facts_t wanted = ipxe_cond_facts(rule->when) |
                          IPXE_FACT_BIT(IPXE_FACT_MAC) |
                          IPXE_FACT_BIT(IPXE_FACT_IP);
    apr_array_header_t *args = apr_array_make(pool, 4, sizeof(const char *));
    ipxe_machine_input_t nothing;
    ipxe_machine_t *machine;
    int i;

    memset(&nothing, 0, sizeof(nothing));
    machine = ipxe_machine_parse(&nothing, pool);
    ipxe_machine_set(machine, IPXE_FACT_PLATFORM, kind->platform);
    ipxe_machine_set(machine, IPXE_FACT_ARCH, kind->arch);
    if (kind->cpu64)
        ipxe_machine_set(machine, IPXE_FACT_CPU64, kind->cpu64);
    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (sample_texts[i] && (full || wanted & IPXE_FACT_BIT(i)))
            ipxe_machine_set(machine, (ipxe_fact_e)i, sample_texts[i]);
    }
    ipxe_cond_args(args, rule->when);
    if (full) {
        apr_array_cat(args, set->ticket_args);
        add_all_answers(machine, set->rules, pool);
    }
    for (i = 0; i < args->nelts; i++)
        ipxe_machine_add_arg(machine, APR_ARRAY_IDX(args, i, const char *),
                             "sample");
    return machine;
}

int ipxe_sample_says(const char *path)
{
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++)
        if (sample_texts[i] && strlen(sample_texts[i]) > 5 &&
            strstr(path, sample_texts[i]))
            return 1;
    return strstr(path, "52-54-00-12-34-56") != NULL ||
           strstr(path, "525400123456") != NULL;
}
