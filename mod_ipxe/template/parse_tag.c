/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: what stands between {% and %}. */
#include <apr_strings.h>
#include <string.h>

#include "template/parser.h"

typedef ipxe_node_t *tag_fn(ipxe_parser_t *parser, apr_size_t begin);

static int end_tag(ipxe_parser_t *parser)
{
    return ipxe_parser_expect(parser, IPXE_TOKEN_BLOCK_END,
                              "the end of the tag");
}

/* A body and the tag that ends it, which has that one name. */
static ipxe_node_t *closed_body(ipxe_parser_t *parser, const char *end,
                                const char *opened, apr_size_t begin)
{
    const char *ends[2];
    ipxe_node_t *body;

    ends[0] = end;
    ends[1] = NULL;
    if (!end_tag(parser))
        return NULL;
    body = ipxe_parse_body(parser, ends, opened, begin);
    if (body)
        parser->token++;
    return body;
}

/* ---- if, for ---- */

static ipxe_node_t *tag_if(ipxe_parser_t *parser, apr_size_t begin)
{
    static const char *const ends[] = {"elif", "else", "endif", NULL};
    static const char *const last[] = {"endif", NULL};
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_IF, begin);
    ipxe_node_t *test, *body;
    apr_array_header_t *items =
        apr_array_make(parser->pool, 2, sizeof(ipxe_node_t *));

    do {
        test = ipxe_parse_tuple(parser, ipxe_parse_or, NULL, 0);
        if (!test || !end_tag(parser))
            return NULL;
        body = ipxe_parse_body(parser, ends, "if", begin);
        if (!body)
            return NULL;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = test;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = body;
    } while (ipxe_parser_skip_name(parser, "elif"));
    if (ipxe_parser_skip_name(parser, "else")) {
        if (!end_tag(parser))
            return NULL;
        node->c = ipxe_parse_body(parser, last, "if", begin);
        if (!node->c)
            return NULL;
    }
    parser->token++;
    ipxe_node_items(node, items);
    return node;
}

static ipxe_node_t *target_name(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    const char *name;
    ipxe_node_t *node;

    if (ipxe_parser_skip(parser, IPXE_TOKEN_LPAREN)) {
        node = ipxe_parse_tuple(parser, target_name, "in", 1);
        if (!node || !ipxe_parser_expect(parser, IPXE_TOKEN_RPAREN, "')'"))
            return NULL;
        return node;
    }
    node = ipxe_node_make(parser, IPXE_NODE_NAME, begin);
    name = ipxe_parser_name(parser, "a name to set");
    if (!name)
        return NULL;
    ipxe_node_name(parser, node, name);
    return ipxe_node_end(parser, node);
}

static int is_word(const char *name)
{
    static const char *const words[] = {"true", "false", "none",
                                        "True", "False", "None"};
    unsigned i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], name) == 0)
            return 1;
    }
    return 0;
}

static int settable(ipxe_parser_t *parser, const ipxe_node_t *target)
{
    int i;

    if (target->kind == IPXE_NODE_TUPLE) {
        for (i = 0; i < target->count; i++) {
            if (!settable(parser, target->items[i]))
                return 0;
        }
        return 1;
    }
    if (target->kind == IPXE_NODE_ATTR || !is_word(target->name))
        return 1;
    ipxe_diag_add(parser->diags, IPXE_DIAG_TEMPLATE_SYNTAX, target->span,
                  "'%s' cannot be set", target->name);
    return 0;
}

static ipxe_node_t *targets(ipxe_parser_t *parser, const char *end)
{
    ipxe_node_t *node = ipxe_parse_tuple(parser, target_name, end, 0);

    return node && settable(parser, node) ? node : NULL;
}

/* What a loop sets itself. */
static int sets_loop(ipxe_parser_t *parser, const ipxe_node_t *target)
{
    int i, found = target->kind == IPXE_NODE_NAME &&
                   target->name == parser->library->known.loop;

    for (i = 0; target->kind == IPXE_NODE_TUPLE && i < target->count; i++)
        found |= sets_loop(parser, target->items[i]);
    return found;
}

