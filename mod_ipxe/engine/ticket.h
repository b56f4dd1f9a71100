/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: what a machine hands back so that nothing need be sent twice and
 * nothing can be made up.
 *
 *     base64url(payload) "." base64url(tag)
 *
 * Characters A-Z a-z 0-9 _ - . alone, at most IPXE_MAX_TICKET bytes. The tag
 * is HMAC-SHA-256 (RFC 2104, FIPS 180-4) cut to 16 bytes, over the payload;
 * it is compared in constant time. The payload is text: version, kind, key,
 * site, minute of issue, profile, choice, and the facts in their normal form.
 *
 * A ticket is a capability for one machine's answers, not a proof of who
 * asks. It is never logged. */
#ifndef IPXE_ENGINE_TICKET_H
#define IPXE_ENGINE_TICKET_H

#include <apr_pools.h>
#include <apr_time.h>

#include "base/source.h"

/* Keys: the first signs, all verify. Immutable. */
typedef struct ipxe_keys_t ipxe_keys_t;

/* One key a line (at least 32 characters of any kind; empty lines and lines
 * that begin with # do not count). NULL where there is none. */
ipxe_keys_t *ipxe_keys_parse(const char *text, apr_size_t len,
                             apr_pool_t *pool);

/* A new key of 256 bits as a line of text, from the system's random source. */
apr_status_t ipxe_keys_generate(const char **line, apr_pool_t *pool);

typedef enum ipxe_ticket_kind_e {
    IPXE_TICKET_ANSWER = 'a',
    IPXE_TICKET_REPORT = 'r',
    IPXE_TICKET_MENU = 'm',
    IPXE_TICKET_WAIT = 'w',
    IPXE_TICKET_FORM = 'f' /* of the status page; facts: who sends it */
} ipxe_ticket_kind_e;

typedef struct ipxe_ticket_t {
    ipxe_ticket_kind_e kind;
    const char *site;    /* "" for a server with one */
    apr_time_t issued;   /* whole minutes */
    apr_int64_t install; /* ANSWER, REPORT: its number; MENU: the install that
                            this choice replaces, which was confirmed on the
                            console; 0: none */
    const char *profile; /* ANSWER, REPORT: whose; "" else */
    const char *choice;  /* ANSWER: "MENU/ITEM" by which it was chosen; ""
                            where it was not */
    const char *opened;  /* MENU: what passwords were given for, "MENU" or
                            "MENU/ITEM", parted by blanks; "" else */
    int identified;      /* the machine was asked for everything */
    const char *facts;   /* packed: machine/machine.h */
} ipxe_ticket_t;

/* NULL where it would be longer than IPXE_MAX_TICKET. */
const char *ipxe_ticket_write(const ipxe_ticket_t *ticket,
                              const ipxe_keys_t *keys, apr_pool_t *pool);

typedef enum ipxe_ticket_error_e {
    IPXE_TICKET_GOOD,
    IPXE_TICKET_MALFORMED, /* not the shape of a ticket */
    IPXE_TICKET_OTHER_KEY, /* made with a key that we do not have */
    IPXE_TICKET_FORGED,    /* our key's name, and a tag that is wrong */
    IPXE_TICKET_OTHER_KIND,
    IPXE_TICKET_OTHER_SITE,
    IPXE_TICKET_EXPIRED,
    IPXE_TICKET_OTHER_NETWORK /* found by the engine: IPXETicketNetwork */
} ipxe_ticket_error_e;

/* For logs: "made with another key", ... */
const char *ipxe_ticket_error_text(ipxe_ticket_error_e error);

/* Reads and proves; *ticket is filled only where GOOD is returned. life: how
 * long it is good for, microseconds. */
ipxe_ticket_error_e ipxe_ticket_read(ipxe_ticket_t *ticket, const char *text,
                                     ipxe_ticket_kind_e kind, const char *site,
                                     const ipxe_keys_t *keys, apr_time_t now,
                                     apr_interval_time_t life,
                                     apr_pool_t *pool);

#endif
