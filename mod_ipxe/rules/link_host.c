/* SPDX-License-Identifier: Apache-2.0 */
/* Linking groups and hosts, and what hosts follow. */
#include <apr_strings.h>
#include <string.h>

#include "rules/hosts.h"
#include "rules/mapped.h"

enum { WHITE, GREY, BLACK }; /* of the search for circles */

/* ---- Groups in groups ---- */

static void link_group(ipxe_loader_t *loader, ipxe_group_def_t *def)
{
    int i;

    def->colour = GREY;
    for (i = 0; def->names && i < def->names->nelts; i++) {
        const ipxe_yaml_t *name =
            APR_ARRAY_IDX(def->names, i, const ipxe_yaml_t *);
        ipxe_group_def_t *into = ipxe_load_find(loader, loader->groups, "group",
                                                name->text, name->span);

        if (!into)
            continue;
        if (into->colour == GREY) {
            ipxe_diag_t *diag =
                ipxe_diag_add(loader->diags, IPXE_DIAG_CIRCLE, name->span,
                              "group '%s' is in itself", into->group->name);

            ipxe_diag_note(diag, into->group->span, "the group");
            continue;
        }
        APR_ARRAY_PUSH(def->linked, const ipxe_group_t *) = into->group;
        if (into->colour == WHITE)
            link_group(loader, into);
    }
    def->colour = BLACK;
}

void ipxe_link_groups(ipxe_loader_t *loader)
{
    ipxe_group_def_t *def;
    int at = 0;

    while ((def = ipxe_load_next(loader, loader->groups, &at))) {
        if (def->colour == WHITE)
            link_group(loader, def);
    }
}

/* ---- Hosts ---- */

static int listed(const apr_array_header_t *groups, const ipxe_group_t *group)
{
    int i;

    for (i = 0; i < groups->nelts; i++) {
        if (APR_ARRAY_IDX(groups, i, const ipxe_group_t *) == group)
            return 1;
    }
    return 0;
}

/* Itself first, then those it is in. */
static void add_inner_first(apr_array_header_t *groups,
                            const ipxe_group_t *group)
{
    int i;

    if (listed(groups, group))
        return;
    APR_ARRAY_PUSH(groups, const ipxe_group_t *) = group;
    for (i = 0; i < group->groups->nelts; i++)
        add_inner_first(groups,
                        APR_ARRAY_IDX(group->groups, i, const ipxe_group_t *));
}

/* Those it is in first: its own variables count over theirs. */
static void add_outer_first(apr_array_header_t *groups,
                            const ipxe_group_t *group)
{
    int i;

    if (listed(groups, group))
        return;
    for (i = 0; i < group->groups->nelts; i++)
        add_outer_first(groups,
                        APR_ARRAY_IDX(group->groups, i, const ipxe_group_t *));
    APR_ARRAY_PUSH(groups, const ipxe_group_t *) = group;
}

static const char *names_key(ipxe_text_t *key, const ipxe_host_def_t *def)
{
    int i;

    ipxe_text_cut(key, 0);
    for (i = 0; def->names && i < def->names->nelts; i++)
        ipxe_text_addf(key, "%s\n",
                       APR_ARRAY_IDX(def->names, i, const ipxe_yaml_t *)->text);
    return key->data;
}

void ipxe_link_lists(const apr_array_header_t **groups,
                     const apr_array_header_t **layers,
                     const apr_array_header_t *direct, apr_pool_t *pool)
{
    apr_array_header_t *inner =
        apr_array_make(pool, 2, sizeof(const ipxe_group_t *));
    apr_array_header_t *outer =
        apr_array_make(pool, 2, sizeof(const ipxe_group_t *));
    int i;

    for (i = 0; i < direct->nelts; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(direct, i, const ipxe_group_t *);

        add_inner_first(inner, group);
        add_outer_first(outer, group);
    }
    *groups = inner;
    *layers = outer;
}