static ipxe_node_t *for_body(ipxe_parser_t *parser, apr_size_t begin)
{
    static const char *const ends[] = {"endfor", "else", NULL};
    int outer = parser->uses_loop, closed = parser->closes;
    ipxe_node_t *body;

    parser->uses_loop = parser->closes = 0;
    body = ipxe_parse_body(parser, ends, "for", begin);
    if (body && parser->uses_loop)
        body->flags |= IPXE_NODE_USES_LOOP;
    if (body && parser->closes)
        body->flags |= IPXE_NODE_CLOSES;
    parser->uses_loop |= outer;
    parser->closes |= closed;
    return body;
}

/* After the tag's first part: the bodies. */
static ipxe_node_t *for_bodies(ipxe_parser_t *parser, ipxe_node_t *node,
                               apr_size_t begin)
{
    static const char *const last[] = {"endfor", NULL};

    node->items = apr_pcalloc(parser->pool, 2 * sizeof(*node->items));
    node->count = 2;
    node->items[0] = for_body(parser, begin);
    if (!node->items[0])
        return NULL;
    if (ipxe_parser_skip_name(parser, "else")) {
        if (!end_tag(parser))
            return NULL;
        node->items[1] = ipxe_parse_body(parser, last, "for", begin);
        if (!node->items[1])
            return NULL;
    }
    parser->token++;
    return node;
}

static ipxe_node_t *tag_for(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_FOR, begin);

    node->a = targets(parser, "in");
    if (!node->a)
        return NULL;
    if (sets_loop(parser, node->a)) {
        ipxe_parser_fail(parser, "'loop' is the loop's own name");
        return NULL;
    }
    if (!ipxe_parser_skip_name(parser, "in")) {
        ipxe_parser_fail(parser, "unexpected %s, expected 'in'",
                         ipxe_token_show(parser->token, parser->pool));
        return NULL;
    }
    node->b = ipxe_parse_tuple(parser, ipxe_parse_or, "recursive", 0);
    if (!node->b)
        return NULL;
    if (ipxe_parser_skip_name(parser, "if")) {
        node->c = ipxe_parse_expression(parser);
        if (!node->c)
            return NULL;
    }
    if (ipxe_parser_skip_name(parser, "recursive"))
        node->flags |= IPXE_NODE_RECURSIVE;
    ipxe_node_end(parser, node);
    return end_tag(parser) ? for_bodies(parser, node, begin) : NULL;
}

/* ---- set ---- */

static ipxe_node_t *set_target(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *node, *of;

    if (parser->token->kind != IPXE_TOKEN_NAME ||
        parser->token[1].kind != IPXE_TOKEN_DOT)
        return targets(parser, NULL);
    of = target_name(parser);
    parser->token++;
    node = ipxe_node_make(parser, IPXE_NODE_ATTR, begin);
    node->a = of;
    node->name = ipxe_parser_name(parser, "a name after '.'");
    return node->name ? ipxe_node_end(parser, node) : NULL;
}

static ipxe_node_t *tag_set(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_SET, begin);

    node->a = set_target(parser);
    if (!node->a)
        return NULL;
    if (ipxe_parser_skip(parser, IPXE_TOKEN_ASSIGN)) {
        node->b = ipxe_parse_tuple(parser, ipxe_parse_expression, NULL, 0);
        return node->b ? ipxe_node_end(parser, node) : NULL;
    }
    node->kind = IPXE_NODE_SETBLOCK;
    if (parser->token->kind == IPXE_TOKEN_PIPE) {
        node->b = ipxe_parse_filters(parser,
                                     ipxe_node_make(parser, IPXE_NODE_CONST,
                                                    begin),
                                     begin);
        if (!node->b)
            return NULL;
    }
    ipxe_node_end(parser, node);
    node->c = closed_body(parser, "endset", "set", begin);
    return node->c ? node : NULL;
}

