/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as lines. */
#include "httpd/metrics_text.h"

#include <stdlib.h>

static void head(ipxe_text_t *out, const char *name, const char *type,
                 const char *help)
{
    ipxe_text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* The value of a label: a backslash before what would end it. */
static void label(ipxe_text_t *out, const char *name, const char *value)
{
    ipxe_text_addf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            ipxe_text_add_char(out, '\\');
        ipxe_text_add_char(out, (unsigned char)*value < ' ' ? '?' : *value);
    }
    ipxe_text_add_char(out, '"');
}

/* Microseconds as seconds, with no digit more than it needs. */
static void seconds(ipxe_text_t *out, apr_uint64_t usec)
{
    apr_size_t end;

    ipxe_text_addf(out, "%" APR_UINT64_T_FMT ".%06d", usec / APR_USEC_PER_SEC,
                   (int)(usec % APR_USEC_PER_SEC));
    for (end = out->len; out->data[end - 1] == '0'; end--)
        ;
    ipxe_text_cut(out, out->data[end - 1] == '.' ? end - 1 : end);
}

static void add_answers(ipxe_text_t *out, const ipxe_counters_t *counters)
{
    apr_array_header_t *all = ipxe_counters_series(counters, out->pool);
    int i;

    head(out, "ipxe_answers_total", "counter",
         "Answers to machines by the rule that decided, its action, the stage "
         "of the boot and how it came out.");
    for (i = 0; i < all->nelts; i++) {
        const ipxe_series_t *series = &APR_ARRAY_IDX(all, i, ipxe_series_t);

        ipxe_text_addf(out, "ipxe_answers_total{%s} %" APR_UINT64_T_FMT "\n",
                       series->labels, series->count);
    }
}

static void add_times(ipxe_text_t *out, const ipxe_counters_t *counters)
{
    static const char name[] = "ipxe_answer_seconds";
    ipxe_times_t times;
    int i;

    ipxe_counters_times(&times, counters);
    head(out, name, "histogram",
         "How long it took to decide an answer and to write it.");
    for (i = 0; i < IPXE_BUCKETS; i++) {
        ipxe_text_addf(out, "%s_bucket{le=\"", name);
        seconds(out, times.at_most[i]);
        ipxe_text_addf(out, "\"} %" APR_UINT64_T_FMT "\n", times.counts[i]);
    }
    ipxe_text_addf(out, "%s_bucket{le=\"+Inf\"} %" APR_UINT64_T_FMT "\n%s_sum ",
                   name, times.count, name);
    seconds(out, times.usec);
    ipxe_text_addf(out, "\n%s_count %" APR_UINT64_T_FMT "\n", name,
                   times.count);
}

static const struct {
    ipxe_total_e total;
    const char *name, *help;
} totals[] = {
    {IPXE_TOTAL_ASKED, "ipxe_state_questions_total",
     "Questions that requests put to the state."},
    {IPXE_TOTAL_TIMED_OUT, "ipxe_state_timeouts_total",
     "Questions to the state that had no answer in time."},
    {IPXE_TOTAL_WRITTEN, "ipxe_state_events_written_total",
     "Events written to the state."},
    {IPXE_TOTAL_DROPPED, "ipxe_state_events_dropped_total",
     "Events dropped because the queue to the state was full."},
    {IPXE_TOTAL_HOOK_DELIVERED, "ipxe_hook_delivered_total",
     "Notices that a hook took."},
    {IPXE_TOTAL_HOOK_FAILED, "ipxe_hook_failed_total",
     "Deliveries of notices that failed, and are tried again."},
    {IPXE_TOTAL_HOOK_DROPPED, "ipxe_hook_dropped_total",
     "Notices dropped because they were too old or too many."},
    {IPXE_TOTAL_LOST, "ipxe_answers_uncounted_total",
     "Answers not counted by rule because the table of series was full."},
};

static void add_totals(ipxe_text_t *out, const ipxe_counters_t *counters)
{
    apr_size_t i;

    for (i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
        head(out, totals[i].name, "counter", totals[i].help);
        ipxe_text_addf(out, "%s %" APR_UINT64_T_FMT "\n", totals[i].name,
                       ipxe_counters_total(counters, totals[i].total));
    }
}

/* ---- Rule sets ---- */

typedef void set_fn(ipxe_text_t *out, const ipxe_metrics_set_t *set);

