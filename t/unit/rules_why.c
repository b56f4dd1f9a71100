/* SPDX-License-Identifier: Apache-2.0 */
/* Why: every rule with what became of it, and a property over many machines:
 * the walk that explains and the one that decides agree. */
#include <time.h>

#include "t/unit/rules_help.h"

static const char *const outcomes[] = {"failed", "set",     "kept",
                                       "nobody", "decided", "not tried"};

static const char *why(help_t *help, const char *query)
{
    const ipxe_decision_t *decision = help_decide(help, query);
    apr_array_header_t *steps = ipxe_decision_why(decision, help->pool);
    ipxe_text_t *text = ipxe_text_make(256, help->pool);
    int i;

    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        ipxe_text_addf(text, "%s %s", step->rule->name,
                       outcomes[step->outcome]);
        if (step->because)
            ipxe_text_addf(text, " (%s, %s)", step->because,
                           ipxe_span_name(step->span, help->pool));
        ipxe_text_add(text, "\n");
    }
    return text->data;
}

static void test_why(apr_pool_t *pool)
{
    help_t *help = help_rules(
        "hosts: [ { name: h, serial: H } ]\n"
        "rules:\n"
        "  - { name: one, when: { ip: 10.0.1.0/24 }, set: { a: b } }\n"
        "  - { name: two, when: { serial: X }, exit: true }\n"
        "  - { name: three, local: true, continue: true }\n"
        "  - { name: four, follow: host }\n"
        "  - { name: five, when: { asset: A }, shell: true }\n"
        "  - { name: six, set: { c: d } }\n",
        pool);

    is(why(help, "serial=H"),
       "one set\n"
       "two failed (serial is 'H', not 'X', a.yaml:5)\n"
       "three decided\n"
       "four nobody (neither the host nor its groups have an action, "
       "a.yaml:7)\n"
       "five failed (asset was not told, a.yaml:8)\n"
       "six set\n",
       "a kept action stands");
    is(why(help, "serial=H&asset=A"),
       "one set\n"
       "two failed (serial is 'H', not 'X', a.yaml:5)\n"
       "three kept\n"
       "four nobody (neither the host nor its groups have an action, "
       "a.yaml:7)\n"
       "five decided\n"
       "six not tried\n",
       "or is replaced");
}

/* ---- Windows and shares ---- */

static void test_window(apr_pool_t *pool)
{
    help_t *help =
        help_rules("rules:\n"
                   "  - { name: night, between: '22:00-06:00', days: [ sat ], "
                   "exit: true }\n"
                   "  - { name: noon, between: '12:00-13:00', local: true }\n",
                   pool);
    struct tm at;
    int i;
    static const struct {
        int day, hour; /* of November 2026: the 21st is a Saturday */
        const char *rule;
    } times[] = {{21, 21, NULL},   {21, 22, "night"}, {22, 5, "night"},
                 {22, 6, NULL},    {22, 22, NULL},    {21, 5, NULL},
                 {25, 12, "noon"}, {25, 13, NULL}};

    for (i = 0; i < 8; i++) {
        memset(&at, 0, sizeof(at));
        at.tm_year = 126;
        at.tm_mon = 10;
        at.tm_mday = times[i].day;
        at.tm_hour = times[i].hour;
        at.tm_isdst = -1;
        help->now = apr_time_from_sec(mktime(&at));
        is(help_rule(help, "serial=X"), times[i].rule,
           apr_psprintf(pool, "November %d, %d:00", times[i].day,
                        times[i].hour));
    }
}

static void test_percent(apr_pool_t *pool)
{
    help_t *help = help_rules("rules: [ { name: a, percent: 30, "
                              "local: true } ]\n",
                              pool);
    help_t *more = help_rules("rules: [ { name: a, percent: 60, "
                              "local: true } ]\n",
                              pool);
    int i, in = 0, lost = 0;

    for (i = 0; i < 1000; i++) {
        const char *query = apr_psprintf(pool, "mac=52540000%04x", i);
        int here = help_rule(help, query) != NULL;

        in += here;
        lost += here && !help_rule(more, query);
    }
    ok(in > 240 && in < 360, "some thirty of a hundred");
    is_int(lost, 0, "a larger share has them all");
    is(help_rule(help, ""), NULL, "not a machine that nothing tells apart");
}

