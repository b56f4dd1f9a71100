/* SPDX-License-Identifier: Apache-2.0 */
/* Each command by itself: known, with options and words that it takes, in the
 * builds that are asked for, and what becomes of its failure. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

/* ---- Is there such a command? ---- */

/* Words that other shells have and iPXE has not. */
static int is_single(const char *word)
{
    return strcmp(word, "|") == 0 || strcmp(word, "&") == 0;
}

static void check_pipes(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    int i;

    for (i = 0; i < command->count; i++) {
        const char *word = command->words[i].text;
        int glued = (strstr(word, "||") || strstr(word, "&&")) &&
                    !ipxe_lint_is(command, IPXE_LINT_TEXT);

        if (!is_single(word) && !glued)
            continue;
        ipxe_diag_help(
            ipxe_diag_add(lint->diags, IPXE_DIAG_SINGLE_PIPE,
                          command->words[i].span,
                          glued ? "no blanks around the '%s': it is part of "
                                  "the word"
                                : "a single '%s' is an argument like any other",
                          glued ? strstr(word, "||") ? "||" : "&&" : word),
            glued ? "put blanks around it" : "write '%c%c'", *word, *word);
    }
}

static void unknown_command(ipxe_lint_t *lint,
                            const ipxe_lint_command_t *command)
{
    apr_size_t n;
    const char *const *names = ipxe_lint_row_names(&n, lint->pool);
    const char *name = command->words[0].text;
    const char *meant = ipxe_text_nearest(name, names, n);
    ipxe_diag_t *diag;

    if (is_single(name) || strstr(name, "||") || strstr(name, "&&") ||
        strstr(name, "${"))
        return;
    diag = ipxe_diag_add(lint->diags, IPXE_DIAG_UNKNOWN_COMMAND,
                         command->words[0].span, "no iPXE has the command '%s'",
                         name);
    if (meant)
        ipxe_diag_help(diag, "did you mean '%s'?", meant);
}

/* ---- Builds ---- */

static int lacks(const ipxe_lint_t *lint, ipxe_builds_t builds)
{
    ipxe_builds_t asked =
        lint->wish->builds ? lint->wish->builds : IPXE_BUILDS_ALL;

    return (builds & asked) != asked;
}

static void not_in_build(ipxe_lint_t *lint, const ipxe_lint_command_t *command,
                         ipxe_span_t span, const char *what,
                         ipxe_builds_t builds)
{
    ipxe_diag_t *diag;

    if (!lacks(lint, builds) || command->caught)
        return;
    if (lint->wish->build)
        diag =
            ipxe_diag_add(lint->diags, IPXE_DIAG_NOT_IN_BUILD, span,
                          "the build %s does not have '%s' (%s)",
                          lint->wish->build, what, ipxe_lint_lacking(builds));
    else
        diag = ipxe_diag_add(lint->diags, IPXE_DIAG_NOT_IN_BUILD, span,
                             "not every iPXE has '%s': %s", what,
                             ipxe_lint_lacking(builds));
    ipxe_diag_help(diag, "write '||' after it, so that the script goes on "
                         "without it");
}

/* ---- Options and words ---- */

static void unknown_option(ipxe_lint_t *lint,
                           const ipxe_lint_command_t *command,
                           const ipxe_lint_word_t *word)
{
    apr_size_t n;
    const char *const *names =
        ipxe_lint_option_names(&n, command->row, lint->pool);
    ipxe_diag_t *diag = ipxe_diag_add(lint->diags, IPXE_DIAG_UNKNOWN_OPTION,
                                      word->span, "'%s' has no option '%s'",
                                      command->row->name, word->text);

    if (ipxe_lint_is(command, IPXE_LINT_TEXT) &&
        !ipxe_text_nearest(word->text, names, n))
        ipxe_diag_help(diag, "text that begins with '-' stands after '--'");
    else if (n)
        ipxe_diag_nearest(diag, word->text, names, n);
}

static void check_option(ipxe_lint_t *lint, const ipxe_lint_command_t *command,
                         int i)
{
    const ipxe_lint_word_t *word = &command->words[i];
    ipxe_lint_option_t option;

    if (strcmp(word->text, "--") == 0 || strcmp(word->text, "--help") == 0)
        return;
    if (!ipxe_lint_option(&option, command->row, word->text, lint->pool)) {
        unknown_option(lint, command, word);
        return;
    }
    if (option.builds != command->row->builds)
        not_in_build(lint, command, word->span,
                     apr_psprintf(lint->pool, "%s --%s", command->row->name,
                                  option.name),
                     option.builds);
    if (option.valued && !strchr(word->text, '=') && i + 1 >= command->count)
        ipxe_diag_add(lint->diags, IPXE_DIAG_WRONG_ARGUMENTS, word->span,
                      "the option '%s' of '%s' needs a value", word->text,
                      command->row->name);
}

