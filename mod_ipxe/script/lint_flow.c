/* SPDX-License-Identifier: Apache-2.0 */
/* Where a script goes: labels, and sections that run on into the next. */
#include "script/lint_parts.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <string.h>

/* How a line may go on to the next. */
enum {
    ON_PLAINLY = 1,
    ON_AFTER_RUN = 2 /* what it ran has come back */
};

/* A text of which nothing is known but what stands around "${...}". */
static const char *as_glob(const char *text, apr_pool_t *pool)
{
    ipxe_text_t *glob = ipxe_text_make(32, pool);

    while (*text) {
        const char *end =
            strncmp(text, "${", 2) == 0 ? strrchr(text, '}') : NULL;

        ipxe_text_add_char(glob, end ? '*' : *text);
        text = end ? end + 1 : text + 1;
    }
    return glob->data;
}

/* ---- Labels ---- */

static void note_label(ipxe_lint_t *lint, apr_hash_t *found, const char *name)
{
    ipxe_lint_line_t *line =
        apr_hash_get(lint->labels, name, APR_HASH_KEY_STRING);

    if (line)
        apr_hash_set(found, line->label.text, APR_HASH_KEY_STRING, line);
}

static void note_like(ipxe_lint_t *lint, apr_hash_t *found, const char *glob)
{
    int i;

    for (i = 0; i < lint->lines->nelts; i++) {
        const char *label = ipxe_lint_line(lint, i)->label.text;

        if (label && apr_fnmatch(glob, label, 0) == APR_SUCCESS)
            note_label(lint, found, label);
    }
}

static void unknown_label(ipxe_lint_t *lint, const ipxe_lint_word_t *word)
{
    apr_size_t n = 0;
    const char **names = apr_palloc(
        lint->pool, (apr_hash_count(lint->labels) + 1) * sizeof(*names));
    apr_hash_index_t *each;
    ipxe_diag_t *diag = ipxe_diag_add(lint->diags, IPXE_DIAG_UNKNOWN_LABEL,
                                      word->span, "no label ':%s'", word->text);

    for (each = apr_hash_first(lint->pool, lint->labels); each;
         each = apr_hash_next(each))
        names[n++] = apr_hash_this_key(each);
    if (ipxe_text_nearest(word->text, names, n))
        ipxe_diag_help(diag, "did you mean '%s'?",
                       ipxe_text_nearest(word->text, names, n));
}

/* Is it nothing but "${name}"? */
static const char *whole_setting(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strlen(text);

    if (len < 4 || strncmp(text, "${", 2) != 0 ||
        strchr(text, '}') != text + len - 1)
        return NULL;
    return apr_pstrmemdup(pool, text + 2, len - 3);
}

/* Labels that the setting's values name, and those of a menu's items. */
static int note_choices(ipxe_lint_t *lint, apr_hash_t *found, const char *name)
{
    int i, known = 0;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);
        int item = ipxe_lint_named(command, "item");
        int sets = ipxe_lint_named(command, "set") && command->count == 3 &&
                   strcmp(command->words[1].text, name) == 0;

        if ((item && command->plain < command->count) || sets)
            note_label(lint, found,
                       command->words[item ? command->plain : 2].text);
        known |= ipxe_lint_is(command, IPXE_LINT_SETS) &&
                 command->count > command->plain &&
                 strcmp(command->words[command->plain].text, name) == 0;
    }
    return known;
}

static void note_goto(ipxe_lint_t *lint, apr_hash_t *found,
                      const ipxe_lint_command_t *command)
{
    const ipxe_lint_word_t *word;
    const char *setting;

    if (!ipxe_lint_named(command, "goto") || command->count < 2)
        return;
    word = &command->words[1];
    setting = whole_setting(word->text, lint->pool);
    if (setting && note_choices(lint, found, setting))
        return;
    if (strstr(word->text, "${"))
        note_like(lint, found, as_glob(word->text, lint->pool));
    else if (apr_hash_get(lint->labels, word->text, APR_HASH_KEY_STRING))
        note_label(lint, found, word->text);
    else
        unknown_label(lint, word);
}

static void check_labels(ipxe_lint_t *lint, apr_hash_t *found)
{
    int i;

    for (i = 0; i < lint->lines->nelts; i++) {
        const ipxe_lint_line_t *line = ipxe_lint_line(lint, i);
        const ipxe_lint_line_t *first;
        const char *name = line->label.text;

        if (!name)
            continue;
        first = apr_hash_get(lint->labels, name, APR_HASH_KEY_STRING);
        if (first != line)
            ipxe_diag_note(ipxe_diag_add(lint->diags, IPXE_DIAG_DUPLICATE_LABEL,
                                         line->label.span,
                                         "the label ':%s' stands twice: this "
                                         "one is never found",
                                         name),
                           first->label.span, "this one is");
        else if (!lint->wish->rendered &&
                 !apr_hash_get(found, name, APR_HASH_KEY_STRING))
            ipxe_diag_add(lint->diags, IPXE_DIAG_UNUSED_LABEL, line->label.span,
                          "nothing leads to the label ':%s'", name);
    }
}

