/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a growing buffer and the few questions that every floor asks of text.
 *
 * All text in this project is NUL-terminated UTF-8 in a pool, unless a length
 * stands beside it. What comes from the network has lost its NUL bytes and its
 * broken UTF-8 in machine/ before anything else sees it.
 */
#ifndef IPXE_BASE_TEXT_H
#define IPXE_BASE_TEXT_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdarg.h>

/* Text that grows. Lives as long as its pool; for one thread at a time. */
typedef struct ipxe_text_t {
    char *data;      /* always NUL-terminated, never NULL */
    apr_size_t len;  /* bytes, without the NUL */
    apr_size_t size; /* bytes that data has room for */
    apr_pool_t *pool;
    int large;  /* data grows outside of the pool, there: */
    char *heap; /* NULL as long as it is small */
} ipxe_text_t;

/* An empty text; room: bytes that it will hardly exceed, 0: nobody knows. */
ipxe_text_t *ipxe_text_make(apr_size_t room, apr_pool_t *pool);
/* The same, where the caller has the place for it. */
void ipxe_text_init(ipxe_text_t *text, apr_size_t room, apr_pool_t *pool);
/* For what may become large: it takes hardly more memory than its bytes. Its
 * data moves when it grows, and what was there before is gone. */
ipxe_text_t *ipxe_text_make_large(apr_pool_t *pool);
void ipxe_text_add(ipxe_text_t *text, const char *s);
void ipxe_text_add_n(ipxe_text_t *text, const char *s, apr_size_t len);
void ipxe_text_add_char(ipxe_text_t *text, char c);
/* Adds each of the texts up to a NULL: much cheaper than a format. */
void ipxe_text_add_all(ipxe_text_t *text, ...) __attribute__((sentinel));
void ipxe_text_addf(ipxe_text_t *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ipxe_text_cut(ipxe_text_t *text, apr_size_t len);

/* Equal texts; two NULLs are equal, NULL and "" are not. */
int ipxe_text_eq(const char *a, const char *b);

/* Bytes of the UTF-8 character at s, of which max bytes can be read: 1 to 4;
 * 0 where no well-formed character stands (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). *code, where not NULL, is set to it. */
int ipxe_utf8_next(const char *s, apr_size_t max, apr_uint32_t *code);

/* Adds the character `code` as UTF-8. */
void ipxe_text_add_code(ipxe_text_t *text, apr_uint32_t code);

/* Adds s as a string of JSON (RFC 8259), with its quotes; a broken byte
 * becomes U+FFFD. */
void ipxe_text_add_json(ipxe_text_t *text, const char *s);

/* The columns of a terminal that n bytes take: one for each character (tabs
 * are the caller's), a broken byte counts one. */
apr_size_t ipxe_utf8_columns(const char *s, apr_size_t n);

/* s with all but printable ASCII as '?': for consoles, logs and comments. */
const char *ipxe_text_ascii(const char *s, apr_pool_t *pool);

/* Parts of s at any of the characters in `at`, empty parts left out: array of
 * const char *. Never NULL. */
apr_array_header_t *ipxe_text_split(const char *s, const char *at,
                                    apr_pool_t *pool);

/* Which of the n names is meant by `word`: one whose edit distance is at most
 * a third of the word's length (and at least one for words of three and more
 * characters), else NULL. For "did you mean". */
const char *ipxe_text_nearest(const char *word, const char *const *names,
                              apr_size_t n);

/* Nonzero where word is one of the n names. */
int ipxe_text_among(const char *word, const char *const *names, apr_size_t n);

/* "1st", "2nd", "3rd", "11th" */
const char *ipxe_text_ordinal(int n, apr_pool_t *pool);

/* Percent-encodes every byte but RFC 3986's unreserved ones and those in
 * `keep` (NULL: none more). */
const char *ipxe_text_urlencode(const char *s, const char *keep,
                                apr_pool_t *pool);

/* The same, added to text. */
void ipxe_text_add_urlencoded(ipxe_text_t *text, const char *s,
                              const char *keep);

/* ---- Times ---- */

/* "2026-11-22 14:03:22" in the server's zone; "never" for 0 */
const char *ipxe_time_text(apr_time_t when, apr_pool_t *pool);

/* "2026-11-22T05:03:22Z" */
const char *ipxe_time_utc(apr_time_t when, apr_pool_t *pool);

#endif
