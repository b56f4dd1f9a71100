/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens inside of a tag: names, literals, operators. */
#include "template/scan.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "template/data.h"

#define MOST_BRACKETS 200

/* In the order of ipxe_token_e; longer ones first. */
static const char *const operators[] = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
    "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
#define OPERATOR_COUNT (sizeof(operators) / sizeof(operators[0]))

const char *ipxe_token_show(const ipxe_token_t *token, apr_pool_t *pool)
{
    static const char *const others[] = {
        "end",             "text",          "begin of a tag",
        "end of the tag",  "begin of output", "end of the output"};

    if (token->kind >= IPXE_TOKEN_FLOORDIV)
        return apr_psprintf(pool, "'%s'",
                            operators[token->kind - IPXE_TOKEN_FLOORDIV]);
    if (token->kind == IPXE_TOKEN_NAME)
        return apr_psprintf(pool, "'%s'", token->s);
    if (token->kind == IPXE_TOKEN_TEXT)
        return "a text";
    if (token->kind >= IPXE_TOKEN_INT)
        return "a number";
    return others[token->kind];
}

static ipxe_token_t *add_text(ipxe_lexer_t *lexer, ipxe_token_e kind,
                              apr_size_t begin, apr_size_t end,
                              const char *s, apr_size_t len)
{
    ipxe_token_t *token;

    ipxe_lexer_add(lexer, kind, begin, end);
    token = &APR_ARRAY_IDX(lexer->tokens, lexer->tokens->nelts - 1,
                           ipxe_token_t);
    token->s = s;
    token->len = len;
    return token;
}

static apr_size_t word_end(const ipxe_lexer_t *lexer, apr_size_t at)
{
    apr_uint32_t code;
    int n;

    while ((n = ipxe_utf8_next(lexer->text + at, lexer->len - at, &code)) &&
           ipxe_letter_is_word(code))
        at += (apr_size_t)n;
    return at;
}

static void name(ipxe_lexer_t *lexer)
{
    apr_size_t begin = lexer->at, end = word_end(lexer, begin);

    add_text(lexer, IPXE_TOKEN_NAME, begin, end,
             apr_pstrmemdup(lexer->pool, lexer->text + begin, end - begin),
             end - begin);
    lexer->at = end;
}

/* ---- numbers ---- */

/* Digits with single underscores between them. */
static apr_size_t digits(const ipxe_lexer_t *lexer, apr_size_t at)
{
    while (at < lexer->len &&
           (apr_isdigit(lexer->text[at]) ||
            (lexer->text[at] == '_' && at + 1 < lexer->len &&
             apr_isdigit(lexer->text[at + 1]) &&
             apr_isdigit(lexer->text[at - 1]))))
        at++;
    return at;
}

static apr_size_t fraction(const ipxe_lexer_t *lexer, apr_size_t at)
{
    if (at + 1 < lexer->len && lexer->text[at] == '.' &&
        apr_isdigit(lexer->text[at + 1]))
        return digits(lexer, at + 1);
    return at;
}

static apr_size_t exponent(const ipxe_lexer_t *lexer, apr_size_t at)
{
    apr_size_t from = at + 1;

    if (at + 1 >= lexer->len || (lexer->text[at] | 32) != 'e')
        return at;
    if (lexer->text[from] == '+' || lexer->text[from] == '-')
        from++;
    if (from >= lexer->len || !apr_isdigit(lexer->text[from]))
        return at;
    return digits(lexer, from);
}

/* 0x1f, 0o17, 0b11: how long it is, or 0. */
static apr_size_t prefixed(const ipxe_lexer_t *lexer, apr_size_t at)
{
    static const struct {
        char letter;
        const char *digits;
    } bases[] = {{'x', "0123456789abcdefABCDEF"},
                 {'o', "01234567"},
                 {'b', "01"}};
    unsigned i;

    if (lexer->text[at] != '0' || at + 2 >= lexer->len)
        return 0;
    for (i = 0; i < 3; i++) {
        apr_size_t end = at + 2;

        if ((lexer->text[at + 1] | 32) != bases[i].letter)
            continue;
        while (end < lexer->len && lexer->text[end] &&
               (strchr(bases[i].digits, lexer->text[end]) ||
                (lexer->text[end] == '_' && end + 1 < lexer->len &&
                 strchr(bases[i].digits, lexer->text[end + 1]))))
            end++;
        return end > at + 2 ? end : 0;
    }
    return 0;
}

