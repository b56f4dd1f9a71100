/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of other systems: what they look like, odd and broken input. What
 * becomes of whole files is t/ctl/hosts.py's. */
#include "engine/hosts_import.h"
#include "engine/hosts_text.h"
#include "t/unit/tap.h"

typedef struct got_t {
    ipxe_text_t *hosts;
    apr_pool_t *pool;
} got_t;

static void take(void *baton, const ipxe_yaml_t *host, apr_pool_t *scratch)
{
    got_t *got = baton;

    (void)scratch;
    if (host->kind == IPXE_YAML_MAPPING)
        ipxe_host_json(got->hosts, host, 0);
    else
        ipxe_text_add(got->hosts, ipxe_yaml_what(host));
    ipxe_text_add_char(got->hosts, '\n');
}

/* The hosts, one a line, then "-N" for N that are lost. */
static const char *import(const char *format, const char *text, apr_size_t len,
                          apr_pool_t *pool)
{
    got_t got = {ipxe_text_make(256, pool), pool};
    ipxe_import_t run = {take, &got, 0, ipxe_diags_make(pool), pool};
    ipxe_source_t *source = ipxe_source_make("in", text, len, pool);
    int i;

    ipxe_import_read(&run, format, source);
    for (i = 0; i < run.diags->all->nelts; i++)
        ipxe_diag_text(APR_ARRAY_IDX(run.diags->all, i, ipxe_diag_t *), pool);
    if (run.lost)
        ipxe_text_addf(got.hosts, "-%d", run.lost);
    return got.hosts->data;
}

static const struct {
    const char *format, *text, *hosts;
} cases[] = {
    {"csv", "name,serial\na,1\nb,2\n",
     "{\"name\": \"a\", \"serial\": \"1\"}\n"
     "{\"name\": \"b\", \"serial\": \"2\"}\n"},
    {"csv", "\xef\xbb\xbfname\tmac\r\na\t1 2\r\n\r\n",
     "{\"name\": \"a\", \"mac\": [\"1\", \"2\"]}\n"},
    {"csv", "name,x\na,\"1\n2, \"\"3\"\"\"",
     "{\"name\": \"a\", \"vars\": "
     "{\"x\": \"1\\u000a2, "
     "\\\"3\\\"\"}}\n"},
    {"csv", "name,x\na,\"never closed\nb,2\n", "-1"},
    {"csv", "mac\n1\n", "-1"},
    {"csv", "", "-1"},
    {"csv", "name", ""},
    {"csv", "name,1st,a-b\na,x,y\n",
     "{\"name\": \"a\", \"vars\": {\"_1st\": \"x\", \"a_b\": \"y\"}}\n"},
    {"dnsmasq", "\n#x\n   \n", ""},
    {"dnsmasq", "52:54:00:12:34:56,,, ,a,12h\n",
     "{\"name\": \"a\", \"mac\": [\"52:54:00:12:34:56\"]}\n"},
    {"dnsmasq", "52:54:00:12:34:56,[],[2001:db8::1]",
     "{\"name\": \"52-54-00-12-34-56\", \"mac\": [\"52:54:00:12:34:56\"], "
     "\"vars\": {\"address6\": \"2001:db8::1\"}}\n"},
    {"dnsmasq", "dhcp-host=\n", ""},
    {"dnsmasq", "[:", "-1"},
    {"cobbler", "[]", ""},
    {"cobbler", "[1]", "-1"},
    {"cobbler", "{\"name\": \"a\", \"interfaces\": 3}", "{\"name\": \"a\"}\n"},
    {"cobbler",
     "{\"name\": \"a\", \"interfaces\": {\"x\": 3, \"y\": "
     "{\"mac_address\": [1]}}, \"netboot_enabled\": 0}",
     "{\"name\": \"a\", \"local\": true, \"mac\": [[\"1\"]]}\n"},
    {"matchbox", "{\"selector\": []}", "-1"},
    {"matchbox", "{\"id\": [1], \"selector\": {\"mac\": {}}}",
     "{\"name\": [\"1\"]}\n"},
    {"warewulf", "nodes: []\n", "-1"},
    {"warewulf", "nodes: { a: ~, b: 3, c: { network devices: {} } }\n",
     "{\"name\": \"a\"}\n{\"name\": \"b\"}\n{\"name\": \"c\"}\n"},
    {"yaml", "hosts: [ 1 ]\n", "a number\n"},
    {"yaml", "- { name: a }\n", "{\"name\": \"a\"}\n"},
    {"yaml", "hosts: 3\n", "-1"},
    {"yaml", "hosts: ~\n", ""},
    {"yaml", "profiles: {}\nhosts: []\n", "-1"},
};

