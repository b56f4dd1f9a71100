/* SPDX-License-Identifier: Apache-2.0 */
/* Known machines: by which keys a host is found, and when a machine is
 * neither of two. */
#include "t/unit/rules_help.h"

static const char site[] =
    "ignore: { mac: [ 02:00:00:00:00:99 ], "
    "uuid: 11111111-2222-3333-4444-555555555555 }\n"
    "hosts:\n"
    "  - { name: card, mac: [ 02-00-00-00-00-01, 0200.0000.0002 ] }\n"
    "  - { name: uuid, uuid: 4C4C45440031301080514A4A32B4C04F }\n"
    "  - { name: serial, serial: ' SN  001 ' }\n"
    "  - { name: acme, serial: SN002, manufacturer: Acme }\n"
    "  - { name: other, serial: SN002, manufacturer: Other }\n"
    "  - { name: asset, asset: A-7 }\n"
    "rules: [ { follow: host }, { local: true } ]\n";

static const struct {
    const char *query, *host; /* "a/b": two, and it is neither */
} cases[] = {
    {"mac=020000000001", "card"},
    {"mac=020000000002", "card"},
    {"mac=020000000077&mac1=020000000002", "card"},
    {"uuid=4c4c4544-0031-3010-8051-4a4a32b4c04f", "uuid"},
    {"serial=SN%20001", "serial"},
    {"serial=sn%20%20001", "serial"},
    {"serial=SN002&manufacturer=Acme", "acme"},
    {"serial=SN002&manufacturer=ACME", "acme"},
    {"serial=SN002&manufacturer=Other", "other"},
    {"serial=SN002&manufacturer=Third", NULL},
    {"serial=SN002", NULL},
    {"asset=A-7", "asset"},
    {"asset=a-8", NULL},
    {"", NULL},
    {"mac=020000000001&asset=A-7", "card/asset"},
    {"mac=020000000001&mac1=020000000002", "card"},
    {"serial=SN%20001&asset=A-7", "serial/asset"},
    {"mac=020000000099&asset=A-7", "asset"},
};

static void test_found(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const ipxe_decision_t *decision = help_decide(help, cases[i].query);
        const char *found = decision->host ? decision->host->name : NULL;

        if (decision->other)
            found = apr_pstrcat(pool, decision->clash->name, "/",
                                decision->other->name, NULL);
        is(found, cases[i].host, *cases[i].query ? cases[i].query : "nothing");
        ok(!decision->host || !decision->other, "one or the other");
    }
}

static void test_untold(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    ok(help_decide(help, "mac=020000000077")->untold &
           IPXE_FACT_BIT(IPXE_FACT_ASSET),
       "an unknown machine might be known by what it did not tell");
    is_int(help_decide(help, "mac=020000000001")->untold, 0,
           "a known one is known");
    help = help_rules("hosts: [ { name: a, asset: A } ]\n"
                      "rules: [ { when: { host: '*' }, exit: true }, "
                      "{ local: true } ]\n",
                      pool);
    is_int(help_decide(help, "mac=020000000077")->untold,
           IPXE_FACT_BIT(IPXE_FACT_ASSET),
           "by no more than by what hosts are told here");
}

static void test_many(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(1 << 20, pool);
    apr_time_t begun = apr_time_now();
    help_t *help;
    int i;

    ipxe_text_add(text, "vars: { a: '{{ b }}', b: c }\nhosts:\n");
    for (i = 0; i < 20000; i++)
        ipxe_text_addf(text,
                       "- { name: h%d, mac: 02000000%04x, serial: S%d, "
                       "vars: { n: %d } }\n",
                       i, i, i, i);
    ipxe_text_add(text, "rules: [ { when: { host: '*' }, local: true } ]\n");
    help = help_rules(text->data, pool);
    printf("# 20,000 hosts in %d ms\n",
           (int)apr_time_as_msec(apr_time_now() - begun));
    is(help_say(help, help_decide(help, "serial=S19999"), "{{ n }} {{ a }}"),
       "19999 c", "one of many hosts");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_found(pool);
    test_untold(pool);
    test_many(pool);
    return tap_end(pool);
}
