/* SPDX-License-Identifier: Apache-2.0 */
/* The lexer: data and tags. What stands inside of a tag is in scan.c. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "template/data.h"
#include "template/scan.h"

static apr_size_t cuts_before(const ipxe_origin_t *origin, apr_size_t at)
{
    apr_size_t low = 0, high = origin->cut_count;

    while (low < high) {
        apr_size_t middle = low + (high - low) / 2;

        if (origin->cuts[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

ipxe_span_t ipxe_origin_span(const ipxe_origin_t *origin, apr_size_t begin,
                             apr_size_t end)
{
    if (!origin->exact)
        return origin->whole;
    return ipxe_span(origin->whole.source,
                     origin->base + begin + cuts_before(origin, begin),
                     origin->base + end + cuts_before(origin, end));
}

static const ipxe_delims_t usual = {
    {"{#", "{%", "{{"}, {"#}", "%}", "}}"}, 1, 1};

static int starts(const ipxe_lexer_t *lexer, apr_size_t at, const char *s)
{
    apr_size_t n = strlen(s);

    return at + n <= lexer->len && memcmp(lexer->text + at, s, n) == 0;
}

/* The kind of tag that begins at `at`: the longest delimiter wins. */
static int tag_at(const ipxe_lexer_t *lexer, apr_size_t at)
{
    int best = -1, i;

    for (i = 0; i < 3; i++) {
        if (starts(lexer, at, lexer->delims.begin[i]) &&
            (best < 0 || strlen(lexer->delims.begin[i]) >
                             strlen(lexer->delims.begin[best])))
            best = i;
    }
    return best;
}

static apr_size_t skip_space(const ipxe_lexer_t *lexer, apr_size_t at)
{
    apr_uint32_t code;
    int n;

    while ((n = ipxe_utf8_next(lexer->text + at, lexer->len - at, &code)) &&
           ipxe_letter_is_space(code))
        at += (apr_size_t)n;
    return at;
}

/* Where text that ends at `end` ends without the blanks there. */
static apr_size_t strip_end(const ipxe_lexer_t *lexer, apr_size_t begin,
                            apr_size_t end)
{
    while (end > begin) {
        apr_size_t at = end - 1;
        apr_uint32_t code;

        while (at > begin && ((unsigned char)lexer->text[at] & 0xc0) == 0x80)
            at--;
        if (!ipxe_utf8_next(lexer->text + at, end - at, &code) ||
            !ipxe_letter_is_space(code))
            break;
        end = at;
    }
    return end;
}

/* Where data ends before a tag with this sign ('-', '+' or 0). */
static apr_size_t data_end(const ipxe_lexer_t *lexer, apr_size_t begin,
                           apr_size_t end, char sign, int strip)
{
    apr_size_t line = end, stripped;

    if (sign == '-')
        return strip_end(lexer, begin, end);
    if (sign == '+' || !strip || !lexer->delims.lstrip)
        return end;
    while (line > begin && lexer->text[line - 1] != '\n')
        line--;
    if (line == begin && !lexer->line_start)
        return end;
    stripped = strip_end(lexer, line, end);
    return stripped == line ? line : end;
}

void ipxe_lexer_add(ipxe_lexer_t *lexer, ipxe_token_e kind, apr_size_t begin,
                    apr_size_t end)
{
    ipxe_token_t *token = apr_array_push(lexer->tokens);

    memset(token, 0, sizeof(*token));
    token->kind = kind;
    token->begin = begin;
    token->end = end;
}

static void add_data(ipxe_lexer_t *lexer, apr_size_t begin, apr_size_t end)
{
    ipxe_token_t *token;

    if (begin >= end)
        return;
    ipxe_lexer_add(lexer, IPXE_TOKEN_DATA, begin, end);
    token = &APR_ARRAY_IDX(lexer->tokens, lexer->tokens->nelts - 1,
                           ipxe_token_t);
    token->s = apr_pstrmemdup(lexer->pool, lexer->text + begin, end - begin);
    token->len = end - begin;
}

