/* SPDX-License-Identifier: Apache-2.0 */
/* `host` and `profile` as templates see them. */
#include <apr_strings.h>
#include <string.h>

#include "rules/load.h"
#include "rules/scope.h"

static ipxe_scope_t *scope_of(const ipxe_object_t *self)
{
    return (ipxe_scope_t *)self->baton;
}

static ipxe_value_t text_value(const ipxe_scope_t *scope, const char *text)
{
    return ipxe_value_text(text, 0, scope->pool);
}

static apr_array_header_t *name_list(const char *const *names, int n,
                                     apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, n, sizeof(const char *));
    int i;

    for (i = 0; i < n; i++)
        APR_ARRAY_PUSH(list, const char *) = names[i];
    return list;
}

/* ---- The host: an empty thing for a machine that nobody named ---- */

static ipxe_value_t group_names(const ipxe_scope_t *scope,
                                const ipxe_host_t *host)
{
    apr_array_header_t *names =
        apr_array_make(scope->pool, 4, sizeof(const char *));
    int i;

    for (i = 0; host && i < host->groups->nelts; i++)
        APR_ARRAY_PUSH(names, const char *) =
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *)->name;
    return ipxe_scope_list(names, 0, scope->pool);
}

static apr_status_t host_vars(ipxe_value_t *value, const ipxe_host_t *host,
                              const ipxe_render_t *render)
{
    apr_status_t status = APR_SUCCESS;
    ipxe_value_t item;
    int i;

    *value = ipxe_value_map(render->pool);
    if (!host || !host->vars)
        return APR_SUCCESS;
    for (i = 0; i < host->vars->list->nelts && status == APR_SUCCESS; i++) {
        const ipxe_var_t *var =
            APR_ARRAY_IDX(host->vars->list, i, const ipxe_var_t *);

        status = ipxe_worth_value(&item, var->worth, render);
        if (status == APR_SUCCESS)
            ipxe_map_set(*value, var->name, item);
    }
    return status;
}

static apr_status_t host_get(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    const ipxe_host_t *host = ipxe_scope_host(scope);

    if (strcmp(name->s, "groups") == 0)
        *value = group_names(scope, host);
    else if (strcmp(name->s, "vars") == 0)
        return host_vars(value, host, render);
    else if (host && strcmp(name->s, "name") == 0)
        *value = text_value(scope, host->name);
    else {
        scope->missing = apr_pstrcat(scope->pool, "host.", name->s, NULL);
        *value = ipxe_value_undefined(scope->missing);
    }
    return APR_SUCCESS;
}

static apr_array_header_t *host_names(const ipxe_object_t *self,
                                      apr_pool_t *pool)
{
    static const char *const names[] = {"groups", "vars", "name"};

    return name_list(names, scope_of(self)->host ? 3 : 2, pool);
}

/* ---- The profile ---- */

static const char *url_of(const ipxe_scope_t *scope, const char *path)
{
    const ipxe_world_t *world = scope->world;

    return world && world->url ? world->url(world->baton, path, scope->pool)
                               : path;
}

static const ipxe_boot_t *boot_of(ipxe_scope_t *scope)
{
    ipxe_scope_fact(scope, IPXE_FACT_PLATFORM);
    ipxe_scope_fact(scope, IPXE_FACT_CPU);
    return ipxe_scope_boot(scope);
}

/* With a slash at its end, whose byte is the operator's. */
static ipxe_value_t with_slash(ipxe_value_t value, apr_pool_t *pool)
{
    const ipxe_string_t *text = value.u.text;
    ipxe_string_t *longer;
    unsigned char *mask;

    if (text->len && text->s[text->len - 1] == '/')
        return value;
    longer = apr_palloc(pool, sizeof(*longer));
    longer->s = apr_pstrcat(pool, text->s, "/", NULL);
    longer->len = text->len + 1;
    longer->mask = NULL;
    if (value.flags & IPXE_TAINTED) {
        longer->mask = mask = apr_palloc(pool, longer->len);
        memset(mask, 1, longer->len);
        if (text->mask)
            memcpy(mask, text->mask, text->len);
        mask[text->len] = 0;
    }
    value.u.text = longer;
    return value;
}

/* What stays of a URL that holds text of the network: with all else encoded
 * there is nothing left in it that a script or a shell would take for more. */
#define CLEAN_CHARS "%/:@=+,?[]"

