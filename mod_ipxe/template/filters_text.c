/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of text that keep the marks of each byte: case, blanks, parts. */
#include <apr_strings.h>
#include <string.h>

#include "template/filter_help.h"
#include "template/texts.h"

static apr_status_t f_upper(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    *result = ipxe_text_map(run, ipxe_arg_string(run, args),
                            ipxe_letter_upper);
    return APR_SUCCESS;
}

static apr_status_t f_lower(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    *result = ipxe_text_map(run, ipxe_arg_string(run, args),
                            ipxe_letter_lower);
    return APR_SUCCESS;
}

static apr_status_t f_capitalize(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_args_t *args)
{
    *result = ipxe_text_capitalize(run, ipxe_arg_string(run, args));
    return APR_SUCCESS;
}

static int begins_word(apr_uint32_t code)
{
    return ipxe_letter_is_space(code) ||
           (code < 0x80 && strchr("-({[<", (int)code));
}

static apr_status_t f_title(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    *result = ipxe_text_title(run, ipxe_arg_string(run, args), begins_word);
    return APR_SUCCESS;
}

static apr_status_t f_trim(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    ipxe_value_t chars = ipxe_value_none();
    apr_status_t rv = APR_SUCCESS;

    if (GIVEN(args, 0) && args->v[0].kind != IPXE_KIND_NONE)
        rv = ipxe_arg_text(&chars, run, args, 0);
    *result = ipxe_text_strip(run, ipxe_arg_string(run, args), chars,
                              IPXE_STRIP_BOTH);
    return rv;
}

static apr_status_t f_replace(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    apr_int64_t count = -1;
    apr_status_t rv = APR_SUCCESS;

    if (args->v[2].kind != IPXE_KIND_NONE)
        rv = ipxe_arg_int(&count, run, args, 2);
    if (rv == APR_SUCCESS)
        rv = ipxe_text_replace(result, run, ipxe_arg_string(run, args),
                               ipxe_value_str(args->v[0], run->pool),
                               ipxe_value_str(args->v[1], run->pool), count,
                               *args->span);
    return rv;
}

static apr_status_t f_string(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    *result = ipxe_arg_string(run, args);
    return APR_SUCCESS;
}

/* As the value says, for all of it. */
static apr_status_t f_safe(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);

    *result = ipxe_value_text_n(text.u.text->s, text.u.text->len,
                                (text.flags & IPXE_STICKY) | IPXE_SAFE,
                                run->pool);
    return APR_SUCCESS;
}

static apr_status_t f_escape(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);
    ipxe_build_t build;

    *result = text;
    if (!text.u.text->mask && text.flags & (IPXE_SAFE | IPXE_MARK_XML))
        return APR_SUCCESS;
    ipxe_build_init(&build, text.u.text->len + 16, run->pool);
    ipxe_text_escape(&build, text, IPXE_MARK_XML);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static apr_status_t f_center(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);
    apr_int64_t width = 80, chars, pad, left;
    ipxe_build_t build;
    apr_status_t rv = ipxe_arg_int(&width, run, args, 0);

    if (rv != APR_SUCCESS)
        return rv;
    if (width > IPXE_MAX_VALUE_BYTES)
        return ipxe_arg_fail(run, args, "the width is too large");
    chars = (apr_int64_t)ipxe_string_chars(text.u.text);
    pad = width > chars ? width - chars : 0;
    left = pad / 2 + (pad & width & 1);
    ipxe_build_init(&build, text.u.text->len + (apr_size_t)pad, run->pool);
    ipxe_build_fill(&build, ' ', (apr_size_t)left);
    ipxe_build_part(&build, text, 0, text.u.text->len);
    ipxe_build_fill(&build, ' ', (apr_size_t)(pad - left));
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

/* ---- indent ---- */

static void indent_lines(ipxe_build_t *build, ipxe_run_t *run,
                         ipxe_value_t text, ipxe_value_t by, int blank)
{
    apr_array_header_t *lines = ipxe_text_lines(run, text, 0);
    int i;

    for (i = 0; i < lines->nelts; i++) {
        ipxe_value_t line = APR_ARRAY_IDX(lines, i, ipxe_value_t);

        if (i) {
            ipxe_build_add(build, "\n", 1, ipxe_marks_first(text));
            if (blank || line.u.text->len)
                ipxe_build_str(build, by);
        }
        ipxe_build_str(build, line);
    }
}

static apr_status_t indention(ipxe_value_t *by, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    apr_int64_t width = 4;
    ipxe_build_t build;
    apr_status_t rv;

    if (GIVEN(args, 0) && args->v[0].kind == IPXE_KIND_TEXT) {
        *by = args->v[0];
        return APR_SUCCESS;
    }
    rv = ipxe_arg_int(&width, run, args, 0);
    if (rv != APR_SUCCESS)
        return rv;
    if (width > 1000)
        return ipxe_arg_fail(run, args, "the width is too large");
    ipxe_build_init(&build, 16, run->pool);
    ipxe_build_fill(&build, ' ', width > 0 ? (apr_size_t)width : 0);
    *by = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static apr_status_t f_indent(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_build_t with_end, build;
    ipxe_value_t by, text;
    int first = 0, blank = 0;
    apr_status_t rv = indention(&by, run, args);

    if (args->value.kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "this wants a text, not %s",
                             ipxe_kind_name(args->value.kind));
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&first, run, args, 1);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&blank, run, args, 2);
    if (rv != APR_SUCCESS)
        return rv;
    /* Jinja2 adds a line's end before it splits, which the last line then
     * loses again. */
    ipxe_build_init(&with_end, args->value.u.text->len + 1, run->pool);
    ipxe_build_str(&with_end, args->value);
    ipxe_build_add(&with_end, "\n", 1, ipxe_marks_first(args->value));
    text = ipxe_build_value(&with_end);
    ipxe_build_init(&build, text.u.text->len * 2, run->pool);
    if (first)
        ipxe_build_str(&build, by);
    indent_lines(&build, run, text, by, blank);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

