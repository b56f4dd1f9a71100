/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and which iPXE has HTTPS for certain. */
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

static void test_https(apr_pool_t *pool)
{
    static const struct {
        const char *agent, *query;
        int has;
    } cases[] = {
        {RELEASE_2, EFI, 1},
        {"iPXE/2.0.0+ (g0ab22)", EFI, 1},
        {RELEASE_2, BIOS, 0},
        {RELEASE_2, "", 0},
        {DEBIAN_12, EFI, 0},
        {DEBIAN_13, EFI, 0},
        {"iPXE/", EFI, 0},
        {"curl/8", EFI, 0},
        {"curl/8", "platform=efi&version=2.0.0", 1},
        {"GRUB 2.06", "platform=efi&version=2.0.0", 0},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is_int(ipxe_client_has_https(from(cases[i].agent, cases[i].query, pool)),
               cases[i].has,
               apr_pstrcat(pool, cases[i].agent, " ", cases[i].query,
                           " and HTTPS", NULL));
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_kinds(pool);
    test_https(pool);
    return tap_end(pool);
}
