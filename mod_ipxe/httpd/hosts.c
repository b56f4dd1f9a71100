/* SPDX-License-Identifier: Apache-2.0 */
/* IPXEHosts: from its words to providers, in the parent and in children. */
#include "httpd/hosts.h"

#include <http_log.h>

#include "httpd/directives.h"
#include "httpd/hosts_dbd.h"
#include "httpd/places.h"

APLOG_USE_MODULE(ipxe);

/* What stands behind "dbd:", or NULL. */
static const char *behind_dbd(const char *spec)
{
    static const char begin[] = IPXE_HOSTS_DBD ":";

    return strncmp(spec, begin, strlen(begin)) == 0 ? spec + strlen(begin)
                                                    : NULL;
}

static const ipxe_host_provider_t *make_other(void *baton, const char *spec)
{
    ipxe_serving_t *serving = baton;
    const char *words = behind_dbd(spec);

    return words ? ipxe_hosts_dbd_make(words, serving->server,
                                       serving->hosts->stores->pool)
                 : NULL;
}

void ipxe_hosts_attach(const apr_array_header_t *all, apr_pool_t *pool)
{
    ipxe_hosts_t *hosts = ipxe_hosts_make(pool);
    int i;

    hosts->other = make_other;
    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        serving->hosts = hosts;
        hosts->baton = serving;
        ipxe_hosts_apply(&serving->settings,
                         ipxe_server_get(serving->server)->hosts, hosts, pool);
    }
}

static void log_errors(const ipxe_diags_t *diags, server_rec *s,
                       apr_pool_t *pool)
{
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag =
            APR_ARRAY_IDX(diags->all, i, const ipxe_diag_t *);

        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, "%s%s: %s%s%s",
                     IPXE_NAME_HOSTS, ipxe_place(s, IPXE_NAME_HOSTS, pool),
                     diag->message, diag->help ? "; " : "",
                     diag->help ? diag->help : "");
    }
}

static int needs_dbd(const apr_array_header_t *specs)
{
    int i;

    for (i = 0; specs && i < specs->nelts; i++)
        if (behind_dbd(APR_ARRAY_IDX(specs, i, const char *)))
            return 1;
    return 0;
}

/* The parent is root, and children may write the file: nobody here hands it
 * to LMDB. */
int ipxe_hosts_check(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const apr_array_header_t *specs = serving->settings.hosts;
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    int i;

    for (i = 0; specs && i < specs->nelts; i++) {
        const char *path =
            ipxe_hosts_lmdb(APR_ARRAY_IDX(specs, i, const char *));

        if (path)
            ipxe_host_store_check(path, diags, pool);
    }
    log_errors(diags, serving->server, pool);
    if (!needs_dbd(specs) || ipxe_hosts_dbd_there())
        return diags->errors == 0;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                 "%s dbd%s: needs mod_dbd, which is not loaded",
                 IPXE_NAME_HOSTS,
                 ipxe_place(serving->server, IPXE_NAME_HOSTS, pool));
    return 0;
}

/* Asks once, so that what is wrong is in the log before a machine asks. */
static void try_dbd(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const apr_array_header_t *providers = serving->settings.providers;
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_facts_t facts;
    int i;

    for (i = 0; providers && i < providers->nelts; i++) {
        const ipxe_host_provider_t *provider =
            APR_ARRAY_IDX(providers, i, const ipxe_host_provider_t *);

        if (provider && behind_dbd(provider->name))
            provider->facts(&facts, provider->baton, diags, pool);
    }
    log_errors(diags, serving->server, pool);
}

void ipxe_hosts_child(apr_pool_t *pool, server_rec *s)
{
    const apr_array_header_t *all = ipxe_serving_all(s, pool);
    const ipxe_hosts_t *hosts = NULL;
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    int i;

    if (all->nelts)
        hosts = APR_ARRAY_IDX(all, 0, const ipxe_serving_t *)->hosts;
    for (i = 0; hosts && i < hosts->stores->nelts; i++)
        ipxe_host_store_open(
            APR_ARRAY_IDX(hosts->stores, i, ipxe_host_store_t *), diags);
    log_errors(diags, s, pool);
    for (i = 0; i < all->nelts; i++)
        try_dbd(APR_ARRAY_IDX(all, i, const ipxe_serving_t *), pool);
}
