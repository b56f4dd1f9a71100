/* SPDX-License-Identifier: Apache-2.0 */
/* What of a profile fits a machine: ways, cases, arguments, answers. */
#include "t/unit/rules_help.h"

static const char site[] =
    "installers:\n"
    "  base: { args: [ a, b=1 ], kernel: base/k, install: true }\n"
    "  fam: { extends: base, args: c, initrd: fam/i, answers: a.ks }\n"
    "profiles:\n"
    "  one: { installer: fam, args: 'd {{ x|default(1) }} e', "
    "without: [ b ] }\n"
    "  two: { extends: one, args: { efi: [ f ], default: [ g ] }, "
    "without: c, initrd: ~, install: false }\n"
    "  by:\n"
    "    kernel: { pcbios: p, efi: { x86_64: x, arm64: a } }\n"
    "    initrd: [ i, { file: j, name: n, at: /t, mode: 755 } ]\n"
    "    answers: { arm64: { b: a.ks }, default: [ a.ks ] }\n"
    "  named: { kernel: k, answers: { efi: a.ks, other: a.ks } }\n"
    "  wim: { wimboot: [ boot.wim ] }\n"
    "  wim2: { wimboot: boot.wim, kernel: w }\n"
    "  both: { kernel: { pcbios: p }, efi: q.efi }\n"
    "  iso: { iso: a.iso }\n"
    "  iso2: { iso: a.iso, memdisk: md }\n"
    "  san: { sanboot: 'iscsi:x' }\n"
    "  scr: { script: a.ks }\n";

static const char *const ways[] = {"script", "wimboot", "kernel",
                                   "efi",    "iso",     "sanboot"};

/* "kernel base/k initrd fam/i args a b=1 ... without b answers a.ks" */
static const char *shown(help_t *help, const char *name, const char *platform,
                         const char *cpu)
{
    const ipxe_boot_t *boot = ipxe_profile_for(
        apr_hash_get(help->rules->profiles, name, APR_HASH_KEY_STRING),
        platform, cpu, help->pool);
    ipxe_text_t *text = ipxe_text_make(128, help->pool);
    int i;

    if (!boot)
        return NULL;
    ipxe_text_add(text, ways[boot->way]);
    if (boot->kernel)
        ipxe_text_addf(text, " %s", boot->kernel->written);
    for (i = 0; i < boot->initrds->nelts; i++)
        ipxe_text_addf(
            text, " +%s",
            APR_ARRAY_IDX(boot->initrds, i, ipxe_file_t).file->written);
    for (i = 0; i < boot->args->nelts; i++) {
        const ipxe_words_t *words = &APR_ARRAY_IDX(boot->args, i, ipxe_words_t);

        ipxe_text_addf(text, " %s",
                       words->phrase ? words->phrase->written : words->text);
    }
    for (i = 0; i < boot->without->nelts; i++)
        ipxe_text_addf(text, " -%s",
                       APR_ARRAY_IDX(boot->without, i, const char *));
    for (i = 0; i < boot->served->nelts; i++)
        ipxe_text_addf(text, " /%s",
                       APR_ARRAY_IDX(boot->served, i, ipxe_served_t).name);
    return text->data;
}

static const struct {
    const char *profile, *platform, *cpu, *wanted;
} cases[] = {
    {"one", NULL, NULL,
     "kernel base/k +fam/i a b=1 c d {{ x|default(1) }} e -b /a.ks"},
    {"two", "efi", NULL,
     "kernel base/k a b=1 c d {{ x|default(1) }} e f -c /a.ks"},
    {"two", "pcbios", NULL,
     "kernel base/k a b=1 c d {{ x|default(1) }} e g -c /a.ks"},
    {"by", "pcbios", "x86_64", "kernel p +i +j /a.ks"},
    {"by", "efi", "x86_64", "kernel x +i +j /a.ks"},
    {"by", "efi", "arm64", "kernel a +i +j /b"},
    {"by", "efi", "riscv64", NULL},
    {"by", "efi", NULL, NULL},
    {"by", NULL, "x86_64", NULL},
    {"named", "efi", NULL, "kernel k /efi /other"},
    {"wim", "efi", NULL, "wimboot wimboot +boot.wim"},
    {"wim2", "efi", NULL, "wimboot w +boot.wim"},
    {"both", "pcbios", NULL, "kernel p"},
    {"both", "efi", NULL, "efi q.efi"},
    {"both", "linux", NULL, NULL},
    {"iso", "pcbios", NULL, "iso memdisk"},
    {"iso2", "efi", NULL, "iso md"},
    {"san", NULL, NULL, "sanboot iscsi:x"},
    {"scr", NULL, NULL, "script"},
};

/* ---- Every key that can differ by platform and processor ---- */

