/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for machines: who gets what. */
#include "t/unit/rules_help.h"

static const char site[] =
    "profiles:\n"
    "  memtest:\n"
    "    title: Memory test\n"
    "    kernel: { pcbios: tools/memtest.bin, efi: tools/memtest.efi }\n"
    "  rocky: { kernel: vmlinuz, initrd: initrd.img, install: true }\n"
    "  pc: { kernel: k, when: { platform: pcbios } }\n"
    "menus:\n"
    "  main:\n"
    "    items:\n"
    "      - { boot: rocky }\n"
    "      - { boot: memtest, key: m }\n"
    "      - { boot: pc }\n"
    "      - { local: true, when: { platform: efi }, set: { a: b } }\n"
    "groups:\n"
    "  all: { vars: { role: any, rack: r0 } }\n"
    "  web: { vars: { role: web }, groups: [ all ], boot: rocky }\n"
    "hosts:\n"
    "  - { name: web01, mac: 52:54:00:00:00:01, groups: [ web ] }\n"
    "  - { name: web02, serial: SN2, groups: [ web ], local: true }\n"
    "  - { name: idle, serial: SN3, groups: [ all ] }\n"
    "rules:\n"
    "  - { name: rack, when: { ip: 10.0.1.0/24 }, set: { console: ttyS1 } }\n"
    "  - { name: office, when: { ip: 10.0.9.0/24 }, deny: no }\n"
    "  - name: qc\n"
    "    when: { serial: [ 'QC-*', 'BI-*' ] }\n"
    "    boot: memtest\n"
    "  - { name: old, when: { product: /^old/i }, boot: pc }\n"
    "  - { name: kept, when: { args.keep: yes }, local: 0x81, continue: true "
    "}\n"
    "  - { name: known, when: { host: '*' }, follow: host }\n"
    "  - { name: named, when: \"args.profile is defined\", boot: '{{ "
    "args.profile }}' }\n"
    "  - { name: rest, when: { args.rest: ~ }, menu: main }\n";

static void test_rules(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    is(help_outcome(help, "mac=525400aabbcc&platform=efi&serial=QC-1"),
       "boot memtest", "a serial number leads to its profile");
    is(help_rule(help, "serial=bi-7&platform=pcbios"), "qc",
       "a list of patterns, in any case");
    is(help_outcome(help, "serial=X"), "menu main", "everybody else");
    is(help_outcome(help, "mac=52-54-00-00-00-01"), "boot rocky",
       "a host follows its group");
    is(help_rule(help, "mac=52-54-00-00-00-01"), "known", "by that rule");
    is(help_outcome(help, "serial=sn2"), "local", "its own action goes first");
    is(help_outcome(help, "serial=SN3"), "menu main",
       "with nothing to follow the search goes on");
    is(help_outcome(help, "serial=X&keep=yes&rest=1"), "local 0x81",
       "a kept action stands where none comes");
    is(help_rule(help, "serial=X&keep=yes&rest=1"), "kept",
       "under its own name");
    is(help_outcome(help, "serial=X&keep=yes"), "menu main",
       "and is replaced by the next");
    is(help_outcome(help, "serial=X&rest=1"), "none", "no rule");
    ok(help_decide(help, "rest=1") && !help_decide(help, "rest=1")->rule,
       "has no rule");
}

static void test_profiles(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    is(help_outcome(help, "serial=QC-1&platform=linux"),
       "deny: profile memtest does not boot on linux, unknown processor",
       "a profile with nothing for a platform");
    is(help_outcome(help, "product=Older&platform=efi"),
       "deny: profile pc is not for this machine: platform is 'efi', not "
       "'pcbios'",
       "a profile that is not for the machine");
    is(help_outcome(help, "product=OLD&platform=pcbios"), "boot pc",
       "and one that is");
    is(help_outcome(help, "profile=rocky"), "boot rocky", "a name computed");
    is(help_outcome(help, "profile=nobody"),
       "error: there is no profile "
       "'nobody'",
       "that does not exist");
    is(help_outcome(help, "mac=52:54:00:00:00:01&serial=SN3"), "menu main",
       "two hosts claim it: it follows neither");
    ok(help_decide(help, "mac=52:54:00:00:00:01&serial=SN3")->other != NULL,
       "both are named");
    is(help_outcome(help, "mac=52:54:00:00:00:01&serial=SN3&profile=rocky"),
       "deny: two hosts claim this machine, web01 and idle: nothing is "
       "installed on it",
       "and nothing is installed");
}

static int offered(help_t *help, const char *query, const char *name)
{
    const ipxe_decision_t *decision = help_decide(help, query);
    const ipxe_item_t *item = ipxe_menu_item(decision->action.menu, name);
    int offers = -1;

    ipxe_decision_offers(&offers, decision, item, help->diags, help->pool);
    return offers;
}

static void test_items(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    ipxe_decision_t *decision = help_decide(help, "platform=efi"), *chosen;
    const ipxe_menu_t *menu = decision->action.menu;

    is_int(offered(help, "platform=efi", "pc"), 0, "left out: not for EFI");
    is_int(offered(help, "platform=pcbios", "pc"), 1, "offered on BIOS");
    is_int(offered(help, "platform=pcbios", "local"), 0, "its own `when`");
    is_int(offered(help, "platform=linux", "memtest"), 0, "no kernel for it");
    ipxe_decision_choose(&chosen, decision, menu, ipxe_menu_item(menu, "local"),
                         help->diags, pool);
    is_int(chosen->action.kind, IPXE_ACTION_LOCAL, "chosen");
    is(help_say(help, chosen, "{{ a }}"), "b", "with what the item sets");
    ipxe_decision_choose(&chosen, decision, menu, ipxe_menu_item(menu, "rocky"),
                         help->diags, pool);
    is(chosen->action.profile->name, "rocky", "a profile chosen");
    decision = ipxe_decision_fix(decision, chosen->action.profile, pool);
    is(help_say(help, decision, "{{ profile.name }}"), "rocky", "fixed");
    is_int(ipxe_decision_boot(decision, pool)->way, IPXE_WAY_KERNEL, "boots");
}

static void test_untold(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    const ipxe_decision_t *decision = help_decide(help, "serial=X");

    ok(decision->untold & IPXE_FACT_BIT(IPXE_FACT_PRODUCT),
       "a fact not told that a rule asked for");
    ok(!(decision->untold & IPXE_FACT_BIT(IPXE_FACT_SERIAL)), "not one told");
    ok(!(decision->untold & IPXE_FACT_BIT(IPXE_FACT_CHIP)),
       "not one that nobody asked for");
    ok(decision->untold & IPXE_FACT_BIT(IPXE_FACT_MAC),
       "nor one by which hosts are found");
    decision = help_decide(help, "serial=QC-1&platform=efi");
    is_int(decision->untold, 0, "nothing was missed");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_rules(pool);
    test_profiles(pool);
    test_items(pool);
    test_untold(pool);
    return tap_end(pool);
}