static void check_options(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    int i;

    for (i = 1; i < command->plain && i < command->count; i++) {
        if (command->words[i].text[0] == '-')
            check_option(lint, command, i);
    }
}

static void check_count(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    const ipxe_lint_row_t *row = command->row;
    int given = command->count - command->plain;
    ipxe_diag_t *diag;

    if (given >= row->least && (row->most < 0 || given <= row->most))
        return;
    diag = ipxe_diag_add(
        lint->diags, IPXE_DIAG_WRONG_ARGUMENTS, ipxe_lint_span(command, 0),
        "'%s' takes %s%d %s%s", row->name,
        row->most < 0             ? "at least "
        : row->least == row->most ? ""
                                  : "at most ",
        row->most < 0 ? row->least : row->most,
        (row->most < 0 ? row->least : row->most) == 1 ? "word" : "words",
        apr_psprintf(lint->pool, ", not %d", given));
    if (row->most > 0 && given > row->most)
        ipxe_diag_help(diag, "iPXE knows no quotes: a text of several words "
                             "goes through a setting");
}

/* ---- Quotes ---- */

static int quoted(const ipxe_lint_command_t *command, int *i, char quote)
{
    int j;

    if (command->words[*i].text[0] != quote)
        return 0;
    for (j = *i; j < command->count; j++) {
        const char *word = command->words[j].text;
        apr_size_t len = strlen(word);

        if (word[len - 1] == quote && (j > *i || len > 1)) {
            *i = j;
            return 1;
        }
    }
    return 0;
}

/* A kernel may know quotes; iPXE does not. */
static void check_quotes(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    int i;

    if (ipxe_lint_is(command, IPXE_LINT_KERNEL) ||
        ipxe_lint_named(command, "imgargs"))
        return;
    for (i = command->plain; i < command->count; i++) {
        ipxe_span_t span = command->words[i].span;

        if (!quoted(command, &i, '"') && !quoted(command, &i, '\''))
            continue;
        span.end = command->words[i].span.end;
        ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_QUOTES, span,
                                     "iPXE knows no quotes: they are part of "
                                     "the text"),
                       "leave them out");
    }
}

/* ---- Failures ---- */

/* Commands whose failure is an ordinary thing. */
static int can_fail(const ipxe_lint_command_t *command)
{
    return ipxe_lint_is(command, IPXE_LINT_FETCH) ||
           ipxe_lint_is(command, IPXE_LINT_TESTS) ||
           ipxe_lint_named(command, "choose") ||
           ipxe_lint_named(command, "login");
}

/* `prompt` without a timeout waits for any key. */
static int never_fails(const ipxe_lint_t *lint,
                       const ipxe_lint_command_t *command)
{
    return ipxe_lint_named(command, "prompt") &&
           !ipxe_lint_has(command, "timeout", lint->pool) &&
           !ipxe_lint_has(command, "key", lint->pool);
}

static const char *failing(const ipxe_lint_command_t *command)
{
    if (ipxe_lint_is(command, IPXE_LINT_FETCH))
        return "what cannot be fetched or run";
    if (ipxe_lint_named(command, "choose"))
        return "Esc, or a menu that cannot be shown,";
    if (ipxe_lint_named(command, "prompt"))
        return "silence";
    if (ipxe_lint_named(command, "login"))
        return "Esc";
    return "the answer no";
}

static void check_otherwise(ipxe_lint_t *lint,
                            const ipxe_lint_command_t *command)
{
    if (command->caught || !can_fail(command) || never_fails(lint, command))
        return;
    ipxe_diag_help(
        ipxe_diag_add(lint->diags, IPXE_DIAG_NO_OTHERWISE,
                      command->words[0].span,
                      "'%s' has no '||': %s ends the script",
                      command->words[0].text, failing(command)),
        "say what else to do: '|| goto LABEL', or '||' alone to go on");
}

static void check_exit(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    if (ipxe_lint_named(command, "exit") && command->count == 1)
        ipxe_diag_help(
            ipxe_diag_add(lint->diags, IPXE_DIAG_BARE_EXIT,
                          command->words[0].span,
                          "'exit' without a number reports success, and UEFI "
                          "then tries no further boot entry"),
            "write 'exit 1' to go on to the next boot device, 'exit 0' where "
            "success is meant");
}

static void check_command(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    if (command->count == 0)
        return;
    check_pipes(lint, command);
    if (!command->row) {
        unknown_command(lint, command);
        return;
    }
    not_in_build(lint, command, command->words[0].span, command->row->name,
                 command->row->builds);
    check_options(lint, command);
    check_count(lint, command);
    check_quotes(lint, command);
    check_otherwise(lint, command);
    check_exit(lint, command);
}

void ipxe_lint_commands(ipxe_lint_t *lint)
{
    ipxe_lint_each(lint, check_command);
}
