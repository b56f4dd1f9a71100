/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts and answer files by themselves: the checkers of script/ put to a
 * file, to what a template was rendered to, and to the DocumentRoot. For
 * checks at load and for ipxectl. */
#ifndef IPXE_ENGINE_LINT_H
#define IPXE_ENGINE_LINT_H

#include "engine/engine.h"
#include "script/lint_answers.h"

/* Looks at a file that is served as it is. Addresses in it that lead to this
 * server are sought under the DocumentRoot, where the settings have one. 0:
 * it is of no kind that is known here, nothing was looked at. */
int ipxe_lint_file(const ipxe_source_t *source, const ipxe_settings_t *settings,
                   ipxe_diags_t *diags, apr_pool_t *pool);

/* Looks at a text that was rendered from a template as `kind`; what is found
 * is added at the template's own line, where that is the same, and the
 * addresses that it fetches to `addresses` (of ipxe_lint_address_t), where that
 * is not NULL. */
void ipxe_lint_rendered(const char *text, ipxe_lint_kind_e kind,
                        const ipxe_template_t *template_,
                        apr_array_header_t *addresses, ipxe_diags_t *diags,
                        apr_pool_t *pool);

/* The path below the DocumentRoot, decoded and without its first slash, that
 * an address of a rendered text leads to: below `base`; or on any host that is
 * given by its number, where the path begins with the DocumentRoot's own name
 * and what it means is there ("/data/OS/x" for /data/OS/x). Else NULL. */
const char *ipxe_lint_served(const char *url, const char *base,
                             const ipxe_settings_t *settings, apr_pool_t *pool);

/* Says at `span` that a path below the DocumentRoot, decoded and without its
 * first slash, is not there: 0 then. `tree`: it is what Anaconda installs from,
 * and must have a .treeinfo. */
int ipxe_lint_path(const char *path, int tree, ipxe_span_t span,
                   const char *root, ipxe_diags_t *diags, apr_pool_t *pool);

#endif
