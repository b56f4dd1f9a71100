/* SPDX-License-Identifier: Apache-2.0 */
/* What a script fetches and boots: kernels with their command lines and
 * initrds, Windows, scripts in place of this one. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

/* Bytes of a command line that any x86 or arm64 kernel takes, as iPXE on BIOS
 * hands it on, and from where it is near that. */
#define MOST_LINE 2046
#define NEAR_LINE 1900

/* wimboot keeps names in 32 bytes. */
#define MOST_WIM_NAME 31

#define BIOS ((ipxe_builds_t)0x155)

/* A kernel and what goes with it, up to the next one. */
typedef struct stanza_t {
    const ipxe_lint_command_t *kernel; /* or NULL */
    const ipxe_lint_command_t *args;   /* whose words are its command line */
    int first;                         /* of these words */
    apr_array_header_t *images;        /* of const ipxe_lint_command_t * */
} stanza_t;

/* ---- Addresses ---- */

static const char *base_name(const char *url, apr_pool_t *pool)
{
    const char *path = apr_pstrmemdup(pool, url, strcspn(url, "?#"));
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static const ipxe_lint_word_t *target_of(const ipxe_lint_command_t *command)
{
    return command->plain < command->count ? &command->words[command->plain]
                                           : NULL;
}

static int ends_in(const char *text, const char *end)
{
    apr_size_t len = strlen(text), n = strlen(end);

    return len > n && strcmp(text + len - n, end) == 0;
}

/* Programs that iPXE hands the machine to, or that come with images. */
static int is_program(const char *name)
{
    static const char *const ends[] = {".efi",  ".pxe", ".kpxe", ".kkpxe",
                                       ".lkrn", ".0",   ".c32",  ".bin",
                                       ".com",  ".krn", ".elf"};
    apr_size_t i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (ends_in(name, ends[i]))
            return 1;
    }
    return strncmp(name, "memdisk", 7) == 0 || strncmp(name, "wimboot", 7) == 0;
}

static void note_address(ipxe_lint_t *lint, const ipxe_lint_word_t *word,
                         const char *url, int tree, int later)
{
    ipxe_lint_address_t *address;

    if (!lint->addresses || strstr(url, "${") || !strstr(url, "://"))
        return;
    address = apr_array_push(lint->addresses);
    address->url = url;
    address->tree = tree;
    address->later = later;
    address->span = word->span;
}

static void check_https(ipxe_lint_t *lint, const ipxe_lint_command_t *command,
                        const ipxe_lint_word_t *word, const char *url)
{
    ipxe_builds_t without = BIOS | ipxe_lint_builds("2019") |
                            ipxe_lint_builds("1.20.1") |
                            ipxe_lint_builds("1.21.1");
    ipxe_builds_t asked =
        lint->wish->builds ? lint->wish->builds : IPXE_BUILDS_ALL;

    if (strncmp(url, "https://", 8) != 0 || command->caught ||
        !(asked & without))
        return;
    ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_NOT_IN_BUILD,
                                 word->span,
                                 "not every iPXE has HTTPS: BIOS builds, and "
                                 "all before 2.0.0, lack it"),
                   "use http:// on a network of your own, or catch the "
                   "failure with '||'");
}

/* A relative address is sought beside the script, and a second time among the
 * images already here. */
static void check_relative(ipxe_lint_t *lint,
                           const ipxe_lint_command_t *command,
                           const ipxe_lint_word_t *word, const char *url)
{
    int script = ipxe_lint_is(command, IPXE_LINT_RUN) && strchr(url, '.') &&
                 !is_program(base_name(url, lint->pool));

    if (!script || *url == '/' || strstr(url, ":/") || strstr(url, "${") ||
        strchr(url, '?'))
        return;
    ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_RELATIVE_ADDRESS,
                                 word->span,
                                 "'%s' is fetched from beside this script, "
                                 "and once it was, its old copy runs again",
                                 url),
                   "write the whole address");
}

static void check_picture(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    const ipxe_lint_word_t *word;
    const char *picture =
                   ipxe_lint_value(&word, command, "picture", lint->pool),
               *url;

    if (!picture)
        return;
    url = ipxe_lint_expand(lint, picture);
    note_address(lint, word, url, 0, 0);
    if (!strstr(url, ":/") && !strstr(url, "${"))
        ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_RELATIVE_ADDRESS,
                                     word->span,
                                     "the picture '%s' is sought beside this "
                                     "script, on the server it came from",
                                     url),
                       "write the whole address");
}

