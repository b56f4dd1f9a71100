/* SPDX-License-Identifier: Apache-2.0 */
/* The state behind its thread: many who ask at once, deadlines, a queue that
 * is bounded, a database that comes and goes. */
#include <apr_thread_proc.h>
#include <signal.h>
#include <sys/wait.h>

#include "state/front.h"
#include "t/unit/state_help.h"

#define ASKERS 8
#define ROUNDS 40

static apr_pool_t *pool;
static const char *folder;

static ipxe_state_t *open_front(const char *file, ipxe_state_options_t *options)
{
    ipxe_state_t *state = NULL;
    const char *why = "";

    options->driver = "sqlite3";
    options->params = apr_pstrcat(pool, folder, "/", file, NULL);
    options->identity = apr_pstrcat(pool, folder, "/", file, ".id", NULL);
    if (ipxe_state_open(&state, &why, options, pool))
        printf("# %s\n", why);
    return state;
}

/* Asks until there is an answer: the connection takes its time. */
static ipxe_ruling_t enter(ipxe_state_t *state, const char *query,
                           apr_pool_t *own)
{
    ipxe_wish_t wished = wish(query, "rocky", NOON, own);
    ipxe_ruling_t ruling = {0};
    int i;

    for (i = 0; i < 400; i++) {
        if (ipxe_state_enter(&ruling, state, &wished, own) == APR_SUCCESS)
            return ruling;
        apr_sleep(50000);
    }
    ruling.verdict = (ipxe_verdict_e)99;
    return ruling;
}

/* ---- Many at once ---- */

typedef struct asker_t {
    ipxe_state_t *state;
    apr_int64_t numbers[ROUNDS];
    int self;
} asker_t;

static void watch(ipxe_state_t *state, const char *query, apr_pool_t *own)
{
    ipxe_event_t event = {.who = who(query, own),
                          .kind = IPXE_EVENT_ASKED,
                          .text = "rule test",
                          .percent = -1,
                          .when = NOON};

    ipxe_state_watch(state, &event);
}

static void *APR_THREAD_FUNC ask_many(apr_thread_t *thread, void *baton)
{
    asker_t *asker = baton;
    apr_pool_t *own;
    ipxe_view_t view;
    ipxe_who_t same;
    int i;

    apr_pool_create_unmanaged_ex(&own, NULL, NULL);
    for (i = 0; i < ROUNDS; i++) {
        const char *query = apr_psprintf(own, "mac=52:54:00:00:00:%02x", i);

        asker->numbers[i] = enter(asker->state, query, own).install.number;
        same = who(query, own);
        ipxe_state_look(&view, asker->state, &same, own);
        ipxe_state_marked(asker->state, &same, own);
        watch(asker->state, query, own);
        apr_pool_clear(own);
    }
    apr_pool_destroy(own);
    (void)thread;
    return NULL;
}

static void test_many(void)
{
    ipxe_state_options_t options = {.create = 1, .timeout = 10 * MINUTE};
    ipxe_state_t *state = open_front("many.db", &options);
    asker_t askers[ASKERS] = {{0}};
    apr_thread_t *threads[ASKERS];
    ipxe_state_health_t health;
    apr_status_t rv;
    int i, k, same = 1;

    for (i = 0; i < ASKERS; i++) {
        askers[i].state = state;
        apr_thread_create(&threads[i], NULL, ask_many, &askers[i], pool);
    }
    for (i = 0; i < ASKERS; i++)
        apr_thread_join(&rv, threads[i]);
    for (i = 0; i < ROUNDS; i++) {
        for (k = 0; k < ASKERS; k++)
            same = same && askers[k].numbers[i] > 0 &&
                   askers[k].numbers[i] == askers[0].numbers[i];
    }
    ok(same, "whoever asks for a machine hears one number");
    for (i = 0; i < 200; i++) {
        ipxe_state_health(&health, state, pool);
        if (!health.queued)
            break;
        apr_sleep(20000);
    }
    is_int(health.written, ASKERS * ROUNDS, "every event was written");
    ok(health.up && health.asked >= 2 * ASKERS * ROUNDS, "and counted");
    ipxe_state_close(state);
}

/* ---- Deadlines ---- */

static int holder_out[2];

/* Another process that keeps the database for itself. */
static pid_t hold_database(const char *file)
{
    pid_t child;
    char byte;

    if (pipe(holder_out))
        return -1;
    child = fork();
    if (child == 0) {
        dup2(holder_out[1], 1);
        execlp("python3", "python3", "-c",
               "import sqlite3, sys, time\n"
               "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
               "c.execute('BEGIN EXCLUSIVE')\n"
               "print('.', flush=True)\n"
               "time.sleep(60)\n",
               file, (char *)NULL);
        _exit(1);
    }
    if (read(holder_out[0], &byte, 1) != 1)
        return -1;
    return child;
}

