/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a database: found, linked to the set, told when they name what it
 * does not have. */
#include "rules/hosts_record.h"
#include "t/unit/rules_help.h"

/* A database of texts: a key is "FACT VALUE NAME". */
typedef struct fake_t {
    const char *const *keys, *const *texts; /* ended by NULL */
    ipxe_facts_t facts;
    int broken;
} fake_t;

static apr_status_t refuse(const fake_t *fake, ipxe_diags_t *diags)
{
    ipxe_span_t nowhere = {NULL, 0, 0};

    if (!fake->broken)
        return APR_SUCCESS;
    ipxe_diag_add(diags, IPXE_DIAG_FILE_UNREADABLE, nowhere,
                  "the hosts cannot be read");
    return APR_EGENERAL;
}

static const ipxe_source_t *text_of(const fake_t *fake, const char *name,
                                    apr_pool_t *pool)
{
    const char *begin = apr_psprintf(pool, "{\"name\": \"%s\"", name);
    int i;

    for (i = 0; fake->texts[i]; i++)
        if (strncmp(fake->texts[i], begin, strlen(begin)) == 0)
            return ipxe_source_make(apr_pstrcat(pool, "fake ", name, NULL),
                                    fake->texts[i], strlen(fake->texts[i]),
                                    pool);
    return NULL;
}

static apr_status_t find(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *keys, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    const fake_t *fake = baton;
    apr_size_t k;
    int i;

    for (k = 0; k < count; k++) {
        const char *want = apr_pstrcat(pool, ipxe_fact_name(keys[k].fact), " ",
                                       keys[k].value, " ", NULL);

        for (i = 0; fake->keys[i]; i++) {
            ipxe_host_hit_t *hit;

            if (strncmp(fake->keys[i], want, strlen(want)) != 0)
                continue;
            hit = apr_array_push(hits);
            hit->fact = keys[k].fact;
            hit->name = fake->keys[i] + strlen(want);
            hit->text = text_of(fake, hit->name, pool);
        }
    }
    return refuse(fake, diags);
}

static apr_status_t facts_of(ipxe_facts_t *facts, void *baton,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)pool;
    *facts = ((const fake_t *)baton)->facts;
    return refuse(baton, diags);
}

static const char *const keys[] = {
    "mac 02:00:00:00:00:01 one",
    "mac 02:00:00:00:00:02 two",
    "uuid 11112222-3333-4444-5555-666677778888 two",
    "serial S1 one",
    "serial S2 maker",
    "asset A lost",
    "mac 02:00:00:00:00:03 torn",
    "mac 02:00:00:00:00:04 odd",
    "mac 02:00:00:00:00:05 quiet",
    NULL};
static const char *const texts[] = {
    "{\"name\": \"one\", \"mac\": \"020000000001\", \"groups\": [\"web\"], "
    "\"vars\": {\"n\": 7, \"zeros\": \"007\", \"say\": \"{{ n + 1 }} "
    "{{ dc }}\"}}",
    "{\"name\": \"two\", \"mac\": \"020000000002\", \"boot\": \"memtest\"}",
    "{\"name\": \"maker\", \"serial\": \"S2\", \"manufacturer\": \"Acme\"}",
    "{\"name\": \"lost\", \"asset\": \"A\", \"groups\": [\"wep\"]}",
    "{\"name\": \"torn\", \"mac\": ",
    "{\"name\": \"odd\", \"mac\": \"020000000004\", \"boot\": \"memtezt\"}",
    "{\"name\": \"quiet\", \"mac\": \"020000000005\", \"groups\": [\"wep\"], "
    "\"secrets\": {\"word\": \"hunter2\"}}",
    NULL};

static const char rules[] =
    "vars: { dc: east }\n"
    "profiles: { memtest: { kernel: memtest } }\n"
    "groups: { web: { vars: { role: web } } }\n"
    "hosts:\n"
    "  - { name: ours, mac: 02:00:00:00:00:11, serial: S1 }\n"
    "  - { name: same, uuid: 11112222-3333-4444-5555-666677778888 }\n"
    "rules: [ { follow: host }, { when: { group: web }, exit: true },\n"
    "  { local: true } ]\n";

/* The set with the fake after (or before) the files. */
static help_t *with_fake(fake_t *fake, int before, apr_pool_t *pool)
{
    apr_array_header_t *providers =
        apr_array_make(pool, 2, sizeof(const ipxe_host_provider_t *));
    ipxe_host_provider_t *provider = apr_pcalloc(pool, sizeof(*provider));
    help_t *help = help_make(pool);

    fake->keys = keys;
    fake->texts = texts;
    fake->facts =
        IPXE_FACT_BIT(IPXE_FACT_ASSET) | IPXE_FACT_BIT(IPXE_FACT_UUID);
    provider->name = "fake:";
    provider->find = find;
    provider->facts = facts_of;
    provider->baton = fake;
    if (!before)
        APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = NULL;
    APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = provider;
    if (before)
        APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = NULL;
    help->providers = providers;
    if (!help_load(help, rules))
        tap_say("diagnostics", help_diags(help));
    ipxe_library_finish(help->library);
    return help;
}

