/* SPDX-License-Identifier: Apache-2.0 */
/* A host of a database as people see and change it. */
#ifndef IPXE_ENGINE_HOSTS_TEXT_H
#define IPXE_ENGINE_HOSTS_TEXT_H

#include "engine/engine.h"
#include "yaml/tree.h"

/* Adds it as an item of a rule file's `hosts`:
 *
 *       - name: web01
 *         mac: ["52:54:00:12:34:56"]
 *
 * hide: the values of `secrets` are "***". */
void ipxe_host_item(ipxe_text_t *out, const ipxe_yaml_t *host, int hide);

/* The same as a JSON object on one line, if nothing in it is a number that
 * JSON does not know; all scalars but true, false and null are texts. */
void ipxe_host_json(ipxe_text_t *out, const ipxe_yaml_t *host, int hide);

/* The text of a key that has a scalar, or of a list's scalars parted by
 * blanks; "" where there is none. */
const char *ipxe_host_words(const ipxe_yaml_t *host, const char *key,
                            apr_pool_t *pool);

/* "boot rocky-9", "local", ... of a host, or "". */
const char *ipxe_host_action(const ipxe_yaml_t *host, apr_pool_t *pool);

/* The host with one thing changed: "serial" and "SN002"; "mac" or "groups"
 * and words parted by blanks or commas; an action, which takes the place of
 * any other; "vars.NAME" or "secrets.NAME" and a value in YAML. An empty value
 * takes the key away. `pair` ("serial=SN002") is what a diagnostic quotes.
 * NULL: the error was added. */
const ipxe_yaml_t *ipxe_host_change(const ipxe_yaml_t *host, const char *key,
                                    const char *value, ipxe_diags_t *diags,
                                    apr_pool_t *pool);

#endif
