/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl render: what HTTP would send to that machine, byte for byte. */
#include "ctl/state.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* Which address is asked: the entry, GRUB's, a menu, an item or answers. */
static ipxe_exit_e set_target(ipxe_target_t *target, const ipxe_ctl_t *ctl)
{
    const char *choice = ipxe_ctl_value(ctl, IPXE_OPT_CHOOSE);
    const char *slash = choice ? strchr(choice, '/') : NULL;

    target->name = ipxe_ctl_value(ctl, IPXE_OPT_ANSWERS);
    target->menu = choice;
    if (slash) {
        target->menu =
            apr_pstrmemdup(ctl->pool, choice, (apr_size_t)(slash - choice));
        target->item = slash + 1;
    }
    if (target->name)
        target->route = IPXE_ROUTE_ANSWERS;
    else if (choice)
        target->route = slash ? IPXE_ROUTE_ITEM : IPXE_ROUTE_MENU;
    if (!ctl->given[IPXE_OPT_GRUB])
        return IPXE_EXIT_FINE;
    if (target->route != IPXE_ROUTE_ENTRY) {
        ipxe_ctl_complain("--grub goes with neither --answers nor --choose");
        return IPXE_EXIT_USAGE;
    }
    target->route = IPXE_ROUTE_GRUB;
    return IPXE_EXIT_FINE;
}

/* A body that HTTP would not send with 200 goes to stderr, so that who
 * redirects stdout to a file has no half of an answer in it. */
static ipxe_exit_e print(ipxe_answer_t *answer, apr_pool_t *pool)
{
    FILE *out = answer->status == 200 ? stdout : stderr;

    ipxe_ctl_diags(answer->diags, 1, pool);
    fwrite(answer->body->data, 1, answer->body->len, out);
    if (answer->status != 200)
        ipxe_ctl_complain("HTTP would answer with status %d", answer->status);
    return answer->status == 200 && !answer->diags->errors ? IPXE_EXIT_FINE
                                                           : IPXE_EXIT_WRONG;
}

ipxe_exit_e ipxe_ctl_render(ipxe_ctl_t *ctl)
{
    ipxe_snapshot_t *set;
    ipxe_request_t request;
    ipxe_answer_t answer;
    ipxe_exit_e code = ipxe_ctl_load(&set, ctl, 1);

    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_request(&request, ctl, set);
    if (code == IPXE_EXIT_FINE)
        code = set_target(&request.target, ctl);
    if (code != IPXE_EXIT_FINE)
        return code;
    request.keeper = ipxe_ctl_keeper(ctl);
    request.head = 1;
    ipxe_engine_answer(&answer, set, &request, ctl->pool);
    return print(&answer, ctl->pool);
}