static void number_of(ipxe_text_t *out, const ipxe_metrics_set_t *set)
{
    ipxe_text_addf(out, "%u", set->number);
}

static void is_loaded(ipxe_text_t *out, const ipxe_metrics_set_t *set)
{
    ipxe_text_add(out, set->generation && !set->failed ? "1" : "0");
}

static void loaded_at(ipxe_text_t *out, const ipxe_metrics_set_t *set)
{
    seconds(out, (apr_uint64_t)set->loaded);
}

static void failed_at(ipxe_text_t *out, const ipxe_metrics_set_t *set)
{
    seconds(out, (apr_uint64_t)set->failed);
}

static const struct {
    const char *name, *help;
    set_fn *value;
} of_sets[] = {
    {"ipxe_rules_generation", "Number of the rule set that is served.",
     number_of},
    {"ipxe_rules_last_load_success",
     "Whether the last load of rules succeeded.", is_loaded},
    {"ipxe_rules_loaded_timestamp_seconds",
     "When the rule set that is served was loaded; 0: not known.", loaded_at},
    {"ipxe_rules_failed_timestamp_seconds",
     "When a load failed after that; 0: none did.", failed_at},
};

static void add_sets(ipxe_text_t *out, const apr_array_header_t *sets)
{
    apr_size_t i;
    int k;

    for (i = 0; i < sizeof(of_sets) / sizeof(of_sets[0]); i++) {
        head(out, of_sets[i].name, "gauge", of_sets[i].help);
        for (k = 0; k < sets->nelts; k++) {
            const ipxe_metrics_set_t *set =
                &APR_ARRAY_IDX(sets, k, ipxe_metrics_set_t);

            ipxe_text_addf(out, "%s{", of_sets[i].name);
            label(out, "site", set->site);
            ipxe_text_add(out, "} ");
            of_sets[i].value(out, set);
            ipxe_text_add_char(out, '\n');
        }
    }
}

/* ---- Machines ---- */

static void add_counts(ipxe_text_t *out, const ipxe_metrics_state_t *state)
{
    const apr_array_header_t *all = apr_table_elts(state->counts);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        ipxe_text_add(out, "ipxe_machines{");
        label(out, "site", state->site);
        ipxe_text_add_char(out, ',');
        label(out, "state", entry->key);
        ipxe_text_addf(out, "} %s\n", entry->val);
    }
}

static void add_states(ipxe_text_t *out, const apr_array_header_t *states)
{
    int i;

    head(out, "ipxe_state_up", "gauge",
         "Whether the state can be asked; where not, installs wait.");
    for (i = 0; i < states->nelts; i++) {
        const ipxe_metrics_state_t *state =
            &APR_ARRAY_IDX(states, i, ipxe_metrics_state_t);

        ipxe_text_add(out, "ipxe_state_up{");
        label(out, "site", state->site);
        ipxe_text_addf(out, "} %d\n", state->up);
    }
    head(out, "ipxe_machines", "gauge", "Machines known, by their state.");
    for (i = 0; i < states->nelts; i++) {
        const ipxe_metrics_state_t *state =
            &APR_ARRAY_IDX(states, i, ipxe_metrics_state_t);

        if (state->counts)
            add_counts(out, state);
    }
    head(out, "ipxe_hook_waiting", "gauge",
         "Notices that wait to be delivered.");
    for (i = 0; i < states->nelts; i++) {
        const ipxe_metrics_state_t *state =
            &APR_ARRAY_IDX(states, i, ipxe_metrics_state_t);

        if (state->waiting < 0)
            continue;
        ipxe_text_add(out, "ipxe_hook_waiting{");
        label(out, "site", state->site);
        ipxe_text_addf(out, "} %d\n", state->waiting);
    }
}

/* ---- Boot slots ---- */

typedef apr_uint64_t slots_fn(const ipxe_metrics_slots_t *slots);

static apr_uint64_t slots_total(const ipxe_metrics_slots_t *slots)
{
    return (apr_uint64_t)slots->total;
}

static apr_uint64_t slots_taken(const ipxe_metrics_slots_t *slots)
{
    return (apr_uint64_t)slots->now.taken;
}

static apr_uint64_t slots_waiting(const ipxe_metrics_slots_t *slots)
{
    return (apr_uint64_t)slots->now.waiting;
}

static apr_uint64_t slots_late(const ipxe_metrics_slots_t *slots)
{
    return slots->now.late;
}

