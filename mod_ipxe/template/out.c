/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: to a sink in pieces, to a value, to nothing; and which line is
 * under way, where escaping wants to know. */
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "template/contexts.h"
#include "template/out.h"

#define PIECE 8192

void ipxe_out_sink(ipxe_out_t *out, ipxe_sink_t *sink,
                   ipxe_context_e context, const ipxe_language_t *language,
                   apr_size_t most, apr_pool_t *pool)
{
    memset(out, 0, sizeof(*out));
    out->sink = sink;
    out->context = context;
    out->language = language;
    out->most = most;
    out->pending = ipxe_text_make(PIECE + 1024, pool);
    out->made = ipxe_text_make(256, pool);
    if (context == IPXE_CONTEXT_SCRIPT || context == IPXE_CONTEXT_PRESEED ||
        context == IPXE_CONTEXT_KICKSTART || context == IPXE_CONTEXT_SHELL ||
        context == IPXE_CONTEXT_JSON)
        out->line = ipxe_text_make(256, pool);
}

void ipxe_out_capture(ipxe_out_t *out, ipxe_build_t *build)
{
    memset(out, 0, sizeof(*out));
    out->capture = build;
    out->most = IPXE_MAX_VALUE_BYTES;
}

void ipxe_out_nothing(ipxe_out_t *out)
{
    memset(out, 0, sizeof(*out));
}

/* ---- the line under way ---- */

static void line_done(ipxe_out_t *out)
{
    const ipxe_text_t *line = out->line;

    if (out->context == IPXE_CONTEXT_KICKSTART)
        out->script_section =
            ipxe_kickstart_section(line->data, out->script_section);
    ipxe_text_cut(out->line, 0);
}

/* A backslash at the end joins the next line to this one, in all of the
 * languages whose lines are followed. */
static void line_ends(ipxe_out_t *out)
{
    apr_size_t len = out->line->len;

    if (len && out->line->data[len - 1] == '\\' &&
        !(out->context == IPXE_CONTEXT_KICKSTART && !out->script_section))
        ipxe_text_cut(out->line, len - 1);
    else
        line_done(out);
}

/* No line of it begins a section or goes on: only the last is of interest. */
static int is_plain(const ipxe_out_t *out, const char *s, apr_size_t len)
{
    return out->line->len == 0 && !memchr(s, '\\', len) &&
           !memchr(s, '%', len);
}

static void follow(ipxe_out_t *out, const char *s, apr_size_t len)
{
    const char *end = s + len, *at;

    while ((at = memchr(s, '\n', (apr_size_t)(end - s)))) {
        ipxe_text_add_n(out->line, s, (apr_size_t)(at - s));
        line_ends(out);
        s = at + 1;
        if (is_plain(out, s, (apr_size_t)(end - s))) {
            at = memrchr(s, '\n', (apr_size_t)(end - s));
            s = at ? at + 1 : s;
            break;
        }
    }
    ipxe_text_add_n(out->line, s, (apr_size_t)(end - s));
}

/* ---- writing ---- */

static apr_status_t to_sink(ipxe_out_t *out, const char *s, apr_size_t len)
{
    apr_status_t rv = APR_SUCCESS;

    if (out->line)
        follow(out, s, len);
    ipxe_text_add_n(out->pending, s, len);
    if (out->pending->len >= PIECE) {
        rv = ipxe_sink_add_n(out->sink, out->pending->data,
                             out->pending->len);
        ipxe_text_cut(out->pending, 0);
    }
    return rv;
}

apr_status_t ipxe_out_end(ipxe_out_t *out)
{
    return ipxe_sink_add_n(out->sink, out->pending->data, out->pending->len);
}

static int too_much(ipxe_out_t *out, apr_size_t len)
{
    if (!out->capture && !out->sink)
        return 0;
    out->total += len;
    return out->total > out->most;
}

apr_status_t ipxe_out_add(ipxe_out_t *out, const char *s, apr_size_t len)
{
    if (too_much(out, len))
        return APR_ENOSPC;
    if (out->capture)
        ipxe_build_add(out->capture, s, len, IPXE_SAFE);
    else if (out->sink)
        return to_sink(out, s, len);
    return APR_SUCCESS;
}

/* ---- values ---- */

static ipxe_context_e context_here(const ipxe_out_t *out)
{
    switch (out->context) {
    case IPXE_CONTEXT_SCRIPT:
        if (!out->language || !out->language->place)
            return IPXE_CONTEXT_ARGUMENT;
        return out->language->place(out->line->data);
    case IPXE_CONTEXT_KICKSTART:
        return out->script_section ? IPXE_CONTEXT_SHELL : IPXE_CONTEXT_LINE;
    case IPXE_CONTEXT_PRESEED:
        return ipxe_preseed_command(out->line->data) ? IPXE_CONTEXT_SHELL
                                                     : IPXE_CONTEXT_LINE;
    default:
        return out->context;
    }
}

static apr_status_t escaped(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags)
{
    apr_size_t len = text.u.text->len, i, run;
    ipxe_text_t *made = out->made;
    ipxe_escape_t escape;
    apr_status_t rv = APR_SUCCESS;

    escape.out = made;
    escape.line = out->line ? out->line->data : "";
    escape.sections = out->context == IPXE_CONTEXT_KICKSTART;
    escape.span = span;
    escape.diags = diags;
    for (i = 0; rv == APR_SUCCESS && i < len; i += run) {
        run = ipxe_marks_run(text, i);
        ipxe_text_cut(made, 0);
        rv = ipxe_escape_run(&escape, text.u.text->s + i, run,
                             ipxe_marks_at(text, i), context_here(out));
        if (rv == APR_SUCCESS && too_much(out, made->len))
            return APR_ENOSPC;
        if (rv == APR_SUCCESS)
            rv = to_sink(out, made->data, made->len);
        escape.line = out->line ? out->line->data : made->data;
    }
    return rv;
}

static apr_status_t secret(const ipxe_out_t *out, ipxe_span_t span,
                           ipxe_diags_t *diags)
{
    return ipxe_escape_secret(out->context == IPXE_CONTEXT_SCRIPT
                                  ? IPXE_CONTEXT_SCRIPT
                                  : context_here(out),
                              span, diags);
}

apr_status_t ipxe_out_value(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags)
{
    const ipxe_string_t *string = text.u.text;
    apr_status_t rv = APR_SUCCESS;

    if (out->capture) {
        if (too_much(out, string->len))
            return APR_ENOSPC;
        ipxe_build_str(out->capture, text);
        return APR_SUCCESS;
    }
    if (!out->sink)
        return APR_SUCCESS;
    if (text.flags & IPXE_SECRET)
        rv = secret(out, span, diags);
    if (rv != APR_SUCCESS)
        return rv;
    if (out->context == IPXE_CONTEXT_NONE) {
        if (too_much(out, string->len))
            return APR_ENOSPC;
        return to_sink(out, string->s, string->len);
    }
    return escaped(out, text, span, diags);
}
