/* SPDX-License-Identifier: Apache-2.0 */
/* The handler of the status page. */
#include "httpd/status.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <stdlib.h>

#include "httpd/body.h"
#include "httpd/form.h"
#include "httpd/reload.h"
#include "httpd/slots.h"
#include "httpd/state.h"
#include "httpd/status_act.h"
#include "httpd/status_guard.h"
#include "httpd/status_page.h"
#include "httpd/tally.h"

APLOG_USE_MODULE(ipxe);

/* A request of the page. */
typedef struct look_t {
    request_rec *r;
    const ipxe_serving_t *serving;
    const ipxe_snapshot_t *set; /* or NULL */
    ipxe_state_t *state;        /* or NULL: none is kept */
    const apr_table_t *args;
    ipxe_page_t page;
    ipxe_waiting_t hooks;
    ipxe_filter_t filter;
} look_t;

/* ---- Answers ---- */

static void set_headers(request_rec *r)
{
    apr_table_t *out = r->err_headers_out;

    apr_table_setn(out, "Content-Security-Policy", ipxe_page_policy(r->pool));
    apr_table_setn(out, "X-Frame-Options", "DENY");
    apr_table_setn(out, "X-Content-Type-Options", "nosniff");
    /* no-referrer would make the Origin of its forms "null". */
    apr_table_setn(out, "Referrer-Policy", "same-origin");
    apr_table_setn(out, "Cross-Origin-Resource-Policy", "same-origin");
    apr_table_setn(out, "Cache-Control", "no-store");
}

static int answer(request_rec *r, int status, const char *type,
                  const ipxe_text_t *body)
{
    r->status = status;
    ap_set_content_type(r, type);
    ap_set_content_length(r, (apr_off_t)body->len);
    ap_rwrite(body->data, (int)body->len, r);
    return OK;
}

static int refuse(request_rec *r, int status, const char *title,
                  const char *text)
{
    return answer(r, status, "text/html; charset=utf-8",
                  ipxe_page_refusal(title, text, r->pool));
}

/* ---- What it is asked for ---- */

static const char *some(const char *text)
{
    return text && *text ? text : NULL;
}

/* The page's own path, to stand in addresses: never `//host`. */
static const char *own_path(const request_rec *r)
{
    const char *path = r->uri;

    while (path[0] == '/' && path[1] == '/')
        path++;
    return ap_os_escape_path(r->pool, path, 1);
}

static void read_filter(look_t *look)
{
    ipxe_filter_t *filter = &look->filter;
    apr_int64_t at = ipxe_form_number(look->args, "page");

    filter->site = look->serving->settings.site;
    filter->text = some(apr_table_get(look->args, "q"));
    filter->state = some(apr_table_get(look->args, "state"));
    filter->machine = ipxe_form_number(look->args, "machine");
    filter->limit = IPXE_PAGE_MACHINES;
    if (at > 1 && at < 1000000)
        filter->offset = (int)(at - 1) * filter->limit;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ipxe_page_choice_t *)a)->name,
                  ((const ipxe_page_choice_t *)b)->name);
}

static apr_array_header_t *list_choices(const ipxe_snapshot_t *set,
                                        apr_pool_t *pool)
{
    apr_array_header_t *list =
        apr_array_make(pool, 16, sizeof(ipxe_page_choice_t));
    apr_hash_index_t *at;

    for (at = set ? apr_hash_first(pool, set->rules->profiles) : NULL; at;
         at = apr_hash_next(at)) {
        const ipxe_profile_t *profile = apr_hash_this_val(at);
        ipxe_page_choice_t *choice = apr_array_push(list);

        choice->name = profile->name;
        choice->install = profile->install;
    }
    qsort(list->elts, (size_t)list->nelts, sizeof(ipxe_page_choice_t), by_name);
    return list;
}

