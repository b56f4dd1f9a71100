/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of a `when`: one compile and one match for each form. */
#include "rules/pattern.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/address.h"
#include "rules/glob.h"
#include "template/regex.h"

typedef enum form_e {
    FORM_ABSENT,
    FORM_GLOB,
    FORM_REGEX,
    FORM_RANGE,
    FORM_PREFIX,
    FORM_NUMBER,
    FORM_VERSION
} form_e;

typedef enum compare_e {
    AT_LEAST,
    AT_MOST,
    ABOVE,
    BELOW,
    SAME,
    OTHER
} compare_e;

struct ipxe_pattern_t {
    form_e form;
    const char *written;
    const char *text; /* the glob, prefix or version */
    const ipxe_regex_t *regex;
    ipxe_range_t range;
    compare_e compare;
    double number;
    ipxe_span_t span;
};

/* What compile functions work with. */
typedef struct making_t {
    ipxe_pattern_t *pattern;
    const ipxe_subject_t *subject;
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} making_t;

static ipxe_diag_t *fault(making_t *making, ipxe_code_e code, const char *what)
{
    return ipxe_diag_add(making->diags, code, making->pattern->span, "'%s' %s",
                         making->pattern->written, what);
}

/* ---- Regular expressions ---- */

static int make_regex(making_t *making)
{
    const char *text = making->pattern->written + 1;
    const char *end = strrchr(text, '/');
    ipxe_diag_t *diag;

    if (!end || (end[1] && strcmp(end, "/i") != 0)) {
        diag = fault(making, IPXE_DIAG_BAD_PATTERN,
                     "is a regular expression with no '/' at its end");
        ipxe_diag_help(diag, "write /.../ or /.../i; in a glob \\/ is a "
                             "slash at the front");
        return 0;
    }
    making->pattern->form = FORM_REGEX;
    making->pattern->regex = ipxe_regex_compile(
        apr_pstrmemdup(making->pool, text, (apr_size_t)(end - text)),
        end[1] == 'i' ? IPXE_REGEX_CASELESS : 0, making->pattern->span,
        making->diags, making->pool);
    return making->pattern->regex != NULL;
}

/* ---- Comparisons ---- */

static const struct {
    const char *sign;
    compare_e compare;
} signs[] = {{">=", AT_LEAST}, {"<=", AT_MOST}, {"==", SAME}, {"!=", OTHER},
             {">", ABOVE},     {"<", BELOW},    {"=", SAME}};

/* What follows the sign of a comparison, or NULL where there is no sign. */
static const char *after_sign(const char *text, compare_e *compare)
{
    apr_size_t i;

    for (i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        apr_size_t len = strlen(signs[i].sign);

        if (strncmp(text, signs[i].sign, len) == 0) {
            *compare = signs[i].compare;
            text += len;
            return text + strspn(text, " \t");
        }
    }
    return NULL;
}

static int read_number(double *number, const char *text)
{
    char *end;

    if (!apr_isdigit(*text) && *text != '-' && *text != '.')
        return 0;
    *number = strtod(text, &end);
    return end != text && !*end;
}

static int make_comparison(making_t *making, const char *text)
{
    const ipxe_subject_t *subject = making->subject;
    ipxe_diag_t *diag;

    making->pattern->text = text;
    if (subject->kind == IPXE_FACT_KIND_VERSION) {
        making->pattern->form = FORM_VERSION;
        if (apr_isdigit(*text))
            return 1;
        fault(making, IPXE_DIAG_BAD_PATTERN, "names no version");
        return 0;
    }
    making->pattern->form = FORM_NUMBER;
    if (subject->kind != IPXE_FACT_KIND_NUMBER && !subject->numbers) {
        diag = fault(making, IPXE_DIAG_BAD_PATTERN,
                     apr_psprintf(making->pool,
                                  "compares numbers, which %s is not",
                                  subject->name));
        ipxe_diag_help(diag, "memsize, version and args.NAME can be "
                             "compared; others take globs");
        return 0;
    }
    if (read_number(&making->pattern->number, text))
        return 1;
    fault(making, IPXE_DIAG_BAD_PATTERN, "compares with what is no number");
    return 0;
}

static int comparison_holds(compare_e compare, double order)
{
    switch (compare) {
    case AT_LEAST:
        return order >= 0;
    case AT_MOST:
        return order <= 0;
    case ABOVE:
        return order > 0;
    case BELOW:
        return order < 0;
    case SAME:
        return order == 0;
    default:
        return order != 0;
    }
}

/* ---- Kinds of values ---- */

