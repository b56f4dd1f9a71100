/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts: a fleet's hosts in the database that the server reads. */
#include "ctl/hosts.h"

#include <apr_file_info.h>
#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    ipxe_command_fn *run;
} acts[] = {
    {"import", ipxe_hosts_import}, {"list", ipxe_hosts_list},
    {"show", ipxe_hosts_show},     {"set", ipxe_hosts_set},
    {"remove", ipxe_hosts_remove}, {"export", ipxe_hosts_export},
};

const char *ipxe_hosts_word(const ipxe_ctl_t *ctl, int nth)
{
    return nth < ctl->args->nelts ? APR_ARRAY_IDX(ctl->args, nth, const char *)
                                  : NULL;
}

ipxe_exit_e ipxe_ctl_hosts(ipxe_ctl_t *ctl)
{
    const char *act = ipxe_hosts_word(ctl, 0);
    apr_size_t i;

    for (i = 0; act && i < sizeof(acts) / sizeof(*acts); i++)
        if (strcmp(acts[i].name, act) == 0)
            return acts[i].run(ctl);
    ipxe_ctl_complain("hosts wants import, list, show, set, remove or export; "
                      "see `ipxectl help hosts`");
    return IPXE_EXIT_USAGE;
}

/* ---- Where ---- */

static const char *first_lmdb(const apr_array_header_t *specs)
{
    int i;

    for (i = 0; specs && i < specs->nelts; i++) {
        const char *path =
            ipxe_hosts_lmdb(APR_ARRAY_IDX(specs, i, const char *));

        if (path && *path)
            return path;
    }
    return NULL;
}

ipxe_exit_e ipxe_hosts_path(const char **path, ipxe_ctl_t *ctl)
{
    apr_array_header_t *sites;
    ipxe_exit_e code;
    int i;

    *path = first_lmdb(ctl->given[IPXE_OPT_HOSTS]);
    if (*path)
        return IPXE_EXIT_FINE;
    if (ctl->given[IPXE_OPT_HOSTS]) {
        ipxe_ctl_complain("--hosts wants lmdb:FILE here");
        return IPXE_EXIT_USAGE;
    }
    code = ipxe_ctl_sites(&sites, ctl);
    for (i = 0; code == IPXE_EXIT_FINE && !*path && i < sites->nelts; i++)
        *path = first_lmdb(APR_ARRAY_IDX(sites, i, ipxe_site_t).settings.hosts);
    if (code != IPXE_EXIT_FINE || *path)
        return code;
    ipxe_ctl_complain("httpd has no IPXEHosts lmdb:FILE; --hosts lmdb:FILE "
                      "says where the hosts are");
    return IPXE_EXIT_USAGE;
}

/* ---- Whose ---- */

static const char *folder_of(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return slash == path
               ? "/"
               : apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
}

static int become(uid_t user, gid_t group)
{
    const struct passwd *entry = getpwuid(user);

    return (entry ? initgroups(entry->pw_name, group) : setgroups(0, NULL)) ==
               0 &&
           setgid(group) == 0 && setuid(user) == 0;
}

ipxe_exit_e ipxe_hosts_own(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    if (geteuid() != 0)
        return IPXE_EXIT_FINE;
    if (apr_stat(&info, path, APR_FINFO_OWNER, pool) != APR_SUCCESS &&
        apr_stat(&info, folder_of(path, pool), APR_FINFO_OWNER, pool) !=
            APR_SUCCESS)
        return IPXE_EXIT_FINE; /* the begin says what is wrong */
    if (info.user == 0 || become(info.user, info.group))
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot become the owner of '%s'", path);
    return IPXE_EXIT_CANNOT;
}

ipxe_exit_e ipxe_hosts_begin(ipxe_host_edit_t **edit, const char *path,
                             apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_exit_e code = ipxe_hosts_own(path, pool);

    if (code != IPXE_EXIT_FINE)
        return code;
    if (ipxe_host_edit_begin(edit, path, diags, pool) == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_diags(diags, 1, pool);
    return IPXE_EXIT_CANNOT;
}

/* ---- Hosts ---- */

const ipxe_yaml_t *ipxe_hosts_parse(const ipxe_source_t *text,
                                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_yaml_t *node;

    ipxe_yaml_parse(&node, text, diags, pool);
    return node;
}

static int in_group(const ipxe_yaml_t *host, const char *group,
                    apr_pool_t *pool)
{
    const apr_array_header_t *groups =
        ipxe_text_split(ipxe_host_words(host, "groups", pool), " ", pool);
    int i;

    for (i = 0; i < groups->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(groups, i, const char *), group) == 0)
            return 1;
    return 0;
}

int ipxe_hosts_wanted(const ipxe_ctl_t *ctl, int nth, const char *name,
                      const ipxe_yaml_t *host, apr_pool_t *pool)
{
    const char *group = ipxe_ctl_value(ctl, IPXE_OPT_GROUP), *glob;

    if (group && !in_group(host, group, pool))
        return 0;
    if (!ipxe_hosts_word(ctl, nth))
        return 1;
    while ((glob = ipxe_hosts_word(ctl, nth++)) != NULL)
        if (apr_fnmatch(glob, name, APR_FNM_CASE_BLIND) == APR_SUCCESS)
            return 1;
    return 0;
}
