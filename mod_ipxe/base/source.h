/* SPDX-License-Identifier: Apache-2.0 */
/* A source is a text with a name, that knows its lines; a span is a piece of
 * it. Every object that is made from a file keeps its span, so that each can
 * be quoted in a diagnostic. */
#ifndef IPXE_BASE_SOURCE_H
#define IPXE_BASE_SOURCE_H

#include <apr_pools.h>
#include <apr_tables.h>

/* Immutable once made; any thread may read it. */
typedef struct ipxe_source_t {
    const char *name; /* as shown: a path as the operator gave it */
    const char *text; /* NUL-terminated; may hold NUL bytes before */
    apr_size_t len;
    const apr_uint32_t *lines; /* offset of each line's first byte */
    apr_size_t line_count;   /* at least 1 */
    struct ipxe_hidden_t *hidden; /* private: what is never quoted */
    struct ipxe_kept_file_t *kept; /* private: rules/kept.c; or NULL */
} ipxe_source_t;

/* Bytes begin to end (exclusive) of a source; source NULL: nowhere. */
typedef struct ipxe_span_t {
    const ipxe_source_t *source;
    apr_size_t begin, end;
} ipxe_span_t;

/* Where a byte stands; both count from 1, columns count characters. */
typedef struct ipxe_place_t {
    apr_size_t line, column;
} ipxe_place_t;

/* A source of the given bytes, which are copied. */
ipxe_source_t *ipxe_source_make(const char *name, const char *text,
                                apr_size_t len, apr_pool_t *pool);

/* A source of bytes that stay where they are, with a NUL behind them, and of
 * its lines (another's `lines` and `line_count`). */
ipxe_source_t *ipxe_source_over(const char *name, const char *text,
                                apr_size_t len, const apr_uint32_t *lines,
                                apr_size_t line_count, apr_pool_t *pool);

/* Reads a regular file of at most `most` bytes. APR_ENOSPC: it is larger;
 * APR_EGENERAL: not a regular file; else what APR says. */
apr_status_t ipxe_source_read(ipxe_source_t **source, const char *path,
                              apr_size_t most, apr_pool_t *pool);

/* Of a byte; past the end, that of the end. */
ipxe_place_t ipxe_source_place(const ipxe_source_t *source, apr_size_t at);

/* A line (from 1) without its end; *len is set to its bytes. */
const char *ipxe_source_line(const ipxe_source_t *source, apr_size_t line,
                             apr_size_t *len);

ipxe_span_t ipxe_span(const ipxe_source_t *source, apr_size_t begin,
                      apr_size_t end);

/* "rules/10-site.yaml:12" of a span's begin; "-" for nowhere. */
const char *ipxe_span_name(ipxe_span_t span, apr_pool_t *pool);

/* From now on no line of the span is quoted: it holds a secret. For the one
 * thread that loads. */
void ipxe_span_hide(ipxe_span_t span);

/* Nonzero where a line of the span's begin holds a secret. */
int ipxe_span_hidden(ipxe_span_t span);

/* The file's name without its folders: what may be told to strangers. */
const char *ipxe_source_file(const ipxe_source_t *source);

/* "10-site.yaml:12" likewise; "-" for nowhere. */
const char *ipxe_span_short(ipxe_span_t span, apr_pool_t *pool);

#endif
