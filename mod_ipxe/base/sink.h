/* SPDX-License-Identifier: Apache-2.0 */
/* Where text goes while it is made: a growing text, a file, a bucket brigade.
 * A sink may refuse (too much, or a broken peer); who writes stops then and
 * hands the status up. */
#ifndef IPXE_BASE_SINK_H
#define IPXE_BASE_SINK_H

#include "base/text.h"

typedef struct ipxe_sink_t {
    /* Takes len bytes of s, which the sink must copy if it keeps them. */
    apr_status_t (*write)(void *baton, const char *s, apr_size_t len);
    void *baton;
} ipxe_sink_t;

/* A sink that adds to `text` and answers APR_ENOSPC past `most` bytes
 * (0: no bound). */
ipxe_sink_t *ipxe_sink_to_text(ipxe_text_t *text, apr_size_t most,
                               apr_pool_t *pool);

/* What `write` answers; nothing is written where n is 0. */
apr_status_t ipxe_sink_add_n(ipxe_sink_t *sink, const char *s, apr_size_t n);

#endif
