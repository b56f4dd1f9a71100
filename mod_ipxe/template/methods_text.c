/* SPDX-License-Identifier: Apache-2.0 */
/* Methods of texts. */
#include <string.h>

#include "template/filter_help.h"
#include "template/methods.h"
#include "template/texts.h"

static apr_status_t want_text(ipxe_run_t *run, const ipxe_call_t *call,
                              apr_size_t i)
{
    if (call->count > i && call->args[i].kind == IPXE_KIND_TEXT)
        return APR_SUCCESS;
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                         "argument %d of this method is a text", (int)i + 1);
}

static apr_status_t want_int(apr_int64_t *to, ipxe_run_t *run,
                             const ipxe_call_t *call, apr_size_t i)
{
    if (call->count <= i)
        return APR_SUCCESS;
    if (call->args[i].kind != IPXE_KIND_INT)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                             "argument %d of this method is an integer",
                             (int)i + 1);
    *to = call->args[i].u.integer;
    return APR_SUCCESS;
}

/* ---- letters ---- */

static apr_status_t m_upper(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    *result = ipxe_text_map(run, self, ipxe_letter_upper);
    return APR_SUCCESS;
}

static apr_status_t m_lower(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    *result = ipxe_text_map(run, self, ipxe_letter_lower);
    return APR_SUCCESS;
}

static apr_status_t m_capitalize(ipxe_value_t *result, ipxe_run_t *run,
                                 ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    *result = ipxe_text_capitalize(run, self);
    return APR_SUCCESS;
}

static int is_uncased(apr_uint32_t code)
{
    return !ipxe_letter_is_upper(code) && !ipxe_letter_is_lower(code);
}

static apr_status_t m_title(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    (void)call;
    *result = ipxe_text_title(run, self, is_uncased);
    return APR_SUCCESS;
}

/* ---- ends ---- */

static apr_status_t strip(ipxe_value_t *result, ipxe_run_t *run,
                          ipxe_value_t self, const ipxe_call_t *call,
                          int sides)
{
    ipxe_value_t chars = ipxe_value_none();
    apr_status_t rv = APR_SUCCESS;

    if (call->count && call->args[0].kind != IPXE_KIND_NONE) {
        rv = want_text(run, call, 0);
        chars = call->args[0];
    }
    if (rv == APR_SUCCESS)
        *result = ipxe_text_strip(run, self, chars, sides);
    return rv;
}

static apr_status_t m_strip(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    return strip(result, run, self, call, IPXE_STRIP_BOTH);
}

static apr_status_t m_lstrip(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t self, const ipxe_call_t *call)
{
    return strip(result, run, self, call, IPXE_STRIP_LEFT);
}

static apr_status_t m_rstrip(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t self, const ipxe_call_t *call)
{
    return strip(result, run, self, call, IPXE_STRIP_RIGHT);
}

typedef struct range_t {
    apr_size_t from, to; /* bytes */
    int empty;           /* from is past the end or past `to` */
} range_t;

static apr_status_t range_of(range_t *range, ipxe_run_t *run,
                             ipxe_value_t self, const ipxe_call_t *call)
{
    apr_int64_t chars = (apr_int64_t)ipxe_string_chars(self.u.text);
    apr_int64_t from, to;
    apr_status_t rv = ipxe_method_bounds(&from, &to, run, call, chars);

    range->empty =
        from > to || (call->count > 1 &&
                      call->args[1].kind == IPXE_KIND_INT &&
                      call->args[1].u.integer > chars);
    range->from = ipxe_string_offset(self.u.text, (apr_size_t)from);
    range->to = ipxe_string_offset(self.u.text, (apr_size_t)to);
    return rv;
}

static int fits(const ipxe_string_t *text, const range_t *range,
                ipxe_value_t part, int at_end)
{
    const ipxe_string_t *end = part.u.text;

    if (range->empty || range->to - range->from < end->len)
        return 0;
    return memcmp(text->s + (at_end ? range->to - end->len : range->from),
                  end->s, end->len) == 0;
}

static apr_status_t has_end(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call,
                            int at_end)
{
    ipxe_value_t want = call->args[0];
    const ipxe_value_t *all = &want;
    apr_size_t n = 1, i;
    range_t range;
    int yes = 0;
    apr_status_t rv = range_of(&range, run, self, call);

    if (call->count && want.kind == IPXE_KIND_TUPLE) {
        all = want.u.list->items;
        n = want.u.list->len;
    }
    for (i = 0; rv == APR_SUCCESS && i < n; i++) {
        if (all[i].kind != IPXE_KIND_TEXT)
            return want_text(run, call, 9);
        yes |= fits(self.u.text, &range, all[i], at_end);
    }
    *result = ipxe_value_bool(yes);
    return rv;
}

static apr_status_t m_startswith(ipxe_value_t *result, ipxe_run_t *run,
                                 ipxe_value_t self, const ipxe_call_t *call)
{
    return has_end(result, run, self, call, 0);
}

static apr_status_t m_endswith(ipxe_value_t *result, ipxe_run_t *run,
                               ipxe_value_t self, const ipxe_call_t *call)
{
    return has_end(result, run, self, call, 1);
}

