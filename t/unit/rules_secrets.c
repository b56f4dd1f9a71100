/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: where their values go, and that no diagnostic quotes them. */
#include "rules/vars.h"
#include "t/unit/rules_help.h"

static const char site[] =
    "vars: { open: seen, made: 'x{{ word }}' }\n"
    "secrets:\n"
    "  word: hunter2\n"
    "  pin: 0815\n"
    "  list: [ hunter3, { a: hunter4 } ]\n"
    "  twice: '{{ word }}{{ word }}'\n"
    "groups: { g: { secrets: { of_group: hunter5 } } }\n"
    "hosts: [ { name: h, mac: 52:54:00:00:00:01, groups: g,\n"
    "           secrets: { of_host: hunter6 } } ]\n"
    "profiles: { p: { kernel: k, secrets: { of_profile: hunter7 } } }\n"
    "installers: { i: { secrets: { of_family: hunter8 } } }\n"
    "rules:\n"
    "  - { name: s, set: { copied: '{{ word|upper }}', plain: a } }\n"
    "  - { boot: p }\n";

static void test_shown(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    const ipxe_decision_t *decision =
        help_decide(help, "mac=52:54:00:00:00:01&platform=efi");
    apr_array_header_t *vars = ipxe_decision_vars(decision, pool);
    ipxe_text_t *text = ipxe_text_make(64, pool);
    int i;

    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        ipxe_text_addf(text, "%s=%s ", var->name, var->value);
    }
    is(text->data,
       "copied=*** list=*** made=*** of_group=*** of_host=*** of_profile=*** "
       "open=seen pin=*** plain=a twice=*** word=*** ",
       "no secret is shown, and nothing made of one");
}

static const char *rendered(help_t *help, const char *text, int *failed)
{
    const ipxe_decision_t *decision =
        help_decide(help, "mac=52:54:00:00:00:01&platform=efi");
    ipxe_text_t *out = ipxe_text_make(64, help->pool);
    ipxe_sink_t *sink = ipxe_sink_to_text(out, 1000, help->pool);
    const ipxe_source_t *source =
        ipxe_source_make("t.ks", text, strlen(text), help->pool);
    const ipxe_template_t *compiled = ipxe_template_compile(
        help->library, text, ipxe_span(source, 0, source->len),
        IPXE_CONTEXT_LINE, help->diags);
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = ipxe_decision_names(decision, help->pool);
    render.world = &help->world;
    render.diags = help->diags;
    render.pool = help->pool;
    *failed = ipxe_template_render(sink, compiled, &render) != APR_SUCCESS;
    return out->data;
}

static void test_values(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    int failed;

    is(rendered(help,
                "{{ word }} {{ pin }} {{ list[0] }} {{ list[1].a }} "
                "{{ twice }} {{ of_group }} {{ host.vars.of_host }} "
                "{{ of_profile }} {{ copied }}",
                &failed),
       "hunter2 0815 hunter3 hunter4 hunter2hunter2 hunter5 hunter6 hunter7 "
       "HUNTER2",
       "secrets reach an answer file as they are written");
    ok(!failed, "and it renders");
}

/* ---- Files ---- */

static const ipxe_source_t *give(void *baton, const char *path,
                                 ipxe_span_t span, ipxe_diags_t *diags)
{
    apr_pool_t *pool = baton;

    (void)span;
    (void)diags;
    if (strstr(path, "bytes"))
        return ipxe_source_make(path, "a\xff", 2, pool);
    if (strstr(path, "nul"))
        return ipxe_source_make(path, "a\0b", 3, pool);
    return ipxe_source_make(path, path, strlen(path), pool);
}

