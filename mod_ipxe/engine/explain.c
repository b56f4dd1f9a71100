/* SPDX-License-Identifier: Apache-2.0 */
/* A decision for people: what it is, what it almost was, facts, every rule
 * with what became of it, variables with their sources, the script. */
#include <apr_strings.h>
#include <string.h>

#include "engine/engine.h"
#include "rules/near.h"

#define BOLD   "\033[1m"
#define GREEN  "\033[1;32m"
#define YELLOW "\033[33m"
#define DIM    "\033[2m"
#define PLAIN  "\033[0m"

/* Rules that do not hold, of which more than this many tell nobody anything:
 * JSON has them all. */
#define MOST_FAILED 200

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

static void add_fact(page_t *page, const char *name, const char *text)
{
    ipxe_text_add(page->out, "  ");
    column(page, name, 16);
    ipxe_text_add(page->out, text);
    ipxe_text_add_char(page->out, '\n');
}

/* What counts as absent, and what was sent in its place. */
static void add_absent(page_t *page, const char *name, const char *raw)
{
    ipxe_text_add(page->out, "  ");
    column(page, name, 16);
    paint(page, DIM,
          raw && *raw ? apr_psprintf(page->pool, "(absent: '%s' was sent)", raw)
                      : "(absent)");
    ipxe_text_add_char(page->out, '\n');
}

/* What `macs` says of a machine with one card, or none, stands in `mac`. */
static int says_nothing(const ipxe_machine_t *machine, ipxe_fact_e fact)
{
    return machine->facts[fact].state == IPXE_NOT_TOLD ||
           (fact == IPXE_FACT_MACS && machine->mac_count <= 1);
}

/* With these told, the decision may be another. */
static void add_untold(page_t *page, ipxe_facts_t untold)
{
    ipxe_text_t *names = ipxe_text_make(128, page->pool);
    int fact;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (untold & IPXE_FACT_BIT(fact))
            ipxe_text_addf(names, "%s%s",
                           names->len ? ", " : "  asked for, not told: ",
                           ipxe_fact_name((ipxe_fact_e)fact));
    }
    if (!names->len)
        return;
    paint(page, DIM, names->data);
    ipxe_text_add_char(page->out, '\n');
}

static void add_facts(page_t *page, const ipxe_machine_t *machine,
                      const ipxe_decision_t *decision)
{
    int fact, i;

    head(page, "machine");
    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        const char *name = ipxe_fact_name((ipxe_fact_e)fact);
        const char *text = ipxe_machine_fact(machine, (ipxe_fact_e)fact);

        if (says_nothing(machine, (ipxe_fact_e)fact))
            continue;
        if (text)
            add_fact(page, name, text);
        else
            add_absent(page, name, machine->facts[fact].raw);
    }
    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        add_fact(page, apr_pstrcat(page->pool, "args.", arg->name, NULL),
                 arg->text);
    }
    if (decision)
        add_untold(page, decision->untold);
}

/* ---- Near misses ---- */

static void add_near(page_t *page, const ipxe_decision_t *decision)
{
    apr_array_header_t *near = ipxe_decision_near(decision, page->pool);
    int i;

    if (near->nelts)
        head(page, "near misses");
    for (i = 0; i < near->nelts; i++) {
        const ipxe_near_t *one = &APR_ARRAY_IDX(near, i, ipxe_near_t);

        ipxe_text_add(page->out, "  ");
        paint(page, YELLOW, "~");
        ipxe_text_addf(page->out, " %s", one->text);
        if (one->span.source)
            paint(page, DIM,
                  apr_pstrcat(page->pool, "  ",
                              ipxe_span_name(one->span, page->pool), NULL));
        ipxe_text_add_char(page->out, '\n');
    }
}

/* ---- Rules ---- */

static void add_step(page_t *page, const ipxe_step_t *step, apr_size_t width,
                     apr_size_t place)
{
    const char *colour =
        step->outcome == IPXE_STEP_DECIDED ? GREEN
        : step->outcome == IPXE_STEP_SET || step->outcome == IPXE_STEP_KEPT
            ? BOLD
            : DIM;

    ipxe_text_add(page->out, "  ");
    paint(page, colour, marks[step->outcome]);
    ipxe_text_add_char(page->out, ' ');
    column(page, step->rule->name, width);
    column(page, ipxe_span_name(step->rule->span, page->pool), place);
    paint(page, colour, words[step->outcome]);
    if (step->because)
        ipxe_text_addf(page->out, ": %s", step->because);
    ipxe_text_add_char(page->out, '\n');
}

static int holds(const ipxe_step_t *step)
{
    return step->outcome == IPXE_STEP_SET || step->outcome == IPXE_STEP_KEPT ||
           step->outcome == IPXE_STEP_DECIDED;
}

