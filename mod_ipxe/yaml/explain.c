/* SPDX-License-Identifier: Apache-2.0 */
/* From libyaml's words to what the operator meant. */
#include "yaml/explain.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* ---- The value that a person sees ---- */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

/* Past a quoted text or a template's braces at p; p where none stands. */
static const char *skip_opaque(const char *p, const char *end)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"{{", "}}"}, {"{%", "%}"}, {"\"", "\""}, {"'", "'"}};
    apr_size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        apr_size_t n = strlen(pairs[i].open);
        const char *q;

        if ((apr_size_t)(end - p) < n || memcmp(p, pairs[i].open, n) != 0)
            continue;
        for (q = p + n; q + n <= end; q++) {
            if (memcmp(q, pairs[i].close, n) == 0)
                return q + n;
        }
        return end;
    }
    return p;
}

/* The ':' that ends a key which begins at p; NULL where there is no key. */
static const char *find_colon(const char *p, const char *end)
{
    if (p < end && strchr("[{&*!|>", *p))
        return NULL;
    if (p < end && (*p == '"' || *p == '\''))
        p = skip_opaque(p, end);
    for (; p < end; p++) {
        if (*p == ':' && (p + 1 == end || is_blank(p[1])))
            return p;
    }
    return NULL;
}

/* Where the value of a line begins. *flow: it may be within brackets that
 * were opened on a line before. */
static const char *value_begin(const char *p, const char *end, int *flow)
{
    const char *colon;

    *flow = 1;
    p = skip_blanks(p, end);
    while (p + 1 < end && (*p == '-' || *p == '?') && is_blank(p[1])) {
        p = skip_blanks(p + 1, end);
        *flow = 0;
    }
    colon = find_colon(p, end);
    if (!colon)
        return p;
    *flow = 0;
    return skip_blanks(colon + 1, end);
}

/* The end of an item, and whether one begins after c. */
static int parts_flow(const char *p, const char *end)
{
    return strchr(",[]{}", *p) ||
           (*p == ':' && (p + 1 == end || is_blank(p[1])));
}

/* Within brackets: the item that holds `at`, or else all. */
static void narrow_to_item(const char **begin, const char **end, const char *at,
                           int flow)
{
    const char *p = *begin, *item = *begin, *past;
    int depth = flow;

    while (p < *end) {
        past = skip_opaque(p, *end);
        if (past > p) {
            p = past;
            continue;
        }
        if (depth > 0 && p > at && parts_flow(p, *end)) {
            *end = p;
            break;
        }
        depth += (*p == '[' || *p == '{') - (*p == ']' || *p == '}');
        if (parts_flow(p, *end) && depth > 0 && p < at)
            item = skip_blanks(p + 1, *end);
        if (depth == 0 && p < at)
            item = *begin;
        p++;
    }
    *begin = item;
}

static const char *trim_end(const char *begin, const char *end)
{
    const char *p;

    for (p = begin; p + 1 < end; p++) {
        if (is_blank(p[0]) && p[1] == '#') {
            end = p;
            break;
        }
    }
    while (end > begin && is_blank(end[-1]))
        end--;
    return end;
}

ipxe_span_t ipxe_yaml_value_at(const ipxe_source_t *source, apr_size_t at)
{
    apr_size_t len;
    const char *line =
        ipxe_source_line(source, ipxe_source_place(source, at).line, &len);
    const char *end = line + len, *begin, *mark = source->text + at;
    int flow;

    begin = value_begin(line, end, &flow);
    if (mark < begin || mark > end)
        return ipxe_span(source, at, at);
    narrow_to_item(&begin, &end, mark, flow);
    end = trim_end(begin, end);
    if (end < begin)
        end = begin;
    return ipxe_span(source, (apr_size_t)(begin - source->text),
                     (apr_size_t)(end - source->text));
}

/* ---- Quotes ---- */

#define LONGEST_HELP 60

