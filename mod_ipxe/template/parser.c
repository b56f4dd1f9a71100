/* SPDX-License-Identifier: Apache-2.0 */
/* The parser's common part, and bodies of text, output and tags. */
#include "template/parser.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "template/lines.h"
#include "template/out.h"

ipxe_node_t *ipxe_node_make(ipxe_parser_t *parser, ipxe_node_e kind,
                            apr_size_t begin)
{
    ipxe_node_t *node = apr_pcalloc(parser->pool, sizeof(*node));

    node->kind = kind;
    node->span = ipxe_origin_span(&parser->self->origin, begin, begin + 1);
    return node;
}

static int below(const ipxe_node_t *node)
{
    return node ? node->depth : 0;
}

static void set_depth(ipxe_parser_t *parser, ipxe_node_t *node)
{
    int most = below(node->a), i;

    most = below(node->b) > most ? below(node->b) : most;
    most = below(node->c) > most ? below(node->c) : most;
    for (i = 0; i < node->count; i++)
        most = below(node->items[i]) > most ? below(node->items[i]) : most;
    node->depth = most + 1;
    if (node->depth != IPXE_MAX_CHAIN)
        return;
    ipxe_parser_fail(parser, "this expression has too many parts");
    parser->failed = 1;
}

ipxe_node_t *ipxe_node_end(ipxe_parser_t *parser, ipxe_node_t *node)
{
    apr_size_t end = parser->token[-1].end;

    if (node->kind < IPXE_NODE_BODY)
        set_depth(parser, node);
    if (parser->self->origin.exact)
        node->span.end =
            ipxe_origin_span(&parser->self->origin, end, end).end;
    return node;
}

void ipxe_node_name(ipxe_parser_t *parser, ipxe_node_t *node,
                    const char *name)
{
    node->name = name;
    node->key = ipxe_name_of(name, strlen(name));
    node->slot = ipxe_library_number(parser->library, name) % IPXE_RUN_NAMES;
}

void ipxe_node_items(ipxe_node_t *node, const apr_array_header_t *items)
{
    node->items = (ipxe_node_t **)(void *)items->elts;
    node->count = items->nelts;
}

static ipxe_diag_t *fail_at(ipxe_parser_t *parser, apr_size_t begin,
                            apr_size_t end, const char *message)
{
    return ipxe_diag_add(
        parser->diags, IPXE_DIAG_TEMPLATE_SYNTAX,
        ipxe_origin_span(&parser->self->origin, begin, end), "%s", message);
}

ipxe_diag_t *ipxe_parser_fail(ipxe_parser_t *parser, const char *format, ...)
{
    const char *message;
    va_list args;

    va_start(args, format);
    message = apr_pvsprintf(parser->pool, format, args);
    va_end(args);
    return fail_at(parser, parser->token->begin, parser->token->end, message);
}

int ipxe_parser_is(const ipxe_parser_t *parser, const char *name)
{
    return parser->token->kind == IPXE_TOKEN_NAME &&
           strcmp(parser->token->s, name) == 0;
}

int ipxe_parser_skip(ipxe_parser_t *parser, ipxe_token_e kind)
{
    if (parser->token->kind != kind)
        return 0;
    parser->token++;
    return 1;
}

int ipxe_parser_skip_name(ipxe_parser_t *parser, const char *name)
{
    if (!ipxe_parser_is(parser, name))
        return 0;
    parser->token++;
    return 1;
}

/* What people mean who write one '=' where a value ends. */
static void help_equals(const ipxe_parser_t *parser, ipxe_diag_t *diag)
{
    if (parser->token->kind == IPXE_TOKEN_ASSIGN)
        ipxe_diag_help(diag, "whether two values are equal is asked by '=='");
}

int ipxe_parser_expect(ipxe_parser_t *parser, ipxe_token_e kind,
                       const char *what)
{
    if (ipxe_parser_skip(parser, kind))
        return 1;
    help_equals(parser,
                ipxe_parser_fail(parser, "unexpected %s, expected %s",
                                 ipxe_token_show(parser->token, parser->pool),
                                 what));
    return 0;
}

