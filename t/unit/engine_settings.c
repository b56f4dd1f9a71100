/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as the module prints them, and files of variables. */
#include "engine/settings_read.h"

#include "tap.h"

static const char dump[] =
    "{\n"
    "  \"format\": 1,\n"
    "  \"servers\": [\n"
    "    {\n"
    "      \"name\": \"server\", \"host\": null, \"defined\": null,\n"
    "      \"engine\": [], \"rules\": [], \"templates\": null,\n"
    "      \"vars\": {}, \"document_root\": \"/var/www\",\n"
    "      \"entry\": \"/boot.ipxe\", \"prefix\": \"/ipxe\",\n"
    "      \"base_url\": null, \"plain_url\": null, \"site\": \"\",\n"
    "      \"fetch_life\": 14400, \"ticket_network\": null,\n"
    "      \"max_answer\": 4194304, \"max_facts\": 200,\n"
    "      \"time_zone\": null, \"state_dir\": null, \"secret\": null,\n"
    "      \"report_life\": 604800, \"explain\": false\n"
    "    },\n"
    "    {\n"
    "      \"name\": \"boot.example *:80\", \"host\": \"boot.example\",\n"
    "      \"defined\": \"/etc/b.conf:3\", \"engine\": [\"/data\"],\n"
    "      \"rules\": [\"/r/one\", \"/r/t\\\"wo\"], \"templates\": \"/t\",\n"
    "      \"vars\": {\"dc\": \"east\", \"rack\": \"007\"},\n"
    "      \"document_root\": \"/data\", \"entry\": \"/b\",\n"
    "      \"prefix\": \"/p\", \"base_url\": \"https://b\",\n"
    "      \"plain_url\": \"http://b\", \"site\": \"b\",\n"
    "      \"fetch_life\": 60, \"ticket_network\": \"24\",\n"
    "      \"max_answer\": 1000, \"max_facts\": 50,\n"
    "      \"time_zone\": \"Asia/Seoul\", \"state_dir\": \"/s\",\n"
    "      \"secret\": \"/s/secret\", \"report_life\": 1,\n"
    "      \"explain\": true\n"
    "    }\n"
    "  ]\n"
    "}\n";

static ipxe_source_t *source_of(const char *text, apr_pool_t *pool)
{
    return ipxe_source_make("DUMP_IPXE", text, strlen(text), pool);
}

static void test_site(apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    apr_array_header_t *sites =
        ipxe_settings_read(source_of(dump, pool), diags, pool);
    const ipxe_settings_t *settings;
    const ipxe_site_t *site;

    if (!ok(sites && sites->nelts == 1 && diags->all->nelts == 0,
            "a server without rules is left out"))
        return;
    site = &APR_ARRAY_IDX(sites, 0, ipxe_site_t);
    settings = &site->settings;
    is(site->name, "boot.example *:80", "its name");
    is(site->host, "boot.example", "its host");
    is(site->secret, "/s/secret", "its secret");
    is_int(settings->rules->nelts, 2, "its rules");
    is(APR_ARRAY_IDX(settings->rules, 1, const char *), "/r/t\"wo",
       "a quote in a path");
    is_int(settings->vars->nelts, 4, "its variables");
    is(APR_ARRAY_IDX(settings->vars, 3, const char *), "007",
       "a variable keeps its zeros");
    is(settings->plain_url, "http://b", "its plain URL");
    ok(settings->fetch_life == apr_time_from_sec(60), "a life in seconds");
    is_int(settings->max_answer, 1000, "a size");
    is(settings->ticket_network, "24", "a network");
    ok(settings->keys == NULL, "no keys are read");
}

static void test_errors(apr_pool_t *pool)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{ \"format\": 2, \"servers\": [] }",
        "{ \"format\": 1 }",
        "{ \"format\": 1, \"servers\": [ {} ] }",
    };
    apr_size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ipxe_diags_t *diags = ipxe_diags_make(pool);

        ok(!ipxe_settings_read(source_of(texts[i], pool), diags, pool) &&
               diags->errors > 0,
           apr_psprintf(pool, "an error: '%s'", texts[i]));
    }
}

static void test_variables(apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_value_t map, item;

    if (!ok(ipxe_variables_read(
                &map,
                source_of("a: 1\nb: [x, ~]\nc: true\nd: {e: 1.5}\nf: '1'\n",
                          pool),
                diags, pool) == APR_SUCCESS,
            "variables are read"))
        return;
    item = ipxe_map_get(map, "a");
    ok(item.kind == IPXE_KIND_INT && item.u.integer == 1, "a number");
    item = ipxe_map_get(map, "b");
    ok(item.kind == IPXE_KIND_LIST && item.u.list->len == 2 &&
           item.u.list->items[1].kind == IPXE_KIND_NONE,
       "a list, and none in it");
    ok(ipxe_map_get(map, "c").kind == IPXE_KIND_BOOL, "a truth value");
    ok(ipxe_map_get(ipxe_map_get(map, "d"), "e").kind == IPXE_KIND_FLOAT,
       "a number with a fraction, in a mapping");
    ok(ipxe_map_get(map, "f").kind == IPXE_KIND_TEXT, "quoted: text");
    ok(ipxe_variables_read(&map, source_of("- a\n", pool), diags, pool) !=
           APR_SUCCESS,
       "a list is no mapping of variables");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_site(pool);
    test_errors(pool);
    test_variables(pool);
    return tap_end(pool);
}
