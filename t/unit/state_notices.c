/* SPDX-License-Identifier: Apache-2.0 */
/* Notices: written with what they tell of, for the hooks that want it, taken
 * by one, settled, taken again, dropped. */
#include "base/limits.h"
#include "state/front.h"
#include "state/sql_run.h"
#include "t/unit/state_help.h"

#define LEASE  apr_time_from_sec(30)
#define MANY   (IPXE_MAX_NOTICES + 7)
#define ALL    ((1u << IPXE_NOTICE_COUNT) - 1)
#define ERRORS (1u << IPXE_NOTICE_FAILED | 1u << IPXE_NOTICE_HELD)

static apr_pool_t *pool;
static const char *file;
static int machine_count;

static ipxe_store_t *open_with(const char *node,
                               const apr_array_header_t *hooks)
{
    ipxe_sql_options_t options = {
        .params = file, .node = node, .hooks = hooks};

    return open_as(options, pool);
}

static apr_array_header_t *hooks_of(const char *target, unsigned events)
{
    apr_array_header_t *hooks = apr_array_make(pool, 2, sizeof(ipxe_hook_t));
    ipxe_hook_t hook = {"", target, events};

    if (target)
        APR_ARRAY_PUSH(hooks, ipxe_hook_t) = hook;
    return hooks;
}

static const char *fresh(void)
{
    machine_count++;
    return apr_psprintf(pool, "mac=52:54:00:01:%02x:%02x&serial=S%d",
                        (unsigned)machine_count / 256,
                        (unsigned)machine_count % 256, machine_count);
}

static apr_int64_t arm(ipxe_store_t *store, const char *query, apr_time_t now)
{
    ipxe_wish_t wished = wish(query, "rocky", now, pool);
    ipxe_ruling_t ruling = {0};

    if (store->ops->enter(&ruling, store, &wished, pool))
        printf("# enter: %s\n", store->why);
    return ruling.install.number;
}

static ipxe_claim_e report(ipxe_store_t *store, apr_int64_t install,
                           ipxe_stage_e stage, const char *text)
{
    ipxe_report_t made = {.install = install,
                          .issued = NOON,
                          .profile = "rocky",
                          .stage = stage,
                          .text = text,
                          .percent = -1,
                          .now = NOON + MINUTE};
    ipxe_claim_e claim = (ipxe_claim_e)99;

    if (!install)
        made.who = who(fresh(), pool);
    if (store->ops->report(&claim, store, &made, pool))
        printf("# report: %s\n", store->why);
    return claim;
}

static ipxe_notice_t take(ipxe_store_t *store, const char *target,
                          apr_time_t now)
{
    ipxe_notice_t notice = {0};

    if (store->ops->take(&notice, store, target, LEASE, now, pool))
        printf("# take: %s\n", store->why);
    return notice;
}

static void settle(ipxe_store_t *store, const ipxe_notice_t *notice,
                   apr_time_t again, const char *why)
{
    if (store->ops->settle(store, notice, again, why, pool))
        printf("# settle: %s\n", store->why);
}

static int waiting(ipxe_store_t *store)
{
    ipxe_waiting_t found = {0};

    if (store->ops->waiting(&found, store, "", pool))
        printf("# waiting: %s\n", store->why);
    return found.count;
}

/* Takes and settles them all: their words, "armed started". */
static const char *drain(ipxe_store_t *store, const char *target,
                         apr_time_t now)
{
    const char *all = "";
    ipxe_notice_t notice;

    while ((notice = take(store, target, now)).number) {
        all = apr_pstrcat(pool, all, *all ? " " : "",
                          ipxe_notice_word(notice.event), NULL);
        settle(store, &notice, 0, NULL);
    }
    return all;
}

