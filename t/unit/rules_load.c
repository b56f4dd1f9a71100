/* SPDX-License-Identifier: Apache-2.0 */
/* Loading rule files: what is refused, and the shape of what is taken. */
#include <stdlib.h>

#include "t/unit/rules_help.h"

/* ---- The shipped files load ---- */

static void add_file(help_t *help, apr_array_header_t *sources,
                     const char *root, const char *name)
{
    ipxe_source_t *source;
    const char *path = apr_pstrcat(help->pool, root, "/rules/", name, NULL);

    if (ipxe_source_read(&source, path, IPXE_MAX_RULE_FILE, help->pool) ==
        APR_SUCCESS)
        APR_ARRAY_PUSH(sources, const ipxe_source_t *) = source;
    else
        tap_ok(0, __FILE__, __LINE__, path);
}

static void add_templates(help_t *help, const char *root)
{
    static const char *const paths[] = {"anaconda.ks",
                                        "centos.ks",
                                        "rocky.ks",
                                        "debian.seed",
                                        "ubuntu.seed",
                                        "ubuntu/user-data",
                                        "ubuntu/meta-data",
                                        "ubuntu/vendor-data",
                                        "image/install.sh",
                                        "windows/winpeshl.ini",
                                        "windows/install.bat",
                                        "windows/autounattend.xml",
                                        "anaconda/base.ks",
                                        "anaconda/disk.ks",
                                        "anaconda/login.ks",
                                        "anaconda/onerror.ks",
                                        "anaconda/report.ks",
                                        "preseed/base.seed"};
    ipxe_source_t *source;
    apr_size_t i;

    for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        const char *path =
            apr_pstrcat(help->pool, root, "/ks-templates/", paths[i], NULL);

        if (ipxe_source_read(&source, path, IPXE_MAX_TEMPLATE_FILE,
                             help->pool) == APR_SUCCESS)
            ipxe_library_add(help->library, paths[i], source);
        else
            tap_ok(0, __FILE__, __LINE__, path);
    }
}

static help_t *load_shipped(apr_pool_t *pool, const char *root)
{
    static const char *const names[] = {"00-installers.yaml", "10-site.yaml",
                                        "20-profiles.yaml",   "30-menus.yaml",
                                        "40-hosts.yaml",      "90-rules.yaml"};
    apr_array_header_t *sources =
        apr_array_make(pool, 6, sizeof(const ipxe_source_t *));
    help_t *help = help_make(pool);
    ipxe_rules_input_t input = {.sources = sources, .library = help->library};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(*names); i++)
        add_file(help, sources, root, names[i]);
    add_templates(help, root);
    help->rules = ipxe_rules_load(&input, help->diags, pool);
    is(help_diags(help), "", "the shipped rules load without a word");
    return help;
}

static void test_shipped(apr_pool_t *pool)
{
    const char *root = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
    help_t *help = load_shipped(pool, root);

    if (!help->rules)
        return;
    is(help_outcome(help, "serial=QC-1&platform=pcbios&arch=i386&cpu64=1"),
       "boot memtest", "a machine of the line");
    is(help_outcome(help, "mac=02:00:00:00:01:01&platform=efi&arch=x86_64"),
       "boot rocky-9", "a host of the web group");
    is(help_outcome(help, "mac=02:00:00:00:03:01"), "local", "its own action");
    is(help_outcome(help, "serial=RMA-7"),
       "hold a returned machine; see the returns desk", "returned goods");
    is(help_outcome(help, "serial=QC-7&manufacturer=Prototype%20X"),
       "menu tools", "a prototype");
    is(help_outcome(help, ""), "menu main", "everybody else");
}

/* ---- What is refused ---- */

#define HASH "$2y$05$Ze4h6IrAJ2kJ0aG6gISBBuAeLlZWRggZgTEoUGae.K0AAspQP0tbG"

#define INSTALLS                                                               \
    "profiles: { i: { kernel: k, install: true }, t: { kernel: k } }\n"        \
    "menus: { m: { items: [ { local: true } ] } }\nvars: { os: i }\n"

