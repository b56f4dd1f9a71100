/* SPDX-License-Identifier: Apache-2.0 */
/* User-Agents, and the table of what an iPXE can do. */
#include "machine/client.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *prefix;
    ipxe_client_kind_e kind;
    int has_version; /* it follows the prefix */
} agents[] = {
    {"iPXE/", IPXE_CLIENT_IPXE, 1},
    {"GRUB/", IPXE_CLIENT_GRUB, 1},
    {"GRUB ", IPXE_CLIENT_GRUB, 1},
    {"debian-installer", IPXE_CLIENT_DEBIAN_INSTALLER, 0},
};

#define AGENTS ((int)(sizeof(agents) / sizeof(agents[0])))

static int find_agent(const char *user_agent)
{
    int i;

    for (i = 0; i < AGENTS; i++) {
        if (strncmp(user_agent, agents[i].prefix,
                    strlen(agents[i].prefix)) == 0)
            break;
    }
    return i;
}

ipxe_client_kind_e ipxe_client_kind(const ipxe_machine_t *machine)
{
    int i = find_agent(machine->user_agent);

    return i < AGENTS ? agents[i].kind : IPXE_CLIENT_OTHER;
}

const char *ipxe_client_version(const char *user_agent, apr_pool_t *pool)
{
    int i = user_agent ? find_agent(user_agent) : AGENTS;
    const char *version;

    if (i == AGENTS || !agents[i].has_version)
        return NULL;
    version = user_agent + strlen(agents[i].prefix);
    return *version ? apr_pstrdup(pool, version) : NULL;
}

/* ---- What an iPXE can do ----
 *
 * `some`: from this version on a build may have it; `all`: from this version
 * on every usual build has it. NULL: never. "1.21.1+" is the tree between
 * 1.21.1 and 2.0.0, "1.0.0+" that between 1.0.0 and 1.20.1. */

typedef struct since_t {
    const char *some, *all;
} since_t;

#define ALWAYS  {"1.0.0", "1.0.0"}
#define NEVER   {NULL, NULL}
#define SINCE_2 {"1.21.1+", "2.0.0"}

static const struct {
    const char *name;
    since_t bios, efi;
} cans[IPXE_CAN_COUNT] = {
    [IPXE_CAN_MENU] = {"menu", {"1.0.0+", "1.0.0+"}, {"1.0.0+", "1.0.0+"}},
    [IPXE_CAN_LOGIN] = {"login", ALWAYS, ALWAYS},
    [IPXE_CAN_PARAMS] = {"params", {"1.0.0+", NULL}, {"1.0.0+", "2.0.0"}},
    [IPXE_CAN_PARAM_HEADER] = {"param-header", {"1.21.1+", NULL}, SINCE_2},
    [IPXE_CAN_CONSOLE] = {"console", {"1.0.0+", NULL}, {"1.0.0+", "2.0.0"}},
    [IPXE_CAN_POWEROFF] = {"poweroff", {"1.0.0+", "2.0.0"},
                           {"1.0.0+", "2.0.0"}},
    [IPXE_CAN_REBOOT_SETUP] = {"reboot-setup", NEVER, SINCE_2},
    [IPXE_CAN_NTP] = {"ntp", {"1.0.0+", "2.0.0"}, {"1.0.0+", "2.0.0"}},
    [IPXE_CAN_CPUID] = {"cpuid", {"1.0.0+", "1.0.0+"}, {"1.0.0+", "1.0.0+"}},
    [IPXE_CAN_IMGVERIFY] = {"imgverify", {"1.0.0+", NULL}, {"1.0.0+", NULL}},
    [IPXE_CAN_SUMS] = {"sums", {"1.0.0", NULL}, {"1.0.0", "2.0.0"}},
    [IPXE_CAN_IMGEXTRACT] = {"imgextract", SINCE_2, SINCE_2},
    [IPXE_CAN_HTTPS] = {"https", {"1.0.0", NULL}, {"1.0.0", "2.0.0"}},
    [IPXE_CAN_IPV6] = {"ipv6", {"1.0.0+", NULL}, {"1.0.0+", "2.0.0"}},
    [IPXE_CAN_RETIMEOUT] = {"retimeout", SINCE_2, SINCE_2},
    [IPXE_CAN_READ_TIMEOUT] = {"read-timeout", SINCE_2, SINCE_2},
    [IPXE_CAN_FORM] = {"form", SINCE_2, SINCE_2},
    [IPXE_CAN_SHIM] = {"shim", NEVER, SINCE_2},
    [IPXE_CAN_RETRY_AFTER] = {"retry-after", {"1.0.0+", "1.0.0+"},
                              {"1.0.0+", "1.0.0+"}},
    [IPXE_CAN_LOADFILE2] = {"loadfile2", NEVER, SINCE_2},
    [IPXE_CAN_CPIO] = {"cpio", {"1.0.0+", "1.0.0+"}, SINCE_2},
    [IPXE_CAN_CPIO_MKDIR] = {"cpio-mkdir", SINCE_2, SINCE_2},
    [IPXE_CAN_AUTOEXEC] = {"autoexec", NEVER, SINCE_2},
    [IPXE_CAN_CWURI] = {"cwuri", SINCE_2, SINCE_2},
    [IPXE_CAN_KEEP_QUERY] = {"keep-query", SINCE_2, SINCE_2},
    [IPXE_CAN_CHAIN_PATH] = {"chain-path", {"1.20.1", "1.21.1"},
                             {"1.20.1", "1.21.1"}},
};

static ipxe_may_e may(const since_t *since, const char *version)
{
    if (!since->some)
        return IPXE_NO;
    if (!version)
        return IPXE_MAYBE;
    if (ipxe_version_compare(version, since->some) < 0)
        return IPXE_NO;
    return since->all && ipxe_version_compare(version, since->all) >= 0
               ? IPXE_YES
               : IPXE_MAYBE;
}

ipxe_may_e ipxe_client_can(const ipxe_machine_t *machine, ipxe_can_e can)
{
    const char *version = ipxe_machine_fact(machine, IPXE_FACT_VERSION);
    const char *platform = ipxe_machine_fact(machine, IPXE_FACT_PLATFORM);
    const char *arch = ipxe_machine_fact(machine, IPXE_FACT_ARCH);
    ipxe_may_e bios, efi;

    if (ipxe_client_kind(machine) == IPXE_CLIENT_GRUB)
        return IPXE_NO;
    if (can == IPXE_CAN_CPUID && arch && strcmp(arch, "i386") != 0 &&
        strcmp(arch, "x86_64") != 0)
        return IPXE_NO;
    bios = may(&cans[can].bios, version);
    efi = may(&cans[can].efi, version);
    if (ipxe_text_eq(platform, "pcbios"))
        return bios;
    if (ipxe_text_eq(platform, "efi"))
        return efi;
    return bios == efi ? bios : IPXE_MAYBE;
}

const char *ipxe_can_name(ipxe_can_e can)
{
    return cans[can].name;
}
