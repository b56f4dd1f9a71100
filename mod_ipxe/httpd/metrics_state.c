/* SPDX-License-Identifier: Apache-2.0 */
/* Health and counts of states. */
#include "httpd/metrics_state.h"

#include <apr_atomic.h>
#include <string.h>

#include "httpd/state.h"
#include "httpd/tally.h"

/* ---- Asked now ---- */

static int is_there(const apr_array_header_t *states, const char *site)
{
    int i;

    for (i = 0; i < states->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(states, i, ipxe_metrics_state_t).site, site) ==
            0)
            return 1;
    return 0;
}

static void ask(ipxe_metrics_state_t *state, const ipxe_serving_t *serving,
                apr_pool_t *pool)
{
    ipxe_state_t *asked = ipxe_serving_state(serving);
    apr_table_t *counts;
    ipxe_waiting_t waiting;

    state->site = serving->settings.site;
    state->up = 0;
    state->counts = NULL;
    state->waiting = -1;
    if (!asked ||
        ipxe_tally_counts(&counts, asked, state->site, 0, pool) != APR_SUCCESS)
        return;
    apr_table_unset(counts, "frozen");
    apr_table_unset(counts, "unaccepted");
    state->up = 1;
    state->counts = counts;
    if (serving->hooks && ipxe_state_waiting(&waiting, asked, state->site,
                                             pool) == APR_SUCCESS)
        state->waiting = waiting.count;
}

apr_array_header_t *ipxe_metrics_states(server_rec *main_server,
                                        apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_serving_all(main_server, pool);
    apr_array_header_t *states =
        apr_array_make(pool, all->nelts, sizeof(ipxe_metrics_state_t));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (serving->wanted && !serving->settings.stateless &&
            !is_there(states, serving->settings.site))
            ask(apr_array_push(states), serving, pool);
    }
    return states;
}

/* ---- Counted over all children ---- */

/* A child's states, and what of them is in the counters already. */
#define MOST_STATES 64
static struct known_t {
    ipxe_state_t *state;
    ipxe_state_health_t health;
} known[MOST_STATES];
static volatile apr_uint32_t busy, looked;

static struct known_t *known_of(ipxe_state_t *state)
{
    int i;

    for (i = 0; i < MOST_STATES; i++) {
        if (!known[i].state)
            known[i].state = state;
        if (known[i].state == state)
            return &known[i];
    }
    return NULL;
}

static void follow(ipxe_counters_t *counters, ipxe_state_t *state,
                   apr_pool_t *pool)
{
    struct known_t *one = known_of(state);
    ipxe_state_health_t now, *was = one ? &one->health : NULL;

    if (!one)
        return;
    ipxe_state_health(&now, state, pool);
    ipxe_counters_add(counters, IPXE_TOTAL_ASKED, now.asked - was->asked);
    ipxe_counters_add(counters, IPXE_TOTAL_TIMED_OUT,
                      now.timed_out - was->timed_out);
    ipxe_counters_add(counters, IPXE_TOTAL_WRITTEN, now.written - was->written);
    ipxe_counters_add(counters, IPXE_TOTAL_DROPPED, now.dropped - was->dropped);
    now.why = NULL;
    *was = now;
}

void ipxe_metrics_follow(ipxe_counters_t *counters, server_rec *main_server,
                         apr_time_t now, apr_pool_t *pool)
{
    apr_uint32_t second = (apr_uint32_t)apr_time_sec(now);
    apr_array_header_t *all;
    int i;

    if (apr_atomic_read32(&looked) == second ||
        apr_atomic_cas32(&busy, 1, 0) != 0)
        return;
    apr_atomic_set32(&looked, second);
    all = ipxe_serving_all(main_server, pool);
    for (i = 0; i < all->nelts; i++) {
        ipxe_state_t *state =
            ipxe_serving_state(APR_ARRAY_IDX(all, i, const ipxe_serving_t *));

        if (state)
            follow(counters, state, pool);
    }
    apr_atomic_set32(&busy, 0);
}
