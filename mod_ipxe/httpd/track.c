/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a download that a script's own URL began. */
#include "httpd/track.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_optional.h>
#include <apr_strings.h>

#include "httpd/serving.h"
#include "httpd/state.h"
#include "httpd/track_tree.h"

/* An address has 6, 8 or 20 octets. */
#define MOST_DIGITS 40

APR_DECLARE_OPTIONAL_FN(apr_off_t, ap_logio_get_last_bytes, (conn_rec * c));
static APR_OPTIONAL_FN_TYPE(ap_logio_get_last_bytes) * last_bytes;

void ipxe_track_start(void)
{
    last_bytes = APR_RETRIEVE_OPTIONAL_FN(ap_logio_get_last_bytes);
}

/* "k525400123456" behind the argument's name; NULL where it is not there. */
static const char *mark_of(const char *args, apr_pool_t *pool)
{
    static const char name[] = IPXE_TRACK_ARG "=";
    const char *at = args;
    apr_size_t len;

    if (!at || strncmp(at, name, sizeof(name) - 1) != 0)
        return NULL;
    at += sizeof(name) - 1;
    len = strspn(at, "0123456789abcdefkil");
    if (at[len] || len < 2 || len > MOST_DIGITS + 1 || !strchr("kil", *at))
        return NULL;
    return apr_pstrmemdup(pool, at, len);
}

/* What a broken connection was given is known to mod_logio alone. */
apr_off_t ipxe_tracked_bytes(const request_rec *r)
{
    return last_bytes ? last_bytes(r->connection) : r->bytes_sent;
}

int ipxe_tracked_whole(const request_rec *r)
{
    return !r->connection->aborted &&
           (r->status == HTTP_OK || r->status == HTTP_PARTIAL_CONTENT);
}

const ipxe_machine_t *ipxe_tracked_machine(const char *card, apr_pool_t *pool)
{
    ipxe_machine_input_t nothing;
    ipxe_machine_t *machine;

    memset(&nothing, 0, sizeof(nothing));
    machine = ipxe_machine_parse(&nothing, pool);
    ipxe_machine_set(machine, IPXE_FACT_MAC, card);
    return ipxe_machine_fact(machine, IPXE_FACT_MAC) ? machine : NULL;
}

int ipxe_tracked(ipxe_tracked_t *tracked, const request_rec *r)
{
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    const char *mark;

    if (!r->args || !serving || !serving->settings.track || r->header_only ||
        r->method_number != M_GET)
        return 0;
    mark = mark_of(r->args, r->pool);
    if (!mark)
        return 0;
    tracked->what = *mark;
    tracked->machine = ipxe_tracked_machine(mark + 1, r->pool);
    return tracked->machine != NULL;
}

static void tell(request_rec *r, ipxe_state_t *state,
                 const ipxe_tracked_t *tracked)
{
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    ipxe_event_t event;

    memset(&event, 0, sizeof(event));
    event.who.site = serving->settings.site;
    event.who.machine = tracked->machine;
    event.kind =
        tracked->what == 'k' ? IPXE_EVENT_KERNEL : IPXE_EVENT_INITRD;
    event.bytes = ipxe_tracked_bytes(r);
    event.complete = ipxe_tracked_whole(r);
    event.percent = -1;
    event.when = r->request_time;
    ipxe_state_watch(state, &event);
}

int ipxe_track(request_rec *r)
{
    ipxe_tracked_t tracked;
    ipxe_state_t *state;

    if (!ipxe_tracked(&tracked, r)) {
        ipxe_track_tree(r);
        return DECLINED;
    }
    state = ipxe_serving_state(ipxe_server_get(r->server)->serving);
    if (state)
        tell(r, state, &tracked);
    return DECLINED;
}
