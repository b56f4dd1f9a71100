/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots: who may download now, and in which order the others wait; in
 * memory that the server's processes share.
 *
 * A tenant has so many slots. A machine that is about to load a kernel asks
 * for one. While there is one, it is given it; else the machine gets a place
 * at the end of the queue, and asks again after turn.seconds:
 *
 *     (unknown) --ask--> given ------- last file loaded, broken off,
 *         |                ^           another boot, time -------> (unknown)
 *         |               ask
 *         v                |
 *     in the queue --> called        a slot became free: it is kept for the
 *         |     ^         |          machine that has waited longest
 *         |     +-- late -+
 *         +--- it does not ask any more: its place is lost ---> (unknown)
 *
 * A slot that becomes free is kept at once for the first in the queue, who
 * learns of it when it asks next; so nobody is overtaken, however often others
 * ask. Who is late is passed over, and is the first again when it comes. A
 * machine has one slot or one place, however often it asks.
 *
 *     ipxe_slots_ask_t ask = {.site = "", .machine = "mac 52:54:..",
 *                             .most = 200, ...};
 *     ipxe_slots_turn(&turn, slots, &ask, IPXE_SLOT_ASK);
 *
 * A table of fixed size without pointers; its bytes are all zero at first.
 * Whoever calls holds a lock. A process that dies in the midst of a change
 * leaves a table that the next second's look puts right: every entry stands
 * for itself, and what is counted is counted anew.
 *
 * Times are microseconds of a clock that is never set (CLOCK_MONOTONIC). */
#ifndef IPXE_ENGINE_SLOTS_H
#define IPXE_ENGINE_SLOTS_H

#include <apr_time.h>

#include "base/limits.h"
#include "machine/machine.h"

/* Retry-After of who waits: seconds, least and most. */
#define IPXE_SLOTS_SOONEST 2
#define IPXE_SLOTS_LATEST  30

/* How long after that no slot is kept for a machine any more: it is late where
 * the server is, and 15 seconds where a key was pressed on its console; and how
 * long its place is. */
#define IPXE_SLOTS_LATE apr_time_from_sec(20)
#define IPXE_SLOTS_GONE apr_time_from_sec(300)

typedef struct ipxe_slots_t ipxe_slots_t;

/* Bytes of the table. */
apr_size_t ipxe_slots_size(void);

/* Who asks, and what it has. */
typedef struct ipxe_slots_ask_t {
    const char *site;    /* the tenant */
    const char *machine; /* ipxe_slots_machine */
    int most;            /* slots of this tenant, at least 1; who asks last
                            is right */
    apr_interval_time_t patience; /* how long a slot is kept while nothing is
                                     downloaded */
    apr_interval_time_t life;     /* and at most */
    apr_time_t now;
} ipxe_slots_ask_t;

/* What tells the machine from others: "mac 52:54:00:12:34:56", else its uuid,
 * serial or address of the network; `fact`, where it is not NULL: which it
 * is. Never NULL. */
const char *ipxe_slots_machine(ipxe_fact_e *fact, const ipxe_machine_t *machine,
                               apr_pool_t *pool);

/* ---- Asking ---- */

typedef enum ipxe_slot_act_e {
    IPXE_SLOT_ASK,  /* for a slot, or a place in the queue */
    IPXE_SLOT_STAY, /* the same for who is known; others stay unknown */
    IPXE_SLOT_LEAVE, /* needs none any more */
    IPXE_SLOT_LOOK   /* ipxe_slots_look: who is not known is as one that has
                        neither */
} ipxe_slot_act_e;

typedef struct ipxe_turn_t {
    int given;   /* it has a slot */
    int place;   /* else: its place in the queue, from 1; 0: it has none */
    int news;    /* STAY: the place is half of what the machine was told */
    int seconds; /* to wait before asking again */
    int most;    /* slots there are */
} ipxe_turn_t;

void ipxe_slots_turn(ipxe_turn_t *turn, ipxe_slots_t *slots,
                     const ipxe_slots_ask_t *ask, ipxe_slot_act_e act);

/* What the machine has; changes nothing. */
void ipxe_slots_look(ipxe_turn_t *turn, const ipxe_slots_t *slots,
                     const ipxe_slots_ask_t *ask);

/* ---- Downloads of who has a slot; of others they change nothing ---- */

typedef enum ipxe_slot_file_e {
    IPXE_SLOT_BEGAN,  /* a file */
    IPXE_SLOT_LOADED, /* a file, and more are to come */
    IPXE_SLOT_LAST,   /* the last one, whole: the slot is free */
    IPXE_SLOT_BROKEN  /* iPXE gives up such a boot: the slot is free */
} ipxe_slot_file_e;

void ipxe_slots_file(ipxe_slots_t *slots, const ipxe_slots_ask_t *ask,
                     ipxe_slot_file_e what);

/* ---- Counts ---- */

typedef enum ipxe_slot_end_e {
    IPXE_SLOT_END_LOADED,
    IPXE_SLOT_END_BROKEN,
    IPXE_SLOT_END_LEFT, /* it asked for another boot */
    IPXE_SLOT_END_TIME,
    IPXE_SLOT_ENDS
} ipxe_slot_end_e;

/* "loaded", "broken", "left", "time" */
const char *ipxe_slot_end_word(ipxe_slot_end_e end);

#define IPXE_SLOTS_BUCKETS 8

/* Of a tenant. */
typedef struct ipxe_slots_count_t {
    int taken;   /* slots, given or kept for who is called */
    int waiting; /* machines in the queue */
    apr_uint64_t ended[IPXE_SLOT_ENDS]; /* slots that became free, and why */
    apr_uint64_t late; /* slots that were kept for who did not come */
    apr_uint64_t lost; /* places of machines that did not ask again */
    apr_uint64_t given;
    apr_uint64_t usec; /* that these waited */
    int at_most[IPXE_SLOTS_BUCKETS];             /* seconds: bounds */
    apr_uint64_t waited[IPXE_SLOTS_BUCKETS];     /* of `given`, so long or
                                                    shorter */
} ipxe_slots_count_t;

/* Looks first who has gone. */
void ipxe_slots_count(ipxe_slots_count_t *count, ipxe_slots_t *slots,
                      const char *site, apr_time_t now);

#endif
