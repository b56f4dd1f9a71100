/* SPDX-License-Identifier: Apache-2.0 */
/* mod_dbd's connections, and the words that it was given. */
#include "httpd/hosts_dbd.h"

#include <apr_strings.h>
#include <http_config.h>
#include <mod_dbd.h>

/* ---- Connections ---- */

int ipxe_hosts_dbd_there(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open) != NULL;
}

static const char *open_one(ipxe_rows_connection_t *dbd, void *server,
                            apr_pool_t *pool)
{
    APR_OPTIONAL_FN_TYPE(ap_dbd_open) *open =
        APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    ap_dbd_t *found = open ? open(pool, server) : NULL;

    if (!found)
        return open ? "there is no connection" : "it is not loaded";
    dbd->driver = found->driver;
    dbd->handle = found->handle;
    dbd->prepared = found->prepared;
    dbd->pool = found->pool;
    dbd->own = found;
    return NULL;
}

static void close_one(ipxe_rows_connection_t *dbd, void *server)
{
    APR_OPTIONAL_FN_TYPE(ap_dbd_close) *close =
        APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);

    close(server, dbd->own);
}

const ipxe_host_provider_t *
ipxe_hosts_dbd_make(const char *words, server_rec *server, apr_pool_t *pool)
{
    ipxe_rows_opener_t *opener = apr_pcalloc(pool, sizeof(*opener));

    opener->name = "mod_dbd";
    opener->open = open_one;
    opener->close = close_one;
    opener->baton = server;
    return ipxe_rows_make(words, opener, pool);
}

/* ---- Words ---- */

static int is_server(const ap_directive_t *node, const server_rec *s)
{
    return ap_cstr_casecmp(node->directive, "<VirtualHost") == 0 &&
           s->defn_name && node->filename &&
           strcmp(node->filename, s->defn_name) == 0 &&
           (unsigned)node->line_num == s->defn_line_number;
}

/* The last of that name; a virtual host's own over the main server's. */
static const char *words_of(const char *name, const server_rec *s,
                            apr_pool_t *pool)
{
    const ap_directive_t *node, *inner;
    const char *all = NULL, *own = NULL;

    for (node = ap_conftree; node; node = node->next) {
        if (ap_cstr_casecmp(node->directive, name) == 0)
            all = node->args;
        for (inner = is_server(node, s) ? node->first_child : NULL; inner;
             inner = inner->next)
            if (ap_cstr_casecmp(inner->directive, name) == 0)
                own = inner->args;
    }
    all = own ? own : all;
    return all ? ap_getword_conf(pool, &all) : NULL;
}

const char *ipxe_hosts_dbd_driver(const server_rec *s, apr_pool_t *pool)
{
    return words_of("DBDriver", s, pool);
}

const char *ipxe_hosts_dbd_params(const server_rec *s, apr_pool_t *pool)
{
    return words_of("DBDParams", s, pool);
}