/* ---- The property ---- */

static unsigned seed = 12345;

static unsigned pick(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

static const char *random_rules(apr_pool_t *pool)
{
    static const char *const whens[] = {
        "serial: 'A*'",
        "serial: [ B*, '?1' ]",
        "platform: efi",
        "platform: pcbios",
        "asset: ~",
        "host: '*'",
        "group: g1",
        "ip: 10.0.1.0/28",
        "args.x: '1'",
        "not: { serial: '*2' }",
        "memsize: '>= 2048'",
        "any: [ { serial: A1 }, \"platform == 'efi' and memsize > 5\" ]"};
    static const char *const actions[] = {"local: true",
                                          "exit: true",
                                          "boot: p",
                                          "boot: pc",
                                          "follow: host",
                                          "menu: m",
                                          "set: { v: '{{ v|default(0) }}x' }",
                                          "shell: true, continue: true",
                                          "deny: no"};
    ipxe_text_t *text = ipxe_text_make(8192, pool);
    int i;

    ipxe_text_add(text, "profiles: { p: { kernel: k }, "
                        "pc: { kernel: { pcbios: k } } }\n"
                        "menus: { m: { items: [ { boot: p } ] } }\n"
                        "groups: { g1: { boot: p }, g2: }\n"
                        "hosts:\n"
                        "  - { name: h1, serial: A1, groups: g1 }\n"
                        "  - { name: h2, mac: 525400000002, groups: g2 }\n"
                        "  - { name: h3, serial: B1, exit: true }\n"
                        "rules:\n"
                        "  - { name: last resort, when: { serial: ZZ }, "
                        "follow: host }\n");
    for (i = 0; i < 60; i++)
        ipxe_text_addf(text, "  - { name: r%d, when: { %s, %s }, %s }\n", i,
                       whens[pick(6)], whens[6 + pick(6)], actions[pick(9)]);
    return text->data;
}

static const char *random_query(apr_pool_t *pool)
{
    static const char *const parts[] = {
        "serial=A1", "serial=B2",        "serial=",   "platform=efi",
        "asset=Q",   "platform=pcbios",  "x=1",       "memsize=4096",
        "serial=B1", "mac=525400000002", "memsize=1", "arch=arm64"};
    ipxe_text_t *text = ipxe_text_make(128, pool);
    int i;

    for (i = 0; i < 6; i++)
        ipxe_text_addf(text, "%s&", parts[pick(12)]);
    return text->data;
}

/* Does the why tell the decision? */
static int agree(const ipxe_decision_t *decision, apr_pool_t *pool)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, pool);
    const ipxe_rule_t *decided = NULL;
    int i, sets = 0;

    if (steps->nelts != decision->rules->rules->nelts)
        return 0;
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        if (step->rule->index != i)
            return 0;
        if (step->outcome == IPXE_STEP_DECIDED)
            decided = step->rule;
        if (step->outcome == IPXE_STEP_SET)
            sets++;
        if (step->outcome == IPXE_STEP_FAILED && !step->because)
            return 0;
    }
    return decided == decision->rule && sets == decision->matched->nelts;
}

static void test_property(apr_pool_t *pool)
{
    int i, j, good = 0, decided = 0;
    apr_pool_t *sub;

    for (i = 0; i < 20; i++) {
        help_t *help;

        apr_pool_create(&sub, pool);
        help = help_rules(random_rules(sub), sub);
        for (j = 0; help->rules && j < 100; j++) {
            const ipxe_decision_t *decision =
                help_decide(help, random_query(sub));

            good += decision && agree(decision, sub);
            decided += decision && decision->rule;
        }
        apr_pool_destroy(sub);
    }
    is_int(good, 2000, "why and decision agree for 2000 machines");
    ok(decided > 500, "and many of them were decided by a rule");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_why(pool);
    test_window(pool);
    test_percent(pool);
    test_property(pool);
    return tap_end(pool);
}
