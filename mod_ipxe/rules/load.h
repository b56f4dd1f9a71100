/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files to a rule set: read, bound, linked and checked for what can be
 * known without rendering. Reading files is the caller's: it hands in
 * sources, so that a published set, a test and a fuzzer load the same way. */
#ifndef IPXE_RULES_LOAD_H
#define IPXE_RULES_LOAD_H

#include "rules/model.h"

typedef struct ipxe_rules_input_t {
    const apr_array_header_t *sources; /* of const ipxe_source_t *: the rule
                                          files, in the order they count */
    ipxe_library_t *library;           /* all templates were added to it */
    const apr_array_header_t *settings_vars; /* of const char *: NAME, VALUE,
                                                NAME, VALUE, ... or NULL */
    /* Reads a file that a secret names (`file:PATH`). NULL: it cannot be
     * read, and the diagnostic at `span` was added. May be NULL. */
    const ipxe_source_t *(*read)(void *baton, const char *path,
                                 ipxe_span_t span, ipxe_diags_t *diags);
    void *baton;
    int checked; /* the same bytes were loaded before, and were good: hosts of
                    compiled files are not held against each other again */
    const apr_array_header_t *providers; /* of const ipxe_host_provider_t *, as
                                            in ipxe_rules_t; NULL: hosts are in
                                            the files alone */
} ipxe_rules_input_t;

/* The rule set, or NULL where there is an error among the diagnostics that
 * were added. All errors of all files are reported in one call. Names in
 * expressions and templates are linked here; rendering for sample machines is
 * the engine's (engine/check.h). */
ipxe_rules_t *ipxe_rules_load(const ipxe_rules_input_t *input,
                              ipxe_diags_t *diags, apr_pool_t *pool);

/* What of a profile fits a platform ("pcbios", "efi") and processor
 * ("x86_64"), each NULL where unknown. NULL: it cannot boot there. */
const ipxe_boot_t *ipxe_profile_for(const ipxe_profile_t *profile,
                                    const char *platform, const char *cpu,
                                    apr_pool_t *pool);

/* An item of a menu by its name, or NULL. */
const ipxe_item_t *ipxe_menu_item(const ipxe_menu_t *menu, const char *name);

#endif
