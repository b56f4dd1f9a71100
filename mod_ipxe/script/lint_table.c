/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of iPXE with their options, and which builds have them. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* A release's bit for BIOS; the next higher one is its bit for EFI. */
enum {
    R_2019 = 1 << 0,
    R_1_20 = 1 << 2,
    R_1_21 = 1 << 4,
    R_2_0 = 1 << 6,
    R_GIT = 1 << 8
};

#define BOTH(release) ((ipxe_builds_t)(3 * (release)))
#define EFI(release)  ((ipxe_builds_t)(2 * (release)))

#define ALL      IPXE_BUILDS_ALL
#define SINCE_20 (ALL & ~BOTH(R_2019))
#define SINCE_21 (BOTH(R_1_21) | BOTH(R_2_0) | BOTH(R_GIT))
#define SINCE_2  (BOTH(R_2_0) | BOTH(R_GIT))
#define EFI_2    (EFI(R_2_0) | EFI(R_GIT))
#define GIT      BOTH(R_GIT)
#define OFF      ((ipxe_builds_t)0)

static const struct {
    const char *name;
    ipxe_builds_t builds;
} releases[] = {{"2019", BOTH(R_2019)},
                {"1.20.1", BOTH(R_1_20)},
                {"1.21.1", BOTH(R_1_21)},
                {"2.0.0", BOTH(R_2_0)},
                {"git", BOTH(R_GIT)}};

/* The word after `@` of an option. */
static const struct {
    const char *word;
    ipxe_builds_t builds;
} marks[] = {{"1.21", SINCE_21}, {"2", SINCE_2}, {"2e", EFI_2}, {"git", GIT}};

static const struct {
    ipxe_builds_t builds;
    const char *text;
} lacking[] = {
    {OFF, "no build has it unless it was asked for when that was made"},
    {GIT, "no release has it so far"},
    {EFI_2, "BIOS builds, and all before 2.0.0, lack it"},
    {SINCE_2, "builds before 2.0.0 lack it"},
    {SINCE_21, "builds before 1.21.1 lack it"},
    {SINCE_20, "builds before 1.20.1 lack it"},
};

#define ANY      (-1)
#define MENU     "menu/m= "
#define IMAGE    "name/n= timeout/t= autofree/a quiet/q@git"
#define RUN_OPTS IMAGE " replace/r"
#define NET      "configurator/c= timeout/t=@1.21"
#define SCREEN                                                                 \
    "x/x= y/y= left/l= right/r= top/t= bottom/b= depth/d= picture/p= keep/k"
#define FETCH  IPXE_LINT_FETCH
#define RUN    (IPXE_LINT_FETCH | IPXE_LINT_RUN)
#define KERNEL (IPXE_LINT_FETCH | IPXE_LINT_KERNEL)
#define LOADS  (IPXE_LINT_FETCH | IPXE_LINT_IMAGE)
#define TEXT   IPXE_LINT_TEXT
#define LEAVES IPXE_LINT_LEAVES
#define TESTS  IPXE_LINT_TESTS
#define SETS   IPXE_LINT_SETS

