/* SPDX-License-Identifier: Apache-2.0 */
/* A child's state, and the table by which the engine asks it. */
#include "httpd/state.h"

#include <apr_atomic.h>
#include <apr_file_info.h>
#include <apr_strings.h>
#include <http_log.h>

#include "httpd/directives.h"
#include "httpd/handler.h"
#include "httpd/hooks.h"
#include "httpd/places.h"
#include "httpd/state_dir.h"
#include "state/sql.h"

APLOG_USE_MODULE(ipxe);

/* Between two lines of the log about a state that does not answer. */
#define QUIET_SECONDS 60
/* At least so long after such a line that it answers again is worth another. */
#define OVER_SECONDS 5

/* How long a new child waits for its connection: half a second. */
#define CONNECT_LOOKS 50
#define CONNECT_PAUSE (10 * 1000)

/* What a child has for a serving. */
typedef struct ipxe_held_t {
    ipxe_state_t *state; /* or NULL: it could not be opened */
    const char *why;     /* then */
    ipxe_keeper_t keeper;
    server_rec *server;
    volatile apr_uint32_t said; /* when the log was told last, seconds */
} held_t;

/* ---- In the parent ---- */

const char *ipxe_state_prepare(ipxe_serving_t *serving, apr_pool_t *pconf)
{
    const char *why = NULL;

    if (serving->settings.stateless)
        return NULL;
    why = ipxe_state_folder(serving, "db", pconf);
    if (why)
        return apr_psprintf(pconf, "%s %s: %s", IPXE_NAME_STATE_DIR,
                            serving->state_dir, why);
    if (ipxe_sql_driver(&why, serving->state_driver, pconf) == APR_SUCCESS)
        return NULL;
    return apr_psprintf(pconf, "%s: %s", IPXE_NAME_STATE, why);
}

/* ---- Questions ---- */

static void tell_over(held_t *held, apr_uint32_t now)
{
    apr_uint32_t before = apr_atomic_read32(&held->said);

    if (before && now - before >= OVER_SECONDS &&
        apr_atomic_cas32(&held->said, 0, before) == before)
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, held->server,
                     "the state answers again");
}

static void tell(held_t *held, apr_uint32_t now, apr_pool_t *pool)
{
    apr_uint32_t before = apr_atomic_read32(&held->said);
    ipxe_state_health_t health = {.why = held->why};

    if (now - before < QUIET_SECONDS ||
        apr_atomic_cas32(&held->said, now, before) != before)
        return;
    if (held->state)
        ipxe_state_health(&health, held->state, pool);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, held->server,
                 "the state does not answer, and installs wait: %s",
                 health.why && *health.why ? health.why : "it takes too long");
}

/* Says once a minute and child that installs wait, and why; and when that is
 * over. */
static apr_status_t told(held_t *held, apr_status_t status, apr_pool_t *pool)
{
    apr_uint32_t now = (apr_uint32_t)apr_time_sec(apr_time_now());

    if (status == APR_SUCCESS)
        tell_over(held, now);
    else
        tell(held, now, pool);
    return status;
}

static int keeper_marked(void *baton, const ipxe_who_t *who, apr_pool_t *pool)
{
    const held_t *held = baton;

    return held->state && ipxe_state_marked(held->state, who, pool);
}

/* What is asked here alone decides nothing that must not go on. */
static apr_status_t keeper_look(ipxe_view_t *view, void *baton,
                                const ipxe_who_t *who, apr_pool_t *pool)
{
    const held_t *held = baton;

    return held->state ? ipxe_state_look(view, held->state, who, pool)
                       : APR_TIMEUP;
}

static apr_status_t keeper_enter(ipxe_ruling_t *ruling, void *baton,
                                 const ipxe_wish_t *wish, apr_pool_t *pool)
{
    held_t *held = baton;

    return told(held,
                held->state ? ipxe_state_enter(ruling, held->state, wish, pool)
                            : APR_TIMEUP,
                pool);
}

static apr_status_t keeper_hold(ipxe_view_t *view, void *baton,
                                const ipxe_who_t *who, const char *reason,
                                apr_time_t now, apr_pool_t *pool)
{
    held_t *held = baton;

    return told(held,
                held->state
                    ? ipxe_state_hold(view, held->state, who, reason, now, pool)
                    : APR_TIMEUP,
                pool);
}

static apr_status_t keeper_fetch(ipxe_claim_e *claim, void *baton,
                                 apr_int64_t install, apr_time_t issued,
                                 int tries, apr_time_t now, apr_pool_t *pool)
{
    held_t *held = baton;

    return told(held,
                held->state ? ipxe_state_fetch(claim, held->state, install,
                                               issued, tries, now, pool)
                            : APR_TIMEUP,
                pool);
}

static apr_status_t keeper_report(ipxe_claim_e *claim, void *baton,
                                  const ipxe_report_t *report, apr_pool_t *pool)
{
    held_t *held = baton;

    return told(held,
                held->state
                    ? ipxe_state_report(claim, held->state, report, pool)
                    : APR_TIMEUP,
                pool);
}

static void keeper_watch(void *baton, const ipxe_event_t *event)
{
    const held_t *held = baton;

    if (held->state)
        ipxe_state_watch(held->state, event);
}

static const ipxe_keeper_t functions = {
    NULL,        keeper_marked, keeper_look,   keeper_enter,
    keeper_hold, keeper_fetch,  keeper_report, keeper_watch};

