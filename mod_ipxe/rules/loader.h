/* SPDX-License-Identifier: Apache-2.0 */
/* Loading, inside: what the files of load share. Sections are bound first,
 * each by its own file, and leave what names something else in lists; then
 * all names are linked. Private to rules/. */
#ifndef IPXE_RULES_LOADER_H
#define IPXE_RULES_LOADER_H

#include "rules/action.h"
#include "rules/cond.h"
#include "rules/load.h"
#include "rules/recipe.h"
#include "rules/vars.h"
#include "yaml/bind.h"

/* A name with the place that defined it, in a loader's tables. */
typedef struct ipxe_defined_t {
    const char *name;
    const apr_hash_t *table;
    void *thing;
    ipxe_span_t span;
} ipxe_defined_t;

/* A group while it is loaded. */
typedef struct ipxe_group_def_t {
    ipxe_group_t *group;
    const apr_array_header_t *names; /* of const ipxe_yaml_t *, or NULL */
    apr_array_header_t *linked;      /* of const ipxe_group_t * */
    int colour;                      /* of the search for circles */
} ipxe_group_def_t;

/* An action of hosts that are kept, as the first of them has it written. */
typedef struct ipxe_kept_action_t {
    ipxe_written_t written;
    const ipxe_yaml_t *mapping;
} ipxe_kept_action_t;

/* A host while it is loaded. */
typedef struct ipxe_host_def_t {
    ipxe_host_t *host;
    const apr_array_header_t *names;  /* of const ipxe_yaml_t *, or NULL */
    const ipxe_kept_action_t *action; /* of a kept host alone; or NULL */
} ipxe_host_def_t;

/* What kept hosts share (rules/kept.c): text of names or action -> it. */
typedef struct ipxe_keep_t {
    apr_hash_t *names, *actions;
    int unfit; /* a host holds what each set must compile for itself */
} ipxe_keep_t;

/* A condition whose names are looked up later. */
typedef struct ipxe_cond_use_t {
    const ipxe_cond_t *cond;
    int before;                  /* sets of rules before this one count */
    const ipxe_recipe_t *recipe; /* whose variables count too, or NULL */
} ipxe_cond_use_t;

typedef struct ipxe_loader_t {
    ipxe_rules_t *rules;
    const ipxe_rules_input_t *input;
    ipxe_library_t *library;
    ipxe_vars_t *vars;           /* of the site */
    apr_hash_t *profiles;        /* name -> ipxe_defined_t * of ipxe_recipe_t */
    apr_hash_t *installers;      /* likewise */
    apr_hash_t *menus;           /* ... of ipxe_menu_t */
    apr_hash_t *groups;          /* ... of ipxe_group_def_t */
    apr_hash_t *hosts;           /* ... of ipxe_host_def_t */
    apr_hash_t *rule_names;      /* ... of ipxe_rule_t */
    apr_array_header_t *defined; /* of ipxe_defined_t *, of all tables in the
                                    order of the files */
    apr_array_header_t *host_defs;     /* of ipxe_host_def_t * */
    apr_array_header_t *mapped;        /* of struct ipxe_mapped_t * */
    apr_array_header_t *rule_list;     /* of ipxe_rule_t * */
    apr_array_header_t *ignored_macs;  /* of const char * */
    apr_array_header_t *ignored_uuids; /* of const char * */
    apr_array_header_t *actions;       /* of ipxe_action_t *: to link */
    apr_array_header_t *conds;         /* of ipxe_cond_use_t */
    apr_array_header_t *phrases;       /* of ipxe_phrase_t *: names to check */
    ipxe_keep_t *keep; /* hosts are read to be kept, not to be linked; or NULL
                          */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
    apr_pool_t *temp; /* gone when the set is loaded */
} ipxe_loader_t;

/* ---- Sections; value is the section's node ---- */

