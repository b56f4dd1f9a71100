/* SPDX-License-Identifier: Apache-2.0 */
/* Variables by their layers, facts, and what templates see. */
#include "t/unit/rules_help.h"

static const char site[] =
    "vars:\n"
    "  all: site\n"
    "  two: site\n"
    "  zeros: 0012345\n"
    "  release: 9.10\n"
    "  real: 7.9\n"
    "  number: 42\n"
    "  truth: true\n"
    "  nothing: ~\n"
    "  list: [ a, '{{ number }}', 3 ]\n"
    "  map: { k: '{{ two }}' }\n"
    "  lazy: 'on {{ two }}'\n"
    "  serial_of: '{{ serial }}'\n"
    "installers:\n"
    "  base: { kernel: k, vars: { fam: base, all: base, top: base } }\n"
    "  family: { extends: base, vars: { fam: family } }\n"
    "profiles:\n"
    "  mother: { installer: family, vars: { pro: mother, all: mother } }\n"
    "  child:\n"
    "    extends: mother\n"
    "    title: 'Child on {{ platform }}'\n"
    "    tree: 'OS/{{ args.tree|default(\"x\") }}'\n"
    "    iso: a.iso\n"
    "    vars: { pro: child, two: profile }\n"
    "groups:\n"
    "  outer: { vars: { grp: outer, out: outer } }\n"
    "  inner: { vars: { grp: inner }, groups: outer }\n"
    "  last: { vars: { grp: last } }\n"
    "hosts:\n"
    "  - { name: h1, serial: H1, groups: [ inner ], "
    "vars: { two: host, hosted: yes } }\n"
    "  - { name: h2, serial: H2, groups: [ last, inner ] }\n"
    "  - { name: h3, serial: H3, groups: [ inner, last ] }\n"
    "rules:\n"
    "  - { name: one, when: { args.one: '*' }, "
    "set: { two: 'rule {{ two }}' } }\n"
    "  - { name: go, boot: child, set: { who: '{{ rule }}' } }\n";

static void say(help_t *help, const char *query, const char *text,
                const char *wanted)
{
    is(help_say(help, help_decide(help, query), text), wanted,
       apr_pstrcat(help->pool, text, "  ", query, NULL));
}

static void test_layers(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    say(help, "", "{{ fam }}", "family");
    say(help, "", "{{ top }}", "base");
    say(help, "", "{{ all }}", "mother");
    say(help, "", "{{ pro }}", "child");
    say(help, "", "{{ two }}", "profile");
    say(help, "serial=H1", "{{ two }}", "host");
    say(help, "serial=H1", "{{ grp }} {{ out }}", "inner outer");
    say(help, "serial=H2", "{{ grp }}", "inner");
    say(help, "serial=H3", "{{ grp }}", "last");
    say(help, "serial=H1&one=1", "{{ two }}", "rule host");
    say(help, "one=1", "{{ two }}", "rule site");
    say(help, "", "{{ lazy }}", "on profile");
    say(help, "serial=H1", "{{ lazy }}", "on host");
    say(help, "serial=H1", "{{ map.k }}", "host");
    say(help, "", "{{ who }}", "go");
    say(help, "", "{{ vars.two }}", "profile");
    say(help, "", "{{ vars.no }}", "error: 'vars.no' is not defined");
}

static void test_types(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    say(help, "", "{{ zeros }}", "0012345");
    say(help, "", "{{ release }}", "9.10");
    say(help, "", "{{ real + 1 }}", "8.9");
    say(help, "", "{{ number + 1 }}", "43");
    say(help, "", "{{ truth }}", "True");
    say(help, "", "{{ nothing is none }}", "True");
    say(help, "", "{{ list }}", "['a', 42, 3]");
}

static void test_names(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    say(help, "platform=efi", "{{ profile.title }}", "Child on efi");
    say(help, "", "{{ profile.tree }}", "http://boot.test/OS/x/");
    say(help, "tree=a%2F", "{{ profile.tree }}", "http://boot.test/OS/a/");
    say(help, "", "{{ profile.iso }}", "http://boot.test/a.iso");
    say(help, "", "{{ profile.base }}", "http://boot.test");
    say(help, "", "{{ profile.name }} {{ rule }}", "child go");
    say(help, "serial=H1", "{{ host.name }} {{ host.groups }}",
        "h1 ['inner', 'outer']");
    say(help, "serial=H1", "{{ host.vars.two }}", "host");
    say(help, "", "{{ host.name|default('none') }}", "none");
    say(help, "", "{{ host.groups }} {{ host.vars }}", "[] {}");
    say(help, "serial=%20S%20%201", "{{ serial }}|{{ raw.serial }}",
        "S 1| S  1");
    say(help, "mac=525400000001&mac0=525400000002", "{{ macs }}",
        "['52:54:00:00:00:01', '52:54:00:00:00:02']");
    say(help, "memsize=4096", "{{ memsize // 2 }}", "2048");
    say(help, "a=1", "{{ args.a }} {{ args.b|default('-') }}", "1 -");
    say(help, "serial=H1", "{{ facts_query }}", "serial=H1&ip=10.0.1.7");
    say(help, "", "{{ serial }}", "error: 'serial' is not defined");
    say(help, "", "{{ serial_of }}", "error: 'serial' is not defined");
}

/* The flags of an expression's value. */
static unsigned flags_of(help_t *help, const char *query, const char *text)
{
    const ipxe_source_t *source =
        ipxe_source_make("text", text, strlen(text), help->pool);
    const ipxe_template_t *compiled = ipxe_expression_compile(
        help->library, text, ipxe_span(source, 0, source->len), help->diags);
    ipxe_value_t value = ipxe_value_none();
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = ipxe_decision_names(help_decide(help, query), help->pool);
    render.diags = help->diags;
    render.pool = help->pool;
    ipxe_template_value(&value, compiled, &render);
    return value.flags;
}