/* What is served, and what does not load. */
static void show_rules(look_t *look)
{
    ipxe_page_t *page = &look->page;
    apr_pool_t *pool = look->r->pool;
    ipxe_status_t status;

    if (look->set)
        page->generation = look->set->generation;
    else
        page->failure = look->serving->failure;
    if (!look->serving->wanted)
        return;
    ipxe_reload_status(&status, look->serving);
    page->loaded = status.loaded;
    if (!status.failing)
        return;
    page->failure = apr_pstrdup(pool, status.failure);
    page->failed = status.failed;
}

static void begin_page(look_t *look)
{
    request_rec *r = look->r;
    ipxe_page_t *page = &look->page;

    page->path = own_path(r);
    page->host = r->server->server_hostname ? r->server->server_hostname
                                            : ap_get_server_name(r);
    page->user = r->user ? r->user : r->useragent_ip;
    page->now = r->request_time;
    page->did = apr_table_get(look->args, "did");
    page->filter = &look->filter;
    page->seen = apr_array_make(r->pool, 0, sizeof(ipxe_seen_t));
    if (ipxe_slots_now(&page->slots_now, look->serving))
        page->slots = look->serving->settings.boot_slots;
    show_rules(look);
}

/* ---- What the state says ---- */

static const char *fault_of(look_t *look, apr_status_t rv)
{
    ipxe_state_health_t health;

    if (APR_STATUS_IS_TIMEUP(rv))
        return "It does not answer.";
    ipxe_state_health(&health, look->state, look->r->pool);
    return some(health.why) ? health.why : "It answers with an error.";
}

static apr_status_t ask_held(look_t *look)
{
    ipxe_filter_t filter = look->filter;
    apr_array_header_t *held;
    apr_status_t rv;
    int total;

    if (look->filter.text || look->filter.offset || look->filter.state)
        return APR_SUCCESS;
    filter.state = "held";
    filter.limit = IPXE_PAGE_HELD;
    rv = ipxe_state_list(&held, &total, look->state, &filter, look->page.now,
                         look->r->pool);
    if (rv == APR_SUCCESS)
        look->page.held = held;
    return rv;
}

static apr_status_t ask_overview(look_t *look)
{
    apr_array_header_t *hourly;
    apr_status_t rv =
        ipxe_state_hourly(&hourly, look->state, look->filter.site,
                          IPXE_PAGE_HOURS, look->page.now, look->r->pool);

    if (rv == APR_SUCCESS) {
        look->page.hourly = hourly;
        rv = ask_held(look);
    }
    return rv;
}

static apr_status_t ask_timeline(look_t *look)
{
    apr_array_header_t *events;
    apr_status_t rv = APR_NOTFOUND;

    if (look->page.seen->nelts)
        rv = ipxe_state_timeline(&events, look->state, look->filter.machine,
                                 look->r->pool);
    if (rv != APR_SUCCESS)
        return rv;
    look->page.events = events;
    look->page.machine = &APR_ARRAY_IDX(look->page.seen, 0, ipxe_seen_t);
    return APR_SUCCESS;
}

static apr_status_t ask_hooks(look_t *look)
{
    apr_status_t rv;

    if (!look->serving->hooks)
        return APR_SUCCESS;
    rv = ipxe_state_waiting(&look->hooks, look->state, look->filter.site,
                            look->r->pool);
    if (rv == APR_SUCCESS)
        look->page.hooks = &look->hooks;
    return rv;
}

static apr_status_t ask(look_t *look)
{
    ipxe_page_t *page = &look->page;
    apr_pool_t *pool = look->r->pool;
    apr_array_header_t *seen;
    apr_table_t *counts;
    /* What was done just now is to be seen. */
    apr_status_t rv = ipxe_tally_counts(&counts, look->state, look->filter.site,
                                        page->did != NULL, pool);

    if (rv != APR_SUCCESS)
        return rv;
    page->counts = counts;
    rv = ask_hooks(look);
    if (rv != APR_SUCCESS)
        return rv;
    rv = ipxe_state_list(&seen, &page->total, look->state, &look->filter,
                         page->now, pool);
    if (rv != APR_SUCCESS)
        return rv;
    ipxe_slots_tell(seen, look->serving, pool);
    page->seen = seen;
    return look->filter.machine ? ask_timeline(look) : ask_overview(look);
}

