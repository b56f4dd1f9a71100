/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a query or form to clean text: for this folder, and
 * for forms of the status page. */
#ifndef IPXE_MACHINE_DECODE_H
#define IPXE_MACHINE_DECODE_H

#include "machine/machine.h"

/* A name and its text, decoded and clean. */
typedef struct ipxe_piece_t {
    const char *name;
    const char *text;
    int hex;          /* which of two by one name counts: 1 sent as NAME.hex
                       * (name is NAME), 0 as NAME, -1 as NAME.hex with
                       * nothing, or no hex, in it */
    ipxe_fact_e fact; /* IPXE_FACT_COUNT: no fact that can be sent */
    int card;         /* N of `macN`, else -1; fact is MACS then */
} ipxe_piece_t;

/* Adds the pieces of a query or form to an array of ipxe_piece_t, while it
 * holds fewer than `most`. How many were dropped. */
int ipxe_decode_pieces(apr_array_header_t *pieces, const char *query,
                       apr_size_t len, int most, apr_pool_t *pool);

/* %XX decoded, UTF-8 made whole, control characters out (a tab or an end of
 * line becomes a blank). */
const char *ipxe_decode_text(const char *s, apr_size_t len,
                             apr_pool_t *pool);

/* The same of bytes that are not percent-encoded. */
const char *ipxe_clean_text(const char *s, apr_size_t len, apr_pool_t *pool);

#endif
