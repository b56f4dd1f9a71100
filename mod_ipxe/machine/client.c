/* SPDX-License-Identifier: Apache-2.0 */
/* User-Agents, and HTTPS. */
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

/* Those for BIOS leave it out, to be small. */
int ipxe_client_has_https(const ipxe_machine_t *machine)
{
    const char *version = ipxe_machine_fact(machine, IPXE_FACT_VERSION);
    const char *platform = ipxe_machine_fact(machine, IPXE_FACT_PLATFORM);

    return ipxe_client_kind(machine) != IPXE_CLIENT_GRUB && version &&
           ipxe_text_eq(platform, "efi") &&
           ipxe_version_compare(version, "2.0.0") >= 0;
}