static void test_way(ipxe_store_t *store)
{
    const char *m = fresh();
    apr_int64_t n = arm(store, m, NOON);
    ipxe_claim_e claim;
    ipxe_notice_t first = take(store, "a", NOON);

    ok(first.number && first.event == IPXE_NOTICE_ARMED, "arming is told");
    is_int(first.install, n, "with the install's number");
    is(first.profile, "rocky", "its profile");
    is(first.by, "rule test", "who armed it");
    is(first.mac, "52:54:00:01:00:01", "the machine's address");
    is(first.serial, "S1", "its serial");
    ok(strlen(first.id) == 32, "an id");
    ok(first.when == NOON && first.machine > 0 && first.tries == 1,
       "when, which machine, the first try");
    ok(!take(store, "a", NOON + LEASE - 1).number, "taken by one alone");
    arm(store, m, NOON + 1);
    store->ops->fetch(&claim, store, n, NOON, 0, NOON, pool);
    report(store, n, IPXE_STAGE_STARTED, NULL);
    report(store, n, IPXE_STAGE_STARTED, NULL);
    report(store, n, IPXE_STAGE_PROGRESS, "half");
    report(store, n, IPXE_STAGE_INSTALLED, NULL);
    report(store, n, IPXE_STAGE_INSTALLED, NULL);
    settle(store, &first, 0, NULL);
    is(drain(store, "a", NOON + HOUR), "started installed",
       "each stage is told once, in its order");
    is_int(waiting(store), 0, "delivered ones are gone");
}

static void test_failed(ipxe_store_t *store)
{
    apr_int64_t n = arm(store, fresh(), NOON);
    ipxe_claim_e claim;
    ipxe_notice_t notice;

    drain(store, "a", NOON + HOUR);
    store->ops->fetch(&claim, store, n, NOON, 0, NOON, pool);
    report(store, n, IPXE_STAGE_FAILED, "no disk");
    notice = take(store, "a", NOON + HOUR);
    ok(notice.event == IPXE_NOTICE_FAILED && notice.install == n,
       "a failure is told");
    is(notice.text, "no disk", "with what it said");
    settle(store, &notice, 0, NULL);
    report(store, 0, IPXE_STAGE_PROGRESS, NULL);
    report(store, 0, IPXE_STAGE_DONE, NULL);
    report(store, 0, IPXE_STAGE_FAILED, "bad memory");
    is(drain(store, "a", NOON + HOUR), "done failed",
       "and of profiles that install nothing");
}

static void test_held(ipxe_store_t *store)
{
    ipxe_who_t asker = who(fresh(), pool);
    ipxe_view_t view;
    ipxe_notice_t notice;

    store->ops->hold(&view, store, &asker, "wait", NOON, pool);
    store->ops->hold(&view, store, &asker, "wait more", NOON, pool);
    notice = take(store, "a", NOON + HOUR);
    ok(notice.event == IPXE_NOTICE_HELD && !notice.install, "a hold is told");
    is(notice.code, view.hold_code, "with its code");
    is(notice.text, "wait", "and its reason");
    settle(store, &notice, 0, NULL);
    ok(!take(store, "a", NOON + HOUR).number, "once");
}

static void test_operator(ipxe_store_t *store, ipxe_store_t *other)
{
    ipxe_order_t order = {.act = IPXE_ACT_ARM, .by = "ops", .now = NOON};
    apr_int64_t machine;
    ipxe_notice_t notice;

    order.who = who(fresh(), pool);
    order.profile = "rocky";
    other->ops->order(&machine, other, &order, pool);
    notice = take(store, "a", NOON + HOUR);
    ok(notice.event == IPXE_NOTICE_ARMED && notice.machine == machine,
       "what a process without hooks did is told");
    is(notice.by, "operator ops", "with the operator");
    settle(store, &notice, 0, NULL);
}

