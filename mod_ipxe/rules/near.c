/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that are almost for a machine. */
#include "rules/near.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "rules/cond.h"
#include "rules/pattern.h"
#include "rules/scope.h"
#include "rules/window.h"

/* Longer texts are not written by hand. */
#define MOST_TEXT 64

/* How near a rule came; the higher the nearer. */
enum {
    FAR = 0,
    ALONE = 1,    /* one of several conditions failed; more held: higher */
    SPELLED = 100 /* what failed is spelled almost so */
};

typedef struct near_rule_t {
    const ipxe_rule_t *rule;
    ipxe_miss_t miss;
    int score;
    int spelled;
} near_rule_t;

typedef struct looking_t {
    const ipxe_decision_t *decision;
    ipxe_scope_t *scope;
    near_rule_t best[IPXE_MAX_NEAR]; /* the nearest first */
    int count;
    int costly; /* expressions and regular expressions that may be asked */
    ipxe_diags_t *quiet;
} looking_t;

/* ---- One condition ---- */

static void count_costly(void *baton, const ipxe_cond_t *cond)
{
    int i;

    *(int *)baton += cond->kind == IPXE_COND_EXPRESSION;
    for (i = 0; cond->patterns && i < cond->patterns->nelts; i++)
        *(int *)baton += ipxe_pattern_may_fail(
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *));
}

/* Zero where it cannot be asked, too. */
static int holds(looking_t *looking, const ipxe_cond_t *cond, ipxe_miss_t *miss)
{
    ipxe_scope_t *scope = looking->scope;
    int costly = 0, yes;

    ipxe_cond_walk(cond, count_costly, &costly);
    looking->costly -= costly;
    if (costly && looking->costly < 0)
        return 0;
    /* What a scope remembers of expressions is gone with its pool. */
    if (costly)
        scope = ipxe_scope_copy(scope, scope->pool);
    return ipxe_cond_holds(&yes, cond, scope, miss, looking->quiet) ==
               APR_SUCCESS &&
           yes;
}

/* A text of the machine's that the condition compares, or NULL. */
static const char *text_of(const looking_t *looking, const ipxe_cond_t *cond)
{
    if (cond->kind == IPXE_COND_FACT)
        return ipxe_machine_fact(looking->decision->machine, cond->fact);
    if (cond->kind == IPXE_COND_ARG)
        return ipxe_machine_arg(looking->decision->machine,
                                cond->name + strlen("args."));
    return NULL;
}

static int any_matches(looking_t *looking, const ipxe_cond_t *cond,
                       const char *text)
{
    int i, found = 0;

    for (i = 0; i < cond->patterns->nelts && !found; i++) {
        const ipxe_pattern_t *pattern =
            APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *);

        if (!ipxe_pattern_may_fail(pattern))
            ipxe_pattern_matches(&found, pattern, text, looking->quiet);
    }
    return found;
}

/* With one character less, or a hyphen or blank more, would it match? */
static int matches_edited(looking_t *looking, const ipxe_cond_t *cond,
                          const char *text)
{
    apr_size_t len = strlen(text), i;
    char other[MOST_TEXT + 2];

    for (i = 0; i <= len && len <= MOST_TEXT; i++) {
        memcpy(other, text, i);
        memcpy(other + i, text + i + (i < len), len - i + (i == len));
        if (len > 1 && any_matches(looking, cond, other))
            return 1;
        other[i] = '-';
        memcpy(other + i + 1, text + i, len - i + 1);
        if (any_matches(looking, cond, other))
            return 1;
        other[i] = ' ';
        if (any_matches(looking, cond, other))
            return 1;
    }
    return 0;
}

static int same(char a, char b)
{
    return apr_tolower(a) == apr_tolower(b);
}

/* One character more, less or another, or two swapped. */
static int one_edit(const char *a, const char *b)
{
    apr_size_t n = strlen(a), m = strlen(b), head = 0, tail = 0;

    while (head < n && head < m && same(a[head], b[head]))
        head++;
    while (tail < n - head && tail < m - head &&
           same(a[n - tail - 1], b[m - tail - 1]))
        tail++;
    n -= head + tail;
    m -= head + tail;
    if (n <= 1 && m <= 1)
        return 1;
    return n == 2 && m == 2 && same(a[head], b[head + 1]) &&
           same(a[head + 1], b[head]);
}

/* An exact pattern that the text is almost. */
static int near_exact(const ipxe_cond_t *cond, const char *text)
{
    const char *name;
    int i;

    for (i = 0; i < cond->patterns->nelts; i++) {
        if (ipxe_pattern_plain(
                APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *),
                &name) &&
            one_edit(name, text))
            return 1;
    }
    return 0;
}

