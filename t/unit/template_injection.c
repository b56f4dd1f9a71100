/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile values in every context: what each becomes, exactly. A value from
 * the network stands between brackets, or at the end of a line. */

#include "tap.h"
#include "template_help.h"

/* What a template that fails gives. */
#define ERROR "(" /* and the message */
#define BREAK "(a line break stands in this value"
#define MEANS                                                                  \
    "(a value from the network holds a character that has a meaning here"
#define JOINS                                                                  \
    "(a value from the network ends in a backslash, which may join lines"
#define AGAIN "(a value that |quote made a word of stands between quotes"
#define OPENS "(a value from the network would begin a section, or end one"
#define NO_XML "(a control character cannot stand in XML"

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    *value = *name->s == 'v' && !name->s[1]
                 ? *(const ipxe_value_t *)self->baton
                 : ipxe_value_undefined(name->s);
    (void)render;
    return APR_SUCCESS;
}

static const ipxe_language_t language = {NULL, 0, place_of_line};

/* A text with its NULs: what C's own literals cannot end. */
typedef struct bytes_t {
    const char *s;
    apr_size_t len;
} bytes_t;
#define B(literal) {literal, sizeof(literal) - 1}

static ipxe_value_t tainted(bytes_t bytes, apr_pool_t *pool)
{
    ipxe_value_t value = ipxe_value_text(bytes.s, IPXE_TAINTED, pool);
    ipxe_string_t *text = apr_palloc(pool, sizeof(*text));

    *text = *value.u.text;
    text->len = bytes.len;
    value.u.text = text;
    return value;
}

/* What the template gives for v, NULs as '@'; of a failure of escaping "(" and
 * its message, of others the whole line. */
static const char *say(const char *file, const char *template_, bytes_t v,
                       apr_pool_t *pool)
{
    ipxe_library_t *library = ipxe_library_make(&language, pool);
    ipxe_value_t value = tainted(v, pool);
    ipxe_object_t object = {get, no_names, &value};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *out = ipxe_text_make(64, pool);
    ipxe_render_t render = {&object, NULL, diags, 0, pool};
    const ipxe_template_t *self;
    const ipxe_diag_t *diag;
    apr_size_t at;
    int found;

    ipxe_library_add(library, file,
                     ipxe_source_make(file, template_, strlen(template_),
                                      pool));
    self = ipxe_library_get(&found, library, file, diags);
    if (self && ipxe_template_render(ipxe_sink_to_text(out, 0, pool), self,
                                     &render) == APR_SUCCESS) {
        for (at = 0; at < out->len; at++) {
            if (!out->data[at])
                out->data[at] = '@';
        }
        return out->data;
    }
    diag = ipxe_diags_first_error(diags);
    return diag->code == IPXE_DIAG_TEMPLATE_ESCAPE
               ? apr_pstrcat(pool, ERROR, diag->message, NULL)
               : ipxe_diag_line(diag, pool);
}

/* Where v stands in each context: the file's name says which. */
static const struct {
    const char *name, *file, *before, *v, *after;
} places[] = {
    {"an argument", "a.ipxe", "kernel u a=", "{{ v }}", " z"},
    {"a word", "a.ipxe", "kernel u ", "{{ v }}", " z"},
    {"a URL", "a.ipxe", "chain http://h/", "{{ v }}", "/z"},
    {"a text", "a.ipxe", "echo ", "{{ v }}", ""},
    {"a comment", "a.ipxe", "# ", "{{ v }}", ""},
    {"a line", "a.cfg", "x ", "{{ v }}", ""},
    {"a kickstart's line", "a.ks", "", "{{ v }}", ""},
    {"a preseed's line", "a.seed", "d-i a/b string ", "{{ v }}", ""},
    {"a shell", "a.sh", "x=", "{{ v }}", ""},
    {"a shell's word", "a.sh", "x=", "{{ v|quote }}", ""},
    {"a script's line", "a.ks", "%post\n", "{{ v|quote }}", ""},
    {"XML", "a.xml", "<a b='", "{{ v }}", "'/>"},
    {"YAML", "user-data", "a: ", "{{ v|tojson }}", ""},
};
#define PLACES (sizeof(places) / sizeof(places[0]))

typedef struct case_t {
    bytes_t v;
    const char *gives[PLACES];
} case_t;

