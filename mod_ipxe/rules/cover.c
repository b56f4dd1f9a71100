/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that can never decide. */
#include "rules/cover.h"

#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "rules/pattern.h"
#include "rules/window.h"

/* Deeper parts of a condition are not looked at. */
#define MOST_PARTS 64

/* ---- Two conditions ---- */

static const ipxe_cond_t *part(const ipxe_cond_t *cond, int i)
{
    return APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *);
}

static const ipxe_pattern_t *pattern(const ipxe_cond_t *cond, int i)
{
    return APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *);
}

/* Both ask for the same thing by patterns. */
static int same_name(const ipxe_cond_t *a, const ipxe_cond_t *b)
{
    return a->kind == b->kind && a->patterns && b->patterns &&
           strcmp(a->name, b->name) == 0;
}

/* A machine has one value of it: not several cards, several groups. */
static int single(const ipxe_cond_t *cond)
{
    ipxe_fact_kind_e kind;

    if (cond->kind != IPXE_COND_FACT)
        return cond->kind != IPXE_COND_GROUP && cond->kind != IPXE_COND_RUNS;
    kind = ipxe_fact_kind(cond->fact);
    return kind != IPXE_FACT_KIND_MAC && kind != IPXE_FACT_KIND_MACS &&
           cond->fact != IPXE_FACT_COUNT;
}

static int any_covers(const ipxe_cond_t *wide, const ipxe_pattern_t *narrow)
{
    int i;

    for (i = 0; i < wide->patterns->nelts; i++) {
        if (ipxe_pattern_covers(pattern(wide, i), narrow))
            return 1;
    }
    return 0;
}

static int patterns_cover(const ipxe_cond_t *wide, const ipxe_cond_t *narrow)
{
    int i;

    for (i = 0; i < narrow->patterns->nelts; i++) {
        if (!any_covers(wide, pattern(narrow, i)))
            return 0;
    }
    return narrow->patterns->nelts > 0;
}

static int patterns_apart(const ipxe_cond_t *a, const ipxe_cond_t *b)
{
    int i, j;

    for (i = 0; i < a->patterns->nelts; i++) {
        for (j = 0; j < b->patterns->nelts; j++) {
            if (!ipxe_pattern_apart(pattern(a, i), pattern(b, j)))
                return 0;
        }
    }
    return single(a);
}

/* Nonzero where it is certain that `wide` (NULL: always) holds wherever
 * `narrow` does. */
static int covers(const ipxe_cond_t *wide, const ipxe_cond_t *narrow);

/* Each part of `all`, or one of `any`, covers. */
static int parts_cover(const ipxe_cond_t *wide, const ipxe_cond_t *narrow)
{
    int i, covered = 0;

    for (i = 0; i < wide->parts->nelts; i++)
        covered += covers(part(wide, i), narrow) != 0;
    return wide->kind == IPXE_COND_ALL ? covered == wide->parts->nelts
                                       : covered > 0;
}

static int covered_by_parts(const ipxe_cond_t *wide, const ipxe_cond_t *narrow)
{
    int i, covered = 0;

    for (i = 0; i < narrow->parts->nelts; i++)
        covered += covers(wide, part(narrow, i)) != 0;
    return narrow->kind == IPXE_COND_ALL ? covered > 0
                                         : covered == narrow->parts->nelts;
}

static int is_list(const ipxe_cond_t *cond)
{
    return cond->kind == IPXE_COND_ALL || cond->kind == IPXE_COND_ANY;
}

/* What stands under `not` on both sides goes the other way round. */
static int not_covers(const ipxe_cond_t *wide, const ipxe_cond_t *narrow)
{
    const ipxe_cond_t *inner = part(wide, 0);

    if (narrow->kind == IPXE_COND_NOT)
        return covers(part(narrow, 0), inner);
    return same_name(inner, narrow) && patterns_apart(inner, narrow);
}

static int covers(const ipxe_cond_t *wide, const ipxe_cond_t *narrow)
{
    if (!wide)
        return 1;
    if (!narrow)
        return 0;
    if (wide->kind == IPXE_COND_ALL)
        return parts_cover(wide, narrow);
    if (is_list(narrow) && covered_by_parts(wide, narrow))
        return 1;
    if (wide->kind == IPXE_COND_ANY)
        return parts_cover(wide, narrow);
    if (wide->kind == IPXE_COND_NOT)
        return not_covers(wide, narrow);
    if (wide->kind == IPXE_COND_EXPRESSION)
        return narrow->kind == wide->kind &&
               strcmp(wide->written, narrow->written) == 0;
    return same_name(wide, narrow) && patterns_cover(wide, narrow);
}

/* ---- One condition against itself ---- */

