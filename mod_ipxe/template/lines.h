/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: what a template's own text does to the line
 * under way, found out once, at load, so that a render only looks it up. */
#ifndef IPXE_TEMPLATE_LINES_H
#define IPXE_TEMPLATE_LINES_H

#include "template/value.h"

typedef struct ipxe_lines_t {
    apr_size_t first, last; /* bytes before these line breaks */
    int goes_on; /* a line after the first ends in a backslash: the next one
                    may belong to it, and the rest here counts for nothing */
    int section[2]; /* of a kickstart: whether what follows is a script, where
                       the lines after the first began outside of one, in one */
} ipxe_lines_t;

/* NULL where the text has no line break. */
const ipxe_lines_t *ipxe_lines_of(const ipxe_string_t *text, apr_pool_t *pool);

#endif
