/* SPDX-License-Identifier: Apache-2.0 */
/* One rule set for all processes of a server, and a newer one for all.
 *
 * The parent loads the first and its children share its memory. Each serving
 * has a board in memory that all processes share: the number that counts, and
 * the record of what is served (engine/status.h). The first child gives the
 * parent's set its number and publishes it in the folder serving->sets; a
 * child that finds a newer number there than its own loads that folder, never
 * the live files. watcher.c finds changes and publishes them.
 *
 * The parent has root's rights and reads neither the folder nor the boards,
 * because children write both. */
#ifndef IPXE_HTTPD_RELOAD_H
#define IPXE_HTTPD_RELOAD_H

#include "engine/status.h"
#include "httpd/serving.h"

/* ---- For the status page and the metrics ---- */

/* What is served, and the last failure. In a child; any thread. */
void ipxe_reload_status(ipxe_status_t *status, const ipxe_serving_t *serving);

/* ---- In the parent: post_config ---- */

/* Makes boards for all (array of ipxe_serving_t *), whose sets are loaded or
 * not, and the folders of published sets. */
void ipxe_reload_prepare(const apr_array_header_t *all, apr_pool_t *pconf);

/* ---- In a child ---- */

/* For the hook child_init: from here on the child has the newest set. */
void ipxe_reload_child_init(apr_pool_t *pchild, server_rec *s);

/* Takes the published set if there is a newer one: a look at a number, else.
 * For one thread at a time. */
void ipxe_reload_follow(ipxe_serving_t *serving);

/* ---- For watcher.c, in the one child that watches ---- */

/* The signature of what was loaded, or failed to load, last. */
apr_uint64_t ipxe_reload_tried(const ipxe_serving_t *serving);

/* Around a try to load. 0: three tries with this signature had no end, because
 * the child died in them. */
int ipxe_reload_begin(ipxe_serving_t *serving, apr_uint64_t signature);
void ipxe_reload_end(ipxe_serving_t *serving);

/* Publishes the parent's set if no child has. */
void ipxe_reload_settle(ipxe_serving_t *serving, apr_pool_t *pool);

/* Publishes a set that was made in a pool of ipxe_swap_pool, and puts it to
 * use here. 0: it could not be written; it is gone, and *why says why. */
int ipxe_reload_publish(const char **why, ipxe_serving_t *serving,
                        ipxe_snapshot_t *set, apr_uint64_t signature,
                        apr_pool_t *pool);

/* What lies there does not load; signature 0: it is to be tried again. */
void ipxe_reload_failed(ipxe_serving_t *serving, const char *why,
                        apr_uint64_t signature, apr_pool_t *pool);

/* What lies there is what is served. */
void ipxe_reload_unchanged(ipxe_serving_t *serving, apr_uint64_t signature,
                           apr_pool_t *pool);

#endif
