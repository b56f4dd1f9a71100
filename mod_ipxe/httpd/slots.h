/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots, in memory that all children share (engine/slots.h), and the
 * downloads that free them. Who has a slot or waits for one outlives a graceful
 * restart and the death of a child; it is gone when the server stops. */
#ifndef IPXE_HTTPD_SLOTS_H
#define IPXE_HTTPD_SLOTS_H

#include "engine/seen.h"
#include "httpd/serving.h"

/* For the hook pre_config: the mutex gets its name, "ipxe-slots". */
int ipxe_slots_register(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp);

/* In post_config, before there are children; all: of ipxe_serving_t *. What
 * fails is logged; no machine waits then. Asks mod_watchdog for a thread, in
 * one child, that writes for ipxectl how many are taken (engine/status.h). */
void ipxe_slots_start(const apr_array_header_t *all, server_rec *s,
                      apr_pool_t *pconf);

/* For the hook child_init. */
void ipxe_slots_child(apr_pool_t *pchild, server_rec *s);

/* ipxe_request_t.turn, its baton being the request_rec; NULL: this serving has
 * no slots. */
typedef void ipxe_turn_fn(ipxe_turn_t *turn, void *baton, const char *site,
                          const char *machine, ipxe_slot_act_e act);
ipxe_turn_fn *ipxe_slots_of(const ipxe_serving_t *serving);

/* For the hooks fixups and log_transaction: a file's download. */
int ipxe_slots_began(request_rec *r);
int ipxe_slots_ended(request_rec *r);

/* ---- For the page and the metrics ---- */

/* Zero where this serving has no slots. */
int ipxe_slots_now(ipxe_slots_count_t *count, const ipxe_serving_t *serving);

/* Tells the machines of a list (of ipxe_seen_t) their places in the queue. */
void ipxe_slots_tell(const apr_array_header_t *seen,
                     const ipxe_serving_t *serving, apr_pool_t *pool);

#endif
