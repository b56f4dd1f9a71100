/* SPDX-License-Identifier: Apache-2.0 */
/* Which format it is; the project's own. */
#include <apr_strings.h>
#include <string.h>

#include "engine/hosts_draft.h"

static const struct {
    const char *name;
    ipxe_import_fn *read;
} formats[] = {
    {"yaml", ipxe_import_yaml},         {"csv", ipxe_import_csv},
    {"dnsmasq", ipxe_import_dnsmasq},   {"cobbler", ipxe_import_cobbler},
    {"matchbox", ipxe_import_matchbox}, {"warewulf", ipxe_import_warewulf},
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

const char *const ipxe_import_formats[] = {
    "yaml", "csv", "dnsmasq", "cobbler", "matchbox", "warewulf", NULL};

apr_status_t ipxe_import_read(ipxe_import_t *import, const char *format,
                              const ipxe_source_t *source)
{
    apr_size_t i;

    for (i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i].name, format) == 0)
            return formats[i].read(import, source);
    }
    return APR_EINVAL;
}

/* ---- Guessing ---- */

/* What a text of that format has in its first bytes. */
static const struct {
    const char *begin; /* of a line; NULL: anywhere */
    const char *word;
    const char *format;
} signs[] = {
    {"dhcp-host=", NULL, "dnsmasq"},     {"nodeprofiles:", NULL, "warewulf"},
    {"WW_INTERNAL:", NULL, "warewulf"},  {NULL, "\"selector\"", "matchbox"},
    {NULL, "\"interfaces\"", "cobbler"}, {NULL, "\"mac_address\"", "cobbler"},
    {NULL, "\"profile\"", "matchbox"}, /* of every machine */
};

#define SIGN_BYTES 65536

static int begins_line(const char *text, const char *word)
{
    const char *at = text;

    while ((at = strstr(at, word)) != NULL) {
        if (at == text || at[-1] == '\n')
            return 1;
        at++;
    }
    return 0;
}

const char *ipxe_import_guess(const ipxe_source_t *source, apr_pool_t *pool)
{
    apr_size_t len = strlen(source->name), i;
    const char *head =
        apr_pstrmemdup(pool, source->text,
                       source->len < SIGN_BYTES ? source->len : SIGN_BYTES);

    if (len > 4 && strcmp(source->name + len - 4, ".csv") == 0)
        return "csv";
    for (i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (signs[i].begin ? begins_line(head, signs[i].begin)
                           : strstr(head, signs[i].word) != NULL)
            return signs[i].format;
    }
    return "yaml";
}

/* ---- The project's own ---- */

typedef struct yaml_t {
    ipxe_import_t *import;
    int taken;
} yaml_t;

static void take_item(void *baton, const ipxe_yaml_t *item, apr_pool_t *scratch)
{
    yaml_t *yaml = baton;

    yaml->taken++;
    yaml->import->take(yaml->import->baton, item, scratch);
}

static void take_list(yaml_t *yaml, const ipxe_yaml_t *list)
{
    apr_pool_t *scratch;
    apr_size_t i;

    apr_pool_create(&scratch, yaml->import->pool);
    for (i = 0; i < list->count; i++) {
        take_item(yaml, list->items[i], scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
}

/* What else a rule file has is the rules', not the hosts'. */
static void check_sections(ipxe_import_t *import, const ipxe_yaml_t *root)
{
    apr_size_t i;

    for (i = 0; i < root->count; i++) {
        const ipxe_yaml_t *key = root->pairs[i].key;

        if (strcmp(key->text, "ipxe") != 0 && strcmp(key->text, "hosts") != 0)
            ipxe_diag_help(
                ipxe_import_lose(import, key->span,
                                 "'%s' holds no hosts and is not imported",
                                 key->text),
                "it stays in the rule files");
    }
}

apr_status_t ipxe_import_yaml(ipxe_import_t *import,
                              const ipxe_source_t *source)
{
    yaml_t yaml = {import, 0};
    ipxe_yaml_long_t hosts = {"hosts", take_item, &yaml};
    const ipxe_yaml_t *list;
    ipxe_yaml_t *root;

    ipxe_yaml_parse_long(&root, source, &hosts, import->diags, import->pool);
    if (!root)
        return APR_EGENERAL;
    list =
        root->kind == IPXE_YAML_SEQUENCE ? root : ipxe_yaml_get(root, "hosts");
    if (root->kind == IPXE_YAML_MAPPING)
        check_sections(import, root);
    if (list && list->kind == IPXE_YAML_SEQUENCE)
        take_list(&yaml, list);
    else if (!list || !ipxe_yaml_is_null(list))
        ipxe_diag_help(ipxe_import_lose(import, root->span,
                                        "the file has no list of hosts"),
                       "a rule file has them under `hosts:`; another format is "
                       "named by --from");
    return APR_SUCCESS;
}
