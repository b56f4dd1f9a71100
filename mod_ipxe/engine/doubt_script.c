/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts that profiles come to. */
#include "engine/doubt_script.h"

#include <apr_strings.h>
#include <string.h>

#include "engine/lint.h"

static void note_address(apr_array_header_t *paths,
                         const ipxe_lint_address_t *address,
                         const ipxe_settings_t *settings, const char *base)
{
    const char *path =
        ipxe_lint_served(address->url, base, settings, paths->pool);
    ipxe_fetched_t *fetched;

    if (!path)
        return;
    fetched = apr_array_push(paths);
    fetched->path = path;
    fetched->tree = address->tree;
}

/* What this machine's iPXE cannot fetch. */
static void doubt_address(const ipxe_lint_address_t *address,
                          const ipxe_machine_t *machine,
                          const ipxe_profile_t *profile, ipxe_diags_t *doubts)
{
    if (strncmp(address->url, "https:", 6) == 0 && !address->later &&
        ipxe_text_eq(ipxe_machine_fact(machine, IPXE_FACT_PLATFORM), "pcbios"))
        ipxe_diag_help(ipxe_diag_add(doubts, IPXE_DIAG_NOT_IN_BUILD,
                                     profile->span,
                                     "BIOS builds of iPXE have no HTTPS: "
                                     "'%s' cannot be fetched",
                                     address->url),
                       "give BIOS another address: {pcbios: http://..., "
                       "efi: https://...}");
}

/* What of a written script is the profile's doing. */
static int of_profile(ipxe_code_e code)
{
    return code == IPXE_DIAG_MISSING_INITRD || code == IPXE_DIAG_WIMBOOT_NAME ||
           code == IPXE_DIAG_KERNEL_WORD || code == IPXE_DIAG_NO_BOOTIF;
}

static void doubt_found(const ipxe_diag_t *found, const ipxe_profile_t *profile,
                        ipxe_diags_t *doubts)
{
    ipxe_diag_t *diag;

    if (!of_profile(found->code))
        return;
    diag =
        ipxe_diag_add(doubts, found->code, profile->span, "%s", found->message);
    if (found->code == IPXE_DIAG_NO_BOOTIF)
        ipxe_diag_help(diag, "add \"BOOTIF=01-{{ mac|mac('hyphen') }}\" to its "
                             "args");
    else if (found->help)
        ipxe_diag_help(diag, "%s", found->help);
}

void ipxe_doubt_script(apr_array_header_t *paths,
                       const ipxe_decision_t *decision,
                       const ipxe_writing_t *writing,
                       const ipxe_settings_t *settings, const char *base,
                       ipxe_diags_t *doubts, apr_pool_t *pool)
{
    static const ipxe_lint_wish_t wish = {NULL, 0, 1};
    const ipxe_profile_t *profile = decision->action.profile;
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    ipxe_diags_t *found = ipxe_diags_make(pool);
    apr_array_header_t *addresses =
        apr_array_make(pool, 4, sizeof(ipxe_lint_address_t));
    int i;

    if (ipxe_script_decision(
            ipxe_sink_to_text(text, IPXE_MAX_RENDER_OUTPUT, pool), decision,
            writing) != APR_SUCCESS)
        return;
    ipxe_lint(ipxe_source_make("script", text->data, text->len, pool), &wish,
              addresses, found, pool);
    for (i = 0; i < addresses->nelts; i++)
        note_address(paths, &APR_ARRAY_IDX(addresses, i, ipxe_lint_address_t),
                     settings, base);
    for (i = 0; doubts && i < found->all->nelts; i++)
        doubt_found(APR_ARRAY_IDX(found->all, i, ipxe_diag_t *), profile,
                    doubts);
    for (i = 0; doubts && i < addresses->nelts; i++)
        doubt_address(&APR_ARRAY_IDX(addresses, i, ipxe_lint_address_t),
                      writing->machine, profile, doubts);
}
