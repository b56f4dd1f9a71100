/* SPDX-License-Identifier: Apache-2.0 */
/* What a render finds out by a short way is what it finds byte by byte: values
 * that stand as they are, and the template's own lines, which were looked at
 * when it was loaded. A text with marks for each byte goes the long way, so
 * that each case is rendered by both. */
#include <stdlib.h>

#include "template/data.h"
#include "template/template.h"

#include "tap.h"

#define CASES 20000
#define MOST_PARTS 8

static const char *const names[] = {"a.cfg", "a.ks", "a.sh", "a.seed",
                                    "a.xml", "a.yaml", "a.bat", "a.ipxe"};

/* Of the template. */
static const char *const literals[] = {
    "%post\n", "%pre --log=x\n", "%end\n", "\n", " ", "\t", "%", "x\\\n",
    "echo '", "echo \"", "'\n", "d-i preseed/late_command string ", "word ",
    "one\ntwo\n", "one\\\n%end\ntwo\n", "%end\n%post\nthree", "\\", "#!ipxe\n",
    "%packages\nless\n%end\n", "\n%post\n\n", "<a b=\"", "key: ", "\xc3\xa9"};

static const char *const values[] = {
    "", "a", "word", "two words", "seven.7", "eight-88", "nine/9999",
    "seventeen_letters", "%", "%end", "post", " %end", "end\\", "\\", "a\\b",
    "tab\there", "line\nbreak", "cr\rhere", "\x7f", "1234567\x7f", "\x01",
    "12345678\x1f""0", "\xc3\xa9", "12345\xc3\xa9""89", "a&b", "<b>", "\"",
    "'", "a;b", "$(a)", "${a}", "#", "-1", "a=b,c+d@e:f", "[0]", "`"};

static const unsigned marks[] = {
    0, IPXE_TAINTED, IPXE_SAFE, IPXE_MARK_QUOTED, IPXE_MARK_JSON, IPXE_MARK_XML,
    IPXE_TAINTED | IPXE_SAFE, IPXE_TAINTED | IPXE_MARK_QUOTED,
    IPXE_TAINTED | IPXE_MARK_JSON, IPXE_TAINTED | IPXE_MARK_XML, IPXE_TAINTED};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A literal where it has no number, else a value. */
typedef struct part_t {
    const char *text;
    unsigned marks;
    int value;
} part_t;

typedef struct case_t {
    const char *name;
    part_t parts[MOST_PARTS];
    int count;
    int byte_by_byte;
    apr_size_t most;
    apr_pool_t *pool;
} case_t;

typedef struct outcome_t {
    const char *text; /* NULL: it failed, with this: */
    const char *message;
} outcome_t;

static ipxe_context_e place(const char *line)
{
    return strstr(line, "http") ? IPXE_CONTEXT_URL : IPXE_CONTEXT_ARGUMENT;
}

static const ipxe_language_t language = {NULL, 0, place};

static ipxe_value_t long_way(ipxe_value_t text, apr_pool_t *pool)
{
    apr_size_t len = text.u.text->len;
    ipxe_string_t *string = apr_pmemdup(pool, text.u.text, sizeof(*string));
    unsigned char *mask = apr_palloc(pool, len + 1);

    memset(mask, (int)(text.flags & IPXE_MARKS), len);
    string->mask = mask;
    text.u.text = string;
    return text;
}

/* "v3" is the third part. */
static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const case_t *one = self->baton;
    const part_t *part = &one->parts[atoi(name->s + 1)];

    *value = ipxe_value_text(part->text,
                             part->value ? part->marks : IPXE_SAFE,
                             render->pool);
    if (one->byte_by_byte)
        *value = long_way(*value, render->pool);
    return APR_SUCCESS;
}

static const char *template_of(const case_t *one)
{
    ipxe_text_t *text = ipxe_text_make(64, one->pool);
    int i;

    for (i = 0; i < one->count; i++) {
        if (one->parts[i].value || one->byte_by_byte)
            ipxe_text_addf(text, "{{ v%d }}", i);
        else
            ipxe_text_add(text, one->parts[i].text);
    }
    return text->data;
}

