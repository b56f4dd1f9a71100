/* SPDX-License-Identifier: Apache-2.0 */
/* A machine: what one says of itself in a request, in normal form.
 *
 *     mac=52-54-00-12-34-56&platform=PCBIOS&serial=%20SN%20%201&rack=7
 *
 * gives the facts mac 52:54:00:12:34:56, platform pcbios, serial "SN 1", and
 * the argument rack "7". A fact that was sent empty, or is a vendor's filler,
 * is *absent*; one that the request does not name is *not told*.
 *
 * Trust: every byte is the network's. Nothing here fails: junk becomes
 * absent, what is past the limits of base/limits.h is dropped and counted.
 * What comes out is UTF-8 without control characters, never a safe shell
 * word or script: whoever writes it out escapes it.
 *
 * Lifetime: the pool's. Immutable but by ipxe_machine_ignore and
 * ipxe_machine_set; then for any number of threads. */
#ifndef IPXE_MACHINE_MACHINE_H
#define IPXE_MACHINE_MACHINE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/limits.h"

/* The facts, in the order in which they are printed. */
typedef enum ipxe_fact_e {
    IPXE_FACT_MAC,  /* the booting card */
    IPXE_FACT_MACS, /* every card: text has them parted by blanks */
    IPXE_FACT_PLATFORM,
    IPXE_FACT_ARCH, /* the build's */
    IPXE_FACT_CPU,  /* the machine's: derived, never sent */
    IPXE_FACT_UUID,
    IPXE_FACT_SERIAL,
    IPXE_FACT_ASSET,
    IPXE_FACT_MANUFACTURER,
    IPXE_FACT_PRODUCT,
    IPXE_FACT_FAMILY,
    IPXE_FACT_SKU,
    IPXE_FACT_BOARD_SERIAL,
    IPXE_FACT_BOARD_PRODUCT,
    IPXE_FACT_CHASSIS_SERIAL,
    IPXE_FACT_HOSTNAME,
    IPXE_FACT_DOMAIN,
    IPXE_FACT_CPU64,   /* "true" or "false" */
    IPXE_FACT_MEMSIZE, /* MiB, decimal without leading zeros */
    IPXE_FACT_VERSION, /* of iPXE; where not sent, from the User-Agent */
    IPXE_FACT_USER_CLASS,
    IPXE_FACT_BUSID,
    IPXE_FACT_CHIP,
    IPXE_FACT_IP, /* the connection's, never the query's */
    IPXE_FACT_COUNT
} ipxe_fact_e;

/* What sort of value a fact is, for patterns and templates. */
typedef enum ipxe_fact_kind_e {
    IPXE_FACT_KIND_TEXT,
    IPXE_FACT_KIND_MAC,
    IPXE_FACT_KIND_MACS,
    IPXE_FACT_KIND_UUID,
    IPXE_FACT_KIND_BOOL,
    IPXE_FACT_KIND_NUMBER,
    IPXE_FACT_KIND_VERSION,
    IPXE_FACT_KIND_ADDRESS
} ipxe_fact_kind_e;

/* A set of facts: bit (1 << fact). */
typedef apr_uint32_t ipxe_facts_t;
#define IPXE_FACT_BIT(fact) ((ipxe_facts_t)1 << (fact))
#define IPXE_FACTS_ALL      (IPXE_FACT_BIT(IPXE_FACT_COUNT) - 1)

typedef enum ipxe_told_e {
    IPXE_NOT_TOLD, /* the request does not name it */
    IPXE_ABSENT,   /* sent empty, as junk, or ignored */
    IPXE_PRESENT
} ipxe_told_e;

typedef struct ipxe_told_t {
    ipxe_told_e state;
    const char *text; /* in normal form; NULL unless present */
    const char *raw;  /* as sent, decoded, without control characters; NULL
                       * where not told */
} ipxe_told_t;

typedef struct ipxe_arg_t {
    const char *name, *text; /* neither NULL */
} ipxe_arg_t;

typedef struct ipxe_machine_t {
    ipxe_told_t facts[IPXE_FACT_COUNT];
    const char *macs[IPXE_MAX_CARDS]; /* booting card first, none twice */
    int mac_count;
    apr_array_header_t *args; /* of ipxe_arg_t: every other argument, in the
                               * order sent. Of one sent twice the first
                               * counts, as with facts; a form's before the
                               * query's */
    apr_array_header_t *asks; /* of ipxe_arg_t: what was sent as ask.NAME, by
                               * NAME */
    const char *user_agent;   /* cleaned, "" where none */
    int dropped;              /* how many pieces were past the limits */
    apr_pool_t *pool;
} ipxe_machine_t;

