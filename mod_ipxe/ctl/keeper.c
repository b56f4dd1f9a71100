/* SPDX-License-Identifier: Apache-2.0 */
/* The state as a decision asks it, for the commands that only look: what
 * ipxectl says of a machine is what the server would give it. */
#include "ctl/state.h"

#include <stddef.h>

/* Every machine is looked at: there is one alone. */
static int keeper_marked(void *baton, const ipxe_who_t *who, apr_pool_t *pool)
{
    (void)baton;
    (void)who;
    (void)pool;
    return 1;
}

static apr_status_t keeper_look(ipxe_view_t *view, void *baton,
                                const ipxe_who_t *who, apr_pool_t *pool)
{
    ipxe_store_t *store = baton;

    return store->ops->look(view, store, who, pool);
}

/* The engine's wish says that nothing is to be changed. */
static apr_status_t keeper_enter(ipxe_ruling_t *ruling, void *baton,
                                 const ipxe_wish_t *wish, apr_pool_t *pool)
{
    ipxe_store_t *store = baton;

    return wish->observe ? store->ops->enter(ruling, store, wish, pool)
                         : APR_ENOTIMPL;
}

static void keeper_watch(void *baton, const ipxe_event_t *event)
{
    (void)baton;
    (void)event;
}

const ipxe_keeper_t *ipxe_ctl_keeper(ipxe_ctl_t *ctl)
{
    ipxe_keeper_t *keeper;
    ipxe_store_t *store = ipxe_ctl_state_peek(ctl);

    if (!store)
        return NULL;
    keeper = apr_pcalloc(ctl->pool, sizeof(*keeper));
    keeper->baton = store;
    keeper->marked = keeper_marked;
    keeper->look = keeper_look;
    keeper->enter = keeper_enter;
    keeper->watch = keeper_watch;
    return keeper;
}
