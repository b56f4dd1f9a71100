/* SPDX-License-Identifier: Apache-2.0 */
/* The command ipxectl: what its sub-commands share.
 *
 *     ipxectl check --rules rules --templates ks-templates
 *
 * A sub-command is a row of the table in ctl/commands.c and a function in a
 * file of its own. It is given its options already read, prints to stdout
 * what was asked for and to stderr what went wrong, and returns how the
 * command exits. This is the one floor that prints.
 *
 * Trust: arguments are the operator's. One thread; one pool for the whole
 * run. */
#ifndef IPXE_CTL_CTL_H
#define IPXE_CTL_CTL_H

#include "engine/engine.h"
#include "engine/settings_read.h"

/* How ipxectl exits. */
typedef enum ipxe_exit_e {
    IPXE_EXIT_FINE = 0,
    IPXE_EXIT_WRONG = 1, /* something is wrong with what was looked at */
    IPXE_EXIT_USAGE = 2, /* the command was used wrongly */
    IPXE_EXIT_CANNOT = 3 /* could not read or connect */
} ipxe_exit_e;

/* ---- Options ---- */

typedef enum ipxe_opt_e {
    IPXE_OPT_HELP,
    IPXE_OPT_FORMAT,
    IPXE_OPT_CONFIG,
    IPXE_OPT_HTTPD,
    IPXE_OPT_VHOST,
    IPXE_OPT_RULES,
    IPXE_OPT_HOSTS,
    IPXE_OPT_TEMPLATES,
    IPXE_OPT_DOCUMENT_ROOT,
    IPXE_OPT_STATE,
    IPXE_OPT_VAR,
    IPXE_OPT_STRICT,
    IPXE_OPT_BASE_URL,
    IPXE_OPT_AT,
    IPXE_OPT_REQUEST,
    IPXE_OPT_GENERATION,
    IPXE_OPT_USER_AGENT,
    IPXE_OPT_CHOOSE,
    IPXE_OPT_ANSWERS,
    IPXE_OPT_GRUB,
    IPXE_OPT_VARS,
    IPXE_OPT_CONTEXT,
    IPXE_OPT_TEST_FORMAT,
    IPXE_OPT_COVERAGE,
    IPXE_OPT_OLD_RULES,
    IPXE_OPT_OLD_TEMPLATES,
    IPXE_OPT_FROM,
    IPXE_OPT_OUTPUT,
    IPXE_OPT_GROUP,
    IPXE_OPT_INSTALLED,
    IPXE_OPT_SECRETS,
    IPXE_OPT_BUILD,
    IPXE_OPT_ONLY,
    IPXE_OPT_SEARCH,
    IPXE_OPT_LIMIT,
    IPXE_OPT_BOOT,
    IPXE_OPT_SET,
    IPXE_OPT_ALL,
    IPXE_OPT_NONE,
    IPXE_OPT_FOR,
    IPXE_OPT_COUNT
} ipxe_opt_e;

typedef struct ipxe_option_t {
    const char *name;     /* long: "rules" */
    char letter;          /* short, or 0 */
    const char *argument; /* what stands for its value in help; NULL: none */
    const char *about;    /* a sentence without a full stop */
} ipxe_option_t;

/* An option's row; by its number. */
const ipxe_option_t *ipxe_option_get(ipxe_opt_e option);

/* ---- A run ---- */

struct ipxe_command_t;

typedef struct ipxe_ctl_t {
    const struct ipxe_command_t *command;
    /* What was given to each option, in order: arrays of const char *, NULL
     * where it was not given. */
    apr_array_header_t *given[IPXE_OPT_COUNT];
    apr_array_header_t *args; /* of const char *: what is no option */
    apr_pool_t *pool;
} ipxe_ctl_t;

/* The last value given to an option, NULL where it was not given. */
const char *ipxe_ctl_value(const ipxe_ctl_t *ctl, ipxe_opt_e option);

/* Reads the words after the sub-command. IPXE_EXIT_FINE, or IPXE_EXIT_USAGE
 * with the reason printed. */
ipxe_exit_e ipxe_ctl_read(ipxe_ctl_t *ctl, int argc, const char *const *argv);

/* What "-" is among the arguments: the command's input. */
#define IPXE_CTL_INPUT "/dev/stdin"

/* Nonzero where --format json was given. */
int ipxe_ctl_json(const ipxe_ctl_t *ctl);

/* ---- Sub-commands ---- */

typedef ipxe_exit_e ipxe_command_fn(ipxe_ctl_t *ctl);

