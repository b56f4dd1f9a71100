/* SPDX-License-Identifier: Apache-2.0 */
/* What of a profile fits a platform and processor. */
#include <apr_strings.h>
#include <string.h>

#include "rules/load.h"
#include "rules/recipe.h"

/* ---- Choices ---- */

static const ipxe_choice_t *find_case(const ipxe_choice_t *choice,
                                      const char *name)
{
    int i;

    for (i = 0; name && i < choice->cases->nelts; i++) {
        const ipxe_case_t *at = &APR_ARRAY_IDX(choice->cases, i, ipxe_case_t);

        if (strcmp(at->name, name) == 0)
            return at->choice;
    }
    return NULL;
}

/* Which of a choice is for a platform and processor (NULL: unknown). Zero
 * where none is. */
static int choice_pick(const void **value, const ipxe_choice_t *choice,
                       const char *platform, const char *cpu)
{
    while (choice && choice->cases) {
        const ipxe_choice_t *next = find_case(choice, platform);

        if (!next)
            next = find_case(choice, cpu);
        choice = next ? next : find_case(choice, "default");
    }
    if (!choice)
        return 0;
    *value = choice->value;
    return 1;
}

void ipxe_choice_walk(const ipxe_choice_t *choice, ipxe_choice_fn *each,
                      void *baton)
{
    int i;

    if (choice->cases) {
        for (i = 0; i < choice->cases->nelts; i++)
            ipxe_choice_walk(
                APR_ARRAY_IDX(choice->cases, i, ipxe_case_t).choice, each,
                baton);
    }
    else if (choice->value)
        each(baton, choice->value);
}

/* ---- The phrases of a part ---- */

typedef struct phrases_t {
    void (*each)(void *baton, const ipxe_phrase_t *phrase);
    void *baton;
} phrases_t;

static void one_phrase(void *baton, const void *value)
{
    const phrases_t *phrases = baton;

    phrases->each(phrases->baton, value);
}

static void args_phrases(void *baton, const void *value)
{
    const apr_array_header_t *args = value;
    int i;

    for (i = 0; i < args->nelts; i++) {
        const ipxe_words_t *words = &APR_ARRAY_IDX(args, i, ipxe_words_t);

        if (words->phrase)
            one_phrase(baton, words->phrase);
    }
}

static void file_phrases(void *baton, const void *value)
{
    const apr_array_header_t *files = value;
    int i;

    for (i = 0; i < files->nelts; i++) {
        const ipxe_file_t *file = &APR_ARRAY_IDX(files, i, ipxe_file_t);

        if (file->file)
            one_phrase(baton, file->file);
        if (file->name)
            one_phrase(baton, file->name);
        if (file->at)
            one_phrase(baton, file->at);
        if (file->mode)
            one_phrase(baton, file->mode);
    }
}

static ipxe_choice_fn *const walkers[IPXE_PART_COUNT] = {
    [IPXE_PART_WIMBOOT] = file_phrases, [IPXE_PART_KERNEL] = one_phrase,
    [IPXE_PART_INITRD] = file_phrases,  [IPXE_PART_EFI] = one_phrase,
    [IPXE_PART_ISO] = one_phrase,       [IPXE_PART_MEMDISK] = one_phrase,
    [IPXE_PART_SANBOOT] = one_phrase,   [IPXE_PART_TREE] = one_phrase,
    [IPXE_PART_ARGS] = args_phrases,
};

void ipxe_recipe_phrases(const ipxe_recipe_t *recipe, ipxe_part_e part,
                         void (*each)(void *baton, const ipxe_phrase_t *phrase),
                         void *baton)
{
    phrases_t phrases = {each, baton};

    if (recipe->parts[part] && walkers[part])
        ipxe_choice_walk(recipe->parts[part], walkers[part], &phrases);
}

typedef struct calls_t {
    ipxe_call_fn *each;
    void *baton;
} calls_t;

static void served_calls(void *baton, const void *value)
{
    const apr_array_header_t *served = value;
    const calls_t *calls = baton;
    int i;

    for (i = 0; i < served->nelts; i++) {
        const ipxe_template_t *compiled =
            APR_ARRAY_IDX(served, i, ipxe_served_t).compiled;

        if (compiled)
            ipxe_template_calls(compiled, calls->each, calls->baton);
    }
}

void ipxe_profile_calls(const ipxe_profile_t *profile, ipxe_call_fn *each,
                        void *baton)
{
    const ipxe_choice_t *served = ipxe_profile_part(profile, IPXE_PART_ANSWERS);
    calls_t calls = {each, baton};

    if (served)
        ipxe_choice_walk(served, served_calls, &calls);
}

/* ---- Picking ---- */

const ipxe_choice_t *ipxe_profile_part(const ipxe_profile_t *profile,
                                       ipxe_part_e part)
{
    int i;

    for (i = 0; i < profile->cases->nelts; i++) {
        const ipxe_recipe_t *recipe =
            APR_ARRAY_IDX(profile->cases, i, const ipxe_recipe_t *);

        if (recipe->parts[part])
            return recipe->parts[part];
    }
    return NULL;
}

static ipxe_facts_t choice_asks(const ipxe_choice_t *choice)
{
    ipxe_facts_t facts = 0;
    int i;

    for (i = 0; choice->cases && i < choice->cases->nelts; i++) {
        const ipxe_case_t *at = &APR_ARRAY_IDX(choice->cases, i, ipxe_case_t);

        if (ipxe_case_is_platform(at->name))
            facts |= IPXE_FACT_BIT(IPXE_FACT_PLATFORM);
        else if (strcmp(at->name, "default") != 0)
            facts |= IPXE_FACT_BIT(IPXE_FACT_CPU);
        facts |= choice_asks(at->choice);
    }
    return facts;
}

