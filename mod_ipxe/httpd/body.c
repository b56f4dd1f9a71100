/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a body in pieces, up to a limit. */
#include "httpd/body.h"

#include <http_protocol.h>

#include "base/limits.h"
#include "base/text.h"

/* Browsers and iPXE send this type; a body with no type is a form as well. */
static int is_form(const request_rec *r)
{
    static const char type[] = "application/x-www-form-urlencoded";
    const char *sent = apr_table_get(r->headers_in, "Content-Type");

    return !sent || ap_cstr_casecmpn(sent, type, sizeof(type) - 1) == 0;
}

/* A NUL byte says nothing, as in a query. */
static void add_without_nul(ipxe_text_t *text, const char *s, apr_size_t len)
{
    while (len > 0) {
        const char *nul = memchr(s, '\0', len);
        apr_size_t n = nul ? (apr_size_t)(nul - s) : len;

        ipxe_text_add_n(text, s, n);
        n += nul != NULL;
        s += n;
        len -= n;
    }
}

int ipxe_body_read(const char **form, request_rec *r)
{
    char piece[4096];
    ipxe_text_t *text;
    int status;
    long n;

    *form = NULL;
    if (!is_form(r))
        return ap_discard_request_body(r);
    status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);
    if (status != OK)
        return status;
    text = ipxe_text_make(1024, r->pool);
    if (!ap_should_client_block(r))
        return OK;
    while ((n = ap_get_client_block(r, piece, sizeof(piece))) > 0) {
        if (text->len + (apr_size_t)n > IPXE_MAX_REQUEST_BYTES)
            return HTTP_REQUEST_ENTITY_TOO_LARGE;
        add_without_nul(text, piece, (apr_size_t)n);
    }
    *form = text->data;
    return n < 0 ? HTTP_BAD_REQUEST : OK;
}
