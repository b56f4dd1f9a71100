/* SPDX-License-Identifier: Apache-2.0 */
/* Walks from the rules to all that they lead to, and says what is left. */
#include "engine/doubts.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "engine/check.h"
#include "engine/lint.h"
#include "rules/cover.h"
#include "rules/hosts.h"
#include "rules/pattern.h"

/* What was come by. */
typedef struct walk_t {
    apr_hash_t *profiles, *menus; /* name -> itself */
    int computed;                 /* a name with {{ }} may lead anywhere */
} walk_t;

static void walk_menu(walk_t *walk, const ipxe_menu_t *menu);

static void walk_action(walk_t *walk, const ipxe_action_t *action)
{
    int named =
        action->kind == IPXE_ACTION_BOOT || action->kind == IPXE_ACTION_MENU;

    if (action->profile)
        apr_hash_set(walk->profiles, action->profile->name, APR_HASH_KEY_STRING,
                     action->profile);
    else if (action->menu)
        walk_menu(walk, action->menu);
    else if (named)
        walk->computed = 1;
}

static void walk_menu(walk_t *walk, const ipxe_menu_t *menu)
{
    int i;

    if (apr_hash_get(walk->menus, menu->name, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(walk->menus, menu->name, APR_HASH_KEY_STRING, menu);
    for (i = 0; i < menu->items->nelts; i++)
        walk_action(walk, &APR_ARRAY_IDX(menu->items, i, ipxe_item_t).action);
}

static void walk_groups(walk_t *walk, const ipxe_rules_t *rules,
                        apr_pool_t *pool)
{
    apr_hash_index_t *each;

    for (each = apr_hash_first(pool, rules->groups); each;
         each = apr_hash_next(each)) {
        const ipxe_group_t *group = apr_hash_this_val(each);

        walk_action(walk, &group->action);
    }
}

static int walk_host(void *walk, const ipxe_host_t *host, apr_pool_t *scratch)
{
    (void)scratch;
    walk_action(walk, host->action);
    return 0;
}

static void walk_all(walk_t *walk, const ipxe_rules_t *rules, apr_pool_t *pool)
{
    int i;

    walk->profiles = apr_hash_make(pool);
    walk->menus = apr_hash_make(pool);
    for (i = 0; i < rules->rules->nelts; i++)
        walk_action(
            walk, &APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *)->action);
    ipxe_hosts_each(rules, walk_host, walk, pool);
    walk_groups(walk, rules, pool);
}

static void doubt_profiles(const walk_t *walk, const ipxe_rules_t *rules,
                           ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_hash_index_t *each;

    for (each = apr_hash_first(pool, rules->profiles); each;
         each = apr_hash_next(each)) {
        const ipxe_profile_t *profile = apr_hash_this_val(each);

        if (!profile->extended &&
            !apr_hash_get(walk->profiles, profile->name, APR_HASH_KEY_STRING))
            ipxe_diag_help(
                ipxe_diag_add(diags, IPXE_DIAG_UNUSED_PROFILE, profile->span,
                              "nothing leads to the profile '%s'",
                              profile->name),
                "put it into a menu or a rule; it was not rendered for "
                "samples");
    }
}

static void doubt_menus(const walk_t *walk, const ipxe_rules_t *rules,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_hash_index_t *each;

    for (each = apr_hash_first(pool, rules->menus); each;
         each = apr_hash_next(each)) {
        const ipxe_menu_t *menu = apr_hash_this_val(each);

        if (!apr_hash_get(walk->menus, menu->name, APR_HASH_KEY_STRING))
            ipxe_diag_help(
                ipxe_diag_add(diags, IPXE_DIAG_UNUSED_MENU, menu->span,
                              "nothing leads to the menu '%s'", menu->name),
                "put it into another menu or a rule");
    }
}

/* ---- Groups and hosts ---- */

/* What rules ask of hosts. */
typedef struct wants_t {
    const ipxe_rules_t *rules;
    apr_array_header_t *conds; /* of const ipxe_cond_t *: on host or group */
    int follows;               /* a rule follows the host's own action */
    int names;           /* a template or an expression speaks of the host */
    apr_hash_t *members; /* group's name -> it has hosts */
} wants_t;

static void want_cond(void *baton, const ipxe_cond_t *cond)
{
    if (cond->kind == IPXE_COND_HOST || cond->kind == IPXE_COND_GROUP)
        APR_ARRAY_PUSH(((wants_t *)baton)->conds, const ipxe_cond_t *) = cond;
}

static void want_name(void *baton, const char *parent, const char *name,
                      ipxe_span_t span)
{
    (void)span;
    if (strcmp(parent, "host") == 0 || strcmp(name, "host") == 0 ||
        strcmp(name, "*") == 0)
        ((wants_t *)baton)->names = 1;
}

static void find_wants(wants_t *wants, const ipxe_rules_t *rules,
                       apr_pool_t *pool)
{
    int i;

    wants->rules = rules;
    wants->conds = apr_array_make(pool, 8, sizeof(const ipxe_cond_t *));
    wants->members = apr_hash_make(pool);
    for (i = 0; i < rules->rules->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *);

        ipxe_cond_walk(rule->when, want_cond, wants);
        wants->follows |= rule->action.kind == IPXE_ACTION_FOLLOW;
    }
    ipxe_library_names(rules->library, want_name, wants);
}

