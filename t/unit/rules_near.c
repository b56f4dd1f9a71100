/* SPDX-License-Identifier: Apache-2.0 */
/* Near misses: which host a machine almost is, which rule is almost for it. */
#include "rules/near.h"
#include "t/unit/rules_help.h"

static const char *near(help_t *help, const char *query)
{
    const ipxe_decision_t *decision = help_decide(help, query);
    apr_array_header_t *found = ipxe_decision_near(decision, help->pool);
    ipxe_text_t *text = ipxe_text_make(256, help->pool);
    int i;

    for (i = 0; i < found->nelts; i++) {
        const ipxe_near_t *one = &APR_ARRAY_IDX(found, i, ipxe_near_t);

        ipxe_text_addf(text, "%s, %s\n", one->text,
                       ipxe_span_name(one->span, help->pool));
    }
    return text->data;
}

static void test_hosts(apr_pool_t *pool)
{
    help_t *help = help_rules(
        "hosts:\n"
        "  - { name: web01, mac: 52:54:00:12:34:56, serial: SN-0017 }\n"
        "  - { name: web02, serial: 7XKO01, manufacturer: Acme }\n"
        "  - { name: db, uuid: 33221101-5544-7766-8899-aabbccddeeff,"
        " asset: A 100 }\n",
        pool);
    static const struct {
        const char *query, *near;
    } cases[] = {
        {"mac=52:54:00:12:34:57",
         "mac 52:54:00:12:34:57 differs in the last octet from host 'web01' "
         "(52:54:00:12:34:56), a.yaml:3\n"},
        {"mac=52:54:00:21:34:56",
         "mac 52:54:00:21:34:56 differs in octet 4 from host 'web01' "
         "(52:54:00:12:34:56), a.yaml:3\n"},
        {"mac=52:54:00:13:24:56",
         "mac 52:54:00:13:24:56 has two digits swapped against host 'web01' "
         "(52:54:00:12:34:56), a.yaml:3\n"},
        {"mac=52:54:00:12:35:57", ""},
        {"serial=SN-0018",
         "serial 'SN-0018' differs in one character from that of host 'web01' "
         "('SN-0017'), a.yaml:3\n"},
        {"serial=SN 0017",
         "serial 'SN 0017' differs in blanks or hyphens from that of host "
         "'web01' ('SN-0017'), a.yaml:3\n"},
        {"serial=SN017", ""},
        {"serial=7XK001",
         "serial '7XK001' differs in one character from that of host 'web02' "
         "('7XKO01'), a.yaml:4\n"},
        {"serial=7XKO01&manufacturer=Bcme",
         "serial '7XKO01' is that of host 'web02', whose manufacturer is "
         "'Acme', not 'Bcme', a.yaml:4\n"},
        {"serial=7XKO01",
         "serial '7XKO01' is that of host 'web02', whose manufacturer is "
         "'Acme', not absent, a.yaml:4\n"},
        {"asset=A100",
         "asset 'A100' differs in one character from that of host 'db' "
         "('A 100'), a.yaml:5\n"},
        {"uuid=01112233-4455-6677-8899-aabbccddeeff",
         "uuid '01112233-4455-6677-8899-aabbccddeeff' has the bytes of its "
         "first three fields the other way round than host 'db' "
         "('33221101-5544-7766-8899-aabbccddeeff'), a.yaml:5\n"},
        {"uuid=33221101-5544-7766-8899-aabbccddeefe",
         "uuid '33221101-5544-7766-8899-aabbccddeefe' differs in one digit "
         "from that of host 'db' ('33221101-5544-7766-8899-aabbccddeeff'), "
         "a.yaml:5\n"},
        {"mac=52:54:00:12:34:56", ""},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(near(help, cases[i].query), cases[i].near, cases[i].query);
}

static void test_rules(apr_pool_t *pool)
{
    help_t *help = help_rules(
        "rules:\n"
        "  - { name: line, when: { serial: QC-*, platform: efi }, local: true "
        "}\n"
        "  - { name: one, when: { serial: RMA-0007 }, local: true }\n"
        "  - { name: large, when: { memsize: '>= 4096', arch: x86_64 }, local: "
        "true }\n"
        "  - { name: said, when: \"product == 'R640' and platform == "
        "'efi'\", local: true }\n"
        "  - { name: sets, when: { serial: QCX }, set: { a: b } }\n",
        pool);
    static const struct {
        const char *query, *near;
    } cases[] = {
        {"serial=QC-1&platform=pcbios",
         "rule 'line' fails on one condition alone: platform is 'pcbios', not "
         "'efi', a.yaml:3\n"},
        {"serial=QC1&platform=efi",
         "rule 'line' fails on one condition alone, and that nearly holds: "
         "serial is 'QC1', not 'QC-*', a.yaml:3\n"},
        {"serial=RMA-0070",
         "rule 'one' nearly holds: serial is 'RMA-0070', not 'RMA-0007', "
         "a.yaml:4\n"},
        {"arch=x86_64",
         "rule 'large' fails on one condition alone: memsize was not told, "
         "a.yaml:5\n"},
        {"serial=ABC", ""},
        {"product=R650&platform=efi",
         "rule 'line' fails on one condition alone: serial was not told, "
         "a.yaml:3\n"},
        {"serial=QC-1&platform=efi", ""},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(near(help, cases[i].query), cases[i].near, cases[i].query);
}

/* The work is bounded: the last of very many is found, and no more than some
 * are named. */
static void test_many(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(1 << 20, pool);
    help_t *help;
    int i, lines = 0;
    const char *said;

    ipxe_text_add(text, "hosts:\n");
    for (i = 0; i < 20000; i++)
        ipxe_text_addf(text,
                       "  - { name: h%d, mac: '02:00:00:00:%02x:%02x' }\n", i,
                       i >> 8, i & 255);
    ipxe_text_add(text, "rules:\n");
    for (i = 0; i < 20000; i++)
        ipxe_text_addf(text,
                       "  - { name: r%d, when: { serial: SN%d, platform: efi "
                       "}, local: true }\n",
                       i, i);
    help = help_rules(text->data, pool);
    said = near(help, "mac=02:00:01:00:4e:1f&serial=SN 19999&platform=efi");
    ok(strstr(said, "host 'h19999'"), "the last host");
    ok(strstr(said, "rule 'r19999'"), "the last rule");
    said = near(help, "mac=02:00:00:00:ff:07&platform=efi");
    for (; *said; said++)
        lines += *said == '\n';
    is_int(lines, 10, "five hosts and five rules at most");
}

/* ---- A database ---- */

static const char kept[] =
    "{\"name\": \"kept\", \"mac\": \"02:00:00:00:00:07\"}";

static apr_status_t find(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *wanted, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_size_t i;

    (void)baton;
    (void)diags;
    for (i = 0; i < count; i++) {
        ipxe_host_hit_t *hit;

        if (strcmp(wanted[i].value, "02:00:00:00:00:07") != 0)
            continue;
        hit = apr_array_push(hits);
        hit->fact = wanted[i].fact;
        hit->name = "kept";
        hit->text = ipxe_source_make("database", kept, strlen(kept), pool);
    }
    /* Whoever keeps what was in this pool before shall see it. */
    memset(apr_palloc(pool, 4000), 'x', 4000);
    return APR_SUCCESS;
}

static apr_status_t facts_of(ipxe_facts_t *facts, void *baton,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)baton;
    (void)diags;
    (void)pool;
    *facts = IPXE_FACT_BIT(IPXE_FACT_MAC);
    return APR_SUCCESS;
}

static void test_database(apr_pool_t *pool)
{
    static const ipxe_host_provider_t lmdb = {"lmdb:fake", find, facts_of,
                                              NULL,        NULL, NULL};
    apr_array_header_t *providers =
        apr_array_make(pool, 1, sizeof(const ipxe_host_provider_t *));
    help_t *help = help_make(pool);

    APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = &lmdb;
    help->providers = providers;
    help_load(help, "rules: []\n");
    is(near(help, "mac=02:00:00:00:00:09"),
       "mac 02:00:00:00:00:09 differs in the last octet from host 'kept' "
       "(02:00:00:00:00:07), database:1\n",
       "a host of a database");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_hosts(pool);
    test_rules(pool);
    test_many(pool);
    test_database(pool);
    return tap_end(pool);
}
