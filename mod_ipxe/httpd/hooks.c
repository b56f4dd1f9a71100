/* SPDX-License-Identifier: Apache-2.0 */
/* Delivering notices. */
#include "httpd/hooks.h"

#include <ap_mpm.h>
#include <apr_strings.h>
#include <http_log.h>
#include <openssl/evp.h>

#include "base/pool.h"
#include "httpd/directives.h"
#include "httpd/metrics.h"
#include "httpd/places.h"
#include "httpd/state.h"
#include "httpd/watchdog.h"

APLOG_USE_MODULE(ipxe);

#define EVERY  apr_time_from_sec(1)
#define MINUTE apr_time_from_sec(60)
/* Between two lines of the log about one receiver that fails. */
#define QUIET apr_time_from_sec(300)
/* Notices between two looks of the watchdog: its other work is none, but it
 * is to see that the server ends. */
#define AT_ONCE 200

/* A receiver, and the thread that serves it. */
typedef struct post_t {
    const ipxe_serving_t *serving; /* the first whose state it is */
    const ipxe_receiver_t *receiver;
    int failures;      /* in a row */
    apr_time_t resume; /* not before, monotonic */
    apr_time_t trim;   /* when next, monotonic */
    apr_time_t said;   /* when the log was told, monotonic; 0: not since it
                          last worked */
} post_t;

/* ---- Which there are ---- */

static int same_state(const ipxe_serving_t *one, const ipxe_serving_t *other)
{
    return !one->settings.stateless && !other->settings.stateless &&
           strcmp(one->state_driver, other->state_driver) == 0 &&
           strcmp(one->state_params, other->state_params) == 0;
}

apr_array_header_t *ipxe_hooks_of(const ipxe_serving_t *serving,
                                  const apr_array_header_t *all,
                                  apr_pool_t *pool)
{
    apr_array_header_t *hooks = apr_array_make(pool, 4, sizeof(ipxe_hook_t));
    int i, k;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *other =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (!other->wanted || !other->hooks || !same_state(serving, other))
            continue;
        for (k = 0; k < other->hooks->nelts; k++) {
            const ipxe_receiver_t *receiver =
                APR_ARRAY_IDX(other->hooks, k, const ipxe_receiver_t *);
            ipxe_hook_t *hook = apr_array_push(hooks);

            hook->site = other->settings.site;
            hook->target = receiver->target;
            hook->events = receiver->events;
        }
    }
    return hooks;
}

const char *ipxe_hooks_node(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    char name[APRMAXHOSTLEN + 1] = "";
    unsigned char hash[EVP_MAX_MD_SIZE];
    const char *both;
    unsigned int n = 0, i;
    ipxe_text_t *node;

    apr_gethostname(name, sizeof(name), pool);
    both = apr_pstrcat(pool, name, " ", serving->state_dir, NULL);
    EVP_Digest(both, strlen(both), hash, &n, EVP_sha256(), NULL);
    node = ipxe_text_make(64, pool);
    for (i = 0; i < n / 2; i++)
        ipxe_text_addf(node, "%02x", hash[i]);
    return node->data;
}

int ipxe_hooks_check(const apr_array_header_t *all, apr_pool_t *pool)
{
    int i, good = 1;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);
        const char *why = NULL;

        if (!serving->hooks || !serving->wanted)
            continue;
        if (serving->settings.stateless)
            why = "what it tells of is kept in the state, and " IPXE_NAME_STATE
                  " is none";
        else if (!APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance))
            why = "it needs mod_watchdog, which is not loaded";
        if (!why)
            continue;
        good = 0;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server, "%s%s: %s",
                     IPXE_NAME_HOOK,
                     ipxe_place(serving->server, IPXE_NAME_HOOK, pool), why);
    }
    return good;
}

/* ---- Delivering ---- */

static int server_ends(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS &&
           state == AP_MPMQ_STOPPING;
}

/* After so many failures: 2 s, 4 s, ... */
static apr_interval_time_t pause_after(int failures, apr_interval_time_t most)
{
    apr_interval_time_t pause = IPXE_HOOK_PAUSE;

    while (--failures > 0 && pause < most)
        pause *= 2;
    return pause < most ? pause : most;
}

static void say_failed(post_t *post, const char *why)
{
    apr_time_t now = ipxe_clock();

    if (post->said && now - post->said < QUIET)
        return;
    post->said = now;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, post->serving->server,
                 "%s %s: a notice was not taken and is tried again: %s",
                 IPXE_NAME_HOOK, post->receiver->name, why);
}

static void note_delivered(post_t *post)
{
    ipxe_metrics_add(IPXE_TOTAL_HOOK_DELIVERED, 1);
    if (post->said)
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, post->serving->server,
                     "%s %s: takes notices again", IPXE_NAME_HOOK,
                     post->receiver->name);
    post->said = 0;
    post->failures = 0;
}

