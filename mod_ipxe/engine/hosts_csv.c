/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts from a table: a line of names, then a line for each host.
 *
 *     name,mac,serial,groups,boot,address
 *     web01,52:54:00:12:34:56 52:54:00:12:34:57,SN001,web,rocky-9,10.0.0.21
 *
 * Columns are the keys of a host; all others are variables, `vars.NAME` too.
 * Cells are parted by a comma, a semicolon or a tab, whichever the first line
 * has most of, and quoted as RFC 4180 says. Several cards or groups of a cell
 * are parted by blanks. */
#include <apr_strings.h>
#include <string.h>

#include "engine/hosts_draft.h"
#include "rules/model.h"

typedef struct table_t {
    ipxe_import_t *import;
    const ipxe_source_t *source;
    char comma;
    apr_size_t at;             /* the next byte */
    apr_array_header_t *names; /* of const ipxe_yaml_t *: the first line's */
} table_t;

/* ---- Cells ---- */

static char find_comma(const ipxe_source_t *source)
{
    static const char commas[] = ",;\t";
    apr_size_t len, i, n, most = 0;
    const char *line = ipxe_source_line(source, 1, &len);
    char comma = ',';

    for (i = 0; commas[i]; i++) {
        apr_size_t count = 0;

        for (n = 0; n < len; n++)
            count += line[n] == commas[i];
        if (count > most) {
            most = count;
            comma = commas[i];
        }
    }
    return comma;
}

static int at_end(const table_t *table, apr_size_t at)
{
    char c;

    if (at >= table->source->len)
        return 1;
    c = table->source->text[at];
    return c == '\n' || c == '\r' || c == table->comma;
}

/* Behind the quotes; the inner text is added. 0: they are never closed. */
static apr_size_t quoted(ipxe_text_t *text, const table_t *table, apr_size_t at)
{
    const ipxe_source_t *source = table->source;

    while (at < source->len) {
        if (source->text[at] == '"' &&
            (at + 1 >= source->len || source->text[at + 1] != '"'))
            return at + 1;
        if (source->text[at] == '"')
            at++;
        ipxe_text_add_char(text, source->text[at++]);
    }
    return 0;
}

static const char *trimmed(const char *text, apr_pool_t *pool)
{
    apr_size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len && strchr(" \t", text[len - 1]))
        len--;
    return apr_pstrmemdup(pool, text, len);
}

/* The next cell of the line; NULL: its quotes are never closed. */
static const ipxe_yaml_t *next_cell(table_t *table, apr_pool_t *pool)
{
    const ipxe_source_t *source = table->source;
    ipxe_text_t *text = ipxe_text_make(32, pool);
    apr_size_t begin = table->at, at = begin;
    int quotes = at < source->len && source->text[at] == '"';

    if (quotes) {
        at = quoted(text, table, at + 1);
        if (!at)
            return NULL;
    }
    for (; !at_end(table, at); at++)
        ipxe_text_add_char(text, source->text[at]);
    table->at = at;
    return ipxe_draft_text(quotes ? text->data : trimmed(text->data, pool),
                           !quotes, ipxe_span(source, begin, at), pool);
}

/* The cells of a line; NULL where it cannot be read. */
static apr_array_header_t *next_line(table_t *table, apr_pool_t *pool)
{
    apr_array_header_t *cells =
        apr_array_make(pool, 16, sizeof(const ipxe_yaml_t *));
    const ipxe_source_t *source = table->source;
    apr_size_t begin = table->at;

    for (;;) {
        const ipxe_yaml_t *cell = next_cell(table, pool);

        if (!cell) {
            ipxe_import_lose(table->import, ipxe_span(source, begin, begin + 1),
                             "a quote is never closed, and what follows is "
                             "not read");
            table->at = source->len;
            return NULL;
        }
        APR_ARRAY_PUSH(cells, const ipxe_yaml_t *) = cell;
        if (table->at >= source->len || source->text[table->at] != table->comma)
            break;
        table->at++;
    }
    while (table->at < source->len && strchr("\r\n", source->text[table->at]))
        table->at++;
    return cells;
}

