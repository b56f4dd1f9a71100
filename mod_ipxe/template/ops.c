/* SPDX-License-Identifier: Apache-2.0 */
/* Operators: arithmetic, comparisons, `in`. Integers have 64 bits; what does
 * not fit is an error, never another number. */
#include <math.h>
#include <string.h>

#include "template/run.h"

static const char *op_name(ipxe_token_e op)
{
    static const char *const names[] = {"//", "**", "==", "!=", ">=", "<=",
                                        "+",  "-",  "/",  "*",  "%"};

    if (op == IPXE_TOKEN_GT)
        return ">";
    return op == IPXE_TOKEN_LT ? "<" : names[op - IPXE_TOKEN_FLOORDIV];
}

static apr_status_t no_such(ipxe_run_t *run, ipxe_token_e op, ipxe_value_t a,
                            ipxe_value_t b, ipxe_span_t span)
{
    ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                  "'%s' does not work between %s and %s", op_name(op),
                  ipxe_kind_name(a.kind), ipxe_kind_name(b.kind));
    if (op == IPXE_TOKEN_ADD &&
        (a.kind == IPXE_KIND_TEXT || b.kind == IPXE_KIND_TEXT))
        ipxe_diag_help(run->diag, "'~' joins any two values as text; '|int' "
                                  "makes a number of a text");
    return APR_EGENERAL;
}

static apr_status_t overflow(ipxe_run_t *run, ipxe_span_t span)
{
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_OVERFLOW, span,
                         "this number does not fit into 64 bits");
}

static apr_status_t by_zero(ipxe_run_t *run, ipxe_span_t span)
{
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                         "division by zero");
}

static apr_int64_t integer_of(ipxe_value_t value)
{
    return value.kind == IPXE_KIND_BOOL ? value.u.boolean : value.u.integer;
}

/* ---- numbers ---- */

static apr_int64_t floor_div(apr_int64_t a, apr_int64_t b)
{
    apr_int64_t q = a / b;

    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/* Nonzero where it overflows. */
static int int_pow(apr_int64_t *result, apr_int64_t base, apr_int64_t power)
{
    apr_int64_t product = 1;

    while (power > 0) {
        if ((power & 1) && __builtin_mul_overflow(product, base, &product))
            return 1;
        power >>= 1;
        if (power > 0 && __builtin_mul_overflow(base, base, &base))
            return 1;
    }
    *result = product;
    return 0;
}

static apr_status_t int_op(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_token_e op, apr_int64_t a, apr_int64_t b,
                           ipxe_span_t span)
{
    apr_int64_t n = 0;
    int over = 0;

    if (b == 0 && (op == IPXE_TOKEN_FLOORDIV || op == IPXE_TOKEN_MOD))
        return by_zero(run, span);
    if (op == IPXE_TOKEN_ADD)
        over = __builtin_add_overflow(a, b, &n);
    else if (op == IPXE_TOKEN_SUB)
        over = __builtin_sub_overflow(a, b, &n);
    else if (op == IPXE_TOKEN_MUL)
        over = __builtin_mul_overflow(a, b, &n);
    else if (op == IPXE_TOKEN_POW)
        over = int_pow(&n, a, b);
    else if (b == -1) /* the one quotient that may not fit */
        over = op == IPXE_TOKEN_FLOORDIV && __builtin_sub_overflow(0, a, &n);
    else if (op == IPXE_TOKEN_FLOORDIV)
        n = floor_div(a, b);
    else
        n = a - floor_div(a, b) * b;
    *result = ipxe_value_int(n);
    return over ? overflow(run, span) : APR_SUCCESS;
}

static double float_mod(double a, double b)
{
    double rest = fmod(a, b);

    if (rest != 0)
        return (rest < 0) != (b < 0) ? rest + b : rest;
    return copysign(0.0, b);
}

static double float_floor(double a, double b)
{
    double rest = fmod(a, b), whole = (a - rest) / b, down;

    if (rest != 0 && (rest < 0) != (b < 0))
        whole -= 1.0;
    if (whole == 0)
        return copysign(0.0, a / b);
    down = floor(whole);
    return whole - down > 0.5 ? down + 1.0 : down;
}

static apr_status_t float_op(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_token_e op, double a, double b,
                             ipxe_span_t span)
{
    double real;

    if (b == 0 && (op == IPXE_TOKEN_DIV || op == IPXE_TOKEN_FLOORDIV ||
                   op == IPXE_TOKEN_MOD))
        return by_zero(run, span);
    if (op == IPXE_TOKEN_POW && a == 0 && b < 0)
        return by_zero(run, span);
    if (op == IPXE_TOKEN_ADD)
        real = a + b;
    else if (op == IPXE_TOKEN_SUB)
        real = a - b;
    else if (op == IPXE_TOKEN_MUL)
        real = a * b;
    else if (op == IPXE_TOKEN_DIV)
        real = a / b;
    else if (op == IPXE_TOKEN_FLOORDIV)
        real = float_floor(a, b);
    else if (op == IPXE_TOKEN_MOD)
        real = float_mod(a, b);
    else
        real = pow(a, b);
    *result = ipxe_value_float(real);
    if (op != IPXE_TOKEN_POW)
        return APR_SUCCESS;
    if (isnan(real) && !isnan(a) && !isnan(b))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "this power is not a real number");
    return isinf(real) && !isinf(a) && !isinf(b) ? overflow(run, span)
                                                 : APR_SUCCESS;
}

