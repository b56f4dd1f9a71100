/* SPDX-License-Identifier: Apache-2.0 */
/* Rules by exact keys, and the few that a machine is asked about. */
#include "rules/index.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "rules/cond.h"
#include "rules/pattern.h"

/* Among facts that are asked for: the host. */
#define ASKS_HOST IPXE_FACT_BIT(IPXE_FACT_COUNT)

/* Rules that ask for the same facts before their keys fail, one of each
 * shape. */
typedef struct watch_t {
    ipxe_facts_t asks;
    apr_array_header_t *rules; /* of int */
} watch_t;

struct ipxe_index_t {
    apr_hash_t *keys;            /* "serial qc-1" -> array of int */
    ipxe_facts_t facts;          /* of which there are keys */
    int args, hosts, groups;     /* there are keys of arguments, ... */
    apr_array_header_t *others;  /* of int: rules without keys */
    apr_array_header_t *watches; /* of watch_t */
};

/* What a rule is found by. */
typedef struct choice_t {
    apr_array_header_t *keys; /* of const char *: one must hold */
    int cost;                 /* how many rules stand under them */
    ipxe_facts_t asks;        /* what is asked for up to where they fail */
    const char *shape;        /* rules of one shape ask for the same; NULL:
                                 no other is like it */
} choice_t;

typedef struct making_t {
    ipxe_index_t *index;
    apr_hash_t *counts;  /* key -> int *: conditions with it */
    apr_hash_t *shapes;  /* those seen */
    apr_pool_t *pool;    /* for the while */
} making_t;

/* ---- Keys ---- */

static const char *key_of(const char *name, const char *folded,
                          apr_pool_t *pool)
{
    return apr_pstrcat(pool, name, " ", folded, NULL);
}

/* Any card will do for `mac` and `macs` alike. */
static const char *key_name(const ipxe_cond_t *cond)
{
    return cond->kind == IPXE_COND_FACT && cond->fact == IPXE_FACT_MACS
               ? ipxe_fact_name(IPXE_FACT_MAC)
               : cond->name;
}

/* The keys of which one must hold for the patterns to match; NULL where some
 * pattern has none. */
static apr_array_header_t *pattern_keys(const ipxe_cond_t *cond,
                                        apr_pool_t *pool)
{
    apr_array_header_t *keys =
        apr_array_make(pool, cond->patterns->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        const char *exact = ipxe_pattern_exact(
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *), pool);

        if (!exact)
            return NULL;
        APR_ARRAY_PUSH(keys, const char *) =
            key_of(key_name(cond), exact, pool);
    }
    return keys->nelts ? keys : NULL;
}

/* Facts that an expression sees as the text they are matched as. */
static int is_text(ipxe_fact_e fact)
{
    ipxe_fact_kind_e kind = ipxe_fact_kind(fact);

    return kind != IPXE_FACT_KIND_BOOL && kind != IPXE_FACT_KIND_NUMBER &&
           kind != IPXE_FACT_KIND_MACS;
}

/* The nth equality of a fact that an expression begins with: its key, or NULL
 * where it has none. Zero where there is no such equality. */
static int equality(const char **key, ipxe_fact_e *fact, const char **text,
                    const ipxe_cond_t *cond, int nth, apr_pool_t *pool)
{
    const char *name, *folded;

    *key = NULL;
    if (!ipxe_expression_equality(&name, text, cond->expression, nth))
        return 0;
    *fact = ipxe_fact_find(name);
    if (*fact == IPXE_FACT_COUNT)
        return 0;
    folded = is_text(*fact)
                 ? ipxe_pattern_fold(ipxe_fact_kind(*fact), *text, pool)
                 : NULL;
    if (folded)
        *key = key_of(name, folded, pool);
    return 1;
}

/* ---- How many rules share a key ---- */

static void count_key(const making_t *making, const char *key)
{
    int *count = apr_hash_get(making->counts, key, APR_HASH_KEY_STRING);

    if (!count) {
        count = apr_pcalloc(making->pool, sizeof(*count));
        apr_hash_set(making->counts, key, APR_HASH_KEY_STRING, count);
    }
    ++*count;
}