/* The value in quotes, as it could stand in the file. */
static const char *in_quotes(const char *s, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(strlen(s) + 8, pool);

    if (!strpbrk(s, "\"\\"))
        return apr_pstrcat(pool, "\"", s, "\"", NULL);
    ipxe_text_add_char(out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            ipxe_text_add_char(out, '\'');
        ipxe_text_add_char(out, *s);
    }
    ipxe_text_add_char(out, '\'');
    return out->data;
}

/* 'it's late': one of an odd number of quotes belongs to the text. */
static int has_inner_quote(const char *s)
{
    int n = 0;

    if (*s != '\'' || s[strlen(s) - 1] != '\'')
        return 0;
    for (; *s; s++)
        n += *s == '\'';
    return n % 2;
}

static void help_quote(ipxe_diag_t *diag, ipxe_span_t span)
{
    apr_size_t n = span.end - span.begin;
    const char *s =
        apr_pstrmemdup(diag->pool, span.source->text + span.begin, n);

    if (n == 0 || n > LONGEST_HELP || strpbrk(s, "\n\r\t"))
        ipxe_diag_help(diag, "put it in quotes");
    else if (has_inner_quote(s))
        ipxe_diag_help(diag, "double a quote that belongs to the text");
    else
        ipxe_diag_help(diag, "put it in quotes: %s", in_quotes(s, diag->pool));
}

void ipxe_yaml_want_quotes(ipxe_diags_t *diags, ipxe_span_t span,
                           const char *format, ...)
{
    const char *message;
    va_list args;

    if (ipxe_span_hidden(span)) {
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_YAML_QUOTE, span,
                                     "YAML takes a secret for something else "
                                     "than text"),
                       "put it in quotes");
        return;
    }
    va_start(args, format);
    message = apr_pvsprintf(diags->pool, format, args);
    va_end(args);
    help_quote(ipxe_diag_add(diags, IPXE_DIAG_YAML_QUOTE, span, "%s", message),
               span);
}

/* ---- The reasons ---- */

static int span_has(ipxe_span_t span, const char *what)
{
    apr_size_t n = strlen(what), i;

    for (i = span.begin; i + n <= span.end; i++) {
        if (memcmp(span.source->text + i, what, n) == 0)
            return 1;
    }
    return 0;
}

/* By the first character of a value: what YAML takes it for. */
static const struct {
    char first;
    const char *reason;
} reasons[] = {
    {'*', "YAML takes '*' for an alias"},
    {'&', "YAML takes '&' for an anchor"},
    {'!', "YAML takes '!' for a tag"},
    {'>', "YAML takes '>' for the start of a folded text"},
    {'|', "YAML takes '|' for the start of a text of several lines"},
    {'@', "YAML keeps '@' for itself at the start of a value"},
    {'`', "YAML keeps '`' for itself at the start of a value"},
    {'%', "YAML keeps '%' for itself at the start of a value"},
    {'"', "text stands after a value in quotes"},
    {'\'', "text stands after a value in quotes"},
    {'[', "YAML takes '[' for a list, and text stands after it"},
    {'{', "YAML takes '{' for a mapping, and text stands after it"},
    {']', "YAML takes ']' for the end of a list"},
    {'}', "YAML takes '}' for the end of a mapping"},
    {',', "YAML takes ',' for the end of an item"},
    {'-', "YAML takes '-' for an item of a list"},
    {'?', "YAML takes '?' for a key"},
};

static const char *reason_of(ipxe_span_t span, const char *problem)
{
    char first = span.source->text[span.begin];
    apr_size_t i;

    if (span_has(span, "{{") || span_has(span, "{%"))
        return "YAML takes '{' for a mapping";
    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].first == first)
            return reasons[i].reason;
    }
    if (strstr(problem, "mapping values"))
        return "YAML takes ': ' for a mapping";
    return NULL;
}

