/* SPDX-License-Identifier: Apache-2.0 */
/* A scope: what names mean for one machine at one place of a decision. It
 * renders variables when they are asked for, remembers them, and tells which
 * facts were missed. One thread at a time; lives in the request's pool. */
#ifndef IPXE_RULES_SCOPE_H
#define IPXE_RULES_SCOPE_H

#include "rules/model.h"
#include "rules/vars.h"

/* A variable that a rule or an item set: rendered when it matched. */
typedef struct ipxe_set_t {
    const char *name;
    ipxe_value_t value;
    const char *layer; /* "rule 'rack A'", "item 'x' of menu 'main'" */
    ipxe_span_t span;
} ipxe_set_t;

/* Variables of one origin. */
typedef struct ipxe_layer_t {
    const ipxe_vars_t *vars;
    const char *kind; /* "site", "profile" */
    const char *name; /* or NULL */
} ipxe_layer_t;

typedef struct ipxe_scope_t {
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_world_t *world;
    const ipxe_host_t *host; /* or NULL */
    const ipxe_profile_t *profile;
    const ipxe_rule_t *rule;
    apr_array_header_t *sets; /* of ipxe_set_t, the last counts */
    apr_hash_t *cache;        /* name -> const ipxe_value_t * */
    const ipxe_boot_t *boot;  /* what of boot_for fits the machine */
    const ipxe_profile_t *boot_for; /* NULL: that is not known yet */
    int depth;                /* of variables in variables */
    ipxe_facts_t untold;      /* asked for, and not told */
    ipxe_facts_t host_untold; /* with these told a host might be found */
    int unknown;              /* what the machine has done was asked for, and
                                 is not known now */
    const char *missing;      /* the name last asked for in vain */
    ipxe_object_t names;      /* as templates see it: variables, then facts */
    ipxe_object_t asked;      /* as conditions see it: facts, then variables */
    ipxe_object_t facts, raw, vars, args, of_host, of_profile;
    apr_pool_t *pool;
} ipxe_scope_t;

ipxe_scope_t *ipxe_scope_make(const ipxe_rules_t *rules,
                              const ipxe_machine_t *machine,
                              const ipxe_world_t *world, apr_pool_t *pool);

/* Another of the same content, in a pool of its own, with nothing yet
 * remembered. */
ipxe_scope_t *ipxe_scope_copy(const ipxe_scope_t *scope, apr_pool_t *pool);

/* A fact's text, NULL unless present; one not told is noted. */
const char *ipxe_scope_fact(ipxe_scope_t *scope, ipxe_fact_e fact);

/* What of the scope's profile fits its machine; NULL: it cannot boot there. */
const ipxe_boot_t *ipxe_scope_boot(ipxe_scope_t *scope);

/* The profiles whose runs are done, or failed: ipxe_world_t.runs. */
apr_status_t ipxe_scope_runs(const apr_array_header_t **profiles,
                             ipxe_scope_t *scope, int failed);

/* The host's, noting what was not told where there is none. */
const ipxe_host_t *ipxe_scope_host(ipxe_scope_t *scope);

/* Renders and adds the variables of a `set`. */
apr_status_t ipxe_scope_set(ipxe_scope_t *scope, const ipxe_vars_t *set,
                            const char *layer, ipxe_diags_t *diags);

/* A variable's value; kind UNDEFINED where there is none of that name. */
apr_status_t ipxe_scope_var(ipxe_value_t *value, ipxe_scope_t *scope,
                            const char *name, const ipxe_render_t *render);

/* Its layers, lowest first, without the sets: array of ipxe_layer_t. */
apr_array_header_t *ipxe_scope_layers(const ipxe_scope_t *scope,
                                      apr_pool_t *pool);

/* What a phrase says, as a value of kind TEXT. */
apr_status_t ipxe_scope_say(ipxe_value_t *text, ipxe_scope_t *scope,
                            const ipxe_phrase_t *phrase, ipxe_diags_t *diags);

/* ---- Facts as values: rules/facts.c ---- */

/* UNDEFINED unless present; texts are tainted. */
ipxe_value_t ipxe_scope_fact_value(ipxe_scope_t *scope, ipxe_fact_e fact);

/* Fill the objects `facts`, `raw`, `args`. */
void ipxe_scope_fact_objects(ipxe_scope_t *scope);

/* Fill the objects `of_host`, `of_profile`: rules/things.c. */
void ipxe_scope_thing_objects(ipxe_scope_t *scope);

/* A text without taint, with taint; a list of texts. */
ipxe_value_t ipxe_scope_list(const apr_array_header_t *texts, unsigned flags,
                             apr_pool_t *pool);

#endif
