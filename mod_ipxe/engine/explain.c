/* SPDX-License-Identifier: Apache-2.0 */
/* A decision for people: facts, every rule with what became of it, variables
 * with their sources, the script. */
#include <apr_strings.h>
#include <string.h>

#include "engine/engine.h"

#define BOLD  "\033[1m"
#define GREEN "\033[32m"
#define DIM   "\033[2m"
#define PLAIN "\033[0m"

typedef struct page_t {
    ipxe_text_t *out;
    int colour;
    apr_pool_t *pool;
} page_t;

static const char *const marks[] = {"-", "+", "~", "-", "*", " "};
static const char *const words[] = {"no",      "sets", "kept",
                                    "no host", "yes",  "not tried"};

static void paint(page_t *page, const char *colour, const char *text)
{
    if (page->colour)
        ipxe_text_addf(page->out, "%s%s" PLAIN, colour, text);
    else
        ipxe_text_add(page->out, text);
}

static void head(page_t *page, const char *title)
{
    if (page->out->len)
        ipxe_text_add_char(page->out, '\n');
    paint(page, BOLD, title);
    ipxe_text_add_char(page->out, '\n');
}

/* Text and blanks up to `width` columns, and one more. */
static void column(page_t *page, const char *text, apr_size_t width)
{
    apr_size_t used = ipxe_utf8_columns(text, strlen(text));

    ipxe_text_add(page->out, text);
    for (; used < width; used++)
        ipxe_text_add_char(page->out, ' ');
    ipxe_text_add_char(page->out, ' ');
}

static apr_size_t wider(apr_size_t width, const char *text, apr_size_t most)
{
    apr_size_t n = ipxe_utf8_columns(text, strlen(text));

    if (n > most)
        n = most;
    return n > width ? n : width;
}

static void add_facts(page_t *page, const ipxe_machine_t *machine)
{
    int fact, i;

    head(page, "machine");
    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        const ipxe_told_t *told = &machine->facts[fact];

        if (told->state == IPXE_NOT_TOLD)
            continue;
        ipxe_text_add(page->out, "  ");
        column(page, ipxe_fact_name((ipxe_fact_e)fact), 16);
        if (told->state == IPXE_PRESENT)
            ipxe_text_add(page->out, told->text);
        else
            paint(page, DIM, "(absent)");
        ipxe_text_add_char(page->out, '\n');
    }
    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        ipxe_text_add(page->out, "  ");
        column(page, apr_pstrcat(page->pool, "args.", arg->name, NULL), 16);
        ipxe_text_addf(page->out, "%s\n", arg->text);
    }
}

static void add_step(page_t *page, const ipxe_step_t *step, apr_size_t width,
                     apr_size_t place)
{
    const char *colour = step->outcome == IPXE_STEP_DECIDED ? GREEN
                         : step->outcome == IPXE_STEP_SET   ? BOLD
                                                            : DIM;

    ipxe_text_add(page->out, "  ");
    paint(page, colour, marks[step->outcome]);
    ipxe_text_add_char(page->out, ' ');
    column(page, step->rule->name, width);
    column(page, ipxe_span_name(step->rule->span, page->pool), place);
    ipxe_text_add(page->out, words[step->outcome]);
    if (step->because)
        ipxe_text_addf(page->out, ": %s", step->because);
    ipxe_text_add_char(page->out, '\n');
}

static void add_steps(page_t *page, const ipxe_decision_t *decision)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, page->pool);
    apr_size_t width = 0, place = 0;
    int i;

    head(page, "rules");
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_rule_t *rule = APR_ARRAY_IDX(steps, i, ipxe_step_t).rule;

        width = wider(width, rule->name, 32);
        place = wider(place, ipxe_span_name(rule->span, page->pool), 40);
    }
    for (i = 0; i < steps->nelts; i++)
        add_step(page, &APR_ARRAY_IDX(steps, i, ipxe_step_t), width, place);
    if (!decision->rule)
        ipxe_text_add(page->out, "  no rule decides: the local disk\n");
}

