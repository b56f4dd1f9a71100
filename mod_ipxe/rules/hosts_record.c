/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a database: text to a host, when it is asked for. */
#include "rules/hosts_record.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"
#include "rules/names.h"

/* What binding a host needs of a loader, and no more. */
static void init_loader(ipxe_loader_t *loader, ipxe_library_t *library,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    static const ipxe_rules_input_t nothing;

    memset(loader, 0, sizeof(*loader));
    loader->input = &nothing;
    loader->library = library;
    loader->diags = diags;
    loader->pool = pool;
    loader->temp = pool;
    loader->actions = apr_array_make(pool, 1, sizeof(ipxe_action_t *));
    loader->phrases = apr_array_make(pool, 4, sizeof(ipxe_phrase_t *));
}

/* ---- Links ---- */

/* "there is no group 'wev'", with the near name. */
static void no_such(apr_hash_t *table, const char *what, const ipxe_span_t span,
                    const char *name, ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char **names =
        apr_palloc(pool, (apr_hash_count(table) + 1) * sizeof(*names));
    apr_hash_index_t *at;
    apr_size_t n = 0;

    for (at = apr_hash_first(pool, table); at; at = apr_hash_next(at))
        names[n++] = apr_hash_this_key(at);
    ipxe_diag_nearest(ipxe_diag_add(diags, IPXE_DIAG_UNKNOWN_NAME, span,
                                    "there is no %s '%s'", what, name),
                      name, names, n);
}

static const void *find(apr_hash_t *table, const char *what, const char *name,
                        ipxe_span_t span, const ipxe_loader_t *loader)
{
    const void *found = apr_hash_get(table, name, APR_HASH_KEY_STRING);

    if (!found)
        no_such(table, what, span, name, loader->diags, loader->pool);
    return found;
}

static void link_groups(ipxe_host_def_t *def, const ipxe_rules_t *rules,
                        const ipxe_loader_t *loader)
{
    apr_array_header_t *direct =
        apr_array_make(loader->pool, 2, sizeof(const ipxe_group_t *));
    int i;

    for (i = 0; def->names && i < def->names->nelts; i++) {
        const ipxe_yaml_t *name =
            APR_ARRAY_IDX(def->names, i, const ipxe_yaml_t *);
        const ipxe_group_t *group =
            find(rules->groups, "group", name->text, name->span, loader);

        if (group)
            APR_ARRAY_PUSH(direct, const ipxe_group_t *) = group;
    }
    ipxe_link_lists(&def->host->groups, &def->host->layers, direct,
                    loader->pool);
}

static void link_action(ipxe_action_t *action, const ipxe_rules_t *rules,
                        ipxe_loader_t *loader)
{
    const char *name = ipxe_phrase_constant(action->value);

    if (!name)
        return;
    if (action->kind == IPXE_ACTION_BOOT)
        action->profile =
            find(rules->profiles, "profile", name, action->value->span, loader);
    else if (action->kind == IPXE_ACTION_MENU)
        action->menu =
            find(rules->menus, "menu", name, action->value->span, loader);
    else if (action->kind == IPXE_ACTION_SCRIPT)
        action->script = ipxe_load_template(loader, name, action->value->span);
}

static void link_host(ipxe_host_def_t *def, const ipxe_rules_t *rules,
                      ipxe_loader_t *loader)
{
    int i;

    link_groups(def, rules, loader);
    for (i = 0; i < loader->actions->nelts; i++)
        link_action(APR_ARRAY_IDX(loader->actions, i, ipxe_action_t *), rules,
                    loader);
    ipxe_link_actions_of_groups(def->host, loader->diags);
}

/* ---- Reading ---- */

static ipxe_host_def_t *bind_node(ipxe_loader_t *loader,
                                  const ipxe_yaml_t *node)
{
    if (node->kind == IPXE_YAML_MAPPING)
        return ipxe_make_host(loader, node, loader->pool);
    ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE, node->span,
                  "a host must be a mapping, not %s", ipxe_yaml_what(node));
    return NULL;
}

apr_status_t ipxe_host_read(const ipxe_host_t **host, const ipxe_source_t *text,
                            const ipxe_rules_t *rules, ipxe_diags_t *diags,
                            apr_pool_t *pool)
{
    int errors = diags->errors;
    ipxe_host_def_t *def = NULL;
    ipxe_loader_t loader;
    ipxe_yaml_t *node;

    init_loader(&loader, ipxe_library_child(rules->library, pool), diags, pool);
    ipxe_secrets_hide(text);
    ipxe_yaml_parse(&node, text, diags, pool);
    if (node)
        def = bind_node(&loader, node);
    if (def)
        link_host(def, rules, &loader);
    if (!def || diags->errors != errors)
        return APR_EGENERAL;
    *host = def->host;
    return APR_SUCCESS;
}

apr_status_t ipxe_host_bind(const ipxe_host_t **host, const ipxe_yaml_t *node,
                            ipxe_library_t *library, ipxe_diags_t *diags,
                            apr_pool_t *pool)
{
    int errors = diags->errors;
    ipxe_host_def_t *def;
    ipxe_loader_t loader;

    init_loader(&loader, library, diags, pool);
    def = bind_node(&loader, node);
    if (def && !ipxe_name_good(def->host->name))
        ipxe_diag_help(
            ipxe_diag_add(diags, IPXE_DIAG_BAD_NAME, def->host->span,
                          "'%s' cannot be the name of a host", def->host->name),
            "letters, digits, '.', '_' and '-': names stand in addresses");
    if (!def || diags->errors != errors)
        return APR_EGENERAL;
    *host = def->host;
    return APR_SUCCESS;
}

/* ---- Writing ---- */

/* As it is where quotes would change what it means. */
static void write_scalar(ipxe_text_t *text, const ipxe_yaml_t *node)
{
    apr_int64_t integer;
    double real;
    int truth;

    if (ipxe_yaml_bool(&truth, node) || ipxe_yaml_int(&integer, node) ||
        ipxe_yaml_float(&real, node))
        ipxe_text_add(text, node->text);
    else
        ipxe_text_add_json(text, node->text);
}

static void write_node(ipxe_text_t *text, const ipxe_yaml_t *node)
{
    apr_size_t i;

    switch (node->kind) {
    case IPXE_YAML_NULL:
        ipxe_text_add(text, "null");
        return;
    case IPXE_YAML_SCALAR:
        write_scalar(text, node);
        return;
    case IPXE_YAML_SEQUENCE:
        for (i = 0; i < node->count; i++) {
            ipxe_text_add(text, i ? ", " : "[");
            write_node(text, node->items[i]);
        }
        ipxe_text_add(text, node->count ? "]" : "[]");
        return;
    case IPXE_YAML_MAPPING:
        for (i = 0; i < node->count; i++) {
            ipxe_text_add(text, i ? ", " : "{");
            ipxe_text_add_json(text, node->pairs[i].key->text);
            ipxe_text_add(text, ": ");
            write_node(text, node->pairs[i].value);
        }
        ipxe_text_add(text, node->count ? "}" : "{}");
        return;
    }
}

void ipxe_host_write(ipxe_text_t *text, const ipxe_yaml_t *node)
{
    write_node(text, node);
}
