/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all options, and reading them from the command line. */
#include "ctl/ctl.h"

#include <apr_getopt.h>
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ID 256 /* of long options: above every letter */

static const ipxe_option_t options[IPXE_OPT_COUNT] = {
    [IPXE_OPT_HELP] = {"help", 'h', NULL, "print this help"},
    [IPXE_OPT_FORMAT] = {"format", 0, "text|json",
                         "print for people (the default) or for programs"},
    [IPXE_OPT_CONFIG] = {"config", 'f', "FILE",
                         "ask httpd with this configuration file"},
    [IPXE_OPT_HTTPD] = {"httpd", 0, "PROGRAM",
                        "ask this program in place of the system's httpd"},
    [IPXE_OPT_VHOST] = {"vhost", 0, "NAME",
                        "take the virtual host of that name"},
    [IPXE_OPT_RULES] = {"rules", 0, "PATH",
                        "a file or folder of rules, instead of asking httpd; "
                        "may be given again"},
    [IPXE_OPT_HOSTS] = {"hosts", 0, "PROVIDER:ARGS",
                        "where hosts are, as IPXEHosts: lmdb:FILE, yaml:PATH; "
                        "may be given again"},
    [IPXE_OPT_TEMPLATES] = {"templates", 0, "DIR", "the folder of templates"},
    [IPXE_OPT_DOCUMENT_ROOT] = {"document-root", 0, "DIR",
                                "where kernels and trees are looked for"},
    [IPXE_OPT_STATE] = {"state", 0, "DIR",
                        "the state folder, whose secret signs tickets"},
    [IPXE_OPT_VAR] = {"var", 0, "NAME=VALUE",
                      "a variable of the site, as IPXEVar; may be given "
                      "again"},
    [IPXE_OPT_STRICT] = {"strict", 0, NULL, "let warnings count as errors"},
    [IPXE_OPT_BASE_URL] = {"base-url", 0, "URL",
                           "the scheme and host that addresses begin with"},
    [IPXE_OPT_AT] = {"at", 0, "TIME",
                     "the time of the request: 2026-11-22 23:30, with T and "
                     "Z, @SECONDS, or as in HTTP's Date"},
    [IPXE_OPT_REQUEST] = {"request", 0, "ID", "the id of the request"},
    [IPXE_OPT_GENERATION] = {"generation", 0, "N",
                             "the number of the rule set; 1 by default"},
    [IPXE_OPT_USER_AGENT] = {"user-agent", 0, "TEXT",
                             "what the machine's program calls itself"},
    [IPXE_OPT_CHOOSE] = {"choose", 0, "MENU[/ITEM]",
                         "go on to this menu of those that the machine is "
                         "shown, and choose the item in it"},
    [IPXE_OPT_ANSWERS] = {"answers", 0, "NAME",
                          "print the answer file served under that name"},
    [IPXE_OPT_GRUB] = {"grub", 0, NULL, "write for GRUB instead of iPXE"},
    [IPXE_OPT_VARS] = {"vars", 0, "FILE",
                       "read variables from this file of YAML or JSON"},
    [IPXE_OPT_CONTEXT] = {"context", 0, "ipxe|line|shell|xml|yaml|json|none",
                          "how values are escaped; by the file's name else"},
    [IPXE_OPT_TEST_FORMAT] = {"format", 0, "text|tap|junit|json",
                              "print for people (the default on a terminal) "
                              "or for programs: TAP (the default elsewhere), "
                              "JUnit's XML, JSON"},
    [IPXE_OPT_COVERAGE] = {"coverage", 0, NULL,
                           "name the rules that no test reaches"},
    [IPXE_OPT_OLD_RULES] = {"old-rules", 0, "PATH",
                            "the rules before, instead of asking httpd for "
                            "them; may be given again"},
    [IPXE_OPT_OLD_TEMPLATES] = {"old-templates", 0, "DIR",
                                "the folder of templates before"},
    [IPXE_OPT_FROM] = {"from", 0, "yaml|csv|dnsmasq|cobbler|matchbox|warewulf",
                       "what the files are; without it they are looked at"},
    [IPXE_OPT_OUTPUT] = {"output", 'o', "FILE",
                         "write a rule file, or - for the output, and no "
                         "database"},
    [IPXE_OPT_GROUP] = {"group", 0, "NAME",
                        "hosts of that group; of import: put them into it"},
    [IPXE_OPT_INSTALLED] = {"installed", 0, NULL,
                            "mark these machines as installed, so that none "
                            "of them is installed again"},
    [IPXE_OPT_SECRETS] = {"secrets", 0, NULL,
                          "of show, list and export: secrets, too, as they "
                          "are kept"},
    [IPXE_OPT_BUILD] = {"build", 0, "BUILD",
                        "the iPXE that is to run it: 2019 (Debian 12's), "
                        "1.20.1, 1.21.1, 2.0.0 or git, with -bios or -efi at "
                        "its end or without"},
    [IPXE_OPT_ONLY] = {"only", 0, "STATE",
                       "those that are held, conflict, stuck, failed, "
                       "installing, armed or installed"},
    [IPXE_OPT_SEARCH] = {"search", 0, "TEXT",
                         "those with this text in a name, a key, maker, "
                         "product, rule or profile"},
    [IPXE_OPT_LIMIT] = {"limit", 0, "N", "at most so many; 1000 by default"},
    [IPXE_OPT_BOOT] = {"boot", 0, "PROFILE", "with this profile"},
    [IPXE_OPT_SET] = {"set", 0, "NAME=VALUE",
                      "a variable for its boots; may be given again"},
    [IPXE_OPT_ALL] = {"all", 0, NULL,
                      "forget that it was installed, too: it may be installed "
                      "again"},
    [IPXE_OPT_NONE] = {"none", 0, NULL, "nothing any more"},
    [IPXE_OPT_FOR] = {"for", 0, "SECONDS", "end after so many seconds"},
};

