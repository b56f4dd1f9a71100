/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows, UTF-8, near names: see text.h. */
#include "base/text.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

void ipxe_text_init(ipxe_text_t *text, apr_size_t room, apr_pool_t *pool)
{
    text->size = room < 16 ? 16 : room;
    text->data = apr_palloc(pool, text->size);
    text->data[0] = '\0';
    text->len = 0;
    text->pool = pool;
    text->large = 0;
    text->heap = NULL;
}

ipxe_text_t *ipxe_text_make(apr_size_t room, apr_pool_t *pool)
{
    ipxe_text_t *text = apr_palloc(pool, sizeof(*text));

    ipxe_text_init(text, room, pool);
    return text;
}

static apr_status_t free_large(void *baton)
{
    ipxe_text_t *text = baton;

    free(text->heap);
    return APR_SUCCESS;
}

ipxe_text_t *ipxe_text_make_large(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(1024, pool);

    text->large = 1;
    apr_pool_cleanup_register(pool, text, free_large, apr_pool_cleanup_null);
    return text;
}

/* A pool keeps what a text has grown out of, the heap does not. */
static int grow_large(ipxe_text_t *text, apr_size_t size)
{
    char *data = realloc(text->heap, size);

    if (!data)
        return 0;
    if (!text->heap)
        memcpy(data, text->data, text->len + 1);
    text->heap = text->data = data;
    text->size = size;
    return 1;
}

static void grow(ipxe_text_t *text, apr_size_t more)
{
    apr_size_t size = text->size;
    char *data;

    while (size <= text->len + more)
        size *= 2;
    if (text->large && grow_large(text, size))
        return;
    text->large = 0;
    data = apr_palloc(text->pool, size);
    memcpy(data, text->data, text->len + 1);
    text->data = data;
    text->size = size;
}

static void make_room(ipxe_text_t *text, apr_size_t more)
{
    if (text->len + more >= text->size)
        grow(text, more);
}

