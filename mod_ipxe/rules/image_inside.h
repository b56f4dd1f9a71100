/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an image of hosts, for who makes and who reads it.
 * Private to rules/image*.c. */
#ifndef IPXE_RULES_IMAGE_INSIDE_H
#define IPXE_RULES_IMAGE_INSIDE_H

#include "rules/image.h"

/* Another number for another layout. */
#define IPXE_IMAGE_FORMAT 1u

/* The texts of a host. */
enum {
    IPXE_IMAGE_MACS,
    IPXE_IMAGE_UUID,
    IPXE_IMAGE_SERIAL,
    IPXE_IMAGE_ASSET,
    IPXE_IMAGE_NAME, /* so far as in ipxe_host_by_e */
    IPXE_IMAGE_MAKER,
    IPXE_IMAGE_TEXTS
};

/* A host. Texts and variables are offsets in `texts`, 0: none; lists and
 * actions count from 0, which are NULL; the span is its name's. */
typedef struct ipxe_image_record_t {
    apr_uint32_t texts[IPXE_IMAGE_TEXTS];
    apr_uint32_t vars;
    apr_uint32_t list, action;
    apr_uint32_t begin, end;
} ipxe_image_record_t;

/* The sizes of all other arrays, and whose they are. */
typedef struct ipxe_image_head_t {
    apr_uint32_t format;
    apr_uint32_t record_size; /* tells builds apart, too */
    apr_uint64_t count, slots, texts, text, lines, shared;
    apr_uint32_t numbers; /* of the slots */
    apr_uint32_t told_by; /* bits 1 << ipxe_host_by_e, and of the maker */
    unsigned char note[IPXE_IMAGE_NOTE_BYTES];
} ipxe_image_head_t;

#define IPXE_IMAGE_TOLD_BY_MAKER (1u << IPXE_IMAGE_MAKER)

struct ipxe_image_t {
    ipxe_image_head_t head;
    const ipxe_image_record_t *records;
    ipxe_host_slots_t table;
    const char *texts;
    const ipxe_source_t *source;
    const char *shared;                  /* packed, and ... */
    apr_array_header_t *lists, *actions; /* unpacked */
    const ipxe_yaml_t *root;
};

/* Unpacks what hosts share. */
void ipxe_image_unpack(ipxe_image_t *image, apr_pool_t *pool);

/* A host's text, or NULL. */
const char *ipxe_image_text(const ipxe_image_t *image, int number,
                            unsigned which);

/* The arrays of a file: rules/arrays.h. */
#define IPXE_IMAGE_HEAD    "head"
#define IPXE_IMAGE_RECORDS "records" /* of ipxe_image_record_t */
#define IPXE_IMAGE_SLOTS   "slots"   /* of apr_uint32_t */
#define IPXE_IMAGE_STRINGS "texts"   /* of hosts */
#define IPXE_IMAGE_TEXT    "text"    /* of the rule file, and a NUL */
#define IPXE_IMAGE_LINES   "lines"   /* of apr_uint32_t: where they begin */
#define IPXE_IMAGE_SHARED  "shared"  /* packed: lists, actions, root */

#endif