static apr_status_t number_op(ipxe_value_t *result, ipxe_run_t *run,
                              ipxe_token_e op, ipxe_value_t a, ipxe_value_t b,
                              ipxe_span_t span)
{
    int whole = a.kind != IPXE_KIND_FLOAT && b.kind != IPXE_KIND_FLOAT;
    apr_status_t rv;

    if (op == IPXE_TOKEN_POW && whole && integer_of(b) < 0)
        whole = 0;
    if (whole && op != IPXE_TOKEN_DIV)
        rv = int_op(result, run, op, integer_of(a), integer_of(b), span);
    else
        rv = float_op(result, run, op, ipxe_value_real(a),
                      ipxe_value_real(b), span);
    result->flags |= (a.flags | b.flags) & IPXE_STICKY;
    return rv;
}

/* ---- texts and lists ---- */

static apr_status_t too_large(ipxe_run_t *run, ipxe_span_t span)
{
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                         "this is repeated too often");
}

static apr_status_t repeat_text(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t text, apr_int64_t times,
                                ipxe_span_t span)
{
    ipxe_build_t build;
    apr_size_t len = text.u.text->len;

    if (times < 0 || len == 0)
        times = 0;
    if (times > 0 && (apr_size_t)times > IPXE_MAX_VALUE_BYTES / len)
        return too_large(run, span);
    ipxe_build_init(&build, len * (apr_size_t)times, run->pool);
    while (times-- > 0)
        ipxe_build_str(&build, text);
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}

static apr_status_t repeat_list(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t list, apr_int64_t times,
                                ipxe_span_t span)
{
    apr_size_t len = list.u.list->len, i;
    ipxe_value_t *items;

    if (times < 0 || len == 0)
        times = 0;
    if (times > 0 && (apr_size_t)times > IPXE_MAX_VALUE_ITEMS / len)
        return too_large(run, span);
    items = apr_palloc(run->pool,
                       (len * (apr_size_t)times + 1) * sizeof(*items));
    for (i = 0; i < (apr_size_t)times && len; i++)
        memcpy(items + i * len, list.u.list->items, len * sizeof(*items));
    *result = ipxe_value_items(items, len * (apr_size_t)times, list.kind, 0,
                               run->pool);
    return APR_SUCCESS;
}

static int is_integer(ipxe_value_t value)
{
    return value.kind == IPXE_KIND_INT || value.kind == IPXE_KIND_BOOL;
}

static apr_status_t multiply(ipxe_value_t *result, ipxe_run_t *run,
                             ipxe_value_t a, ipxe_value_t b,
                             ipxe_span_t span)
{
    ipxe_value_t what = is_integer(a) ? b : a, times = is_integer(a) ? a : b;

    if (!is_integer(times) || what.flags & (IPXE_LIST_LAZY | IPXE_LIST_VIEW))
        return no_such(run, IPXE_TOKEN_MUL, a, b, span);
    if (what.kind == IPXE_KIND_TEXT)
        return repeat_text(result, run, what, integer_of(times), span);
    if (ipxe_value_is_list(what))
        return repeat_list(result, run, what, integer_of(times), span);
    return no_such(run, IPXE_TOKEN_MUL, a, b, span);
}

static apr_status_t join(ipxe_value_t *result, ipxe_run_t *run,
                         ipxe_value_t a, ipxe_value_t b, ipxe_span_t span)
{
    ipxe_build_t build;
    ipxe_value_t *items;
    apr_size_t n;

    if (a.kind == IPXE_KIND_TEXT && b.kind == IPXE_KIND_TEXT) {
        ipxe_build_init(&build, a.u.text->len + b.u.text->len, run->pool);
        ipxe_build_str(&build, a);
        ipxe_build_str(&build, b);
        *result = ipxe_build_value(&build);
        return APR_SUCCESS;
    }
    if (a.kind != b.kind || !ipxe_value_is_list(a) ||
        (a.flags | b.flags) &
            (IPXE_LIST_LAZY | IPXE_LIST_VIEW | IPXE_LIST_RANGE))
        return no_such(run, IPXE_TOKEN_ADD, a, b, span);
    n = a.u.list->len + b.u.list->len;
    items = apr_palloc(run->pool, (n + 1) * sizeof(*items));
    memcpy(items, a.u.list->items, a.u.list->len * sizeof(*items));
    memcpy(items + a.u.list->len, b.u.list->items,
           b.u.list->len * sizeof(*items));
    *result = ipxe_value_items(items, n, a.kind, 0, run->pool);
    return APR_SUCCESS;
}