/* After a tag's end: `-` eats all blanks, a block eats one line's end. */
static void after_tag(ipxe_lexer_t *lexer, char sign, int trim)
{
    apr_size_t from = lexer->at;

    if (sign == '-')
        lexer->at = skip_space(lexer, lexer->at);
    else if (sign != '+' && trim && lexer->delims.trim &&
             lexer->at < lexer->len && lexer->text[lexer->at] == '\n')
        lexer->at++;
    lexer->line_start = lexer->at > from && lexer->text[lexer->at - 1] == '\n';
}

static char sign_at(const ipxe_lexer_t *lexer, apr_size_t at)
{
    if (at < lexer->len && (lexer->text[at] == '-' || lexer->text[at] == '+'))
        return lexer->text[at];
    return 0;
}

/* An end delimiter with an optional sign before it. */
int ipxe_lexer_end_at(const ipxe_lexer_t *lexer, apr_size_t at,
                      const char *end, char *sign, apr_size_t *after)
{
    *sign = sign_at(lexer, at);
    if (*sign && starts(lexer, at + 1, end)) {
        *after = at + 1 + strlen(end);
        return 1;
    }
    *sign = 0;
    *after = at + strlen(end);
    return starts(lexer, at, end);
}

ipxe_diag_t *ipxe_lexer_fail(ipxe_lexer_t *lexer, apr_size_t begin,
                             apr_size_t end, const char *message)
{
    return ipxe_diag_add(lexer->diags, IPXE_DIAG_TEMPLATE_SYNTAX,
                         ipxe_origin_span(lexer->origin, begin, end), "%s",
                         message);
}

static void raw_help(ipxe_diag_t *diag, const ipxe_lexer_t *lexer)
{
    ipxe_diag_help(diag,
                   "text that is to stand here as it is goes between "
                   "%s raw %s and %s endraw %s",
                   lexer->delims.begin[IPXE_TAG_BLOCK],
                   lexer->delims.end[IPXE_TAG_BLOCK],
                   lexer->delims.begin[IPXE_TAG_BLOCK],
                   lexer->delims.end[IPXE_TAG_BLOCK]);
}

static int comment(ipxe_lexer_t *lexer, apr_size_t begin)
{
    const char *end = lexer->delims.end[IPXE_TAG_COMMENT];
    apr_size_t at, after;
    char sign;

    for (at = lexer->at; at < lexer->len; at++) {
        if (ipxe_lexer_end_at(lexer, at, end, &sign, &after)) {
            lexer->at = after;
            after_tag(lexer, sign, 1);
            return 1;
        }
    }
    raw_help(ipxe_lexer_fail(
                 lexer, begin,
                 begin + strlen(lexer->delims.begin[IPXE_TAG_COMMENT]),
                 apr_psprintf(lexer->pool,
                              "comment is never closed: %s begins one",
                              lexer->delims.begin[IPXE_TAG_COMMENT])),
             lexer);
    return 0;
}

static apr_size_t word_at(const ipxe_lexer_t *lexer, apr_size_t at,
                          const char *word)
{
    apr_size_t n = strlen(word);

    at = skip_space(lexer, at);
    return starts(lexer, at, word) ? skip_space(lexer, at + n) : 0;
}

/* {% raw %} at `at`, after its delimiter and sign; 0, or where it ends. */
static apr_size_t raw_begin(const ipxe_lexer_t *lexer, apr_size_t at)
{
    const char *end = lexer->delims.end[IPXE_TAG_BLOCK];

    at = word_at(lexer, at, "raw");
    if (!at)
        return 0;
    if (at < lexer->len && lexer->text[at] == '-' &&
        starts(lexer, at + 1, end))
        return skip_space(lexer, at + 1 + strlen(end));
    return starts(lexer, at, end) ? at + strlen(end) : 0;
}

