/* SPDX-License-Identifier: Apache-2.0 */
/* Binding profiles and installers: one table of keys for both. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <limits.h>
#include <string.h>

#include "rules/loader.h"
#include "rules/names.h"
#include "rules/words.h"

static const char *const platforms[] = {"pcbios", "efi", "linux", "sbi"};
static const char *const processors[] = {
    "i386", "x86_64", "arm32", "arm64", "riscv32", "riscv64", "loong64"};
static const char *const case_names[] = {
    "pcbios", "efi",   "linux",   "sbi",     "i386",    "x86_64",
    "arm32",  "arm64", "riscv32", "riscv64", "loong64", "default"};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

int ipxe_case_is_platform(const char *name)
{
    return ipxe_text_among(name, platforms, COUNT(platforms));
}

/* ---- By platform and processor ---- */

/* Makes a value of one part; NULL after an error. */
typedef const void *make_fn(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                            const ipxe_yaml_t *value);

static const ipxe_choice_t *make_choice(ipxe_loader_t *loader,
                                        const ipxe_yaml_t *key,
                                        const ipxe_yaml_t *value, make_fn *make,
                                        int mapping_too);

/* How many of a mapping's keys are platforms or processors. */
static apr_size_t count_cases(const ipxe_yaml_t *value)
{
    apr_size_t i, n = 0;

    for (i = 0; i < value->count; i++)
        n += (apr_size_t)ipxe_text_among(value->pairs[i].key->text, case_names,
                                         COUNT(case_names));
    return n;
}

static void check_mixed(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    const ipxe_yaml_t *platform = NULL, *cpu = NULL;
    ipxe_diag_t *diag;
    apr_size_t i;

    for (i = 0; i < value->count; i++) {
        const ipxe_yaml_t *key = value->pairs[i].key;

        if (!platform && ipxe_case_is_platform(key->text))
            platform = key;
        if (!cpu && ipxe_text_among(key->text, processors, COUNT(processors)))
            cpu = key;
    }
    if (!platform || !cpu)
        return;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_MIXED_CASES, cpu->span,
                         "'%s' is a processor, and '%s' beside it a platform",
                         cpu->text, platform->text);
    ipxe_diag_help(diag, "put one into the other: { efi: { x86_64: a, "
                         "arm64: b } }");
}

static void add_case(ipxe_loader_t *loader, apr_array_header_t *cases,
                     const ipxe_yaml_pair_t *pair, const ipxe_yaml_t *key,
                     make_fn *make, int mapping_too)
{
    ipxe_diag_t *diag;
    ipxe_case_t *made;

    if (!ipxe_text_among(pair->key->text, case_names, COUNT(case_names))) {
        diag = ipxe_diag_add(
            loader->diags, IPXE_DIAG_UNKNOWN_KEY, pair->key->span,
            "'%s' is no platform and no processor", pair->key->text);
        ipxe_diag_nearest(diag, pair->key->text, case_names, COUNT(case_names));
        return;
    }
    made = apr_array_push(cases);
    made->name = pair->key->text;
    made->choice = make_choice(loader, key, pair->value, make, mapping_too);
}

static const ipxe_choice_t *make_choice(ipxe_loader_t *loader,
                                        const ipxe_yaml_t *key,
                                        const ipxe_yaml_t *value, make_fn *make,
                                        int mapping_too)
{
    ipxe_choice_t *choice = apr_pcalloc(loader->pool, sizeof(*choice));
    apr_array_header_t *cases;
    apr_size_t i;

    if (value->kind == IPXE_YAML_NULL)
        return choice;
    if (value->kind != IPXE_YAML_MAPPING ||
        (mapping_too && count_cases(value) < value->count)) {
        choice->value = make(loader, key, value);
        return choice;
    }
    cases = apr_array_make(loader->pool, 4, sizeof(ipxe_case_t));
    choice->cases = cases;
    check_mixed(loader, value);
    for (i = 0; i < value->count; i++)
        add_case(loader, cases, &value->pairs[i], key, make, mapping_too);
    return choice;
}

/* ---- Values ---- */

