/* SPDX-License-Identifier: Apache-2.0 */
/* "{} {0} {name.part!r:>8}".format(...), as Python's. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "template/methods.h"
#include "template/texts.h"

#define MOST_WIDTH 1000

typedef struct format_t {
    ipxe_run_t *run;
    const ipxe_call_t *call;
    apr_size_t next; /* of the arguments without a number */
    unsigned flags;  /* of the format: what it names may be a secret */
    ipxe_build_t *build;
} format_t;

typedef struct spec_t {
    const char *fill; /* one character */
    char align, sign, group, kind;
    int alternate, width, precision; /* precision -1: none */
} spec_t;

static apr_status_t wrong(const format_t *f, const char *message)
{
    return ipxe_run_fail(f->run, IPXE_DIAG_TEMPLATE_ARGUMENT, f->call->span,
                         "%s", message);
}

static int is_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

/* The argument that a field begins with: a number, a name, or the next. */
static apr_status_t first_of(ipxe_value_t *value, format_t *f,
                             const char *name)
{
    const ipxe_call_t *call = f->call;
    apr_size_t i = 0;

    if (*name == '\0' || is_digits(name)) {
        i = *name ? (apr_size_t)strtoul(name, NULL, 10) : f->next++;
        if (i >= call->count)
            return wrong(f, "there are fewer values than the format wants");
        *value = call->args[i];
        return APR_SUCCESS;
    }
    for (; i < call->named_count; i++) {
        if (strcmp(call->keys[i], name) != 0)
            continue;
        *value = call->named[i];
        if (value->kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(f->run, *value, call->span);
        return APR_SUCCESS;
    }
    return wrong(f, "the format names a value that is not given");
}

/* name.part[0][key] */
static apr_status_t field_value(ipxe_value_t *value, format_t *f,
                                const char *field)
{
    apr_size_t n = strcspn(field, ".[");
    apr_status_t rv =
        first_of(value, f, apr_pstrmemdup(f->run->pool, field, n));
    const char *part;
    int item;

    for (field += n; rv == APR_SUCCESS && *field; field += n) {
        item = *field == '[';
        n = item ? strcspn(field, "]") : 1 + strcspn(field + 1, ".[");
        part = apr_pstrmemdup(f->run->pool, field + 1, n - 1);
        n += item && field[n] == ']';
        if (item && is_digits(part))
            rv = ipxe_run_item(value, f->run, *value,
                               ipxe_value_int(strtol(part, NULL, 10)),
                               f->call->span);
        else
            rv = ipxe_run_item(value, f->run, *value,
                               ipxe_value_text(part, f->flags,
                                               f->run->pool),
                               f->call->span);
        if (rv == APR_SUCCESS && value->kind == IPXE_KIND_UNDEFINED)
            rv = ipxe_run_undefined(f->run, *value, f->call->span);
    }
    return rv;
}

/* ---- how it is written ---- */

static apr_status_t read_spec(spec_t *spec, format_t *f, const char *s)
{
    apr_size_t first = (apr_size_t)ipxe_utf8_next(s, strlen(s), NULL);

    memset(spec, 0, sizeof(*spec));
    spec->fill = " ";
    spec->precision = -1;
    if (first && s[first] && strchr("<>=^", s[first])) {
        spec->fill = apr_pstrmemdup(f->run->pool, s, first);
        s += first;
    }
    if (*s && strchr("<>=^", *s))
        spec->align = *s++;
    if (*s && strchr("+- ", *s))
        spec->sign = *s++;
    spec->alternate = *s == '#';
    s += spec->alternate;
    if (*s == '0' && *spec->fill == ' ')
        spec->fill = "0";
    if (*s == '0' && !spec->align)
        spec->align = '=';
    for (; apr_isdigit(*s) && spec->width <= MOST_WIDTH; s++)
        spec->width = spec->width * 10 + *s - '0';
    if (*s == ',' || *s == '_')
        spec->group = *s++;
    if (*s == '.') {
        spec->precision = 0;
        for (s++; apr_isdigit(*s) && spec->precision <= MOST_WIDTH; s++)
            spec->precision = spec->precision * 10 + *s - '0';
    }
    spec->kind = *s;
    if (*s)
        s++;
    if (*s || spec->width > MOST_WIDTH || spec->precision > MOST_WIDTH)
        return wrong(f, "there is no such form of a value in a format");
    return APR_SUCCESS;
}

static void fill(format_t *f, const spec_t *spec, int n)
{
    for (; n > 0; n--)
        ipxe_build_add(f->build, spec->fill, strlen(spec->fill), 0);
}

/* sign: what stands before the padding of '='. */
static void add_aligned(format_t *f, const spec_t *spec, const char *sign,
                        ipxe_value_t text, char usual)
{
    char align = spec->align ? spec->align : usual;
    int have = (int)ipxe_string_chars(text.u.text) + (int)strlen(sign);
    int pad = spec->width > have ? spec->width - have : 0;
    int left = align == '<' ? 0 : align == '^' ? pad / 2 : pad;

    if (align != '=')
        fill(f, spec, left);
    ipxe_build_add(f->build, sign, strlen(sign), 0);
    if (align == '=')
        fill(f, spec, left);
    ipxe_build_str(f->build, text);
    fill(f, spec, pad - left);
}

static apr_status_t add_text(format_t *f, const spec_t *spec,
                             ipxe_value_t text)
{
    if ((spec->kind && spec->kind != 's') || spec->align == '=' ||
        spec->sign || spec->group || spec->alternate)
        return wrong(f, "a text has no such form in a format");
    if (spec->precision >= 0)
        text = ipxe_text_part(
            f->run, text, 0,
            ipxe_string_offset(text.u.text, (apr_size_t)spec->precision));
    add_aligned(f, spec, "", text, '<');
    return APR_SUCCESS;
}

static const char *grouped(format_t *f, const spec_t *spec, const char *s,
                           int each)
{
    apr_size_t whole = strspn(s, "0123456789abcdefABCDEF"), i;
    ipxe_text_t *out = ipxe_text_make(64, f->run->pool);

    if (!spec->group)
        return s;
    for (i = 0; i < whole; i++) {
        if (i && (whole - i) % (apr_size_t)each == 0)
            ipxe_text_add_char(out, spec->group);
        ipxe_text_add_char(out, s[i]);
    }
    ipxe_text_add(out, s + whole);
    return out->data;
}

static const char *sign_of(const spec_t *spec, int minus)
{
    if (minus)
        return "-";
    return spec->sign == '+' ? "+" : spec->sign == ' ' ? " " : "";
}

static apr_status_t add_integer(format_t *f, const spec_t *spec,
                                ipxe_value_t value)
{
    static const struct {
        char kind;
        unsigned base;
        const char *prefix;
    } bases[] = {{'b', 2, "0b"}, {'o', 8, "0o"}, {'x', 16, "0x"},
                 {'X', 16, "0X"}, {'d', 10, ""}, {'n', 10, ""},
                 {'\0', 10, ""}};
    apr_int64_t n = value.kind == IPXE_KIND_BOOL ? value.u.boolean
                                                 : value.u.integer;
    apr_uint64_t rest = n < 0 ? 0 - (apr_uint64_t)n : (apr_uint64_t)n;
    char digits[66], *at = digits + sizeof(digits) - 1;
    const char *sign;
    unsigned i;

    for (i = 0; i < 7 && bases[i].kind != spec->kind; i++)
        ;
    if (i == 7 || spec->precision >= 0)
        return wrong(f, "an integer has no such form in a format");
    *at = '\0';
    do {
        *--at = (spec->kind == 'X' ? "0123456789ABCDEF"
                                   : "0123456789abcdef")[rest %
                                                         bases[i].base];
        rest /= bases[i].base;
    } while (rest);
    sign = sign_of(spec, n < 0);
    if (spec->alternate)
        sign = apr_pstrcat(f->run->pool, sign, bases[i].prefix, NULL);
    add_aligned(f, spec, sign,
                ipxe_text_made(f->run,
                               grouped(f, spec, at,
                                       bases[i].base == 10 ? 3 : 4),
                               value.flags),
                '>');
    return APR_SUCCESS;
}

static apr_status_t add_real(format_t *f, const spec_t *spec,
                             ipxe_value_t value)
{
    double real = ipxe_value_real(value), size = fabs(real);
    char kind = spec->kind;
    const char *text;

    if (!kind && spec->precision < 0)
        text = ipxe_float_text(size, f->run->pool);
    else if (kind && !strchr("eEfFgG%", kind))
        return wrong(f, "a number has no such form in a format");
    else if (!kind)
        return wrong(f, "a precision wants its kind: .2f, .3g");
    else
        text = ipxe_float_format(
            apr_psprintf(f->run->pool, "%%.%d%c",
                         spec->precision < 0 ? 6 : spec->precision,
                         kind == '%' ? 'f' : kind),
            kind == '%' ? size * 100 : size, f->run->pool);
    text = grouped(f, spec, text, 3);
    if (kind == '%')
        text = apr_pstrcat(f->run->pool, text, "%", NULL);
    add_aligned(f, spec, sign_of(spec, signbit(real) && !isnan(real)),
                ipxe_text_made(f->run, text, value.flags), '>');
    return APR_SUCCESS;
}

static apr_status_t add_value(format_t *f, ipxe_value_t value,
                              const char *how)
{
    int whole = value.kind == IPXE_KIND_INT || value.kind == IPXE_KIND_BOOL;
    spec_t spec;
    apr_status_t rv = read_spec(&spec, f, how);

    if (rv != APR_SUCCESS)
        return rv;
    if (value.kind == IPXE_KIND_TEXT)
        return add_text(f, &spec, value);
    if (*how == '\0') {
        ipxe_build_str(f->build, value);
        return APR_SUCCESS;
    }
    if (whole && !(spec.kind && strchr("eEfFgG%", spec.kind)))
        return add_integer(f, &spec, value);
    if (ipxe_value_is_number(value))
        return add_real(f, &spec, value);
    return wrong(f, "this value has no form in a format");
}

/* ---- fields ---- */

/* field!r:spec, without its braces. */
static apr_status_t add_field(format_t *f, char *field)
{
    char *how = strchr(field, ':'), *as;
    ipxe_build_t build;
    ipxe_value_t value;
    apr_status_t rv;

    if (how)
        *how++ = '\0';
    if (how && strchr(how, '{'))
        return wrong(f, "a form inside of a form is not taken");
    as = strchr(field, '!');
    if (as)
        *as++ = '\0';
    rv = field_value(&value, f, field);
    if (rv != APR_SUCCESS)
        return rv;
    if (as && (as[1] || !strchr("rsa", *as)))
        return wrong(f, "after '!' stands r or s");
    if (as && *as != 's') {
        ipxe_build_init(&build, 32, f->run->pool);
        ipxe_build_repr(&build, value);
        value = ipxe_build_value(&build);
    }
    else if (as) {
        value = ipxe_value_str(value, f->run->pool);
    }
    return add_value(f, value, how ? how : "");
}

/* Bytes from the open brace to after its close; 0: it is not closed. */
static apr_size_t field_len(const char *s)
{
    apr_size_t i;
    int depth = 0;

    for (i = 0; s[i]; i++) {
        depth += (s[i] == '{') - (s[i] == '}');
        if (depth == 0)
            return i + 1;
    }
    return 0;
}

apr_status_t ipxe_method_format(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t self, const ipxe_call_t *call)
{
    const char *s = self.u.text->s;
    apr_size_t at = 0, n;
    ipxe_build_t build;
    format_t f;
    apr_status_t rv = APR_SUCCESS;

    f.run = run;
    f.call = call;
    f.next = 0;
    f.flags = self.flags & IPXE_STICKY;
    f.build = &build;
    ipxe_build_init(&build, self.u.text->len + 32, run->pool);
    build.flags |= self.flags & IPXE_SECRET;
    while (rv == APR_SUCCESS && s[at]) {
        n = strcspn(s + at, "{}");
        ipxe_build_part(&build, self, at, n);
        at += n;
        if (s[at] && s[at] == s[at + 1]) {
            ipxe_build_part(&build, self, at, 1);
            at += 2;
            continue;
        }
        if (!s[at])
            break;
        n = s[at] == '{' ? field_len(s + at) : 0;
        if (!n)
            return wrong(&f, "a brace of the format stands alone");
        rv = add_field(&f, apr_pstrmemdup(run->pool, s + at + 1, n - 2));
        at += n;
        if (build.len > IPXE_MAX_VALUE_BYTES)
            rv = wrong(&f, "the text becomes too long");
    }
    *result = ipxe_build_value(&build);
    return rv;
}