static outcome_t render(const case_t *one)
{
    ipxe_library_t *library = ipxe_library_make(&language, one->pool);
    ipxe_diags_t *diags = ipxe_diags_make(one->pool);
    ipxe_object_t object = {get, NULL, one};
    ipxe_render_t how = {&object, NULL, diags, one->most, one->pool};
    ipxe_text_t *out = ipxe_text_make(64, one->pool);
    const char *text = template_of(one);
    outcome_t outcome = {NULL, NULL};
    const ipxe_template_t *self;
    int found;

    ipxe_library_add(library, one->name,
                     ipxe_source_make(one->name, text, strlen(text),
                                      one->pool));
    self = ipxe_library_get(&found, library, one->name, diags);
    if (self && ipxe_template_render(ipxe_sink_to_text(out, 0, one->pool),
                                     self, &how) == APR_SUCCESS)
        outcome.text = out->data;
    else
        outcome.message = ipxe_diags_first_error(diags)->message;
    return outcome;
}

/* ---- random cases ---- */

static apr_uint32_t seed = 20260101;

static apr_size_t below(apr_size_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Some as long as half of what a render hands on at once. */
static const char *stretched(const char *s, apr_pool_t *pool)
{
    ipxe_text_t *text;

    if (below(50) != 0)
        return s;
    text = ipxe_text_make(8192, pool);
    while (text->len < 4000)
        ipxe_text_add_all(text, "stretched ", s, NULL);
    return text->data;
}

static void make_case(case_t *one, apr_pool_t *pool)
{
    int i;

    memset(one, 0, sizeof(*one));
    one->pool = pool;
    one->name = names[below(COUNT(names))];
    one->count = 1 + (int)below(MOST_PARTS);
    for (i = 0; i < one->count; i++) {
        part_t *part = &one->parts[i];

        part->value = below(2) == 0;
        part->marks = marks[below(COUNT(marks))];
        part->text = stretched(part->value ? values[below(COUNT(values))]
                                           : literals[below(COUNT(literals))],
                               pool);
    }
}

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static int agrees(case_t *one)
{
    outcome_t shorter, longer;

    one->byte_by_byte = 0;
    shorter = render(one);
    one->byte_by_byte = 1;
    longer = render(one);
    if (same(shorter.text, longer.text) &&
        same(shorter.message, longer.message))
        return 1;
    one->byte_by_byte = 0;
    tap_say("template", template_of(one));
    tap_say("in", one->name);
    tap_say("by the short way",
            shorter.text ? shorter.text : shorter.message);
    tap_say("byte by byte", longer.text ? longer.text : longer.message);
    return 0;
}

static void both_ways(apr_pool_t *pool)
{
    int i, failed = 0, written = 0;
    case_t one;

    for (i = 0; i < CASES && failed < 3; i++) {
        make_case(&one, pool);
        failed += !agrees(&one);
        written += render(&one).text != NULL;
        apr_pool_clear(pool);
    }
    ok(failed == 0, "a value is plain where byte by byte it stays as it is");
    ok(written > CASES / 4 && written < CASES * 3 / 4,
       "some were written, some refused");
}

static void bound(apr_pool_t *pool)
{
    outcome_t outcome;
    int i, wrong = 0;
    case_t one;

    for (i = 0; i < CASES / 10; i++) {
        make_case(&one, pool);
        outcome = render(&one);
        if (outcome.text && *outcome.text) {
            one.most = strlen(outcome.text);
            wrong += render(&one).text == NULL;
            one.most--;
            wrong += one.most && render(&one).text != NULL;
        }
        apr_pool_clear(pool);
    }
    ok(wrong == 0, "the bound of the output is exact");
}

static ipxe_value_t written(apr_int64_t integer, apr_pool_t *pool)
{
    return ipxe_value_str(ipxe_value_int(integer), pool);
}

int main(void)
{
    apr_pool_t *pool = tap_start(), *work;

    apr_pool_create(&work, pool);
    both_ways(work);
    bound(work);
    is(written(0, pool).u.text->s, "0", "nothing");
    is(written(-10, pool).u.text->s, "-10", "less than nothing");
    is(written(APR_INT64_MAX, pool).u.text->s, "9223372036854775807",
       "the most");
    is(written(APR_INT64_MIN, pool).u.text->s, "-9223372036854775808",
       "the least");
    return tap_end(pool);
}
