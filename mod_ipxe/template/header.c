/* SPDX-License-Identifier: Apache-2.0 */
/* The first line "#jinja2: key: value, ..." that changes delimiters and the
 * control of blanks, as in Ansible. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "template/scan.h"

#define HEADER "#jinja2:"

static const char *const keys[] = {
    "comment_start_string",  "block_start_string", "variable_start_string",
    "comment_end_string",    "block_end_string",   "variable_end_string",
    "trim_blocks",           "lstrip_blocks"};
#define KEY_COUNT ((int)(sizeof(keys) / sizeof(keys[0])))

static int find_key(const char *s, apr_size_t len)
{
    int i;

    for (i = 0; i < KEY_COUNT; i++) {
        if (strlen(keys[i]) == len && memcmp(keys[i], s, len) == 0)
            return i;
    }
    return -1;
}

static const char *skip(const char *at, const char *end, const char *what)
{
    while (at < end && strchr(what, *at))
        at++;
    return at;
}

/* A quoted text, or True or False; NULL: neither. */
static const char *value_end(const char *at, const char *end)
{
    const char *close;

    if (at < end && (*at == '\'' || *at == '"')) {
        close = memchr(at + 1, *at, (apr_size_t)(end - at - 1));
        return close && close > at + 1 ? close + 1 : NULL;
    }
    close = at;
    while (close < end && apr_isalpha(*close))
        close++;
    return close > at ? close : NULL;
}

static int apply(ipxe_lexer_t *lexer, int key, const char *at,
                 const char *end)
{
    int quoted = *at == '\'' || *at == '"';
    const char *text = quoted ? apr_pstrmemdup(lexer->pool, at + 1,
                                               (apr_size_t)(end - at - 2))
                              : NULL;
    int yes = (*at | 32) == 't';

    if (quoted != (key < 6))
        return 0;
    if (key < 3)
        lexer->delims.begin[key] = text;
    else if (key < 6)
        lexer->delims.end[key - 3] = text;
    else if (key == 6)
        lexer->delims.trim = yes;
    else
        lexer->delims.lstrip = yes;
    return 1;
}

static int bad(ipxe_lexer_t *lexer, const char *at, const char *end,
               const char *message)
{
    apr_size_t begin = (apr_size_t)(at - lexer->text);

    ipxe_diag_help(ipxe_lexer_fail(lexer, begin,
                                   (apr_size_t)(end - lexer->text), message),
                   "such a line looks like: #jinja2: "
                   "variable_start_string: '[[', "
                   "variable_end_string: ']]'");
    return 0;
}

static int settings(ipxe_lexer_t *lexer, const char *at, const char *end)
{
    const char *key, *value, *after;
    int known;

    for (at = skip(at, end, " \t,"); at < end; at = skip(after, end, " \t,")) {
        key = at;
        while (at < end && (apr_isalpha(*at) || *at == '_'))
            at++;
        known = find_key(key, (apr_size_t)(at - key));
        if (known < 0)
            return bad(lexer, key, at > key ? at : end,
                       "unknown setting in the first line");
        value = skip(at, end, " \t");
        if (value >= end || *value != ':')
            return bad(lexer, key, at, "setting has no value");
        value = skip(value + 1, end, " \t");
        after = value_end(value, end);
        if (!after || !apply(lexer, known, value, after))
            return bad(lexer, key, at, "setting has no value that fits");
    }
    return 1;
}

int ipxe_lexer_header(ipxe_lexer_t *lexer)
{
    apr_size_t n = sizeof(HEADER) - 1;
    const char *end, *at = lexer->text;

    if (lexer->len < n || memcmp(at, HEADER, n) != 0)
        return 1;
    end = memchr(at, '\n', lexer->len);
    if (!end)
        end = at + lexer->len;
    lexer->at = (apr_size_t)(end - lexer->text);
    lexer->at += lexer->at < lexer->len;
    return settings(lexer, at + n, end);
}
