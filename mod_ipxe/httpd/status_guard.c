/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts, origins and tokens. */
#include "httpd/status_guard.h"

#include <apr_strings.h>
#include <http_core.h>

#define HOUR apr_time_from_sec(3600)

/* ---- The Host ---- */

static int in_list(const apr_array_header_t *names, const char *host, int wild)
{
    int i;

    for (i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (name && (wild ? ap_strcasecmp_match(host, name)
                          : ap_cstr_casecmp(host, name)) == 0)
            return 1;
    }
    return 0;
}

/* An address cannot be made to lead elsewhere, as a name can. */
static int is_address(const char *host)
{
    return strchr(host, ':') || !host[strspn(host, "0123456789.")];
}

int ipxe_guard_host(const request_rec *r)
{
    const char *host = r->hostname;
    const server_rec *s = r->server;

    if (!host || !*host)
        return 0;
    return is_address(host) || ap_cstr_casecmp(host, "localhost") == 0 ||
           (s->server_hostname &&
            ap_cstr_casecmp(host, s->server_hostname) == 0) ||
           in_list(s->names, host, 0) || in_list(s->wild_names, host, 1);
}

/* ---- Tokens ---- */

const char *ipxe_guard_who(const request_rec *r)
{
    return r->user ? apr_pstrcat(r->pool, "user ", r->user, NULL)
                   : apr_pstrcat(r->pool, "address ", r->useragent_ip, NULL);
}

/* Names may be of any length; a ticket's place is not. */
static const char *packed_who(const request_rec *r)
{
    return apr_pstrndup(
        r->pool, ipxe_text_urlencode(ipxe_guard_who(r), NULL, r->pool), 200);
}

const char *ipxe_guard_token(const request_rec *r,
                             const ipxe_settings_t *settings)
{
    ipxe_ticket_t ticket;

    if (!settings->keys)
        return NULL;
    memset(&ticket, 0, sizeof(ticket));
    ticket.kind = IPXE_TICKET_FORM;
    ticket.site = settings->site;
    ticket.issued = r->request_time / HOUR * HOUR;
    ticket.profile = ticket.choice = "";
    ticket.facts = packed_who(r);
    return ipxe_ticket_write(&ticket, settings->keys, r->pool);
}

static int is_token(const request_rec *r, const ipxe_settings_t *settings,
                    const char *token)
{
    ipxe_ticket_t ticket;

    return settings->keys && token &&
           ipxe_ticket_read(&ticket, token, IPXE_TICKET_FORM, settings->site,
                            settings->keys, r->request_time, 2 * HOUR,
                            r->pool) == IPXE_TICKET_GOOD &&
           ipxe_text_eq(ticket.facts, packed_who(r));
}

/* ---- Origins ---- */

/* The scheme may be another before a proxy that does TLS. */
static int is_own_origin(const request_rec *r, const char *origin)
{
    const char *host = apr_table_get(r->headers_in, "Host");
    const char *authority = ap_strstr_c(origin, "://");

    return host && authority && ap_cstr_casecmp(authority + 3, host) == 0;
}

const char *ipxe_guard_refusal(const request_rec *r,
                               const ipxe_settings_t *settings,
                               const char *token)
{
    const char *origin = apr_table_get(r->headers_in, "Origin");
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");

    if (!origin && !site)
        return "the request says nothing of where it comes from (Origin, "
               "Sec-Fetch-Site)";
    if ((site && strcmp(site, "same-origin") != 0) ||
        (origin && !is_own_origin(r, origin)))
        return "the form is of another site";
    if (!is_token(r, settings, token))
        return "the form's token is too old, or not for you";
    return NULL;
}
