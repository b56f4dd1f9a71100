/* SPDX-License-Identifier: Apache-2.0 */
/* The tightest parts of expressions: literals, names, attributes, items,
 * slices, calls, filters and tests. */
#include <apr_strings.h>
#include <string.h>

#include "template/filters.h"
#include "template/parser.h"
#include "template/regex.h"

static ipxe_node_t *constant(ipxe_parser_t *parser, ipxe_value_t value)
{
    ipxe_node_t *node =
        ipxe_node_make(parser, IPXE_NODE_CONST, parser->token->begin);

    node->value = value;
    parser->token++;
    return ipxe_node_end(parser, node);
}

/* The language's own functions go before the product's. */
static const ipxe_function_t *function_of(const ipxe_language_t *language,
                                          const char *name)
{
    const ipxe_function_t *own = ipxe_function_find(name);
    apr_size_t i;

    for (i = 0; language && !own && i < language->function_count; i++) {
        if (strcmp(language->functions[i].name, name) == 0)
            own = &language->functions[i];
    }
    return own;
}

static ipxe_node_t *name(ipxe_parser_t *parser)
{
    static const struct {
        const char *word;
        int value; /* 2: none */
    } words[] = {{"true", 1},  {"True", 1}, {"false", 0},
                 {"False", 0}, {"none", 2}, {"None", 2}};
    ipxe_library_t *library = parser->library;
    ipxe_node_t *node;
    int i;

    for (i = 0; i < 6; i++) {
        if (ipxe_parser_is(parser, words[i].word))
            return constant(parser, words[i].value == 2
                                        ? ipxe_value_none()
                                        : ipxe_value_bool(words[i].value));
    }
    node = ipxe_node_make(parser, IPXE_NODE_NAME, parser->token->begin);
    ipxe_node_name(parser, node,
                   ipxe_library_intern(library, parser->token->s));
    node->ref = function_of(library->language, node->name);
    parser->uses_loop |= node->name == library->known.loop;
    parser->varargs |= node->name == library->known.varargs;
    parser->kwargs |= node->name == library->known.kwargs;
    parser->token++;
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *text(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_text_t *out = ipxe_text_make(parser->token->len + 1, parser->pool);
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_CONST, begin);

    for (; parser->token->kind == IPXE_TOKEN_TEXT; parser->token++)
        ipxe_text_add_n(out, parser->token->s, parser->token->len);
    node->value = ipxe_value_text(out->data, 0, parser->pool);
    return ipxe_node_end(parser, node);
}

/* The values of nodes that are all constants, with room for `room`; or NULL. */
static ipxe_value_t *constants(ipxe_parser_t *parser, const ipxe_node_t *node,
                               int room)
{
    ipxe_value_t *values =
        apr_palloc(parser->pool, (apr_size_t)room * sizeof(*values));
    int i;

    for (i = 0; i < room; i++)
        values[i] = ipxe_value_none();
    for (i = 0; i < node->count; i++) {
        if (node->items[i]->kind != IPXE_NODE_CONST)
            return NULL;
        values[i] = node->items[i]->value;
    }
    return values;
}

