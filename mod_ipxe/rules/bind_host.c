/* SPDX-License-Identifier: Apache-2.0 */
/* Binding groups, hosts and what is to be ignored. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"

/* ---- Groups ---- */

/* What a group's mapping binds to. */
typedef struct group_keys_t {
    ipxe_written_t actions;
    const ipxe_yaml_t *vars, *secrets;
    apr_array_header_t *groups;
} group_keys_t;

static const ipxe_bind_t group_rows[] = {
    IPXE_ACTION_ROWS(group_keys_t, actions),
    IPXE_BIND("vars", NODE, group_keys_t, vars, 0),
    IPXE_BIND("groups", SCALARS, group_keys_t, groups, 0),
    IPXE_BIND("secrets", NODE, group_keys_t, secrets, 0), IPXE_BIND_END};

static void bind_group(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                       const ipxe_yaml_t *value)
{
    ipxe_group_t *group = apr_pcalloc(loader->pool, sizeof(*group));
    ipxe_group_def_t *def = apr_pcalloc(loader->pool, sizeof(*def));
    group_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    if (!ipxe_yaml_is_null(value))
        ipxe_bind(&keys, value, group_rows, "a group", loader, loader->diags,
                  loader->pool);
    group->name = name->text;
    group->span = name->span;
    group->vars = ipxe_load_vars(loader, keys.vars, keys.secrets);
    ipxe_load_action(loader, &group->action, &keys.actions, value);
    def->group = group;
    def->names = keys.groups;
    def->linked = apr_array_make(loader->pool, 2, sizeof(const ipxe_group_t *));
    group->groups = def->linked;
    if (ipxe_load_define(loader, loader->groups, "group", name->text,
                         name->span, def, 1))
        apr_hash_set(loader->rules->groups, group->name, APR_HASH_KEY_STRING,
                     group);
}

void ipxe_bind_groups(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    ipxe_load_each(loader, value, "groups", bind_group);
}

/* ---- What tells a host ---- */

static const char *bad_mac(ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_MAC, node->span,
                                 "'%s' is no address of a card", node->text),
                   "six octets in any usual spelling: 52:54:00:12:34:56");
    return NULL;
}

static const char *take_mac(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                            apr_pool_t *pool)
{
    const char *mac = ipxe_mac_normal(node->text, pool);

    return mac ? mac : bad_mac(loader, node);
}

static const char *take_uuid(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                             apr_pool_t *pool)
{
    const char *uuid = ipxe_uuid_normal(node->text, pool);

    if (!uuid)
        ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_UUID, node->span,
                      "'%s' is no UUID", node->text);
    return uuid;
}

/* As facts are: trimmed, runs of blanks folded to one. */
static const char *take_text(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    return apr_array_pstrcat(pool, ipxe_text_split(node->text, " \t\r\n", pool),
                             ' ');
}

static void check_junk(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                       ipxe_fact_e fact, const char *text)
{
    ipxe_diag_t *diag;

    if (!text || (*text && !ipxe_fact_junk(fact, text)))
        return;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_NAMES_NOBODY, node->span,
                         "%s '%s' is a filler and names no machine",
                         ipxe_fact_name(fact), node->text);
    ipxe_diag_help(diag, "a machine that sends it counts as sending none");
}

static const char *take(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                        ipxe_fact_e fact, apr_pool_t *scratch)
{
    const char *text;

    if (!node)
        return NULL;
    text = fact == IPXE_FACT_MAC    ? take_mac(loader, node, scratch)
           : fact == IPXE_FACT_UUID ? take_uuid(loader, node, scratch)
                                    : take_text(node, scratch);
    check_junk(loader, node, fact, text);
    return text;
}

static const char *take_macs(ipxe_loader_t *loader,
                             const apr_array_header_t *nodes,
                             apr_pool_t *scratch)
{
    apr_array_header_t *macs = apr_array_make(scratch, 4, sizeof(const char *));
    int i;

    for (i = 0; nodes && i < nodes->nelts; i++) {
        const char *mac =
            take(loader, APR_ARRAY_IDX(nodes, i, const ipxe_yaml_t *),
                 IPXE_FACT_MAC, scratch);

        if (mac)
            APR_ARRAY_PUSH(macs, const char *) = mac;
    }
    return macs->nelts ? apr_array_pstrcat(scratch, macs, ' ') : NULL;
}

/* ---- Hosts ---- */

