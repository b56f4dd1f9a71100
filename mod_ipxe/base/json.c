/* SPDX-License-Identifier: Apache-2.0 */
/* JSON member by member. */
#include "base/json.h"

#include <apr_time.h>

void ipxe_json_key(ipxe_text_t *out, const char *name)
{
    char last = out->len ? out->data[out->len - 1] : '{';

    if (last != '{' && last != '[')
        ipxe_text_add(out, ", ");
    if (name) {
        ipxe_text_add_json(out, name);
        ipxe_text_add(out, ": ");
    }
}

void ipxe_json_open(ipxe_text_t *out, const char *name, char bracket)
{
    ipxe_json_key(out, name);
    ipxe_text_add_char(out, bracket);
}

void ipxe_json_close(ipxe_text_t *out, char bracket)
{
    ipxe_text_add_char(out, bracket);
}

void ipxe_json_text(ipxe_text_t *out, const char *name, const char *value)
{
    ipxe_json_key(out, name);
    if (value)
        ipxe_text_add_json(out, value);
    else
        ipxe_text_add(out, "null");
}

void ipxe_json_time(ipxe_text_t *out, const char *name, apr_time_t when)
{
    ipxe_json_text(out, name, when ? ipxe_time_utc(when, out->pool) : NULL);
}

void ipxe_json_null(ipxe_text_t *out, const char *name)
{
    ipxe_json_text(out, name, NULL);
}

void ipxe_json_number(ipxe_text_t *out, const char *name, apr_int64_t number)
{
    ipxe_json_key(out, name);
    ipxe_text_addf(out, "%" APR_INT64_T_FMT, number);
}

void ipxe_json_truth(ipxe_text_t *out, const char *name, int truth)
{
    ipxe_json_key(out, name);
    ipxe_text_add(out, truth ? "true" : "false");
}

void ipxe_json_place(ipxe_text_t *out, const char *name, ipxe_span_t span)
{
    ipxe_json_text(out, name,
                   span.source ? ipxe_span_name(span, out->pool) : NULL);
}