/* A request, as bytes. */
typedef struct ipxe_machine_input_t {
    const char *query; /* what stands after '?', not decoded; may be NULL */
    apr_size_t query_len;
    const char *form; /* a POST's body, x-www-form-urlencoded; may be NULL */
    apr_size_t form_len;
    const char *user_agent; /* may be NULL */
    const char *ip;         /* text of the client's address; may be NULL */
    int most;               /* arguments at most; 0: IPXE_MAX_REQUEST_FACTS */
} ipxe_machine_input_t;

/* The machine that asks. Never NULL.
 *
 * A plus sign is a plus sign. `NAME.hex` (bytes in hex, with or without
 * colons) wins over NAME, for arguments and answers too. `%FFFFFFC3` is the
 * byte C3, `%00` nothing, a lone `%` itself. Names take '-' for '_'. A piece
 * without '=' that is no fact's name is joined back to the piece before. */
ipxe_machine_t *ipxe_machine_parse(const ipxe_machine_input_t *input,
                                   apr_pool_t *pool);

/* ---- Facts ---- */

const char *ipxe_fact_name(ipxe_fact_e fact); /* "board_serial" */
ipxe_fact_kind_e ipxe_fact_kind(ipxe_fact_e fact);

/* The fact of that name, IPXE_FACT_COUNT where there is none. */
ipxe_fact_e ipxe_fact_find(const char *name);

/* A fact's normal text, NULL unless it is present. */
const char *ipxe_machine_fact(const ipxe_machine_t *machine,
                              ipxe_fact_e fact);

/* Sets a fact from text as if it had been sent; MAC becomes the first card,
 * MACS is a list at blanks. CPU follows ARCH and CPU64. For tests of rules
 * and for samples. */
void ipxe_machine_set(ipxe_machine_t *machine, ipxe_fact_e fact,
                      const char *text);

/* An argument's text, or an answer's; NULL where it was not sent. */
const char *ipxe_machine_arg(const ipxe_machine_t *machine,
                             const char *name);
const char *ipxe_machine_ask(const ipxe_machine_t *machine,
                             const char *name);

/* Adds an argument, or an answer, that is not there yet. */
void ipxe_machine_add_arg(ipxe_machine_t *machine, const char *name,
                          const char *text);
void ipxe_machine_add_ask(ipxe_machine_t *machine, const char *name,
                          const char *text);

/* Makes absent what identifies nobody: the cards and UUIDs of the `ignore`
 * list, arrays of const char * in normal form, each may be NULL. */
void ipxe_machine_ignore(ipxe_machine_t *machine,
                         const apr_array_header_t *macs,
                         const apr_array_header_t *uuids);

/* ---- As text ---- */

/* The facts that were told and the arguments, as a query in normal form,
 * without `ask`: parsed again it gives the same machine (but the address,
 * which stands there as `ip` for who reads logs). */
const char *ipxe_machine_query(const ipxe_machine_t *machine,
                               apr_pool_t *pool);

/* The chosen facts, arguments and answers in a short form, for tickets; the
 * arrays are of const char *, NULL: none. Not told and absent stay apart. */
const char *ipxe_machine_pack(const ipxe_machine_t *machine,
                              ipxe_facts_t facts,
                              const apr_array_header_t *args,
                              const apr_array_header_t *asks,
                              apr_pool_t *pool);

/* The machine of such a text, on a request that brings it. Facts come from
 * the text alone, but the address and iPXE's version from the request where
 * the text has none; arguments and answers from the text, then those of the
 * request that it does not name. Never NULL. */
ipxe_machine_t *ipxe_machine_unpack(const char *packed,
                                    const ipxe_machine_input_t *input,
                                    apr_pool_t *pool);

/* ---- Normal forms ---- */

/* A MAC in any usual spelling as "52:54:00:12:34:56" (6, 8 or 20 octets);
 * NULL where it is none. Zeros and the broadcast address are well spelt. */
const char *ipxe_mac_normal(const char *text, apr_pool_t *pool);

/* A vendor's prefix, 1 to 5 octets parted by colons or hyphens, as
 * "52:54:00"; NULL where it is none. */
const char *ipxe_mac_prefix(const char *text, apr_pool_t *pool);

/* A UUID with or without hyphens and braces, lower case with hyphens; NULL
 * where it is none. Fillers are well spelt. */
const char *ipxe_uuid_normal(const char *text, apr_pool_t *pool);

/* Nonzero where a text in normal form is a vendor's filler. */
int ipxe_fact_junk(ipxe_fact_e fact, const char *text);

/* Order of releases: below, at or above zero as a is before, the same as or
 * after b. "2.0" is "2.0.0"; "1.21.1+git2025" is after "1.21.1" and before
 * "2.0.0"; "2.0.0-rc1" before "2.0.0"; a leading v does not count. */
int ipxe_version_compare(const char *a, const char *b);

#endif
