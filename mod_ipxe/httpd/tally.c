/* SPDX-License-Identifier: Apache-2.0 */
/* Counts that are kept for a while. */
#include "httpd/tally.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>

#define CHEAP     apr_time_from_msec(10)
#define TIMES     100
#define LONGEST   apr_time_from_sec(30)
#define MOST_KEPT 64

typedef struct kept_t {
    ipxe_state_t *state;
    const char *site;
    apr_pool_t *pool; /* of the table */
    apr_table_t *counts;
    apr_time_t until;
} kept_t;

static kept_t kept[MOST_KEPT];
static int kept_count;
static apr_pool_t *child_pool;
static apr_thread_mutex_t *mutex;

void ipxe_tally_child_init(apr_pool_t *pchild, server_rec *s)
{
    (void)s;
    child_pool = pchild;
    if (apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pchild) !=
        APR_SUCCESS)
        mutex = NULL;
}

/* With the mutex held. NULL: there is no room. */
static kept_t *find(ipxe_state_t *state, const char *site)
{
    kept_t *one;
    int i;

    for (i = 0; i < kept_count; i++)
        if (kept[i].state == state && strcmp(kept[i].site, site) == 0)
            return &kept[i];
    if (kept_count == MOST_KEPT)
        return NULL;
    one = &kept[kept_count];
    if (apr_pool_create(&one->pool, child_pool) != APR_SUCCESS)
        return NULL;
    one->state = state;
    one->site = apr_pstrdup(child_pool, site);
    kept_count++;
    return one;
}

static apr_table_t *recall(ipxe_state_t *state, const char *site,
                           apr_pool_t *pool)
{
    apr_table_t *counts = NULL;
    kept_t *one;

    apr_thread_mutex_lock(mutex);
    one = find(state, site);
    if (one && one->until > apr_time_now())
        counts = apr_table_clone(pool, one->counts);
    apr_thread_mutex_unlock(mutex);
    return counts;
}

static void keep(const apr_table_t *counts, ipxe_state_t *state,
                 const char *site, apr_interval_time_t took)
{
    apr_interval_time_t span = took > CHEAP ? took * TIMES : 0;
    kept_t *one;

    apr_thread_mutex_lock(mutex);
    one = find(state, site);
    if (one) {
        apr_pool_clear(one->pool);
        one->counts = apr_table_clone(one->pool, counts);
        one->until = apr_time_now() + (span < LONGEST ? span : LONGEST);
    }
    apr_thread_mutex_unlock(mutex);
}

apr_status_t ipxe_tally_counts(apr_table_t **counts, ipxe_state_t *state,
                               const char *site, int fresh, apr_pool_t *pool)
{
    apr_time_t began = apr_time_now();
    apr_status_t rv;

    *counts = fresh || !mutex ? NULL : recall(state, site, pool);
    if (*counts)
        return ipxe_state_fleet(*counts, state, site, pool);
    rv = ipxe_state_counts(counts, state, site, began, pool);
    if (rv == APR_SUCCESS && mutex)
        keep(*counts, state, site, apr_time_now() - began);
    return rv;
}
