/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: what is wrong, where, and what to do about it, as data.
 *
 *     rules/10-site.yaml:12:5: error: unknown key 'kernal' [unknown-key]
 *        12 |     kernal: vmlinuz
 *           |     ^~~~~~
 *     help: did you mean 'kernel'?
 *     rules/10-site.yaml:9:3: note: in this profile
 *         9 |   memtest:
 *           |   ^~~~~~~
 *
 * A message is lower case with no full stop and says what is wrong first; the
 * help says what to do. All diagnostics of a run are collected; nobody stops
 * at the first. No part of the core prints one: the command and the module do.
 */
#ifndef IPXE_BASE_DIAG_H
#define IPXE_BASE_DIAG_H

#include "base/diag_codes.h"
#include "base/source.h"
#include "base/text.h"

typedef enum ipxe_severity_e {
    IPXE_SEVERITY_ERROR,   /* the configuration is refused */
    IPXE_SEVERITY_WARNING, /* it works, perhaps not as meant */
    IPXE_SEVERITY_NOTE     /* a second place that belongs to one of these */
} ipxe_severity_e;

/* IPXE_DIAG_UNKNOWN_KEY, ...: one for each row of diag_codes.h. */
typedef enum ipxe_code_e {
#define X(name, slug, severity, about) IPXE_DIAG_##name,
    IPXE_DIAG_CODES(X)
#undef X
        IPXE_DIAG_CODE_COUNT
} ipxe_code_e;

/* A row of the table of codes. */
typedef struct ipxe_code_t {
    const char *slug; /* "unknown-key": as printed, documented and tested */
    ipxe_severity_e severity;
    const char *about; /* a sentence */
} ipxe_code_t;

const ipxe_code_t *ipxe_code_get(ipxe_code_e code);

/* A second place of a diagnostic. */
typedef struct ipxe_note_t {
    ipxe_span_t span;
    const char *text;
} ipxe_note_t;

typedef struct ipxe_diag_t {
    ipxe_code_e code;
    ipxe_severity_e severity;
    ipxe_span_t span;
    const char *message;
    const char *help;          /* or NULL */
    apr_array_header_t *notes; /* of ipxe_note_t, or NULL */
    int hide_source;           /* the line holds a secret: do not quote it */
    apr_pool_t *pool;
} ipxe_diag_t;

/* The diagnostics of a run. Not for two threads at a time. */
typedef struct ipxe_diags_t {
    apr_array_header_t *all; /* of ipxe_diag_t *, in the order of finding */
    int errors, warnings;
    apr_pool_t *pool;
} ipxe_diags_t;

ipxe_diags_t *ipxe_diags_make(apr_pool_t *pool);

/* Adds one; texts are copied. Never NULL. The same code at the same place
 * with the same message, among the last 200, is added once. */
ipxe_diag_t *ipxe_diag_add(ipxe_diags_t *diags, ipxe_code_e code,
                           ipxe_span_t span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What to do, in the place of what was said before; the text is copied. */
void ipxe_diag_help(ipxe_diag_t *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same note of the same place is added once. */
void ipxe_diag_note(ipxe_diag_t *diag, ipxe_span_t span, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/* "did you mean 'kernel'?" where one of the names is near, else the list of
 * names where there are few ("expected one of: a, b"), else nothing. */
void ipxe_diag_nearest(ipxe_diag_t *diag, const char *word,
                       const char *const *names, apr_size_t n);

/* Sorts by file (in order of first mention) and place. */
void ipxe_diags_sort(ipxe_diags_t *diags);

/* The whole diagnostic as text, each line ended by LF, at most 100 columns
 * of source quoted. Control characters of the source are shown as '?'. */
const char *ipxe_diag_text(const ipxe_diag_t *diag, apr_pool_t *pool);

/* Its first line alone, without an end of line. */
const char *ipxe_diag_line(const ipxe_diag_t *diag, apr_pool_t *pool);

/* The first that is an error, or NULL. */
const ipxe_diag_t *ipxe_diags_first_error(const ipxe_diags_t *diags);

#endif
