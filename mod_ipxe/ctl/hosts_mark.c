/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts import --installed: machines that run already. */
#include <apr_strings.h>
#include <string.h>

#include "ctl/hosts.h"
#include "ctl/state.h"

/* The machine that would say of itself what the host is told by. */
static const ipxe_machine_t *machine_of(const ipxe_host_t *host,
                                        apr_pool_t *pool)
{
    ipxe_text_t *query = ipxe_text_make(256, pool);
    ipxe_machine_input_t input;

    ipxe_ctl_add_host(query, host, pool);
    memset(&input, 0, sizeof(input));
    input.query = query->data;
    input.query_len = query->len;
    return ipxe_machine_parse(&input, pool);
}

ipxe_exit_e ipxe_hosts_mark(ipxe_ctl_state_t *state, const ipxe_host_t *host,
                            apr_pool_t *scratch)
{
    ipxe_order_t order;
    apr_int64_t machine;

    memset(&order, 0, sizeof(order));
    order.act = IPXE_ACT_MARK_INSTALLED;
    order.site = order.who.site = state->site;
    order.who.host = host->name;
    order.who.machine = machine_of(host, scratch);
    order.by = state->by;
    order.now = state->now;
    if (state->store->ops->order(&machine, state->store, &order, scratch) ==
        APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("host '%s' cannot be marked as installed: %s", host->name,
                      state->store->why ? state->store->why : "no reason");
    return IPXE_EXIT_CANNOT;
}
