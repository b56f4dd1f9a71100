/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: which machines a `when` holds for, and why not. */
#include "t/unit/rules_help.h"

static const char before[] =
    "vars: { site: lab, limit: 4096, blank: '{{ asset }}' }\n"
    "groups: { all: , web: { groups: all } }\n"
    "hosts: [ { name: web01, serial: HOST1, groups: web, "
    "vars: { tier: gold } },\n"
    "         { name: bare, serial: HOST2 } ]\n";

typedef struct case_t {
    const char *when, *query;
    int holds;
    const char *because; /* NULL: not looked at */
} case_t;

static const case_t cases[] = {
    /* globs */
    {"{ serial: 'QC-*' }", "serial=QC-1", 1, NULL},
    {"{ serial: 'QC-*' }", "serial=qc-1", 1, NULL},
    {"{ serial: 'QC-*' }", "serial=xQC-1", 0, "serial is 'xQC-1', not 'QC-*'"},
    {"{ serial: 'QC-*' }", "serial=", 0, "serial is absent"},
    {"{ serial: 'QC-*' }", "", 0, "serial was not told"},
    {"{ serial: [ a, 'b*' ] }", "serial=c", 0,
     "serial is 'c', not any of 'a', 'b*'"},
    {"{ serial: '*' }", "serial=x", 1, NULL},
    {"{ serial: '*' }", "serial=", 0, NULL},
    {"{ serial: 'a?c' }", "serial=a%C3%BCc", 1, NULL},
    {"{ serial: 'a??c' }", "serial=a%C3%BCc", 0, NULL},
    {"{ serial: '*a*b*' }", "serial=xxaybzz", 1, NULL},
    {"{ serial: '*a*b' }", "serial=xxaybzz", 0, NULL},
    {"{ serial: '[a-c]1' }", "serial=B1", 1, NULL},
    {"{ serial: '[!a-c]1' }", "serial=b1", 0, NULL},
    {"{ serial: '[]x]1' }", "serial=]1", 1, NULL},
    {"{ serial: 'a\\*' }", "serial=a*", 1, NULL},
    {"{ serial: 'a\\*' }", "serial=ab", 0, NULL},
    {"{ serial: 0012345 }", "serial=0012345", 1, NULL},
    {"{ serial: 0012345 }", "serial=12345", 0, NULL},
    /* absent */
    {"{ asset: ~ }", "asset=", 1, NULL},
    {"{ asset: ~ }", "", 1, NULL},
    {"{ asset: ~ }", "asset=7x", 0, "asset is '7x', not absent"},
    {"{ asset: [ ~, 'A*' ] }", "asset=A1", 1, NULL},
    {"{ asset: ~ }", "asset=Default%20string", 1, NULL},
    {"{ mac: ~ }", "", 1, NULL},
    /* regular expressions */
    {"{ product: '/R[67]40/' }", "product=PowerEdge%20R740", 1, NULL},
    {"{ product: /r740/ }", "product=PowerEdge%20R740", 0, NULL},
    {"{ product: /r740/i }", "product=PowerEdge%20R740", 1, NULL},
    {"{ product: /^R740/ }", "product=PowerEdge%20R740", 0, NULL},
    /* addresses; the machine has 10.0.1.7 */
    {"{ ip: 10.0.1.0/24 }", "", 1, NULL},
    {"{ ip: 10.0.1.0/255.255.255.0 }", "", 1, NULL},
    {"{ ip: 10.0.2.0/24 }", "", 0, "ip is '10.0.1.7', not '10.0.2.0/24'"},
    {"{ ip: 10.0.1.7 }", "", 1, NULL},
    {"{ ip: 10.0.1.1-10.0.1.7 }", "", 1, NULL},
    {"{ ip: 10.0.1.1-10.0.1.6 }", "", 0, NULL},
    {"{ ip: '::ffff:10.0.1.0/120' }", "", 1, NULL},
    {"{ ip: [ '2001:db8::/32', 10.0.0.0/8 ] }", "", 1, NULL},
    {"{ ip: 0.0.0.0/0 }", "", 1, NULL},
    {"{ ip: '2001:db8::/32' }", "", 0, NULL},
    /* cards */
    {"{ mac: 52-54-00-12-34-56 }", "mac=525400123456", 1, NULL},
    {"{ mac: 5254.0012.3456 }", "mac=525400123456", 1, NULL},
    {"{ mac: 525400123456 }", "mac=52:54:00:12:34:56", 1, NULL},
    {"{ mac: '52:54:00' }", "mac=525400123456", 1, NULL},
    {"{ mac: 52-54-00-* }", "mac=525400123456", 1, NULL},
    {"{ mac: '52:54:01' }", "mac=525400123456", 0, NULL},
    {"{ mac: '52:54:01' }", "mac=525400123456&mac1=525401000000", 1, NULL},
    {"{ macs: '52:54:01' }", "mac=525400123456&mac1=525401000000", 1, NULL},
    /* uuids, numbers, versions */
    {"{ uuid: 4C4C4544-0031-3010-8051-B4C04F4A4A32 }",
     "uuid=4c4c4544-0031-3010-8051-b4c04f4a4a32", 1, NULL},
    {"{ memsize: '>= 4096' }", "memsize=4096", 1, NULL},
    {"{ memsize: '> 4096' }", "memsize=4096", 0,
     "memsize is '4096', not "
     "'> 4096'"},
    {"{ memsize: '<4096.5' }", "memsize=4096", 1, NULL},
    {"{ memsize: '!= 5' }", "memsize=4096", 1, NULL},
    {"{ memsize: 4096 }", "memsize=4096", 1, NULL},
    {"{ version: '>= 1.21' }", "version=1.21.1", 1, NULL},
    {"{ version: '< 1.21' }", "version=1.3.1", 1, NULL},
    {"{ version: '1.21*' }", "version=1.21.1", 1, NULL},
    {"{ cpu64: true }", "cpu64=1", 1, NULL},
    {"{ cpu: x86_64 }", "arch=i386", 1, NULL},
    {"{ platform: EFI }", "platform=efi", 1, NULL},
    /* arguments */
    {"{ args.rack: '7' }", "rack=7", 1, NULL},
    {"{ args.rack: '> 6' }", "rack=7", 1, NULL},
    {"{ args.rack: '> 6' }", "rack=x", 0, "args.rack is 'x', not '> 6'"},
    {"{ args.rack: ~ }", "", 1, NULL},
    {"{ args.rack: '*' }", "", 0, "args.rack was not sent"},
    /* hosts and groups */
    {"{ host: '*' }", "serial=HOST1", 1, NULL},
    {"{ host: '*' }", "serial=X", 0, "the machine is no known host"},
    {"{ host: ~ }", "serial=X", 1, NULL},
    {"{ host: bare }", "serial=HOST1", 0, "the host is 'web01', not 'bare'"},
    {"{ group: web }", "serial=HOST1", 1, NULL},
    {"{ group: all }", "serial=HOST1", 1, NULL},
    {"{ group: web }", "serial=HOST2", 0, "no group of host 'bare' is 'web'"},
    {"{ group: ~ }", "serial=HOST2", 1, NULL},
    /* together */
    {"{ serial: a, asset: b }", "serial=a&asset=b", 1, NULL},
    {"{ serial: a, asset: b }", "serial=a&asset=c", 0, "asset is 'c', not 'b'"},
    {"{ any: [ { serial: a }, { asset: b } ] }", "asset=b", 1, NULL},
    {"{ any: [ { serial: a }, { asset: b } ] }", "asset=c", 0,
     "none of `any` holds; of the last: asset is 'c', not 'b'"},
    {"{ all: [ { serial: a }, \"asset == 'b'\" ] }", "serial=a&asset=b", 1,
     NULL},
    {"{ not: { serial: a } }", "serial=a", 0, "what stands under `not` holds"},
    {"{ not: { serial: a } }", "serial=b", 1, NULL},
    {"{ not: { serial: a } }", "", 1, NULL},
    {"{ not: { serial: a, asset: b } }", "serial=a", 1, NULL},
    {"{ not: \"serial == 'a'\" }", "serial=a", 0, NULL},
    /* expressions */
    {"platform == 'efi' and memsize >= 4096", "platform=efi&memsize=8192", 1,
     NULL},
    {"platform == 'efi'", "platform=pcbios", 0,
     "platform == 'efi' is not so: platform is 'pcbios'"},
    {"serial == 'x'", "serial=", 0, "serial is absent"},
    {"serial == 'x'", "", 0, "serial was not told"},
    {"facts.serial == 'x'", "", 0, "serial was not told"},
    {"serial is defined", "", 0, NULL},
    {"serial is not defined", "", 1, NULL},
    {"serial|default('y') == 'y'", "", 1, NULL},
    {"site == 'lab'", "", 1, NULL},
    {"vars.site == 'lab'", "", 1, NULL},
    {"memsize >= limit", "memsize=4096", 1, NULL},
    {"tier == 'gold'", "serial=HOST1", 1, NULL},
    {"tier == 'gold'", "serial=HOST2", 0, "'tier' is not defined"},
    {"blank == 'x'", "", 0, "asset was not told"},
    {"host.name == 'web01'", "serial=HOST1", 1, NULL},
    {"host.name == 'web01'", "serial=X", 0, "'host.name' is not defined"},
    {"'web' in host.groups", "serial=HOST1", 1, NULL},
    {"'web' in host.groups", "serial=X", 0, NULL},
    {"host.vars.tier == 'gold'", "serial=HOST1", 1, NULL},
    {"args.rack == '7'", "rack=7", 1, NULL},
    {"args.rack == '7'", "", 0, "'args.rack' is not defined"},
    {"cpu64", "cpu64=1", 1, NULL},
    {"'52:54:00:00:00:02' in macs", "mac=525400000001&mac0=525400000002", 1,
     NULL},
    {"raw.serial == ' x'", "serial=%20x", 1, NULL},
    {"product is match('PowerEdge R[67]')", "product=PowerEdge%20R740", 1,
     NULL},
    {"serial == 'x' or platform == 'efi'", "platform=efi", 1, NULL},
    {"platform == 'efi' or serial == 'x'", "platform=efi", 1, NULL},
    {"serial == 'x' or platform == 'efi'", "platform=linux", 0,
     "serial was not told"},
    {"(serial == 'x' or asset == 'y' or true) and true", "", 1, NULL},
    {"not (serial == 'x' or platform == 'efi')", "platform=linux", 0,
     "serial was not told"},
};

