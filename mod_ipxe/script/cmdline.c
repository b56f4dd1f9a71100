/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's command line. */
#include "script/plan.h"

#include <apr_strings.h>
#include <string.h>

/* Past this a line is near the end of what any x86 or arm64 kernel takes. */
#define NEAR_LIMIT 1900

/* Bytes that most lines have room in. */
#define ROOM 2048

/* COMMAND_LINE_SIZE less the NUL; on x86 iPXE keeps one byte less. */
static const struct {
    const char *cpu;
    apr_size_t most;
} limits[] = {{"x86_64", 2046},  {"i386", 2046},    {"arm64", 2046},
              {"riscv64", 1023}, {"riscv32", 1023}, {"arm32", 1023}};

/* Words that take no `initrd=`: wimboot stops at an argument it does not
 * know, memdisk and a UEFI program have no use for one. */
static int wants_initrd(const ipxe_plan_t *plan)
{
    return plan->way == IPXE_WAY_KERNEL;
}

/* ---- The words ---- */

/* A line while it is written. */
typedef struct line_t {
    ipxe_text_t *text;
    int words;
    int initrd; /* one of the arguments is `initrd`, taken away or not */
    const ipxe_boot_t *boot;
    ipxe_script_t *script;
} line_t;

/* Is it the word `name`, or `name=...`? */
static int word_is(const char *word, apr_size_t len, const char *name)
{
    apr_size_t n = strlen(name);

    return len >= n && memcmp(word, name, n) == 0 &&
           (len == n || word[n] == '=');
}

static int taken_away(const ipxe_boot_t *boot, const char *word, apr_size_t len)
{
    int i;

    for (i = 0; boot->without && i < boot->without->nelts; i++) {
        if (word_is(word, len, APR_ARRAY_IDX(boot->without, i, const char *)))
            return 1;
    }
    return 0;
}

static void add_words(line_t *line, const char *words, apr_size_t len,
                      int count)
{
    if (line->text->len)
        ipxe_text_add_char(line->text, ' ');
    ipxe_text_add_n(line->text, words, len);
    line->words += count;
}

/* Blanks that the network sent are '_' by now: what is left parts words. */
static void add_kept(line_t *line, const char *text)
{
    static const char blanks[] = " \t\r\n";

    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        apr_size_t len = strcspn(text, blanks);

        line->initrd |= word_is(text, len, "initrd");
        if (!taken_away(line->boot, text, len))
            add_words(line, text, len, 1);
        text += len;
    }
}

static apr_status_t add_value(line_t *line, ipxe_value_t value,
                              ipxe_span_t span)
{
    const ipxe_writing_t *writing = line->script->writing;
    const char *text;
    apr_status_t status =
        ipxe_escape(&text, ipxe_value_str(value, writing->pool),
                    IPXE_CONTEXT_ARGUMENT, span, writing->diags, writing->pool);

    if (status == APR_SUCCESS)
        add_kept(line, text);
    return status;
}

static apr_status_t add_phrase(line_t *line, const ipxe_phrase_t *phrase)
{
    ipxe_value_t value;
    apr_size_t i;
    apr_status_t status =
        ipxe_template_value(&value, phrase->compiled, &line->script->render);

    if (status != APR_SUCCESS || value.kind == IPXE_KIND_NONE)
        return status;
    if (value.kind != IPXE_KIND_LIST && value.kind != IPXE_KIND_TUPLE)
        return add_value(line, value, phrase->span);
    for (i = 0; i < value.u.list->len && status == APR_SUCCESS; i++)
        status = add_value(line, value.u.list->items[i], phrase->span);
    return status;
}

static apr_status_t add_item(line_t *line, const ipxe_words_t *item)
{
    if (item->phrase)
        return add_phrase(line, item->phrase);
    if (line->boot->without && line->boot->without->nelts)
        add_kept(line, item->text);
    else if (item->count)
        add_words(line, item->text, strlen(item->text), item->count);
    line->initrd |= item->initrd;
    return APR_SUCCESS;
}

static apr_status_t add_args(line_t *line)
{
    const apr_array_header_t *args = line->boot->args;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; args && i < args->nelts && status == APR_SUCCESS; i++)
        status = add_item(line, &APR_ARRAY_IDX(args, i, ipxe_words_t));
    return status;
}

static void add_initrds(line_t *line, const ipxe_plan_t *plan)
{
    int i;

    for (i = 0; wants_initrd(plan) && i < plan->images->nelts; i++) {
        const ipxe_image_t *image =
            &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);

        if (!image->at)
            add_kept(line, apr_pstrcat(line->text->pool, "initrd=", image->name,
                                       NULL));
    }
    line->initrd = 0;
}

/* `initrd=` goes first: words after a lone `---` are the installed system's.
 * Whether the operator wrote one is known at the end: then those that were
 * put there are left out again. */
apr_status_t ipxe_cmdline_make(ipxe_plan_t *plan, ipxe_script_t *script,
                               const ipxe_boot_t *boot)
{
    line_t line = {ipxe_text_make(ROOM, script->writing->pool), 0, 0, boot,
                   script};
    apr_size_t front;
    apr_status_t status;
    int words;

    add_initrds(&line, plan);
    front = line.text->len;
    words = line.words;
    status = add_args(&line);
    if (!line.initrd)
        front = (apr_size_t)(words = 0);
    else if (front && line.text->len > front)
        front++; /* the blank */
    plan->line = line.text->data + front;
    plan->line_len = line.text->len - front;
    plan->words = line.words - words;
    return status;
}

/* ---- Its length ---- */

static apr_size_t limit_of(const ipxe_machine_t *machine)
{
    const char *cpu = ipxe_machine_fact(machine, IPXE_FACT_CPU);
    apr_size_t i;

    for (i = 0; cpu && i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strcmp(cpu, limits[i].cpu) == 0)
            return limits[i].most;
    }
    return cpu ? 0 : limits[0].most;
}

/* UEFI puts the image's name before the line. */
static apr_size_t length_of(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    const char *platform =
        ipxe_machine_fact(script->writing->machine, IPXE_FACT_PLATFORM);
    apr_pool_t *pool = script->writing->pool;
    apr_size_t len = plan->line_len;

    if (platform && strcmp(platform, "efi") == 0)
        len += strlen(ipxe_url_basename(plan->kernel, pool)) + 1;
    return len;
}

apr_status_t ipxe_cmdline_check(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    ipxe_diags_t *diags = script->writing->diags;
    const ipxe_profile_t *profile = script->decision->action.profile;
    apr_size_t most = limit_of(script->writing->machine), len;
    const char *help = "shorten the addresses, or take words away by "
                       "'without'";

    if (plan->way != IPXE_WAY_KERNEL || !most)
        return APR_SUCCESS;
    len = length_of(script, plan);
    if (len > most) {
        ipxe_diag_help(
            ipxe_diag_add(
                diags, IPXE_DIAG_COMMAND_LINE_TOO_LONG, profile->span,
                "the kernel command line of '%s' has %" APR_SIZE_T_FMT
                " bytes; this machine's kernel takes %" APR_SIZE_T_FMT,
                profile->name, len, most),
            "%s", help);
        return APR_EGENERAL;
    }
    if (len > NEAR_LIMIT)
        ipxe_diag_help(
            ipxe_diag_add(diags, IPXE_DIAG_LONG_COMMAND_LINE, profile->span,
                          "the kernel command line of '%s' has %" APR_SIZE_T_FMT
                          " bytes of %" APR_SIZE_T_FMT,
                          profile->name, len, most),
            "%s", help);
    return APR_SUCCESS;
}
