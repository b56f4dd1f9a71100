/* SPDX-License-Identifier: Apache-2.0 */
/* What is not Jinja2's own, and so is in no case of t/jinja: the filters of
 * Ansible's habit, regular expressions, the first line that changes
 * delimiters, and what errors say. */
#include "template/template.h"

#include "tap.h"

static const struct {
    const char *text, *want;
} cases[] = {
    {"{{ 'hello'|b64encode }} {{ 'aGVsbG8='|b64decode }}", "aGVsbG8= hello"},
    {"{{ 'a!'|b64decode }}", "'b64decode': this is not base64"},
    {"{{ 'yes'|bool }} {{ 'On'|bool }} {{ 1|bool }} {{ 'no'|bool }} "
     "{{ 'x'|bool }}",
     "True True True False False"},
    {"{{ {'a': 1, 'b': {'c': 1}}|combine({'b': {'d': 2}}) }}",
     "{'a': 1, 'b': {'d': 2}}"},
    {"{{ {'b': {'c': 1}}|combine({'b': {'d': 2}}, recursive=true) }}",
     "{'b': {'c': 1, 'd': 2}}"},
    {"{{ 'abc'|hash('sha256') }}",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"{{ 'abc'|hash('md5') }}", "900150983cd24fb0d6963f7d28e17f72"},
    {"{{ 'abc'|hash('crc') }}",
     "'hash': it knows md5, sha1, sha224, sha256, sha384 and sha512"},
    {"{{ '52:54:00:AB:cd:ef'|mac('hyphen') }} "
     "{{ '525400abcdef'|mac('colon') }} {{ '5254.00ab.cdef'|mac('raw') }} "
     "{{ '52-54-00-ab-cd-ef'|mac('dot') }}",
     "52-54-00-ab-cd-ef 52:54:00:ab:cd:ef 525400abcdef 5254.00ab.cdef"},
    {"{{ 'xyz'|mac }}", "'mac': this is not a MAC address"},
    {"{{ '10.0.1.7/24'|network }} {{ '10.0.1.7/24'|netmask }} "
     "{{ '10.0.1.7/255.255.252.0'|prefix }}",
     "10.0.1.0 255.255.255.0 22"},
    {"{{ '2001:db8::7/64'|network }}/{{ '2001:db8::7/64'|prefix }}",
     "2001:db8::/64"},
    {"{{ '10.0.1.7/33'|network }}",
     "'network': this wants an address with its prefix, as in 10.0.1.7/24"},
    {"{{ \"it's\"|quote }} {{ 'a-b'|quote }} {{ ''|quote }}",
     "'it'\"'\"'s' a-b ''"},
    {"{{ 'a1b22'|regex_replace('[0-9]+', '#') }} "
     "{{ 'Big Box'|regex_replace('(\\\\w+) (?P<l>\\\\w+)', "
     "'\\\\g<l>, \\\\1') }}",
     "a#b# Box, Big"},
    {"{{ 'abc'|regex_replace('x*', '-') }}", "-a-b-c-"},
    {"{{ 'ABC'|regex_search('b', ignorecase=true) }} "
     "{{ 'abc'|regex_search('x') }} "
     "{{ 'k=v'|regex_search('(.)=(.)', '\\\\2', '\\\\1') }}",
     "B None ['v', 'k']"},
    {"{{ 'a'|regex_search('(') }}",
     "bad regular expression: missing closing parenthesis (at its character "
     "2)"},
    {"{{ ('a' * 40)|regex_search('^(a+)+$$') }}{{ ('a' * 40 ~ '!')|"
     "regex_search('^(a+)+$') }}",
     "the regular expression takes too many steps"},
    {"{{ ('a' * 300)|regex_search('a') }}",
     "the text is too long to be searched by a regular expression"},
    {"{{ 'PowerEdge R640' is match('PowerEdge R[67]') }} "
     "{{ 'x R640' is match('R') }} {{ 'x R640' is search('r6', true) }}",
     "True False True"},
    {"{{ {'b': [1, 'x y', {'c': none}], 'a': 'yes', 'e': []}|to_yaml }}",
     "a: \"yes\"\nb:\n  - 1\n  - \"x y\"\n  -\n    c: null\ne: []\n"},
    {"{{ 'quiet' if false }}|{{ ['a' if false]|length }}", "|1"},
    {"#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n"
     "[[ 1 + 1 ]] {{ x }}\n",
     "2 {{ x }}\n"},
    {"#jinja2: trim_blocks: False\n{% if true %}\nx\n{% endif %}\n",
     "\nx\n\n"},
    {"#jinja2: nope: 1\nx", "unknown setting in the first line"},
    {"{{ range }}", "a function cannot be written: call it"},
    {"{{ 'a' ~ range }}", "a function cannot be written: call it"},
    {"{{ [1]|map('string') }}",
     "what this gives can only be walked, not written"},
    {"{% set x = [1]|map('string') %}{{ x|join }}{{ x|join }}",
     "what this filter gave was gone through already"},
    {"x=${#arr[@]}", "comment is never closed: {# begins one"},
    {"{{ 'a' in ['b'] }} {{ 1 if 2 in [2] else 0 }}", "False 1"}};

static const char *say(const char *text, ipxe_diags_t *diags,
                       apr_pool_t *pool)
{
    ipxe_library_t *library = ipxe_library_make(NULL, pool);
    ipxe_text_t *out = ipxe_text_make(64, pool);
    ipxe_source_t *source =
        ipxe_source_make("t", text, strlen(text), pool);
    const ipxe_template_t *self = ipxe_template_compile(
        library, text, ipxe_span(source, 0, strlen(text)), IPXE_CONTEXT_NONE,
        diags);
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.diags = diags;
    render.pool = pool;
    if (self && ipxe_template_render(ipxe_sink_to_text(out, 0, pool), self,
                                     &render) == APR_SUCCESS)
        return out->data;
    return ipxe_diags_first_error(diags)->message;
}

/* What is not meant for the template is told how to stand as it is. */
static void test_raw(const char *text, const char *place, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    const ipxe_diag_t *diag;

    say(text, diags, pool);
    diag = ipxe_diags_first_error(diags);
    ok(diag && diag->help && strstr(diag->help, "{% raw %}"),
       ipxe_text_ascii(text, pool));
    ok(diag && strncmp(ipxe_diag_line(diag, pool), place, strlen(place)) == 0,
       place);
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    unsigned i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(say(cases[i].text, ipxe_diags_make(pool), pool), cases[i].want,
           ipxe_text_ascii(cases[i].text, pool));
    test_raw("\n  n=${#arr[@]}\n", "t:2:6:", pool);
    test_raw("printf '{%s}' x", "t:1:12:", pool);
    test_raw("docker ps --format '{{.Names}}'", "t:1:23:", pool);
    test_raw("a\r\nb\r\n{{.Names}}\r\n", "t:3:3:", pool);
    return tap_end(pool);
}