static int number(ipxe_lexer_t *lexer)
{
    apr_size_t begin = lexer->at, end = prefixed(lexer, begin), whole;
    ipxe_token_t *token;
    apr_int64_t integer;
    double real;

    whole = end ? end : digits(lexer, begin);
    if (!end)
        end = exponent(lexer, fraction(lexer, whole));
    /* After a dot a number is an index: a.0.1 */
    if (begin > 0 && lexer->text[begin - 1] == '.')
        end = whole;
    lexer->at = end;
    token = add_text(lexer,
                     end > whole ? IPXE_TOKEN_FLOAT : IPXE_TOKEN_INT, begin,
                     end, lexer->text + begin, end - begin);
    if (end > whole && ipxe_float_read(&real, lexer->text + begin,
                                       end - begin)) {
        token->number = ipxe_value_float(real);
        return 1;
    }
    if (end == whole &&
        ipxe_int_read(&integer, lexer->text + begin, end - begin, 0)) {
        token->number = ipxe_value_int(integer);
        return 1;
    }
    ipxe_lexer_fail(lexer, begin, end,
                    lexer->text[begin] == '0' && end - begin > 1
                        ? "a number cannot begin with 0"
                        : "number does not fit into 64 bits");
    return 0;
}

/* ---- texts ---- */

static int hex_code(const char *s, apr_size_t max, apr_size_t n,
                    apr_uint32_t *code)
{
    apr_size_t i;

    *code = 0;
    if (n > max)
        return 0;
    for (i = 0; i < n; i++) {
        char c = s[i];

        if (!apr_isxdigit(c))
            return 0;
        *code = *code * 16 + (apr_uint32_t)(apr_isdigit(c)
                                                ? c - '0'
                                                : (c | 32) - 'a' + 10);
    }
    return 1;
}

/* \x41, \u00e9, \U0001f600: characters read, or 0. */
static apr_size_t coded(ipxe_text_t *out, const char *s, apr_size_t max)
{
    static const struct {
        char letter;
        apr_size_t n;
    } forms[] = {{'x', 2}, {'u', 4}, {'U', 8}};
    apr_uint32_t code;
    unsigned i;

    for (i = 0; i < 3; i++) {
        if (*s != forms[i].letter)
            continue;
        if (!hex_code(s + 1, max - 1, forms[i].n, &code) || code == 0 ||
            code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return 0;
        ipxe_text_add_code(out, code);
        return forms[i].n + 1;
    }
    return 0;
}

static apr_size_t octal(ipxe_text_t *out, const char *s, apr_size_t max)
{
    apr_uint32_t code = 0;
    apr_size_t n = 0;

    while (n < 3 && n < max && s[n] >= '0' && s[n] <= '7')
        code = code * 8 + (apr_uint32_t)(s[n++] - '0');
    if (code == 0)
        return 0;
    ipxe_text_add_code(out, code);
    return n;
}

/* What follows a backslash; zero where it is no character. */
static apr_size_t escape(ipxe_text_t *out, const char *s, apr_size_t max)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    const char *at = *s ? strchr(from, *s) : NULL;

    if (at) {
        ipxe_text_add_char(out, to[at - from]);
        return 1;
    }
    if (*s == '\n')
        return 1;
    if (*s == 'x' || *s == 'u' || *s == 'U')
        return coded(out, s, max);
    if (*s >= '0' && *s <= '7')
        return octal(out, s, max);
    ipxe_text_add_char(out, '\\');
    ipxe_text_add_char(out, *s);
    return 1;
}

static int literal(ipxe_lexer_t *lexer, apr_size_t end)
{
    apr_size_t at = lexer->at + 1, begin = lexer->at, n;
    ipxe_text_t *out = ipxe_text_make(end - at + 1, lexer->pool);

    while (at < end) {
        if (lexer->text[at] != '\\') {
            ipxe_text_add_char(out, lexer->text[at++]);
            continue;
        }
        n = escape(out, lexer->text + at + 1, end - at - 1);
        if (!n) {
            ipxe_lexer_fail(lexer, at, at + 2,
                            "this escape is not a character");
            return 0;
        }
        at += n + 1;
    }
    lexer->at = end + 1;
    add_text(lexer, IPXE_TOKEN_TEXT, begin, end + 1, out->data, out->len);
    return 1;
}

static int text(ipxe_lexer_t *lexer)
{
    char quote = lexer->text[lexer->at];
    apr_size_t at;

    for (at = lexer->at + 1; at < lexer->len; at++) {
        if (lexer->text[at] == quote)
            return literal(lexer, at);
        at += lexer->text[at] == '\\';
    }
    ipxe_lexer_fail(lexer, lexer->at, lexer->at + 1, "text is never closed");
    return 0;
}

/* ---- operators and the whole ---- */

