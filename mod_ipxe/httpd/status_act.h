/* SPDX-License-Identifier: Apache-2.0 */
/* What a form of the status page asks for. */
#ifndef IPXE_HTTPD_STATUS_ACT_H
#define IPXE_HTTPD_STATUS_ACT_H

#include "httpd/serving.h"
#include "state/front.h"

/* Does it, for who has passed the guard, and logs who did what. The word that
 * the page says of it afterwards (`did`); *machine is whose page to show then,
 * 0: the overview. state: NULL where none is kept. */
const char *ipxe_status_act(apr_int64_t *machine, request_rec *r,
                            ipxe_state_t *state, const ipxe_snapshot_t *set,
                            const char *site, const apr_table_t *form);

#endif
