/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl explain: why a machine gets what it gets. */
#include "ctl/state.h"

#include <stdio.h>

ipxe_exit_e ipxe_ctl_explain(ipxe_ctl_t *ctl)
{
    ipxe_snapshot_t *set;
    ipxe_request_t request;
    ipxe_answer_t answer;
    ipxe_exit_e code = ipxe_ctl_load(&set, ctl, 0);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_request(&request, ctl, set);
    if (code != IPXE_EXIT_FINE)
        return code;
    request.target.route = IPXE_ROUTE_EXPLAIN;
    request.json = ipxe_ctl_json(ctl);
    request.colour = ipxe_ctl_colour(0);
    request.keeper = ipxe_ctl_keeper(ctl);
    request.head = 1;
    ipxe_engine_answer(&answer, set, &request, ctl->pool);
    fwrite(answer.body->data, 1, answer.body->len, stdout);
    ipxe_ctl_diags(answer.diags, 1, ctl->pool);
    return answer.diags->errors ? IPXE_EXIT_WRONG : IPXE_EXIT_FINE;
}