static void check_address(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    const ipxe_lint_word_t *word = target_of(command);
    const char *url;

    if (ipxe_lint_named(command, "console"))
        check_picture(lint, command);
    if (!ipxe_lint_is(command, IPXE_LINT_FETCH) || !word)
        return;
    url = ipxe_lint_expand(lint, word->text);
    note_address(lint, word, url, 0, 0);
    check_https(lint, command, word, url);
    check_relative(lint, command, word, url);
}

/* ---- Scripts in scripts ---- */

static int has_menu(const ipxe_lint_t *lint)
{
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        if (ipxe_lint_named(ipxe_lint_command(lint, i), "choose"))
            return 1;
    }
    return 0;
}

/* Nothing but what catches the failure follows it. */
static int is_last(const ipxe_lint_t *lint, const ipxe_lint_line_t *line)
{
    return line == ipxe_lint_line(lint, lint->lines->nelts - 1);
}

static void check_nesting(ipxe_lint_t *lint, const ipxe_lint_command_t *command,
                          int menu)
{
    const ipxe_lint_word_t *word = target_of(command);
    int replaces = ipxe_lint_has(command, "replace", lint->pool);

    if (!ipxe_lint_is(command, IPXE_LINT_RUN) || !word ||
        command->count > command->plain + 1 ||
        is_program(base_name(word->text, lint->pool)) ||
        (!menu && !is_last(lint, command->line)) ||
        (replaces && (ipxe_lint_has(command, "autofree", lint->pool))))
        return;
    ipxe_diag_help(
        ipxe_diag_add(
            lint->diags, IPXE_DIAG_NESTED_CHAIN, command->words[0].span,
            replaces ? "'%s' without --autofree: the script stays, and "
                       "lands in the next initrd"
                     : "'%s' without --replace: scripts pile up, and "
                       "BIOS has room for twelve",
            command->words[0].text),
        "write '%s --replace --autofree ADDRESS'", command->words[0].text);
}

static void check_chains(ipxe_lint_t *lint)
{
    int menu = has_menu(lint), i;

    for (i = 0; i < lint->commands->nelts; i++)
        check_nesting(lint, ipxe_lint_command(lint, i), menu);
}

/* ---- Images ---- */

/* The name that the loaded image has. */
static const char *image_name(const ipxe_lint_t *lint,
                              const ipxe_lint_command_t *command)
{
    const char *name = ipxe_lint_value(NULL, command, "name", lint->pool);
    const ipxe_lint_word_t *word = target_of(command);

    if (name)
        return ipxe_lint_expand(lint, name);
    return word ? base_name(ipxe_lint_expand(lint, word->text), lint->pool)
                : "";
}

/* With a second word the image becomes a file inside the initrd. */
static int is_plain_image(const ipxe_lint_command_t *command)
{
    return command->count == command->plain + 1;
}

static int loads(const ipxe_lint_t *lint, const stanza_t *stanza,
                 const char *name)
{
    int i;

    for (i = 0; i < stanza->images->nelts; i++) {
        const char *loaded =
            image_name(lint, APR_ARRAY_IDX(stanza->images, i,
                                           const ipxe_lint_command_t *));

        if (strcmp(loaded, name) == 0 || strstr(loaded, "${"))
            return 1;
    }
    return strcmp(name, "initrd.magic") == 0 || strstr(name, "${");
}

/* What a multiboot kernel takes wants no initrd=. */
static int has_modules(const stanza_t *stanza)
{
    int i;

    for (i = 0; i < stanza->images->nelts; i++) {
        if (ipxe_lint_named(APR_ARRAY_IDX(stanza->images, i,
                                          const ipxe_lint_command_t *),
                            "module"))
            return 1;
    }
    return 0;
}

static void not_loaded(ipxe_lint_t *lint, const ipxe_lint_word_t *word,
                       const char *name)
{
    ipxe_diag_help(
        ipxe_diag_add(lint->diags, IPXE_DIAG_MISSING_INITRD, word->span,
                      "'initrd=%s' names no image that is loaded", name),
        "the name is the end of the address, or what --name says");
}

/* Does the command line name the image? What is not known may. */
static int is_named(const ipxe_lint_t *lint, const stanza_t *stanza,
                    const char *name)
{
    int i;

    for (i = stanza->first; i < stanza->args->count; i++) {
        const char *text =
            ipxe_lint_expand(lint, stanza->args->words[i].text);

        if (strncmp(text, "${", 2) == 0)
            return 1;
        if (strncmp(text, "initrd=", 7) == 0 &&
            (strcmp(text + 7, name) == 0 || strstr(text, "${") ||
             strcmp(text + 7, "initrd.magic") == 0))
            return 1;
    }
    return strstr(name, "${") != NULL;
}

