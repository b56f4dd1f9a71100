/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts set, remove: one host at a time. */
#include "ctl/hosts.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* One that is new begins with its name. */
static const ipxe_yaml_t *old_or_new(ipxe_host_edit_t *edit, const char *name,
                                     ipxe_diags_t *diags, apr_pool_t *pool)
{
    const ipxe_source_t *text;
    ipxe_text_t *made = ipxe_text_make(64, pool);

    if (ipxe_host_edit_get(&text, edit, name, diags, pool) != APR_SUCCESS)
        return NULL;
    if (!text) {
        ipxe_text_add(made, "{\"name\": ");
        ipxe_text_add_json(made, name);
        ipxe_text_add(made, "}");
        text = ipxe_source_make(name, made->data, made->len, pool);
    }
    return ipxe_hosts_parse(text, diags, pool);
}

static const ipxe_yaml_t *change_all(const ipxe_yaml_t *host,
                                     const ipxe_ctl_t *ctl, ipxe_diags_t *diags)
{
    const char *word, *key, *value;
    int i;

    for (i = 2; host && (word = ipxe_hosts_word(ctl, i)) != NULL; i++) {
        key = ipxe_ctl_pair(&value, word, ctl->pool);
        host = ipxe_host_change(host, key, value, diags, ctl->pool);
    }
    return host;
}

/* Reads what was written, as the server will. */
static void put(ipxe_host_edit_t *edit, const ipxe_yaml_t *host,
                ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(256, pool);
    const ipxe_host_t *bound;
    const ipxe_yaml_t *node;

    ipxe_host_write(text, host);
    node =
        ipxe_hosts_parse(ipxe_source_make(ipxe_host_words(host, "name", pool),
                                          text->data, text->len, pool),
                         diags, pool);
    if (node && ipxe_host_bind(&bound, node, ipxe_engine_library(pool), diags,
                               pool) == APR_SUCCESS)
        ipxe_host_edit_put(edit, bound, text->data, text->len, diags);
}

static ipxe_exit_e check_words(const ipxe_ctl_t *ctl)
{
    const char *word, *value;
    int i;

    if (!ipxe_hosts_word(ctl, 1) || !ipxe_hosts_word(ctl, 2)) {
        ipxe_ctl_complain("hosts set wants a name and KEY=VALUE");
        return IPXE_EXIT_USAGE;
    }
    for (i = 2; (word = ipxe_hosts_word(ctl, i)) != NULL; i++) {
        if (!ipxe_ctl_pair(&value, word, ctl->pool)) {
            ipxe_ctl_complain("hosts set wants KEY=VALUE, not '%s'", word);
            return IPXE_EXIT_USAGE;
        }
    }
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_hosts_set(ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const ipxe_yaml_t *host;
    ipxe_host_edit_t *edit;
    const char *path;
    ipxe_exit_e code = check_words(ctl);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_hosts_path(&path, ctl);
    if (code == IPXE_EXIT_FINE)
        code = ipxe_hosts_begin(&edit, path, ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    host = old_or_new(edit, ipxe_hosts_word(ctl, 1), diags, ctl->pool);
    host = change_all(host, ctl, diags);
    if (host && !diags->errors)
        put(edit, host, diags, ctl->pool);
    if (!diags->errors)
        ipxe_host_edit_commit(edit, diags);
    ipxe_ctl_diags(diags, 1, ctl->pool);
    return diags->errors ? IPXE_EXIT_WRONG : IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_hosts_remove(ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const char *path, *name = ipxe_hosts_word(ctl, 1);
    ipxe_host_edit_t *edit;
    ipxe_exit_e code = IPXE_EXIT_USAGE;
    int found, missing = 0, i;

    if (!name)
        ipxe_ctl_complain("hosts remove wants the names of hosts");
    else
        code = ipxe_hosts_path(&path, ctl);
    if (code == IPXE_EXIT_FINE)
        code = ipxe_hosts_begin(&edit, path, ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    for (i = 1; (name = ipxe_hosts_word(ctl, i)) != NULL; i++) {
        if (ipxe_host_edit_remove(&found, edit, name, diags) == APR_SUCCESS &&
            !found) {
            ipxe_ctl_complain("there is no host '%s'", name);
            missing = 1;
        }
    }
    if (!diags->errors)
        ipxe_host_edit_commit(edit, diags);
    ipxe_ctl_diags(diags, 1, ctl->pool);
    return missing || diags->errors ? IPXE_EXIT_WRONG : IPXE_EXIT_FINE;
}