static void test_cases(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is(import(cases[i].format, cases[i].text, strlen(cases[i].text), pool),
           cases[i].hosts,
           apr_pstrcat(pool, cases[i].format, ": ",
                       ipxe_text_ascii(cases[i].text, pool), NULL));
}

static const struct {
    const char *name, *text, *format;
} guesses[] = {
    {"a.csv", "name\n", "csv"},
    {"a", "# x\ndhcp-host=1\n", "dnsmasq"},
    {"a", "WW_INTERNAL: 45\n", "warewulf"},
    {"a", "{\"selector\": {}}", "matchbox"},
    {"a", "{\"interfaces\": {}}", "cobbler"},
    {"a", "ipxe: 1\nhosts: []\n", "yaml"},
    {"a", "", "yaml"},
};

static void test_guesses(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(guesses) / sizeof(*guesses); i++)
        is(ipxe_import_guess(ipxe_source_make(guesses[i].name, guesses[i].text,
                                              strlen(guesses[i].text), pool),
                             pool),
           guesses[i].format, ipxe_text_ascii(guesses[i].text, pool));
}

/* Pieces of real files, put together at random: nothing but the limits of
 * memory may come of it. */
static void test_broken(apr_pool_t *pool)
{
    static const char bits[] = ",;\t\"\r\n=:[]{}#*- \0a1\xc3\x28";
    static const char *const words[] = {"name",
                                        "mac",
                                        "dhcp-host=",
                                        "nodes:",
                                        "\"interfaces\"",
                                        "hosts:",
                                        "52:54:00:12:34:56",
                                        "\"selector\": {",
                                        "network devices: {",
                                        "id:"};
    unsigned seed = 7, round, i;

    for (round = 0; round < 3000; round++) {
        ipxe_text_t *text = ipxe_text_make(256, pool);
        apr_pool_t *own;

        apr_pool_create(&own, pool);
        for (i = 0; i < 40; i++) {
            seed = seed * 1103515245u + 12345u;
            if (seed >> 30)
                ipxe_text_add_char(text, bits[(seed >> 16) % sizeof(bits)]);
            else
                ipxe_text_add(text, words[(seed >> 16) % 10]);
        }
        for (i = 0; ipxe_import_formats[i]; i++)
            import(ipxe_import_formats[i], text->data, text->len, own);
        apr_pool_destroy(own);
    }
    ok(1, "18,000 broken files are read");
}

static void test_codes(apr_pool_t *pool)
{
    got_t got = {ipxe_text_make(256, pool), pool};
    ipxe_import_t run = {take, &got, 0, ipxe_diags_make(pool), pool};
    const char text[] = "lap,10.0.0.1\n";

    ipxe_import_read(&run, "dnsmasq",
                     ipxe_source_make("in", text, strlen(text), pool));
    is_int(ipxe_diags_first_error(run.diags)->code, IPXE_DIAG_NOT_IMPORTED,
           "what is no host has a code of its own");
    is_int(ipxe_import_read(&run, "ini", ipxe_source_make("in", "", 0, pool)),
           APR_EINVAL, "there is no such format");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_cases(pool);
    test_guesses(pool);
    test_broken(pool);
    test_codes(pool);
    return tap_end(pool);
}