static const void *make_url(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                            const ipxe_yaml_t *value)
{
    if (value->kind == IPXE_YAML_SCALAR && *value->text)
        return ipxe_load_phrase(loader, value, IPXE_CONTEXT_URL);
    if (value->kind == IPXE_YAML_SCALAR)
        ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE, value->span,
                      "'%s' is empty", key->text);
    else
        ipxe_bind_wrong(loader->diags, key, value, "a path or a URL");
    return NULL;
}

static const void *make_script(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                               const ipxe_yaml_t *value)
{
    if (value->kind == IPXE_YAML_SCALAR)
        return ipxe_load_template(loader, value->text, value->span);
    ipxe_bind_wrong(loader->diags, key, value, "the path of a template");
    return NULL;
}

static void bind_word(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)pool;
    if (value->kind == IPXE_YAML_SCALAR)
        *(const ipxe_phrase_t **)member =
            ipxe_load_phrase(baton, value, IPXE_CONTEXT_ARGUMENT);
    else
        ipxe_bind_wrong(diags, key, value, "text");
}

static void bind_file(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)diags;
    (void)pool;
    *(const ipxe_phrase_t **)member = make_url(baton, key, value);
}

static void bind_mode(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    bind_word(member, key, value, baton, diags, pool);
    if (value->kind == IPXE_YAML_SCALAR && !strstr(value->text, "{{") &&
        (strlen(value->text) > 4 || !*value->text ||
         strspn(value->text, "01234567") != strlen(value->text)))
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                     "'%s' is no mode of a file", value->text),
                       "octal digits as chmod takes them: 755");
}

static const ipxe_bind_t file_rows[] = {
    IPXE_BIND_WITH("file", ipxe_file_t, file, IPXE_BIND_REQUIRED, bind_file),
    IPXE_BIND_WITH("name", ipxe_file_t, name, 0, bind_word),
    IPXE_BIND_WITH("at", ipxe_file_t, at, 0, bind_word),
    IPXE_BIND_WITH("mode", ipxe_file_t, mode, 0, bind_mode), IPXE_BIND_END};

static void add_file(ipxe_loader_t *loader, apr_array_header_t *files,
                     const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    ipxe_file_t file;

    memset(&file, 0, sizeof(file));
    if (value->kind == IPXE_YAML_MAPPING)
        ipxe_bind(&file, value, file_rows, "a file", loader, loader->diags,
                  loader->pool);
    else
        file.file = make_url(loader, key, value);
    APR_ARRAY_PUSH(files, ipxe_file_t) = file;
}

static const void *make_files(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                              const ipxe_yaml_t *value)
{
    apr_array_header_t *files =
        apr_array_make(loader->pool, 2, sizeof(ipxe_file_t));
    apr_size_t i;

    if (value->kind != IPXE_YAML_SEQUENCE)
        add_file(loader, files, key, value);
    else {
        for (i = 0; i < value->count; i++)
            add_file(loader, files, key, value->items[i]);
    }
    return files;
}

/* ---- Arguments of a kernel ---- */

/* What is left of "console=ttyS0,115200n8" after YAML parted it. */
static int doubtful(const char *word)
{
    apr_size_t digits = strspn(word, "0123456789");

    return digits >= 3 && word[digits] && strchr("noe", word[digits]) &&
           apr_isdigit(word[digits + 1]) && !word[digits + 2];
}

static void add_arg(ipxe_loader_t *loader, apr_array_header_t *args,
                    const char *text, ipxe_span_t span)
{
    if (doubtful(text))
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_DOUBTFUL_ARGUMENT,
                                     span,
                                     "argument '%s' looks like the end of "
                                     "another",
                                     text),
                       "a comma in [ ] parts items: quote "
                       "\"console=ttyS0,115200n8\"");
    ipxe_words_add(
        args, ipxe_load_phrase_text(loader, text, span, IPXE_CONTEXT_ARGUMENT));
}

/* Bytes of the word at s: to a blank that is not within {{ }}. */
static apr_size_t word_length(const char *s)
{
    const char *at = s;

    while (*at && !apr_isspace(*at)) {
        const char *end = strncmp(at, "{{", 2) == 0 ? strstr(at, "}}") : NULL;

        at = end ? end + 2 : at + 1;
    }
    return (apr_size_t)(at - s);
}

