/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and reading the files of a rule set: for the engine and for
 * ipxectl, which reads templates by themselves. */
#ifndef IPXE_ENGINE_FILES_H
#define IPXE_ENGINE_FILES_H

#include "base/diag.h"
#include "rules/kept.h"
#include "template/template.h"

/* Reads rule files (large ones by way of `kept`, which may be NULL:
 * rules/kept.h): a path is a file, or a folder in which every *.yaml and
 * *.yml counts, in byte order of its name, but *.test.yaml and names that
 * begin with a dot. Adds const ipxe_source_t * to `sources`; what cannot be
 * read is a diagnostic. */
void ipxe_files_rules(apr_array_header_t *sources,
                      const apr_array_header_t *paths, ipxe_kept_t *kept,
                      ipxe_diags_t *diags, apr_pool_t *pool);

/* Reads files of tests likewise: of a folder every *.test.yaml and
 * *.test.yml. `named`: the paths are what somebody asked to be tested, so a
 * file counts whatever its name; else they are those of rules, whose files
 * hold no tests. */
void ipxe_files_tests(apr_array_header_t *sources,
                      const apr_array_header_t *paths, int named,
                      ipxe_diags_t *diags, apr_pool_t *pool);

/* Nonzero for a name that counts as a rule file in a folder. */
int ipxe_files_is_rules(const char *name);

/* Reads every file below a folder: adds to `sources`, and to `names` its path
 * below the folder (const char *). Names that begin with a dot do not count.
 */
void ipxe_files_below(apr_array_header_t *sources, apr_array_header_t *names,
                      const char *folder, ipxe_diags_t *diags,
                      apr_pool_t *pool);

/* Reads every file below a folder into the library, and adds its source to
 * `sources`. Names that begin with a dot do not count. */
void ipxe_files_templates(apr_array_header_t *sources, ipxe_library_t *library,
                          const char *folder, ipxe_diags_t *diags,
                          apr_pool_t *pool);

/* Reads a file of at most `most` bytes that a rule file names, and adds its
 * source to `sources`, each path once. NULL: the diagnostic at `span` was
 * added. */
const ipxe_source_t *ipxe_files_named(apr_array_header_t *sources,
                                      const char *path, apr_size_t most,
                                      ipxe_span_t span, ipxe_diags_t *diags,
                                      apr_pool_t *pool);

#endif
