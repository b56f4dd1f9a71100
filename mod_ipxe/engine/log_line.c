/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a log line: NAME="VALUE", NAME=VALUE, "VALUE", [TIME]. */
#include "engine/log_line.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, apr_tolower(c)) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* What a backslash and the character at s stand for, as httpd writes its
 * logs; *used is set to the characters read. */
static char unescape(apr_size_t *used, const char *s)
{
    static const char from[] = "bnrtv", to[] = "\b\n\r\t\v";
    const char *at = strchr(from, *s);

    *used = 1;
    if (*s == 'x' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0) {
        *used = 3;
        return (char)(hex_digit(s[1]) * 16 + hex_digit(s[2]));
    }
    return at ? to[at - from] : *s;
}

/* The text up to the closing quote; the place after it. */
static const char *read_quoted(const char **value, const char *s,
                               apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(64, pool);

    while (*s && *s != '"') {
        apr_size_t used = 0;
        char c = *s++;

        if (c == '\\' && *s) {
            c = unescape(&used, s);
            s += used;
        }
        if (c)
            ipxe_text_add_char(text, c);
    }
    *value = text->data;
    return *s ? s + 1 : s;
}

/* ---- Time ---- */

static int month_of(const char *text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int i;

    for (i = 0; i < 12; i++)
        if (strncmp(names + i * 3, text, 3) == 0)
            return i;
    return -1;
}

static int has_shape(const char *text, const char *shape)
{
    for (; *shape; shape++, text++) {
        if (*shape == 'd' ? !apr_isdigit(*text)
                          : *shape != '*' && *shape != *text)
            return 0;
        if (!*text)
            return 0;
    }
    return 1;
}

/* "22/Nov/2026:18:51:19 +0000"; 0 where it is none. */
static apr_time_t read_time(const char *text)
{
    apr_time_exp_t clock;
    apr_time_t at = 0;
    apr_int64_t zone;

    memset(&clock, 0, sizeof(clock));
    if (!has_shape(text, "dd/***/dddd:dd:dd:dd *dddd"))
        return 0;
    clock.tm_mday = (int)apr_atoi64(text);
    clock.tm_mon = month_of(text + 3);
    clock.tm_year = (int)apr_atoi64(text + 7) - 1900;
    clock.tm_hour = (int)apr_atoi64(text + 12);
    clock.tm_min = (int)apr_atoi64(text + 15);
    clock.tm_sec = (int)apr_atoi64(text + 18);
    zone = apr_atoi64(text + 22);
    clock.tm_gmtoff = (int)((zone / 100 * 60 + zone % 100) * 60);
    if (text[21] == '-')
        clock.tm_gmtoff = -clock.tm_gmtoff;
    if (clock.tm_mon < 0 || apr_time_exp_gmt_get(&at, &clock) != APR_SUCCESS)
        return 0;
    return at;
}

/* ---- Words ---- */

static const struct {
    const char *name;
    apr_size_t offset;
} words[] = {
    {"profile=", offsetof(ipxe_log_line_t, profile)},
    {"rule=", offsetof(ipxe_log_line_t, rule)},
    {"stage=", offsetof(ipxe_log_line_t, stage)},
    {"facts=", offsetof(ipxe_log_line_t, facts)},
};

typedef struct word_t {
    const char *name; /* with its '=' */
    apr_size_t name_len;
    const char *value; /* NULL: it has no name and no quotes */
    int quoted;
} word_t;

/* The word at s, which is no blank; the place after it. */
static const char *read_word(word_t *word, const char *s, apr_pool_t *pool)
{
    apr_size_t len;

    word->name = s;
    s += strcspn(s, " =\"");
    s += *s == '=';
    word->name_len = (apr_size_t)(s - word->name);
    word->quoted = *s == '"';
    word->value = NULL;
    if (word->quoted)
        return read_quoted(&word->value, s + 1, pool);
    len = strcspn(s, " ");
    if (word->name_len && s[-1] == '=')
        word->value = apr_pstrmemdup(pool, s, len);
    return s + len;
}

/* A value without a name is the action, before all names; after the facts it
 * is the User-Agent. */
static void take_word(ipxe_log_line_t *read, int *named, const word_t *word)
{
    apr_size_t i;

    if (!word->value)
        return;
    if (word->name_len == 0) {
        if (read->facts)
            read->user_agent = word->value;
        else if (!*named)
            read->action = word->value;
        return;
    }
    *named = 1;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char **member =
            (const char **)(void *)((char *)read + words[i].offset);

        if (strlen(words[i].name) == word->name_len &&
            strncmp(words[i].name, word->name, word->name_len) == 0)
            *member = word->value;
    }
}

static const char *present(const char *value)
{
    return value && strcmp(value, "-") != 0 ? value : NULL;
}

void ipxe_log_line_read(ipxe_log_line_t *read, const char *line,
                        apr_pool_t *pool)
{
    const char *s = apr_pstrmemdup(pool, line, strcspn(line, "\r\n"));
    word_t word;
    int named = 0;

    memset(read, 0, sizeof(*read));
    while (*(s += strspn(s, " "))) {
        if (*s == '[') {
            if (!read->at)
                read->at = read_time(s + 1);
            s += strcspn(s, "]");
            s += *s == ']';
            continue;
        }
        s = read_word(&word, s, pool);
        take_word(read, &named, &word);
    }
    read->action = present(read->action);
    read->profile = present(read->profile);
    read->rule = present(read->rule);
    read->stage = present(read->stage);
    read->facts = present(read->facts);
    read->user_agent = present(read->user_agent);
}
