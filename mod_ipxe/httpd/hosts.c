/* SPDX-License-Identifier: Apache-2.0 */
/* IPXEHosts: from its words to providers, in the parent and in children. */
#include "httpd/hosts.h"

#include <http_log.h>

#include "httpd/directives.h"

APLOG_USE_MODULE(ipxe);

void ipxe_hosts_attach(const apr_array_header_t *all, apr_pool_t *pool)
{
    ipxe_hosts_t *hosts = ipxe_hosts_make(pool);
    int i;

    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        serving->hosts = hosts;
        ipxe_hosts_apply(&serving->settings,
                         ipxe_server_get(serving->server)->hosts, hosts, pool);
    }
}

static void log_errors(const ipxe_diags_t *diags, server_rec *s)
{
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag =
            APR_ARRAY_IDX(diags->all, i, const ipxe_diag_t *);

        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, "%s: %s%s%s", IPXE_NAME_HOSTS,
                     diag->message, diag->help ? "; " : "",
                     diag->help ? diag->help : "");
    }
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
    log_errors(diags, serving->server);
    return diags->errors == 0;
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
    log_errors(diags, s);
}