apr_status_t ipxe_op_binary(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_token_e op, ipxe_value_t a, ipxe_value_t b,
                            ipxe_span_t span)
{
    if (ipxe_value_is_number(a) && ipxe_value_is_number(b))
        return number_op(result, run, op, a, b, span);
    if (op == IPXE_TOKEN_ADD)
        return join(result, run, a, b, span);
    if (op == IPXE_TOKEN_MUL)
        return multiply(result, run, a, b, span);
    if (op == IPXE_TOKEN_MOD && a.kind == IPXE_KIND_TEXT)
        return ipxe_op_format(result, run, a, b, span);
    return no_such(run, op, a, b, span);
}

apr_status_t ipxe_op_sign(ipxe_value_t *result, ipxe_run_t *run,
                          ipxe_value_t a, int minus, ipxe_span_t span)
{
    if (!ipxe_value_is_number(a))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "%s has no sign", ipxe_kind_name(a.kind));
    if (a.kind == IPXE_KIND_FLOAT)
        *result = ipxe_value_float(minus ? -a.u.real : a.u.real);
    else if (minus && integer_of(a) == APR_INT64_MIN)
        return overflow(run, span);
    else
        *result = ipxe_value_int(minus ? -integer_of(a) : integer_of(a));
    result->flags |= a.flags & IPXE_STICKY;
    return APR_SUCCESS;
}

/* ---- comparisons ---- */

static int has_text(const ipxe_string_t *all, const ipxe_string_t *part)
{
    return part->len == 0 || memmem(all->s, all->len, part->s, part->len);
}

static apr_status_t contains(int *truth, ipxe_run_t *run, ipxe_value_t item,
                             ipxe_value_t in, ipxe_span_t span)
{
    const ipxe_list_t *items;
    apr_status_t rv;
    apr_size_t i;

    if (in.kind == IPXE_KIND_TEXT) {
        if (item.kind != IPXE_KIND_TEXT)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                                 "'in' a text wants a text, not %s",
                                 ipxe_kind_name(item.kind));
        *truth = has_text(in.u.text, item.u.text);
        return APR_SUCCESS;
    }
    if (in.kind == IPXE_KIND_MAP && ipxe_value_hashable(item)) {
        *truth = ipxe_map_find(in.u.map, item) != NULL;
        return APR_SUCCESS;
    }
    if (in.kind == IPXE_KIND_MAP)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "%s cannot be the key of a mapping",
                             ipxe_kind_name(item.kind));
    rv = ipxe_run_items(&items, run, in, span);
    if (rv != APR_SUCCESS)
        return rv;
    *truth = 0;
    for (i = 0; i < items->len && !*truth; i++) {
        if (items->items[i].kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(run, items->items[i], span);
        *truth = ipxe_value_equal(items->items[i], item);
    }
    return ipxe_run_charge(run, in, &span);
}

static apr_status_t ordered(int *truth, ipxe_run_t *run, ipxe_token_e op,
                            ipxe_value_t a, ipxe_value_t b, ipxe_span_t span)
{
    int order = ipxe_value_order(a, b);

    *truth = 0;
    if (order == 2) {
        /* not a number is in no order with any other */
        if (ipxe_value_is_number(a) && ipxe_value_is_number(b))
            return APR_SUCCESS;
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "'%s' does not work between %s and %s", op_name(op),
                      ipxe_kind_name(a.kind), ipxe_kind_name(b.kind));
        if (a.kind == IPXE_KIND_TEXT || b.kind == IPXE_KIND_TEXT)
            ipxe_diag_help(run->diag, "'|int' makes a number of a text");
        return APR_EGENERAL;
    }
    if (op == IPXE_TOKEN_LT)
        *truth = order < 0;
    else if (op == IPXE_TOKEN_LE)
        *truth = order <= 0;
    else if (op == IPXE_TOKEN_GT)
        *truth = order > 0;
    else
        *truth = order >= 0;
    return APR_SUCCESS;
}

apr_status_t ipxe_op_compare(int *truth, ipxe_run_t *run, ipxe_token_e op,
                             ipxe_value_t a, ipxe_value_t b, ipxe_span_t span)
{
    apr_status_t rv = APR_SUCCESS;

    if (a.kind == IPXE_KIND_UNDEFINED || b.kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(run, a.kind == IPXE_KIND_UNDEFINED ? a : b,
                                  span);
    if (op == IPXE_TOKEN_EQ || op == IPXE_TOKEN_NE) {
        *truth = ipxe_value_equal(a, b) == (op == IPXE_TOKEN_EQ);
    }
    else if (op == IPXE_TOKEN_NAME || op == IPXE_TOKEN_END) {
        rv = contains(truth, run, a, b, span);
        *truth = *truth == (op == IPXE_TOKEN_NAME);
    }
    else {
        rv = ordered(truth, run, op, a, b, span);
    }
    return rv;
}
