/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics in Prometheus' text format, version 0.0.4.
 *
 *     # HELP ipxe_answers_total Answers to machines.
 *     # TYPE ipxe_answers_total counter
 *     ipxe_answers_total{site="",rule="QC line",action="boot",...} 17
 *
 * docs/status.md has a line for each of them. Made from plain values, so that
 * it can be tested without httpd. */
#ifndef IPXE_HTTPD_METRICS_TEXT_H
#define IPXE_HTTPD_METRICS_TEXT_H

#include "base/text.h"
#include "engine/slots.h"
#include "httpd/counters.h"

#define IPXE_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* A rule set that is served. */
typedef struct ipxe_metrics_set_t {
    const char *site;       /* the tenant; "" for the main server's */
    const char *generation; /* "3-4f2a91c03b7e"; NULL: none is loaded */
    apr_uint32_t number;
    apr_time_t loaded; /* 0: not known */
    apr_time_t failed; /* the last load that failed, after it; 0: none */
} ipxe_metrics_set_t;

/* A tenant's machines. */
typedef struct ipxe_metrics_state_t {
    const char *site;
    int up;                    /* the state answers */
    const apr_table_t *counts; /* state -> number of machines, or NULL */
    int waiting; /* notices that no hook has taken yet; -1: there are no
                    hooks, or it is not known */
} ipxe_metrics_state_t;

/* A tenant's boot slots. */
typedef struct ipxe_metrics_slots_t {
    const char *site;
    int total;
    ipxe_slots_count_t now;
} ipxe_metrics_slots_t;

typedef struct ipxe_metrics_t {
    const ipxe_counters_t *counters;  /* or NULL: there is no shared memory */
    const apr_array_header_t *sets;   /* of ipxe_metrics_set_t */
    const apr_array_header_t *states; /* of ipxe_metrics_state_t */
    const apr_array_header_t *slots;  /* of ipxe_metrics_slots_t */
} ipxe_metrics_t;

/* All of it, its last line ended. */
ipxe_text_t *ipxe_metrics_text(const ipxe_metrics_t *metrics, apr_pool_t *pool);

#endif
