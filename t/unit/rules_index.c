/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding by the index gives what going through every rule gives: random
 * rule sets, random machines, 100,000 pairs. And of these, no rule holds of
 * which it is said that it never does. */
#include "rules/cover.h"
#include "t/unit/rules_help.h"

#define SETS     1000
#define MACHINES 100

static unsigned long long state = 88172645463325252ULL;

static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

static const char *pick(const char *const *from)
{
    unsigned n = 0;

    while (from[n])
        n++;
    return from[below(n)];
}

/* ---- Rule sets ---- */

/* A key of `when` with patterns, as YAML. */
static const struct {
    const char *key;
    const char *patterns[9];
} keys[] = {
    {"serial",
     {"A1", "a1", "B2", "b*", "'C\\*'", "~", "/^(a+)+$/", "\xC3\xA9"}},
    {"asset", {"A1", "'?1'", "B2", "~", "/2/i", "'c\\d'"}},
    {"mac", {"525400000001", "52-54-00-00-00-02", "'52:54:00'", "'*:03'"}},
    {"macs", {"52:54:00:00:00:03", "5254.0000.0001", "~"}},
    {"uuid", {"11111111-2222-3333-4444-555555555555", "'1*'", "~"}},
    {"ip", {"10.0.1.7", "10.0.1.0/24", "'::ffff:10.0.1.8'", "10.0.1.8/32"}},
    {"platform", {"efi", "pcbios", "EFI", "'*'"}},
    {"cpu", {"x86_64", "arm64"}},
    {"version", {"2.0.0", "'>= 1.21'", "1.21.1"}},
    {"memsize", {"4096", "'>= 4096'", "'< 5000'"}},
    {"args.rack", {"r1", "R2", "'r*'", "~"}},
    {"host", {"web01", "web02", "'w*'", "~"}},
    {"group", {"web", "all", "'a*'", "~"}},
};

#define KEYS (sizeof(keys) / sizeof(*keys))

static const char *const expressions[] = {
    "serial == 'A1'",
    "serial == 'A1' and asset == 'B2'",
    "platform == 'efi' and serial == 'b2' and memsize >= 4096",
    "asset == 'A1' or serial == 'A1'",
    "mac == '52:54:00:00:00:02'",
    "ip == '10.0.1.7' and uuid is defined",
    "serial == 'A1' and asset + 1 == 2",
    "asset + 1 == 2",
    "args.rack == 'r1'",
    "seen == 'yes' and serial == 'B2'",
    "memsize == 4096 and platform == 'efi'",
    "macs == 'x' and asset == 'A1'",
    "'web' in host.groups",
    NULL};

static const char *const actions[] = {
    "boot: rocky",  "menu: main",
    "local: true",  "deny: no",
    "follow: host", "local: true, continue: true",
    "set: { b: 1 }", "set: { seen: yes, c: '{{ serial }}' }",
    "set: { d: '{{ asset|default(1) }}' }, local: true, continue: true",
    "boot: '{{ args.profile|default(\"pc\") }}'", NULL};

static const char *const extras[] = {
    "", "", "", "", "", ", percent: 50", ", between: '22:00-06:00'",
    ", days: [ sat, sun ]", NULL};

static void add_pairs(ipxe_text_t *text, int depth);

static void add_nested(ipxe_text_t *text, const char *key, int depth)
{
    int i, n = (int)below(2) + 1;

    ipxe_text_addf(text, "%s: ", key);
    if (strcmp(key, "not") == 0) {
        add_pairs(text, depth);
        return;
    }
    ipxe_text_add(text, "[ ");
    for (i = 0; i < n; i++) {
        if (i)
            ipxe_text_add(text, ", ");
        if (below(4))
            add_pairs(text, depth);
        else
            ipxe_text_addf(text, "\"%s\"", pick(expressions));
    }
    ipxe_text_add(text, " ]");
}

static void add_patterns(ipxe_text_t *text, unsigned key)
{
    const char *const *patterns = keys[key].patterns;

    if (below(3))
        ipxe_text_addf(text, "%s: %s", keys[key].key, pick(patterns));
    else
        ipxe_text_addf(text, "%s: [ %s, %s ]", keys[key].key, pick(patterns),
                       pick(patterns));
}

