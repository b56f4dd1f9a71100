/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: a `when`, as a tree that any thread may ask. */
#ifndef IPXE_RULES_COND_H
#define IPXE_RULES_COND_H

#include "rules/model.h"
#include "rules/scope.h"

typedef enum ipxe_cond_e {
    IPXE_COND_ALL, /* a mapping, or `all` */
    IPXE_COND_ANY,
    IPXE_COND_NOT,
    IPXE_COND_FACT,
    IPXE_COND_ARG,
    IPXE_COND_HOST,
    IPXE_COND_GROUP,
    IPXE_COND_RUNS, /* `done`, `failed`: what the state knows */
    IPXE_COND_EXPRESSION
} ipxe_cond_e;

struct ipxe_cond_t {
    ipxe_cond_e kind;
    ipxe_span_t span; /* of the key, or of the text */
    const char *name; /* "serial", "args.rack", "host": the key */
    ipxe_fact_e fact;
    apr_array_header_t *parts;    /* of const ipxe_cond_t * */
    apr_array_header_t *patterns; /* of const ipxe_pattern_t *: one must
                                     match */
    const ipxe_template_t *expression;
    const char *written; /* the expression's text */
};

/* Why a condition does not hold: filled where it is asked for. */
typedef struct ipxe_miss_t {
    ipxe_span_t span;
    const char *because;
} ipxe_miss_t;

/* Does it hold for the machine of the scope? NULL always does. `miss` may be
 * NULL. A failure's diagnostic was added. */
apr_status_t ipxe_cond_holds(int *holds, const ipxe_cond_t *cond,
                             ipxe_scope_t *scope, ipxe_miss_t *miss,
                             ipxe_diags_t *diags);

/* Calls `each` for the condition and every part of it. */
typedef void ipxe_cond_fn(void *baton, const ipxe_cond_t *cond);
void ipxe_cond_walk(const ipxe_cond_t *cond, ipxe_cond_fn *each, void *baton);

#endif