/* ---- finding ---- */

static apr_status_t m_find(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t self, const ipxe_call_t *call)
{
    ipxe_string_t before;
    apr_size_t at;
    range_t range;
    apr_status_t rv = want_text(run, call, 0);

    if (rv == APR_SUCCESS)
        rv = range_of(&range, run, self, call);
    if (rv != APR_SUCCESS)
        return rv;
    at = range.empty ? IPXE_NOWHERE
                     : ipxe_text_find(self.u.text, range.from, range.to,
                                      call->args[0].u.text, 0);
    before = *self.u.text;
    before.len = at;
    *result = ipxe_value_int(
        at == IPXE_NOWHERE ? -1 : (apr_int64_t)ipxe_string_chars(&before));
    return APR_SUCCESS;
}

static apr_status_t m_count(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    const ipxe_string_t *part;
    apr_int64_t n = 0;
    range_t range;
    apr_size_t at;
    apr_status_t rv = want_text(run, call, 0);

    if (rv == APR_SUCCESS)
        rv = range_of(&range, run, self, call);
    if (rv != APR_SUCCESS)
        return rv;
    part = call->args[0].u.text;
    for (at = range.from; !range.empty && at <= range.to; n++) {
        at = ipxe_text_find(self.u.text, at, range.to, part, 0);
        if (at == IPXE_NOWHERE)
            break;
        at += part->len ? part->len
              : at < range.to
                  ? (apr_size_t)ipxe_utf8_next(self.u.text->s + at,
                                               range.to - at, NULL)
                  : 1;
    }
    *result = ipxe_value_int(n);
    return APR_SUCCESS;
}

static apr_status_t m_replace(ipxe_value_t *result, ipxe_run_t *run,
                              ipxe_value_t self, const ipxe_call_t *call)
{
    apr_int64_t count = -1;
    apr_status_t rv = want_text(run, call, 0);

    if (rv == APR_SUCCESS)
        rv = want_text(run, call, 1);
    if (rv == APR_SUCCESS)
        rv = want_int(&count, run, call, 2);
    if (rv == APR_SUCCESS)
        rv = ipxe_text_replace(result, run, self, call->args[0],
                               call->args[1], count, call->span);
    return rv;
}

/* ---- pieces ---- */

static ipxe_value_t three(ipxe_run_t *run, ipxe_value_t self, apr_size_t at,
                          apr_size_t len)
{
    ipxe_value_t *parts = apr_palloc(run->pool, 3 * sizeof(*parts));

    parts[0] = ipxe_text_part(run, self, 0, at);
    parts[1] = ipxe_text_part(run, self, at, len);
    parts[2] = ipxe_text_part(run, self, at + len,
                              self.u.text->len - at - len);
    return ipxe_value_items(parts, 3, IPXE_KIND_TUPLE, 0, run->pool);
}

static apr_status_t m_partition(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t self, const ipxe_call_t *call)
{
    apr_status_t rv = want_text(run, call, 0);
    const ipxe_string_t *part;
    apr_size_t at;

    if (rv != APR_SUCCESS)
        return rv;
    part = call->args[0].u.text;
    if (part->len == 0)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                             "the separator is empty");
    at = ipxe_text_find(self.u.text, 0, self.u.text->len, part, 0);
    if (at == IPXE_NOWHERE)
        *result = three(run, self, self.u.text->len, 0);
    else
        *result = three(run, self, at, part->len);
    return APR_SUCCESS;
}

static apr_size_t skip_blanks(const ipxe_string_t *text, apr_size_t at,
                              int blanks)
{
    apr_uint32_t code;
    int n;

    while (at < text->len &&
           (n = ipxe_utf8_next(text->s + at, text->len - at, &code)) &&
           ipxe_letter_is_space(code) == blanks)
        at += (apr_size_t)n;
    return at;
}

static void split_blanks(apr_array_header_t *out, ipxe_run_t *run,
                         ipxe_value_t self, apr_int64_t most)
{
    const ipxe_string_t *text = self.u.text;
    apr_size_t at = skip_blanks(text, 0, 1), end;

    while (at < text->len) {
        end = most == 0 ? text->len : skip_blanks(text, at, 0);
        most -= most > 0;
        APR_ARRAY_PUSH(out, ipxe_value_t) =
            ipxe_text_part(run, self, at, end - at);
        at = skip_blanks(text, end, 1);
    }
}

static void split_at(apr_array_header_t *out, ipxe_run_t *run,
                     ipxe_value_t self, const ipxe_string_t *part,
                     apr_int64_t most)
{
    const ipxe_string_t *text = self.u.text;
    apr_size_t from = 0, at;

    for (;; from = at + part->len) {
        at = most == 0 ? IPXE_NOWHERE
                       : ipxe_text_find(text, from, text->len, part, 0);
        if (at == IPXE_NOWHERE)
            break;
        most -= most > 0;
        APR_ARRAY_PUSH(out, ipxe_value_t) =
            ipxe_text_part(run, self, from, at - from);
    }
    APR_ARRAY_PUSH(out, ipxe_value_t) =
        ipxe_text_part(run, self, from, text->len - from);
}