/* ---- include, import, extends ---- */

/* A literal name is looked for now; one that is computed, at each render. */
static void find_literal(ipxe_parser_t *parser, ipxe_node_t *node)
{
    ipxe_template_t *found;
    const char *path;

    if (node->a->kind != IPXE_NODE_CONST ||
        node->a->value.kind != IPXE_KIND_TEXT) {
        parser->library->computed = 1;
        return;
    }
    path = node->a->value.u.text->s;
    found = ipxe_library_find(parser->library, path);
    if (found) {
        ipxe_library_compile(found, parser->diags);
        if (found->stage == IPXE_STAGE_BROKEN)
            parser->failed = 1;
        node->ref = found;
    }
    else if (!(node->flags & IPXE_NODE_IGNORE_MISSING)) {
        ipxe_library_missing(parser->library, path, node->a->span,
                             parser->diags);
        parser->failed = 1;
    }
}

static void context_words(ipxe_parser_t *parser, ipxe_node_t *node)
{
    int with = ipxe_parser_is(parser, "with");

    if ((!with && !ipxe_parser_is(parser, "without")) ||
        parser->token[1].kind != IPXE_TOKEN_NAME ||
        strcmp(parser->token[1].s, "context") != 0)
        return;
    parser->token += 2;
    node->flags &= ~(unsigned)IPXE_NODE_WITH_CONTEXT;
    node->flags |= with ? IPXE_NODE_WITH_CONTEXT : 0;
}

static ipxe_node_t *tag_include(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_INCLUDE, begin);

    node->flags = IPXE_NODE_WITH_CONTEXT;
    node->a = ipxe_parse_expression(parser);
    if (!node->a)
        return NULL;
    if (ipxe_parser_is(parser, "ignore") &&
        parser->token[1].kind == IPXE_TOKEN_NAME &&
        strcmp(parser->token[1].s, "missing") == 0) {
        parser->token += 2;
        node->flags |= IPXE_NODE_IGNORE_MISSING;
    }
    context_words(parser, node);
    find_literal(parser, node);
    return ipxe_node_end(parser, node);
}

static int expect_word(ipxe_parser_t *parser, const char *word)
{
    if (ipxe_parser_skip_name(parser, word))
        return 1;
    ipxe_parser_fail(parser, "unexpected %s, expected '%s'",
                     ipxe_token_show(parser->token, parser->pool), word);
    return 0;
}

static ipxe_node_t *tag_import(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_IMPORT, begin);

    node->a = ipxe_parse_expression(parser);
    if (!node->a || !expect_word(parser, "as"))
        return NULL;
    node->name = ipxe_parser_name(parser, "a name");
    if (!node->name)
        return NULL;
    context_words(parser, node);
    find_literal(parser, node);
    return ipxe_node_end(parser, node);
}

/* name or name as alias: two keys. */
static int import_name(ipxe_parser_t *parser, apr_array_header_t *keys)
{
    const char *name = ipxe_parser_name(parser, "a name to import");
    const char *alias = name;

    if (!name)
        return 0;
    if (name[0] == '_') {
        parser->token--;
        ipxe_parser_fail(parser,
                         "names that begin with '_' cannot be imported");
        return 0;
    }
    if (ipxe_parser_skip_name(parser, "as")) {
        alias = ipxe_parser_name(parser, "a name");
        if (!alias)
            return 0;
    }
    APR_ARRAY_PUSH(keys, const char *) = name;
    APR_ARRAY_PUSH(keys, const char *) = alias;
    return 1;
}

static int is_context(const ipxe_parser_t *parser)
{
    return (ipxe_parser_is(parser, "with") ||
            ipxe_parser_is(parser, "without")) &&
           parser->token[1].kind == IPXE_TOKEN_NAME &&
           strcmp(parser->token[1].s, "context") == 0;
}