static void test_again(ipxe_store_t *store)
{
    ipxe_notice_t notice, second;
    ipxe_waiting_t found;
    apr_time_t now = NOON + HOUR;

    arm(store, fresh(), NOON);
    notice = take(store, "a", now);
    settle(store, &notice, now + MINUTE, "connection refused");
    ok(!take(store, "a", now + MINUTE - 1).number, "not before its time");
    store->ops->waiting(&found, store, "", pool);
    ok(found.count == 1 && found.failing == 1 && found.oldest == NOON,
       "it waits, and has failed");
    is(found.why, "connection refused", "and why is known");
    second = take(store, "a", now + MINUTE);
    is(second.id, notice.id, "the same id again");
    is_int(second.tries, 2, "the second try");
    ok(take(store, "a", now + MINUTE + LEASE).number == second.number,
       "where nobody settles it, it is taken again after its lease");
    settle(store, &second, now + 2 * HOUR, "late");
    ok(take(store, "a", now + HOUR).number == second.number,
       "who lost the lease puts nothing off");
    settle(store, &second, 0, NULL);
    is_int(waiting(store), 0, "but what he delivered is gone");
}

static void test_clock(ipxe_store_t *store)
{
    ipxe_notice_t notice;
    int dropped;

    arm(store, fresh(), NOON + 48 * HOUR);
    store->ops->trim(&dropped, store, NOON, pool);
    notice = take(store, "a", NOON);
    ok(notice.number && dropped == 0, "a clock set back does not hold it up");
    settle(store, &notice, 0, NULL);
}

static void flood(ipxe_store_t *store, int n)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_notice_t notice = {
        .event = IPXE_NOTICE_FAILED, .text = "x", .when = NOON};
    int i;

    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 1);
    for (i = 0; i < n; i++) {
        notice.when = NOON + i;
        ipxe_sql_tell(sql, 1, &notice);
    }
    ipxe_sql_end(sql);
}

static void test_bounds(ipxe_store_t *store)
{
    ipxe_notice_t first;
    int dropped = -1;

    flood(store, MANY);
    store->ops->trim(&dropped, store, NOON + HOUR, pool);
    is_int(dropped, 7, "past the bound the oldest are dropped, and counted");
    first = take(store, "a", NOON + HOUR);
    is_int((int)(first.when - NOON), 7, "the oldest");
    store->ops->trim(&dropped, store, NOON + IPXE_NOTICE_LIFE + MINUTE, pool);
    is_int(dropped, IPXE_MAX_NOTICES, "what is too old is dropped");
    is_int(waiting(store), 0, "all of it");
}

/* Another server with another hook, and the first with other ones. */
static void test_servers(ipxe_store_t *store)
{
    ipxe_store_t *second = open_with("second", hooks_of("b", ERRORS));
    ipxe_store_t *changed;
    int dropped;

    report(second, 0, IPXE_STAGE_FAILED, NULL);
    arm(store, fresh(), NOON);
    is(drain(store, "a", NOON + HOUR), "armed failed",
       "one server's hook wants all");
    is(drain(second, "b", NOON + HOUR), "failed",
       "the other's but failures, whoever took the report");
    arm(store, fresh(), NOON);
    changed = open_with("first", hooks_of("c", ALL));
    arm(changed, fresh(), NOON);
    is(drain(changed, "c", NOON + HOUR), "armed", "a hook that is new");
    is(drain(changed, "a", NOON + HOUR), "", "one that is gone");
    is_int(waiting(store), 0, "with all that waited for it");
    changed->ops->close(changed);
    changed = open_with("first", hooks_of(NULL, 0));
    arm(changed, fresh(), NOON);
    is_int(waiting(store), 0, "without hooks nothing is written");
    changed->ops->trim(&dropped, changed, NOON, pool);
    changed->ops->close(changed);
    second->ops->close(second);
}

/* Undone with what it tells of. */
static void test_transaction(ipxe_store_t *store)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    ipxe_wish_t wished = wish(fresh(), "rocky", NOON, pool);
    ipxe_ruling_t ruling;

    store->ops->gather(store);
    store->ops->enter(&ruling, store, &wished, pool);
    ipxe_sql_fail(sql, "the test says so");
    ok(store->ops->commit(store) == APR_EGENERAL && waiting(store) == 0,
       "what was not committed is not told");
}

