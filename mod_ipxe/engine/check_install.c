/* SPDX-License-Identifier: Apache-2.0 */
/* What installs, checked at load. */
#include "engine/check_install.h"

#include <string.h>

#include "rules/recipe.h"

/* A computed stage may be any. */
static void see_call(void *baton, const char *function, const char *literal,
                     int argc, ipxe_span_t span)
{
    int *reports = baton;

    (void)argc;
    (void)span;
    if (strcmp(function, "report") == 0 &&
        (!literal || strcmp(literal, "installed") == 0))
        *reports = 1;
}

static void check_profile(const ipxe_profile_t *profile, ipxe_diags_t *diags)
{
    int reports = 0;

    if (!profile->install || (profile->report && profile->report->none))
        return;
    ipxe_profile_calls(profile, see_call, &reports);
    if (reports)
        return;
    ipxe_diag_help(
        ipxe_diag_add(diags, IPXE_DIAG_NEVER_REPORTS, profile->span,
                      "profile '%s' installs, and no answer file of it ever "
                      "reports 'installed'",
                      profile->name),
        "write {{ report('installed') }} at the end of its last script, or "
        "`report: none` where that is meant");
}

/* A machine may come to any by a name that it says. */
void ipxe_check_reports(const ipxe_rules_t *rules, apr_hash_t *reached,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_hash_index_t *each = apr_hash_first(pool, rules->profiles);

    for (; each; each = apr_hash_next(each)) {
        const ipxe_profile_t *profile = apr_hash_this_val(each);

        if (!profile->extended ||
            apr_hash_get(reached, profile->name, APR_HASH_KEY_STRING))
            check_profile(profile, diags);
    }
}

void ipxe_check_stateless(const ipxe_snapshot_t *set,
                          const ipxe_decision_t *decision, ipxe_diags_t *diags)
{
    const ipxe_profile_t *profile = decision->action.profile;

    if (!set->settings->stateless || !profile || !profile->install ||
        (decision->rule && decision->rule->reinstall_always))
        return;
    ipxe_diag_help(
        ipxe_diag_add(diags, IPXE_DIAG_NO_STATE,
                      decision->item ? decision->item->span
                                     : decision->action.span,
                      "this server keeps no state, and would install '%s' at "
                      "every boot",
                      profile->name),
        "let the rule say `reinstall: always` where that is meant, else drop "
        "IPXEState none");
}