static void split_args(ipxe_loader_t *loader, apr_array_header_t *args,
                       const ipxe_yaml_t *value)
{
    const char *at = value->text;
    int exact =
        value->plain && value->span.end - value->span.begin == value->count;

    for (;;) {
        ipxe_span_t span = value->span;
        apr_size_t len;

        while (apr_isspace(*at))
            at++;
        len = word_length(at);
        if (!len)
            return;
        if (exact) {
            span.begin += (apr_size_t)(at - value->text);
            span.end = span.begin + len;
        }
        add_arg(loader, args, apr_pstrmemdup(loader->pool, at, len), span);
        at += len;
    }
}

static const void *make_args(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value)
{
    apr_array_header_t *args =
        apr_array_make(loader->pool, 4, sizeof(ipxe_words_t));
    apr_size_t i;

    if (value->kind == IPXE_YAML_SCALAR)
        split_args(loader, args, value);
    else if (value->kind != IPXE_YAML_SEQUENCE)
        ipxe_bind_wrong(loader->diags, key, value, "a list, or one text");
    else {
        for (i = 0; i < value->count; i++) {
            const ipxe_yaml_t *item = value->items[i];

            if (item->kind == IPXE_YAML_SCALAR)
                add_arg(loader, args, item->text, item->span);
            else
                ipxe_bind_wrong(loader->diags, key, item, "a list of words");
        }
    }
    return args;
}

static const void *make_without(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                                const ipxe_yaml_t *value)
{
    apr_array_header_t *names =
        apr_array_make(loader->pool, 2, sizeof(const char *));
    apr_size_t i;

    if (value->kind == IPXE_YAML_SCALAR)
        return ipxe_text_split(value->text, " \t\n", loader->pool);
    if (value->kind != IPXE_YAML_SEQUENCE)
        ipxe_bind_wrong(loader->diags, key, value, "a list of words");
    for (i = 0; value->kind == IPXE_YAML_SEQUENCE && i < value->count; i++) {
        if (value->items[i]->kind == IPXE_YAML_SCALAR)
            APR_ARRAY_PUSH(names, const char *) = value->items[i]->text;
        else
            ipxe_bind_wrong(loader->diags, key, value->items[i], "a word");
    }
    return names;
}

/* ---- Answer files ---- */

static void add_served(ipxe_loader_t *loader, apr_array_header_t *served,
                       const char *name, const ipxe_yaml_t *at,
                       const ipxe_yaml_t *path)
{
    ipxe_served_t *made;
    ipxe_diag_t *diag;
    int i;

    for (i = 0; i < served->nelts; i++) {
        made = &APR_ARRAY_IDX(served, i, ipxe_served_t);
        if (strcmp(made->name, name) == 0) {
            diag =
                ipxe_diag_add(loader->diags, IPXE_DIAG_DUPLICATE_NAME, at->span,
                              "two answer files are served as '%s'", name);
            ipxe_diag_note(diag, made->span, "the other stands here");
            ipxe_diag_help(diag, "name them: answers: { NAME: TEMPLATE }");
        }
    }
    if (!*name || strchr(name, '/'))
        ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_NAME, at->span,
                      "an answer file cannot be served as '%s'", name);
    made = apr_array_push(served);
    made->name = name;
    made->path = path->text;
    made->span = path->span;
    made->compiled = ipxe_load_template(loader, path->text, path->span);
}

static void add_path(ipxe_loader_t *loader, apr_array_header_t *served,
                     const ipxe_yaml_t *key, const ipxe_yaml_t *path)
{
    const char *slash;

    if (path->kind != IPXE_YAML_SCALAR) {
        ipxe_bind_wrong(loader->diags, key, path, "the path of a template");
        return;
    }
    slash = strrchr(path->text, '/');
    add_served(loader, served, slash ? slash + 1 : path->text, path, path);
}

