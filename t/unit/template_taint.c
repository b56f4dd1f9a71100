/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile values through everything that hands a value on, into every
 * context: what comes out never ends a line, a command, a section, an element
 * or a quoted word. A render may fail instead. */

#include "tap.h"
#include "template_help.h"

/* ---- what must hold ---- */

typedef int good_fn(const char *out);

static int has_control(const char *s)
{
    for (; *s; s++) {
        if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
            return 1;
    }
    return 0;
}

static int ends_in_backslash(const char *s)
{
    return *s && s[strlen(s) - 1] == '\\';
}

static int good_line(const char *out)
{
    return !has_control(out) && !ends_in_backslash(out);
}

/* The words of a command: none ends it, or begins a comment. */
static int good_words(const char *s)
{
    apr_size_t n;

    for (; *s; s += n) {
        s += strspn(s, " \t");
        n = strcspn(s, " \t");
        if (*s == '#' || (n == 2 && (strncmp(s, "&&", 2) == 0 ||
                                     strncmp(s, "||", 2) == 0)) ||
            (n == 1 && *s == ';'))
            return 0;
    }
    return 1;
}

static int good_text(const char *out)
{
    return good_line(out) && !strchr(out, '\t') && !strstr(out, "${") &&
           good_words(out) && out[strspn(out, " ")] != '-';
}

static int good_argument(const char *out)
{
    return good_line(out) && !strstr(out, "${") && !strpbrk(out, "\"'\t") &&
           good_words(out);
}

static int good_comment(const char *out)
{
    for (; *out; out++) {
        if (*out < 0x20 || *out > 0x7e || (*out == '\\' && !out[1]))
            return 0;
    }
    return 1;
}

static int good_url(const char *out)
{
    return out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789%-._~"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static int good_kickstart(const char *out)
{
    return good_line(out) && out[strspn(out, " \t")] != '%';
}

static int good_shell(const char *out)
{
    return out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789._:/@+=,-"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

/* One word: parts in single or double quotes, and harmless characters. */
static int good_word(const char *s)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ@%+=:,./-_";
    const char *end;

    for (; *s; s = end) {
        end = s + strspn(s, harmless);
        if (end > s)
            continue;
        if (*s != '\'' && *s != '"')
            return 0;
        end = strchr(s + 1, *s);
        if (!end || (*s == '"' && strcspn(s + 1, "$`\\") <
                                      (apr_size_t)(end - s - 1)))
            return 0;
        if (memchr(s, '\n', (apr_size_t)(end - s)))
            return 0;
        end++;
    }
    return 1;
}

static int good_xml(const char *s)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                        "&#39;"};
    int i, known;

    if (strpbrk(s, "<>\"'"))
        return 0;
    while ((s = strchr(s, '&'))) {
        for (known = i = 0; i < 5; i++)
            known |= strncmp(s, names[i], strlen(names[i])) == 0;
        if (!known)
            return 0;
        s++;
    }
    return 1;
}

/* One text of JSON. */
static int good_json(const char *s)
{
    if (has_control(s) || strchr(s, '\t') || *s++ != '"')
        return 0;
    for (; *s && *s != '"'; s++) {
        if (*s == '\\' && !*++s)
            return 0;
    }
    return s[0] == '"' && !s[1];
}

static const struct {
    const char *file, *before, *filter, *after;
    good_fn *good;
} places[] = {
    {"a.ipxe", "kernel u ", "", " z", good_argument},
    {"a.ipxe", "echo ", "", "", good_text},
    {"a.ipxe", "# ", "", "", good_comment},
    {"a.ipxe", "chain http://h/", "", "/z", good_url},
    {"a.cfg", "x ", "", "", good_line},
    {"a.ks", "", "", "\nx", good_kickstart},
    {"a.seed", "d-i a/b string ", "", "\nd-i", good_line},
    {"a.ks", "%post\n", "", "\n%end", good_shell},
    {"a.seed", "d-i preseed/run string ", "", "", good_shell},
    {"a.sh", "x=", "|quote", "", good_word},
    {"a.ks", "%post\nx=", "|quote", "\n%end", good_word},
    {"a.bat", "echo ", "", "", good_shell},
    {"a.xml", "<a b='", "", "'/>", good_xml},
    {"a.xml", "<a><![CDATA[", "", "]]></a>", good_xml},
    {"user-data", "a: ", "|tojson", "\nb: c", good_json},
};
#define PLACES (sizeof(places) / sizeof(places[0]))

