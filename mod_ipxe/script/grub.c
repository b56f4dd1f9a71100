/* SPDX-License-Identifier: Apache-2.0 */
/* The same decisions for GRUB: the one file that names its commands. GRUB
 * reads http://host/path as (http,host)/path, has no HTTPS, and its scripts
 * no `||`. Words stand in single quotes, so that nothing in them is special.
 */
#include "script/offer.h"
#include "script/plan.h"

#include <apr_strings.h>
#include <string.h>

#define READ_SECONDS 30

/* ---- Words ---- */

/* Printable, in single quotes. */
static const char *quoted(const char *text, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(strlen(text) + 16, pool);

    ipxe_text_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            ipxe_text_add(out, "'\\''");
        else
            ipxe_text_add_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
    ipxe_text_add_char(out, '\'');
    return out->data;
}

/* NULL where GRUB cannot fetch it. */
static const char *device_path(const char *url, apr_pool_t *pool)
{
    const char *host, *path;

    if (strncmp(url, "http://", 7) != 0)
        return NULL;
    host = url + 7;
    path = host + strcspn(host, "/?");
    return quoted(apr_psprintf(pool, "(http,%.*s)%s", (int)(path - host), host,
                               *path ? path : "/"),
                  pool);
}

/* ---- Lines ---- */

static void put_head(ipxe_script_t *script)
{
    ipxe_text_addf(script->out, "# %s\n", ipxe_part_comment(script));
}

static void put_say(ipxe_script_t *script, const char *text)
{
    apr_pool_t *pool = script->writing->pool;
    apr_array_header_t *lines = ipxe_part_lines(text, pool);
    int i;

    for (i = 0; i < lines->nelts; i++)
        ipxe_text_addf(script->out, "echo %s\n",
                       quoted(APR_ARRAY_IDX(lines, i, const char *), pool));
}

static void put_pause(ipxe_script_t *script)
{
    ipxe_text_addf(script->out, "sleep --interruptible %d\n", READ_SECONDS);
}

/* UEFI goes on to its next boot entry; BIOS has the disk's first sector. */
static void put_local(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "if [ \"$grub_platform\" = pc ]; then\n"
                               "    set root=hd0\n"
                               "    chainloader +1\n"
                               "    boot\n"
                               "fi\n"
                               "exit\n");
}

static void put_end(ipxe_script_t *script, const char *text)
{
    put_say(script, text);
    put_pause(script);
    put_local(script);
}

static void put_not_possible(ipxe_script_t *script, const char *what)
{
    put_end(script, apr_psprintf(script->writing->pool,
                                 "%s is not possible here: this is GRUB, not "
                                 "iPXE",
                                 what));
}

/* ---- Actions ---- */

/* FILE and what follows it: `linux '(http,h)/vmlinuz' 'quiet'`. */
static int put_command(ipxe_script_t *script, const char *command,
                       const char *url, const apr_array_header_t *words)
{
    apr_pool_t *pool = script->writing->pool;
    const char *path = device_path(url, pool);
    int i;

    if (!path)
        return 0;
    ipxe_text_addf(script->out, "if %s %s", command, path);
    for (i = 0; words && i < words->nelts; i++)
        ipxe_text_addf(script->out, " %s",
                       quoted(APR_ARRAY_IDX(words, i, const char *), pool));
    ipxe_text_add(script->out, "; then\n");
    return 1;
}

static int put_initrds(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    apr_pool_t *pool = script->writing->pool;
    int i;

    ipxe_text_add(script->out, "if initrd");
    for (i = 0; i < plan->images->nelts; i++) {
        const ipxe_image_t *image =
            &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);
        const char *path = device_path(image->url, pool);

        if (!path || image->at)
            return 0;
        ipxe_text_addf(script->out, " %s", path);
    }
    ipxe_text_add(script->out, "; then\n");
    return 1;
}

/* Without `initrd=`, which GRUB says by itself. */
static const apr_array_header_t *without_initrd(const ipxe_plan_t *plan,
                                                apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_text_split(plan->line, " ", pool);
    apr_array_header_t *words =
        apr_array_make(pool, all->nelts + 1, sizeof(const char *));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const char *word = APR_ARRAY_IDX(all, i, const char *);

        if (strncmp(word, "initrd=", 7) != 0)
            APR_ARRAY_PUSH(words, const char *) = word;
    }
    return words;
}

static int put_boot(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    const apr_array_header_t *words =
        without_initrd(plan, script->writing->pool);
    int initrds = plan->images->nelts > 0;

    if (plan->way == IPXE_WAY_EFI)
        initrds = 0;
    else if (plan->way != IPXE_WAY_KERNEL)
        return 0;
    if (!put_command(script,
                     plan->way == IPXE_WAY_EFI ? "chainloader" : "linux",
                     plan->kernel, words) ||
        (initrds && !put_initrds(script, plan)))
        return 0;
    ipxe_text_addf(script->out, "boot\nfi\n%s", initrds ? "fi\n" : "");
    return 1;
}

