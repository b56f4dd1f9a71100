/* SPDX-License-Identifier: Apache-2.0 */
/* The checker of iPXE scripts: what would fail on a machine at night, or is
 * not what its writer meant, found before.
 *
 *     site.ipxe:7:6: error: no label ':centos7_9' [unknown-label]
 *         7 | goto centos7_9
 *           |      ^~~~~~~~~
 *
 * A script is looked at by itself: nothing is fetched, and settings that an
 * earlier script left are not known. Commands and options are data (the table
 * of lint_table.c), with the builds of iPXE that have them.
 *
 * Trust: the script may be anybody's; time and memory are in proportion to
 * its bytes. Any thread; one run per pool. */
#ifndef IPXE_SCRIPT_LINT_H
#define IPXE_SCRIPT_LINT_H

#include "base/diag.h"

/* Builds of iPXE: a bit for each release and firmware, as published, with the
 * options of its default configuration. */
typedef apr_uint32_t ipxe_builds_t;
#define IPXE_BUILDS_ALL ((ipxe_builds_t)0x3ff)

/* The builds that a name means: "2019" (Debian 12's), "1.20.1", "1.21.1",
 * "2.0.0", "git", each of them with "-bios" or "-efi" at its end or without.
 * 0: there is no such name. */
ipxe_builds_t ipxe_lint_builds(const char *name);

/* All names, for messages: "2019, 1.20.1, ...". */
const char *ipxe_lint_build_names(void);

/* What is asked of a run. All zero: of no build in particular. */
typedef struct ipxe_lint_wish_t {
    const char *build;    /* as named by the operator, or NULL */
    ipxe_builds_t builds; /* the builds it means; 0 without one */
    int rendered; /* the text was made for one machine from a template: what
                     another machine would get is not in it */
} ipxe_lint_wish_t;

/* An address that the script fetches, as far as it can be known. */
typedef struct ipxe_lint_address_t {
    const char *url; /* settings of the script put in; no "${" left */
    int tree;        /* what Anaconda installs from */
    int later;       /* the kernel's program fetches it, not iPXE */
    ipxe_span_t span;
} ipxe_lint_address_t;

/* Looks at a script. Adds what is found to diags, and where addresses is not
 * NULL the absolute ones it fetches: array of ipxe_lint_address_t. */
void ipxe_lint(const ipxe_source_t *source, const ipxe_lint_wish_t *wish,
               apr_array_header_t *addresses, ipxe_diags_t *diags,
               apr_pool_t *pool);

/* Nonzero where a text begins like an iPXE script, or would if a comment or
 * blank lines before were not there. */
int ipxe_lint_is_script(const char *text);

/* ---- Words of a kernel's command line ---- */

/* What is doubtful of the words of a kernel's command line that are read by
 * installers and live systems (facts of their own sources): a seed of
 * cloud-init without its slash, an address that lacks the ending by which it
 * is known, ... `spans`: of each word, or NULL: all stand at `span`. */
void ipxe_lint_kernel_words(const char *const *words, const ipxe_span_t *spans,
                            int count, ipxe_span_t span, ipxe_diags_t *diags);

#endif
