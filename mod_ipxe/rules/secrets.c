/* SPDX-License-Identifier: Apache-2.0 */
/* `secrets:`, and the lines of a rule file that are never quoted for them. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"

#define SECRET      "secret"
#define FILE_PREFIX "file:"

/* ---- Where they stand, before YAML is read ---- */

/* A key that is `secrets`, or was meant to be: its line may be quoted by what
 * is wrong with it. Returns where its value begins, or NULL. */
static const char *value_of_key(const char *text, const char *at)
{
    const char *end = at + strlen(SECRET);

    if (at > text && !strchr(" \t\n{,\"'-", at[-1]))
        return NULL;
    while (apr_isalnum(*end) || *end == '_')
        end++;
    if (*end == '"' || *end == '\'')
        end++;
    while (*end == ' ')
        end++;
    return *end == ':' ? end + 1 : NULL;
}

/* The end of { } or [ ], or of the text. */
static const char *end_of_flow(const char *at)
{
    int depth = 0;

    for (; *at; at++) {
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && --depth <= 0)
            return at + 1;
    }
    return at;
}

static apr_size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

/* The end of what is indented deeper than `column`. */
static const char *end_of_block(const char *at, apr_size_t column)
{
    const char *line = at + strcspn(at, "\n");

    while (*line == '\n') {
        const char *next = line + 1;
        apr_size_t indent = indent_of(next);

        if (next[indent] && next[indent] != '\n' && next[indent] != '\r' &&
            next[indent] != '#' && indent <= column)
            break;
        line = next + strcspn(next, "\n");
    }
    return line;
}

static apr_size_t column_of(const char *text, const char *at)
{
    const char *line = at;

    while (line > text && line[-1] != '\n')
        line--;
    return (apr_size_t)(at - line);
}

void ipxe_secrets_hide(const ipxe_source_t *source)
{
    const char *text = source->text, *at = text, *value, *end;

    while ((at = strstr(at, SECRET)) != NULL) {
        value = value_of_key(text, at);
        if (!value) {
            at += strlen(SECRET);
            continue;
        }
        value += strspn(value, " ");
        end = *value == '{' || *value == '['
                  ? end_of_flow(value)
                  : end_of_block(value, column_of(text, at));
        ipxe_span_hide(ipxe_span(source, (apr_size_t)(at - text),
                                 (apr_size_t)(end - text)));
        at = end;
    }
}

/* An alias leads to lines that nothing else tells to be a secret's. */
static void hide_node(const ipxe_yaml_t *node)
{
    apr_size_t i;

    ipxe_span_hide(node->span);
    for (i = 0; node->kind == IPXE_YAML_SEQUENCE && i < node->count; i++)
        hide_node(node->items[i]);
    for (i = 0; node->kind == IPXE_YAML_MAPPING && i < node->count; i++)
        hide_node(node->pairs[i].value);
}

/* ---- Values ---- */

static const ipxe_worth_t *make_worth(ipxe_loader_t *loader,
                                      const ipxe_yaml_t *node);

/* Below the folder of the rule file that names it. */
static const char *path_of(const ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    const char *path = node->text + strlen(FILE_PREFIX);
    const char *file = node->span.source->name;
    const char *slash = strrchr(file, '/');

    if (*path == '/' || !slash)
        return path;
    return apr_pstrcat(
        loader->pool,
        apr_pstrmemdup(loader->pool, file, (apr_size_t)(slash - file) + 1),
        path, NULL);
}

static int is_text(const ipxe_source_t *source)
{
    apr_size_t at = 0;

    while (at < source->len) {
        int n = ipxe_utf8_next(source->text + at, source->len - at, NULL);

        if (!n || !source->text[at])
            return 0;
        at += (apr_size_t)n;
    }
    return 1;
}

