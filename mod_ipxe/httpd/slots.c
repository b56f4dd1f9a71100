/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots of all children. */
#include "httpd/slots.h"

#include <apr_strings.h>
#include <http_log.h>
#include <http_request.h>

#include "base/pool.h"
#include "httpd/shared.h"
#include "httpd/track.h"
#include "httpd/watchdog.h"

APLOG_USE_MODULE(ipxe);

#define NAME "ipxe-slots"

/* How often they are counted for ipxectl, and at least written. */
#define COUNT_EVERY apr_time_from_sec(2)
#define WRITE_EVERY apr_time_from_sec(30)

/* A boot fetches its first file at once, and the next after the one before. */
#define PATIENCE apr_time_from_sec(60)

static ipxe_shared_t *shared;

int ipxe_slots_register(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    return ipxe_shared_register(NAME, pconf);
}

/* ---- Asking ---- */

/* NULL where there is no table, or it cannot be locked. */
static ipxe_slots_t *take(const ipxe_serving_t *serving)
{
    return serving->settings.boot_slots ? ipxe_shared_lock(shared) : NULL;
}

static void put_back(void)
{
    ipxe_shared_unlock(shared);
}

static ipxe_slots_ask_t ask_of(const ipxe_serving_t *serving,
                               const char *machine)
{
    const ipxe_settings_t *set = &serving->settings;
    ipxe_slots_ask_t ask = {.site = set->site,
                            .machine = machine,
                            .most = set->boot_slots,
                            .life = set->slot_life,
                            .patience = set->track ? PATIENCE : set->slot_life,
                            .now = ipxe_clock()};

    return ask;
}

static void turn_of(ipxe_turn_t *turn, void *baton, const char *site,
                    const char *machine, ipxe_slot_act_e act)
{
    const request_rec *r = baton;
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    ipxe_slots_ask_t ask = ask_of(serving, machine);
    ipxe_slots_t *slots = take(serving);

    memset(turn, 0, sizeof(*turn));
    turn->given = 1;
    ask.site = site;
    if (!slots)
        return;
    ipxe_slots_turn(turn, slots, &ask, act);
    put_back();
}

ipxe_turn_fn *ipxe_slots_of(const ipxe_serving_t *serving)
{
    return serving->settings.boot_slots ? turn_of : NULL;
}

/* ---- Downloads ---- */

static int note_file(request_rec *r, int ended)
{
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    ipxe_slot_file_e what = IPXE_SLOT_BEGAN;
    ipxe_slots_ask_t ask;
    ipxe_tracked_t file;
    ipxe_slots_t *slots;

    if (!serving || !serving->settings.boot_slots || !ipxe_tracked(&file, r))
        return DECLINED;
    if (ended)
        what = !ipxe_tracked_whole(r) ? IPXE_SLOT_BROKEN
               : file.what == 'l'     ? IPXE_SLOT_LAST
                                      : IPXE_SLOT_LOADED;
    ask = ask_of(serving, ipxe_slots_machine(NULL, file.machine, r->pool));
    slots = take(serving);
    if (!slots)
        return DECLINED;
    ipxe_slots_file(slots, &ask, what);
    put_back();
    return DECLINED;
}

int ipxe_slots_began(request_rec *r)
{
    return ap_is_initial_req(r) ? note_file(r, 0) : DECLINED;
}

int ipxe_slots_ended(request_rec *r)
{
    return note_file(r, 1);
}

/* ---- Looking on ---- */

int ipxe_slots_now(ipxe_slots_count_t *count, const ipxe_serving_t *serving)
{
    ipxe_slots_t *slots = take(serving);

    memset(count, 0, sizeof(*count));
    if (!slots)
        return 0;
    ipxe_slots_count(count, slots, serving->settings.site, ipxe_clock());
    put_back();
    return 1;
}

/* Nonzero where nobody would learn anything new. */
static int is_written(const ipxe_status_slots_t *slots,
                      const ipxe_status_slots_t *written)
{
    return slots->total == written->total && slots->taken == written->taken &&
           slots->waiting == written->waiting &&
           slots->counted >= written->counted &&
           slots->counted < written->counted + WRITE_EVERY;
}

static void write_one(ipxe_serving_t *serving, apr_pool_t *pool)
{
    ipxe_status_slots_t slots = {.counted = apr_time_now()};
    ipxe_slots_count_t count;

    if (!serving->board || !ipxe_slots_now(&count, serving))
        return;
    slots.total = (apr_uint32_t)serving->settings.boot_slots;
    slots.taken = (apr_uint32_t)count.taken;
    slots.waiting = (apr_uint32_t)count.waiting;
    if (is_written(&slots, &serving->slots_written))
        return;
    serving->slots_written = slots;
    ipxe_status_write(serving->sets, "slots",
                      ipxe_status_slots_json(&slots, pool), pool);
}

static apr_status_t write_all(int state, void *data, apr_pool_t *pool)
{
    const apr_array_header_t *all = data;
    int i;

    for (i = 0; state != AP_WATCHDOG_STATE_STOPPING && i < all->nelts; i++)
        write_one(APR_ARRAY_IDX(all, i, ipxe_serving_t *), pool);
    return APR_SUCCESS;
}

/* As ipxe_slots_machine has it. */
static const char *name_of(const ipxe_seen_t *seen, apr_pool_t *pool)
{
    const struct {
        ipxe_fact_e fact;
        const char *text;
    } keys[] = {{IPXE_FACT_MAC, seen->mac},
                {IPXE_FACT_UUID, seen->uuid},
                {IPXE_FACT_SERIAL, seen->serial},
                {IPXE_FACT_IP, seen->ip}};
    apr_size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (keys[i].text && *keys[i].text)
            return apr_pstrcat(pool, ipxe_fact_name(keys[i].fact), " ",
                               keys[i].text, NULL);
    return "";
}

void ipxe_slots_tell(const apr_array_header_t *seen,
                     const ipxe_serving_t *serving, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < seen->nelts; i++) {
        ipxe_seen_t *one = &APR_ARRAY_IDX(seen, i, ipxe_seen_t);
        ipxe_slots_ask_t ask = ask_of(serving, name_of(one, pool));
        ipxe_slots_t *slots = take(serving);
        ipxe_turn_t turn;

        if (!slots)
            return;
        ipxe_slots_look(&turn, slots, &ask);
        put_back();
        one->place = turn.place;
        if (turn.place)
            one->stuck = 0;
    }
}

/* ---- Beginning ---- */

static int are_wanted(const apr_array_header_t *all)
{
    int i;

    for (i = 0; i < all->nelts; i++)
        if (APR_ARRAY_IDX(all, i, const ipxe_serving_t *)->settings.boot_slots)
            return 1;
    return 0;
}

void ipxe_slots_start(const apr_array_header_t *all, server_rec *s,
                      apr_pool_t *pconf)
{
    apr_status_t rv;

    if (!are_wanted(all))
        return;
    rv = ipxe_shared_make(&shared, NAME, ipxe_slots_size(), s);
    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     "there are no boot slots: all machines boot at once");
    rv = ipxe_watchdog_start("_ipxe_slots_", 1, COUNT_EVERY, write_all, all,
                             pconf);
    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv == APR_ENOTIMPL ? 0 : rv, s,
                     "mod_watchdog is %s: ipxectl status shows no boot slots",
                     rv == APR_ENOTIMPL ? "not loaded" : "of no use");
}

void ipxe_slots_child(apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv = ipxe_shared_child(shared, pchild);

    if (rv != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     "there are no boot slots in this child");
}