static const struct {
    const char *yaml, *slugs;
} refused[] = {
    /* files */
    {"ipxee: 1\n", "unknown-key"},
    {"rules: { a: b }\n", "wrong-type"},
    {"hosts: { a: b }\n", "wrong-type"},
    {"vars: [ a ]\n", "wrong-type"},
    {"secrets: { a: b }\n", ""},
    {"secrets: [ a ]\n", "wrong-type"},
    {"secrets: { a-b: x }\n", "bad-name"},
    {"secrets: { a: b }\nvars: { a: c }\n", "duplicate-name"},
    {"secrets: { a: 'file:x' }\n", "file-unreadable"},
    {"secrets: { a: '{{ x' }\n", "template-syntax"},
    {"rules: [ { local: true, secrets: { a: b } } ]\n", "unknown-key"},
    {"", ""},
    {"rules:\n", ""},
    /* variables */
    {"vars: { url: x }\n", "reserved-name"},
    {"vars: { host: x }\n", "reserved-name"},
    {"vars: { none: x }\n", "reserved-name"},
    {"vars: { a-b: x }\n", "bad-name"},
    {"vars: { serial: x }\n", "fact-name"},
    {"vars: { a: '{{ b }}', b: '{{ c }}', c: '{{ a }}' }\n", "circle"},
    {"vars: { a: '{{ a }}' }\n", "circle"},
    {"vars: { a: [ x, '{{ vars.a }}' ] }\n", "circle"},
    {"vars: { a: '{{ b }}', b: x }\n"
     "groups: { g: { vars: { b: '{{ a }}' } } }\n",
     "circle"},
    {"vars: { a: '{{ b' }\n", "template-syntax"},
    {"vars: { a: '{{ facts.seril }}' }\n", "unknown-variable"},
    /* profiles */
    {"profiles: { 'a b': { kernel: x } }\n", "bad-name"},
    {"profiles: { a: { title: x } }\n", "nothing-to-boot"},
    {"profiles: { a: { title: x }, b: { extends: a, kernel: k } }\n", ""},
    {"profiles: { a: { extends: b, kernel: k } }\n", "unknown-name"},
    {"profiles: { a: { extends: a, kernel: k } }\n", "circle"},
    {"profiles: { a: { extends: b, kernel: k }, b: { extends: a } }\n",
     "circle"},
    {"profiles: { a: { installer: x, kernel: k } }\n", "unknown-name"},
    {"profiles: { a: { kernel: k, answers: b.ks } }\n", "unknown-template"},
    {"profiles: { a: { kernel: k, answers: a.ks } }\n", ""},
    {"profiles: { a: { kernel: k, answers: [ a.ks, a.ks ] } }\n",
     "duplicate-name"},
    {"profiles: { a: { kernel: k, answers: { x/y: a.ks } } }\n", "bad-name"},
    {"profiles: { a: { kernel: k, args: [ \"{{ answers() }}\" ] } }\n",
     "unknown-answer"},
    {"profiles: { a: { kernel: k, answers: a.ks, "
     "args: [ \"{{ answers('b.ks') }}\" ] } }\n",
     "unknown-answer"},
    {"profiles: { a: { kernel: k, answers: a.ks, "
     "args: [ \"{{ answers('') }}{{ answers('a.ks') }}\" ] } }\n",
     ""},
    {"profiles: { a: { kernel: { efi: k, arm64: l } } }\n", "mixed-cases"},
    {"profiles: { a: { kernel: { uefi: k } } }\n", "unknown-key"},
    {"profiles: { a: { kernel: [ k ] } }\n", "wrong-type"},
    {"profiles: { a: { kernel: k, args: [ console=ttyS0, 115200n8 ] } }\n",
     "doubtful-argument"},
    {"profiles: { a: { kernel: k, args: { a: b } } }\n", "unknown-key"},
    {"profiles: { a: { kernel: k, initrd: { name: x } } }\n", "missing-key"},
    {"profiles: { a: { kernel: k, initrd: { file: x, mode: 999 } } }\n",
     "bad-value"},
    {"profiles: { a: { kernel: k, install: maybe } }\n", "wrong-type"},
    {"profiles: { a: { kernel: k, tries: 3 } }\n", ""},
    {"profiles: { a: { kernel: k, tries: 0 } }\n", "bad-value"},
    {"profiles: { a: { kernel: k, tries: few } }\n", "wrong-type"},
    {"profiles: { a: { kernel: k, report: [ x ] } }\n", "wrong-type"},
    {"installers: { a: { installer: b } }\n", "unknown-key"},
    {"profiles: { a: { script: no.ipxe } }\n", "unknown-template"},
    /* menus */
    {"menus: { m: { title: x } }\n", "missing-key"},
    {"menus: { m: { timeout: 5 parsecs, items: [] } }\n", "bad-value"},
    {"menus: { m: { timeout: 500ms, items: [] } }\n", ""},
    {"menus: { m: { default: x, items: [ { local: true } ] } }\n",
     "unknown-name"},
    {"menus: { m: { items: [ { title: x } ] } }\n", "no-action"},
    {"menus: { m: { items: [ { menu: n } ] } }\n", "unknown-name"},
    {"menus: { m: { items: [ { menu: m } ] } }\n", ""},
    {"menus: { m: { items: [ { local: true }, { local: true } ] } }\n",
     "duplicate-item"},
    {"menus: { m: { items: [ { local: true, key: a }, "
     "{ exit: true, key: a } ] } }\n",
     "duplicate-item"},
    {"menus: { m: { items: [ { local: true, key: ab } ] } }\n", "bad-value"},
    {"menus: { m: { items: [ { local: true, password: x } ] } }\n",
     "bad-value"},
    {"menus: { m: { items: [ { local: true, password: " HASH " } ] } }\n", ""},
    {"menus: { m: { password: 'ops:" HASH "', items: [] } }\n", ""},
    {"menus: { m: { password: 'ops:x', items: [] } }\n", "bad-value"},
    {"menus: { m: { password: [ x ], items: [] } }\n", "wrong-type"},
    {"menus: { m: { password: $2y$31$Ze4h6IrAJ2kJ0aG6gISBBu"
     "AeLlZWRggZgTEoUGae.K0AAspQP0tbG, items: [] } }\n",
     "bad-value"},
    {"menus: { m: { items: [ { local: true, ask: [] } ] } }\n", ""},
    {"menus: { m: { items: [ { local: true, ask: { var: a } } ] } }\n",
     "wrong-type"},
    {"menus: { m: { items: [ { local: true, ask: [ { prompt: a } ] } ] } }\n",
     "missing-key"},
    {"menus: { m: { items: [ { local: true, ask: [ { var: a, vra: b } ] } ] } "
     "}\n",
     "unknown-key"},
    {"menus: { m: { items: [ { local: true, ask: [ { var: a-b } ] } ] } }\n",
     "bad-name"},
    {"menus: { m: { items: [ { local: true, ask: [ { var: url } ] } ] } }\n",
     "reserved-name"},
    {"menus: { m: { items: [ { local: true, ask: [ { var: hostname } ] } ] } "
     "}\n",
     ""},
    {"menus: { m: { items: [ { local: true, ask: [ { var: a }, { var: a } ] } "
     "] } }\n",
     "duplicate-name"},
    {"menus: { m: { items: [ { separator: a, local: true } ] } }\n",
     "two-actions"},
    {"menus: { m: { items: [ { separator: a }, { separator: } ] } }\n", ""},
    {"menus: { m: { items: [ { boot: '{{ x }}' } ] } }\n", "bad-name"},
    {"menus: { m: { items: [ memtest ] } }\n", "wrong-type"},
    {"menus: { m: memtest }\n", "wrong-type"},
    {"profiles: { a: memtest }\n", "wrong-type"},
    {"hosts: [ a ]\n", "wrong-type"},
    {"rules: [ a ]\n", "wrong-type"},
    {"groups: { a: b }\n", "wrong-type"},
    /* groups and hosts */
    {"groups: { a: { groups: b } }\n", "unknown-name"},
    {"groups: { a: { groups: b }, b: { groups: [ a ] } }\n", "circle"},
    {"groups: { a: { local: true } }\n", "no-follow"},
    {"hosts: [ { name: a, serial: S1, local: true } ]\n", "no-follow"},
    {"hosts: [ { name: a, serial: S1, groups: g } ]\n", "unknown-name"},
    {"hosts: [ { serial: S1 } ]\n", "missing-key"},
    {"hosts: [ { name: a } ]\n", "names-nobody"},
    {"hosts: [ { name: a, serial: To Be Filled By O.E.M. } ]\n",
     "names-nobody"},
    {"hosts: [ { name: a, mac: 52-54 } ]\n", "bad-mac"},
    {"hosts: [ { name: a, uuid: xyz } ]\n", "bad-uuid"},
    {"hosts: [ { name: a, serial: S1 }, { name: a, serial: S2 } ]\n",
     "duplicate-name"},
    {"hosts: [ { name: a, serial: S1 }, { name: b, serial: s1 } ]\n",
     "host-conflict"},
    {"hosts: [ { name: a, serial: S1, manufacturer: X }, "
     "{ name: b, serial: S1, manufacturer: Y } ]\n",
     ""},
    {"hosts: [ { name: a, serial: S1, manufacturer: X }, "
     "{ name: b, serial: S1 } ]\n",
     "host-conflict"},
    {"ignore: { mac: 52:54:00:00:00:01 }\n"
     "hosts: [ { name: a, mac: 525400000001 } ]\n",
     "names-nobody"},
    {"ignore: { mac: x, uuid: y }\n", "bad-mac bad-uuid"},
    {"groups: { a: { local: true }, b: { exit: true } }\n"
     "hosts: [ { name: h, serial: S1, groups: [ a, b ] } ]\n"
     "rules: [ { follow: host } ]\n",
     "group-actions"},
    {"groups: { a: { local: true }, b: { local: true } }\n"
     "hosts: [ { name: h, serial: S1, groups: [ a, b ] } ]\n"
     "rules: [ { follow: host } ]\n",
     ""},
    /* rules */
    {"rules: [ { name: x } ]\n", "no-action"},
    {"rules: [ { local: true, exit: true } ]\n", "two-actions"},
    {"rules: [ { local: false } ]\n", "bad-value"},
    {"rules: [ { shell: yes } ]\n", "bad-value"},
    {"rules: [ { local: 0x8 } ]\n", "bad-value"},
    {"rules: [ { local: 0x80 } ]\n", ""},
    {"rules: [ { follow: group } ]\n", "bad-value"},
    {"rules: [ { boot: nobody } ]\n", "unknown-name"},
    {"rules: [ { script: nothing } ]\n", "unknown-template"},
    {"rules: [ { deny: [ a ] } ]\n", "wrong-type"},
    {"rules: [ { set: { a: b }, continue: true } ]\n", "bad-value"},
    {"rules: [ { local: true, reinstall: once } ]\n", "bad-value"},
    {"rules: [ { local: true, limit: 3/hour } ]\n", "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: 3/hour } ]\n", ""},
    {INSTALLS "rules: [ { boot: '{{ os }}', limit: 3/hour } ]\n", ""},
    {INSTALLS "rules: [ { boot: t, limit: 3/hour } ]\n", "bad-value"},
    {INSTALLS "rules: [ { menu: m, limit: 3/day } ]\n", ""},
    {INSTALLS "rules: [ { follow: host, limit: 3/minute } ]\n", ""},
    {INSTALLS "rules: [ { boot: i, limit: 0/hour } ]\n", "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: 10001/hour } ]\n", "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: 3/week } ]\n", "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: 3 } ]\n", "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: [ 3/hour ] } ]\n", "wrong-type"},
    {INSTALLS "rules: [ { boot: i, limit: { then: hold } } ]\n", "missing-key"},
    {INSTALLS "rules: [ { boot: i, limit: { rate: 1/day, then: deny } } ]\n",
     "bad-value"},
    {INSTALLS "rules: [ { boot: i, limit: { rate: 1/day, then: local } } ]\n",
     ""},
    {"rules: [ { local: true, percent: 101 } ]\n", "bad-value"},
    {"rules: [ { local: true, between: '22-06' } ]\n", "bad-value"},
    {"rules: [ { local: true, days: [ sat, son ] } ]\n", "bad-value"},
    {"rules: [ { name: a, local: true }, { name: a, exit: true } ]\n",
     "duplicate-name"},
    /* conditions */
    {"rules: [ { when: [ { serial: x } ], local: true } ]\n", "list-condition"},
    {"rules: [ { when: { not: [ { serial: x } ] }, local: true } ]\n",
     "list-condition"},
    {"rules: [ { when: , local: true } ]\n", "wrong-type"},
    {"rules: [ { when: { seril: x }, local: true } ]\n", "unknown-key"},
    {"rules: [ { when: { serial: '[a' }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { serial: '' }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { serial: [] }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { serial: '/a' }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { serial: '/(/' }, local: true } ]\n", "template-regex"},
    {"rules: [ { when: { serial: '> 4' }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { memsize: '> x' }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { cpu64: maybe }, local: true } ]\n", "bad-pattern"},
    {"rules: [ { when: { platform: uefi }, local: true } ]\n",
     "doubtful-pattern"},
    {"rules: [ { when: { cpu: [ amd64, 'arm*', X86_64 ] }, local: true } ]\n",
     "doubtful-pattern"},
    {"rules: [ { when: { ip: 10.0.0.256 }, local: true } ]\n", "bad-network"},
    {"rules: [ { when: { ip: 10.0.0.0/33 }, local: true } ]\n", "bad-network"},
    {"rules: [ { when: { ip: '10.0.1.*' }, local: true } ]\n", "bad-network"},
    {"rules: [ { when: { mac: 52:54:0g }, local: true } ]\n", "bad-mac"},
    {"rules: [ { when: { uuid: 123 }, local: true } ]\n", "bad-uuid"},
    {"rules: [ { when: { host: web01 }, local: true } ]\n", "unknown-name"},
    {"rules: [ { when: { group: web }, local: true } ]\n", "unknown-name"},
    {"rules: [ { when: { group: 'web*' }, local: true } ]\n", ""},
    {"rules: [ { when: { serial: { a: b } }, local: true } ]\n", "wrong-type"},
    {"rules: [ { when: { any: { serial: b } }, local: true } ]\n",
     "wrong-type"},
    {"rules: [ { when: \"seril == 'x'\", local: true } ]\n",
     "unknown-variable"},
    {"rules: [ { when: \"a == 'x'\", set: { a: b } } ]\n", "unknown-variable"},
    {"rules: [ { set: { a: b } }, { when: \"a == 'b'\", local: true } ]\n", ""},
    {"rules: [ { when: \"host.nam == 'x'\", local: true } ]\n",
     "unknown-variable"},
    {"rules: [ { when: \"serial ==\", local: true } ]\n", "template-syntax"},
};

/* On one line: the name of a test. */
static const char *name_of(const char *yaml, apr_pool_t *pool)
{
    return apr_array_pstrcat(pool, ipxe_text_split(yaml, "\n#", pool), ' ');
}

static void test_refused(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        is(help_slugs(refused[i].yaml, pool), refused[i].slugs,
           name_of(refused[i].yaml, pool));
}

/* ---- Every error of a run ---- */

static void test_all_errors(apr_pool_t *pool)
{
    is(help_slugs("vars: { url: x }\n"
                  "profiles: { a: { kernal: k } }\n"
                  "rules: [ { boot: b }, { when: [ x ], local: true } ]\n",
                  pool),
       "reserved-name unknown-key list-condition unknown-name",
       "all errors are found, not the first");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_refused(pool);
    test_all_errors(pool);
    test_shipped(pool);
    return tap_end(pool);
}
