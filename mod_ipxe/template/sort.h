/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the filters: sorting, stable as Python's, with a comparison that
 * can fail. */
#ifndef IPXE_TEMPLATE_SORT_H
#define IPXE_TEMPLATE_SORT_H

#include "template/run.h"

typedef struct ipxe_pair_t {
    ipxe_value_t key, item;
} ipxe_pair_t;

apr_status_t ipxe_sort(ipxe_run_t *run, ipxe_pair_t *pairs, apr_size_t n,
                       int reverse, ipxe_span_t span);

#endif
