/* SPDX-License-Identifier: Apache-2.0 */
/* Reading back what the module prints for `httpd -t -D DUMP_IPXE`, and files
 * of variables; for ipxectl. JSON is read as the YAML that it is.
 *
 *     {
 *       "version": "0.1.0",
 *       "sites": [
 *         { "name": "boot.example:80", "rules": ["/etc/ipxe/rules"],
 *           "templates": "/etc/ipxe/ks-templates", "vars": {"dc": "east"},
 *           "document_root": "/data", "entry": "/boot.ipxe",
 *           "prefix": "/ipxe", "base_url": null, "plain_url": null,
 *           "state_dir": "/var/lib/mod_ipxe",
 *           "secret": "/var/lib/mod_ipxe/secret", "site": "",
 *           "fetch_life_seconds": 14400, "max_answer": 4194304,
 *           "max_facts": 200, "time_zone": null, "ticket_network": null }
 *       ]
 *     }
 *
 * Trust: the operator's own httpd wrote it. */
#ifndef IPXE_ENGINE_SETTINGS_READ_H
#define IPXE_ENGINE_SETTINGS_READ_H

#include "engine/engine.h"

/* A server or virtual host that answers machines. */
typedef struct ipxe_site_t {
    const char *name;         /* "boot.example:80" */
    const char *state_dir;    /* or NULL */
    const char *secret;       /* the file of the keys of tickets, or NULL */
    ipxe_settings_t settings; /* keys is NULL: reading the secret is the
                                 caller's */
} ipxe_site_t;

/* Array of ipxe_site_t, in the order in which they stand; NULL where errors
 * were added. What a site does not name has the default of
 * ipxe_settings_default. */
apr_array_header_t *ipxe_settings_read(const ipxe_source_t *source,
                                       ipxe_diags_t *diags, apr_pool_t *pool);

/* The mapping of a file of YAML or JSON as a mapping of the template
 * language: numbers, truth values, none, lists and mappings as they are.
 * APR_SUCCESS, or APR_EGENERAL where errors were added. */
apr_status_t ipxe_variables_read(ipxe_value_t *map, const ipxe_source_t *source,
                                 ipxe_diags_t *diags, apr_pool_t *pool);

#endif