static void count_keys(void *baton, const ipxe_cond_t *cond)
{
    const making_t *making = baton;
    const apr_array_header_t *keys =
        cond->patterns ? pattern_keys(cond, making->pool) : NULL;
    const char *key, *text;
    ipxe_fact_e fact;
    int i;

    for (i = 0; keys && i < keys->nelts; i++)
        count_key(making, APR_ARRAY_IDX(keys, i, const char *));
    for (i = 0; cond->kind == IPXE_COND_EXPRESSION &&
                equality(&key, &fact, &text, cond, i, making->pool);
         i++) {
        if (key)
            count_key(making, key);
    }
}

static int cost_of(const making_t *making, const apr_array_header_t *keys)
{
    int cost = 0, i;

    for (i = 0; i < keys->nelts; i++) {
        const int *count =
            apr_hash_get(making->counts, APR_ARRAY_IDX(keys, i, const char *),
                         APR_HASH_KEY_STRING);

        cost += count ? *count : 0;
    }
    return cost;
}

/* ---- What is asked before a key ---- */

static ipxe_facts_t asks_itself(const ipxe_cond_t *cond)
{
    if (cond->kind == IPXE_COND_FACT)
        return IPXE_FACT_BIT(cond->fact);
    return cond->kind == IPXE_COND_HOST || cond->kind == IPXE_COND_GROUP
               ? ASKS_HOST
               : 0;
}

static void add_asks(void *baton, const ipxe_cond_t *cond)
{
    *(ipxe_facts_t *)baton |= asks_itself(cond);
}

static void look_for_failure(void *baton, const ipxe_cond_t *cond)
{
    int i;

    if (cond->kind == IPXE_COND_EXPRESSION || cond->kind == IPXE_COND_RUNS)
        *(int *)baton = 1;
    for (i = 0; cond->patterns && i < cond->patterns->nelts; i++) {
        if (ipxe_pattern_may_fail(
                APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *)))
            *(int *)baton = 1;
    }
}

static int may_fail(const ipxe_cond_t *cond)
{
    int fails = 0;

    ipxe_cond_walk(cond, look_for_failure, &fails);
    return fails;
}

/* A word that no other words can be mistaken for. */
static void add_word(ipxe_text_t *shape, const char *word)
{
    ipxe_text_addf(shape, "%d:%s", (int)strlen(word), word);
}

/* A condition in words that no other condition has. */
static void add_shape(ipxe_text_t *shape, const ipxe_cond_t *cond,
                      apr_pool_t *pool)
{
    int i;

    ipxe_text_addf(shape, "%d(", (int)cond->kind);
    add_word(shape, cond->name ? cond->name : "");
    for (i = 0; cond->patterns && i < cond->patterns->nelts; i++)
        add_word(shape,
                 ipxe_pattern_shown(APR_ARRAY_IDX(cond->patterns, i,
                                                  const ipxe_pattern_t *),
                                    pool));
    for (i = 0; cond->parts && i < cond->parts->nelts; i++)
        add_shape(shape, APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *),
                  pool);
    ipxe_text_add(shape, ")");
}

/* ---- Choosing ---- */

static int choose(choice_t *choice, const making_t *making,
                  const ipxe_cond_t *cond);

static int choose_patterns(choice_t *choice, const making_t *making,
                           const ipxe_cond_t *cond)
{
    choice->keys = pattern_keys(cond, making->pool);
    if (!choice->keys)
        return 0;
    choice->cost = cost_of(making, choice->keys);
    choice->asks = asks_itself(cond);
    choice->shape = cond->name;
    return 1;
}

static void put_behind(choice_t *choice, ipxe_facts_t asks, const char *shape,
                       apr_pool_t *pool)
{
    choice->asks |= asks;
    if (choice->shape)
        choice->shape = apr_pstrcat(pool, shape, choice->shape, NULL);
}

