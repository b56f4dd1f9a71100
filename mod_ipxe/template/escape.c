/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping of a run of bytes by context. */
#include "template/escape.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "template/contexts.h"
#include "template/plain.h"

typedef apr_status_t escape_fn(ipxe_escape_t *escape, const char *s,
                               apr_size_t len, unsigned marks);

static ipxe_diag_t *refuse(const ipxe_escape_t *escape, const char *message)
{
    return ipxe_diag_add(escape->diags, IPXE_DIAG_TEMPLATE_ESCAPE, escape->span,
                         "%s", message);
}

/* The byte before s[at], in the run or on the line; 0 at the line's begin. */
static char before(const ipxe_escape_t *escape, const char *s, apr_size_t at)
{
    return at ? s[at - 1] : escape->last;
}

static int is_blank(char c)
{
    return c == 0 || apr_isspace(c);
}

static int is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Bytes of the separator that stands alone at s[at]: &&, || or ;, else 0. */
static apr_size_t separator(const ipxe_escape_t *escape, const char *s,
                            apr_size_t len, apr_size_t at)
{
    static const char *const separators[] = {"&&", "||", ";"};
    int i;

    if ((s[at] != '&' && s[at] != '|' && s[at] != ';') ||
        !is_blank(before(escape, s, at)))
        return 0;
    for (i = 0; i < 3; i++) {
        apr_size_t n = strlen(separators[i]);

        if (at + n <= len && memcmp(s + at, separators[i], n) == 0 &&
            (at + n == len || is_blank(s[at + n])))
            return n;
    }
    return 0;
}

/* `$` before `{`, also where one of the two stands outside of the run. */
static int opens_setting(const ipxe_escape_t *escape, const char *s,
                         apr_size_t len, apr_size_t at)
{
    if (s[at] == '$')
        return at + 1 == len || s[at + 1] == '{';
    return s[at] == '{' && at == 0 && before(escape, s, 0) == '$';
}

/* `&` or `|` at an end of the run: another may stand beside it. */
static int half_separator(const ipxe_escape_t *escape, const char *s,
                          apr_size_t len, apr_size_t at)
{
    char c = s[at];

    if (c != '&' && c != '|')
        return 0;
    return (at == 0 && before(escape, s, 0) == c) ||
           (at + 1 == len && is_blank(before(escape, s, at)));
}

/* ---- scripts of iPXE ---- */

static int argument_bad(const ipxe_escape_t *escape, const char *s,
                        apr_size_t len, apr_size_t at)
{
    char c = s[at];

    if (is_control(c) || c == ' ' || c == '"' || c == '\'' ||
        opens_setting(escape, s, len, at) || half_separator(escape, s, len, at))
        return 1;
    if (c == '\\')
        return at + 1 == len;
    /* A blank of this run is a '_' by now, and begins no word. */
    return c == '#' && at == 0 && is_blank(before(escape, s, 0));
}

/* A byte that means nothing in a script, whatever stands beside it. */
static int is_harmless(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c >= 'A' && c <= 'Z') || c == '.' || c == ':' || c == '/' ||
           c == '_' || c == ',' || c == '=';
}

/* How many such bytes, and blanks where they may stand, begin s. */
static apr_size_t harmless_run(const char *s, apr_size_t len, int blanks)
{
    apr_size_t n = 0;

    while (n < len && (is_harmless(s[n]) || (blanks && s[n] == ' ')))
        n++;
    return n;
}

/* Nonzero where the byte at `at` may not stand. */
typedef int bad_fn(const ipxe_escape_t *escape, const char *s, apr_size_t len,
                   apr_size_t at);

