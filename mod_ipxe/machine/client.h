/* SPDX-License-Identifier: Apache-2.0 */
/* Which program asks, and what that iPXE can do.
 *
 * Builds differ: what no release of a version has is NO, what every usual
 * build of it has is YES, all between is MAYBE. Lines that are MAYBE go out
 * as `command ... ||`; nothing should be chosen by version that the script
 * can try. */
#ifndef IPXE_MACHINE_CLIENT_H
#define IPXE_MACHINE_CLIENT_H

#include "machine/machine.h"

typedef enum ipxe_client_kind_e {
    IPXE_CLIENT_IPXE,
    IPXE_CLIENT_GRUB,
    IPXE_CLIENT_DEBIAN_INSTALLER, /* it follows a DHCP filename with :// */
    IPXE_CLIENT_OTHER             /* a browser, curl, an installer */
} ipxe_client_kind_e;

typedef enum ipxe_can_e {
    IPXE_CAN_MENU,          /* menu, item, choose */
    IPXE_CAN_LOGIN,         /* login */
    IPXE_CAN_PARAMS,        /* params, param: POST */
    IPXE_CAN_PARAM_HEADER,  /* param --header */
    IPXE_CAN_CONSOLE,       /* console, colour, cpair */
    IPXE_CAN_POWEROFF,      /* poweroff */
    IPXE_CAN_REBOOT_SETUP,  /* reboot --setup */
    IPXE_CAN_NTP,           /* ntp */
    IPXE_CAN_CPUID,         /* cpuid */
    IPXE_CAN_IMGVERIFY,     /* imgtrust, imgverify */
    IPXE_CAN_SUMS,          /* md5sum, sha256sum, ... */
    IPXE_CAN_IMGEXTRACT,    /* imgextract */
    IPXE_CAN_HTTPS,         /* https:// */
    IPXE_CAN_IPV6,          /* addresses of IPv6 */
    IPXE_CAN_RETIMEOUT,     /* choose --retimeout */
    IPXE_CAN_READ_TIMEOUT,  /* read --timeout */
    IPXE_CAN_FORM,          /* form, item --form --secret, present */
    IPXE_CAN_SHIM,          /* shim, where it does something */
    IPXE_CAN_RETRY_AFTER,   /* waits and asks again on 503 */
    IPXE_CAN_LOADFILE2,     /* UEFI: initrds reach the kernel by themselves */
    IPXE_CAN_CPIO,          /* initrd URL /path: a file into the initrd */
    IPXE_CAN_CPIO_MKDIR,    /* ... with mkdir= */
    IPXE_CAN_AUTOEXEC,      /* looks for autoexec.ipxe */
    IPXE_CAN_CWURI,         /* ${cwuri}, ${cwduri} */
    IPXE_CAN_KEEP_QUERY,    /* %26 in a URL's query stays %26 */
    IPXE_CAN_CHAIN_PATH,    /* chain --replace of a path without a host */
    IPXE_CAN_COUNT
} ipxe_can_e;

typedef enum ipxe_may_e { IPXE_NO, IPXE_MAYBE, IPXE_YES } ipxe_may_e;

/* Who asks, by the machine's User-Agent. */
ipxe_client_kind_e ipxe_client_kind(const ipxe_machine_t *machine);

/* The version that a User-Agent names ("2.0.0+ (g0ab22)"); NULL where it names
 * none. */
const char *ipxe_client_version(const char *user_agent, apr_pool_t *pool);

/* Whether the asking iPXE can do that, by the facts version and platform. */
ipxe_may_e ipxe_client_can(const ipxe_machine_t *machine, ipxe_can_e can);

/* "params", "param-header", ...: for explain and tests. */
const char *ipxe_can_name(ipxe_can_e can);

#endif