/* Does one of the patterns match the text? */
static int matches(const ipxe_cond_t *cond, const char *text,
                   ipxe_diags_t *quiet)
{
    int i, found = 0;

    for (i = 0; cond->patterns && i < cond->patterns->nelts && !found; i++)
        ipxe_pattern_matches(
            &found, APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *),
            text, quiet);
    return found;
}

static int is_asked_for(const wants_t *wants, const ipxe_host_t *host,
                        ipxe_diags_t *quiet)
{
    int i, j;

    for (i = 0; i < wants->conds->nelts; i++) {
        const ipxe_cond_t *cond =
            APR_ARRAY_IDX(wants->conds, i, const ipxe_cond_t *);

        if (cond->kind == IPXE_COND_HOST && matches(cond, host->name, quiet))
            return 1;
        for (j = 0; cond->kind == IPXE_COND_GROUP && j < host->groups->nelts;
             j++) {
            if (matches(
                    cond,
                    APR_ARRAY_IDX(host->groups, j, const ipxe_group_t *)->name,
                    quiet))
                return 1;
        }
    }
    return 0;
}

static int has_something(const wants_t *wants, const ipxe_host_t *host)
{
    int i, found = host->vars != NULL ||
                   (wants->follows && host->action->kind != IPXE_ACTION_NONE);

    for (i = 0; i < host->groups->nelts && !found; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *);

        found = group->vars ||
                (wants->follows && group->action.kind != IPXE_ACTION_NONE);
    }
    return found;
}

static void note_groups(const wants_t *wants, const ipxe_host_t *host)
{
    int i;

    for (i = 0; i < host->groups->nelts; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *);

        apr_hash_set(wants->members, group->name, APR_HASH_KEY_STRING, group);
    }
}

/* Hosts that are gone through. */
typedef struct doubting_t {
    const wants_t *wants;
    ipxe_diags_t *diags, *quiet;
    int said;
} doubting_t;

/* A file of hosts alone is a part of something. */
static int doubt_host(void *baton, const ipxe_host_t *host, apr_pool_t *scratch)
{
    doubting_t *doubting = baton;
    const wants_t *wants = doubting->wants;

    (void)scratch;
    note_groups(wants, host);
    if (wants->names || !wants->rules->rules->nelts ||
        doubting->said >= IPXE_MAX_HOSTS_WRONG || has_something(wants, host) ||
        is_asked_for(wants, host, doubting->quiet))
        return 0;
    doubting->said++;
    ipxe_diag_help(ipxe_diag_add(doubting->diags, IPXE_DIAG_UNUSED_HOST,
                                 host->span, "nothing depends on the host '%s'",
                                 host->name),
                   "give it an action, variables or a group, or ask for "
                   "it in a rule");
    return 0;
}

