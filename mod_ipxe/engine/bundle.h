/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that a rule set is made from: read once, from where an operator
 * edits them or from a published set, and kept with the set.
 *
 * Lifetime: its pool's. */
#ifndef IPXE_ENGINE_BUNDLE_H
#define IPXE_ENGINE_BUNDLE_H

#include "engine/engine.h"

struct ipxe_bundle_t {
    /* Of const ipxe_source_t *: rule files in the order they count, then
     * templates, then files that rules name (`file:PATH`), which the load
     * adds. A source's name is the path of the live file. */
    apr_array_header_t *sources;
    int rules;                     /* how many of these are rule files */
    apr_array_header_t *templates; /* of const char *: the templates' paths
                                      below their folder */
    apr_array_header_t *asked;     /* of const char *: paths of files that
                                      rules name, read or not */
};

ipxe_bundle_t *ipxe_bundle_make(apr_pool_t *pool);

/* Reads what the settings name; what cannot be read is a diagnostic. */
ipxe_bundle_t *ipxe_bundle_read(const ipxe_settings_t *settings,
                                ipxe_diags_t *diags, apr_pool_t *pool);

/* Hashes a rule file that may stay from set to set; whoever reads one calls it
 * before anybody else can know the source. */
void ipxe_bundle_note(const ipxe_source_t *source);

/* The path of a source below its folder: of a template what rules call it,
 * of all else its file's name. */
const char *ipxe_bundle_label(const ipxe_bundle_t *bundle, int number);

/* SHA-256 of all labels and bytes, and of the variables (NULL: of none), in
 * hex: 64 digits. */
const char *ipxe_bundle_hash(const ipxe_bundle_t *bundle,
                             const apr_array_header_t *vars, apr_pool_t *pool);

#endif