static const case_t cases[] = {
    {B("plain-1.2:3/4@5+6=7,8"),
     {"plain-1.2:3/4@5+6=7,8", "plain-1.2:3/4@5+6=7,8",
      "plain-1.2%3A3%2F4%405%2B6%3D7%2C8", "plain-1.2:3/4@5+6=7,8",
      "plain-1.2:3/4@5+6=7,8", "plain-1.2:3/4@5+6=7,8",
      "plain-1.2:3/4@5+6=7,8", "plain-1.2:3/4@5+6=7,8",
      "plain-1.2:3/4@5+6=7,8", "plain-1.2:3/4@5+6=7,8",
      "plain-1.2:3/4@5+6=7,8", "plain-1.2:3/4@5+6=7,8",
      "\"plain-1.2:3/4@5+6=7,8\""}},
    {B("two words"),
     {"two_words", "two_words", "two%20words", "two words", "two words",
      "two words", "two words", "two words", MEANS, "'two words'",
      "'two words'", "two words", "\"two words\""}},
    {B("a\nb"),
     {"a_b", "a_b", "a%0Ab", "a_b", "a_b", BREAK, BREAK, BREAK, MEANS, BREAK,
      BREAK, "a\nb", "\"a\\nb\""}},
    {B("a\r\nb"),
     {"a__b", "a__b", "a%0D%0Ab", "a__b", "a__b", BREAK, BREAK, BREAK, MEANS,
      BREAK, BREAK, "a\r\nb", "\"a\\r\\nb\""}},
    {B("\n"),
     {"_", "_", "%0A", "_", "_", BREAK, BREAK, BREAK, MEANS, BREAK, BREAK,
      "\n", "\"\\n\""}},
    {B("${net0/mac}"),
     {"_{net0/mac}", "_{net0/mac}", "%24%7Bnet0%2Fmac%7D", "_{net0/mac}",
      "${net0/mac}", "${net0/mac}", "${net0/mac}", "${net0/mac}", MEANS,
      "'${net0/mac}'", "'${net0/mac}'", "${net0/mac}", "\"${net0/mac}\""}},
    {B("$"),
     {"_", "_", "%24", "_", "$", "$", "$", "$", MEANS, "'$'", "'$'", "$",
      "\"$\""}},
    {B("a\"b"),
     {"a_b", "a_b", "a%22b", "a\"b", "a\"b", "a\"b", "a\"b", "a\"b", MEANS,
      "'a\"b'", "'a\"b'", "a&quot;b", "\"a\\\"b\""}},
    {B("a'b"),
     {"a_b", "a_b", "a%27b", "a'b", "a'b", "a'b", "a'b", "a'b", MEANS,
      "'a'\"'\"'b'", "'a'\"'\"'b'", "a&#39;b", "\"a\\u0027b\""}},
    {B("'\"`"),
     {"__`", "__`", "%27%22%60", "'\"`", "'\"`", "'\"`", "'\"`", "'\"`", MEANS,
      "''\"'\"'\"`'", "''\"'\"'\"`'", "&#39;&quot;`", "\"\\u0027\\\"`\""}},
    {B("$(reboot)"),
     {"$(reboot)", "$(reboot)", "%24%28reboot%29", "$(reboot)", "$(reboot)",
      "$(reboot)", "$(reboot)", "$(reboot)", MEANS, "'$(reboot)'",
      "'$(reboot)'", "$(reboot)", "\"$(reboot)\""}},
    {B("a&b"),
     {"a&b", "a&b", "a%26b", "a&b", "a&b", "a&b", "a&b", "a&b", MEANS, "'a&b'",
      "'a&b'", "a&amp;b", "\"a\\u0026b\""}},
    {B("a && b"),
     {"a____b", "a____b", "a%20%26%26%20b", "a __ b", "a && b", "a && b",
      "a && b", "a && b", MEANS, "'a && b'", "'a && b'", "a &amp;&amp; b",
      "\"a \\u0026\\u0026 b\""}},
    {B("&&"),
     {"&&", "__", "%26%26", "__", "&&", "&&", "&&", "&&", MEANS, "'&&'",
      "'&&'", "&amp;&amp;", "\"\\u0026\\u0026\""}},
    {B("& b"),
     {"&_b", "&_b", "%26%20b", "& b", "& b", "& b", "& b", "& b", MEANS,
      "'& b'", "'& b'", "&amp; b", "\"\\u0026 b\""}},
    {B("a &"),
     {"a__", "a__", "a%20%26", "a _", "a &", "a &", "a &", "a &", MEANS,
      "'a &'", "'a &'", "a &amp;", "\"a \\u0026\""}},
    {B("a || b"),
     {"a____b", "a____b", "a%20%7C%7C%20b", "a __ b", "a || b", "a || b",
      "a || b", "a || b", MEANS, "'a || b'", "'a || b'", "a || b",
      "\"a || b\""}},
    {B("a ; b"),
     {"a___b", "a___b", "a%20%3B%20b", "a _ b", "a ; b", "a ; b", "a ; b",
      "a ; b", MEANS, "'a ; b'", "'a ; b'", "a ; b", "\"a ; b\""}},
    {B(";"),
     {";", "_", "%3B", "_", ";", ";", ";", ";", MEANS, "';'", "';'", ";",
      "\";\""}},
    {B("# b"),
     {"#_b", "__b", "%23%20b", "_ b", "# b", "# b", "# b", "# b", MEANS,
      "'# b'", "'# b'", "# b", "\"# b\""}},
    {B("a #b"),
     {"a_#b", "a_#b", "a%20%23b", "a _b", "a #b", "a #b", "a #b", "a #b",
      MEANS, "'a #b'", "'a #b'", "a #b", "\"a #b\""}},
    {B("\\"),
     {"_", "_", "%5C", "_", "_", JOINS, JOINS, JOINS, MEANS, "'\\'", "'\\'",
      "\\", "\"\\\\\""}},
    {B("a\\"),
     {"a_", "a_", "a%5C", "a_", "a_", JOINS, JOINS, JOINS, MEANS, "'a\\'",
      "'a\\'", "a\\", "\"a\\\\\""}},
    {B("\\a"),
     {"\\a", "\\a", "%5Ca", "\\a", "\\a", "\\a", "\\a", "\\a", MEANS, "'\\a'",
      "'\\a'", "\\a", "\"\\\\a\""}},
    {B("--x"),
     {"--x", "--x", "--x", "_-x", "--x", "--x", "--x", "--x", "--x", "--x",
      "--x", "--x", "\"--x\""}},
    {B("  --x"),
     {"__--x", "__--x", "%20%20--x", "  _-x", "  --x", "  --x", "  --x",
      "  --x", MEANS, "'  --x'", "'  --x'", "  --x", "\"  --x\""}},
    {B("-x"),
     {"-x", "-x", "-x", "_x", "-x", "-x", "-x", "-x", "-x", "-x", "-x", "-x",
      "\"-x\""}},
    {B("]]>"),
     {"]]>", "]]>", "%5D%5D%3E", "]]>", "]]>", "]]>", "]]>", "]]>", MEANS,
      "']]>'", "']]>'", "]]&gt;", "\"]]\\u003e\""}},
    {B("<b/>&amp;"),
     {"<b/>&amp;", "<b/>&amp;", "%3Cb%2F%3E%26amp%3B", "<b/>&amp;",
      "<b/>&amp;", "<b/>&amp;", "<b/>&amp;", "<b/>&amp;", MEANS, "'<b/>&amp;'",
      "'<b/>&amp;'", "&lt;b/&gt;&amp;amp;",
      "\"\\u003cb/\\u003e\\u0026amp;\""}},
    {B("%end"),
     {"%end", "%end", "%25end", "%end", "%end", "%end", OPENS, "%end", MEANS,
      "%end", OPENS, "%end", "\"%end\""}},
    {B("%include /e"),
     {"%include_/e", "%include_/e", "%25include%20%2Fe", "%include /e",
      "%include /e", "%include /e", OPENS, "%include /e", MEANS,
      "'%include /e'", "'%include /e'", "%include /e", "\"%include /e\""}},
    {B("  %end"),
     {"__%end", "__%end", "%20%20%25end", "  %end", "  %end", "  %end", OPENS,
      "  %end", MEANS, "'  %end'", "'  %end'", "  %end", "\"  %end\""}},
    {B("a\0b"),
     {"a_b", "a_b", "a", "a_b", "a_b", "ab", "ab", "ab", MEANS, "a", "a",
      NO_XML, "\"a\\u0000b\""}},
    {B("\x1b[2J"),
     {"_[2J", "_[2J", "%1B%5B2J", "_[2J", "_[2J", "[2J", "[2J", "[2J", MEANS,
      "'[2J'", "'[2J'", NO_XML, "\"\\u001b[2J\""}},
    {B("\x7f"),
     {"_", "_", "%7F", "_", "_", "", "", "", MEANS, "''", "''", NO_XML,
      "\"\\u007f\""}},
    {B("\xc3\xa9"),
     {"\xc3\xa9", "\xc3\xa9", "%C3%A9", "\xc3\xa9", "__", "\xc3\xa9",
      "\xc3\xa9", "\xc3\xa9", MEANS, "'\xc3\xa9'", "'\xc3\xa9'", "\xc3\xa9",
      "\"\\u00e9\""}},
    {B("\xe2\x80\xa8"),
     {"\xe2\x80\xa8", "\xe2\x80\xa8", "%E2%80%A8", "\xe2\x80\xa8", "___",
      "\xe2\x80\xa8", "\xe2\x80\xa8", "\xe2\x80\xa8", MEANS, "'\xe2\x80\xa8'",
      "'\xe2\x80\xa8'", "\xe2\x80\xa8", "\"\\u2028\""}},
    {B("- a: b"),
     {"-_a:_b", "-_a:_b", "-%20a%3A%20b", "_ a: b", "- a: b", "- a: b",
      "- a: b", "- a: b", MEANS, "'- a: b'", "'- a: b'", "- a: b",
      "\"- a: b\""}},
    {B("{a: [1]}"),
     {"{a:_[1]}", "{a:_[1]}", "%7Ba%3A%20%5B1%5D%7D", "{a: [1]}", "{a: [1]}",
      "{a: [1]}", "{a: [1]}", "{a: [1]}", MEANS, "'{a: [1]}'", "'{a: [1]}'",
      "{a: [1]}", "\"{a: [1]}\""}},
    {B("&a"),
     {"&a", "&a", "%26a", "&a", "&a", "&a", "&a", "&a", MEANS, "'&a'", "'&a'",
      "&amp;a", "\"\\u0026a\""}},
    {B("|"),
     {"|", "_", "%7C", "_", "|", "|", "|", "|", MEANS, "'|'", "'|'", "|",
      "\"|\""}},
    {B("a: b"),
     {"a:_b", "a:_b", "a%3A%20b", "a: b", "a: b", "a: b", "a: b", "a: b",
      MEANS, "'a: b'", "'a: b'", "a: b", "\"a: b\""}},
    {B("../.."),
     {"../..", "../..", "..%2F..", "../..", "../..", "../..", "../..", "../..",
      "../..", "../..", "../..", "../..", "\"../..\""}},
    {B("*?[a]"),
     {"*?[a]", "*?[a]", "%2A%3F%5Ba%5D", "*?[a]", "*?[a]", "*?[a]", "*?[a]",
      "*?[a]", MEANS, "'*?[a]'", "'*?[a]'", "*?[a]", "\"*?[a]\""}},
    {B("\t%post"),
     {"_%post", "_%post", "%09%25post", "_%post", "_%post", "\t%post", OPENS,
      "\t%post", MEANS, "'\t%post'", "'\t%post'", "\t%post", "\"\\t%post\""}},
};

