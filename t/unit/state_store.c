/* SPDX-License-Identifier: Apache-2.0 */
/* A store in SQLite: each state of an install and each edge between them,
 * machines and their keys, holds, an operator's acts. */
#include "state/sql_run.h"
#include "t/unit/state_help.h"

static apr_pool_t *pool;
static ipxe_store_t *store;
static int machine_count;

/* A machine that nobody knows yet. */
static const char *fresh(void)
{
    machine_count++;
    return apr_psprintf(pool, "mac=52:54:00:00:%02x:%02x",
                        (unsigned)machine_count / 256,
                        (unsigned)machine_count % 256);
}

static ipxe_ruling_t enter_wish(const ipxe_wish_t *wished)
{
    ipxe_ruling_t ruling = {0};

    if (store->ops->enter(&ruling, store, wished, pool)) {
        printf("# enter: %s\n", store->why);
        ruling.verdict = (ipxe_verdict_e)99;
    }
    return ruling;
}

static ipxe_ruling_t enter(const char *query, apr_time_t now)
{
    ipxe_wish_t wished = wish(query, "rocky", now, pool);

    return enter_wish(&wished);
}

static ipxe_view_t look(const char *query)
{
    ipxe_view_t view = {0};
    ipxe_who_t asker = who(query, pool);

    if (store->ops->look(&view, store, &asker, pool))
        printf("# look: %s\n", store->why);
    return view;
}

static ipxe_claim_e fetch(apr_int64_t install, apr_time_t issued)
{
    ipxe_claim_e claim = (ipxe_claim_e)99;

    if (store->ops->fetch(&claim, store, install, issued, 0, issued, pool))
        printf("# fetch: %s\n", store->why);
    return claim;
}

static ipxe_claim_e report(apr_int64_t install, apr_time_t issued,
                           ipxe_stage_e stage)
{
    ipxe_report_t made = {.install = install,
                          .issued = issued,
                          .profile = "rocky",
                          .stage = stage,
                          .percent = -1,
                          .now = issued + MINUTE};
    ipxe_claim_e claim = (ipxe_claim_e)99;

    if (store->ops->report(&claim, store, &made, pool))
        printf("# report: %s\n", store->why);
    return claim;
}

static apr_status_t order(ipxe_act_e act, const char *query,
                          const char *profile)
{
    ipxe_order_t made = {
        .act = act, .profile = profile, .by = "ops", .now = NOON};
    apr_int64_t machine;
    apr_status_t rv;

    if (query)
        made.who = who(query, pool);
    rv = store->ops->order(&machine, store, &made, pool);
    if (rv == APR_EGENERAL)
        printf("# order: %s\n", store->why);
    return rv;
}

/* ---- An install's way ---- */

