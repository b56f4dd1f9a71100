/* SPDX-License-Identifier: Apache-2.0 */
/* Why a text is no YAML, in words that help: mostly a value that needs quotes.
 * For this folder alone. */
#ifndef IPXE_YAML_EXPLAIN_H
#define IPXE_YAML_EXPLAIN_H

#include "base/diag.h"

/* What libyaml says: texts of its own, and two places. */
typedef struct ipxe_yaml_trouble_t {
    const char *problem; /* may be NULL */
    const char *context; /* may be NULL, then `from` means nothing */
    apr_size_t at;       /* where it is */
    apr_size_t from;     /* where that which is broken began */
} ipxe_yaml_trouble_t;

/* The value, as a person sees it, that holds the byte `at`: what follows
 * `key: ` or `- ` up to the line's end, or between the commas of a list. */
ipxe_span_t ipxe_yaml_value_at(const ipxe_source_t *source, apr_size_t at);

/* Adds a yaml-quote at the span, with the quoted value as its help. */
void ipxe_yaml_want_quotes(ipxe_diags_t *diags, ipxe_span_t span,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the diagnostic for a trouble. */
void ipxe_yaml_explain(ipxe_diags_t *diags, const ipxe_source_t *source,
                       const ipxe_yaml_trouble_t *trouble);

#endif