static const char *value_of(const char *word, const char **slug,
                            apr_pool_t *pool)
{
    apr_array_header_t *sources =
        apr_array_make(pool, 1, sizeof(const ipxe_source_t *));
    help_t *help = help_make(pool);
    ipxe_rules_input_t input = {.sources = sources,
                                .library = help->library,
                                .read = give,
                                .baton = pool};
    const char *text =
        apr_pstrcat(pool, "ipxe: 1\nsecrets: { w: \"", word, "\" }\n", NULL);
    const ipxe_rules_t *rules;
    const ipxe_diag_t *error;

    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("site/a.yaml", text, strlen(text), pool);
    rules = ipxe_rules_load(&input, help->diags, pool);
    error = ipxe_diags_first_error(help->diags);
    *slug = error ? ipxe_code_get(error->code)->slug : "";
    return rules ? ipxe_vars_find(rules->vars, "w")->worth->fixed.u.text->s
                 : NULL;
}

static void test_files(apr_pool_t *pool)
{
    const char *slug;

    is(value_of("file:keys/a", &slug, pool), "site/keys/a",
       "a path is below the folder of its rule file");
    is(value_of("file:/etc/a", &slug, pool), "/etc/a",
       "unless it begins with a slash");
    is(value_of("file:/a\\n", &slug, pool), "/a",
       "the line break at its end is left out");
    is(value_of("file:/a\\n\\n", &slug, pool), "/a\n", "but not a second one");
    is(value_of("file:/{{ x }}", &slug, pool), "/{{ x }}",
       "what a file holds is no template");
    ok(!value_of("file:bytes", &slug, pool), "bytes that are no UTF-8");
    is(slug, "bad-value", "are told");
    ok(!value_of("file:nul", &slug, pool), "a NUL byte");
    is(slug, "bad-value", "is told");
}

/* ---- Lines that are not quoted ---- */

/* Each is wrong in some way; `hunter` stands in its secrets alone. */
static const char *const wrong[] = {
    "secrets: { a: *hunter }\n",
    "secrets:\n  a: [AB]hunter\n",
    "secrets:\n  a: @hunter\n",
    "secrets:\n  a: x\n  a: hunter\n",
    "secrets: { a: hunter, a: b }\n",
    "secrets:\n  a: >= hunter\n",
    "secrets:\n  a: hunter: b\n",
    "secrets:\n  a: \"hunter\n",
    "secrets:\n  a: {{ hunter }}\n",
    "secrets:\n  a: x\n\n  # why\n  b-c: hunter\n",
    "\"secrets\": { a-b: hunter }\n",
    "secret: { a: hunter }\n",
    "secrets: hunter\n",
    "secrets: { a: \"{{ 'hunter' + }}\" }\n",
    "profiles: { p: { kernle: k, secrets: { a: hunter } } }\n",
    "profiles:\n  p:\n    secrets: {\n a: hunter,\n a-b: hunter }\n",
    "hosts:\n  - name: h\n    secrets:\n      a: hunter\n      b-c: hunter\n",
    "rules: [ { local: true, secrets: { a: hunter } } ]\n",
    ("vars:\n  a: &x\n    z-z: hunter\nprofiles: { p: { kernel: k,\n"
     "  secrets: *x } }\n"),
};

static void test_quotes(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        help_t *help = help_make(pool);
        const char *said;

        help_load(help, wrong[i]);
        said = help_diags(help);
        if (!ok(*said && !strstr(said, "hunter"),
                apr_psprintf(pool, "case %d is told without its secret",
                             (int)i)))
            tap_say("said", said);
    }
}

static void test_open_lines(apr_pool_t *pool)
{
    help_t *help = help_make(pool);

    help_load(help, "secrets:\n  a: b\nvars: { seen-so: c }\n");
    ok(strstr(help_diags(help), "vars: { seen-so: c }") != NULL,
       "what stands after the secrets is quoted");
    help_load(help, "vars: { no_secret-s: c }\n");
    ok(strstr(help_diags(help), "vars: { no_secret-s: c }") != NULL,
       "a word that only holds the word is quoted");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_shown(pool);
    test_values(pool);
    test_files(pool);
    test_quotes(pool);
    test_open_lines(pool);
    return tap_end(pool);
}
