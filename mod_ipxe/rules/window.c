/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of time and shares of machines. */
#include "rules/window.h"

#include <apr_lib.h>
#include <string.h>
#include <strings.h>

#define MINUTES_OF_DAY (24 * 60)

static const char *const names[] = {"sun", "mon", "tue", "wed",
                                    "thu", "fri", "sat"};

/* Minutes of "22:00" at *text, which is moved on; -1 where it is none. */
static int read_minutes(const char **text)
{
    const char *s = *text;
    int hours, minutes;

    if (!apr_isdigit(s[0]) || !apr_isdigit(s[1]) || s[2] != ':' ||
        !apr_isdigit(s[3]) || !apr_isdigit(s[4]))
        return -1;
    hours = (s[0] - '0') * 10 + (s[1] - '0');
    minutes = (s[3] - '0') * 10 + (s[4] - '0');
    *text = s + 5;
    if (minutes > 59 || hours * 60 + minutes > MINUTES_OF_DAY)
        return -1;
    return hours * 60 + minutes;
}

static int read_window(struct ipxe_window_t *window, const char *text)
{
    window->from = read_minutes(&text);
    if (window->from < 0 || *text++ != '-')
        return 0;
    window->to = read_minutes(&text);
    return window->to >= 0 && !*text && window->from != window->to &&
           window->from < MINUTES_OF_DAY;
}

void ipxe_bind_between(void *member, const ipxe_yaml_t *key,
                       const ipxe_yaml_t *value, void *baton,
                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    struct ipxe_window_t *window = member;
    (void)baton;
    (void)pool;

    window->span = key->span;
    window->written = value->kind == IPXE_YAML_SCALAR ? value->text : "";
    if (read_window(window, window->written))
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' is not a window of time", key->text),
                   "write \"22:00-06:00\"");
}

static void add_day(struct ipxe_window_t *window, const ipxe_yaml_t *day,
                    ipxe_diags_t *diags)
{
    unsigned i;

    for (i = 0; i < 7; i++) {
        if (day->kind == IPXE_YAML_SCALAR &&
            strcasecmp(day->text, names[i]) == 0) {
            window->days |= 1u << i;
            return;
        }
    }
    ipxe_diag_nearest(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, day->span,
                                    "this is not a day of the week"),
                      "", names, 7);
}

void ipxe_bind_days(void *member, const ipxe_yaml_t *key,
                    const ipxe_yaml_t *value, void *baton, ipxe_diags_t *diags,
                    apr_pool_t *pool)
{
    struct ipxe_window_t *window = member;
    apr_size_t i;
    (void)baton;
    (void)pool;

    if (!window->written)
        window->span = key->span;
    if (value->kind != IPXE_YAML_SEQUENCE) {
        add_day(window, value, diags);
        return;
    }
    for (i = 0; i < value->count; i++)
        add_day(window, value->items[i], diags);
}

int ipxe_window_holds(const struct ipxe_window_t *window, apr_time_t now)
{
    apr_time_exp_t at;
    int minute, day, in;

    apr_time_exp_lt(&at, now);
    minute = at.tm_hour * 60 + at.tm_min;
    day = at.tm_wday;
    if (window->from < window->to)
        in = minute >= window->from && minute < window->to;
    else if (window->from > window->to) {
        in = minute >= window->from || minute < window->to;
        if (minute < window->to)
            day = (day + 6) % 7;
    }
    else
        in = 1;
    return in && (!window->days || window->days & (1u << day));
}

/* ---- Shares ---- */

/* FNV-1a, with its bits mixed once more: the same on every machine. */
static apr_uint64_t mix(apr_uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdULL;
    return hash ^ (hash >> 33);
}

int ipxe_share_holds(int *known, const ipxe_rule_t *rule,
                     const ipxe_machine_t *machine)
{
    static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                        IPXE_FACT_SERIAL, IPXE_FACT_ASSET};
    apr_uint64_t hash = mix(14695981039346656037ULL, rule->name);
    const char *text = NULL;
    int i;

    *known = 1;
    if (rule->percent >= 100)
        return 1;
    for (i = 0; i < 4 && !text; i++)
        text = ipxe_machine_fact(machine, facts[i]);
    *known = text != NULL;
    return text && mix(hash, text) % 100 < (apr_uint64_t)rule->percent;
}
