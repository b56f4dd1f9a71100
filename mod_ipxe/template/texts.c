/* SPDX-License-Identifier: Apache-2.0 */
/* Work on text that filters and methods share. */
#include "template/texts.h"

#include <string.h>

ipxe_value_t ipxe_text_made(ipxe_run_t *run, const char *s, unsigned flags)
{
    return ipxe_value_text_n(s, strlen(s), flags & IPXE_STICKY, run->pool);
}

unsigned ipxe_marks_first(ipxe_value_t text)
{
    unsigned safe = text.u.text->len ? ipxe_marks_at(text, 0) & IPXE_SAFE : 0;

    return safe | (text.flags & IPXE_TAINTED);
}

void ipxe_build_fill(ipxe_build_t *build, char c, apr_size_t n)
{
    char many[64];

    memset(many, c, sizeof(many));
    for (; n > sizeof(many); n -= sizeof(many))
        ipxe_build_add(build, many, sizeof(many), 0);
    ipxe_build_add(build, many, n, 0);
}

ipxe_value_t ipxe_text_part(ipxe_run_t *run, ipxe_value_t text,
                            apr_size_t from, apr_size_t len)
{
    ipxe_build_t build;

    ipxe_build_init(&build, len, run->pool);
    ipxe_build_part(&build, text, from, len);
    build.flags |= text.flags & IPXE_SECRET;
    return ipxe_build_value(&build);
}

/* ---- ends ---- */

static int in_chars(apr_uint32_t code, ipxe_value_t chars)
{
    apr_size_t at = 0;

    if (chars.kind != IPXE_KIND_TEXT)
        return ipxe_letter_is_space(code);
    while (at < chars.u.text->len) {
        apr_uint32_t other = 0;
        int n = ipxe_utf8_next(chars.u.text->s + at,
                               chars.u.text->len - at, &other);

        if (n && other == code)
            return 1;
        at += n ? (apr_size_t)n : 1;
    }
    return 0;
}

static apr_size_t last_letter(const ipxe_string_t *text, apr_size_t end)
{
    end--;
    while (end > 0 && ((unsigned char)text->s[end] & 0xc0) == 0x80)
        end--;
    return end;
}

ipxe_value_t ipxe_text_strip(ipxe_run_t *run, ipxe_value_t text,
                             ipxe_value_t chars, int sides)
{
    const ipxe_string_t *string = text.u.text;
    apr_size_t from = 0, to = string->len, at;
    apr_uint32_t code;
    int n;

    while (sides & IPXE_STRIP_LEFT && from < to) {
        n = ipxe_utf8_next(string->s + from, to - from, &code);
        if (!n || !in_chars(code, chars))
            break;
        from += (apr_size_t)n;
    }
    while (sides & IPXE_STRIP_RIGHT && from < to) {
        at = last_letter(string, to);
        if (!ipxe_utf8_next(string->s + at, to - at, &code) ||
            !in_chars(code, chars))
            break;
        to = at;
    }
    if (from == 0 && to == string->len)
        return text;
    return ipxe_text_part(run, text, from, to - from);
}

/* ---- letters ---- */

static void add_letter(ipxe_build_t *build, ipxe_value_t text, apr_size_t at,
                       apr_uint32_t code)
{
    ipxe_text_t *letter = ipxe_text_make(8, build->pool);

    ipxe_text_add_code(letter, code);
    ipxe_build_add(build, letter->data, letter->len,
                   ipxe_marks_at(text, at) & (IPXE_TAINTED | IPXE_SAFE));
}

ipxe_value_t ipxe_text_title(ipxe_run_t *run, ipxe_value_t text,
                             int (*begins)(apr_uint32_t))
{
    const ipxe_string_t *string = text.u.text;
    ipxe_build_t build;
    apr_size_t at = 0;
    int first = 1;

    ipxe_build_init(&build, string->len, run->pool);
    while (at < string->len) {
        apr_uint32_t code = 0;
        int n = ipxe_utf8_next(string->s + at, string->len - at, &code);

        if (!n)
            n = 1, code = '?';
        add_letter(&build, text, at,
                   first ? ipxe_letter_upper(code) : ipxe_letter_lower(code));
        first = begins && begins(code);
        at += (apr_size_t)n;
    }
    build.flags |= text.flags & IPXE_SECRET;
    return ipxe_build_value(&build);
}

ipxe_value_t ipxe_text_capitalize(ipxe_run_t *run, ipxe_value_t text)
{
    return ipxe_text_title(run, text, NULL);
}

