/* SPDX-License-Identifier: Apache-2.0 */
/* Sources and their lines. */
#include "base/source.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

struct ipxe_hidden_t {
    apr_array_header_t *pieces; /* of ipxe_span_t, of whole lines; or NULL */
    apr_pool_t *pool;
};

/* Counted first: the lines of a large file shall take no more than they
 * need. */
static const apr_uint32_t *find_lines(const char *text, apr_size_t len,
                                      apr_size_t *count, apr_pool_t *pool)
{
    apr_uint32_t *lines;
    apr_size_t i, n = 1;

    for (i = 0; i + 1 < len; i++)
        n += text[i] == '\n';
    lines = apr_palloc(pool, n * sizeof(*lines));
    *count = n;
    lines[0] = 0;
    for (i = 0, n = 1; i + 1 < len; i++) {
        if (text[i] == '\n')
            lines[n++] = (apr_uint32_t)(i + 1);
    }
    return lines;
}

ipxe_source_t *ipxe_source_over(const char *name, const char *text,
                                apr_size_t len, const apr_uint32_t *lines,
                                apr_size_t line_count, apr_pool_t *pool)
{
    ipxe_source_t *source = apr_palloc(pool, sizeof(*source));

    source->name = apr_pstrdup(pool, name);
    source->text = text;
    source->len = len;
    source->lines = lines;
    source->line_count = line_count;
    source->hidden = apr_palloc(pool, sizeof(*source->hidden));
    source->hidden->pieces = NULL;
    source->hidden->pool = pool;
    source->kept = NULL;
    return source;
}

/* Without a copy of the text. */
static ipxe_source_t *make_source(const char *name, const char *text,
                                  apr_size_t len, apr_pool_t *pool)
{
    apr_size_t count;
    const apr_uint32_t *lines = find_lines(text, len, &count, pool);

    return ipxe_source_over(name, text, len, lines, count, pool);
}

ipxe_source_t *ipxe_source_make(const char *name, const char *text,
                                apr_size_t len, apr_pool_t *pool)
{
    return make_source(name, apr_pstrmemdup(pool, text, len), len, pool);
}

apr_status_t ipxe_source_read(ipxe_source_t **source, const char *path,
                              apr_size_t most, apr_pool_t *pool)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_status_t rv;
    char *text;
    apr_size_t len = 0;

    rv = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                       APR_OS_DEFAULT, pool);
    if (rv != APR_SUCCESS)
        return rv;
    rv = apr_file_info_get(&info, APR_FINFO_TYPE | APR_FINFO_SIZE, file);
    if (rv == APR_SUCCESS && info.filetype != APR_REG)
        rv = APR_EGENERAL;
    if (rv == APR_SUCCESS && (apr_uint64_t)info.size > most)
        rv = APR_ENOSPC;
    if (rv == APR_SUCCESS && info.size > 0) {
        text = apr_palloc(pool, (apr_size_t)info.size + 1);
        rv = apr_file_read_full(file, text, (apr_size_t)info.size, &len);
        if (APR_STATUS_IS_EOF(rv)) /* it was cut while being read */
            rv = APR_SUCCESS;
    }
    else {
        text = apr_pstrdup(pool, "");
    }
    apr_file_close(file);
    if (rv != APR_SUCCESS)
        return rv;
    text[len] = '\0';
    *source = make_source(path, text, len, pool);
    return rv;
}

static apr_size_t line_of(const ipxe_source_t *source, apr_size_t at)
{
    apr_size_t low = 0, high = source->line_count;

    while (high - low > 1) {
        apr_size_t middle = low + (high - low) / 2;

        if (source->lines[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

ipxe_place_t ipxe_source_place(const ipxe_source_t *source, apr_size_t at)
{
    apr_size_t line;
    ipxe_place_t place;

    if (at > source->len)
        at = source->len;
    line = line_of(source, at);
    place.line = line + 1;
    place.column = ipxe_utf8_columns(source->text + source->lines[line],
                                     at - source->lines[line]) +
                   1;
    return place;
}

const char *ipxe_source_line(const ipxe_source_t *source, apr_size_t line,
                             apr_size_t *len)
{
    apr_size_t begin = source->lines[line - 1];
    apr_size_t end =
        line < source->line_count ? source->lines[line] : source->len;

    while (end > begin &&
           (source->text[end - 1] == '\n' || source->text[end - 1] == '\r'))
        end--;
    *len = end - begin;
    return source->text + begin;
}

ipxe_span_t ipxe_span(const ipxe_source_t *source, apr_size_t begin,
                      apr_size_t end)
{
    ipxe_span_t span;

    span.source = source;
    span.begin = begin;
    span.end = end;
    return span;
}

/* The first byte of the line that `at` is in. */
static apr_size_t line_begin(const ipxe_source_t *source, apr_size_t at)
{
    return source->lines[line_of(source, at)];
}

/* The first byte after it. */
static apr_size_t line_end(const ipxe_source_t *source, apr_size_t at)
{
    apr_size_t line = line_of(source, at) + 1;

    return line < source->line_count ? source->lines[line] : source->len;
}

void ipxe_span_hide(ipxe_span_t span)
{
    const ipxe_source_t *source = span.source;
    ipxe_span_t lines, *last;
    apr_array_header_t *pieces;

    if (!source)
        return;
    lines = ipxe_span(
        source, line_begin(source, span.begin),
        line_end(source, span.end > span.begin ? span.end - 1 : span.begin));
    pieces = source->hidden->pieces;
    if (!pieces)
        pieces = source->hidden->pieces =
            apr_array_make(source->hidden->pool, 2, sizeof(ipxe_span_t));
    last = pieces->nelts
               ? &APR_ARRAY_IDX(pieces, pieces->nelts - 1, ipxe_span_t)
               : NULL;
    if (last && lines.begin >= last->begin && lines.begin <= last->end) {
        if (lines.end > last->end)
            last->end = lines.end;
        return;
    }
    APR_ARRAY_PUSH(pieces, ipxe_span_t) = lines;
}

int ipxe_span_hidden(ipxe_span_t span)
{
    const apr_array_header_t *pieces;
    apr_size_t begin, end;
    int i;

    if (!span.source || !span.source->hidden->pieces)
        return 0;
    pieces = span.source->hidden->pieces;
    begin = line_begin(span.source, span.begin);
    end = line_end(span.source, span.begin);
    for (i = 0; i < pieces->nelts; i++) {
        const ipxe_span_t *piece = &APR_ARRAY_IDX(pieces, i, ipxe_span_t);

        if (piece->begin < end && begin < piece->end)
            return 1;
    }
    return 0;
}

const char *ipxe_source_file(const ipxe_source_t *source)
{
    const char *slash = strrchr(source->name, '/');

    return slash ? slash + 1 : source->name;
}

static const char *name_and_line(const char *name, ipxe_span_t span,
                                 apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s:%" APR_SIZE_T_FMT, name,
                        ipxe_source_place(span.source, span.begin).line);
}

const char *ipxe_span_name(ipxe_span_t span, apr_pool_t *pool)
{
    return span.source ? name_and_line(span.source->name, span, pool) : "-";
}

const char *ipxe_span_short(ipxe_span_t span, apr_pool_t *pool)
{
    return span.source
               ? name_and_line(ipxe_source_file(span.source), span, pool)
               : "-";
}