static int choose_all(choice_t *choice, const making_t *making,
                      const ipxe_cond_t *cond)
{
    ipxe_text_t *before = ipxe_text_make(32, making->pool);
    ipxe_facts_t asks = 0;
    choice_t own;
    int i, found = 0;

    for (i = 0; i < cond->parts->nelts; i++) {
        const ipxe_cond_t *part =
            APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *);

        if (choose(&own, making, part) &&
            (!found || own.cost < choice->cost)) {
            put_behind(&own, asks, before->data, making->pool);
            *choice = own;
            found = 1;
        }
        if (may_fail(part))
            break;
        ipxe_cond_walk(part, add_asks, &asks);
        add_shape(before, part, making->pool);
    }
    return found;
}

/* Which alternative holds decides what the later ones ask for: no rule is
 * like another. */
static int choose_any(choice_t *choice, const making_t *making,
                      const ipxe_cond_t *cond)
{
    choice_t own;
    int i;

    memset(choice, 0, sizeof(*choice));
    choice->keys = apr_array_make(making->pool, 4, sizeof(const char *));
    for (i = 0; i < cond->parts->nelts; i++) {
        if (!choose(&own, making,
                    APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *)))
            return 0;
        apr_array_cat(choice->keys, own.keys);
        choice->cost += own.cost;
        choice->asks |= own.asks;
    }
    return i > 0;
}

static int choose_expression(choice_t *choice, const making_t *making,
                             const ipxe_cond_t *cond)
{
    ipxe_text_t *before = ipxe_text_make(32, making->pool);
    ipxe_facts_t asks = 0;
    const char *key, *text;
    ipxe_fact_e fact;
    int i, found = 0;

    for (i = 0; equality(&key, &fact, &text, cond, i, making->pool); i++) {
        choice_t own = {NULL, 0, IPXE_FACT_BIT(fact), ipxe_fact_name(fact)};

        if (key) {
            own.keys = apr_array_make(making->pool, 1, sizeof(const char *));
            APR_ARRAY_PUSH(own.keys, const char *) = key;
            own.cost = cost_of(making, own.keys);
        }
        if (key && (!found || own.cost < choice->cost)) {
            put_behind(&own, asks, before->data, making->pool);
            *choice = own;
            found = 1;
        }
        asks |= IPXE_FACT_BIT(fact);
        add_word(before, ipxe_fact_name(fact));
        add_word(before, text);
    }
    return found;
}

static int choose(choice_t *choice, const making_t *making,
                  const ipxe_cond_t *cond)
{
    if (cond->patterns && cond->kind != IPXE_COND_RUNS)
        return choose_patterns(choice, making, cond);
    switch (cond->kind) {
    case IPXE_COND_ALL:
        return choose_all(choice, making, cond);
    case IPXE_COND_ANY:
        return choose_any(choice, making, cond);
    case IPXE_COND_EXPRESSION:
        return choose_expression(choice, making, cond);
    default:
        return 0;
    }
}

/* ---- Making ---- */

static void note_name(ipxe_index_t *index, const char *key)
{
    const char *name_end = strchr(key, ' ');
    char name[32];
    ipxe_fact_e fact;

    apr_cpystrn(name, key,
                (apr_size_t)(name_end - key) + 1 < sizeof(name)
                    ? (apr_size_t)(name_end - key) + 1
                    : sizeof(name));
    fact = ipxe_fact_find(name);
    if (fact != IPXE_FACT_COUNT)
        index->facts |= IPXE_FACT_BIT(fact);
    else if (strcmp(name, "host") == 0)
        index->hosts = 1;
    else if (strcmp(name, "group") == 0)
        index->groups = 1;
    else
        index->args = 1;
}

