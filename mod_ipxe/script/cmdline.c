/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's command line. */
#include "script/plan.h"

#include <apr_strings.h>
#include <string.h>

/* Past this a line is near the end of what any x86 or arm64 kernel takes. */
#define NEAR_LIMIT 1900

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

/* Is it the word `name`, or `name=...`? */
static int word_is(const char *word, const char *name)
{
    apr_size_t len = strlen(name);

    return strncmp(word, name, len) == 0 &&
           (word[len] == '\0' || word[len] == '=');
}

static int taken_away(const ipxe_boot_t *boot, const char *word)
{
    int i;

    for (i = 0; boot->without && i < boot->without->nelts; i++) {
        if (word_is(word, APR_ARRAY_IDX(boot->without, i, const char *)))
            return 1;
    }
    return 0;
}

static int any_word_is(const apr_array_header_t *words, const char *name)
{
    int i;

    for (i = 0; i < words->nelts; i++) {
        if (word_is(APR_ARRAY_IDX(words, i, const char *), name))
            return 1;
    }
    return 0;
}

/* Blanks that the network sent are '_' by now: what is left parts words. */
static apr_status_t add_value(apr_array_header_t *words, ipxe_script_t *script,
                              ipxe_value_t value, ipxe_span_t span)
{
    const char *text;
    apr_status_t status = ipxe_escape(&text, ipxe_value_str(value, words->pool),
                                      IPXE_CONTEXT_ARGUMENT, span,
                                      script->writing->diags, words->pool);

    if (status == APR_SUCCESS)
        apr_array_cat(words, ipxe_text_split(text, " \t\r\n", words->pool));
    return status;
}

static apr_status_t add_phrase(apr_array_header_t *words, ipxe_script_t *script,
                               const ipxe_phrase_t *phrase)
{
    ipxe_value_t value;
    apr_size_t i;
    apr_status_t status =
        ipxe_template_value(&value, phrase->compiled, &script->render);

    if (status != APR_SUCCESS || value.kind == IPXE_KIND_NONE)
        return status;
    if (value.kind != IPXE_KIND_LIST && value.kind != IPXE_KIND_TUPLE)
        return add_value(words, script, value, phrase->span);
    for (i = 0; i < value.u.list->len && status == APR_SUCCESS; i++)
        status = add_value(words, script, value.u.list->items[i], phrase->span);
    return status;
}

static void add_initrds(apr_array_header_t *words, const ipxe_plan_t *plan)
{
    int i;

    for (i = 0; i < plan->images->nelts; i++) {
        const ipxe_image_t *image =
            &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);

        if (!image->at)
            APR_ARRAY_PUSH(words, const char *) =
                apr_pstrcat(words->pool, "initrd=", image->name, NULL);
    }
}

static void add_kept(apr_array_header_t *words, const ipxe_boot_t *boot,
                     const apr_array_header_t *more)
{
    int i;

    for (i = 0; i < more->nelts; i++) {
        const char *word = APR_ARRAY_IDX(more, i, const char *);

        if (!taken_away(boot, word))
            APR_ARRAY_PUSH(words, const char *) = word;
    }
}

/* `initrd=` goes first: words after a lone `---` are the installed
 * system's. */
apr_status_t ipxe_cmdline_words(const apr_array_header_t **words,
                                ipxe_script_t *script, const ipxe_boot_t *boot,
                                const ipxe_plan_t *plan)
{
    apr_pool_t *pool = script->writing->pool;
    apr_array_header_t *written =
        apr_array_make(pool, 32, sizeof(const char *));
    apr_array_header_t *initrds = apr_array_make(pool, 4, sizeof(const char *));
    apr_array_header_t *all = apr_array_make(pool, 32, sizeof(const char *));
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; boot->args && i < boot->args->nelts && status == APR_SUCCESS;
         i++)
        status =
            add_phrase(written, script,
                       APR_ARRAY_IDX(boot->args, i, const ipxe_phrase_t *));
    if (wants_initrd(plan) && !any_word_is(written, "initrd"))
        add_initrds(initrds, plan);
    add_kept(all, boot, initrds);
    add_kept(all, boot, written);
    *words = all;
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
    apr_size_t len = strlen(apr_array_pstrcat(pool, plan->words, ' '));

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
