/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts: what its acts share. */
#ifndef IPXE_CTL_HOSTS_H
#define IPXE_CTL_HOSTS_H

#include "ctl/ctl.h"
#include "ctl/state.h"
#include "engine/hosts.h"
#include "engine/hosts_text.h"

/* The act's own words: those behind "import", "set", ... */
const char *ipxe_hosts_word(const ipxe_ctl_t *ctl, int nth);

/* The LMDB file of --hosts, else of httpd's IPXEHosts. IPXE_EXIT_FINE, or the
 * reason was printed. */
ipxe_exit_e ipxe_hosts_path(const char **path, ipxe_ctl_t *ctl);

/* Root becomes whoever the file belongs to, or the folder where there is no
 * file yet: what it writes must be the server's user's. Nothing that root
 * alone may read can be read afterwards. */
ipxe_exit_e ipxe_hosts_own(const char *path, apr_pool_t *pool);

/* Begins an edit; what is wrong was printed. */
ipxe_exit_e ipxe_hosts_begin(ipxe_host_edit_t **edit, const char *path,
                             apr_pool_t *pool);

/* The mapping of a host's text. */
const ipxe_yaml_t *ipxe_hosts_parse(const ipxe_source_t *text,
                                    ipxe_diags_t *diags, apr_pool_t *pool);

/* Nonzero where the host is one of --group, and its name matches one of the
 * globs from the nth word on, if there are any. */
int ipxe_hosts_wanted(const ipxe_ctl_t *ctl, int nth, const char *name,
                      const ipxe_yaml_t *host, apr_pool_t *pool);

/* Marks a machine as installed, by what its host is told; what is wrong was
 * printed. */
ipxe_exit_e ipxe_hosts_mark(ipxe_ctl_state_t *state, const ipxe_host_t *host,
                            apr_pool_t *scratch);

/* The acts. */
ipxe_command_fn ipxe_hosts_import, ipxe_hosts_list, ipxe_hosts_show,
    ipxe_hosts_set, ipxe_hosts_remove, ipxe_hosts_export;

#endif