/* NULL where a name is not defined: each such place is an error of its own. */
static const ipxe_group_lists_t *make_lists(ipxe_loader_t *loader,
                                            const ipxe_host_def_t *def,
                                            ipxe_group_lists_t *lists)
{
    apr_array_header_t *direct =
        apr_array_make(loader->temp, 2, sizeof(const ipxe_group_t *));
    int i, missing = 0;

    for (i = 0; def->names && i < def->names->nelts; i++) {
        const ipxe_yaml_t *name =
            APR_ARRAY_IDX(def->names, i, const ipxe_yaml_t *);
        const ipxe_group_def_t *group = ipxe_load_find(
            loader, loader->groups, "group", name->text, name->span);

        if (group)
            APR_ARRAY_PUSH(direct, const ipxe_group_t *) = group->group;
        else
            missing = 1;
    }
    ipxe_link_lists(&lists->groups, &lists->layers, direct, loader->pool);
    return missing ? NULL : lists;
}

static void link_host(ipxe_loader_t *loader, apr_hash_t *known,
                      ipxe_text_t *room, const ipxe_host_def_t *def)
{
    const char *key = names_key(room, def);
    ipxe_group_lists_t *lists = apr_hash_get(known, key, APR_HASH_KEY_STRING);

    if (!lists) {
        lists = apr_palloc(loader->temp, sizeof(*lists));
        if (make_lists(loader, def, lists))
            apr_hash_set(known, apr_pstrdup(loader->temp, key),
                         APR_HASH_KEY_STRING, lists);
    }
    def->host->groups = lists->groups;
    def->host->layers = lists->layers;
}

void ipxe_link_ignored(ipxe_loader_t *loader, const ipxe_host_t *host,
                       const char *value)
{
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_NAMES_NOBODY,
                                 host->span,
                                 "host '%s' is told by %s, which is ignored",
                                 host->name, value),
                   "take it from the host, or from `ignore`");
}

static void check_ignored(ipxe_loader_t *loader, const ipxe_host_t *host,
                          const apr_array_header_t *ignored, const char *value)
{
    int i;

    for (i = 0; value && i < ignored->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(ignored, i, const char *), value) == 0)
            ipxe_link_ignored(loader, host, value);
    }
}

static void check_cards(ipxe_loader_t *loader, const ipxe_host_t *host)
{
    const apr_array_header_t *macs;
    int i;

    if (!loader->ignored_macs->nelts || !host->macs)
        return;
    macs = ipxe_text_split(host->macs, " ", loader->temp);
    for (i = 0; i < macs->nelts; i++)
        check_ignored(loader, host, loader->ignored_macs,
                      APR_ARRAY_IDX(macs, i, const char *));
}

static void link_mapped(ipxe_loader_t *loader, ipxe_mapped_t *mapped)
{
    const apr_array_header_t *all = ipxe_image_lists(mapped->image);
    ipxe_group_lists_t *lists =
        apr_palloc(loader->pool, (apr_size_t)all->nelts * sizeof(*lists));
    int i;

    for (i = 0; i < all->nelts; i++) {
        ipxe_host_def_t def = {NULL, NULL, NULL};

        def.names = APR_ARRAY_IDX(all, i, const apr_array_header_t *);
        make_lists(loader, &def, &lists[i]);
    }
    mapped->lists = lists;
}