/* Each byte that is bad, and each of a separator, is a '_'. */
static void add_replaced(ipxe_escape_t *escape, const char *s, apr_size_t len,
                         int blanks, bad_fn *bad)
{
    apr_size_t at, n, i;

    for (at = 0; at < len; at += n) {
        n = harmless_run(s + at, len - at, blanks);
        ipxe_text_add_n(escape->out, s + at, n);
        if (n)
            continue;
        n = separator(escape, s, len, at);
        for (i = 0; i < n; i++)
            ipxe_text_add_char(escape->out, '_');
        if (n)
            continue;
        n = 1;
        ipxe_text_add_char(escape->out, bad(escape, s, len, at) ? '_' : s[at]);
    }
}

/* Characters that could end a line or a command. */
#define ENDS "\n\r&|;#"

/* The operator means what he wrote; but what would end the command or the
 * line is hardly meant. */
static apr_status_t argument(ipxe_escape_t *escape, const char *s,
                             apr_size_t len, unsigned marks)
{
    apr_size_t at;

    if (marks & IPXE_TAINTED) {
        add_replaced(escape, s, len, 0, argument_bad);
        return APR_SUCCESS;
    }
    for (at = strcspn(s, ENDS); at < len; at += 1 + strcspn(s + at + 1, ENDS)) {
        if (s[at] == '\n' || s[at] == '\r') {
            refuse(escape, "a line break cannot stand in an argument");
            return APR_EGENERAL;
        }
        if (separator(escape, s, len, at) ||
            (s[at] == '#' && is_blank(before(escape, s, at)))) {
            ipxe_diag_help(
                refuse(escape, "this value would end the command here"),
                "'&&', '||' and ';' that stand alone, and words that begin "
                "with '#', end a command of iPXE");
            return APR_EGENERAL;
        }
    }
    ipxe_text_add_n(escape->out, s, len);
    return APR_SUCCESS;
}

static int url_plain(char c)
{
    return !is_control(c) && (unsigned char)c < 0x80 && c != ' ' &&
           !strchr("\"'<>\\^`{|}", c);
}

/* What the operator wrote at the begin of an address is an address; all else
 * is a segment of one. */
static apr_status_t url(ipxe_escape_t *escape, const char *s, apr_size_t len,
                        unsigned marks)
{
    apr_pool_t *pool = escape->out->pool;
    const char *text = apr_pstrmemdup(pool, s, len);
    apr_size_t at;

    if (marks & IPXE_TAINTED || !is_blank(before(escape, s, 0))) {
        ipxe_text_add(escape->out, ipxe_text_urlencode(text, NULL, pool));
        return APR_SUCCESS;
    }
    for (at = 0; at < len; at++) {
        if (url_plain(s[at]))
            ipxe_text_add_char(escape->out, s[at]);
        else
            ipxe_text_addf(escape->out, "%%%02X", (unsigned char)s[at]);
    }
    return APR_SUCCESS;
}

/* iPXE looks for an option where a text begins with '-': "-1" too. */
static int begins_option(const ipxe_escape_t *escape, const char *s,
                         apr_size_t at)
{
    apr_size_t i;

    for (i = 0; i < at && is_blank(s[i]); i++)
        ;
    return i == at && is_blank(before(escape, s, 0));
}

static int text_bad(const ipxe_escape_t *escape, const char *s, apr_size_t len,
                    apr_size_t at)
{
    char c = s[at];

    if (is_control(c) || opens_setting(escape, s, len, at) ||
        half_separator(escape, s, len, at))
        return 1;
    if (c == '\\')
        return at + 1 == len;
    if (c == '-')
        return begins_option(escape, s, at);
    return c == '#' && is_blank(before(escape, s, at));
}

static apr_status_t text(ipxe_escape_t *escape, const char *s, apr_size_t len,
                         unsigned marks)
{
    (void)marks;
    add_replaced(escape, s, len, 1, text_bad);
    return APR_SUCCESS;
}