/* What a host's mapping binds to. */
typedef struct host_keys_t {
    ipxe_written_t actions;
    const ipxe_yaml_t *name, *uuid, *serial, *manufacturer, *asset, *vars,
        *secrets;
    apr_array_header_t *macs, *groups;
} host_keys_t;

static const ipxe_bind_t host_rows[] = {
    IPXE_ACTION_ROWS(host_keys_t, actions),
    IPXE_BIND("name", SCALAR, host_keys_t, name, IPXE_BIND_REQUIRED),
    IPXE_BIND("mac", SCALARS, host_keys_t, macs, 0),
    IPXE_BIND("uuid", SCALAR, host_keys_t, uuid, 0),
    IPXE_BIND("serial", SCALAR, host_keys_t, serial, 0),
    IPXE_BIND("manufacturer", SCALAR, host_keys_t, manufacturer, 0),
    IPXE_BIND("asset", SCALAR, host_keys_t, asset, 0),
    IPXE_BIND("groups", SCALARS, host_keys_t, groups, 0),
    IPXE_BIND("vars", NODE, host_keys_t, vars, 0),
    IPXE_BIND("secrets", NODE, host_keys_t, secrets, 0),
    IPXE_BIND_END};

#define HOST_TEXTS 6

static void check_known(ipxe_loader_t *loader, const ipxe_host_t *host,
                        const host_keys_t *keys)
{
    if (keys->macs || keys->uuid || keys->serial || keys->asset)
        return;
    ipxe_diag_help(
        ipxe_diag_add(loader->diags, IPXE_DIAG_NAMES_NOBODY, host->span,
                      "nothing tells which machine host '%s' is", host->name),
        "give it a mac, uuid, serial or asset");
}

/* Most hosts have none of their own. */
static const ipxe_action_t *take_action(ipxe_loader_t *loader,
                                        const host_keys_t *keys,
                                        const ipxe_yaml_t *node)
{
    static const ipxe_action_t none;
    ipxe_action_t *action;
    int i;

    for (i = 0; i < IPXE_ACTION_COUNT && !keys->actions.values[i]; i++)
        ;
    if (i == IPXE_ACTION_COUNT)
        return &none;
    action = apr_pcalloc(loader->pool, sizeof(*action));
    ipxe_load_action(loader, action, &keys->actions, node);
    return action;
}

/* All texts of a host in one piece: padded one by one they take more. */
static void keep_texts(const ipxe_loader_t *loader, ipxe_host_t *host)
{
    const char **const texts[] = {&host->name,  &host->macs,
                                  &host->uuid,  &host->serial,
                                  &host->asset, &host->manufacturer};
    apr_size_t sizes[HOST_TEXTS], all = 0;
    char *at;
    int i;

    for (i = 0; i < HOST_TEXTS; i++) {
        sizes[i] = *texts[i] ? strlen(*texts[i]) + 1 : 0;
        all += sizes[i];
    }
    at = apr_palloc(loader->pool, all);
    for (i = 0; i < HOST_TEXTS; i++) {
        if (!sizes[i])
            continue;
        memcpy(at, *texts[i], sizes[i]);
        *texts[i] = at;
        at += sizes[i];
    }
}

/* What a host keeps of an item that will be gone. */
static void keep_nodes(ipxe_loader_t *loader, host_keys_t *keys)
{
    int i;

    /* Kept hosts share theirs. */
    for (i = 0; i < IPXE_ACTION_COUNT && !loader->keep; i++) {
        if (keys->actions.values[i])
            keys->actions.values[i] =
                ipxe_yaml_copy(keys->actions.values[i], loader->pool);
    }
    if (keys->vars)
        keys->vars = ipxe_yaml_copy(keys->vars, loader->pool);
    if (keys->secrets)
        keys->secrets = ipxe_yaml_copy(keys->secrets, loader->pool);
}

/* The names of groups, until they are linked. */
static const apr_array_header_t *keep_names(const ipxe_loader_t *loader,
                                            const apr_array_header_t *names)
{
    apr_array_header_t *kept;
    int i;

    if (!names)
        return NULL;
    kept = apr_array_copy(loader->temp, names);
    for (i = 0; i < kept->nelts; i++)
        APR_ARRAY_IDX(kept, i, const ipxe_yaml_t *) = ipxe_yaml_copy(
            APR_ARRAY_IDX(kept, i, const ipxe_yaml_t *), loader->temp);
    return kept;
}

