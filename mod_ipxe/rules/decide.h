/* SPDX-License-Identifier: Apache-2.0 */
/* The decision: this machine asks to boot; what does it get?
 *
 * A decision is a value. The script, the explanation, the log line and a
 * rule's test are all drawn from it; making it again from the same machine,
 * set and world gives the same. It lives in the pool of the request. */
#ifndef IPXE_RULES_DECIDE_H
#define IPXE_RULES_DECIDE_H

#include "rules/model.h"

typedef struct ipxe_decision_t {
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_world_t *world;
    const ipxe_rule_t *rule;   /* that decided; NULL: none did */
    const ipxe_host_t *host;   /* the machine's, or NULL */
    const ipxe_host_t *other;  /* a second host that another key finds: the
                                  machine is neither, host is NULL then */
    const ipxe_host_t *clash;  /* the first of the two, where other is set */
    const ipxe_group_t *group; /* whose action is followed, or NULL */
    ipxe_action_t action;      /* what the machine gets, after `follow`;
                                  names with {{ }} are resolved */
    const ipxe_menu_t *menu;   /* the menu that an item was chosen from */
    const ipxe_item_t *item;   /* the item chosen, or NULL */
    const char *reason;        /* where the action is another than the
                                  rule's, why ("profile memtest does not
                                  boot on arm64"), else NULL */
    const char *code; /* of a hold: by what an operator releases it, or NULL */
    int place;        /* of a hold: in the queue for a boot slot, from 1; 0:
                         it is held for another reason */
    int unknown;      /* a hold because the state did not answer */
    int ordered;      /* an operator's word, before all rules */
    int supposed;     /* at load, for a sample: a name that depends on what
                         machines say may be none here */
    int confirm;      /* the local disk, unless `y` on the console says that
                         what was chosen is to be installed again */
    const ipxe_profile_t *wanted; /* what the rules say where the state gives
                                     another action, or NULL */
    const apr_array_header_t *matched; /* of const ipxe_rule_t *: whose `set`
                                          counts, in order */
    ipxe_facts_t untold; /* facts that conditions (or a search for the host)
                            asked for and the request did not name: with all
                            told, the decision may be another */
    const struct ipxe_scope_t *scope; /* private: variables, by layer */
} ipxe_decision_t;

/* Decides. *decision is set unless the status is a failure; then a condition
 * or a value failed in a way that is no plain "does not hold", and the
 * diagnostic was added: the caller tells the machine and boots its disk. */
apr_status_t ipxe_rules_decide(ipxe_decision_t **decision,
                               const ipxe_rules_t *rules,
                               const ipxe_machine_t *machine,
                               const ipxe_world_t *world, ipxe_diags_t *diags,
                               apr_pool_t *pool);

/* The same decision with another outcome: an item chosen in a menu, whose
 * `set` applies, then the machine's answers to its questions (where it sent
 * none, their defaults, else the empty text), and whose action is taken. */
apr_status_t ipxe_decision_choose(ipxe_decision_t **chosen,
                                  const ipxe_decision_t *decision,
                                  const ipxe_menu_t *menu,
                                  const ipxe_item_t *item, ipxe_diags_t *diags,
                                  apr_pool_t *pool);

/* The same decision with the profile fixed (an answer file's ticket). */
ipxe_decision_t *ipxe_decision_fix(const ipxe_decision_t *decision,
                                   const ipxe_profile_t *profile,
                                   apr_pool_t *pool);

/* The same where an operator gives this machine a profile, with variables that
 * go before all others (NULL: none). */
ipxe_decision_t *ipxe_decision_order(const ipxe_decision_t *decision,
                                     const ipxe_profile_t *profile,
                                     const apr_table_t *vars, apr_pool_t *pool);

/* The same where the state does not let the machine have its profile: LOCAL or
 * HOLD, with the reason for the console, the log and explain; code: of a hold,
 * or NULL. */
ipxe_decision_t *ipxe_decision_turn(const ipxe_decision_t *decision,
                                    ipxe_action_e kind, const char *reason,
                                    const char *code, apr_pool_t *pool);

/* Does an item's `when` hold, and can its profile boot on this machine? */
apr_status_t ipxe_decision_offers(int *offers, const ipxe_decision_t *decision,
                                  const ipxe_item_t *item, ipxe_diags_t *diags,
                                  apr_pool_t *pool);

/* What of the decision's profile fits the machine, or NULL. */
const ipxe_boot_t *ipxe_decision_boot(const ipxe_decision_t *decision,
                                      apr_pool_t *pool);

/* Every name that a template of this decision sees: variables by their
 * layers, then facts; facts, raw, vars, args, host, profile, rule,
 * facts_query. */
const ipxe_object_t *ipxe_decision_names(const ipxe_decision_t *decision,
                                         apr_pool_t *pool);

/* ---- Why ---- */

typedef enum ipxe_step_e {
    IPXE_STEP_FAILED,  /* a condition did not hold */
    IPXE_STEP_SET,     /* it matched and set variables; the search went on */
    IPXE_STEP_KEPT,    /* it matched, continue: true */
    IPXE_STEP_NO_HOST, /* follow: host, and nothing to follow */
    IPXE_STEP_DECIDED, /* its action is the decision's */
    IPXE_STEP_NOT_TRIED
} ipxe_step_e;

typedef struct ipxe_step_t {
    const ipxe_rule_t *rule;
    ipxe_step_e outcome;
    ipxe_span_t span;    /* the condition that failed */
    const char *because; /* "serial is 'X1', not 'QC-*'"; or NULL */
} ipxe_step_t;

/* Every rule with what became of it, by going through all of them: array of
 * ipxe_step_t. */
apr_array_header_t *ipxe_decision_why(const ipxe_decision_t *decision,
                                      apr_pool_t *pool);

/* Every variable with its value and where it came from: array of
 * ipxe_var_shown_t, by name. A secret's value is "***". */
typedef struct ipxe_var_shown_t {
    const char *name;
    const char *value;
    const char *layer; /* "profile rocky-9", "rule 'console of rack A'" */
    ipxe_span_t span;
} ipxe_var_shown_t;

/* All that the decision has, by name: array of ipxe_var_shown_t. */
apr_array_header_t *ipxe_decision_vars(const ipxe_decision_t *decision,
                                       apr_pool_t *pool);

#endif
