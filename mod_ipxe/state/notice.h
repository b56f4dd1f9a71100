/* SPDX-License-Identifier: Apache-2.0 */
/* Who else is told: notices of what happened to machines, and hooks that want
 * them.
 *
 * A notice is written in the transaction of what it tells of, one for each
 * hook that wants it, and waits in the database until it was delivered: what
 * counts is told, at least once, whatever dies in between. Which hooks there
 * are stands in the database too, written by each server before its own first
 * change: so what `ipxectl` does and what other servers do is told as well.
 *
 * Whoever delivers takes a notice for a while (its lease), delivers it, and
 * settles it. One that is not settled is another's to take when the lease is
 * over.
 *
 *     while (store->ops->take(&notice, store, hook.target, lease, now, pool) ==
 *                APR_SUCCESS && notice.number)
 *         store->ops->settle(store, &notice, delivered ? 0 : now + pause, why);
 *
 * Trust: names and texts of machines are the network's. Where a notice goes is
 * never read from the database: a hook delivers what bears its own target. */
#ifndef IPXE_STATE_NOTICE_H
#define IPXE_STATE_NOTICE_H

#include <apr_tables.h>
#include <apr_time.h>

typedef enum ipxe_notice_e {
    IPXE_NOTICE_ARMED,   /* by a rule, a menu or an operator */
    IPXE_NOTICE_STARTED, /* reported, as the next three */
    IPXE_NOTICE_INSTALLED,
    IPXE_NOTICE_DONE,
    IPXE_NOTICE_FAILED,
    IPXE_NOTICE_HELD, /* begins to be held */
    IPXE_NOTICE_COUNT
} ipxe_notice_e;

/* "armed", ...; ipxe_notice_find gives IPXE_NOTICE_COUNT for what is none. */
const char *ipxe_notice_word(ipxe_notice_e event);
ipxe_notice_e ipxe_notice_find(const char *word);

typedef struct ipxe_hook_t {
    const char *site;
    const char *target; /* its name in the database: no secret, 255 bytes at
                           most */
    unsigned events;    /* 1 << ipxe_notice_e, or'ed */
} ipxe_hook_t;

/* Texts: "" where there is none. */
typedef struct ipxe_notice_t {
    apr_int64_t number; /* the store's; 0: none is due */
    const char *id;     /* of 32 hexadecimal digits: the same for all hooks
                           that are told, at each try */
    ipxe_notice_e event;
    apr_time_t when;
    const char *site, *host, *mac, *uuid, *serial, *manufacturer, *product;
    apr_int64_t machine;
    const char *profile;
    apr_int64_t install; /* its number; 0: of no install */
    const char *by;      /* who armed it, as in ipxe_install_t */
    const char *code;    /* of a hold */
    const char *text;    /* of the report; the reason of a hold */
    int tries;           /* deliveries begun, with this one */
    apr_time_t lease;    /* until when it is the taker's */
} ipxe_notice_t;

/* What waits, of a site (NULL: of all). */
typedef struct ipxe_waiting_t {
    int count, failing; /* notices; of these, tried in vain already */
    apr_time_t oldest;  /* when that which waits longest happened; 0: none */
    const char *why;    /* what went wrong with the last that did, "" */
} ipxe_waiting_t;

#endif