ipxe_host_def_t *ipxe_make_host(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                                apr_pool_t *scratch)
{
    ipxe_host_t *host;
    ipxe_host_def_t *def;
    host_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    ipxe_bind(&keys, node, host_rows, "a host", loader, loader->diags, scratch);
    if (!keys.name)
        return NULL;
    keep_nodes(loader, &keys);
    host = apr_pcalloc(loader->temp, sizeof(*host));
    host->name = keys.name->text;
    host->span = keys.name->span;
    host->macs = take_macs(loader, keys.macs, scratch);
    host->uuid = take(loader, keys.uuid, IPXE_FACT_UUID, scratch);
    host->serial = take(loader, keys.serial, IPXE_FACT_SERIAL, scratch);
    host->manufacturer =
        take(loader, keys.manufacturer, IPXE_FACT_MANUFACTURER, scratch);
    host->asset = take(loader, keys.asset, IPXE_FACT_ASSET, scratch);
    keep_texts(loader, host);
    host->vars = ipxe_load_vars(loader, keys.vars, keys.secrets);
    check_known(loader, host, &keys);
    def = apr_pcalloc(loader->temp, sizeof(*def));
    def->host = host;
    if (loader->keep) {
        def->names = ipxe_keep_names(loader, keys.groups);
        def->action = ipxe_keep_action(loader, &keys.actions, node);
        return def;
    }
    host->action = take_action(loader, &keys, node);
    def->names = keep_names(loader, keys.groups);
    return def;
}

/* Where its name is new. */
static void define_host(ipxe_loader_t *loader, ipxe_host_def_t *def)
{
    if (ipxe_load_define(loader, loader->hosts, "host", def->host->name,
                         def->host->span, def, 1))
        APR_ARRAY_PUSH(loader->host_defs, ipxe_host_def_t *) = def;
}

void ipxe_bind_host(void *baton, const ipxe_yaml_t *node, apr_pool_t *scratch)
{
    ipxe_loader_t *loader = baton;
    ipxe_host_def_t *def = ipxe_make_host(loader, node, scratch);

    if (def)
        define_host(loader, def);
}

static void list_wanted(ipxe_loader_t *loader, const ipxe_yaml_t *value,
                        const char *what)
{
    ipxe_diag_t *diag = ipxe_diag_add(
        loader->diags, IPXE_DIAG_WRONG_TYPE, value->span,
        "'%s' must be a list, not %s", what, ipxe_yaml_what(value));

    ipxe_diag_help(diag, "write each after a dash: - name: ...");
}

void ipxe_bind_hosts(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    apr_size_t i;

    if (ipxe_yaml_is_null(value))
        return;
    if (value->kind != IPXE_YAML_SEQUENCE) {
        list_wanted(loader, value, "hosts");
        return;
    }
    for (i = 0; i < value->count; i++)
        ipxe_bind_host(loader, value->items[i], loader->temp);
}

/* ---- Ignored ---- */

/* What `ignore` binds to. */
typedef struct ignore_keys_t {
    apr_array_header_t *macs, *uuids;
} ignore_keys_t;

static const ipxe_bind_t ignore_rows[] = {
    IPXE_BIND("mac", SCALARS, ignore_keys_t, macs, 0),
    IPXE_BIND("uuid", SCALARS, ignore_keys_t, uuids, 0), IPXE_BIND_END};

static void add_ignored(ipxe_loader_t *loader, apr_array_header_t *into,
                        const apr_array_header_t *nodes,
                        const char *(*read)(ipxe_loader_t *loader,
                                            const ipxe_yaml_t *node,
                                            apr_pool_t *pool))
{
    int i;

    for (i = 0; nodes && i < nodes->nelts; i++) {
        const char *text = read(
            loader, APR_ARRAY_IDX(nodes, i, const ipxe_yaml_t *), loader->pool);

        if (text)
            APR_ARRAY_PUSH(into, const char *) = text;
    }
}

void ipxe_bind_ignore(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    ignore_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    if (ipxe_yaml_is_null(value))
        return;
    ipxe_bind(&keys, value, ignore_rows, "`ignore`", loader, loader->diags,
              loader->pool);
    add_ignored(loader, loader->ignored_macs, keys.macs, take_mac);
    add_ignored(loader, loader->ignored_uuids, keys.uuids, take_uuid);
}
