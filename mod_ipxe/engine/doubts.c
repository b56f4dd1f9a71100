/* SPDX-License-Identifier: Apache-2.0 */
/* Walks from the rules to all that they lead to, and says what is left. */
#include "engine/doubts.h"

#include <apr_file_info.h>
#include <apr_strings.h>

#include "engine/check.h"
#include "engine/lint.h"

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

static void walk_all(walk_t *walk, const ipxe_rules_t *rules, apr_pool_t *pool)
{
    int i;

    walk->profiles = apr_hash_make(pool);
    walk->menus = apr_hash_make(pool);
    for (i = 0; i < rules->rules->nelts; i++)
        walk_action(
            walk, &APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *)->action);
    for (i = 0; i < rules->host_count; i++)
        walk_action(walk, rules->hosts[i].action);
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

static int always_decides(const ipxe_rule_t *rule)
{
    return !rule->when && !rule->carry_on &&
           rule->action.kind != IPXE_ACTION_NONE &&
           rule->action.kind != IPXE_ACTION_FOLLOW;
}

static void doubt_rules(const ipxe_rules_t *rules, ipxe_diags_t *diags)
{
    const ipxe_rule_t *decider = NULL;
    ipxe_diag_t *diag;
    int i;

    for (i = 0; i < rules->rules->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *);

        if (decider) {
            diag = ipxe_diag_add(diags, IPXE_DIAG_UNREACHABLE_RULE, rule->span,
                                 "the rule '%s' is never reached", rule->name);
            ipxe_diag_help(diag, "move it up");
            ipxe_diag_note(diag, decider->span,
                           "this rule has no `when` and decides for all");
        }
        else if (always_decides(rule)) {
            decider = rule;
        }
    }
}

static void doubt_file(const ipxe_named_file_t *file, const char *root,
                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    char *path;

    /* What leads out of the DocumentRoot is nothing that httpd serves. */
    if (apr_filepath_merge(&path, root, file->path, APR_FILEPATH_SECUREROOT,
                           pool) == APR_SUCCESS)
        ipxe_lint_path(file->path, file->tree, file->span, root, diags, pool);
    else
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_MISSING_FILE, file->span,
                                     "'%s' leads out of the DocumentRoot '%s'",
                                     file->path, root),
                       "mend the path; machines get 404");
}

static void doubt_samples(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                          apr_pool_t *pool)
{
    const char *root = set->settings->document_root;
    apr_array_header_t *files = ipxe_check_doubts(set, diags, pool);
    int i;

    for (i = 0; root && i < files->nelts; i++)
        doubt_file(&APR_ARRAY_IDX(files, i, ipxe_named_file_t), root, diags,
                   pool);
}

void ipxe_snapshot_doubt(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                         apr_pool_t *pool)
{
    const ipxe_rules_t *rules = set->rules;
    walk_t walk = {NULL, NULL, 0};

    walk_all(&walk, rules, pool);
    if (!walk.computed) {
        doubt_profiles(&walk, rules, diags, pool);
        doubt_menus(&walk, rules, diags, pool);
    }
    doubt_rules(rules, diags);
    doubt_samples(set, diags, pool);
}
