/* SPDX-License-Identifier: Apache-2.0 */
/* A secret may stand in answer files alone. */
#include "template/escape.h"

#include "tap.h"

typedef struct case_t {
    const char *name;
    ipxe_context_e context;
    int may;
} case_t;

static const case_t cases[] = {
    {"a kernel's command line", IPXE_CONTEXT_ARGUMENT, 0},
    {"an address", IPXE_CONTEXT_URL, 0},
    {"a line on the console", IPXE_CONTEXT_TEXT, 0},
    {"a comment of a script", IPXE_CONTEXT_COMMENT, 0},
    {"a line of an answer file", IPXE_CONTEXT_LINE, 1},
    {"an answer file of XML", IPXE_CONTEXT_XML, 1},
    {"an answer file of YAML", IPXE_CONTEXT_JSON, 1},
};

int main(void)
{
    apr_pool_t *pool = tap_start();
    ipxe_value_t secret = ipxe_value_text("hunter2", IPXE_SECRET, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *each = &cases[i];
        ipxe_diags_t *diags = ipxe_diags_make(pool);
        const ipxe_diag_t *diag;
        const char *out = NULL;
        apr_status_t rv = ipxe_escape(&out, secret, each->context,
                                      ipxe_span(NULL, 0, 0), diags, pool);

        ok((rv == APR_SUCCESS) == each->may, each->name);
        diag = ipxe_diags_first_error(diags);
        ok(each->may ? !diag
                     : diag && diag->code == IPXE_DIAG_TEMPLATE_SECRET &&
                           !strstr(ipxe_diag_text(diag, pool), "hunter2"),
           "and its diagnostic does not show it");
    }
    return tap_end(pool);
}