/* `more`: what the profile needs beside it. */
static const struct {
    const char *key, *more, *pcbios, *x86_64, *other, *rest;
} parts[] = {
    {"kernel", "", "kernel a1.ks", "kernel b2.ks", "kernel c3.ks",
     "kernel d4.ks"},
    {"efi", "", NULL, "efi b2.ks", "efi c3.ks", NULL},
    {"sanboot", "", "sanboot a1.ks", "sanboot b2.ks", "sanboot c3.ks",
     "sanboot d4.ks"},
    {"memdisk", "iso: i, ", "iso a1.ks", "iso b2.ks", "iso c3.ks", "iso d4.ks"},
    {"wimboot", "", "wimboot wimboot +a1.ks", "wimboot wimboot +b2.ks",
     "wimboot wimboot +c3.ks", "wimboot wimboot +d4.ks"},
    {"initrd", "kernel: k, ", "kernel k +a1.ks", "kernel k +b2.ks",
     "kernel k +c3.ks", "kernel k +d4.ks"},
    {"args", "kernel: k, ", "kernel k a1.ks", "kernel k b2.ks",
     "kernel k c3.ks", "kernel k d4.ks"},
    {"without", "kernel: k, ", "kernel k -a1.ks", "kernel k -b2.ks",
     "kernel k -c3.ks", "kernel k -d4.ks"},
    {"answers", "kernel: k, ", "kernel k /a1.ks", "kernel k /b2.ks",
     "kernel k /c3.ks", "kernel k /d4.ks"},
};

static const char *tree_on(help_t *help, const char *platform, const char *cpu)
{
    const ipxe_boot_t *boot = ipxe_profile_for(
        apr_hash_get(help->rules->profiles, "p", APR_HASH_KEY_STRING), platform,
        cpu, help->pool);

    return boot->way == IPXE_WAY_ISO ? boot->iso->written : boot->tree->written;
}

#define CASES                                                                  \
    "{ pcbios: a1.ks, efi: { x86_64: b2.ks, default: c3.ks }, "                \
    "default: d4.ks }"

static help_t *by_cases(const char *key, const char *more, apr_pool_t *pool)
{
    static const char *const files[] = {"a1.ks", "b2.ks", "c3.ks", "d4.ks"};
    help_t *help = help_make(pool);
    int i;

    for (i = 0; i < 4; i++)
        help_template(help, files[i], "text\n");
    help_load(help, apr_pstrcat(pool, "profiles: { p: { ", more, key,
                                ": " CASES " } }\n", NULL));
    is(help_diags(help), "", apr_pstrcat(pool, key, " by platform", NULL));
    return help;
}

static void test_parts(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        help_t *help = by_cases(parts[i].key, parts[i].more, pool);

        is(shown(help, "p", "pcbios", "x86_64"), parts[i].pcbios, "on BIOS");
        is(shown(help, "p", "efi", "x86_64"), parts[i].x86_64, "on UEFI");
        is(shown(help, "p", "efi", "arm64"), parts[i].other, "on UEFI, ARM");
        is(shown(help, "p", "sbi", "riscv64"), parts[i].rest, "elsewhere");
    }
}

static void test_addresses(apr_pool_t *pool)
{
    help_t *tree = by_cases("tree", "kernel: k, ", pool);
    help_t *iso = by_cases("iso", "", pool);
    help_t *script = by_cases("script", "", pool);
    const ipxe_boot_t *boot = ipxe_profile_for(
        apr_hash_get(script->rules->profiles, "p", APR_HASH_KEY_STRING), "efi",
        "x86_64", pool);

    is(tree_on(tree, "pcbios", NULL), "a1.ks", "a tree on BIOS");
    is(tree_on(tree, "efi", "x86_64"), "b2.ks", "on UEFI");
    is(tree_on(iso, "efi", "arm64"), "c3.ks", "an image on ARM");
    is(tree_on(iso, "linux", NULL), "d4.ks", "elsewhere");
    is(ipxe_source_file(ipxe_template_span(boot->script).source), "b2.ks",
       "a script on UEFI");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    help_t *help = help_make(pool);
    const ipxe_profile_t *profile;
    const ipxe_file_t *file;
    apr_size_t i;

    help_template(help, "a.ks", "text\n");
    help_load(help, site);
    is(help_diags(help), "", "the rules load");
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is(shown(help, cases[i].profile, cases[i].platform, cases[i].cpu),
           cases[i].wanted,
           apr_psprintf(pool, "%s on %s, %s", cases[i].profile,
                        cases[i].platform ? cases[i].platform : "nothing told",
                        cases[i].cpu ? cases[i].cpu : "nothing told"));
    profile = apr_hash_get(help->rules->profiles, "one", APR_HASH_KEY_STRING);
    is_int(profile->install, 1, "a family's install");
    is(profile->installer, "fam", "the family's name");
    is(profile->title->written, "one", "a title by default");
    profile = apr_hash_get(help->rules->profiles, "two", APR_HASH_KEY_STRING);
    is_int(profile->install, 0, "a profile's own goes before it");
    profile = apr_hash_get(help->rules->profiles, "by", APR_HASH_KEY_STRING);
    file =
        &APR_ARRAY_IDX(ipxe_profile_for(profile, "pcbios", NULL, pool)->initrds,
                       1, ipxe_file_t);
    is(file->name->written, "n", "a file's name");
    is(file->at->written, "/t", "its place in the initrd");
    is(file->mode->written, "755", "its mode");
    test_parts(pool);
    test_addresses(pool);
    return tap_end(pool);
}
