/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rules: what they read, what they find, what they reach. */
#include "engine/tests.h"

#include "rules/load.h"
#include "tap.h"

#define HASH "$2y$05$Ze4h6IrAJ2kJ0aG6gISBBuAeLlZWRggZgTEoUGae.K0AAspQP0tbG"

static const char rules_text[] =
    "ipxe: 1\n"
    "vars: { console: tty0, quiet: true }\n"
    "profiles:\n"
    "  memtest:\n"
    "    kernel: mt.bin\n"
    "    args: [ \"console={{ console }}\" ]\n"
    "    answers: a.cfg\n"
    "  arm:\n"
    "    kernel: { arm64: k }\n"
    "menus:\n"
    "  main:\n"
    "    title: \"For {{ serial|default('nobody') }}\"\n"
    "    items:\n"
    "      - { menu: tools }\n"
    "      - { local: true, name: disk, when: { platform: efi } }\n"
    "  tools:\n"
    "    items:\n"
    "      - { boot: memtest, set: { console: ttyS9 } }\n"
    "      - { boot: memtest, name: asked, password: " HASH ",\n"
    "          ask: [ { var: console, default: tty7 }, { var: note } ] }\n"
    "hosts:\n"
    "  - { name: web01, mac: 52:54:00:00:00:01 }\n"
    "rules:\n"
    "  - { name: net, when: { ip: 10.0.1.0/24 }, set: { console: ttyS1 } }\n"
    "  - { name: night, between: \"22:00-06:00\", deny: it is night }\n"
    "  - { name: rack, when: { args.rack: \"7\" }, hold: \"rack {{ mac }}\" }\n"
    "  - { name: card, when: { mac: 52:54:00:00:00:03 }, shell: true }\n"
    "  - { name: was done, when: { serial: \"DONE-*\", done: \"mem*\" },"
    " local: true }\n"
    "  - { name: qc, when: { serial: \"QC-*\" }, boot: memtest }\n"
    "  - { name: on arm, when: { serial: \"ARM-*\" }, boot: arm }\n"
    "  - { name: known, when: { host: \"*\" }, local: true }\n"
    "  - { name: weekend, days: [ sat, sun ], deny: come on Monday }\n"
    "  - { name: else, menu: main }\n";

static ipxe_snapshot_t *make_set(apr_pool_t *pool)
{
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));
    ipxe_settings_t *settings = apr_palloc(pool, sizeof(*settings));
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_rules_input_t input = {.library = ipxe_engine_library(pool)};
    apr_array_header_t *sources =
        apr_array_make(pool, 1, sizeof(const ipxe_source_t *));

    ipxe_settings_default(settings, pool);
    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("r.yaml", rules_text, strlen(rules_text), pool);
    input.sources = sources;
    ipxe_library_add(input.library, "a.cfg",
                     ipxe_source_make("a.cfg", "on {{ console }}\n", 17, pool));
    set->pool = pool;
    set->settings = settings;
    set->hash = "";
    set->rules = ipxe_rules_load(&input, diags, pool);
    ipxe_snapshot_publish(set, 1);
    if (!set->rules)
        tap_say("rules", ipxe_diag_text(ipxe_diags_first_error(diags), pool));
    return set;
}

/* Everything that is wrong with the tests or found by them, a line each. */
static const char *outcome(const char *tests_text, int *reached,
                           const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    apr_array_header_t *tests =
        apr_array_make(pool, 2, sizeof(const ipxe_test_t *));
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *out = ipxe_text_make(256, pool);
    int i, n;

    ipxe_tests_read(
        tests, ipxe_source_make("t.yaml", tests_text, strlen(tests_text), pool),
        set, diags, pool);
    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag =
            APR_ARRAY_IDX(diags->all, i, const ipxe_diag_t *);

        ipxe_text_addf(out, "%s%s: %s", out->len ? "\n" : "",
                       ipxe_code_get(diag->code)->slug, diag->message);
    }
    for (i = 0; !diags->errors && i < tests->nelts; i++) {
        apr_array_header_t *failures = ipxe_test_run(
            reached, APR_ARRAY_IDX(tests, i, const ipxe_test_t *), set, pool);

        for (n = 0; n < failures->nelts; n++)
            ipxe_text_addf(
                out, "%s%s", out->len ? "\n" : "",
                APR_ARRAY_IDX(failures, n, ipxe_test_failure_t).text);
    }
    return out->data;
}

/* What one test of given and expected finds. */
static const char *found(const char *given, const char *expect,
                         const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    int reached[32] = {0};

    return outcome(
        apr_pstrcat(pool, "ipxe: 1\ntests:\n  - name: t\n    given: ", given,
                    "\n    expect: ", expect, "\n", NULL),
        reached, set, pool);
}

