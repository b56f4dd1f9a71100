/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: every section of every file, then the links between them. */
#include "rules/load.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/pool.h"
#include "rules/hosts.h"
#include "rules/index.h"
#include "rules/kept.h"
#include "rules/loader.h"
#include "rules/names.h"

/* ---- Pieces ---- */

ipxe_phrase_t *ipxe_load_phrase_text(ipxe_loader_t *loader, const char *text,
                                     ipxe_span_t span, ipxe_context_e context)
{
    ipxe_phrase_t *phrase = apr_pcalloc(loader->pool, sizeof(*phrase));

    phrase->written = text;
    phrase->span = span;
    phrase->compiled = ipxe_template_compile(loader->library, text, span,
                                             context, loader->diags);
    if (phrase->compiled)
        APR_ARRAY_PUSH(loader->phrases, ipxe_phrase_t *) = phrase;
    return phrase;
}

ipxe_phrase_t *ipxe_load_phrase(ipxe_loader_t *loader,
                                const ipxe_yaml_t *scalar,
                                ipxe_context_e context)
{
    return ipxe_load_phrase_text(loader, scalar->text, scalar->span, context);
}

void ipxe_load_each(ipxe_loader_t *loader, const ipxe_yaml_t *section,
                    const char *what, ipxe_each_pair_fn *each)
{
    apr_size_t i;

    if (ipxe_yaml_is_null(section))
        return;
    if (section->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE, section->span,
                      "'%s' must be a mapping, not %s", what,
                      ipxe_yaml_what(section));
        return;
    }
    for (i = 0; i < section->count; i++)
        each(loader, section->pairs[i].key, section->pairs[i].value);
}

int ipxe_load_define(ipxe_loader_t *loader, apr_hash_t *table, const char *what,
                     const char *name, ipxe_span_t span, void *thing,
                     int address)
{
    ipxe_defined_t *first = apr_hash_get(table, name, APR_HASH_KEY_STRING);
    ipxe_diag_t *diag;

    if (address && !ipxe_name_good(name)) {
        diag = ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_NAME, span,
                             "'%s' cannot be the name of a %s", name, what);
        ipxe_diag_help(diag, "letters, digits, '.', '_' and '-': names stand "
                             "in addresses");
        return 0;
    }
    if (first) {
        diag = ipxe_diag_add(loader->diags, IPXE_DIAG_DUPLICATE_NAME, span,
                             "%s '%s' is defined twice", what, name);
        ipxe_diag_note(diag, first->span, "first defined here");
        return 0;
    }
    first = apr_palloc(loader->temp, sizeof(*first));
    APR_ARRAY_PUSH(loader->defined, ipxe_defined_t *) = first;
    first->name = name;
    first->table = table;
    first->thing = thing;
    first->span = span;
    apr_hash_set(table, name, APR_HASH_KEY_STRING, first);
    return 1;
}

static ipxe_defined_t *next_defined(const ipxe_loader_t *loader,
                                    const apr_hash_t *table, int *at)
{
    while (*at < loader->defined->nelts) {
        ipxe_defined_t *defined =
            APR_ARRAY_IDX(loader->defined, (*at)++, ipxe_defined_t *);

        if (defined->table == table)
            return defined;
    }
    return NULL;
}

void *ipxe_load_next(const ipxe_loader_t *loader, const apr_hash_t *table,
                     int *at)
{
    const ipxe_defined_t *defined = next_defined(loader, table, at);

    return defined ? defined->thing : NULL;
}

void ipxe_load_near(ipxe_diag_t *diag, const ipxe_loader_t *loader,
                    apr_hash_t *table, const char *name)
{
    const char **names =
        apr_palloc(loader->pool, (apr_hash_count(table) + 1) * sizeof(*names));
    const ipxe_defined_t *defined;
    apr_size_t n = 0;
    int at = 0;

    while ((defined = next_defined(loader, table, &at)))
        names[n++] = defined->name;
    ipxe_diag_nearest(diag, name, names, n);
}

void *ipxe_load_find(ipxe_loader_t *loader, apr_hash_t *table, const char *what,
                     const char *name, ipxe_span_t span)
{
    const ipxe_defined_t *found =
        apr_hash_get(table, name, APR_HASH_KEY_STRING);

    if (found)
        return found->thing;
    ipxe_load_near(ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_NAME, span,
                                 "there is no %s '%s'", what, name),
                   loader, table, name);
    return NULL;
}

const ipxe_template_t *ipxe_load_template(ipxe_loader_t *loader,
                                          const char *path, ipxe_span_t span)
{
    const apr_array_header_t *paths;
    const ipxe_template_t *found;
    ipxe_diag_t *diag;
    int there;

    found = ipxe_library_get(&there, loader->library, path, loader->diags);
    if (there)
        return found;
    paths = ipxe_library_paths(loader->library, loader->pool);
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_TEMPLATE, span,
                         "there is no template '%s'", path);
    ipxe_diag_nearest(diag, path, (const char *const *)paths->elts,
                      (apr_size_t)paths->nelts);
    if (!diag->help)
        ipxe_diag_help(diag, "paths are below the folder of templates");
    return NULL;
}

