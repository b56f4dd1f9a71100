/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts from Cobbler, matchbox and warewulf: JSON and YAML of their own. */
#include <apr_strings.h>
#include <string.h>

#include "engine/hosts_draft.h"

static const ipxe_yaml_t *parse(ipxe_import_t *import,
                                const ipxe_source_t *source)
{
    ipxe_yaml_t *root;

    ipxe_yaml_parse(&root, source, import->diags, import->pool);
    return root;
}

/* The value of a key; NULL where it is not there, empty or inherited. */
static const ipxe_yaml_t *get(const ipxe_yaml_t *node, const char *key)
{
    const ipxe_yaml_t *value = ipxe_yaml_get(node, key);

    if (ipxe_yaml_is_null(value) || value->count == 0 ||
        (value->kind == IPXE_YAML_SCALAR &&
         strcmp(value->text, "<<inherit>>") == 0))
        return NULL;
    return value;
}

static int is_false(const ipxe_yaml_t *value)
{
    static const char *const words[] = {"false", "False", "0", "no", ""};

    return value && value->kind == IPXE_YAML_SCALAR &&
           ipxe_text_among(value->text, words, sizeof(words) / sizeof(*words));
}

/* Variables from a mapping, each by its name; another kind is one. */
static void add_vars(ipxe_draft_t *draft, const char *name,
                     const ipxe_yaml_t *value)
{
    apr_size_t i;

    if (!value)
        return;
    if (value->kind != IPXE_YAML_MAPPING) {
        ipxe_draft_var(draft, name, value);
        return;
    }
    for (i = 0; i < value->count; i++)
        ipxe_draft_var(draft, value->pairs[i].key->text, value->pairs[i].value);
}

/* Keys of the other system, and what variables they are here. */
typedef struct renamed_t {
    const char *key, *var;
} renamed_t;

static void add_renamed(ipxe_draft_t *draft, const ipxe_yaml_t *node,
                        const renamed_t *names)
{
    for (; names->key; names++) {
        const ipxe_yaml_t *value = get(node, names->key);

        if (value)
            ipxe_draft_var(draft, names->var, value);
    }
}

/* Words of a kernel's line: a mapping's `a: 1, b: ~` is "a=1 b". */
static const ipxe_yaml_t *as_words(const ipxe_yaml_t *value, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(64, pool);
    apr_size_t i;

    if (!value || value->kind == IPXE_YAML_SCALAR)
        return value;
    for (i = 0; i < value->count; i++) {
        const ipxe_yaml_t *word = value->kind == IPXE_YAML_MAPPING
                                      ? value->pairs[i].value
                                      : value->items[i];

        ipxe_text_add(text, i ? " " : "");
        if (value->kind == IPXE_YAML_MAPPING)
            ipxe_text_addf(text, "%s%s", value->pairs[i].key->text,
                           ipxe_yaml_is_null(word) || !word->count ? "" : "=");
        if (word->kind == IPXE_YAML_SCALAR)
            ipxe_text_add(text, word->text);
    }
    return ipxe_draft_text(text->data, 0, value->span, pool);
}

static void take(ipxe_import_t *import, ipxe_draft_t *draft)
{
    import->take(import->baton, ipxe_draft_end(draft), draft->pool);
}

/* Each item of a list, or the one that is there, in a pool of its own. */
typedef void one_fn(ipxe_import_t *import, const ipxe_yaml_t *node,
                    const ipxe_yaml_t *name, apr_pool_t *scratch);

