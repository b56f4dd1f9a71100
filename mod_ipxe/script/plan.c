/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision boots. */
#include "script/plan.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

static int hex_digit(char c)
{
    if (apr_isdigit(c))
        return c - '0';
    return apr_isxdigit(c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* iPXE decodes the path before it takes its last part. */
static char *decoded(const char *s, apr_size_t len, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, len + 1), *to = out;
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (s[i] == '%' && i + 2 < len && hex_digit(s[i + 1]) >= 0 &&
            hex_digit(s[i + 2]) >= 0) {
            *to++ = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
            i += 2;
        }
        else {
            *to++ = s[i];
        }
    }
    *to = '\0';
    return out;
}

const char *ipxe_url_basename(const char *url, apr_pool_t *pool)
{
    const char *path = decoded(url, strcspn(url, "?#"), pool);
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* A name that is one word in a script, and one in initrd=. */
static const char *clean_name(const char *name, apr_pool_t *pool)
{
    char *out = apr_pstrdup(pool, *name ? name : "image"), *p;

    for (p = out; *p; p++) {
        if (!apr_isalnum(*p) && !strchr("._+-@~", *p))
            *p = '_';
    }
    if (*out == '-')
        *out = '_';
    return out;
}

static int name_taken(const apr_array_header_t *images, const char *kernel,
                      const char *name)
{
    int i;

    if (kernel && strcmp(kernel, name) == 0)
        return 1;
    for (i = 0; i < images->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(images, i, ipxe_image_t).name, name) == 0)
            return 1;
    }
    return 0;
}

/* Two images of one name would be one to the kernel: "initrd.img" and then
 * "2-initrd.img". */
static void name_image(ipxe_image_t *image, const char *wanted,
                       const apr_array_header_t *images, const char *kernel)
{
    apr_pool_t *pool = images->pool;
    const char *base = ipxe_url_basename(image->url, pool);
    int n = 1;

    wanted = clean_name(wanted && *wanted ? wanted : base, pool);
    image->name = wanted;
    while (name_taken(images, kernel, image->name))
        image->name = apr_psprintf(pool, "%d-%s", ++n, wanted);
    image->named = strcmp(image->name, base) != 0;
}

/* NULL where the phrase is not there. */
static apr_status_t optional_word(const char **word, ipxe_script_t *script,
                                  const ipxe_phrase_t *phrase)
{
    ipxe_value_t value;
    apr_status_t status;

    *word = NULL;
    if (!phrase)
        return APR_SUCCESS;
    status = ipxe_part_value(&value, script, phrase);
    if (status != APR_SUCCESS)
        return status;
    return ipxe_escape(word, value, IPXE_CONTEXT_ARGUMENT, phrase->span,
                       script->writing->diags, script->writing->pool);
}

static apr_status_t add_image(apr_array_header_t *images, ipxe_script_t *script,
                              const ipxe_file_t *file, const char *kernel)
{
    ipxe_image_t image = {0};
    const char *name;
    apr_status_t status = ipxe_part_url(&image.url, script, file->file);

    if (status == APR_SUCCESS)
        status = optional_word(&name, script, file->name);
    if (status == APR_SUCCESS)
        status = optional_word(&image.at, script, file->at);
    if (status == APR_SUCCESS)
        status = optional_word(&image.mode, script, file->mode);
    if (status != APR_SUCCESS)
        return status;
    name_image(&image, name, images, kernel);
    APR_ARRAY_PUSH(images, ipxe_image_t) = image;
    return APR_SUCCESS;
}

static apr_status_t add_images(ipxe_plan_t *plan, ipxe_script_t *script,
                               const ipxe_boot_t *boot)
{
    apr_pool_t *pool = script->writing->pool;
    apr_array_header_t *images = apr_array_make(pool, 4, sizeof(ipxe_image_t));
    const char *kernel =
        plan->kernel ? ipxe_url_basename(plan->kernel, pool) : NULL;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0;
         boot->initrds && i < boot->initrds->nelts && status == APR_SUCCESS;
         i++)
        status =
            add_image(images, script,
                      &APR_ARRAY_IDX(boot->initrds, i, ipxe_file_t), kernel);
    plan->images = images;
    return status;
}

/* On UEFI an ISO is read piece by piece, as a disk of a SAN. */
static int is_read_whole(const ipxe_plan_t *plan, const ipxe_script_t *script)
{
    return plan->way != IPXE_WAY_SANBOOT &&
           (plan->way != IPXE_WAY_ISO || ipxe_part_is_bios(script));
}

/* What iPXE alone fetches, whole and once. */
static void follow(ipxe_plan_t *plan, const ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    apr_pool_t *pool = script->writing->pool;
    int n = plan->images->nelts, i;

    if (!world->follow || script->writing->dialect != IPXE_DIALECT_IPXE ||
        !is_read_whole(plan, script))
        return;
    if (plan->way == IPXE_WAY_ISO) {
        plan->kernel = world->follow(world->baton, plan->kernel, 'k', pool);
        plan->iso = world->follow(world->baton, plan->iso, 'l', pool);
        return;
    }
    plan->kernel = world->follow(world->baton, plan->kernel, n ? 'k' : 'l',
                                 pool);
    for (i = 0; i < n; i++) {
        ipxe_image_t *image = &APR_ARRAY_IDX(plan->images, i, ipxe_image_t);

        image->url = world->follow(world->baton, image->url,
                                   i + 1 < n ? 'i' : 'l', pool);
    }
}

static apr_status_t fill(ipxe_plan_t *plan, ipxe_script_t *script,
                         const ipxe_boot_t *boot)
{
    apr_status_t status;

    status = ipxe_part_url(&plan->kernel, script, boot->kernel);
    if (status == APR_SUCCESS && boot->way == IPXE_WAY_ISO)
        status = ipxe_part_url(&plan->iso, script, boot->iso);
    if (status == APR_SUCCESS)
        status = add_images(plan, script, boot);
    if (status == APR_SUCCESS)
        status = ipxe_cmdline_make(plan, script, boot);
    if (status == APR_SUCCESS)
        status = ipxe_cmdline_check(script, plan);
    if (status == APR_SUCCESS)
        follow(plan, script);
    return status;
}

apr_status_t ipxe_plan_make(ipxe_plan_t **plan, ipxe_script_t *script)
{
    const ipxe_boot_t *boot =
        ipxe_decision_boot(script->decision, script->writing->pool);

    *plan = NULL;
    if (!boot)
        return APR_SUCCESS;
    *plan = apr_pcalloc(script->writing->pool, sizeof(**plan));
    (*plan)->way = boot->way;
    (*plan)->script = boot->script;
    if (boot->way == IPXE_WAY_SCRIPT)
        return APR_SUCCESS;
    return fill(*plan, script, boot);
}