#define QC     "{ serial: QC-1 }"
#define SERVED "answers: { a.cfg: "

static const struct {
    const char *given, *expect, *finds, *name;
} cases[] = {
    {QC, "{ rule: qc, action: boot, profile: memtest, menu: ~, host: ~ }", "",
     "what is so"},
    {"~", "{ rule: else, menu: main, items: [ tools ] }", "",
     "nothing is known, noon of a Wednesday"},
    {"{ platform: efi }", "{ items: [ tools, disk ], not: { items: x } }", "",
     "items by their conditions"},
    {"{ platform: efi }", "{ items: [ disk, tools ] }",
     "the items are: tools disk", "items in another order"},
    {"{ platform: efi }", "{ not: { items: [ disk ] } }",
     "item 'disk' is shown", "an item that must not be there"},
    {QC, "{ items: [] , menu: ~ }",
     "there are no items: action is 'boot', not 'menu'", "items of no menu"},
    {"{ mac: 52-54-00-00-00-01 }", "{ host: web01, rule: known }", "",
     "a host by its card"},
    {"{ mac: 52:54:00:00:00:09 }", "{ host: web01 }",
     "host is none, not 'web01'", "no host"},
    {"{ macs: [ 52:54:00:00:00:08, 52:54:00:00:00:03 ] }", "{ rule: card }", "",
     "any card"},
    {"{ ip: 10.0.1.9, serial: QC-1 }", "{ vars: { console: ttyS1 } }", "",
     "an address"},
    {QC, "{ vars: { console: ttyS1, x: ~, quiet: true } }",
     "variable console is 'tty0', not 'ttyS1'", "variables"},
    {QC, "{ not: { vars: { console: tty0, quiet: false } } }",
     "variable console is 'tty0'", "variables that must be others"},
    {"{ args: { rack: 7 }, mac: 52:54:00:00:00:03 }",
     "{ rule: rack, action: hold, text: 52:54:00:00:00:03 }", "",
     "an argument"},
    {"{ serial: ARM-1, arch: x86_64, platform: efi }",
     "{ action: deny, profile: ~, text: [ does not boot, arm64 ] }",
     "the text has no 'arm64'", "why a profile is refused"},
    {QC, "{ text: x }", "the text has no 'x'", "no text"},
    {"{ serial: S1 }", "{ text: For S1, not: { text: nobody } }", "",
     "a title is a text"},
    {"{ at: \"2026-11-22 23:30\" }", "{ rule: night, text: night }", "",
     "a time"},
    {"{ at: \"2026-11-22T12:00\" }", "{ rule: weekend }", "", "a day"},
    {"{ serial: X }", "{ rule: qc }",
     "rule is 'else', not 'qc': serial is 'X', not 'QC-*'",
     "why a rule did not decide"},
    {QC, "{ rule: else }", "rule is 'qc', not 'else', which stands below it",
     "a rule below"},
    {QC, "{ not: { rule: qc } }", "rule is 'qc'", "a rule that must not"},
    {QC, "{ script: [ mt.bin, nothing ], not: { script: [ tty0, ttyS ] } }",
     "the script has no 'nothing'\nthe script has 'tty0'", "the script"},
    {QC, "{ " SERVED "on tty0 }, not: { " SERVED "[ ttyS1 ] } } }", "",
     "an answer file"},
    {QC, "{ " SERVED "[ ttyS1 ] } }", "answer file 'a.cfg' has no 'ttyS1'",
     "an answer file with something else"},
    {QC, "{ not: { answers: { b.cfg: x } } }",
     "there is no answer file 'b.cfg': this profile serves no such answer "
     "file",
     "no answer file"},
    {"{ choose: [ tools, memtest ] }",
     "{ rule: else, profile: memtest, script: console=ttyS9, " SERVED "on } }",
     "", "a choice"},
    {"{ choose: [ disk ] }", "{ action: local }",
     "'disk' cannot be chosen: menu 'main' shows tools",
     "a choice that is not shown"},
    {"{ choose: [ tools, memtest, x ] }", "{ action: local }",
     "'x' cannot be chosen: action is 'boot', not 'menu'",
     "a choice without a menu"},
    {"{ serial: DONE-1, state: { done: memtest } }", "{ rule: was done }", "",
     "what a machine has done"},
    {"{ serial: DONE-1 }", "{ rule: else }", "", "and has not"},
    {"{ state: { wiped: a } }", "{ rule: qc }",
     "unknown-key: unknown key 'wiped' in a state", "a state's keys"},
    {"{ ask: { a: b } }", "{ rule: qc }",
     "unknown-name: no item of a menu asks for 'a'", "ask"},
    {"{ ask: { console: [ a ] } }", "{ rule: qc }",
     "wrong-type: 'console' must be text, not a list", "a list of answers"},
    {"{ choose: [ tools, asked ], ask: { console: 'a b', note: c } }",
     "{ profile: memtest, vars: { console: a b, note: c } }", "", "answers"},
    {"{ choose: [ tools, asked ], ask: { console: x } }",
     "{ vars: { console: x, note: '' }, answers: { a.cfg: on x } }", "",
     "one answer"},
    {"{ choose: [ tools, asked ] }", "{ vars: { console: tty7 } }", "",
     "no answer: the default"},
    {"{ choose: [ tools, memtest ], ask: { console: x } }",
     "{ vars: { console: ttyS9 } }", "", "an answer that nobody asked for"},
    {"{ cpu: arm64 }", "{ rule: qc }",
     "bad-value: 'cpu' is derived, no machine sends it", "cpu"},
    {"{ mac: x }", "{ rule: qc }", "bad-mac: 'x' is not a MAC address",
     "a MAC"},
    {"{ macs: [ y ] }", "{ rule: qc }", "bad-mac: 'y' is not a MAC address",
     "a MAC among others"},
    {"{ uuid: x, ip: 10.0.0, memsize: 1G, cpu64: no }", "{ rule: qc }",
     "bad-value: '10.0.0' is not an address\n"
     "bad-uuid: 'x' is not a UUID\n"
     "bad-value: 'no' is not true or false\n"
     "bad-value: '1G' is not a number",
     "facts that are none"},
    {"{ args: { serial: x, b: [] } }", "{ rule: qc }",
     "bad-value: 'serial' is a fact, not an argument\n"
     "wrong-type: 'b' must be text, not a list",
     "arguments that are none"},
    {"{ at: noon }", "{ rule: qc }", "bad-value: 'noon' is no time",
     "a time that is none"},
    {"{ at: \"2026-13-01 12:00\" }", "{ rule: qc }",
     "bad-value: '2026-13-01 12:00' is no time", "a month that is none"},
    {QC, "{ rule: qd }", "unknown-name: there is no rule 'qd'",
     "a rule that is not there"},
    {QC, "{ action: wait, profile: a, menu: b, not: { host: c } }",
     "unknown-name: there is no action 'wait'\n"
     "unknown-name: there is no profile 'a'\n"
     "unknown-name: there is no menu 'b'\n"
     "unknown-name: there is no host 'c'",
     "names of every kind"},
    {QC, "{}", "bad-value: nothing is expected", "nothing expected"},
    {QC, "{ rules: qc, vars: { a: [] }, answers: { x: {} } }",
     "unknown-key: unknown key 'rules' in an `expect`\n"
     "wrong-type: 'a' must be text, not a list\n"
     "wrong-type: 'x' must be text or a list of texts, not a mapping",
     "expectations that are none"},
};

