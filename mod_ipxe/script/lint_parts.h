/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: a script as the checker sees it. */
#ifndef IPXE_SCRIPT_LINT_PARTS_H
#define IPXE_SCRIPT_LINT_PARTS_H

#include <apr_hash.h>

#include "script/lint.h"

/* ---- The table of commands (lint_table.c) ---- */

/* What a command is to the checks; more than one may hold. */
enum {
    IPXE_LINT_FETCH = 1,   /* its first word is an address; it can fail */
    IPXE_LINT_RUN = 2,     /* runs what it names, and comes back */
    IPXE_LINT_KERNEL = 4,  /* its words are a command line */
    IPXE_LINT_IMAGE = 8,   /* loads what goes beside the kernel */
    IPXE_LINT_TEXT = 16,   /* its words are shown to people */
    IPXE_LINT_LEAVES = 32, /* where it succeeds, the script is over */
    IPXE_LINT_TESTS = 64,  /* failing is one of its two answers */
    IPXE_LINT_SETS = 128   /* its first word is the setting it sets */
};

typedef struct ipxe_lint_row_t {
    const char *name;
    const char *options; /* "name/n= delete/d keep/k@2": long, short, `=` with
                            a value, `@` by which builds: see lint_table.c */
    int least, most;     /* words after the options; most -1: any number */
    ipxe_builds_t builds;
    int kind;
} ipxe_lint_row_t;

typedef struct ipxe_lint_option_t {
    const char *name; /* long, without "--" */
    int valued;
    ipxe_builds_t builds;
} ipxe_lint_option_t;

/* NULL: no iPXE has it. */
const ipxe_lint_row_t *ipxe_lint_row(const char *name);

/* The option that a word such as "--name", "--name=x" or "-n" is; 0: none. */
int ipxe_lint_option(ipxe_lint_option_t *option, const ipxe_lint_row_t *row,
                     const char *word, apr_pool_t *pool);

/* Names for "did you mean": of all commands; of a command's options. */
const char *const *ipxe_lint_row_names(apr_size_t *n, apr_pool_t *pool);
const char *const *ipxe_lint_option_names(apr_size_t *n,
                                          const ipxe_lint_row_t *row,
                                          apr_pool_t *pool);

/* Which builds lack it, as a sentence's end: "BIOS builds, and all before
 * 2.0.0, lack it". */
const char *ipxe_lint_lacking(ipxe_builds_t builds);

/* ---- The script (lint_read.c) ---- */

typedef struct ipxe_lint_word_t {
    const char *text;
    ipxe_span_t span;
} ipxe_lint_word_t;

typedef struct ipxe_lint_command_t {
    const ipxe_lint_row_t *row;    /* NULL: unknown, or nothing stands there */
    const ipxe_lint_word_t *words; /* the first is its name */
    int count;                     /* 0: nothing stands there */
    int plain;  /* index of the first word after the options, or count */
    char joint; /* before it: '&', '|', ';', or 0 at the line's begin */
    int caught; /* its failure does not end the script */
    const struct ipxe_lint_line_t *line; /* where it stands */
} ipxe_lint_command_t;

typedef struct ipxe_lint_line_t {
    ipxe_lint_word_t label; /* without its colon; text NULL: none */
    ipxe_lint_command_t *commands;
    int count;
    int words; /* of the whole line */
} ipxe_lint_line_t;

typedef struct ipxe_lint_t {
    const ipxe_source_t *source;
    const ipxe_lint_wish_t *wish;
    apr_array_header_t *lines;     /* of ipxe_lint_line_t: not empty ones */
    apr_array_header_t *commands;  /* of all lines, ipxe_lint_command_t * */
    apr_hash_t *labels;            /* name -> ipxe_lint_line_t of the first */
    apr_hash_t *values;            /* setting -> its one value, "" where it has
                                      others or cannot be known */
    apr_array_header_t *addresses; /* or NULL: not wanted */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} ipxe_lint_t;

/* Reads the source into lines; says what is wrong with lines as such. */
void ipxe_lint_read(ipxe_lint_t *lint);

/* The value of an option of a command, or NULL; *word may be NULL. */
const char *ipxe_lint_value(const ipxe_lint_word_t **word,
                            const ipxe_lint_command_t *command,
                            const char *option, apr_pool_t *pool);

/* Nonzero where the command has the option. */
int ipxe_lint_has(const ipxe_lint_command_t *command, const char *option,
                  apr_pool_t *pool);

/* Nonzero where a command of this kind stands there. */
int ipxe_lint_is(const ipxe_lint_command_t *command, int kind);
int ipxe_lint_named(const ipxe_lint_command_t *command, const char *name);

/* All words of a command from the i-th to the end, as one span. */
ipxe_span_t ipxe_lint_span(const ipxe_lint_command_t *command, int i);

/* The i-th line, and the i-th command of the whole script. */
const ipxe_lint_line_t *ipxe_lint_line(const ipxe_lint_t *lint, int i);
const ipxe_lint_command_t *ipxe_lint_command(const ipxe_lint_t *lint, int i);

/* Calls `each` for every command of the script. */
typedef void ipxe_lint_each_fn(ipxe_lint_t *lint,
                               const ipxe_lint_command_t *command);
void ipxe_lint_each(ipxe_lint_t *lint, ipxe_lint_each_fn *each);

/* ---- Settings (lint_vars.c) ---- */

/* Learns what the script sets. */
void ipxe_lint_learn(ipxe_lint_t *lint);

/* text with the settings put in that the script sets to one value; what is
 * not known stays. */
const char *ipxe_lint_expand(const ipxe_lint_t *lint, const char *text);

/* ---- Kernels (lint_kernel.c) ---- */

/* Says where an installer's command line names no card. */
void ipxe_lint_card(const char *const *words, int count, ipxe_span_t span,
                    ipxe_diags_t *diags);

/* ---- The checks, each over the whole script ---- */

typedef void ipxe_lint_check_fn(ipxe_lint_t *lint);

ipxe_lint_check_fn ipxe_lint_commands, ipxe_lint_flow, ipxe_lint_menus,
    ipxe_lint_vars, ipxe_lint_boot;

#endif
