/* SPDX-License-Identifier: Apache-2.0 */
/* From a form to an order to the state. */
#include "httpd/status_act.h"

#include <apr_strings.h>
#include <http_log.h>

#include "httpd/form.h"
#include "httpd/status_guard.h"
#include "httpd/status_page.h"

APLOG_USE_MODULE(ipxe);

/* The machine is one of this tenant's. */
static int is_ours(request_rec *r, ipxe_state_t *state, const char *site,
                   apr_int64_t machine)
{
    apr_array_header_t *seen;
    ipxe_filter_t filter;
    int total;

    memset(&filter, 0, sizeof(filter));
    filter.site = site;
    filter.machine = machine;
    filter.limit = 1;
    return machine > 0 &&
           ipxe_state_list(&seen, &total, state, &filter, r->request_time,
                           r->pool) == APR_SUCCESS &&
           seen->nelts == 1;
}

static const char *field(const apr_table_t *form, const char *name)
{
    const char *text = apr_table_get(form, name);

    return text ? text : "";
}

/* What of the form cannot be taken, as a word for the page; NULL: nothing. */
static const char *read_order(ipxe_order_t *order, const ipxe_deed_t *deed,
                              const ipxe_snapshot_t *set,
                              const apr_table_t *form, apr_pool_t *pool)
{
    const char *profile = field(form, "profile");
    apr_table_t *vars = apr_table_make(pool, 4);
    const ipxe_profile_t *found = NULL;

    if (deed->sure && strcmp(field(form, "sure"), "yes") != 0)
        return "unsure";
    if (!ipxe_form_vars(vars, form, "set"))
        return "bad-vars";
    if (*profile && set)
        found = apr_hash_get(set->rules->profiles, profile,
                             APR_HASH_KEY_STRING);
    if (*profile && !found)
        return "no-profile";
    if (found && deed->act == IPXE_ACT_ARM && !found->install)
        return "no-install";
    order->act = deed->act;
    order->vars = apr_table_elts(vars)->nelts ? vars : NULL;
    if (deed->profile)
        order->profile = *profile || deed->act != IPXE_ACT_ARM ? profile : NULL;
    return NULL;
}

static void log_act(request_rec *r, const ipxe_order_t *order,
                    const ipxe_deed_t *deed, apr_status_t rv)
{
    const char *profile = order->profile ? order->profile : "";
    const char *machine =
        order->machine ? apr_psprintf(r->pool, ", machine %" APR_INT64_T_FMT,
                                      order->machine)
                       : "";

    ap_log_rerror(APLOG_MARK, rv == APR_SUCCESS ? APLOG_NOTICE : APLOG_ERR, rv,
                  r, "%s: %s%s%s%s",
                  ipxe_text_ascii(ipxe_guard_who(r), r->pool), deed->word,
                  machine, *profile ? ", profile " : "", profile);
}

const char *ipxe_status_act(apr_int64_t *machine, request_rec *r,
                            ipxe_state_t *state, const ipxe_snapshot_t *set,
                            const char *site, const apr_table_t *form)
{
    const ipxe_deed_t *deed = ipxe_deed_find(apr_table_get(form, "act"));
    const char *fault;
    ipxe_order_t order;
    apr_status_t rv;

    *machine = 0;
    if (!deed || !state)
        return "refused";
    memset(&order, 0, sizeof(order));
    order.site = site;
    order.who.site = site;
    order.now = r->request_time;
    order.by = r->user ? r->user : r->useragent_ip;
    fault = read_order(&order, deed, set, form, r->pool);
    if (deed->machine) {
        order.machine = ipxe_form_number(form, "machine");
        if (!is_ours(r, state, site, order.machine))
            return "unknown";
        *machine = deed->act == IPXE_ACT_FORGET_ALL ? 0 : order.machine;
    }
    if (fault)
        return fault;
    rv = ipxe_state_order(&order.machine, state, &order, r->pool);
    log_act(r, &order, deed, rv);
    if (rv == APR_NOTFOUND)
        return "unknown";
    if (APR_STATUS_IS_TIMEUP(rv))
        return "unanswered";
    return rv == APR_SUCCESS ? deed->word : "refused";
}
