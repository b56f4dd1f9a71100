/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: rendering, values, names, calls, libraries, diagnostics. */
#include "template/template.h"

#include "tap.h"

typedef struct world_t {
    ipxe_library_t *library;
    ipxe_value_t vars;
    ipxe_object_t names;
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} world_t;

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const world_t *world = self->baton;

    (void)render;
    *value = ipxe_map_named(world->vars, name);
    return APR_SUCCESS;
}

static apr_array_header_t *names(const ipxe_object_t *self, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 2, sizeof(char *));

    (void)self;
    APR_ARRAY_PUSH(all, const char *) = "hostname";
    APR_ARRAY_PUSH(all, const char *) = "serial";
    return all;
}

static apr_status_t hello(ipxe_value_t *result, const ipxe_call_t *call,
                          const ipxe_function_t *self)
{
    *result = ipxe_value_text(
        apr_pstrcat(call->render->pool, self->baton,
                    call->count ? call->args[0].u.text->s : "?", NULL),
        0, call->render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {{"url", hello, "http://h/"}};
static const ipxe_language_t language = {functions, 1, NULL};

static ipxe_span_t piece(world_t *world, const char *text)
{
    return ipxe_span(ipxe_source_make("t.yaml", text, strlen(text),
                                      world->pool),
                     0, strlen(text));
}

static ipxe_render_t render_of(world_t *world)
{
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    world->names.get = get;
    world->names.names = names;
    world->names.baton = world;
    world->diags = ipxe_diags_make(world->pool);
    render.names = &world->names;
    render.diags = world->diags;
    render.pool = world->pool;
    return render;
}

static const char *finish(world_t *world, ipxe_text_t *out, apr_status_t rv)
{
    if (rv == APR_SUCCESS)
        return out->data;
    return ipxe_diag_line(ipxe_diags_first_error(world->diags), world->pool);
}

/* The template's output in a context, or its first diagnostic's line. */
static const char *say(world_t *world, const char *text,
                       ipxe_context_e context)
{
    ipxe_render_t render = render_of(world);
    ipxe_text_t *out = ipxe_text_make(64, world->pool);
    const ipxe_template_t *self = ipxe_template_compile(
        world->library, text, piece(world, text), context, world->diags);

    if (!self)
        return finish(world, out, APR_EGENERAL);
    return finish(world, out,
                  ipxe_template_render(
                      ipxe_sink_to_text(out, 0, world->pool), self,
                      &render));
}

static const char *file(world_t *world, const char *path)
{
    ipxe_render_t render = render_of(world);
    ipxe_text_t *out = ipxe_text_make(64, world->pool);
    int found;
    const ipxe_template_t *self =
        ipxe_library_get(&found, world->library, path, world->diags);

    if (!self)
        return world->diags->errors ? finish(world, out, APR_EGENERAL)
                                    : "not found";
    return finish(world, out,
                  ipxe_template_render(
                      ipxe_sink_to_text(out, 0, world->pool), self,
                      &render));
}

static void add(world_t *world, const char *path, const char *text)
{
    ipxe_library_add(world->library, path,
                     ipxe_source_make(path, text, strlen(text),
                                      world->pool));
}

static void set(world_t *world, const char *name, const char *text,
                unsigned flags)
{
    ipxe_map_set(world->vars, name,
                 ipxe_value_text(text, flags, world->pool));
}

static void test_output(world_t *world)
{
    is(say(world, "a {{ who }} b", IPXE_CONTEXT_NONE), "a you b", "a name");
    is(say(world, "{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 2 ** 8 }} {{ 1 / 4 }}",
           IPXE_CONTEXT_NONE),
       "7 3 256 0.25", "arithmetic");
    is(say(world, "{% for x in [1, 2] %}{{ loop.index }}:{{ x }} {% endfor %}",
           IPXE_CONTEXT_NONE),
       "1:1 2:2 ", "a loop");
    is(say(world, "{% raw %}${#a[@]} {{ x }}{% endraw %}", IPXE_CONTEXT_NONE),
       "${#a[@]} {{ x }}", "raw");
    is(say(world, "{{ url('x') }}", IPXE_CONTEXT_NONE), "http://h/x",
       "a function of the product");
    is(say(world, "{{ nope|default('d') }}{{ 'aB'|upper }}",
           IPXE_CONTEXT_NONE),
       "dAB", "filters");
}

static void test_errors(world_t *world)
{
    is(say(world, "a\n  {{ hostnam }}", IPXE_CONTEXT_NONE),
       "t.yaml:2:6: error: 'hostnam' is not defined [undefined-name]",
       "a name that is not there, with its place");
    is(world->diags->errors
           ? ipxe_diags_first_error(world->diags)->help
           : NULL,
       "did you mean 'hostname'?", "and what is near");
    is(say(world, "{{ 'a'|uper }}", IPXE_CONTEXT_NONE),
       "t.yaml:1:8: error: unknown filter 'uper' [unknown-filter]",
       "an unknown filter");
    is(say(world, "{{ f() }}", IPXE_CONTEXT_NONE),
       "t.yaml:1:4: error: there is no function 'f' [unknown-function]",
       "an unknown function");
    is(say(world, "{% if x %}", IPXE_CONTEXT_NONE),
       "t.yaml:1:4: error: 'if' is never closed by 'endif' "
       "[template-syntax]",
       "a tag that is not closed");
    is(say(world, "{{ 9223372036854775807 + 1 }}", IPXE_CONTEXT_NONE),
       "t.yaml:1:4: error: this number does not fit into 64 bits "
       "[template-overflow]",
       "overflow");
    is(say(world, "{% for i in range(99999) %}{% for j in range(99999) %}"
                  "{% endfor %}{% endfor %}",
           IPXE_CONTEXT_NONE),
       "t.yaml:1:55: error: this render takes more than 2000000 steps "
       "[template-limit]",
       "a render has a bound");
}

static void test_library(world_t *world)
{
    const char *const *path;
    apr_array_header_t *paths;

    add(world, "a.txt", "A{% include 'b.txt' %}C\n");
    add(world, "b.txt", "[{{ who }}{{ nowhere }}]");
    add(world, "c.txt", "{% include 'd.txt' %}");
    add(world, "e.txt", "{% from 'm.txt' import hi %}{{ hi(who) }}");
    add(world, "m.txt", "{% macro hi(x) %}hi {{ x }}{% endmacro %}");
    is(file(world, "a.txt"),
       "b.txt:1:14: error: 'nowhere' is not defined [undefined-name]",
       "an error in what is included");
    ok(ipxe_diags_first_error(world->diags)->notes &&
           strcmp(APR_ARRAY_IDX(ipxe_diags_first_error(world->diags)->notes,
                                0, ipxe_note_t)
                      .text,
                  "included from here") == 0,
       "has the chain as notes");
    is(file(world, "c.txt"),
       "c.txt:1:12: error: there is no template 'd.txt' [template-missing]",
       "what is included is looked for at load");
    is(file(world, "e.txt"), "hi you", "a macro of another file");
    is(file(world, "z.txt"), "not found", "no diagnostic for the caller's");
    paths = ipxe_library_paths(world->library, world->pool);
    path = (const char *const *)(void *)paths->elts;
    ok(paths->nelts == 5 && strcmp(path[0], "a.txt") == 0 &&
           strcmp(path[4], "m.txt") == 0,
       "paths are sorted");
}

static void test_value(world_t *world)
{
    const char *text = "{{ [1, who] }}", *mixed = "a {{ serial }} b";
    ipxe_render_t render = render_of(world);
    ipxe_value_t value;

    ok(ipxe_template_value(&value,
                           ipxe_template_compile(world->library, text,
                                                 piece(world, text),
                                                 IPXE_CONTEXT_NONE,
                                                 world->diags),
                           &render) == APR_SUCCESS &&
           value.kind == IPXE_KIND_LIST,
       "one expression keeps its kind");
    ok(ipxe_template_value(&value,
                           ipxe_template_compile(world->library, mixed,
                                                 piece(world, mixed),
                                                 IPXE_CONTEXT_NONE,
                                                 world->diags),
                           &render) == APR_SUCCESS &&
           value.kind == IPXE_KIND_TEXT && value.flags == IPXE_TAINTED &&
           value.u.text->mask &&
           memcmp(value.u.text->mask, "\0\0\1\1\1\0\0", 7) == 0,
       "text has its taint byte by byte");
    is(value.u.text->s, "a S 1 b", "and is not escaped");
}

static void each_name(void *baton, const char *parent, const char *name,
                      ipxe_span_t span)
{
    (void)span;
    ipxe_text_addf(baton, "%s%s%s ", parent, *parent ? "." : "", name);
}

static void each_call(void *baton, const char *function, const char *literal,
                      int argc, ipxe_span_t span)
{
    (void)span;
    ipxe_text_addf(baton, "%s(%s,%d) ", function, literal ? literal : "-",
                   argc);
}

static void test_names(world_t *world)
{
    static const char text[] =
        "{% set a = serial %}{{ a }}{{ facts.mac }}{{ facts['ip'] }}"
        "{{ facts[k] }}{% for i in disks %}{{ i }}{{ loop.index }}"
        "{% endfor %}{{ i }}{{ mac.replace(':', '') }}{{ url('x') }}"
        "{{ url(a, b) }}";
    ipxe_text_t *out = ipxe_text_make(64, world->pool);
    const ipxe_template_t *self =
        ipxe_template_compile(world->library, text, piece(world, text),
                              IPXE_CONTEXT_NONE, world->diags);

    ipxe_template_names(self, each_name, out);
    is(out->data, "serial facts.mac facts.ip facts.* k disks i mac b ",
       "the names that a template reads");
    ipxe_text_cut(out, 0);
    ipxe_template_calls(self, each_call, out);
    is(out->data, "url(x,1) url(-,2) ", "the functions that it calls");
}

int main(void)
{
    world_t world;

    memset(&world, 0, sizeof(world));
    world.pool = tap_start();
    world.library = ipxe_library_make(&language, world.pool);
    world.vars = ipxe_value_map(world.pool);
    set(&world, "who", "you", 0);
    set(&world, "serial", "S 1", IPXE_TAINTED);
    test_output(&world);
    test_errors(&world);
    test_library(&world);
    test_value(&world);
    test_names(&world);
    return tap_end(world.pool);
}