void ipxe_link_hosts(ipxe_loader_t *loader)
{
    int count = loader->host_defs->nelts, i;
    ipxe_host_t *hosts =
        apr_palloc(loader->pool, (apr_size_t)count * sizeof(*hosts));
    apr_hash_t *known = apr_hash_make(loader->temp);
    ipxe_text_t *room = ipxe_text_make(256, loader->temp);

    for (i = 0; i < count; i++) {
        ipxe_host_def_t *def =
            APR_ARRAY_IDX(loader->host_defs, i, ipxe_host_def_t *);

        link_host(loader, known, room, def);
        check_cards(loader, def->host);
        check_ignored(loader, def->host, loader->ignored_uuids,
                      def->host->uuid);
        hosts[i] = *def->host;
        def->host = &hosts[i];
    }
    loader->rules->hosts = hosts;
    loader->rules->host_count = count;
    ipxe_hosts_index(loader->rules, loader->diags, loader->pool);
    for (i = 0; i < loader->mapped->nelts; i++)
        link_mapped(loader, APR_ARRAY_IDX(loader->mapped, i, ipxe_mapped_t *));
    ipxe_mapped_check(loader);
}

/* ---- What they follow ---- */

static int same_action(const ipxe_action_t *a, const ipxe_action_t *b)
{
    return a->kind == b->kind &&
           ipxe_text_eq(a->value ? a->value->written : NULL,
                        b->value ? b->value->written : NULL);
}

void ipxe_link_actions_of_groups(const ipxe_host_t *host, ipxe_diags_t *diags)
{
    const ipxe_group_t *first = NULL;
    ipxe_diag_t *diag;
    int i;

    if (host->action->kind != IPXE_ACTION_NONE)
        return;
    for (i = 0; i < host->groups->nelts; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *);

        if (group->action.kind == IPXE_ACTION_NONE)
            continue;
        if (first && !same_action(&first->action, &group->action)) {
            diag = ipxe_diag_add(
                diags, IPXE_DIAG_GROUP_ACTIONS, host->span,
                "groups '%s' and '%s' of host '%s' have different actions",
                first->name, group->name, host->name);
            ipxe_diag_note(diag, first->action.span, "in group '%s'",
                           first->name);
            ipxe_diag_note(diag, group->action.span, "in group '%s'",
                           group->name);
            ipxe_diag_help(diag, "give the host an action of its own");
            return;
        }
        if (!first)
            first = group;
    }
}

static int has_follow(const ipxe_loader_t *loader)
{
    int i;

    for (i = 0; i < loader->rule_list->nelts; i++) {
        if (APR_ARRAY_IDX(loader->rule_list, i, ipxe_rule_t *)->action.kind ==
            IPXE_ACTION_FOLLOW)
            return 1;
    }
    return 0;
}

static void no_follow(ipxe_loader_t *loader, const ipxe_action_t *action,
                      const char *what, const char *name)
{
    ipxe_diag_help(
        ipxe_diag_add(loader->diags, IPXE_DIAG_NO_FOLLOW, action->span,
                      "no rule follows the action of %s '%s'", what, name),
        "add a rule: { name: known machines, follow: host }");
}

/* The first will do: all have the same cure. */
static void check_follow(ipxe_loader_t *loader)
{
    const ipxe_host_t *mapped;
    const ipxe_host_def_t *host;
    const ipxe_group_def_t *group;
    int at = 0;

    while ((host = ipxe_load_next(loader, loader->hosts, &at))) {
        if (host->host->action->kind != IPXE_ACTION_NONE) {
            no_follow(loader, host->host->action, "host", host->host->name);
            return;
        }
    }
    mapped = ipxe_mapped_with_action(loader->rules, loader->temp);
    if (mapped) {
        no_follow(loader, mapped->action, "host", mapped->name);
        return;
    }
    at = 0;
    while ((group = ipxe_load_next(loader, loader->groups, &at))) {
        if (group->group->action.kind != IPXE_ACTION_NONE) {
            no_follow(loader, &group->group->action, "group",
                      group->group->name);
            return;
        }
    }
}

void ipxe_link_follow(ipxe_loader_t *loader)
{
    int i;

    if (!has_follow(loader))
        check_follow(loader);
    for (i = 0; i < loader->host_defs->nelts; i++)
        ipxe_link_actions_of_groups(
            APR_ARRAY_IDX(loader->host_defs, i, ipxe_host_def_t *)->host,
            loader->diags);
}
