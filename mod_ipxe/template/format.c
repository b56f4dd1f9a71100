/* SPDX-License-Identifier: Apache-2.0 */
/* Python's "%s" formatting, of the operator % and the filter format. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <math.h>
#include <string.h>

#include "template/run.h"
#include "template/texts.h"

#define MOST_WIDTH 1000

typedef struct spec_t {
    int left, plus, blank, zero, alternate;
    apr_int64_t width, precision; /* precision -1: none */
    char kind;
} spec_t;

typedef struct formatter_t {
    ipxe_run_t *run;
    ipxe_value_t format, args;
    apr_size_t at;   /* in the format */
    apr_size_t next; /* of the arguments */
    ipxe_build_t *build;
    ipxe_span_t span;
} formatter_t;

static apr_status_t wrong(formatter_t *f, const char *message)
{
    return ipxe_run_fail(f->run, IPXE_DIAG_TEMPLATE_ARGUMENT, f->span, "%s",
                         message);
}

static apr_status_t next_value(ipxe_value_t *value, formatter_t *f)
{
    if (f->args.kind == IPXE_KIND_TUPLE) {
        if (f->next >= f->args.u.list->len)
            return wrong(f, "there are fewer values than the format wants");
        *value = f->args.u.list->items[f->next++];
    }
    else if (f->next++ == 0) {
        *value = f->args;
    }
    else {
        return wrong(f, "there are fewer values than the format wants");
    }
    if (value->kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(f->run, *value, f->span);
    return APR_SUCCESS;
}

/* %(name)s */
static apr_status_t named_value(ipxe_value_t *value, formatter_t *f)
{
    const char *s = f->format.u.text->s + f->at;
    const char *end = strchr(s, ')');
    char *name;

    if (!end || f->args.kind != IPXE_KIND_MAP)
        return wrong(f, "a format with names wants a mapping");
    name = apr_pstrmemdup(f->run->pool, s + 1, (apr_size_t)(end - s - 1));
    f->at += (apr_size_t)(end - s) + 1;
    *value = ipxe_map_get(f->args, name);
    if (value->kind == IPXE_KIND_UNDEFINED && f->format.flags & IPXE_SECRET)
        *value = ipxe_value_undefined("this name");
    if (value->kind == IPXE_KIND_UNDEFINED)
        return ipxe_run_undefined(f->run, *value, f->span);
    return APR_SUCCESS;
}

static apr_status_t number_or_star(apr_int64_t *to, formatter_t *f)
{
    const char *s = f->format.u.text->s;
    ipxe_value_t value;
    apr_status_t rv;

    if (s[f->at] == '*') {
        f->at++;
        rv = next_value(&value, f);
        if (rv == APR_SUCCESS && value.kind != IPXE_KIND_INT)
            return wrong(f, "* wants an integer");
        *to = rv == APR_SUCCESS ? value.u.integer : 0;
        return rv;
    }
    for (*to = 0; apr_isdigit(s[f->at]) && *to <= MOST_WIDTH; f->at++)
        *to = *to * 10 + s[f->at] - '0';
    return APR_SUCCESS;
}

static void read_flags(spec_t *spec, formatter_t *f)
{
    for (;; f->at++) {
        switch (f->format.u.text->s[f->at]) {
        case '-':
            spec->left = 1;
            break;
        case '+':
            spec->plus = 1;
            break;
        case ' ':
            spec->blank = 1;
            break;
        case '0':
            spec->zero = 1;
            break;
        case '#':
            spec->alternate = 1;
            break;
        default:
            return;
        }
    }
}

static apr_status_t read_spec(spec_t *spec, formatter_t *f)
{
    const char *s = f->format.u.text->s;
    apr_status_t rv;

    read_flags(spec, f);
    rv = number_or_star(&spec->width, f);
    if (rv == APR_SUCCESS && s[f->at] == '.') {
        f->at++;
        rv = number_or_star(&spec->precision, f);
    }
    if (rv != APR_SUCCESS)
        return rv;
    if (spec->width < 0) {
        spec->left = 1;
        spec->width = -spec->width;
    }
    if (spec->width > MOST_WIDTH || spec->precision > MOST_WIDTH)
        return wrong(f, "a width of the format is too large");
    while (s[f->at] && strchr("hlL", s[f->at]))
        f->at++;
    spec->kind = s[f->at];
    if (!spec->kind)
        return wrong(f, "the format ends in the middle of a conversion");
    f->at++;
    return APR_SUCCESS;
}

/* ---- writing ---- */

static void add_padded(formatter_t *f, const spec_t *spec, ipxe_value_t text)
{
    apr_int64_t chars = (apr_int64_t)ipxe_string_chars(text.u.text);
    apr_size_t pad =
        spec->width > chars ? (apr_size_t)(spec->width - chars) : 0;

    if (!spec->left)
        ipxe_build_fill(f->build, ' ', pad);
    ipxe_build_str(f->build, text);
    if (spec->left)
        ipxe_build_fill(f->build, ' ', pad);
}

static apr_status_t add_text(formatter_t *f, const spec_t *spec,
                             ipxe_value_t value)
{
    ipxe_build_t build;
    ipxe_value_t text;

    if (spec->kind == 's') {
        text = ipxe_value_str(value, f->run->pool);
    }
    else {
        ipxe_build_init(&build, 32, f->run->pool);
        ipxe_build_repr(&build, value);
        text = ipxe_build_value(&build);
    }
    if (spec->precision >= 0)
        text = ipxe_text_part(
            f->run, text, 0,
            ipxe_string_offset(text.u.text, (apr_size_t)spec->precision));
    add_padded(f, spec, text);
    return APR_SUCCESS;
}

static void add_number(formatter_t *f, const spec_t *spec, int minus,
                       const char *prefix, const char *digits,
                       unsigned flags)
{
    const char *sign = minus         ? "-"
                       : spec->plus  ? "+"
                       : spec->blank ? " "
                                     : "";
    apr_int64_t have = (apr_int64_t)(strlen(sign) + strlen(prefix) +
                                     strlen(digits));
    ipxe_text_t *out = ipxe_text_make(64, f->run->pool);

    ipxe_text_add(out, sign);
    ipxe_text_add(out, prefix);
    for (; spec->zero && !spec->left && have < spec->width; have++)
        ipxe_text_add_char(out, '0');
    ipxe_text_add(out, digits);
    add_padded(f, spec, ipxe_text_made(f->run, out->data, flags));
}

static const char *digits_of(formatter_t *f, const spec_t *spec,
                             apr_uint64_t number)
{
    const char *all = spec->kind == 'X' ? "0123456789ABCDEF"
                                        : "0123456789abcdef";
    unsigned base = spec->kind == 'o'         ? 8
                    : (spec->kind | 32) == 'x' ? 16
                                               : 10;
    char out[32], *at = out + sizeof(out) - 1;
    ipxe_text_t *text = ipxe_text_make(32, f->run->pool);
    apr_int64_t have;

    *at = '\0';
    do {
        *--at = all[number % base];
        number /= base;
    } while (number);
    have = out + sizeof(out) - 1 - at;
    for (; have < spec->precision; have++)
        ipxe_text_add_char(text, '0');
    ipxe_text_add(text, at);
    return text->data;
}

static apr_status_t add_integer(formatter_t *f, const spec_t *spec,
                                ipxe_value_t value)
{
    int decimal = strchr("diu", spec->kind) != NULL;
    const char *prefix = !spec->alternate || decimal ? ""
                         : spec->kind == 'o'         ? "0o"
                         : spec->kind == 'x'         ? "0x"
                                                     : "0X";
    apr_int64_t number;

    if (value.kind == IPXE_KIND_FLOAT && decimal) {
        if (!(fabs(value.u.real) < 9223372036854775808.0))
            return ipxe_run_fail(f->run, IPXE_DIAG_TEMPLATE_OVERFLOW,
                                 f->span,
                                 "this number does not fit into 64 bits");
        number = (apr_int64_t)value.u.real;
    }
    else if (value.kind == IPXE_KIND_INT)
        number = value.u.integer;
    else if (value.kind == IPXE_KIND_BOOL)
        number = value.u.boolean;
    else
        return ipxe_run_fail(f->run, IPXE_DIAG_TEMPLATE_TYPE, f->span,
                             "%%%c wants a number, not %s", spec->kind,
                             ipxe_kind_name(value.kind));
    add_number(f, spec, number < 0, prefix,
               digits_of(f, spec,
                         number < 0 ? 0 - (apr_uint64_t)number
                                    : (apr_uint64_t)number),
               value.flags);
    return APR_SUCCESS;
}

static apr_status_t add_real(formatter_t *f, const spec_t *spec,
                             ipxe_value_t value)
{
    double real;
    int precision = spec->precision < 0 ? 6 : (int)spec->precision;

    if (!ipxe_value_is_number(value))
        return ipxe_run_fail(f->run, IPXE_DIAG_TEMPLATE_TYPE, f->span,
                             "%%%c wants a number, not %s", spec->kind,
                             ipxe_kind_name(value.kind));
    real = ipxe_value_real(value);
    add_number(f, spec, signbit(real) && !isnan(real), "",
               ipxe_float_format(apr_psprintf(f->run->pool, "%%.%d%c",
                                              precision, spec->kind),
                                 fabs(real), f->run->pool),
               value.flags);
    return APR_SUCCESS;
}

static apr_status_t add_char(formatter_t *f, const spec_t *spec,
                             ipxe_value_t value)
{
    ipxe_text_t *out;

    if (value.kind == IPXE_KIND_TEXT && ipxe_string_chars(value.u.text) == 1) {
        add_padded(f, spec, value);
        return APR_SUCCESS;
    }
    if (value.kind != IPXE_KIND_INT || value.u.integer < 1 ||
        value.u.integer > 0x10ffff ||
        (value.u.integer >= 0xd800 && value.u.integer <= 0xdfff))
        return wrong(f, "%c wants one character");
    out = ipxe_text_make(8, f->run->pool);
    ipxe_text_add_code(out, (apr_uint32_t)value.u.integer);
    add_padded(f, spec, ipxe_text_made(f->run, out->data, value.flags));
    return APR_SUCCESS;
}

static apr_status_t convert(formatter_t *f)
{
    const char *s = f->format.u.text->s;
    ipxe_value_t value = ipxe_value_none();
    int named = s[f->at] == '(';
    spec_t spec;
    apr_status_t rv = APR_SUCCESS;

    memset(&spec, 0, sizeof(spec));
    spec.precision = -1;
    if (named)
        rv = named_value(&value, f);
    if (rv == APR_SUCCESS)
        rv = read_spec(&spec, f);
    if (rv == APR_SUCCESS && spec.kind == '%') {
        ipxe_build_part(f->build, f->format, f->at - 1, 1);
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS && !named)
        rv = next_value(&value, f);
    if (rv != APR_SUCCESS)
        return rv;
    if (strchr("sra", spec.kind))
        return add_text(f, &spec, value);
    if (strchr("diuoxX", spec.kind))
        return add_integer(f, &spec, value);
    if (strchr("eEfFgG", spec.kind))
        return add_real(f, &spec, value);
    if (spec.kind == 'c')
        return add_char(f, &spec, value);
    return wrong(f, "there is no such conversion in the format");
}

apr_status_t ipxe_op_format(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t format, ipxe_value_t args,
                            ipxe_span_t span)
{
    const ipxe_string_t *text = format.u.text;
    ipxe_build_t build;
    formatter_t f;
    apr_status_t rv = ipxe_run_plain(&args, run, args);
    apr_size_t plain = 0;

    memset(&f, 0, sizeof(f));
    f.run = run;
    f.format = format;
    f.args = args;
    f.build = &build;
    f.span = span;
    ipxe_build_init(&build, text->len + 32, run->pool);
    build.flags |= format.flags & IPXE_SECRET;
    while (rv == APR_SUCCESS && f.at < text->len) {
        if (text->s[f.at++] != '%')
            continue;
        ipxe_build_part(&build, format, plain, f.at - 1 - plain);
        rv = convert(&f);
        plain = f.at;
        if (build.len > IPXE_MAX_VALUE_BYTES)
            rv = wrong(&f, "the text becomes too long");
    }
    if (rv != APR_SUCCESS)
        return rv;
    ipxe_build_part(&build, format, plain, text->len - plain);
    if (args.kind == IPXE_KIND_TUPLE ? f.next < args.u.list->len
                                     : f.next == 0 &&
                                           args.kind != IPXE_KIND_MAP &&
                                           args.kind != IPXE_KIND_LIST)
        return wrong(&f, "there are more values than the format wants");
    *result = ipxe_build_value(&build);
    return APR_SUCCESS;
}