ipxe_facts_t ipxe_profile_asks(const ipxe_profile_t *profile)
{
    ipxe_facts_t facts = 0;
    int part;

    for (part = 0; part < IPXE_PART_COUNT; part++) {
        const ipxe_choice_t *choice =
            ipxe_profile_part(profile, (ipxe_part_e)part);

        if (choice)
            facts |= choice_asks(choice);
        if (choice && part == IPXE_PART_EFI)
            facts |= IPXE_FACT_BIT(IPXE_FACT_PLATFORM);
    }
    return facts;
}

/* What is being put together for one machine. */
typedef struct picking_t {
    const ipxe_profile_t *profile;
    const char *platform, *cpu;
    ipxe_boot_t *boot;
    apr_pool_t *pool;
} picking_t;

/* Nonzero where the part is not written or fits; *value may be NULL. */
static int pick(const picking_t *picking, ipxe_part_e part, const void **value)
{
    const ipxe_choice_t *choice = ipxe_profile_part(picking->profile, part);

    *value = NULL;
    return !choice ||
           choice_pick(value, choice, picking->platform, picking->cpu);
}

/* The base's and the family's arguments stand before a profile's own. */
static int gather_args(const picking_t *picking)
{
    const apr_array_header_t *cases = picking->profile->cases;
    apr_array_header_t *args =
        apr_array_make(picking->pool, 8, sizeof(ipxe_words_t));
    const void *value;
    int i;

    for (i = cases->nelts; i > 0; i--) {
        const ipxe_choice_t *choice =
            APR_ARRAY_IDX(cases, i - 1, const ipxe_recipe_t *)
                ->parts[IPXE_PART_ARGS];

        if (!choice)
            continue;
        if (!choice_pick(&value, choice, picking->platform, picking->cpu))
            return 0;
        if (value)
            apr_array_cat(args, value);
    }
    picking->boot->args = args;
    return 1;
}

typedef int way_fn(const picking_t *picking);

static int way_script(const picking_t *picking)
{
    const void *value;

    pick(picking, IPXE_PART_SCRIPT, &value);
    picking->boot->script = value;
    return value != NULL;
}

static int way_wimboot(const picking_t *picking)
{
    const void *files, *kernel;

    pick(picking, IPXE_PART_WIMBOOT, &files);
    if (!files || !pick(picking, IPXE_PART_KERNEL, &kernel))
        return 0;
    if (!kernel)
        pick(picking, IPXE_PART_LOADER, &kernel);
    picking->boot->kernel = kernel;
    picking->boot->initrds = files;
    return 1;
}

static int way_kernel(const picking_t *picking)
{
    const void *kernel, *files;

    pick(picking, IPXE_PART_KERNEL, &kernel);
    if (!kernel || !pick(picking, IPXE_PART_INITRD, &files))
        return 0;
    picking->boot->kernel = kernel;
    if (files)
        picking->boot->initrds = files;
    return 1;
}

static int way_efi(const picking_t *picking)
{
    const void *program;

    pick(picking, IPXE_PART_EFI, &program);
    picking->boot->kernel = program;
    return program && picking->platform &&
           strcmp(picking->platform, "efi") == 0;
}

static int way_iso(const picking_t *picking)
{
    const void *memdisk;

    if (!picking->boot->iso || !pick(picking, IPXE_PART_MEMDISK, &memdisk))
        return 0;
    picking->boot->kernel = memdisk;
    return memdisk != NULL;
}

static int way_sanboot(const picking_t *picking)
{
    const void *san;

    pick(picking, IPXE_PART_SANBOOT, &san);
    picking->boot->kernel = san;
    return san != NULL;
}

static way_fn *const ways[] = {
    [IPXE_WAY_SCRIPT] = way_script, [IPXE_WAY_WIMBOOT] = way_wimboot,
    [IPXE_WAY_KERNEL] = way_kernel, [IPXE_WAY_EFI] = way_efi,
    [IPXE_WAY_ISO] = way_iso,       [IPXE_WAY_SANBOOT] = way_sanboot};

#define WAYS (sizeof(ways) / sizeof(*ways))

static int pick_way(const picking_t *picking)
{
    apr_size_t way;

    for (way = 0; way < WAYS; way++) {
        picking->boot->kernel = NULL;
        if (ways[way](picking)) {
            picking->boot->way = (ipxe_way_e)way;
            return 1;
        }
    }
    return 0;
}

const ipxe_boot_t *ipxe_profile_for(const ipxe_profile_t *profile,
                                    const char *platform, const char *cpu,
                                    apr_pool_t *pool)
{
    ipxe_boot_t *boot = apr_pcalloc(pool, sizeof(*boot));
    picking_t picking = {profile, platform, cpu, boot, pool};
    const void *tree, *answers, *iso, *without;

    boot->initrds = apr_array_make(pool, 1, sizeof(ipxe_file_t));
    boot->served = apr_array_make(pool, 1, sizeof(ipxe_served_t));
    boot->without = apr_array_make(pool, 1, sizeof(const char *));
    if (!pick(&picking, IPXE_PART_TREE, &tree) ||
        !pick(&picking, IPXE_PART_ANSWERS, &answers) ||
        !pick(&picking, IPXE_PART_WITHOUT, &without) || !gather_args(&picking))
        return NULL;
    pick(&picking, IPXE_PART_ISO, &iso);
    boot->tree = tree;
    boot->iso = iso;
    if (answers)
        boot->served = answers;
    if (without)
        boot->without = without;
    return pick_way(&picking) ? boot : NULL;
}
