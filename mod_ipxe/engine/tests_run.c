/* SPDX-License-Identifier: Apache-2.0 */
/* Running tests of rules: asked like a machine, held against what is
 * expected. */
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "engine/tests.h"
#include "rules/load.h"
#include "rules/scope.h"

/* A test while it runs. */
typedef struct running_t {
    const ipxe_test_t *test;
    const ipxe_snapshot_t *set;
    ipxe_request_t request;
    ipxe_answer_t answer; /* the script's */
    const ipxe_decision_t *decision;
    apr_array_header_t *failures; /* of ipxe_test_failure_t */
    apr_pool_t *pool;
} running_t;

/* What stands in a file or on the console, and its name in messages. */
typedef struct shown_t {
    const char *what;
    const char *text;
} shown_t;

static void fail(running_t *running, ipxe_span_t span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(running_t *running, ipxe_span_t span, const char *format, ...)
{
    ipxe_test_failure_t *failure = apr_array_push(running->failures);
    va_list args;

    va_start(args, format);
    failure->span = span;
    failure->text = apr_pvsprintf(running->pool, format, args);
    va_end(args);
}

/* ---- Names ---- */

static const char *rule_of(const ipxe_decision_t *decision)
{
    return decision->rule ? decision->rule->name : NULL;
}

static const char *action_of(const ipxe_decision_t *decision)
{
    return ipxe_action_name(decision->action.kind);
}

static const char *profile_of(const ipxe_decision_t *decision)
{
    return decision->action.profile ? decision->action.profile->name : NULL;
}

static const char *menu_of(const ipxe_decision_t *decision)
{
    return decision->action.menu ? decision->action.menu->name : NULL;
}

static const char *host_of(const ipxe_decision_t *decision)
{
    return decision->host ? decision->host->name : NULL;
}

static const struct {
    const char *name;
    const char *(*of)(const ipxe_decision_t *decision);
} names[] = {
    [IPXE_EXPECTED_RULE] = {"rule", rule_of},
    [IPXE_EXPECTED_ACTION] = {"action", action_of},
    [IPXE_EXPECTED_PROFILE] = {"profile", profile_of},
    [IPXE_EXPECTED_MENU] = {"menu", menu_of},
    [IPXE_EXPECTED_HOST] = {"host", host_of},
};

const char *ipxe_expected_name(ipxe_expected_e kind)
{
    return names[kind].name;
}

static const char *quoted(const char *text, apr_pool_t *pool)
{
    return text ? apr_pstrcat(pool, "'", text, "'", NULL) : "none";
}

static const char *text_of(const ipxe_yaml_t *node)
{
    return ipxe_yaml_is_null(node) ? NULL : node->text;
}

/* Why the rule that was expected did not decide. */
static const char *why_not(running_t *running, const char *rule)
{
    const apr_array_header_t *steps =
        ipxe_decision_why(running->decision, running->pool);
    int i;

    for (i = 0; rule && i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        if (strcmp(step->rule->name, rule) != 0)
            continue;
        if (step->because)
            return apr_pstrcat(running->pool, ": ", step->because, NULL);
        if (step->outcome == IPXE_STEP_NOT_TRIED)
            return ", which stands below it";
        if (step->outcome == IPXE_STEP_NO_HOST)
            return ": there is no host's action to follow";
    }
    return "";
}

static void expect_name(running_t *running, ipxe_expected_e kind,
                        const ipxe_yaml_t *expected)
{
    const char *is = names[kind].of(running->decision);
    const char *text = text_of(expected);

    if (!ipxe_text_eq(is, text))
        fail(running, expected->span, "%s is %s, not %s%s", names[kind].name,
             quoted(is, running->pool), quoted(text, running->pool),
             kind == IPXE_EXPECTED_RULE ? why_not(running, text) : "");
}

static void expect_names(running_t *running)
{
    const ipxe_test_t *test = running->test;
    int i;

    for (i = 0; i < IPXE_EXPECTED_COUNT; i++) {
        const ipxe_yaml_t *never = test->never.names[i];
        const char *is = names[i].of(running->decision);

        if (test->expect.names[i])
            expect_name(running, (ipxe_expected_e)i, test->expect.names[i]);
        if (never && ipxe_text_eq(is, text_of(never)))
            fail(running, never->span, "%s is %s", names[i].name,
                 quoted(is, running->pool));
    }
}

/* ---- Items ---- */

/* The names of the items that the menu shows: array of const char *. */
static apr_array_header_t *items_of(running_t *running)
{
    const ipxe_decision_t *decision = running->decision;
    apr_array_header_t *items =
        apr_array_make(running->pool, 16, sizeof(const char *));
    ipxe_diags_t *diags = ipxe_diags_make(running->pool);
    int i;

    for (i = 0; i < decision->action.menu->items->nelts; i++) {
        const ipxe_item_t *item =
            &APR_ARRAY_IDX(decision->action.menu->items, i, ipxe_item_t);
        int offered = 0;

        if (!item->separator &&
            ipxe_decision_offers(&offered, decision, item, diags,
                                 running->pool) == APR_SUCCESS &&
            offered)
            APR_ARRAY_PUSH(items, const char *) = item->name;
    }
    return items;
}

static int same_items(const apr_array_header_t *items,
                      const apr_array_header_t *expected)
{
    int i;

    for (i = 0; i < items->nelts && i < expected->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(items, i, const char *),
                   APR_ARRAY_IDX(expected, i, const ipxe_yaml_t *)->text) != 0)
            return 0;
    }
    return items->nelts == expected->nelts;
}