/* ---- how a value goes there ---- */

static const struct {
    const char *before, *value, *after;
} ways[] = {
    {"", "v", ""},
    {"", "v ~ ''", ""},
    {"", "'' ~ v ~ ''", ""},
    {"", "v ~ v", ""},
    {"", "v + v", ""},
    {"", "v * 2", ""},
    {"", "'%s' % v", ""},
    {"", "'%s'|format(v)", ""},
    {"", "'%(k)s'|format(k=v)", ""},
    {"", "'{}'.format(v)", ""},
    {"", "'{k}'.format(k=v)", ""},
    {"", "[v]|join", ""},
    {"", "[v, v]|join('.')", ""},
    {"", "['a', 'b']|join(v)", ""},
    {"", "'.'.join([v, v])", ""},
    {"", "v.join(['a', 'b'])", ""},
    {"", "'q'|replace('q', v)", ""},
    {"", "v|replace('q', 'r')", ""},
    {"", "v|replace('b', v)", ""},
    {"", "'q'.replace('q', v)", ""},
    {"", "'q'|regex_replace('q', v)", ""},
    {"", "v|regex_replace('q', '')", ""},
    {"", "v|regex_replace('(.)', '\\\\1')", ""},
    {"", "v|regex_search('(?s).+')", ""},
    {"", "v|regex_search('(?s)(.+)', '\\\\1')|first", ""},
    {"", "v|upper", ""},
    {"", "v|lower", ""},
    {"", "v|title", ""},
    {"", "v|capitalize", ""},
    {"", "v|trim", ""},
    {"", "v|trim('a')", ""},
    {"", "v|center(1)", ""},
    {"", "v|indent(0)", ""},
    {"", "v|wordwrap(500)", ""},
    {"", "v|truncate(500)", ""},
    {"", "v|string", ""},
    {"", "v|reverse|reverse", ""},
    {"", "v|list|join", ""},
    {"", "v[0:]", ""},
    {"", "v[:1] ~ v[1:]", ""},
    {"", "v[::-1][::-1]", ""},
    {"", "v|b64encode|b64decode", ""},
    {"", "v|default('x')", ""},
    {"", "nowhere|default(v)", ""},
    {"", "v if v else 'x'", ""},
    {"", "v or 'x'", ""},
    {"", "[v]|first", ""},
    {"", "[v]|last", ""},
    {"", "[v]|max", ""},
    {"", "[v]|sort|join", ""},
    {"", "[v]|unique|join", ""},
    {"", "[v]|select|join", ""},
    {"", "[v]|map('string')|join", ""},
    {"", "[v]|map('default', 'x')|join", ""},
    {"", "[{'a': v}]|map(attribute='a')|join", ""},
    {"", "[{'a': v}]|groupby('a')|map('first')|join", ""},
    {"", "[v]|batch(1)|map('first')|join", ""},
    {"", "[]|batch(1, v)|list|join ~ v", ""},
    {"", "{'k': v}.k", ""},
    {"", "{v: 1}|first", ""},
    {"", "{'k': v}|dictsort|map('last')|join", ""},
    {"", "{}|combine({'k': v})|items|map('last')|join", ""},
    {"", "dict(k=v).values()|join", ""},
    {"", "{'k': v}.get('k')", ""},
    {"", "v.strip('q')", ""},
    {"", "v.split('b')|join('b')", ""},
    {"", "v.partition('q')|join", ""},
    {"", "v.splitlines(true)|join", ""},
    {"", "v.title()", ""},
    {"", "v.zfill(1)", ""},
    {"", "cycler(v).next()", ""},
    {"", "namespace(k=v).k", ""},
    {"{% set x = v %}", "x", ""},
    {"{% set x %}{{ v }}{% endset %}", "x", ""},
    {"{% set x %}{{ v }}{{ v }}{% endset %}", "x", ""},
    {"{% set x|trim %}{{ v }}{% endset %}", "x", ""},
    {"{% set a, b = [v, v] %}", "b", ""},
    {"{% set n = namespace() %}{% set n.x = v %}", "n.x", ""},
    {"{% macro m(a) %}{{ a }}{% endmacro %}", "m(v)", ""},
    {"{% macro m(a=v) %}{{ a }}{% endmacro %}", "m()", ""},
    {"{% macro m() %}{{ varargs|join }}{% endmacro %}", "m(v)", ""},
    {"{% for x in [v] %}", "x", "{% endfor %}"},
    {"{% for x in [v] %}", "loop.cycle(x)", "{% endfor %}"},
    {"{% for k, x in {'k': v}|items %}", "x", "{% endfor %}"},
    {"{% for x in [v] recursive %}", "x", "{% endfor %}"},
};

