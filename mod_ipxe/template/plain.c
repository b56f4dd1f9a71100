/* SPDX-License-Identifier: Apache-2.0 */
/* Values that stand as they are: found eight bytes at a time, or by a table. */
#include "template/plain.h"

#include <string.h>

static const unsigned char plain_by_context[][2] = {
    [IPXE_CONTEXT_NONE] = {IPXE_PLAIN_LINE, IPXE_PLAIN_LINE},
    [IPXE_CONTEXT_ARGUMENT] = {IPXE_PLAIN_NEVER, IPXE_PLAIN_NEVER},
    [IPXE_CONTEXT_URL] = {IPXE_PLAIN_NEVER, IPXE_PLAIN_NEVER},
    [IPXE_CONTEXT_TEXT] = {IPXE_PLAIN_NEVER, IPXE_PLAIN_NEVER},
    [IPXE_CONTEXT_COMMENT] = {IPXE_PLAIN_NEVER, IPXE_PLAIN_NEVER},
    [IPXE_CONTEXT_SCRIPT] = {IPXE_PLAIN_NEVER, IPXE_PLAIN_NEVER},
    [IPXE_CONTEXT_LINE] = {IPXE_PLAIN_LINE, IPXE_PLAIN_END},
    [IPXE_CONTEXT_SHELL] = {IPXE_PLAIN_LINE, IPXE_PLAIN_WORD},
    [IPXE_CONTEXT_KICKSTART] = {IPXE_PLAIN_LINE, IPXE_PLAIN_WORD},
    [IPXE_CONTEXT_PRESEED] = {IPXE_PLAIN_LINE, IPXE_PLAIN_WORD},
    [IPXE_CONTEXT_XML] = {IPXE_PLAIN_MARKUP, IPXE_PLAIN_MARKUP},
    [IPXE_CONTEXT_JSON] = {IPXE_PLAIN_LINE, IPXE_PLAIN_WORD},
    [IPXE_CONTEXT_BATCH] = {IPXE_PLAIN_LINE, IPXE_PLAIN_WORD}};

ipxe_plain_e ipxe_plain_in(ipxe_context_e context, int network)
{
    return plain_by_context[context][network];
}

/* ---- a table: bits of what a byte may stand in ---- */

enum { WORD = 1, MARKUP = 2 };

#define BOTH (WORD | MARKUP)

static const unsigned char bytes[256] = {
    [' ' ... '!'] = MARKUP,  ['#' ... '%'] = MARKUP, ['(' ... '*'] = MARKUP,
    ['+' ... ':'] = BOTH,    [';'] = MARKUP,         ['='] = BOTH,
    ['?'] = MARKUP,          ['@' ... 'Z'] = BOTH,   ['[' ... '^'] = MARKUP,
    ['_'] = BOTH,            ['`'] = MARKUP,         ['a' ... 'z'] = BOTH,
    ['{' ... '~'] = MARKUP,  [0x80 ... 0xff] = MARKUP};

static int all_have(const char *s, apr_size_t len, unsigned bit)
{
    apr_size_t i = 0;

    while (i < len && bytes[(unsigned char)s[i]] & bit)
        i++;
    return i == len;
}

/* ---- eight bytes at once ---- */

#define EACH(byte) (0x0101010101010101u * (apr_uint64_t)(byte))

/* Nonzero where one of the eight is below 0x20 or is 0x7f: what stays of the
 * high bits are those that a subtraction borrowed. */
static apr_uint64_t controls(apr_uint64_t eight)
{
    apr_uint64_t erased = eight ^ EACH(0x7f);

    return (((eight - EACH(0x20)) & ~eight) |
            ((erased - EACH(1)) & ~erased)) &
           EACH(0x80);
}

static int no_controls(const char *s, apr_size_t len)
{
    apr_uint64_t eight = 0, found = 0;
    apr_size_t i;

    if (len < sizeof(eight)) {
        for (i = 0; i < len; i++)
            eight = eight << 8 | (unsigned char)s[i];
        return !controls(eight | EACH(0x20) << 8 * len);
    }
    for (i = 0; i + sizeof(eight) < len; i += sizeof(eight)) {
        memcpy(&eight, s + i, sizeof(eight));
        found |= controls(eight);
    }
    memcpy(&eight, s + len - sizeof(eight), sizeof(eight));
    return !(found | controls(eight));
}

int ipxe_plain_is(ipxe_plain_e plain, const char *s, apr_size_t len)
{
    switch (plain) {
    case IPXE_PLAIN_LINE:
        return no_controls(s, len);
    case IPXE_PLAIN_END:
        return no_controls(s, len) && (len == 0 || s[len - 1] != '\\');
    case IPXE_PLAIN_WORD:
        return all_have(s, len, WORD);
    case IPXE_PLAIN_MARKUP:
        return all_have(s, len, MARKUP);
    default:
        return 0;
    }
}