static const struct {
    const char *unit;
    apr_int64_t milliseconds;
} units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"h", 3600000}};

#define MOST_DIGITS 6

void ipxe_bind_timeout(void *member, const ipxe_yaml_t *key,
                       const ipxe_yaml_t *value, void *baton,
                       ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_size_t digits, i;
    (void)baton;
    (void)pool;

    if (value->kind != IPXE_YAML_SCALAR) {
        ipxe_bind_wrong(diags, key, value, "a time");
        return;
    }
    digits = strspn(value->text, "0123456789");
    for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (digits && digits <= MOST_DIGITS &&
            strcmp(value->text + digits, units[i].unit) == 0) {
            *(apr_int64_t *)member =
                apr_atoi64(value->text) * units[i].milliseconds;
            return;
        }
    }
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' is no time", value->text),
                   "write 10s, 500ms, 2m or a number of seconds");
}

/* ---- Files ---- */

static const struct {
    const char *key;
    void (*bind)(ipxe_loader_t *loader, const ipxe_yaml_t *value);
} sections[] = {
    {"vars", ipxe_bind_vars_section},      {"installers", ipxe_bind_installers},
    {"profiles", ipxe_bind_profiles},      {"menus", ipxe_bind_menus},
    {"groups", ipxe_bind_groups},          {"hosts", ipxe_bind_hosts},
    {"ignore", ipxe_bind_ignore},          {"rules", ipxe_bind_rules},
    {"secrets", ipxe_bind_secrets_section}};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

/* What a file binds to. */
typedef struct file_t {
    const ipxe_yaml_t *format;
    const ipxe_yaml_t *sections[SECTIONS];
} file_t;

static void bind_format(void *member, const ipxe_yaml_t *key,
                        const ipxe_yaml_t *value, void *baton,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_int64_t version;
    (void)member;
    (void)baton;
    (void)pool;

    if (ipxe_yaml_int(&version, value) && version == 1)
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' is not 1, the only format there is",
                                 key->text),
                   "write `ipxe: 1`");
}

#define SECTION_ROW(key, at) IPXE_BIND(key, NODE, file_t, sections[at], 0)

static const ipxe_bind_t file_rows[] = {
    IPXE_BIND_WITH("ipxe", file_t, format, 0, bind_format), /* required */
    SECTION_ROW("vars", 0),
    SECTION_ROW("installers", 1),
    SECTION_ROW("profiles", 2),
    SECTION_ROW("menus", 3),
    SECTION_ROW("groups", 4),
    SECTION_ROW("hosts", 5),
    SECTION_ROW("ignore", 6),
    SECTION_ROW("rules", 7),
    SECTION_ROW("secrets", 8),
    IPXE_BIND_END};

/* The document; its hosts are defined already. NULL: it cannot be read. */
static const ipxe_yaml_t *read_file(ipxe_loader_t *loader,
                                    const ipxe_source_t *source)
{
    ipxe_yaml_long_t hosts = {"hosts", ipxe_bind_host, loader};
    const ipxe_yaml_t *kept = ipxe_kept_load(loader, source);
    ipxe_yaml_t *root;

    if (kept)
        return kept;
    ipxe_secrets_hide(source);
    ipxe_yaml_parse_long(&root, source, &hosts, loader->diags, loader->pool);
    return root;
}

static void load_file(ipxe_loader_t *loader, const ipxe_source_t *source)
{
    const ipxe_yaml_t *root = read_file(loader, source);
    file_t file;
    apr_size_t i;

    memset(&file, 0, sizeof(file));
    if (!root)
        return;
    if (root->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE,
                                     root->span,
                                     "a rule file must be a mapping, not %s",
                                     ipxe_yaml_what(root)),
                       "its first line is `ipxe: 1`");
        return;
    }
    ipxe_bind(&file, root, file_rows, "a rule file", loader, loader->diags,
              loader->pool);
    if (!ipxe_yaml_key(root, "ipxe"))
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_MISSING_KEY,
                                     ipxe_span(source, 0, 1),
                                     "missing key 'ipxe' in a rule file"),
                       "its first line is `ipxe: 1`");
    for (i = 0; i < SECTIONS; i++) {
        if (file.sections[i])
            sections[i].bind(loader, file.sections[i]);
    }
}

/* ---- Settings ---- */

