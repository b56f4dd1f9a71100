/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and variables from JSON and YAML. */
#include "engine/settings_read.h"

#include "yaml/bind.h"

#include <string.h>

/* ---- Variables ---- */

static ipxe_value_t scalar_value(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    apr_int64_t integer;
    double real;
    int truth;

    if (ipxe_yaml_bool(&truth, node))
        return ipxe_value_bool(truth);
    if (ipxe_yaml_int(&integer, node))
        return ipxe_value_int(integer);
    if (ipxe_yaml_float(&real, node))
        return ipxe_value_float(real);
    return ipxe_value_text(node->text, 0, pool);
}

static ipxe_value_t node_value(const ipxe_yaml_t *node, apr_pool_t *pool);

static ipxe_value_t list_value(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    apr_array_header_t *items =
        apr_array_make(pool, (int)node->count, sizeof(ipxe_value_t));
    apr_size_t i;

    for (i = 0; i < node->count; i++)
        APR_ARRAY_PUSH(items, ipxe_value_t) = node_value(node->items[i], pool);
    return ipxe_value_list(items);
}

static ipxe_value_t map_value(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    ipxe_value_t map = ipxe_value_map(pool);
    apr_size_t i;

    for (i = 0; i < node->count; i++)
        ipxe_map_set(map, node->pairs[i].key->text,
                     node_value(node->pairs[i].value, pool));
    return map;
}

/* Nesting is bounded by IPXE_MAX_YAML_DEPTH, aliases by their own limit. */
static ipxe_value_t node_value(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    switch (node->kind) {
    case IPXE_YAML_SCALAR:
        return scalar_value(node, pool);
    case IPXE_YAML_SEQUENCE:
        return list_value(node, pool);
    case IPXE_YAML_MAPPING:
        return map_value(node, pool);
    case IPXE_YAML_NULL:
        break;
    }
    return ipxe_value_none();
}

/* The document, which must be a mapping; NULL where errors were added. */
static const ipxe_yaml_t *read_mapping(const ipxe_source_t *source,
                                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_yaml_t *root;

    if (ipxe_yaml_parse(&root, source, diags, pool) != APR_SUCCESS)
        return NULL;
    if (root->kind == IPXE_YAML_MAPPING)
        return root;
    ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE, root->span,
                  "the file must be a mapping, not %s", ipxe_yaml_what(root));
    return NULL;
}

apr_status_t ipxe_variables_read(ipxe_value_t *map, const ipxe_source_t *source,
                                 ipxe_diags_t *diags, apr_pool_t *pool)
{
    const ipxe_yaml_t *root = read_mapping(source, diags, pool);

    if (!root)
        return APR_EGENERAL;
    *map = map_value(root, pool);
    return APR_SUCCESS;
}

/* ---- Settings ---- */

/* A server while it is read: numbers as JSON has them. */
typedef struct reading_t {
    const char *name, *host, *secret, *sets;
    const char *state_driver, *state_params, *state_identity;
    const char *dbd_driver, *dbd_params;
    const char *document_root, *templates, *entry, *prefix, *base_url,
        *plain_url, *site, *time_zone, *ticket_network;
    apr_array_header_t *rules, *hosts, *vars;
    int fetch_life, max_answer, max_facts, stateless, operator_arms,
        track, signs;
    const ipxe_yaml_t *unused;
} reading_t;

static void read_vars(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *vars = apr_array_make(pool, 8, sizeof(const char *));
    apr_size_t i;

    (void)baton;
    if (value->kind != IPXE_YAML_MAPPING) {
        ipxe_bind_wrong(diags, key, value, "a mapping");
        return;
    }
    for (i = 0; i < value->count; i++) {
        APR_ARRAY_PUSH(vars, const char *) = value->pairs[i].key->text;
        APR_ARRAY_PUSH(vars, const char *) =
            value->pairs[i].value->kind == IPXE_YAML_SCALAR
                ? value->pairs[i].value->text
                : "";
    }
    *(apr_array_header_t **)member = vars;
}

#define TEXT(key, member)                                                      \
    IPXE_BIND(key, TEXT, reading_t, member, IPXE_BIND_NULL)
#define COUNT(key, member)                                                     \
    IPXE_BIND_RANGE(key, reading_t, member, IPXE_BIND_REQUIRED, 0, 0x7fffffff)
#define UNUSED(key) IPXE_BIND(key, NODE, reading_t, unused, 0)

