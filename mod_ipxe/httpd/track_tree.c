/* SPDX-License-Identifier: Apache-2.0 */
/* Files of trees, counted by machine. */
#include "httpd/track_tree.h"

#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <http_log.h>

#include "base/limits.h"
#include "httpd/state.h"
#include "httpd/track.h"
#include "httpd/watchdog.h"

APLOG_USE_MODULE(ipxe);

#define MOST_KEY 40
#define NOTE     "ipxe-tree"

/* What a machine fetched since the state was told. */
typedef struct tally_t {
    const ipxe_serving_t *serving;
    char key[MOST_KEY + 1];
    int files;
    apr_off_t bytes;
    char broken[128]; /* the name of one that broke off, or "" */
    apr_time_t first, last;
} tally_t;

/* Of the child. */
static struct {
    apr_thread_mutex_t *mutex;
    apr_pool_t *pool;    /* of the tallies: cleared when there are none */
    apr_hash_t *tallies; /* "site key" -> tally_t */
} counted;

/* ---- Addresses ---- */

/* The bytes of a key that a slash ends, a card's 6, 8 or 20 octets or an
 * install's number; 0 where it is none. */
static apr_size_t key_length(const char *key)
{
    apr_size_t len = strspn(key, "0123456789abcdef");

    if (*key == 'i') {
        len = 1 + strspn(key + 1, "0123456789");
        return key[len] == '/' && len > 1 && len < 20 ? len : 0;
    }
    return key[len] == '/' && (len == 12 || len == 16 || len == 40) ? len : 0;
}

int ipxe_track_map(request_rec *r)
{
    static const char word[] = "/" IPXE_TRACK_TREE "/";
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    apr_size_t n = serving ? strlen(serving->settings.prefix) : 0, len;
    char *key;

    if (!n || strncmp(r->uri, serving->settings.prefix, n) != 0 ||
        strncmp(r->uri + n, word, sizeof(word) - 1) != 0)
        return DECLINED;
    key = r->uri + n + sizeof(word) - 1;
    len = key_length(key);
    if (!len || ipxe_engine_route(&serving->settings, key + len, r->pool)
                        .route != IPXE_ROUTE_NONE)
        return DECLINED;
    apr_table_setn(r->notes, NOTE, apr_pstrmemdup(r->pool, key, len));
    r->uri = apr_pstrdup(r->pool, key + len);
    return DECLINED;
}

/* ---- Told ---- */

static const char *words_of(const tally_t *tally, apr_pool_t *pool)
{
    const char *files =
        apr_psprintf(pool, "%d file%s of the tree", tally->files,
                     tally->files == 1 ? "" : "s");

    return *tally->broken
               ? apr_pstrcat(pool, files, ", not all of ", tally->broken, NULL)
               : files;
}

static void tell(const tally_t *tally, apr_pool_t *pool)
{
    ipxe_state_t *state = ipxe_serving_state(tally->serving);
    ipxe_event_t event;

    if (!state)
        return;
    memset(&event, 0, sizeof(event));
    if (*tally->key == 'i')
        event.install = apr_atoi64(tally->key + 1);
    else
        event.who.machine = ipxe_tracked_machine(tally->key, pool);
    if (!event.install && !event.who.machine)
        return;
    event.who.site = tally->serving->settings.site;
    event.percent = -1;
    event.kind = IPXE_EVENT_FILE;
    event.text = words_of(tally, pool);
    event.bytes = tally->bytes;
    event.complete = !*tally->broken;
    event.when = tally->last;
    ipxe_state_watch(state, &event);
}

static int is_due(const tally_t *tally, apr_time_t now)
{
    return *tally->broken || now - tally->first >= IPXE_TREE_WHILE ||
           now - tally->last >= IPXE_TREE_REST || now < tally->last;
}

