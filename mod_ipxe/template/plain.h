/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: values that stand as they are, as nearly all
 * do: words, numbers, addresses. What is not plain is no error; it is looked
 * at byte by byte (escape.h), which comes to the same for what is plain. */
#ifndef IPXE_TEMPLATE_PLAIN_H
#define IPXE_TEMPLATE_PLAIN_H

#include <string.h>

#include "template/escape.h"

typedef enum ipxe_plain_e {
    IPXE_PLAIN_NEVER,  /* always looked at */
    IPXE_PLAIN_LINE,   /* without control characters */
    IPXE_PLAIN_END,    /* the same, and without a backslash at the end */
    IPXE_PLAIN_WORD,   /* only of what has no meaning in a shell, in YAML, in
                          cmd.exe */
    IPXE_PLAIN_MARKUP  /* of nothing that XML writes otherwise */
} ipxe_plain_e;

/* What is plain in a context: of the operator's values, whatever their marks,
 * or of the network's that have no other mark. */
ipxe_plain_e ipxe_plain_in(ipxe_context_e context, int network);

/* Whether all of the text is so. */
int ipxe_plain_is(ipxe_plain_e plain, const char *s, apr_size_t len);

/* ---- without control characters: found while it is copied ---- */

typedef unsigned char ipxe_sixteen_t __attribute__((vector_size(16)));
typedef apr_uint64_t ipxe_halves_t __attribute__((vector_size(16)));

#define IPXE_FOUR(byte) byte, byte, byte, byte
#define IPXE_SIXTEEN(byte)                                                    \
    {IPXE_FOUR(byte), IPXE_FOUR(byte), IPXE_FOUR(byte), IPXE_FOUR(byte)}

#define IPXE_EIGHT(byte) (0x0101010101010101u * (unsigned char)(byte))

/* Of each of sixteen bytes: 0, unless it is a control character. */
static inline ipxe_halves_t ipxe_plain_controls(ipxe_sixteen_t bytes)
{
    static const ipxe_sixteen_t blank = IPXE_SIXTEEN(0x20);
    static const ipxe_sixteen_t erased = IPXE_SIXTEEN(0x7f);

    return (ipxe_halves_t)(bytes < blank) | (ipxe_halves_t)(bytes == erased);
}

static inline ipxe_halves_t ipxe_plain_copy_16(char *to, const char *s)
{
    ipxe_sixteen_t bytes;

    memcpy(&bytes, s, sizeof(bytes));
    memcpy(to, &bytes, sizeof(bytes));
    return ipxe_plain_controls(bytes);
}

/* At least sixteen bytes. The last block may overlap the one before. */
static inline ipxe_halves_t ipxe_plain_copy_many(char *to, const char *s,
                                                   apr_size_t len)
{
    apr_size_t last = len - sizeof(ipxe_sixteen_t), i;
    ipxe_halves_t found = ipxe_plain_copy_16(to + last, s + last);

    for (i = 0; i < last; i += sizeof(ipxe_sixteen_t))
        found |= ipxe_plain_copy_16(to + i, s + i);
    return found;
}

/* One to fifteen bytes, by a first and a last part that may overlap. */
static inline ipxe_halves_t ipxe_plain_copy_few(char *to, const char *s,
                                                apr_size_t len)
{
    ipxe_halves_t halves;
    apr_uint64_t first, last;
    apr_uint32_t a, b;

    if (len >= 8) {
        memcpy(&first, s, 8);
        memcpy(&last, s + len - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + len - 8, &last, 8);
    }
    else if (len >= 4) {
        memcpy(&a, s, 4);
        memcpy(&b, s + len - 4, 4);
        memcpy(to, &a, 4);
        memcpy(to + len - 4, &b, 4);
        first = last = (apr_uint64_t)a << 32 | b;
    }
    else {
        to[0] = s[0];
        to[len / 2] = s[len / 2];
        to[len - 1] = s[len - 1];
        first = IPXE_EIGHT(s[0]);
        last = IPXE_EIGHT(s[len / 2]) << 8 | (unsigned char)s[len - 1];
    }
    halves[0] = first;
    halves[1] = last;
    return ipxe_plain_controls((ipxe_sixteen_t)halves);
}

/* Copies the text to where there is room for it; zero where there is a control
 * character in it. */
static inline int ipxe_plain_copy(char *to, const char *s, apr_size_t len)
{
    ipxe_halves_t found;

    if (len == 0)
        return 1;
    found = len < sizeof(ipxe_sixteen_t) ? ipxe_plain_copy_few(to, s, len)
                                       : ipxe_plain_copy_many(to, s, len);
    return !(found[0] | found[1]);
}

#endif