static void add_setting(ipxe_loader_t *loader, const char *name,
                        const char *value)
{
    const ipxe_source_t *source =
        ipxe_source_make("IPXEVar", value, strlen(value), loader->pool);
    ipxe_worth_t *worth = apr_pcalloc(loader->pool, sizeof(*worth));
    ipxe_var_t *var = apr_pcalloc(loader->pool, sizeof(*var));

    var->name = name;
    var->span = ipxe_span(source, 0, source->len);
    var->worth = worth;
    if (strstr(value, "{{") || strstr(value, "{%")) {
        worth->kind = IPXE_WORTH_PHRASE;
        worth->phrase =
            ipxe_load_phrase_text(loader, value, var->span, IPXE_CONTEXT_NONE);
    }
    else
        worth->fixed = ipxe_value_text(value, 0, loader->pool);
    if (ipxe_name_check_var(name, var->span, loader->diags))
        ipxe_vars_put(loader->vars, var);
}

static void add_settings(ipxe_loader_t *loader, const apr_array_header_t *vars)
{
    int i;

    for (i = 0; vars && i + 1 < vars->nelts; i += 2)
        add_setting(loader, APR_ARRAY_IDX(vars, i, const char *),
                    APR_ARRAY_IDX(vars, i + 1, const char *));
}

/* ---- The whole ---- */

static void (*const links[])(ipxe_loader_t *loader) = {
    ipxe_link_profiles, ipxe_link_groups, ipxe_link_hosts,
    ipxe_link_actions,  ipxe_link_menus,  ipxe_link_conds,
    ipxe_link_answers,  ipxe_link_facts,  ipxe_link_var_circles,
    ipxe_link_follow};

static void init_loader(ipxe_loader_t *loader, const ipxe_rules_input_t *input,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_pool_t *temp = ipxe_pool_own(pool, "ipxe_load");

    memset(loader, 0, sizeof(*loader));
    loader->input = input;
    loader->library = input->library;
    loader->diags = diags;
    loader->pool = pool;
    loader->temp = temp;
    loader->rules = apr_pcalloc(pool, sizeof(*loader->rules));
    loader->vars = ipxe_vars_make(pool);
    loader->profiles = apr_hash_make(temp);
    loader->installers = apr_hash_make(temp);
    loader->menus = apr_hash_make(temp);
    loader->groups = apr_hash_make(temp);
    loader->hosts = apr_hash_make(temp);
    loader->rule_names = apr_hash_make(temp);
    loader->defined = apr_array_make(temp, 64, sizeof(ipxe_defined_t *));
    loader->host_defs = apr_array_make(temp, 16, sizeof(ipxe_host_def_t *));
    loader->mapped = apr_array_make(pool, 1, sizeof(void *));
    loader->rule_list = apr_array_make(pool, 16, sizeof(ipxe_rule_t *));
    loader->ignored_macs = apr_array_make(pool, 2, sizeof(const char *));
    loader->ignored_uuids = apr_array_make(pool, 2, sizeof(const char *));
    loader->actions = apr_array_make(temp, 32, sizeof(ipxe_action_t *));
    loader->conds = apr_array_make(temp, 32, sizeof(ipxe_cond_use_t));
    loader->phrases = apr_array_make(temp, 64, sizeof(ipxe_phrase_t *));
}

/* Without any other the files alone. */
static const apr_array_header_t *only_files(apr_pool_t *pool)
{
    apr_array_header_t *providers =
        apr_array_make(pool, 1, sizeof(const ipxe_host_provider_t *));

    APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = NULL;
    return providers;
}

static void init_rules(const ipxe_loader_t *loader,
                       const ipxe_rules_input_t *input)
{
    ipxe_rules_t *rules = loader->rules;

    rules->vars = loader->vars;
    rules->profiles = apr_hash_make(loader->pool);
    rules->menus = apr_hash_make(loader->pool);
    rules->groups = apr_hash_make(loader->pool);
    rules->rules = loader->rule_list;
    rules->ignored_macs = loader->ignored_macs;
    rules->ignored_uuids = loader->ignored_uuids;
    rules->mapped = loader->mapped;
    rules->library = loader->library;
    rules->providers =
        input->providers ? input->providers : only_files(loader->pool);
}

ipxe_rules_t *ipxe_rules_load(const ipxe_rules_input_t *input,
                              ipxe_diags_t *diags, apr_pool_t *pool)
{
    int errors = diags->errors, i;
    ipxe_loader_t loader;
    apr_size_t link;

    init_loader(&loader, input, diags, pool);
    init_rules(&loader, input);
    for (i = 0; i < input->sources->nelts; i++)
        load_file(&loader,
                  APR_ARRAY_IDX(input->sources, i, const ipxe_source_t *));
    add_settings(&loader, input->settings_vars);
    for (link = 0; link < sizeof(links) / sizeof(*links); link++)
        links[link](&loader);
    apr_pool_destroy(loader.temp);
    if (diags->errors != errors)
        return NULL;
    loader.rules->index = ipxe_index_make(loader.rules, pool);
    return loader.rules;
}
