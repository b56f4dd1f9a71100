/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's request from the words of the command line. */
#include "ctl/ctl.h"
#include "engine/hosts.h"

#include <apr_date.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Time ---- */

/* Seconds east of UTC for "Z", "+09:00", "-0530"; 0 where it is none. */
static int read_zone(long *east, const char *text)
{
    char sign;
    int hours, minutes, used = 0;

    *east = 0;
    if (strcmp(text, "Z") == 0)
        return 1;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 &&
        sscanf(text, "%c%2d%2d%n", &sign, &hours, &minutes, &used) != 3)
        return 0;
    if ((sign != '+' && sign != '-') || text[used] || hours > 23 ||
        minutes > 59)
        return 0;
    *east = (hours * 60L + minutes) * 60 * (sign == '-' ? -1 : 1);
    return 1;
}

/* "2026-11-22 23:30", "2026-11-22T23:30:05"; the rest is left in *rest. */
static int read_clock(struct tm *clock, const char **rest, const char *text)
{
    char between;
    int used = 0, seconds = 0, more = 0;

    memset(clock, 0, sizeof(*clock));
    clock->tm_isdst = -1;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d%n", &clock->tm_year, &clock->tm_mon,
               &clock->tm_mday, &between, &clock->tm_hour, &clock->tm_min,
               &used) != 6 ||
        (between != 'T' && between != ' '))
        return 0;
    if (sscanf(text + used, ":%2d%n", &seconds, &more) == 1)
        used += more;
    clock->tm_sec = seconds;
    clock->tm_year -= 1900;
    clock->tm_mon -= 1;
    *rest = text + used;
    return clock->tm_mon >= 0 && clock->tm_mon < 12 && clock->tm_mday >= 1 &&
           clock->tm_mday <= 31 && clock->tm_hour < 24 && clock->tm_min < 60 &&
           clock->tm_sec < 61;
}

static int read_calendar(apr_time_t *at, const char *text)
{
    const char *rest;
    struct tm clock;
    long east;

    if (!read_clock(&clock, &rest, text))
        return 0;
    if (*rest) {
        if (!read_zone(&east, rest))
            return 0;
        *at = apr_time_from_sec(timegm(&clock) - east);
        return 1;
    }
    *at = apr_time_from_sec(mktime(&clock));
    return 1;
}

static int read_time(apr_time_t *at, const char *text)
{
    char *end;

    if (*text == '@') {
        *at = apr_time_from_sec(apr_strtoi64(text + 1, &end, 10));
        return *end == '\0' && end != text + 1;
    }
    if (read_calendar(at, text))
        return 1;
    *at = apr_date_parse_http(text);
    return *at != APR_DATE_BAD;
}

/* ---- The machine ---- */

static void add_fact(ipxe_text_t *query, const char *name, const char *value,
                     apr_pool_t *pool)
{
    if (!value)
        return;
    ipxe_text_addf(query, "%s%s=%s", query->len ? "&" : "",
                   ipxe_text_urlencode(name, NULL, pool),
                   ipxe_text_urlencode(value, NULL, pool));
}

void ipxe_ctl_add_host(ipxe_text_t *query, const ipxe_host_t *host,
                       apr_pool_t *pool)
{
    const apr_array_header_t *macs =
        ipxe_text_split(host->macs ? host->macs : "", " ", pool);
    int i;

    for (i = 0; i < macs->nelts; i++)
        add_fact(query, i ? apr_psprintf(pool, "mac%d", i) : "mac",
                 APR_ARRAY_IDX(macs, i, const char *), pool);
    add_fact(query, "uuid", host->uuid, pool);
    add_fact(query, "serial", host->serial, pool);
    add_fact(query, "manufacturer", host->manufacturer, pool);
    add_fact(query, "asset", host->asset, pool);
}

/* One word: FACT=VALUE, `ip=` of the connection, or a host's name. */
static int add_word(ipxe_text_t *query, ipxe_request_t *request,
                    const char *word, const ipxe_snapshot_t *set,
                    apr_pool_t *pool)
{
    const char *value;
    const char *name = ipxe_ctl_pair(&value, word, pool);
    const ipxe_host_t *host;

    if (name && strcmp(name, "ip") == 0) {
        request->ip = value;
        return 1;
    }
    if (name) {
        add_fact(query, name, value, pool);
        return 1;
    }
    host = ipxe_hosts_named(set->rules, word, pool);
    if (host)
        ipxe_ctl_add_host(query, host, pool);
    return host != NULL;
}

static void doubt_argument(const char *name)
{
    const char *names[IPXE_FACT_COUNT], *near;
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++)
        names[i] = ipxe_fact_name((ipxe_fact_e)i);
    near = ipxe_text_nearest(name, names, IPXE_FACT_COUNT);
    if (near)
        ipxe_ctl_complain("'%s' is no fact and counts as args.%s; did you mean "
                          "'%s'?",
                          name, name, near);
}

/* Any name may be an argument's, and a fact's with a slip in it. */
static void doubt_arguments(const char *query, apr_pool_t *pool)
{
    const ipxe_machine_t *machine;
    ipxe_machine_input_t input;
    int i;

    memset(&input, 0, sizeof(input));
    input.query = query;
    input.query_len = strlen(query);
    machine = ipxe_machine_parse(&input, pool);
    for (i = 0; i < machine->args->nelts; i++)
        doubt_argument(APR_ARRAY_IDX(machine->args, i, ipxe_arg_t).name);
}

static ipxe_exit_e read_words(ipxe_request_t *request, const ipxe_ctl_t *ctl,
                              const ipxe_snapshot_t *set)
{
    ipxe_text_t *query = ipxe_text_make(256, ctl->pool);
    int i;

    for (i = 0; i < ctl->args->nelts; i++) {
        const char *word = APR_ARRAY_IDX(ctl->args, i, const char *);

        if (!add_word(query, request, word, set, ctl->pool)) {
            ipxe_ctl_complain("'%s' is neither FACT=VALUE nor a host's name",
                              word);
            return IPXE_EXIT_USAGE;
        }
    }
    request->query = query->len ? query->data : NULL;
    doubt_arguments(query->data, ctl->pool);
    return IPXE_EXIT_FINE;
}

/* ---- The request ---- */

static int letters_and_digits(const char *text)
{
    return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789")];
}

static ipxe_exit_e read_options(ipxe_request_t *request, const ipxe_ctl_t *ctl)
{
    const char *at = ipxe_ctl_value(ctl, IPXE_OPT_AT);
    const char *id = ipxe_ctl_value(ctl, IPXE_OPT_REQUEST);

    request->now = apr_time_now();
    if (at && !read_time(&request->now, at)) {
        ipxe_ctl_complain("--at is a time such as '2026-11-22 23:30', not "
                          "'%s'",
                          at);
        return IPXE_EXIT_USAGE;
    }
    if (id && !letters_and_digits(id)) {
        ipxe_ctl_complain("--request is letters and digits, not '%s'", id);
        return IPXE_EXIT_USAGE;
    }
    request->request_id = id ? id : "ipxectl";
    request->user_agent = ipxe_ctl_value(ctl, IPXE_OPT_USER_AGENT);
    request->base_url = "http://localhost";
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_request(ipxe_request_t *request, ipxe_ctl_t *ctl,
                             const ipxe_snapshot_t *set)
{
    ipxe_exit_e code;

    memset(request, 0, sizeof(*request));
    request->target.route = IPXE_ROUTE_ENTRY;
    code = read_options(request, ctl);
    return code == IPXE_EXIT_FINE ? read_words(request, ctl, set) : code;
}