static void test_case(const case_t *of, apr_pool_t *pool)
{
    int is_mapping = *of->when == '{';
    help_t *help = help_rules(
        apr_pstrcat(pool, before, "rules:\n  - name: r\n    when: ",
                    is_mapping ? of->when : "", is_mapping ? "" : "|\n      ",
                    is_mapping ? "" : of->when, "\n    local: true\n", NULL),
        pool);
    const ipxe_decision_t *decision = help_decide(help, of->query);
    const char *name = apr_pstrcat(pool, of->when, "  ", of->query, NULL);
    const ipxe_step_t *step;

    if (!decision) {
        tap_ok(0, __FILE__, __LINE__, name);
        tap_say("diagnostics", help_diags(help));
        return;
    }
    is_int(decision->rule != NULL, of->holds, name);
    if (!of->because)
        return;
    step = &APR_ARRAY_IDX(ipxe_decision_why(decision, pool), 0, ipxe_step_t);
    is(step->because, of->because, "and why");
}

static void test_failures(apr_pool_t *pool)
{
    help_t *help = help_rules("rules:\n"
                              "  - { when: { serial: '/^(a+)+$/' }, "
                              "local: true }\n",
                              pool);

    is(help_outcome(help, "serial=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
       "error: /^(a+)+$/ cannot be tried on this machine: the regular "
       "expression takes too many steps",
       "a regular expression's limit fails the decision");
    help =
        help_rules("rules: [ { when: memsize + 'x', local: true } ]\n", pool);
    is_int(help_decide(help, "memsize=7") == NULL, 1,
           "a wrong type fails it too");
    ok(help->diags->errors > 0, "and says so");
    is_int(help_decide(help, "") == NULL, 0,
           "where the fact is absent it "
           "only does not hold");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        test_case(&cases[i], pool);
    test_failures(pool);
    return tap_end(pool);
}
