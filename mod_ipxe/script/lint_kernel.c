/* SPDX-License-Identifier: Apache-2.0 */
/* Words of kernels' command lines, by the programs that read them: cloud-init,
 * live-boot, Alpine's and Arch's initramfs, linuxrc, debconf, Anaconda. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

/* All words of one line. */
typedef struct words_t {
    const char *const *words;
    const ipxe_span_t *spans; /* or NULL */
    int count;
    ipxe_span_t span;
    ipxe_diags_t *diags;
} words_t;

typedef void check_fn(const words_t *all, int i, const char *value);

static ipxe_diag_t *doubt(const words_t *all, int i, const char *message)
{
    return ipxe_diag_add(all->diags, IPXE_DIAG_KERNEL_WORD,
                         all->spans ? all->spans[i] : all->span, "'%s' %s",
                         all->words[i], message);
}

/* The value of the first word `name=...`, or NULL. */
static const char *value_of(const words_t *all, const char *name)
{
    apr_size_t len = strlen(name);
    int i;

    for (i = 0; i < all->count; i++) {
        if (strncmp(all->words[i], name, len) == 0)
            return all->words[i] + len;
    }
    return NULL;
}

static int has_word(const words_t *all, const char *word)
{
    int i;

    for (i = 0; i < all->count; i++) {
        if (strcmp(all->words[i], word) == 0)
            return 1;
    }
    return 0;
}

static int ends_in(const char *text, apr_size_t len, const char *end)
{
    apr_size_t n = strlen(end);

    return len >= n && strncmp(text + len - n, end, n) == 0;
}

/* What stands there is not known before the machine runs it. */
static int is_open(const char *value)
{
    apr_size_t len = strlen(value);

    return len == 0 || value[len - 1] == '}';
}

/* ---- Seeds of cloud-init ---- */

static void check_seed(const words_t *all, int i, const char *value)
{
    const char *seed = strstr(value, ";s=");

    if (strncmp(value, "nocloud-net", 11) == 0)
        ipxe_diag_help(doubt(all, i,
                             "is an old name, deprecated since cloud-init "
                             "24.1"),
                       "write 'ds=nocloud;dsmode=net;s=...'");
    if (value_of(all, "url=") && !value_of(all, "cloud-config-url="))
        ipxe_diag_help(doubt(all, i,
                             "stands beside 'url=', which cloud-init takes "
                             "for its configuration and downloads"),
                       "add 'cloud-config-url=/dev/null'");
    if (!seed || is_open(seed + 3) || strstr(seed, "%s"))
        return;
    if (strchr(seed, '?'))
        ipxe_diag_help(doubt(all, i,
                             "has a query, to which cloud-init appends "
                             "'user-data'"),
                       "put what it says into the path");
    else if (!ends_in(seed, strlen(seed), "/"))
        ipxe_diag_help(doubt(all, i,
                             "does not end in a slash: cloud-init appends "
                             "'user-data' to it as it is"),
                       "write a '/' at its end");
}

/* ---- Endings by which an address is known ---- */

static void check_fetch(const words_t *all, int i, const char *value)
{
    static const char *const ends[] = {".squashfs", ".iso", ".tar", ".tgz"};
    apr_size_t j;

    if (!has_word(all, "boot=live") || is_open(value))
        return;
    for (j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
        if (ends_in(value, strlen(value), ends[j]))
            return;
    }
    ipxe_diag_help(
        doubt(all, i, "is refused by live-boot, which goes by the ending"),
        "the address must end in .squashfs, .iso, .tar or .tgz, "
        "without a query");
}

static void check_apkovl(const words_t *all, int i, const char *value)
{
    if (!is_open(value) && !ends_in(value, strcspn(value, "?"), ".tar.gz"))
        ipxe_diag_help(doubt(all, i,
                             "is no archive to Alpine, which goes by the "
                             "ending"),
                       "the address must end in .tar.gz, before any query");
}

