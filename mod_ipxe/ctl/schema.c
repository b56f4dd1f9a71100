/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl schema: what editors ask for. */
#include "ctl/schema.h"

#include <stdio.h>

#include "ctl/ctl.h"

ipxe_exit_e ipxe_ctl_schema(ipxe_ctl_t *ctl)
{
    if (ctl->args->nelts) {
        ipxe_ctl_complain("schema takes no arguments");
        return IPXE_EXIT_USAGE;
    }
    fputs(ipxe_schema_text, stdout);
    return IPXE_EXIT_FINE;
}