const char *ipxe_parser_name(ipxe_parser_t *parser, const char *what)
{
    if (parser->token->kind != IPXE_TOKEN_NAME) {
        ipxe_parser_fail(parser, "unexpected %s, expected %s",
                         ipxe_token_show(parser->token, parser->pool), what);
        return NULL;
    }
    return ipxe_library_intern(parser->library, parser->token++->s);
}

int ipxe_parser_deeper(ipxe_parser_t *parser)
{
    if (++parser->depth <= IPXE_MAX_EXPR_DEPTH)
        return 1;
    ipxe_parser_fail(parser, "this is nested too deep");
    return 0;
}

/* ---- bodies ---- */

static ipxe_node_t *data(ipxe_parser_t *parser)
{
    const ipxe_token_t *token = parser->token++;
    ipxe_node_t *node =
        ipxe_node_make(parser, IPXE_NODE_TEXT, token->begin);
    apr_size_t len = strlen(token->s);
    char *s = apr_pcalloc(parser->pool, len + 1 + IPXE_OUT_BLOCK);

    memcpy(s, token->s, len);
    node->value = ipxe_value_text_n(s, len, IPXE_SAFE, parser->pool);
    node->ref = ipxe_lines_of(node->value.u.text, parser->pool);
    return node;
}

/* What people meant who wrote the likes of {{.Names}}. */
static void output_help(ipxe_diag_t *diag)
{
    if (!diag->help)
        ipxe_diag_help(diag, "if this is not meant for the template, put it "
                             "between {%% raw %%} and {%% endraw %%}");
}

static ipxe_node_t *output(ipxe_parser_t *parser)
{
    const ipxe_token_t *open = parser->token++;
    ipxe_node_t *node = ipxe_node_make(parser, IPXE_NODE_OUTPUT, open->begin);
    int before = parser->diags->all->nelts;

    node->a = ipxe_parse_tuple(parser, ipxe_parse_expression, NULL, 0);
    if (node->a)
        node->a = ipxe_parser_expect(parser, IPXE_TOKEN_OUTPUT_END,
                                     "the end of the output")
                      ? node->a
                      : NULL;
    if (node->a)
        return ipxe_node_end(parser, node);
    if (parser->diags->all->nelts > before)
        output_help(APR_ARRAY_IDX(parser->diags->all, before, ipxe_diag_t *));
    return NULL;
}

static int ends_here(const ipxe_parser_t *parser, const char *const *ends)
{
    for (; ends && *ends; ends++) {
        if (parser->token[1].kind == IPXE_TOKEN_NAME &&
            strcmp(parser->token[1].s, *ends) == 0)
            return 1;
    }
    return 0;
}

static ipxe_node_t *statement(ipxe_parser_t *parser)
{
    if (parser->token->kind == IPXE_TOKEN_DATA)
        return data(parser);
    if (parser->token->kind == IPXE_TOKEN_OUTPUT_BEGIN)
        return output(parser);
    parser->token++;
    return ipxe_parse_tag(parser);
}

static void not_closed(ipxe_parser_t *parser, const char *const *ends,
                       const char *opened, apr_size_t begin)
{
    const char *last = *ends;

    for (; *ends; ends++)
        last = *ends;
    fail_at(parser, begin, begin + strlen(opened),
            apr_psprintf(parser->pool, "'%s' is never closed by '%s'", opened,
                         last));
}

static ipxe_segment_e segment_kind(const ipxe_node_t *item)
{
    if (item->kind != IPXE_NODE_OUTPUT)
        return IPXE_SEGMENT_ITEM;
    if (item->a->kind == IPXE_NODE_NAME)
        return IPXE_SEGMENT_NAME;
    return item->a->kind == IPXE_NODE_ATTR ? IPXE_SEGMENT_ATTR
                                           : IPXE_SEGMENT_ITEM;
}

