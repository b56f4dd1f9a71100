/* SPDX-License-Identifier: Apache-2.0 */
/* Binding by table: every type, and all that can be wrong in one run. */
#include <stdlib.h>

#include "base/text.h"
#include "yaml/bind.h"

#include "tap.h"

typedef struct thing_t {
    const char *title;
    apr_array_header_t *args, *patterns;
    int install, tries, timeout;
    const ipxe_yaml_t *serial, *items, *vars, *when;
} thing_t;

/* "10s" as 10. */
static void bind_seconds(void *member, const ipxe_yaml_t *key,
                         const ipxe_yaml_t *value, void *baton,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)pool;
    if (value->kind != IPXE_YAML_SCALAR)
        ipxe_bind_wrong(diags, key, value, "a time");
    else
        *(int *)member = atoi(value->text) * *(int *)baton;
}

static const ipxe_bind_t rows[] = {
    IPXE_BIND("title", TEXT, thing_t, title, IPXE_BIND_REQUIRED),
    IPXE_BIND("args", TEXTS, thing_t, args, 0),
    IPXE_BIND("patterns", SCALARS, thing_t, patterns, 0),
    IPXE_BIND("install", BOOL, thing_t, install, 0),
    IPXE_BIND_RANGE("tries", thing_t, tries, 0, 1, 9),
    IPXE_BIND_WITH("timeout", thing_t, timeout, 0, bind_seconds),
    IPXE_BIND("serial", SCALAR, thing_t, serial, IPXE_BIND_NULL),
    IPXE_BIND("items", LIST, thing_t, items, 0),
    IPXE_BIND("vars", MAPPING, thing_t, vars, 0),
    IPXE_BIND("when", NODE, thing_t, when, 0),
    IPXE_BIND_END};

static ipxe_diags_t *diags;

static apr_status_t bind_text(thing_t *thing, const char *text,
                              apr_pool_t *pool)
{
    ipxe_yaml_t *root;
    int unit = 1000;

    memset(thing, 0, sizeof(*thing));
    diags = ipxe_diags_make(pool);
    ipxe_yaml_parse(&root,
                    ipxe_source_make("a.yaml", text, strlen(text), pool),
                    diags, pool);
    return ipxe_bind(thing, root, rows, "a thing", &unit, diags, pool);
}

static const char *lines(apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(64, pool);
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag =
            APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        ipxe_text_addf(out, "%s\n", ipxe_diag_line(diag, pool));
        if (diag->help)
            ipxe_text_addf(out, "help: %s\n", diag->help);
    }
    return out->data;
}

static void test_good(apr_pool_t *pool)
{
    thing_t thing;

    is_int(bind_text(&thing,
                "title: 007\nargs: quiet\npatterns: [a, 'b*']\n"
                "install: true\ntries: 3\ntimeout: 10s\nserial: ~\n"
                "items: []\nvars: {}\nwhen: ~\n", pool),
           APR_SUCCESS, "all types are bound");
    is(lines(pool), "", "without a word");
    is(thing.title, "007", "text is as written");
    is_int(thing.args->nelts, 1, "one text is a list of one");
    is(APR_ARRAY_IDX(thing.args, 0, const char *), "quiet", "which is it");
    is(APR_ARRAY_IDX(thing.patterns, 1, const ipxe_yaml_t *)->text, "b*",
       "a list of nodes");
    is_int(thing.install, 1, "a truth");
    is_int(thing.tries, 3, "a number");
    is_int(thing.timeout, 10000, "a custom function, with its baton");
    ok(!thing.serial, "null where it may be is as not there");
    ok(thing.items && thing.vars, "an empty list and an empty mapping");
    ok(thing.when && ipxe_yaml_is_null(thing.when), "any node takes null");
}

static void test_bad(apr_pool_t *pool)
{
    thing_t thing;

    is_int(bind_text(&thing,
                "titel: x\nargs: [a, [b], c]\npatterns: {}\ninstall: yes\n"
                "tries: 12\ntimeout: [1]\nserial: [x]\nitems: x\nvars:\n",
                pool),
           APR_EGENERAL, "errors are told");
    is(lines(pool),
       "a.yaml:1:1: error: unknown key 'titel' in a thing [unknown-key]\n"
       "help: did you mean 'title'?\n"
       "a.yaml:2:11: error: an item of 'args' must be text, not a list "
       "[wrong-type]\n"
       "a.yaml:3:11: error: 'patterns' must be text or a list of texts, not "
       "a mapping [wrong-type]\n"
       "a.yaml:4:10: error: 'install' must be true or false, not text "
       "[wrong-type]\n"
       "help: write true\n"
       "a.yaml:5:8: error: 'tries' is out of bounds [bad-value]\n"
       "help: write a number from 1 to 9\n"
       "a.yaml:6:10: error: 'timeout' must be a time, not a list "
       "[wrong-type]\n"
       "a.yaml:7:9: error: 'serial' must be text, not a list "
       "[wrong-type]\n"
       "a.yaml:8:8: error: 'items' must be a list, not text "
       "[wrong-type]\n"
       "a.yaml:9:1: error: 'vars' must be a mapping, not nothing "
       "[wrong-type]\n"
       "a.yaml:1:1: error: missing key 'title' in a thing "
       "[missing-key]\n",
       "all of them, each at its place");
    bind_text(&thing, "- x\n", pool);
    is(lines(pool),
       "a.yaml:1:1: error: a thing must be a mapping, not a list "
       "[wrong-type]\n", "what is no mapping is refused");
    bind_text(&thing, "title: null\n", pool);
    is(lines(pool),
       "a.yaml:1:8: error: 'title' must be text, not nothing [wrong-type]\n"
       "help: put it in quotes if it is text: \"null\"\n",
       "null as text wants quotes");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_good(pool);
    test_bad(pool);
    return tap_end(pool);
}
