/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and what that iPXE can do. */
#include "machine/client.h"

#include "tap.h"

static ipxe_machine_t *from(const char *agent, const char *query,
                            apr_pool_t *pool)
{
    ipxe_machine_input_t input;

    memset(&input, 0, sizeof(input));
    input.user_agent = agent;
    input.query = query;
    input.query_len = strlen(query);
    return ipxe_machine_parse(&input, pool);
}

static void test_kinds(apr_pool_t *pool)
{
    static const struct {
        const char *agent;
        ipxe_client_kind_e kind;
        const char *version;
    } cases[] = {
        {"iPXE/2.0.0+ (g0ab22)", IPXE_CLIENT_IPXE, "2.0.0+ (g0ab22)"},
        {"iPXE/", IPXE_CLIENT_IPXE, NULL},
        {"GRUB 2.06-13", IPXE_CLIENT_GRUB, "2.06-13"},
        {"debian-installer", IPXE_CLIENT_DEBIAN_INSTALLER, NULL},
        {"curl/8.1", IPXE_CLIENT_OTHER, NULL},
        {"notiPXE/1", IPXE_CLIENT_OTHER, NULL},
        {"", IPXE_CLIENT_OTHER, NULL},
        {NULL, IPXE_CLIENT_OTHER, NULL},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *name = cases[i].agent ? cases[i].agent : "(none)";

        is_int(ipxe_client_kind(from(cases[i].agent, "", pool)),
               cases[i].kind, apr_pstrcat(pool, "who is ", name, NULL));
        is(ipxe_client_version(cases[i].agent, pool), cases[i].version,
           "... and its version");
    }
}

#define DEBIAN_12 "iPXE/1.0.0+git-20190125.36a4c85-5.1"
#define DEBIAN_13 "iPXE/1.21.1+git20250501.dad20602+dfsg-1"
#define RELEASE_2 "iPXE/2.0.0"
#define BIOS      "platform=pcbios&arch=i386"
#define EFI       "platform=efi&arch=x86_64"

static void test_can(apr_pool_t *pool)
{
    static const struct {
        const char *agent, *query;
        ipxe_can_e can;
        ipxe_may_e want;
    } cases[] = {
        {DEBIAN_12, BIOS, IPXE_CAN_MENU, IPXE_YES},
        {DEBIAN_12, BIOS, IPXE_CAN_PARAMS, IPXE_MAYBE},
        {DEBIAN_12, EFI, IPXE_CAN_PARAMS, IPXE_MAYBE},
        {RELEASE_2, BIOS, IPXE_CAN_PARAMS, IPXE_MAYBE},
        {RELEASE_2, EFI, IPXE_CAN_PARAMS, IPXE_YES},
        {DEBIAN_12, EFI, IPXE_CAN_LOADFILE2, IPXE_NO},
        {DEBIAN_13, EFI, IPXE_CAN_LOADFILE2, IPXE_MAYBE},
        {RELEASE_2, EFI, IPXE_CAN_LOADFILE2, IPXE_YES},
        {RELEASE_2, BIOS, IPXE_CAN_LOADFILE2, IPXE_NO},
        {DEBIAN_12, BIOS, IPXE_CAN_CPIO, IPXE_YES},
        {DEBIAN_12, EFI, IPXE_CAN_CPIO, IPXE_NO},
        {RELEASE_2, EFI, IPXE_CAN_CPIO, IPXE_YES},
        {RELEASE_2, BIOS, IPXE_CAN_HTTPS, IPXE_MAYBE},
        {RELEASE_2, EFI, IPXE_CAN_HTTPS, IPXE_YES},
        {DEBIAN_12, BIOS, IPXE_CAN_CHAIN_PATH, IPXE_NO},
        {"iPXE/1.21.1", BIOS, IPXE_CAN_CHAIN_PATH, IPXE_YES},
        {"iPXE/1.21.1", BIOS, IPXE_CAN_RETIMEOUT, IPXE_NO},
        {RELEASE_2, BIOS, IPXE_CAN_RETIMEOUT, IPXE_YES},
        {RELEASE_2, BIOS, IPXE_CAN_SHIM, IPXE_NO},
        {RELEASE_2, EFI, IPXE_CAN_IMGVERIFY, IPXE_MAYBE},
        {DEBIAN_12, BIOS, IPXE_CAN_RETRY_AFTER, IPXE_YES},
        {RELEASE_2, "platform=efi&arch=arm64", IPXE_CAN_CPUID, IPXE_NO},
        {RELEASE_2, BIOS, IPXE_CAN_CPUID, IPXE_YES},
        {RELEASE_2, "", IPXE_CAN_PARAMS, IPXE_MAYBE},
        {RELEASE_2, "", IPXE_CAN_RETIMEOUT, IPXE_YES},
        {"curl/8", EFI, IPXE_CAN_PARAMS, IPXE_MAYBE},
        {"curl/8", "platform=efi&version=2.0.0", IPXE_CAN_PARAMS, IPXE_YES},
        {"GRUB 2.06", EFI, IPXE_CAN_MENU, IPXE_NO},
    };
    static const char *const words[] = {"no", "maybe", "yes"};
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(words[ipxe_client_can(
               from(cases[i].agent, cases[i].query, pool), cases[i].can)],
           words[cases[i].want],
           apr_pstrcat(pool, cases[i].agent, " ", cases[i].query, " ",
                       ipxe_can_name(cases[i].can), NULL));
    for (i = 0; i < IPXE_CAN_COUNT; i++)
        ok(ipxe_can_name((ipxe_can_e)i) != NULL, "every ability has a name");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_kinds(pool);
    test_can(pool);
    return tap_end(pool);
}
