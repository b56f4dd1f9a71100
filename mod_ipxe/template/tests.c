/* SPDX-License-Identifier: Apache-2.0 */
/* Tests: what stands after `is`. */
#include <string.h>

#include "template/filter_help.h"
#include "template/regex.h"

static apr_status_t answer(ipxe_value_t *result, int truth)
{
    *result = ipxe_value_bool(truth);
    return APR_SUCCESS;
}

/* ---- kinds ---- */

static apr_status_t t_defined(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind != IPXE_KIND_UNDEFINED);
}

static apr_status_t t_undefined(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_UNDEFINED);
}

static apr_status_t t_none(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_NONE);
}

static apr_status_t t_boolean(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_BOOL);
}

static apr_status_t t_true(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    (void)run;
    return answer(result,
                  args->value.kind == IPXE_KIND_BOOL && args->value.u.boolean);
}

static apr_status_t t_false(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    (void)run;
    return answer(result,
                  args->value.kind == IPXE_KIND_BOOL && !args->value.u.boolean);
}

static apr_status_t t_integer(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_INT);
}

static apr_status_t t_float(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_FLOAT);
}

static apr_status_t t_number(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    (void)run;
    return answer(result, ipxe_value_is_number(args->value));
}

static apr_status_t t_string(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_TEXT);
}

static apr_status_t t_mapping(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    (void)run;
    return answer(result, args->value.kind == IPXE_KIND_MAP ||
                              ipxe_value_is_product(args->value));
}

static int has_items(ipxe_value_t value)
{
    return value.kind == IPXE_KIND_TEXT || ipxe_value_is_list(value) ||
           value.kind == IPXE_KIND_MAP || ipxe_value_is_product(value);
}

static apr_status_t t_iterable(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_args_t *args)
{
    if (args->value.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, args->value, *args->value_span);
    return answer(result, has_items(args->value));
}

static apr_status_t t_sequence(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_args_t *args)
{
    (void)run;
    return answer(result,
                  has_items(args->value) &&
                      !(ipxe_value_is_list(args->value) &&
                        args->value.flags & (IPXE_LIST_LAZY | IPXE_LIST_VIEW)));
}

/* ---- letters and numbers ---- */

static apr_status_t cased(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args, int upper)
{
    const ipxe_string_t *text = ipxe_arg_string(run, args).u.text;
    apr_size_t at = 0;
    int seen = 0, wrong = 0;

    while (at < text->len) {
        apr_uint32_t code = 0;
        int n = ipxe_utf8_next(text->s + at, text->len - at, &code);

        if (ipxe_letter_is_upper(code))
            seen |= upper, wrong |= !upper;
        else if (ipxe_letter_is_lower(code))
            seen |= !upper, wrong |= upper;
        at += n ? (apr_size_t)n : 1;
    }
    return answer(result, seen && !wrong);
}

static apr_status_t t_lower(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    return cased(result, run, args, 0);
}

static apr_status_t t_upper(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    return cased(result, run, args, 1);
}

static apr_status_t rest_is(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args, ipxe_value_t by,
                            apr_int64_t want)
{
    ipxe_value_t rest;
    apr_status_t rv;

    if (!ipxe_value_is_number(args->value) || !ipxe_value_is_number(by))
        return ipxe_arg_fail(run, args, "this wants a number, not %s",
                             ipxe_kind_name(args->value.kind));
    rv =
        ipxe_op_binary(&rest, run, IPXE_TOKEN_MOD, args->value, by,
                       *args->span);
    if (rv != APR_SUCCESS)
        return rv;
    return answer(result, ipxe_value_equal(rest, ipxe_value_int(want)));
}

static apr_status_t t_even(ipxe_value_t *result, ipxe_run_t *run,
                           const ipxe_args_t *args)
{
    return rest_is(result, run, args, ipxe_value_int(2), 0);
}

static apr_status_t t_odd(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    return rest_is(result, run, args, ipxe_value_int(2), 1);
}

static apr_status_t t_divisibleby(ipxe_value_t *result, ipxe_run_t *run,
                                  const ipxe_args_t *args)
{
    return rest_is(result, run, args, args->v[0], 0);
}

/* ---- comparisons ---- */

/* One function for all of them: the name says which. */
static apr_status_t t_compare(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    static const struct {
        const char *name;
        ipxe_token_e op;
    } ops[] = {{"!=", IPXE_TOKEN_NE}, {"<", IPXE_TOKEN_LT},
               {"<=", IPXE_TOKEN_LE}, {"==", IPXE_TOKEN_EQ},
               {">", IPXE_TOKEN_GT},  {">=", IPXE_TOKEN_GE},
               {"eq", IPXE_TOKEN_EQ}, {"equalto", IPXE_TOKEN_EQ},
               {"ge", IPXE_TOKEN_GE}, {"greaterthan", IPXE_TOKEN_GT},
               {"gt", IPXE_TOKEN_GT}, {"in", IPXE_TOKEN_NAME},
               {"le", IPXE_TOKEN_LE}, {"lessthan", IPXE_TOKEN_LT},
               {"lt", IPXE_TOKEN_LT}, {"ne", IPXE_TOKEN_NE}};
    int truth = 0;
    unsigned i = 0;
    apr_status_t rv;

    while (strcmp(ops[i].name, args->name) != 0)
        i++;
    rv = ipxe_op_compare(&truth, run, ops[i].op, args->value, args->v[0],
                         *args->span);
    *result = ipxe_value_bool(truth);
    return rv;
}

