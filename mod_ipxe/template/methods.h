/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the methods: the table of those of texts, and arguments. */
#ifndef IPXE_TEMPLATE_METHODS_H
#define IPXE_TEMPLATE_METHODS_H

#include "template/run.h"

const ipxe_method_t *ipxe_methods_text(apr_size_t *count);

/* The second and third argument as bounds in a sequence of len items. */
apr_status_t ipxe_method_bounds(apr_int64_t *from, apr_int64_t *to,
                                ipxe_run_t *run, const ipxe_call_t *call,
                                apr_int64_t len);

/* "{} {name}".format(...) */
apr_status_t ipxe_method_format(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t self, const ipxe_call_t *call);

#endif
