/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an iPXE script as iPXE does: lines that go on, comments, words. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

/* BIOS builds of 2019 take 250 words in a line and fail at 300. */
#define MOST_WORDS 200

/* Where the reading is. */
typedef struct reader_t {
    ipxe_lint_t *lint;
    const char *text;
    apr_size_t at, len;
    int went_on;     /* the line has gone on over a line's end */
    apr_size_t last; /* where the last backslash that did so stands */
} reader_t;

static ipxe_diag_t *complain(const reader_t *reader, ipxe_code_e code,
                             apr_size_t begin, apr_size_t end,
                             const char *message)
{
    return ipxe_diag_add(reader->lint->diags, code,
                         ipxe_span(reader->lint->source, begin, end), "%s",
                         message);
}

/* ---- Characters ---- */

/* Bytes of the line's end that stands at `at`: "\n", "\r\n", or the end. */
static int end_at(const reader_t *reader, apr_size_t at)
{
    if (at >= reader->len)
        return 1;
    if (reader->text[at] == '\n')
        return 1;
    return reader->text[at] == '\r' && at + 1 < reader->len &&
                   reader->text[at + 1] == '\n'
               ? 2
               : 0;
}

/* Steps over backslashes that end a line. */
static void go_on(reader_t *reader)
{
    while (reader->at < reader->len && reader->text[reader->at] == '\\' &&
           end_at(reader, reader->at + 1)) {
        reader->went_on = 1;
        reader->last = reader->at;
        if (reader->at + 1 + (apr_size_t)end_at(reader, reader->at + 1) >=
            reader->len)
            ipxe_diag_help(complain(reader, IPXE_DIAG_BACKSLASH, reader->at,
                                    reader->at + 1,
                                    "the script ends in a backslash, and iPXE "
                                    "refuses its last line"),
                           "take the backslash away");
        reader->at += 1 + (apr_size_t)end_at(reader, reader->at + 1);
    }
}

/* The character that stands here, '\n' at the line's end. */
static char here(reader_t *reader)
{
    go_on(reader);
    return end_at(reader, reader->at) ? '\n' : reader->text[reader->at];
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' ||
           c == '\0';
}

/* ---- Words ---- */

static int read_word(ipxe_lint_word_t *word, reader_t *reader)
{
    ipxe_text_t *text;
    apr_size_t begin;
    char c;

    while (is_blank(here(reader)))
        reader->at++;
    if (here(reader) == '\n')
        return 0;
    text = ipxe_text_make(32, reader->lint->pool);
    begin = reader->at;
    for (c = here(reader); c != '\n' && !is_blank(c); c = here(reader)) {
        ipxe_text_add_char(text, c);
        reader->at++;
    }
    word->text = text->data;
    word->span = ipxe_span(reader->lint->source, begin, begin + text->len);
    return 1;
}

static void skip_comment(reader_t *reader)
{
    reader->went_on = 0;
    while (here(reader) != '\n')
        reader->at++;
    if (reader->went_on)
        ipxe_diag_help(
            complain(reader, IPXE_DIAG_BACKSLASH, reader->last,
                     reader->last + 1,
                     "a backslash ends the comment, which swallows the next "
                     "line"),
            "take the backslash away");
}

/* ---- Commands ---- */

/* '&' and '|' for && and ||, ';' for itself, 0 for any other word. */
static char joint_of(const char *word)
{
    if (strcmp(word, "&&") == 0 || strcmp(word, "||") == 0 ||
        strcmp(word, ";") == 0)
        return *word;
    return 0;
}

/* Options stand before the first plain word; "--" ends them. */
static int first_plain(const ipxe_lint_command_t *command, apr_pool_t *pool)
{
    int i = 1;

    while (i < command->count && command->words[i].text[0] == '-' &&
           command->words[i].text[1]) {
        const char *word = command->words[i++].text;
        ipxe_lint_option_t option;

        if (strcmp(word, "--") == 0)
            break;
        if (ipxe_lint_option(&option, command->row, word, pool) &&
            option.valued && !strchr(word, '=') && i < command->count &&
            (word[1] == '-' || !word[2]))
            i++;
    }
    return i;
}

static void add_command(apr_array_header_t *commands, char joint,
                        const ipxe_lint_word_t *words, int count,
                        apr_pool_t *pool)
{
    ipxe_lint_command_t *command = apr_array_push(commands);

    memset(command, 0, sizeof(*command));
    command->joint = joint;
    command->words = words;
    command->count = count;
    command->row = count ? ipxe_lint_row(words[0].text) : NULL;
    command->plain = command->row ? first_plain(command, pool) : count;
}

/* What follows catches a failure: another way, or a new command. */
static void set_caught(apr_array_header_t *commands)
{
    int caught = 0, i;

    for (i = commands->nelts - 1; i >= 0; i--) {
        ipxe_lint_command_t *command =
            &APR_ARRAY_IDX(commands, i, ipxe_lint_command_t);

        command->caught = caught;
        caught |= command->joint == '|' || command->joint == ';';
    }
}

static void split(ipxe_lint_line_t *line, const apr_array_header_t *words,
                  int first, apr_pool_t *pool)
{
    apr_array_header_t *commands =
        apr_array_make(pool, 2, sizeof(ipxe_lint_command_t));
    const ipxe_lint_word_t *all = (const ipxe_lint_word_t *)words->elts;
    char joint = 0;
    int i, begin = first;

    for (i = first; i < words->nelts; i++) {
        if (!joint_of(all[i].text))
            continue;
        add_command(commands, joint, all + begin, i - begin, pool);
        joint = joint_of(all[i].text);
        begin = i + 1;
    }
    if (begin < words->nelts || joint)
        add_command(commands, joint, all + begin, words->nelts - begin, pool);
    set_caught(commands);
    line->commands = (ipxe_lint_command_t *)(void *)commands->elts;
    line->count = commands->nelts;
}

