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

/* ---- Of the configuration ---- */

/* Bytes of the host; 0 where it is none. */
static apr_size_t host_length(const char *from)
{
    apr_size_t len;

    if (*from == '[') {
        len = 1 + strspn(from + 1, "0123456789abcdefABCDEF:.");
        return from[len] == ']' && memchr(from, ':', len) ? len + 1 : 0;
    }
    for (len = 0; apr_isalnum(from[len]) || strspn(from + len, "-."); len++)
        ;
    return apr_isalnum(*from) ? len : 0;
}

/* What follows ":8080"; the text itself where that is no port. */
static const char *after_port(const char *from)
{
    char *end;
    apr_int64_t port;

    if (*from != ':')
        return from;
    port = apr_strtoi64(from + 1, &end, 10);
    return apr_isdigit(from[1]) && port > 0 && port < 65536 ? end : from;
}

const char *ipxe_base_url_clean(const char *url, apr_pool_t *pool)
{
    static const char *const schemes[] = {"http://", "https://"};
    const char *host = NULL, *end;
    apr_size_t len;
    int i;

    for (i = 0; i < 2; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            host = url + strlen(schemes[i]);
    len = host ? host_length(host) : 0;
    if (!len)
        return NULL;
    end = after_port(host + len);
    if (*end && strcmp(end, "/") != 0)
        return NULL;
    return apr_pstrmemdup(pool, url, (apr_size_t)(end - url));
}
