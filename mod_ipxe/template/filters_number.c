/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of numbers, and default. */
#include <apr_strings.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "template/filter_help.h"

static apr_status_t f_default(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    int boolean = 0, truth = 1;
    apr_status_t rv = ipxe_arg_truth(&boolean, run, args, 1);

    if (rv == APR_SUCCESS && boolean &&
        args->value.kind != IPXE_KIND_UNDEFINED)
        rv = ipxe_run_truth(&truth, run, args->value, *args->span);
    if (args->value.kind != IPXE_KIND_UNDEFINED && (!boolean || truth))
        *result = args->value;
    else if (GIVEN(args, 0))
        *result = args->v[0];
    else
        *result = IPXE_TEXT("");
    return rv;
}

static apr_status_t f_abs(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    ipxe_value_t value = args->value;

    if (!ipxe_value_is_number(value))
        return ipxe_arg_fail(run, args, "this wants a number, not %s",
                             ipxe_kind_name(value.kind));
    return ipxe_op_sign(result, run, value, ipxe_value_real(value) < 0,
                        *args->span);
}

/* ---- int and float ---- */

static apr_status_t not_whole(ipxe_run_t *run, const ipxe_args_t *args)
{
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_OVERFLOW, *args->span,
                         "'int': this number does not fit into 64 bits");
}

static apr_status_t int_of_real(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args, double real)
{
    if (!isfinite(real)) {
        *result = GIVEN(args, 0) ? args->v[0] : ipxe_value_int(0);
        return APR_SUCCESS;
    }
    if (real >= 9223372036854775808.0 || real < -9223372036854775808.0)
        return not_whole(run, args);
    *result = ipxe_value_int((apr_int64_t)real);
    return APR_SUCCESS;
}

static apr_status_t int_of_text(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_args_t *args, apr_int64_t base)
{
    const ipxe_string_t *text = args->value.u.text;
    apr_int64_t integer;
    double real;

    if ((base == 0 || (base >= 2 && base <= 36)) &&
        ipxe_int_read(&integer, text->s, text->len, (int)base)) {
        *result = ipxe_value_int(integer);
        return APR_SUCCESS;
    }
    if (ipxe_float_read(&real, text->s, text->len))
        return int_of_real(result, run, args, real);
    *result = GIVEN(args, 0) ? args->v[0] : ipxe_value_int(0);
    return APR_SUCCESS;
}

static apr_status_t f_int(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    ipxe_value_t value = args->value;
    apr_int64_t base = 10;
    apr_status_t rv = ipxe_arg_int(&base, run, args, 1);

    if (rv != APR_SUCCESS)
        return rv;
    if (value.kind == IPXE_KIND_TEXT)
        rv = int_of_text(result, run, args, base);
    else if (value.kind == IPXE_KIND_FLOAT)
        rv = int_of_real(result, run, args, value.u.real);
    else if (ipxe_value_is_number(value))
        *result = ipxe_value_int(value.kind == IPXE_KIND_BOOL
                                     ? value.u.boolean
                                     : value.u.integer);
    else
        *result = GIVEN(args, 0) ? args->v[0] : ipxe_value_int(0);
    result->flags |= value.flags & IPXE_STICKY;
    return rv;
}

static apr_status_t f_float(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    ipxe_value_t value = args->value;
    double real;

    (void)run;
    if (ipxe_value_is_number(value))
        *result = ipxe_value_float(ipxe_value_real(value));
    else if (value.kind == IPXE_KIND_TEXT &&
             ipxe_float_read(&real, value.u.text->s, value.u.text->len))
        *result = ipxe_value_float(real);
    else
        *result = GIVEN(args, 0) ? args->v[0] : ipxe_value_float(0.0);
    result->flags |= value.flags & IPXE_STICKY;
    return APR_SUCCESS;
}

/* ---- round ---- */

static double round_real(ipxe_run_t *run, double real, apr_int64_t precision)
{
    double scale;

    if (real - real != 0) /* infinite or none */
        return real;
    if (precision > 300)
        return real;
    if (precision < -300)
        return copysign(0.0, real);
    if (precision >= 0)
        return strtod(ipxe_float_format(apr_psprintf(run->pool, "%%.%df",
                                                     (int)precision),
                                        real, run->pool),
                      NULL);
    scale = pow(10, (double)-precision);
    return nearbyint(real / scale) * scale;
}

