/* SPDX-License-Identifier: Apache-2.0 */
/* Linking profiles: what they extend, their installers, their answers. */
#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"

/* An installer that stopped twice will stop a third time. */
#define DEFAULT_TRIES 2

enum { WHITE, GREY, BLACK }; /* of the search for circles */

/* ---- Chains ---- */

static void circle(ipxe_loader_t *loader, const ipxe_recipe_t *recipe)
{
    const ipxe_recipe_t *at = recipe->base;
    ipxe_diag_t *diag =
        ipxe_diag_add(loader->diags, IPXE_DIAG_CIRCLE, recipe->extends->span,
                      "%s '%s' extends itself", recipe->what, recipe->name);

    for (; at && at != recipe; at = at->base)
        ipxe_diag_note(diag, at->extends->span, "by way of %s '%s'", at->what,
                       at->name);
}

static void link_base(ipxe_loader_t *loader, apr_hash_t *table,
                      ipxe_recipe_t *recipe)
{
    ipxe_recipe_t *base;

    recipe->colour = GREY;
    base = recipe->extends
               ? ipxe_load_find(loader, table, recipe->what,
                                recipe->extends->text, recipe->extends->span)
               : NULL;
    recipe->base = base;
    if (base) {
        base->extended = 1;
        if (base->colour == WHITE)
            link_base(loader, table, base);
        else if (base->colour == GREY) {
            circle(loader, recipe);
            recipe->base = NULL;
        }
    }
    recipe->colour = BLACK;
}

static void link_bases(ipxe_loader_t *loader, apr_hash_t *table)
{
    ipxe_recipe_t *recipe;
    int at = 0;

    while ((recipe = ipxe_load_next(loader, table, &at))) {
        if (recipe->colour == WHITE)
            link_base(loader, table, recipe);
    }
}

static void add_chain(ipxe_loader_t *loader, apr_array_header_t *cases,
                      const ipxe_recipe_t *first)
{
    const ipxe_recipe_t *recipe;
    int others = 0;

    for (recipe = first; recipe; recipe = recipe->base) {
        APR_ARRAY_PUSH(cases, const ipxe_recipe_t *) = recipe;
        if (recipe->base && ++others == IPXE_MAX_EXTENDS + 1)
            ipxe_diag_add(loader->diags, IPXE_DIAG_CHAIN_TOO_LONG, first->span,
                          "%s '%s' extends more than %d others, one by one",
                          first->what, first->name, IPXE_MAX_EXTENDS);
    }
}

/* ---- Effective values ---- */

/* A member of the first recipe that has it. */
#define FIRST(cases, member) first_of(cases, offsetof(ipxe_recipe_t, member))

static const void *first_of(const apr_array_header_t *cases, apr_size_t offset)
{
    const void *value = NULL;
    int i;

    for (i = 0; i < cases->nelts && !value; i++) {
        const char *recipe = APR_ARRAY_IDX(cases, i, const char *);

        value = *(const void *const *)(recipe + offset);
    }
    return value;
}

static int first_tries(const apr_array_header_t *cases)
{
    int i;

    for (i = 0; i < cases->nelts; i++) {
        int tries = APR_ARRAY_IDX(cases, i, const ipxe_recipe_t *)->tries;

        if (tries)
            return tries;
    }
    return DEFAULT_TRIES;
}

static const ipxe_vars_t *chain_vars(const ipxe_recipe_t *recipe,
                                     apr_pool_t *pool)
{
    const ipxe_vars_t *vars = NULL;

    for (; recipe; recipe = recipe->base)
        vars = ipxe_vars_merge(recipe->vars, vars, pool);
    return vars;
}

/* The last of all recipes: what no file says. */
static const ipxe_recipe_t *defaults(ipxe_loader_t *loader)
{
    static const struct {
        ipxe_part_e part;
        const char *path;
    } paths[] = {{IPXE_PART_LOADER, "wimboot"}, {IPXE_PART_MEMDISK, "memdisk"}};
    ipxe_recipe_t *recipe = apr_pcalloc(loader->pool, sizeof(*recipe));
    apr_size_t i;

    for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        const ipxe_source_t *source = ipxe_source_make(
            "default", paths[i].path, strlen(paths[i].path), loader->pool);
        ipxe_choice_t *choice = apr_pcalloc(loader->pool, sizeof(*choice));

        choice->value = ipxe_load_phrase_text(loader, paths[i].path,
                                              ipxe_span(source, 0, source->len),
                                              IPXE_CONTEXT_URL);
        recipe->parts[paths[i].part] = choice;
    }
    return recipe;
}

static const ipxe_part_e way_parts[] = {IPXE_PART_SCRIPT, IPXE_PART_WIMBOOT,
                                        IPXE_PART_KERNEL, IPXE_PART_EFI,
                                        IPXE_PART_ISO,    IPXE_PART_SANBOOT};

static void check_way(ipxe_loader_t *loader, const ipxe_recipe_t *recipe)
{
    ipxe_diag_t *diag;
    apr_size_t i;

    for (i = 0; i < sizeof(way_parts) / sizeof(*way_parts); i++) {
        if (ipxe_profile_part(recipe->profile, way_parts[i]))
            return;
    }
    if (recipe->extended || recipe->broken)
        return;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_NOTHING_TO_BOOT, recipe->span,
                         "profile '%s' has nothing to boot", recipe->name);
    ipxe_diag_help(diag, "give it an installer, or kernel, efi, iso, sanboot, "
                         "wimboot or script");
}

