/* SPDX-License-Identifier: Apache-2.0 */
/* Binding a `when`: a mapping of patterns, or an expression. */
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "rules/loader.h"
#include "rules/pattern.h"

#define MOST_KEYS (IPXE_FACT_COUNT + 8)

static ipxe_cond_t *make_cond(ipxe_loader_t *loader, const ipxe_yaml_t *node);

static ipxe_cond_t *new_cond(ipxe_loader_t *loader, ipxe_cond_e kind,
                             const char *name, ipxe_span_t span)
{
    ipxe_cond_t *cond = apr_pcalloc(loader->pool, sizeof(*cond));

    cond->kind = kind;
    cond->name = name;
    cond->span = span;
    cond->fact = IPXE_FACT_COUNT;
    return cond;
}

static void add_part(ipxe_loader_t *loader, ipxe_cond_t *cond,
                     const ipxe_cond_t *part)
{
    if (!cond->parts)
        cond->parts =
            apr_array_make(loader->pool, 2, sizeof(const ipxe_cond_t *));
    if (part)
        APR_ARRAY_PUSH(cond->parts, const ipxe_cond_t *) = part;
}

/* ---- Patterns ---- */

static void add_pattern(ipxe_loader_t *loader, ipxe_cond_t *cond,
                        const ipxe_yaml_t *node, const ipxe_subject_t *subject)
{
    const ipxe_pattern_t *pattern =
        ipxe_pattern_compile(node, subject, loader->diags, loader->pool);

    if (!pattern)
        return;
    APR_ARRAY_PUSH(cond->patterns, const ipxe_pattern_t *) = pattern;
    if (node->kind == IPXE_YAML_SCALAR && strstr(node->text, "{{"))
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_DOUBTFUL_PATTERN,
                                     node->span,
                                     "nothing is put into a pattern: it stands "
                                     "for itself, braces and all"),
                       "write an expression: when: %s == name", subject->name);
}

static void bind_patterns(ipxe_loader_t *loader, ipxe_cond_t *cond,
                          const ipxe_yaml_t *value,
                          const ipxe_subject_t *subject)
{
    apr_size_t i;

    cond->patterns =
        apr_array_make(loader->pool, 2, sizeof(const ipxe_pattern_t *));
    if (value->kind != IPXE_YAML_SEQUENCE) {
        add_pattern(loader, cond, value, subject);
        return;
    }
    for (i = 0; i < value->count; i++)
        add_pattern(loader, cond, value->items[i], subject);
    if (!value->count)
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_PATTERN,
                                     value->span,
                                     "an empty list matches nothing"),
                       "~ means absent");
}

/* ---- all, any, not ---- */

static ipxe_cond_t *bind_list(ipxe_loader_t *loader, ipxe_cond_e kind,
                              const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    ipxe_cond_t *cond = new_cond(loader, kind, key->text, key->span);
    apr_size_t i;

    add_part(loader, cond, NULL);
    if (value->kind == IPXE_YAML_SEQUENCE && !value->count)
        ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE, value->span,
                      "'%s' is an empty list", key->text);
    else if (value->kind != IPXE_YAML_SEQUENCE)
        ipxe_bind_wrong(loader->diags, key, value,
                        "a list of mappings or expressions");
    else {
        for (i = 0; i < value->count; i++)
            add_part(loader, cond, make_cond(loader, value->items[i]));
    }
    return cond;
}

static ipxe_cond_t *bind_all(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value)
{
    return bind_list(loader, IPXE_COND_ALL, key, value);
}

static ipxe_cond_t *bind_any(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value)
{
    return bind_list(loader, IPXE_COND_ANY, key, value);
}

static ipxe_cond_t *bind_not(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value)
{
    ipxe_cond_t *cond = new_cond(loader, IPXE_COND_NOT, key->text, key->span);
    ipxe_cond_t *inner = make_cond(loader, value);

    add_part(loader, cond, inner);
    return inner ? cond : NULL;
}

