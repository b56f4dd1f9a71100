/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: to a sink in pieces, to a value, to nothing; and which line is
 * under way, where escaping wants to know. */
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "template/contexts.h"
#include "template/out.h"

/* What is handed on at once: a pool has room for it, and for all else of a
 * render, in its first block. */
#define PIECE 4096

static int has_lines(ipxe_context_e context)
{
    return context == IPXE_CONTEXT_SCRIPT || context == IPXE_CONTEXT_PRESEED ||
           context == IPXE_CONTEXT_KICKSTART || context == IPXE_CONTEXT_SHELL ||
           context == IPXE_CONTEXT_JSON;
}

/* Of what pends, fewer bytes than a piece, and no more than all may have. */
static void set_limit(ipxe_out_t *out)
{
    apr_size_t left = out->most - out->handed;

    out->limit = left < PIECE ? left + 1 : PIECE;
}

void ipxe_out_sink(ipxe_out_t *out, ipxe_sink_t *sink, ipxe_context_e context,
                   const ipxe_language_t *language, apr_size_t most,
                   apr_pool_t *pool)
{
    out->capture = NULL;
    out->sink = sink;
    out->handed = 0;
    out->most = most;
    out->context = context;
    out->lines = ipxe_plain_in(context, 0) == IPXE_PLAIN_LINE;
    out->network[0] = out->network[1] = ipxe_plain_in(context, 1);
    if (context == IPXE_CONTEXT_KICKSTART)
        out->network[0] = ipxe_plain_in(IPXE_CONTEXT_LINE, 1);
    out->language = language;
    out->follows = has_lines(context);
    out->line_at = 0;
    out->script_section = 0;
    ipxe_text_init(&out->pending, PIECE + 4 * IPXE_OUT_BLOCK, pool);
    ipxe_text_init(&out->joined, 0, pool);
    ipxe_text_init(&out->whole, 0, pool);
    set_limit(out);
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

/* It is the end of `pending`, from line_at on; only what a backslash joined to
 * it is kept apart. */

apr_size_t ipxe_out_column(const ipxe_out_t *out)
{
    if (!out->follows)
        return 0;
    return out->joined.len + out->pending.len - out->line_at;
}

/* The line up to byte `end` of pending. */
static const char *line_to(ipxe_out_t *out, apr_size_t end)
{
    ipxe_text_cut(&out->whole, 0);
    ipxe_text_add_n(&out->whole, out->joined.data, out->joined.len);
    ipxe_text_add_n(&out->whole, out->pending.data + out->line_at,
                    end - out->line_at);
    return out->whole.data;
}

static const char *line_now(ipxe_out_t *out)
{
    if (!out->follows)
        return "";
    if (out->joined.len)
        return line_to(out, out->pending.len);
    out->pending.data[out->pending.len] = '\0';
    return out->pending.data + out->line_at;
}

/* The last byte of the line up to byte `end` of pending; 0 where it is empty.
 */
static char last_of_line(const ipxe_out_t *out, apr_size_t end)
{
    const ipxe_text_t *joined = &out->joined;

    if (end > out->line_at)
        return out->pending.data[end - 1];
    return joined->len ? joined->data[joined->len - 1] : '\0';
}

/* A backslash at the end joins the next line to this one, in all of the
 * languages whose lines are followed. */
static int goes_on(const ipxe_out_t *out, apr_size_t end)
{
    if (out->context == IPXE_CONTEXT_KICKSTART && !out->script_section)
        return 0;
    return last_of_line(out, end) == '\\';
}

/* The line break at byte `end` of pending. */
static void line_ends(ipxe_out_t *out, apr_size_t end)
{
    if (goes_on(out, end)) {
        ipxe_text_add_n(&out->joined, out->pending.data + out->line_at,
                        end - out->line_at);
        ipxe_text_cut(&out->joined, out->joined.len - 1);
    }
    else {
        if (out->context == IPXE_CONTEXT_KICKSTART &&
            (out->joined.len || out->pending.data[out->line_at] == '%'))
            out->script_section =
                ipxe_kickstart_section(line_to(out, end), out->script_section);
        ipxe_text_cut(&out->joined, 0);
    }
    out->line_at = end + 1;
}

/* Looks at what was added to pending from byte `from` on. */
static void follow(ipxe_out_t *out, apr_size_t from)
{
    const char *data = out->pending.data, *end = data + out->pending.len;
    const char *s = data + from, *at;

    while ((at = memchr(s, '\n', (apr_size_t)(end - s)))) {
        line_ends(out, (apr_size_t)(at - data));
        s = at + 1;
    }
}

/* As follow, for the template's own text. */
static void follow_text(ipxe_out_t *out, apr_size_t from,
                        const ipxe_lines_t *lines)
{
    if (ipxe_out_try_lines(out, from, lines))
        return;
    line_ends(out, from + lines->first);
    follow(out, from + lines->first + 1);
}

/* ---- writing ---- */

/* Hands on what is before the line under way. */
static apr_status_t hand_on(ipxe_out_t *out)
{
    ipxe_text_t *pending = &out->pending;
    apr_size_t done = out->follows ? out->line_at : pending->len;
    apr_status_t rv = ipxe_sink_add_n(out->sink, pending->data, done);

    if (done) {
        memmove(pending->data, pending->data + done, pending->len - done);
        ipxe_text_cut(pending, pending->len - done);
        out->line_at = 0;
        out->handed += done;
        set_limit(out);
    }
    return rv;
}

/* After something was added to pending. */
static apr_status_t added(ipxe_out_t *out)
{
    if (out->pending.len > out->most - out->handed)
        return APR_ENOSPC;
    return out->pending.len >= PIECE ? hand_on(out) : APR_SUCCESS;
}

apr_status_t ipxe_out_end(ipxe_out_t *out)
{
    return ipxe_sink_add_n(out->sink, out->pending.data, out->pending.len);
}

apr_status_t ipxe_out_add(ipxe_out_t *out, const ipxe_string_t *text,
                          const ipxe_lines_t *lines)
{
    apr_size_t from = out->pending.len;

    if (out->capture) {
        if (text->len > out->most - out->capture->len)
            return APR_ENOSPC;
        ipxe_build_add(out->capture, text->s, text->len, IPXE_SAFE);
        return APR_SUCCESS;
    }
    if (!out->sink)
        return APR_SUCCESS;
    if (text->len > out->most - out->handed - from)
        return APR_ENOSPC;
    ipxe_text_add_n(&out->pending, text->s, text->len);
    if (lines && out->follows)
        follow_text(out, from, lines);
    return added(out);
}

/* ---- values ---- */

static ipxe_context_e context_here(const ipxe_out_t *out, const char *line)
{
    switch (out->context) {
    case IPXE_CONTEXT_SCRIPT:
        if (!out->language || !out->language->place)
            return IPXE_CONTEXT_ARGUMENT;
        return out->language->place(line);
    case IPXE_CONTEXT_KICKSTART:
        return out->script_section ? IPXE_CONTEXT_SHELL : IPXE_CONTEXT_LINE;
    case IPXE_CONTEXT_PRESEED:
        return ipxe_preseed_command(line) ? IPXE_CONTEXT_SHELL
                                          : IPXE_CONTEXT_LINE;
    default:
        return out->context;
    }
}

/* The first byte of the line under way, or else of what is to come. */
static char line_begins(const ipxe_out_t *out, const char *s)
{
    if (out->joined.len)
        return out->joined.data[0];
    return out->pending.len > out->line_at ? out->pending.data[out->line_at]
                                           : *s;
}

/* |quote's word may stand where no quotes are open. */
static int takes_word(ipxe_out_t *out)
{
    return (out->context == IPXE_CONTEXT_SHELL || out->script_section) &&
           !ipxe_shell_quote(line_now(out));
}

/* What is plain here, of a value from the network that begins so. */
static ipxe_plain_e plain_network(ipxe_out_t *out, unsigned marks,
                                  const char *s)
{
    char first;

    if (out->context == IPXE_CONTEXT_KICKSTART) {
        first = line_begins(out, s);
        if (first == '%' || first == ' ' || first == '\t')
            return IPXE_PLAIN_NEVER; /* it may begin a section */
    }
    if (marks == IPXE_TAINTED)
        return out->network[out->script_section];
    if (marks == (IPXE_TAINTED | IPXE_MARK_QUOTED) && takes_word(out))
        return IPXE_PLAIN_WORD;
    return IPXE_PLAIN_NEVER;
}

/* Copies the text to where there is room for it; zero where it is not so. */
static int copied(char *to, const ipxe_string_t *text, ipxe_plain_e plain)
{
    switch (plain) {
    case IPXE_PLAIN_NEVER:
        return 0;
    case IPXE_PLAIN_LINE:
    case IPXE_PLAIN_END:
        return ipxe_plain_copy(to, text->s, text->len) &&
               (plain == IPXE_PLAIN_LINE || text->len == 0 ||
                text->s[text->len - 1] != '\\');
    default:
        memcpy(to, text->s, text->len);
        return ipxe_plain_is(plain, text->s, text->len);
    }
}

int ipxe_out_plain(ipxe_out_t *out, ipxe_value_t value)
{
    const ipxe_string_t *text = value.u.text;
    char digits[IPXE_INT_DIGITS];
    ipxe_string_t number;
    ipxe_plain_e plain;

    if (value.kind == IPXE_KIND_INT) {
        number.s = ipxe_int_text(&number.len, digits, value.u.integer);
        text = &number;
    }
    else if (value.kind != IPXE_KIND_TEXT || text->mask) {
        return 0;
    }
    if (out->pending.len + text->len >= out->limit)
        return 0;
    plain = value.flags & IPXE_TAINTED
                ? plain_network(out, value.flags & IPXE_MARKS, text->s)
                : ipxe_plain_in(out->context, 0);
    if (!copied(out->pending.data + out->pending.len, text, plain))
        return 0;
    out->pending.len += text->len;
    return 1;
}

/* A run of bytes with the same marks, from byte `at` of the text. */
static apr_status_t escape_one(ipxe_out_t *out, ipxe_escape_t *escape,
                               ipxe_value_t text, apr_size_t at, apr_size_t run)
{
    ipxe_text_t *pending = &out->pending;
    apr_size_t from = pending->len;
    apr_status_t rv;

    escape->line = line_now(out);
    if (out->follows)
        escape->last = last_of_line(out, from);
    rv = ipxe_escape_run(escape, text.u.text->s + at, run,
                         ipxe_marks_at(text, at),
                         context_here(out, escape->line));
    if (rv != APR_SUCCESS || pending->len == from)
        return rv;
    escape->last = pending->data[pending->len - 1];
    if (out->follows)
        follow(out, from);
    return added(out);
}

static apr_status_t escaped(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags)
{
    apr_size_t len = text.u.text->len, i, run;
    ipxe_escape_t escape;
    apr_status_t rv = APR_SUCCESS;

    escape.out = &out->pending;
    escape.last = 0;
    escape.sections = out->context == IPXE_CONTEXT_KICKSTART;
    escape.span = span;
    escape.diags = diags;
    for (i = 0; rv == APR_SUCCESS && i < len; i += run) {
        run = ipxe_marks_run(text, i);
        rv = escape_one(out, &escape, text, i, run);
    }
    return rv;
}

static apr_status_t secret(ipxe_out_t *out, ipxe_span_t span,
                           ipxe_diags_t *diags)
{
    return ipxe_escape_secret(out->context == IPXE_CONTEXT_SCRIPT
                                  ? IPXE_CONTEXT_SCRIPT
                                  : context_here(out, line_now(out)),
                              span, diags);
}

apr_status_t ipxe_out_value(ipxe_out_t *out, ipxe_value_t text,
                            ipxe_span_t span, ipxe_diags_t *diags)
{
    const ipxe_string_t *string = text.u.text;
    apr_status_t rv = APR_SUCCESS;

    if (out->capture) {
        if (string->len > out->most - out->capture->len)
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
    if (out->context == IPXE_CONTEXT_NONE)
        return ipxe_out_add(out, string, NULL);
    return escaped(out, text, span, diags);
}
