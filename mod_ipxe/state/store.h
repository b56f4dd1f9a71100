/* SPDX-License-Identifier: Apache-2.0 */
/* A store: the state as a table of functions, so that the core knows no SQL.
 *
 *     ipxe_store_t *store;
 *     ipxe_ruling_t ruling;
 *
 *     if (ipxe_sql_open(&store, &why, &options, pool) == APR_SUCCESS)
 *         store->ops->enter(&ruling, store, &wish, pool);
 *
 * For one thread at a time. Each function is one transaction: what it returns
 * APR_SUCCESS for is on the disk (but watch and tidy: those may be lost with
 * the power). */
#ifndef IPXE_STATE_STORE_H
#define IPXE_STATE_STORE_H

#include "state/state.h"

typedef struct ipxe_store_t ipxe_store_t;

/* What finds a machine, best first: "host web01", "mac 52:54:00:12:34:56",
 * "uuid ...", "smbios MANUFACTURER/PRODUCT/SERIAL" (all three known). Array of
 * const char *, none over 255 bytes. */
apr_array_header_t *ipxe_who_keys(const ipxe_who_t *who, apr_pool_t *pool);

/* Every function: APR_SUCCESS; or APR_NOTFOUND where `order` and `timeline`
 * find no machine; or APR_EGENERAL, an error of the database whose words are
 * in store->why, and nothing was changed. Results are copied into `pool`. */
typedef struct ipxe_store_ops_t {
    apr_status_t (*look)(ipxe_view_t *view, ipxe_store_t *store,
                         const ipxe_who_t *who, apr_pool_t *pool);
    /* look, judge and, where the ruling says so, arm or record the hold: one
     * transaction. */
    apr_status_t (*enter)(ipxe_ruling_t *ruling, ipxe_store_t *store,
                          const ipxe_wish_t *wish, apr_pool_t *pool);
    /* A rule's hold: records it, gives its code; a release is in the view. */
    apr_status_t (*hold)(ipxe_view_t *view, ipxe_store_t *store,
                         const ipxe_who_t *who, const char *reason,
                         apr_time_t now, apr_pool_t *pool);
    /* An answer file is fetched. issued: the ticket's minute; tries: most,
     * 0: IPXE_INSTALL_TRIES. */
    apr_status_t (*fetch)(ipxe_claim_e *claim, ipxe_store_t *store,
                          apr_int64_t install, apr_time_t issued, int tries,
                          apr_time_t now, apr_pool_t *pool);
    apr_status_t (*report)(ipxe_claim_e *claim, ipxe_store_t *store,
                           const ipxe_report_t *report, apr_pool_t *pool);
    /* `next` was given: it is spent (atomic: *spent is 1 for one asker). */
    apr_status_t (*spend_next)(int *spent, ipxe_store_t *store,
                               apr_int64_t machine, apr_pool_t *pool);
    /* n events in one transaction. */
    apr_status_t (*watch)(ipxe_store_t *store, const ipxe_event_t *events,
                          int n, apr_pool_t *pool);
    apr_status_t (*order)(apr_int64_t *machine, ipxe_store_t *store,
                          const ipxe_order_t *order, apr_pool_t *pool);
    /* array of ipxe_seen_t, newest first; *total without offset and limit */
    apr_status_t (*list)(apr_array_header_t **seen, int *total,
                         ipxe_store_t *store, const ipxe_filter_t *filter,
                         apr_time_t now, apr_pool_t *pool);
    /* array of ipxe_event_t (who empty), oldest first, the last 1000 */
    apr_status_t (*timeline)(apr_array_header_t **events, ipxe_store_t *store,
                             apr_int64_t machine, apr_pool_t *pool);
    /* Events written since *last, array of ipxe_recent_t, oldest first, 1000
     * at most; *last becomes that of the newest. *last -1: none, but those
     * from now on come next. site NULL: of all. */
    apr_status_t (*recent)(apr_array_header_t **events, apr_int64_t *last,
                           ipxe_store_t *store, const char *site,
                           apr_pool_t *pool);
    /* Boots (scripts given) an hour, the last `hours` hours, oldest first:
     * array of int. */
    apr_status_t (*hourly)(apr_array_header_t **boots, ipxe_store_t *store,
                           const char *site, int hours, apr_time_t now,
                           apr_pool_t *pool);
    /* Numbers of machines: "all", each state of ipxe_seen_t, "stuck"; and
     * "frozen" -> "1", "unaccepted" -> "1" where that holds. *from: of those
     * whose number is higher, IPXE_SEARCH_AT_ONCE at most; it becomes the
     * number to go on from, -1 behind the last. from NULL: of all. */
    apr_status_t (*counts)(apr_table_t **counts, apr_int64_t *from,
                           ipxe_store_t *store, const char *site,
                           apr_time_t now, apr_pool_t *pool);
    /* What the filter finds among as many, likewise: adds ipxe_match_t to
     * found, in any order. Its offset and limit do not matter. */
    apr_status_t (*find)(apr_array_header_t *found, apr_int64_t *from,
                         ipxe_store_t *store, const ipxe_filter_t *filter,
                         apr_time_t now);
    /* Keys of machines that have a release or a `next`, as ipxe_who_keys
     * makes them, behind the site and a blank: array of const char *. */
    apr_status_t (*marked)(apr_array_header_t **keys, ipxe_store_t *store,
                           apr_pool_t *pool);
    /* Old machines and events out: 30 days, at most `most` machines. */
    apr_status_t (*tidy)(ipxe_store_t *store, int most, apr_time_t now,
                         apr_pool_t *pool);
    /* The notice for that target that is due longest, the taker's until now +
     * lease; its number is 0 where none is. */
    apr_status_t (*take)(ipxe_notice_t *notice, ipxe_store_t *store,
                         const char *target, apr_interval_time_t lease,
                         apr_time_t now, apr_pool_t *pool);
    /* again 0: it was delivered, and goes. Else it is due then; why: what
     * went wrong. One whose lease another has meanwhile stays as it is. */
    apr_status_t (*settle)(ipxe_store_t *store, const ipxe_notice_t *notice,
                           apr_time_t again, const char *why, apr_pool_t *pool);
    /* Says again which hooks this server has; drops notices that are too old
     * or too many, and counts them. */
    apr_status_t (*trim)(int *dropped, ipxe_store_t *store, apr_time_t now,
                         apr_pool_t *pool);
    apr_status_t (*waiting)(ipxe_waiting_t *waiting, ipxe_store_t *store,
                            const char *site, apr_pool_t *pool);
    /* What is done between the two is one transaction, for many who ask at
     * once: none of it counts before `commit` says APR_SUCCESS, and all of it
     * is undone where that says APR_EGENERAL. Not for watch, order, tidy and
     * what concerns notices. */
    void (*gather)(ipxe_store_t *store);
    apr_status_t (*commit)(ipxe_store_t *store);
    void (*close)(ipxe_store_t *store);
} ipxe_store_ops_t;

struct ipxe_store_t {
    const ipxe_store_ops_t *ops;
    const char *why; /* the last error's words; lives until the next call */
};

#endif
