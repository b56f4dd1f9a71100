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

#define IPXE_EACH(byte) (0x0101010101010101u * (apr_uint64_t)(byte))

/* Of each of eight bytes the high bit: set in one at least, where one of them
 * is below 0x20 or is 0x7f. The other bits say nothing. */
static inline apr_uint64_t ipxe_plain_controls(apr_uint64_t eight)
{
    apr_uint64_t erased = eight ^ IPXE_EACH(0x7f);

    return ((eight - IPXE_EACH(0x20)) & ~eight) |
           ((erased - IPXE_EACH(1)) & ~erased);
}

/* Fewer than eight bytes, as those of eight whose others are blanks. */
static inline apr_uint64_t ipxe_plain_copy_few(char *to, const char *s,
                                               apr_size_t len)
{
    apr_uint64_t eight = IPXE_EACH(' ');
    apr_uint32_t first, last;
    apr_size_t i;

    if (len >= sizeof(first)) {
        memcpy(&first, s, sizeof(first));
        memcpy(&last, s + len - sizeof(last), sizeof(last));
        memcpy(to, &first, sizeof(first));
        memcpy(to + len - sizeof(last), &last, sizeof(last));
        return (apr_uint64_t)first << 32 | last;
    }
    for (i = 0; i < len; i++) {
        to[i] = s[i];
        eight = eight << 8 | (unsigned char)s[i];
    }
    return eight;
}

/* Copies the text to where there is room for it; zero where there is a control
 * character in it. */
static inline int ipxe_plain_copy(char *to, const char *s, apr_size_t len)
{
    apr_uint64_t eight, found = 0;
    apr_size_t i;

    if (len < sizeof(eight)) {
        found = ipxe_plain_controls(ipxe_plain_copy_few(to, s, len));
        return !(found & IPXE_EACH(0x80));
    }
    for (i = 0; i + sizeof(eight) < len; i += sizeof(eight)) {
        memcpy(&eight, s + i, sizeof(eight));
        memcpy(to + i, &eight, sizeof(eight));
        found |= ipxe_plain_controls(eight);
    }
    memcpy(&eight, s + len - sizeof(eight), sizeof(eight));
    memcpy(to + len - sizeof(eight), &eight, sizeof(eight));
    found |= ipxe_plain_controls(eight);
    return !(found & IPXE_EACH(0x80));
}

#endif
