/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers from one pool to another. */
#include "state/copy.h"

#include <apr_strings.h>

static const char *copy(const char *text, apr_pool_t *pool)
{
    return apr_pstrdup(pool, text); /* NULL stays NULL */
}

static const ipxe_machine_t *machine_copy(const ipxe_machine_t *from,
                                          apr_pool_t *pool)
{
    ipxe_machine_t *to = apr_pcalloc(pool, sizeof *to);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        to->facts[i].state = from->facts[i].state;
        to->facts[i].text = copy(from->facts[i].text, pool);
    }
    to->mac_count = from->mac_count;
    for (i = 0; i < from->mac_count; i++)
        to->macs[i] = copy(from->macs[i], pool);
    to->user_agent = "";
    to->pool = pool;
    return to;
}

void ipxe_who_copy(ipxe_who_t *to, const ipxe_who_t *from, apr_pool_t *pool)
{
    to->site = copy(from->site, pool);
    to->host = copy(from->host, pool);
    to->machine = from->machine ? machine_copy(from->machine, pool) : NULL;
}

void ipxe_wish_copy(ipxe_wish_t *to, const ipxe_wish_t *from, apr_pool_t *pool)
{
    *to = *from;
    ipxe_who_copy(&to->who, &from->who, pool);
    to->profile = copy(from->profile, pool);
    to->by = copy(from->by, pool);
    to->limit_rule = copy(from->limit_rule, pool);
}

void ipxe_report_copy(ipxe_report_t *to, const ipxe_report_t *from,
                      apr_pool_t *pool)
{
    *to = *from;
    ipxe_who_copy(&to->who, &from->who, pool);
    to->profile = copy(from->profile, pool);
    to->text = copy(from->text, pool);
}

static const apr_table_t *table_copy(const apr_table_t *from, apr_pool_t *pool)
{
    return from ? apr_table_clone(pool, from) : NULL;
}

void ipxe_order_copy(ipxe_order_t *to, const ipxe_order_t *from,
                     apr_pool_t *pool)
{
    *to = *from;
    to->site = copy(from->site, pool);
    to->code = copy(from->code, pool);
    ipxe_who_copy(&to->who, &from->who, pool);
    to->profile = copy(from->profile, pool);
    to->vars = table_copy(from->vars, pool);
    to->by = copy(from->by, pool);
}

void ipxe_filter_copy(ipxe_filter_t *to, const ipxe_filter_t *from,
                      apr_pool_t *pool)
{
    *to = *from;
    to->site = copy(from->site, pool);
    to->text = copy(from->text, pool);
    to->state = copy(from->state, pool);
}

void ipxe_event_copy(ipxe_event_t *to, const ipxe_event_t *from,
                     apr_pool_t *pool)
{
    *to = *from;
    ipxe_who_copy(&to->who, &from->who, pool);
    to->rule = copy(from->rule, pool);
    to->profile = copy(from->profile, pool);
    to->text = copy(from->text, pool);
}

/* ---- Answers ---- */

static void install_copy(ipxe_install_t *install, apr_pool_t *pool)
{
    install->profile = copy(install->profile, pool);
    install->by = copy(install->by, pool);
}

static const apr_array_header_t *texts_copy(const apr_array_header_t *from,
                                            apr_pool_t *pool)
{
    apr_array_header_t *to =
        apr_array_make(pool, from->nelts + 1, sizeof(char *));
    int i;

    for (i = 0; i < from->nelts; i++)
        APR_ARRAY_PUSH(to, const char *) =
            copy(APR_ARRAY_IDX(from, i, const char *), pool);
    return to;
}

void ipxe_view_copy(ipxe_view_t *to, const ipxe_view_t *from, apr_pool_t *pool)
{
    *to = *from;
    install_copy(&to->open, pool);
    install_copy(&to->installed, pool);
    to->conflict = copy(from->conflict, pool);
    to->hold_code = copy(from->hold_code, pool);
    to->hold_reason = copy(from->hold_reason, pool);
    to->disarmed = copy(from->disarmed, pool);
    to->release = copy(from->release, pool);
    to->release_by = copy(from->release_by, pool);
    to->release_vars = table_copy(from->release_vars, pool);
    to->next = copy(from->next, pool);
    to->done = texts_copy(from->done, pool);
    to->failed = texts_copy(from->failed, pool);
    to->frozen = copy(from->frozen, pool);
}

void ipxe_ruling_copy(ipxe_ruling_t *to, const ipxe_ruling_t *from,
                      apr_pool_t *pool)
{
    *to = *from;
    install_copy(&to->install, pool);
    to->code = copy(from->code, pool);
    to->reason = copy(from->reason, pool);
    ipxe_view_copy(&to->view, &from->view, pool);
}

void ipxe_seen_copy(ipxe_seen_t *to, const ipxe_seen_t *from, apr_pool_t *pool)
{
    *to = *from;
    to->site = copy(from->site, pool);
    to->host = copy(from->host, pool);
    to->mac = copy(from->mac, pool);
    to->uuid = copy(from->uuid, pool);
    to->serial = copy(from->serial, pool);
    to->manufacturer = copy(from->manufacturer, pool);
    to->product = copy(from->product, pool);
    to->ip = copy(from->ip, pool);
    to->rule = copy(from->rule, pool);
    to->profile = copy(from->profile, pool);
    to->action = copy(from->action, pool);
    to->stage = copy(from->stage, pool);
    to->state = copy(from->state, pool);
    ipxe_view_copy(&to->view, &from->view, pool);
}

void ipxe_notice_copy(ipxe_notice_t *to, const ipxe_notice_t *from,
                      apr_pool_t *pool)
{
    *to = *from;
    to->id = copy(from->id, pool);
    to->site = copy(from->site, pool);
    to->host = copy(from->host, pool);
    to->mac = copy(from->mac, pool);
    to->uuid = copy(from->uuid, pool);
    to->serial = copy(from->serial, pool);
    to->manufacturer = copy(from->manufacturer, pool);
    to->product = copy(from->product, pool);
    to->profile = copy(from->profile, pool);
    to->by = copy(from->by, pool);
    to->code = copy(from->code, pool);
    to->text = copy(from->text, pool);
}
