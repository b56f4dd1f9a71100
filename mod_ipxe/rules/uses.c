/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule set reads of machines. */
#include "rules/uses.h"

#include <stdlib.h>
#include <string.h>

#include "rules/cond.h"
#include "rules/hosts.h"
#include "rules/pattern.h"
#include "rules/vars.h"

/* What every script looks at, whatever the rules do. */
#define ALWAYS                                                                 \
    (IPXE_FACT_BIT(IPXE_FACT_MAC) | IPXE_FACT_BIT(IPXE_FACT_PLATFORM) |        \
     IPXE_FACT_BIT(IPXE_FACT_ARCH) | IPXE_FACT_BIT(IPXE_FACT_CPU64))

/* By what hosts are found, and machines told apart for a share of them. */
#define HOST_KEYS (IPXE_HOST_FACTS | IPXE_FACT_BIT(IPXE_FACT_MACS))

/* What was seen so far; names may be NULL where nobody asks for them. */
typedef struct seen_t {
    ipxe_facts_t facts;
    apr_array_header_t *args;
} seen_t;

static void add_arg(seen_t *seen, const char *name)
{
    int i;

    if (!seen->args)
        return;
    for (i = 0; i < seen->args->nelts; i++) {
        if (ipxe_text_eq(APR_ARRAY_IDX(seen->args, i, const char *), name))
            return;
    }
    APR_ARRAY_PUSH(seen->args, const char *) = name;
}

static void add_fact(seen_t *seen, const char *name)
{
    ipxe_fact_e fact = ipxe_fact_find(name);

    if (ipxe_text_eq(name, "*"))
        seen->facts = IPXE_FACTS_ALL;
    else if (fact != IPXE_FACT_COUNT)
        seen->facts |= IPXE_FACT_BIT(fact);
}

static void see_name(void *baton, const char *parent, const char *name,
                     ipxe_span_t span)
{
    seen_t *seen = baton;

    (void)span;
    if (ipxe_text_eq(parent, "args"))
        add_arg(seen, name);
    else if (!*parent && ipxe_text_eq(name, "facts_query")) {
        seen->facts = IPXE_FACTS_ALL;
        add_arg(seen, "*");
    }
    else if (!*parent && ipxe_text_eq(name, "args"))
        add_arg(seen, "*");
    else if (!*parent &&
             (ipxe_text_eq(name, "facts") || ipxe_text_eq(name, "raw")))
        seen->facts = IPXE_FACTS_ALL;
    else if (!*parent || ipxe_text_eq(parent, "facts") ||
             ipxe_text_eq(parent, "raw"))
        add_fact(seen, name);
    else /* macs[0] */
        add_fact(seen, parent);
}

#define ARGS_PREFIX_LEN 5 /* "args." */

static void see_cond(void *baton, const ipxe_cond_t *cond)
{
    seen_t *seen = baton;

    if (cond->kind == IPXE_COND_FACT) {
        seen->facts |= IPXE_FACT_BIT(cond->fact);
        if (ipxe_fact_kind(cond->fact) == IPXE_FACT_KIND_MAC)
            seen->facts |= IPXE_FACT_BIT(IPXE_FACT_MACS); /* of any card */
    }
    else if (cond->kind == IPXE_COND_ARG)
        add_arg(seen, cond->name + ARGS_PREFIX_LEN);
}

static void see_menu(const ipxe_menu_t *menu, seen_t *seen)
{
    int i;

    for (i = 0; i < menu->items->nelts; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

        if (item->when)
            ipxe_cond_walk(item->when, see_cond, seen);
    }
}