/* To tens, hundreds, ...: halves to the even one. */
static apr_int64_t round_whole(apr_int64_t value, apr_int64_t precision)
{
    apr_int64_t scale = 1, rest, down;

    if (precision >= 0)
        return value;
    if (precision < -18)
        return 0;
    while (precision++ < 0)
        scale *= 10;
    rest = value % scale;
    if (rest < 0)
        rest += scale;
    down = value - rest;
    if (rest * 2 > scale || (rest * 2 == scale && down / scale % 2 != 0))
        return down + scale;
    return down;
}

static apr_status_t round_to(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args, apr_int64_t precision,
                             int up)
{
    double scale = pow(10, (double)precision);
    double real = ipxe_value_real(args->value) * scale;

    if (real - real != 0)
        return ipxe_arg_fail(run, args, "this number cannot be rounded");
    *result = ipxe_value_float((up ? ceil(real) : floor(real)) / scale);
    if (result->u.real == 0)
        result->u.real = 0.0;
    return APR_SUCCESS;
}

static apr_status_t f_round(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_args_t *args)
{
    ipxe_value_t method = IPXE_TEXT("common");
    ipxe_value_t value = args->value;
    apr_int64_t precision = 0;
    apr_status_t rv = ipxe_arg_int(&precision, run, args, 0);

    if (rv == APR_SUCCESS)
        rv = ipxe_arg_text(&method, run, args, 1);
    if (rv != APR_SUCCESS)
        return rv;
    if (!ipxe_value_is_number(value))
        return ipxe_arg_fail(run, args, "this wants a number, not %s",
                             ipxe_kind_name(value.kind));
    if (strcmp(method.u.text->s, "ceil") == 0)
        return round_to(result, run, args, precision, 1);
    if (strcmp(method.u.text->s, "floor") == 0)
        return round_to(result, run, args, precision, 0);
    if (strcmp(method.u.text->s, "common") != 0)
        return ipxe_arg_fail(run, args,
                             "it rounds 'common', 'ceil' or 'floor'");
    if (value.kind == IPXE_KIND_FLOAT)
        *result = ipxe_value_float(
            round_real(run, value.u.real, precision));
    else
        *result = ipxe_value_int(round_whole(
            value.kind == IPXE_KIND_INT ? value.u.integer : value.u.boolean,
            precision));
    return APR_SUCCESS;
}

static apr_status_t f_sum(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    int by_attribute = GIVEN(args, 0) && args->v[0].kind != IPXE_KIND_NONE;
    const ipxe_list_t *items;
    ipxe_value_t sum = ipxe_value_int(0), item;
    apr_size_t i;
    apr_status_t rv = ipxe_arg_items(&items, run, args);

    if (GIVEN(args, 1))
        sum = args->v[1];
    if (rv == APR_SUCCESS && sum.kind == IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "it adds no texts: use join");
    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        item = items->items[i];
        if (by_attribute)
            rv = ipxe_run_path(&item, run, item, args->v[0], NULL,
                               *args->span);
        if (rv == APR_SUCCESS && item.kind == IPXE_KIND_UNDEFINED)
            rv = ipxe_run_undefined(run, item, *args->span);
        if (rv == APR_SUCCESS)
            rv = ipxe_op_binary(&sum, run, IPXE_TOKEN_ADD, sum, item,
                                *args->span);
        if (rv == APR_SUCCESS)
            rv = ipxe_run_charge(run, sum, args->span);
    }
    *result = sum;
    return rv;
}

const ipxe_row_t ipxe_filters_number[] = {
    {"abs", f_abs, "", 0, 0, 0, "The number without its sign."},
    {"d", f_default, "default_value='' boolean=false", 0, 2,
     IPXE_ROW_UNDEFINED | IPXE_ROW_WALKS, "Same as default."},
    {"default", f_default, "default_value='' boolean=false", 0, 2,
     IPXE_ROW_UNDEFINED | IPXE_ROW_WALKS,
     "Another value where it is not defined; with boolean=true also where "
     "it is empty, zero or false."},
    {"float", f_float, "default=0.0", 0, 1, 0, "The number with a fraction."},
    {"int", f_int, "default=0 base=10", 0, 2, 0,
     "The number without its fraction."},
    {"round", f_round, "precision=0 method='common'", 0, 2, 0,
     "Rounded, or up ('ceil') or down ('floor')."},
    {"sum", f_sum, "attribute=none start=0", 0, 2, IPXE_ROW_WALKS,
     "The items added."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
