/* SPDX-License-Identifier: Apache-2.0 */
/* From the children of a mapping to its pairs: duplicate keys, merge keys.
 * For this folder alone. */
#ifndef IPXE_YAML_PAIRS_H
#define IPXE_YAML_PAIRS_H

#include "yaml/tree.h"

/* Sets the pairs of a mapping from `n` keys and values that take turns. */
void ipxe_yaml_set_pairs(ipxe_yaml_t *mapping, ipxe_yaml_t *const *children,
                         apr_size_t n, ipxe_diags_t *diags,
                         apr_pool_t *pool);

#endif