static void add_key(ipxe_index_t *index, const char *key, int rule)
{
    apr_pool_t *pool = index->others->pool;
    apr_array_header_t *rules =
        apr_hash_get(index->keys, key, APR_HASH_KEY_STRING);

    if (!rules) {
        rules = apr_array_make(pool, 1, sizeof(int));
        apr_hash_set(index->keys, apr_pstrdup(pool, key), APR_HASH_KEY_STRING,
                     rules);
        note_name(index, key);
    }
    if (!rules->nelts || APR_ARRAY_IDX(rules, rules->nelts - 1, int) != rule)
        APR_ARRAY_PUSH(rules, int) = rule;
}

static watch_t *watch_of(const making_t *making, ipxe_facts_t asks)
{
    ipxe_index_t *index = making->index;
    watch_t *watch;
    int i;

    for (i = 0; i < index->watches->nelts; i++) {
        watch = &APR_ARRAY_IDX(index->watches, i, watch_t);
        if (watch->asks == asks)
            return watch;
    }
    watch = apr_array_push(index->watches);
    watch->asks = asks;
    watch->rules = apr_array_make(index->others->pool, 2, sizeof(int));
    return watch;
}

static void add_watch(const making_t *making, const choice_t *choice,
                      const ipxe_rule_t *rule)
{
    int alone = !choice->shape || rule->window || rule->percent < 100;

    if (!choice->asks)
        return;
    if (!alone) {
        if (apr_hash_get(making->shapes, choice->shape, APR_HASH_KEY_STRING))
            return;
        apr_hash_set(making->shapes, choice->shape, APR_HASH_KEY_STRING, "");
    }
    APR_ARRAY_PUSH(watch_of(making, choice->asks)->rules, int) = rule->index;
}

static void add_rule(const making_t *making, const ipxe_rule_t *rule)
{
    choice_t choice;
    int i;

    if (!rule->when || !choose(&choice, making, rule->when)) {
        APR_ARRAY_PUSH(making->index->others, int) = rule->index;
        return;
    }
    for (i = 0; i < choice.keys->nelts; i++)
        add_key(making->index, APR_ARRAY_IDX(choice.keys, i, const char *),
                rule->index);
    add_watch(making, &choice, rule);
}

static ipxe_index_t *make_empty(apr_pool_t *pool)
{
    ipxe_index_t *index = apr_pcalloc(pool, sizeof(*index));

    index->keys = apr_hash_make(pool);
    index->others = apr_array_make(pool, 8, sizeof(int));
    index->watches = apr_array_make(pool, 4, sizeof(watch_t));
    return index;
}

const ipxe_index_t *ipxe_index_make(const ipxe_rules_t *rules,
                                    apr_pool_t *pool)
{
    making_t making;
    int i;

    apr_pool_create(&making.pool, pool);
    making.index = make_empty(pool);
    making.counts = apr_hash_make(making.pool);
    making.shapes = apr_hash_make(making.pool);
    for (i = 0; i < rules->rules->nelts; i++)
        ipxe_cond_walk(APR_ARRAY_IDX(rules->rules, i, ipxe_rule_t *)->when,
                       count_keys, &making);
    for (i = 0; i < rules->rules->nelts; i++)
        add_rule(&making, APR_ARRAY_IDX(rules->rules, i, ipxe_rule_t *));
    apr_pool_destroy(making.pool);
    return making.index;
}

/* ---- Asking ---- */

/* Rules in order, each to be tried; where `missing` is not 0, until all of
 * these facts are noted as not told. */
typedef struct list_t {
    const apr_array_header_t *rules; /* of int */
    int at;
    ipxe_facts_t missing;
} list_t;

static void add_list(const ipxe_candidates_t *candidates,
                     const apr_array_header_t *rules, ipxe_facts_t missing)
{
    list_t list = {rules, 0, missing};

    if (rules)
        APR_ARRAY_PUSH(candidates->lists, list_t) = list;
}

static void look_up(const ipxe_candidates_t *candidates,
                    const ipxe_index_t *index, const char *name,
                    ipxe_fact_kind_e kind, const char *text)
{
    apr_pool_t *pool = candidates->scope->pool;
    const char *folded = text ? ipxe_pattern_fold(kind, text, pool) : NULL;

    if (folded)
        add_list(candidates,
                 apr_hash_get(index->keys, key_of(name, folded, pool),
                              APR_HASH_KEY_STRING),
                 0);
}

