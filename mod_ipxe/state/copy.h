/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers copied from one pool to another, so that neither who
 * asks nor who answers holds the other's memory. */
#ifndef IPXE_STATE_COPY_H
#define IPXE_STATE_COPY_H

#include "state/state.h"

/* Of a machine only what the state reads: facts and cards. */
void ipxe_who_copy(ipxe_who_t *to, const ipxe_who_t *from, apr_pool_t *pool);
void ipxe_wish_copy(ipxe_wish_t *to, const ipxe_wish_t *from, apr_pool_t *pool);
void ipxe_report_copy(ipxe_report_t *to, const ipxe_report_t *from,
                      apr_pool_t *pool);
void ipxe_order_copy(ipxe_order_t *to, const ipxe_order_t *from,
                     apr_pool_t *pool);
void ipxe_filter_copy(ipxe_filter_t *to, const ipxe_filter_t *from,
                      apr_pool_t *pool);
void ipxe_event_copy(ipxe_event_t *to, const ipxe_event_t *from,
                     apr_pool_t *pool);

void ipxe_view_copy(ipxe_view_t *to, const ipxe_view_t *from, apr_pool_t *pool);
void ipxe_ruling_copy(ipxe_ruling_t *to, const ipxe_ruling_t *from,
                      apr_pool_t *pool);
void ipxe_seen_copy(ipxe_seen_t *to, const ipxe_seen_t *from, apr_pool_t *pool);
void ipxe_notice_copy(ipxe_notice_t *to, const ipxe_notice_t *from,
                      apr_pool_t *pool);

#endif
