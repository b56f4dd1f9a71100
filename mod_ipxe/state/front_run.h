/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of ipxe_state_t: what those who ask and the thread share. No
 * other floor includes it.
 *
 * Both wait on pipes: their waits are of the monotonic clock, where those on
 * APR's conditions end by the clock on the wall, which may be set back. */
#ifndef IPXE_STATE_FRONT_RUN_H
#define IPXE_STATE_FRONT_RUN_H

#include <apr_file_io.h>
#include <apr_hash.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

#include "state/copy.h"
#include "state/front.h"
#include "state/sql.h"

/* A question with its answer. All of it lives in its own pool: it is copied
 * there by who asks, answered there by the thread, and copied out again. */
typedef struct ipxe_question_t ipxe_question_t;
struct ipxe_question_t {
    ipxe_question_t *next;
    apr_pool_t *pool;
    apr_file_t *wait, *tell; /* a pipe: a byte when it is answered */
    apr_pool_t *pipes;       /* theirs */
    apr_status_t (*put)(ipxe_question_t *q, ipxe_store_t *store);
    int operators; /* may wait long, silences nobody */
    int again;     /* doing it twice is harmless */
    int taken, answered, abandoned;
    apr_status_t status;
    /* what is asked */
    ipxe_who_t who;
    ipxe_wish_t wish;
    ipxe_report_t report;
    ipxe_order_t order;
    ipxe_filter_t filter;
    const char *text;
    apr_int64_t number;
    int count;
    apr_time_t issued, now;
    ipxe_notice_t notice; /* of an answer, too */
    /* the answer */
    ipxe_waiting_t waiting;
    ipxe_view_t view;
    ipxe_ruling_t ruling;
    ipxe_claim_e claim;
    int spent, total;
    apr_array_header_t *array;
    apr_table_t *table;
};

/* Events that wait: copied under the mutex, written without it. */
typedef struct ipxe_batch_t {
    apr_pool_t *pool;
    apr_array_header_t *events;
} ipxe_batch_t;

struct ipxe_state_t {
    ipxe_state_options_t options;
    apr_pool_t *pool, *owner;
    ipxe_store_t *store; /* the thread's; with `direct` the asker's */
    apr_pool_t *store_pool;
    apr_thread_t *thread;
    apr_file_t *wait, *tell;  /* work for the thread */
    apr_file_t *ended, *end;  /* the thread has ended */
    apr_time_t refresh, tidy; /* the thread's, monotonic: when next */
    apr_time_t connect;
    char connect_why[512];
    ipxe_batch_t writing;             /* the thread's: events it writes now */
    int written;                      /* of them */
    apr_time_t allowance, allowed_at; /* the thread's: microseconds of its time
                                         that events may take; since when */

    apr_thread_mutex_t *mutex; /* over all that follows */
    ipxe_question_t *first, *last, *idle;
    int questions; /* made */
    ipxe_batch_t batch;
    apr_pool_t *marked_pool;
    apr_hash_t *marked; /* NULL: not known */
    int sleeping, stop;
    int looking; /* an operator's question is being answered */
    int resting; /* events wake nobody */
    apr_time_t silent; /* nobody asks until then, monotonic */
    ipxe_state_health_t health;
    char why[512];
};

/* A pool of one thread at a time, nobody's child. */
apr_pool_t *ipxe_front_pool(void);

/* front_thread.c: the thread; ends when state->stop is set. */
void *APR_THREAD_FUNC ipxe_front_thread(apr_thread_t *thread, void *state);

/* Opens the store where there is none; in the thread, or with `direct`. */
apr_status_t ipxe_front_connect(ipxe_state_t *state, const char **why);

/* A question to be filled in, NULL where there are too many; put and waited
 * for; and its end, when its answer was copied out: gives rv back. */
ipxe_question_t *ipxe_front_begin(ipxe_state_t *state,
                                  apr_status_t (*how)(ipxe_question_t *q,
                                                      ipxe_store_t *store),
                                  int again);
apr_status_t ipxe_front_put(ipxe_state_t *state, ipxe_question_t *q);
apr_status_t ipxe_front_end(ipxe_state_t *state, ipxe_question_t *q,
                            apr_status_t rv);

/* With the mutex held. */
void ipxe_front_wake(ipxe_state_t *state);
void ipxe_front_recycle(ipxe_state_t *state, ipxe_question_t *q);

#endif
