/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl machines: what was seen of machines, and one with its timeline. */
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/state.h"
#include "engine/seen.h"

#define OFF "\033[0m"

/* ---- For people ---- */

#define COLUMNS 5

typedef struct line_t {
    const char *cells[COLUMNS];
    const char *colour; /* of the second cell, or NULL */
} line_t;

static const char *colour_of(const ipxe_seen_t *seen)
{
    static const struct {
        const char *state, *colour;
    } colours[] = {{"held", "\033[33m"},
                   {"conflict", "\033[31m"},
                   {"failed", "\033[31m"},
                   {"installing", "\033[36m"},
                   {"installed", "\033[32m"}};
    apr_size_t i;

    for (i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
        if (strcmp(seen->state, colours[i].state) == 0)
            return colours[i].colour;
    return seen->stuck ? "\033[31m" : NULL;
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static void fill_line(line_t *line, const ipxe_seen_t *seen, apr_time_t now,
                      apr_pool_t *pool)
{
    const char *where = ipxe_seen_where(seen, pool);

    line->cells[0] = ipxe_seen_name(seen, pool);
    line->cells[1] = apr_psprintf(
        pool, "%s%s%s", or_dash(seen->state), seen->stuck ? ", stuck" : "",
        seen->view.hold_code
            ? apr_pstrcat(pool, " ", seen->view.hold_code, NULL)
            : "");
    line->cells[2] = apr_psprintf(
        pool, "%s, %s", where, ipxe_span_text(now - seen->stage_since, pool));
    line->cells[3] = or_dash(ipxe_seen_what(seen));
    line->cells[4] = or_dash(seen->serial);
    line->colour = colour_of(seen);
}

static void print_line(const line_t *line, const apr_size_t *widths, int colour)
{
    int i;

    for (i = 0; i < COLUMNS; i++) {
        const char *cell = line->cells[i];
        apr_size_t used = ipxe_utf8_columns(cell, strlen(cell));
        int paint = colour && i == 1 && line->colour;

        printf("%s%s%s", paint ? line->colour : "", cell, paint ? OFF : "");
        if (i + 1 < COLUMNS)
            printf("%*s", (int)(widths[i] - used) + 2, "");
    }
    printf("\n");
}

static void print_list(const apr_array_header_t *seen,
                       const ipxe_ctl_state_t *state)
{
    static const line_t head = {
        {"MACHINE", "STATE", "WHERE", "GIVEN", "SERIAL"}, NULL};
    apr_pool_t *pool = state->ctl->pool;
    line_t *lines =
        apr_pcalloc(pool, sizeof(line_t) * ((apr_size_t)seen->nelts + 1));
    apr_size_t widths[COLUMNS] = {0};
    int colour = ipxe_ctl_colour(0), i, k;

    lines[0] = head;
    for (i = 0; i < seen->nelts; i++)
        fill_line(&lines[i + 1], &APR_ARRAY_IDX(seen, i, ipxe_seen_t),
                  state->now, pool);
    for (i = 0; i <= seen->nelts; i++)
        for (k = 0; k < COLUMNS; k++) {
            const char *cell = lines[i].cells[k];
            apr_size_t used = ipxe_utf8_columns(cell, strlen(cell));

            widths[k] = used > widths[k] ? used : widths[k];
        }
    for (i = 0; i <= seen->nelts; i++)
        print_line(&lines[i], widths, colour);
}

static void print_pair(const char *name, const char *value)
{
    if (value && *value)
        printf("  %-13s %s\n", name, value);
}

static const char *install_text(const ipxe_install_t *install, apr_pool_t *pool)
{
    apr_time_t when = install->ended     ? install->ended
                      : install->started ? install->started
                      : install->fetched ? install->fetched
                                         : install->armed;

    return !install->number
               ? NULL
               : apr_psprintf(pool, "%s %s, %s, by %s, tries: %d",
                              or_dash(install->profile),
                              ipxe_install_word(install->state),
                              ipxe_time_text(when, pool), or_dash(install->by),
                              install->tries);
}

static void print_one(const ipxe_seen_t *seen, const apr_array_header_t *events,
                      const ipxe_ctl_state_t *state)
{
    apr_pool_t *pool = state->ctl->pool;
    int i;

    printf("%s (machine %" APR_INT64_T_FMT ")\n", ipxe_seen_name(seen, pool),
           seen->machine);
    print_pair("state", apr_pstrcat(pool, or_dash(seen->state),
                                    seen->stuck ? ", stuck" : "", NULL));
    print_pair(
        "where",
        apr_psprintf(pool, "%s, %s", ipxe_seen_where(seen, pool),
                     ipxe_span_text(state->now - seen->stage_since, pool)));
    print_pair("code", seen->view.hold_code);
    print_pair("remark", ipxe_seen_remark(seen, pool));
    print_pair("mac", seen->mac);
    print_pair("serial", seen->serial);
    print_pair("manufacturer", seen->manufacturer);
    print_pair("product", seen->product);
    print_pair("uuid", seen->uuid);
    print_pair("ip", seen->ip);
    print_pair("rule", seen->rule);
    print_pair("given", ipxe_seen_what(seen));
    print_pair("install", install_text(&seen->view.open, pool));
    print_pair("installed", install_text(&seen->view.installed, pool));
    print_pair("first seen", ipxe_time_text(seen->first_seen, pool));
    print_pair("last seen", ipxe_time_text(seen->last_seen, pool));
    printf("\n");
    for (i = 0; i < events->nelts; i++) {
        const ipxe_event_t *event = &APR_ARRAY_IDX(events, i, ipxe_event_t);

        printf("  %s  %s\n", ipxe_time_text(event->when, pool),
               ipxe_event_text(event, pool));
    }
}

/* ---- For programs ---- */

static void print_json(const apr_array_header_t *seen, int total,
                       const apr_array_header_t *events, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(4096, pool);
    int i;

    ipxe_json_open(out, NULL, '{');
    ipxe_json_number(out, "format", 1);
    ipxe_json_number(out, "total", total);
    ipxe_json_open(out, "machines", '[');
    for (i = 0; i < seen->nelts; i++)
        ipxe_seen_add_json(out, &APR_ARRAY_IDX(seen, i, ipxe_seen_t));
    ipxe_json_close(out, ']');
    if (events) {
        ipxe_json_open(out, "timeline", '[');
        for (i = 0; i < events->nelts; i++)
            ipxe_event_add_json(out, NULL,
                                &APR_ARRAY_IDX(events, i, ipxe_event_t));
        ipxe_json_close(out, ']');
    }
    ipxe_json_close(out, '}');
    printf("%s\n", out->data);
}

/* ---- The command ---- */

static ipxe_exit_e show_one(const apr_array_header_t *found,
                            ipxe_ctl_state_t *state)
{
    const ipxe_seen_t *seen = &APR_ARRAY_IDX(found, 0, ipxe_seen_t);
    apr_array_header_t *events;

    if (state->store->ops->timeline(&events, state->store, seen->machine,
                                    state->ctl->pool) != APR_SUCCESS)
        return ipxe_ctl_state_trouble(state);
    if (ipxe_ctl_json(state->ctl))
        print_json(found, 1, events, state->ctl->pool);
    else
        print_one(seen, events, state);
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e read_filter(ipxe_filter_t *filter, const ipxe_ctl_t *ctl)
{
    const char *limit = ipxe_ctl_value(ctl, IPXE_OPT_LIMIT);
    char *end;
    int i;

    memset(filter, 0, sizeof(*filter));
    filter->text = ipxe_ctl_value(ctl, IPXE_OPT_SEARCH);
    filter->state = ipxe_ctl_value(ctl, IPXE_OPT_ONLY);
    filter->limit = 1000;
    for (i = 0; filter->state && ipxe_seen_states[i]; i++)
        if (strcmp(ipxe_seen_states[i], filter->state) == 0)
            break;
    if (filter->state && !ipxe_seen_states[i]) {
        ipxe_ctl_complain("--only is held, conflict, stuck, failed, "
                          "installing, armed or installed, not '%s'",
                          filter->state);
        return IPXE_EXIT_USAGE;
    }
    if (!limit)
        return IPXE_EXIT_FINE;
    filter->limit = (int)strtol(limit, &end, 10);
    if (*end || end == limit || filter->limit < 1) {
        ipxe_ctl_complain("--limit is a number, not '%s'", limit);
        return IPXE_EXIT_USAGE;
    }
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e show_list(ipxe_filter_t *filter, ipxe_ctl_state_t *state)
{
    apr_array_header_t *seen;
    int total;

    filter->site = state->site;
    if (state->store->ops->list(&seen, &total, state->store, filter, state->now,
                                state->ctl->pool) != APR_SUCCESS)
        return ipxe_ctl_state_trouble(state);
    if (ipxe_ctl_json(state->ctl)) {
        print_json(seen, total, NULL, state->ctl->pool);
        return IPXE_EXIT_FINE;
    }
    if (seen->nelts)
        print_list(seen, state);
    if (seen->nelts < total)
        printf("%d of %d machines; --limit shows more\n", seen->nelts, total);
    else
        printf("%d machine%s\n", total, total == 1 ? "" : "s");
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_machines(ipxe_ctl_t *ctl)
{
    ipxe_ctl_state_t state;
    ipxe_filter_t filter;
    apr_array_header_t *found;
    ipxe_exit_e code = read_filter(&filter, ctl);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_state_open(&state, ctl, 0);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (!ctl->args->nelts)
        return show_list(&filter, &state);
    code = ipxe_ctl_state_match(&found, &state, ctl->args);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (found->nelts == 1)
        return show_one(found, &state);
    if (ipxe_ctl_json(ctl))
        print_json(found, found->nelts, NULL, ctl->pool);
    else if (found->nelts)
        print_list(found, &state);
    else
        ipxe_ctl_complain("the state has no such machine");
    return found->nelts ? IPXE_EXIT_FINE : IPXE_EXIT_WRONG;
}