typedef struct ipxe_command_t {
    const char *name;
    ipxe_command_fn *run;
    const ipxe_opt_e *options; /* ended by IPXE_OPT_COUNT */
    const char *synopsis;      /* what follows the name and the options */
    const char *about;         /* one line */
    const char *description;   /* paragraphs for `help COMMAND` */
} ipxe_command_t;

/* All of them; the last has no name. */
extern const ipxe_command_t ipxe_commands[];

/* NULL where there is none of that name. */
const ipxe_command_t *ipxe_command_find(const char *name);

/* Prints that there is no command of that name, and which may be meant. */
void ipxe_command_unknown(const char *name);

ipxe_command_fn ipxe_ctl_arm, ipxe_ctl_check, ipxe_ctl_disarm, ipxe_ctl_explain,
    ipxe_ctl_forget, ipxe_ctl_freeze, ipxe_ctl_help, ipxe_ctl_hosts,
    ipxe_ctl_lint, ipxe_ctl_machines, ipxe_ctl_next, ipxe_ctl_release,
    ipxe_ctl_render, ipxe_ctl_replay, ipxe_ctl_schema, ipxe_ctl_state,
    ipxe_ctl_status, ipxe_ctl_template, ipxe_ctl_test, ipxe_ctl_thaw,
    ipxe_ctl_watch;

/* ---- Printing ---- */

/* Prints "ipxectl: ..." to stderr. */
void ipxe_ctl_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Nonzero where colours may be printed: stdout (or stderr) is a terminal and
 * NO_COLOR is not set. */
int ipxe_ctl_colour(int to_stderr);

/* All diagnostics, sorted, in colour where that may be; to stderr or, where
 * they are what was asked for, to stdout. */
void ipxe_ctl_diags(ipxe_diags_t *diags, int to_stderr, apr_pool_t *pool);

/* The same as one JSON object on stdout (man/ipxectl.1). */
void ipxe_ctl_diags_json(ipxe_diags_t *diags, apr_pool_t *pool);

/* Prints what a check found, to stdout, with their number to stderr, or where
 * there is nothing `fine` and a line's end; in JSON where that is asked for.
 * How the command exits: warnings are wrong with --strict. */
ipxe_exit_e ipxe_ctl_findings(ipxe_ctl_t *ctl, ipxe_diags_t *found,
                              const char *fine);

/* "3 errors", "1 error". */
const char *ipxe_ctl_count(int n, const char *word, apr_pool_t *pool);

/* Reads a file that an operator named, of any kind that can be read: the
 * command's input and pipes, too. Errors as ipxe_source_read has them. */
apr_status_t ipxe_ctl_source(ipxe_source_t **source, const char *path,
                             apr_size_t most, apr_pool_t *pool);

/* The same. NULL: why not was added to diags. */
ipxe_source_t *ipxe_ctl_read_file(const char *path, apr_size_t most,
                                  ipxe_diags_t *diags, apr_pool_t *pool);

/* ---- Settings and requests ---- */

/* The settings of a run: httpd's, asked for, or the options' alone where
 * --rules is given. Each is a site; all of httpd's, or the one of --vhost.
 * IPXE_EXIT_FINE, or the reason was printed. */
ipxe_exit_e ipxe_ctl_sites(apr_array_header_t **sites, ipxe_ctl_t *ctl);

/* From here on times are in the site's zone, as in httpd with IPXETimeZone;
 * NULL leaves the system's. */
void ipxe_ctl_time_zone(const char *zone);

/* Loads the set of --vhost, else of the first site, takes on its time zone,
 * and prints what is wrong with the set to stderr. sign: tickets are signed
 * where the secret can be read. */
ipxe_exit_e ipxe_ctl_load(ipxe_snapshot_t **set, ipxe_ctl_t *ctl, int sign);

/* The request that the arguments (FACT=VALUE, or a host's name) and options
 * describe; its target is the entry. */
ipxe_exit_e ipxe_ctl_request(ipxe_request_t *request, ipxe_ctl_t *ctl,
                             const ipxe_snapshot_t *set);

/* Adds what the host is told by, as its machine would send it. */
void ipxe_ctl_add_host(ipxe_text_t *query, const ipxe_host_t *host,
                       apr_pool_t *pool);

/* NAME=VALUE in two; NULL where there is no '=' or no name. */
const char *ipxe_ctl_pair(const char **value, const char *text,
                          apr_pool_t *pool);

#endif
