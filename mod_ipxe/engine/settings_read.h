/* SPDX-License-Identifier: Apache-2.0 */
/* Reading back what the module prints for `httpd -t -D DUMP_IPXE`, and files
 * of variables; for ipxectl. JSON is read as the YAML that it is.
 *
 *     {
 *       "format": 1,
 *       "servers": [
 *         { "name": "boot.example *:80", "host": "boot.example",
 *           "defined": "/etc/httpd/conf.d/boot.conf:1", "engine": ["/data"],
 *           "rules": ["/etc/ipxe/rules"], "hosts": ["yaml", "lmdb:/file"],
 *           "templates": "/etc/ipxe/ks-templates", "vars": {"dc": "east"},
 *           "document_root": "/data", "entry": "/boot.ipxe",
 *           "prefix": "/ipxe", "base_url": null, "plain_url": null,
 *           "site": "", "fetch_life": 14400, "ticket_network": null,
 *           "max_answer": 4194304, "max_facts": 200, "time_zone": null,
 *           "state_dir": "/var/lib/mod_ipxe", "state_driver": "sqlite3",
 *           "state_params": "/var/lib/mod_ipxe/db/state.sqlite",
 *           "state_identity": "/var/lib/mod_ipxe/db/identity",
 *           "dbd_driver": "pgsql", "dbd_params": "dbname=hosts",
 *           "secret": "/var/lib/mod_ipxe/secret",
 *           "sets": "/var/lib/mod_ipxe/sets", "reload": 1000,
 *           "stateless": false, "operator_arms": false,
 *           "track": false,
 *           "report_life": 604800,
 *           "explain": false }
 *       ]
 *     }
 *
 * Trust: the operator's own httpd wrote it. */
#ifndef IPXE_ENGINE_SETTINGS_READ_H
#define IPXE_ENGINE_SETTINGS_READ_H

#include "engine/engine.h"

/* A server or virtual host with rules. */
typedef struct ipxe_site_t {
    const char *name;         /* "server", "boot.example *:80" */
    const char *host;         /* "boot.example"; or NULL */
    const apr_array_header_t *hosts; /* of const char *: to be applied by
                                        ipxe_hosts_apply; or NULL */
    const char *secret;       /* the file of the keys of tickets, or NULL */
    const char *sets;         /* the folder of published sets, or NULL */
    /* Of the state's database (state/sql.h); NULL: none is kept. */
    const char *state_driver, *state_params, *state_identity;
    const char *dbd_driver, *dbd_params; /* mod_dbd's, for hosts by SQL; or
                                            NULL */
    ipxe_settings_t settings; /* keys is NULL: reading the secret is the
                                 caller's */
} ipxe_site_t;

/* Array of ipxe_site_t, in the order in which they stand, without those that
 * have no rules; NULL where errors were added. */
apr_array_header_t *ipxe_settings_read(const ipxe_source_t *source,
                                       ipxe_diags_t *diags, apr_pool_t *pool);

/* The mapping of a file of YAML or JSON as a mapping of the template
 * language: numbers, truth values, none, lists and mappings as they are.
 * APR_SUCCESS, or APR_EGENERAL where errors were added. */
apr_status_t ipxe_variables_read(ipxe_value_t *map, const ipxe_source_t *source,
                                 ipxe_diags_t *diags, apr_pool_t *pool);

#endif