/* All that must hold at once, from the top down. */
static void list_parts(const ipxe_cond_t **all, int *count,
                       const ipxe_cond_t *cond)
{
    int i;

    if (cond->kind != IPXE_COND_ALL) {
        if (*count < MOST_PARTS)
            all[(*count)++] = cond;
        return;
    }
    for (i = 0; i < cond->parts->nelts; i++)
        list_parts(all, count, part(cond, i));
}

/* A BIOS build says i386, whatever the machine is. */
static int bios_elsewhere(const ipxe_cond_t *a, const ipxe_cond_t *b)
{
    const char *text;
    int i;

    if (a->kind != IPXE_COND_FACT || a->fact != IPXE_FACT_PLATFORM ||
        b->kind != IPXE_COND_FACT || b->fact != IPXE_FACT_ARCH ||
        a->patterns->nelts != 1 || !ipxe_pattern_plain(pattern(a, 0), &text) ||
        strcmp(text, "pcbios") != 0)
        return 0;
    for (i = 0; i < b->patterns->nelts; i++) {
        if (!ipxe_pattern_plain(pattern(b, i), &text) ||
            strcmp(text, "i386") == 0)
            return 0;
    }
    return 1;
}

static int cannot_both(const ipxe_cond_t *a, const ipxe_cond_t *b)
{
    if (same_name(a, b) && patterns_apart(a, b))
        return 1;
    if (a->kind == IPXE_COND_NOT)
        return covers(part(a, 0), b);
    return bios_elsewhere(a, b);
}

/* Two parts of a condition that cannot hold together; zero where there are
 * none for certain. */
static int contradicts(const ipxe_cond_t **a, const ipxe_cond_t **b,
                       const ipxe_cond_t *cond)
{
    const ipxe_cond_t *all[MOST_PARTS];
    int count = 0, i, j;

    if (cond)
        list_parts(all, &count, cond);
    for (i = 0; i < count; i++) {
        for (j = 0; j < count; j++) {
            *a = all[i];
            *b = all[j];
            if (i != j && cannot_both(*a, *b))
                return 1;
        }
    }
    return 0;
}

/* ---- All rules ---- */

typedef struct covering_t {
    const ipxe_rules_t *rules;
    apr_hash_t *exact;        /* "serial qc-7" -> array of const
                                 ipxe_rule_t * that take these machines */
    apr_array_header_t *wide; /* those that have no such key */
    int left;                 /* comparisons that may still be made */
    int sets;                 /* index of the last rule with `set`; or -1 */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} covering_t;

/* Whoever comes to it goes no further. */
static int decides(const ipxe_rule_t *rule)
{
    return rule->action.kind != IPXE_ACTION_NONE &&
           rule->action.kind != IPXE_ACTION_FOLLOW && !rule->carry_on &&
           !rule->window && rule->percent == 100;
}

static const char *key_of(const ipxe_cond_t *cond, int i, apr_pool_t *pool)
{
    const char *text = ipxe_pattern_exact(pattern(cond, i), pool);

    return text ? apr_pstrcat(pool, cond->name, " ", text, NULL) : NULL;
}

/* The part of a condition whose patterns are all exact, or NULL. */
static const ipxe_cond_t *exact_part(const ipxe_cond_t *cond, apr_pool_t *pool)
{
    const ipxe_cond_t *all[MOST_PARTS];
    int count = 0, i, j;

    if (cond)
        list_parts(all, &count, cond);
    for (i = 0; i < count; i++) {
        for (j = 0; all[i]->patterns && j < all[i]->patterns->nelts; j++) {
            if (!key_of(all[i], j, pool))
                break;
        }
        if (j > 0 && j == all[i]->patterns->nelts)
            return all[i];
    }
    return NULL;
}

static void add_decider(covering_t *covering, const ipxe_rule_t *rule,
                        apr_pool_t *scratch)
{
    const ipxe_cond_t *exact = exact_part(rule->when, scratch);
    apr_pool_t *pool = covering->pool;
    int i;

    if (!exact) {
        APR_ARRAY_PUSH(covering->wide, const ipxe_rule_t *) = rule;
        return;
    }
    for (i = 0; i < exact->patterns->nelts; i++) {
        const char *key = key_of(exact, i, pool);
        apr_array_header_t *list =
            apr_hash_get(covering->exact, key, APR_HASH_KEY_STRING);

        if (!list) {
            list = apr_array_make(pool, 1, sizeof(const ipxe_rule_t *));
            apr_hash_set(covering->exact, key, APR_HASH_KEY_STRING, list);
        }
        APR_ARRAY_PUSH(list, const ipxe_rule_t *) = rule;
    }
}

/* What an expression says may have changed, where rules between set
 * variables. */
static int says_more(const covering_t *covering, const ipxe_rule_t *earlier)
{
    return covering->sets >= earlier->index;
}

static void has_expression(void *baton, const ipxe_cond_t *cond)
{
    *(int *)baton |= cond->kind == IPXE_COND_EXPRESSION;
}