static int make_glob(making_t *making)
{
    const char *why = ipxe_glob_fault(making->pattern->text);

    making->pattern->form = FORM_GLOB;
    if (why)
        ipxe_diag_help(fault(making, IPXE_DIAG_BAD_PATTERN, why),
                       "a backslash takes the meaning off '*', '?', '[' and "
                       "'\\'");
    return !why;
}

static int make_address(making_t *making)
{
    ipxe_diag_t *diag;

    if (strcmp(making->pattern->written, "*") == 0)
        return make_glob(making);
    making->pattern->form = FORM_RANGE;
    if (ipxe_range_parse(&making->pattern->range, making->pattern->written))
        return 1;
    diag =
        fault(making, IPXE_DIAG_BAD_NETWORK, "is no address, network or range");
    ipxe_diag_help(diag, "write 10.0.1.7, 10.0.1.0/24, 10.0.1.10-10.0.1.20 "
                         "or 2001:db8::/64");
    return 0;
}

static int make_mac(making_t *making)
{
    ipxe_pattern_t *pattern = making->pattern;
    char *glob;

    if (ipxe_glob_wild(pattern->written)) {
        pattern->text = glob = apr_pstrdup(making->pool, pattern->written);
        if (!strchr(glob, '[')) {
            for (; *glob; glob++)
                *glob = *glob == '-' ? ':' : *glob;
        }
        return make_glob(making);
    }
    pattern->form = FORM_GLOB;
    pattern->text = ipxe_mac_normal(pattern->written, making->pool);
    if (pattern->text)
        return 1;
    pattern->form = FORM_PREFIX;
    pattern->text = ipxe_mac_prefix(pattern->written, making->pool);
    if (pattern->text)
        return 1;
    ipxe_diag_help(fault(making, IPXE_DIAG_BAD_MAC,
                         "is no address of a card, and no vendor's prefix"),
                   "write 52:54:00:12:34:56, or 52:54:00 for a vendor");
    return 0;
}

static int make_uuid(making_t *making)
{
    ipxe_pattern_t *pattern = making->pattern;

    if (ipxe_glob_wild(pattern->written))
        return make_glob(making);
    pattern->form = FORM_GLOB;
    pattern->text = ipxe_uuid_normal(pattern->written, making->pool);
    if (!pattern->text)
        fault(making, IPXE_DIAG_BAD_UUID, "is no UUID");
    return pattern->text != NULL;
}

static int make_bool(making_t *making)
{
    if (strcasecmp(making->pattern->text, "true") &&
        strcasecmp(making->pattern->text, "false") &&
        strcmp(making->pattern->text, "*")) {
        fault(making, IPXE_DIAG_BAD_PATTERN, "is neither true nor false");
        return 0;
    }
    return make_glob(making);
}

static int (*const makers[])(making_t *making) = {
    [IPXE_FACT_KIND_TEXT] = make_glob,
    [IPXE_FACT_KIND_MAC] = make_mac,
    [IPXE_FACT_KIND_MACS] = make_mac,
    [IPXE_FACT_KIND_UUID] = make_uuid,
    [IPXE_FACT_KIND_BOOL] = make_bool,
    [IPXE_FACT_KIND_NUMBER] = make_glob,
    [IPXE_FACT_KIND_VERSION] = make_glob,
    [IPXE_FACT_KIND_ADDRESS] = make_address,
};

static int make_text(making_t *making)
{
    ipxe_pattern_t *pattern = making->pattern;
    const char *text;

    pattern->text = pattern->written;
    if (!*pattern->written) {
        ipxe_diag_help(fault(making, IPXE_DIAG_BAD_PATTERN,
                             "is empty and matches nothing"),
                       "~ means absent");
        return 0;
    }
    if (*pattern->written == '/')
        return make_regex(making);
    text = after_sign(pattern->written, &pattern->compare);
    if (text)
        return make_comparison(making, text);
    return makers[making->subject->kind](making);
}

const ipxe_pattern_t *ipxe_pattern_compile(const ipxe_yaml_t *node,
                                           const ipxe_subject_t *subject,
                                           ipxe_diags_t *diags,
                                           apr_pool_t *pool)
{
    ipxe_pattern_t *pattern = apr_pcalloc(pool, sizeof(*pattern));
    making_t making = {pattern, subject, diags, pool};

    pattern->span = node->span;
    if (node->kind == IPXE_YAML_NULL)
        return pattern;
    if (node->kind != IPXE_YAML_SCALAR) {
        ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE, node->span,
                      "a pattern for %s must be text, not %s", subject->name,
                      ipxe_yaml_what(node));
        return NULL;
    }
    pattern->written = node->text;
    return make_text(&making) ? pattern : NULL;
}

/* ---- Matching ---- */