static void see_conditions(const ipxe_rules_t *rules, seen_t *seen,
                           apr_pool_t *pool)
{
    apr_hash_index_t *at;
    int i;

    for (i = 0; i < rules->rules->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *);

        if (rule->when)
            ipxe_cond_walk(rule->when, see_cond, seen);
        if (rule->percent < 100 || rule->limit)
            seen->facts |= HOST_KEYS;
    }
    for (at = apr_hash_first(pool, rules->menus); at; at = apr_hash_next(at))
        see_menu(apr_hash_this_val(at), seen);
    for (at = apr_hash_first(pool, rules->profiles); at;
         at = apr_hash_next(at)) {
        const ipxe_profile_t *profile = apr_hash_this_val(at);

        if (profile->when)
            ipxe_cond_walk(profile->when, see_cond, seen);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void ipxe_rules_uses(ipxe_facts_t *facts, apr_array_header_t **args,
                     const ipxe_rules_t *rules, apr_pool_t *pool)
{
    seen_t seen;

    seen.facts = ALWAYS;
    seen.args = apr_array_make(pool, 4, sizeof(const char *));
    if (ipxe_hosts_count(rules) || ipxe_hosts_elsewhere(rules))
        seen.facts |= HOST_KEYS;
    see_conditions(rules, &seen, pool);
    ipxe_library_names(rules->library, see_name, &seen);
    qsort(seen.args->elts, (apr_size_t)seen.args->nelts, sizeof(const char *),
          by_name);
    *facts = seen.facts;
    *args = seen.args;
}

static void see_phrase(void *baton, const ipxe_phrase_t *phrase)
{
    if (phrase->compiled)
        ipxe_template_names(phrase->compiled, see_name, baton);
}

void ipxe_host_uses(ipxe_facts_t *facts, apr_array_header_t *args,
                    const ipxe_host_t *host)
{
    seen_t seen;
    int i;

    seen.facts = 0;
    seen.args = args;
    for (i = 0; host->vars && i < host->vars->list->nelts; i++)
        ipxe_worth_phrases(
            APR_ARRAY_IDX(host->vars->list, i, const ipxe_var_t *)->worth,
            see_phrase, &seen);
    if (host->action->value)
        see_phrase(&seen, host->action->value);
    *facts |= seen.facts;
}

/* ---- Answers to questions ---- */

static void see_variable(void *baton, const char *parent, const char *name,
                         ipxe_span_t span)
{
    apr_hash_t *read = baton;

    (void)span;
    if (!*parent || ipxe_text_eq(parent, "vars"))
        apr_hash_set(read, name, APR_HASH_KEY_STRING, name);
    else /* disk.size */
        apr_hash_set(read, parent, APR_HASH_KEY_STRING, parent);
}

static void add_asks(apr_array_header_t *asks, const ipxe_menu_t *menu,
                     apr_hash_t *read)
{
    int i, j;

    for (i = 0; i < menu->items->nelts; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

        for (j = 0; item->asks && j < item->asks->nelts; j++) {
            const char *name = APR_ARRAY_IDX(item->asks, j, ipxe_ask_t).var;

            if (!apr_hash_get(read, name, APR_HASH_KEY_STRING) &&
                !apr_hash_get(read, "*", APR_HASH_KEY_STRING) &&
                !apr_hash_get(read, "vars", APR_HASH_KEY_STRING))
                continue;
            APR_ARRAY_PUSH(asks, const char *) = name;
        }
    }
}

static void drop_doubles(apr_array_header_t *names)
{
    int i, n = 0;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (!n || strcmp(APR_ARRAY_IDX(names, n - 1, const char *), name) != 0)
            APR_ARRAY_IDX(names, n++, const char *) = name;
    }
    names->nelts = n;
}

apr_array_header_t *ipxe_rules_asks(const ipxe_rules_t *rules, apr_pool_t *pool)
{
    apr_array_header_t *asks = apr_array_make(pool, 4, sizeof(const char *));
    apr_hash_t *read = apr_hash_make(pool);
    apr_hash_index_t *at;

    ipxe_library_names(rules->library, see_variable, read);
    for (at = apr_hash_first(pool, rules->menus); at; at = apr_hash_next(at))
        add_asks(asks, apr_hash_this_val(at), read);
    if (asks->nelts)
        qsort(asks->elts, (apr_size_t)asks->nelts, sizeof(const char *),
              by_name);
    drop_doubles(asks);
    return asks;
}

/* ---- what a condition demands ---- */

/* Nonzero where one of its patterns is a null, which absence matches. */
static int takes_absent(const ipxe_cond_t *cond)
{
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        const ipxe_pattern_t *pattern =
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *);
        int matches = 0;

        if (ipxe_pattern_matches(&matches, pattern, NULL, NULL) ==
                APR_SUCCESS &&
            matches)
            return 1;
    }
    return 0;
}

static const ipxe_cond_t *part_of(const ipxe_cond_t *cond, int i)
{
    return APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *);
}

static ipxe_facts_t facts_of_parts(const ipxe_cond_t *cond)
{
    int any = cond->kind == IPXE_COND_ANY, i;
    ipxe_facts_t facts = any && cond->parts->nelts ? IPXE_FACTS_ALL : 0;

    for (i = 0; i < cond->parts->nelts; i++) {
        ipxe_facts_t part = ipxe_cond_facts(part_of(cond, i));

        facts = any ? facts & part : facts | part;
    }
    return facts;
}

