/* SPDX-License-Identifier: Apache-2.0 */
/* Providers of hosts by their names. */
#include "engine/hosts.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/hosts.h"

/* What stands behind "NAME:", "" for "NAME" alone; NULL for another name. */
static const char *behind(const char *spec, const char *name)
{
    apr_size_t len = strlen(name);

    if (strncmp(spec, name, len) != 0)
        return NULL;
    if (!spec[len])
        return "";
    return spec[len] == ':' ? spec + len + 1 : NULL;
}

const char *ipxe_hosts_lmdb(const char *spec)
{
    return behind(spec, IPXE_HOSTS_LMDB);
}

ipxe_hosts_t *ipxe_hosts_make(apr_pool_t *pool)
{
    ipxe_hosts_t *hosts = apr_pcalloc(pool, sizeof(*hosts));

    hosts->stores = apr_array_make(pool, 2, sizeof(ipxe_host_store_t *));
    hosts->paths = apr_array_make(pool, 2, sizeof(const char *));
    return hosts;
}

/* The store of a path, the same for all who ask; nothing is opened. */
static ipxe_host_store_t *store_of(ipxe_hosts_t *hosts, const char *path)
{
    int i;

    for (i = 0; i < hosts->paths->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(hosts->paths, i, const char *), path) == 0)
            return APR_ARRAY_IDX(hosts->stores, i, ipxe_host_store_t *);
    }
    APR_ARRAY_PUSH(hosts->paths, const char *) = path;
    return APR_ARRAY_PUSH(hosts->stores, ipxe_host_store_t *) =
               ipxe_host_store_make(path, hosts->stores->pool);
}

/* The same list with "yaml" once, first where no "yaml:PATH" stands. */
static apr_array_header_t *in_order(const apr_array_header_t *specs,
                                    apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const char *));
    int i, yaml = 0;

    for (i = 0; i < specs->nelts; i++)
        yaml |= behind(APR_ARRAY_IDX(specs, i, const char *),
                       IPXE_HOSTS_YAML) != NULL;
    if (!yaml)
        APR_ARRAY_PUSH(list, const char *) = IPXE_HOSTS_YAML;
    for (i = 0, yaml = 0; i < specs->nelts; i++) {
        const char *spec = APR_ARRAY_IDX(specs, i, const char *);

        if (!behind(spec, IPXE_HOSTS_YAML))
            APR_ARRAY_PUSH(list, const char *) = spec;
        else if (!yaml++)
            APR_ARRAY_PUSH(list, const char *) = IPXE_HOSTS_YAML;
    }
    return list;
}

static const apr_array_header_t *add_files(const apr_array_header_t *rules,
                                           const apr_array_header_t *specs,
                                           apr_pool_t *pool)
{
    apr_array_header_t *files = apr_array_copy(pool, rules);
    int i;

    for (i = 0; i < specs->nelts; i++) {
        const char *path =
            behind(APR_ARRAY_IDX(specs, i, const char *), IPXE_HOSTS_YAML);

        if (path && *path)
            APR_ARRAY_PUSH(files, const char *) = path;
    }
    return files;
}

static void add_provider(apr_array_header_t *providers, const char *spec,
                         ipxe_hosts_t *hosts)
{
    const char *path = behind(spec, IPXE_HOSTS_LMDB);
    const ipxe_host_provider_t *provider = NULL;

    if (path)
        provider = ipxe_host_store_provider(store_of(hosts, path));
    else if (!behind(spec, IPXE_HOSTS_YAML) && hosts->other)
        provider = hosts->other(hosts->baton, spec);
    if (provider || behind(spec, IPXE_HOSTS_YAML))
        APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = provider;
}

void ipxe_hosts_apply(ipxe_settings_t *settings,
                      const apr_array_header_t *specs, ipxe_hosts_t *hosts,
                      apr_pool_t *pool)
{
    apr_array_header_t *list, *providers;
    int i;

    if (!specs || !specs->nelts)
        return;
    list = in_order(specs, pool);
    providers = apr_array_make(pool, list->nelts, sizeof(void *));
    for (i = 0; i < list->nelts; i++)
        add_provider(providers, APR_ARRAY_IDX(list, i, const char *), hosts);
    settings->rules = add_files(settings->rules, specs, pool);
    settings->hosts = list;
    settings->providers = providers;
}

/* ---- By name ---- */

static const ipxe_host_t *named_in(const ipxe_host_provider_t *provider,
                                   const ipxe_rules_t *rules, const char *name,
                                   apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    const ipxe_host_t *host = NULL;
    const ipxe_source_t *text = NULL;

    if (!provider)
        return ipxe_hosts_called(rules, name, pool);
    if (provider->get)
        provider->get(&text, provider->baton, name, diags, pool);
    if (text)
        ipxe_host_read(&host, text, rules, diags, pool);
    return host;
}

const ipxe_host_t *ipxe_hosts_named(const ipxe_rules_t *rules, const char *name,
                                    apr_pool_t *pool)
{
    const ipxe_host_t *host = NULL;
    int i;

    for (i = 0; !host && i < rules->providers->nelts; i++)
        host = named_in(
            APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *),
            rules, name, pool);
    return host;
}
