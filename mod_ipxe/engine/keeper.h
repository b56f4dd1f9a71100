/* SPDX-License-Identifier: Apache-2.0 */
/* Who keeps the state for the engine: a table of functions, handed in with a
 * request. The module fills it with the state thread of its child
 * (state/front.h), tests with fakes.
 *
 *     request.keeper = &keeper;
 *     ipxe_engine_answer(&answer, set, &request, pool);
 *
 * Parameters and results are those of state/state.h. A status that is no
 * success means that the state is not known now: what protects a disk then
 * holds the machine, and all else boots on.
 *
 * Lifetime: the request's at least. Threads: called from the thread of the
 * request alone; the table and its baton may serve many at a time. */
#ifndef IPXE_ENGINE_KEEPER_H
#define IPXE_ENGINE_KEEPER_H

#include "state/state.h"

typedef struct ipxe_keeper_t {
    void *baton;

    /* Without waiting: may this machine have a release or a `next`? */
    int (*marked)(void *baton, const ipxe_who_t *who, apr_pool_t *pool);

    apr_status_t (*look)(ipxe_view_t *view, void *baton, const ipxe_who_t *who,
                         apr_pool_t *pool);
    apr_status_t (*enter)(ipxe_ruling_t *ruling, void *baton,
                          const ipxe_wish_t *wish, apr_pool_t *pool);
    apr_status_t (*hold)(ipxe_view_t *view, void *baton, const ipxe_who_t *who,
                         const char *reason, apr_time_t now, apr_pool_t *pool);
    apr_status_t (*fetch)(ipxe_claim_e *claim, void *baton, apr_int64_t install,
                          apr_time_t issued, int tries, apr_time_t now,
                          apr_pool_t *pool);
    apr_status_t (*report)(ipxe_claim_e *claim, void *baton,
                           const ipxe_report_t *report, apr_pool_t *pool);

    /* Never waits. */
    void (*watch)(void *baton, const ipxe_event_t *event);
} ipxe_keeper_t;

#endif