static apr_status_t comment(ipxe_escape_t *escape, const char *s,
                            apr_size_t len, unsigned marks)
{
    apr_size_t at;

    (void)marks;
    for (at = 0; at < len; at++) {
        int bad = is_control(s[at]) || (unsigned char)s[at] >= 0x80 ||
                  (s[at] == '\\' && at + 1 == len);

        ipxe_text_add_char(escape->out, bad ? '_' : s[at]);
    }
    return APR_SUCCESS;
}

/* ---- files ---- */

static apr_status_t none(ipxe_escape_t *escape, const char *s, apr_size_t len,
                         unsigned marks)
{
    (void)marks;
    ipxe_text_add_n(escape->out, s, len);
    return APR_SUCCESS;
}

static apr_status_t line(ipxe_escape_t *escape, const char *s, apr_size_t len,
                         unsigned marks)
{
    apr_size_t at = 0, plain = 0;

    while (at < len && !is_control(s[at]))
        at++;
    if (memchr(s + at, '\n', len - at) || memchr(s + at, '\r', len - at)) {
        ipxe_diag_help(refuse(escape, "a line break stands in this value"),
                       "take it out with |replace, or write |safe where it "
                       "is meant");
        return APR_EGENERAL;
    }
    if (!(marks & IPXE_TAINTED)) {
        ipxe_text_add_n(escape->out, s, len);
        return APR_SUCCESS;
    }
    if (s[len - 1] == '\\') {
        ipxe_diag_help(refuse(escape, "a value from the network ends in a "
                                      "backslash, which may join lines"),
                       "take it out with |replace");
        return APR_EGENERAL;
    }
    for (; at < len; at++) {
        if (is_control(s[at]) && s[at] != '\t') {
            ipxe_text_add_n(escape->out, s + plain, at - plain);
            plain = at + 1;
        }
    }
    ipxe_text_add_n(escape->out, s + plain, len - plain);
    return APR_SUCCESS;
}

static apr_status_t in_quotes(const ipxe_escape_t *escape, const char *message)
{
    ipxe_diag_help(refuse(escape, message), "take the quotes around it away");
    return APR_EGENERAL;
}

/* A value from the network: harmless characters, or a filter. */
static apr_status_t harmless(ipxe_escape_t *escape, const char *s,
                             apr_size_t len, unsigned marks, unsigned fit,
                             const char *help)
{
    if (marks & IPXE_TAINTED && !(marks & fit) &&
        !ipxe_plain_is(IPXE_PLAIN_WORD, s, len)) {
        ipxe_diag_help(refuse(escape,
                              "a value from the network holds a character that "
                              "has a meaning here"),
                       "%s", help);
        return APR_EGENERAL;
    }
    return line(escape, s, len, marks);
}

/* |quote makes a whole word: between quotes it would end them. */
static apr_status_t shell(ipxe_escape_t *escape, const char *s, apr_size_t len,
                          unsigned marks)
{
    if (marks & IPXE_TAINTED && marks & IPXE_MARK_QUOTED &&
        ipxe_shell_quote(escape->line))
        return in_quotes(escape, "a value that |quote made a word of "
                                 "stands between quotes");
    if (!(marks & IPXE_TAINTED) && marks & IPXE_MARK_QUOTED)
        return none(escape, s, len, marks);
    return harmless(escape, s, len, marks, IPXE_MARK_QUOTED,
                    "write it with |quote");
}

static apr_status_t batch(ipxe_escape_t *escape, const char *s, apr_size_t len,
                          unsigned marks)
{
    return harmless(escape, s, len, marks, 0,
                    "cmd.exe has no quotes that hold: take it out with "
                    "|regex_replace('[^A-Za-z0-9]', '')");
}

static apr_status_t json(ipxe_escape_t *escape, const char *s, apr_size_t len,
                         unsigned marks)
{
    if (marks & IPXE_TAINTED && marks & IPXE_MARK_JSON &&
        ipxe_json_quote(escape->line))
        return in_quotes(escape, "a value that |tojson quoted stands between "
                                 "quotes");
    if (marks & IPXE_MARK_JSON)
        return none(escape, s, len, marks);
    return harmless(escape, s, len, marks, IPXE_MARK_JSON,
                    "write it with |tojson");
}

