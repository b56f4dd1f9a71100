/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting diagnostics, and their form as text. */
#include "base/diag.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 100
#define TAB_WIDTH    8
/* How far back the same is looked for: a bound on the cost of many errors. */
#define LOOK_BACK 200

static const ipxe_code_t codes[] = {
#define X(name, slug, severity, about) {slug, IPXE_SEVERITY_##severity, about},
    IPXE_DIAG_CODES(X)
#undef X
};

static const char *const severities[] = {"error", "warning", "note"};

const ipxe_code_t *ipxe_code_get(ipxe_code_e code)
{
    return &codes[code];
}

ipxe_diags_t *ipxe_diags_make(apr_pool_t *pool)
{
    ipxe_diags_t *diags = apr_pcalloc(pool, sizeof(*diags));

    diags->all = apr_array_make(pool, 8, sizeof(ipxe_diag_t *));
    diags->pool = pool;
    return diags;
}

static ipxe_diag_t *find_same(const ipxe_diags_t *diags, ipxe_code_e code,
                              ipxe_span_t span, const char *message)
{
    int last = diags->all->nelts, i;

    for (i = last > LOOK_BACK ? last - LOOK_BACK : 0; i < last; i++) {
        ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        if (diag->code == code && diag->span.source == span.source &&
            diag->span.begin == span.begin &&
            ipxe_text_eq(diag->message, message))
            return diag;
    }
    return NULL;
}

ipxe_diag_t *ipxe_diag_add(ipxe_diags_t *diags, ipxe_code_e code,
                           ipxe_span_t span, const char *format, ...)
{
    const char *message;
    ipxe_diag_t *diag;
    va_list args;

    va_start(args, format);
    message = apr_pvsprintf(diags->pool, format, args);
    va_end(args);
    diag = find_same(diags, code, span, message);
    if (diag)
        return diag;
    diag = apr_pcalloc(diags->pool, sizeof(*diag));
    diag->code = code;
    diag->severity = codes[code].severity;
    diag->span = span;
    diag->message = message;
    diag->pool = diags->pool;
    APR_ARRAY_PUSH(diags->all, ipxe_diag_t *) = diag;
    if (diag->severity == IPXE_SEVERITY_ERROR)
        diags->errors++;
    else
        diags->warnings++;
    return diag;
}

void ipxe_diag_help(ipxe_diag_t *diag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag->help = apr_pvsprintf(diag->pool, format, args);
    va_end(args);
}

/* What goes round in a circle is told once. */
static int has_note(const apr_array_header_t *notes, ipxe_span_t span,
                    const char *text)
{
    int i;

    for (i = 0; i < notes->nelts; i++) {
        const ipxe_note_t *note = &APR_ARRAY_IDX(notes, i, ipxe_note_t);

        if (note->span.source == span.source &&
            note->span.begin == span.begin && strcmp(note->text, text) == 0)
            return 1;
    }
    return 0;
}

void ipxe_diag_note(ipxe_diag_t *diag, ipxe_span_t span, const char *format,
                    ...)
{
    ipxe_note_t *note;
    const char *text;
    va_list args;

    va_start(args, format);
    text = apr_pvsprintf(diag->pool, format, args);
    va_end(args);
    if (!diag->notes)
        diag->notes = apr_array_make(diag->pool, 2, sizeof(ipxe_note_t));
    if (has_note(diag->notes, span, text))
        return;
    note = apr_array_push(diag->notes);
    note->span = span;
    note->text = text;
}

void ipxe_diag_nearest(ipxe_diag_t *diag, const char *word,
                       const char *const *names, apr_size_t n)
{
    const char *near = ipxe_text_nearest(word, names, n);
    ipxe_text_t *list;
    apr_size_t i;

    if (near) {
        ipxe_diag_help(diag, "did you mean '%s'?", near);
        return;
    }
    if (n == 0 || n > 24)
        return;
    list = ipxe_text_make(64, diag->pool);
    for (i = 0; i < n; i++)
        ipxe_text_addf(list, "%s%s", i ? ", " : "", names[i]);
    ipxe_diag_help(diag, n == 1 ? "expected: %s" : "expected one of: %s",
                   list->data);
}

static int by_place(const void *a, const void *b)
{
    const ipxe_diag_t *x = *(ipxe_diag_t *const *)a;
    const ipxe_diag_t *y = *(ipxe_diag_t *const *)b;

    if (x->span.source != y->span.source) {
        const char *xn = x->span.source ? x->span.source->name : "";
        const char *yn = y->span.source ? y->span.source->name : "";

        return strcmp(xn, yn);
    }
    if (x->span.begin != y->span.begin)
        return x->span.begin < y->span.begin ? -1 : 1;
    return strcmp(x->message, y->message);
}