/* ---- Hosts ---- */

static void add_words(ipxe_draft_t *draft, const ipxe_yaml_t *cell,
                      void (*add)(ipxe_draft_t *draft, const ipxe_yaml_t *word))
{
    const apr_array_header_t *words =
        ipxe_text_split(cell->text, " \t;|", draft->pool);
    int i;

    for (i = 0; i < words->nelts; i++)
        add(draft, ipxe_draft_text(APR_ARRAY_IDX(words, i, const char *), 0,
                                   cell->span, draft->pool));
}

static int is_key(const char *name)
{
    static const char *const keys[] = {"name", "uuid", "serial", "manufacturer",
                                       "asset"};
    apr_size_t i;
    int kind;

    for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (strcmp(keys[i], name) == 0)
            return 1;
    for (kind = 1; kind < IPXE_ACTION_COUNT; kind++)
        if (strcmp(ipxe_action_name((ipxe_action_e)kind), name) == 0)
            return 1;
    return 0;
}

static void add_cell(ipxe_draft_t *draft, const ipxe_yaml_t *name,
                     const ipxe_yaml_t *cell)
{
    static const char prefix[] = "vars.";
    const char *var = name->text;

    if (strcmp(var, "mac") == 0)
        add_words(draft, cell, ipxe_draft_mac);
    else if (strcmp(var, "groups") == 0)
        add_words(draft, cell, ipxe_draft_group);
    else if (is_key(var))
        ipxe_draft_set(draft, var, cell);
    else {
        if (strncmp(var, prefix, strlen(prefix)) == 0)
            var += strlen(prefix);
        ipxe_draft_var(draft, var, cell);
    }
}

static int is_empty(const apr_array_header_t *cells)
{
    int i;

    for (i = 0; i < cells->nelts; i++)
        if (APR_ARRAY_IDX(cells, i, const ipxe_yaml_t *)->count)
            return 0;
    return 1;
}

static void take_line(table_t *table, const apr_array_header_t *cells,
                      apr_pool_t *scratch)
{
    ipxe_import_t *import = table->import;
    ipxe_span_t span = APR_ARRAY_IDX(cells, 0, const ipxe_yaml_t *)->span;
    ipxe_draft_t *draft = ipxe_draft_make(span, scratch);
    int i;

    if (cells->nelts > table->names->nelts) {
        ipxe_import_lose(import, span,
                         "the line has %d cells, and there are %d columns",
                         cells->nelts, table->names->nelts);
        return;
    }
    for (i = 0; i < cells->nelts; i++)
        add_cell(draft, APR_ARRAY_IDX(table->names, i, const ipxe_yaml_t *),
                 APR_ARRAY_IDX(cells, i, const ipxe_yaml_t *));
    import->take(import->baton, ipxe_draft_end(draft), scratch);
}

static int has_name(const table_t *table)
{
    int i;

    for (i = 0; i < table->names->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(table->names, i, const ipxe_yaml_t *)->text,
                   "name") == 0)
            return 1;
    ipxe_diag_help(ipxe_import_lose(table->import,
                                    ipxe_span(table->source, 0, 1),
                                    "the first line has no column 'name'"),
                   "it names the columns: name,mac,serial,groups,boot,address");
    return 0;
}

/* A spreadsheet's mark of UTF-8. */
static apr_size_t skip_mark(const ipxe_source_t *source)
{
    return source->len >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3
                                                                            : 0;
}

apr_status_t ipxe_import_csv(ipxe_import_t *import, const ipxe_source_t *source)
{
    table_t table = {import, source, find_comma(source), skip_mark(source),
                     NULL};
    apr_pool_t *scratch;

    table.names = next_line(&table, import->pool);
    if (!table.names || !has_name(&table))
        return APR_EGENERAL;
    apr_pool_create(&scratch, import->pool);
    while (table.at < source->len) {
        const apr_array_header_t *cells = next_line(&table, scratch);

        if (cells && !is_empty(cells))
            take_line(&table, cells, scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return APR_SUCCESS;
}
