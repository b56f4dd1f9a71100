/* SPDX-License-Identifier: Apache-2.0 */
/* What a running server serves: a record that the module keeps in shared
 * memory and writes as JSON beside the published sets, and that the status
 * page, the metrics and `ipxectl status` read. And how its boot slots are
 * taken: a record of its own, for `ipxectl status`.
 *
 *     sets/status
 *     sets/slots
 *
 * Texts are cut to their room. Trust: the server's user writes it; a text in
 * it is printable ASCII. */
#ifndef IPXE_ENGINE_STATUS_H
#define IPXE_ENGINE_STATUS_H

#include <apr_time.h>

#include "engine/engine.h"

/* How what counts came to count. */
typedef enum ipxe_origin_e {
    IPXE_ORIGIN_NONE,   /* nothing counts: the rules did not load */
    IPXE_ORIGIN_START,  /* read when the server started, or restarted */
    IPXE_ORIGIN_RELOAD, /* read while it ran */
    IPXE_ORIGIN_LAST    /* the last published set: the rules did not load when
                           the server started */
} ipxe_origin_e;

typedef struct ipxe_status_t {
    /* The server. */
    apr_int64_t parent;           /* its process; 0: not known */
    apr_time_t started;           /* it, or its last restart */
    apr_interval_time_t interval; /* IPXEReload; 0: off */
    int watched;                  /* somebody looks for changes */
    /* What counts. */
    apr_uint32_t number; /* 0: nothing does */
    char generation[32]; /* "12-4f2a91c03b7e" */
    ipxe_origin_e origin;
    apr_time_t loaded; /* when it began to count */
    char source[512];  /* paths of rules, parted by blanks */
    apr_uint32_t files, rules, profiles, menus, groups, hosts;
    /* Since the start. */
    apr_uint32_t loads;    /* sets that were put to use, the first one too */
    apr_uint32_t failures; /* that did not load */
    apr_time_t failed;     /* the last of these, or 0 */
    int failing;           /* what lies there now does not load */
    char failure[1024];    /* its first diagnostic, a line */
} ipxe_status_t;

/* Sets what is said of a set: its numbers and counts, not the rest. */
void ipxe_status_of_set(ipxe_status_t *status, const ipxe_snapshot_t *set);

/* Counts a failure; `why` is its first diagnostic. */
void ipxe_status_fail(ipxe_status_t *status, const char *why, apr_time_t now);

const char *ipxe_status_json(const ipxe_status_t *status, apr_pool_t *pool);

/* Reads it back. APR_EGENERAL: errors were added. */
apr_status_t ipxe_status_read(ipxe_status_t *status,
                              const ipxe_source_t *source,
                              ipxe_diags_t *diags, apr_pool_t *pool);

/* ---- Boot slots ---- */

typedef struct ipxe_status_slots_t {
    apr_uint32_t total;   /* slots there are */
    apr_uint32_t taken;   /* of these; more, where there were more before */
    apr_uint32_t waiting; /* machines in the queue */
    apr_time_t counted;   /* when it was so */
} ipxe_status_slots_t;

const char *ipxe_status_slots_json(const ipxe_status_slots_t *slots,
                                   apr_pool_t *pool);

/* As ipxe_status_read. */
apr_status_t ipxe_status_slots_read(ipxe_status_slots_t *slots,
                                    const ipxe_source_t *source,
                                    ipxe_diags_t *diags, apr_pool_t *pool);

/* ---- Files ---- */

/* Writes a record, by rename: readers have all of it. One process at a time.
 * What cannot be written is let be: nothing but ipxectl misses it. */
void ipxe_status_write(const char *folder, const char *name, const char *json,
                       apr_pool_t *pool);

#endif
