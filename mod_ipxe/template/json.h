/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the filters: values as JSON and YAML. */
#ifndef IPXE_TEMPLATE_JSON_H
#define IPXE_TEMPLATE_JSON_H

#include "template/run.h"

/* As |tojson writes it: ASCII alone, keys in order, < > & ' escaped.
 * indent < 0: on one line. *flags gets what its parts have of IPXE_STICKY.
 * What JSON has no form for is a failure. */
apr_status_t ipxe_json_write(ipxe_text_t *out, unsigned *flags,
                             ipxe_run_t *run, ipxe_value_t value, int indent,
                             ipxe_span_t span);
/* As |to_yaml writes it: block style, keys in order, an LF at the end. */
apr_status_t ipxe_yaml_write(ipxe_text_t *out, unsigned *flags,
                             ipxe_run_t *run, ipxe_value_t value,
                             ipxe_span_t span);

#endif
