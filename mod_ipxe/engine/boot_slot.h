/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots on the way of a decision to its script. Private to the engine.
 *
 * What an iPXE is to load whole (a kernel with what goes beside it, wimboot, an
 * EFI program, an ISO) needs a slot; menus, the local disk, what reads as it
 * goes (sanboot), scripts of which nothing is known, and GRUB, which cannot
 * wait, need none. */
#ifndef IPXE_ENGINE_BOOT_SLOT_H
#define IPXE_ENGINE_BOOT_SLOT_H

#include "engine/job.h"

/* The decision as it is where the machine has a slot, or needs none; else a
 * hold with its place in the queue. After the state was asked; where that did
 * not answer, an install has its slot or its place all the same. */
const ipxe_decision_t *ipxe_boot_slot_enter(ipxe_job_t *job,
                                            const ipxe_decision_t *decision);

/* Of a machine at its wait address, before the state is asked: the hold that
 * goes on, where it is in the queue and not its turn; else NULL. turn->seconds:
 * when it is to ask again; turn->news: its console is to be told. */
const ipxe_decision_t *ipxe_boot_slot_stay(ipxe_turn_t *turn, ipxe_job_t *job,
                                           const ipxe_decision_t *decision);

/* There is nothing that it could load. */
void ipxe_boot_slot_leave(ipxe_job_t *job);

#endif
