/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl render: what HTTP would send to that machine, byte for byte. */
#include "ctl/ctl.h"

#include <stdio.h>

static ipxe_exit_e check_profile(const ipxe_request_t *request,
                                 const ipxe_snapshot_t *set)
{
    if (!request->profile ||
        apr_hash_get(set->rules->profiles, request->profile,
                     APR_HASH_KEY_STRING))
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("there is no profile '%s'", request->profile);
    return IPXE_EXIT_USAGE;
}

static void set_target(ipxe_request_t *request, const ipxe_ctl_t *ctl)
{
    const char *name = ipxe_ctl_value(ctl, IPXE_OPT_ANSWERS);

    if (ctl->given[IPXE_OPT_GRUB])
        request->target.route = IPXE_ROUTE_GRUB;
    if (name) {
        request->target.route = IPXE_ROUTE_ANSWERS;
        request->target.name = name;
    }
}

/* A body that HTTP would not send with 200 goes to stderr, so that who
 * redirects stdout to a file has no half of an answer in it. */
static ipxe_exit_e print(ipxe_answer_t *answer, apr_pool_t *pool)
{
    FILE *out = answer->status == 200 ? stdout : stderr;

    ipxe_ctl_diags(answer->diags, 1, pool);
    fwrite(answer->body->data, 1, answer->body->len, out);
    if (answer->status != 200)
        ipxe_ctl_complain("HTTP would answer with status %d",
                          answer->status);
    return answer->status == 200 && !answer->diags->errors
               ? IPXE_EXIT_FINE
               : IPXE_EXIT_WRONG;
}

ipxe_exit_e ipxe_ctl_render(ipxe_ctl_t *ctl)
{
    ipxe_snapshot_t *set;
    ipxe_request_t request;
    ipxe_answer_t answer;
    ipxe_exit_e code = ipxe_ctl_load(&set, ctl);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_request(&request, ctl, set);
    if (code == IPXE_EXIT_FINE)
        code = check_profile(&request, set);
    if (code != IPXE_EXIT_FINE)
        return code;
    set_target(&request, ctl);
    ipxe_engine_answer(&answer, set, &request, ctl->pool);
    return print(&answer, ctl->pool);
}