/* ---- truncate ---- */

static apr_size_t last_blank(const ipxe_string_t *text, apr_size_t end)
{
    apr_size_t at = end;

    while (at > 0 && text->s[at - 1] != ' ')
        at--;
    return at > 0 ? at - 1 : end;
}

static apr_status_t f_truncate(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_args_t *args)
{
    ipxe_value_t text = args->value, end = IPXE_TEXT("...");
    apr_int64_t length = 255, leeway = 5, keep;
    ipxe_build_t build;
    apr_size_t at;
    int kill = 0;
    apr_status_t rv = ipxe_arg_int(&length, run, args, 0);

    if (text.kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "this wants a text");
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&kill, run, args, 1);
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_text(&end, run, args, 2);
    if (rv == APR_SUCCESS && args->v[3].kind != IPXE_KIND_NONE)
        rv = ipxe_arg_int(&leeway, run, args, 3);
    if (rv != APR_SUCCESS)
        return rv;
    keep = length - (apr_int64_t)ipxe_string_chars(end.u.text);
    if (keep < 0 || leeway < 0)
        return ipxe_arg_fail(run, args, "the length is less than its end's");
    *result = text;
    if ((apr_int64_t)ipxe_string_chars(text.u.text) <= length + leeway)
        return APR_SUCCESS;
    at = ipxe_string_offset(text.u.text, (apr_size_t)keep);
    if (!kill)
        at = last_blank(text.u.text, at);
    ipxe_build_init(&build, at + end.u.text->len, run->pool);
    ipxe_build_part(&build, text, 0, at);
    ipxe_build_str(&build, end);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static apr_status_t f_wordcount(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    const ipxe_string_t *text = ipxe_arg_string(run, args).u.text;
    apr_int64_t words = 0;
    apr_size_t at = 0;
    int inside = 0;

    while (at < text->len) {
        apr_uint32_t code = 0;
        int n = ipxe_utf8_next(text->s + at, text->len - at, &code);
        int word = n && ipxe_letter_is_word(code);

        words += word && !inside;
        inside = word;
        at += n ? (apr_size_t)n : 1;
    }
    *result = ipxe_value_int(words);
    return APR_SUCCESS;
}

static apr_status_t f_format(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_value_t format = ipxe_arg_string(run, args), with;
    apr_size_t i;

    if (args->rest_count && args->named_count)
        return ipxe_arg_fail(run, args, "arguments have names or places, "
                                        "not both");
    with = ipxe_value_items(args->rest, args->rest_count, IPXE_KIND_TUPLE, 0,
                            run->pool);
    if (args->named_count)
        with = ipxe_value_map(run->pool);
    for (i = 0; i < args->named_count; i++)
        ipxe_map_set(with, args->keys[i], args->named[i]);
    return ipxe_op_format(result, run, format, with, *args->span);
}

const ipxe_row_t ipxe_filters_text[] = {
    {"capitalize", f_capitalize, "", 0, 0, IPXE_ROW_TEXT,
     "First letter upper case, all others lower."},
    {"center", f_center, "width=80", 0, 1, IPXE_ROW_TEXT,
     "Blanks on both sides up to a width."},
    {"e", f_escape, "", 0, 0, IPXE_ROW_TEXT, "Same as escape."},
    {"escape", f_escape, "", 0, 0, IPXE_ROW_TEXT,
     "& < > \" ' as XML and HTML write them."},
    {"format", f_format, "*values", 0, -1, IPXE_ROW_TEXT,
     "The text's %s, %d and so on filled with values."},
    {"indent", f_indent, "width=4 first=false blank=false", 0, 3, IPXE_ROW_TEXT,
     "Each line but the first begins with that many blanks, or that text."},
    {"lower", f_lower, "", 0, 0, IPXE_ROW_TEXT, "Letters in lower case."},
    {"replace", f_replace, "old new count=none", 2, 3, IPXE_ROW_TEXT,
     "Each `old` becomes `new`, or the first `count` of them."},
    {"safe", f_safe, "",
     0, 0, IPXE_ROW_TEXT, "Not escaped where it is written."},
    {"string", f_string, "", 0, 0, IPXE_ROW_TEXT, "The value as text."},
    {"title", f_title, "", 0, 0, IPXE_ROW_TEXT, "Each word with a capital."},
    {"trim", f_trim, "chars=none", 0, 1, IPXE_ROW_TEXT,
     "Without blanks, or those characters, at both ends."},
    {"truncate", f_truncate, "length=255 killwords=false end='...' leeway=5",
     0, 4, IPXE_ROW_TEXT, "Cut to a length, at a blank."},
    {"upper", f_upper, "", 0, 0, IPXE_ROW_TEXT, "Letters in upper case."},
    {"wordcount", f_wordcount, "",
     0, 0, IPXE_ROW_TEXT, "How many words there are."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
