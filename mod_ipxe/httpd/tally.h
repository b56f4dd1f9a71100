/* SPDX-License-Identifier: Apache-2.0 */
/* Machines by state, for the page and the metrics. In a large fleet counting
 * takes the database a tenth of a second, for which installs would wait: a
 * child then counts again only after a hundred times as long. */
#ifndef IPXE_HTTPD_TALLY_H
#define IPXE_HTTPD_TALLY_H

#include <httpd.h>

#include "state/front.h"

/* For the hook child_init. */
void ipxe_tally_child_init(apr_pool_t *pchild, server_rec *s);

/* As ipxe_state_counts; fresh: counted now in any case. */
apr_status_t ipxe_tally_counts(apr_table_t **counts, ipxe_state_t *state,
                               const char *site, int fresh, apr_pool_t *pool);

#endif
