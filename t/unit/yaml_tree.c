/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to a tree: kinds, spans, aliases, merge keys, limits, and what is said
 * of text that is no YAML. */
#include "base/limits.h"
#include "base/text.h"
#include "yaml/tree.h"

#include "files_help.h"
#include "tap.h"

static ipxe_diags_t *diags;
static const ipxe_source_t *source;

static ipxe_yaml_t *parse_n(const char *text, apr_size_t len,
                            apr_pool_t *pool)
{
    ipxe_yaml_t *root;

    diags = ipxe_diags_make(pool);
    source = ipxe_source_make("a.yaml", text, len, pool);
    ipxe_yaml_parse(&root, source, diags, pool);
    return root;
}

static ipxe_yaml_t *parse(const char *text, apr_pool_t *pool)
{
    return parse_n(text, strlen(text), pool);
}

static const char *said(apr_pool_t *pool)
{
    return all_said(diags, pool);
}

static const char *quoted(const ipxe_yaml_t *node, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, source->text + node->span.begin,
                          node->span.end - node->span.begin);
}

static void test_kinds(apr_pool_t *pool)
{
    const ipxe_yaml_t *root =
        parse("serial: 0012345\nmac: 525400123456\nnone: ~\nempty:\n"
              "quoted: \"null\"\nlist: [a, 'b']\nblock: |\n  x\n  y\n",
              pool);

    is(said(pool), "", "well-formed text has no diagnostics");
    is_int(root->kind, IPXE_YAML_MAPPING, "a mapping is one");
    is_int(root->count, 7, "it has its pairs");
    is(ipxe_yaml_get(root, "serial")->text, "0012345", "zeros are kept");
    is(ipxe_yaml_get(root, "mac")->text, "525400123456", "a MAC is text");
    ok(ipxe_yaml_is_null(ipxe_yaml_get(root, "none")), "~ is null");
    ok(ipxe_yaml_is_null(ipxe_yaml_get(root, "empty")), "nothing is null");
    ok(!ipxe_yaml_is_null(ipxe_yaml_get(root, "quoted")),
       "null in quotes is text");
    is_int(ipxe_yaml_get(root, "list")->count, 2, "a list has its items");
    ok(ipxe_yaml_get(root, "list")->items[0]->plain, "an item is plain");
    ok(!ipxe_yaml_get(root, "list")->items[1]->plain, "another is quoted");
    is(ipxe_yaml_get(root, "block")->text, "x\ny\n", "a block is text");
    ok(ipxe_yaml_get(root, "missing") == NULL, "a key that is not there");
    is(root->pairs[6].key->text, "block", "pairs keep their order");
    ok(ipxe_yaml_is_null(parse("# nothing\n", pool)), "no text is null");
}

static void test_core_schema(apr_pool_t *pool)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"true", "true or false"}, {"FALSE", "true or false"},
        {"yes", "text"},           {"on", "text"},
        {"tRue", "text"},          {"12", "a number"},
        {"-7", "a number"},        {"0x1F", "a number"},
        {"0o17", "a number"},      {"0o8", "text"},
        {"0x", "text"},            {"+", "text"},
        {"1.5", "a number"},       {"2e3", "a number"},
        {".", "text"},             {".inf", "text"},
        {"1.2.3", "text"},         {"12a", "text"},
        {"52:54:00:12:34:56", "text"},
        {"99999999999999999999", "a number"},
    };
    apr_size_t i;
    apr_int64_t n = 0;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(ipxe_yaml_what(ipxe_yaml_get(
               parse(apr_pstrcat(pool, "k: ", cases[i].text, "\n", NULL),
                     pool),
               "k")),
           cases[i].what, apr_pstrcat(pool, cases[i].text, " is ",
                                      cases[i].what, NULL));
    ok(ipxe_yaml_int(&n, ipxe_yaml_get(parse("k: 0x81", pool), "k")),
       "hexadecimal is read");
    is_int(n, 0x81, "hexadecimal is right");
    ok(!ipxe_yaml_int(&n, ipxe_yaml_get(parse("k: '12'", pool), "k")),
       "a number in quotes is text");
    ok(!ipxe_yaml_int(&n, ipxe_yaml_get(parse("k: 99999999999999999999",
                                              pool), "k")),
       "past 64 bits is no integer");
}