/* A mapping of one to three keys, none twice. */
static void add_pairs(ipxe_text_t *text, int depth)
{
    static const char *const nested[] = {"all", "any", "any", "not", NULL};
    unsigned used = 0, key;
    int i, n = (int)below(3) + 1;

    ipxe_text_add(text, "{ ");
    for (i = 0; i < n; i++) {
        if (i)
            ipxe_text_add(text, ", ");
        do
            key = below(KEYS);
        while (used & (1u << key));
        used |= 1u << key;
        if (i == n - 1 && depth < 2 && !below(4))
            add_nested(text, pick(nested), depth + 1);
        else
            add_patterns(text, key);
    }
    ipxe_text_add(text, " }");
}

static void add_rule(ipxe_text_t *text)
{
    ipxe_text_add(text, "  - { ");
    if (below(12)) {
        ipxe_text_add(text, "when: ");
        if (below(4))
            add_pairs(text, 0);
        else
            ipxe_text_addf(text, "\"%s\"", pick(expressions));
        ipxe_text_add(text, ", ");
    }
    ipxe_text_addf(text, "%s%s }\n", pick(actions), pick(extras));
}

static const char site[] =
    "vars: { seen: no }\n"
    "profiles:\n"
    "  rocky: { kernel: k, install: true, when: { platform: [ efi ] } }\n"
    "  pc: { kernel: { pcbios: k } }\n"
    "menus: { main: { items: [ { boot: pc } ] } }\n"
    "groups:\n"
    "  all: { vars: { a: 1 } }\n"
    "  web: { groups: [ all ], boot: rocky }\n"
    "hosts:\n"
    "  - { name: web01, mac: 52:54:00:00:00:01, groups: [ web ] }\n"
    "  - { name: web02, serial: A1, groups: [ all ], local: true }\n"
    "  - { name: idle, asset: B2 }\n"
    "rules:\n";

static const char *make_set(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    unsigned i, n = below(24) + 1;

    ipxe_text_add(text, site);
    for (i = 0; i < n; i++)
        add_rule(text);
    ipxe_text_add(text, "  - { when: { serial: never }, follow: host }\n");
    return text->data;
}

/* ---- Machines ---- */

static const struct {
    const char *name;
    const char *values[8];
} sent[] = {
    {"serial", {"A1", "a1", "B2", "C*", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
                "%C3%A9"}},
    {"asset", {"A1", "B2", "b2", "", "cd"}},
    {"mac", {"525400000001", "525400000002", "525400000003", ""}},
    {"mac1", {"525400000003", "525400000001"}},
    {"uuid", {"11111111222233334444555555555555", ""}},
    {"platform", {"efi", "pcbios", "linux"}},
    {"arch", {"x86_64", "i386", "arm64"}},
    {"version", {"2.0.0", "1.21.1"}},
    {"memsize", {"4096", "8192"}},
    {"rack", {"r1", "R1", "r2", ""}},
    {"profile", {"rocky", "nobody"}},
};

#define SENT (sizeof(sent) / sizeof(*sent))

static const char *make_query(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(128, pool);
    unsigned i, few = below(3);

    ipxe_text_add(text, "x=1");
    for (i = 0; i < SENT; i++) {
        if (below(4) > few)
            ipxe_text_addf(text, "&%s=%s", sent[i].name, pick(sent[i].values));
    }
    return text->data;
}

/* ---- Comparing ---- */

static const char *said(const ipxe_decision_t *decision, apr_status_t status,
                        const ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(128, pool);
    int i;

    ipxe_text_addf(text, "status %d\n", (int)status);
    ipxe_text_add(text, all_said(diags, pool));
    if (status != APR_SUCCESS)
        return text->data;
    ipxe_text_addf(text, "rule %s\naction %s %p\nhost %s\ngroup %s\n",
                   decision->rule ? decision->rule->name : "-",
                   ipxe_action_name(decision->action.kind),
                   (const void *)decision->action.profile,
                   decision->host ? decision->host->name : "-",
                   decision->group ? decision->group->name : "-");
    ipxe_text_addf(text, "untold %x\nreason %s\nmatched", decision->untold,
                   decision->reason ? decision->reason : "-");
    for (i = 0; i < decision->matched->nelts; i++)
        ipxe_text_addf(
            text, " '%s'",
            APR_ARRAY_IDX(decision->matched, i, const ipxe_rule_t *)->name);
    ipxe_text_add(text, "\n");
    return text->data;
}

