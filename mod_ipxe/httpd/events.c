/* SPDX-License-Identifier: Apache-2.0 */
/* From an answered request to events of a timeline. */
#include "httpd/events.h"

#include <apr_strings.h>

#include "httpd/handler.h"
#include "httpd/state.h"

/* The request that was answered, at the end of internal redirects. */
static request_rec *last_of(request_rec *r)
{
    while (r->next)
        r = r->next;
    return r;
}

/* "boot rocky-9", "menu main", "local" */
static const char *given(const ipxe_decision_t *decision, apr_pool_t *pool)
{
    const ipxe_action_t *action = &decision->action;
    const char *name = ipxe_action_name(action->kind);

    if (action->profile)
        return apr_pstrcat(pool, name, " ", action->profile->name, NULL);
    if (action->menu)
        return apr_pstrcat(pool, name, " ", action->menu->name, NULL);
    if (decision->reason)
        return apr_pstrcat(pool, name, ": ", decision->reason, NULL);
    return name;
}

static void fill(ipxe_event_t *event, const ipxe_visit_t *visit,
                 ipxe_event_e kind)
{
    const ipxe_answer_t *answer = &visit->answer;
    const ipxe_decision_t *decision = answer->decision;

    memset(event, 0, sizeof(*event));
    event->kind = kind;
    event->when = visit->request.now;
    event->percent = -1;
    event->who.site = visit->server->serving->settings.site;
    event->who.machine = answer->machine;
    if (!decision)
        return;
    event->who.host = decision->host ? decision->host->name : NULL;
    event->rule = decision->rule ? decision->rule->name : NULL;
    if (decision->action.profile)
        event->profile = decision->action.profile->name;
}

static void see_script(ipxe_state_t *state, const ipxe_visit_t *visit,
                       int arrived, apr_pool_t *pool)
{
    ipxe_event_t event;

    fill(&event, visit, IPXE_EVENT_ASKED);
    event.text = event.rule;
    ipxe_state_watch(state, &event);
    if (!arrived)
        return;
    fill(&event, visit, IPXE_EVENT_SCRIPT);
    event.text = given(visit->answer.decision, pool);
    event.when++;
    ipxe_state_watch(state, &event);
}

static void see_answers(ipxe_state_t *state, const ipxe_visit_t *visit)
{
    ipxe_event_t event;

    fill(&event, visit, IPXE_EVENT_ANSWERS);
    event.text = visit->request.target.name;
    ipxe_state_watch(state, &event);
}

/* A script that came of a decision: neither one that asks who is there, nor a
 * 503 to one that waits. */
static int is_script(const ipxe_visit_t *visit)
{
    static const ipxe_route_e routes[] = {IPXE_ROUTE_ENTRY, IPXE_ROUTE_GRUB,
                                          IPXE_ROUTE_MENU, IPXE_ROUTE_ITEM,
                                          IPXE_ROUTE_WAIT};
    apr_size_t i;

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
        if (visit->request.target.route == routes[i])
            return visit->answer.decision && visit->answer.status == HTTP_OK &&
                   strcmp(visit->answer.stage, "identify") != 0;
    return 0;
}

int ipxe_events_log(request_rec *first)
{
    request_rec *r = last_of(first);
    const ipxe_visit_t *visit = ipxe_visit_get(r);
    ipxe_state_t *state;

    if (!visit || !visit->answer.stage || r->header_only)
        return DECLINED;
    state = ipxe_serving_state(visit->server->serving);
    if (!state)
        return DECLINED;
    if (is_script(visit))
        see_script(state, visit, !r->connection->aborted, r->pool);
    else if (visit->request.target.route == IPXE_ROUTE_ANSWERS &&
             visit->answer.status == HTTP_OK && !r->connection->aborted)
        see_answers(state, visit);
    return DECLINED;
}
