/* SPDX-License-Identifier: Apache-2.0 */
/* Install once: the one place where a decision is put to the state. Private to
 * the engine.
 *
 * Every decision passes ipxe_install_enter before it becomes a script, whatever
 * the route: one for a profile with `install` comes back as it is, with the
 * number of its install for the tickets, or as the local disk, or as a hold;
 * a rule's `hold` comes back with its code. */
#ifndef IPXE_ENGINE_INSTALL_H
#define IPXE_ENGINE_INSTALL_H

#include "engine/job.h"

/* Who the machine of the job is for the state. */
ipxe_who_t ipxe_install_who(const ipxe_job_t *job,
                            const ipxe_decision_t *decision);

/* What the state makes of a decision; never NULL. */
const ipxe_decision_t *ipxe_install_enter(ipxe_job_t *job,
                                          const ipxe_decision_t *decision);

/* What an operator said of this machine goes before all rules: a release, or
 * one boot of a profile. `decision` is what the rules say. NULL: a failure,
 * whose diagnostic was added. */
const ipxe_decision_t *ipxe_install_marked(ipxe_job_t *job,
                                           const ipxe_decision_t *decision);

/* An answer file is asked for with this ticket. 0, or the status to refuse it
 * with, *why set. */
int ipxe_install_fetch(const char **why, ipxe_job_t *job,
                       const ipxe_ticket_t *ticket,
                       const ipxe_profile_t *profile);

/* The answer file that this ticket is for could not be written: the install's
 * try has failed, why: in words. */
void ipxe_install_spoil(ipxe_job_t *job, const ipxe_ticket_t *ticket,
                        const ipxe_profile_t *profile, const char *why);

/* The status of an answer to an installer, and why it is refused. */
int ipxe_claim_status(const char **why, ipxe_claim_e claim);

#endif