static void doubt_hosts(const wants_t *wants, ipxe_diags_t *diags,
                        apr_pool_t *pool)
{
    doubting_t doubting = {wants, diags, ipxe_diags_make(pool), 0};

    ipxe_hosts_each(wants->rules, doubt_host, &doubting, pool);
}

static int outside(const ipxe_rules_t *rules)
{
    int i;

    for (i = 0; rules->providers && i < rules->providers->nelts; i++) {
        if (APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *))
            return 1;
    }
    return 0;
}

/* Hosts of a database are not known here. */
static void doubt_groups(const wants_t *wants, ipxe_diags_t *diags,
                         apr_pool_t *pool)
{
    apr_hash_index_t *each;

    if (outside(wants->rules))
        return;
    for (each = apr_hash_first(pool, wants->rules->groups); each;
         each = apr_hash_next(each)) {
        const ipxe_group_t *group = apr_hash_this_val(each);

        if (!apr_hash_get(wants->members, group->name, APR_HASH_KEY_STRING))
            ipxe_diag_help(
                ipxe_diag_add(diags, IPXE_DIAG_UNUSED_GROUP, group->span,
                              "no host is in the group '%s'", group->name),
                "list it under 'groups' of a host, or take it away");
    }
}

static void doubt_templates(const ipxe_rules_t *rules, ipxe_diags_t *diags,
                            apr_pool_t *pool)
{
    apr_array_header_t *paths = ipxe_library_unasked(rules->library, pool);
    int i;

    for (i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_UNUSED_TEMPLATE,
                                     ipxe_library_span(rules->library, path),
                                     "nothing names the template '%s'", path),
                       "name it under 'answers' or 'script', include it, or "
                       "take it away");
    }
}

/* ---- Files ---- */

/* Zero where it is not there. */
static int doubt_file(const ipxe_named_file_t *file, const char *root,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    char *path;

    /* What leads out of the DocumentRoot is nothing that httpd serves. */
    if (apr_filepath_merge(&path, root, file->path, APR_FILEPATH_SECUREROOT,
                           pool) == APR_SUCCESS)
        return ipxe_lint_path(file->path, file->tree, file->span, root, diags,
                              pool);
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_MISSING_FILE, file->span,
                                 "'%s' leads out of the DocumentRoot '%s'",
                                 file->path, root),
                   "mend the path; machines get 404");
    return 1;
}

int ipxe_check_below(const ipxe_named_file_t *file,
                     const ipxe_named_file_t *folder)
{
    apr_size_t len = folder ? strlen(folder->path) : 0;

    return len && folder->path[len - 1] == '/' &&
           strncmp(file->path, folder->path, len) == 0 &&
           file->span.source == folder->span.source &&
           file->span.begin == folder->span.begin;
}

/* Of a tree that is not there its files are not, either. */
static void doubt_samples(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                          apr_pool_t *pool)
{
    const char *root = set->settings->document_root;
    apr_array_header_t *files = ipxe_check_doubts(set, diags, pool);
    const ipxe_named_file_t *missing = NULL;
    int i;

    for (i = 0; root && i < files->nelts; i++) {
        const ipxe_named_file_t *file =
            &APR_ARRAY_IDX(files, i, ipxe_named_file_t);

        if (!ipxe_check_below(file, missing))
            missing = doubt_file(file, root, diags, pool) ? NULL : file;
    }
}

void ipxe_snapshot_doubt(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                         apr_pool_t *pool)
{
    const ipxe_rules_t *rules = set->rules;
    walk_t walk = {NULL, NULL, 0};
    wants_t wants = {NULL, NULL, 0, 0, NULL};

    walk_all(&walk, rules, pool);
    if (!walk.computed) {
        doubt_profiles(&walk, rules, diags, pool);
        doubt_menus(&walk, rules, diags, pool);
    }
    ipxe_rules_cover(rules, diags, pool);
    find_wants(&wants, rules, pool);
    doubt_hosts(&wants, diags, pool);
    doubt_groups(&wants, diags, pool);
    doubt_templates(rules, diags, pool);
    doubt_samples(set, diags, pool);
}
