/* SPDX-License-Identifier: Apache-2.0 */
/* The page for programs; docs/status.md describes it. */
#include <string.h>

#include "base/json.h"
#include "httpd/status_page.h"

static int add_count(void *baton, const char *name, const char *value)
{
    if (strcmp(name, "frozen") != 0 && strcmp(name, "unaccepted") != 0) {
        ipxe_json_key(baton, name);
        ipxe_text_add(baton, value);
    }
    return 1;
}

static int counted(const ipxe_page_t *page, const char *name)
{
    return page->counts && apr_table_get(page->counts, name);
}

static void add_rules(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_json_open(out, "rules", '{');
    ipxe_json_text(out, "generation", page->generation);
    ipxe_json_time(out, "loaded", page->loaded);
    ipxe_json_text(out, "failure", page->failure);
    ipxe_json_time(out, "failed", page->failed);
    ipxe_json_close(out, '}');
}

static void add_state(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_json_open(out, "state", '{');
    ipxe_json_truth(out, "up", !page->state_fault);
    ipxe_json_text(out, "why", page->state_fault);
    ipxe_json_truth(out, "accepted", !counted(page, "unaccepted"));
    ipxe_json_truth(out, "frozen", counted(page, "frozen"));
    ipxe_json_close(out, '}');
    ipxe_json_open(out, "counts", '{');
    if (page->counts)
        apr_table_do(add_count, out, page->counts, NULL);
    ipxe_json_close(out, '}');
}

static void add_hooks(ipxe_text_t *out, const ipxe_waiting_t *hooks)
{
    if (!hooks) {
        ipxe_json_null(out, "hooks");
        return;
    }
    ipxe_json_open(out, "hooks", '{');
    ipxe_json_number(out, "waiting", hooks->count);
    ipxe_json_number(out, "failing", hooks->failing);
    ipxe_json_time(out, "oldest", hooks->oldest);
    ipxe_json_text(out, "why", hooks->failing ? hooks->why : NULL);
    ipxe_json_close(out, '}');
}

static void add_slots(ipxe_text_t *out, const ipxe_page_t *page)
{
    if (!page->slots) {
        ipxe_json_null(out, "slots");
        return;
    }
    ipxe_json_open(out, "slots", '{');
    ipxe_json_number(out, "total", page->slots);
    ipxe_json_number(out, "taken", page->slots_now.taken);
    ipxe_json_number(out, "waiting", page->slots_now.waiting);
    ipxe_json_close(out, '}');
}

static void add_hourly(ipxe_text_t *out, const ipxe_page_t *page)
{
    int i;

    ipxe_json_open(out, "hourly", '[');
    for (i = 0; page->hourly && i < page->hourly->nelts; i++)
        ipxe_json_number(out, NULL, APR_ARRAY_IDX(page->hourly, i, int));
    ipxe_json_close(out, ']');
}

static void add_machines(ipxe_text_t *out, const ipxe_page_t *page)
{
    int i;

    ipxe_json_number(out, "total", page->total);
    ipxe_json_number(out, "offset", page->filter->offset);
    ipxe_json_open(out, "machines", '[');
    for (i = 0; i < page->seen->nelts; i++)
        ipxe_seen_add_json(out, &APR_ARRAY_IDX(page->seen, i, ipxe_seen_t));
    ipxe_json_close(out, ']');
}

static void add_timeline(ipxe_text_t *out, const ipxe_page_t *page)
{
    int i;

    ipxe_json_open(out, "timeline", '[');
    for (i = 0; i < page->events->nelts; i++)
        ipxe_event_add_json(out, NULL,
                            &APR_ARRAY_IDX(page->events, i, ipxe_event_t));
    ipxe_json_close(out, ']');
}

ipxe_text_t *ipxe_page_json(const ipxe_page_t *page, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(65536, pool);

    ipxe_json_open(out, NULL, '{');
    ipxe_json_number(out, "format", 1);
    ipxe_json_time(out, "at", page->now);
    ipxe_json_text(out, "server", page->host);
    add_rules(out, page);
    add_state(out, page);
    add_hooks(out, page->hooks);
    add_slots(out, page);
    add_hourly(out, page);
    add_machines(out, page);
    if (page->events)
        add_timeline(out, page);
    ipxe_text_add(out, "}\n");
    return out;
}
