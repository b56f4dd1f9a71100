/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of all children, and the text of the metrics. */
#include "httpd/metrics_text.h"

#include <apr_thread_proc.h>
#include <stdlib.h>

#include "base/limits.h"
#include "tap.h"

static void count(ipxe_counters_t *counters, const char *rule,
                  const char *outcome, apr_pool_t *pool)
{
    ipxe_labels_t labels = {"", rule, "boot", "script", outcome};

    ipxe_counters_answer(counters, &labels, 120, pool);
}

static const char *labels_at(const apr_array_header_t *all, int i)
{
    return i < all->nelts ? APR_ARRAY_IDX(all, i, ipxe_series_t).labels : NULL;
}

static apr_uint64_t count_at(const apr_array_header_t *all, int i)
{
    return i < all->nelts ? APR_ARRAY_IDX(all, i, ipxe_series_t).count : 0;
}

static void test_series(apr_pool_t *pool)
{
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    apr_array_header_t *all;

    count(counters, "b", "ok", pool);
    count(counters, "a \"quoted\" \\ name\n", "ok", pool);
    count(counters, "b", "ok", pool);
    count(counters, "b", "failed", pool);
    all = ipxe_counters_series(counters, pool);
    is_int(all->nelts, 3, "a series for each different label");
    is(labels_at(all, 0),
       "site=\"\",rule=\"a \\\"quoted\\\" \\\\ name?\",action=\"boot\","
       "stage=\"script\",outcome=\"ok\"",
       "what would end a label is escaped");
    is(labels_at(all, 1),
       "site=\"\",rule=\"b\",action=\"boot\",stage=\"script\","
       "outcome=\"failed\"",
       "sorted");
    is_int(count_at(all, 2), 2, "equal ones are counted together");
}

static void test_long(apr_pool_t *pool)
{
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    char *name = apr_palloc(pool, 2 * 300 + 1);
    const char *labels;
    int i;

    for (i = 0; i < 300; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 2);
    name[600] = '\0';
    count(counters, name, "ok", pool);
    labels = labels_at(ipxe_counters_series(counters, pool), 0);
    ok(labels && strstr(labels, "\xc3\xa4\",action=\"boot\""),
       "a long name is cut between characters");
    ok(labels && strlen(labels) < 200, "and short then");
    count(counters, "\xc3", "ok", pool);
    ok(strstr(labels_at(ipxe_counters_series(counters, pool), 0), "rule=\"?\""),
       "a broken byte is none");
}

static void test_full(apr_pool_t *pool)
{
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    apr_array_header_t *all;
    apr_uint64_t sum = 0, other = 0;
    int i;

    for (i = 0; i < 2 * IPXE_MAX_METRIC_SERIES; i++)
        count(counters, apr_psprintf(pool, "rule %d", i), "ok", pool);
    all = ipxe_counters_series(counters, pool);
    for (i = 0; i < all->nelts; i++) {
        sum += count_at(all, i);
        if (strstr(labels_at(all, i), "rule=\"(other)\""))
            other = count_at(all, i);
    }
    ok(all->nelts <= IPXE_MAX_METRIC_SERIES * 3 / 4 + 1,
       "the number of series is bounded");
    is_int(sum, 2 * IPXE_MAX_METRIC_SERIES, "no answer is lost");
    ok(other > 0, "rules past the bound are counted as (other)");
    count(counters, "rule 1", "ok", pool);
    is_int(ipxe_counters_total(counters, IPXE_TOTAL_LOST), 0, "none is lost");
}

#define TURNS 20000