static const char *const values[] = {
    "a", "a b", "a\nb", "a\r\nb", "\n", "\na", "a\n", "${x}", "$", "{x}",
    "$${", "a\"b", "a'b", "\"", "'", "'\"", "`", "$(x)", "`x`", "a & b",
    "a && b", "&&", "&& b", "b &&", "&", " &", "& ", "a || b", "||", "|",
    " | ", "a ; b", ";", "; b", " ;", "#", "# b", " # b", "a #b", "\\",
    "a\\", "\\\\", "\\\n", "\\'", "\\\"", "--x", " --x", "  -x", "-", "]]>",
    "<b/>", "&amp;", "&lt", "%end", "%end b", " %end", "%include /b", "%%end",
    "\t%post", "\x1b[2J", "\x7f", "\x01", "\t", " ", "\xc3\xa9", "\xe2\x80\xa8",
    "- b", "a: b", "[a, b]", "{a: b}", "*a", "!b", "| b", "> b", "@b", "%b",
    "b\n%end\n%post\nb", "b'\nb", "b';b;'", "$'b'", "b\vb", "b\fb", "b\x80"};

/* ---- trying it ---- */

typedef struct try_t {
    ipxe_value_t value;
    int rendered, failed;
} try_t;

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const try_t *one = self->baton;

    (void)render;
    *value = strcmp(name->s, "v") == 0 ? one->value
                                       : ipxe_value_undefined(name->s);
    return APR_SUCCESS;
}

static const ipxe_language_t language = {NULL, 0, place_of_line};

/* What the value became, NULL where the render failed. */
static const char *rendered(try_t *one, const ipxe_template_t *self,
                            apr_size_t at, apr_pool_t *pool)
{
    ipxe_object_t object = {get, no_names, one};
    ipxe_text_t *out = ipxe_text_make(64, pool);
    ipxe_render_t render = {&object, NULL, ipxe_diags_make(pool), 0, pool};
    apr_size_t before = strlen(places[at].before);

    if (ipxe_template_render(ipxe_sink_to_text(out, 0, pool), self,
                             &render) != APR_SUCCESS)
        return NULL;
    return apr_pstrmemdup(pool, out->data + before,
                          out->len - before - strlen(places[at].after));
}

static void try_values(try_t *one, const ipxe_template_t *self,
                       apr_size_t at, apr_pool_t *parent)
{
    apr_pool_t *pool;
    const char *out;
    apr_size_t i;

    apr_pool_create(&pool, parent);
    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        one->value = ipxe_value_text(values[i], IPXE_TAINTED, pool);
        out = rendered(one, self, at, pool);
        one->rendered += out != NULL;
        if (out && !places[at].good(out)) {
            one->failed++;
            printf("# in %s after '%s': ", places[at].file,
                   ipxe_text_ascii(places[at].before, pool));
            printf("'%s' became '%s'\n", ipxe_text_ascii(values[i], pool),
                   ipxe_text_ascii(out, pool));
        }
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
}

static void test_way(apr_size_t way, apr_pool_t *parent)
{
    try_t one;
    apr_pool_t *pool;
    apr_size_t at;

    memset(&one, 0, sizeof(one));
    apr_pool_create(&pool, parent);
    for (at = 0; at < PLACES; at++) {
        ipxe_library_t *library = ipxe_library_make(&language, pool);
        ipxe_diags_t *diags = ipxe_diags_make(pool);
        const ipxe_template_t *self;
        const char *text = apr_pstrcat(
            pool, ways[way].before, places[at].before, "{{ (",
            ways[way].value, ")", places[at].filter, " }}",
            places[at].after, ways[way].after, NULL);
        int found;

        ipxe_library_add(library, places[at].file,
                         ipxe_source_make(places[at].file, text,
                                          strlen(text), pool));
        self = ipxe_library_get(&found, library, places[at].file, diags);
        if (self)
            try_values(&one, self, at, pool);
    }
    ok(!one.failed && one.rendered > 300,
       apr_psprintf(pool, "%s%s: %d renders", ways[way].before,
                    ways[way].value, one.rendered));
    apr_pool_destroy(pool);
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    apr_size_t i;

    for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        test_way(i, pool);
    return tap_end(pool);
}
