/* SPDX-License-Identifier: Apache-2.0 */
/* A table that finds hosts by what tells them: open, four bytes a slot, the
 * same in memory (rules/hosts.c) and in a compiled file (rules/image.h).
 * Private to rules/.
 *
 * A slot is 0, or a host's number from 1; the bits that no number needs hold
 * some of the key's hash, so that few hosts are looked at in vain: each would
 * be memory that no cache holds. */
#ifndef IPXE_RULES_HOST_SLOTS_H
#define IPXE_RULES_HOST_SLOTS_H

#include <apr_pools.h>

/* What a host is found by; its name in compiled files alone. */
typedef enum ipxe_host_by_e {
    IPXE_HOST_BY_MAC,
    IPXE_HOST_BY_UUID,
    IPXE_HOST_BY_SERIAL,
    IPXE_HOST_BY_ASSET,
    IPXE_HOST_BY_FACTS, /* so many are facts */
    IPXE_HOST_BY_NAME = IPXE_HOST_BY_FACTS
} ipxe_host_by_e;

typedef struct ipxe_host_slots_t {
    const apr_uint32_t *slots;
    apr_size_t count;     /* a third of them stays empty, and one at least */
    apr_uint32_t numbers; /* the bits of a slot that are the host's number */
} ipxe_host_slots_t;

/* Where the search for a value begins, and what its slot holds of the hash. */
typedef struct ipxe_host_place_t {
    apr_size_t at;
    apr_uint32_t mark;
} ipxe_host_place_t;

/* A table of so many keys of so many hosts: its slots, all 0, are to be filled
 * by whoever makes it. */
apr_uint32_t *ipxe_host_slots_make(ipxe_host_slots_t *table, apr_size_t keys,
                                   apr_size_t hosts, apr_pool_t *pool);

/* Letters of both cases are one. */
ipxe_host_place_t ipxe_host_place(const ipxe_host_slots_t *table,
                                  ipxe_host_by_e by, const char *value,
                                  apr_size_t len);

apr_size_t ipxe_host_slot_after(const ipxe_host_slots_t *table, apr_size_t at);

/* The number, from 0, of the host that a slot may mean; -1: another's. */
int ipxe_host_in_slot(const ipxe_host_slots_t *table, apr_size_t at,
                      apr_uint32_t mark);

/* The length of the first value at *text, which is moved to it: cards are
 * parted by blanks. 0: none. */
apr_size_t ipxe_host_next_value(const char **text, ipxe_host_by_e by);

/* Nonzero where a host's text for that has the value. */
int ipxe_host_has_value(const char *text, ipxe_host_by_e by, const char *value,
                        apr_size_t len);

#endif
