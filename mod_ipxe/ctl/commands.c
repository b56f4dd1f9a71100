/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sub-commands. The manual (man/ipxectl.1) and the completion of
 * bash follow it, and a check in the build holds them together. */
#include "ctl/ctl.h"

#include <string.h>

#define WHERE                                                                  \
    IPXE_OPT_CONFIG, IPXE_OPT_HTTPD, IPXE_OPT_VHOST, IPXE_OPT_RULES,           \
        IPXE_OPT_HOSTS, IPXE_OPT_TEMPLATES, IPXE_OPT_DOCUMENT_ROOT,            \
        IPXE_OPT_STATE, IPXE_OPT_VAR
#define REQUEST                                                                \
    IPXE_OPT_BASE_URL, IPXE_OPT_AT, IPXE_OPT_REQUEST, IPXE_OPT_GENERATION,     \
        IPXE_OPT_USER_AGENT

static const ipxe_opt_e check_options[] = {
    IPXE_OPT_FORMAT, IPXE_OPT_STRICT, WHERE, IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e explain_options[] = {IPXE_OPT_FORMAT, REQUEST, WHERE,
                                             IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e help_options[] = {IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e lint_options[] = {IPXE_OPT_BUILD, IPXE_OPT_FORMAT,
                                          IPXE_OPT_STRICT, IPXE_OPT_HELP,
                                          IPXE_OPT_COUNT};
static const ipxe_opt_e hosts_options[] = {
    IPXE_OPT_FORMAT,    IPXE_OPT_FROM,  IPXE_OPT_OUTPUT, IPXE_OPT_GROUP,
    IPXE_OPT_INSTALLED, IPXE_OPT_SECRETS, IPXE_OPT_STATE, IPXE_OPT_HOSTS,
    IPXE_OPT_CONFIG,    IPXE_OPT_HTTPD,   IPXE_OPT_VHOST, IPXE_OPT_HELP,
    IPXE_OPT_COUNT};
static const ipxe_opt_e render_options[] = {
    IPXE_OPT_ANSWERS, IPXE_OPT_CHOOSE, IPXE_OPT_GRUB, REQUEST, WHERE,
    IPXE_OPT_HELP,    IPXE_OPT_COUNT};
static const ipxe_opt_e replay_options[] = {
    IPXE_OPT_FORMAT,        IPXE_OPT_STRICT, IPXE_OPT_OLD_RULES,
    IPXE_OPT_OLD_TEMPLATES, WHERE,           IPXE_OPT_HELP,
    IPXE_OPT_COUNT};
static const ipxe_opt_e status_options[] = {
    IPXE_OPT_FORMAT, IPXE_OPT_CONFIG, IPXE_OPT_HTTPD, IPXE_OPT_VHOST,
    IPXE_OPT_STATE,  IPXE_OPT_HELP,   IPXE_OPT_COUNT};
static const ipxe_opt_e template_options[] = {IPXE_OPT_VARS, IPXE_OPT_CONTEXT,
                                              IPXE_OPT_TEMPLATES, IPXE_OPT_HELP,
                                              IPXE_OPT_COUNT};

static const ipxe_opt_e test_options[] = {IPXE_OPT_TEST_FORMAT,
                                          IPXE_OPT_COVERAGE,
                                          IPXE_OPT_STRICT,
                                          IPXE_OPT_BASE_URL,
                                          WHERE,
                                          IPXE_OPT_HELP,
                                          IPXE_OPT_COUNT};
static const ipxe_opt_e machines_options[] = {
    IPXE_OPT_FORMAT, IPXE_OPT_ONLY, IPXE_OPT_SEARCH, IPXE_OPT_LIMIT,
    WHERE,           IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e arm_options[] = {IPXE_OPT_FORMAT, IPXE_OPT_BOOT, WHERE,
                                         IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e order_options[] = {IPXE_OPT_FORMAT, WHERE,
                                           IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e forget_options[] = {
    IPXE_OPT_FORMAT, IPXE_OPT_ALL, WHERE, IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e next_options[] = {IPXE_OPT_FORMAT, IPXE_OPT_NONE, WHERE,
                                          IPXE_OPT_HELP, IPXE_OPT_COUNT};
static const ipxe_opt_e release_options[] = {IPXE_OPT_FORMAT, IPXE_OPT_BOOT,
                                             IPXE_OPT_SET,    WHERE,
                                             IPXE_OPT_HELP,   IPXE_OPT_COUNT};
static const ipxe_opt_e watch_options[] = {IPXE_OPT_FORMAT, IPXE_OPT_FOR, WHERE,
                                           IPXE_OPT_HELP, IPXE_OPT_COUNT};

const ipxe_command_t ipxe_commands[] = {
    {"arm", ipxe_ctl_arm, arm_options, "FACT=VALUE... | HOST",
     "let a machine be installed again",
     "The machine is installed at its next boot, even where it was installed "
     "before: its disk may be wiped. With --boot it is by that profile alone, "
     "else by the one that the rules say. A machine that has not asked yet "
     "may be armed, too."},
    {"check", ipxe_ctl_check, check_options, "[FILE...]",
     "say all that is wrong with rules and templates",
     "Reads the rules, their tests and templates as the server does and prints "
     "every diagnostic, not the first alone.\n\n"
     "With FILE, only what touches these files is printed and counted. A "
     "FILE that is in no configured set is checked by itself: a folder or a "
     "*.yaml as rules, a script of iPXE as `lint` does, a kickstart, a preseed "
     "or user-data as their installers read them, anything else as a "
     "template."},
    {"disarm", ipxe_ctl_disarm, order_options, "FACT=VALUE... | HOST",
     "install nothing on a machine until it is armed",
     "An install that is under way is closed: its ticket is good no more. "
     "Nothing but an operator arms the machine again."},
    {"explain", ipxe_ctl_explain, explain_options, "[FACT=VALUE... | HOST]",
     "say what a machine gets, and why",
     "Prints each rule with what became of it, the variables and where each "
     "came from, and the script. A machine is given by its facts, or by the "
     "name of a host of the rules. Nothing is changed by it."},
    {"forget", ipxe_ctl_forget, forget_options, "FACT=VALUE... | HOST",
     "drop what was seen of a machine",
     "Its timeline, hold, release and results are dropped; that it was "
     "installed is not, so that its disk stays as it is. With --all that is "
     "dropped, too: it may be installed again."},
    {"freeze", ipxe_ctl_freeze, order_options, "",
     "let no machine be installed",
     "Until `ipxectl thaw`, where a machine would be installed it boots its "
     "disk. What is under way goes on."},
    {"help", ipxe_ctl_help, help_options, "[COMMAND]",
     "list the commands, or what one takes",
     "Without COMMAND, lists the commands."},
    {"hosts", ipxe_ctl_hosts, hosts_options,
     "import FILE... | list [GLOB...] | show NAME | set NAME KEY=VALUE... | "
     "remove NAME... | export [GLOB...]",
     "keep the hosts of a large fleet",
     "Reads and writes the database of IPXEHosts lmdb:FILE, which the server "
     "reads: what is changed is seen by the next request.\n\n"
     "import takes YAML, CSV, dnsmasq's dhcp-host lines, Cobbler's systems, "
     "matchbox's groups and warewulf's nodes.conf; a folder is all files in "
     "it, - the input. A host that is there already is replaced. With "
     "--output a rule file is written and no database.\n\n"
     "set changes mac, uuid, serial, manufacturer, asset, groups, an action "
     "(boot, menu, local, ...), vars.NAME or secrets.NAME; an empty VALUE "
     "takes it away. A host that is not there is made."},
    {"lint", ipxe_ctl_lint, lint_options, "SCRIPT...",
     "say what is wrong with scripts of iPXE",
     "Looks at each SCRIPT by itself: labels and items that do not find each "
     "other, sections that run on into the next, commands and options that no "
     "iPXE has or that not every build has, failures that nothing catches, a "
     "kernel that will not find its initrd, settings that nothing sets.\n\n"
     "With --build, what that build lacks is named, and what others lack is "
     "not."},
    {"machines", ipxe_ctl_machines, machines_options, "[FACT=VALUE... | HOST]",
     "list machines, or show one",
     "Lists the machines that have asked, the last first. With FACT=VALUE or "
     "a host's name those alone, and where it is one, all that is known of "
     "it, with its timeline."},
    {"next", ipxe_ctl_next, next_options, "FACT=VALUE... | HOST PROFILE",
     "boot a machine with a profile, once",
     "Its next boot is that profile's, whatever the rules say; the one after "
     "is theirs again. An install is given to an installed machine only after "
     "`ipxectl arm`. With --none what was noted is dropped."},
    {"release", ipxe_ctl_release, release_options,
     "CODE | FACT=VALUE... | HOST", "let a held machine go",
     "CODE is what its console shows. With --boot it boots that profile, with "
     "--set with these variables; else it gets what the rules say."},
    {"render", ipxe_ctl_render, render_options, "[FACT=VALUE... | HOST]",
     "print the script or answer file that a machine gets",
     "Prints, byte for byte, what HTTP sends to the same request; --base-url, "
     "--at, --request and --user-agent fix what a request brings. Who may not "
     "read the server's secret gets the word TICKET where a ticket would "
     "stand."},
    {"replay", ipxe_ctl_replay, replay_options, "LOG",
     "say whose answer changes under new rules",
     "Puts the requests of an access log (LogFormat ipxe) to the rules of "
     "now and to those of --rules, and says whose answer changes, in groups, "
     "before anyone reloads. Nothing is changed by it.\n\n"
     "Without --rules, what was logged is held against the rules of now. "
     "With --strict the exit status is 1 where an answer changes."},
    {"schema", ipxe_ctl_schema, help_options, "",
     "print the JSON Schema of rule files, for editors",
     "Prints a JSON Schema (draft 2020-12) of rule files and of files of "
     "tests. An editor that knows it completes keys and marks what is wrong "
     "while one writes; `ipxectl check` says more."},
    {"state", ipxe_ctl_state, order_options, "accept",
     "accept a database that is new or another",
     "Where the database is new, older or another than the one that was "
     "there, every install waits until it is accepted: what it does not know "
     "of would be installed again."},
    {"status", ipxe_ctl_status, status_options, "",
     "say what the running server serves",
     "Prints the rule set that counts, when and from what it was loaded, what "
     "it holds, how boot slots are taken, and the last edit that did not load "
     "with its first diagnostic. Only root and the server's user may read "
     "it.\n\n"
     "The exit status is 1 where edited rules do not load, nothing is served, "
     "or the server does not run."},
    {"template", ipxe_ctl_template, template_options, "FILE [NAME=VALUE...]",
     "render any template by itself",
     "Renders FILE with the variables of --vars and those given by name, "
     "which come over them. What it includes is looked for in the folder of "
     "--templates."},
    {"test", ipxe_ctl_test, test_options, "[FILE...]", "run the tests of rules",
     "Runs *.test.yaml: of the folders of rules, or FILE, which may be a "
     "folder too. Each test is a machine and what it must get; it is asked as "
     "HTTP would ask, and nothing is changed by it.\n\n"
     "With --coverage the rules that no test reaches are named; with --strict "
     "too, each of them counts as a failure."},
    {"thaw", ipxe_ctl_thaw, order_options, "",
     "let machines be installed again", "Ends what `ipxectl freeze` began."},
    {"watch", ipxe_ctl_watch, watch_options, "",
     "print what machines do, as they do it",
     "Prints a line for each thing that is seen of a machine, until it is "
     "interrupted. With --format json a line is an object."},
    {NULL, NULL, NULL, NULL, NULL, NULL}};

const ipxe_command_t *ipxe_command_find(const char *name)
{
    const ipxe_command_t *command = ipxe_commands;

    while (command->name && strcmp(command->name, name) != 0)
        command++;
    return command->name ? command : NULL;
}

void ipxe_command_unknown(const char *name)
{
    const char *names[sizeof(ipxe_commands) / sizeof(*ipxe_commands)], *near;
    apr_size_t n = 0;

    for (; ipxe_commands[n].name; n++)
        names[n] = ipxe_commands[n].name;
    near = ipxe_text_nearest(name, names, n);
    if (near)
        ipxe_ctl_complain("there is no command '%s'; did you mean '%s'?", name,
                          near);
    else
        ipxe_ctl_complain("there is no command '%s'; 'ipxectl help' lists them",
                          name);
}
