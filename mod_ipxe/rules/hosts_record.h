/* SPDX-License-Identifier: Apache-2.0 */
/* A host from the text that a database keeps of it (rules/host_provider.h).
 *
 * What it names (groups, profiles, menus, templates) is looked up in the set
 * when the host is; what the set does not have is an error then, with the
 * text of the host quoted. `ipxectl check` reads all hosts of a database
 * beforehand. */
#ifndef IPXE_RULES_HOSTS_RECORD_H
#define IPXE_RULES_HOSTS_RECORD_H

#include "rules/model.h"
#include "yaml/tree.h"

/* A host, linked to the set, in the pool. A failure has added its
 * diagnostics. */
apr_status_t ipxe_host_read(const ipxe_host_t **host, const ipxe_source_t *text,
                            const ipxe_rules_t *rules, ipxe_diags_t *diags,
                            apr_pool_t *pool);

/* The host of a mapping as it stands, in normal form, without looking for
 * what it names: `groups` is NULL. For those who write a database. */
apr_status_t ipxe_host_bind(const ipxe_host_t **host, const ipxe_yaml_t *node,
                            ipxe_library_t *library, ipxe_diags_t *diags,
                            apr_pool_t *pool);

/* Adds the mapping of a host as one line of YAML that is JSON where nothing
 * in it is special: numbers, true, false and null as they are written, all
 * else in quotes. */
void ipxe_host_write(ipxe_text_t *text, const ipxe_yaml_t *node);

#endif