/* The text of a segment that has none: as much can be read of it as of any. */
static const char nothing[IPXE_OUT_BLOCK];

/* Two texts stand side by side where a comment parts them. */
static const ipxe_segment_t *segments_of(const ipxe_node_t *body,
                                         apr_pool_t *pool)
{
    ipxe_segment_t *all =
        apr_pcalloc(pool, ((apr_size_t)body->count + 1) * sizeof(*all));
    ipxe_segment_t *segment = all;
    int i;

    for (i = 0; i <= body->count; i++)
        all[i].text.s = nothing;
    for (i = 0; i < body->count; i++) {
        const ipxe_node_t *item = body->items[i];

        if (item->kind == IPXE_NODE_TEXT) {
            if (segment->own)
                segment++->what = IPXE_SEGMENT_NEXT;
            segment->text = *item->value.u.text;
            segment->lines = item->ref;
            segment->own = item;
            continue;
        }
        segment->item = item;
        segment->value = item->a;
        segment++->what = segment_kind(item);
    }
    return all;
}

ipxe_node_t *ipxe_parse_body(ipxe_parser_t *parser, const char *const *ends,
                             const char *opened, apr_size_t begin)
{
    ipxe_node_t *node =
        ipxe_node_make(parser, IPXE_NODE_BODY, parser->token->begin);
    apr_array_header_t *items =
        apr_array_make(parser->pool, 8, sizeof(ipxe_node_t *));
    ipxe_node_t *item;

    if (!ipxe_parser_deeper(parser))
        return NULL;
    while (parser->token->kind != IPXE_TOKEN_END) {
        if (parser->token->kind == IPXE_TOKEN_BLOCK_BEGIN &&
            ends_here(parser, ends)) {
            parser->token++;
            break;
        }
        item = statement(parser);
        if (!item)
            return NULL;
        APR_ARRAY_PUSH(items, ipxe_node_t *) = item;
    }
    if (ends && parser->token->kind == IPXE_TOKEN_END) {
        not_closed(parser, ends, opened, begin);
        return NULL;
    }
    parser->depth--;
    ipxe_node_items(node, items);
    node->ref = segments_of(node, parser->pool);
    return node;
}

static ipxe_node_t *bare(ipxe_parser_t *parser)
{
    ipxe_node_t *node = ipxe_parse_expression(parser);

    if (!node || parser->token->kind == IPXE_TOKEN_END)
        return node;
    help_equals(parser,
                ipxe_parser_fail(parser, "unexpected %s after the expression",
                                 ipxe_token_show(parser->token,
                                                 parser->pool)));
    return NULL;
}

/* There may be several pieces, parted by comments. */
static const char *constant_text(const ipxe_tokens_t *tokens,
                                 apr_pool_t *pool)
{
    ipxe_text_t *text;
    apr_size_t i;

    if (tokens->count == 2)
        return tokens->all[0].s;
    text = ipxe_text_make(64, pool);
    for (i = 0; i + 1 < tokens->count; i++)
        ipxe_text_add_n(text, tokens->all[i].s, tokens->all[i].len);
    return text->data;
}

int ipxe_parser_run(ipxe_template_t *self, const char *text, apr_size_t len,
                    ipxe_diags_t *diags)
{
    ipxe_parser_t parser;
    ipxe_tokens_t tokens;

    memset(&parser, 0, sizeof(parser));
    parser.self = self;
    parser.library = self->library;
    parser.diags = diags;
    parser.pool = self->library->pool;
    if (!ipxe_lexer_run(&tokens, text, len, &self->origin, self->expression,
                        diags, parser.pool))
        return 0;
    parser.token = tokens.all;
    self->root = self->expression ? bare(&parser)
                                  : ipxe_parse_body(&parser, NULL, "", 0);
    if (!self->root || parser.failed)
        return 0;
    if (!self->expression && tokens.tags == 0)
        self->constant = constant_text(&tokens, parser.pool);
    return 1;
}
