/* SPDX-License-Identifier: Apache-2.0 */
/* A machine of the state for people and for programs: what the status page and
 * `ipxectl machines` say of it alike.
 *
 *     asked  script  kernel  initrd  answers  installing  installed
 *       #      #       #        #       -         -           -
 *
 * Trust: texts of machines are the network's. They are UTF-8 without control
 * characters, and nothing else is known of them: who writes HTML or to a
 * terminal escapes them. */
#ifndef IPXE_ENGINE_SEEN_H
#define IPXE_ENGINE_SEEN_H

#include "base/text.h"
#include "state/state.h"

/* Its host, else its address, serial or UUID, else "machine 17". */
const char *ipxe_seen_name(const ipxe_seen_t *seen, apr_pool_t *pool);

/* ---- The bar of stages ---- */

#define IPXE_BAR_STEPS 7

typedef struct ipxe_bar_t {
    int at;      /* the step it is in: 0 to 6; -1: none yet */
    int steps;   /* of this boot: 4 where nothing is installed, else 7 */
    int percent; /* of the step `at`; -1: not known */
    int failed, done, held, stuck;
} ipxe_bar_t;

/* "asked", ..., "installed" */
const char *ipxe_bar_word(int step);

void ipxe_seen_bar(ipxe_bar_t *bar, const ipxe_seen_t *seen);

/* What it was given last, in words: its profile, "local disk", "menu main";
 * NULL where that is not known. */
const char *ipxe_seen_what(const ipxe_seen_t *seen);

/* Where it is, in words: "installing, 40 %", "held", "kernel", ... */
const char *ipxe_seen_where(const ipxe_seen_t *seen, apr_pool_t *pool);

/* What an operator should know beside that: "installed with rocky-9; the rule
 * now says rocky-10", a conflict, the reason of a hold. NULL where nothing. */
const char *ipxe_seen_remark(const ipxe_seen_t *seen, apr_pool_t *pool);

/* The states that a list can be filtered by, in the order in which they are
 * shown; ended by NULL. */
extern const char *const ipxe_seen_states[];

/* ---- Spans and sizes ---- */

/* "now", "40 s", "12 min", "3 h 05 min", "4 days" */
const char *ipxe_span_text(apr_interval_time_t span, apr_pool_t *pool);

/* "812 bytes", "1.2 MB" */
const char *ipxe_size_text(apr_off_t bytes, apr_pool_t *pool);

/* An event of a timeline in words: "fetched the kernel, 8.1 MB". */
const char *ipxe_event_text(const ipxe_event_t *event, apr_pool_t *pool);

/* ---- JSON: docs/status.md describes the members ---- */

/* `{"number": 17, "name": ...}` */
void ipxe_seen_add_json(ipxe_text_t *out, const ipxe_seen_t *seen);

/* `"NAME": {"at": ..., "event": "kernel", ...}`; in an array name is NULL. */
void ipxe_event_add_json(ipxe_text_t *out, const char *name,
                         const ipxe_event_t *event);

#endif
