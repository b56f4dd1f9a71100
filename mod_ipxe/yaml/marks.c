/* SPDX-License-Identifier: Apache-2.0 */
/* Characters to bytes, by a step every 64 characters. */
#include "yaml/marks.h"

#include "base/text.h"

#define STEP 64

static apr_size_t first_beyond_ascii(const ipxe_source_t *source)
{
    apr_size_t i = 0;

    while (i < source->len && !(source->text[i] & 0x80))
        i++;
    return i;
}

static apr_size_t width(const ipxe_source_t *source, apr_size_t at)
{
    if (!(source->text[at] & 0x80))
        return 1;
    return (apr_size_t)ipxe_utf8_next(source->text + at, source->len - at,
                                      NULL);
}

apr_size_t ipxe_marks_make(ipxe_marks_t *marks, const ipxe_source_t *source,
                           apr_pool_t *pool)
{
    apr_size_t *steps, at = 0, index, n;

    marks->source = source;
    marks->steps = NULL;
    marks->count = 0;
    if (first_beyond_ascii(source) == source->len)
        return source->len;
    steps = apr_palloc(pool, (source->len / STEP + 1) * sizeof(*steps));
    for (index = 0; at < source->len; index++, at += n) {
        if (index % STEP == 0)
            steps[marks->count++] = at;
        n = width(source, at);
        if (n == 0)
            return at;
    }
    marks->steps = steps;
    return source->len;
}

apr_size_t ipxe_marks_byte(const ipxe_marks_t *marks, apr_size_t index)
{
    const ipxe_source_t *source = marks->source;
    apr_size_t step = index / STEP, at;

    if (!marks->steps)
        return index < source->len ? index : source->len;
    if (step >= marks->count)
        return source->len;
    at = marks->steps[step];
    for (index %= STEP; index > 0 && at < source->len; index--)
        at += width(source, at);
    return at;
}
