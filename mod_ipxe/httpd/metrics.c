/* SPDX-License-Identifier: Apache-2.0 */
/* Counting answers, and giving out the counts. */
#include "httpd/metrics.h"

#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_status.h>
#include <stdlib.h>

#include "httpd/handler.h"
#include "httpd/metrics_state.h"
#include "httpd/metrics_text.h"
#include "httpd/reload.h"
#include "httpd/serving.h"
#include "httpd/slots.h"

APLOG_USE_MODULE(ipxe);

/* One for the process: made by the parent, the same memory in every child. */
static ipxe_counters_t *counters;

static apr_status_t forget(void *data)
{
    (void)data;
    counters = NULL;
    return APR_SUCCESS;
}

void ipxe_metrics_start(apr_pool_t *pconf)
{
    counters = ipxe_counters_make(pconf);
    if (!counters)
        ap_log_perror(APLOG_MARK, APLOG_WARNING, 0, pconf,
                      "no shared memory for the metrics: answers are not "
                      "counted");
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
}

/* ---- Counting ---- */

void ipxe_metrics_add(ipxe_total_e total, apr_uint64_t n)
{
    if (counters)
        ipxe_counters_add(counters, total, n);
}

static const char *outcome_of(const request_rec *r, const ipxe_answer_t *answer)
{
    if (r->connection->aborted)
        return "broken";
    if (answer->status == HTTP_SERVICE_UNAVAILABLE)
        return "wait";
    if (answer->diags->errors || answer->status >= 500)
        return "failed";
    return answer->status >= 400 ? "refused" : "ok";
}

/* The request that was answered, at the end of internal redirects. */
static const request_rec *last_of(const request_rec *r)
{
    while (r->next)
        r = r->next;
    return r;
}

static int count_answer(request_rec *first)
{
    const request_rec *r = last_of(first);
    const ipxe_visit_t *visit = ipxe_visit_get(r);
    const ipxe_decision_t *decision;
    const char *usec = apr_table_get(r->subprocess_env, "IPXE_USEC");
    ipxe_labels_t labels = {"", "", "", "", ""};

    if (!counters || !visit || !visit->answer.stage)
        return DECLINED;
    decision = visit->answer.decision;
    labels.site = visit->server->serving->settings.site;
    if (decision && decision->rule)
        labels.rule = decision->rule->name;
    if (decision)
        labels.action = ipxe_action_name(decision->action.kind);
    labels.stage = visit->answer.stage;
    labels.outcome = outcome_of(r, &visit->answer);
    ipxe_counters_answer(counters, &labels, usec ? strtoul(usec, NULL, 10) : 0,
                         r->pool);
    ipxe_metrics_follow(counters, ap_server_conf, r->request_time, r->pool);
    return DECLINED;
}

/* ---- Giving out ---- */

/* Rule sets that differ in what is no tenant's have one site. */
static int is_there(const apr_array_header_t *sets, const char *site)
{
    int i;

    for (i = 0; i < sets->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(sets, i, ipxe_metrics_set_t).site, site) == 0)
            return 1;
    return 0;
}

static void fill_set(ipxe_metrics_set_t *set, const ipxe_serving_t *serving,
                     apr_pool_t *pool)
{
    ipxe_status_t status;

    ipxe_reload_status(&status, serving);
    set->site = serving->settings.site;
    set->number = status.number;
    set->generation =
        status.number ? apr_pstrdup(pool, status.generation) : NULL;
    set->loaded = status.loaded;
    set->failed = status.failing ? status.failed : 0;
}

static apr_array_header_t *collect_slots(server_rec *s, apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_serving_all(s, pool);
    apr_array_header_t *slots =
        apr_array_make(pool, all->nelts, sizeof(ipxe_metrics_slots_t));
    int i, k;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);
        ipxe_metrics_slots_t one = {serving->settings.site,
                                    serving->settings.boot_slots, {0}};

        for (k = 0; k < slots->nelts; k++)
            if (strcmp(APR_ARRAY_IDX(slots, k, ipxe_metrics_slots_t).site,
                       one.site) == 0)
                break;
        if (k == slots->nelts && serving->wanted &&
            ipxe_slots_now(&one.now, serving))
            APR_ARRAY_PUSH(slots, ipxe_metrics_slots_t) = one;
    }
    return slots;
}

static void collect(ipxe_metrics_t *metrics, server_rec *s, apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_serving_all(s, pool);
    apr_array_header_t *sets =
        apr_array_make(pool, all->nelts, sizeof(ipxe_metrics_set_t));
    int i;

    metrics->counters = counters;
    metrics->sets = sets;
    metrics->states = NULL;
    metrics->slots = NULL;
    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);
        ipxe_metrics_set_t *set;

        if (!serving->wanted || is_there(sets, serving->settings.site))
            continue;
        set = apr_array_push(sets);
        memset(set, 0, sizeof(*set));
        fill_set(set, serving, pool);
    }
}

static int handle(request_rec *r)
{
    ipxe_metrics_t metrics;
    ipxe_text_t *text;

    if (!r->handler || strcmp(r->handler, "ipxe-metrics") != 0)
        return DECLINED;
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
    if (r->method_number != M_GET)
        return HTTP_METHOD_NOT_ALLOWED;
    collect(&metrics, ap_server_conf, r->pool);
    metrics.states = ipxe_metrics_states(ap_server_conf, r->pool);
    metrics.slots = collect_slots(ap_server_conf, r->pool);
    if (counters)
        ipxe_metrics_follow(counters, ap_server_conf, r->request_time, r->pool);
    text = ipxe_metrics_text(&metrics, r->pool);
    ap_set_content_type(r, IPXE_METRICS_TYPE);
    ap_set_content_length(r, (apr_off_t)text->len);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    ap_rwrite(text->data, (int)text->len, r);
    return OK;
}

/* ---- /server-status ---- */

static void show_set(request_rec *r, const ipxe_metrics_set_t *set, int plain)
{
    const char *site = *set->site ? set->site : "server";
    const char *generation = set->generation ? set->generation : "none";

    if (plain)
        ap_rprintf(r, "IPXEGeneration[%s]: %s\n", site, generation);
    else
        ap_rprintf(r, "<dt>Rule set of %s: %s</dt>\n",
                   ap_escape_html(r->pool, site), generation);
}

static int show_status(request_rec *r, int flags)
{
    int plain = flags & AP_STATUS_SHORT, i;
    ipxe_metrics_t metrics;
    ipxe_times_t times = {{0}, {0}, 0, 0};

    collect(&metrics, ap_server_conf, r->pool);
    if (counters)
        ipxe_counters_times(&times, counters);
    if (plain)
        ap_rprintf(r, "IPXEAnswers: %" APR_UINT64_T_FMT "\n", times.count);
    else
        ap_rprintf(r,
                   "<hr />\n<h2>mod_ipxe</h2>\n<dl>\n<dt>Answers to machines: "
                   "%" APR_UINT64_T_FMT "</dt>\n",
                   times.count);
    for (i = 0; i < metrics.sets->nelts; i++)
        show_set(r, &APR_ARRAY_IDX(metrics.sets, i, ipxe_metrics_set_t), plain);
    if (!plain)
        ap_rputs("</dl>\n", r);
    return OK;
}

void ipxe_metrics_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(count_answer, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ap, status_hook, show_status, NULL, NULL,
                      APR_HOOK_MIDDLE);
}