void ipxe_text_escape(ipxe_build_t *build, ipxe_value_t text, unsigned marks)
{
    static const char from[] = "&<>\"'";
    static const char *const to[] = {"&amp;", "&lt;", "&gt;", "&#34;",
                                     "&#39;"};
    const ipxe_string_t *string = text.u.text;
    apr_size_t at;

    for (at = 0; at < string->len; at++) {
        unsigned old = ipxe_marks_at(text, at);
        const char *hit =
            string->s[at] && !(old & (IPXE_SAFE | IPXE_MARK_XML))
                ? strchr(from, string->s[at])
                : NULL;

        old = (old & (IPXE_TAINTED | IPXE_SAFE)) | marks;
        if (hit)
            ipxe_build_add(build, to[hit - from], strlen(to[hit - from]),
                           old);
        else
            ipxe_build_add(build, string->s + at, 1, old);
    }
    build->flags |= text.flags & IPXE_SECRET;
}

/* ---- parts ---- */

apr_size_t ipxe_text_find(const ipxe_string_t *text, apr_size_t from,
                          apr_size_t to, const ipxe_string_t *part, int last)
{
    apr_size_t at, found = IPXE_NOWHERE;
    const char *hit;

    if (part->len > to || to - part->len < from)
        return IPXE_NOWHERE;
    if (!last) {
        hit = memmem(text->s + from, to - from, part->s, part->len);
        return hit ? (apr_size_t)(hit - text->s) : IPXE_NOWHERE;
    }
    for (at = to - part->len + 1; at-- > from && found == IPXE_NOWHERE;) {
        if (memcmp(text->s + at, part->s, part->len) == 0)
            found = at;
    }
    return found;
}

static apr_status_t replace_nothing(ipxe_value_t *result, ipxe_run_t *run,
                                    ipxe_value_t text, ipxe_value_t to,
                                    apr_int64_t count, ipxe_span_t span)
{
    apr_size_t at = 0, len = text.u.text->len;
    ipxe_build_t build;

    ipxe_build_init(&build, len * 2, run->pool);
    for (;;) {
        int n = ipxe_utf8_next(text.u.text->s + at, len - at, NULL);
        apr_size_t step = at < len ? (n ? (apr_size_t)n : 1) : 0;

        if (count != 0) {
            ipxe_build_str(&build, to);
            count -= count > 0;
        }
        if (build.len > IPXE_MAX_VALUE_BYTES)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                                 "this text becomes too long");
        if (at >= len)
            break;
        ipxe_build_part(&build, text, at, step);
        at += step;
    }
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

apr_status_t ipxe_text_replace(ipxe_value_t *result, ipxe_run_t *run,
                               ipxe_value_t text, ipxe_value_t from,
                               ipxe_value_t to, apr_int64_t count,
                               ipxe_span_t span)
{
    const ipxe_string_t *string = text.u.text, *old = from.u.text;
    apr_size_t at = 0, hit;
    ipxe_build_t build;

    if (old->len == 0)
        return replace_nothing(result, run, text, to, count, span);
    hit = ipxe_text_find(string, 0, string->len, old, 0);
    *result = text;
    if (hit == IPXE_NOWHERE || count == 0)
        return APR_SUCCESS;
    ipxe_build_init(&build, string->len, run->pool);
    while (hit != IPXE_NOWHERE && count != 0) {
        ipxe_build_part(&build, text, at, hit - at);
        ipxe_build_str(&build, to);
        if (build.len > IPXE_MAX_VALUE_BYTES)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                                 "this text becomes too long");
        at = hit + old->len;
        count -= count > 0;
        hit = ipxe_text_find(string, at, string->len, old, 0);
    }
    ipxe_build_part(&build, text, at, string->len - at);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

/* ---- lines ---- */

static int ends_line(apr_uint32_t code)
{
    return (code >= 0x0a && code <= 0x0d) || (code >= 0x1c && code <= 0x1e) ||
           code == 0x85 || code == 0x2028 || code == 0x2029;
}

apr_array_header_t *ipxe_text_lines(ipxe_run_t *run, ipxe_value_t text,
                                    int keep)
{
    const ipxe_string_t *string = text.u.text;
    apr_array_header_t *lines =
        apr_array_make(run->pool, 8, sizeof(ipxe_value_t));
    apr_size_t at = 0, begin = 0;

    while (at < string->len) {
        apr_uint32_t code = 0;
        int n = ipxe_utf8_next(string->s + at, string->len - at, &code);
        apr_size_t step = n ? (apr_size_t)n : 1;

        if (!n || !ends_line(code)) {
            at += step;
            continue;
        }
        if (code == '\r' && at + 1 < string->len && string->s[at + 1] == '\n')
            step = 2;
        APR_ARRAY_PUSH(lines, ipxe_value_t) = ipxe_text_part(
            run, text, begin, at - begin + (keep ? step : 0));
        at += step;
        begin = at;
    }
    if (begin < string->len)
        APR_ARRAY_PUSH(lines, ipxe_value_t) =
            ipxe_text_part(run, text, begin, string->len - begin);
    return lines;
}