void ipxe_bind_vars_section(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_secrets_section(ipxe_loader_t *loader,
                               const ipxe_yaml_t *value);
void ipxe_bind_profiles(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_installers(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_menus(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_groups(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_hosts(ipxe_loader_t *loader, const ipxe_yaml_t *value);
ipxe_yaml_item_fn ipxe_bind_host; /* one; the baton is the loader */

/* A host of its mapping, not yet defined nor linked; NULL where it has no
 * name. What it keeps but for itself is in the loader's pool. */
ipxe_host_def_t *ipxe_make_host(ipxe_loader_t *loader, const ipxe_yaml_t *node,
                                apr_pool_t *scratch);

/* For ipxe_make_host, while hosts are read to be kept. */
const apr_array_header_t *ipxe_keep_names(ipxe_loader_t *loader,
                                          const apr_array_header_t *names);
const ipxe_kept_action_t *ipxe_keep_action(ipxe_loader_t *loader,
                                           const ipxe_written_t *written,
                                           const ipxe_yaml_t *mapping);

void ipxe_bind_ignore(ipxe_loader_t *loader, const ipxe_yaml_t *value);
void ipxe_bind_rules(ipxe_loader_t *loader, const ipxe_yaml_t *value);

/* ---- Linking, in this order ---- */

void ipxe_link_profiles(ipxe_loader_t *loader);
void ipxe_link_groups(ipxe_loader_t *loader);
void ipxe_link_hosts(ipxe_loader_t *loader);
void ipxe_link_actions(ipxe_loader_t *loader);
void ipxe_link_menus(ipxe_loader_t *loader);
void ipxe_link_conds(ipxe_loader_t *loader);
void ipxe_link_answers(ipxe_loader_t *loader);
void ipxe_link_facts(ipxe_loader_t *loader);
void ipxe_link_var_circles(ipxe_loader_t *loader);
void ipxe_link_follow(ipxe_loader_t *loader);

/* What a host that lists `direct` (array of const ipxe_group_t *) is in:
 * ipxe_host_t's groups and layers. */
void ipxe_link_lists(const apr_array_header_t **groups,
                     const apr_array_header_t **layers,
                     const apr_array_header_t *direct, apr_pool_t *pool);

/* An error where a host without an action has two groups with different
 * ones. */
void ipxe_link_actions_of_groups(const ipxe_host_t *host, ipxe_diags_t *diags);

/* Adds that the host is told by a value that is ignored. */
void ipxe_link_ignored(ipxe_loader_t *loader, const ipxe_host_t *host,
                       const char *value);

/* The text of a phrase with no {{ }} in it, else NULL; phrase may be NULL. */
const char *ipxe_phrase_constant(const ipxe_phrase_t *phrase);

/* ---- Pieces ---- */

/* A scalar as a phrase; never NULL, `compiled` is NULL after an error. */
ipxe_phrase_t *ipxe_load_phrase(ipxe_loader_t *loader,
                                const ipxe_yaml_t *scalar,
                                ipxe_context_e context);
ipxe_phrase_t *ipxe_load_phrase_text(ipxe_loader_t *loader, const char *text,
                                     ipxe_span_t span, ipxe_context_e context);

/* Binds a `when`; NULL where there is none or it has errors. `before` and
 * `recipe`: as in ipxe_cond_use_t. */
const ipxe_cond_t *ipxe_load_when(ipxe_loader_t *loader,
                                  const ipxe_yaml_t *when, int before,
                                  const ipxe_recipe_t *recipe);

/* Binds `set`; NULL where there is none. */
ipxe_vars_t *ipxe_load_set(ipxe_loader_t *loader, const ipxe_yaml_t *set);

/* Binds the `vars` and `secrets` of one place, which are one set of names;
 * NULL where there is neither. */
ipxe_vars_t *ipxe_load_vars(ipxe_loader_t *loader, const ipxe_yaml_t *vars,
                            const ipxe_yaml_t *secrets);

/* A secret's value, whose lines are not quoted from now on. */
const ipxe_worth_t *ipxe_load_secret(ipxe_loader_t *loader,
                                     const ipxe_yaml_t *node);

/* Lets no line of a rule file be quoted in which a secret may stand: before
 * YAML is read, because that quotes lines too. */
void ipxe_secrets_hide(const ipxe_source_t *source);

/* The questions of an item: array of ipxe_ask_t; NULL where there are none. */
const apr_array_header_t *ipxe_load_asks(ipxe_loader_t *loader,
                                         const ipxe_yaml_t *list);

/* The mapping of a section, each pair by `each`; another kind is an error. */
typedef void ipxe_each_pair_fn(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                               const ipxe_yaml_t *value);
void ipxe_load_each(ipxe_loader_t *loader, const ipxe_yaml_t *section,
                    const char *what, ipxe_each_pair_fn *each);

/* Defines a name: nonzero where it is well-formed (where `address`) and new;
 * else the error was added. `what` is "profile", "menu", ... */
int ipxe_load_define(ipxe_loader_t *loader, apr_hash_t *table, const char *what,
                     const char *name, ipxe_span_t span, void *thing,
                     int address);

/* The next thing of a table, in the order of the files; *at begins with 0.
 * NULL after the last. */
void *ipxe_load_next(const ipxe_loader_t *loader, const apr_hash_t *table,
                     int *at);

/* Helps by the names of a table: the nearest, or all where they are few. */
void ipxe_load_near(ipxe_diag_t *diag, const ipxe_loader_t *loader,
                    apr_hash_t *table, const char *name);

/* What a table defines under a name; where nothing, an error with the near
 * name was added and NULL is returned. */
void *ipxe_load_find(ipxe_loader_t *loader, apr_hash_t *table, const char *what,
                     const char *name, ipxe_span_t span);

/* The template of a path, or NULL: the error was added. */
const ipxe_template_t *ipxe_load_template(ipxe_loader_t *loader,
                                          const char *path, ipxe_span_t span);

/* Milliseconds of "10s", "500ms", "2m", "1h" or a number of seconds. */
ipxe_bind_fn ipxe_bind_timeout; /* apr_int64_t */

#endif
