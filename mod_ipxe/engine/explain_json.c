/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as JSON for programs; the schema is in docs/explain.md. */
#include "base/json.h"
#include "engine/engine.h"
#include "rules/near.h"

static const char *const outcomes[] = {"failed",  "set",     "kept",
                                       "no-host", "decided", "not-tried"};
static const char *const severities[] = {"error", "warning", "note"};

static void add_machine(ipxe_text_t *out, const ipxe_machine_t *machine)
{
    int fact, i;

    ipxe_json_open(out, "facts", '{');
    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (machine->facts[fact].state != IPXE_NOT_TOLD)
            ipxe_json_text(out, ipxe_fact_name((ipxe_fact_e)fact),
                           ipxe_machine_fact(machine, (ipxe_fact_e)fact));
    }
    ipxe_json_close(out, '}');
    ipxe_json_open(out, "args", '{');
    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        ipxe_json_text(out, arg->name, arg->text);
    }
    ipxe_json_close(out, '}');
}

static void add_steps(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *steps = ipxe_decision_why(decision, out->pool);
    int i;

    ipxe_json_open(out, "rules", '[');
    for (i = 0; i < steps->nelts; i++) {
        const ipxe_step_t *step = &APR_ARRAY_IDX(steps, i, ipxe_step_t);

        ipxe_json_open(out, NULL, '{');
        ipxe_json_text(out, "name", step->rule->name);
        ipxe_json_place(out, "place", step->rule->span);
        ipxe_json_text(out, "outcome", outcomes[step->outcome]);
        ipxe_json_text(out, "because", step->because);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

static void add_near(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *near = ipxe_decision_near(decision, out->pool);
    int i;

    ipxe_json_open(out, "near", '[');
    for (i = 0; i < near->nelts; i++) {
        const ipxe_near_t *one = &APR_ARRAY_IDX(near, i, ipxe_near_t);

        ipxe_json_open(out, NULL, '{');
        ipxe_json_text(out, "host", one->host ? one->host->name : NULL);
        ipxe_json_text(out, "rule", one->rule ? one->rule->name : NULL);
        ipxe_json_place(out, "place", one->span);
        ipxe_json_text(out, "because", one->text);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

static void add_vars(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    apr_array_header_t *vars = ipxe_decision_vars(decision, out->pool);
    int i;

    ipxe_json_open(out, "variables", '[');
    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        ipxe_json_open(out, NULL, '{');
        ipxe_json_text(out, "name", var->name);
        ipxe_json_text(out, "value", var->value);
        ipxe_json_text(out, "layer", var->layer);
        ipxe_json_place(out, "place", var->span);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

static void add_decision(ipxe_text_t *out, const ipxe_decision_t *decision)
{
    const ipxe_action_t *action = &decision->action;

    ipxe_json_open(out, "decision", '{');
    ipxe_json_text(out, "rule", decision->rule ? decision->rule->name : NULL);
    ipxe_json_text(out, "action",
                   decision->rule ? ipxe_action_name(action->kind) : "local");
    ipxe_json_text(out, "profile",
                   action->profile ? action->profile->name : NULL);
    ipxe_json_text(out, "menu", action->menu ? action->menu->name : NULL);
    ipxe_json_text(out, "host", decision->host ? decision->host->name : NULL);
    ipxe_json_text(out, "reason", decision->reason);
    ipxe_json_close(out, '}');
}

static void add_diags(ipxe_text_t *out, const ipxe_diags_t *diags)
{
    int i;

    ipxe_json_open(out, "diagnostics", '[');
    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        ipxe_json_open(out, NULL, '{');
        ipxe_json_text(out, "code", ipxe_code_get(diag->code)->slug);
        ipxe_json_text(out, "severity", severities[diag->severity]);
        ipxe_json_place(out, "place", diag->span);
        ipxe_json_text(out, "message", diag->message);
        ipxe_json_text(out, "help", diag->help);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

const char *ipxe_explain_json(const ipxe_answer_t *answer, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(4096, pool);

    ipxe_json_open(out, NULL, '{');
    add_machine(out, answer->machine);
    if (answer->decision) {
        add_near(out, answer->decision);
        add_steps(out, answer->decision);
        add_vars(out, answer->decision);
        add_decision(out, answer->decision);
    }
    add_diags(out, answer->diags);
    ipxe_json_text(out, "script", answer->body->data);
    ipxe_text_add(out, "}\n");
    return out->data;
}