/* What the file holds, without the end of its last line. */
static const char *read_file(ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    const ipxe_rules_input_t *input = loader->input;
    const ipxe_source_t *source = NULL;
    const char *path = path_of(loader, node);
    apr_size_t len;

    if (input->read)
        source = input->read(input->baton, path, node->span, loader->diags);
    else
        ipxe_diag_add(loader->diags, IPXE_DIAG_FILE_UNREADABLE, node->span,
                      "cannot read '%s': files are not read here", path);
    if (!source)
        return "";
    len = source->len;
    if (!is_text(source)) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                                     node->span, "'%s' holds no text", path),
                       "a secret is text in UTF-8; encode it by base64, and "
                       "use it through |b64decode");
        return "";
    }
    if (len && source->text[len - 1] == '\n')
        len--;
    if (len && source->text[len - 1] == '\r')
        len--;
    return apr_pstrmemdup(loader->pool, source->text, len);
}

/* What is wrong with a secret's own template is told without its words. */
static const ipxe_phrase_t *secret_phrase(ipxe_loader_t *loader,
                                          const ipxe_yaml_t *node)
{
    ipxe_diags_t *own = ipxe_diags_make(loader->pool);
    ipxe_diags_t *all = loader->diags;
    const ipxe_diag_t *error;
    const ipxe_phrase_t *phrase;

    loader->diags = own;
    phrase = ipxe_load_phrase(loader, node, IPXE_CONTEXT_NONE);
    loader->diags = all;
    error = ipxe_diags_first_error(own);
    if (error)
        ipxe_diag_help(ipxe_diag_add(all, error->code, node->span,
                                     "the template of a secret cannot be "
                                     "read"),
                       "where {{ is meant as it is, put the secret into a "
                       "file: file:PATH");
    return phrase;
}

static void scalar_worth(ipxe_worth_t *worth, ipxe_loader_t *loader,
                         const ipxe_yaml_t *node)
{
    const char *text = node->text;

    if (ipxe_yaml_is_null(node)) {
        worth->fixed = ipxe_value_none();
        return;
    }
    if (strncmp(text, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
        text = read_file(loader, node);
    else if (strstr(text, "{{") || strstr(text, "{%") || strstr(text, "{#")) {
        worth->kind = IPXE_WORTH_PHRASE;
        worth->phrase = secret_phrase(loader, node);
        return;
    }
    worth->fixed = ipxe_value_text(text, IPXE_SECRET, loader->pool);
}

static void add_parts(ipxe_worth_t *worth, ipxe_loader_t *loader,
                      const ipxe_yaml_t *node)
{
    int mapping = node->kind == IPXE_YAML_MAPPING;
    int n = (int)node->count + 1;
    apr_array_header_t *parts =
        apr_array_make(loader->pool, n, sizeof(const ipxe_worth_t *));
    apr_array_header_t *keys =
        apr_array_make(loader->pool, n, sizeof(const char *));
    apr_size_t i;

    worth->kind = mapping ? IPXE_WORTH_MAP : IPXE_WORTH_LIST;
    worth->parts = parts;
    worth->keys = keys;
    for (i = 0; i < node->count; i++) {
        APR_ARRAY_PUSH(parts, const ipxe_worth_t *) =
            make_worth(loader, mapping ? node->pairs[i].value : node->items[i]);
        if (mapping)
            APR_ARRAY_PUSH(keys, const char *) = node->pairs[i].key->text;
    }
}

static const ipxe_worth_t *make_worth(ipxe_loader_t *loader,
                                      const ipxe_yaml_t *node)
{
    ipxe_worth_t *worth = apr_pcalloc(loader->pool, sizeof(*worth));

    worth->secret = 1;
    if (node->kind == IPXE_YAML_SCALAR || node->kind == IPXE_YAML_NULL)
        scalar_worth(worth, loader, node);
    else
        add_parts(worth, loader, node);
    return worth;
}

const ipxe_worth_t *ipxe_load_secret(ipxe_loader_t *loader,
                                     const ipxe_yaml_t *node)
{
    hide_node(node);
    return make_worth(loader, node);
}