const ipxe_option_t *ipxe_option_get(ipxe_opt_e option)
{
    return &options[option];
}

const char *ipxe_ctl_value(const ipxe_ctl_t *ctl, ipxe_opt_e option)
{
    const apr_array_header_t *given = ctl->given[option];

    return given ? APR_ARRAY_IDX(given, given->nelts - 1, const char *) : NULL;
}

int ipxe_ctl_json(const ipxe_ctl_t *ctl)
{
    return ipxe_text_eq(ipxe_ctl_value(ctl, IPXE_OPT_FORMAT), "json");
}

/* The command's options as apr_getopt_long wants them; an option's id is its
 * letter, or FIRST_ID and its number. */
static apr_getopt_option_t *table_of(const ipxe_command_t *command,
                                     apr_pool_t *pool)
{
    apr_getopt_option_t *table =
        apr_pcalloc(pool, (IPXE_OPT_COUNT + 1) * sizeof(*table));
    const ipxe_opt_e *each;
    int n = 0;

    for (each = command->options; *each != IPXE_OPT_COUNT; each++, n++) {
        const ipxe_option_t *option = &options[*each];

        table[n].name = option->name;
        table[n].optch =
            option->letter ? option->letter : FIRST_ID + (int)*each;
        table[n].has_arg = option->argument != NULL;
        table[n].description = option->about;
    }
    return table;
}

static ipxe_opt_e option_of(int id)
{
    int i = 0;

    if (id >= FIRST_ID)
        return (ipxe_opt_e)(id - FIRST_ID);
    while (i < IPXE_OPT_COUNT && options[i].letter != (char)id)
        i++;
    return (ipxe_opt_e)i;
}

static void give(ipxe_ctl_t *ctl, ipxe_opt_e option, const char *value)
{
    if (!ctl->given[option])
        ctl->given[option] = apr_array_make(ctl->pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(ctl->given[option], const char *) = value ? value : "";
}

static void on_error(void *baton, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void on_error(void *baton, const char *format, ...)
{
    va_list args;

    (void)baton;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

/* Is the value one of "text|json"? */
static int is_choice(const char *choices, const char *value, apr_pool_t *pool)
{
    const apr_array_header_t *words = ipxe_text_split(choices, "|", pool);
    int i;

    for (i = 0; i < words->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(words, i, const char *), value) == 0)
            return 1;
    return 0;
}

static ipxe_exit_e check_format(const ipxe_ctl_t *ctl, ipxe_opt_e option)
{
    const char *format = ipxe_ctl_value(ctl, option);

    if (!format || is_choice(options[option].argument, format, ctl->pool))
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("--format is one of %s, not '%s'",
                      options[option].argument, format);
    return IPXE_EXIT_USAGE;
}

static ipxe_exit_e usage(const ipxe_ctl_t *ctl)
{
    ipxe_ctl_complain("'ipxectl help %s' lists what it takes",
                      ctl->command->name);
    return IPXE_EXIT_USAGE;
}

/* Nonzero where the word is an option whose value is the word after it. */
static int wants_value(const apr_getopt_option_t *table, const char *word)
{
    for (; table->optch; table++) {
        if (!table->has_arg)
            continue;
        if (word[0] == '-' && word[1] == table->optch && !word[2])
            return 1;
        if (table->name && strncmp(word, "--", 2) == 0 &&
            strcmp(word + 2, table->name) == 0)
            return 1;
    }
    return 0;
}

/* A lone "-" that no option takes would be one without a letter. */
static void name_input(apr_getopt_t *reader, const apr_getopt_option_t *table)
{
    int i;

    for (i = 1; i < reader->argc; i++)
        if (strcmp(reader->argv[i], "-") == 0 &&
            !wants_value(table, reader->argv[i - 1]))
            reader->argv[i] = IPXE_CTL_INPUT;
}

ipxe_exit_e ipxe_ctl_read(ipxe_ctl_t *ctl, int argc, const char *const *argv)
{
    const apr_getopt_option_t *table = table_of(ctl->command, ctl->pool);
    apr_status_t status;
    apr_getopt_t *reader;
    const char *value;
    int id;

    apr_getopt_init(&reader, ctl->pool, argc, argv);
    reader->argv[0] = "ipxectl"; /* the name in its messages */
    reader->interleave = 1;
    name_input(reader, table);
    reader->errfn = on_error;
    while ((status = apr_getopt_long(reader, table, &id, &value)) ==
           APR_SUCCESS)
        give(ctl, option_of(id), value);
    if (status != APR_EOF)
        return usage(ctl);
    ctl->args = apr_array_make(ctl->pool, 8, sizeof(const char *));
    for (; reader->ind < argc; reader->ind++)
        APR_ARRAY_PUSH(ctl->args, const char *) = reader->argv[reader->ind];
    if (check_format(ctl, IPXE_OPT_FORMAT) != IPXE_EXIT_FINE)
        return IPXE_EXIT_USAGE;
    return check_format(ctl, IPXE_OPT_TEST_FORMAT);
}

const char *ipxe_ctl_pair(const char **value, const char *text,
                          apr_pool_t *pool)
{
    const char *at = strchr(text, '=');

    if (!at || at == text)
        return NULL;
    *value = at + 1;
    return apr_pstrmemdup(pool, text, (apr_size_t)(at - text));
}