/* By name: they are searched by halves. */
static const ipxe_lint_row_t rows[] = {
    {"autoboot", "", 0, ANY, ALL, LEAVES},
    {"boot", RUN_OPTS, 0, ANY, ALL, RUN},
    {"certfree", "subject/s=", 0, ANY, SINCE_2, 0},
    {"certstat", "subject/s=", 0, ANY, SINCE_2, 0},
    {"certstore", "subject/s= keep/k", 0, ANY, SINCE_2, 0},
    {"chain", RUN_OPTS, 1, ANY, ALL, RUN},
    {"choose", MENU "default/d= timeout/t= keep/k retimeout/r=@2", 1, 1, ALL,
     SETS},
    {"clear", "", 1, 1, ALL, 0},
    {"colour", "basic/b= rgb/r=", 1, 1, EFI_2, 0},
    {"config", "", 0, 1, ALL, 0},
    {"console", SCREEN, 0, 0, EFI_2, 0},
    {"cpair", "foreground/f= background/b=", 1, 1, EFI_2, 0},
    {"cpuid", "ext/e ecx/c", 1, 1, ALL, TESTS},
    {"dhcp", NET, 0, ANY, ALL, 0},
    {"echo", "n/n", 0, ANY, ALL, TEXT},
    {"exit", "", 0, 1, ALL, LEAVES},
    {"fcels", "port/p= id/i=", 0, ANY, OFF, 0},
    {"fcstat", "", 0, ANY, OFF, 0},
    {"fdt", IMAGE, 0, 1, EFI_2, 0},
    {"form", "name/n= delete/d", 0, ANY, SINCE_2, TEXT},
    {"goto", "", 1, 1, ALL, 0},
    {"help", "", 0, 0, ALL, 0},
    {"ibstat", "", 0, ANY, OFF, 0},
    {"ifclose", "", 0, ANY, ALL, 0},
    {"ifconf", NET, 0, ANY, ALL, 0},
    {"iflinkwait", "timeout/t=", 0, ANY, SINCE_20, 0},
    {"ifopen", "", 0, ANY, ALL, 0},
    {"ifstat", "", 0, ANY, ALL, 0},
    {"imgargs", "", 1, ANY, ALL, 0},
    {"imgdecrypt", "envelope/e= name/n= keep/k timeout/t=", 1, ANY, OFF, 0},
    {"imgexec", RUN_OPTS, 0, ANY, ALL, RUN},
    {"imgextract", "name/n= keep/k timeout/t=", 1, 1, SINCE_2, FETCH},
    {"imgfetch", IMAGE, 1, ANY, ALL, LOADS},
    {"imgfree", "", 0, ANY, ALL, 0},
    {"imgload", IMAGE, 1, ANY, ALL, KERNEL},
    {"imgmem", "name/n=", 2, 2, OFF, 0},
    {"imgselect", IMAGE, 1, ANY, ALL, KERNEL},
    {"imgset", "keep/k", 2, 2, GIT, SETS},
    {"imgstat", "", 0, ANY, ALL, 0},
    {"imgtrust", "permanent/p allow/a", 0, 0, OFF, 0},
    {"imgverify", "signer/s= keep/k timeout/t=", 2, 2, OFF, 0},
    {"inc", "", 1, 2, ALL, SETS},
    {"initrd", IMAGE, 1, ANY, ALL, LOADS},
    {"ipstat", "", 0, 0, OFF, 0},
    {"iseq", "", 2, 2, ALL, TESTS},
    {"isset", "", 1, 1, ALL, TESTS},
    {"item", MENU "form/f=@2 key/k= default/d gap/g secret/s@2", 0, ANY, ALL,
     TEXT},
    {"iwlist", "", 0, ANY, OFF, 0},
    {"iwstat", "", 0, ANY, OFF, 0},
    {"kernel", IMAGE, 1, ANY, ALL, KERNEL},
    {"login", "", 0, 0, ALL, 0},
    {"lotest", "mtu/m= broadcast/b", 2, 2, OFF, 0},
    {"md5sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"menu", "name/n= delete/d", 0, ANY, ALL, TEXT},
    {"module", IMAGE, 1, ANY, ALL, LOADS},
    {"nslookup", "", 2, 2, OFF, SETS},
    {"nstat", "", 0, 0, OFF, 0},
    {"ntp", "", 1, 1, SINCE_2, 0},
    {"param", "params/p= header/H@2", 1, ANY, EFI_2, 0},
    {"params", "name/n= delete/d method/m=@git", 0, 0, EFI_2, 0},
    {"pciscan", "", 1, 1, EFI_2, SETS | TESTS},
    {"ping", "size/s= timeout/t= count/c= quiet/q", 1, 1, OFF, 0},
    {"poweroff", "", 0, 0, SINCE_2, LEAVES},
    {"present", "form/f= keep/k", 0, 0, SINCE_2, 0},
    {"profstat", "", 0, 0, OFF, 0},
    {"prompt", "key/k= timeout/t=", 0, ANY, ALL, TEXT | TESTS},
    {"pxebs", "", 1, 2, ALL, 0},
    {"read", "timeout/t=@2", 1, 1, ALL, SETS},
    {"reboot", "warm/w setup/s@2", 0, 0, ALL, LEAVES},
    {"route", "", 0, 0, ALL, 0},
    {"sanboot",
     "drive/d= no-describe/n keep/k filename/f= label/l=@2e uuid/u=@2e "
     "extra/e=@2e",
     0, ANY, ALL, FETCH | LEAVES},
    {"sanhook", "drive/d= no-describe/n", 1, ANY, ALL, FETCH},
    {"sanunhook", "drive/d=", 0, 0, ALL, 0},
    {"set", "", 1, ANY, ALL, SETS},
    {"sha1sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"sha224sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"sha256sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"sha384sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"sha512sum", "set/s=@2e", 1, ANY, EFI_2, 0},
    {"shell", "", 0, 0, ALL, 0},
    {"shim", "timeout/t= require-loader/r allow-pxe/p allow-sbat/s", 0, 1,
     SINCE_2, 0},
    {"show", "", 1, 1, ALL, TESTS},
    {"sleep", "", 1, 1, ALL, 0},
    {"startpxe", "", 0, 1, OFF, 0},
    {"stoppxe", "", 0, 0, OFF, 0},
    {"sync", "timeout/t=", 0, 0, ALL, 0},
    {"time", "", 1, ANY, OFF, 0},
    {"usbscan", "", 1, 1, EFI_2, SETS | TESTS},
    {"vcreate", "tag/t= priority/p=", 1, 1, EFI_2, 0},
    {"vdestroy", "", 1, 1, EFI_2, 0},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- Builds ---- */

ipxe_builds_t ipxe_lint_builds(const char *name)
{
    apr_size_t i;

    for (i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
        apr_size_t len = strlen(releases[i].name);

        if (strncmp(name, releases[i].name, len) != 0)
            continue;
        if (strcmp(name + len, "-bios") == 0)
            return releases[i].builds & ~(releases[i].builds << 1);
        if (strcmp(name + len, "-efi") == 0)
            return releases[i].builds & (releases[i].builds << 1);
        if (!name[len])
            return releases[i].builds;
    }
    return 0;
}

const char *ipxe_lint_build_names(void)
{
    return "2019, 1.20.1, 1.21.1, 2.0.0, git, each with -bios or -efi at its "
           "end or without";
}

const char *ipxe_lint_lacking(ipxe_builds_t builds)
{
    apr_size_t i;

    for (i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
        if (lacking[i].builds == builds)
            return lacking[i].text;
    }
    return "some builds lack it";
}

/* ---- Commands ---- */

static int by_name(const void *key, const void *row)
{
    return strcmp(key, ((const ipxe_lint_row_t *)row)->name);
}

const ipxe_lint_row_t *ipxe_lint_row(const char *name)
{
    return bsearch(name, rows, ROWS, sizeof(rows[0]), by_name);
}

const char *const *ipxe_lint_row_names(apr_size_t *n, apr_pool_t *pool)
{
    const char **names = apr_palloc(pool, ROWS * sizeof(*names));

    for (*n = 0; *n < ROWS; (*n)++)
        names[*n] = rows[*n].name;
    return names;
}

/* ---- Options ---- */

/* One word of a row's options: "timeout/t=@1.21". */
static char option_read(ipxe_lint_option_t *option, const char *word,
                        ipxe_builds_t builds, apr_pool_t *pool)
{
    const char *slash = strchr(word, '/'), *at = strchr(slash, '@');
    apr_size_t i;

    option->name = apr_pstrmemdup(pool, word, (apr_size_t)(slash - word));
    option->valued = slash[2] == '=';
    option->builds = builds;
    for (i = 0; at && i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strcmp(at + 1, marks[i].word) == 0)
            option->builds &= marks[i].builds;
    }
    return slash[1];
}

static int is_it(const char *word, const char *name, char letter)
{
    apr_size_t len = strlen(name);

    if (word[1] != '-')
        return word[1] == letter;
    return strncmp(word + 2, name, len) == 0 &&
           (word[2 + len] == '\0' || word[2 + len] == '=');
}

int ipxe_lint_option(ipxe_lint_option_t *option, const ipxe_lint_row_t *row,
                     const char *word, apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_text_split(row->options, " ", pool);
    int i;

    for (i = 0; i < all->nelts; i++) {
        char letter = option_read(option, APR_ARRAY_IDX(all, i, const char *),
                                  row->builds, pool);

        if (is_it(word, option->name, letter))
            return 1;
    }
    return 0;
}

const char *const *ipxe_lint_option_names(apr_size_t *n,
                                          const ipxe_lint_row_t *row,
                                          apr_pool_t *pool)
{
    const apr_array_header_t *all = ipxe_text_split(row->options, " ", pool);
    const char **names =
        apr_palloc(pool, ((apr_size_t)all->nelts + 1) * sizeof(*names));
    ipxe_lint_option_t option;

    for (*n = 0; *n < (apr_size_t)all->nelts; (*n)++) {
        option_read(&option, APR_ARRAY_IDX(all, (int)*n, const char *), OFF,
                    pool);
        names[*n] = apr_pstrcat(pool, "--", option.name, NULL);
    }
    return names;
}