/* Troubles that a pair of quotes may cure, and those that it cannot. */
static const struct {
    const char *context, *problem; /* NULL: any */
    int use_from;                  /* it stands at `from` */
    const char *message;           /* in place of libyaml's; NULL: its own */
    const char *help;
} cures[] = {
    {"an alias", NULL, 1, NULL, NULL},
    {"an anchor", NULL, 1, NULL, NULL},
    {"a tag", NULL, 1, NULL, NULL},
    {"a block scalar", "comment or line break", 1, NULL, NULL},
    {"a quoted scalar", "end of stream", 1, "a quote is never closed",
     "close it on the same line, or double a quote that belongs to the "
     "text"},
    {"a quoted scalar", "escape", 0, NULL,
     "a backslash in double quotes begins an escape: double it, or use "
     "single quotes"},
    {"a simple key", "expected ':'", 1, "a line that is no 'key: value'",
     "write 'key: value', or indent the line deeper than the key that it "
     "belongs to"},
    {"a plain scalar", "tab character", 0, "a tab where YAML wants blanks",
     "indent with blanks"},
    {"a flow", "expected ','", 0, NULL,
     "a list or mapping in brackets needs commas between its items and its "
     "bracket closed"},
    {NULL, "mapping values", 0,
     "a second ':' in one value, or a key that is "
     "indented deeper than its neighbours",
     "line the keys of one mapping up"},
    {NULL, "expected key", 0, "no key where one must stand",
     "line the keys of one mapping up, and give each its ':'"},
    {NULL, "expected '-' indicator", 0, "no '- ' where an item must stand",
     "line the items of one list up"},
};

#define CURES (sizeof(cures) / sizeof(cures[0]))

static apr_size_t find_cure(const ipxe_yaml_trouble_t *trouble)
{
    const char *context = trouble->context ? trouble->context : "";
    apr_size_t i;

    for (i = 0; i < CURES; i++) {
        if ((!cures[i].context || strstr(context, cures[i].context)) &&
            (!cures[i].problem || strstr(trouble->problem, cures[i].problem)))
            break;
    }
    return i;
}

/* A tab that starts a line's content is no character of a value. */
static int explain_tab(ipxe_diags_t *diags, const ipxe_source_t *source,
                       apr_size_t at)
{
    if (at >= source->len || source->text[at] != '\t')
        return 0;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_YAML_SYNTAX,
                                 ipxe_span(source, at, at + 1),
                                 "a tab where YAML wants blanks"),
                   "indent with blanks");
    return 1;
}

static int explain_quotes(ipxe_diags_t *diags, const ipxe_source_t *source,
                          const ipxe_yaml_trouble_t *trouble, apr_size_t at)
{
    ipxe_span_t value = ipxe_yaml_value_at(source, at);
    const char *reason;

    if (value.end == value.begin ||
        (trouble->context && strstr(trouble->context, "quoted scalar")))
        return 0;
    reason = reason_of(value, trouble->problem);
    if (!reason)
        return 0;
    ipxe_yaml_want_quotes(diags, value, "%s", reason);
    return 1;
}

void ipxe_yaml_explain(ipxe_diags_t *diags, const ipxe_source_t *source,
                       const ipxe_yaml_trouble_t *trouble)
{
    apr_size_t i = find_cure(trouble), at = trouble->at;
    ipxe_span_t span;
    ipxe_diag_t *diag;
    const char *message;

    if (i < CURES && cures[i].use_from)
        at = trouble->from;
    if (explain_tab(diags, source, at) ||
        explain_quotes(diags, source, trouble, at))
        return;
    span = ipxe_span(source, at, at < source->len ? at + 1 : at);
    message =
        i < CURES && cures[i].message ? cures[i].message : trouble->problem;
    diag = ipxe_diag_add(diags, IPXE_DIAG_YAML_SYNTAX, span, "%s", message);
    if (i < CURES && cures[i].help)
        ipxe_diag_help(diag, "%s", cures[i].help);
    if (trouble->context && trouble->from != at)
        ipxe_diag_note(diag,
                       ipxe_span(source, trouble->from, trouble->from + 1),
                       "begun here");
}
