/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text, and text as numbers, as Python reads and writes them. */
#define __STDC_WANT_IEC_60559_BFP_EXT__ 1
#include <stdlib.h>
#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "template/data.h"

#define MOST_DIGITS 17

const char *ipxe_int_text(apr_size_t *len, char place[IPXE_INT_DIGITS],
                          apr_int64_t integer)
{
    apr_uint64_t rest = (apr_uint64_t)integer;
    char *end = place + IPXE_INT_DIGITS - 1, *s = end;

    if (integer < 0)
        rest = 0 - rest;
    *end = '\0';
    do {
        *--s = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (integer < 0)
        *--s = '-';
    if (len)
        *len = (apr_size_t)(end - s);
    return s;
}

const char *ipxe_float_format(const char *format, double real,
                              apr_pool_t *pool)
{
    char small[64];
    int n = strfromd(small, sizeof(small), format, real);
    apr_size_t size;
    char *large;

    if (n < 0)
        return "";
    if ((apr_size_t)n < sizeof(small))
        return apr_pstrdup(pool, small);
    size = (apr_size_t)n + 1;
    large = apr_palloc(pool, size);
    strfromd(large, size, format, real);
    return large;
}

/* The shortest digits that read back as the same number: "d.ddde+XX". */
static const char *shortest(double real, apr_pool_t *pool)
{
    const char *text = "";
    int digits;

    for (digits = 0; digits < MOST_DIGITS; digits++) {
        text = ipxe_float_format(apr_psprintf(pool, "%%.%de", digits), real,
                                 pool);
        if (strtod(text, NULL) == real) /* NOLINT: equality is meant */
            break;
    }
    return text;
}

/* Digits and exponent of "d.ddde+XX" without the point. */
static const char *plain_digits(const char *text, int *exponent,
                                apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(24, pool);

    for (; *text && *text != 'e'; text++) {
        if (*text != '.')
            ipxe_text_add_char(out, *text);
    }
    *exponent = *text ? atoi(text + 1) : 0;
    return out->data;
}

static const char *with_point(const char *digits, int exponent,
                              apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(32, pool);
    int n = (int)strlen(digits), i;

    if (exponent < 0) {
        ipxe_text_add(out, "0.");
        for (i = exponent + 1; i < 0; i++)
            ipxe_text_add_char(out, '0');
        ipxe_text_add(out, digits);
        return out->data;
    }
    for (i = 0; i < n || i <= exponent; i++) {
        if (i == exponent + 1)
            ipxe_text_add_char(out, '.');
        ipxe_text_add_char(out, i < n ? digits[i] : '0');
    }
    if (n <= exponent + 1)
        ipxe_text_add(out, ".0");
    return out->data;
}

const char *ipxe_float_text(double real, apr_pool_t *pool)
{
    const char *text, *digits;
    int exponent, minus;

    if (real != real)
        return "nan";
    if (real - real != 0)
        return real > 0 ? "inf" : "-inf";
    text = shortest(real, pool);
    minus = text[0] == '-';
    digits = plain_digits(text + minus, &exponent, pool);
    if (exponent >= -4 && exponent < 16)
        text = with_point(digits, exponent, pool);
    else
        text = apr_psprintf(pool, "%c%s%se%c%02d", digits[0],
                            digits[1] ? "." : "", digits + 1,
                            exponent < 0 ? '-' : '+', abs(exponent));
    return minus ? apr_pstrcat(pool, "-", text, NULL) : text;
}

/* ---- reading ---- */

static void strip(const char **s, apr_size_t *len)
{
    apr_uint32_t code;
    int n;

    while (*len && (n = ipxe_utf8_next(*s, *len, &code)) > 0 &&
           ipxe_letter_is_space(code)) {
        *s += n;
        *len -= (apr_size_t)n;
    }
    while (*len && ipxe_letter_is_space((unsigned char)(*s)[*len - 1]) &&
           (unsigned char)(*s)[*len - 1] < 0x80)
        *len -= 1;
}

/* Copies without the underscores that stand between two digits; zero where
 * one stands elsewhere or it is too long for a number. */
static int without_underscores(char *out, apr_size_t size, const char *s,
                               apr_size_t len)
{
    apr_size_t i, n = 0;

    if (len >= size)
        return 0;
    for (i = 0; i < len; i++) {
        if (s[i] != '_')
            out[n++] = s[i];
        else if (i == 0 || i + 1 == len || !apr_isalnum(s[i - 1]) ||
                 !apr_isalnum(s[i + 1]))
            return 0;
    }
    out[n] = '\0';
    return n > 0;
}

static int is_float_word(const char *s)
{
    static const char *const words[] = {"inf", "infinity", "nan"};
    unsigned i;

    s += *s == '+' || *s == '-';
    for (i = 0; i < 3; i++) {
        if (strcasecmp(s, words[i]) == 0)
            return 1;
    }
    return s[strspn(s, "0123456789.eE+-")] == '\0' &&
           strpbrk(s, "0123456789") != NULL;
}

int ipxe_float_read(double *real, const char *s, apr_size_t len)
{
    char copy[512], *end;

    strip(&s, &len);
    if (!without_underscores(copy, sizeof(copy), s, len) ||
        !is_float_word(copy))
        return 0;
    *real = strtod(copy, &end);
    return *end == '\0';
}

/* The base that a prefix names, which is then skipped. */
static int base_of(const char **s, int base)
{
    static const struct {
        char letter;
        int base;
    } prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
    int i;

    for (i = 0; i < 3 && (*s)[0] == '0'; i++) {
        if (((*s)[1] | 32) == prefixes[i].letter &&
            (base == 0 || base == prefixes[i].base)) {
            *s += 2;
            *s += **s == '_';
            return prefixes[i].base;
        }
    }
    if (base == 0 && (*s)[0] == '0' && (*s)[strspn(*s, "0_")] != '\0')
        return -1;
    return base ? base : 10;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

int ipxe_int_read(apr_int64_t *integer, const char *s, apr_size_t len,
                  int base)
{
    char copy[512];
    const char *at = copy;
    apr_int64_t sum = 0;
    int minus;

    strip(&s, &len);
    if (len == 0 || len >= sizeof(copy) || memchr(s, '\0', len))
        return 0;
    minus = *s == '-';
    if (*s == '-' || *s == '+')
        s++, len--;
    memcpy(copy, s, len);
    copy[len] = '\0';
    base = base_of(&at, base);
    if (base < 0 || !without_underscores(copy, sizeof(copy), at, strlen(at)))
        return 0;
    for (at = copy; *at; at++) {
        if (digit_of(*at) >= base ||
            __builtin_mul_overflow(sum, base, &sum) ||
            __builtin_sub_overflow(sum, digit_of(*at), &sum))
            return 0;
    }
    if (!minus && sum == APR_INT64_MIN)
        return 0;
    *integer = minus ? sum : -sum;
    return 1;
}