static void test_cases(const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(found(cases[i].given, cases[i].expect, set, pool), cases[i].finds,
           cases[i].name);
}

static void test_files(const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    int reached[32] = {0};

    is(outcome("[]", reached, set, pool),
       "wrong-type: a file of tests must be a mapping, not a list",
       "a file that is a list");
    is(outcome("ipxe: 2\ntests: []\n", reached, set, pool),
       "bad-value: 'ipxe' is not 1, the only format there is",
       "a file of another format");
    is(outcome("ipxe: 1\ntests:\n  - { expect: { rule: qc } }\n  - a\n",
               reached, set, pool),
       "missing-key: missing key 'name' in a test\n"
       "wrong-type: a test must be a mapping, not text",
       "tests that are none");
    is(outcome("ipxe: 1\ntests:\n  - { name: a, expect: { rule: qc } }\n"
               "  - { name: a, expect: { rule: qc } }\n",
               reached, set, pool),
       "duplicate-name: there is a test 'a' already", "a name twice");
}

static void test_reached(const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    static const char text[] =
        "ipxe: 1\n"
        "tests:\n"
        "  - name: a\n"
        "    given: { ip: 10.0.1.9, serial: QC-1 }\n"
        "    expect: { rule: qc }\n"
        "  - { name: b, given: { serial: QC-1 }, expect: { rule: qc } }\n";
    int reached[32] = {0};

    is(outcome(text, reached, set, pool), "", "two tests pass");
    is_int(reached[0], 1, "a rule with `set` is reached where it matches");
    is_int(reached[5], 2, "a rule that decides is reached");
    is_int(reached[3], 0, "one whose condition fails is not");
    is_int(reached[9], 0, "nor one below");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    const ipxe_snapshot_t *set = make_set(pool);

    if (!ok(set->rules != NULL, "the rules load"))
        return tap_end(pool);
    test_cases(set, pool);
    test_files(set, pool);
    test_reached(set, pool);
    return tap_end(pool);
}