typedef struct brackets_t {
    char open[MOST_BRACKETS];
    apr_size_t at[MOST_BRACKETS];
    int depth;
} brackets_t;

static int close_bracket(ipxe_lexer_t *lexer, brackets_t *brackets, char c)
{
    static const char closes[] = ")]}", opens[] = "([{";
    ipxe_diag_t *diag;
    apr_size_t from;

    if (brackets->depth > 0 &&
        brackets->open[brackets->depth - 1] == opens[strchr(closes, c) -
                                                     closes]) {
        brackets->depth--;
        return 1;
    }
    diag = ipxe_lexer_fail(lexer, lexer->at, lexer->at + 1,
                           apr_psprintf(lexer->pool, "unexpected '%c'", c));
    if (brackets->depth > 0) {
        from = brackets->at[brackets->depth - 1];
        ipxe_diag_note(diag, ipxe_origin_span(lexer->origin, from, from + 1),
                       "this is still open");
    }
    return 0;
}

static int balance(ipxe_lexer_t *lexer, brackets_t *brackets, char c)
{
    if (strchr("([{", c)) {
        if (brackets->depth == MOST_BRACKETS) {
            ipxe_lexer_fail(lexer, lexer->at, lexer->at + 1,
                            "brackets are nested too deep");
            return 0;
        }
        brackets->open[brackets->depth] = c;
        brackets->at[brackets->depth++] = lexer->at;
        return 1;
    }
    return !strchr(")]}", c) || close_bracket(lexer, brackets, c);
}

static int operator_at(ipxe_lexer_t *lexer, brackets_t *brackets)
{
    apr_size_t i;

    for (i = 0; i < OPERATOR_COUNT; i++) {
        apr_size_t n = strlen(operators[i]);

        if (lexer->at + n > lexer->len ||
            memcmp(lexer->text + lexer->at, operators[i], n) != 0)
            continue;
        if (!balance(lexer, brackets, operators[i][0]))
            return 0;
        ipxe_lexer_add(lexer, IPXE_TOKEN_FLOORDIV + (ipxe_token_e)i,
                       lexer->at, lexer->at + n);
        lexer->at += n;
        return 1;
    }
    ipxe_lexer_fail(lexer, lexer->at, lexer->at + 1,
                    apr_psprintf(lexer->pool, "unexpected character '%s'",
                                 ipxe_text_ascii(apr_pstrmemdup(
                                                     lexer->pool,
                                                     lexer->text + lexer->at,
                                                     1),
                                                 lexer->pool)));
    return 0;
}

static int one_token(ipxe_lexer_t *lexer, brackets_t *brackets)
{
    char c = lexer->text[lexer->at];

    if (apr_isdigit(c))
        return number(lexer);
    if (c == '\'' || c == '"')
        return text(lexer);
    if (word_end(lexer, lexer->at) > lexer->at) {
        name(lexer);
        return 1;
    }
    return operator_at(lexer, brackets);
}

static int never_closed(ipxe_lexer_t *lexer, int tag, apr_size_t begin)
{
    const char *open, *close;

    if (tag < 0)
        return 1;
    open = lexer->delims.begin[tag];
    close = lexer->delims.end[tag];
    ipxe_lexer_fail(lexer, begin, begin + strlen(open),
                    apr_psprintf(lexer->pool, "%s is never closed by %s",
                                 open, close));
    return 0;
}

static int is_end(ipxe_lexer_t *lexer, int tag, char *sign, apr_size_t *after)
{
    if (tag < 0 || !ipxe_lexer_end_at(lexer, lexer->at,
                                      lexer->delims.end[tag], sign, after))
        return 0;
    /* "+}}" is not an end: only blocks have it */
    return !(tag == IPXE_TAG_OUTPUT && *sign == '+');
}

int ipxe_lexer_inside(ipxe_lexer_t *lexer, int tag, apr_size_t begin,
                      char *sign, apr_size_t *end_begin)
{
    brackets_t brackets;
    apr_size_t after;
    apr_uint32_t code;
    int n;

    brackets.depth = 0;
    while (lexer->at < lexer->len) {
        n = ipxe_utf8_next(lexer->text + lexer->at, lexer->len - lexer->at,
                           &code);
        if (n && ipxe_letter_is_space(code)) {
            lexer->at += (apr_size_t)n;
            continue;
        }
        if (brackets.depth == 0 && is_end(lexer, tag, sign, &after)) {
            *end_begin = lexer->at;
            lexer->at = after;
            return 1;
        }
        if (!one_token(lexer, &brackets))
            return 0;
    }
    return never_closed(lexer, tag, begin);
}
