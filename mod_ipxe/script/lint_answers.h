/* SPDX-License-Identifier: Apache-2.0 */
/* The checker of answer files: what would stop an installation that nobody
 * watches, or is not what its writer meant.
 *
 *     site.seed:3:5: warning: 'netcfg/get_hostname' comes too late
 *     [late-answer]
 *
 * Kickstart and preseed are looked at line by line, as their readers do; the
 * user-data of cloud-init is YAML, which engine/lint.h reads. It is no full
 * checker of any of them: ksvalidator, debconf-set-selections -c and
 * cloud-init schema say what their releases take.
 *
 * Trust: the operator's files. Any thread. */
#ifndef IPXE_SCRIPT_LINT_ANSWERS_H
#define IPXE_SCRIPT_LINT_ANSWERS_H

#include "base/diag.h"
#include "script/lint.h"

/* What kind of file a text is, by its own words and its name. */
typedef enum ipxe_lint_kind_e {
    IPXE_LINT_OTHER, /* nothing that is known here */
    IPXE_LINT_SCRIPT,
    IPXE_LINT_KICKSTART,
    IPXE_LINT_PRESEED,
    IPXE_LINT_USER_DATA
} ipxe_lint_kind_e;

ipxe_lint_kind_e ipxe_lint_kind(const char *name, const char *text);

/* What is asked of a run. */
typedef struct ipxe_lint_answers_t {
    int rendered; /* made from a template: its secrets come from elsewhere */
    apr_array_header_t *addresses; /* of trees, as of ipxe_lint; or NULL */
} ipxe_lint_answers_t;

void ipxe_lint_kickstart(const ipxe_source_t *source,
                         const ipxe_lint_answers_t *wish, ipxe_diags_t *diags,
                         apr_pool_t *pool);

void ipxe_lint_preseed(const ipxe_source_t *source,
                       const ipxe_lint_answers_t *wish, ipxe_diags_t *diags,
                       apr_pool_t *pool);

/* ---- What the kinds share ---- */

/* Says that a disk or a card has a fixed name, where the word is one: sda,
 * /dev/vda1, eno1. Nonzero where it is. */
int ipxe_lint_device(const char *word, ipxe_span_t span, ipxe_diags_t *diags);

/* Says that a password or its hash stands in the file, where it does. */
void ipxe_lint_secret(const char *value, ipxe_span_t span, ipxe_diags_t *diags);

/* A word of a line of the source, from `at`; span.begin == span.end: none. */
ipxe_span_t ipxe_lint_next_word(const ipxe_source_t *source, apr_size_t at,
                                apr_size_t end);

/* The text of a span. */
char *ipxe_lint_text(ipxe_span_t span, apr_pool_t *pool);

#endif