static ipxe_node_t *tag_from(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_FROM, begin);
    apr_array_header_t *keys =
        apr_array_make(parser->pool, 4, sizeof(const char *));

    node->a = ipxe_parse_expression(parser);
    if (!node->a || !expect_word(parser, "import"))
        return NULL;
    do {
        if (is_context(parser))
            break;
        if (!import_name(parser, keys))
            return NULL;
    } while (!is_context(parser) &&
             ipxe_parser_skip(parser, IPXE_TOKEN_COMMA));
    context_words(parser, node);
    node->keys = (const char **)(void *)keys->elts;
    node->key_count = keys->nelts;
    find_literal(parser, node);
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *tag_extends(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_EXTENDS, begin);

    node->a = ipxe_parse_expression(parser);
    if (!node->a)
        return NULL;
    find_literal(parser, node);
    ipxe_node_end(parser, node);
    if (!parser->self->extends)
        parser->self->extends = node;
    return node;
}

/* ---- block, macro, filter ---- */

static int add_block(ipxe_parser_t *parser, const ipxe_node_t *node)
{
    apr_array_header_t *blocks = parser->self->blocks;
    ipxe_block_t *block;
    ipxe_diag_t *diag;
    int i;

    for (i = 0; i < blocks->nelts; i++) {
        block = &APR_ARRAY_IDX(blocks, i, ipxe_block_t);
        if (block->name != node->name)
            continue;
        diag = ipxe_diag_add(parser->diags, IPXE_DIAG_TEMPLATE_SYNTAX,
                             node->span, "block '%s' stands twice",
                             node->name);
        ipxe_diag_note(diag, block->node->span, "first here");
        return 0;
    }
    block = apr_array_push(blocks);
    block->name = node->name;
    block->node = node;
    return 1;
}

static ipxe_node_t *tag_block(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_BLOCK, begin);

    node->name = ipxe_parser_name(parser, "the name of a block");
    if (!node->name)
        return NULL;
    if (ipxe_parser_skip_name(parser, "scoped"))
        node->flags |= IPXE_NODE_SCOPED;
    if (ipxe_parser_skip_name(parser, "required"))
        node->flags |= IPXE_NODE_REQUIRED;
    ipxe_node_end(parser, node);
    if (!add_block(parser, node))
        return NULL;
    node->c = closed_body(parser, "endblock", "block", begin);
    if (!node->c)
        return NULL;
    if (parser->token->kind == IPXE_TOKEN_NAME &&
        !expect_word(parser, node->name))
        return NULL;
    return node;
}

/* (a, b=1): names, and defaults for the last of them. */
static int parameters(ipxe_parser_t *parser, ipxe_node_t *node)
{
    apr_array_header_t *keys =
        apr_array_make(parser->pool, 4, sizeof(const char *));
    apr_array_header_t *items =
        apr_array_make(parser->pool, 4, sizeof(ipxe_node_t *));
    ipxe_node_t *target;

    while (parser->token->kind != IPXE_TOKEN_RPAREN) {
        if (keys->nelts &&
            !ipxe_parser_expect(parser, IPXE_TOKEN_COMMA, "a comma"))
            return 0;
        target = target_name(parser);
        if (!target || !settable(parser, target))
            return 0;
        APR_ARRAY_PUSH(keys, const char *) = target->name;
        if (ipxe_parser_skip(parser, IPXE_TOKEN_ASSIGN)) {
            target = ipxe_parse_expression(parser);
            if (!target)
                return 0;
            APR_ARRAY_PUSH(items, ipxe_node_t *) = target;
        }
        else if (items->nelts) {
            ipxe_parser_fail(parser, "a parameter without a default cannot "
                                     "follow one with a default");
            return 0;
        }
    }
    parser->token++;
    node->keys = (const char **)(void *)keys->elts;
    node->key_count = keys->nelts;
    ipxe_node_items(node, items);
    return 1;
}

