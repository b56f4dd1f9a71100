/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping by context: what happens to a value where it is written, so that
 * no machine's serial number can end a line of a kickstart or of a script.
 *
 * `|safe` takes it off. Text from the network (value.h: taint) is treated
 * byte by byte; the operator's own text is trusted to be what it means, line
 * breaks apart. The table of the contexts is in docs/templates.md. */
#ifndef IPXE_TEMPLATE_ESCAPE_H
#define IPXE_TEMPLATE_ESCAPE_H

#include "base/diag.h"
#include "template/value.h"

typedef enum ipxe_context_e {
    IPXE_CONTEXT_NONE,      /* as it is */
    IPXE_CONTEXT_ARGUMENT,  /* words of a kernel's command line, in a script */
    IPXE_CONTEXT_URL,       /* one path segment or query value of a URL */
    IPXE_CONTEXT_TEXT,      /* echo, title, item, prompt of a script */
    IPXE_CONTEXT_COMMENT,   /* after # in a script */
    IPXE_CONTEXT_SCRIPT,    /* a whole script: one of the four, by place */
    IPXE_CONTEXT_LINE,      /* one line of a file */
    IPXE_CONTEXT_SHELL,     /* a shell script */
    IPXE_CONTEXT_KICKSTART, /* LINE, and SHELL in its script sections */
    IPXE_CONTEXT_PRESEED,   /* LINE, and SHELL in its commands */
    IPXE_CONTEXT_XML,
    IPXE_CONTEXT_JSON, /* YAML and JSON: a scalar */
    IPXE_CONTEXT_BATCH /* a batch file: as SHELL, where |quote is no help */
} ipxe_context_e;

/* By a file's name: "a.ks", "windows/autounattend.xml", "user-data". */
ipxe_context_e ipxe_context_of(const char *name);

/* Nonzero where what is served under this name has CRLF at its lines' ends:
 * .bat, .cmd, .ini, .reg, autounattend.xml. */
int ipxe_context_crlf(const char *name);

/* value as it is written in the context (one of those without places of their
 * own; not SCRIPT, KICKSTART, PRESEED) to *out. What cannot be written there
 * is a failure with a diagnostic at `span`. */
apr_status_t ipxe_escape(const char **out, ipxe_value_t value,
                         ipxe_context_e context, ipxe_span_t span,
                         ipxe_diags_t *diags, apr_pool_t *pool);

/* A failure with a diagnostic where the value is a secret: for what stands in
 * scripts without being escaped here (names, addresses, titles). */
apr_status_t ipxe_escape_open(ipxe_value_t value, ipxe_span_t span,
                              ipxe_diags_t *diags);

#endif
