/* SPDX-License-Identifier: Apache-2.0 */
/* Variables: names with values as they stand in one place of a rule file.
 *
 *     vars:
 *       timezone: Asia/Seoul
 *       disks: [ sda, sdb ]
 *       node: "node-{{ serial }}"
 *
 * A plain number, true or false is one where it would be printed as it is
 * written; `0012345` and `9.10` stay text. Lists and mappings keep their
 * shape; any text in them may hold {{ }}. Immutable once loaded. */
#ifndef IPXE_RULES_VARS_H
#define IPXE_RULES_VARS_H

#include "rules/model.h"

typedef enum ipxe_worth_e {
    IPXE_WORTH_FIXED,  /* no {{ }} in it */
    IPXE_WORTH_PHRASE, /* to be rendered */
    IPXE_WORTH_LIST,
    IPXE_WORTH_MAP
} ipxe_worth_e;

/* A value as it is written. */
typedef struct ipxe_worth_t {
    ipxe_worth_e kind;
    int secret; /* its value is marked IPXE_SECRET */
    ipxe_value_t fixed;
    const ipxe_phrase_t *phrase;
    const apr_array_header_t *parts; /* of const ipxe_worth_t * */
    const apr_array_header_t *keys;  /* of const char *, one for each part */
} ipxe_worth_t;

typedef struct ipxe_var_t {
    const char *name;
    const ipxe_worth_t *worth;
    ipxe_span_t span;
} ipxe_var_t;

struct ipxe_vars_t {
    apr_hash_t *by_name;      /* name -> const ipxe_var_t *; NULL: few */
    apr_array_header_t *list; /* of const ipxe_var_t *, in order */
};

ipxe_vars_t *ipxe_vars_make(apr_pool_t *pool);
void ipxe_vars_put(ipxe_vars_t *vars, const ipxe_var_t *var);

/* NULL where it is not there, or vars is NULL. */
const ipxe_var_t *ipxe_vars_find(const ipxe_vars_t *vars, const char *name);

/* `above` over `below`; each may be NULL. */
const ipxe_vars_t *ipxe_vars_merge(const ipxe_vars_t *below,
                                   const ipxe_vars_t *above, apr_pool_t *pool);

/* The value, its phrases rendered. */
apr_status_t ipxe_worth_value(ipxe_value_t *value, const ipxe_worth_t *worth,
                              const ipxe_render_t *render);

/* Calls `each` for every phrase in it. */
typedef void ipxe_phrase_fn(void *baton, const ipxe_phrase_t *phrase);
void ipxe_worth_phrases(const ipxe_worth_t *worth, ipxe_phrase_fn *each,
                        void *baton);

#endif