static void check_named(ipxe_lint_t *lint, const stanza_t *stanza,
                        const ipxe_lint_command_t *image)
{
    const char *name = image_name(lint, image);

    if (!is_plain_image(image) || is_named(lint, stanza, name))
        return;
    ipxe_diag_note(ipxe_diag_add(lint->diags, IPXE_DIAG_MISSING_INITRD,
                                 stanza->kernel->words[0].span,
                                 "no 'initrd=%s' on the command line: on UEFI "
                                 "the kernel does not find it",
                                 name),
                   ipxe_lint_span(image, 0), "the image");
}

static void check_initrd(ipxe_lint_t *lint, const stanza_t *stanza)
{
    ipxe_builds_t asked = lint->wish->builds;
    int misnamed = 0, i;

    for (i = stanza->first; i < stanza->args->count; i++) {
        const ipxe_lint_word_t *word = &stanza->args->words[i];
        const char *text = ipxe_lint_expand(lint, word->text);

        if (strncmp(text, "initrd=", 7) != 0 || loads(lint, stanza, text + 7))
            continue;
        not_loaded(lint, word, text + 7);
        misnamed = 1;
    }
    if (misnamed || has_modules(stanza) || (asked && !(asked & ~BIOS)))
        return;
    for (i = 0; i < stanza->images->nelts; i++)
        check_named(
            lint, stanza,
            APR_ARRAY_IDX(stanza->images, i, const ipxe_lint_command_t *));
}

/* ---- Windows ---- */

static int is_wimboot(const ipxe_lint_t *lint, const stanza_t *stanza)
{
    return strncmp(image_name(lint, stanza->kernel), "wimboot", 7) == 0;
}

static void check_wim_image(ipxe_lint_t *lint, const ipxe_lint_command_t *image)
{
    const char *name = ipxe_lint_value(NULL, image, "name", lint->pool);
    const char *second = image->count > image->plain + 1
                             ? image->words[image->plain + 1].text
                             : NULL;
    const char *shown = image_name(lint, image);

    if (!name || !second || strcmp(name, second) != 0)
        ipxe_diag_help(
            ipxe_diag_add(lint->diags, IPXE_DIAG_WIMBOOT_NAME,
                          ipxe_lint_span(image, 0),
                          "wimboot needs the name of '%s' twice: BIOS takes "
                          "the word after the address, UEFI that of --name",
                          shown),
            "write 'initrd --name %s ADDRESS %s'", shown, shown);
    else if (strlen(name) > MOST_WIM_NAME)
        ipxe_diag_add(lint->diags, IPXE_DIAG_WIMBOOT_NAME,
                      ipxe_lint_span(image, 0),
                      "'%s' is longer than the %d bytes that wimboot keeps",
                      name, MOST_WIM_NAME);
}

static void check_wim_words(ipxe_lint_t *lint, const stanza_t *stanza)
{
    static const char *const known[] = {"gui",    "pause",  "rawbcd", "quiet",
                                        "rawwim", "linear", "index"};
    int i;
    apr_size_t j;

    for (i = stanza->first; i < stanza->args->count; i++) {
        const char *word = stanza->args->words[i].text;
        apr_size_t len = strcspn(word, "=");

        for (j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
            if (strlen(known[j]) == len && strncmp(word, known[j], len) == 0)
                break;
        }
        if (j == sizeof(known) / sizeof(known[0]) && !strstr(word, "${"))
            ipxe_diag_add(
                lint->diags, IPXE_DIAG_KERNEL_WORD, stanza->args->words[i].span,
                "wimboot stops at '%s', which it does not know", word);
    }
}

static void check_windows(ipxe_lint_t *lint, const stanza_t *stanza)
{
    int i;

    check_wim_words(lint, stanza);
    for (i = 0; i < stanza->images->nelts; i++)
        check_wim_image(lint, APR_ARRAY_IDX(stanza->images, i,
                                            const ipxe_lint_command_t *));
}

/* ---- Kernels ---- */

static void check_length(ipxe_lint_t *lint, ipxe_span_t span, apr_size_t len)
{
    const char *help = "shorten the addresses, or take words away";

    if (len > MOST_LINE)
        ipxe_diag_help(ipxe_diag_add(lint->diags,
                                     IPXE_DIAG_COMMAND_LINE_TOO_LONG, span,
                                     "a kernel command line of %" APR_SIZE_T_FMT
                                     " bytes; kernels take %d",
                                     len, MOST_LINE),
                       "%s", help);
    else if (len > NEAR_LINE)
        ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_LONG_COMMAND_LINE,
                                     span,
                                     "a kernel command line of %" APR_SIZE_T_FMT
                                     " bytes of %d",
                                     len, MOST_LINE),
                       "%s", help);
}

