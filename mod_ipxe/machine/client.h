/* SPDX-License-Identifier: Apache-2.0 */
/* Which program asks, and whether it has HTTPS for certain. */
#ifndef IPXE_MACHINE_CLIENT_H
#define IPXE_MACHINE_CLIENT_H

#include "machine/machine.h"

typedef enum ipxe_client_kind_e {
    IPXE_CLIENT_IPXE,
    IPXE_CLIENT_GRUB,
    IPXE_CLIENT_DEBIAN_INSTALLER, /* it follows a DHCP filename with :// */
    IPXE_CLIENT_OTHER             /* a browser, curl, an installer */
} ipxe_client_kind_e;

/* Who asks, by the machine's User-Agent. */
ipxe_client_kind_e ipxe_client_kind(const ipxe_machine_t *machine);

/* The version that a User-Agent names ("2.0.0+ (g0ab22)"); NULL where it names
 * none. */
const char *ipxe_client_version(const char *user_agent, apr_pool_t *pool);

/* Nonzero where every usual build of the asking iPXE has HTTPS, by the facts
 * version and platform. Nothing else is told by the version: what a build may
 * lack, a script tries, as `command ... ||`. */
int ipxe_client_has_https(const ipxe_machine_t *machine);

#endif
