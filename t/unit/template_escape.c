/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping by context: what a value of the network, of the operator and a
 * secret become in each kind of file, and at each place of a script. */

#include "tap.h"
#include "template_help.h"

#define NET     IPXE_TAINTED
#define SERIAL  "S 1\"'${x}#;"

typedef struct world_t {
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

/* A place by the line's first word: all that these tests need. */
static ipxe_context_e place(const char *line)
{
    if (*line == '#')
        return IPXE_CONTEXT_COMMENT;
    if (strncmp(line, "echo", 4) == 0)
        return IPXE_CONTEXT_TEXT;
    if (strncmp(line, "chain ", 6) == 0)
        return IPXE_CONTEXT_URL;
    return IPXE_CONTEXT_ARGUMENT;
}

static const ipxe_language_t language = {NULL, 0, place};

static void set(world_t *world, const char *name, const char *text,
                unsigned flags)
{
    ipxe_map_set(world->vars, name,
                 ipxe_value_text(text, flags, world->pool));
}

/* The text of a file of this name rendered, or what is wrong. */
static const char *say(world_t *world, const char *name, const char *text)
{
    ipxe_library_t *library = ipxe_library_make(&language, world->pool);
    ipxe_text_t *out = ipxe_text_make(64, world->pool);
    const ipxe_template_t *self;
    ipxe_render_t render;
    int found;

    memset(&render, 0, sizeof(render));
    world->names.get = get;
    world->names.names = no_names;
    world->names.baton = world;
    world->diags = render.diags = ipxe_diags_make(world->pool);
    render.names = &world->names;
    render.pool = world->pool;
    ipxe_library_add(library, name,
                     ipxe_source_make(name, text, strlen(text),
                                      world->pool));
    self = ipxe_library_get(&found, library, name, world->diags);
    if (self && ipxe_template_render(ipxe_sink_to_text(out, 0, world->pool),
                                     self, &render) == APR_SUCCESS)
        return out->data;
    return ipxe_diags_first_error(world->diags)->message;
}

static const char *help(const world_t *world)
{
    return ipxe_diags_first_error(world->diags)->help;
}

#define SHELL_ERROR                                                           \
    "a value from the network holds a character that has a meaning here"
#define SECRET_ERROR                                                          \
    "a secret would stand in a script, where everybody can read it"

static void test_script(world_t *w)
{
    is(say(w, "a.ipxe", "kernel x s={{ net }} q={{ own }}\n"),
       "kernel x s=S_1___{x}#; q=a b\n", "an argument");
    is(say(w, "a.ipxe", "kernel {{ hash }}\n"), "kernel _x\n",
       "no value of the network begins a comment");
    is(say(w, "a.ipxe", "kernel a{{ hash }}\n"), "kernel a#x\n",
       "in the middle of a word it is none");
    is(say(w, "a.ipxe", "kernel {{ and }}\n"), "kernel a____b\n",
       "blanks, and what ends a command");
    is(say(w, "a.ipxe", "kernel a {{ only }} b\n"), "kernel a __ b\n",
       "a separator that is the whole value");
    is(say(w, "a.ipxe", "kernel {{ ownand }}\n"),
       "this value would end the command here",
       "of the operator it is an error");
    is(say(w, "a.ipxe", "kernel {{ a|d('x') }} || goto b\n"),
       "kernel x || goto b\n", "what the template itself says stays");
    is(say(w, "a.ipxe",
           "{% macro k(s) %}kernel {{ s }} || goto x{% endmacro %}"
           "{{ k(net) }}\n"),
       "kernel S_1___{x}#; || goto x\n", "also in a macro");
    is(say(w, "a.ipxe", "chain http://h/{{ net }}?x={{ own }}\n"),
       "chain http://h/S%201%22%27%24%7Bx%7D%23%3B?x=a%20b\n", "a URL");
    is(say(w, "a.ipxe", "chain {{ url }}boot\n"), "chain http://h/p/boot\n",
       "an operator's address is an address");
    is(say(w, "a.ipxe", "echo {{ net }} {{ dash }}\n"),
       "echo S 1\"'_{x}#; _-x __ __ _\n", "a text");
    is(say(w, "a.ipxe", "echo {{ minus }}\n"), "echo _1\n",
       "a text never begins with an option");
    is(say(w, "a.ipxe", "# by {{ net }} {{ uni }}\n"),
       "# by S 1\"'${x}#; __\\ _\n", "a comment");
    is(say(w, "a.ipxe", "echo a \\\n  {{ net }}\n"),
       "echo a \\\n  S 1\"'_{x}#;\n", "a continued line is one line");
    is(say(w, "a.ipxe", "{{ net|safe }}\n"), SERIAL "\n", "safe");
}

static void test_lines(world_t *w)
{
    is(say(w, "a.cfg", "x {{ net }} {{ own }}"), "x " SERIAL " a b",
       "a line takes what is on a line");
    is(say(w, "a.cfg", "x {{ lines }}"), "a line break stands in this value",
       "and no line's end");
    is(say(w, "a.cfg", "x {{ lines|replace('\\n', ' ') }}"), "x a b",
       "unless it was taken out");
    is(say(w, "a.cfg", "{% set x %}a\nb{% endset %}{{ x }}"), "a\nb",
       "or is the template's own");
}

static void test_shell(world_t *w)
{
    is(say(w, "a.sh", "x={{ plain }} {{ own }}"), "x=a-b_c.d:/@+=,1 a b",
       "harmless characters, and the operator's");
    is(say(w, "a.sh", "x={{ net }}"), SHELL_ERROR, "others are refused");
    is(help(w), "write it with |quote", "and the filter is named");
    is(say(w, "a.sh", "x={{ net|quote }}"),
       "x='S 1\"'\"'\"'${x}#;'", "quoted it stands");
    is(say(w, "a.sh", "echo 'it' \"is {{ net|quote }}\""),
       "a value that |quote made a word of stands between quotes",
       "but not between quotes");
    is(say(w, "a.sh", "echo \"it's\" \\\" {{ plain|quote }}"),
       "echo \"it's\" \\\" a-b_c.d:/@+=,1", "quotes that are closed");
    is(say(w, "a.sh", "x={{ '--s=' ~ (net|quote) }}"),
       "x=--s='S 1\"'\"'\"'${x}#;'", "and stays quoted when it is joined");
    is(say(w, "a.sh", "x={{ (net|quote)[1:] }}"), SHELL_ERROR,
       "but not when it is cut");
    is(say(w, "a.sh", "x={{ net|upper }}"), SHELL_ERROR,
       "taint goes through a filter");
    is(say(w, "a.sh", "x={{ 'a' ~ net ~ 'b' }}"), SHELL_ERROR,
       "and through a concatenation");
    is(say(w, "a.sh", "x={{ '%s' % net }} {{ [net]|join }}"), SHELL_ERROR,
       "and through a format");
    is(say(w, "a.ks", "x {{ net }}\n%post --log=/l\n{{ plain }}\n%end\n"
                      "y {{ net }}\n"),
       "x " SERIAL "\n%post --log=/l\na-b_c.d:/@+=,1\n%end\ny " SERIAL "\n",
       "a kickstart is lines outside of its scripts");
    is(say(w, "a.ks", "%pre\nx {{ net }}\n%end\n"), SHELL_ERROR,
       "and a shell inside");
    is(say(w, "a.seed", "d-i a/b string {{ net }}\n"),
       "d-i a/b string " SERIAL "\n", "a preseed is lines");
    is(say(w, "a.seed", "d-i preseed/late_command string a; \\\n {{ net }}"),
       SHELL_ERROR, "and its commands are a shell, over their lines");
}

static void test_data(world_t *w)
{
    is(say(w, "a.xml", "<a b=\"{{ net }}\">{{ own ~ '<' }}</a>"),
       "<a b=\"S 1&quot;&#39;${x}#;\">a b&lt;</a>", "XML");
    is(say(w, "a.xml", "{{ '<'|e }}{{ '<'|safe }}{% set x %}<b>{{ '<' }}"
                       "{% endset %}{{ x }}"),
       "&lt;<<b>&lt;", "escaped once");
    is(say(w, "user-data", "a: {{ net }}"), SHELL_ERROR,
       "YAML takes no network's value as it is");
    is(help(w), "write it with |tojson", "and the filter is named");
    is(say(w, "user-data", "a: {{ net|tojson }} {{ own }}"),
       "a: \"S 1\\\"\\u0027${x}#;\" a b", "by tojson it does");
}

static void test_secrets(world_t *w)
{
    is(say(w, "a.ks", "pw {{ secret }}"), "pw hunter2", "in an answer file");
    is(say(w, "a.ipxe", "kernel {{ secret }}"), SECRET_ERROR,
       "never in a script");
    ok(!strstr(ipxe_diag_text(ipxe_diags_first_error(w->diags), w->pool),
               "kernel"),
       "and its line is not quoted");
    is(say(w, "a.ipxe", "kernel {{ ['a' ~ secret|upper][0][1:3] }}"),
       SECRET_ERROR, "nor what was made of it");
}

static void test_names(void)
{
    is_int(ipxe_context_of("windows/autounattend.xml"), IPXE_CONTEXT_XML,
           "by its end");
    is_int(ipxe_context_of("ubuntu/user-data"), IPXE_CONTEXT_JSON,
           "by its whole name");
    is_int(ipxe_context_of("my-user-data"), IPXE_CONTEXT_LINE,
           "and by nothing less");
    ok(ipxe_context_crlf("windows/startnet.cmd") &&
           ipxe_context_crlf("autounattend.xml") &&
           !ipxe_context_crlf("a.xml") && !ipxe_context_crlf("b.ks"),
       "ends of lines by name");
}

static void test_alone(world_t *w)
{
    const char *out;
    ipxe_diags_t *diags = ipxe_diags_make(w->pool);
    ipxe_span_t span = ipxe_span(NULL, 0, 0);
    apr_status_t rv =
        ipxe_escape(&out, ipxe_value_text("a b/c", NET, w->pool),
                    IPXE_CONTEXT_URL, span, diags, w->pool);

    ok(rv == APR_SUCCESS, "a value alone");
    is(out, "a%20b%2Fc", "as one segment");
    rv = ipxe_escape(&out, ipxe_value_int(7), IPXE_CONTEXT_ARGUMENT, span,
                     diags, w->pool);
    ok(rv == APR_SUCCESS && strcmp(out, "7") == 0, "a number");
    rv = ipxe_escape(&out, ipxe_value_text("x", IPXE_SECRET, w->pool),
                     IPXE_CONTEXT_TEXT, span, diags, w->pool);
    ok(rv != APR_SUCCESS && diags->errors == 1, "a secret");
}

int main(void)
{
    world_t world;

    memset(&world, 0, sizeof(world));
    world.pool = tap_start();
    world.vars = ipxe_value_map(world.pool);
    set(&world, "net", SERIAL, NET);
    set(&world, "hash", "#x", NET);
    set(&world, "and", "a && b", NET);
    set(&world, "only", "&&", NET);
    set(&world, "dash", "--x && || #", NET);
    set(&world, "minus", "-1", NET);
    set(&world, "uni", "\xc3\xa9\\ \\", NET);
    set(&world, "plain", "a-b_c.d:/@+=,1", NET);
    set(&world, "own", "a b", 0);
    set(&world, "ownand", "a && b", 0);
    set(&world, "lines", "a\nb", 0);
    set(&world, "url", "http://h/p/", 0);
    set(&world, "secret", "hunter2", IPXE_SECRET);
    test_script(&world);
    test_lines(&world);
    test_shell(&world);
    test_data(&world);
    test_secrets(&world);
    test_names();
    test_alone(&world);
    return tap_end(world.pool);
}
