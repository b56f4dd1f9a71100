/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the filters: reading arguments, failing, walking. */
#ifndef IPXE_TEMPLATE_FILTER_HELP_H
#define IPXE_TEMPLATE_FILTER_HELP_H

#include "template/run.h"

#define GIVEN(args, i) (((args)->given >> (i)) & 1u)

/* Each answers a failure with a diagnostic where the argument is of another
 * kind; where it is not given, *to stays. */
apr_status_t ipxe_arg_int(apr_int64_t *to, ipxe_run_t *run,
                          const ipxe_args_t *args, int i);
apr_status_t ipxe_arg_truth(int *to, ipxe_run_t *run, const ipxe_args_t *args,
                            int i);
apr_status_t ipxe_arg_text(ipxe_value_t *to, ipxe_run_t *run,
                           const ipxe_args_t *args, int i);
/* str() of the value before the filter. */
static inline ipxe_value_t ipxe_arg_string(ipxe_run_t *run,
                                           const ipxe_args_t *args)
{
    return ipxe_value_str(args->value, run->pool);
}
static inline apr_status_t ipxe_arg_items(const ipxe_list_t **items,
                                          ipxe_run_t *run,
                                          const ipxe_args_t *args)
{
    return ipxe_run_items(items, run, args->value, *args->span);
}

apr_status_t ipxe_arg_fail(ipxe_run_t *run, const ipxe_args_t *args,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The value that sorting and its like look at: an attribute, texts in lower
 * case unless `sensitive`. */
typedef struct ipxe_key_t {
    ipxe_value_t attribute, missing;
    int has_attribute, has_missing, sensitive;
} ipxe_key_t;

/* May be UNDEFINED: an error once it is compared. */
apr_status_t ipxe_key_of(ipxe_value_t *key, ipxe_run_t *run,
                         const ipxe_key_t *how, ipxe_value_t item,
                         ipxe_span_t span);
/* Text with each letter mapped. */
ipxe_value_t ipxe_text_map(ipxe_run_t *run, ipxe_value_t text,
                           apr_uint32_t (*map)(apr_uint32_t));
apr_array_header_t *ipxe_values_make(ipxe_run_t *run);

/* Tables by kind; each ends with a row without a name. */
extern const ipxe_row_t ipxe_filters_text[];

extern const ipxe_row_t ipxe_filters_list[];
extern const ipxe_row_t ipxe_filters_select[];
extern const ipxe_row_t ipxe_filters_number[];
extern const ipxe_row_t ipxe_filters_data[];
extern const ipxe_row_t ipxe_filters_net[];
extern const ipxe_row_t ipxe_filters_wrap[];
extern const ipxe_row_t ipxe_tests_all[];

#endif