static unsigned tree_flags(const char *tree, apr_pool_t *pool)
{
    help_t *help =
        help_rules(apr_pstrcat(pool, "profiles: { p: { kernel: k, tree: \"",
                               tree, "\" } }\nrules: [ { boot: p } ]\n", NULL),
                   pool);
    const ipxe_object_t *names =
        ipxe_decision_names(help_decide(help, "serial=a"), pool);
    ipxe_value_t profile, value;
    ipxe_name_t name = ipxe_name_of("profile", 7);
    ipxe_name_t of_tree = ipxe_name_of("tree", 4);
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = names;
    render.world = &help->world;
    render.diags = help->diags;
    render.pool = pool;
    names->get(&profile, names, &name, &render);
    profile.u.object->get(&value, profile.u.object, &of_tree, &render);
    return value.flags;
}

static void test_taint(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);

    ok(!(tree_flags("os/{{ serial }}", pool) & IPXE_TAINTED),
       "a tree's path is clean: it was encoded");
    ok(tree_flags("http://{{ serial }}/", pool) & IPXE_TAINTED,
       "a full URL keeps its taint");

    ok(flags_of(help, "serial=H1", "serial") & IPXE_TAINTED, "a fact");
    ok(flags_of(help, "serial=H1", "serial_of") & IPXE_TAINTED,
       "what is made from one");
    ok(flags_of(help, "serial=H1", "raw.serial") & IPXE_TAINTED, "as sent");
    ok(flags_of(help, "a=b", "args.a") & IPXE_TAINTED, "an argument");
    ok(flags_of(help, "mac=525400000001", "macs[0]") & IPXE_TAINTED,
       "each of the cards");
    ok(flags_of(help, "serial=H1", "two ~ serial") & IPXE_TAINTED,
       "text with one in it");
    ok(!(flags_of(help, "serial=H1", "two") & IPXE_TAINTED),
       "the operator's is not");
    ok(!(flags_of(help, "serial=H1", "host.name") & IPXE_TAINTED),
       "nor a host's name");
}

static void test_shown(apr_pool_t *pool)
{
    help_t *help = help_rules(site, pool);
    apr_array_header_t *vars =
        ipxe_decision_vars(help_decide(help, "serial=H1&one=1"), pool);
    ipxe_text_t *text = ipxe_text_make(256, pool);
    int i;

    for (i = 0; i < vars->nelts; i++) {
        const ipxe_var_shown_t *var = &APR_ARRAY_IDX(vars, i, ipxe_var_shown_t);

        if (strchr("tlg", *var->name) || strcmp(var->name, "all") == 0)
            ipxe_text_addf(text, "%s=%s from %s at %s\n", var->name, var->value,
                           var->layer, ipxe_span_name(var->span, pool));
    }
    is(text->data,
       "all=mother from profile child at a.yaml:19\n"
       "grp=inner from group inner at a.yaml:28\n"
       "lazy=on rule host from site at a.yaml:13\n"
       "list=['a', 42, 3] from site at a.yaml:11\n"
       "top=base from installer family at a.yaml:16\n"
       "truth=True from site at a.yaml:9\n"
       "two=rule host from rule 'one' at a.yaml:35\n",
       "where each variable comes from");
}

static void test_settings(apr_pool_t *pool)
{
    static const char *const settings[] = {"a", "httpd's", "b",
                                           "{{ a }} {{ c }}"};
    static const char text[] = "ipxe: 1\nvars: { a: file, c: 1 }\n"
                               "rules: [ { local: true } ]\n";
    apr_array_header_t *vars = apr_array_make(pool, 4, sizeof(const char *));
    apr_array_header_t *sources =
        apr_array_make(pool, 1, sizeof(const ipxe_source_t *));
    help_t *help = help_make(pool);
    ipxe_rules_input_t input = {.sources = sources,
                                .library = help->library,
                                .settings_vars = vars};
    int i;

    for (i = 0; i < 4; i++)
        APR_ARRAY_PUSH(vars, const char *) = settings[i];
    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("a.yaml", text, sizeof(text) - 1, pool);
    help->rules = ipxe_rules_load(&input, help->diags, pool);
    say(help, "", "{{ a }}", "httpd's");
    say(help, "", "{{ b }}", "httpd's 1");
    APR_ARRAY_IDX(vars, 0, const char *) = "a-b";
    help->rules = ipxe_rules_load(&input, help->diags, pool);
    ok(!help->rules && help->diags->errors == 1, "a bad name is refused");
}

static void test_circle(apr_pool_t *pool)
{
    help_t *help = help_rules("vars: { a: '{{ b }}' }\n"
                              "rules:\n"
                              "  - { local: true }\n"
                              "profiles:\n"
                              "  p: { kernel: k, vars: { b: x } }\n"
                              "groups: { g: { vars: { c: '{{ d }}' } } }\n"
                              "hosts: [ { name: h, serial: H, groups: g, "
                              "vars: { d: '{{ c }}' } } ]\n",
                              pool);

    say(help, "serial=H", "{{ c }}", "error: variable 'c' needs itself");
    say(help, "", "{{ a }}", "error: 'b' is not defined");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_layers(pool);
    test_types(pool);
    test_names(pool);
    test_taint(pool);
    test_shown(pool);
    test_settings(pool);
    test_circle(pool);
    return tap_end(pool);
}
