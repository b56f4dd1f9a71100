/* SPDX-License-Identifier: Apache-2.0 */
/* A child that has become the server's user tries each file: modes, access
 * lists and folders on the way count as they really do. */
#include "httpd/readable.h"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <http_log.h>
#include <unixd.h>

#include "engine/published.h"

APLOG_USE_MODULE(ipxe);

static int become_user(void)
{
    if (geteuid() != 0)
        return 1;
    return ap_unixd_config.user_name &&
           initgroups(ap_unixd_config.user_name, ap_unixd_config.group_id) ==
               0 &&
           setgid(ap_unixd_config.group_id) == 0 &&
           setuid(ap_unixd_config.user_id) == 0;
}

/* In the child: a byte for each file, 'n' where it cannot be read. */
static void try_files(const apr_array_header_t *files, int to)
{
    int i;

    if (!become_user())
        _exit(1);
    for (i = 0; i < files->nelts; i++) {
        const char *path = APR_ARRAY_IDX(files, i, const char *);
        char byte = access(path, R_OK) == 0 ? 'y' : 'n';

        if (write(to, &byte, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static void hear(const ipxe_serving_t *serving, int from)
{
    const apr_array_header_t *files = serving->set->files;
    char byte;
    int i;

    for (i = 0; i < files->nelts && read(from, &byte, 1) == 1; i++)
        if (byte == 'n')
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                         "the server's user %s cannot read %s",
                         ap_unixd_config.user_name,
                         APR_ARRAY_IDX(files, i, const char *));
}

void ipxe_readable_check(const ipxe_serving_t *serving)
{
    int ends[2], status;
    pid_t child;

    if (geteuid() != 0 || !ap_unixd_config.user_name || pipe(ends) != 0)
        return;
    child = fork();
    if (child == 0) {
        close(ends[0]);
        try_files(serving->set->files, ends[1]);
    }
    close(ends[1]);
    if (child > 0) {
        hear(serving, ends[0]);
        waitpid(child, &status, 0);
    }
    close(ends[0]);
}

/* In the child: the newest that loads. */
static int find_last(const ipxe_serving_t *serving)
{
    apr_pool_t *pool = ipxe_swap_pool();
    apr_array_header_t *all;
    const char *why;
    int i;

    if (!become_user())
        return 0;
    all = ipxe_published_list(serving->sets, pool);
    for (i = 0; i < all->nelts; i++)
        if (ipxe_published_load(&why,
                                &APR_ARRAY_IDX(all, i, ipxe_published_t),
                                &serving->settings, pool))
            return 1;
    return 0;
}

int ipxe_readable_last(const ipxe_serving_t *serving)
{
    int status = 1;
    pid_t child = fork();

    if (child == 0)
        _exit(!find_last(serving));
    return child > 0 && waitpid(child, &status, 0) == child &&
           WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