static int takes_all_of(covering_t *covering, const ipxe_rule_t *earlier,
                        const ipxe_rule_t *rule)
{
    int expression = 0;

    if (covering->left-- <= 0 || !covers(earlier->when, rule->when))
        return 0;
    ipxe_cond_walk(earlier->when, has_expression, &expression);
    return !expression || !says_more(covering, earlier);
}

static const ipxe_rule_t *first_of(covering_t *covering,
                                   const apr_array_header_t *earlier,
                                   const ipxe_rule_t *rule)
{
    int i;

    for (i = 0; earlier && i < earlier->nelts; i++) {
        const ipxe_rule_t *one = APR_ARRAY_IDX(earlier, i, const ipxe_rule_t *);

        if (takes_all_of(covering, one, rule))
            return one;
    }
    return NULL;
}

/* A rule under an exact key covers only what has that key, too. */
static const ipxe_rule_t *
find_decider(covering_t *covering, const ipxe_rule_t *rule, apr_pool_t *scratch)
{
    const ipxe_rule_t *found = first_of(covering, covering->wide, rule);
    const ipxe_cond_t *all[MOST_PARTS];
    int count = 0, i;

    if (rule->when)
        list_parts(all, &count, rule->when);
    for (i = 0; !found && i < count; i++) {
        const char *key = all[i]->patterns && all[i]->patterns->nelts
                              ? key_of(all[i], 0, scratch)
                              : NULL;

        if (key)
            found = first_of(
                covering,
                apr_hash_get(covering->exact, key, APR_HASH_KEY_STRING), rule);
    }
    return found;
}

static void unreachable(covering_t *covering, const ipxe_rule_t *rule,
                        const ipxe_rule_t *decider)
{
    ipxe_diag_t *diag =
        ipxe_diag_add(covering->diags, IPXE_DIAG_UNREACHABLE_RULE, rule->span,
                      "the rule '%s' is never reached", rule->name);

    ipxe_diag_help(diag, "move it up, above '%s'", decider->name);
    ipxe_diag_note(diag, decider->span,
                   decider->when
                       ? "this rule decides for all machines that it is for"
                       : "this rule has no `when` and decides for all");
}

static void say_contradiction(const ipxe_cond_t *when, const char *what,
                        const char *name, ipxe_diags_t *diags)
{
    const ipxe_cond_t *a, *b;
    ipxe_diag_t *diag;

    if (!contradicts(&a, &b, when))
        return;
    diag = ipxe_diag_add(diags, IPXE_DIAG_CONTRADICTION, a->span,
                         "the %s '%s' can never hold: two of its conditions "
                         "contradict each other",
                         what, name);
    ipxe_diag_note(diag, b->span, "the other");
}

static void check_rule(covering_t *covering, const ipxe_rule_t *rule,
                       apr_pool_t *scratch)
{
    const ipxe_rule_t *decider = find_decider(covering, rule, scratch);

    say_contradiction(rule->when, "rule", rule->name, covering->diags);
    if (decider)
        unreachable(covering, rule, decider);
    else if (decides(rule))
        add_decider(covering, rule, scratch);
    if (rule->set)
        covering->sets = rule->index;
}

/* ---- Profiles and items ---- */

static void check_profiles(const ipxe_rules_t *rules, ipxe_diags_t *diags,
                           apr_pool_t *pool)
{
    apr_hash_index_t *each;

    for (each = apr_hash_first(pool, rules->profiles); each;
         each = apr_hash_next(each)) {
        const ipxe_profile_t *profile = apr_hash_this_val(each);

        say_contradiction(profile->when, "`when` of the profile", profile->name,
                    diags);
    }
}

static void check_items(const ipxe_rules_t *rules, ipxe_diags_t *diags,
                        apr_pool_t *pool)
{
    apr_hash_index_t *each;
    int i;

    for (each = apr_hash_first(pool, rules->menus); each;
         each = apr_hash_next(each)) {
        const ipxe_menu_t *menu = apr_hash_this_val(each);

        for (i = 0; i < menu->items->nelts; i++) {
            const ipxe_item_t *item =
                &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

            say_contradiction(item->when, "`when` of the item",
                        item->name ? item->name : menu->name, diags);
        }
    }
}

void ipxe_rules_cover(const ipxe_rules_t *rules, ipxe_diags_t *diags,
                      apr_pool_t *pool)
{
    covering_t covering = {
        rules,
        apr_hash_make(pool),
        apr_array_make(pool, 16, sizeof(const ipxe_rule_t *)),
        IPXE_MAX_COVER_TESTS,
        -1,
        diags,
        pool};
    apr_pool_t *scratch;
    int i;

    apr_pool_create(&scratch, pool);
    for (i = 0; i < rules->rules->nelts; i++) {
        check_rule(&covering,
                   APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *),
                   scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    check_profiles(rules, diags, pool);
    check_items(rules, diags, pool);
}