static apr_uint64_t slots_lost(const ipxe_metrics_slots_t *slots)
{
    return slots->now.lost;
}

static const struct {
    const char *name, *type, *help;
    slots_fn *value;
} of_slots[] = {
    {"ipxe_boot_slots", "gauge", "Boot slots there are.", slots_total},
    {"ipxe_boot_slots_taken", "gauge", "Boot slots that are taken.",
     slots_taken},
    {"ipxe_boot_queue", "gauge", "Machines that wait for a boot slot.",
     slots_waiting},
    {"ipxe_boot_queue_late_total", "counter",
     "Slots kept for machines that did not come for them in time.", slots_late},
    {"ipxe_boot_queue_lost_total", "counter",
     "Machines that did not ask again, and lost their place.", slots_lost},
};

static void add_slot_ends(ipxe_text_t *out, const apr_array_header_t *all)
{
    int i, why;

    head(out, "ipxe_boot_slots_ended_total", "counter",
         "Boot slots that became free, by why.");
    for (i = 0; i < all->nelts; i++) {
        const ipxe_metrics_slots_t *slots =
            &APR_ARRAY_IDX(all, i, ipxe_metrics_slots_t);

        for (why = 0; why < IPXE_SLOT_ENDS; why++) {
            ipxe_text_add(out, "ipxe_boot_slots_ended_total{");
            label(out, "site", slots->site);
            ipxe_text_addf(out, ",why=\"%s\"} %" APR_UINT64_T_FMT "\n",
                           ipxe_slot_end_word((ipxe_slot_end_e)why),
                           slots->now.ended[why]);
        }
    }
}

static void add_waits_of(ipxe_text_t *out, const ipxe_metrics_slots_t *slots)
{
    static const char name[] = "ipxe_boot_slot_wait_seconds";
    ipxe_text_t *site = ipxe_text_make(64, out->pool);
    int i;

    label(site, "site", slots->site);
    for (i = 0; i < IPXE_SLOTS_BUCKETS; i++)
        ipxe_text_addf(out, "%s_bucket{%s,le=\"%d\"} %" APR_UINT64_T_FMT "\n",
                       name, site->data, slots->now.at_most[i],
                       slots->now.waited[i]);
    ipxe_text_addf(out,
                   "%s_bucket{%s,le=\"+Inf\"} %" APR_UINT64_T_FMT
                   "\n%s_sum{%s} ",
                   name, site->data, slots->now.given, name, site->data);
    seconds(out, slots->now.usec);
    ipxe_text_addf(out, "\n%s_count{%s} %" APR_UINT64_T_FMT "\n", name,
                   site->data, slots->now.given);
}

static void add_slots(ipxe_text_t *out, const apr_array_header_t *all)
{
    apr_size_t i;
    int k;

    for (i = 0; i < sizeof(of_slots) / sizeof(of_slots[0]); i++) {
        head(out, of_slots[i].name, of_slots[i].type, of_slots[i].help);
        for (k = 0; k < all->nelts; k++) {
            const ipxe_metrics_slots_t *slots =
                &APR_ARRAY_IDX(all, k, ipxe_metrics_slots_t);

            ipxe_text_addf(out, "%s{", of_slots[i].name);
            label(out, "site", slots->site);
            ipxe_text_addf(out, "} %" APR_UINT64_T_FMT "\n",
                           of_slots[i].value(slots));
        }
    }
    add_slot_ends(out, all);
    head(out, "ipxe_boot_slot_wait_seconds", "histogram",
         "How long machines waited for the boot slots that they were given.");
    for (k = 0; k < all->nelts; k++)
        add_waits_of(out, &APR_ARRAY_IDX(all, k, ipxe_metrics_slots_t));
}

ipxe_text_t *ipxe_metrics_text(const ipxe_metrics_t *metrics, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(8192, pool);

    head(out, "ipxe_build_info", "gauge", "The version of mod_ipxe.");
    ipxe_text_add(out, "ipxe_build_info{");
    label(out, "version", IPXE_VERSION);
    ipxe_text_add(out, "} 1\n");
    add_sets(out, metrics->sets);
    add_states(out, metrics->states);
    if (metrics->slots && metrics->slots->nelts)
        add_slots(out, metrics->slots);
    if (metrics->counters) {
        add_answers(out, metrics->counters);
        add_times(out, metrics->counters);
        add_totals(out, metrics->counters);
    }
    return out;
}
