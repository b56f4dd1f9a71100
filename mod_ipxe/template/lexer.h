/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: text to tokens, with the control of blanks
 * (trim_blocks, lstrip_blocks, - and +) already done. */
#ifndef IPXE_TEMPLATE_LEXER_H
#define IPXE_TEMPLATE_LEXER_H

#include "base/diag.h"
#include "template/value.h"

/* Where the text of a template stands in a source. */
typedef struct ipxe_origin_t {
    ipxe_span_t whole;
    apr_size_t base;        /* offset of the text's first byte in the source */
    int exact;              /* else every error points at the whole */
    const apr_size_t *cuts; /* where a CR was taken out, or NULL */
    apr_size_t cut_count;
} ipxe_origin_t;

ipxe_span_t ipxe_origin_span(const ipxe_origin_t *origin, apr_size_t begin,
                             apr_size_t end);

typedef enum ipxe_token_e {
    IPXE_TOKEN_END,
    IPXE_TOKEN_DATA, /* text outside of tags */
    IPXE_TOKEN_BLOCK_BEGIN,
    IPXE_TOKEN_BLOCK_END,
    IPXE_TOKEN_OUTPUT_BEGIN,
    IPXE_TOKEN_OUTPUT_END,
    IPXE_TOKEN_NAME,
    IPXE_TOKEN_TEXT, /* a literal text, its escapes read */
    IPXE_TOKEN_INT,
    IPXE_TOKEN_FLOAT,
    /* operators: the order is that of a table in lexer.c */
    IPXE_TOKEN_FLOORDIV,
    IPXE_TOKEN_POW,
    IPXE_TOKEN_EQ,
    IPXE_TOKEN_NE,
    IPXE_TOKEN_GE,
    IPXE_TOKEN_LE,
    IPXE_TOKEN_ADD,
    IPXE_TOKEN_SUB,
    IPXE_TOKEN_DIV,
    IPXE_TOKEN_MUL,
    IPXE_TOKEN_MOD,
    IPXE_TOKEN_TILDE,
    IPXE_TOKEN_LBRACKET,
    IPXE_TOKEN_RBRACKET,
    IPXE_TOKEN_LPAREN,
    IPXE_TOKEN_RPAREN,
    IPXE_TOKEN_LBRACE,
    IPXE_TOKEN_RBRACE,
    IPXE_TOKEN_GT,
    IPXE_TOKEN_LT,
    IPXE_TOKEN_ASSIGN,
    IPXE_TOKEN_DOT,
    IPXE_TOKEN_COLON,
    IPXE_TOKEN_PIPE,
    IPXE_TOKEN_COMMA,
    IPXE_TOKEN_SEMICOLON
} ipxe_token_e;

typedef struct ipxe_token_t {
    ipxe_token_e kind;
    apr_size_t begin, end; /* in the template's text */
    const char *s;         /* NUL-terminated: name, data, literal */
    apr_size_t len;
    ipxe_value_t number; /* of INT and FLOAT */
} ipxe_token_t;

typedef struct ipxe_tokens_t {
    const ipxe_token_t *all; /* the last one is END */
    apr_size_t count;
    int tags; /* how many tags of output and blocks there are */
} ipxe_tokens_t;

/* Nonzero, or zero with a diagnostic. The text must live as long as pool.
 * `bare`: the text is one expression without delimiters. */
int ipxe_lexer_run(ipxe_tokens_t *tokens, const char *text, apr_size_t len,
                   const ipxe_origin_t *origin, int bare,
                   ipxe_diags_t *diags, apr_pool_t *pool);

/* "'+'", "name 'x'", "the end": as messages show a token. */
const char *ipxe_token_show(const ipxe_token_t *token, apr_pool_t *pool);

#endif
