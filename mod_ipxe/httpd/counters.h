/* SPDX-License-Identifier: Apache-2.0 */
/* Counters that all children share, for the metrics.
 *
 *     counters = ipxe_counters_make(pconf);                  in the parent
 *     ipxe_counters_answer(counters, &labels, usec, pool);   in any child
 *
 * A series is made when it is first counted, in a table of fixed size: past
 * three quarters of it, rules are counted together as "(other)". Labels are
 * names that an operator gave and words of the module: never a MAC or another
 * byte of the network's.
 *
 * Lifetime: the pool's, which is the parent's. Any thread of any child may
 * count and read at any time; nothing waits for a lock. */
#ifndef IPXE_HTTPD_COUNTERS_H
#define IPXE_HTTPD_COUNTERS_H

#include <apr_tables.h>
#include <apr_time.h>

typedef struct ipxe_counters_t ipxe_counters_t;

/* NULL where the system gives no shared memory. */
ipxe_counters_t *ipxe_counters_make(apr_pool_t *pool);

/* ---- Answers ---- */

/* What an answer is counted under; none NULL. */
typedef struct ipxe_labels_t {
    const char *site;    /* the tenant; "" for the main server's */
    const char *rule;    /* the name of the rule that decided, or "" */
    const char *action;  /* "boot", "menu", ... or "" */
    const char *stage;   /* "script", "answers", ... */
    const char *outcome; /* "ok", "failed", "refused", "wait", "broken" */
} ipxe_labels_t;

/* Counts an answer that took so many microseconds to decide and write. */
void ipxe_counters_answer(ipxe_counters_t *counters,
                          const ipxe_labels_t *labels, apr_uint64_t usec,
                          apr_pool_t *pool);

typedef struct ipxe_series_t {
    const char *labels; /* `site="",rule="a",...`, escaped for Prometheus */
    apr_uint64_t count;
} ipxe_series_t;

/* All series, sorted by their labels: array of ipxe_series_t. */
apr_array_header_t *ipxe_counters_series(const ipxe_counters_t *counters,
                                         apr_pool_t *pool);

/* ---- How long answers took ---- */

#define IPXE_BUCKETS 9

typedef struct ipxe_times_t {
    apr_uint64_t at_most[IPXE_BUCKETS]; /* microseconds: bounds, each counts
                                           what is below it too */
    apr_uint64_t counts[IPXE_BUCKETS];
    apr_uint64_t count; /* of all */
    apr_uint64_t usec;  /* of all */
} ipxe_times_t;

void ipxe_counters_times(ipxe_times_t *times, const ipxe_counters_t *counters);

/* ---- Single numbers ---- */

typedef enum ipxe_total_e {
    IPXE_TOTAL_ASKED,     /* questions put to the state */
    IPXE_TOTAL_TIMED_OUT, /* of these without an answer in time */
    IPXE_TOTAL_WRITTEN,   /* events written */
    IPXE_TOTAL_DROPPED,   /* events dropped: the queue was full */
    IPXE_TOTAL_HOOK_DELIVERED, /* notices that a hook took */
    IPXE_TOTAL_HOOK_FAILED,    /* deliveries that failed */
    IPXE_TOTAL_HOOK_DROPPED,   /* notices too old or too many */
    IPXE_TOTAL_LOST, /* answers not counted: no room for their labels */
    IPXE_TOTAL_COUNT
} ipxe_total_e;

void ipxe_counters_add(ipxe_counters_t *counters, ipxe_total_e total,
                       apr_uint64_t n);
apr_uint64_t ipxe_counters_total(const ipxe_counters_t *counters,
                                 ipxe_total_e total);

#endif
