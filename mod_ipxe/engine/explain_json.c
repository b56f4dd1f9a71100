/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as JSON for programs; the schema is in docs/explain.md. */
#include <apr_strings.h>

#include "engine/engine.h"
#include "rules/near.h"

static const char *const outcomes[] = {"failed",  "set",     "kept",
                                       "no-host", "decided", "not-tried"};
static const char *const severities[] = {"error", "warning", "note"};

/* `, "key": ` or, after an opening bracket, without the comma. */
static void key(ipxe_text_t *out, const char *name)
{
    char last = out->len ? out->data[out->len - 1] : '{';

    if (last != '{' && last != '[')
        ipxe_text_add(out, ", ");
    if (name) {
        ipxe_text_add_json(out, name);
        ipxe_text_add(out, ": ");
    }
}

static void text(ipxe_text_t *out, const char *name, const char *value)
{
    key(out, name);
    if (value)
        ipxe_text_add_json(out, value);
    else
        ipxe_text_add(out, "null");
}

static void place(ipxe_text_t *out, const char *name, ipxe_span_t span)
{
    text(out, name, span.source ? ipxe_span_name(span, out->pool) : NULL);
}

static void add_machine(ipxe_text_t *out, const ipxe_machine_t *machine)
{
    int fact, i;

    key(out, "facts");
    ipxe_text_add_char(out, '{');
    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (machine->facts[fact].state != IPXE_NOT_TOLD)
            text(out, ipxe_fact_name((ipxe_fact_e)fact),
                 ipxe_machine_fact(machine, (ipxe_fact_e)fact));
    }
    ipxe_text_add_char(out, '}');
    key(out, "args");
    ipxe_text_add_char(out, '{');
    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        text(out, arg->name, arg->text);
    }
    ipxe_text_add_char(out, '}');
}

static void add_steps(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, out->pool);
    int i;

    key(out, "rules");
    ipxe_text_add_char(out, '[');
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        key(out, NULL);
        ipxe_text_add_char(out, '{');
        text(out, "name", step->rule->name);
        place(out, "place", step->rule->span);
        text(out, "outcome", outcomes[step->outcome]);
        text(out, "because", step->because);
        ipxe_text_add_char(out, '}');
    }
    ipxe_text_add_char(out, ']');
}

static void add_near(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *near = ipxe_decision_near(decision, out->pool);
    int i;

    key(out, "near");
    ipxe_text_add_char(out, '[');
    for (i = 0; i < near->nelts; i++) {
        const ipxe_near_t *one = &APR_ARRAY_IDX(near, i, ipxe_near_t);

        key(out, NULL);
        ipxe_text_add_char(out, '{');
        text(out, "host", one->host ? one->host->name : NULL);
        text(out, "rule", one->rule ? one->rule->name : NULL);
        place(out, "place", one->span);
        text(out, "because", one->text);
        ipxe_text_add_char(out, '}');
    }
    ipxe_text_add_char(out, ']');
}

static void add_vars(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *vars = ipxe_decision_vars(decision, out->pool);
    int i;

    key(out, "variables");
    ipxe_text_add_char(out, '[');
    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        key(out, NULL);
        ipxe_text_add_char(out, '{');
        text(out, "name", var->name);
        text(out, "value", var->value);
        text(out, "layer", var->layer);
        place(out, "place", var->span);
        ipxe_text_add_char(out, '}');
    }
    ipxe_text_add_char(out, ']');
}

static void add_decision(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    const ipxe_action_t *action = &decision->action;

    key(out, "decision");
    ipxe_text_add_char(out, '{');
    text(out, "rule", decision->rule ? decision->rule->name : NULL);
    text(out, "action",
         decision->rule ? ipxe_action_name(action->kind) : "local");
    text(out, "profile", action->profile ? action->profile->name : NULL);
    text(out, "menu", action->menu ? action->menu->name : NULL);
    text(out, "host", decision->host ? decision->host->name : NULL);
    text(out, "reason", decision->reason);
    ipxe_text_add_char(out, '}');
}

static void add_diags(ipxe_text_t *out, const ipxe_diags_t *diags)
{
    int i;

    key(out, "diagnostics");
    ipxe_text_add_char(out, '[');
    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        key(out, NULL);
        ipxe_text_add_char(out, '{');
        text(out, "code", ipxe_code_get(diag->code)->slug);
        text(out, "severity", severities[diag->severity]);
        place(out, "place", diag->span);
        text(out, "message", diag->message);
        text(out, "help", diag->help);
        ipxe_text_add_char(out, '}');
    }
    ipxe_text_add_char(out, ']');
}

const char *ipxe_explain_json(const ipxe_answer_t *answer, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(4096, pool);

    ipxe_text_add_char(out, '{');
    add_machine(out, answer->machine);
    if (answer->decision) {
        add_near(out, answer->decision);
        add_steps(out, answer->decision);
        add_vars(out, answer->decision);
        add_decision(out, answer->decision);
    }
    add_diags(out, answer->diags);
    text(out, "script", answer->body->data);
    ipxe_text_add(out, "}\n");
    return out->data;
}
