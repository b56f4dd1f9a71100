/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: escaping of a run of bytes with the same
 * marks, and where in a file its kind changes. */
#ifndef IPXE_TEMPLATE_CONTEXTS_H
#define IPXE_TEMPLATE_CONTEXTS_H

#include "template/data.h"
#include "template/escape.h"

typedef struct ipxe_escape_t {
    ipxe_text_t *out; /* added to */
    const char *line; /* what stands before on the line, where lines are
                         followed; gone once something was added */
    char last;        /* the byte before, on this line; 0 at its begin */
    int sections;     /* a '%' that begins a line has a meaning */
    ipxe_span_t span;
    ipxe_diags_t *diags;
} ipxe_escape_t;

apr_status_t ipxe_escape_run(ipxe_escape_t *escape, const char *s,
                             apr_size_t len, unsigned marks,
                             ipxe_context_e context);
/* A failure where a secret cannot stand in this context. */
apr_status_t ipxe_escape_secret(ipxe_context_e context, ipxe_span_t span,
                                ipxe_diags_t *diags);

/* Whether the lines after this one are a script, `now` being how it was. The
 * line may end in a line break. */
int ipxe_kickstart_section(const char *line, int now);
/* Whether these bytes after this begin of a line would begin a section. */
int ipxe_kickstart_opens(const char *line, const char *s, apr_size_t len);
/* Whether the value of this line (begun so far) is a command. */
int ipxe_preseed_command(const char *line);
/* Whether quotes that were opened on this line are open at its end: of a
 * shell, and double ones of YAML and JSON. */
int ipxe_shell_quote(const char *line);
int ipxe_json_quote(const char *line);

#endif
