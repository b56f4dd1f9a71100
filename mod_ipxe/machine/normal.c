/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses, UUIDs, versions: spellings and order. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "machine/decode.h"
#include "machine/facts.h"

#define MOST_OCTETS 20

/* Hex digits in lower case, and how a text parts them. */
typedef struct digits_t {
    char text[2 * MOST_OCTETS + 1];
    int count;
    char separator; /* 0: none */
    int part;       /* digits in each part; -1: not parted */
} digits_t;

/* A hex digit in lower case; 0 where c is none. */
static char hex_lower(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
        return c;
    return c >= 'A' && c <= 'F' ? (char)(c | 0x20) : 0;
}

/* Zero where s has more than one separator, or parts of two sizes. */
static int read_digits(digits_t *digits, const char *s)
{
    int part = 0;

    memset(digits, 0, sizeof(*digits));
    digits->part = -1;
    for (; *s; s++) {
        char digit = hex_lower(*s);

        if (digit && digits->count < 2 * MOST_OCTETS) {
            digits->text[digits->count++] = digit;
            part++;
            continue;
        }
        if (!strchr(":-.", *s) || part == 0 || !s[1] ||
            (digits->separator && digits->separator != *s))
            return 0;
        digits->separator = *s;
        if (digits->part >= 0 && digits->part != part)
            return 0;
        digits->part = part;
        part = 0;
    }
    return digits->part < 0 || digits->part == part;
}

/* "52:54:00:12:34:56" of 2n digits. */
static const char *with_colons(const char *digits, int count,
                               apr_pool_t *pool)
{
    char *out = apr_palloc(pool, (apr_size_t)count * 3 / 2), *p = out;
    int i;

    for (i = 0; i < count; i += 2) {
        if (i > 0)
            *p++ = ':';
        *p++ = digits[i];
        *p++ = digits[i + 1];
    }
    *p = '\0';
    return out;
}

static int is_parted_well(const digits_t *digits)
{
    if (!digits->separator)
        return 1;
    return digits->part == (digits->separator == '.' ? 4 : 2) ||
           (digits->separator == '.' && digits->part == 2);
}

const char *ipxe_mac_normal(const char *text, apr_pool_t *pool)
{
    digits_t digits;
    const char *s;
    int n;

    text = ipxe_decode_text(text, strlen(text), pool);
    while (*text == ' ')
        text++;
    text = apr_pstrmemdup(pool, text, strcspn(text, " "));
    if (!read_digits(&digits, text) || !is_parted_well(&digits))
        return NULL;
    n = digits.count;
    s = digits.text;
    if (n == 14 && strncmp(s, "01", 2) == 0) { /* BOOTIF's kind of card */
        s += 2;
        n -= 2;
    }
    if (n != 12 && n != 16 && n != 40)
        return NULL;
    return with_colons(s, n, pool);
}

const char *ipxe_mac_prefix(const char *text, apr_pool_t *pool)
{
    digits_t digits;
    apr_size_t n = strlen(text);
    int parted;

    if (n > 0 && strchr(":-", text[n - 1]))
        text = apr_pstrmemdup(pool, text, --n);
    if (!read_digits(&digits, text))
        return NULL;
    parted = digits.separator == ':' || digits.separator == '-';
    if (digits.count < 2 || digits.count > 10 || digits.count % 2 ||
        (parted && digits.part != 2) || (!parted && digits.count > 2) ||
        digits.separator == '.')
        return NULL;
    return with_colons(digits.text, digits.count, pool);
}

int ipxe_mac_junk(const char *mac)
{
    return !mac[strspn(mac, "0:")] || !mac[strspn(mac, "f:")];
}

const char *ipxe_uuid_normal(const char *text, apr_pool_t *pool)
{
    char uuid[37];
    int n = 0, digits = 0;

    if (strncasecmp(text, "urn:uuid:", 9) == 0)
        text += 9;
    for (; *text; text++) {
        char digit = hex_lower(*text);

        if (digit && digits < 32) {
            uuid[n++] = digit;
            digits++;
            if (digits >= 8 && digits <= 20 && digits % 4 == 0)
                uuid[n++] = '-';
        }
        else if (!strchr("-{} ", *text)) {
            return NULL;
        }
    }
    return digits == 32 ? apr_pstrmemdup(pool, uuid, (apr_size_t)n) : NULL;
}

/* ---- Versions ---- */

static apr_size_t digit_run(const char *s)
{
    return strspn(s, "0123456789");
}

/* Two runs of digits as numbers of any size. */
static int compare_runs(const char *a, apr_size_t na, const char *b,
                        apr_size_t nb)
{
    for (; na > 0 && *a == '0'; na--)
        a++;
    for (; nb > 0 && *b == '0'; nb--)
        b++;
    if (na != nb)
        return na < nb ? -1 : 1;
    return na ? memcmp(a, b, na) : 0;
}

/* Compares 1.21.1 with 2.0.0 and sets both behind it. */
static int compare_numbers(const char **a, const char **b)
{
    int order = 0;

    for (;;) {
        apr_size_t na = digit_run(*a), nb = digit_run(*b);

        if (na == 0 && nb == 0)
            return order;
        if (order == 0)
            order = compare_runs(*a, na, *b, nb);
        *a += na;
        *b += nb;
        *a += na && **a == '.' && digit_run(*a + 1);
        *b += nb && **b == '.' && digit_run(*b + 1);
    }
}

/* A blank ends a version: "2.0.0+ (g0ab22)". */
static int goes_on(const char *s)
{
    return *s && *s != ' ';
}

/* What follows the numbers: before the release, it itself, or after it. */
static int stage(const char *rest)
{
    static const char *const before[] = {"-rc", "rc", "-alpha", "-beta",
                                         "-pre", "~"};
    apr_size_t i;

    for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        if (strncasecmp(rest, before[i], strlen(before[i])) == 0)
            return -1;
    }
    return goes_on(rest);
}

/* Runs of digits by number, all else byte by byte. */
static int compare_rest(const char *a, const char *b)
{
    while (goes_on(a) && goes_on(b)) {
        apr_size_t na = digit_run(a), nb = digit_run(b);
        int order = na && nb ? compare_runs(a, na, b, nb)
                             : (unsigned char)*a - (unsigned char)*b;

        if (order != 0)
            return order;
        a += na ? na : 1;
        b += nb ? nb : 1;
    }
    return goes_on(a) - goes_on(b);
}

int ipxe_version_compare(const char *a, const char *b)
{
    int order;

    a += (*a == 'v' || *a == 'V') && digit_run(a + 1);
    b += (*b == 'v' || *b == 'V') && digit_run(b + 1);
    order = compare_numbers(&a, &b);
    if (order == 0)
        order = stage(a) - stage(b);
    return order ? order : compare_rest(a, b);
}