/* ---- Lines ---- */

static void check_length(const reader_t *reader,
                         const apr_array_header_t *words)
{
    const ipxe_lint_word_t *all = (const ipxe_lint_word_t *)words->elts;

    if (words->nelts > MOST_WORDS)
        ipxe_diag_help(
            ipxe_diag_add(reader->lint->diags, IPXE_DIAG_TOO_MANY_WORDS,
                          all[0].span,
                          "a line of %d words: iPXE on BIOS fails at some 250",
                          words->nelts),
            "leave some of them in settings first: set more ..., then "
            "${more}");
}

static void add_line(reader_t *reader, const apr_array_header_t *words)
{
    ipxe_lint_t *lint = reader->lint;
    const ipxe_lint_word_t *first = (const ipxe_lint_word_t *)words->elts;
    ipxe_lint_line_t *line = apr_array_push(lint->lines);
    int labelled = first->text[0] == ':';

    memset(line, 0, sizeof(*line));
    if (labelled) {
        line->label.text = first->text + 1;
        line->label.span = first->span;
    }
    line->words = words->nelts;
    split(line, words, labelled, lint->pool);
    check_length(reader, words);
}

static void read_line(reader_t *reader)
{
    apr_array_header_t *words =
        apr_array_make(reader->lint->pool, 8, sizeof(ipxe_lint_word_t));
    ipxe_lint_word_t word;

    while (read_word(&word, reader)) {
        if (word.text[0] == '#') {
            skip_comment(reader);
            break;
        }
        APR_ARRAY_PUSH(words, ipxe_lint_word_t) = word;
    }
    if (words->nelts)
        add_line(reader, words);
    reader->at += (apr_size_t)end_at(reader, reader->at);
}

/* A backslash before blanks at a line's end is a word of its own. */
static void check_blanks(const reader_t *reader)
{
    apr_size_t line;

    for (line = 1; line <= reader->lint->source->line_count; line++) {
        apr_size_t len, all;
        const char *text = ipxe_source_line(reader->lint->source, line, &all);

        if (all && text[all - 1] == '\r')
            all--;
        for (len = all; len && (text[len - 1] == ' ' || text[len - 1] == '\t');)
            len--;
        if (len && len < all && text[len - 1] == '\\')
            ipxe_diag_help(
                complain(reader, IPXE_DIAG_BACKSLASH,
                         (apr_size_t)(text - reader->text) + len - 1,
                         (apr_size_t)(text - reader->text) + len,
                         "a blank follows the backslash, so the line does not "
                         "go on"),
                "end the line in the backslash itself");
    }
}

/* ---- The first line ---- */

static const char *after_blank(const char *text)
{
    while (is_blank(*text) && *text)
        text++;
    return text;
}

static int is_magic(const char *text)
{
    return (strncmp(text, "#!ipxe", 6) == 0 ||
            strncmp(text, "#!gpxe", 6) == 0) &&
           (text[6] == '\0' || text[6] == '\n' || is_blank(text[6]));
}

/* The "#!ipxe" that stands below comments and blank lines, or NULL. */
static const char *late_magic(const char *text)
{
    while (*text) {
        const char *line = after_blank(text);

        if (is_magic(line))
            return line;
        if (*line != '#' && *line != '\n' && *line)
            return NULL;
        text = strchr(line, '\n');
        if (!text)
            return NULL;
        text++;
    }
    return NULL;
}

static const char *after_mark(const char *text)
{
    return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

int ipxe_lint_is_script(const char *text)
{
    return late_magic(after_mark(text)) != NULL;
}

static void check_start(const reader_t *reader)
{
    const char *late = late_magic(after_mark(reader->text));
    ipxe_diag_t *diag;

    if (is_magic(reader->text))
        return;
    diag = complain(reader, IPXE_DIAG_SCRIPT_START, 0, 1,
                    after_mark(reader->text) != reader->text
                        ? "a byte order mark before '#!ipxe'"
                    : late ? "something stands before '#!ipxe'"
                           : "the script does not begin with '#!ipxe'");
    ipxe_diag_help(diag, "the very first bytes must be '#!ipxe': iPXE says "
                         "\"Exec format error\" else");
    if (late)
        ipxe_diag_note(diag,
                       ipxe_span(reader->lint->source,
                                 (apr_size_t)(late - reader->text),
                                 (apr_size_t)(late - reader->text) + 6),
                       "here it is");
}

/* When all lines are there: only then they stay where they are. */
static void learn_line(ipxe_lint_t *lint, ipxe_lint_line_t *line)
{
    const char *label = line->label.text;
    int i;

    if (label && !apr_hash_get(lint->labels, label, APR_HASH_KEY_STRING))
        apr_hash_set(lint->labels, label, APR_HASH_KEY_STRING, line);
    for (i = 0; i < line->count; i++) {
        line->commands[i].line = line;
        APR_ARRAY_PUSH(lint->commands, const ipxe_lint_command_t *) =
            &line->commands[i];
    }
}

void ipxe_lint_read(ipxe_lint_t *lint)
{
    reader_t reader = {lint, lint->source->text, 0, lint->source->len, 0, 0};
    int i;

    if (after_mark(reader.text) != reader.text)
        reader.at = 3;
    check_start(&reader);
    check_blanks(&reader);
    while (reader.at < reader.len)
        read_line(&reader);
    for (i = 0; i < lint->lines->nelts; i++)
        learn_line(lint, &APR_ARRAY_IDX(lint->lines, i, ipxe_lint_line_t));
}