/* With the mutex held: what is due, or all. */
static void tell_some(apr_time_t now, int all, apr_pool_t *pool)
{
    apr_hash_index_t *at;

    for (at = apr_hash_first(pool, counted.tallies); at;
         at = apr_hash_next(at)) {
        tally_t *tally = apr_hash_this_val(at);

        if (!all && !is_due(tally, now))
            continue;
        tell(tally, pool);
        apr_hash_set(counted.tallies, apr_hash_this_key(at),
                     apr_hash_this_key_len(at), NULL);
    }
    if (apr_hash_count(counted.tallies) == 0) {
        apr_pool_clear(counted.pool);
        counted.tallies = apr_hash_make(counted.pool);
    }
}

static apr_status_t tell_rest(void *data)
{
    apr_pool_t *pool = data;

    tell_some(0, 1, pool);
    counted.mutex = NULL;
    return APR_SUCCESS;
}

/* ---- Counted ---- */

static tally_t *tally_of(const ipxe_serving_t *serving, const char *key,
                         apr_time_t now, apr_pool_t *pool)
{
    const char *name =
        apr_pstrcat(pool, key, " ", serving->settings.site, NULL);
    tally_t *tally = apr_hash_get(counted.tallies, name, APR_HASH_KEY_STRING);

    if (tally)
        return tally;
    if (apr_hash_count(counted.tallies) >= IPXE_MAX_TREES)
        tell_some(now, 1, pool);
    tally = apr_pcalloc(counted.pool, sizeof(*tally));
    tally->serving = serving;
    apr_cpystrn(tally->key, key, sizeof(tally->key));
    tally->first = now;
    apr_hash_set(counted.tallies, apr_pstrdup(counted.pool, name),
                 APR_HASH_KEY_STRING, tally);
    return tally;
}

void ipxe_track_tree(request_rec *r)
{
    const char *key = apr_table_get(r->notes, NOTE);
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    apr_time_t now = apr_time_now();
    tally_t *tally;

    if (!key || !counted.mutex || !serving || !serving->settings.track ||
        r->header_only || r->method_number != M_GET ||
        (r->status != HTTP_OK && r->status != HTTP_PARTIAL_CONTENT))
        return;
    apr_thread_mutex_lock(counted.mutex);
    tally = tally_of(serving, key, now, r->pool);
    tally->files++;
    tally->bytes += ipxe_tracked_bytes(r);
    tally->last = now;
    if (!ipxe_tracked_whole(r))
        apr_cpystrn(tally->broken, ap_strrchr_c(r->uri, '/') + 1,
                    sizeof(tally->broken));
    if (is_due(tally, now))
        tell_some(now, 0, r->pool);
    apr_thread_mutex_unlock(counted.mutex);
}

void ipxe_track_tree_child(apr_pool_t *pchild, server_rec *s)
{
    (void)s;
    apr_pool_create(&counted.pool, pchild);
    counted.tallies = apr_hash_make(counted.pool);
    if (apr_thread_mutex_create(&counted.mutex, APR_THREAD_MUTEX_DEFAULT,
                                pchild) != APR_SUCCESS)
        counted.mutex = NULL;
    else
        apr_pool_pre_cleanup_register(pchild, pchild, tell_rest);
}

/* ---- The thread ---- */

static apr_status_t look(int watchdog, void *data, apr_pool_t *pool)
{
    apr_pool_t *own;

    (void)data;
    if (watchdog != AP_WATCHDOG_STATE_RUNNING || !counted.mutex)
        return APR_SUCCESS;
    apr_pool_create(&own, pool);
    apr_thread_mutex_lock(counted.mutex);
    tell_some(apr_time_now(), 0, own);
    apr_thread_mutex_unlock(counted.mutex);
    apr_pool_destroy(own);
    return APR_SUCCESS;
}

void ipxe_track_tree_start(apr_array_header_t *all, server_rec *s,
                           apr_pool_t *pconf)
{
    apr_status_t rv;
    int i, wanted = 0;

    for (i = 0; i < all->nelts; i++)
        wanted |= APR_ARRAY_IDX(all, i, const ipxe_serving_t *)->settings.track;
    if (!wanted)
        return;
    rv = ipxe_watchdog_start("_ipxe_tree_", 0, IPXE_TREE_REST, look, all,
                             pconf);
    if (rv != APR_SUCCESS && rv != APR_ENOTIMPL)
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, s,
                     "no thread can be had that tells what machines fetch of "
                     "their trees");
}