/* ---- In a child ---- */

/* Its thread connects meanwhile: the first requests of a child are not to find
 * an unknown state where there is a good one. */
static void await_connection(ipxe_state_t *state, apr_pool_t *pool)
{
    ipxe_state_health_t health;
    int i;

    for (i = 0; i < CONNECT_LOOKS; i++) {
        ipxe_state_health(&health, state, pool);
        if (health.up)
            return;
        apr_sleep(CONNECT_PAUSE);
    }
}

static held_t *open_state(const ipxe_serving_t *serving,
                          const apr_array_header_t *all, apr_pool_t *pchild)
{
    ipxe_state_options_t options = {
        .driver = serving->state_driver,
        .params = serving->state_params,
        .identity = serving->state_identity,
        .node = ipxe_hooks_node(serving, pchild),
        .hooks = ipxe_hooks_of(serving, all, pchild),
        .create = 1,
        .timeout = serving->state_timeout,
        .max_machines = (int)serving->max_machines,
    };
    held_t *held = apr_pcalloc(pchild, sizeof(*held));

    held->server = serving->server;
    held->keeper = functions;
    held->keeper.baton = held;
    if (ipxe_state_open(&held->state, &held->why, &options, pchild) ==
        APR_SUCCESS) {
        await_connection(held->state, pchild);
        return held;
    }
    held->state = NULL;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                 "%s: %s; installs wait", IPXE_NAME_STATE,
                 held->why ? held->why : "it cannot be opened");
    return held;
}

static int same_state(const ipxe_serving_t *one, const ipxe_serving_t *other)
{
    return strcmp(one->state_driver, other->state_driver) == 0 &&
           strcmp(one->state_params, other->state_params) == 0 &&
           strcmp(one->state_identity, other->state_identity) == 0;
}

/* Of a server whose state folder remembers one database, and that has
 * another. */
static int disagree(const ipxe_serving_t *one, const ipxe_serving_t *other)
{
    return other->wanted && !other->settings.stateless &&
           strcmp(one->state_identity, other->state_identity) == 0 &&
           !same_state(one, other);
}

/* It may be mounted late: no reason not to start. (The one in the state folder
 * is made there.) */
static void doubt_folder(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const char *file = serving->state_params;
    apr_finfo_t info;

    if (!ipxe_server_get(serving->server)->state ||
        strcmp(serving->state_driver, "sqlite3") != 0 ||
        !APR_STATUS_IS_ENOENT(apr_stat(&info,
                                       ap_make_dirstr_parent(pool, file),
                                       APR_FINFO_TYPE, pool)))
        return;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                 "%s sqlite:%s%s: its folder is not there, and installs wait "
                 "until it is; it must be the server's user's",
                 IPXE_NAME_STATE, file,
                 ipxe_place(serving->server, IPXE_NAME_STATE, pool));
}

static int check_state(const apr_array_header_t *all, int n, apr_pool_t *pool)
{
    const ipxe_serving_t *serving = APR_ARRAY_IDX(all, n, ipxe_serving_t *);
    int i;

    if (!serving->wanted || serving->settings.stateless)
        return 1;
    doubt_folder(serving, pool);
    for (i = 0; i < n; i++) {
        if (!disagree(serving, APR_ARRAY_IDX(all, i, ipxe_serving_t *)))
            continue;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "%s%s: two databases with one %s, which remembers one: "
                     "give each virtual host that has its own its own folder",
                     IPXE_NAME_STATE,
                     ipxe_place(serving->server, IPXE_NAME_STATE, pool),
                     IPXE_NAME_STATE_DIR);
        return 0;
    }
    return 1;
}

int ipxe_state_check(const apr_array_header_t *all, apr_pool_t *pool)
{
    int i, good = 1;

    for (i = 0; i < all->nelts; i++)
        good &= check_state(all, i, pool);
    return good;
}

static held_t *find_state(const apr_array_header_t *all, int before)
{
    const ipxe_serving_t *serving =
        APR_ARRAY_IDX(all, before, ipxe_serving_t *);
    int i;

    for (i = 0; i < before; i++) {
        const ipxe_serving_t *other = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (other->held && same_state(serving, other))
            return other->held;
    }
    return NULL;
}

void ipxe_state_child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_array_header_t *all = ipxe_serving_all(s, pchild);
    int i;

    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (!serving->wanted || serving->settings.stateless)
            continue;
        serving->held = find_state(all, i);
        if (!serving->held)
            serving->held = open_state(serving, all, pchild);
    }
}

ipxe_state_t *ipxe_serving_state(const ipxe_serving_t *serving)
{
    return serving->held ? serving->held->state : NULL;
}

const ipxe_keeper_t *ipxe_serving_keeper(const ipxe_serving_t *serving)
{
    return serving->held ? &serving->held->keeper : NULL;
}

int ipxe_state_spend(request_rec *r)
{
    const ipxe_visit_t *visit = ipxe_visit_get(r);
    ipxe_state_t *state;
    int spent;

    if (!visit || !visit->answer.spend || r->header_only ||
        r->connection->aborted)
        return DECLINED;
    state = ipxe_serving_state(visit->server->serving);
    if (state)
        ipxe_state_spend_next(&spent, state, visit->answer.spend, r->pool);
    return DECLINED;
}