static ipxe_cond_t *bind_named(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                               const ipxe_yaml_t *value)
{
    ipxe_subject_t subject = {key->text, IPXE_FACT_KIND_TEXT, 0};
    int host = strcmp(key->text, "host") == 0;
    ipxe_cond_t *cond = new_cond(
        loader, host ? IPXE_COND_HOST : IPXE_COND_GROUP, key->text, key->span);

    bind_patterns(loader, cond, value, &subject);
    return cond;
}

static ipxe_cond_t *bind_runs(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                              const ipxe_yaml_t *value)
{
    ipxe_subject_t subject = {key->text, IPXE_FACT_KIND_TEXT, 0};
    ipxe_cond_t *cond = new_cond(loader, IPXE_COND_RUNS, key->text, key->span);

    bind_patterns(loader, cond, value, &subject);
    return cond;
}

typedef ipxe_cond_t *bind_key_fn(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                                 const ipxe_yaml_t *value);

static const struct {
    const char *key;
    bind_key_fn *bind;
} keys[] = {{"all", bind_all},     {"any", bind_any},     {"not", bind_not},
            {"host", bind_named},  {"group", bind_named}, {"done", bind_runs},
            {"failed", bind_runs}};

#define KEYS (sizeof(keys) / sizeof(*keys))

/* What iPXE is built for: another name is a slip. */
static const char *const platforms[] = {"pcbios", "efi", "linux", "sbi"};
static const char *const processors[] = {
    "i386", "x86_64", "arm32", "arm64", "riscv32", "riscv64", "loong64"};

static const struct {
    ipxe_fact_e fact;
    const char *const *names;
    apr_size_t count;
} closed[] = {{IPXE_FACT_PLATFORM, platforms, 4},
              {IPXE_FACT_ARCH, processors, 7},
              {IPXE_FACT_CPU, processors, 7}};

#define CLOSED (sizeof(closed) / sizeof(*closed))

static void doubt_pattern(ipxe_loader_t *loader, const ipxe_cond_t *cond,
                          const ipxe_pattern_t *pattern, apr_size_t of)
{
    const char *name;
    apr_size_t i;

    if (!ipxe_pattern_plain(pattern, &name))
        return;
    for (i = 0; i < closed[of].count; i++) {
        if (strcasecmp(name, closed[of].names[i]) == 0)
            return;
    }
    ipxe_diag_nearest(ipxe_diag_add(loader->diags, IPXE_DIAG_DOUBTFUL_PATTERN,
                                    ipxe_pattern_span(pattern),
                                    "no machine says that its %s is '%s'",
                                    cond->name, name),
                      name, closed[of].names, closed[of].count);
}

static void doubt_patterns(ipxe_loader_t *loader, const ipxe_cond_t *cond)
{
    apr_size_t of;
    int i;

    for (of = 0; of < CLOSED; of++) {
        for (i = 0; closed[of].fact == cond->fact && i < cond->patterns->nelts;
             i++)
            doubt_pattern(
                loader, cond,
                APR_ARRAY_IDX(cond->patterns, i, const ipxe_pattern_t *), of);
    }
}

static ipxe_cond_t *bind_fact(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                              const ipxe_yaml_t *value, ipxe_fact_e fact)
{
    ipxe_subject_t subject = {key->text, ipxe_fact_kind(fact), 0};
    ipxe_cond_t *cond = new_cond(loader, IPXE_COND_FACT, key->text, key->span);

    cond->fact = fact;
    bind_patterns(loader, cond, value, &subject);
    doubt_patterns(loader, cond);
    return cond;
}

static ipxe_cond_t *bind_arg(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value)
{
    ipxe_subject_t subject = {key->text, IPXE_FACT_KIND_TEXT, 1};
    ipxe_cond_t *cond = new_cond(loader, IPXE_COND_ARG, key->text, key->span);

    bind_patterns(loader, cond, value, &subject);
    return cond;
}