static void test_spans(apr_pool_t *pool)
{
    const ipxe_yaml_t *root = parse(
        "\xc3\xa9\xc3\xa9: { x: \"\xe2\x82\xac\", y: z }\n"
        "list:\n  - \xf0\x9f\x98\x80 one\n  - two # three\n\n# end\n"
        "last: \xc3\xbc\n", pool);

    is(quoted(root->pairs[0].key, pool), "\xc3\xa9\xc3\xa9",
       "a span counts bytes");
    is(quoted(root->pairs[0].value, pool), "{ x: \"\xe2\x82\xac\", y: z }",
       "a flow mapping has its braces");
    is(quoted(ipxe_yaml_get(root->pairs[0].value, "x"), pool),
       "\"\xe2\x82\xac\"", "a quoted text has its quotes");
    is(quoted(ipxe_yaml_get(root, "list"), pool),
       "- \xf0\x9f\x98\x80 one\n  - two",
       "a block ends at its last item, before comments");
    is(quoted(ipxe_yaml_get(root, "last"), pool), "\xc3\xbc",
       "after many characters it is still right");
}

static void test_forms(apr_pool_t *pool)
{
    const ipxe_yaml_t *root =
        parse("macs: [ 52:54:00:12:34:56, 52:54:00:12:34:57 ]\r\n"
              "when: { ip: fd00::1/64, net: 10.0.1.0/24, v: < 2 }\r\n"
              "url: http://10.0.0.1/x?a=b#c\r\nlast: one two\r\n", pool);
    const ipxe_yaml_t *when = ipxe_yaml_get(root, "when");

    is(said(pool), "", "what operators write without quotes is YAML");
    is(ipxe_yaml_get(root, "macs")->items[1]->text, "52:54:00:12:34:57",
       "a MAC in a list");
    is(ipxe_yaml_get(when, "ip")->text, "fd00::1/64", "a network of IPv6");
    is(ipxe_yaml_get(when, "v")->text, "< 2", "below a number");
    is(ipxe_yaml_get(root, "url")->text, "http://10.0.0.1/x?a=b#c",
       "a URL");
    is(quoted(ipxe_yaml_get(root, "last"), pool), "one two",
       "lines may end in CR and LF");
}

static void test_long_spans(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    const ipxe_yaml_t *root;
    int i, good = 1;

    for (i = 0; i < 1000; i++)
        ipxe_text_addf(text, "- \xe2\x82\xac%d\n", i);
    root = parse(text->data, pool);
    for (i = 0; i < 1000; i++)
        good &= strcmp(quoted(root->items[i], pool),
                       apr_psprintf(pool, "\xe2\x82\xac%d", i)) == 0;
    ok(good, "every span of a long text is right");
}

static void test_aliases(apr_pool_t *pool)
{
    const ipxe_yaml_t *root = parse(
        "a: &a { x: 1, y: 2 }\nb: &b { y: 3, z: 4 }\n"
        "c: { <<: *a, y: 9 }\nd: { <<: [*b, *a], w: 0 }\ne: *a\n"
        "f: { '<<': text }\n", pool);
    const ipxe_yaml_t *c = ipxe_yaml_get(root, "c");
    const ipxe_yaml_t *d = ipxe_yaml_get(root, "d");

    is(said(pool), "", "aliases and merge keys work");
    ok(ipxe_yaml_get(root, "e") == ipxe_yaml_get(root, "a"),
       "an alias is the anchor's node");
    is(ipxe_yaml_get(c, "x")->text, "1", "a merged key is there");
    is(ipxe_yaml_get(c, "y")->text, "9", "its own key wins");
    is_int(c->count, 2, "none stands twice");
    is(c->pairs[0].key->text, "y", "its own keys come first");
    is(ipxe_yaml_get(d, "y")->text, "3", "the first of a list wins");
    is(ipxe_yaml_get(d, "x")->text, "1", "the others add");
    ok(ipxe_yaml_get(ipxe_yaml_get(root, "f"), "<<") != NULL,
       "a quoted << is a key like any other");
    parse("a: &a [*a]\n", pool);
    is(ipxe_diag_line(ipxe_diags_first_error(diags), pool),
       "a.yaml:1:8: error: alias '*a' within its own anchor [yaml-syntax]",
       "a circle is refused");
    parse("a: &a x\nb: { <<: *a }\n", pool);
    ok(strstr(said(pool), "'<<' must be a mapping or a list of mappings, "
                          "not text [wrong-type]"),
       "only mappings can be merged");
}

