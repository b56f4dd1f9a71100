/* SPDX-License-Identifier: Apache-2.0 */
/* The table of facts and their normal forms. For this folder alone. */
#ifndef IPXE_MACHINE_FACTS_H
#define IPXE_MACHINE_FACTS_H

#include "machine/machine.h"

/* The fact that is sent under this name (any case, '-' for '_'; `buildarch`
 * is arch); IPXE_FACT_COUNT: none, or one that is never sent. */
ipxe_fact_e ipxe_fact_sent_as(const char *name);

/* Nonzero where `NAME.hex` is the fact's own spelling and not bytes in hex:
 * a MAC, a UUID. */
int ipxe_fact_is_hex(ipxe_fact_e fact);

/* Clean text in the fact's normal form; NULL where it is absent. */
const char *ipxe_fact_normal(ipxe_fact_e fact, const char *text,
                             apr_pool_t *pool);

/* Its letter in packed machines. */
char ipxe_fact_letter(ipxe_fact_e fact);

/* Nonzero for the address of no card: zeros or ones alone. */
int ipxe_mac_junk(const char *mac);

#endif
