/* SPDX-License-Identifier: Apache-2.0 */
/* Rendering everything for sample machines at load, so that what cannot be
 * rendered fails the configuration check and not a machine at night. Private
 * to the engine. */
#ifndef IPXE_ENGINE_CHECK_H
#define IPXE_ENGINE_CHECK_H

#include "engine/engine.h"

/* Renders each profile, menu and answer file along every way that leads to
 * it, for each platform that the way allows: with the facts that the way
 * demands alone, and with all. Ways alike are rendered once. What fails is
 * added to diags. */
void ipxe_check_samples(const ipxe_snapshot_t *set, ipxe_diags_t *diags);

/* A file below the DocumentRoot that a sample machine would fetch. */
typedef struct ipxe_named_file_t {
    const char *path;
    int tree;         /* what Anaconda installs from, not a file of its own */
    ipxe_span_t span; /* of the profile, or of the rule where there is none, or
                         of the line of a template that fetches it */
} ipxe_named_file_t;

/* Once more all ways, for the files, each path once, sorted: array of
 * ipxe_named_file_t. Paths in which something stands that the sample says of
 * itself are left out: for other machines they are others. */
apr_array_header_t *ipxe_check_files(const ipxe_snapshot_t *set,
                                     apr_pool_t *pool);

/* The same, and what is doubtful of the words of command lines and of answer
 * files is added to diags. */
apr_array_header_t *ipxe_check_doubts(const ipxe_snapshot_t *set,
                                      ipxe_diags_t *diags, apr_pool_t *pool);

/* Nonzero where the file lies in a folder ("OS/rocky/9/"; NULL: none) that is
 * not there and is named at the same place: that is said already. */
int ipxe_check_below(const ipxe_named_file_t *file,
                     const ipxe_named_file_t *folder);

#endif
