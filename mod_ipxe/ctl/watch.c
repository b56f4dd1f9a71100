/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl watch: boots as they happen. */
#include <apr_hash.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/state.h"
#include "engine/seen.h"

#define MOST 500 /* machines looked at in a second */

typedef struct watch_t {
    ipxe_ctl_state_t *state;
    apr_time_t began;
    apr_hash_t *shown; /* number of a machine -> int *: events printed */
    apr_pool_t *pool;  /* of one look */
} watch_t;

static int *shown_of(watch_t *watch, apr_int64_t machine)
{
    int *shown = apr_hash_get(watch->shown, &machine, sizeof(machine));
    apr_pool_t *pool = watch->state->ctl->pool;

    if (!shown) {
        shown = apr_pcalloc(pool, sizeof(*shown));
        apr_hash_set(watch->shown, apr_pmemdup(pool, &machine, sizeof(machine)),
                     sizeof(machine), shown);
    }
    return shown;
}

static void print_event(const watch_t *watch, const ipxe_seen_t *seen,
                        const ipxe_event_t *event)
{
    ipxe_text_t *out;

    if (!ipxe_ctl_json(watch->state->ctl)) {
        printf("%s  %-24s %s\n", ipxe_time_text(event->when, watch->pool) + 11,
               ipxe_seen_name(seen, watch->pool),
               ipxe_event_text(event, watch->pool));
        return;
    }
    out = ipxe_text_make(256, watch->pool);
    ipxe_json_open(out, NULL, '{');
    ipxe_json_number(out, "machine", seen->machine);
    ipxe_json_text(out, "name", ipxe_seen_name(seen, watch->pool));
    ipxe_event_add_json(out, "event", event);
    ipxe_json_close(out, '}');
    printf("%s\n", out->data);
}

static ipxe_exit_e look_at(watch_t *watch, const ipxe_seen_t *seen)
{
    ipxe_store_t *store = watch->state->store;
    int *shown = shown_of(watch, seen->machine), i, n = 0;
    apr_array_header_t *events;

    if (store->ops->timeline(&events, store, seen->machine, watch->pool) !=
        APR_SUCCESS)
        return ipxe_ctl_state_trouble(watch->state);
    for (i = 0; i < events->nelts; i++) {
        const ipxe_event_t *event = &APR_ARRAY_IDX(events, i, ipxe_event_t);

        if (event->when >= watch->began && n++ >= *shown)
            print_event(watch, seen, event);
    }
    *shown = n;
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e look(watch_t *watch)
{
    ipxe_store_t *store = watch->state->store;
    apr_array_header_t *seen;
    ipxe_filter_t filter;
    ipxe_exit_e code = IPXE_EXIT_FINE;
    int total, i;

    memset(&filter, 0, sizeof(filter));
    filter.site = watch->state->site;
    filter.limit = MOST;
    if (store->ops->list(&seen, &total, store, &filter, apr_time_now(),
                         watch->pool) != APR_SUCCESS)
        return ipxe_ctl_state_trouble(watch->state);
    for (i = seen->nelts - 1; i >= 0 && code == IPXE_EXIT_FINE; i--) {
        const ipxe_seen_t *one = &APR_ARRAY_IDX(seen, i, ipxe_seen_t);

        if (one->last_seen >= watch->began)
            code = look_at(watch, one);
    }
    return code;
}

static ipxe_exit_e read_seconds(int *seconds, const ipxe_ctl_t *ctl)
{
    const char *text = ipxe_ctl_value(ctl, IPXE_OPT_FOR);
    char *end;

    *seconds = -1;
    if (!text)
        return IPXE_EXIT_FINE;
    *seconds = (int)strtol(text, &end, 10);
    if (!*end && end != text && *seconds >= 0)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("--for is a number of seconds, not '%s'", text);
    return IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_watch(ipxe_ctl_t *ctl)
{
    ipxe_ctl_state_t state;
    watch_t watch;
    int seconds;
    ipxe_exit_e code = read_seconds(&seconds, ctl);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_state_open(&state, ctl, 0);
    if (code != IPXE_EXIT_FINE)
        return code;
    watch.state = &state;
    watch.began = state.now;
    watch.shown = apr_hash_make(ctl->pool);
    apr_pool_create(&watch.pool, ctl->pool);
    do {
        apr_pool_clear(watch.pool);
        code = look(&watch);
        fflush(stdout);
        if (code != IPXE_EXIT_FINE || ferror(stdout))
            return code;
        if (seconds)
            apr_sleep(apr_time_from_sec(1));
    } while (seconds < 0 || seconds-- > 0);
    return code;
}