static const void *make_answers(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                                const ipxe_yaml_t *value)
{
    apr_array_header_t *served =
        apr_array_make(loader->pool, 3, sizeof(ipxe_served_t));
    apr_size_t i;

    if (value->kind == IPXE_YAML_SCALAR)
        add_path(loader, served, key, value);
    for (i = 0; value->kind == IPXE_YAML_SEQUENCE && i < value->count; i++)
        add_path(loader, served, key, value->items[i]);
    for (i = 0; value->kind == IPXE_YAML_MAPPING && i < value->count; i++) {
        const ipxe_yaml_pair_t *pair = &value->pairs[i];

        if (pair->value->kind == IPXE_YAML_SCALAR)
            add_served(loader, served, pair->key->text, pair->key, pair->value);
        else
            ipxe_bind_wrong(loader->diags, pair->key, pair->value,
                            "the path of a template");
    }
    return served;
}

/* ---- The table ---- */

/* What a mapping binds to. */
typedef struct keys_t {
    const ipxe_yaml_t *title, *extends, *installer, *install, *when, *vars,
        *secrets, *report;
    const ipxe_yaml_t *parts[IPXE_PART_COUNT];
    int tries;
} keys_t;

static const struct {
    make_fn *make;
    int mapping_too; /* its value can be a mapping of another kind */
} parts[IPXE_PART_COUNT] = {
    [IPXE_PART_SCRIPT] = {make_script, 0},
    [IPXE_PART_WIMBOOT] = {make_files, 1},
    [IPXE_PART_KERNEL] = {make_url, 0},
    [IPXE_PART_INITRD] = {make_files, 1},
    [IPXE_PART_EFI] = {make_url, 0},
    [IPXE_PART_ISO] = {make_url, 0},
    [IPXE_PART_MEMDISK] = {make_url, 0},
    [IPXE_PART_SANBOOT] = {make_url, 0},
    [IPXE_PART_TREE] = {make_url, 0},
    [IPXE_PART_ANSWERS] = {make_answers, 1},
    [IPXE_PART_ARGS] = {make_args, 0},
    [IPXE_PART_WITHOUT] = {make_without, 0},
};

static const char *const part_keys[IPXE_PART_COUNT] = {
    "script",  "wimboot", "kernel", "initrd",  "efi",  "iso",
    "memdisk", "sanboot", "tree",   "answers", "args", "without"};

#define PART_ROW(key, part)                                                    \
    {                                                                          \
        key, IPXE_BIND_NODE, offsetof(keys_t, parts[IPXE_PART_##part]), 0, 0,  \
            0, NULL                                                            \
    }

#define COMMON_ROWS                                                            \
    IPXE_BIND("title", SCALAR, keys_t, title, 0),                              \
        IPXE_BIND("extends", SCALAR, keys_t, extends, 0),                      \
        IPXE_BIND("install", NODE, keys_t, install, 0),                        \
        IPXE_BIND("when", NODE, keys_t, when, 0),                              \
        IPXE_BIND("vars", NODE, keys_t, vars, 0),                              \
        IPXE_BIND("report", NODE, keys_t, report, 0),                          \
        IPXE_BIND_RANGE("tries", keys_t, tries, 0, 1, 100),                    \
        IPXE_BIND("secrets", NODE, keys_t, secrets, 0),                        \
        PART_ROW("script", SCRIPT), PART_ROW("wimboot", WIMBOOT),              \
        PART_ROW("kernel", KERNEL), PART_ROW("initrd", INITRD),                \
        PART_ROW("efi", EFI), PART_ROW("iso", ISO),                            \
        PART_ROW("memdisk", MEMDISK), PART_ROW("sanboot", SANBOOT),            \
        PART_ROW("tree", TREE), PART_ROW("answers", ANSWERS),                  \
        PART_ROW("args", ARGS), PART_ROW("without", WITHOUT)

static const ipxe_bind_t profile_rows[] = {
    COMMON_ROWS, IPXE_BIND("installer", SCALAR, keys_t, installer, 0),
    IPXE_BIND_END};

static const ipxe_bind_t installer_rows[] = {COMMON_ROWS, IPXE_BIND_END};

/* ---- Reports ---- */

static const char *const script_kinds[] = {"sh", "python", "powershell", "cmd"};

static void add_reporter(ipxe_loader_t *loader, apr_array_header_t *reporters,
                         const ipxe_yaml_pair_t *pair)
{
    const char *kind = pair->key->text;
    ipxe_reporter_t *made;

    if (!ipxe_text_among(kind, script_kinds, COUNT(script_kinds))) {
        ipxe_diag_nearest(ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_KEY,
                                        pair->key->span,
                                        "'%s' is no kind of script", kind),
                          kind, script_kinds, COUNT(script_kinds));
        return;
    }
    if (pair->value->kind != IPXE_YAML_SCALAR) {
        ipxe_bind_wrong(loader->diags, pair->key, pair->value, "a command");
        return;
    }
    made = apr_array_push(reporters);
    made->kind = kind;
    made->command = ipxe_load_phrase(loader, pair->value, IPXE_CONTEXT_SHELL);
}

static const ipxe_reporting_t *make_report(ipxe_loader_t *loader,
                                           const ipxe_yaml_t *report)
{
    ipxe_reporting_t *made = apr_pcalloc(loader->pool, sizeof(*made));
    apr_array_header_t *reporters;
    apr_size_t i;

    if (report->kind == IPXE_YAML_SCALAR && strcmp(report->text, "none") == 0) {
        made->none = 1;
        return made;
    }
    if (report->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE,
                                     report->span,
                                     "'report' must be a mapping or `none`, "
                                     "not %s",
                                     ipxe_yaml_what(report)),
                       "write { sh: COMMAND }, by the kind of script");
        return NULL;
    }
    reporters = apr_array_make(loader->pool, 2, sizeof(ipxe_reporter_t));
    for (i = 0; i < report->count; i++)
        add_reporter(loader, reporters, &report->pairs[i]);
    made->reporters = reporters;
    return made;
}