/* Expressions up to a closing bracket; with `pairs` each is `key: value`. */
static ipxe_node_t *sequence(ipxe_parser_t *parser, ipxe_node_e kind,
                             ipxe_token_e close, int pairs)
{
    ipxe_node_t *node = ipxe_node_make(parser, kind, parser->token->begin);
    apr_array_header_t *items =
        apr_array_make(parser->pool, 4, sizeof(ipxe_node_t *));
    ipxe_node_t *item;
    int i;

    parser->token++;
    while (parser->token->kind != close) {
        if (items->nelts &&
            !ipxe_parser_expect(parser, IPXE_TOKEN_COMMA, "a comma"))
            return NULL;
        if (parser->token->kind == close)
            break;
        for (i = 0; i <= pairs; i++) {
            if (i && !ipxe_parser_expect(parser, IPXE_TOKEN_COLON, "a colon"))
                return NULL;
            item = ipxe_parse_expression(parser);
            if (!item)
                return NULL;
            APR_ARRAY_PUSH(items, ipxe_node_t *) = item;
        }
    }
    parser->token++;
    ipxe_node_items(node, items);
    if (kind == IPXE_NODE_LIST)
        node->bound = constants(parser, node, node->count + 1);
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *parenthesis(ipxe_parser_t *parser)
{
    ipxe_node_t *node;

    parser->token++;
    node = ipxe_parse_tuple(parser, ipxe_parse_expression, NULL, 1);
    if (!node || !ipxe_parser_expect(parser, IPXE_TOKEN_RPAREN, "')'"))
        return NULL;
    return node;
}

ipxe_node_t *ipxe_parse_primary(ipxe_parser_t *parser)
{
    const ipxe_token_t *token = parser->token;

    switch (token->kind) {
    case IPXE_TOKEN_NAME:
        return name(parser);
    case IPXE_TOKEN_TEXT:
        return text(parser);
    case IPXE_TOKEN_INT:
    case IPXE_TOKEN_FLOAT:
        return constant(parser, token->number);
    case IPXE_TOKEN_LPAREN:
        return parenthesis(parser);
    case IPXE_TOKEN_LBRACKET:
        return sequence(parser, IPXE_NODE_LIST, IPXE_TOKEN_RBRACKET, 0);
    case IPXE_TOKEN_LBRACE:
        return sequence(parser, IPXE_NODE_DICT, IPXE_TOKEN_RBRACE, 1);
    default:
        ipxe_parser_fail(parser, "unexpected %s, expected an expression",
                         ipxe_token_show(token, parser->pool));
        return NULL;
    }
}

static int tuple_ends(const ipxe_parser_t *parser, const char *end)
{
    ipxe_token_e kind = parser->token->kind;

    return kind == IPXE_TOKEN_OUTPUT_END || kind == IPXE_TOKEN_BLOCK_END ||
           kind == IPXE_TOKEN_RPAREN || kind == IPXE_TOKEN_END ||
           (end && ipxe_parser_is(parser, end));
}

ipxe_node_t *ipxe_parse_tuple(ipxe_parser_t *parser,
                              ipxe_node_t *(*part)(ipxe_parser_t *),
                              const char *end, int may_be_empty)
{
    apr_size_t begin = parser->token->begin;
    apr_array_header_t *items =
        apr_array_make(parser->pool, 2, sizeof(ipxe_node_t *));
    ipxe_node_t *node, *item;
    int commas = 0;

    while (!tuple_ends(parser, end)) {
        item = part(parser);
        if (!item)
            return NULL;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = item;
        if (!ipxe_parser_skip(parser, IPXE_TOKEN_COMMA))
            break;
        commas++;
    }
    if (!commas && items->nelts)
        return APR_ARRAY_IDX(items, 0, ipxe_node_t *);
    if (!items->nelts && !may_be_empty) {
        ipxe_parser_fail(parser, "expected an expression, found %s",
                         ipxe_token_show(parser->token, parser->pool));
        return NULL;
    }
    node = ipxe_node_make(parser, IPXE_NODE_TUPLE, begin);
    ipxe_node_items(node, items);
    return ipxe_node_end(parser, node);
}

/* ---- attributes, items, slices ---- */

static ipxe_node_t *attribute(ipxe_parser_t *parser, ipxe_node_t *of,
                              apr_size_t begin)
{
    const char *name;
    ipxe_node_t *node;

    parser->token++;
    if (parser->token->kind == IPXE_TOKEN_INT) {
        node = ipxe_node_make(parser, IPXE_NODE_ITEM, begin);
        node->b = constant(parser, parser->token->number);
    }
    else {
        node = ipxe_node_make(parser, IPXE_NODE_ATTR, begin);
        name = ipxe_parser_name(parser, "a name after '.'");
        if (!name)
            return NULL;
        ipxe_node_name(parser, node, name);
        if (ipxe_map_method(node->name))
            node->flags |= IPXE_NODE_METHOD;
        if (of->kind == IPXE_NODE_NAME)
            node->ref = apr_pstrcat(parser->pool, of->name, ".", node->name,
                                    NULL);
    }
    node->a = of;
    return ipxe_node_end(parser, node);
}

static int ends_subscript(const ipxe_parser_t *parser)
{
    return parser->token->kind == IPXE_TOKEN_RBRACKET ||
           parser->token->kind == IPXE_TOKEN_COMMA ||
           parser->token->kind == IPXE_TOKEN_COLON;
}

/* from:to:step, each of which may be missing; `from` was parsed. */
static ipxe_node_t *slice(ipxe_parser_t *parser, ipxe_node_t *of,
                          ipxe_node_t *from, apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_SLICE, begin);
    int i;

    node->a = of;
    node->items = apr_pcalloc(parser->pool, 3 * sizeof(*node->items));
    node->items[0] = from;
    node->count = 3;
    for (i = 1; i < 3 && ipxe_parser_skip(parser, IPXE_TOKEN_COLON); i++) {
        if (ends_subscript(parser))
            continue;
        node->items[i] = ipxe_parse_expression(parser);
        if (!node->items[i])
            return NULL;
    }
    if (!ipxe_parser_expect(parser, IPXE_TOKEN_RBRACKET, "']'"))
        return NULL;
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *subscript(ipxe_parser_t *parser, ipxe_node_t *of,
                              apr_size_t begin)
{
    ipxe_node_t *node, *at = NULL;

    parser->token++;
    if (parser->token->kind != IPXE_TOKEN_COLON) {
        at = ipxe_parse_expression(parser);
        if (!at)
            return NULL;
    }
    if (parser->token->kind == IPXE_TOKEN_COLON)
        return slice(parser, of, at, begin);
    if (!ipxe_parser_expect(parser, IPXE_TOKEN_RBRACKET, "']'"))
        return NULL;
    node = ipxe_node_make(parser, IPXE_NODE_ITEM, begin);
    node->a = of;
    node->b = at;
    return ipxe_node_end(parser, node);
}

/* ---- calls ---- */

typedef struct arguments_t {
    apr_array_header_t *items, *keys;
    unsigned flags;
} arguments_t;

static int misplaced(ipxe_parser_t *parser, const char *message)
{
    ipxe_parser_fail(parser, "%s", message);
    return 0;
}

static int argument(ipxe_parser_t *parser, arguments_t *args)
{
    ipxe_node_t *item;
    unsigned star = 0;

    if (args->flags & IPXE_NODE_DYN_KEYS)
        return misplaced(parser, "nothing can follow **");
    if (ipxe_parser_skip(parser, IPXE_TOKEN_MUL))
        star = IPXE_NODE_DYN_ARGS;
    else if (ipxe_parser_skip(parser, IPXE_TOKEN_POW))
        star = IPXE_NODE_DYN_KEYS;
    else if (parser->token->kind == IPXE_TOKEN_NAME &&
             parser->token[1].kind == IPXE_TOKEN_ASSIGN) {
        APR_ARRAY_PUSH(args->keys, const char *) =
            ipxe_library_intern(parser->library, parser->token->s);
        parser->token += 2;
    }
    else if (args->keys->nelts || args->flags)
        return misplaced(parser, "an argument without a name cannot follow "
                                 "one with a name");
    if (star == IPXE_NODE_DYN_ARGS && (args->flags || args->keys->nelts))
        return misplaced(parser, "*arguments stand before named ones, once");
    item = ipxe_parse_expression(parser);
    if (!item)
        return 0;
    APR_ARRAY_PUSH(args->items, ipxe_node_t *) = item;
    args->flags |= star;
    return 1;
}

static int arguments(ipxe_parser_t *parser, ipxe_node_t *node)
{
    arguments_t args;

    args.items = apr_array_make(parser->pool, 2, sizeof(ipxe_node_t *));
    args.keys = apr_array_make(parser->pool, 1, sizeof(const char *));
    args.flags = 0;
    parser->token++;
    while (parser->token->kind != IPXE_TOKEN_RPAREN) {
        if (args.items->nelts) {
            if (!ipxe_parser_expect(parser, IPXE_TOKEN_COMMA, "a comma"))
                return 0;
            if (parser->token->kind == IPXE_TOKEN_RPAREN)
                break;
        }
        if (!argument(parser, &args))
            return 0;
    }
    parser->token++;
    ipxe_node_items(node, args.items);
    node->keys = (const char **)(void *)args.keys->elts;
    node->key_count = args.keys->nelts;
    node->flags |= args.flags;
    return 1;
}

static ipxe_node_t *call(ipxe_parser_t *parser, ipxe_node_t *of,
                         apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_CALL, begin);

    node->a = of;
    if (!arguments(parser, node))
        return NULL;
    return ipxe_node_end(parser, node);
}

