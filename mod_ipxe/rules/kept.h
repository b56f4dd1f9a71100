/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts apart from rules: what a large file of hosts holds is read once, and
 * shared by all rule sets that are made from the same bytes. Editing a rule
 * does not read a hundred thousand hosts again, and children that were born
 * with them keep sharing their parent's memory.
 *
 *     ipxe: 1
 *     hosts:
 *       - { name: web01, mac: 52:54:00:12:34:56, groups: [ web ] }
 *       ...
 *
 * Kept are the hosts of a file of IPXE_KEPT_BYTES or more in which no secret
 * stands, no host has a {{ }} in its variables, and nothing is wrong with a
 * host; any other is read for each set. Kept are names, keys and variables;
 * which groups and actions a host has is linked for each set, and all else in
 * the file is bound for each.
 *
 * What is kept can be compiled into a file (rules/image.h) that other
 * processes map in place of reading the rule file: a million hosts are then
 * in memory once for all of them, and there as soon as they are asked for.
 *
 * Lifetime: a kept file lives in a pool of its own until the last set that
 * uses it ends. Threads: any number may load at once. A shelf is good across
 * fork. Trust: the operator's bytes. */
#ifndef IPXE_RULES_KEPT_H
#define IPXE_RULES_KEPT_H

#include "base/source.h"

typedef struct ipxe_kept_t ipxe_kept_t;           /* a shelf of kept files */
typedef struct ipxe_kept_file_t ipxe_kept_file_t; /* one, or what may be one */
struct ipxe_loader_t;

/* An empty shelf. NULL where there is no mutex to be had. */
ipxe_kept_t *ipxe_kept_make(apr_pool_t *pool);

/* How many files it keeps. */
int ipxe_kept_count(ipxe_kept_t *shelf);

/* Reads a rule file as ipxe_source_read does; what is kept of the same name
 * and bytes is given again. The source lives as long as `pool`. shelf may be
 * NULL. */
apr_status_t ipxe_kept_read(ipxe_source_t **source, ipxe_kept_t *shelf,
                            const char *path, const char *name, apr_size_t most,
                            apr_pool_t *pool);

/* Room for a hash of the source's bytes, at first all 0: whoever reads the
 * source fills it before anybody else can know it. NULL: the source cannot be
 * kept. */
#define IPXE_KEPT_NOTE_BYTES 32
unsigned char *ipxe_kept_note(const ipxe_source_t *source);

/* What is kept of that name and with that note, as ipxe_kept_read would give
 * it; NULL: nothing is. */
const ipxe_source_t *ipxe_kept_find(ipxe_kept_t *shelf, const char *name,
                                    const unsigned char *note,
                                    apr_pool_t *pool);

/* Compiles what is kept of a source that was loaded into a new file. What the
 * system says; APR_ENOENT: nothing is kept of it. */
apr_status_t ipxe_kept_compile(const ipxe_source_t *source, const char *path,
                               apr_pool_t *pool);

/* How the hosts of a source that was loaded are kept. */
typedef enum ipxe_kept_e {
    IPXE_KEPT_NOT,
    IPXE_KEPT_ALONE, /* in memory, of this process and those that it begot */
    IPXE_KEPT_SHARED /* in a compiled file */
} ipxe_kept_e;
ipxe_kept_e ipxe_kept_how(const ipxe_source_t *source);

/* The source of a compiled file, of the live file's name and with that note:
 * as ipxe_kept_read would give it. NULL: the file cannot be used, and the
 * bytes that it was made from are to be read. */
const ipxe_source_t *ipxe_kept_map(ipxe_kept_t *shelf, const char *path,
                                   const char *name, const unsigned char *note,
                                   apr_pool_t *pool);

/* Private to rules/: gives a loader the hosts of a source; the document without
 * them. NULL: they are not kept, and it must be read. */
const struct ipxe_yaml_t *ipxe_kept_load(struct ipxe_loader_t *loader,
                                         const ipxe_source_t *source);

#endif