static void check_install(ipxe_loader_t *loader, const ipxe_yaml_t *mapping,
                          const ipxe_yaml_t *install)
{
    int truth;

    if (install && !ipxe_yaml_bool(&truth, install))
        ipxe_bind_wrong(loader->diags, ipxe_yaml_key(mapping, "install"),
                        install, "true or false");
}

static ipxe_recipe_t *make_recipe(ipxe_loader_t *loader,
                                  const ipxe_yaml_t *name,
                                  const ipxe_yaml_t *value, const char *what,
                                  const ipxe_bind_t *rows)
{
    ipxe_recipe_t *recipe = apr_pcalloc(loader->pool, sizeof(*recipe));
    const char *called = apr_pstrcat(
        loader->pool, strcmp(what, "profile") ? "an " : "a ", what, NULL);
    keys_t keys;
    int part;

    memset(&keys, 0, sizeof(keys));
    recipe->name = name->text;
    recipe->what = what;
    recipe->span = name->span;
    recipe->broken = ipxe_bind(&keys, value, rows, called, loader,
                               loader->diags, loader->pool) != APR_SUCCESS;
    recipe->extends = keys.extends;
    recipe->installer = keys.installer;
    recipe->install = keys.install;
    recipe->tries = keys.tries;
    check_install(loader, value, keys.install);
    if (keys.title)
        recipe->title = ipxe_load_phrase(loader, keys.title, IPXE_CONTEXT_TEXT);
    recipe->vars = ipxe_load_vars(loader, keys.vars, keys.secrets);
    recipe->when = ipxe_load_when(loader, keys.when, INT_MAX, recipe);
    if (keys.report)
        recipe->report = make_report(loader, keys.report);
    for (part = 0; part < IPXE_PART_COUNT; part++) {
        if (keys.parts[part])
            recipe->parts[part] = make_choice(
                loader, ipxe_yaml_key(value, part_keys[part]), keys.parts[part],
                parts[part].make, parts[part].mapping_too);
    }
    return recipe;
}

static void bind_profile(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                         const ipxe_yaml_t *value)
{
    ipxe_recipe_t *recipe =
        make_recipe(loader, name, value, "profile", profile_rows);

    ipxe_load_define(loader, loader->profiles, "profile", name->text,
                     name->span, recipe, 1);
}

static void bind_installer(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                           const ipxe_yaml_t *value)
{
    ipxe_recipe_t *recipe =
        make_recipe(loader, name, value, "installer", installer_rows);

    ipxe_load_define(loader, loader->installers, "installer", name->text,
                     name->span, recipe, 1);
}

void ipxe_bind_profiles(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    ipxe_load_each(loader, value, "profiles", bind_profile);
}

void ipxe_bind_installers(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    ipxe_load_each(loader, value, "installers", bind_installer);
}
