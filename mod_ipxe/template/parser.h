/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the parser: its state and its two halves, expressions
 * (parse_expr.c, parse_call.c) and statements (parse_tag.c, parser.c). A
 * function that fails returns NULL or zero; the diagnostic was added. */
#ifndef IPXE_TEMPLATE_PARSER_H
#define IPXE_TEMPLATE_PARSER_H

#include "template/node.h"

typedef struct ipxe_parser_t {
    const ipxe_token_t *token; /* the current one */
    ipxe_template_t *self;
    ipxe_library_t *library;
    ipxe_diags_t *diags;
    int depth;   /* of expressions and of tags */
    int failed;  /* an error after which parsing went on */
    int uses_loop, varargs, kwargs; /* names seen in the body under way */
    int closes; /* the body under way makes a macro, a module or a block */
    apr_pool_t *pool;
} ipxe_parser_t;

ipxe_node_t *ipxe_node_make(ipxe_parser_t *parser, ipxe_node_e kind,
                            apr_size_t begin);
/* Sets where the node ends: before the current token. */
ipxe_node_t *ipxe_node_end(ipxe_parser_t *parser, ipxe_node_t *node);
/* The name of a NAME or an ATTR, interned. */
void ipxe_node_name(ipxe_parser_t *parser, ipxe_node_t *node,
                    const char *name);
void ipxe_node_items(ipxe_node_t *node, const apr_array_header_t *items);

ipxe_diag_t *ipxe_parser_fail(ipxe_parser_t *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int ipxe_parser_is(const ipxe_parser_t *parser, const char *name);
int ipxe_parser_skip(ipxe_parser_t *parser, ipxe_token_e kind);
int ipxe_parser_skip_name(ipxe_parser_t *parser, const char *name);
int ipxe_parser_expect(ipxe_parser_t *parser, ipxe_token_e kind,
                       const char *what);
/* The name that stands here, interned; NULL with a diagnostic. */
const char *ipxe_parser_name(ipxe_parser_t *parser, const char *what);
int ipxe_parser_deeper(ipxe_parser_t *parser);

ipxe_node_t *ipxe_parse_expression(ipxe_parser_t *parser);
/* Without `x if y`: where an `if` after it has another meaning. */
ipxe_node_t *ipxe_parse_or(ipxe_parser_t *parser);
ipxe_node_t *ipxe_parse_primary(ipxe_parser_t *parser);
ipxe_node_t *ipxe_parse_postfix(ipxe_parser_t *parser, ipxe_node_t *node,
                                apr_size_t begin);
ipxe_node_t *ipxe_parse_filters(ipxe_parser_t *parser, ipxe_node_t *node,
                                apr_size_t begin);
/* a, b, c: a tuple where there is a comma. `end`: a name that ends it. */
ipxe_node_t *ipxe_parse_tuple(ipxe_parser_t *parser,
                              ipxe_node_t *(*part)(ipxe_parser_t *),
                              const char *end, int may_be_empty);
/* name(arguments), after the pipe. */
ipxe_node_t *ipxe_parse_filter(ipxe_parser_t *parser, ipxe_node_t *input,
                               apr_size_t begin);
ipxe_node_t *ipxe_parse_tag(ipxe_parser_t *parser);
/* Statements until one of the names; what ended it is the current token. */
ipxe_node_t *ipxe_parse_body(ipxe_parser_t *parser, const char *const *ends,
                             const char *opened, apr_size_t begin);

#endif