static void end_process(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(holder_out[0]);
    close(holder_out[1]);
}

static void test_deadline(void)
{
    ipxe_state_options_t options = {.create = 1};
    ipxe_state_t *state = open_front("slow.db", &options);
    ipxe_wish_t wished = wish("mac=52:54:00:00:01:01", "rocky", NOON, pool);
    ipxe_ruling_t ruling = enter(state, "mac=52:54:00:00:01:00", pool);
    apr_time_t began, waited;
    ipxe_state_health_t health;
    apr_status_t rv;
    pid_t child;
    int i;

    is_int(ruling.verdict, IPXE_VERDICT_INSTALL, "a database that answers");
    child = hold_database(options.params);
    ok(child > 0, "another process locks it");
    began = apr_time_now();
    rv = ipxe_state_enter(&ruling, state, &wished, pool);
    waited = apr_time_now() - began;
    is_int(rv, APR_TIMEUP, "unknown");
    ok(waited >= apr_time_from_msec(30) && waited < apr_time_from_msec(2000),
       "after the deadline");
    began = apr_time_now();
    for (i = 0; i < 50; i++)
        ipxe_state_enter(&ruling, state, &wished, pool);
    ok(apr_time_now() - began < apr_time_from_msec(500),
       "then nobody waits for a second");
    ipxe_state_health(&health, state, pool);
    ok(health.timed_out >= 51, "they are counted");
    end_process(child);
    is_int(enter(state, "mac=52:54:00:00:01:01", pool).verdict,
           IPXE_VERDICT_INSTALL, "and it comes back by itself");
    ipxe_state_close(state);
}

/* ---- A queue with an end ---- */

static void test_queue(void)
{
    ipxe_state_options_t options = {.create = 1, .queue = 20};
    ipxe_state_t *state = open_front("queue.db", &options);
    ipxe_state_health_t health;
    pid_t child;
    int i;

    enter(state, "mac=52:54:00:00:02:00", pool);
    child = hold_database(options.params);
    for (i = 0; i < 100; i++)
        watch(state, "mac=52:54:00:00:02:00", pool);
    ipxe_state_health(&health, state, pool);
    ok(health.dropped >= 60, "what the queue has no room for is dropped");
    end_process(child);
    ipxe_state_close(state);
}

/* ---- No database ---- */

static void test_none(void)
{
    ipxe_state_options_t options = {.create = 0};
    ipxe_state_t *state = open_front("none.db", &options);
    ipxe_wish_t wished = wish("mac=52:54:00:00:03:00", "rocky", NOON, pool);
    ipxe_state_health_t health;
    ipxe_ruling_t ruling;

    ok(state, "a state without its database opens");
    ok(ipxe_state_enter(&ruling, state, &wished, pool) != APR_SUCCESS,
       "and knows nothing");
    apr_sleep(100000);
    ipxe_state_health(&health, state, pool);
    ok(!health.up && strstr(health.why, "there is no such database"),
       "it says why");
    ipxe_state_close(state);
    options.direct = 1;
    ok(!open_front("none.db", &options), "without a thread it does not open");
}

static void test_direct(void)
{
    ipxe_state_options_t options = {.create = 1, .direct = 1};
    ipxe_state_t *state = open_front("direct.db", &options);
    ipxe_order_t order = {.act = IPXE_ACT_NEXT,
                          .who = who("mac=52:54:00:00:04:00", pool),
                          .profile = "memtest",
                          .by = "ops",
                          .now = NOON};
    ipxe_filter_t filter = {0};
    apr_array_header_t *seen;
    apr_int64_t machine = 0;
    ipxe_who_t one = who("mac=52:54:00:00:04:00", pool);
    int total, i;

    is_int(ipxe_state_order(&machine, state, &order, pool), APR_SUCCESS,
           "an order without a thread");
    is_int(ipxe_state_list(&seen, &total, state, &filter, NOON, pool),
           APR_SUCCESS, "a list");
    is_int(total, 1, "of one");
    ipxe_state_close(state);
    options.direct = 0;
    state = open_front("direct.db", &options);
    enter(state, "mac=52:54:00:00:04:01", pool);
    for (i = 0; i < 100; i++) {
        one = who("mac=52:54:00:00:04:01", pool);
        if (!ipxe_state_marked(state, &one, pool))
            break;
        apr_sleep(50000);
    }
    ok(!ipxe_state_marked(state, &one, pool), "one without a mark");
    one = who("mac=52:54:00:00:04:00", pool);
    ok(ipxe_state_marked(state, &one, pool), "one that has a next");
    ipxe_state_close(state);
}

int main(void)
{
    pool = tap_start();
    folder = test_folder(pool);
    test_many();
    test_deadline();
    test_queue();
    test_none();
    test_direct();
    remove_folder(folder, pool);
    return tap_end(pool);
}