/* ---- GET ---- */

static int wants_json(const look_t *look)
{
    const char *format = apr_table_get(look->args, "format");
    const char *accept = apr_table_get(look->r->headers_in, "Accept");

    if (format)
        return strcmp(format, "json") == 0;
    return accept && ap_strcasestr(accept, "application/json");
}

static int show(look_t *look)
{
    request_rec *r = look->r;
    apr_status_t rv = APR_SUCCESS;

    begin_page(look);
    if (look->state)
        rv = ask(look);
    else
        look->page.state_fault = "None is kept by this server.";
    if (rv == APR_NOTFOUND)
        return refuse(r, HTTP_NOT_FOUND, "No such machine",
                      "It is not known here, or forgotten.");
    if (rv != APR_SUCCESS)
        look->page.state_fault = fault_of(look, rv);
    if (wants_json(look))
        return answer(r, HTTP_OK, "application/json",
                      ipxe_page_json(&look->page, r->pool));
    look->page.choices = list_choices(look->set, r->pool);
    if (look->state)
        look->page.token = ipxe_guard_token(r, &look->serving->settings);
    return answer(r, HTTP_OK, "text/html; charset=utf-8",
                  ipxe_page_html(&look->page, r->pool));
}

/* ---- POST ---- */

static int lead_back(request_rec *r, apr_int64_t machine, const char *did)
{
    const char *path = own_path(r);

    apr_table_setn(r->headers_out, "Location",
                   machine
                       ? apr_psprintf(r->pool,
                                      "%s?machine=%" APR_INT64_T_FMT "&did=%s",
                                      path, machine, did)
                       : apr_pstrcat(r->pool, path, "?did=", did, NULL));
    return refuse(r, HTTP_SEE_OTHER, "Done", "The page goes on by itself.");
}

static int act(look_t *look)
{
    request_rec *r = look->r;
    const char *body, *why, *did;
    const apr_table_t *form;
    apr_int64_t machine;
    int status = ipxe_body_read(&body, r);

    if (status != OK)
        return status;
    form = ipxe_form_parse(body, r->pool);
    why = ipxe_guard_refusal(r, &look->serving->settings,
                             apr_table_get(form, "token"));
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "a form was not obeyed: %s", why);
        return refuse(r, HTTP_FORBIDDEN, "Not done",
                      apr_pstrcat(r->pool, "Nothing was changed: ", why,
                                  ". Load the page anew and try again.", NULL));
    }
    did = ipxe_status_act(&machine, r, look->state, look->set,
                          look->filter.site, form);
    return lead_back(r, machine, did);
}

/* ---- The handler ---- */

static int refuse_host(request_rec *r)
{
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "the status page was asked by another name than the "
                  "server's: set ServerName or ServerAlias");
    return refuse(r, HTTP_MISDIRECTED_REQUEST, "Not by this name",
                  "This page answers to its server's ServerName and "
                  "ServerAlias, and to addresses.");
}

int ipxe_status_handle(request_rec *r)
{
    look_t look;

    if (!r->handler || strcmp(r->handler, "ipxe-status") != 0)
        return DECLINED;
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, M_POST, -1);
    if (r->method_number != M_GET && r->method_number != M_POST)
        return HTTP_METHOD_NOT_ALLOWED;
    memset(&look, 0, sizeof(look));
    look.r = r;
    look.serving = ipxe_server_get(r->server)->serving;
    if (!look.serving)
        return HTTP_SERVICE_UNAVAILABLE;
    set_headers(r);
    if (!ipxe_guard_host(r))
        return refuse_host(r);
    look.set = ipxe_serving_take(look.serving, r->pool);
    look.state = ipxe_serving_state(look.serving);
    look.args = ipxe_form_parse(r->args, r->pool);
    read_filter(&look);
    return r->method_number == M_POST ? act(&look) : show(&look);
}