static void test_way(void)
{
    const char *m = fresh();
    ipxe_ruling_t first = enter(m, NOON), again = enter(m, NOON + 1);
    ipxe_view_t view;
    apr_int64_t n = first.install.number;

    ok(first.verdict == IPXE_VERDICT_INSTALL && n > 0 && first.armed,
       "the first request arms");
    ok(again.install.number == n && !again.armed, "the next one does not");
    is_int(fetch(n, NOON), IPXE_CLAIM_GOOD, "armed -> fetched");
    is_int(fetch(n, NOON), IPXE_CLAIM_REPEATED, "fetched again: no try");
    view = look(m);
    ok(view.open.state == IPXE_INSTALL_FETCHED && view.open.tries == 1,
       "one try has begun");
    is_int(report(n, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_GOOD,
           "fetched -> started");
    is_int(report(n, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_REPEATED,
           "started again");
    is_int(report(n, NOON, IPXE_STAGE_PROGRESS), IPXE_CLAIM_GOOD, "progress");
    is_int(look(m).open.state, IPXE_INSTALL_STARTED, "it is started");
    is_int(report(n, NOON, IPXE_STAGE_INSTALLED), IPXE_CLAIM_GOOD,
           "started -> installed");
    is_int(report(n, NOON, IPXE_STAGE_INSTALLED), IPXE_CLAIM_REPEATED,
           "installed again");
    is_int(report(n, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_REPEATED,
           "started after installed");
    is_int(report(n, NOON, IPXE_STAGE_FAILED), IPXE_CLAIM_REPEATED,
           "failed after installed");
    is_int(fetch(n, NOON), IPXE_CLAIM_OVER, "no answer file after installed");
    is_int(fetch(n, NOON + HOUR), IPXE_CLAIM_OVER, "nor by a later ticket");
    view = look(m);
    ok(view.open.number == 0 && view.installed.number == n, "it is marked");
    is(APR_ARRAY_IDX(view.done, 0, const char *), "rocky", "and it is done");
    again = enter(m, NOON + HOUR);
    ok(again.verdict == IPXE_VERDICT_LOCAL, "then its disk");
    is(again.reason, "installed with rocky on 2026-05-21 12:01 UTC", "why");
}

static void test_tries(void)
{
    const char *m = fresh();
    apr_int64_t n = enter(m, NOON).install.number;
    ipxe_ruling_t held;
    ipxe_view_t view;

    fetch(n, NOON);
    is_int(report(n, NOON, IPXE_STAGE_FAILED), IPXE_CLAIM_GOOD,
           "fetched -> failed");
    is_int(report(n, NOON, IPXE_STAGE_FAILED), IPXE_CLAIM_REPEATED,
           "failed again");
    is_int(report(n, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_REPEATED,
           "started after failed moves nothing");
    is(APR_ARRAY_IDX(look(m).failed, 0, const char *), "rocky", "it failed");
    is_int(enter(m, NOON + 5 * MINUTE).install.number, n, "a second try");
    is_int(fetch(n, NOON + 5 * MINUTE), IPXE_CLAIM_GOOD, "failed -> fetched");
    is_int(fetch(n, NOON), IPXE_CLAIM_OVER, "the first try's ticket is over");
    is_int(report(n, NOON, IPXE_STAGE_FAILED), IPXE_CLAIM_OVER,
           "and so is its report");
    held = enter(m, NOON + 9 * MINUTE);
    ok(held.verdict == IPXE_VERDICT_HOLD && held.code, "then it is held");
    is_int(fetch(n, NOON + 9 * MINUTE), IPXE_CLAIM_TOO_MANY,
           "no third answer file");
    view = look(m);
    is(view.hold_code, held.code, "its code stays");
    is_int(look(m).open.tries, 2, "two tries were counted");
    is_int(report(n, NOON + 5 * MINUTE, IPXE_STAGE_INSTALLED), IPXE_CLAIM_GOOD,
           "a late report is taken");
    view = look(m);
    ok(!view.hold_code && view.installed.number == n, "and ends the hold");
}

static void test_no_answers(void)
{
    const char *m = fresh();
    apr_int64_t n = enter(m, NOON).install.number;

    is_int(report(n, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_GOOD,
           "started without an answer file begins a try");
    is_int(report(n, NOON + MINUTE, IPXE_STAGE_STARTED), IPXE_CLAIM_GOOD,
           "a later ticket the next");
    is_int(report(n, NOON + 2 * MINUTE, IPXE_STAGE_STARTED),
           IPXE_CLAIM_TOO_MANY, "and there is no third");
    is_int(enter(m, NOON + 3 * MINUTE).verdict, IPXE_VERDICT_HOLD, "held");
    is_int(report(999999, NOON, IPXE_STAGE_STARTED), IPXE_CLAIM_UNKNOWN,
           "of no install");
    is_int(fetch(999999, NOON), IPXE_CLAIM_UNKNOWN, "no such answer file");
}

static void test_observe(void)
{
    const char *m = fresh();
    ipxe_wish_t wished = wish(m, "rocky", NOON, pool);
    ipxe_ruling_t ruling;

    wished.observe = 1;
    ruling = enter_wish(&wished);
    ok(ruling.verdict == IPXE_VERDICT_INSTALL && ruling.install.number == 0,
       "who only looks hears that it would be armed");
    is_int(look(m).machine, 0, "and nothing was written");
}

static void test_nobody(void)
{
    is_int(enter("platform=efi&serial=X1", NOON).verdict, IPXE_VERDICT_HOLD,
           "what cannot be known again is not installed");
}

/* ---- Who is who ---- */

static void test_keys(void)
{
    const char *all = "mac=52:54:00:aa:00:01&mac1=52:54:00:aa:00:02"
                      "&uuid=11111111-2222-3333-4444-555555555555"
                      "&manufacturer=ACME&product=One&serial=S1";
    apr_int64_t n = enter(all, NOON).install.number;
    ipxe_wish_t hosted = wish("mac=52:54:00:aa:00:09", "rocky", NOON, pool);

    is_int(enter("mac=52:54:00:aa:00:02", NOON).install.number, n,
           "by another card");
    is_int(
        enter("uuid=11111111-2222-3333-4444-555555555555", NOON).install.number,
        n, "by its uuid");
    is_int(
        enter("manufacturer=ACME&product=One&serial=S1", NOON).install.number,
        n, "by its serial with maker and product");
    ok(enter("mac=52:54:00:aa:00:03&manufacturer=ACME&product=Two&serial=S1",
             NOON)
               .install.number != n,
       "a serial alone joins nobody");
    enter("mac=52:54:00:aa:00:04&uuid=11111111-2222-3333-4444-555555555555",
          NOON);
    is_int(enter("mac=52:54:00:aa:00:04", NOON).install.number, n,
           "a card that it showed later");
    hosted.who.host = "web09";
    n = enter_wish(&hosted).install.number;
    hosted.who.machine = who("mac=52:54:00:aa:00:10", pool).machine;
    is_int(enter_wish(&hosted).install.number, n, "by its host, a new board");
    hosted.who.site = "other";
    ok(enter_wish(&hosted).install.number != n, "another tenant's host");
}

static void test_conflict(void)
{
    const char *a = fresh(), *b = fresh();
    const char *both = apr_pstrcat(pool, a, "&mac1=", b + 4, NULL);
    ipxe_ruling_t ruling;

    enter(a, NOON);
    enter(b, NOON);
    ruling = enter(both, NOON);
    ok(ruling.verdict == IPXE_VERDICT_HOLD && ruling.code,
       "two that were armed are a conflict");
    ok(ruling.view.conflict && strstr(ruling.view.conflict, a + 4) &&
           strstr(ruling.view.conflict, b + 4),
       "both are named");
    order(IPXE_ACT_FORGET_ALL, b, NULL);
    is_int(enter(both, NOON).verdict, IPXE_VERDICT_INSTALL,
           "with one forgotten it is the other");
}

static void watch(const char *query, ipxe_event_e kind, apr_time_t when)
{
    ipxe_event_t event = {.who = who(query, pool),
                          .kind = kind,
                          .rule = "all",
                          .text = "boot rocky",
                          .percent = -1,
                          .when = when};

    if (store->ops->watch(store, &event, 1, pool))
        printf("# watch: %s\n", store->why);
}

static void test_joined(void)
{
    const char *a = fresh(), *b = fresh();
    const char *both = apr_pstrcat(pool, b, "&mac1=", a + 4, NULL);
    apr_int64_t n = enter(a, NOON).install.number;

    watch(b, IPXE_EVENT_ASKED, NOON);
    ok(look(b).machine != look(a).machine, "one that was only seen");
    is_int(enter(both, NOON).install.number, n, "is joined to the armed one");
    is_int(look(b).machine, look(a).machine, "for good");
}

/* ---- Operators ---- */

static void install(const char *m, apr_time_t now)
{
    apr_int64_t n = enter(m, now).install.number;

    fetch(n, now);
    report(n, now, IPXE_STAGE_INSTALLED);
}

static void test_arm(void)
{
    const char *m = fresh();
    ipxe_ruling_t ruling;
    apr_int64_t old;

    install(m, NOON);
    old = look(m).installed.number;
    is_int(order(IPXE_ACT_ARM, m, NULL), APR_SUCCESS, "installed, armed");
    is_int(look(m).done->nelts, 0, "arm clears what was done");
    ruling = enter(m, NOON + HOUR);
    ok(ruling.verdict == IPXE_VERDICT_INSTALL && ruling.install.number != old,
       "a new number");
    is(ruling.install.by, "operator ops", "by whom");
    is_int(report(old, NOON, IPXE_STAGE_INSTALLED), IPXE_CLAIM_REPEATED,
           "the old report again changes nothing");
    is_int(enter(m, NOON + HOUR).verdict, IPXE_VERDICT_INSTALL, "still armed");
    order(IPXE_ACT_DISARM, m, NULL);
    ruling = enter(m, NOON + HOUR);
    ok(ruling.verdict == IPXE_VERDICT_LOCAL &&
           strstr(ruling.reason, "disarmed by ops"),
       "disarmed: its disk");
    is_int(look(m).installed.number, old, "it is installed as before");
    is_int(order(IPXE_ACT_ARM, fresh(), NULL), APR_SUCCESS,
           "one that never asked can be armed");
    is_int(order(IPXE_ACT_FORGET, fresh(), NULL), APR_NOTFOUND,
           "but not forgotten");
}

static void test_arm_running(void)
{
    const char *m = fresh();
    apr_int64_t old = enter(m, NOON).install.number, n;

    fetch(old, NOON);
    order(IPXE_ACT_ARM, m, "rocky");
    is_int(fetch(old, NOON), IPXE_CLAIM_OVER, "armed anew: the old is over");
    n = enter(m, NOON + MINUTE).install.number;
    ok(n != old, "a new install");
    is_int(report(old, NOON, IPXE_STAGE_INSTALLED), IPXE_CLAIM_GOOD,
           "what ran ends well");
    is_int(look(m).installed.number, old, "and marks the machine");
    is_int(enter(m, NOON + MINUTE).install.number, n, "the new one is open");
    fetch(n, NOON + MINUTE);
    order(IPXE_ACT_DISARM, m, NULL);
    is_int(fetch(n, NOON + MINUTE), IPXE_CLAIM_OVER, "disarmed: over");
    is_int(report(n, NOON + MINUTE, IPXE_STAGE_STARTED), IPXE_CLAIM_OVER,
           "and its report");
}

static int marked(const char *query)
{
    apr_array_header_t *keys;
    int i, found = 0;

    store->ops->marked(&keys, store, pool);
    for (i = 0; i < keys->nelts; i++)
        found += strcmp(APR_ARRAY_IDX(keys, i, const char *),
                        apr_pstrcat(pool, " mac ", query + 4, NULL)) == 0;
    return found;
}

static void test_release(void)
{
    const char *m = fresh();
    ipxe_order_t made = {
        .act = IPXE_ACT_RELEASE, .profile = "rescue", .by = "ops", .now = NOON};
    apr_table_t *vars = apr_table_make(pool, 2);
    ipxe_who_t asker = who(m, pool);
    apr_int64_t machine;
    ipxe_view_t view;
    const char *code;
    int spent;

    is_int(store->ops->hold(&view, store, &asker, "who is it?", NOON, pool),
           APR_SUCCESS, "a rule's hold");
    code = view.hold_code;
    ok(code && strlen(code) == 5, "has a code");
    store->ops->hold(&view, store, &asker, "who is it?", NOON + HOUR, pool);
    is(view.hold_code, code, "that stays");
    apr_table_setn(vars, "a b", "c=d&e %");
    made.code = code;
    made.vars = vars;
    is_int(store->ops->order(&machine, store, &made, pool), APR_SUCCESS,
           "released by its code");
    view = look(m);
    ok(!view.hold_code, "no longer held");
    is(view.release, "rescue", "with its profile");
    is_int(marked(m), 1, "and its keys are marked");
    is(apr_table_get(view.release_vars, "a b"), "c=d&e %", "and variables");
    store->ops->hold(&view, store, &asker, "who is it?", NOON, pool);
    ok(!view.hold_code && view.release, "a rule holds it no more");
    is_int(store->ops->order(&machine, store, &made, pool), APR_NOTFOUND,
           "the code is spent");
    order(IPXE_ACT_FORGET, m, NULL);
    is_int(look(m).machine, 0, "forgotten");
    order(IPXE_ACT_NEXT, m, "memtest");
    view = look(m);
    is(view.next, "memtest", "next");
    is_int(marked(m), 1, "is marked too");
    store->ops->spend_next(&spent, store, view.machine, pool);
    is_int(spent, 1, "spent");
    store->ops->spend_next(&spent, store, view.machine, pool);
    is_int(spent, 0, "once");
    is_int(marked(m), 0, "and no longer marked");
}

static void test_release_of_tries(void)
{
    const char *m = fresh();
    apr_int64_t n = enter(m, NOON).install.number;
    ipxe_ruling_t ruling;

    fetch(n, NOON);
    enter(m, NOON + MINUTE);
    fetch(n, NOON + MINUTE);
    is_int(enter(m, NOON + 2 * MINUTE).verdict, IPXE_VERDICT_HOLD, "held");
    order(IPXE_ACT_RELEASE, m, "");
    ruling = enter(m, NOON + 3 * MINUTE);
    ok(ruling.verdict == IPXE_VERDICT_LOCAL,
       "who is let go boots its disk: perhaps it is installed");
    order(IPXE_ACT_ARM, m, NULL);
    is_int(enter(m, NOON + 4 * MINUTE).verdict, IPXE_VERDICT_INSTALL,
           "armed again it installs");
}

static void test_forget(void)
{
    const char *m = fresh();

    install(m, NOON);
    order(IPXE_ACT_FORGET, m, NULL);
    is_int(enter(m, NOON + HOUR).verdict, IPXE_VERDICT_LOCAL,
           "forget leaves the mark");
    is_int(look(m).done->nelts, 0, "not what it did");
    order(IPXE_ACT_FORGET_ALL, m, NULL);
    is_int(enter(m, NOON + HOUR).verdict, IPXE_VERDICT_INSTALL,
           "forget --all does not");
    m = fresh();
    order(IPXE_ACT_MARK_INSTALLED, m, "debian");
    is_int(enter(m, NOON).verdict, IPXE_VERDICT_LOCAL,
           "one that an operator marks as installed");
}

static void test_freeze(void)
{
    const char *m = fresh(), *other = fresh();
    apr_int64_t n = enter(m, NOON).install.number;

    order(IPXE_ACT_FREEZE, NULL, NULL);
    is_int(enter(m, NOON).verdict, IPXE_VERDICT_LOCAL, "frozen: its disk");
    is_int(enter(other, NOON).verdict, IPXE_VERDICT_LOCAL, "for all");
    is_int(fetch(n, NOON), IPXE_CLAIM_HELD, "no try begins");
    is(look(m).frozen, "ops", "by whom");
    order(IPXE_ACT_THAW, NULL, NULL);
    is_int(fetch(n, NOON), IPXE_CLAIM_GOOD, "thawed");
    is_int(look(other).machine, 0, "nothing was armed meanwhile");
}

static void test_limit(void)
{
    ipxe_wish_t wished = wish(fresh(), "rocky", NOON, pool);
    ipxe_wish_t other;
    int i;

    wished.limit_rule = "racks";
    wished.limit = 2;
    wished.limit_window = HOUR;
    for (i = 0; i < 5; i++)
        ok(enter_wish(&wished).verdict == IPXE_VERDICT_INSTALL,
           "one machine counts once");
    wished.who = who(fresh(), pool);
    is_int(enter_wish(&wished).verdict, IPXE_VERDICT_INSTALL, "the second");
    other = wished;
    other.who = who(fresh(), pool);
    is_int(enter_wish(&other).verdict, IPXE_VERDICT_LOCAL, "the third: disk");
    other.limit_hold = 1;
    is_int(enter_wish(&other).verdict, IPXE_VERDICT_HOLD, "or held");
    is_int(enter_wish(&wished).verdict, IPXE_VERDICT_INSTALL,
           "who is armed already goes on");
    other.now = NOON + HOUR + 1;
    is_int(enter_wish(&other).verdict, IPXE_VERDICT_INSTALL,
           "after the window the next");
}

static void test_confirm(void)
{
    const char *m = fresh();
    ipxe_wish_t wished = wish(m, "rocky", NOON + HOUR, pool);
    ipxe_ruling_t ruling;
    apr_int64_t n;

    install(m, NOON);
    wished.chosen = 1;
    ruling = enter_wish(&wished);
    is_int(ruling.verdict, IPXE_VERDICT_CONFIRM, "installed, chosen: asked");
    wished.confirmed = ruling.view.installed.number;
    n = enter_wish(&wished).install.number;
    ok(n > 0, "confirmed: armed");
    is_int(enter_wish(&wished).install.number, n, "the same again: the same");
    fetch(n, NOON + HOUR);
    report(n, NOON + HOUR, IPXE_STAGE_INSTALLED);
    is_int(enter_wish(&wished).verdict, IPXE_VERDICT_CONFIRM,
           "the same after it was installed: asked");
}

static void test_results(void)
{
    const char *m = fresh();
    ipxe_report_t made = {.who = who(m, pool),
                          .profile = "burnin",
                          .stage = IPXE_STAGE_FAILED,
                          .percent = -1,
                          .now = NOON};
    ipxe_claim_e claim;
    ipxe_view_t view;

    store->ops->report(&claim, store, &made, pool);
    is_int(claim, IPXE_CLAIM_GOOD, "a report of no install");
    is(APR_ARRAY_IDX(look(m).failed, 0, const char *), "burnin", "failed");
    made.stage = IPXE_STAGE_DONE;
    made.now += MINUTE;
    store->ops->report(&claim, store, &made, pool);
    made.profile = "firmware";
    made.now += MINUTE;
    store->ops->report(&claim, store, &made, pool);
    view = look(m);
    ok(view.done->nelts == 2 && view.failed->nelts == 0,
       "the latest run of a profile counts");
    is(APR_ARRAY_IDX(view.done, 0, const char *), "firmware", "newest first");
}

/* ---- Many as one ---- */

static void test_gather(void)
{
    const char *a = fresh(), *b = fresh(), *c = fresh();
    apr_int64_t first;

    store->ops->gather(store);
    first = enter(a, NOON).install.number;
    ok(first > 0 && enter(b, NOON).install.number == first + 1,
       "two in one transaction");
    is_int(enter(a, NOON).install.number, first, "one sees the other");
    is_int(fetch(first, NOON), IPXE_CLAIM_GOOD, "and so does a fetch");
    is_int(store->ops->commit(store), APR_SUCCESS, "done");
    is_int(look(a).open.state, IPXE_INSTALL_FETCHED, "it is there");
    store->ops->gather(store);
    enter(c, NOON);
    ipxe_sql_fail((ipxe_sql_t *)store, "the power went");
    enter(b, NOON + MINUTE);
    is_int(store->ops->commit(store), APR_EGENERAL, "one fails");
    is_int(look(c).machine, 0, "all are undone");
    is_int(enter(b, NOON).install.number, first + 1, "and it goes on");
}

/* ---- Lists ---- */

static int listed(const char *site, const char *text, const char *state)
{
    ipxe_filter_t filter = {.site = site, .text = text, .state = state};
    apr_array_header_t *seen;
    int total = -1;

    if (store->ops->list(&seen, &total, store, &filter, NOON, pool))
        printf("# list: %s\n", store->why);
    return seen->nelts == total || seen->nelts == 100 ? total : -2;
}

static void test_lists(void)
{
    const char *m = "mac=52:54:00:bb:00:01&manufacturer=50%25 Works&product=X_1"
                    "&serial=S9&ip=10.0.0.9";
    ipxe_event_t event = {.who = who(m, pool),
                          .kind = IPXE_EVENT_ASKED,
                          .percent = -1,
                          .when = NOON - HOUR};
    apr_array_header_t *list;
    ipxe_filter_t filter = {.text = "BB:00:01"};
    ipxe_seen_t *seen;
    apr_table_t *counts;
    int stuck, total, before = listed(NULL, NULL, NULL);

    store->ops->watch(store, &event, 1, pool);
    event.kind = IPXE_EVENT_SCRIPT;
    enter(m, NOON - HOUR);
    event.rule = "Rack A";
    event.profile = "memtest";
    event.text = "boot memtest";
    event.when += MINUTE;
    store->ops->watch(store, &event, 1, pool);
    is_int(listed(NULL, NULL, NULL), before + 1, "a machine more");
    is_int(listed("", NULL, NULL), listed(NULL, NULL, NULL) - 1,
           "of a site: without the other tenant's");
    is_int(listed("nobody", NULL, NULL), 0, "of no site");
    is_int(listed(NULL, "rack a", NULL), 1, "by its rule");
    is_int(listed(NULL, "50% w", NULL), 1, "% is a letter");
    is_int(listed(NULL, "x_1", NULL), 1, "and so is _");
    is_int(listed(NULL, "5_% w", NULL), 0, "no wildcards");
    ok(listed(NULL, NULL, "armed") > 0, "by state");
    ok(listed(NULL, NULL, "stuck") >= 1, "those that are stuck");
    stuck = listed(NULL, NULL, "stuck");
    watch(fresh(), IPXE_EVENT_KERNEL, NOON - HOUR);
    is_int(listed(NULL, NULL, "stuck"), stuck, "a memory test takes its time");
    watch(fresh(), IPXE_EVENT_ASKED, NOON - 2 * MINUTE);
    is_int(listed(NULL, NULL, "stuck"), stuck + 1,
           "who asked in vain does not");
    store->ops->list(&list, &total, store, &filter, NOON, pool);
    is_int(total, 1, "by a card");
    seen = &APR_ARRAY_IDX(list, 0, ipxe_seen_t);
    ok(strcmp(seen->stage, "script") == 0 && seen->stuck &&
           strcmp(seen->profile, "memtest") == 0 && seen->percent == -1 &&
           seen->last_seen == NOON - HOUR + MINUTE &&
           seen->first_seen == NOON - HOUR,
       "what it shows");
    store->ops->timeline(&list, store, seen->machine, pool);
    ok(list->nelts == 2 &&
           APR_ARRAY_IDX(list, 0, ipxe_event_t).kind == IPXE_EVENT_ASKED,
       "its timeline, oldest first");
    is_int(store->ops->timeline(&list, store, 999999, pool), APR_NOTFOUND,
           "of nobody");
    store->ops->hourly(&list, store, NULL, 3, NOON, pool);
    ok(list->nelts == 3 && APR_ARRAY_IDX(list, 1, int) == 1, "boots an hour");
    store->ops->counts(&counts, NULL, store, NULL, NOON, pool);
    is(apr_table_get(counts, "all"), apr_itoa(pool, listed(NULL, NULL, NULL)),
       "counts");
    is(apr_table_get(counts, "installed"),
       apr_itoa(pool, listed(NULL, NULL, "installed")), "of a state");
    is(apr_table_get(counts, "stuck"),
       apr_itoa(pool, listed(NULL, NULL, "stuck")), "of those stuck");
}

/* Each stage: not yet at its bound, and past it. */
static void test_stuck(void)
{
    static const struct {
        ipxe_event_e kind;
        int install; /* under way */
        apr_time_t after;
    } cases[] = {{IPXE_EVENT_ASKED, 0, MINUTE},
                 {IPXE_EVENT_ASKED, 1, MINUTE},
                 {IPXE_EVENT_SCRIPT, 1, 2 * MINUTE},
                 {IPXE_EVENT_SCRIPT, 0, 0},
                 {IPXE_EVENT_KERNEL, 1, 5 * MINUTE},
                 {IPXE_EVENT_KERNEL, 0, 0},
                 {IPXE_EVENT_INITRD, 1, 15 * MINUTE},
                 {IPXE_EVENT_ANSWERS, 1, 20 * MINUTE}};
    const char *m, *text;
    apr_size_t i;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        apr_time_t after = cases[i].after;

        text = apr_psprintf(pool, "stuck-%d.", (int)i);
        m = apr_pstrcat(pool, fresh(), "&serial=", text, NULL);
        watch(m, IPXE_EVENT_ASKED, NOON - 3 * HOUR);
        if (cases[i].install)
            enter(m, NOON - 2 * HOUR);
        watch(m, IPXE_EVENT_HELD, NOON - 2 * HOUR);
        watch(m, cases[i].kind, NOON - (after ? after : HOUR));
        is_int(listed(NULL, text, "stuck"), 0, ipxe_event_word(cases[i].kind));
        watch(m, IPXE_EVENT_HELD, NOON - 2 * HOUR);
        watch(m, cases[i].kind, NOON - (after ? after + 1 : HOUR));
        is_int(listed(NULL, text, "stuck"), after != 0, "for longer");
    }
}

/* An installer that has reported: an hour without a word. One that failed waits
 * for a person. */
static void test_stuck_reports(void)
{
    static const ipxe_stage_e stages[] = {IPXE_STAGE_STARTED,
                                          IPXE_STAGE_PROGRESS};
    /* It is reported a minute later. */
    apr_time_t began = NOON - HOUR - MINUTE;
    const char *m, *text;
    apr_int64_t n;
    int i;

    for (i = 0; i < 4; i++) {
        text = apr_psprintf(pool, "stuck-r%d.", i);
        m = apr_pstrcat(pool, fresh(), "&serial=", text, NULL);
        n = enter(m, NOON - 3 * HOUR).install.number;
        fetch(n, began - i / 2);
        report(n, began - i / 2, stages[i % 2]);
        is_int(listed(NULL, text, "stuck"), i / 2,
               i / 2 ? "for longer" : ipxe_stage_word(stages[i % 2]));
    }
    report(n, began - 1, IPXE_STAGE_FAILED);
    is_int(listed(NULL, text, "stuck"), 0, "failed: never");
}

static void test_tidy(void)
{
    const char *m = fresh(), *kept = fresh();
    int all;

    watch(m, IPXE_EVENT_ASKED, NOON);
    enter(kept, NOON);
    is_int(store->ops->tidy(store, 100000, NOON + 24 * HOUR, pool), APR_SUCCESS,
           "tidy");
    ok(look(m).machine != 0, "after a day all is there");
    store->ops->tidy(store, 100000, NOON + 31 * 24 * HOUR, pool);
    is_int(look(m).machine, 0, "after a month what was only seen is gone");
    ok(look(kept).machine != 0, "what is armed stays");
    watch(m, IPXE_EVENT_ASKED, NOON);
    all = listed(NULL, NULL, NULL);
    store->ops->tidy(store, all - 1, NOON, pool);
    is_int(look(m).machine, 0, "and what there is no room for");
}

int main(void)
{
    const char *folder;

    pool = tap_start();
    folder = test_folder(pool);
    store = open_store(apr_pstrcat(pool, folder, "/state.db", NULL),
                       apr_pstrcat(pool, folder, "/identity", NULL), pool);
    if (ok(store, "a database is made")) {
        test_way();
        test_tries();
        test_no_answers();
        test_observe();
        test_nobody();
        test_keys();
        test_conflict();
        test_joined();
        test_arm();
        test_arm_running();
        test_release();
        test_release_of_tries();
        test_forget();
        test_freeze();
        test_limit();
        test_confirm();
        test_results();
        test_gather();
        test_lists();
        test_stuck();
        test_stuck_reports();
        test_tidy();
        store->ops->close(store);
    }
    remove_folder(folder, pool);
    return tap_end(pool);
}
