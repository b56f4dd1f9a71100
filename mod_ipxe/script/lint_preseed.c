/* SPDX-License-Identifier: Apache-2.0 */
/* Preseed, as debconf reads it: owner, question, type, value. */
#include "script/lint_answers.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* Types of debconf's questions; by name. */
static const char *const types[] = {
    "boolean", "detect-keyboard", "error",  "multiselect", "note",  "password",
    "seen",    "select",          "string", "text",        "title",
};
#define TYPES (sizeof(types) / sizeof(types[0]))

/* Questions of debian-installer that answer files answer. Used to find what
 * a name was meant to be; what is not here may exist. */
static const char *const questions[] = {
    "debian-installer/locale",
    "debian-installer/language",
    "debian-installer/country",
    "debian-installer/exit/halt",
    "debian-installer/exit/poweroff",
    "debian-installer/add-kernel-opts",
    "debian-installer/allow_unauthenticated",
    "keyboard-configuration/xkb-keymap",
    "keyboard-configuration/layoutcode",
    "console-setup/ask_detect",
    "netcfg/choose_interface",
    "netcfg/get_hostname",
    "netcfg/get_domain",
    "netcfg/hostname",
    "netcfg/disable_autoconfig",
    "netcfg/get_ipaddress",
    "netcfg/get_netmask",
    "netcfg/get_gateway",
    "netcfg/get_nameservers",
    "netcfg/confirm_static",
    "netcfg/wireless_wep",
    "netcfg/dhcp_timeout",
    "netcfg/link_wait_timeout",
    "hw-detect/load_firmware",
    "mirror/country",
    "mirror/protocol",
    "mirror/suite",
    "mirror/codename",
    "mirror/udeb/suite",
    "mirror/http/hostname",
    "mirror/http/directory",
    "mirror/http/proxy",
    "mirror/http/mirror",
    "mirror/http/countries",
    "passwd/root-login",
    "passwd/make-user",
    "passwd/root-password",
    "passwd/root-password-again",
    "passwd/root-password-crypted",
    "passwd/user-fullname",
    "passwd/username",
    "passwd/user-uid",
    "passwd/user-password",
    "passwd/user-password-again",
    "passwd/user-password-crypted",
    "passwd/user-default-groups",
    "user-setup/allow-password-weak",
    "user-setup/encrypt-home",
    "clock-setup/utc",
    "clock-setup/ntp",
    "clock-setup/ntp-server",
    "time/zone",
    "partman/early_command",
    "partman/choose_partition",
    "partman/confirm",
    "partman/confirm_nooverwrite",
    "partman/default_filesystem",
    "partman/mount_style",
    "partman/unmount_active",
    "partman/alignment",
    "partman-auto/method",
    "partman-auto/disk",
    "partman-auto/choose_recipe",
    "partman-auto/expert_recipe",
    "partman-auto/expert_recipe_file",
    "partman-auto/init_automatically_partition",
    "partman-auto/purge_lvm_from_device",
    "partman-auto-lvm/guided_size",
    "partman-auto-lvm/new_vg_name",
    "partman-auto-lvm/no_boot",
    "partman-auto-raid/recipe",
    "partman-auto-crypto/erase_disks",
    "partman-basicfilesystems/no_swap",
    "partman-basicfilesystems/no_mount_point",
    "partman-crypto/passphrase",
    "partman-crypto/passphrase-again",
    "partman-crypto/weak_passphrase",
    "partman-lvm/device_remove_lvm",
    "partman-lvm/device_remove_lvm_span",
    "partman-lvm/confirm",
    "partman-lvm/confirm_nooverwrite",
    "partman-lvm/vgdelete_confirm",
    "partman-md/device_remove_md",
    "partman-md/confirm",
    "partman-md/confirm_nooverwrite",
    "partman-md/confirm_nochanges",
    "partman-partitioning/confirm_write_new_label",
    "partman-partitioning/choose_label",
    "partman-partitioning/default_label",
    "partman-partitioning/unknown_label",
    "partman-efi/non_efi_system",
    "partman-iscsi/login/address",
    "base-installer/install-recommends",
    "base-installer/kernel/image",
    "base-installer/kernel/override-image",
    "apt-setup/non-free-firmware",
    "apt-setup/non-free",
    "apt-setup/contrib",
    "apt-setup/universe",
    "apt-setup/multiverse",
    "apt-setup/restricted",
    "apt-setup/backports",
    "apt-setup/cdrom/set-first",
    "apt-setup/cdrom/set-next",
    "apt-setup/cdrom/set-failed",
    "apt-setup/services-select",
    "apt-setup/security_host",
    "apt-setup/security_path",
    "apt-setup/use_mirror",
    "apt-setup/disable-cdrom-entries",
    "apt-setup/enable-source-repositories",
    "apt-setup/local0/repository",
    "apt-setup/local0/comment",
    "apt-setup/local0/key",
    "apt-setup/local0/source",
    "tasksel/first",
    "tasksel/force-tasks",
    "pkgsel/include",
    "pkgsel/upgrade",
    "pkgsel/update-policy",
    "pkgsel/updatedb",
    "pkgsel/language-packs",
    "pkgsel/run_tasksel",
    "pkgsel/install-language-support",
    "popularity-contest/participate",
    "grub-installer/only_debian",
    "grub-installer/with_other_os",
    "grub-installer/bootdev",
    "grub-installer/skip",
    "grub-installer/choose_bootdev",
    "grub-installer/force-efi-extra-removable",
    "grub-installer/update-nvram",
    "grub-installer/password",
    "grub-installer/password-again",
    "grub-installer/password-crypted",
    "grub-installer/grub2_instead_of_grub_legacy",
    "finish-install/reboot_in_progress",
    "finish-install/keep-consoles",
    "cdrom-detect/eject",
    "preseed/early_command",
    "preseed/late_command",
    "preseed/include",
    "preseed/include_command",
    "preseed/run",
    "preseed/url",
    "preseed/file",
    "preseed/interactive",
    "anna/choose_modules",
    "anna/no_kernel_modules",
    "anna/standard_modules",
    "network-console/password",
    "network-console/password-again",
    "network-console/start",
    "network-console/authorized_keys_url",
    "nobootloader/confirmation_common",
    "oem-config/enable",
    "rescue/enable",
    "save-logs/menu",
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* Each row: where none of `any` is answered, the installer asks. */
static const struct {
    const char *any; /* parted by blanks */
} needed[] = {
    {"debian-installer/locale debian-installer/language"},
    {"keyboard-configuration/xkb-keymap keyboard-configuration/layoutcode "
     "console-setup/ask_detect"},
    {"mirror/http/hostname mirror/country mirror/protocol "
     "apt-setup/use_mirror"},
    {"time/zone"},
    {"clock-setup/utc"},
    {"passwd/root-login passwd/root-password passwd/root-password-crypted "
     "passwd/make-user"},
    {"passwd/make-user passwd/username"},
    {"partman-auto/disk partman/early_command"},
    {"partman-auto/method"},
    {"partman-auto/choose_recipe partman-auto/expert_recipe "
     "partman-auto/expert_recipe_file"},
    {"partman-partitioning/choose_label partman-partitioning/default_label"},
    {"partman-lvm/device_remove_lvm"},
    {"partman-md/device_remove_md"},
    {"partman-partitioning/confirm_write_new_label"},
    {"partman-efi/non_efi_system"},
    {"partman/choose_partition"},
    {"partman/confirm"},
    {"partman/confirm_nooverwrite"},
    {"tasksel/first pkgsel/run_tasksel"},
    {"popularity-contest/participate"},
    {"grub-installer/only_debian grub-installer/skip "
     "nobootloader/confirmation_common"},
    {"grub-installer/bootdev grub-installer/skip "
     "nobootloader/confirmation_common"},
    {"finish-install/reboot_in_progress"},
};

typedef struct preseed_t {
    const ipxe_source_t *source;
    const ipxe_lint_answers_t *wish;
    apr_hash_t *answered;
    ipxe_span_t first;
    int network_again; /* an early command brings the network up once more */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} preseed_t;

/* ---- Names ---- */

static int is_known(const char *name)
{
    apr_size_t i;

    for (i = 0; i < QUESTIONS; i++) {
        if (strcmp(questions[i], name) == 0)
            return 1;
    }
    return 0;
}

/* A question of that last part under another package, or one spelled almost
 * so. */
static const char *meant_by(const char *name)
{
    const char *tail = strrchr(name, '/');
    apr_size_t i, len = tail ? strlen(tail) : 0;

    for (i = 0; len > 8 && i < QUESTIONS; i++) {
        apr_size_t n = strlen(questions[i]);

        if (n > len && strcmp(questions[i] + n - len, tail) == 0)
            return questions[i];
    }
    return ipxe_text_nearest(name, questions, QUESTIONS);
}

static void check_name(preseed_t *seed, ipxe_span_t span, const char *name)
{
    const char *meant = is_known(name) ? NULL : meant_by(name);

    if (meant)
        ipxe_diag_help(ipxe_diag_add(seed->diags, IPXE_DIAG_UNKNOWN_QUESTION,
                                     span, "the installer has no question '%s'",
                                     name),
                       "did you mean '%s'?", meant);
}

/* ---- Values ---- */

static void check_late(preseed_t *seed, ipxe_span_t span, const char *name)
{
    if (strncmp(name, "netcfg/", 7) != 0 || seed->network_again ||
        strcmp(name, "netcfg/wireless_wep") == 0)
        return;
    ipxe_diag_help(
        ipxe_diag_add(seed->diags, IPXE_DIAG_LATE_ANSWER, span,
                      "'%s' comes too late: the network is up before this "
                      "file is there",
                      name),
        "say it on the kernel's command line: hostname=, domain=, "
        "interface=auto");
}

static void check_value(preseed_t *seed, const char *name, ipxe_span_t span)
{
    const char *value = ipxe_lint_text(span, seed->pool);

    if (strcmp(name, "partman-auto/disk") == 0 ||
        strcmp(name, "grub-installer/bootdev") == 0)
        ipxe_lint_device(value, span, seed->diags);
    if (!seed->wish->rendered && strstr(name, "-password") &&
        strncmp(name, "user-setup/", 11) != 0)
        ipxe_lint_secret(value, span, seed->diags);
}

static void check_type(preseed_t *seed, ipxe_span_t span)
{
    const char *word = ipxe_lint_text(span, seed->pool);
    ipxe_diag_t *diag;
    apr_size_t i;

    for (i = 0; i < TYPES; i++) {
        if (strcmp(types[i], word) == 0)
            return;
    }
    diag = ipxe_diag_add(seed->diags, IPXE_DIAG_UNKNOWN_KEYWORD, span,
                         *word ? "debconf has no type '%s'"
                               : "the type of the answer is missing%s",
                         word);
    if (ipxe_text_nearest(word, types, TYPES))
        ipxe_diag_help(diag, "did you mean '%s'?",
                       ipxe_text_nearest(word, types, TYPES));
}

/* ---- Lines ---- */

static void check_line(preseed_t *seed, apr_size_t begin, apr_size_t end)
{
    ipxe_span_t owner = ipxe_lint_next_word(seed->source, begin, end);
    ipxe_span_t question, type;
    const char *name;

    if (owner.begin == owner.end || seed->source->text[owner.begin] == '#')
        return;
    question = ipxe_lint_next_word(seed->source, owner.end, end);
    type = ipxe_lint_next_word(seed->source, question.end, end);
    name = ipxe_lint_text(question, seed->pool);
    if (!seed->first.source)
        seed->first = owner;
    apr_hash_set(seed->answered, name, APR_HASH_KEY_STRING, seed);
    if (strcmp(ipxe_lint_text(owner, seed->pool), "d-i") == 0) {
        check_name(seed, question, name);
        check_late(seed, question, name);
    }
    check_type(seed, type);
    check_value(seed, name, ipxe_lint_next_word(seed->source, type.end, end));
}

/* The end of a line with those it goes on to; *line becomes the last. */
static apr_size_t whole_line(const ipxe_source_t *source, apr_size_t *line)
{
    apr_size_t len;
    const char *text = ipxe_source_line(source, *line, &len);
    int comment = text[strspn(text, " \t")] == '#';

    while (!comment && len && text[len - 1] == '\\' &&
           *line < source->line_count)
        text = ipxe_source_line(source, ++*line, &len);
    return (apr_size_t)(text - source->text) + len;
}

/* ---- Questions ---- */

static int is_answered(const preseed_t *seed, const char *names)
{
    const apr_array_header_t *each = ipxe_text_split(names, " ", seed->pool);
    int i;

    for (i = 0; i < each->nelts; i++) {
        if (apr_hash_get(seed->answered, APR_ARRAY_IDX(each, i, const char *),
                         APR_HASH_KEY_STRING))
            return 1;
    }
    return 0;
}

static void check_questions(preseed_t *seed)
{
    ipxe_text_t *open = ipxe_text_make(256, seed->pool);
    apr_size_t i;

    if (!seed->first.source ||
        is_answered(seed, "preseed/include preseed/include_command "
                          "preseed/run preseed/interactive rescue/enable"))
        return;
    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        /* A template knows for which firmware it is rendered. */
        if (seed->wish->rendered &&
            strncmp(needed[i].any, "partman-efi/", 12) == 0)
            continue;
        if (!is_answered(seed, needed[i].any))
            ipxe_text_addf(open, "%s%s", open->len ? ", " : "",
                           apr_pstrmemdup(seed->pool, needed[i].any,
                                          strcspn(needed[i].any, " ")));
    }
    if (open->len)
        ipxe_diag_help(
            ipxe_diag_add(seed->diags, IPXE_DIAG_INSTALL_ASKS, seed->first,
                          "the installation may stop and ask: %s", open->data),
            "answer each; ks-templates/preseed/base.seed does");
}

void ipxe_lint_preseed(const ipxe_source_t *source,
                       const ipxe_lint_answers_t *wish, ipxe_diags_t *diags,
                       apr_pool_t *pool)
{
    preseed_t seed;
    apr_size_t line;

    memset(&seed, 0, sizeof(seed));
    seed.source = source;
    seed.wish = wish;
    seed.answered = apr_hash_make(pool);
    seed.network_again = strstr(source->text, "kill-all-dhcp") != NULL;
    seed.diags = diags;
    seed.pool = pool;
    for (line = 1; line <= source->line_count; line++) {
        apr_size_t len;
        const char *text = ipxe_source_line(source, line, &len);

        check_line(&seed, (apr_size_t)(text - source->text),
                   whole_line(source, &line));
    }
    check_questions(&seed);
}
