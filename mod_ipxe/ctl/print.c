/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics on a terminal and as JSON. */
#include "ctl/ctl.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"

#define OFF "\033[0m"

void ipxe_ctl_complain(const char *format, ...)
{
    va_list args;

    fflush(stdout); /* what was found stands before what is said of it */
    fputs("ipxectl: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int ipxe_ctl_colour(int to_stderr)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if ((no && *no) || ipxe_text_eq(term, "dumb"))
        return 0;
    return isatty(to_stderr ? STDERR_FILENO : STDOUT_FILENO);
}

/* ---- For people ---- */

/* A word that a line of a diagnostic has or begins with, and its colour. */
static const struct {
    const char *word, *colour;
} paints[] = {
    {" error: ", "\033[1;31m"},
    {" warning: ", "\033[1;33m"},
    {" note: ", "\033[36m"},
};

/* A quoted line has " | " where the others have none before their text. */
static int quoted(const char *line, apr_size_t len)
{
    apr_size_t i = 0;

    while (i < len && (line[i] == ' ' || (line[i] >= '0' && line[i] <= '9')))
        i++;
    return i > 0 && i + 1 < len && line[i] == '|';
}

static const char *colour_of(const char *line, apr_size_t len, apr_pool_t *pool)
{
    const char *text = apr_psprintf(pool, " %.*s", (int)len, line);
    apr_size_t i;

    if (quoted(line, len))
        return NULL;
    if (strncmp(line, "help:", 5) == 0)
        return "\033[32m";
    for (i = 0; i < sizeof(paints) / sizeof(paints[0]); i++)
        if (strstr(text, paints[i].word))
            return paints[i].colour;
    return NULL;
}

static void paint(const char *text, FILE *out, apr_pool_t *pool)
{
    while (*text) {
        apr_size_t len = strcspn(text, "\n");
        const char *colour = colour_of(text, len, pool);

        fprintf(out, "%s%.*s%s\n", colour ? colour : "", (int)len, text,
                colour ? OFF : "");
        text += len + (text[len] == '\n');
    }
}

void ipxe_ctl_diags(ipxe_diags_t *diags, int to_stderr, apr_pool_t *pool)
{
    FILE *out = to_stderr ? stderr : stdout;
    int colour = ipxe_ctl_colour(to_stderr);
    int i;

    ipxe_diags_sort(diags);
    for (i = 0; i < diags->all->nelts; i++) {
        const char *text =
            ipxe_diag_text(APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *), pool);

        if (colour)
            paint(text, out, pool);
        else
            fputs(text, out);
    }
}

/* ---- For programs ---- */

static const char *const severities[] = {"error", "warning", "note"};

static void add_place(ipxe_text_t *out, const char *line, const char *column,
                      const ipxe_place_t *place)
{
    if (!place) {
        ipxe_json_null(out, line);
        ipxe_json_null(out, column);
        return;
    }
    ipxe_json_number(out, line, (apr_int64_t)place->line);
    ipxe_json_number(out, column, (apr_int64_t)place->column);
}

/* "file", "line", "column", "end_line", "end_column": null for nowhere. The
 * end is the place after the last character. */
static void add_span(ipxe_text_t *out, ipxe_span_t span)
{
    ipxe_place_t begin, end;

    if (span.source) {
        begin = ipxe_source_place(span.source, span.begin);
        end = ipxe_source_place(span.source, span.end);
    }
    ipxe_json_text(out, "file", span.source ? span.source->name : NULL);
    add_place(out, "line", "column", span.source ? &begin : NULL);
    add_place(out, "end_line", "end_column", span.source ? &end : NULL);
}

static void add_notes(ipxe_text_t *out, const ipxe_diag_t *diag)
{
    int i;

    ipxe_json_open(out, "notes", '[');
    for (i = 0; diag->notes && i < diag->notes->nelts; i++) {
        const ipxe_note_t *note = &APR_ARRAY_IDX(diag->notes, i, ipxe_note_t);

        ipxe_json_open(out, NULL, '{');
        add_span(out, note->span);
        ipxe_json_text(out, "message", note->text);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

/* A line for each. */
static void add_diag(ipxe_text_t *out, const ipxe_diag_t *diag)
{
    ipxe_text_add(out, "    {");
    ipxe_json_text(out, "severity", severities[diag->severity]);
    ipxe_json_text(out, "code", ipxe_code_get(diag->code)->slug);
    add_span(out, diag->span);
    ipxe_json_text(out, "message", diag->message);
    ipxe_json_text(out, "help", diag->help);
    add_notes(out, diag);
    ipxe_json_close(out, '}');
}

void ipxe_ctl_diags_json(ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(1024, pool);
    int i;

    ipxe_diags_sort(diags);
    ipxe_text_addf(out,
                   "{\n  \"errors\": %d,\n  \"warnings\": %d,\n"
                   "  \"diagnostics\": [",
                   diags->errors, diags->warnings);
    for (i = 0; i < diags->all->nelts; i++) {
        ipxe_text_add(out, i ? ",\n" : "\n");
        add_diag(out, APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *));
    }
    ipxe_text_add(out, diags->all->nelts ? "\n  ]\n}\n" : "]\n}\n");
    fputs(out->data, stdout);
}
