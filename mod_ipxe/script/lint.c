/* SPDX-License-Identifier: Apache-2.0 */
/* The checker of iPXE scripts: all its checks in a row, and what they ask of
 * a command. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

static ipxe_lint_check_fn *const checks[] = {
    ipxe_lint_commands, ipxe_lint_flow, ipxe_lint_menus,
    ipxe_lint_vars,     ipxe_lint_boot,
};

void ipxe_lint(const ipxe_source_t *source, const ipxe_lint_wish_t *wish,
               apr_array_header_t *addresses, ipxe_diags_t *diags,
               apr_pool_t *pool)
{
    ipxe_lint_t lint;
    apr_size_t i;

    memset(&lint, 0, sizeof(lint));
    lint.source = source;
    lint.wish = wish;
    lint.lines = apr_array_make(pool, 64, sizeof(ipxe_lint_line_t));
    lint.commands =
        apr_array_make(pool, 64, sizeof(const ipxe_lint_command_t *));
    lint.labels = apr_hash_make(pool);
    lint.values = apr_hash_make(pool);
    lint.addresses = addresses;
    lint.diags = diags;
    lint.pool = pool;
    ipxe_lint_read(&lint);
    ipxe_lint_learn(&lint);
    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](&lint);
}

const ipxe_lint_line_t *ipxe_lint_line(const ipxe_lint_t *lint, int i)
{
    return &APR_ARRAY_IDX(lint->lines, i, ipxe_lint_line_t);
}

const ipxe_lint_command_t *ipxe_lint_command(const ipxe_lint_t *lint, int i)
{
    return APR_ARRAY_IDX(lint->commands, i, const ipxe_lint_command_t *);
}

void ipxe_lint_each(ipxe_lint_t *lint, ipxe_lint_each_fn *each)
{
    int i;

    for (i = 0; i < lint->commands->nelts; i++)
        each(lint, ipxe_lint_command(lint, i));
}

int ipxe_lint_is(const ipxe_lint_command_t *command, int kind)
{
    return command->row && (command->row->kind & kind) == kind;
}

int ipxe_lint_named(const ipxe_lint_command_t *command, const char *name)
{
    return command->row && strcmp(command->row->name, name) == 0;
}

ipxe_span_t ipxe_lint_span(const ipxe_lint_command_t *command, int i)
{
    ipxe_span_t span = command->words[i].span;

    span.end = command->words[command->count - 1].span.end;
    return span;
}

/* The i-th word is this option: its value's place, -1 for one without, or 0
 * where it is another. */
static int option_at(const ipxe_lint_command_t *command, int i,
                     const char *name, apr_pool_t *pool)
{
    const char *word = command->words[i].text;
    ipxe_lint_option_t option;

    if (word[0] != '-' ||
        !ipxe_lint_option(&option, command->row, word, pool) ||
        strcmp(option.name, name) != 0)
        return 0;
    if (!option.valued)
        return -1;
    return strchr(word, '=') || (word[1] != '-' && word[2]) ? i : i + 1;
}

int ipxe_lint_has(const ipxe_lint_command_t *command, const char *name,
                  apr_pool_t *pool)
{
    int i;

    for (i = 1; command->row && i < command->plain; i++) {
        if (option_at(command, i, name, pool))
            return 1;
    }
    return 0;
}

const char *ipxe_lint_value(const ipxe_lint_word_t **word,
                            const ipxe_lint_command_t *command,
                            const char *name, apr_pool_t *pool)
{
    int i;

    for (i = 1; command->row && i < command->plain; i++) {
        int at = option_at(command, i, name, pool);
        const char *text;

        if (at <= 0 || at >= command->count)
            continue;
        text = command->words[at].text;
        if (word)
            *word = &command->words[at];
        if (at != i)
            return text;
        return strchr(text, '=') ? strchr(text, '=') + 1 : text + 2;
    }
    return NULL;
}