static void check_archiso(const words_t *all, int i, const char *value)
{
    if (!is_open(value) && !ends_in(value, strlen(value), "/"))
        ipxe_diag_help(doubt(all, i,
                             "does not end in a slash: Arch appends names to "
                             "it as it is"),
                       "write a '/' at its end");
    if (strpbrk(value, "&;(") || strstr(value, "$("))
        doubt(all, i, "is evaluated by a shell: '&', ';' and '(' break it");
}

static void check_autoyast(const words_t *all, int i, const char *value)
{
    if (!is_open(value) && ends_in(value, strlen(value), "/"))
        ipxe_diag_help(doubt(all, i,
                             "ends in a slash, which sends AutoYaST looking "
                             "for rules/rules.xml"),
                       "name the profile itself");
}

/* ---- Others ---- */

static void check_ks(const words_t *all, int i, const char *value)
{
    if (strstr(value, "://") || is_open(value))
        ipxe_diag_help(doubt(all, i, "is read by RHEL 7 and older alone"),
                       "write 'inst.ks=', which RHEL 7 knows, too");
}

static void check_debug(const words_t *all, int i, const char *value)
{
    (void)value;
    ipxe_diag_help(doubt(all, i,
                         "writes every answer of the preseed, passwords "
                         "too, into the log"),
                   "take it away when the preseed works");
}

static const struct {
    const char *name;
    check_fn *check;
} readers[] = {
    {"ds=", check_seed},
    {"fetch=", check_fetch},
    {"apkovl=", check_apkovl},
    {"archiso_http_srv=", check_archiso},
    {"autoyast=", check_autoyast},
    {"ay=", check_autoyast},
    {"ks=", check_ks},
    {"DEBCONF_DEBUG=", check_debug},
};

void ipxe_lint_kernel_words(const char *const *words, const ipxe_span_t *spans,
                            int count, ipxe_span_t span, ipxe_diags_t *diags)
{
    words_t all = {words, spans, count, span, diags};
    apr_size_t j;
    int i;

    for (i = 0; i < count; i++) {
        for (j = 0; j < sizeof(readers) / sizeof(readers[0]); j++) {
            apr_size_t len = strlen(readers[j].name);

            if (strncmp(words[i], readers[j].name, len) == 0)
                readers[j].check(&all, i, words[i] + len);
        }
    }
}

/* ---- Which card ---- */

static int is_installer(const words_t *all)
{
    return value_of(all, "inst.repo=") || value_of(all, "inst.ks=") ||
           value_of(all, "inst.stage2=") || has_word(all, "auto=true") ||
           value_of(all, "preseed/url=");
}

/* "eno1:dhcp", "...:eno1:none": a card by its name. */
static int names_card(const char *ip)
{
    return ip && strchr(ip, ':') != NULL;
}

void ipxe_lint_card(const char *const *words, int count, ipxe_span_t span,
                    ipxe_diags_t *diags)
{
    words_t all = {words, NULL, count, span, diags};
    const char *card = value_of(&all, "interface=");

    if (!card)
        card = value_of(&all, "netcfg/choose_interface=");
    if (!is_installer(&all) || value_of(&all, "BOOTIF=") ||
        value_of(&all, "ksdevice=") || value_of(&all, "bootdev=") ||
        names_card(value_of(&all, "ip=")) || (card && strcmp(card, "auto")))
        return;
    ipxe_diag_help(
        ipxe_diag_add(diags, IPXE_DIAG_NO_BOOTIF, span,
                      "nothing tells the installer which card the machine "
                      "booted from: it brings up another, or all"),
        value_of(&all, "inst.ks=") && !has_word(&all, "inst.ks.sendmac")
            ? "add 'BOOTIF=01-${netX/mac:hexhyp}', and 'inst.ks.sendmac', by "
              "which the server sees who fetches the kickstart"
            : "add 'BOOTIF=01-${netX/mac:hexhyp}'");
}
