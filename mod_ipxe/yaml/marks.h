/* SPDX-License-Identifier: Apache-2.0 */
/* Characters to bytes: libyaml's marks count code points, spans count bytes.
 * For this folder alone. */
#ifndef IPXE_YAML_MARKS_H
#define IPXE_YAML_MARKS_H

#include "base/source.h"

typedef struct ipxe_marks_t {
    const ipxe_source_t *source;
    const apr_size_t *steps; /* byte of each 64th character; NULL where all
                              * are ASCII, so that both counts are one */
    apr_size_t count;        /* of steps */
} ipxe_marks_t;

/* Reads through the source once. The offset of the first byte that is not
 * well-formed UTF-8, or source->len where all is. */
apr_size_t ipxe_marks_make(ipxe_marks_t *marks, const ipxe_source_t *source,
                           apr_pool_t *pool);

/* The byte at which the character `index` (from 0) begins. */
apr_size_t ipxe_marks_byte(const ipxe_marks_t *marks, apr_size_t index);

#endif