static const char *decide(help_t *help, const ipxe_rules_t *rules,
                          const ipxe_machine_t *machine, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_decision_t *decision = NULL;
    apr_status_t status = ipxe_rules_decide(&decision, rules, machine,
                                            &help->world, diags, pool);

    return said(decision, status, diags, pool);
}

/* What happened over all pairs, so that the test tests something. */
typedef struct tally_t {
    int pairs, different, failed, decided, untold;
    int never, wrong; /* rules said never to hold; those that did */
} tally_t;

/* The name in "the rule 'NAME' ..."; of a profile or an item NULL. */
static const char *rule_named(const ipxe_diag_t *diag, apr_pool_t *pool)
{
    const char *begin = strstr(diag->message, "the rule '");

    if (!begin)
        return NULL;
    begin += strlen("the rule '");
    return apr_pstrmemdup(pool, begin, strcspn(begin, "'"));
}

static void check_never(tally_t *tally, const ipxe_diags_t *never,
                        const char *text, const char *yaml, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < never->all->nelts; i++) {
        const char *name = rule_named(
            APR_ARRAY_IDX(never->all, i, const ipxe_diag_t *), pool);

        if (!name ||
            (!strstr(text, apr_psprintf(pool, "rule %s\n", name)) &&
             !strstr(text, apr_psprintf(pool, " '%s'", name))))
            continue;
        if (!tally->wrong++) {
            tap_say("rules", yaml);
            tap_say("holds all the same", name);
            tap_say("decision", text);
        }
    }
}

static void compare(tally_t *tally, help_t *help, const ipxe_diags_t *never,
                    const char *yaml, apr_pool_t *pool)
{
    static const char *const addresses[] = {"10.0.1.7", "10.0.1.8", "10.9.9.9",
                                            NULL};
    ipxe_rules_t all = *help->rules;
    const char *query = make_query(pool), *by_index, *by_all;
    const ipxe_machine_t *machine;

    help->now += apr_time_from_sec(below(86400));
    machine = help_machine(help, query, pick(addresses));
    all.index = NULL;
    by_index = decide(help, help->rules, machine, pool);
    by_all = decide(help, &all, machine, pool);
    tally->pairs++;
    tally->failed += strncmp(by_all, "status 0", 8) != 0;
    tally->decided += strstr(by_all, "rule ") && !strstr(by_all, "rule -");
    tally->untold += strstr(by_all, "untold ") && !strstr(by_all, "untold 0\n");
    check_never(tally, never, by_all, yaml, pool);
    if (strcmp(by_index, by_all) == 0)
        return;
    if (!tally->different++) {
        tap_say("rules", yaml);
        tap_say("query", query);
        tap_say("by the index", by_index);
        tap_say("by all", by_all);
    }
}

static void test_pairs(apr_pool_t *parent)
{
    tally_t tally = {0, 0, 0, 0, 0, 0, 0};
    int set, i;

    for (set = 0; set < SETS; set++) {
        apr_pool_t *pool, *scratch;
        ipxe_diags_t *never;
        const char *yaml;
        help_t *help;

        apr_pool_create(&pool, parent);
        apr_pool_create(&scratch, pool);
        yaml = make_set(pool);
        help = help_rules(yaml, pool);
        never = ipxe_diags_make(pool);
        if (help->rules)
            ipxe_rules_cover(help->rules, never, pool);
        tally.never += never->all->nelts;
        help->pool = scratch;
        for (i = 0; help->rules && i < MACHINES; i++) {
            compare(&tally, help, never, yaml, scratch);
            apr_pool_clear(scratch);
        }
        apr_pool_destroy(pool);
    }
    is_int(tally.pairs, SETS * MACHINES, "all pairs were tried");
    is_int(tally.different, 0, "the index decides as all rules do");
    ok(tally.decided > tally.pairs / 4, "many of them by a rule");
    ok(tally.failed > tally.pairs / 100, "some fail");
    ok(tally.untold > tally.pairs / 4, "many miss a fact");
    ok(tally.never > SETS, "of many rules it is said that they never hold");
    is_int(tally.wrong, 0, "none of them does");
    printf("# %d pairs: %d decided by a rule, %d failed, %d untold; %d rules "
           "never hold\n",
           tally.pairs, tally.decided, tally.failed, tally.untold,
           tally.never);
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_pairs(pool);
    return tap_end(pool);
}
