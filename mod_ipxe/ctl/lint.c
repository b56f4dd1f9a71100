/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl lint: scripts of iPXE by themselves. */
#include "ctl/ctl.h"
#include "script/lint.h"

#include <string.h>

static ipxe_exit_e read_wish(ipxe_lint_wish_t *wish, const ipxe_ctl_t *ctl)
{
    memset(wish, 0, sizeof(*wish));
    wish->build = ipxe_ctl_value(ctl, IPXE_OPT_BUILD);
    if (!wish->build)
        return IPXE_EXIT_FINE;
    wish->builds = ipxe_lint_builds(wish->build);
    if (wish->builds)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("--build is one of %s, not '%s'", ipxe_lint_build_names(),
                      wish->build);
    return IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_lint(ipxe_ctl_t *ctl)
{
    ipxe_diags_t *found = ipxe_diags_make(ctl->pool);
    ipxe_lint_wish_t wish;
    ipxe_exit_e code = read_wish(&wish, ctl);
    int i;

    if (code != IPXE_EXIT_FINE)
        return code;
    if (ctl->args->nelts == 0) {
        ipxe_ctl_complain("which script? 'ipxectl lint SCRIPT...'");
        return IPXE_EXIT_USAGE;
    }
    for (i = 0; i < ctl->args->nelts; i++) {
        const ipxe_source_t *source =
            ipxe_ctl_read_file(APR_ARRAY_IDX(ctl->args, i, const char *),
                               IPXE_MAX_TEMPLATE_FILE, found, ctl->pool);

        if (source)
            ipxe_lint(source, &wish, NULL, found, ctl->pool);
    }
    return ipxe_ctl_findings(ctl, found, "no errors");
}