static void test_duplicates(apr_pool_t *pool)
{
    const ipxe_yaml_t *root = parse("a: 1\nb: 2\na: 3\nb: 4\n", pool);

    is(said(pool),
       "a.yaml:3:1: error: key 'a' stands twice [duplicate-key]\n"
       "    3 | a: 3\n      | ^\nhelp: keep one of them\n"
       "a.yaml:1:1: note: first here\n    1 | a: 1\n      | ^\n"
       "a.yaml:4:1: error: key 'b' stands twice [duplicate-key]\n"
       "    4 | b: 4\n      | ^\nhelp: keep one of them\n"
       "a.yaml:2:1: note: first here\n    2 | b: 2\n      | ^\n",
       "every duplicate key is shown with both places");
    is(ipxe_yaml_get(root, "a")->text, "1", "the first stands");
}

static void test_many_keys(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    int i;

    for (i = 0; i < 50000; i++)
        ipxe_text_addf(text, "k%d: v\n", i);
    ipxe_text_add(text, "k17: w\n");
    parse(text->data, pool);
    is_int(diags->errors, 1, "a duplicate is found among 50,000 keys");
}

/* A value as it stands after `k: `, where it is quoted (a column), and the
 * quoted form in the help. */
static void test_quotes(apr_pool_t *pool)
{
    static const struct {
        const char *text, *line, *help;
    } cases[] = {
        {"k: *\n", "1:4: error: YAML takes '*' for an alias", "\"*\""},
        {"k: *-web\n",
         "1:4: error: YAML takes '*' for an alias, and no anchor '&-web' "
         "stands before it", "\"*-web\""},
        {"k: *.foo # all\n", "1:4: error: YAML takes '*' for an alias",
         "\"*.foo\""},
        {"k: >= 4\n",
         "1:4: error: YAML takes '>' for the start of a folded text",
         "\">= 4\""},
        {"k: [AB]*\n",
         "1:4: error: YAML takes '[' for a list, and text stands after it",
         "\"[AB]*\""},
        {"k: [AB] b\n",
         "1:4: error: YAML takes '[' for a list, and text stands after it",
         "\"[AB] b\""},
        {"k: {{ x }}\n", "1:4: error: YAML takes '{' for a mapping",
         "\"{{ x }}\""},
        {"k: {{ x }}/y\n", "1:4: error: YAML takes '{' for a mapping",
         "\"{{ x }}/y\""},
        {"k: {{ a }}{{ b }}\n", "1:4: error: YAML takes '{' for a mapping",
         "\"{{ a }}{{ b }}\""},
        {"k: {{ \"a\" ~ b }}\n", "1:4: error: YAML takes '{' for a mapping",
         "'{{ \"a\" ~ b }}'"},
        {"k: {{ x['a'] }}\n", "1:4: error: YAML takes '{' for a mapping",
         "\"{{ x['a'] }}\""},
        {"k: {% if x %}a\n", "1:4: error: YAML takes '{' for a mapping",
         "\"{% if x %}a\""},
        {"- a\n- {{ x }}\n", "2:3: error: YAML takes '{' for a mapping",
         "\"{{ x }}\""},
        {"k: [ a, {{ x }}/y, b ]\n",
         "1:9: error: YAML takes '{' for a mapping", "\"{{ x }}/y\""},
        {"k: [ a, {{ x }}, b ]\n",
         "1:9: error: YAML takes '{' for a mapping", "\"{{ x }}\""},
        {"k: [ a{{ x }}, b ]\n",
         "1:6: error: YAML takes '{' for a mapping", "\"a{{ x }}\""},
        {"k: [ *, b ]\n", "1:6: error: YAML takes '*' for an alias",
         "\"*\""},
        {"k: { p: *-web }\n",
         "1:9: error: YAML takes '*' for an alias, and no anchor '&-web' "
         "stands before it", "\"*-web\""},
        {"k: { p: >= 4, q: 1 }\n",
         "1:9: error: YAML takes '>' for the start of a folded text",
         "\">= 4\""},
        {"k: @x\n",
         "1:4: error: YAML keeps '@' for itself at the start of a value",
         "\"@x\""},
        {"k: %x\n",
         "1:4: error: YAML keeps '%' for itself at the start of a value",
         "\"%x\""},
        {"k: `x`\n",
         "1:4: error: YAML keeps '`' for itself at the start of a value",
         "\"`x`\""},
        {"k: a: b\n", "1:4: error: YAML takes ': ' for a mapping",
         "\"a: b\""},
        {"k: !x\n", "1:4: error: YAML takes '!' for a tag", "\"!x\""},
        {"k: !x y\n", "1:4: error: YAML takes '!' for a tag", "\"!x y\""},
        {"k: & b\n", "1:4: error: YAML takes '&' for an anchor",
         "\"& b\""},
        {"k: | x\n",
         "1:4: error: YAML takes '|' for the start of a text of several "
         "lines", "\"| x\""},
        {"k: \"a\" b\n",
         "1:4: error: text stands after a value in quotes", "'\"a\" b'"},
        {"k: - a\n", "1:4: error: YAML takes '-' for an item of a list",
         "\"- a\""},
        {"k: , a\n", "1:4: error: YAML takes ',' for the end of an item",
         "\", a\""},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ipxe_diag_t *diag;

        parse(cases[i].text, pool);
        diag = ipxe_diags_first_error(diags);
        is(diag ? ipxe_diag_line(diag, pool) : NULL,
           apr_pstrcat(pool, "a.yaml:", cases[i].line, " [yaml-quote]",
                       NULL),
           apr_psprintf(pool, "%.*s is to be quoted",
                        (int)strcspn(cases[i].text, "\n"), cases[i].text));
        is(diag ? diag->help : NULL,
           apr_pstrcat(pool, "put it in quotes: ", cases[i].help, NULL),
           "... and so");
        is_int(diags->all->nelts, 1, "... and no more is said");
    }
}

