/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled hosts in a set: their links, and what could be wrong with them. */
#include "rules/mapped.h"

#include <string.h>
#include <strings.h>

#include "rules/hosts.h"

/* ---- Loading ---- */

void ipxe_mapped_load(ipxe_loader_t *loader, const ipxe_image_t *image)
{
    static const ipxe_action_t none;
    const apr_array_header_t *kept = ipxe_image_actions(image);
    const ipxe_action_t **actions = apr_palloc(
        loader->pool, (apr_size_t)kept->nelts * sizeof(const ipxe_action_t *));
    ipxe_mapped_t *mapped = apr_pcalloc(loader->pool, sizeof(*mapped));
    int i;

    actions[0] = &none;
    for (i = 1; i < kept->nelts; i++) {
        const ipxe_kept_action_t *one =
            APR_ARRAY_IDX(kept, i, const ipxe_kept_action_t *);
        ipxe_action_t *action = apr_pcalloc(loader->pool, sizeof(*action));

        ipxe_load_action(loader, action, &one->written, one->mapping);
        actions[i] = action;
    }
    mapped->image = image;
    mapped->actions = actions;
    APR_ARRAY_PUSH(loader->mapped, ipxe_mapped_t *) = mapped;
    loader->rules->host_facts |= ipxe_image_facts(image);
}

const apr_array_header_t *ipxe_mapped_all(const ipxe_rules_t *rules)
{
    static const apr_array_header_t none;

    return rules->mapped ? rules->mapped : &none;
}

const ipxe_host_t *ipxe_mapped_host(const ipxe_mapped_t *mapped, int number,
                                    apr_pool_t *pool)
{
    const ipxe_group_lists_t *lists =
        &mapped->lists[ipxe_image_list_of(mapped->image, number)];
    ipxe_host_t *host = apr_palloc(pool, sizeof(*host));

    ipxe_image_host(host, mapped->image, number, pool);
    host->groups = lists->groups;
    host->layers = lists->layers;
    host->action = mapped->actions[ipxe_image_action_of(mapped->image, number)];
    return host;
}

/* ---- Checking ---- */

/* What one check goes through. */
typedef struct checking_t {
    ipxe_loader_t *loader;
    const ipxe_mapped_t *mapped;
    apr_pool_t *scratch;
} checking_t;

static void check_ignored(const checking_t *checking, ipxe_host_by_e by,
                          const apr_array_header_t *values)
{
    ipxe_image_search_t search;
    int i, number;

    for (i = 0; i < values->nelts; i++) {
        const char *value = APR_ARRAY_IDX(values, i, const char *);

        ipxe_image_seek(&search, checking->mapped->image, by, value,
                        strlen(value));
        while ((number = ipxe_image_next(&search)) >= 0)
            ipxe_link_ignored(
                checking->loader,
                ipxe_mapped_host(checking->mapped, number, checking->scratch),
                value);
    }
}

/* Of hosts with the same groups the first will do: all have the same cure. */
static void check_groups(const checking_t *checking)
{
    const ipxe_image_t *image = checking->mapped->image;
    char *seen = apr_pcalloc(checking->scratch,
                             (apr_size_t)ipxe_image_lists(image)->nelts);
    int count = ipxe_image_count(image), i;

    for (i = 0; i < count; i++) {
        int list = ipxe_image_list_of(image, i);

        if (seen[list] || ipxe_image_action_of(image, i))
            continue;
        seen[list] = 1;
        ipxe_link_actions_of_groups(
            ipxe_mapped_host(checking->mapped, i, checking->scratch),
            checking->loader->diags);
    }
}

/* ---- Against other hosts ---- */

static void check_name(const checking_t *checking, const ipxe_host_t *host)
{
    ipxe_image_search_t search;
    int number;

    ipxe_image_seek(&search, checking->mapped->image, IPXE_HOST_BY_NAME,
                    host->name, strlen(host->name));
    while ((number = ipxe_image_next(&search)) >= 0) {
        if (strcmp(ipxe_image_name(checking->mapped->image, number),
                   host->name) == 0)
            ipxe_diag_note(
                ipxe_diag_add(checking->loader->diags, IPXE_DIAG_DUPLICATE_NAME,
                              host->span, "host '%s' is defined twice",
                              host->name),
                ipxe_mapped_host(checking->mapped, number, checking->scratch)
                    ->span,
                "first defined here");
    }
}

static int check_host(void *baton, const ipxe_host_t *host, apr_pool_t *scratch)
{
    checking_t checking = *(const checking_t *)baton;

    checking.scratch = scratch;
    check_name(&checking, host);
    ipxe_hosts_against(checking.mapped, host, checking.loader->diags, scratch);
    return checking.loader->diags->errors >= IPXE_MAX_HOSTS_WRONG;
}

/* Each against those that were read, and against the images before it. */
static void check_others(checking_t *checking, int before)
{
    const ipxe_rules_t *rules = checking->loader->rules;
    apr_array_header_t first = *rules->mapped;
    ipxe_rules_t others = *rules;

    first.nelts = before;
    others.mapped = &first;
    ipxe_hosts_each(&others, check_host, checking, checking->loader->temp);
}

void ipxe_mapped_check(ipxe_loader_t *loader)
{
    checking_t checking = {loader, NULL, NULL};
    int i;

    if (loader->input->checked)
        return;
    apr_pool_create(&checking.scratch, loader->temp);
    for (i = 0; i < loader->mapped->nelts; i++) {
        checking.mapped =
            APR_ARRAY_IDX(loader->mapped, i, const ipxe_mapped_t *);
        check_ignored(&checking, IPXE_HOST_BY_MAC, loader->ignored_macs);
        check_ignored(&checking, IPXE_HOST_BY_UUID, loader->ignored_uuids);
        check_groups(&checking);
        check_others(&checking, i);
        apr_pool_clear(checking.scratch);
    }
    apr_pool_destroy(checking.scratch);
}

const ipxe_host_t *ipxe_mapped_with_action(const ipxe_rules_t *rules,
                                           apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_mapped_all(rules);
    int i, j;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_mapped_t *mapped =
            APR_ARRAY_IDX(all, i, const ipxe_mapped_t *);

        for (j = 0; j < ipxe_image_count(mapped->image); j++)
            if (ipxe_image_action_of(mapped->image, j))
                return ipxe_mapped_host(mapped, j, pool);
    }
    return NULL;
}
