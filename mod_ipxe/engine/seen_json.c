/* SPDX-License-Identifier: Apache-2.0 */
/* Machines and their timelines as JSON; docs/status.md describes it. */
#include "base/json.h"
#include "engine/seen.h"

static void add_percent(ipxe_text_t *out, int percent)
{
    if (percent >= 0)
        ipxe_json_number(out, "percent", percent);
    else
        ipxe_json_null(out, "percent");
}

static void add_install(ipxe_text_t *out, const char *name,
                        const ipxe_install_t *install)
{
    if (!install->number) {
        ipxe_json_null(out, name);
        return;
    }
    ipxe_json_open(out, name, '{');
    ipxe_json_number(out, "number", install->number);
    ipxe_json_text(out, "state", ipxe_install_word(install->state));
    ipxe_json_text(out, "profile", install->profile);
    ipxe_json_text(out, "by", install->by);
    ipxe_json_number(out, "tries", install->tries);
    ipxe_json_time(out, "armed", install->armed);
    ipxe_json_time(out, "fetched", install->fetched);
    ipxe_json_time(out, "started", install->started);
    ipxe_json_time(out, "ended", install->ended);
    ipxe_json_close(out, '}');
}

static void add_hold(ipxe_text_t *out, const ipxe_view_t *view)
{
    if (!view->hold_code) {
        ipxe_json_null(out, "hold");
        return;
    }
    ipxe_json_open(out, "hold", '{');
    ipxe_json_text(out, "code", view->hold_code);
    ipxe_json_text(out, "reason", view->hold_reason);
    ipxe_json_time(out, "since", view->held);
    ipxe_json_close(out, '}');
}

static int add_var(void *baton, const char *name, const char *value)
{
    ipxe_json_text(baton, name, value);
    return 1;
}

static void add_release(ipxe_text_t *out, const ipxe_view_t *view)
{
    if (!view->release) {
        ipxe_json_null(out, "release");
        return;
    }
    ipxe_json_open(out, "release", '{');
    ipxe_json_text(out, "profile", *view->release ? view->release : NULL);
    ipxe_json_text(out, "by", view->release_by);
    ipxe_json_open(out, "vars", '{');
    if (view->release_vars)
        apr_table_do(add_var, out, view->release_vars, NULL);
    ipxe_text_add(out, "}}");
}

static void add_names(ipxe_text_t *out, const char *name,
                      const apr_array_header_t *names)
{
    int i;

    ipxe_json_open(out, name, '[');
    for (i = 0; names && i < names->nelts; i++)
        ipxe_json_text(out, NULL, APR_ARRAY_IDX(names, i, const char *));
    ipxe_json_close(out, ']');
}

static void add_view(ipxe_text_t *out, const ipxe_view_t *view)
{
    add_install(out, "install", &view->open);
    add_install(out, "installed", &view->installed);
    add_hold(out, view);
    ipxe_json_text(out, "conflict", view->conflict);
    ipxe_json_text(out, "disarmed", view->disarmed);
    add_release(out, view);
    ipxe_json_text(out, "next", view->next);
    add_names(out, "done", view->done);
    add_names(out, "failed", view->failed);
}

/* "" is as good as none. */
static const char *some(const char *text)
{
    return text && *text ? text : NULL;
}

void ipxe_seen_add_json(ipxe_text_t *out, const ipxe_seen_t *seen)
{
    ipxe_json_open(out, NULL, '{');
    ipxe_json_number(out, "number", seen->machine);
    ipxe_json_text(out, "name", ipxe_seen_name(seen, out->pool));
    ipxe_json_text(out, "site", seen->site);
    ipxe_json_text(out, "host", some(seen->host));
    ipxe_json_text(out, "mac", some(seen->mac));
    ipxe_json_text(out, "uuid", some(seen->uuid));
    ipxe_json_text(out, "serial", some(seen->serial));
    ipxe_json_text(out, "manufacturer", some(seen->manufacturer));
    ipxe_json_text(out, "product", some(seen->product));
    ipxe_json_text(out, "ip", some(seen->ip));
    ipxe_json_text(out, "rule", some(seen->rule));
    ipxe_json_text(out, "profile", some(seen->profile));
    ipxe_json_text(out, "action", some(seen->action));
    ipxe_json_text(out, "state", some(seen->state));
    ipxe_json_text(out, "stage", some(seen->stage));
    if (seen->place)
        ipxe_json_number(out, "place", seen->place);
    else
        ipxe_json_null(out, "place");
    add_percent(out, seen->percent);
    ipxe_json_truth(out, "stuck", seen->stuck);
    ipxe_json_time(out, "first_seen", seen->first_seen);
    ipxe_json_time(out, "last_seen", seen->last_seen);
    ipxe_json_time(out, "stage_since", seen->stage_since);
    add_view(out, &seen->view);
    ipxe_json_close(out, '}');
}

void ipxe_event_add_json(ipxe_text_t *out, const char *name,
                         const ipxe_event_t *event)
{
    ipxe_json_open(out, name, '{');
    ipxe_json_time(out, "at", event->when);
    ipxe_json_text(out, "event", ipxe_event_word(event->kind));
    ipxe_json_text(out, "text", some(event->text));
    ipxe_json_text(out, "rule", some(event->rule));
    ipxe_json_text(out, "profile", some(event->profile));
    if (event->install)
        ipxe_json_number(out, "install", event->install);
    else
        ipxe_json_null(out, "install");
    ipxe_json_number(out, "bytes", event->bytes);
    ipxe_json_truth(out, "complete", event->complete);
    add_percent(out, event->percent);
    ipxe_json_close(out, '}');
}