/* Of very many rules, the first that do not hold and all that do. */
static apr_array_header_t *
shown_steps(int *left_out, const apr_array_header_t *steps, apr_pool_t *pool)
{
    apr_array_header_t *shown =
        apr_array_make(pool, 64, sizeof(const ipxe_step_t *));
    int i, failed = 0;

    *left_out = 0;
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        if (holds(step) || failed++ < MOST_FAILED)
            APR_ARRAY_PUSH(shown, const ipxe_step_t *) = step;
        else
            ++*left_out;
    }
    return shown;
}

static void add_steps(page_t *page, const ipxe_decision_t *decision)
{
    int left_out, i;
    apr_array_header_t *steps = shown_steps(
        &left_out, ipxe_decision_why(decision, page->pool), page->pool);
    apr_size_t width = 0, place = 0;

    head(page, "rules");
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(steps, i, const ipxe_step_t *)->rule;

        width = wider(width, rule->name, 40);
        place = wider(place, ipxe_span_name(rule->span, page->pool), 40);
    }
    for (i = 0; i < steps->nelts; i++)
        add_step(page, APR_ARRAY_IDX(steps, i, const ipxe_step_t *), width,
                 place);
    if (left_out)
        ipxe_text_addf(page->out,
                       "    and %d more that do not hold or were not tried\n",
                       left_out);
    if (!decision->rule)
        ipxe_text_add(page->out, "  no rule decides: the local disk\n");
}

/* ---- Variables ---- */

static void add_var(page_t *page, const ipxe_var_shown_t *var,
                    const apr_size_t *widths)
{
    ipxe_text_add(page->out, "  ");
    column(page, var->name, widths[0]);
    if (*var->value) {
        column(page, var->value, widths[1]);
    }
    else {
        paint(page, DIM, "(empty)");
        column(page, "", widths[1] > 7 ? widths[1] - 7 : 0);
    }
    column(page, var->layer, widths[2]);
    paint(page, DIM, ipxe_span_name(var->span, page->pool));
    ipxe_text_add_char(page->out, '\n');
}

static void add_vars(page_t *page, const ipxe_decision_t *decision)
{
    apr_array_header_t *vars = ipxe_decision_vars(decision, page->pool);
    apr_size_t widths[3] = {0, 7, 0};
    int i;

    if (vars->nelts)
        head(page, "variables");
    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        widths[0] = wider(widths[0], var->name, 24);
        widths[1] = wider(widths[1], var->value, 32);
        widths[2] = wider(widths[2], var->layer, 32);
    }
    for (i = 0; i < vars->nelts; i++)
        add_var(page, &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t), widths);
}

/* ---- The decision ---- */

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
        ipxe_text_addf(page->out, "  host %s%s%s (%s)\n", decision->host->name,
                       decision->group ? ", as of the group " : "",
                       decision->group ? decision->group->name : "",
                       ipxe_span_name(decision->host->span, page->pool));
    else if (decision->rules->host_facts || decision->rules->providers->nelts)
        ipxe_text_add(page->out, "  no known host\n");
}

static void add_decision(page_t *page, const ipxe_decision_t *decision)
{
    head(page, "decision");
    ipxe_text_add(page->out, "  ");
    paint(page, GREEN,
          decision->rule ? action_text(&decision->action, page->pool)
                         : "local");
    if (decision->rule)
        ipxe_text_addf(page->out, ", by rule '%s' (%s)\n", decision->rule->name,
                       ipxe_span_name(decision->rule->span, page->pool));
    else
        ipxe_text_add(page->out, ", since no rule matched\n");
    if (decision->reason)
        ipxe_text_addf(page->out, "  %s\n", decision->reason);
    add_host(page, decision);
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
    if (answer->decision)
        add_decision(&page, answer->decision);
    add_facts(&page, answer->machine, answer->decision);
    if (answer->decision) {
        add_near(&page, answer->decision);
        add_steps(&page, answer->decision);
        add_vars(&page, answer->decision);
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

/* ---- For logs ---- */

static void trace_near(apr_array_header_t *lines,
                       const ipxe_decision_t *decision, apr_pool_t *pool)
{
    apr_array_header_t *near = ipxe_decision_near(decision, pool);
    int i;

    for (i = 0; i < near->nelts; i++) {
        const ipxe_near_t *one = &APR_ARRAY_IDX(near, i, ipxe_near_t);

        APR_ARRAY_PUSH(lines, const char *) = apr_psprintf(
            pool, "near miss: %s (%s)", ipxe_text_ascii(one->text, pool),
            ipxe_span_name(one->span, pool));
    }
}

apr_array_header_t *ipxe_engine_trace(const ipxe_decision_t *decision,
                                      apr_pool_t *pool)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, pool);
    apr_array_header_t *lines =
        apr_array_make(pool, steps->nelts + 1, sizeof(const char *));
    int i;

    trace_near(lines, decision, pool);
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
