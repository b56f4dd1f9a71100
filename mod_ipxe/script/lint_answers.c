/* SPDX-License-Identifier: Apache-2.0 */
/* What the checkers of answer files share, and telling the files apart. */
#include "script/lint_answers.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* ---- Words ---- */

ipxe_span_t ipxe_lint_next_word(const ipxe_source_t *source, apr_size_t at,
                                apr_size_t end)
{
    apr_size_t begin;

    while (at < end && apr_isspace(source->text[at]))
        at++;
    for (begin = at; at < end && !apr_isspace(source->text[at]);)
        at++;
    return ipxe_span(source, begin, at);
}

char *ipxe_lint_text(ipxe_span_t span, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, span.source->text + span.begin,
                          span.end - span.begin);
}

/* ---- Devices ---- */

/* Beginnings of names that the next kernel, or the next machine, gives to
 * another device; after them comes what `rest` lists. */
static const struct {
    const char *name;
    const char *rest;
    int is_card;
} devices[] = {
    {"nvme", "0123456789", 0}, {"mmcblk", "0123456789", 0},
    {"xvd", "abcdefgh", 0},    {"sd", "abcdefgh", 0},
    {"hd", "abcdefgh", 0},     {"vd", "abcdefgh", 0},
    {"eth", "0123456789", 1},  {"eno", "0123456789", 1},
    {"enp", "0123456789", 1},  {"ens", "0123456789", 1},
    {"em", "0123456789", 1},
};

int ipxe_lint_device(const char *word, ipxe_span_t span, ipxe_diags_t *diags)
{
    const char *name = strncmp(word, "/dev/", 5) == 0 ? word + 5 : word;
    apr_size_t i;

    for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        apr_size_t len = strlen(devices[i].name);

        if (strncmp(name, devices[i].name, len) != 0 || !name[len] ||
            !strchr(devices[i].rest, name[len]) || strchr(name, '/'))
            continue;
        ipxe_diag_help(
            ipxe_diag_add(diags, IPXE_DIAG_FIXED_DEVICE, span,
                          "'%s' is the name of a %s on some machines alone",
                          name, devices[i].is_card ? "card" : "disk"),
            devices[i].is_card
                ? "let the installer take the card that booted (BOOTIF), or "
                  "name it by its address"
                : "find the disk at the installation, or give each host its "
                  "own in a template: {{ disk }}");
        return 1;
    }
    return 0;
}

/* ---- Secrets ---- */

void ipxe_lint_secret(const char *value, ipxe_span_t span, ipxe_diags_t *diags)
{
    ipxe_diag_t *diag;

    if (!*value || strspn(value, "!*x") == strlen(value))
        return;
    diag = ipxe_diag_add(diags, IPXE_DIAG_SECRET_IN_FILE, span,
                         "a password%s stands in a file "
                         "that everybody may fetch",
                         *value == '$' ? "'s hash" : "");
    diag->hide_source = 1;
    ipxe_diag_help(diag, "serve the file as a template, whose address is for "
                         "one machine, and keep the password under 'secrets:'");
}

/* ---- Kinds ---- */

static int ends_in(const char *name, const char *end)
{
    apr_size_t len = strlen(name), n = strlen(end);

    return len >= n && strcmp(name + len - n, end) == 0;
}

/* Does a line begin so? */
static int has_line(const char *text, const char *begin)
{
    const char *found = text;
    apr_size_t len = strlen(begin);

    for (; (found = strstr(found, begin)) != NULL; found += len) {
        if (found == text || found[-1] == '\n')
            return 1;
    }
    return 0;
}

static int is_kickstart(const char *name, const char *text)
{
    if (has_line(text, "vmaccepteula") || has_line(text, "accepteula"))
        return 0; /* ESXi's, another language */
    return ends_in(name, ".ks") || has_line(text, "%packages") ||
           (ends_in(name, ".cfg") && has_line(text, "rootpw "));
}

static int is_preseed(const char *name, const char *text)
{
    return ends_in(name, ".seed") || ends_in(name, "preseed.cfg") ||
           has_line(text, "d-i ");
}

static int is_user_data(const char *name, const char *text)
{
    return strncmp(text, "#cloud-config", 13) == 0 ||
           has_line(text, "autoinstall:") || ends_in(name, "/user-data") ||
           strcmp(name, "user-data") == 0;
}

ipxe_lint_kind_e ipxe_lint_kind(const char *name, const char *text)
{
    if (ends_in(name, ".ipxe") || ipxe_lint_is_script(text))
        return IPXE_LINT_SCRIPT;
    if (is_user_data(name, text))
        return IPXE_LINT_USER_DATA;
    if (is_preseed(name, text))
        return IPXE_LINT_PRESEED;
    return is_kickstart(name, text) ? IPXE_LINT_KICKSTART : IPXE_LINT_OTHER;
}