static ipxe_node_t *macro_body(ipxe_parser_t *parser, ipxe_node_t *node,
                               apr_size_t begin)
{
    int varargs = parser->varargs, kwargs = parser->kwargs;

    parser->varargs = parser->kwargs = 0;
    node->c = closed_body(parser, "endmacro", "macro", begin);
    node->flags |= parser->varargs ? IPXE_NODE_VARARGS : 0;
    node->flags |= parser->kwargs ? IPXE_NODE_KWARGS : 0;
    parser->varargs |= varargs;
    parser->kwargs |= kwargs;
    return node->c ? node : NULL;
}

static ipxe_node_t *tag_macro(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_MACRO, begin);

    node->name = ipxe_parser_name(parser, "the name of a macro");
    if (!node->name ||
        !ipxe_parser_expect(parser, IPXE_TOKEN_LPAREN, "'('") ||
        !parameters(parser, node))
        return NULL;
    ipxe_node_end(parser, node);
    return macro_body(parser, node, begin);
}

static ipxe_node_t *tag_filter(ipxe_parser_t *parser, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_FILTERBLOCK, begin);

    node->b = ipxe_parse_filter(
        parser, ipxe_node_make(parser, IPXE_NODE_CONST, begin),
        parser->token->begin);
    if (!node->b)
        return NULL;
    node->b = ipxe_parse_filters(parser, node->b, begin);
    if (!node->b)
        return NULL;
    ipxe_node_end(parser, node);
    node->c = closed_body(parser, "endfilter", "filter", begin);
    return node->c ? node : NULL;
}

/* ---- the table ---- */

static const struct {
    const char *name;
    tag_fn *parse;
    int closes; /* what it makes keeps hold of the names around it */
} tags[] = {{"block", tag_block, 1},   {"extends", tag_extends, 0},
            {"filter", tag_filter, 0}, {"for", tag_for, 0},
            {"from", tag_from, 1},     {"if", tag_if, 0},
            {"import", tag_import, 1}, {"include", tag_include, 1},
            {"macro", tag_macro, 1},   {"set", tag_set, 0}};
#define TAG_COUNT ((int)(sizeof(tags) / sizeof(tags[0])))

static ipxe_node_t *unknown_tag(ipxe_parser_t *parser)
{
    static const char *const closing[] = {
        "elif",     "else",   "endblock", "endfilter", "endfor",
        "endif",    "endmacro", "endset"};
    const char *names[TAG_COUNT];
    const char *word = parser->token->s;
    ipxe_diag_t *diag;
    unsigned i;

    for (i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
        if (strcmp(closing[i], word) == 0) {
            ipxe_parser_fail(parser, "'%s' closes nothing here", word);
            return NULL;
        }
    }
    for (i = 0; i < TAG_COUNT; i++)
        names[i] = tags[i].name;
    diag = ipxe_parser_fail(parser, "unknown tag '%s'", word);
    ipxe_diag_nearest(diag, word, names, TAG_COUNT);
    ipxe_diag_help(diag, "%s; text that is to stand here as it is goes "
                         "between {%% raw %%} and {%% endraw %%}",
                   diag->help);
    return NULL;
}

ipxe_node_t *ipxe_parse_tag(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *node;
    int i;

    if (parser->token->kind != IPXE_TOKEN_NAME) {
        ipxe_diag_help(
            ipxe_parser_fail(parser, "unexpected %s, expected a tag's name",
                             ipxe_token_show(parser->token, parser->pool)),
            "text that is to stand here as it is goes between {%% raw %%} "
            "and {%% endraw %%}");
        return NULL;
    }
    for (i = 0; i < TAG_COUNT; i++) {
        if (strcmp(tags[i].name, parser->token->s) != 0)
            continue;
        parser->closes |= tags[i].closes;
        parser->token++;
        node = tags[i].parse(parser, begin);
        return node && end_tag(parser) ? node : NULL;
    }
    return unknown_tag(parser);
}
