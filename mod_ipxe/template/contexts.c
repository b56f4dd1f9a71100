/* SPDX-License-Identifier: Apache-2.0 */
/* Which context a file has by its name, and where it changes inside. */
#include "template/contexts.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *end; /* of the name; with no dot: the whole last segment */
    ipxe_context_e context;
} names[] = {
    {".ipxe", IPXE_CONTEXT_SCRIPT},     {".ks", IPXE_CONTEXT_KICKSTART},
    {".seed", IPXE_CONTEXT_PRESEED},    {".preseed", IPXE_CONTEXT_PRESEED},
    {".sh", IPXE_CONTEXT_SHELL},        {".bat", IPXE_CONTEXT_BATCH},
    {".cmd", IPXE_CONTEXT_BATCH},       {".xml", IPXE_CONTEXT_XML},
    {".yaml", IPXE_CONTEXT_JSON},       {".yml", IPXE_CONTEXT_JSON},
    {".json", IPXE_CONTEXT_JSON},       {".ign", IPXE_CONTEXT_JSON},
    {"user-data", IPXE_CONTEXT_JSON},   {"meta-data", IPXE_CONTEXT_JSON},
    {"vendor-data", IPXE_CONTEXT_JSON}, {"network-config", IPXE_CONTEXT_JSON}};

static int name_ends(const char *name, const char *end)
{
    apr_size_t n = strlen(name), m = strlen(end);

    if (n < m || strcasecmp(name + n - m, end) != 0)
        return 0;
    return *end == '.' || n == m || name[n - m - 1] == '/';
}

ipxe_context_e ipxe_context_of(const char *name)
{
    unsigned i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (name_ends(name, names[i].end))
            return names[i].context;
    }
    return IPXE_CONTEXT_LINE;
}

int ipxe_context_crlf(const char *name)
{
    static const char *const ends[] = {".bat", ".cmd", ".ini", ".reg",
                                       "autounattend.xml"};
    unsigned i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (name_ends(name, ends[i]))
            return 1;
    }
    return 0;
}

/* ---- sections and commands ---- */

static int is_one_of(const char *s, apr_size_t len, const char *const *words,
                     unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
            return 1;
    }
    return 0;
}

int ipxe_kickstart_section(const char *line, int now)
{
    static const char *const scripts[] = {"%pre", "%pre-install", "%post",
                                          "%onerror", "%traceback"};
    apr_size_t len = strcspn(line, " \t\r\n");

    if (*line != '%')
        return now;
    if (is_one_of(line, len, scripts, 5))
        return 1;
    return len == 4 && memcmp(line, "%end", 4) == 0 ? 0 : now;
}

int ipxe_kickstart_opens(const char *line, const char *s, apr_size_t len)
{
    line += strspn(line, " \t");
    if (*line)
        return *line == '%' && !line[strcspn(line, " \t")];
    for (; len && (*s == ' ' || *s == '\t'); s++)
        len--;
    return len && *s == '%';
}

/* "d-i preseed/late_command string ...": the second word is the question. */
int ipxe_preseed_command(const char *line)
{
    static const char *const commands[] = {
        "preseed/early_command",   "preseed/late_command",
        "partman/early_command",   "preseed/run",
        "preseed/include_command", "grub-installer/command",
        "user-setup/late_command", "debian-installer/early_command"};
    const char *word = line + strspn(line, " \t");

    word += strcspn(word, " \t");
    word += strspn(word, " \t");
    return is_one_of(word, strcspn(word, " \t"), commands,
                     sizeof(commands) / sizeof(commands[0]));
}

/* ---- quotes ---- */

/* Quotes that are open, by how deep in `$( )`, which begins anew. */
typedef struct quotes_t {
    char open[8];
    int depth;
} quotes_t;

#define DEEPEST ((int)sizeof(((quotes_t *)NULL)->open) - 1)

/* Takes the character at `at`; gives how many of them that were. */
static int take_quote(quotes_t *quotes, const char *at)
{
    char *open = &quotes->open[quotes->depth];

    if (*at == '\\' && *open != '\'')
        return at[1] ? 2 : 1;
    if (*at == '$' && at[1] == '(' && *open != '\'' && *open != '`' &&
        quotes->depth < DEEPEST) {
        quotes->open[++quotes->depth] = 0;
        return 2;
    }
    if (*at == ')' && !*open && quotes->depth)
        quotes->depth--;
    else if (*open)
        *open = *at == *open ? 0 : *open;
    else if (*at == '"' || *at == '\'' || *at == '`')
        *open = *at;
    return 1;
}

int ipxe_shell_quote(const char *line)
{
    quotes_t quotes = {{0}, 0};
    const char *at;

    for (at = line; *at; at += take_quote(&quotes, at)) {
        if (*at == '#' && !quotes.open[quotes.depth] &&
            (at == line || at[-1] == ' '))
            return 0;
    }
    return quotes.open[quotes.depth] != 0;
}

int ipxe_json_quote(const char *line)
{
    int open = 0;

    for (; *line; line++) {
        if (*line == '\\' && open)
            line += line[1] != '\0';
        else if (*line == '"')
            open = !open;
    }
    return open;
}