static void test_syntax(apr_pool_t *pool)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"a:\n\tb: 1\n", "2:1: error: a tab where YAML wants blanks"},
        {"a:\n  b: 1\n\tc: 2\n",
         "3:1: error: a tab where YAML wants blanks"},
        {"k: 'a\nb: c\n", "1:4: error: a quote is never closed"},
        {"k: [a, b\nj: c\n",
         "2:2: error: did not find expected ',' or ']'"},
        {"a: 1\nb\nc: 2\n", "2:1: error: a line that is no 'key: value'"},
        {"a: 1\n  b: 2\n",
         "2:4: error: a second ':' in one value, or a key that is indented "
         "deeper than its neighbours"},
        {"a:\n  - b\n c: d\n",
         "3:2: error: no key where one must stand"},
        {"a: 1\n---\nb: 2\n", "2:1: error: a second document in one file"},
        {"k: \"a\\qb\"\n", "1:6: error: found unknown escape character"},
        {"k: \"a\\0b\"\n", "1:4: error: a value with a NUL byte"},
        {"k: a\xff\n", "1:5: error: byte 0xFF is not UTF-8"},
        {"k: a\x01z\n", "1:5: error: a control character (U+0001)"},
        {"\xc3\xa9: a\xc2\x80z\n",
         "1:5: error: a control character (U+0080)"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ipxe_diag_t *diag;

        parse(cases[i].text, pool);
        diag = ipxe_diags_first_error(diags);
        is(diag ? ipxe_diag_line(diag, pool) : NULL,
           apr_pstrcat(pool, "a.yaml:", cases[i].line, " [yaml-syntax]",
                       NULL), cases[i].line + 5);
        is_int(diags->errors, 1, "... once");
    }
}

static const char *repeat(const char *what, int n, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(strlen(what) * (apr_size_t)n, pool);

    while (n-- > 0)
        ipxe_text_add(text, what);
    return text->data;
}

static void limit(const char *text, const char *line, const char *name,
                  apr_pool_t *pool)
{
    const ipxe_diag_t *diag;

    parse(text, pool);
    diag = ipxe_diags_first_error(diags);
    is(diag ? ipxe_diag_line(diag, pool) : NULL, line, name);
}

