/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and questions on the way through menus. Private to the engine.
 *
 * Whoever comes to what is shut gets a script that asks for the password by
 * iPXE's own `login` and comes back to the same address with `?login`: there
 * the first request, which brings no password yet, is answered 401, whereupon
 * iPXE sends it as HTTP Basic. What a password opened stands in the tickets of
 * the pages behind it. */
#ifndef IPXE_ENGINE_GATE_H
#define IPXE_ENGINE_GATE_H

#include "engine/job.h"

typedef enum ipxe_gate_e {
    IPXE_GATE_SHUT,   /* the request brings no password */
    IPXE_GATE_OPENED, /* it was right, and is noted for the tickets */
    IPXE_GATE_REFUSED /* it was wrong, or too many were: the answer is made */
} ipxe_gate_e;

/* Holds the request's password against what the way stops at. */
ipxe_gate_e ipxe_gate_try(ipxe_job_t *job, const ipxe_lock_t *lock);

/* 401: iPXE is to send the password that it has. */
void ipxe_gate_challenge(ipxe_job_t *job);

/* Nonzero where the request answers every question of the item (NULL: it has
 * none). */
int ipxe_gate_answered(const ipxe_job_t *job, const ipxe_item_t *item);

#endif