/* A path below the DocumentRoot as its URL; a full URL is left as it is, and
 * keeps its taint. */
static ipxe_value_t as_url(const ipxe_scope_t *scope, ipxe_value_t path)
{
    const char *url = url_of(scope, path.u.text->s);

    if (strcmp(url, path.u.text->s) == 0)
        return path;
    if (path.flags & IPXE_TAINTED)
        url = ipxe_text_urlencode(url, CLEAN_CHARS, scope->pool);
    return ipxe_value_text(url, path.flags & IPXE_SECRET, scope->pool);
}

/* The URL of a phrase, followed where it is ours; `slash`: with one at its
 * end. */
static apr_status_t phrase_url(ipxe_value_t *value, ipxe_scope_t *scope,
                               const ipxe_phrase_t *phrase, int slash,
                               const ipxe_render_t *render)
{
    const ipxe_world_t *world = scope->world;
    ipxe_value_t said;
    apr_status_t status = ipxe_scope_say(&said, scope, phrase, render->diags);

    if (status != APR_SUCCESS)
        return status;
    if (slash)
        said = with_slash(said, scope->pool);
    *value = as_url(scope, said);
    if (value->u.text != said.u.text && world && world->follow)
        *value = ipxe_value_text(
            world->follow(world->baton, value->u.text->s, 't', scope->pool),
            value->flags & IPXE_SECRET, scope->pool);
    return APR_SUCCESS;
}

static apr_status_t get_name(ipxe_value_t *value, ipxe_scope_t *scope,
                             const ipxe_render_t *render)
{
    (void)render;
    *value = text_value(scope, scope->profile->name);
    return APR_SUCCESS;
}

static apr_status_t get_title(ipxe_value_t *value, ipxe_scope_t *scope,
                              const ipxe_render_t *render)
{
    return ipxe_scope_say(value, scope, scope->profile->title, render->diags);
}

static apr_status_t get_tree(ipxe_value_t *value, ipxe_scope_t *scope,
                             const ipxe_render_t *render)
{
    const ipxe_boot_t *boot = boot_of(scope);

    return boot && boot->tree ? phrase_url(value, scope, boot->tree, 1, render)
                              : APR_SUCCESS;
}

static apr_status_t get_iso(ipxe_value_t *value, ipxe_scope_t *scope,
                            const ipxe_render_t *render)
{
    const ipxe_boot_t *boot = boot_of(scope);

    return boot && boot->iso ? phrase_url(value, scope, boot->iso, 0, render)
                             : APR_SUCCESS;
}

static apr_status_t get_base(ipxe_value_t *value, ipxe_scope_t *scope,
                             const ipxe_render_t *render)
{
    char *base = apr_pstrdup(scope->pool, url_of(scope, "/"));
    apr_size_t len = strlen(base);

    (void)render;
    if (len && base[len - 1] == '/')
        base[len - 1] = '\0';
    *value = text_value(scope, base);
    return APR_SUCCESS;
}

static const char *const profile_keys[] = {"name", "title", "tree", "iso",
                                           "base"};
static apr_status_t (*const profile_gets[])(ipxe_value_t *value,
                                            ipxe_scope_t *scope,
                                            const ipxe_render_t *render) = {
    get_name, get_title, get_tree, get_iso, get_base};

#define PROFILE_KEYS ((int)(sizeof(profile_keys) / sizeof(*profile_keys)))

static apr_status_t profile_get(ipxe_value_t *value, const ipxe_object_t *self,
                                const ipxe_name_t *name,
                                const ipxe_render_t *render)
{
    ipxe_scope_t *scope = scope_of(self);
    int i;

    scope->missing = apr_pstrcat(scope->pool, "profile.", name->s, NULL);
    *value = ipxe_value_undefined(scope->missing);
    for (i = 0; scope->profile && i < PROFILE_KEYS; i++) {
        if (strcmp(name->s, profile_keys[i]) == 0)
            return profile_gets[i](value, scope, render);
    }
    return APR_SUCCESS;
}

static apr_array_header_t *profile_names(const ipxe_object_t *self,
                                         apr_pool_t *pool)
{
    return name_list(profile_keys, scope_of(self)->profile ? PROFILE_KEYS : 0,
                     pool);
}

void ipxe_scope_thing_objects(ipxe_scope_t *scope)
{
    scope->of_host = (ipxe_object_t){host_get, host_names, scope};
    scope->of_profile = (ipxe_object_t){profile_get, profile_names, scope};
}