static void look_up_facts(const ipxe_candidates_t *candidates,
                          const ipxe_index_t *index)
{
    const ipxe_machine_t *machine = candidates->scope->machine;
    const char *mac = ipxe_fact_name(IPXE_FACT_MAC);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (index->facts & IPXE_FACT_BIT(i))
            look_up(candidates, index, ipxe_fact_name((ipxe_fact_e)i),
                    ipxe_fact_kind((ipxe_fact_e)i),
                    ipxe_machine_fact(machine, (ipxe_fact_e)i));
    }
    for (i = 0; index->facts & IPXE_FACT_BIT(IPXE_FACT_MAC) &&
                i < machine->mac_count;
         i++)
        look_up(candidates, index, mac, IPXE_FACT_KIND_MAC, machine->macs[i]);
}

static void look_up_names(const ipxe_candidates_t *candidates,
                          const ipxe_index_t *index)
{
    const ipxe_scope_t *scope = candidates->scope;
    const apr_array_header_t *args = scope->machine->args;
    const ipxe_host_t *host = scope->host;
    int i;

    for (i = 0; index->args && i < args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(args, i, ipxe_arg_t);

        look_up(candidates, index,
                apr_pstrcat(scope->pool, "args.", arg->name, NULL),
                IPXE_FACT_KIND_TEXT, arg->text);
    }
    if (index->hosts && host)
        look_up(candidates, index, "host", IPXE_FACT_KIND_TEXT, host->name);
    for (i = 0; index->groups && host && i < host->groups->nelts; i++)
        look_up(candidates, index, "group", IPXE_FACT_KIND_TEXT,
                APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *)->name);
}

static void watch_untold(const ipxe_candidates_t *candidates,
                         const ipxe_index_t *index)
{
    const ipxe_scope_t *scope = candidates->scope;
    ipxe_facts_t silent = 0;
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (scope->machine->facts[i].state == IPXE_NOT_TOLD)
            silent |= IPXE_FACT_BIT(i);
    }
    for (i = 0; i < index->watches->nelts; i++) {
        const watch_t *watch = &APR_ARRAY_IDX(index->watches, i, watch_t);
        ipxe_facts_t missing = watch->asks & silent;

        if (watch->asks & ASKS_HOST && !scope->host)
            missing |= scope->host_untold;
        if (missing)
            add_list(candidates, watch->rules, missing);
    }
}

void ipxe_index_ask(ipxe_candidates_t *candidates, const ipxe_index_t *index,
                    const ipxe_scope_t *scope)
{
    candidates->scope = scope;
    candidates->last = -1;
    candidates->lists = apr_array_make(scope->pool, 8, sizeof(list_t));
    add_list(candidates, index->others, 0);
    look_up_facts(candidates, index);
    look_up_names(candidates, index);
    watch_untold(candidates, index);
}

/* The first rule of a list that was not given yet; -1: none. */
static int head_of(list_t *list, const ipxe_candidates_t *candidates)
{
    if (list->missing && !(list->missing & ~candidates->scope->untold))
        return -1;
    while (list->at < list->rules->nelts &&
           APR_ARRAY_IDX(list->rules, list->at, int) <= candidates->last)
        list->at++;
    return list->at < list->rules->nelts
               ? APR_ARRAY_IDX(list->rules, list->at, int)
               : -1;
}

int ipxe_index_next(ipxe_candidates_t *candidates)
{
    int next = -1, i;

    for (i = 0; i < candidates->lists->nelts; i++) {
        int head =
            head_of(&APR_ARRAY_IDX(candidates->lists, i, list_t), candidates);

        if (head >= 0 && (next < 0 || head < next))
            next = head;
    }
    if (next >= 0)
        candidates->last = next;
    return next;
}
