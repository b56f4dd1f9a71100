/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: what a render writes to. Either a sink, with
 * values escaped by where they stand; or a value that is put together, each
 * byte with its marks; or nothing at all. */
#ifndef IPXE_TEMPLATE_OUT_H
#define IPXE_TEMPLATE_OUT_H

#include <string.h>

#include "template/data.h"
#include "template/lines.h"
#include "template/plain.h"
#include "template/template.h"

typedef struct ipxe_out_t {
    ipxe_build_t *capture; /* a value; or */
    ipxe_sink_t *sink;     /* a sink; both NULL: what is written is lost */
    ipxe_text_t pending;   /* for the sink, not yet handed on; bytes past its
                              length mean nothing */
    apr_size_t limit;      /* fewer bytes than this may pend with no more ado:
                              0 where there is no sink */
    apr_size_t handed;     /* bytes that the sink has */
    apr_size_t most;       /* bytes in all */
    ipxe_context_e context;
    int lines;             /* the operator's values are plain in it where they
                              have no control characters */
    ipxe_plain_e network[2]; /* what is plain of the network's; in a kickstart
                                outside of a script, in one */
    const ipxe_language_t *language;
    int follows;           /* the context asks for the line under way: */
    apr_size_t line_at;    /* where it begins in pending */
    ipxe_text_t joined;    /* lines before it that a backslash joins to it */
    ipxe_text_t whole;     /* both, where they are wanted as one text */
    int script_section;    /* of a kickstart */
} ipxe_out_t;

void ipxe_out_sink(ipxe_out_t *out, ipxe_sink_t *sink,
                   ipxe_context_e context, const ipxe_language_t *language,
                   apr_size_t most, apr_pool_t *pool);
void ipxe_out_capture(ipxe_out_t *out, ipxe_build_t *build);
void ipxe_out_nothing(ipxe_out_t *out);

/* Text of the template itself is copied in blocks: so many bytes after it can
 * be read, and so many past what pends can be written. */
#define IPXE_OUT_BLOCK 32

/* Text of the template itself, with its line breaks. APR_ENOSPC: past the
 * bound. */
apr_status_t ipxe_out_add(ipxe_out_t *out, const ipxe_string_t *text,
                          const ipxe_lines_t *lines);
/* Writes a value that can stand here as it is, as nearly all can, and for which
 * there is room. Zero, and nothing was written: it is to be looked at. */
int ipxe_out_plain(ipxe_out_t *out, ipxe_value_t value);
/* A text value, as far as it may stand here: a failure has its diagnostic. */
apr_status_t ipxe_out_value(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags);
apr_status_t ipxe_out_end(ipxe_out_t *out);
/* Bytes of the line under way, where lines are followed; else 0. */
apr_size_t ipxe_out_column(const ipxe_out_t *out);

/* ---- The shortest way, for nearly all that is written ---- */

/* ipxe_out_add and ipxe_out_plain, as far as they can be done with no more ado:
 * inline, for a render does little else. Zero, and nothing was written: call
 * those. */

static inline int ipxe_out_try_lines(ipxe_out_t *out, apr_size_t from,
                                     const ipxe_lines_t *lines)
{
    const char *data = out->pending.data;
    apr_size_t end = from + lines->first;

    if (lines->goes_on || out->joined.len || data[out->line_at] == '%' ||
        (end > out->line_at && data[end - 1] == '\\'))
        return 0;
    out->script_section = lines->section[out->script_section];
    out->line_at = from + lines->last + 1;
    return 1;
}

static inline int ipxe_out_try_add(ipxe_out_t *out, const ipxe_string_t *text,
                                   const ipxe_lines_t *lines)
{
    apr_size_t from = out->pending.len, len = text->len, end = from + len;
    const char *s = text->s;
    char *to;

    if (end >= out->limit)
        return 0;
    to = out->pending.data + from;
    memcpy(to, s, IPXE_OUT_BLOCK);
    if (len > IPXE_OUT_BLOCK) {
        memcpy(to + IPXE_OUT_BLOCK, s + IPXE_OUT_BLOCK, IPXE_OUT_BLOCK);
        if (len > 2 * IPXE_OUT_BLOCK)
            memcpy(to, s, len);
    }
    if (lines && out->follows && !ipxe_out_try_lines(out, from, lines))
        return 0;
    out->pending.len = end;
    return 1;
}

static inline __attribute__((always_inline)) int
ipxe_out_try_plain(ipxe_out_t *out, ipxe_value_t value)
{
    const ipxe_string_t *text = value.u.text;
    apr_size_t from = out->pending.len, end;

    if (!out->lines || value.kind != IPXE_KIND_TEXT ||
        value.flags & IPXE_TAINTED || text->mask)
        return 0;
    end = from + text->len;
    if (end >= out->limit ||
        !ipxe_plain_copy(out->pending.data + from, text->s, text->len))
        return 0;
    out->pending.len = end;
    return 1;
}

#endif