static void *APR_THREAD_FUNC turn(apr_thread_t *thread, void *data)
{
    apr_pool_t *pool;
    int i;

    (void)thread;
    apr_pool_create(&pool, NULL);
    for (i = 0; i < TURNS; i++) {
        count(data, i % 2 ? "odd" : "even", "ok", pool);
        ipxe_counters_add(data, IPXE_TOTAL_ASKED, 1);
        if (i % 100 == 0)
            apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
    return NULL;
}

static void test_threads(apr_pool_t *pool)
{
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    apr_thread_t *threads[4];
    apr_array_header_t *all;
    apr_status_t status;
    int i;

    for (i = 0; i < 4; i++)
        apr_thread_create(&threads[i], NULL, turn, counters, pool);
    for (i = 0; i < 4; i++)
        apr_thread_join(&status, threads[i]);
    all = ipxe_counters_series(counters, pool);
    is_int(all->nelts, 2, "threads that begin at once make one series each");
    is_int(count_at(all, 0) + count_at(all, 1), 4 * TURNS, "and lose no count");
    is_int(ipxe_counters_total(counters, IPXE_TOTAL_ASKED), 4 * TURNS,
           "nor one of a single number");
}

static void test_times(apr_pool_t *pool)
{
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    ipxe_labels_t labels = {"", "", "", "", ""};
    ipxe_times_t times;

    ipxe_counters_answer(counters, &labels, 50, pool);
    ipxe_counters_answer(counters, &labels, 51, pool);
    ipxe_counters_answer(counters, &labels, 9000000, pool);
    ipxe_counters_times(&times, counters);
    is_int(times.counts[0], 1, "a bound counts what is at most it");
    is_int(times.counts[1], 2, "and what a smaller one counts");
    is_int(times.counts[IPXE_BUCKETS - 1], 2, "the last is not all");
    is_int(times.count, 3, "all");
    is_int(times.usec, 9000101, "their sum");
}

static const char *text_of(const ipxe_counters_t *counters, apr_pool_t *pool)
{
    ipxe_metrics_t metrics = {counters, NULL, NULL, NULL};
    apr_array_header_t *slots =
        apr_array_make(pool, 1, sizeof(ipxe_metrics_slots_t));
    ipxe_metrics_slots_t one = {"", 200, {.taken = 3,
                                          .waiting = 4,
                                          .ended = {5, 6, 7, 8},
                                          .late = 12,
                                          .lost = 9,
                                          .given = 10,
                                          .usec = 1500000,
                                          .at_most = {0, 5},
                                          .waited = {1, 2}}};
    apr_array_header_t *sets =
        apr_array_make(pool, 2, sizeof(ipxe_metrics_set_t));
    apr_array_header_t *states =
        apr_array_make(pool, 2, sizeof(ipxe_metrics_state_t));
    apr_table_t *counts = apr_table_make(pool, 2);
    ipxe_metrics_set_t set = {"", "3-abc", 3, apr_time_from_sec(5), 0};
    ipxe_metrics_set_t broken = {"b\"c", NULL, 0, 0, 1500000};
    ipxe_metrics_state_t state = {"", 1, counts, 5};
    ipxe_metrics_state_t down = {"b\"c", 0, NULL, -1};

    apr_table_set(counts, "held", "2");
    APR_ARRAY_PUSH(sets, ipxe_metrics_set_t) = set;
    APR_ARRAY_PUSH(sets, ipxe_metrics_set_t) = broken;
    APR_ARRAY_PUSH(states, ipxe_metrics_state_t) = state;
    APR_ARRAY_PUSH(states, ipxe_metrics_state_t) = down;
    metrics.sets = sets;
    metrics.states = states;
    APR_ARRAY_PUSH(slots, ipxe_metrics_slots_t) = one;
    metrics.slots = counters ? slots : NULL;
    return ipxe_metrics_text(&metrics, pool)->data;
}

static void test_text(apr_pool_t *pool)
{
    static const char *const lines[] = {
        "ipxe_build_info{version=\"0.",
        "# TYPE ipxe_rules_generation gauge\nipxe_rules_generation{site=\"\"} "
        "3\nipxe_rules_generation{site=\"b\\\"c\"} 0\n",
        "ipxe_rules_last_load_success{site=\"\"} 1\n",
        "ipxe_rules_last_load_success{site=\"b\\\"c\"} 0\n",
        "ipxe_rules_loaded_timestamp_seconds{site=\"\"} 5\n",
        "ipxe_rules_failed_timestamp_seconds{site=\"b\\\"c\"} 1.5\n",
        "ipxe_state_up{site=\"\"} 1\nipxe_state_up{site=\"b\\\"c\"} 0\n",
        "ipxe_machines{site=\"\",state=\"held\"} 2\n",
        "ipxe_answers_total{site=\"\",rule=\"r\",action=\"boot\","
        "stage=\"script\",outcome=\"ok\"} 1\n",
        "ipxe_answer_seconds_bucket{le=\"0.00005\"} 0\n",
        "ipxe_answer_seconds_bucket{le=\"0.00025\"} 1\n",
        "ipxe_answer_seconds_bucket{le=\"1\"} 1\n",
        "ipxe_answer_seconds_bucket{le=\"+Inf\"} 1\n"
        "ipxe_answer_seconds_sum 0.00012\nipxe_answer_seconds_count 1\n",
        "ipxe_state_events_dropped_total 7\n",
        "# TYPE ipxe_hook_waiting gauge\nipxe_hook_waiting{site=\"\"} 5\n#",
        "ipxe_hook_delivered_total 3\n",
        "ipxe_boot_slots{site=\"\"} 200\n",
        "ipxe_boot_slots_taken{site=\"\"} 3\n",
        "ipxe_boot_queue{site=\"\"} 4\n",
        "ipxe_boot_queue_late_total{site=\"\"} 12\n",
        "ipxe_boot_queue_lost_total{site=\"\"} 9\n",
        "ipxe_boot_slots_ended_total{site=\"\",why=\"loaded\"} 5\n"
        "ipxe_boot_slots_ended_total{site=\"\",why=\"broken\"} 6\n",
        "ipxe_boot_slot_wait_seconds_bucket{site=\"\",le=\"5\"} 2\n",
        "ipxe_boot_slot_wait_seconds_bucket{site=\"\",le=\"+Inf\"} 10\n"
        "ipxe_boot_slot_wait_seconds_sum{site=\"\"} 1.5\n"
        "ipxe_boot_slot_wait_seconds_count{site=\"\"} 10\n",
    };
    ipxe_counters_t *counters = ipxe_counters_make(pool);
    const char *text;
    apr_size_t i;

    count(counters, "r", "ok", pool);
    ipxe_counters_add(counters, IPXE_TOTAL_DROPPED, 7);
    ipxe_counters_add(counters, IPXE_TOTAL_HOOK_DELIVERED, 3);
    text = text_of(counters, pool);
    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (!ok(strstr(text, lines[i]), "the text has a line"))
            tap_say("without", lines[i]);
    text = text_of(NULL, pool);
    ok(!strstr(text, "ipxe_boot"), "without slots nothing is said of them");
    ok(!strstr(text, "ipxe_answers_total") && strstr(text, "ipxe_state_up"),
       "without shared memory the rest is there");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_series(pool);
    test_long(pool);
    test_full(pool);
    test_threads(pool);
    test_times(pool);
    test_text(pool);
    return tap_end(pool);
}