static void test_limits(apr_pool_t *pool)
{
    ipxe_text_t *bomb = ipxe_text_make(1024, pool);
    ipxe_text_t *anchors = ipxe_text_make(1024, pool);
    int i;

    limit(repeat("[", 1000000, pool),
          "a.yaml:1:33: error: nested too deep: more than 32 [yaml-limit]",
          "a million brackets end soon", pool);
    limit(repeat("- ", 1000, pool),
          "a.yaml:1:65: error: nested too deep: more than 32 [yaml-limit]",
          "blocks are counted too", pool);
    parse(apr_pstrcat(pool, repeat("[", 32, pool), repeat("]", 32, pool),
                      NULL), pool);
    is_int(diags->errors, 0, "32 deep is not too deep");
    ipxe_text_add(bomb, "a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (i = 1; i < 9; i++)
        ipxe_text_addf(bomb, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n",
                       'a' + i, 'a' + i, 'a' + i - 1, 'a' + i - 1,
                       'a' + i - 1, 'a' + i - 1, 'a' + i - 1, 'a' + i - 1,
                       'a' + i - 1, 'a' + i - 1);
    parse(bomb->data, pool);
    ok(strstr(said(pool), "too many nodes by aliases: more than 100000"),
       "a bomb of aliases is refused");
    for (i = 0; i < 10001; i++)
        ipxe_text_addf(anchors, "- &a%d x\n", i);
    parse(anchors->data, pool);
    ok(strstr(said(pool), "too many anchors: more than 10000"),
       "anchors are counted");
    parse(apr_pstrcat(pool, "k: ", repeat("x", 65537, pool), "\n", NULL),
          pool);
    ok(strstr(said(pool), "bytes in one value: more than 65536"),
       "a long value is refused");
    parse(apr_pstrcat(pool, "k: ", repeat("x", 65536, pool), "\n", NULL),
          pool);
    is_int(diags->errors, 0, "64 KiB are not too long");
}

/* ---- Lists that are handed out ---- */

typedef struct items_t {
    ipxe_text_t *seen;
} items_t;

static void take_item(void *baton, const ipxe_yaml_t *item,
                      apr_pool_t *scratch)
{
    const items_t *items = baton;
    const ipxe_yaml_t *name = ipxe_yaml_get(item, "name");
    const ipxe_yaml_t *rack = ipxe_yaml_get(item, "rack");

    (void)scratch;
    ipxe_text_addf(items->seen, "%s%s%s ", name ? name->text : item->text,
                   rack ? "=" : "", rack ? rack->text : "");
}

static ipxe_yaml_t *parse_long(const char *text, const char **seen,
                               apr_pool_t *pool)
{
    items_t items = {ipxe_text_make(64, pool)};
    ipxe_yaml_long_t list = {"hosts", take_item, &items};
    ipxe_yaml_t *root;

    diags = ipxe_diags_make(pool);
    source = ipxe_source_make("a.yaml", text, strlen(text), pool);
    ipxe_yaml_parse_long(&root, source, &list, diags, pool);
    *seen = items.seen->data;
    return root;
}

static void test_long(apr_pool_t *pool)
{
    const ipxe_yaml_t *root, *list;
    const char *seen;

    root = parse_long("a: &a { rack: r1 }\nhosts:\n  - { <<: *a, name: x }\n"
                      "  - &b { name: y, rack: &r r2 }\n  - *b\n"
                      "  - { name: z, rack: *r }\n  - w\nc: *b\nd: *r\n",
                      &seen, pool);
    is(said(pool), "", "a long list has no diagnostics");
    is(seen, "x=r1 y=r2 y=r2 z=r2 w ", "its items are handed out in order");
    list = ipxe_yaml_get(root, "hosts");
    ok(list && list->kind == IPXE_YAML_SEQUENCE && list->count == 0,
       "the list itself is empty");
    is(ipxe_yaml_get(ipxe_yaml_get(root, "c"), "rack")->text, "r2",
       "an anchor in an item outlives it");
    is(ipxe_yaml_get(root, "d")->text, "r2", "a scalar's too");
    root = parse_long("hosts: &h [ { name: x } ]\ng: { hosts: [ a ] }\n", &seen,
                      pool);
    is(seen, "", "a list with an anchor is not handed out");
    is_int(ipxe_yaml_get(root, "hosts")->count, 1, "but whole");
    is_int(ipxe_yaml_get(ipxe_yaml_get(root, "g"), "hosts")->count, 1,
           "nor is one that stands deeper");
    root = parse_long("hosts:\n  - { name: x }\n  - { name: y\n", &seen, pool);
    ok(!root, "an error within the list ends the text");
    is(seen, "x ", "after what was well-formed");
}

static void test_copy(apr_pool_t *pool)
{
    const ipxe_yaml_t *copy;
    apr_pool_t *other;

    apr_pool_create(&other, pool);
    copy = ipxe_yaml_copy(parse("{ a: [ x, { b: y } ], c: ~ }", other), pool);
    apr_pool_destroy(other);
    is(ipxe_yaml_get(ipxe_yaml_get(copy, "a")->items[1], "b")->text, "y",
       "a copy has all that stands below");
    ok(ipxe_yaml_is_null(ipxe_yaml_get(copy, "c")), "and nulls");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_kinds(pool);
    test_core_schema(pool);
    test_spans(pool);
    test_forms(pool);
    test_long_spans(pool);
    test_aliases(pool);
    test_duplicates(pool);
    test_many_keys(pool);
    test_quotes(pool);
    test_syntax(pool);
    test_long(pool);
    test_copy(pool);
    test_limits(pool);
    return tap_end(pool);
}