static void test_case(const case_t *each, apr_pool_t *parent)
{
    apr_pool_t *pool;
    apr_size_t i;

    apr_pool_create(&pool, parent);
    for (i = 0; i < PLACES; i++) {
        const char *text = apr_pstrcat(pool, places[i].before, places[i].v,
                                       places[i].after, NULL);
        const char *want = each->gives[i];

        if (*want != *ERROR)
            want = apr_pstrcat(pool, places[i].before, want, places[i].after,
                               NULL);
        is(say(places[i].file, text, each->v, pool), want,
           apr_psprintf(pool, "'%s' in %s", ipxe_text_ascii(each->v.s, pool),
                        places[i].name));
    }
    apr_pool_destroy(pool);
}

/* A value that meets others: v is the part that the network chose. */
static const struct {
    const char *name, *file, *text, *v, *gives;
} meetings[] = {
    {"two halves of &&", "a.ipxe", "echo a {{ v }}{{ v }} b", "&",
     "echo a _& b"},
    {"a half beside the template's", "a.ipxe", "echo a &{{ v }} b", "&",
     "echo a &_ b"},
    {"a half before the template's", "a.ipxe", "kernel u {{ v }}| b", "|",
     "kernel u _| b"},
    {"a value ends before {", "a.ipxe", "kernel u a={{ v }}{x}", "$",
     "kernel u a=_{x}"},
    {"a value begins after $", "a.ipxe", "echo ${{ v }}", "{x}", "echo $_x}"},
    {"blanks that another value wrote", "a.ipxe",
     "echo {{ v[:1] }}{{ v[1:] }}", " --x", "echo  _-x"},
    {"a hyphen after a word", "a.ipxe", "echo a {{ 'b' ~ v }}", "--x",
     "echo a b--x"},
    {"a hyphen after the text's begin", "a.ipxe", "echo a {{ v }}", "-x",
     "echo a _x"},
    {"a comment goes on", "a.ipxe", "# {{ v }}\nboot", "x\\", "# x_\nboot"},
    {"a section's name", "a.ks", "%{{ v }}", "end", OPENS},
    {"a section's argument", "a.ks", "%post --log={{ v }}", "/l%end",
     "%post --log=/l%end"},
    {"a word that is no section", "a.ks", "x {{ v }}", "%end", "x %end"},
    {"quotes around |quote", "a.sh", "echo \"s {{ v|quote }}\"", "$(x)",
     AGAIN},
    {"single ones", "a.sh", "echo 's {{ v|quote }}'", "; x", AGAIN},
    {"a command's words in quotes", "a.sh", "echo \"$(p {{ v|quote }})\"",
     "$(x)", "echo \"$(p '$(x)')\""},
    {"quotes after a command in them", "a.sh", "echo \"$(p) {{ v|quote }}\"",
     "$(x)", AGAIN},
    {"a sum in quotes", "a.sh", "echo \"$((1)) {{ v|quote }}\"", "$(x)",
     AGAIN},
    {"backquotes", "a.sh", "echo `s {{ v|quote }}`", "'", AGAIN},
    {"quotes that were closed", "a.sh", "echo \"s\" {{ v|quote }}", "$(x)",
     "echo \"s\" '$(x)'"},
    {"an escaped quote", "a.sh", "echo \\\" {{ v|quote }}", "a b",
     "echo \\\" 'a b'"},
    {"an apostrophe of a comment", "a.sh", "x # don't {{ v|quote }}", "a b",
     "x # don't 'a b'"},
    {"quotes over two lines of one", "a.seed",
     "d-i preseed/late_command string x \"a \\\n {{ v|quote }}\"", "$(x)",
     AGAIN},
    {"quotes that came by a format", "a.sh",
     "echo {{ '\"%s\"'|format(v|quote) }}", "$(x)", AGAIN},
    {"no quotes hold in a batch file", "a.bat", "echo {{ v|quote }}", "a & b",
     MEANS},
    {"what needs none in one", "a.cmd", "echo {{ v|quote }}", "a-b", "echo a-b"},
    {"quotes around |tojson", "user-data", "a: [\"{{ v|tojson }}\"]", ", x, ",
     "(a value that |tojson quoted stands between quotes"},
    {"single ones of YAML", "user-data", "a: '{{ v|tojson }}'", "' x",
     "a: '\"\\u0027 x\"'"},
    {"another value of a JSON object", "a.json", "{\"a\": {{ v|tojson }}}",
     "\"", "{\"a\": \"\\\"\"}"},
    {"a CDATA section", "a.xml", "<![CDATA[{{ v }}]]>", "]]><b/>",
     "<![CDATA[]]&gt;&lt;b/&gt;]]>"},
    {"a reference cut in two", "a.xml", "{{ v[:1] }}{{ v[1:] }}", "&lt;",
     "&amp;lt;"},
    {"what |safe takes off", "a.ks", "{{ v|safe }}", "%end\nx",
     "%end\nx"},
};

static void test_meetings(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
        bytes_t v;

        v.s = meetings[i].v;
        v.len = strlen(v.s);
        is(say(meetings[i].file, meetings[i].text, v, pool),
           meetings[i].gives, meetings[i].name);
    }
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        test_case(&cases[i], pool);
    test_meetings(pool);
    return tap_end(pool);
}
