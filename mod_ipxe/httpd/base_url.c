/* SPDX-License-Identifier: Apache-2.0 */
/* Scheme and Host of a request, where they can be trusted to be an address. */
#include "httpd/base_url.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>

#include "base/limits.h"

static int is_host(const char *host)
{
    apr_size_t len;

    for (len = 0; host[len]; len++)
        if (!apr_isalnum(host[len]) && !strchr(".-:[]", host[len]))
            return 0;
    return len > 0 && len <= IPXE_MAX_HOST_BYTES;
}

static const char *own_address(request_rec *r)
{
    const conn_rec *c = r->connection;
    const char *ip = c->local_ip;
    int port = c->local_addr->port;
    int usual = port == ap_default_port(r);

    return apr_psprintf(r->pool, strchr(ip, ':') ? "[%s]%s" : "%s%s", ip,
                        usual ? "" : apr_psprintf(r->pool, ":%d", port));
}

const char *ipxe_base_url(request_rec *r)
{
    const char *host = apr_table_get(r->headers_in, "Host");

    if (!host || !is_host(host))
        host = own_address(r);
    return apr_pstrcat(r->pool, ap_http_scheme(r), "://", host, NULL);
}
