/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: values that stand as they are, as nearly all
 * do: words, numbers, addresses. What is not plain is no error; it is looked
 * at byte by byte (escape.h), which comes to the same for what is plain. */
#ifndef IPXE_TEMPLATE_PLAIN_H
#define IPXE_TEMPLATE_PLAIN_H

#include "template/escape.h"

typedef enum ipxe_plain_e {
    IPXE_PLAIN_NEVER,  /* always looked at */
    IPXE_PLAIN_LINE,   /* without control characters */
    IPXE_PLAIN_END,    /* the same, and without a backslash at the end */
    IPXE_PLAIN_WORD,   /* only of what has no meaning in a shell, in YAML, in
                          cmd.exe */
    IPXE_PLAIN_MARKUP  /* of nothing that XML writes otherwise */
} ipxe_plain_e;

/* What is plain in a context: of the operator's values, whatever their marks,
 * or of the network's that have no other mark. */
ipxe_plain_e ipxe_plain_in(ipxe_context_e context, int network);

/* Whether all of the text is so. */
int ipxe_plain_is(ipxe_plain_e plain, const char *s, apr_size_t len);

#endif