static ipxe_span_t first_span(const running_t *running,
                              const apr_array_header_t *nodes)
{
    return nodes->nelts ? APR_ARRAY_IDX(nodes, 0, const ipxe_yaml_t *)->span
                        : running->test->span;
}

static int has_item(const apr_array_header_t *items, const char *name)
{
    int i = 0;

    while (i < items->nelts &&
           strcmp(APR_ARRAY_IDX(items, i, const char *), name) != 0)
        i++;
    return i < items->nelts;
}

static void expect_no_items(running_t *running, const apr_array_header_t *items)
{
    const apr_array_header_t *never = running->test->never.items;
    int i;

    for (i = 0; never && i < never->nelts; i++) {
        const ipxe_yaml_t *node = APR_ARRAY_IDX(never, i, const ipxe_yaml_t *);

        if (has_item(items, node->text))
            fail(running, node->span, "item '%s' is shown", node->text);
    }
}

static void expect_items(running_t *running)
{
    const apr_array_header_t *expected = running->test->expect.items;
    const apr_array_header_t *items;

    if (!expected && !running->test->never.items)
        return;
    if (!running->decision->action.menu) {
        fail(running,
             first_span(running,
                        expected ? expected : running->test->never.items),
             "there are no items: action is '%s', not 'menu'",
             action_of(running->decision));
        return;
    }
    items = items_of(running);
    if (expected && !same_items(items, expected))
        fail(running, first_span(running, expected), "the items are: %s",
             apr_array_pstrcat(running->pool, items, ' '));
    expect_no_items(running, items);
}

/* ---- Variables ---- */

static const char *var_of(const apr_array_header_t *vars, const char *name)
{
    int i;

    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        if (strcmp(var->name, name) == 0)
            return var->value;
    }
    return NULL;
}

/* True and false are printed as Python does. */
static int same_value(const char *is, const ipxe_yaml_t *expected)
{
    int flag;

    if (is && ipxe_yaml_bool(&flag, expected))
        return strcasecmp(is, expected->text) == 0;
    return ipxe_text_eq(is, text_of(expected));
}

static void expect_vars(running_t *running, const ipxe_yaml_t *expected,
                        int never)
{
    const apr_array_header_t *vars;
    apr_size_t i;

    if (!expected)
        return;
    vars = ipxe_decision_vars(running->decision, running->pool);
    for (i = 0; i < expected->count; i++) {
        const ipxe_yaml_pair_t *pair = &expected->pairs[i];
        const char *is = var_of(vars, pair->key->text);

        if (same_value(is, pair->value) != never)
            continue;
        if (never)
            fail(running, pair->value->span, "variable %s is %s",
                 pair->key->text, quoted(is, running->pool));
        else
            fail(running, pair->value->span, "variable %s is %s, not %s",
                 pair->key->text, quoted(is, running->pool),
                 quoted(text_of(pair->value), running->pool));
    }
}

/* ---- Texts ---- */

static void expect_piece(running_t *running, const shown_t *shown,
                         const ipxe_yaml_t *piece, int never)
{
    int found = strstr(shown->text, piece->text) != NULL;

    if (found == never)
        fail(running, piece->span, "%s has %s'%s'", shown->what,
             never ? "" : "no ", piece->text);
}

static void expect_pieces(running_t *running, const shown_t *shown,
                          const apr_array_header_t *pieces, int never)
{
    int i;

    for (i = 0; pieces && i < pieces->nelts; i++)
        expect_piece(running, shown,
                     APR_ARRAY_IDX(pieces, i, const ipxe_yaml_t *), never);
}

/* A title, or the text of `hold` and `deny`. */
static const ipxe_phrase_t *phrase_of(const ipxe_decision_t *decision)
{
    switch (decision->action.kind) {
    case IPXE_ACTION_MENU:
        return decision->action.menu->title;
    case IPXE_ACTION_HOLD:
    case IPXE_ACTION_DENY:
        return decision->action.value;
    default:
        return NULL;
    }
}

static const char *told(running_t *running)
{
    const ipxe_decision_t *decision = running->decision;
    const ipxe_phrase_t *phrase = phrase_of(decision);
    ipxe_value_t text;

    if (decision->reason)
        return decision->reason;
    if (!phrase ||
        ipxe_scope_say(&text, ipxe_scope_copy(decision->scope, running->pool),
                       phrase, running->answer.diags) != APR_SUCCESS)
        return "";
    return text.u.text->s;
}