void ipxe_diags_sort(ipxe_diags_t *diags)
{
    qsort(diags->all->elts, (apr_size_t)diags->all->nelts,
          sizeof(ipxe_diag_t *), by_place);
}

/* A source line as it is shown: tabs as blanks, control characters as '?'. */
typedef struct shown_t {
    ipxe_text_t *line, *marks;
    apr_size_t columns;
    apr_size_t from; /* columns left out at the left */
} shown_t;

static void show_char(shown_t *shown, const char *s, apr_size_t step,
                      int marked, int first)
{
    apr_size_t width = 1, i;

    if (*s == '\t')
        width = TAB_WIDTH - shown->columns % TAB_WIDTH;
    for (i = 0; i < width; i++, shown->columns++) {
        if (shown->columns < shown->from ||
            shown->columns >= shown->from + MOST_COLUMNS)
            continue;
        if (*s == '\t')
            ipxe_text_add_char(shown->line, ' ');
        else if ((step == 1 && (unsigned char)*s >= 0x80) ||
                 (unsigned char)*s < 0x20 || *s == 0x7f)
            ipxe_text_add_char(shown->line, '?');
        else
            ipxe_text_add_n(shown->line, s, step);
        ipxe_text_add_char(shown->marks, !marked           ? ' '
                                         : first && i == 0 ? '^'
                                                           : '~');
    }
}

static void show_line(shown_t *shown, const char *line, apr_size_t len,
                      apr_size_t begin, apr_size_t end)
{
    apr_size_t at = 0;

    while (at < len) {
        int n = ipxe_utf8_next(line + at, len - at, NULL);
        apr_size_t step = n ? (apr_size_t)n : 1;

        show_char(shown, line + at, step, at >= begin && at < end, at == begin);
        at += step;
    }
    if (begin >= len)
        ipxe_text_add_char(shown->marks, '^');
}

static void add_quote(ipxe_text_t *out, ipxe_span_t span)
{
    ipxe_place_t place = ipxe_source_place(span.source, span.begin);
    apr_size_t start = span.source->lines[place.line - 1];
    apr_size_t len;
    const char *line = ipxe_source_line(span.source, place.line, &len);
    shown_t shown;

    shown.line = ipxe_text_make(len + 16, out->pool);
    shown.marks = ipxe_text_make(len + 16, out->pool);
    shown.columns = 0;
    shown.from =
        place.column > MOST_COLUMNS - 20 ? place.column - MOST_COLUMNS / 2 : 0;
    show_line(&shown, line, len, span.begin - start,
              span.end > span.begin ? span.end - start
                                    : span.begin - start + 1);
    while (shown.marks->len && shown.marks->data[shown.marks->len - 1] == ' ')
        ipxe_text_cut(shown.marks, shown.marks->len - 1);
    ipxe_text_addf(out, "%5" APR_SIZE_T_FMT " | %s\n", place.line,
                   shown.line->data);
    ipxe_text_addf(out, "      | %s\n", shown.marks->data);
}

static void add_place(ipxe_text_t *out, ipxe_span_t span)
{
    ipxe_place_t place;

    if (!span.source)
        return;
    place = ipxe_source_place(span.source, span.begin);
    ipxe_text_addf(out, "%s:%" APR_SIZE_T_FMT ":%" APR_SIZE_T_FMT ": ",
                   span.source->name, place.line, place.column);
}

static void add_line(ipxe_text_t *out, const ipxe_diag_t *diag)
{
    add_place(out, diag->span);
    ipxe_text_addf(out, "%s: %s [%s]", severities[diag->severity],
                   diag->message, codes[diag->code].slug);
}

const char *ipxe_diag_line(const ipxe_diag_t *diag, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(128, pool);

    add_line(out, diag);
    return out->data;
}

static int may_quote(const ipxe_diag_t *diag, ipxe_span_t span)
{
    return span.source && !diag->hide_source && !ipxe_span_hidden(span);
}

const char *ipxe_diag_text(const ipxe_diag_t *diag, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(256, pool);
    int i;

    add_line(out, diag);
    ipxe_text_add_char(out, '\n');
    if (may_quote(diag, diag->span))
        add_quote(out, diag->span);
    if (diag->help)
        ipxe_text_addf(out, "help: %s\n", diag->help);
    for (i = 0; diag->notes && i < diag->notes->nelts; i++) {
        const ipxe_note_t *note = &APR_ARRAY_IDX(diag->notes, i, ipxe_note_t);

        add_place(out, note->span);
        ipxe_text_addf(out, "note: %s\n", note->text);
        if (may_quote(diag, note->span))
            add_quote(out, note->span);
    }
    return out->data;
}

const ipxe_diag_t *ipxe_diags_first_error(const ipxe_diags_t *diags)
{
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);

        if (diag->severity == IPXE_SEVERITY_ERROR)
            return diag;
    }
    return NULL;
}
