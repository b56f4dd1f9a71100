/* SPDX-License-Identifier: Apache-2.0 */
/* Kickstart, as Anaconda reads it: lines of a command, and sections. */
#include "script/lint_answers.h"

#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* Commands of all releases from RHEL 6 to Fedora's present one; by name. */
static const char *const commands[] = {
    "auth",
    "authconfig",
    "authselect",
    "autopart",
    "autostep",
    "bootc",
    "bootloader",
    "btrfs",
    "cdrom",
    "clearpart",
    "cmdline",
    "device",
    "deviceprobe",
    "dmraid",
    "driverdisk",
    "eula",
    "fcoe",
    "firewall",
    "firstboot",
    "graphical",
    "group",
    "halt",
    "harddrive",
    "hmc",
    "ignoredisk",
    "install",
    "interactive",
    "iscsi",
    "iscsiname",
    "key",
    "keyboard",
    "lang",
    "langsupport",
    "liveimg",
    "logging",
    "logvol",
    "mediacheck",
    "method",
    "module",
    "monitor",
    "mount",
    "mouse",
    "multipath",
    "network",
    "nfs",
    "nvdimm",
    "ostreecontainer",
    "ostreesetup",
    "part",
    "partition",
    "poweroff",
    "raid",
    "rdp",
    "realm",
    "reboot",
    "repo",
    "reqpart",
    "rescue",
    "rhsm",
    "rootpw",
    "selinux",
    "services",
    "shutdown",
    "skipx",
    "snapshot",
    "sshkey",
    "sshpw",
    "syspurpose",
    "text",
    "timesource",
    "timezone",
    "unsupported_hardware",
    "updates",
    "upgrade",
    "url",
    "user",
    "vnc",
    "volgroup",
    "xconfig",
    "zerombr",
    "zfcp",
    "zipl",
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const char *const sections[] = {
    "%addon", "%anaconda", "%certificate", "%onerror",   "%packages",
    "%post",  "%pre",      "%pre-install", "%traceback",
};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* Each row: one of these words answers a question of the installer. */
static const struct {
    const char *words; /* parted by blanks */
    const char *asks;  /* what it asks for */
} questions[] = {
    {"lang", "the language (lang)"},
    {"keyboard", "the keyboard (keyboard)"},
    {"timezone", "the time zone (timezone)"},
    {"rootpw user sshkey", "who logs in (rootpw, user)"},
    {"autopart part partition logvol raid reqpart mount btrfs",
     "the disk's partitions (autopart, part)"},
    {"zerombr", "a disk that was never used (zerombr)"},
    {"clearpart", "what stands on the disk (clearpart)"},
    {"%packages", "the packages (%packages)"},
};

/* Groups of packages that releases name differently. */
static const struct {
    const char *group;
    int first, last; /* releases of RHEL */
    const char *instead;
} groups[] = {
    {"@^minimal-environment", 8, 99, "@^minimal"},
    {"@^server-product-environment", 8, 99,
     "@^infrastructure-server-environment"},
    {"@^graphical-server-environment", 8, 99, "@^gnome-desktop-environment"},
    {"@standard", 8, 99, "@base"},
    {"@^minimal", 7, 7, "@^minimal-environment"},
    {"@base", 6, 7, "@standard"},
};

/* Names of distributions that count as RHEL does. */
static const char *const alike[] = {"rhel",   "centos", "rocky",     "alma",
                                    "oracle", "ol",     "almalinux", "redhat",
                                    "RHEL",   "CentOS", "Rocky"};

/* Options whose values name disks or cards. */
static const struct {
    const char *command, *option;
} naming[] = {
    {"ignoredisk", "--only-use="},   {"ignoredisk", "--drives="},
    {"clearpart", "--drives="},      {"clearpart", "--list="},
    {"bootloader", "--boot-drive="}, {"bootloader", "--driveorder="},
    {"part", "--ondisk="},           {"part", "--ondrive="},
    {"partition", "--ondisk="},      {"partition", "--ondrive="},
    {"network", "--device="},
};

typedef struct kickstart_t {
    const ipxe_source_t *source;
    const ipxe_lint_answers_t *wish;
    apr_hash_t *seen;    /* commands and sections */
    ipxe_span_t section; /* the open one; source NULL: none */
    const char *in;      /* its name */
    ipxe_span_t first;   /* the first command */
    int release;         /* of RHEL, or 0: unknown */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} kickstart_t;

static int by_name(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

static int among(const char *word, const char *const *names, apr_size_t n)
{
    return bsearch(word, names, n, sizeof(*names), by_name) != NULL;
}

/* ---- Which release ---- */

/* "centos/7.9", "rocky-9": the number after a distribution's name. */
static int release_in(const char *text)
{
    apr_size_t i;

    for (i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
        const char *found = strstr(text, alike[i]);
        const char *after = found ? found + strlen(alike[i]) : "";

        after += strspn(after, "/-_ ");
        if (apr_isdigit(*after))
            return atoi(after);
    }
    return 0;
}

/* ---- Lines ---- */

static void unknown(kickstart_t *ks, ipxe_span_t span, const char *word,
                    const char *what, const char *const *names, apr_size_t n)
{
    ipxe_diag_t *diag =
        ipxe_diag_add(ks->diags, IPXE_DIAG_UNKNOWN_KEYWORD, span,
                      "no kickstart has the %s '%s'", what, word);
    const char *meant = ipxe_text_nearest(word, names, n);

    if (meant)
        ipxe_diag_help(diag, "did you mean '%s'?", meant);
}

static void no_end(kickstart_t *ks)
{
    ipxe_diag_help(ipxe_diag_add(ks->diags, IPXE_DIAG_MISSING_END, ks->section,
                                 "the section '%s' has no end", ks->in),
                   "write '%%end' below it");
}

static void start_section(kickstart_t *ks, ipxe_span_t span, const char *word)
{
    if (ks->section.source)
        no_end(ks);
    if (!among(word, sections, SECTIONS))
        unknown(ks, span, word, "section", sections, SECTIONS);
    ks->section = span;
    ks->in = word;
}

static void check_list(kickstart_t *ks, const char *list, ipxe_span_t span)
{
    const apr_array_header_t *names = ipxe_text_split(list, ",", ks->pool);
    int i;

    for (i = 0; i < names->nelts; i++) {
        if (ipxe_lint_device(APR_ARRAY_IDX(names, i, const char *), span,
                             ks->diags))
            return;
    }
}

/* A password is the word after the options, or the value of one. */
static void check_secret(kickstart_t *ks, const char *command, const char *word,
                         ipxe_span_t span)
{
    const char *value = NULL;

    if (ks->wish->rendered)
        return;
    if (strcmp(command, "rootpw") == 0 && *word != '-')
        value = word;
    if (strcmp(command, "user") == 0 && strncmp(word, "--password=", 11) == 0)
        value = word + 11;
    if (value)
        ipxe_lint_secret(value, span, ks->diags);
}

/* "--url=", with or without quotes around what follows. */
static void check_url(kickstart_t *ks, const char *word, ipxe_span_t span)
{
    const char *url = strstr(word, "://");
    ipxe_lint_address_t *address;
    char *text;

    if (!url)
        return;
    while (url > word && apr_isalpha(url[-1]))
        url--;
    text = apr_pstrmemdup(ks->pool, url, strcspn(url, "\"'"));
    if (!ks->release)
        ks->release = release_in(text);
    if (!ks->wish->addresses)
        return;
    address = apr_array_push(ks->wish->addresses);
    address->url = text;
    address->tree = 1;
    address->later = 1;
    address->span = span;
}

static void check_word(kickstart_t *ks, const char *command, const char *word,
                       ipxe_span_t span)
{
    apr_size_t i;

    for (i = 0; i < sizeof(naming) / sizeof(naming[0]); i++) {
        apr_size_t len = strlen(naming[i].option);

        if (strcmp(command, naming[i].command) == 0 &&
            strncmp(word, naming[i].option, len) == 0)
            check_list(ks, word + len, span);
    }
    check_secret(ks, command, word, span);
    if (strcmp(command, "url") == 0)
        check_url(ks, word, span);
}

static void check_command(kickstart_t *ks, ipxe_span_t first, const char *word,
                          apr_size_t end)
{
    ipxe_span_t span;

    if (!ks->first.source)
        ks->first = first;
    apr_hash_set(ks->seen, word, APR_HASH_KEY_STRING, ks);
    if (!among(word, commands, COMMANDS)) {
        unknown(ks, first, word, "command", commands, COMMANDS);
        return;
    }
    for (span = ipxe_lint_next_word(ks->source, first.end, end);
         span.begin < span.end && ks->source->text[span.begin] != '#';
         span = ipxe_lint_next_word(ks->source, span.end, end))
        check_word(ks, word, ipxe_lint_text(span, ks->pool), span);
}

static void check_group(kickstart_t *ks, ipxe_span_t span, const char *word)
{
    apr_size_t i;

    for (i = 0; ks->release && i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (strcmp(word, groups[i].group) != 0 ||
            (ks->release >= groups[i].first && ks->release <= groups[i].last))
            continue;
        ipxe_diag_help(ipxe_diag_add(ks->diags, IPXE_DIAG_PACKAGE_GROUP, span,
                                     "release %d, which this installs from, "
                                     "has no group '%s'",
                                     ks->release, word),
                       "there it is '%s'", groups[i].instead);
    }
}

static void check_line(kickstart_t *ks, apr_size_t begin, apr_size_t end)
{
    ipxe_span_t span = ipxe_lint_next_word(ks->source, begin, end);
    char *word = ipxe_lint_text(span, ks->pool);

    if (*word == '#' && strncmp(word, "#version=", 9) == 0)
        ks->release = release_in(word);
    if (!*word || *word == '#')
        return;
    if (strcmp(word, "%end") == 0) {
        ks->section.source = NULL;
    }
    else if (strcmp(word, "%include") == 0 || strcmp(word, "%ksappend") == 0) {
        apr_hash_set(ks->seen, "%include", APR_HASH_KEY_STRING, ks);
    }
    else if (*word == '%' &&
             (!ks->section.source || among(word, sections, SECTIONS))) {
        apr_hash_set(ks->seen, word, APR_HASH_KEY_STRING, ks);
        start_section(ks, span, word);
    }
    else if (!ks->section.source) {
        check_command(ks, span, word, end);
    }
    else if (strcmp(ks->in, "%packages") == 0) {
        check_group(ks, span, word);
    }
}

/* ---- Questions ---- */

static int is_answered(const kickstart_t *ks, const char *words)
{
    const apr_array_header_t *each = ipxe_text_split(words, " ", ks->pool);
    int i;

    for (i = 0; i < each->nelts; i++) {
        if (apr_hash_get(ks->seen, APR_ARRAY_IDX(each, i, const char *),
                         APR_HASH_KEY_STRING))
            return 1;
    }
    return 0;
}

/* Where something is included, or a person is asked on purpose, nothing can
 * be said. */
static void check_questions(kickstart_t *ks)
{
    ipxe_text_t *open = ipxe_text_make(128, ks->pool);
    apr_size_t i;

    if (!ks->first.source || is_answered(ks, "%include liveimg ostreesetup "
                                             "interactive rescue upgrade"))
        return;
    for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (!is_answered(ks, questions[i].words))
            ipxe_text_addf(open, "%s%s", open->len ? ", " : "",
                           questions[i].asks);
    }
    if (open->len)
        ipxe_diag_add(ks->diags, IPXE_DIAG_INSTALL_ASKS, ks->first,
                      "the installation will stop and ask for %s", open->data);
}

void ipxe_lint_kickstart(const ipxe_source_t *source,
                         const ipxe_lint_answers_t *wish, ipxe_diags_t *diags,
                         apr_pool_t *pool)
{
    kickstart_t ks;
    apr_size_t line;

    memset(&ks, 0, sizeof(ks));
    ks.source = source;
    ks.wish = wish;
    ks.seen = apr_hash_make(pool);
    ks.diags = diags;
    ks.pool = pool;
    for (line = 1; line <= source->line_count; line++) {
        apr_size_t len;
        const char *text = ipxe_source_line(source, line, &len);
        apr_size_t begin = (apr_size_t)(text - source->text);

        check_line(&ks, begin, begin + len);
    }
    if (ks.section.source)
        no_end(&ks);
    check_questions(&ks);
}