static apr_status_t match_regex(int *matches, const ipxe_pattern_t *pattern,
                                const char *text, ipxe_diags_t *diags)
{
    ipxe_regex_e found =
        ipxe_regex_match(pattern->regex, text, strlen(text), 0, NULL);

    *matches = found == IPXE_REGEX_YES;
    if (found == IPXE_REGEX_YES || found == IPXE_REGEX_NO)
        return APR_SUCCESS;
    ipxe_diag_add(diags, IPXE_DIAG_PATTERN_LIMIT, pattern->span,
                  "%s cannot be tried on this machine: %s", pattern->written,
                  ipxe_regex_problem(found));
    return APR_ENOSPC;
}

static int match_plain(const ipxe_pattern_t *pattern, const char *text)
{
    double number;

    switch (pattern->form) {
    case FORM_GLOB:
        return ipxe_glob_matches(pattern->text, text);
    case FORM_RANGE:
        return ipxe_range_holds(&pattern->range, text);
    case FORM_PREFIX:
        return strncmp(text, pattern->text, strlen(pattern->text)) == 0;
    case FORM_NUMBER:
        return read_number(&number, text) &&
               comparison_holds(pattern->compare, number - pattern->number);
    case FORM_VERSION:
        return comparison_holds(pattern->compare,
                                ipxe_version_compare(text, pattern->text));
    default:
        return 0;
    }
}

apr_status_t ipxe_pattern_matches(int *matches, const ipxe_pattern_t *pattern,
                                  const char *text, ipxe_diags_t *diags)
{
    *matches = !text && pattern->form == FORM_ABSENT;
    if (!text)
        return APR_SUCCESS;
    if (pattern->form == FORM_REGEX)
        return match_regex(matches, pattern, text, diags);
    *matches = match_plain(pattern, text);
    return APR_SUCCESS;
}

const char *ipxe_pattern_shown(const ipxe_pattern_t *pattern, apr_pool_t *pool)
{
    if (pattern->form == FORM_ABSENT)
        return "absent";
    return apr_psprintf(pool, "'%s'", pattern->written);
}

int ipxe_pattern_plain(const ipxe_pattern_t *pattern, const char **name)
{
    *name = pattern->text;
    return pattern->form == FORM_GLOB && !ipxe_glob_wild(pattern->text);
}

/* Without the backslashes that take a meaning off; letters of ASCII in lower
 * case, as globs match. */
static const char *fold(const char *text, int glob, apr_pool_t *pool)
{
    char *folded = apr_palloc(pool, strlen(text) + 1), *at = folded;

    for (; *text; text++) {
        if (glob && *text == '\\' && text[1])
            text++;
        *at = *text;
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + 'a' - 'A');
        at++;
    }
    *at = '\0';
    return folded;
}

const char *ipxe_pattern_exact(const ipxe_pattern_t *pattern, apr_pool_t *pool)
{
    if (pattern->form == FORM_GLOB && !ipxe_glob_wild(pattern->text))
        return fold(pattern->text, 1, pool);
    if (pattern->form == FORM_RANGE)
        return ipxe_range_single(&pattern->range, pool);
    return NULL;
}

const char *ipxe_pattern_fold(ipxe_fact_kind_e kind, const char *text,
                              apr_pool_t *pool)
{
    ipxe_range_t range;

    if (kind != IPXE_FACT_KIND_ADDRESS)
        return fold(text, 0, pool);
    return ipxe_range_parse(&range, text) ? ipxe_range_single(&range, pool)
                                          : NULL;
}

int ipxe_pattern_may_fail(const ipxe_pattern_t *pattern)
{
    return pattern->form == FORM_REGEX;
}

ipxe_span_t ipxe_pattern_span(const ipxe_pattern_t *pattern)
{
    return pattern->span;
}

/* ---- Two patterns ---- */

static int is_exact(const ipxe_pattern_t *pattern)
{
    return pattern->form == FORM_GLOB && !ipxe_glob_wild(pattern->text) &&
           !strchr(pattern->text, '\\');
}

/* What a comparison lets through, from low to high: patterns whose numbers or
 * versions these are; NULL: no end on that side. */
typedef struct stretch_t {
    const ipxe_pattern_t *low, *high;
    int with_low, with_high;
} stretch_t;

/* Zero where it is not one stretch. */
static int stretch(stretch_t *all, const ipxe_pattern_t *pattern)
{
    all->with_low = pattern->compare == AT_LEAST || pattern->compare == SAME;
    all->with_high = pattern->compare == AT_MOST || pattern->compare == SAME;
    all->low = all->with_low || pattern->compare == ABOVE ? pattern : NULL;
    all->high = all->with_high || pattern->compare == BELOW ? pattern : NULL;
    return pattern->compare != OTHER;
}

