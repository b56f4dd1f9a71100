/* SPDX-License-Identifier: Apache-2.0 */
/* What loads and runs something: boot, script, chain, the local disk. */
#include "script/ipxe.h"

#include <apr_strings.h>
#include <string.h>

#define FAILED "failed"

/* How long it can be read why a disk is booted, and how long it is asked
 * whether to wipe it: unattended machines wait for it at each boot. */
#define REASON_SECONDS  5
#define CONFIRM_SECONDS 30

/* What failed, a wait, and the rules once more; the disk for who is there, or
 * where the server does not answer. */
static apr_status_t put_failed(ipxe_script_t *script, const char *what)
{
    const char *local;
    apr_status_t status = ipxe_part_local(&local, script);
    char joint;

    if (status != APR_SUCCESS)
        return status;
    ipxe_put_label(script, FAILED);
    ipxe_put_say_error(script, what);
    ipxe_put_wait(script, 30,
                  "Press a key for the local disk, or wait to ask again",
                  "local");
    ipxe_put_label(script, "again");
    ipxe_put_chain(script, ipxe_part_entry(script, &joint), "local");
    ipxe_put_local(script, local);
    return APR_SUCCESS;
}

static void put_wimboot(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    int i;

    ipxe_put_kernel(script, plan, FAILED);
    for (i = 0; i < plan->images->nelts; i++) {
        const ipxe_image_t *image =
            &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);

        /* BIOS takes the second name, UEFI the image's. */
        ipxe_put_image(script, image, image->name, image->name, FAILED);
    }
    ipxe_put_boot(script, FAILED);
}

static void put_kernel(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    int i;

    ipxe_put_kernel(script, plan, FAILED);
    for (i = 0; i < plan->images->nelts; i++) {
        const ipxe_image_t *image =
            &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);

        ipxe_put_image(script, image, image->named ? image->name : NULL,
                       image->at, FAILED);
    }
    ipxe_put_boot(script, FAILED);
}

/* memdisk runs on BIOS alone; UEFI can boot small media from the network. */
static void put_iso(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    ipxe_image_t image = {plan->iso, NULL, 0, NULL, NULL};
    ipxe_plan_t memdisk = *plan;

    if (!ipxe_part_is_bios(script)) {
        ipxe_put_san(script, plan->iso, FAILED);
        return;
    }
    memdisk.line = apr_pstrcat(script->writing->pool, "iso raw",
                               plan->words ? " " : "", plan->line, NULL);
    memdisk.words += 2;
    ipxe_put_kernel(script, &memdisk, FAILED);
    ipxe_put_image(script, &image, NULL, NULL, FAILED);
    ipxe_put_boot(script, FAILED);
}

static void put_san(ipxe_script_t *script, const ipxe_plan_t *plan)
{
    ipxe_put_san(script, plan->kernel, FAILED);
}

typedef void way_fn(ipxe_script_t *script, const ipxe_plan_t *plan);

static way_fn *const ways[] = {
    [IPXE_WAY_SCRIPT] = NULL,       [IPXE_WAY_WIMBOOT] = put_wimboot,
    [IPXE_WAY_KERNEL] = put_kernel, [IPXE_WAY_EFI] = put_kernel,
    [IPXE_WAY_ISO] = put_iso,       [IPXE_WAY_SANBOOT] = put_san,
};

/* ---- A template that is the whole script ---- */

/* The comment goes below the first line, where a script must begin. */
static void add_script(ipxe_script_t *script, const char *text)
{
    const char *rest = text;
    apr_size_t first;

    /* A byte order mark would be a command. */
    if (strncmp(rest, "\xEF\xBB\xBF", 3) == 0)
        rest += 3;
    first = strcspn(rest, "\n");
    if (strncmp(rest, "#!ipxe", 6) == 0)
        rest += rest[first] ? first + 1 : first;
    ipxe_put_head(script);
    ipxe_text_add(script->out, rest);
}

/* It is escaped as a script, whatever its name is. */
static apr_status_t put_script(ipxe_script_t *script,
                               const ipxe_template_t *template_)
{
    apr_pool_t *pool = script->writing->pool;
    ipxe_text_t *text = ipxe_text_make(1024, pool);
    ipxe_sink_t *sink = ipxe_sink_to_text(text, IPXE_MAX_RENDER_OUTPUT, pool);
    apr_status_t status = ipxe_template_render_as(
        sink, template_, IPXE_CONTEXT_SCRIPT, &script->render);

    if (status == APR_SUCCESS)
        add_script(script, text->data);
    return status;
}

apr_status_t ipxe_ipxe_script(ipxe_script_t *script)
{
    return put_script(script, script->decision->action.script);
}

/* ---- Actions ---- */

apr_status_t ipxe_ipxe_boot(ipxe_script_t *script)
{
    const ipxe_profile_t *profile = script->decision->action.profile;
    apr_pool_t *pool = script->writing->pool;
    const char *title;
    ipxe_plan_t *plan;
    apr_status_t status = ipxe_plan_make(&plan, script);

    if (status != APR_SUCCESS)
        return status;
    if (!plan)
        return ipxe_ipxe_deny(script);
    if (plan->way == IPXE_WAY_SCRIPT)
        return put_script(script, plan->script);
    status = ipxe_part_text(&title, script, profile->title);
    if (status != APR_SUCCESS)
        return status;
    ipxe_put_head(script);
    ipxe_put_forget(script);
    ipxe_put_say(script, apr_pstrcat(pool, "Booting ", title, NULL));
    ways[plan->way](script, plan);
    ipxe_put_goto(script, "again");
    return put_failed(script, apr_pstrcat(pool, title, " did not boot", NULL));
}

apr_status_t ipxe_ipxe_chain(ipxe_script_t *script)
{
    const char *url;
    apr_status_t status =
        ipxe_part_url(&url, script, script->decision->action.value);

    if (status != APR_SUCCESS)
        return status;
    ipxe_put_head(script);
    ipxe_put_forget(script);
    ipxe_put_chain(script, url, FAILED);
    ipxe_put_goto(script, "again");
    return put_failed(script, "The next script did not run");
}

/* What is there is shown; only that key installs over it. */
static void put_confirm(ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    apr_pool_t *pool = script->writing->pool;

    ipxe_put_key(script, CONFIRM_SECONDS, 'y',
                 apr_psprintf(pool,
                              "Press y to install %s and lose what is on the "
                              "disk; any other key boots it",
                              script->decision->wanted->name),
                 "local");
    ipxe_put_chain(script, world->confirm(world->baton, pool), "local");
}

apr_status_t ipxe_ipxe_local(ipxe_script_t *script)
{
    const char *reason = script->decision->reason, *local;
    apr_status_t status = ipxe_part_local(&local, script);

    if (status != APR_SUCCESS)
        return status;
    ipxe_put_head(script);
    if (reason)
        ipxe_put_say(script, reason);
    if (script->decision->confirm)
        put_confirm(script);
    else if (reason)
        ipxe_put_pause(script, REASON_SECONDS);
    ipxe_put_local(script, local);
    return APR_SUCCESS;
}
