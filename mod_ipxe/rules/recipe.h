/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: the keys of a profile or an installer as they stand in one place,
 * before what it extends. A profile's values are looked for in its own recipe,
 * in those it extends, in its installer's, in those that one extends. */
#ifndef IPXE_RULES_RECIPE_H
#define IPXE_RULES_RECIPE_H

#include "rules/model.h"
#include "yaml/tree.h"

/* The values that can differ by platform and processor. */
typedef enum ipxe_part_e {
    IPXE_PART_SCRIPT,  /* const ipxe_template_t * */
    IPXE_PART_WIMBOOT, /* array of ipxe_file_t */
    IPXE_PART_KERNEL,  /* const ipxe_phrase_t * */
    IPXE_PART_INITRD,  /* array of ipxe_file_t */
    IPXE_PART_EFI,     /* const ipxe_phrase_t *, as the next four */
    IPXE_PART_ISO,
    IPXE_PART_MEMDISK,
    IPXE_PART_SANBOOT,
    IPXE_PART_TREE,
    IPXE_PART_ANSWERS, /* array of ipxe_served_t */
    IPXE_PART_ARGS,    /* array of ipxe_words_t */
    IPXE_PART_WITHOUT, /* array of const char * */
    IPXE_PART_LOADER,  /* const ipxe_phrase_t *: wimboot, where no kernel is
                          written; never written itself */
    IPXE_PART_COUNT
} ipxe_part_e;

/* A value, or one for each platform or processor. */
typedef struct ipxe_choice_t {
    const apr_array_header_t *cases; /* of ipxe_case_t; NULL: one for all */
    const void *value;               /* NULL: `~`, none */
} ipxe_choice_t;

typedef struct ipxe_case_t {
    const char *name; /* "efi", "arm64", "default" */
    const ipxe_choice_t *choice;
} ipxe_case_t;

typedef struct ipxe_recipe_t {
    const char *name;
    const char *what; /* "profile" or "installer" */
    ipxe_span_t span;
    const ipxe_phrase_t *title;     /* or NULL */
    const ipxe_yaml_t *extends;     /* a name, or NULL */
    const ipxe_yaml_t *installer;   /* a name, or NULL */
    const ipxe_yaml_t *install;     /* true or false, or NULL */
    int tries;                      /* 0: not written */
    const ipxe_reporting_t *report; /* or NULL */
    const ipxe_cond_t *when;
    const ipxe_vars_t *vars;
    const ipxe_choice_t *parts[IPXE_PART_COUNT]; /* NULL: not written */
    const struct ipxe_recipe_t *base;            /* linked: what it extends */
    int broken;                                  /* its keys had errors */
    int extended;                                /* another extends it */
    int colour;                                  /* of the search for circles */
    ipxe_profile_t *profile;                     /* of a profile, else NULL */
} ipxe_recipe_t;

/* Nonzero for "efi", "pcbios", ... */
int ipxe_case_is_platform(const char *name);

/* The first of a profile's recipes that has the part; NULL where none. */
const ipxe_choice_t *ipxe_profile_part(const ipxe_profile_t *profile,
                                       ipxe_part_e part);

/* Calls `each` for every call of a product function in the profile's answer
 * files: see ipxe_template_calls. */
void ipxe_profile_calls(const ipxe_profile_t *profile, ipxe_call_fn *each,
                        void *baton);

/* The facts by which the profile differs: platform, cpu. */
ipxe_facts_t ipxe_profile_asks(const ipxe_profile_t *profile);

/* Calls `each` for every value that the choice can be. */
typedef void ipxe_choice_fn(void *baton, const void *value);
void ipxe_choice_walk(const ipxe_choice_t *choice, ipxe_choice_fn *each,
                      void *baton);

/* Calls `each` for every phrase of the part in a recipe. */
void ipxe_recipe_phrases(const ipxe_recipe_t *recipe, ipxe_part_e part,
                         void (*each)(void *baton, const ipxe_phrase_t *phrase),
                         void *baton);

#endif