static void add_vars(page_t *page, const ipxe_decision_t *decision)
{
    apr_array_header_t *vars = ipxe_decision_vars(decision, page->pool);
    apr_size_t width = 0, value = 0;
    int i;

    if (vars->nelts)
        head(page, "variables");
    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        width = wider(width, var->name, 24);
        value = wider(value, var->value, 32);
    }
    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        ipxe_text_add(page->out, "  ");
        column(page, var->name, width);
        column(page, var->value, value);
        ipxe_text_addf(page->out, "%s, %s\n", var->layer,
                       ipxe_span_name(var->span, page->pool));
    }
}

/* "boot rocky-9", "local", "deny 'not here'" */
static const char *action_text(const ipxe_action_t *action, apr_pool_t *pool)
{
    const char *name = ipxe_action_name(action->kind);

    if (action->profile)
        return apr_pstrcat(pool, name, " ", action->profile->name, NULL);
    if (action->menu)
        return apr_pstrcat(pool, name, " ", action->menu->name, NULL);
    if (action->value)
        return apr_pstrcat(pool, name, " ", action->value->written, NULL);
    return name;
}

static void add_host(page_t *page, const ipxe_decision_t *decision)
{
    if (decision->other)
        ipxe_text_addf(page->out,
                       "  its keys find two hosts, %s and %s: it is "
                       "neither\n",
                       decision->clash->name, decision->other->name);
    else if (decision->host)
        ipxe_text_addf(page->out, "  host %s, %s\n", decision->host->name,
                       ipxe_span_name(decision->host->span, page->pool));
}

static void add_decision(page_t *page, const ipxe_decision_t *decision)
{
    head(page, "decision");
    add_host(page, decision);
    if (decision->rule)
        ipxe_text_addf(page->out, "  %s, by rule '%s' (%s)\n",
                       action_text(&decision->action, page->pool),
                       decision->rule->name,
                       ipxe_span_name(decision->rule->span, page->pool));
    else
        ipxe_text_add(page->out, "  local, since no rule matched\n");
    if (decision->reason)
        ipxe_text_addf(page->out, "  %s\n", decision->reason);
}

static void add_script(page_t *page, const ipxe_answer_t *answer)
{
    const char *s = answer->body->data, *end;

    head(page, "script");
    for (; *s; s = *end ? end + 1 : end) {
        end = strchr(s, '\n');
        if (!end)
            end = s + strlen(s);
        ipxe_text_add(page->out, "  ");
        ipxe_text_add_n(page->out, s, (apr_size_t)(end - s));
        ipxe_text_add_char(page->out, '\n');
    }
}

const char *ipxe_explain_text(const ipxe_answer_t *answer, int colour,
                              apr_pool_t *pool)
{
    page_t page;
    int i;

    page.out = ipxe_text_make(4096, pool);
    page.colour = colour;
    page.pool = pool;
    add_facts(&page, answer->machine);
    if (answer->decision) {
        add_steps(&page, answer->decision);
        add_vars(&page, answer->decision);
        add_decision(&page, answer->decision);
    }
    for (i = 0; i < answer->diags->all->nelts; i++) {
        if (i == 0)
            head(&page, "diagnostics");
        ipxe_text_add(page.out, ipxe_diag_text(APR_ARRAY_IDX(answer->diags->all,
                                                             i, ipxe_diag_t *),
                                               pool));
    }
    add_script(&page, answer);
    return page.out->data;
}

apr_array_header_t *ipxe_engine_trace(const ipxe_decision_t *decision,
                                      apr_pool_t *pool)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, pool);
    apr_array_header_t *lines =
        apr_array_make(pool, steps->nelts + 1, sizeof(const char *));
    int i;

    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        APR_ARRAY_PUSH(lines, const char *) = apr_psprintf(
            pool, "rule '%s' (%s): %s%s%s",
            ipxe_text_ascii(step->rule->name, pool),
            ipxe_span_name(step->rule->span, pool), words[step->outcome],
            step->because ? ": " : "",
            step->because ? ipxe_text_ascii(step->because, pool) : "");
    }
    APR_ARRAY_PUSH(lines, const char *) = apr_psprintf(
        pool, "decision: %s",
        ipxe_text_ascii(decision->rule ? action_text(&decision->action, pool)
                                       : "local, since no rule matched",
                        pool));
    return lines;
}