/* ---- Running on ---- */

/* A chain that takes this script's place never comes back with success; and a
 * kernel that was booted is gone. */
static int leaves(const ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    if (ipxe_lint_is(command, IPXE_LINT_LEAVES))
        return 1;
    if (ipxe_lint_is(command, IPXE_LINT_RUN))
        return command->count == command->plain ||
               ipxe_lint_has(command, "replace", lint->pool);
    return ipxe_lint_named(command, "goto");
}

static int comes_back(const ipxe_lint_command_t *command)
{
    return ipxe_lint_is(command, IPXE_LINT_RUN) ||
           ipxe_lint_named(command, "shell");
}

/* The script goes on with a goto whose label is known for certain. */
static int cannot_fail(const ipxe_lint_t *lint,
                       const ipxe_lint_command_t *command)
{
    if (ipxe_lint_named(command, "exit"))
        return 1;
    return ipxe_lint_named(command, "goto") && command->count == 2 &&
           apr_hash_get(lint->labels, command->words[1].text,
                        APR_HASH_KEY_STRING) != NULL;
}

/* How a line goes on where it ends well; `*ran`: the command after which. */
static int goes_on(const ipxe_lint_command_t **ran, const ipxe_lint_t *lint,
                   const ipxe_lint_line_t *line)
{
    int fine = ON_PLAINLY, fails = 0, i;

    for (i = 0; i < line->count; i++) {
        const ipxe_lint_command_t *command = &line->commands[i];
        int enters = command->joint == '|'   ? fails
                     : command->joint == ';' ? fine | fails
                                             : fine;
        int past = command->joint == '|' ? fine : 0;
        int stays = command->joint == '&' ? fails : 0;

        fine = past;
        fails = stays;
        if (!enters)
            continue;
        if (comes_back(command) && !leaves(lint, command)) {
            fine |= ON_AFTER_RUN;
            *ran = command;
        }
        else if (!leaves(lint, command)) {
            fine |= ON_PLAINLY;
        }
        if (command->count && !cannot_fail(lint, command))
            fails |= ON_PLAINLY;
    }
    return fine;
}

static void run_on(ipxe_lint_t *lint, const ipxe_lint_line_t *line,
                   ipxe_span_t span, const char *what)
{
    ipxe_diag_t *diag = ipxe_diag_add(lint->diags, IPXE_DIAG_FALL_THROUGH, span,
                                      "%s the script runs on into ':%s'", what,
                                      line->label.text);

    ipxe_diag_help(diag, "end the section: 'goto LABEL', or 'exit 1'");
    ipxe_diag_note(diag, line->label.span, "the next section");
}

static int is_item(const ipxe_lint_line_t *line, apr_hash_t *items)
{
    return line && apr_hash_get(items, line->label.text, APR_HASH_KEY_STRING);
}

static ipxe_span_t last_span(const ipxe_lint_line_t *line)
{
    const ipxe_lint_command_t *command = &line->commands[line->count - 1];

    if (command->count == 0)
        command--;
    return ipxe_lint_span(command, 0);
}

static void check_running_on(ipxe_lint_t *lint, apr_hash_t *items)
{
    const ipxe_lint_line_t *section = NULL, *last = NULL;
    const ipxe_lint_command_t *ran = NULL;
    int on = 0, i;

    for (i = 0; i < lint->lines->nelts; i++) {
        const ipxe_lint_line_t *line = ipxe_lint_line(lint, i);

        if (line->label.text && on & ON_AFTER_RUN)
            run_on(lint, line, ipxe_lint_span(ran, 0),
                   apr_psprintf(lint->pool, "where '%s' comes back",
                                ran->row->name));
        else if (line->label.text && on && last && is_item(section, items) &&
                 is_item(line, items))
            run_on(lint, line, last_span(last), "after this line");
        if (line->label.text)
            section = line;
        if (line->label.text && line->count == 0) {
            last = NULL;
            on = 0;
            continue;
        }
        last = line;
        on = goes_on(&ran, lint, line);
    }
}

/* Labels that items of menus name. */
static apr_hash_t *items_of(ipxe_lint_t *lint)
{
    apr_hash_t *items = apr_hash_make(lint->pool);
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);

        if (ipxe_lint_named(command, "item") && command->plain < command->count)
            note_label(lint, items, command->words[command->plain].text);
    }
    return items;
}

void ipxe_lint_flow(ipxe_lint_t *lint)
{
    apr_hash_t *found = apr_hash_make(lint->pool);
    int i;

    for (i = 0; i < lint->commands->nelts; i++)
        note_goto(lint, found, ipxe_lint_command(lint, i));
    check_labels(lint, found);
    check_running_on(lint, items_of(lint));
}
