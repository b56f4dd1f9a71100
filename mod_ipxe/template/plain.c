/* SPDX-License-Identifier: Apache-2.0 */
/* Values that stand as they are: which bytes, in which context. */
#include "template/plain.h"

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

/* ---- what a byte may stand in ---- */

enum { LINE = 1, MARKUP = 2, WORD = 4 };
#define ALL (LINE | MARKUP | WORD)

static const unsigned char bytes[256] = {
    [' ' ... '!'] = LINE | MARKUP, ['"'] = LINE,
    ['#' ... '%'] = LINE | MARKUP, ['&' ... '\''] = LINE,
    ['(' ... '*'] = LINE | MARKUP, ['+' ... ':'] = ALL,
    [';'] = LINE | MARKUP,         ['<'] = LINE,
    ['='] = ALL,                   ['>'] = LINE,
    ['?'] = LINE | MARKUP,         ['@' ... 'Z'] = ALL,
    ['[' ... '^'] = LINE | MARKUP, ['_'] = ALL,
    ['`'] = LINE | MARKUP,         ['a' ... 'z'] = ALL,
    ['{' ... '~'] = LINE | MARKUP, [0x80 ... 0xff] = LINE | MARKUP};

static int all_have(const char *s, apr_size_t len, unsigned bit)
{
    apr_size_t i;

    for (i = 0; i < len; i++)
        bit &= bytes[(unsigned char)s[i]];
    return bit != 0;
}

int ipxe_plain_is(ipxe_plain_e plain, const char *s, apr_size_t len)
{
    switch (plain) {
    case IPXE_PLAIN_LINE:
        return all_have(s, len, LINE);
    case IPXE_PLAIN_END:
        return all_have(s, len, LINE) && (len == 0 || s[len - 1] != '\\');
    case IPXE_PLAIN_WORD:
        return all_have(s, len, WORD);
    case IPXE_PLAIN_MARKUP:
        return all_have(s, len, MARKUP);
    default:
        return 0;
    }
}
