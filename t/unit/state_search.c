/* SPDX-License-Identifier: Apache-2.0 */
/* Searches and counts, which look at all machines part by part: the same as at
 * one go, in the same order. */
#include "base/limits.h"
#include "state/front.h"
#include "t/unit/state_help.h"

#define MACHINES (2 * IPXE_SEARCH_AT_ONCE + 5)

static apr_pool_t *pool;
static ipxe_state_t *state;
static ipxe_store_t *store;

/* Each third has an install, each tenth is held, each seventh was seen last. */
static void fill(void)
{
    apr_array_header_t *events =
        apr_array_make(pool, MACHINES, sizeof(ipxe_event_t));
    ipxe_ruling_t ruling;
    ipxe_view_t view;
    int i;

    for (i = 0; i < MACHINES; i++) {
        const char *query = apr_psprintf(
            pool, "mac=52:54:00:%02x:%02x:%02x&serial=S%d-", (unsigned)i >> 16,
            ((unsigned)i >> 8) & 255, (unsigned)i & 255, i);
        ipxe_event_t event = {.who = who(query, pool),
                              .kind = IPXE_EVENT_ASKED,
                              .percent = -1,
                              .when = NOON + (i % 7 ? i : MINUTE + i)};

        APR_ARRAY_PUSH(events, ipxe_event_t) = event;
    }
    if (store->ops->watch(store, (ipxe_event_t *)events->elts, events->nelts,
                          pool))
        printf("# %s\n", store->why);
    for (i = 0; i < MACHINES; i += 100) {
        ipxe_wish_t wished = {.who = APR_ARRAY_IDX(events, i, ipxe_event_t).who,
                              .profile = "rocky",
                              .by = "rule x",
                              .now = NOON};

        store->ops->enter(&ruling, store, &wished, pool);
        store->ops->hold(&view, store,
                         &APR_ARRAY_IDX(events, i + 1, ipxe_event_t).who,
                         "wait", NOON, pool);
    }
}

static void same(const char *text, const char *word, int offset, int least)
{
    ipxe_filter_t filter = {
        .text = text, .state = word, .offset = offset, .limit = 30};
    apr_array_header_t *one = NULL, *other = NULL;
    int total = -1, parts = -2, good, i;

    store->ops->list(&one, &total, store, &filter, NOON + HOUR, pool);
    good =
        !ipxe_state_list(&other, &parts, state, &filter, NOON + HOUR, pool) &&
        total == parts && one->nelts == other->nelts && total >= least;
    for (i = 0; good && i < one->nelts; i++)
        good = APR_ARRAY_IDX(one, i, ipxe_seen_t).machine ==
               APR_ARRAY_IDX(other, i, ipxe_seen_t).machine;
    if (!ok(good, apr_pstrcat(pool, text ? text : "", " ", word, NULL)))
        printf("# %d and %d machines\n", total, parts);
}

static void test_counts(void)
{
    static const char *const words[] = {"all",        "held",   "armed",
                                        "installing", "failed", "stuck"};
    apr_table_t *one, *other;
    apr_size_t i;

    store->ops->counts(&one, NULL, store, "", NOON + HOUR, pool);
    ok(!ipxe_state_counts(&other, state, "", NOON + HOUR, pool), "counted");
    for (i = 0; i < sizeof words / sizeof *words; i++)
        is(apr_table_get(other, words[i]), apr_table_get(one, words[i]),
           words[i]);
    is_int(atoi(apr_table_get(one, "all")), MACHINES, "all of them");
    ok(atoi(apr_table_get(one, "held")) > 20, "some are held");
}

static void test_fleet(void)
{
    ipxe_order_t order = {.act = IPXE_ACT_FREEZE, .by = "ada", .now = NOON};
    apr_table_t *counts = apr_table_make(pool, 2);
    apr_int64_t machine;

    apr_table_set(counts, "all", "7");
    store->ops->order(&machine, store, &order, pool);
    ok(!ipxe_state_fleet(counts, state, "", pool) &&
           apr_table_get(counts, "frozen") &&
           strcmp(apr_table_get(counts, "all"), "7") == 0,
       "what holds of the fleet, with counts of before");
    order.act = IPXE_ACT_THAW;
    store->ops->order(&machine, store, &order, pool);
    ok(!ipxe_state_fleet(counts, state, "", pool) &&
           !apr_table_get(counts, "frozen"),
       "and holds no more");
}

int main(void)
{
    ipxe_state_options_t options = {
        .driver = test_driver(), .direct = 1, .create = 1};
    const char *folder, *why = "";

    pool = tap_start();
    folder = test_folder(pool);
    options.params = apr_pstrcat(pool, folder, "/state", NULL);
    store = open_store(options.params, NULL, pool);
    if (strcmp(options.driver, "sqlite3") != 0)
        options.params = getenv("STATE_PARAMS");
    if (!store || ipxe_state_open(&state, &why, &options, pool)) {
        printf("# %s\n", why);
        return 1;
    }
    fill();
    same(NULL, "held", 0, 20);
    same(NULL, "held", 30, 20);
    same(NULL, "armed", 10, 20);
    same(NULL, "stuck", 0, 100);
    same("s1", "", 0, 1000);
    same("s4001-", "", 0, 1);
    same("52:54:00:00:0", "held", 5, 20);
    same("nothing", "", 0, 0);
    same("s1", "", 1000000, 1000);
    test_counts();
    test_fleet();
    ipxe_state_close(state);
    store->ops->close(store);
    remove_folder(folder, pool);
    return tap_end(pool);
}
