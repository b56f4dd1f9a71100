/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl: the operator's command, on the same library as the module. */
#include "config.h"
#include "ctl/ctl.h"

#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ipxe_exit_e run(ipxe_ctl_t *ctl, int argc, const char *const *argv)
{
    ipxe_exit_e code = ipxe_ctl_read(ctl, argc, argv);

    if (code != IPXE_EXIT_FINE)
        return code;
    if (ctl->given[IPXE_OPT_HELP]) {
        ctl->args->nelts = 0;
        APR_ARRAY_PUSH(ctl->args, const char *) = ctl->command->name;
        return ipxe_ctl_help(ctl);
    }
    return ctl->command->run(ctl);
}

/* "-h", "--help" and "--version" stand where a sub-command would. */
static const ipxe_command_t *command_of(int argc, const char *const *argv)
{
    const char *name = argc > 1 ? argv[1] : "help";

    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
        name = "help";
    return ipxe_command_find(name);
}

static ipxe_exit_e start(int argc, const char *const *argv, apr_pool_t *pool)
{
    ipxe_ctl_t ctl;

    memset(&ctl, 0, sizeof(ctl));
    ctl.pool = pool;
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("ipxectl %s\n", PACKAGE_VERSION);
        return IPXE_EXIT_FINE;
    }
    ctl.command = command_of(argc, argv);
    if (!ctl.command) {
        ipxe_command_unknown(argv[1]);
        return IPXE_EXIT_USAGE;
    }
    return argc > 1 ? run(&ctl, argc - 1, argv + 1) : run(&ctl, 1, argv);
}

int main(int argc, const char *const *argv)
{
    ipxe_exit_e code;
    apr_pool_t *pool;

    if (apr_app_initialize(&argc, &argv, NULL) != APR_SUCCESS)
        return IPXE_EXIT_CANNOT;
    apr_pool_create(&pool, NULL);
    code = start(argc, argv, pool);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        ipxe_ctl_complain("cannot write to standard output");
        code = IPXE_EXIT_CANNOT;
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return (int)code;
}
