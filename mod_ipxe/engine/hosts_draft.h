/* SPDX-License-Identifier: Apache-2.0 */
/* A host's mapping, made piece by piece from what another system says of it.
 * Private to the engine's files of import. */
#ifndef IPXE_ENGINE_HOSTS_DRAFT_H
#define IPXE_ENGINE_HOSTS_DRAFT_H

#include "engine/hosts_import.h"

/* One that is being made. */
typedef struct ipxe_draft_t {
    apr_array_header_t *pairs;  /* of ipxe_yaml_pair_t */
    apr_array_header_t *macs;   /* of const ipxe_yaml_t * */
    apr_array_header_t *groups; /* of const ipxe_yaml_t * */
    apr_array_header_t *vars;   /* of ipxe_yaml_pair_t */
    ipxe_span_t span;
    apr_pool_t *pool;
} ipxe_draft_t;

ipxe_draft_t *ipxe_draft_make(ipxe_span_t span, apr_pool_t *pool);

/* A text; plain ones are numbers, true or false where they look so. */
const ipxe_yaml_t *ipxe_draft_text(const char *text, int plain,
                                   ipxe_span_t span, apr_pool_t *pool);

/* A mapping of pairs (ipxe_yaml_pair_t), which stay where they are. */
const ipxe_yaml_t *ipxe_draft_mapping(const apr_array_header_t *pairs,
                                      ipxe_span_t span, apr_pool_t *pool);

/* `serial: value`, `boot: value`, ...; an empty text says nothing. */
void ipxe_draft_set(ipxe_draft_t *draft, const char *key,
                    const ipxe_yaml_t *value);

/* One more card, one more group; an empty text is none. */
void ipxe_draft_mac(ipxe_draft_t *draft, const ipxe_yaml_t *mac);
void ipxe_draft_group(ipxe_draft_t *draft, const ipxe_yaml_t *group);

/* A variable; characters that no name of one can have become '_'. Nothing is
 * said by a null or an empty text, list or mapping. */
void ipxe_draft_var(ipxe_draft_t *draft, const char *name,
                    const ipxe_yaml_t *value);

/* `node_name`, and `dns_domain` where the name has dots. */
void ipxe_draft_hostname(ipxe_draft_t *draft, const ipxe_yaml_t *name);

/* The whole. */
const ipxe_yaml_t *ipxe_draft_end(ipxe_draft_t *draft);

/* An entry of which no host can be made: an error, and lost. */
ipxe_diag_t *ipxe_import_lose(ipxe_import_t *import, ipxe_span_t span,
                              const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Readers, by their formats. */
typedef apr_status_t ipxe_import_fn(ipxe_import_t *import,
                                    const ipxe_source_t *source);

ipxe_import_fn ipxe_import_yaml, ipxe_import_csv, ipxe_import_dnsmasq,
    ipxe_import_cobbler, ipxe_import_matchbox, ipxe_import_warewulf;

#endif
