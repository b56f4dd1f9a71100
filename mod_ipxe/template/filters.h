/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: the tables of filters, tests, methods and
 * functions. A row is all that the language and its manual know of one. */
#ifndef IPXE_TEMPLATE_FILTERS_H
#define IPXE_TEMPLATE_FILTERS_H

#include "template/template.h"

struct ipxe_run_t;

#define IPXE_MAX_PARAMS 6

/* What a filter or a test is called with. Named arguments stand at their
 * parameter's place; `given` has a bit for each that was there. A row with
 * most < 0 gets all its arguments in `rest` and named ones in `keys`. */
typedef struct ipxe_args_t {
    ipxe_value_t value; /* what stands before the | or `is` */
    const ipxe_value_t *v; /* IPXE_MAX_PARAMS; NONE where it is not given */
    unsigned given;
    const ipxe_value_t *rest;
    apr_size_t rest_count;
    const char *const *keys;
    const ipxe_value_t *named;
    apr_size_t named_count;
    const ipxe_span_t *span;       /* of the filter's name */
    const ipxe_span_t *value_span; /* of what stands before it */
    const char *name;
    const struct ipxe_regex_t *regex; /* of a first argument that is written
                                         out, with no flags; or NULL */
} ipxe_args_t;

typedef apr_status_t ipxe_filter_fn(ipxe_value_t *result,
                                    struct ipxe_run_t *run,
                                    const ipxe_args_t *args);

enum {
    IPXE_ROW_UNDEFINED = 1, /* takes an undefined value */
    IPXE_ROW_WALKS = 2,     /* walks a generator (others refuse one) */
    IPXE_ROW_TEXT = 4,      /* works on the value's text */
    IPXE_ROW_REGEX = 8,     /* the first argument is a regular expression */
    IPXE_ROW_BEGIN = 16     /* ... that holds at the value's begin */
};

typedef struct ipxe_row_t {
    const char *name;
    ipxe_filter_fn *function;
    const char *params; /* "width first=false": names, and defaults to show */
    int least, most;    /* arguments; most -1: any number */
    unsigned flags;
    const char *about;
} ipxe_row_t;

const ipxe_function_t *ipxe_function_find(const char *name);
const ipxe_function_t *ipxe_function_rows(apr_size_t *count);
const ipxe_row_t *ipxe_filter_find(const char *name);
const ipxe_row_t *ipxe_test_find(const char *name);
/* Adds the diagnostic for a name that neither has. */
ipxe_diag_t *ipxe_filter_unknown(const char *name, int test, ipxe_span_t span,
                                 ipxe_diags_t *diags);

/* All rows, in the order of their names, for the manual and its check: at
 * most 128. How many there are. */
apr_size_t ipxe_filter_rows(const ipxe_row_t **rows);
apr_size_t ipxe_test_rows(const ipxe_row_t **rows);

#endif
