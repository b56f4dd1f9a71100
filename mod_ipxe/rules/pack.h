/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of YAML and sets of variables as bytes, and back: what a compiled file
 * of hosts (rules/image.h) keeps of them. Private to rules/.
 *
 *     ipxe_pack_node(text, root);
 *     at = text->data;
 *     root = ipxe_unpack_node(&at, source, pool);
 *
 * Bytes of one build are read by that build alone. What was unpacked points
 * to the texts where they stand. Trust: whoever loads rules wrote the bytes;
 * they are not held against anything. */
#ifndef IPXE_RULES_PACK_H
#define IPXE_RULES_PACK_H

#include "base/text.h"
#include "rules/vars.h"
#include "yaml/tree.h"

/* A number of up to 64 bits, small ones in one byte. */
void ipxe_pack_number(ipxe_text_t *text, apr_uint64_t number);
apr_uint64_t ipxe_unpack_number(const char **at);

/* A text with its NUL. */
void ipxe_pack_text(ipxe_text_t *text, const char *s);
const char *ipxe_unpack_text(const char **at);

/* A node of one source, and all below it; NULL is one, too. */
void ipxe_pack_node(ipxe_text_t *text, const ipxe_yaml_t *node);
const ipxe_yaml_t *ipxe_unpack_node(const char **at,
                                    const ipxe_source_t *source,
                                    apr_pool_t *pool);

/* Variables with no {{ }} and no secret among them. */
void ipxe_pack_vars(ipxe_text_t *text, const ipxe_vars_t *vars);
const ipxe_vars_t *ipxe_unpack_vars(const char *at, const ipxe_source_t *source,
                                    apr_pool_t *pool);

#endif
