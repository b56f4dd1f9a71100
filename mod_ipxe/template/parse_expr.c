/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions, from the loosest binding to the tightest: x if y else z, or,
 * and, not, comparisons, + -, ~, * / // %, **, signs. */
#include "base/limits.h"
#include "template/parser.h"

typedef ipxe_node_t *part_fn(ipxe_parser_t *parser);

static ipxe_node_t *two(ipxe_parser_t *parser, ipxe_node_e kind,
                        ipxe_token_e op, apr_size_t begin, ipxe_node_t *a,
                        ipxe_node_t *b)
{
    ipxe_node_t *node;

    if (!a || !b)
        return NULL;
    node = ipxe_node_make(parser, kind, begin);
    node->op = op;
    node->a = a;
    node->b = b;
    return ipxe_node_end(parser, node);
}

/* A node of one operand has it twice. */
static ipxe_node_t *unary(ipxe_parser_t *parser, int filters)
{
    apr_size_t begin = parser->token->begin;
    ipxe_token_e kind = parser->token->kind;
    ipxe_node_t *node;

    if (!ipxe_parser_deeper(parser))
        return NULL;
    if (kind == IPXE_TOKEN_SUB || kind == IPXE_TOKEN_ADD) {
        parser->token++;
        node = unary(parser, 0);
        node = two(parser,
                   kind == IPXE_TOKEN_SUB ? IPXE_NODE_NEG : IPXE_NODE_POS,
                   kind, begin, node, node);
    }
    else {
        node = ipxe_parse_primary(parser);
    }
    node = ipxe_parse_postfix(parser, node, begin);
    if (filters)
        node = ipxe_parse_filters(parser, node, begin);
    parser->depth--;
    return node;
}

static ipxe_node_t *power(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *left = unary(parser, 1);

    while (left && ipxe_parser_skip(parser, IPXE_TOKEN_POW))
        left = two(parser, IPXE_NODE_BINARY, IPXE_TOKEN_POW, begin, left,
                   unary(parser, 1));
    return left;
}

static ipxe_node_t *left_to_right(ipxe_parser_t *parser, part_fn *part,
                                  const ipxe_token_e *ops, int count)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *left = part(parser);
    int i = 0;

    while (left && i < count) {
        for (i = 0; i < count && parser->token->kind != ops[i]; i++)
            ;
        if (i == count)
            break;
        parser->token++;
        left = two(parser, IPXE_NODE_BINARY, ops[i], begin, left,
                   part(parser));
    }
    return left;
}

static ipxe_node_t *product(ipxe_parser_t *parser)
{
    static const ipxe_token_e ops[] = {IPXE_TOKEN_MUL, IPXE_TOKEN_DIV,
                                       IPXE_TOKEN_FLOORDIV, IPXE_TOKEN_MOD};

    return left_to_right(parser, power, ops, 4);
}

static ipxe_node_t *concat(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *part = product(parser), *node;
    apr_array_header_t *items;

    if (!part || parser->token->kind != IPXE_TOKEN_TILDE)
        return part;
    items = apr_array_make(parser->pool, 4, sizeof(ipxe_node_t *));
    APR_ARRAY_PUSH(items, ipxe_node_t *) = part;
    while (ipxe_parser_skip(parser, IPXE_TOKEN_TILDE)) {
        part = product(parser);
        if (!part)
            return NULL;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = part;
    }
    node = ipxe_node_make(parser, IPXE_NODE_CONCAT, begin);
    ipxe_node_items(node, items);
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *sum(ipxe_parser_t *parser)
{
    static const ipxe_token_e ops[] = {IPXE_TOKEN_ADD, IPXE_TOKEN_SUB};

    return left_to_right(parser, concat, ops, 2);
}

/* The operator of a comparison here: `in` is NAME, `not in` is END. */
static int comparison(ipxe_parser_t *parser, ipxe_token_e *op)
{
    *op = parser->token->kind;
    if (*op == IPXE_TOKEN_EQ || *op == IPXE_TOKEN_NE ||
        *op == IPXE_TOKEN_GE || *op == IPXE_TOKEN_LE ||
        *op == IPXE_TOKEN_GT || *op == IPXE_TOKEN_LT) {
        parser->token++;
        return 1;
    }
    if (ipxe_parser_skip_name(parser, "in"))
        return 1;
    if (!ipxe_parser_is(parser, "not") ||
        parser->token[1].kind != IPXE_TOKEN_NAME ||
        !ipxe_text_eq(parser->token[1].s, "in"))
        return 0;
    parser->token += 2;
    *op = IPXE_TOKEN_END;
    return 1;
}

static ipxe_node_t *compare(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *left = sum(parser), *node, *right;
    apr_array_header_t *items, *ops;
    ipxe_token_e op;

    if (!left || !comparison(parser, &op))
        return left;
    items = apr_array_make(parser->pool, 1, sizeof(ipxe_node_t *));
    ops = apr_array_make(parser->pool, 1, sizeof(ipxe_token_e));
    do {
        right = sum(parser);
        if (!right)
            return NULL;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = right;
        APR_ARRAY_PUSH(ops, ipxe_token_e) = op;
    } while (comparison(parser, &op));
    node = ipxe_node_make(parser, IPXE_NODE_COMPARE, begin);
    node->a = left;
    ipxe_node_items(node, items);
    node->ops = (const ipxe_token_e *)(void *)ops->elts;
    return ipxe_node_end(parser, node);
}

static ipxe_node_t *negation(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *node;

    if (!ipxe_parser_skip_name(parser, "not"))
        return compare(parser);
    if (!ipxe_parser_deeper(parser))
        return NULL;
    node = negation(parser);
    parser->depth--;
    return two(parser, IPXE_NODE_NOT, IPXE_TOKEN_END, begin, node, node);
}

static ipxe_node_t *conjunction(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *left = negation(parser);

    while (left && ipxe_parser_skip_name(parser, "and"))
        left = two(parser, IPXE_NODE_AND, IPXE_TOKEN_END, begin, left,
                   negation(parser));
    return left;
}

ipxe_node_t *ipxe_parse_or(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *left = conjunction(parser);

    while (left && ipxe_parser_skip_name(parser, "or"))
        left = two(parser, IPXE_NODE_OR, IPXE_TOKEN_END, begin, left,
                   conjunction(parser));
    return left;
}

static ipxe_node_t *condition(ipxe_parser_t *parser, ipxe_node_t *then,
                              apr_size_t begin)
{
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_COND, begin);

    node->b = then;
    node->a = ipxe_parse_or(parser);
    if (!node->a)
        return NULL;
    if (ipxe_parser_skip_name(parser, "else")) {
        node->c = ipxe_parse_expression(parser);
        if (!node->c)
            return NULL;
    }
    return ipxe_node_end(parser, node);
}

ipxe_node_t *ipxe_parse_expression(ipxe_parser_t *parser)
{
    apr_size_t begin = parser->token->begin;
    ipxe_node_t *node;

    if (!ipxe_parser_deeper(parser))
        return NULL;
    node = ipxe_parse_or(parser);
    while (node && ipxe_parser_skip_name(parser, "if"))
        node = condition(parser, node, begin);
    parser->depth--;
    return node;
}
