/* SPDX-License-Identifier: Apache-2.0 */
/* wordwrap: lines of at most a width, as Python's textwrap makes them. */
#include <string.h>

#include "template/filter_help.h"
#include "template/texts.h"

typedef struct wrap_t {
    ipxe_run_t *run;
    ipxe_value_t line; /* the paragraph under way */
    const ipxe_string_t *text;
    apr_size_t width;
    int break_long, break_hyphens;
    ipxe_value_t between;
    ipxe_build_t *build;
    int paragraphs, lines; /* lines of this paragraph so far */
} wrap_t;

/* A word, a part of one up to a hyphen, or blanks. */
typedef struct chunk_t {
    apr_size_t from, to; /* bytes */
    int blank;
} chunk_t;

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A letter or a mark of one: no digit, no sign. */
static int is_letter(const wrap_t *wrap, apr_size_t at)
{
    apr_uint32_t code = 0;

    if (at >= wrap->text->len)
        return 0;
    ipxe_utf8_next(wrap->text->s + at, wrap->text->len - at, &code);
    return ipxe_letter_is_word(code) && !(code >= '0' && code <= '9');
}

static apr_size_t before(const wrap_t *wrap, apr_size_t at)
{
    at--;
    while (at > 0 && ((unsigned char)wrap->text->s[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static apr_size_t after(const wrap_t *wrap, apr_size_t at)
{
    int n = ipxe_utf8_next(wrap->text->s + at, wrap->text->len - at, NULL);

    return at + (n ? (apr_size_t)n : 1);
}

/* Two letters, or a letter, a hyphen and a letter, end at `at`. */
static int word_before(const wrap_t *wrap, apr_size_t at)
{
    apr_size_t one, two;

    if (at == 0)
        return 0;
    one = before(wrap, at);
    if (!is_letter(wrap, one) || one == 0)
        return 0;
    two = before(wrap, one);
    if (wrap->text->s[two] == '-' && two > 0)
        two = before(wrap, two);
    return is_letter(wrap, two);
}

/* Two letters follow, or a letter, a hyphen and a letter. */
static int word_after(const wrap_t *wrap, apr_size_t at)
{
    apr_size_t next;

    if (!is_letter(wrap, at))
        return 0;
    next = after(wrap, at);
    if (next < wrap->text->len && wrap->text->s[next] == '-')
        next++;
    return is_letter(wrap, next);
}

static int is_word(const wrap_t *wrap, apr_size_t at)
{
    apr_uint32_t code = 0;

    if (at >= wrap->text->len)
        return 0;
    ipxe_utf8_next(wrap->text->s + at, wrap->text->len - at, &code);
    return ipxe_letter_is_word(code);
}

/* Two hyphens and more after a word and before one are a chunk of their own:
 * how many they are, else 0. */
static apr_size_t dash_len(const wrap_t *wrap, apr_size_t at)
{
    apr_size_t n = strspn(wrap->text->s + at, "-");

    if (n < 2 || at == 0 || !is_word(wrap, at + n))
        return 0;
    return is_word(wrap, before(wrap, at)) ||
                   strchr("!\"'&.,?", wrap->text->s[at - 1])
               ? n
               : 0;
}

static apr_size_t word_end(const wrap_t *wrap, apr_size_t from)
{
    const char *s = wrap->text->s;
    apr_size_t at = from, dash;

    if (!wrap->break_hyphens) {
        while (at < wrap->text->len && !is_blank(s[at]))
            at++;
        return at;
    }
    for (; at < wrap->text->len && !is_blank(s[at]); at++) {
        if (s[at] != '-')
            continue;
        dash = dash_len(wrap, at);
        if (dash)
            return at == from ? at + dash : at;
        if (at > from && word_before(wrap, at) && word_after(wrap, at + 1))
            return at + 1;
    }
    return at;
}

static apr_array_header_t *chunks_of(const wrap_t *wrap)
{
    apr_array_header_t *chunks =
        apr_array_make(wrap->run->pool, 16, sizeof(chunk_t));
    apr_size_t at = 0;

    while (at < wrap->text->len) {
        chunk_t *chunk = apr_array_push(chunks);

        chunk->from = at;
        chunk->blank = is_blank(wrap->text->s[at]);
        if (!chunk->blank)
            at = word_end(wrap, at);
        while (chunk->blank && at < wrap->text->len &&
               is_blank(wrap->text->s[at]))
            at++;
        chunk->to = at;
    }
    return chunks;
}

static ipxe_string_t part_of(const wrap_t *wrap, const chunk_t *chunk)
{
    ipxe_string_t part = *wrap->text;

    part.s += chunk->from;
    part.len = chunk->to - chunk->from;
    return part;
}

static apr_size_t chars_of(const wrap_t *wrap, const chunk_t *chunk)
{
    ipxe_string_t part = part_of(wrap, chunk);

    return ipxe_string_chars(&part);
}

static void add_line(wrap_t *wrap, apr_size_t from, apr_size_t to)
{
    if (wrap->lines++)
        ipxe_build_str(wrap->build, wrap->between);
    ipxe_build_part(wrap->build, wrap->line, from, to - from);
}

/* Where a chunk longer than the room is cut: after a hyphen where one may. */
static apr_size_t cut_at(const wrap_t *wrap, const chunk_t *chunk,
                         apr_size_t room)
{
    ipxe_string_t part = part_of(wrap, chunk);
    apr_size_t end = ipxe_string_offset(&part, room), at;

    for (at = end; wrap->break_hyphens && at > 1; at--) {
        if (part.s[at - 1] == '-' && strspn(part.s, "-") < at - 1)
            return chunk->from + at;
    }
    return chunk->from + end;
}

/* A line under way: its bytes, and where the last piece of it begins. */
typedef struct row_t {
    apr_size_t from, to, last;
    apr_size_t used; /* characters */
    int pieces, blank; /* the last piece is nothing but blanks */
} row_t;

static void add_piece(row_t *row, const chunk_t *chunk, apr_size_t to)
{
    row->last = chunk->from;
    row->to = to;
    row->blank = chunk->blank;
    row->pieces++;
}

/* What is longer than a whole line. With no room left Python adds an empty
 * piece, and it is that one which is then dropped in place of a blank. */
static int add_long(wrap_t *wrap, row_t *row, chunk_t *chunk)
{
    if (!wrap->break_long && row->pieces)
        return 0;
    if (!wrap->break_long) {
        add_piece(row, chunk, chunk->to);
        return 1;
    }
    if (row->used == wrap->width) {
        row->last = row->to;
        return 0;
    }
    add_piece(row, chunk, cut_at(wrap, chunk, wrap->width - row->used));
    chunk->from = row->to;
    return 0;
}

/* One line from chunk *at on, which goes to the first that does not fit. */
static void one_line(wrap_t *wrap, chunk_t *chunks, int n, int *at)
{
    apr_size_t chars = 0;
    row_t row;

    memset(&row, 0, sizeof(row));
    row.from = row.to = row.last = chunks[*at].from;
    for (; *at < n; ++*at) {
        chars = chars_of(wrap, &chunks[*at]);
        if (row.used + chars > wrap->width)
            break;
        row.used += chars;
        add_piece(&row, &chunks[*at], chunks[*at].to);
    }
    if (*at < n && chars > wrap->width)
        *at += add_long(wrap, &row, &chunks[*at]);
    if (row.blank)
        row.to = row.last;
    if (row.to > row.from)
        add_line(wrap, row.from, row.to);
}

static void one_paragraph(wrap_t *wrap)
{
    apr_array_header_t *all = chunks_of(wrap);
    chunk_t *chunks = (chunk_t *)(void *)all->elts;
    int at = 0;

    if (wrap->paragraphs++)
        ipxe_build_str(wrap->build, wrap->between);
    wrap->lines = 0;
    while (at < all->nelts) {
        if (chunks[at].blank && wrap->lines)
            at++;
        else
            one_line(wrap, chunks, all->nelts, &at);
    }
}

static apr_status_t f_wordwrap(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_args_t *args)
{
    apr_int64_t width = 79;
    apr_array_header_t *lines;
    ipxe_build_t build;
    wrap_t wrap;
    int i;
    apr_status_t rv = ipxe_arg_int(&width, run, args, 0);

    if (args->value.kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "this wants a text, not %s",
                             ipxe_kind_name(args->value.kind));
    memset(&wrap, 0, sizeof(wrap));
    wrap.run = run;
    wrap.break_long = wrap.break_hyphens = 1;
    wrap.between = IPXE_TEXT("\n");
    wrap.build = &build;
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&wrap.break_long, run, args, 1);
    if (rv == APR_SUCCESS && args->v[2].kind != IPXE_KIND_NONE)
        rv = ipxe_arg_text(&wrap.between, run, args, 2);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&wrap.break_hyphens, run, args, 3);
    if (rv != APR_SUCCESS)
        return rv;
    if (width < 1)
        return ipxe_arg_fail(run, args, "the width is at least 1");
    wrap.width = (apr_size_t)width;
    lines = ipxe_text_lines(run, args->value, 0);
    ipxe_build_init(&build, args->value.u.text->len * 2, run->pool);
    for (i = 0; i < lines->nelts; i++) {
        wrap.line = APR_ARRAY_IDX(lines, i, ipxe_value_t);
        wrap.text = wrap.line.u.text;
        one_paragraph(&wrap);
    }
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

const ipxe_row_t ipxe_filters_wrap[] = {
    {"wordwrap", f_wordwrap,
     "width=79 break_long_words=true wrapstring='\\n' break_on_hyphens=true",
     0, 4, 0, "Lines of at most a width, parted at blanks."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