static void make_profile(ipxe_loader_t *loader, ipxe_recipe_t *recipe,
                         const ipxe_recipe_t *last)
{
    ipxe_profile_t *profile = apr_pcalloc(loader->pool, sizeof(*profile));
    apr_array_header_t *cases =
        apr_array_make(loader->pool, 4, sizeof(const ipxe_recipe_t *));
    const ipxe_recipe_t *family = NULL;
    const ipxe_yaml_t *installer, *install;

    add_chain(loader, cases, recipe);
    installer = FIRST(cases, installer);
    if (installer)
        family = ipxe_load_find(loader, loader->installers, "installer",
                                installer->text, installer->span);
    add_chain(loader, cases, family);
    APR_ARRAY_PUSH(cases, const ipxe_recipe_t *) = last;
    profile->name = recipe->name;
    profile->span = recipe->span;
    profile->cases = cases;
    profile->installer = family ? family->name : NULL;
    profile->title = FIRST(cases, title);
    if (!profile->title)
        profile->title = ipxe_load_phrase_text(loader, recipe->name,
                                               recipe->span, IPXE_CONTEXT_TEXT);
    install = FIRST(cases, install);
    if (install)
        ipxe_yaml_bool(&profile->install, install);
    profile->tries = first_tries(cases);
    profile->report = FIRST(cases, report);
    profile->when = FIRST(cases, when);
    profile->vars = chain_vars(recipe, loader->pool);
    profile->extended = recipe->extended;
    profile->family_vars = chain_vars(family, loader->pool);
    recipe->profile = profile;
    check_way(loader, recipe);
    apr_hash_set(loader->rules->profiles, profile->name, APR_HASH_KEY_STRING,
                 profile);
}

void ipxe_link_profiles(ipxe_loader_t *loader)
{
    const ipxe_recipe_t *last = defaults(loader);
    ipxe_recipe_t *recipe;
    int at = 0;

    link_bases(loader, loader->installers);
    link_bases(loader, loader->profiles);
    while ((recipe = ipxe_load_next(loader, loader->profiles, &at)))
        make_profile(loader, recipe, last);
}

/* ---- answers('NAME') ---- */

/* A check of the calls in one profile. */
typedef struct answers_t {
    ipxe_loader_t *loader;
    const ipxe_profile_t *profile;
    apr_array_header_t *names; /* of const char *: served, on any machine */
} answers_t;

static void add_names(void *baton, const void *value)
{
    const apr_array_header_t *served = value;
    answers_t *answers = baton;
    int i;

    for (i = 0; i < served->nelts; i++)
        APR_ARRAY_PUSH(answers->names, const char *) =
            APR_ARRAY_IDX(served, i, ipxe_served_t).name;
}

static int is_served(const answers_t *answers, const char *name)
{
    int i;

    for (i = 0; name && i < answers->names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(answers->names, i, const char *), name) == 0)
            return 1;
    }
    return answers->names->nelts && (!name || !*name);
}

static void check_call(void *baton, const char *function, const char *literal,
                       int argc, ipxe_span_t span)
{
    const answers_t *answers = baton;
    ipxe_diag_t *diag;

    if (strcmp(function, "answers") != 0 || (argc && !literal) ||
        is_served(answers, literal))
        return;
    if (!answers->names->nelts)
        diag = ipxe_diag_add(answers->loader->diags, IPXE_DIAG_UNKNOWN_ANSWER,
                             span, "profile '%s' has no answer files",
                             answers->profile->name);
    else
        diag = ipxe_diag_add(answers->loader->diags, IPXE_DIAG_UNKNOWN_ANSWER,
                             span, "profile '%s' has no answer file '%s'",
                             answers->profile->name, literal);
    if (answers->names->nelts)
        ipxe_diag_nearest(diag, literal,
                          (const char *const *)answers->names->elts,
                          (apr_size_t)answers->names->nelts);
    else
        ipxe_diag_help(diag, "name its template: answers: FILE");
    ipxe_diag_note(diag, answers->profile->span, "the profile");
}

static void check_phrase(void *baton, const ipxe_phrase_t *phrase)
{
    if (phrase->compiled)
        ipxe_template_calls(phrase->compiled, check_call, baton);
}

/* The parts that a profile takes: of args all, else the first. */
static void check_parts(answers_t *answers)
{
    const apr_array_header_t *cases = answers->profile->cases;
    int part, i;

    for (part = 0; part < IPXE_PART_COUNT; part++) {
        for (i = 0; i < cases->nelts; i++) {
            const ipxe_recipe_t *recipe =
                APR_ARRAY_IDX(cases, i, const ipxe_recipe_t *);

            ipxe_recipe_phrases(recipe, (ipxe_part_e)part, check_phrase,
                                answers);
            if (recipe->parts[part] && part != IPXE_PART_ARGS)
                break;
        }
    }
}

static void check_answers(ipxe_loader_t *loader, const ipxe_profile_t *profile)
{
    const ipxe_choice_t *served = ipxe_profile_part(profile, IPXE_PART_ANSWERS);
    answers_t answers = {loader, profile,
                         apr_array_make(loader->pool, 4, sizeof(const char *))};

    if (served)
        ipxe_choice_walk(served, add_names, &answers);
    check_parts(&answers);
    ipxe_profile_calls(profile, check_call, &answers);
}

void ipxe_link_answers(ipxe_loader_t *loader)
{
    const ipxe_recipe_t *recipe;
    int at = 0;

    while ((recipe = ipxe_load_next(loader, loader->profiles, &at)))
        check_answers(loader, recipe->profile);
}