ipxe_facts_t ipxe_cond_facts(const ipxe_cond_t *cond)
{
    seen_t seen = {0, NULL};

    if (!cond)
        return 0;
    switch (cond->kind) {
    case IPXE_COND_ALL:
    case IPXE_COND_ANY:
        return facts_of_parts(cond);
    case IPXE_COND_FACT:
        return takes_absent(cond) ? 0 : IPXE_FACT_BIT(cond->fact);
    case IPXE_COND_EXPRESSION:
        ipxe_template_names(cond->expression, see_name, &seen);
        return seen.facts;
    default:
        return 0;
    }
}

void ipxe_cond_args(apr_array_header_t *names, const ipxe_cond_t *cond)
{
    seen_t seen = {0, names};
    int i;

    if (!cond)
        return;
    if (cond->kind == IPXE_COND_ALL || cond->kind == IPXE_COND_ANY) {
        for (i = 0; i < cond->parts->nelts; i++)
            ipxe_cond_args(names, part_of(cond, i));
    }
    else if (cond->kind == IPXE_COND_ARG && !takes_absent(cond)) {
        see_cond(&seen, cond);
    }
    else if (cond->kind == IPXE_COND_EXPRESSION) {
        ipxe_template_names(cond->expression, see_name, &seen);
    }
}

int ipxe_cond_wants_host(const ipxe_cond_t *cond)
{
    int wants = 0, i;

    if (!cond)
        return 0;
    if (cond->kind == IPXE_COND_HOST || cond->kind == IPXE_COND_GROUP)
        return !takes_absent(cond);
    if (cond->kind != IPXE_COND_ALL && cond->kind != IPXE_COND_ANY)
        return 0;
    for (i = 0; i < cond->parts->nelts; i++)
        wants += ipxe_cond_wants_host(part_of(cond, i));
    return cond->kind == IPXE_COND_ALL ? wants > 0 : wants > 0 && wants == i;
}

/* ---- what a condition allows ---- */

typedef enum may_e { NO, MAYBE, YES } may_e;

typedef struct guess_t {
    const ipxe_machine_t *machine;
    const ipxe_host_t *host;
    ipxe_diags_t *diags; /* thrown away: a failure is no YES */
} guess_t;

static may_e guess(const ipxe_cond_t *cond, const guess_t *of);

static may_e guess_text(const ipxe_cond_t *cond, const char *text,
                        ipxe_diags_t *diags)
{
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        int matches = 0;

        if (ipxe_pattern_matches(
                &matches,
                APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *), text,
                diags) == APR_SUCCESS &&
            matches)
            return YES;
    }
    return NO;
}

static may_e guess_groups(const ipxe_cond_t *cond, const ipxe_host_t *host,
                          ipxe_diags_t *diags)
{
    int i;

    if (!host || host->groups->nelts == 0)
        return guess_text(cond, NULL, diags);
    for (i = 0; i < host->groups->nelts; i++) {
        const ipxe_group_t *group =
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *);

        if (guess_text(cond, group->name, diags) == YES)
            return YES;
    }
    return NO;
}

static may_e guess_parts(const ipxe_cond_t *cond, const guess_t *of)
{
    int any = cond->kind == IPXE_COND_ANY, i;
    may_e all = any ? NO : YES;

    for (i = 0; i < cond->parts->nelts; i++) {
        may_e part = guess(part_of(cond, i), of);

        if (any ? part > all : part < all)
            all = part;
    }
    return all;
}

static may_e guess(const ipxe_cond_t *cond, const guess_t *of)
{
    switch (cond->kind) {
    case IPXE_COND_ALL:
    case IPXE_COND_ANY:
        return guess_parts(cond, of);
    case IPXE_COND_NOT:
        return (may_e)(YES - guess_parts(cond, of));
    case IPXE_COND_FACT:
        if (cond->fact != IPXE_FACT_PLATFORM && cond->fact != IPXE_FACT_ARCH &&
            cond->fact != IPXE_FACT_CPU)
            return MAYBE;
        return guess_text(cond, ipxe_machine_fact(of->machine, cond->fact),
                          of->diags);
    case IPXE_COND_HOST:
        return guess_text(cond, of->host ? of->host->name : NULL, of->diags);
    case IPXE_COND_GROUP:
        return guess_groups(cond, of->host, of->diags);
    default:
        return MAYBE;
    }
}

int ipxe_cond_allows(const ipxe_cond_t *cond, const ipxe_machine_t *machine,
                     const ipxe_host_t *host)
{
    guess_t of;

    of.machine = machine;
    of.host = host;
    of.diags = ipxe_diags_make(machine->pool);
    return !cond || guess(cond, &of) != NO;
}
