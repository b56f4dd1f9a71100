/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as 16 bytes. */
#include "rules/address.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESS_SIZE 64

static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                         0, 0, 0, 0, 0xff, 0xff};

/* n bytes of text; *v4 tells which of the two it is. A zone (%eth0) does not
 * count. */
static int read_address(unsigned char *out, int *v4, const char *text, size_t n)
{
    char copy[ADDRESS_SIZE], *zone;

    if (n >= sizeof(copy))
        return 0;
    memcpy(copy, text, n);
    copy[n] = '\0';
    zone = strchr(copy, '%');
    if (zone)
        *zone = '\0';
    *v4 = inet_pton(AF_INET, copy, out + 12) == 1;
    if (*v4)
        memcpy(out, mapped, sizeof(mapped));
    return *v4 || inet_pton(AF_INET6, copy, out) == 1;
}

/* The bits of "24", or of "255.255.255.0"; -1 where it is neither. */
static int read_bits(const char *text, int v4)
{
    unsigned char mask[16];
    int is_v4, bits = 0, i;

    if (*text && strspn(text, "0123456789") == strlen(text)) {
        if (strlen(text) > 3)
            return -1;
        for (i = 0; text[i]; i++)
            bits = bits * 10 + (text[i] - '0');
        return bits <= (v4 ? 32 : 128) ? bits : -1;
    }
    if (!v4 || !read_address(mask, &is_v4, text, strlen(text)) || !is_v4)
        return -1;
    while (bits < 32 && (mask[12 + bits / 8] & (0x80 >> (bits % 8))))
        bits++;
    for (i = bits; i < 32; i++) {
        if (mask[12 + i / 8] & (0x80 >> (i % 8)))
            return -1;
    }
    return bits;
}

static void cut_at(ipxe_range_t *range, int bits)
{
    int i;

    for (i = bits; i < 128; i++) {
        unsigned char bit = (unsigned char)(0x80 >> (i % 8));

        range->low[i / 8] = (unsigned char)(range->low[i / 8] & ~bit);
        range->high[i / 8] = (unsigned char)(range->high[i / 8] | bit);
    }
}

int ipxe_range_parse(ipxe_range_t *range, const char *text)
{
    size_t n = strcspn(text, "/-");
    const char *rest = text + n + 1;
    int v4, other, bits;

    if (!read_address(range->low, &v4, text, n))
        return 0;
    memcpy(range->high, range->low, sizeof(range->high));
    if (!text[n])
        return 1;
    if (text[n] == '-')
        return read_address(range->high, &other, rest, strlen(rest)) &&
               v4 == other &&
               memcmp(range->low, range->high, sizeof(range->low)) <= 0;
    bits = read_bits(rest, v4);
    if (bits < 0)
        return 0;
    cut_at(range, v4 ? bits + 96 : bits);
    return 1;
}

int ipxe_range_covers(const ipxe_range_t *wide, const ipxe_range_t *narrow)
{
    return memcmp(wide->low, narrow->low, sizeof(wide->low)) <= 0 &&
           memcmp(wide->high, narrow->high, sizeof(wide->high)) >= 0;
}

int ipxe_range_apart(const ipxe_range_t *a, const ipxe_range_t *b)
{
    return memcmp(a->high, b->low, sizeof(a->high)) < 0 ||
           memcmp(b->high, a->low, sizeof(b->high)) < 0;
}

int ipxe_range_holds(const ipxe_range_t *range, const char *address)
{
    unsigned char at[16];
    int v4;

    return read_address(at, &v4, address, strlen(address)) &&
           memcmp(at, range->low, sizeof(at)) >= 0 &&
           memcmp(at, range->high, sizeof(at)) <= 0;
}

const char *ipxe_range_single(const ipxe_range_t *range, apr_pool_t *pool)
{
    static const char digits[] = "0123456789abcdef";
    char *text;
    int i;

    if (memcmp(range->low, range->high, sizeof(range->low)) != 0)
        return NULL;
    text = apr_pcalloc(pool, 2 * sizeof(range->low) + 1);
    for (i = 0; i < (int)sizeof(range->low); i++) {
        text[2 * i] = digits[range->low[i] >> 4];
        text[2 * i + 1] = digits[range->low[i] & 15];
    }
    return text;
}