static const char *const first_version[] = {
    "DROP TABLE ipxe_hooks",
    "DROP TABLE ipxe_notices",
    "CREATE TABLE old AS SELECT id, site, host, mac, uuid, serial, "
    "manufacturer, product, ip, rule, profile, stage, percent, first_seen, "
    "last_seen, stage_since, conflict, disarmed, disarmed_at, marked, let_go, "
    "let_go_by, let_go_profile, let_go_vars, next_profile, open_install, "
    "mark_install FROM ipxe_machines",
    "DROP TABLE ipxe_machines",
    "ALTER TABLE old RENAME TO ipxe_machines",
    "UPDATE ipxe_meta SET value = '1' WHERE name = 'schema'"};

/* Tables of before there were notices. */
static void test_upgrade(void)
{
    ipxe_store_t *store = open_with(NULL, NULL);
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    apr_int64_t n = arm(store, "mac=52:54:00:02:00:01", NOON);
    apr_size_t i;

    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 1);
    for (i = 0; i < sizeof first_version / sizeof *first_version; i++)
        ipxe_sql_plain(sql, first_version[i], 0);
    if (ipxe_sql_end(sql))
        printf("# %s\n", store->why);
    store->ops->close(store);
    store = open_with("new", hooks_of("n", ALL));
    ok(store != NULL, "a database of the first version is opened");
    is_int(arm(store, "mac=52:54:00:02:00:01", NOON), n,
           "what it knew it knows");
    arm(store, fresh(), NOON);
    is(drain(store, "n", NOON + HOUR), "armed", "and it can tell");
    store->ops->close(store);
}

/* Behind the thread of a process. */
static void test_front(void)
{
    ipxe_state_options_t options = {.driver = test_driver(),
                                    .params = file,
                                    .node = "front",
                                    .hooks = hooks_of("f", ALL),
                                    .direct = 1,
                                    .create = 1};
    ipxe_state_t *state = NULL;
    ipxe_wish_t wished = wish(fresh(), "rocky", NOON, pool);
    ipxe_waiting_t found = {0};
    ipxe_notice_t notice = {0};
    ipxe_ruling_t ruling;
    const char *why = "";
    int dropped = -1;

    if (strcmp(options.driver, "sqlite3") != 0)
        options.params = getenv("STATE_PARAMS");
    ok(!ipxe_state_open(&state, &why, &options, pool), "opened");
    ipxe_state_enter(&ruling, state, &wished, pool);
    ok(!ipxe_state_waiting(&found, state, "", pool) && found.count == 1,
       "one waits");
    ok(!ipxe_state_take(&notice, state, "f", LEASE, NOON, pool) &&
           notice.install == ruling.install.number,
       "and is taken");
    ok(!ipxe_state_trim(&dropped, state, NOON) && dropped == 0, "trimmed");
    ok(!ipxe_state_settle(state, &notice, 0, NULL) &&
           !ipxe_state_waiting(&found, state, NULL, pool) && found.count == 0,
       "settled");
    ipxe_state_close(state);
}

int main(void)
{
    ipxe_store_t *store, *other;
    const char *folder;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    folder = test_folder(pool);
    file = apr_pstrcat(pool, folder, "/state", NULL);
    store = open_with("first", hooks_of("a", ALL));
    other = open_with(NULL, NULL);
    if (!store || !other)
        return 1;
    test_way(store);
    test_failed(store);
    test_held(store);
    test_operator(store, other);
    test_again(store);
    test_clock(store);
    test_bounds(store);
    test_transaction(store);
    test_servers(store);
    test_front();
    test_upgrade();
    store->ops->close(store);
    other->ops->close(other);
    remove_folder(folder, pool);
    return tap_end(pool);
}