static int is_spelled(looking_t *looking, const ipxe_cond_t *cond)
{
    const char *text = text_of(looking, cond);

    if (!text || !cond->patterns || strlen(text) < 3)
        return 0;
    return near_exact(cond, text) || matches_edited(looking, cond, text);
}

/* ---- One rule ---- */

/* The one part that fails; NULL where none or more than one do. *held counts
 * those that hold. */
static const ipxe_cond_t *failing_part(int *held, looking_t *looking,
                                       const ipxe_cond_t *when,
                                       ipxe_miss_t *miss)
{
    const ipxe_cond_t *failed = NULL;
    int i;

    *held = 0;
    if (when->kind != IPXE_COND_ALL)
        return holds(looking, when, miss) ? NULL : when;
    for (i = 0; i < when->parts->nelts; i++) {
        const ipxe_cond_t *part =
            APR_ARRAY_IDX(when->parts, i, const ipxe_cond_t *);

        if (holds(looking, part, failed ? NULL : miss))
            ++*held;
        else if (failed)
            return NULL;
        else
            failed = part;
    }
    return failed;
}

static void keep(looking_t *looking, const near_rule_t *near)
{
    int at = looking->count;

    while (at > 0 && looking->best[at - 1].score < near->score)
        at--;
    if (at == IPXE_MAX_NEAR)
        return;
    if (looking->count < IPXE_MAX_NEAR)
        looking->count++;
    memmove(&looking->best[at + 1], &looking->best[at],
            sizeof(*near) * (size_t)(looking->count - 1 - at));
    looking->best[at] = *near;
}

static void look_at(looking_t *looking, const ipxe_rule_t *rule)
{
    near_rule_t near = {rule, {rule->span, NULL}, FAR, 0};
    const ipxe_cond_t *failed;
    int held;

    if (!rule->when || rule->action.kind == IPXE_ACTION_NONE)
        return;
    failed = failing_part(&held, looking, rule->when, &near.miss);
    if (!failed || !near.miss.because)
        return;
    near.spelled = is_spelled(looking, failed);
    if (near.spelled)
        near.score = SPELLED + held;
    else if (held)
        near.score = ALONE + held;
    if (near.score > FAR)
        keep(looking, &near);
}

/* The parts of a rule are asked in the pool that is cleared after it: what is
 * kept is asked once more. */
static void say(apr_array_header_t *found, looking_t *looking,
                const near_rule_t *near, apr_pool_t *pool)
{
    ipxe_near_t *one = apr_array_push(found);
    ipxe_miss_t miss = {near->rule->span, NULL};
    int held;

    looking->scope->pool = pool;
    looking->costly = IPXE_MAX_NEAR_EXPRESSION;
    failing_part(&held, looking, near->rule->when, &miss);
    one->host = NULL;
    one->rule = near->rule;
    one->span = miss.span;
    one->text = apr_psprintf(
        pool, "rule '%s' %s: %s", near->rule->name,
        held ? near->spelled ? "fails on one condition alone, and that nearly "
                               "holds"
                             : "fails on one condition alone"
             : "nearly holds",
        miss.because ? miss.because : "it does not hold");
}

static void near_rules(apr_array_header_t *found,
                       const ipxe_decision_t *decision, apr_pool_t *pool)
{
    const apr_array_header_t *rules = decision->rules->rules;
    looking_t looking;
    apr_pool_t *scratch;
    int i;

    memset(&looking, 0, sizeof(looking));
    apr_pool_create(&scratch, pool);
    looking.decision = decision;
    looking.costly = IPXE_MAX_NEAR_EXPRESSION;
    looking.scope = ipxe_scope_copy(decision->scope, pool);
    looking.quiet = ipxe_diags_make(pool);
    looking.scope->pool = scratch;
    for (i = 0; i < rules->nelts && i < IPXE_MAX_NEAR_RULES; i++) {
        look_at(&looking, APR_ARRAY_IDX(rules, i, const ipxe_rule_t *));
        apr_pool_clear(scratch);
    }
    /* Beside what is spelled almost so, the others say nothing. */
    for (i = 0; i < looking.count &&
                looking.best[i].spelled == looking.best[0].spelled;
         i++)
        say(found, &looking, &looking.best[i], pool);
    apr_pool_destroy(scratch);
}

apr_array_header_t *ipxe_decision_near(const ipxe_decision_t *decision,
                                       apr_pool_t *pool)
{
    apr_array_header_t *found =
        apr_array_make(pool, IPXE_MAX_NEAR, sizeof(ipxe_near_t));

    if (!decision->host && !decision->other)
        ipxe_near_hosts(found, decision->rules, decision->machine, pool);
    if (!decision->rule || !decision->rule->when)
        near_rules(found, decision, pool);
    return found;
}
