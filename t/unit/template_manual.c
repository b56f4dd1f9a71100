/* SPDX-License-Identifier: Apache-2.0 */
/* docs/templates.md and the tables of the language say the same: every filter,
 * test, method and function has its row there, word for word. With the
 * argument --print it writes the rows instead. */
#include "base/source.h"
#include "template/run.h"

#include "tap.h"

#include <stdlib.h>

typedef struct manual_t {
    const char *text; /* NULL: print */
    apr_pool_t *pool;
} manual_t;

static void row(const manual_t *manual, const char *text, const char *name)
{
    if (!manual->text)
        printf("%s\n", text);
    else if (!ok(strstr(manual->text, text) != NULL, name))
        printf("# docs/templates.md lacks: %s\n", text);
}

/* "a b=1" as "a, b=1". */
static const char *commas(const char *params, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(64, pool);

    for (; *params; params++) {
        if (*params == ' ')
            ipxe_text_add_char(out, ',');
        ipxe_text_add_char(out, *params);
    }
    return out->data;
}

/* In a table of Markdown a | parts columns. */
static const char *cell(const char *s, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(64, pool);

    for (; *s; s++) {
        if (*s == '|')
            ipxe_text_add_char(out, '\\');
        ipxe_text_add_char(out, *s);
    }
    return out->data;
}

static void rows(const manual_t *manual, const ipxe_row_t **all,
                 apr_size_t count)
{
    apr_size_t i;

    for (i = 0; i < count; i++)
        row(manual,
            apr_psprintf(manual->pool, "| `%s%s%s%s` | %s |", all[i]->name,
                         *all[i]->params ? "(" : "",
                         commas(all[i]->params, manual->pool),
                         *all[i]->params ? ")" : "",
                         cell(all[i]->about, manual->pool)),
            all[i]->name);
}

static void methods(const manual_t *manual, ipxe_kind_e kind,
                    const char *what)
{
    apr_size_t count, i;
    const ipxe_method_t *all = ipxe_method_rows(kind, &count);
    ipxe_text_t *out = ipxe_text_make(256, manual->pool);

    ipxe_text_addf(out, "%s:", what);
    for (i = 0; i < count; i++)
        ipxe_text_addf(out, "%s`%s(%s)`", i ? ", " : " ", all[i].name,
                       commas(all[i].params, manual->pool));
    row(manual, out->data, what);
}

static void functions(const manual_t *manual)
{
    apr_size_t count, i;
    const ipxe_function_t *all = ipxe_function_rows(&count);

    for (i = 0; i < count; i++)
        row(manual, apr_psprintf(manual->pool, "| `%s(", all[i].name),
            all[i].name);
}

int main(int argc, char **argv)
{
    const ipxe_row_t *all[128];
    ipxe_source_t *source;
    manual_t manual;
    const char *top = getenv("SRCDIR");

    manual.pool = tap_start();
    manual.text = NULL;
    if (argc < 2 || strcmp(argv[1], "--print") != 0) {
        if (!ok(ipxe_source_read(
                    &source,
                    apr_pstrcat(manual.pool, top ? top : ".",
                                "/docs/templates.md", NULL),
                    1 << 20, manual.pool) == APR_SUCCESS,
                "the manual is there"))
            return tap_end(manual.pool);
        manual.text = apr_pstrmemdup(manual.pool, source->text, source->len);
    }
    rows(&manual, all, ipxe_filter_rows(all));
    rows(&manual, all, ipxe_test_rows(all));
    methods(&manual, IPXE_KIND_TEXT, "texts");
    methods(&manual, IPXE_KIND_LIST, "lists");
    methods(&manual, IPXE_KIND_MAP, "mappings");
    functions(&manual);
    return manual.text ? tap_end(manual.pool) : 0;
}
