/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that writes to growing text. */
#include "base/sink.h"

#include <string.h>

typedef struct text_sink_t {
    ipxe_text_t *text;
    apr_size_t most;
} text_sink_t;

static apr_status_t text_write(void *baton, const char *s, apr_size_t len)
{
    text_sink_t *to = baton;

    if (to->most && (len > to->most || to->text->len > to->most - len))
        return APR_ENOSPC;
    ipxe_text_add_n(to->text, s, len);
    return APR_SUCCESS;
}

ipxe_sink_t *ipxe_sink_to_text(ipxe_text_t *text, apr_size_t most,
                               apr_pool_t *pool)
{
    ipxe_sink_t *sink = apr_palloc(pool, sizeof(*sink));
    text_sink_t *to = apr_palloc(pool, sizeof(*to));

    to->text = text;
    to->most = most;
    sink->write = text_write;
    sink->baton = to;
    return sink;
}

apr_status_t ipxe_sink_add_n(ipxe_sink_t *sink, const char *s, apr_size_t n)
{
    return n ? sink->write(sink->baton, s, n) : APR_SUCCESS;
}
