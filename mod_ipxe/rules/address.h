/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of IPv4 and IPv6, networks and ranges of them. An address of IPv4
 * is the same in its own form and mapped into IPv6 (::ffff:10.0.0.1). */
#ifndef IPXE_RULES_ADDRESS_H
#define IPXE_RULES_ADDRESS_H

#include <apr_pools.h>

/* From low to high, both in it: 16 bytes as of IPv6, IPv4 mapped. */
typedef struct ipxe_range_t {
    unsigned char low[16], high[16];
} ipxe_range_t;

/* Nonzero where the text is an address, a network `a/n` (n may also be a mask
 * of IPv4) or a range `a-b`. */
int ipxe_range_parse(ipxe_range_t *range, const char *text);

/* Nonzero where every address of `narrow` is one of `wide`; where none is in
 * both. */
int ipxe_range_covers(const ipxe_range_t *wide, const ipxe_range_t *narrow);
int ipxe_range_apart(const ipxe_range_t *a, const ipxe_range_t *b);

/* Nonzero where the text is an address in the range. */
int ipxe_range_holds(const ipxe_range_t *range, const char *address);

/* The bytes in hex of a range's only address; NULL where it has more. */
const char *ipxe_range_single(const ipxe_range_t *range, apr_pool_t *pool);

#endif