void ipxe_text_add_n(ipxe_text_t *text, const char *s, apr_size_t len)
{
    make_room(text, len);
    memcpy(text->data + text->len, s, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void ipxe_text_add(ipxe_text_t *text, const char *s)
{
    ipxe_text_add_n(text, s, strlen(s));
}

void ipxe_text_add_char(ipxe_text_t *text, char c)
{
    make_room(text, 1);
    text->data[text->len++] = c;
    text->data[text->len] = '\0';
}

void ipxe_text_add_all(ipxe_text_t *text, ...)
{
    const char *part;
    va_list parts;

    va_start(parts, text);
    while ((part = va_arg(parts, const char *)) != NULL)
        ipxe_text_add_n(text, part, strlen(part));
    va_end(parts);
}

void ipxe_text_addf(ipxe_text_t *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ipxe_text_add(text, apr_pvsprintf(text->pool, format, args));
    va_end(args);
}

void ipxe_text_cut(ipxe_text_t *text, apr_size_t len)
{
    if (len < text->len) {
        text->len = len;
        text->data[len] = '\0';
    }
}

int ipxe_text_eq(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

/* The length that a first byte announces, with its own bits in *code. */
static int utf8_lead(unsigned char c, apr_uint32_t *code)
{
    static const struct {
        unsigned char mask, bits;
    } leads[] = {{0x80, 0x00}, {0xe0, 0xc0}, {0xf0, 0xe0}, {0xf8, 0xf0}};
    int i;

    for (i = 0; i < 4; i++) {
        if ((c & leads[i].mask) == leads[i].bits) {
            *code = c & (unsigned char)~leads[i].mask;
            return i + 1;
        }
    }
    return 0;
}

int ipxe_utf8_next(const char *s, apr_size_t max, apr_uint32_t *code)
{
    static const apr_uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    apr_uint32_t c = 0;
    int n, i;

    if (max == 0)
        return 0;
    n = utf8_lead((unsigned char)s[0], &c);
    if (n == 0 || (apr_size_t)n > max)
        return 0;
    for (i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    if (code)
        *code = c;
    return n;
}

void ipxe_text_add_code(ipxe_text_t *text, apr_uint32_t code)
{
    char out[4];
    apr_size_t n = 0;

    if (code < 0x80) {
        out[n++] = (char)code;
    }
    else if (code < 0x800) {
        out[n++] = (char)(0xc0 | code >> 6);
        out[n++] = (char)(0x80 | (code & 0x3f));
    }
    else if (code < 0x10000) {
        out[n++] = (char)(0xe0 | code >> 12);
        out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (code & 0x3f));
    }
    else {
        out[n++] = (char)(0xf0 | code >> 18);
        out[n++] = (char)(0x80 | (code >> 12 & 0x3f));
        out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (code & 0x3f));
    }
    ipxe_text_add_n(text, out, n);
}

void ipxe_text_add_json(ipxe_text_t *text, const char *s)
{
    apr_size_t left = strlen(s);

    ipxe_text_add_char(text, '"');
    while (left) {
        int n = ipxe_utf8_next(s, left, NULL);

        if (n == 0)
            ipxe_text_add(text, "\xef\xbf\xbd");
        else if ((unsigned char)*s < 0x20 || *s == 0x7f)
            ipxe_text_addf(text, "\\u%04x", *s);
        else if (*s == '"' || *s == '\\')
            ipxe_text_addf(text, "\\%c", *s);
        else
            ipxe_text_add_n(text, s, (apr_size_t)n);
        n = n ? n : 1;
        s += n;
        left -= (apr_size_t)n;
    }
    ipxe_text_add_char(text, '"');
}

apr_size_t ipxe_utf8_columns(const char *s, apr_size_t n)
{
    apr_size_t columns = 0, i = 0;

    while (i < n) {
        int step = ipxe_utf8_next(s + i, n - i, NULL);

        i += step ? (apr_size_t)step : 1;
        columns++;
    }
    return columns;
}

const char *ipxe_text_ascii(const char *s, apr_pool_t *pool)
{
    char *out = apr_pstrdup(pool, s);
    char *p;

    for (p = out; *p; p++) {
        if (*p < 0x20 || *p > 0x7e)
            *p = '?';
    }
    return out;
}

apr_array_header_t *ipxe_text_split(const char *s, const char *at,
                                    apr_pool_t *pool)
{
    apr_array_header_t *parts = apr_array_make(pool, 4, sizeof(const char *));

    for (s += strspn(s, at); *s; s += strspn(s, at)) {
        apr_size_t n = strcspn(s, at);

        APR_ARRAY_PUSH(parts, const char *) = apr_pstrmemdup(pool, s, n);
        s += n;
    }
    return parts;
}

#define LONGEST_WORD 40

static apr_size_t least_of(apr_size_t a, apr_size_t b, apr_size_t c)
{
    apr_size_t least = a < b ? a : b;

    return least < c ? least : c;
}

static int same_letter(char a, char b)
{
    return apr_tolower(a) == apr_tolower(b);
}

/* Levenshtein's distance, with two letters that changed places as one edit;
 * three rows at a time. */
static apr_size_t distance(const char *a, const char *b)
{
    apr_size_t rows[3][LONGEST_WORD + 1];
    apr_size_t la = strlen(a), lb = strlen(b), i, j;

    if (la > LONGEST_WORD || lb > LONGEST_WORD)
        return LONGEST_WORD;
    for (j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (i = 1; i <= la; i++) {
        apr_size_t *now = rows[i % 3], *old = rows[(i - 1) % 3];

        now[0] = i;
        for (j = 1; j <= lb; j++) {
            now[j] = least_of(now[j - 1] + 1, old[j] + 1,
                              old[j - 1] +
                                  (same_letter(a[i - 1], b[j - 1]) ? 0 : 1));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                now[j] = least_of(now[j], now[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

const char *ipxe_text_nearest(const char *word, const char *const *names,
                              apr_size_t n)
{
    apr_size_t best = strlen(word) / 3 + 1, i;
    const char *nearest = NULL;

    if (strlen(word) < 2)
        return NULL;
    for (i = 0; i < n; i++) {
        apr_size_t d = distance(word, names[i]);

        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

int ipxe_text_among(const char *word, const char *const *names, apr_size_t n)
{
    apr_size_t i;

    for (i = 0; i < n; i++) {
        if (strcmp(word, names[i]) == 0)
            return 1;
    }
    return 0;
}

/* RFC 3986's unreserved characters. */
static int unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static int url_plain(char c, const char *keep)
{
    return unreserved(c) || (c && keep && strchr(keep, c));
}

void ipxe_text_add_urlencoded(ipxe_text_t *text, const char *s,
                              const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";

    while (*s) {
        const char *run = s;

        while (url_plain(*s, keep))
            s++;
        ipxe_text_add_n(text, run, (apr_size_t)(s - run));
        if (!*s)
            break;
        ipxe_text_add_char(text, '%');
        ipxe_text_add_char(text, digits[(unsigned char)*s >> 4]);
        ipxe_text_add_char(text, digits[(unsigned char)*s++ & 15]);
    }
}

const char *ipxe_text_urlencode(const char *s, const char *keep,
                                apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(strlen(s) + 16, pool);

    ipxe_text_add_urlencoded(out, s, keep);
    return out->data;
}

/* ---- Times ---- */

static const char *written(const apr_time_exp_t *at, const char *between,
                           const char *end, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%04d-%02d-%02d%s%02d:%02d:%02d%s",
                        at->tm_year + 1900, at->tm_mon + 1, at->tm_mday,
                        between, at->tm_hour, at->tm_min, at->tm_sec, end);
}

const char *ipxe_time_text(apr_time_t when, apr_pool_t *pool)
{
    apr_time_exp_t at;

    if (!when)
        return "never";
    apr_time_exp_lt(&at, when);
    return written(&at, " ", "", pool);
}

const char *ipxe_time_utc(apr_time_t when, apr_pool_t *pool)
{
    apr_time_exp_t at;

    apr_time_exp_gmt(&at, when);
    return written(&at, "T", "Z", pool);
}

const char *ipxe_text_ordinal(int n, apr_pool_t *pool)
{
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    int last = n % 100 / 10 == 1 || n % 10 > 3 ? 0 : n % 10;

    return apr_psprintf(pool, "%d%s", n, ends[last]);
}
