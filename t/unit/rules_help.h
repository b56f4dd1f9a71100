/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets from text in a test, machines from queries, a fake world. */
#ifndef IPXE_UNIT_RULES_HELP_H
#define IPXE_UNIT_RULES_HELP_H

#include "rules/decide.h"
#include "rules/load.h"
#include "t/unit/files_help.h"
#include "t/unit/tap.h"

/* What a test works with. */
typedef struct help_t {
    ipxe_library_t *library;
    ipxe_rules_t *rules;
    const apr_array_header_t *providers; /* of hosts; NULL: the text alone */
    ipxe_diags_t *diags;
    apr_time_t now;
    ipxe_world_t world;
    apr_pool_t *pool;
} help_t;

static inline apr_time_t help_now(void *baton)
{
    return ((help_t *)baton)->now;
}

static inline const char *help_id(void *baton)
{
    (void)baton;
    return "id1";
}

static inline const char *help_url(void *baton, const char *path,
                                   apr_pool_t *pool)
{
    (void)baton;
    if (strstr(path, "://"))
        return path;
    return apr_pstrcat(pool, "http://boot.test/",
                       *path == '/' ? path + 1 : path, NULL);
}

static inline const char *help_answers(void *baton, const char *name,
                                       apr_pool_t *pool)
{
    (void)baton;
    return apr_pstrcat(pool, "http://boot.test/answers/", name ? name : "first",
                       NULL);
}