static int raw(ipxe_lexer_t *lexer, apr_size_t begin, apr_size_t body)
{
    const char *open = lexer->delims.begin[IPXE_TAG_BLOCK];
    const char *close = lexer->delims.end[IPXE_TAG_BLOCK];
    apr_size_t at, inner, after;
    char first, last;

    lexer->line_start = lexer->text[body - 1] == '\n';
    for (at = body; at < lexer->len; at++) {
        if (!starts(lexer, at, open))
            continue;
        inner = at + strlen(open);
        first = sign_at(lexer, inner);
        inner = word_at(lexer, inner + (first != 0), "endraw");
        if (!inner || !ipxe_lexer_end_at(lexer, inner, close, &last, &after))
            continue;
        add_data(lexer, body, data_end(lexer, body, at, first, 1));
        lexer->at = after;
        after_tag(lexer, last, 1);
        return 1;
    }
    ipxe_lexer_fail(lexer, begin, body, "raw block is never closed");
    return 0;
}

static int inside(ipxe_lexer_t *lexer, int tag, apr_size_t begin)
{
    static const ipxe_token_e kinds[3][2] = {
        {IPXE_TOKEN_END, IPXE_TOKEN_END},
        {IPXE_TOKEN_BLOCK_BEGIN, IPXE_TOKEN_BLOCK_END},
        {IPXE_TOKEN_OUTPUT_BEGIN, IPXE_TOKEN_OUTPUT_END}};
    apr_size_t end_begin;
    char sign;

    lexer->tags++;
    ipxe_lexer_add(lexer, kinds[tag][0], begin, lexer->at);
    if (!ipxe_lexer_inside(lexer, tag, begin, &sign, &end_begin)) {
        ipxe_diag_t *diag = APR_ARRAY_IDX(
            lexer->diags->all, lexer->diags->all->nelts - 1, ipxe_diag_t *);

        if (!diag->help)
            raw_help(diag, lexer);
        return 0;
    }
    ipxe_lexer_add(lexer, kinds[tag][1], end_begin, lexer->at);
    after_tag(lexer, sign, tag == IPXE_TAG_BLOCK);
    return 1;
}

static int one_tag(ipxe_lexer_t *lexer, int tag, apr_size_t begin,
                   apr_size_t data)
{
    apr_size_t at = begin + strlen(lexer->delims.begin[tag]), body;
    char sign = sign_at(lexer, at);

    add_data(lexer, data,
             data_end(lexer, data, begin, sign, tag != IPXE_TAG_OUTPUT));
    lexer->at = at + (sign != 0);
    if (tag == IPXE_TAG_COMMENT)
        return comment(lexer, begin);
    body = tag == IPXE_TAG_BLOCK ? raw_begin(lexer, lexer->at) : 0;
    if (body)
        return raw(lexer, begin, body);
    return inside(lexer, tag, begin);
}

static int all(ipxe_lexer_t *lexer)
{
    apr_size_t data = lexer->at, at = lexer->at;

    while (at < lexer->len) {
        int tag = tag_at(lexer, at);

        if (tag < 0) {
            at++;
            continue;
        }
        if (!one_tag(lexer, tag, at, data))
            return 0;
        at = data = lexer->at;
    }
    add_data(lexer, data, lexer->len);
    return 1;
}

/* Of a text without tags, which most values of a large rule set are. */
#define PLAIN_TOKENS 2

int ipxe_lexer_run(ipxe_tokens_t *tokens, const char *text, apr_size_t len,
                   const ipxe_origin_t *origin, int bare,
                   ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_lexer_t lexer;
    apr_size_t end;
    char sign;
    int good;

    memset(&lexer, 0, sizeof(lexer));
    lexer.text = text;
    lexer.len = len;
    lexer.origin = origin;
    lexer.diags = diags;
    lexer.pool = pool;
    lexer.delims = usual;
    lexer.line_start = 1;
    lexer.tokens = apr_array_make(
        pool, bare || memchr(text, '{', len) ? 16 : PLAIN_TOKENS,
        sizeof(ipxe_token_t));
    good = bare ? ipxe_lexer_inside(&lexer, -1, 0, &sign, &end)
                : ipxe_lexer_header(&lexer) && all(&lexer);
    ipxe_lexer_add(&lexer, IPXE_TOKEN_END, len, len);
    tokens->all = (const ipxe_token_t *)(void *)lexer.tokens->elts;
    tokens->count = (apr_size_t)lexer.tokens->nelts;
    tokens->tags = lexer.tags;
    return good;
}