static void note_failed(post_t *post, const char *why)
{
    ipxe_metrics_add(IPXE_TOTAL_HOOK_FAILED, 1);
    post->failures++;
    post->resume = ipxe_clock() + pause_after(post->failures, MINUTE);
    say_failed(post, why);
}

/* The next notice: nonzero where there may be more. What the ending of the
 * server cut short is the next one's at once. */
static int deliver_one(post_t *post, ipxe_state_t *state, apr_pool_t *pool)
{
    const ipxe_receiver_t *receiver = post->receiver;
    apr_time_t now = apr_time_now();
    ipxe_notice_t notice;
    const char *why;

    if (ipxe_state_take(&notice, state, receiver->target, IPXE_HOOK_LEASE, now,
                        pool) != APR_SUCCESS ||
        !notice.number)
        return 0;
    why = ipxe_receiver_tell(receiver, ipxe_notice_json(&notice, pool),
                             server_ends, pool);
    if (why && server_ends()) {
        ipxe_state_settle(state, &notice, now, NULL);
        return 0;
    }
    ipxe_state_settle(
        state, &notice,
        why ? apr_time_now() + pause_after(notice.tries, IPXE_HOOK_PAUSE_MOST)
            : 0,
        why ? apr_pstrcat(pool, receiver->name, ": ", why, NULL) : NULL);
    if (why)
        note_failed(post, why);
    else
        note_delivered(post);
    return !why;
}

static void trim(post_t *post, ipxe_state_t *state)
{
    int dropped = 0;

    if (ipxe_clock() < post->trim)
        return;
    if (ipxe_state_trim(&dropped, state, apr_time_now()) != APR_SUCCESS)
        return;
    post->trim = ipxe_clock() + MINUTE;
    if (!dropped)
        return;
    ipxe_metrics_add(IPXE_TOTAL_HOOK_DROPPED, (apr_uint64_t)dropped);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, post->serving->server,
                 "%s: %d notices were dropped: they were too old, or too many",
                 IPXE_NAME_HOOK, dropped);
}

static apr_status_t serve(int watchdog, void *data, apr_pool_t *pool)
{
    post_t *post = data;
    ipxe_state_t *state = ipxe_serving_state(post->serving);
    apr_pool_t *own;
    int i, more = 1;

    if (watchdog != AP_WATCHDOG_STATE_RUNNING || !state)
        return APR_SUCCESS;
    trim(post, state);
    apr_pool_create(&own, pool);
    for (i = 0; i < AT_ONCE && more && !server_ends() &&
                ipxe_clock() >= post->resume;
         i++) {
        more = deliver_one(post, state, own);
        apr_pool_clear(own);
    }
    apr_pool_destroy(own);
    return APR_SUCCESS;
}

/* ---- Threads ---- */

static int is_there(const apr_array_header_t *posts,
                    const ipxe_serving_t *serving,
                    const ipxe_receiver_t *receiver)
{
    int i;

    for (i = 0; i < posts->nelts; i++) {
        const post_t *post = APR_ARRAY_IDX(posts, i, const post_t *);

        if (same_state(post->serving, serving) &&
            strcmp(post->receiver->target, receiver->target) == 0)
            return 1;
    }
    return 0;
}

static void collect(apr_array_header_t *posts, const ipxe_serving_t *serving)
{
    int i;

    for (i = 0; serving->hooks && i < serving->hooks->nelts; i++) {
        const ipxe_receiver_t *receiver =
            APR_ARRAY_IDX(serving->hooks, i, const ipxe_receiver_t *);
        post_t *post;

        if (is_there(posts, serving, receiver))
            continue;
        post = apr_pcalloc(posts->pool, sizeof(*post));
        post->serving = serving;
        post->receiver = receiver;
        APR_ARRAY_PUSH(posts, post_t *) = post;
    }
}

static apr_status_t start_thread(post_t *post, int number, apr_pool_t *pconf)
{
    const char *name = apr_psprintf(pconf, "_ipxe_hook_%d_", number);

    return ipxe_watchdog_start(name, 1, EVERY, serve, post, pconf);
}

void ipxe_hooks_start(apr_array_header_t *all, server_rec *s, apr_pool_t *pconf)
{
    apr_array_header_t *posts = apr_array_make(pconf, 4, sizeof(post_t *));
    apr_status_t rv;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (serving->wanted && !serving->settings.stateless)
            collect(posts, serving);
    }
    for (i = 0; i < posts->nelts; i++) {
        rv = start_thread(APR_ARRAY_IDX(posts, i, post_t *), i, pconf);
        if (rv != APR_SUCCESS)
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                         "%s %s: no thread can be had: it is told of nothing",
                         IPXE_NAME_HOOK,
                         APR_ARRAY_IDX(posts, i, post_t *)->receiver->name);
    }
}