ipxe_node_t *ipxe_parse_postfix(ipxe_parser_t *parser, ipxe_node_t *node,
                                apr_size_t begin)
{
    while (node) {
        if (parser->token->kind == IPXE_TOKEN_DOT)
            node = attribute(parser, node, begin);
        else if (parser->token->kind == IPXE_TOKEN_LBRACKET)
            node = subscript(parser, node, begin);
        else if (parser->token->kind == IPXE_TOKEN_LPAREN)
            node = call(parser, node, begin);
        else
            break;
    }
    return node;
}

/* ---- filters and tests ---- */

static void named_row(ipxe_parser_t *parser, ipxe_node_t *node, int test)
{
    node->ref = test ? (const void *)ipxe_test_find(node->name)
                     : (const void *)ipxe_filter_find(node->name);
    if (node->ref)
        return;
    ipxe_filter_unknown(node->name, test, node->span, parser->diags);
    parser->failed = 1;
}

/* The node's span is its name's: that is what messages are about. */
static int row_name(ipxe_parser_t *parser, ipxe_node_t *node, int test)
{
    node->name = ipxe_parser_name(parser, test ? "the name of a test"
                                               : "the name of a filter");
    if (!node->name)
        return 0;
    while (ipxe_parser_skip(parser, IPXE_TOKEN_DOT)) {
        const char *more = ipxe_parser_name(parser, "a name after '.'");

        if (!more)
            return 0;
        node->name = apr_pstrcat(parser->pool, node->name, ".", more, NULL);
    }
    ipxe_node_end(parser, node);
    named_row(parser, node, test);
    return 1;
}