static void expect_texts(running_t *running)
{
    const ipxe_test_t *test = running->test;
    shown_t script = {"the script", running->answer.body->data};
    shown_t text = {"the text", NULL};

    expect_pieces(running, &script, test->expect.script, 0);
    expect_pieces(running, &script, test->never.script, 1);
    if (!test->expect.text && !test->never.text)
        return;
    text.text = told(running);
    expect_pieces(running, &text, test->expect.text, 0);
    expect_pieces(running, &text, test->never.text, 1);
}

/* ---- Answer files ---- */

static const char *first_error(const ipxe_answer_t *answer, apr_pool_t *pool)
{
    const ipxe_diag_t *error = ipxe_diags_first_error(answer->diags);

    return error ? ipxe_diag_line(error, pool) : answer->log;
}

static void expect_answer(running_t *running, const ipxe_yaml_pair_t *pair,
                          int never)
{
    const char *name = pair->key->text;
    ipxe_request_t request = running->request;
    ipxe_answer_t answer;
    shown_t shown;
    apr_size_t i;

    request.target.route = IPXE_ROUTE_ANSWERS;
    request.target.name = name;
    ipxe_engine_answer(&answer, running->set, &request, running->pool);
    if (answer.status != 200) {
        fail(running, pair->key->span, "there is no answer file '%s': %s", name,
             first_error(&answer, running->pool));
        return;
    }
    shown.what = apr_pstrcat(running->pool, "answer file '", name, "'", NULL);
    shown.text = answer.body->data;
    if (pair->value->kind == IPXE_YAML_SCALAR)
        expect_piece(running, &shown, pair->value, never);
    for (i = 0;
         pair->value->kind == IPXE_YAML_SEQUENCE && i < pair->value->count; i++)
        expect_piece(running, &shown, pair->value->items[i], never);
}

static void expect_answers(running_t *running, const ipxe_yaml_t *answers,
                           int never)
{
    apr_size_t i;

    for (i = 0; answers && i < answers->count; i++)
        expect_answer(running, &answers->pairs[i], never);
}

/* ---- Asking ---- */

/* Nonzero where there is a script that was decided; else it has failed. */
static int ask(running_t *running, ipxe_span_t span)
{
    ipxe_answer_t *answer = &running->answer;

    ipxe_engine_answer(answer, running->set, &running->request, running->pool);
    running->decision = answer->decision;
    if (!answer->decision || answer->diags->errors || answer->log) {
        fail(running, span, "no script could be made: %s",
             first_error(answer, running->pool));
        return 0;
    }
    return 1;
}

static int choose(running_t *running, const ipxe_yaml_t *choice)
{
    const ipxe_menu_t *menu = running->decision->action.menu;
    ipxe_target_t *target = &running->request.target;

    if (!menu) {
        fail(running, choice->span,
             "'%s' cannot be chosen: action is '%s', not 'menu'", choice->text,
             action_of(running->decision));
        return 0;
    }
    if (!has_item(items_of(running), choice->text)) {
        fail(running, choice->span, "'%s' cannot be chosen: menu '%s' shows %s",
             choice->text, menu->name,
             apr_array_pstrcat(running->pool, items_of(running), ' '));
        return 0;
    }
    target->route = IPXE_ROUTE_ITEM;
    target->menu = menu->name;
    target->item = choice->text;
    return ask(running, choice->span);
}

static void count_reached(const running_t *running, int *reached)
{
    const apr_array_header_t *steps =
        ipxe_decision_why(running->decision, running->pool);
    int i;

    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        if (step->outcome == IPXE_STEP_SET || step->outcome == IPXE_STEP_KEPT ||
            step->outcome == IPXE_STEP_DECIDED)
            reached[step->rule->index]++;
    }
}

static void start(running_t *running, const ipxe_test_t *test,
                  const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    memset(running, 0, sizeof(*running));
    running->test = test;
    running->set = set;
    running->pool = pool;
    running->failures = apr_array_make(pool, 2, sizeof(ipxe_test_failure_t));
    running->request.target.route = IPXE_ROUTE_ENTRY;
    running->request.query = test->query;
    running->request.ip = test->ip;
    running->request.base_url = "http://localhost";
    running->request.now = test->at;
    running->request.supposed = test->state;
    running->request.request_id = "test";
    running->request.opened = 1;
}

apr_array_header_t *ipxe_test_run(int *reached, const ipxe_test_t *test,
                                  const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    running_t running;
    int i, good;

    start(&running, test, set, pool);
    good = ask(&running, test->span);
    if (running.decision)
        count_reached(&running, reached);
    for (i = 0; good && test->choose && i < test->choose->nelts; i++)
        good = choose(&running,
                      APR_ARRAY_IDX(test->choose, i, const ipxe_yaml_t *));
    if (!good)
        return running.failures;
    expect_names(&running);
    expect_items(&running);
    expect_vars(&running, test->expect.vars, 0);
    expect_vars(&running, test->never.vars, 1);
    expect_texts(&running);
    expect_answers(&running, test->expect.answers, 0);
    expect_answers(&running, test->never.answers, 1);
    return running.failures;
}
