/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl help: the table of commands and options as text. */
#include "ctl/ctl.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 78

/* Words of the text from column `left` on; a line break in it is one. */
static void wrap(const char *text, int left)
{
    int column = 0;

    while (*text) {
        int len = (int)strcspn(text, " \n");

        if (column && column + 1 + len > WIDTH - left) {
            printf("\n%*s", left, "");
            column = 0;
        }
        printf("%s%.*s", column ? " " : "", len, text);
        column += len + (column > 0);
        text += len;
        if (*text == '\n') {
            printf("\n%*s", text[1] == '\n' ? 0 : left, "");
            column = 0;
        }
        text += *text != '\0';
    }
    printf("\n");
}

static void print_option(const ipxe_option_t *option)
{
    char letter[8] = "    ";

    if (option->letter)
        sprintf(letter, "-%c, ", option->letter);
    printf("  %s--%s%s%s\n%*s", letter, option->name,
           option->argument ? " " : "",
           option->argument ? option->argument : "", 10, "");
    wrap(option->about, 10);
}

static void print_command(const ipxe_command_t *command)
{
    const ipxe_opt_e *each;

    printf("ipxectl %s [OPTION...]%s%s\n\n", command->name,
           *command->synopsis ? " " : "", command->synopsis);
    wrap(command->description, 0);
    printf("\n");
    for (each = command->options; *each != IPXE_OPT_COUNT; each++)
        print_option(ipxe_option_get(*each));
}

static void print_all(void)
{
    const ipxe_command_t *command;

    printf("ipxectl COMMAND [OPTION...] [ARGUMENT...]\n\n"
           "What mod_ipxe gives to machines that boot, from the command "
           "line.\n\n");
    for (command = ipxe_commands; command->name; command++)
        printf("  %-10s %s\n", command->name, command->about);
    printf("\n'ipxectl help COMMAND' says more.\n"
           "Exit: 0 fine, 1 something is wrong, 2 used wrongly, 3 could not "
           "read or connect.\n");
}

ipxe_exit_e ipxe_ctl_help(ipxe_ctl_t *ctl)
{
    const ipxe_command_t *command;
    const char *name;

    if (ctl->args->nelts == 0) {
        print_all();
        return IPXE_EXIT_FINE;
    }
    name = APR_ARRAY_IDX(ctl->args, 0, const char *);
    command = ipxe_command_find(name);
    if (!command) {
        ipxe_command_unknown(name);
        return IPXE_EXIT_USAGE;
    }
    print_command(command);
    return IPXE_EXIT_FINE;
}