static const ipxe_bind_t site_rows[] = {
    IPXE_BIND("name", TEXT, reading_t, name, IPXE_BIND_REQUIRED),
    TEXT("host", host),
    UNUSED("defined"),
    UNUSED("engine"),
    IPXE_BIND("rules", TEXTS, reading_t, rules, IPXE_BIND_REQUIRED),
    IPXE_BIND("hosts", TEXTS, reading_t, hosts, 0),
    TEXT("templates", templates),
    IPXE_BIND_WITH("vars", reading_t, vars, IPXE_BIND_REQUIRED, read_vars),
    TEXT("document_root", document_root),
    TEXT("entry", entry),
    TEXT("prefix", prefix),
    TEXT("base_url", base_url),
    TEXT("plain_url", plain_url),
    TEXT("site", site),
    COUNT("fetch_life", fetch_life),
    TEXT("ticket_network", ticket_network),
    COUNT("max_answer", max_answer),
    COUNT("max_facts", max_facts),
    TEXT("time_zone", time_zone),
    UNUSED("state_dir"),
    TEXT("state_driver", state_driver),
    TEXT("state_params", state_params),
    TEXT("state_identity", state_identity),
    TEXT("dbd_driver", dbd_driver),
    TEXT("dbd_params", dbd_params),
    TEXT("secret", secret),
    TEXT("sets", sets),
    UNUSED("hooks"),
    UNUSED("reload"),
    IPXE_BIND("stateless", BOOL, reading_t, stateless, 0),
    IPXE_BIND("operator_arms", BOOL, reading_t, operator_arms, 0),
    IPXE_BIND("track", BOOL, reading_t, track, 0),
    IPXE_BIND("signs", BOOL, reading_t, signs, 0),
    UNUSED("state_timeout"),
    UNUSED("max_machines"),
    UNUSED("boot_slots"),
    UNUSED("slot_life"),
    UNUSED("report_life"),
    UNUSED("explain"),
    IPXE_BIND_END};

static void finish_reading(ipxe_site_t *site, const reading_t *reading)
{
    ipxe_settings_t *settings = &site->settings;

    site->name = reading->name;
    site->host = reading->host;
    site->secret = reading->secret;
    site->sets = reading->sets;
    site->state_driver = reading->state_driver;
    site->state_params = reading->state_params;
    site->state_identity = reading->state_identity;
    site->dbd_driver = reading->dbd_driver;
    site->dbd_params = reading->dbd_params;
    settings->rules = reading->rules;
    site->hosts = reading->hosts;
    settings->templates = reading->templates;
    settings->vars = reading->vars;
    settings->document_root = reading->document_root;
    settings->entry = reading->entry;
    settings->prefix = reading->prefix;
    settings->base_url = reading->base_url;
    settings->plain_url = reading->plain_url;
    settings->site = reading->site;
    settings->fetch_life = apr_time_from_sec(reading->fetch_life);
    settings->ticket_network = reading->ticket_network;
    settings->max_answer = (apr_size_t)reading->max_answer;
    settings->max_facts = (apr_size_t)reading->max_facts;
    settings->time_zone = reading->time_zone;
    settings->stateless = reading->stateless;
    settings->operator_arms = reading->operator_arms;
    settings->track = reading->track;
    settings->signs = reading->signs;
}

static void read_site(apr_array_header_t *sites, const ipxe_yaml_t *node,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    reading_t reading;
    ipxe_site_t *site;

    memset(&reading, 0, sizeof(reading));
    if (ipxe_bind(&reading, node, site_rows, "a server", NULL, diags, pool) !=
            APR_SUCCESS ||
        reading.rules->nelts == 0)
        return;
    site = apr_array_push(sites);
    memset(site, 0, sizeof(*site));
    ipxe_settings_default(&site->settings, pool);
    finish_reading(site, &reading);
}

typedef struct dump_t {
    const ipxe_yaml_t *format, *servers;
} dump_t;

static const ipxe_bind_t dump_rows[] = {
    IPXE_BIND("format", SCALAR, dump_t, format, IPXE_BIND_REQUIRED),
    IPXE_BIND("servers", LIST, dump_t, servers, IPXE_BIND_REQUIRED),
    IPXE_BIND_END};

apr_array_header_t *ipxe_settings_read(const ipxe_source_t *source,
                                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *sites = apr_array_make(pool, 2, sizeof(ipxe_site_t));
    const ipxe_yaml_t *root = read_mapping(source, diags, pool);
    dump_t dump = {NULL, NULL};
    apr_size_t i;

    if (!root || ipxe_bind(&dump, root, dump_rows, "the settings", NULL, diags,
                           pool) != APR_SUCCESS)
        return NULL;
    if (!ipxe_text_eq(dump.format->text, "1"))
        ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, dump.format->span,
                      "the format is %s, and this ipxectl reads 1",
                      dump.format->text);
    for (i = 0; i < dump.servers->count; i++)
        read_site(sites, dump.servers->items[i], diags, pool);
    return diags->errors ? NULL : sites;
}