static int compares(const ipxe_pattern_t *pattern)
{
    return pattern->form == FORM_NUMBER || pattern->form == FORM_VERSION;
}

static int order(const ipxe_pattern_t *a, const ipxe_pattern_t *b)
{
    if (a->form == FORM_VERSION)
        return ipxe_version_compare(a->text, b->text);
    return (a->number > b->number) - (a->number < b->number);
}

static int stretch_covers(const ipxe_pattern_t *wide,
                          const ipxe_pattern_t *narrow)
{
    stretch_t a, b;
    int low = -1, high = 1;

    if (!stretch(&a, wide) || !stretch(&b, narrow) || (a.low && !b.low) ||
        (a.high && !b.high))
        return 0;
    if (a.low)
        low = order(a.low, b.low);
    if (a.high)
        high = order(a.high, b.high);
    return (low < 0 || (low == 0 && (a.with_low || !b.with_low))) &&
           (high > 0 || (high == 0 && (a.with_high || !b.with_high)));
}

/* All of the one before all of the other. */
static int is_before(const stretch_t *a, const stretch_t *b)
{
    int found;

    if (!a->high || !b->low)
        return 0;
    found = order(a->high, b->low);
    return found < 0 || (found == 0 && !(a->with_high && b->with_low));
}

static int stretch_apart(const ipxe_pattern_t *one, const ipxe_pattern_t *other)
{
    stretch_t a, b;

    return stretch(&a, one) && stretch(&b, other) &&
           (is_before(&a, &b) || is_before(&b, &a));
}

/* A glob of stars and letters takes the other's wildcards as letters: only a
 * star of its own can take these. */
static int glob_covers(const ipxe_pattern_t *wide, const ipxe_pattern_t *narrow)
{
    if (strpbrk(wide->text, "?[\\") || strchr(narrow->text, '\\'))
        return 0;
    return ipxe_glob_matches(wide->text, narrow->text);
}

/* They begin, or end, differently before their first wildcards. */
static int glob_apart(const char *a, const char *b)
{
    apr_size_t n = strcspn(a, "*?[\\"), m = strcspn(b, "*?[\\"), i;
    apr_size_t len = strlen(a), more = strlen(b);

    for (i = 0; i < n && i < m; i++) {
        if (apr_tolower(a[i]) != apr_tolower(b[i]))
            return 1;
    }
    for (i = 1; i <= len && i <= more && !strchr("*?]\\", a[len - i]) &&
                !strchr("*?]\\", b[more - i]);
         i++) {
        if (apr_tolower(a[len - i]) != apr_tolower(b[more - i]))
            return 1;
    }
    return 0;
}

int ipxe_pattern_covers(const ipxe_pattern_t *wide,
                        const ipxe_pattern_t *narrow)
{
    if (wide->form == FORM_ABSENT || narrow->form == FORM_ABSENT)
        return wide->form == narrow->form;
    if (ipxe_text_eq(wide->written, narrow->written) ||
        strcmp(wide->written, "*") == 0)
        return 1;
    if (wide->form == FORM_RANGE && narrow->form == FORM_RANGE)
        return ipxe_range_covers(&wide->range, &narrow->range);
    if (compares(wide) && wide->form == narrow->form)
        return stretch_covers(wide, narrow);
    if (wide->form == FORM_REGEX)
        return 0;
    if (is_exact(narrow) && wide->form != FORM_RANGE)
        return match_plain(wide, narrow->text);
    if (wide->form == FORM_PREFIX && narrow->form == FORM_PREFIX)
        return match_plain(wide, narrow->text);
    return wide->form == FORM_GLOB && narrow->form == FORM_GLOB &&
           glob_covers(wide, narrow);
}

int ipxe_pattern_apart(const ipxe_pattern_t *a, const ipxe_pattern_t *b)
{
    if (a->form == FORM_ABSENT || b->form == FORM_ABSENT)
        return a->form != b->form;
    if (a->form == FORM_RANGE && b->form == FORM_RANGE)
        return ipxe_range_apart(&a->range, &b->range);
    if (compares(a) && a->form == b->form)
        return stretch_apart(a, b);
    if (a->form == FORM_REGEX || b->form == FORM_REGEX)
        return 0;
    if (is_exact(a) && b->form != FORM_RANGE)
        return !match_plain(b, a->text);
    if (is_exact(b) && a->form != FORM_RANGE)
        return !match_plain(a, b->text);
    return a->form == FORM_GLOB && b->form == FORM_GLOB &&
           glob_apart(a->text, b->text);
}
