/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a process: a store behind a thread of its own, asked with a
 * deadline. One for each child process, and one for ipxectl.
 *
 *     if (ipxe_state_open(&state, &why, &options, pool) != APR_SUCCESS)
 *         ...
 *     switch (ipxe_state_enter(&ruling, state, &wish, pool)) {
 *     case APR_SUCCESS: ...
 *     default: the state is unknown: hold what would be installed
 *     }
 *
 * A question waits at most `timeout` (lists of operators: IPXE_STATE_PATIENCE).
 * APR_TIMEUP: the state is *unknown* for it, and for a second nobody asks:
 * every question is APR_TIMEUP at once. The thread copies questions and
 * answers, so that one whose asker went away harms nobody; one that it had not
 * begun is never done. It makes the connection, and makes it again where it
 * was lost; until it stands, questions are APR_TIMEUP.
 *
 * Threads: any number may ask. Open it after fork, close it before exit. A
 * clock that is set back or forth changes no wait. */
#ifndef IPXE_STATE_FRONT_H
#define IPXE_STATE_FRONT_H

#include "state/store.h"

typedef struct ipxe_state_t ipxe_state_t;

/* How long a question of an operator waits (order, list, timeline, hourly,
 * counts); that it was not answered in time silences nobody else. */
#define IPXE_STATE_PATIENCE apr_time_from_sec(2)

typedef struct ipxe_state_options_t {
    const char *driver;   /* of apr_dbd: "sqlite3", "pgsql", "mysql" */
    const char *params;   /* of apr_dbd_open: a file for sqlite3 */
    const char *identity; /* file in the state folder that remembers the
                             database's identity; NULL: it is not held
                             against anything */
    const char *node;     /* state/sql.h; NULL: it has no hooks */
    const apr_array_header_t *hooks; /* of ipxe_hook_t, or NULL */
    int create;                      /* make a database that is not there */
    int direct;                  /* no thread: each question is done at once, by
                                    who asks, without a deadline, and
                                    ipxe_state_open connects (ipxectl) */
    apr_interval_time_t timeout; /* 0: 40 ms */
    int queue;                   /* events at most; 0: IPXE_MAX_STATE_QUEUE */
    int max_machines;            /* kept; 0: IPXE_MAX_MACHINES */
} ipxe_state_options_t;

/* Starts the thread. An error, with its words in *why: no such driver, no
 * thread; with `direct` also a database that cannot be opened. */
apr_status_t ipxe_state_open(ipxe_state_t **state, const char **why,
                             const ipxe_state_options_t *options,
                             apr_pool_t *pool);

/* Writes what is queued, ends the thread. The pool's end does it too. */
void ipxe_state_close(ipxe_state_t *state);

/* ---- Questions: state/store.h says what they do ----
 * APR_SUCCESS, APR_NOTFOUND, APR_TIMEUP, or APR_EGENERAL (an error of the
 * database; its words are in ipxe_state_health). */

apr_status_t ipxe_state_look(ipxe_view_t *view, ipxe_state_t *state,
                             const ipxe_who_t *who, apr_pool_t *pool);
apr_status_t ipxe_state_enter(ipxe_ruling_t *ruling, ipxe_state_t *state,
                              const ipxe_wish_t *wish, apr_pool_t *pool);
apr_status_t ipxe_state_hold(ipxe_view_t *view, ipxe_state_t *state,
                             const ipxe_who_t *who, const char *reason,
                             apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_state_fetch(ipxe_claim_e *claim, ipxe_state_t *state,
                              apr_int64_t install, apr_time_t issued, int tries,
                              apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_state_report(ipxe_claim_e *claim, ipxe_state_t *state,
                               const ipxe_report_t *report, apr_pool_t *pool);
apr_status_t ipxe_state_spend_next(int *spent, ipxe_state_t *state,
                                   apr_int64_t machine, apr_pool_t *pool);
apr_status_t ipxe_state_order(apr_int64_t *machine, ipxe_state_t *state,
                              const ipxe_order_t *order, apr_pool_t *pool);
apr_status_t ipxe_state_list(apr_array_header_t **seen, int *total,
                             ipxe_state_t *state, const ipxe_filter_t *filter,
                             apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_state_timeline(apr_array_header_t **events,
                                 ipxe_state_t *state, apr_int64_t machine,
                                 apr_pool_t *pool);
apr_status_t ipxe_state_hourly(apr_array_header_t **boots, ipxe_state_t *state,
                               const char *site, int hours, apr_time_t now,
                               apr_pool_t *pool);
apr_status_t ipxe_state_counts(apr_table_t **counts, ipxe_state_t *state,
                               const char *site, apr_time_t now,
                               apr_pool_t *pool);

/* Counts of before with what holds of the fleet now: "frozen" and
 * "unaccepted". Looks at no machine. */
apr_status_t ipxe_state_fleet(apr_table_t *counts, ipxe_state_t *state,
                              const char *site, apr_pool_t *pool);

/* Of notices: state/store.h. Whoever delivers asks; they wait as an operator's
 * questions do. */
apr_status_t ipxe_state_take(ipxe_notice_t *notice, ipxe_state_t *state,
                             const char *target, apr_interval_time_t lease,
                             apr_time_t now, apr_pool_t *pool);
apr_status_t ipxe_state_settle(ipxe_state_t *state, const ipxe_notice_t *notice,
                               apr_time_t again, const char *why);
apr_status_t ipxe_state_trim(int *dropped, ipxe_state_t *state, apr_time_t now);
apr_status_t ipxe_state_waiting(ipxe_waiting_t *waiting, ipxe_state_t *state,
                                const char *site, apr_pool_t *pool);

/* ---- What never waits ---- */

/* Queued and written with others in one transaction; dropped and counted where
 * the queue is full. */
void ipxe_state_watch(ipxe_state_t *state, const ipxe_event_t *event);

/* May this machine have a release or a `next`? From a set that the thread
 * refreshes each second; 1 where it is not known. */
int ipxe_state_marked(ipxe_state_t *state, const ipxe_who_t *who,
                      apr_pool_t *pool);

typedef struct ipxe_state_health_t {
    int up;          /* connected, and the last question was answered */
    int unaccepted;  /* installs wait for `ipxectl state accept` */
    const char *why; /* the last error; "" where it was answered since */
    apr_uint64_t asked, timed_out, failed; /* questions */
    apr_uint64_t queued, dropped, written; /* events */
} ipxe_state_health_t;

void ipxe_state_health(ipxe_state_health_t *health, ipxe_state_t *state,
                       apr_pool_t *pool);

#endif
