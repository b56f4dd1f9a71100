/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts list, show, export: what is in the database. */
#include "ctl/hosts.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* A walk through all. */
typedef struct listing_t {
    const ipxe_ctl_t *ctl;
    ipxe_diags_t *diags;
    int export, json, count;
    int secret; /* of these secrets were left out */
} listing_t;

static int wants_secrets(const ipxe_ctl_t *ctl)
{
    return ctl->given[IPXE_OPT_SECRETS] != NULL;
}

/* What is exported is read again: no "***" may stand for a secret there. */
static const ipxe_yaml_t *without_secrets(listing_t *listing,
                                          const ipxe_yaml_t *host,
                                          apr_pool_t *pool)
{
    ipxe_yaml_t *copy = apr_pmemdup(pool, host, sizeof(*host));
    ipxe_yaml_pair_t *pairs =
        apr_palloc(pool, (host->count + 1) * sizeof(*pairs));
    apr_size_t i;

    if (wants_secrets(listing->ctl) || !ipxe_yaml_get(host, "secrets"))
        return host;
    copy->count = 0;
    copy->pairs = pairs;
    for (i = 0; i < host->count; i++)
        if (strcmp(host->pairs[i].key->text, "secrets") != 0)
            pairs[copy->count++] = host->pairs[i];
    listing->secret++;
    return copy;
}

static void print_line(const char *name, const ipxe_yaml_t *host,
                       apr_pool_t *pool)
{
    static const char *const keys[] = {"mac", "uuid", "serial", "asset"};
    const char *groups = ipxe_host_words(host, "groups", pool);
    const char *action = ipxe_host_action(host, pool);
    int i;

    printf("%-24s", name);
    for (i = 0; i < 4; i++) {
        const char *value = ipxe_host_words(host, keys[i], pool);

        if (*value)
            printf("  %s %s", keys[i], value);
    }
    if (*groups)
        printf("  groups %s", groups);
    printf("%s%s\n", *action ? "  " : "", action);
}

static void print_json(listing_t *listing, const ipxe_yaml_t *host,
                       apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(256, pool);

    ipxe_host_json(text, host, !wants_secrets(listing->ctl));
    printf("%s  %s", listing->count ? ",\n" : "", text->data);
}

static void print_item(const ipxe_yaml_t *host, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(256, pool);

    ipxe_host_item(text, host, 0);
    fputs(text->data, stdout);
}

static apr_status_t print_host(void *baton, const char *name,
                               const ipxe_source_t *text, apr_pool_t *scratch)
{
    listing_t *listing = baton;
    ipxe_diags_t *diags = ipxe_diags_make(scratch);
    const ipxe_yaml_t *host = ipxe_hosts_parse(text, diags, scratch);

    if (!host) {
        ipxe_ctl_complain("the text of host '%s' cannot be read", name);
        listing->diags->errors++;
        return APR_SUCCESS;
    }
    if (!ipxe_hosts_wanted(listing->ctl, 1, name, host, scratch))
        return APR_SUCCESS;
    if (listing->export)
        host = without_secrets(listing, host, scratch);
    if (listing->json)
        print_json(listing, host, scratch);
    else if (listing->export)
        print_item(host, scratch);
    else
        print_line(name, host, scratch);
    listing->count++;
    return APR_SUCCESS;
}

static ipxe_exit_e open_store(ipxe_host_store_t **store, ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const char *path;
    ipxe_exit_e code = ipxe_hosts_path(&path, ctl);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_hosts_own(path, ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    *store = ipxe_host_store_make(path, ctl->pool);
    if (ipxe_host_store_open(*store, diags) == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_diags(diags, 1, ctl->pool);
    return IPXE_EXIT_CANNOT;
}

static const char *begin_of(const listing_t *listing)
{
    if (listing->json)
        return "{\"hosts\": [\n";
    return listing->export ? "ipxe: 1\nhosts:\n" : "";
}

static ipxe_exit_e walk(ipxe_ctl_t *ctl, int export)
{
    listing_t listing = {ctl, ipxe_diags_make(ctl->pool), export,
                         ipxe_ctl_json(ctl), 0, 0};
    const ipxe_host_provider_t *provider;
    ipxe_host_store_t *store;
    ipxe_exit_e code = open_store(&store, ctl);

    if (code != IPXE_EXIT_FINE)
        return code;
    provider = ipxe_host_store_provider(store);
    fputs(begin_of(&listing), stdout);
    provider->each(provider->baton, print_host, &listing, listing.diags,
                   ctl->pool);
    if (listing.json)
        fputs(listing.count ? "\n]}\n" : "]}\n", stdout);
    ipxe_ctl_diags(listing.diags, 1, ctl->pool);
    if (listing.secret)
        ipxe_ctl_complain("the secrets of %s were left out: --secrets writes "
                          "them",
                          ipxe_ctl_count(listing.secret, "host", ctl->pool));
    if (listing.diags->errors)
        return IPXE_EXIT_WRONG;
    if (!listing.count && ipxe_hosts_word(ctl, 1)) {
        ipxe_ctl_complain("no host matches");
        return IPXE_EXIT_WRONG;
    }
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_hosts_list(ipxe_ctl_t *ctl)
{
    return walk(ctl, 0);
}

ipxe_exit_e ipxe_hosts_export(ipxe_ctl_t *ctl)
{
    return walk(ctl, 1);
}

ipxe_exit_e ipxe_hosts_show(ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const char *name = ipxe_hosts_word(ctl, 1);
    ipxe_text_t *out = ipxe_text_make(256, ctl->pool);
    const ipxe_host_provider_t *provider;
    const ipxe_source_t *text = NULL;
    const ipxe_yaml_t *host = NULL;
    ipxe_host_store_t *store;
    ipxe_exit_e code;

    if (!name || ipxe_hosts_word(ctl, 2)) {
        ipxe_ctl_complain("hosts show takes the name of one host");
        return IPXE_EXIT_USAGE;
    }
    code = open_store(&store, ctl);
    if (code != IPXE_EXIT_FINE)
        return code;
    provider = ipxe_host_store_provider(store);
    provider->get(&text, provider->baton, name, diags, ctl->pool);
    if (text)
        host = ipxe_hosts_parse(text, diags, ctl->pool);
    ipxe_ctl_diags(diags, 1, ctl->pool);
    if (!host) {
        if (!diags->errors)
            ipxe_ctl_complain("there is no host '%s'", name);
        return IPXE_EXIT_WRONG;
    }
    if (ipxe_ctl_json(ctl))
        ipxe_host_json(out, host, !wants_secrets(ctl));
    else
        ipxe_host_item(out, host, !wants_secrets(ctl));
    printf("%s%s", out->data, ipxe_ctl_json(ctl) ? "\n" : "");
    return IPXE_EXIT_FINE;
}
