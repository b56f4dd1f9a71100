/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl watch: boots as they happen. */
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/state.h"
#include "engine/seen.h"

typedef struct watch_t {
    ipxe_ctl_state_t *state;
    apr_int64_t last; /* event that was printed */
    apr_pool_t *pool; /* of one look */
} watch_t;

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

static ipxe_exit_e look(watch_t *watch)
{
    ipxe_store_t *store = watch->state->store;
    apr_array_header_t *events;
    int i;

    if (store->ops->recent(&events, &watch->last, store, watch->state->site,
                           watch->pool) != APR_SUCCESS)
        return ipxe_ctl_state_trouble(watch->state);
    for (i = 0; i < events->nelts; i++) {
        const ipxe_recent_t *recent = &APR_ARRAY_IDX(events, i, ipxe_recent_t);

        print_event(watch, &recent->seen, &recent->event);
    }
    return IPXE_EXIT_FINE;
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
    watch.last = -1;
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
