/* SPDX-License-Identifier: Apache-2.0 */
/* The script that a profile comes to for a sample machine, looked at as any
 * other is: what of it is doubtful, and what it fetches. Private to the
 * engine. */
#ifndef IPXE_ENGINE_DOUBT_SCRIPT_H
#define IPXE_ENGINE_DOUBT_SCRIPT_H

#include "engine/engine.h"
#include "script/script.h"

/* A path below the DocumentRoot, decoded. */
typedef struct ipxe_fetched_t {
    const char *path;
    int tree; /* what Anaconda installs from */
} ipxe_fetched_t;

/* Adds to `paths` (of ipxe_fetched_t) what iPXE, or later the kernel, fetches
 * from `base`; to doubts, where these are not NULL, what words of the command
 * line, names and addresses are not what their readers take. The decision has
 * a profile. */
void ipxe_doubt_script(apr_array_header_t *paths,
                       const ipxe_decision_t *decision,
                       const ipxe_writing_t *writing,
                       const ipxe_settings_t *settings, const char *base,
                       ipxe_diags_t *doubts, apr_pool_t *pool);

#endif
