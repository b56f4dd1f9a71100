/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at live files, loading and publishing them. */
#include "httpd/watcher.h"

#include <http_log.h>

#include "engine/bundle.h"
#include "httpd/check.h"
#include "httpd/directives.h"
#include "httpd/files.h"
#include "httpd/reload.h"
#include "httpd/watchdog.h"

APLOG_USE_MODULE(ipxe);

#define FOLLOW_EVERY AP_WD_TM_SLICE

/* One try to load the live files. */
typedef struct attempt_t {
    ipxe_serving_t *serving;
    const ipxe_snapshot_t *now; /* what counts, or NULL */
    ipxe_look_t look;
    ipxe_bundle_t *bundle;
    ipxe_diags_t *diags;
    apr_pool_t *own; /* of the new set */
    apr_pool_t *pool;
} attempt_t;

static ipxe_look_t look_at(const ipxe_serving_t *serving,
                           const ipxe_snapshot_t *now, apr_pool_t *pool)
{
    const apr_array_header_t *asked = serving->asked;

    if (!asked && now)
        asked = now->bundle->asked;
    return ipxe_watch_look(&serving->settings, asked, now ? now->files : NULL,
                           pool);
}

/* From now on the files that these bytes name are looked at. */
static void look_after(attempt_t *attempt)
{
    ipxe_serving_t *serving = attempt->serving;
    const apr_array_header_t *asked = attempt->bundle->asked;
    apr_array_header_t *copy;
    int i;

    if (serving->asked_pool)
        apr_pool_clear(serving->asked_pool);
    else
        apr_pool_create(&serving->asked_pool, NULL);
    copy = apr_array_make(serving->asked_pool, asked->nelts + 1,
                          sizeof(const char *));
    for (i = 0; i < asked->nelts; i++)
        APR_ARRAY_PUSH(copy, const char *) = apr_pstrdup(
            serving->asked_pool, APR_ARRAY_IDX(asked, i, const char *));
    serving->asked = copy;
    attempt->look = look_at(serving, attempt->now, attempt->pool);
}

/* ---- What came of it ---- */

static void note_failure(attempt_t *attempt)
{
    const ipxe_diag_t *first = ipxe_diags_first_error(attempt->diags);

    ipxe_check_log(attempt->serving, attempt->diags, attempt->pool);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, attempt->serving->server,
                 "the edited rules do not load: %s serves on",
                 attempt->now ? attempt->now->generation : "no rule set");
    ipxe_reload_failed(attempt->serving,
                       first ? ipxe_diag_line(first, attempt->pool)
                             : "the rules did not load",
                       attempt->look.signature, attempt->pool);
    apr_pool_destroy(attempt->own);
}

/* Said once; tried at each look, for it is none of the operator's files that
 * must change. */
static void note_unwritten(attempt_t *attempt, const char *why)
{
    ipxe_status_t status;

    ipxe_reload_status(&status, attempt->serving);
    if (status.failing && strcmp(status.failure, why) == 0)
        return;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, attempt->serving->server, "%s", why);
    ipxe_reload_failed(attempt->serving, why, 0, attempt->pool);
}

static void note_success(attempt_t *attempt, ipxe_snapshot_t *set)
{
    ipxe_serving_t *serving = attempt->serving;
    ipxe_status_t status;
    const char *why;

    ipxe_files_check(serving, set, attempt->diags);
    ipxe_check_log(serving, attempt->diags, attempt->pool);
    if (!ipxe_reload_publish(&why, serving, set, attempt->look.signature,
                             attempt->pool)) {
        note_unwritten(attempt, why);
        return;
    }
    ipxe_reload_status(&status, serving);
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, serving->server,
                 "rule set %s: %u file%s, edited", status.generation,
                 status.files, status.files == 1 ? "" : "s");
}

/* ---- The try ---- */