/* The same thing, not an equal one: what is small is itself. */
static apr_status_t t_sameas(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    ipxe_value_t a = args->value, b = args->v[0];
    int same = a.kind == b.kind;

    (void)run;
    if (same && a.kind >= IPXE_KIND_TEXT)
        same = a.u.text == b.u.text;
    else if (same && a.kind >= IPXE_KIND_BOOL)
        same = ipxe_value_equal(a, b);
    return answer(result, same);
}

/* ---- regular expressions ---- */

static apr_status_t t_regex(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args, unsigned flags)
{
    int before = run->render.diags->all->nelts, yes = 0;
    ipxe_value_t pattern = ipxe_value_none();
    ipxe_value_t text = ipxe_arg_string(run, args);
    const ipxe_regex_t *regex = args->regex;
    ipxe_regex_e status;
    apr_status_t rv = ipxe_arg_text(&pattern, run, args, 0);

    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&yes, run, args, 1);
    flags |= yes ? IPXE_REGEX_CASELESS : 0;
    yes = 0;
    if (rv == APR_SUCCESS)
        rv = ipxe_arg_truth(&yes, run, args, 2);
    flags |= yes ? IPXE_REGEX_MULTILINE : 0;
    if (rv != APR_SUCCESS)
        return rv;
    if (!regex)
        regex = ipxe_regex_compile(pattern.u.text->s, flags, *args->span,
                                   run->render.diags, run->pool);
    if (!regex) {
        ipxe_run_notes(run, before);
        return APR_EGENERAL;
    }
    status = ipxe_regex_match(regex, text.u.text->s, text.u.text->len, 0, NULL);
    if (status > IPXE_REGEX_YES)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_REGEX, *args->span, "%s",
                             ipxe_regex_problem(status));
    return answer(result, status == IPXE_REGEX_YES);
}

static apr_status_t t_match(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    return t_regex(result, run, args, IPXE_REGEX_ANCHORED);
}

static apr_status_t t_search(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    return t_regex(result, run, args, 0);
}

#define ANY   (IPXE_ROW_UNDEFINED | IPXE_ROW_WALKS)
#define REGEX "pattern ignorecase=false multiline=false"

const ipxe_row_t ipxe_tests_all[] = {
    {"!=", t_compare, "other", 1, 1, 0, "Same as ne."},
    {"<", t_compare, "other", 1, 1, 0, "Same as lt."},
    {"<=", t_compare, "other", 1, 1, 0, "Same as le."},
    {"==", t_compare, "other", 1, 1, 0, "Same as eq."},
    {">", t_compare, "other", 1, 1, 0, "Same as gt."},
    {">=", t_compare, "other", 1, 1, 0, "Same as ge."},
    {"boolean", t_boolean, "", 0, 0, ANY, "True or false."},
    {"defined", t_defined, "", 0, 0, ANY, "There is such a value."},
    {"divisibleby", t_divisibleby, "num", 1, 1, 0, "A multiple of the number."},
    {"eq", t_compare, "other", 1, 1, 0, "Equal."},
    {"equalto", t_compare, "other", 1, 1, 0, "Same as eq."},
    {"even", t_even, "", 0, 0, 0, "A multiple of two."},
    {"false", t_false, "", 0, 0, ANY, "False itself."},
    {"float", t_float, "", 0, 0, ANY, "A number with a fraction."},
    {"ge", t_compare, "other", 1, 1, 0, "Greater or equal."},
    {"greaterthan", t_compare, "other", 1, 1, 0, "Same as gt."},
    {"gt", t_compare, "other", 1, 1, 0, "Greater."},
    {"in", t_compare, "where", 1, 1, IPXE_ROW_WALKS,
     "An item of a list, a key of a mapping, a part of a text."},
    {"integer", t_integer, "", 0, 0, ANY, "A number without a fraction."},
    {"iterable", t_iterable, "", 0, 0, ANY, "A loop can go through it."},
    {"le", t_compare, "other", 1, 1, 0, "Less or equal."},
    {"lessthan", t_compare, "other", 1, 1, 0, "Same as lt."},
    {"lower", t_lower, "", 0, 0, 0, "Its letters are lower case."},
    {"lt", t_compare, "other", 1, 1, 0, "Less."},
    {"mapping", t_mapping, "", 0, 0, ANY, "A mapping."},
    {"match", t_match, REGEX, 1, 3, IPXE_ROW_REGEX | IPXE_ROW_BEGIN,
     "A regular expression holds at its begin."},
    {"ne", t_compare, "other", 1, 1, 0, "Not equal."},
    {"none", t_none, "", 0, 0, ANY, "None itself."},
    {"number", t_number, "", 0, 0, ANY, "A number, or true or false."},
    {"odd", t_odd, "", 0, 0, 0, "No multiple of two."},
    {"sameas", t_sameas, "other", 1, 1, ANY, "The very same value."},
    {"search", t_search, REGEX, 1, 3, IPXE_ROW_REGEX,
     "A regular expression holds somewhere in it."},
    {"sequence", t_sequence, "", 0, 0, ANY,
     "It has a length and items by number or key."},
    {"string", t_string, "", 0, 0, ANY, "A text."},
    {"true", t_true, "", 0, 0, ANY, "True itself."},
    {"undefined", t_undefined, "", 0, 0, ANY, "There is no such value."},
    {"upper", t_upper, "", 0, 0, 0, "Its letters are upper case."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
