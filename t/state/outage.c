/* SPDX-License-Identifier: Apache-2.0 */
/* The state while its database is frozen, killed and started again: STATE_PG is
 * a command that does what its argument says (t/state/run writes it). */
#include "state/front.h"
#include "t/unit/state_help.h"

static apr_pool_t *pool;
static ipxe_state_t *state;
static apr_int64_t number;

static void database(const char *what)
{
    if (system(apr_pstrcat(pool, getenv("STATE_PG"), " ", what, NULL)) != 0)
        printf("# it cannot be %s\n", what);
}

static void open_state(void)
{
    ipxe_state_options_t options = {
        .driver = test_driver(), .params = getenv("STATE_PARAMS"), .create = 1};
    const char *why = "";

    if (ipxe_state_open(&state, &why, &options, pool))
        printf("# %s\n", why);
}

static apr_status_t ask(ipxe_ruling_t *ruling, apr_interval_time_t *took)
{
    ipxe_wish_t wished = wish("mac=52:54:00:00:00:01", "rocky", NOON, pool);
    apr_time_t began = apr_time_now();
    apr_status_t rv = ipxe_state_enter(ruling, state, &wished, pool);

    *took = apr_time_now() - began;
    return rv;
}

/* Whether it answers within half a minute, and as before. */
static int answers(void)
{
    ipxe_ruling_t ruling;
    apr_interval_time_t took;
    int i;

    for (i = 0; i < 300; i++) {
        if (ask(&ruling, &took) == APR_SUCCESS) {
            number = number ? number : ruling.install.number;
            return ruling.install.number == number;
        }
        apr_sleep(100000);
    }
    return 0;
}

static void silent(const char *how)
{
    ipxe_ruling_t ruling;
    ipxe_event_t event = {.who = who("mac=52:54:00:00:00:01", pool),
                          .kind = IPXE_EVENT_ASKED,
                          .percent = -1,
                          .when = NOON};
    apr_interval_time_t took;
    apr_time_t began;
    int i, unknown = 0;

    apr_sleep(1100000); /* what was silent before is not now */
    unknown += ask(&ruling, &took) != APR_SUCCESS;
    ok(unknown && took < apr_time_from_msec(1000),
       apr_pstrcat(pool, how, ": unknown, soon", NULL));
    began = apr_time_now();
    for (i = 0; i < 100; i++) {
        unknown += ask(&ruling, &took) != APR_SUCCESS;
        ipxe_state_watch(state, &event);
    }
    ok(unknown == 101 && apr_time_now() - began < apr_time_from_msec(1000),
       apr_pstrcat(pool, how, ": then nobody waits", NULL));
}

int main(void)
{
    apr_time_t began;

    pool = tap_start();
    open_state();
    ok(answers(), "the database answers");
    database("freeze");
    silent("frozen");
    database("resume");
    ok(answers(), "resumed: the same install");
    database("kill");
    silent("killed");
    database("start");
    ok(answers(), "started again: the same install");
    database("freeze");
    silent("frozen again");
    began = apr_time_now();
    ipxe_state_close(state);
    ok(apr_time_now() - began < apr_time_from_sec(10),
       "the end of a process does not hang on it");
    database("resume");
    open_state();
    ok(answers(), "another process: the same install");
    ipxe_state_close(state);
    return tap_end(pool);
}