static apr_status_t xml(ipxe_escape_t *escape, const char *s, apr_size_t len,
                        unsigned marks)
{
    static const char from[] = "&<>\"'";
    static const char *const to[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                     "&#39;"};
    apr_size_t at, plain = 0;

    if (marks & IPXE_MARK_XML) {
        ipxe_text_add_n(escape->out, s, len);
        return APR_SUCCESS;
    }
    for (at = 0; at < len; at++) {
        const char *hit = s[at] ? strchr(from, s[at]) : NULL;

        if (is_control(s[at]) && !apr_isspace(s[at])) {
            refuse(escape, "a control character cannot stand in XML");
            return APR_EGENERAL;
        }
        if (!hit)
            continue;
        ipxe_text_add_n(escape->out, s + plain, at - plain);
        ipxe_text_add(escape->out, to[hit - from]);
        plain = at + 1;
    }
    ipxe_text_add_n(escape->out, s + plain, len - plain);
    return APR_SUCCESS;
}

/* By context; the ones with places of their own count as their strictest. */
static escape_fn *const functions[] = {
    none,  argument, url,   text, comment, argument, line,
    shell, shell,    shell, xml,  json,    batch};

apr_status_t ipxe_escape_run(ipxe_escape_t *escape, const char *s,
                             apr_size_t len, unsigned marks,
                             ipxe_context_e context)
{
    if (marks & IPXE_SAFE)
        return none(escape, s, len, marks);
    if (escape->sections && marks & IPXE_TAINTED &&
        ipxe_kickstart_opens(escape->line, s, len)) {
        ipxe_diag_help(refuse(escape, "a value from the network would begin "
                                      "a section, or end one"),
                       "write something else first on this line");
        return APR_EGENERAL;
    }
    return functions[context](escape, s, len, marks);
}

apr_status_t ipxe_escape_secret(ipxe_context_e context, ipxe_span_t span,
                                ipxe_diags_t *diags)
{
    ipxe_diag_t *diag;

    if (context < IPXE_CONTEXT_ARGUMENT || context > IPXE_CONTEXT_SCRIPT)
        return APR_SUCCESS;
    diag = ipxe_diag_add(diags, IPXE_DIAG_TEMPLATE_SECRET, span,
                         "a secret would stand in a script, where everybody "
                         "can read it");
    ipxe_diag_help(diag, "secrets belong in answer files alone");
    diag->hide_source = 1;
    return APR_EGENERAL;
}

apr_status_t ipxe_escape(const char **out, ipxe_value_t value,
                         ipxe_context_e context, ipxe_span_t span,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_value_t text_value = ipxe_value_str(value, pool);
    const ipxe_string_t *string = text_value.u.text;
    ipxe_text_t *made = ipxe_text_make(string->len + 16, pool);
    ipxe_escape_t escape;
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i, run;

    memset(&escape, 0, sizeof(escape));
    escape.out = made;
    escape.span = span;
    escape.diags = diags;
    if (text_value.flags & IPXE_SECRET)
        rv = ipxe_escape_secret(context, span, diags);
    for (i = 0; rv == APR_SUCCESS && i < string->len; i += run) {
        run = ipxe_marks_run(text_value, i);
        escape.line = made->data;
        escape.last = made->len ? made->data[made->len - 1] : '\0';
        rv = ipxe_escape_run(&escape, string->s + i, run,
                             ipxe_marks_at(text_value, i), context);
    }
    *out = made->data;
    return rv;
}

apr_status_t ipxe_escape_open(ipxe_value_t value, ipxe_span_t span,
                              ipxe_diags_t *diags)
{
    return value.flags & IPXE_SECRET
               ? ipxe_escape_secret(IPXE_CONTEXT_SCRIPT, span, diags)
               : APR_SUCCESS;
}