/* Arguments that are constants are bound to their parameters here. Too many or
 * too few of them are an error only where they come to be used. */
static void bind_constants(ipxe_parser_t *parser, ipxe_node_t *node,
                           const ipxe_row_t *row)
{
    if (node->key_count || node->count < row->least ||
        node->count > row->most ||
        node->flags & (IPXE_NODE_DYN_ARGS | IPXE_NODE_DYN_KEYS))
        return;
    node->bound = constants(parser, node, IPXE_MAX_PARAMS);
}

/* A pattern that is written out is compiled once, here, and found out where
 * it is not well-formed. */
static void compile_pattern(ipxe_parser_t *parser, ipxe_node_t *node,
                            const ipxe_row_t *row)
{
    const ipxe_node_t *first = node->count ? node->items[0] : NULL;
    int alone = node->kind != IPXE_NODE_TEST || node->count == 1;

    if (!(row->flags & IPXE_ROW_REGEX) || !first || !alone ||
        node->key_count || first->kind != IPXE_NODE_CONST ||
        first->value.kind != IPXE_KIND_TEXT)
        return;
    node->regex = ipxe_regex_compile(
        first->value.u.text->s,
        row->flags & IPXE_ROW_BEGIN ? IPXE_REGEX_ANCHORED : 0, first->span,
        parser->diags, parser->pool);
    if (!node->regex)
        parser->failed = 1;
}

/* What of a filter or a test can be made once. */
static ipxe_node_t *prepare(ipxe_parser_t *parser, ipxe_node_t *node)
{
    const ipxe_row_t *row = node->ref;

    if (row) {
        compile_pattern(parser, node, row);
        bind_constants(parser, node, row);
    }
    return node;
}

ipxe_node_t *ipxe_parse_filter(ipxe_parser_t *parser, ipxe_node_t *input,
                               apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_FILTER, begin);

    node->a = input;
    if (!row_name(parser, node, 0))
        return NULL;
    if (parser->token->kind == IPXE_TOKEN_LPAREN &&
        !arguments(parser, node))
        return NULL;
    return prepare(parser, node);
}

/* `x is divisibleby 3`: one argument without brackets. */
static int bare_argument(ipxe_parser_t *parser, ipxe_node_t *node)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *item;

    switch (parser->token->kind) {
    case IPXE_TOKEN_NAME:
        if (ipxe_parser_is(parser, "else") || ipxe_parser_is(parser, "or") ||
            ipxe_parser_is(parser, "and"))
            return 1;
        if (ipxe_parser_is(parser, "is"))
            return misplaced(parser, "tests cannot be chained with 'is'");
        break;
    case IPXE_TOKEN_TEXT:
    case IPXE_TOKEN_INT:
    case IPXE_TOKEN_FLOAT:
    case IPXE_TOKEN_LBRACKET:
    case IPXE_TOKEN_LBRACE:
        break;
    default:
        return 1;
    }
    item = ipxe_parse_postfix(parser, ipxe_parse_primary(parser), begin);
    if (!item)
        return 0;
    node->items = apr_palloc(parser->pool, sizeof(*node->items));
    node->items[0] = item;
    node->count = 1;
    return 1;
}

static ipxe_node_t *test(ipxe_parser_t *parser, ipxe_node_t *input)
{
    ipxe_node_t *node;
    unsigned negated;
    int good;

    parser->token++;
    negated = ipxe_parser_skip_name(parser, "not") ? IPXE_NODE_NEGATED : 0;
    node = ipxe_node_make(parser, IPXE_NODE_TEST, parser->token->begin);
    node->a = input;
    node->flags = negated;
    if (!row_name(parser, node, 1))
        return NULL;
    good = parser->token->kind == IPXE_TOKEN_LPAREN
               ? arguments(parser, node)
               : bare_argument(parser, node);
    return good ? prepare(parser, node) : NULL;
}

ipxe_node_t *ipxe_parse_filters(ipxe_parser_t *parser, ipxe_node_t *node,
                                apr_size_t begin)
{
    while (node) {
        if (ipxe_parser_skip(parser, IPXE_TOKEN_PIPE))
            node = ipxe_parse_filter(parser, node, parser->token->begin);
        else if (ipxe_parser_is(parser, "is"))
            node = test(parser, node);
        else if (parser->token->kind == IPXE_TOKEN_LPAREN)
            node = call(parser, node, begin);
        else
            break;
    }
    return node;
}