static void unknown_key(ipxe_loader_t *loader, const ipxe_yaml_t *key)
{
    const char *names[MOST_KEYS];
    ipxe_diag_t *diag;
    apr_size_t n = 0, i;

    for (i = 0; i < IPXE_FACT_COUNT; i++)
        names[n++] = ipxe_fact_name((ipxe_fact_e)i);
    for (i = 0; i < KEYS; i++)
        names[n++] = keys[i].key;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_KEY, key->span,
                         "'%s' is no fact and nothing else that `when` takes",
                         key->text);
    ipxe_diag_nearest(diag, key->text, names, n);
    if (!diag->help)
        ipxe_diag_help(diag, "other arguments of the request are asked for "
                             "as args.NAME");
}

static ipxe_cond_t *make_pair(ipxe_loader_t *loader, const ipxe_yaml_t *key,
                              const ipxe_yaml_t *value)
{
    ipxe_fact_e fact = ipxe_fact_find(key->text);
    apr_size_t i;

    if (fact != IPXE_FACT_COUNT)
        return bind_fact(loader, key, value, fact);
    for (i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].key, key->text) == 0)
            return keys[i].bind(loader, key, value);
    }
    if (strncmp(key->text, "args.", 5) == 0 && key->text[5])
        return bind_arg(loader, key, value);
    unknown_key(loader, key);
    return NULL;
}

static ipxe_cond_t *make_mapping(ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    ipxe_cond_t *cond = new_cond(loader, IPXE_COND_ALL, "all", node->span);
    apr_size_t i;

    add_part(loader, cond, NULL);
    for (i = 0; i < node->count; i++)
        add_part(loader, cond,
                 make_pair(loader, node->pairs[i].key, node->pairs[i].value));
    return cond;
}

/* As of a text with values in it, which a condition is not. */
static int in_braces(const char *text)
{
    text += strspn(text, " \t\r\n");
    return strncmp(text, "{{", 2) == 0 || strncmp(text, "{%", 2) == 0;
}

static ipxe_cond_t *make_expression(ipxe_loader_t *loader,
                                    const ipxe_yaml_t *node)
{
    ipxe_cond_t *cond =
        new_cond(loader, IPXE_COND_EXPRESSION, NULL, node->span);

    if (!node->text[strspn(node->text, " \t\r\n")]) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                                     node->span, "a condition is empty"),
                       "leave `when` out where it shall always hold");
        return NULL;
    }
    if (in_braces(node->text)) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_TEMPLATE_SYNTAX,
                                     node->span,
                                     "a condition stands in {{ }}"),
                       "it is an expression by itself: leave {{ }} out");
        return NULL;
    }
    cond->written = apr_array_pstrcat(
        loader->pool, ipxe_text_split(node->text, " \t\r\n", loader->pool),
        ' ');
    cond->expression = ipxe_expression_compile(loader->library, node->text,
                                               node->span, loader->diags);
    return cond->expression ? cond : NULL;
}

static ipxe_cond_t *make_cond(ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    ipxe_diag_t *diag;

    if (node->kind == IPXE_YAML_MAPPING)
        return make_mapping(loader, node);
    if (node->kind == IPXE_YAML_SCALAR)
        return make_expression(loader, node);
    if (node->kind == IPXE_YAML_SEQUENCE) {
        diag = ipxe_diag_add(loader->diags, IPXE_DIAG_LIST_CONDITION,
                             node->span, "a condition cannot be a list");
        ipxe_diag_help(diag, "write `any:` over the list where one must "
                             "hold, `all:` where all must");
        return NULL;
    }
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE, node->span,
                         "a condition must be a mapping or an expression, "
                         "not %s",
                         ipxe_yaml_what(node));
    ipxe_diag_help(diag, "leave `when` out where it shall always hold");
    return NULL;
}

const ipxe_cond_t *ipxe_load_when(ipxe_loader_t *loader,
                                  const ipxe_yaml_t *when, int before,
                                  const ipxe_recipe_t *recipe)
{
    ipxe_cond_t *cond = when ? make_cond(loader, when) : NULL;
    ipxe_cond_use_t *use;

    if (!cond)
        return NULL;
    use = apr_array_push(loader->conds);
    memset(use, 0, sizeof(*use));
    use->cond = cond;
    use->before = before;
    use->recipe = recipe;
    return cond;
}
