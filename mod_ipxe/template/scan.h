/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the lexer: its state, and what stands inside of a tag. */
#ifndef IPXE_TEMPLATE_SCAN_H
#define IPXE_TEMPLATE_SCAN_H

#include "template/lexer.h"

enum { IPXE_TAG_COMMENT, IPXE_TAG_BLOCK, IPXE_TAG_OUTPUT };

typedef struct ipxe_delims_t {
    const char *begin[3], *end[3]; /* by kind of tag */
    int trim, lstrip;
} ipxe_delims_t;

typedef struct ipxe_lexer_t {
    const char *text;
    apr_size_t len, at;
    ipxe_delims_t delims;
    int line_start; /* what stands before `at` ended a line */
    int tags;
    const ipxe_origin_t *origin;
    apr_array_header_t *tokens; /* of ipxe_token_t */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} ipxe_lexer_t;

void ipxe_lexer_add(ipxe_lexer_t *lexer, ipxe_token_e kind, apr_size_t begin,
                    apr_size_t end);
ipxe_diag_t *ipxe_lexer_fail(ipxe_lexer_t *lexer, apr_size_t begin,
                             apr_size_t end, const char *message);
int ipxe_lexer_end_at(const ipxe_lexer_t *lexer, apr_size_t at,
                      const char *end, char *sign, apr_size_t *after);

/* The tokens of a tag whose begin delimiter began at `begin`, up to and with
 * its end; tag -1: of the whole text. */
int ipxe_lexer_inside(ipxe_lexer_t *lexer, int tag, apr_size_t begin,
                      char *sign, apr_size_t *end_begin);

/* A first line "#jinja2: variable_start_string:'[[', ..." */
int ipxe_lexer_header(ipxe_lexer_t *lexer);

#endif