static void each(ipxe_import_t *import, const ipxe_yaml_t *node, one_fn *one)
{
    apr_size_t i, count = node->kind == IPXE_YAML_SEQUENCE ? node->count : 1;
    apr_pool_t *scratch;

    apr_pool_create(&scratch, import->pool);
    for (i = 0; i < count; i++) {
        const ipxe_yaml_t *item =
            node->kind == IPXE_YAML_SEQUENCE ? node->items[i] : node;

        if (item->kind == IPXE_YAML_MAPPING)
            one(import, item, NULL, scratch);
        else
            ipxe_import_lose(import, item->span, "this is %s, not a host",
                             ipxe_yaml_what(item));
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
}

/* ---- Cobbler ---- */

static int says(const ipxe_yaml_t *value, const char *word)
{
    return value && value->kind == IPXE_YAML_SCALAR &&
           strcmp(value->text, word) == 0;
}

/* Not its word for "take any", nor what manages the machine. */
static int is_card(const ipxe_yaml_t *mac, const ipxe_yaml_t *type)
{
    return mac && !says(mac, "random") && !says(type, "bmc");
}

static void add_interface(ipxe_draft_t *draft, const ipxe_yaml_t *interface,
                          int *addressed)
{
    static const renamed_t names[] = {{"ip_address", "address"},
                                      {"netmask", "netmask"},
                                      {"if_gateway", "gateway"},
                                      {NULL, NULL}};
    const ipxe_yaml_t *mac = get(interface, "mac_address");

    if (!is_card(mac, get(interface, "interface_type")))
        return;
    ipxe_draft_mac(draft, mac);
    if (*addressed || !get(interface, "ip_address"))
        return;
    *addressed = 1;
    add_renamed(draft, interface, names);
}

/* What was told not to boot from the network is not installed again. */
static void add_action(ipxe_draft_t *draft, const ipxe_yaml_t *system)
{
    const ipxe_yaml_t *profile = get(system, "profile");
    const ipxe_yaml_t *netboot = ipxe_yaml_get(system, "netboot_enabled");

    if (is_false(netboot)) {
        ipxe_draft_set(draft, "local",
                       ipxe_draft_text("true", 1, netboot->span, draft->pool));
        if (profile)
            ipxe_draft_var(draft, "cobbler_profile", profile);
    }
    else if (profile)
        ipxe_draft_set(draft, "boot", profile);
}

static void one_system(ipxe_import_t *import, const ipxe_yaml_t *system,
                       const ipxe_yaml_t *name, apr_pool_t *scratch)
{
    static const renamed_t names[] = {{"gateway", "gateway"},
                                      {"name_servers", "nameservers"},
                                      {"comment", "comment"},
                                      {NULL, NULL}};
    const ipxe_yaml_t *interfaces = get(system, "interfaces");
    ipxe_draft_t *draft = ipxe_draft_make(system->span, scratch);
    apr_size_t i;
    int addressed = 0;

    (void)name;
    if (get(system, "name"))
        ipxe_draft_set(draft, "name", get(system, "name"));
    for (i = 0; interfaces && interfaces->kind == IPXE_YAML_MAPPING &&
                i < interfaces->count;
         i++)
        add_interface(draft, interfaces->pairs[i].value, &addressed);
    add_action(draft, system);
    ipxe_draft_hostname(draft, get(system, "hostname"));
    add_renamed(draft, system, names);
    add_vars(draft, "kernel_options",
             as_words(get(system, "kernel_options"), scratch));
    add_vars(draft, "autoinstall_meta", get(system, "autoinstall_meta"));
    add_vars(draft, "ks_meta", get(system, "ks_meta"));
    take(import, draft);
}

apr_status_t ipxe_import_cobbler(ipxe_import_t *import,
                                 const ipxe_source_t *source)
{
    const ipxe_yaml_t *root = parse(import, source);

    if (!root)
        return APR_EGENERAL;
    each(import, root, one_system);
    return APR_SUCCESS;
}

/* ---- matchbox ---- */

static const char *const selectors[] = {"mac", "uuid", "serial"};

static int known_selector(const char *key)
{
    apr_size_t i;

    for (i = 0; i < sizeof(selectors) / sizeof(*selectors); i++)
        if (strcmp(selectors[i], key) == 0)
            return 1;
    return 0;
}

/* Nonzero where the selector tells one machine, and all of it was taken. */
static int add_selector(ipxe_import_t *import, ipxe_draft_t *draft,
                        const ipxe_yaml_t *group, const ipxe_yaml_t *selector)
{
    apr_size_t i;

    if (!selector || selector->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_help(ipxe_import_lose(import, group->span,
                                        "this group is for every machine"),
                       "a rule says the same: { name: default, boot: ... }");
        return 0;
    }
    for (i = 0; i < selector->count; i++) {
        const ipxe_yaml_pair_t *pair = &selector->pairs[i];

        if (!known_selector(pair->key->text)) {
            ipxe_diag_help(ipxe_import_lose(import, pair->key->span,
                                            "'%s' tells no single machine",
                                            pair->key->text),
                           "a rule with a condition says the same");
            return 0;
        }
        if (strcmp(pair->key->text, "mac") == 0)
            ipxe_draft_mac(draft, pair->value);
        else
            ipxe_draft_set(draft, pair->key->text, pair->value);
    }
    return 1;
}

static void one_group(ipxe_import_t *import, const ipxe_yaml_t *group,
                      const ipxe_yaml_t *name, apr_pool_t *scratch)
{
    ipxe_draft_t *draft = ipxe_draft_make(group->span, scratch);
    const ipxe_yaml_t *id = get(group, "id");

    (void)name;
    if (!add_selector(import, draft, group, get(group, "selector")))
        return;
    if (!id)
        id = get(group, "name");
    if (id)
        ipxe_draft_set(draft, "name", id);
    if (get(group, "profile"))
        ipxe_draft_set(draft, "boot", get(group, "profile"));
    add_vars(draft, "metadata", get(group, "metadata"));
    take(import, draft);
}

apr_status_t ipxe_import_matchbox(ipxe_import_t *import,
                                  const ipxe_source_t *source)
{
    const ipxe_yaml_t *root = parse(import, source);

    if (!root)
        return APR_EGENERAL;
    each(import, root, one_group);
    return APR_SUCCESS;
}

/* ---- warewulf ---- */

/* That of `primary network`, of `primary: true`, "default", or the first. */
static const ipxe_yaml_t *primary(const ipxe_yaml_t *node,
                                  const ipxe_yaml_t *devices)
{
    const ipxe_yaml_t *named = get(node, "primary network");
    const ipxe_yaml_t *found = NULL;
    apr_size_t i;

    if (named && named->kind == IPXE_YAML_SCALAR)
        found = get(devices, named->text);
    for (i = 0; !found && i < devices->count; i++) {
        const ipxe_yaml_t *flag = get(devices->pairs[i].value, "primary");

        if (flag && !is_false(flag))
            found = devices->pairs[i].value;
    }
    if (!found)
        found = get(devices, "default");
    return found ? found : devices->pairs[0].value;
}

static void add_devices(ipxe_draft_t *draft, const ipxe_yaml_t *node)
{
    static const renamed_t names[] = {{"ipaddr", "address"},
                                      {"netmask", "netmask"},
                                      {"gateway", "gateway"},
                                      {"ip6addr", "address6"},
                                      {NULL, NULL}};
    const ipxe_yaml_t *devices = get(node, "network devices");
    apr_size_t i;

    if (!devices || devices->kind != IPXE_YAML_MAPPING)
        return;
    for (i = 0; i < devices->count; i++) {
        const ipxe_yaml_t *mac = get(devices->pairs[i].value, "hwaddr");

        if (mac)
            ipxe_draft_mac(draft, mac);
    }
    add_renamed(draft, primary(node, devices), names);
}

static void add_profiles(ipxe_draft_t *draft, const ipxe_yaml_t *profiles)
{
    apr_size_t i;

    for (i = 0; profiles && profiles->kind == IPXE_YAML_SEQUENCE &&
                i < profiles->count;
         i++)
        ipxe_draft_group(draft, profiles->items[i]);
}

static void one_node(ipxe_import_t *import, const ipxe_yaml_t *node,
                     const ipxe_yaml_t *name, apr_pool_t *scratch)
{
    static const renamed_t names[] = {{"image name", "image"},
                                      {"container name", "image"},
                                      {"cluster name", "cluster"},
                                      {"comment", "comment"},
                                      {NULL, NULL}};
    ipxe_draft_t *draft = ipxe_draft_make(name->span, scratch);
    const ipxe_yaml_t *kernel = get(node, "kernel");

    ipxe_draft_set(draft, "name", name);
    if (get(node, "asset key"))
        ipxe_draft_set(draft, "asset", get(node, "asset key"));
    add_devices(draft, node);
    add_profiles(draft, get(node, "profiles"));
    add_renamed(draft, node, names);
    if (kernel)
        add_vars(draft, "kernel_args", as_words(get(kernel, "args"), scratch));
    add_vars(draft, "tags", get(node, "tags"));
    take(import, draft);
}

apr_status_t ipxe_import_warewulf(ipxe_import_t *import,
                                  const ipxe_source_t *source)
{
    const ipxe_yaml_t *root = parse(import, source);
    const ipxe_yaml_t *nodes = root ? ipxe_yaml_get(root, "nodes") : NULL;
    apr_pool_t *scratch;
    apr_size_t i;

    if (!root)
        return APR_EGENERAL;
    if (!nodes || nodes->kind != IPXE_YAML_MAPPING) {
        ipxe_import_lose(import, root->span, "the file has no mapping `nodes`");
        return APR_SUCCESS;
    }
    apr_pool_create(&scratch, import->pool);
    for (i = 0; i < nodes->count; i++) {
        one_node(import, nodes->pairs[i].value, nodes->pairs[i].key, scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return APR_SUCCESS;
}