apr_status_t ipxe_grub_boot(ipxe_script_t *script)
{
    const char *name = script->decision->action.profile->name;
    apr_pool_t *pool = script->writing->pool;
    ipxe_plan_t *plan;
    apr_size_t begin;
    apr_status_t status = ipxe_plan_make(&plan, script);

    if (status != APR_SUCCESS)
        return status;
    if (!plan)
        return ipxe_grub_deny(script);
    put_head(script);
    begin = script->out->len;
    if (put_boot(script, plan)) {
        put_end(script, apr_pstrcat(pool, name, " did not boot", NULL));
        return APR_SUCCESS;
    }
    ipxe_text_cut(script->out, begin);
    put_not_possible(script, apr_psprintf(pool, "Profile %s", name));
    return APR_SUCCESS;
}

static void put_entry(ipxe_script_t *script, const ipxe_offer_t *offer,
                      const ipxe_offered_t *line)
{
    apr_pool_t *pool = script->writing->pool;
    const char *url = strcmp(line->id, "back") == 0 ? offer->back : line->url;
    const char *path = url ? device_path(url, pool) : NULL;

    ipxe_text_addf(script->out, "menuentry %s --id %s",
                   quoted(line->title, pool), line->id);
    if (line->key)
        ipxe_text_addf(script->out, " --hotkey=%s",
                       quoted(apr_psprintf(pool, "%c", line->key), pool));
    ipxe_text_add(script->out, " {\n");
    if (path)
        ipxe_text_addf(script->out, "configfile %s\n", path);
    else
        put_local(script);
    ipxe_text_add(script->out, "}\n");
}

/* GRUB has no lines that cannot be chosen: separators are left out. */
apr_status_t ipxe_grub_menu(ipxe_script_t *script)
{
    ipxe_offer_t *offer;
    apr_status_t status = ipxe_offer_make(&offer, script);
    int i;

    if (status != APR_SUCCESS)
        return status;
    put_head(script);
    if (!offer->choices) {
        put_end(script, "Nothing in this menu is for this machine");
        return APR_SUCCESS;
    }
    if (offer->timeout)
        ipxe_text_addf(script->out,
                       "set timeout=%" APR_INT64_T_FMT "\nset default=%s\n",
                       (offer->timeout + 999) / 1000, offer->chosen);
    for (i = 0; i < offer->lines->nelts; i++) {
        const ipxe_offered_t *line =
            &APR_ARRAY_IDX(offer->lines, i, ipxe_offered_t);

        if (line->id)
            put_entry(script, offer, line);
    }
    return APR_SUCCESS;
}

apr_status_t ipxe_grub_local(ipxe_script_t *script)
{
    put_head(script);
    if (script->decision->reason) {
        put_say(script, script->decision->reason);
        put_pause(script);
    }
    put_local(script);
    return APR_SUCCESS;
}

apr_status_t ipxe_grub_deny(ipxe_script_t *script)
{
    const ipxe_decision_t *decision = script->decision;
    const char *text = decision->reason;
    apr_status_t status = APR_SUCCESS;

    if (decision->action.kind == IPXE_ACTION_DENY && decision->action.value)
        status = ipxe_part_text(&text, script, decision->action.value);
    if (status != APR_SUCCESS)
        return status;
    put_head(script);
    put_end(script, text ? text : "This machine is not given anything to boot");
    return APR_SUCCESS;
}

apr_status_t ipxe_grub_none(ipxe_script_t *script)
{
    put_head(script);
    put_end(script, "No rule is for this machine");
    return APR_SUCCESS;
}

apr_status_t ipxe_grub_impossible(ipxe_script_t *script)
{
    put_head(script);
    put_not_possible(script, ipxe_action_name(script->decision->action.kind));
    return APR_SUCCESS;
}

/* Texts of SMBIOS cannot be written into an address by GRUB: the card and the
 * firmware are what it tells. */
apr_status_t ipxe_grub_identify(ipxe_script_t *script)
{
    apr_pool_t *pool = script->writing->pool;
    char joint;
    const char *entry = ipxe_part_entry(script, &joint);
    const char *path = device_path(entry, pool);

    put_head(script);
    if (!path) {
        put_not_possible(script, "HTTPS");
        return APR_SUCCESS;
    }
    ipxe_text_addf(script->out,
                   "set platform=$grub_platform\n"
                   "if [ \"$platform\" = pc ]; then\n"
                   "    set platform=pcbios\n"
                   "fi\n"
                   "set cpu64=\n"
                   "if [ \"$grub_cpu\" = i386 ]; then\n"
                   "    set cpu64=false\n"
                   "    if cpuid -l; then\n"
                   "        set cpu64=true\n"
                   "    fi\n"
                   "fi\n"
                   "configfile %s\"%cmac=$net_default_mac"
                   "&platform=$platform&arch=$grub_cpu&cpu64=$cpu64\"\n",
                   path, joint);
    put_end(script, "The boot server did not answer");
    return APR_SUCCESS;
}

apr_status_t ipxe_grub_failure(ipxe_script_t *script, const char *text)
{
    put_head(script);
    put_end(script, text);
    return APR_SUCCESS;
}

/* What its menus leave out; somebody who comes to one all the same. */
apr_status_t ipxe_grub_gate(ipxe_script_t *script, const ipxe_menu_t *menu,
                            const ipxe_item_t *item, const char *text)
{
    (void)menu;
    (void)item;
    (void)text;
    put_head(script);
    put_not_possible(script, "a password or a question");
    return APR_SUCCESS;
}