static apr_status_t help_call(ipxe_value_t *result, const ipxe_call_t *call,
                              const ipxe_function_t *self)
{
    const char *text = call->count ? call->args[0].u.text->s : NULL;
    const char *url = strcmp(self->name, "url") == 0
                          ? help_url(NULL, text, call->render->pool)
                          : help_answers(NULL, text, call->render->pool);

    *result = ipxe_value_text(url, 0, call->render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t help_functions[] = {{"url", help_call, NULL},
                                                 {"answers", help_call, NULL}};

static ipxe_context_e help_place(const char *line)
{
    (void)line;
    return IPXE_CONTEXT_TEXT;
}

static const ipxe_language_t help_language = {help_functions, 2, help_place};

static inline help_t *help_make(apr_pool_t *pool)
{
    help_t *help = apr_pcalloc(pool, sizeof(*help));

    help->pool = pool;
    help->library = ipxe_library_make(&help_language, pool);
    help->diags = ipxe_diags_make(pool);
    help->now = apr_time_from_sec(1793188800);
    help->world.baton = help;
    help->world.now = help_now;
    help->world.request_id = help_id;
    help->world.url = help_url;
    help->world.answers = help_answers;
    return help;
}

static inline void help_template(help_t *help, const char *path,
                                 const char *text)
{
    ipxe_library_add(help->library, path,
                     ipxe_source_make(path, text, strlen(text), help->pool));
}

/* Loads one file, "a.yaml", with `ipxe: 1` before the text. */
static inline ipxe_rules_t *help_load(help_t *help, const char *yaml)
{
    apr_array_header_t *sources =
        apr_array_make(help->pool, 1, sizeof(const ipxe_source_t *));
    ipxe_rules_input_t input = {.sources = sources,
                                .library = help->library,
                                .providers = help->providers};
    const char *text = apr_pstrcat(help->pool, "ipxe: 1\n", yaml, NULL);

    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("a.yaml", text, strlen(text), help->pool);
    help->diags = ipxe_diags_make(help->pool);
    help->rules = ipxe_rules_load(&input, help->diags, help->pool);
    return help->rules;
}

/* Every diagnostic as text. */
static inline const char *help_diags(const help_t *help)
{
    return all_said(help->diags, help->pool);
}

/* A set that must load. */
static inline help_t *help_rules(const char *yaml, apr_pool_t *pool)
{
    help_t *help = help_make(pool);

    if (!help_load(help, yaml)) {
        tap_ok(0, __FILE__, __LINE__, "the rules load");
        tap_say("diagnostics", help_diags(help));
    }
    return help;
}

/* The slugs of the diagnostics that loading the text gives, parted by
 * blanks. */
static inline const char *help_slugs(const char *yaml, apr_pool_t *pool)
{
    help_t *help = help_make(pool);
    ipxe_text_t *text = ipxe_text_make(64, pool);
    int i;

    help_template(help, "a.ks", "text\n");
    help_load(help, yaml);
    for (i = 0; i < help->diags->all->nelts; i++)
        ipxe_text_addf(
            text, "%s%s", i ? " " : "",
            ipxe_code_get(
                APR_ARRAY_IDX(help->diags->all, i, ipxe_diag_t *)->code)
                ->slug);
    return text->data;
}

/* A machine by its query; `ip` beside it. */
static inline ipxe_machine_t *help_machine(const help_t *help,
                                           const char *query, const char *ip)
{
    ipxe_machine_input_t input;
    ipxe_machine_t *machine;

    memset(&input, 0, sizeof(input));
    input.query = query;
    input.query_len = strlen(query);
    input.ip = ip;
    machine = ipxe_machine_parse(&input, help->pool);
    if (help->rules)
        ipxe_machine_ignore(machine, help->rules->ignored_macs,
                            help->rules->ignored_uuids);
    return machine;
}

static inline ipxe_decision_t *help_decide(help_t *help, const char *query)
{
    ipxe_decision_t *decision = NULL;

    help->diags = ipxe_diags_make(help->pool);
    if (!help->rules)
        return NULL;
    ipxe_rules_decide(&decision, help->rules,
                      help_machine(help, query, "10.0.1.7"), &help->world,
                      help->diags, help->pool);
    return decision;
}

/* "boot memtest", "menu main", "local", "deny: REASON", "error: MESSAGE". */
static inline const char *help_outcome(help_t *help, const char *query)
{
    const ipxe_decision_t *decision = help_decide(help, query);
    const ipxe_action_t *action;
    const char *name = "";

    if (!decision)
        return apr_pstrcat(help->pool, "error: ",
                           help->diags->errors
                               ? ipxe_diags_first_error(help->diags)->message
                               : "no rules",
                           NULL);
    action = &decision->action;
    if (decision->reason)
        return apr_pstrcat(help->pool, "deny: ", decision->reason, NULL);
    if (action->profile)
        name = action->profile->name;
    else if (action->menu)
        name = action->menu->name;
    else if (action->value)
        name = action->value->written;
    return apr_pstrcat(help->pool, ipxe_action_name(action->kind),
                       *name ? " " : "", name, NULL);
}

/* The name of the rule that decided, or NULL. */
static inline const char *help_rule(help_t *help, const char *query)
{
    const ipxe_decision_t *decision = help_decide(help, query);

    return decision && decision->rule ? decision->rule->name : NULL;
}

/* What a template says in a decision; "error: ..." where it fails. */
static inline const char *
help_say(help_t *help, const ipxe_decision_t *decision, const char *text)
{
    ipxe_diags_t *diags = ipxe_diags_make(help->pool);
    const ipxe_source_t *source =
        ipxe_source_make("text", text, strlen(text), help->pool);
    const ipxe_template_t *compiled = ipxe_template_compile(
        help->library, text, ipxe_span(source, 0, source->len),
        IPXE_CONTEXT_NONE, diags);
    ipxe_render_t render;
    ipxe_value_t value;

    memset(&render, 0, sizeof(render));
    render.diags = diags;
    render.world = &help->world;
    render.pool = help->pool;
    if (compiled && decision) {
        render.names = ipxe_decision_names(decision, help->pool);
        if (ipxe_template_value(&value, compiled, &render) == APR_SUCCESS)
            return ipxe_value_str(value, help->pool).u.text->s;
    }
    return apr_pstrcat(help->pool, "error: ",
                       diags->errors ? ipxe_diags_first_error(diags)->message
                                     : "no decision",
                       NULL);
}

/* The host's name, "a/b" for two, "-" for none, "!" and the error. */
static inline const char *help_found(help_t *help, const char *query)
{
    const ipxe_decision_t *decision = help_decide(help, query);

    if (!decision)
        return apr_pstrcat(help->pool, "! ",
                           ipxe_diags_first_error(help->diags)->message, NULL);
    if (decision->other)
        return apr_pstrcat(help->pool, decision->clash->name, "/",
                           decision->other->name, NULL);
    return decision->host ? decision->host->name : "-";
}

#endif
