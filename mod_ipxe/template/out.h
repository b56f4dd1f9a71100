/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: what a render writes to. Either a sink, with
 * values escaped by where they stand; or a value that is put together, each
 * byte with its marks; or nothing at all. */
#ifndef IPXE_TEMPLATE_OUT_H
#define IPXE_TEMPLATE_OUT_H

#include "template/data.h"
#include "template/template.h"

typedef struct ipxe_out_t {
    ipxe_build_t *capture; /* a value; or */
    ipxe_sink_t *sink;     /* a sink; both NULL: what is written is lost */
    ipxe_text_t *pending;  /* for the sink, not yet handed on */
    ipxe_text_t *made;     /* a value as it is escaped */
    ipxe_context_e context;
    const ipxe_language_t *language;
    apr_size_t total, most;
    ipxe_text_t *line;     /* the line under way, joined over continuations;
                              NULL where the context does not need it */
    int script_section;    /* of a kickstart */
} ipxe_out_t;

void ipxe_out_sink(ipxe_out_t *out, ipxe_sink_t *sink,
                   ipxe_context_e context, const ipxe_language_t *language,
                   apr_size_t most, apr_pool_t *pool);
void ipxe_out_capture(ipxe_out_t *out, ipxe_build_t *build);
void ipxe_out_nothing(ipxe_out_t *out);

/* Text of the template itself. APR_ENOSPC: past the bound. */
apr_status_t ipxe_out_add(ipxe_out_t *out, const char *s, apr_size_t len);
/* A text value, as far as it may stand here: a failure has its diagnostic. */
apr_status_t ipxe_out_value(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags);
apr_status_t ipxe_out_end(ipxe_out_t *out);

#endif