static void try_to_load(attempt_t *attempt)
{
    ipxe_serving_t *serving = attempt->serving;
    ipxe_snapshot_t *set;

    attempt->own = ipxe_swap_pool();
    attempt->diags = ipxe_diags_make(attempt->own);
    attempt->bundle =
        ipxe_bundle_read(&serving->settings, attempt->diags, attempt->own);
    set = ipxe_snapshot_build(&serving->settings, attempt->bundle, 0,
                              attempt->diags, attempt->own);
    /* Bytes that changed while they were read are nobody's edit. */
    if (look_at(serving, attempt->now, attempt->pool).signature !=
        attempt->look.signature) {
        apr_pool_destroy(attempt->own);
        return;
    }
    look_after(attempt);
    if (!set) {
        note_failure(attempt);
    }
    else if (attempt->now && strcmp(attempt->now->hash, set->hash) == 0) {
        ipxe_reload_unchanged(serving, attempt->look.signature, attempt->pool);
        apr_pool_destroy(attempt->own);
    }
    else {
        note_success(attempt, set);
    }
}

/* What kills the child that loads it would kill the next one, too. */
static void note_deaths(const attempt_t *attempt)
{
    static const char why[] = "each child that loaded the edited rules died: "
                              "is there not enough memory?";

    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, attempt->serving->server,
                 "%s They are not tried again until they are edited", why);
    ipxe_reload_failed(attempt->serving, why, attempt->look.signature,
                       attempt->pool);
}

static void watch_one(ipxe_serving_t *serving, apr_pool_t *pool)
{
    attempt_t attempt = {.serving = serving, .pool = pool};

    ipxe_reload_settle(serving, pool);
    /* Nothing published is older than what is held against the files. */
    ipxe_reload_follow(serving);
    attempt.now = ipxe_swap_take(serving->swap);
    attempt.look = look_at(serving, attempt.now, pool);
    if (ipxe_watch_due(&serving->watch, &attempt.look,
                       ipxe_reload_tried(serving), serving->reload,
                       apr_time_now())) {
        if (ipxe_reload_begin(serving, attempt.look.signature))
            try_to_load(&attempt);
        else
            note_deaths(&attempt);
        ipxe_reload_end(serving);
    }
    if (attempt.now)
        ipxe_swap_give_back(attempt.now);
}

/* ---- Threads ---- */

/* It begins at once, not after the first interval. */
static apr_status_t watch(int state, void *data, apr_pool_t *pool)
{
    const apr_array_header_t *all = data;
    int i;

    for (i = 0; state != AP_WATCHDOG_STATE_STOPPING && i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (serving->board && serving->reload)
            watch_one(serving, pool);
    }
    return APR_SUCCESS;
}

static apr_status_t follow(int state, void *data, apr_pool_t *pool)
{
    const apr_array_header_t *all = data;
    int i;

    (void)pool;
    for (i = 0; state == AP_WATCHDOG_STATE_RUNNING && i < all->nelts; i++)
        ipxe_reload_follow(APR_ARRAY_IDX(all, i, ipxe_serving_t *));
    return APR_SUCCESS;
}

/* The shortest of those who want it; 0: nobody does. */
static apr_interval_time_t shortest(const apr_array_header_t *all)
{
    apr_interval_time_t least = 0;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (serving->wanted && serving->reload &&
            (!least || serving->reload < least))
            least = serving->reload;
    }
    return least;
}

void ipxe_watcher_start(apr_array_header_t *all, server_rec *s,
                        apr_pool_t *pconf)
{
    apr_interval_time_t interval = shortest(all);
    apr_status_t rv;
    int i;

    if (!interval)
        return;
    rv = ipxe_watchdog_start("_ipxe_watch_", 1, interval, watch, all, pconf);
    if (rv == APR_SUCCESS)
        rv = ipxe_watchdog_start("_ipxe_follow_", 0, FOLLOW_EVERY, follow, all,
                                 pconf);
    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_WARNING,
                     rv == APR_ENOTIMPL ? 0 : rv, s,
                     "mod_watchdog is %s: edited rules count after a restart "
                     "alone; load it, or say %s Off",
                     rv == APR_ENOTIMPL ? "not loaded" : "of no use",
                     IPXE_NAME_RELOAD);
    for (i = 0; i < all->nelts; i++)
        APR_ARRAY_IDX(all, i, ipxe_serving_t *)->watched = rv == APR_SUCCESS;
}