/* sep and maxsplit may have their names. */
static apr_status_t split_args(ipxe_value_t *by, apr_int64_t *most,
                               ipxe_run_t *run, const ipxe_call_t *call)
{
    apr_size_t i;
    apr_status_t rv = want_int(most, run, call, 1);

    if (call->count)
        *by = call->args[0];
    for (i = 0; rv == APR_SUCCESS && i < call->named_count; i++) {
        if (strcmp(call->keys[i], "sep") == 0)
            *by = call->named[i];
        else if (strcmp(call->keys[i], "maxsplit") == 0 &&
                 call->named[i].kind == IPXE_KIND_INT)
            *most = call->named[i].u.integer;
        else
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT,
                                 call->span, "split takes no such '%s'",
                                 call->keys[i]);
    }
    if (rv == APR_SUCCESS && by->kind != IPXE_KIND_NONE &&
        (by->kind != IPXE_KIND_TEXT || by->u.text->len == 0))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                             "the separator is a text that is not empty");
    return rv;
}

static apr_status_t m_split(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    apr_array_header_t *out = ipxe_values_make(run);
    ipxe_value_t by = ipxe_value_none();
    apr_int64_t most = -1;
    apr_status_t rv = split_args(&by, &most, run, call);

    if (rv != APR_SUCCESS)
        return rv;
    if (by.kind == IPXE_KIND_NONE)
        split_blanks(out, run, self, most);
    else
        split_at(out, run, self, by.u.text, most);
    *result = ipxe_value_array(out, 0);
    return APR_SUCCESS;
}

static apr_status_t m_splitlines(ipxe_value_t *result, ipxe_run_t *run,
                                 ipxe_value_t self, const ipxe_call_t *call)
{
    int keep = 0;

    if (call->count)
        keep = ipxe_value_truth(call->args[0]);
    if (call->named_count)
        keep = ipxe_value_truth(call->named[0]);
    *result = ipxe_value_array(ipxe_text_lines(run, self, keep), 0);
    return APR_SUCCESS;
}

static apr_status_t m_join(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t self, const ipxe_call_t *call)
{
    const ipxe_list_t *items;
    ipxe_build_t build;
    apr_size_t i;
    apr_status_t rv = ipxe_run_items(&items, run, call->args[0], call->span);

    if (rv != APR_SUCCESS)
        return rv;
    ipxe_build_init(&build, 64, run->pool);
    for (i = 0; i < items->len; i++) {
        if (items->items[i].kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(run, items->items[i], call->span);
        if (items->items[i].kind != IPXE_KIND_TEXT)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                                 "only texts can be joined so, not %s",
                                 ipxe_kind_name(items->items[i].kind));
        if (i)
            ipxe_build_str(&build, self);
        ipxe_build_str(&build, items->items[i]);
        if (build.len > IPXE_MAX_VALUE_BYTES)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, call->span,
                                 "this text becomes too long");
    }
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static apr_status_t m_zfill(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t self, const ipxe_call_t *call)
{
    const ipxe_string_t *text = self.u.text;
    apr_int64_t width = 0, have = (apr_int64_t)ipxe_string_chars(text);
    apr_size_t sign = text->len && strchr("+-", text->s[0]) ? 1 : 0;
    ipxe_build_t build;
    apr_status_t rv = want_int(&width, run, call, 0);

    if (rv == APR_SUCCESS && width > (apr_int64_t)IPXE_MAX_VALUE_BYTES)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, call->span,
                             "this text becomes too long");
    *result = self;
    if (rv != APR_SUCCESS || width <= have)
        return rv;
    ipxe_build_init(&build, (apr_size_t)width, run->pool);
    ipxe_build_part(&build, self, 0, sign);
    ipxe_build_fill(&build, '0', (apr_size_t)(width - have));
    ipxe_build_part(&build, self, sign, text->len - sign);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static const ipxe_method_t rows[] = {
    {"capitalize", m_capitalize, 0, 0, ""},
    {"count", m_count, 1, 3, "part from=0 to=end"},
    {"endswith", m_endswith, 1, 3, "part from=0 to=end"},
    {"find", m_find, 1, 3, "part from=0 to=end"},
    {"format", ipxe_method_format, 0, -1, "*values"},
    {"join", m_join, 1, 1, "texts"},
    {"lower", m_lower, 0, 0, ""},
    {"lstrip", m_lstrip, 0, 1, "chars=none"},
    {"partition", m_partition, 1, 1, "separator"},
    {"replace", m_replace, 2, 3, "old new count=-1"},
    {"rstrip", m_rstrip, 0, 1, "chars=none"},
    {"split", m_split, 0, 2, "sep=none maxsplit=-1"},
    {"splitlines", m_splitlines, 0, 1, "keepends=false"},
    {"startswith", m_startswith, 1, 3, "part from=0 to=end"},
    {"strip", m_strip, 0, 1, "chars=none"},
    {"title", m_title, 0, 0, ""},
    {"upper", m_upper, 0, 0, ""},
    {"zfill", m_zfill, 1, 1, "width"}};

const ipxe_method_t *ipxe_methods_text(apr_size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}
