/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts of a large rule file, packed: in which a host is found, and made,
 * when a machine asks for it. In memory, or in a file that all processes map.
 * Private to rules/.
 *
 *     image = ipxe_image_make(&parts, pool);          who read the rule file
 *     ipxe_image_write(path, image, note, pool);
 *     ...
 *     ipxe_image_open(&image, path, name, pool);      everybody else
 *     ipxe_image_seek(&search, image, IPXE_HOST_BY_MAC, mac, strlen(mac));
 *     while ((number = ipxe_image_next(&search)) >= 0)
 *         ipxe_image_host(&host, image, number, pool);
 *
 * In it are the hosts as records of one size, the table of their keys and
 * names (rules/host_slots.h), their texts and variables, what they share
 * (lists of groups, actions) and the rest of the rule file as a tree; in a
 * file its text, too, with the places of its lines, so that a host is quoted
 * as it would be from the rule file. Groups and actions are names: each set
 * links its own.
 *
 * Lifetime: the pool's. Immutable; any number of threads. Trust: whoever
 * loads rules has written it; another build's file is refused. */
#ifndef IPXE_RULES_IMAGE_H
#define IPXE_RULES_IMAGE_H

#include "rules/host_slots.h"
#include "rules/loader.h"

#define IPXE_IMAGE_NOTE_BYTES 32

typedef struct ipxe_image_t ipxe_image_t;

/* What one is made of: a rule file as it was read to be kept. */
typedef struct ipxe_image_parts_t {
    const ipxe_source_t *source; /* lives as long as the image */
    const ipxe_host_def_t *defs; /* not linked; those that share a list of
                                    groups or an action have the same */
    int count;
    const ipxe_yaml_t *root; /* the document without its hosts */
} ipxe_image_parts_t;

/* NULL: two hosts have one key or name, a name is none, or there is more than
 * an image can hold; whoever reads the file to use it at once says which. */
ipxe_image_t *ipxe_image_make(const ipxe_image_parts_t *parts,
                              apr_pool_t *pool);

/* Writes it to a new file. note: IPXE_IMAGE_NOTE_BYTES, a hash of the rule
 * file's bytes. */
apr_status_t ipxe_image_write(const char *path, const ipxe_image_t *image,
                              const unsigned char *note, apr_pool_t *pool);

/* name: of the live file. APR_EGENERAL: it is no such file, or of another
 * build. */
apr_status_t ipxe_image_open(ipxe_image_t **image, const char *path,
                             const char *name, apr_pool_t *pool);

/* ---- What is in it ---- */

int ipxe_image_count(const ipxe_image_t *image);
const ipxe_source_t *ipxe_image_source(const ipxe_image_t *image);
const ipxe_yaml_t *ipxe_image_root(const ipxe_image_t *image);

/* Of an image that was opened: as it was written. */
const unsigned char *ipxe_image_note(const ipxe_image_t *image);

/* By which facts its hosts are told; MANUFACTURER among them where one is told
 * by serial and manufacturer. */
ipxe_facts_t ipxe_image_facts(const ipxe_image_t *image);

/* Lists of groups: of const apr_array_header_t * of const ipxe_yaml_t *, NULL
 * for hosts that name none. Actions: of const ipxe_kept_action_t *, NULL for
 * hosts with none of their own. */
const apr_array_header_t *ipxe_image_lists(const ipxe_image_t *image);
const apr_array_header_t *ipxe_image_actions(const ipxe_image_t *image);

/* Which list and which action a host has. */
int ipxe_image_list_of(const ipxe_image_t *image, int number);
int ipxe_image_action_of(const ipxe_image_t *image, int number);

const char *ipxe_image_name(const ipxe_image_t *image, int number);

/* A host; its groups, layers and action are NULL. */
void ipxe_image_host(ipxe_host_t *host, const ipxe_image_t *image, int number,
                     apr_pool_t *pool);

/* ---- Finding ---- */

typedef struct ipxe_image_search_t {
    const ipxe_image_t *image;
    ipxe_host_by_e by;
    const char *value;
    apr_size_t len;
    ipxe_host_place_t place;
} ipxe_image_search_t;

void ipxe_image_seek(ipxe_image_search_t *search, const ipxe_image_t *image,
                     ipxe_host_by_e by, const char *value, apr_size_t len);

/* The next host that has the value; -1: no more. */
int ipxe_image_next(ipxe_image_search_t *search);

#endif