static void has(const char *text, const char *part, const char *name)
{
    if (!ok(strstr(text, part) != NULL, name))
        tap_say("got", text);
}

static const struct {
    const char *query, *after, *before; /* the files first; last */
} cases[] = {
    {"mac=020000000001", "one", "one"},
    {"mac=020000000009&mac1=020000000001", "one", "one"},
    {"mac=020000000001&serial=S1", "ours", "one"},
    {"mac=020000000001&uuid=11112222-3333-4444-5555-666677778888", "same",
     "one/two"},
    {"serial=S2", "-", "-"},
    {"serial=S2&manufacturer=ACME", "maker", "maker"},
    {"mac=020000000002&serial=S2&manufacturer=Acme", "two/maker", "two/maker"},
    {"mac=020000000002&serial=S2&manufacturer=Other", "two", "two"},
    {"mac=020000000011", "ours", "ours"},
    {"mac=020000000077", "-", "-"},
    {"asset=A", "! there is no group 'wep'", "! there is no group 'wep'"},
    {"mac=020000000004", "! there is no profile 'memtezt'",
     "! there is no profile 'memtezt'"},
};

static void test_found(apr_pool_t *pool)
{
    fake_t fake = {0};
    help_t *after = with_fake(&fake, 0, pool);
    help_t *before = with_fake(&fake, 1, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        is(help_found(after, cases[i].query), cases[i].after, cases[i].query);
        is(help_found(before, cases[i].query), cases[i].before, "the files last");
    }
    has(help_found(after, "mac=020000000003"), "! ", "a torn text is an error");
}

static void test_linked(apr_pool_t *pool)
{
    fake_t fake = {0};
    help_t *help = with_fake(&fake, 0, pool);

    is(help_outcome(help, "mac=020000000001"), "exit", "its group is known");
    is(help_outcome(help, "mac=020000000002"), "boot memtest",
       "its own action is followed");
    is(help_say(help, help_decide(help, "mac=020000000001"),
                "{{ role }} {{ zeros }} {{ say }}"),
       "web 007 8 east", "its variables are rendered");
    help_decide(help, "asset=A");
    has(help_diags(help), "did you mean 'web'", "the near group is named");
    has(help_diags(help), "fake lost:1:", "and the host's text");
    help_decide(help, "mac=020000000005");
    has(help_diags(help), "fake quiet:1:", "a host with a secret is named");
    ok(!strstr(help_diags(help), "hunter2"), "and its text is not quoted");
}

static void test_broken(apr_pool_t *pool)
{
    fake_t fake = {0};
    help_t *help = with_fake(&fake, 0, pool);

    fake.broken = 1;
    is(help_found(help, "mac=020000000011"), "ours",
       "a host of the files needs no database");
    is(help_found(help, "mac=020000000001"), "! the hosts cannot be read",
       "no host is no answer");
}

static void test_untold(apr_pool_t *pool)
{
    fake_t fake = {0};
    help_t *help = with_fake(&fake, 0, pool);

    ok(help_decide(help, "mac=020000000077")->untold &
           IPXE_FACT_BIT(IPXE_FACT_ASSET),
       "by an asset the database might know it");
    is_int(help_decide(help, "mac=020000000077&asset=B&uuid=&serial=X")->untold,
           0, "it does not by one that was told");
}

static void test_written(apr_pool_t *pool)
{
    static const char yaml[] =
        "name: web01\nmac: [ 02-00-00-00-00-01 ]\nserial: 0012345\n"
        "vars: { n: 0012, f: 9.10, t: true, s: 'true', z: ~, x: 0x81,\n"
        "  q: \"a\\\"b\\\\c\\n\", l: [ 1, '1', [] ], m: {}, d: 'å{# #}' }\n";
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *once = ipxe_text_make(64, pool);
    ipxe_text_t *twice = ipxe_text_make(64, pool);
    ipxe_yaml_t *node;

    ipxe_yaml_parse(&node, ipxe_source_make("a", yaml, strlen(yaml), pool),
                    diags, pool);
    ipxe_host_write(once, node);
    is(once->data,
       "{\"name\": \"web01\", \"mac\": [\"02-00-00-00-00-01\"], "
       "\"serial\": 0012345, \"vars\": {\"n\": 0012, \"f\": 9.10, \"t\": true, "
       "\"s\": \"true\", \"z\": null, \"x\": 0x81, \"q\": "
       "\"a\\\"b\\\\c\\u000a\", \"l\": [1, \"1\", []], \"m\": {}, "
       "\"d\": \"å{# #}\"}}",
       "one line, quoted but for what is special");
    ipxe_yaml_parse(&node, ipxe_source_make("b", once->data, once->len, pool),
                    diags, pool);
    ipxe_host_write(twice, node);
    is(twice->data, once->data, "which reads as what it was");
    is_int(diags->all->nelts, 0, "without a complaint");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_found(pool);
    test_linked(pool);
    test_broken(pool);
    test_untold(pool);
    test_written(pool);
    return tap_end(pool);
}