/* The address that a word of a command line names. Of some readers it is but
 * the begin: they append names, or a program answers. */
static void note_value(ipxe_lint_t *lint, const ipxe_lint_word_t *word,
                       const char *text)
{
    static const char *const known[] = {
        "inst.repo=", "inst.stage2=",
        "inst.ks=",   "ks=",
        "url=",       "fetch=",
        "autoyast=",  "root=live:",
        "modloop=",   "coreos.live.rootfs_url="};
    apr_size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        apr_size_t len = strlen(known[i]);

        if (strncmp(text, known[i], len) == 0)
            note_address(lint, word, text + len, i == 0, 1);
    }
}

static void check_words(ipxe_lint_t *lint, const stanza_t *stanza)
{
    int count = stanza->args->count - stanza->first, i;
    const char **words;
    ipxe_span_t *spans;
    apr_size_t len = 0;

    if (count <= 0)
        return;
    words = apr_palloc(lint->pool, (apr_size_t)count * sizeof(*words));
    spans = apr_palloc(lint->pool, (apr_size_t)count * sizeof(*spans));
    for (i = 0; i < count; i++) {
        const ipxe_lint_word_t *word = &stanza->args->words[stanza->first + i];

        words[i] = ipxe_lint_expand(lint, word->text);
        note_value(lint, word, words[i]);
        spans[i] = word->span;
        len += strlen(words[i]) + (i > 0);
    }
    check_length(lint, ipxe_lint_span(stanza->args, stanza->first), len);
    ipxe_lint_kernel_words(words, spans, count, stanza->kernel->words[0].span,
                           lint->diags);
    ipxe_lint_card(words, count, stanza->kernel->words[0].span, lint->diags);
}

static void check_stanza(ipxe_lint_t *lint, const stanza_t *stanza)
{
    if (!stanza->kernel)
        return;
    if (is_wimboot(lint, stanza)) {
        check_windows(lint, stanza);
        return;
    }
    if (!is_program(image_name(lint, stanza->kernel)))
        check_initrd(lint, stanza);
    check_words(lint, stanza);
}

static void start_stanza(stanza_t *stanza, const ipxe_lint_command_t *kernel,
                         apr_pool_t *pool)
{
    stanza->kernel = kernel;
    stanza->args = kernel;
    stanza->first = kernel ? kernel->plain + 1 : 0;
    stanza->images =
        apr_array_make(pool, 4, sizeof(const ipxe_lint_command_t *));
}

static void add_command(ipxe_lint_t *lint, stanza_t *stanza,
                        const ipxe_lint_command_t *command)
{
    if (ipxe_lint_is(command, IPXE_LINT_KERNEL)) {
        check_stanza(lint, stanza);
        start_stanza(stanza, command, lint->pool);
    }
    else if (ipxe_lint_is(command, IPXE_LINT_IMAGE) && target_of(command)) {
        APR_ARRAY_PUSH(stanza->images, const ipxe_lint_command_t *) = command;
    }
    else if (ipxe_lint_named(command, "imgargs") && command->count > 2) {
        stanza->args = command;
        stanza->first = 2;
    }
}

/* A section begins with nothing but what came before the first label. */
static void check_stanzas(ipxe_lint_t *lint)
{
    stanza_t stanza;
    int i, j;

    start_stanza(&stanza, NULL, lint->pool);
    for (i = 0; i < lint->lines->nelts; i++) {
        const ipxe_lint_line_t *line = ipxe_lint_line(lint, i);

        if (line->label.text) {
            check_stanza(lint, &stanza);
            start_stanza(&stanza, NULL, lint->pool);
        }
        for (j = 0; j < line->count; j++)
            add_command(lint, &stanza, &line->commands[j]);
    }
    check_stanza(lint, &stanza);
}

/* Once for a script: what was fetched before it lies there still. */
static void check_forgets(ipxe_lint_t *lint)
{
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);

        if (ipxe_lint_named(command, "imgfree"))
            return;
        if (!ipxe_lint_is(command, IPXE_LINT_KERNEL))
            continue;
        ipxe_diag_help(
            ipxe_diag_add(lint->diags, IPXE_DIAG_NO_IMGFREE,
                          command->words[0].span,
                          "no 'imgfree' before '%s': what was fetched "
                          "before lands in the initrd",
                          command->row->name),
            "write 'imgfree ||' above it");
        return;
    }
}

void ipxe_lint_boot(ipxe_lint_t *lint)
{
    ipxe_lint_each(lint, check_address);
    check_chains(lint);
    check_forgets(lint);
    check_stanzas(lint);
}
