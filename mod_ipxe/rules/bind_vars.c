/* SPDX-License-Identifier: Apache-2.0 */
/* Binding variables: `vars`, `secrets` and `set`, wherever they stand. */
#include "rules/loader.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/names.h"

static const ipxe_worth_t *make_worth(ipxe_loader_t *loader,
                                      const ipxe_yaml_t *node);

/* A plain scalar is a number, true or false where it would be printed as it
 * is written: no zeros are lost and no release 9.10 becomes 9.1. */
static int typed_value(ipxe_value_t *value, const ipxe_yaml_t *node,
                       apr_pool_t *pool)
{
    apr_int64_t integer;
    double real;
    int truth;

    if (ipxe_yaml_bool(&truth, node)) {
        *value = ipxe_value_bool(truth);
        return 1;
    }
    if (ipxe_yaml_int(&integer, node))
        *value = ipxe_value_int(integer);
    else if (ipxe_yaml_float(&real, node))
        *value = ipxe_value_float(real);
    else
        return 0;
    return strcmp(ipxe_value_str(*value, pool).u.text->s, node->text) == 0;
}

static void scalar_worth(ipxe_worth_t *worth, ipxe_loader_t *loader,
                         const ipxe_yaml_t *node)
{
    if (ipxe_yaml_is_null(node))
        worth->fixed = ipxe_value_none();
    else if (strstr(node->text, "{{") || strstr(node->text, "{%") ||
             strstr(node->text, "{#")) {
        if (loader->keep) {
            loader->keep->unfit = 1;
            return;
        }
        worth->kind = IPXE_WORTH_PHRASE;
        worth->phrase = ipxe_load_phrase(loader, node, IPXE_CONTEXT_NONE);
    }
    else if (!typed_value(&worth->fixed, node, loader->pool))
        worth->fixed = ipxe_value_text(node->text, 0, loader->pool);
}

static void list_worth(ipxe_worth_t *worth, ipxe_loader_t *loader,
                       const ipxe_yaml_t *node)
{
    apr_array_header_t *parts = apr_array_make(
        loader->pool, (int)node->count + 1, sizeof(const ipxe_worth_t *));
    apr_size_t i;

    worth->kind = IPXE_WORTH_LIST;
    worth->parts = parts;
    for (i = 0; i < node->count; i++)
        APR_ARRAY_PUSH(parts, const ipxe_worth_t *) =
            make_worth(loader, node->items[i]);
}

static void map_worth(ipxe_worth_t *worth, ipxe_loader_t *loader,
                      const ipxe_yaml_t *node)
{
    int n = (int)node->count;
    apr_array_header_t *parts =
        apr_array_make(loader->pool, n + 1, sizeof(const ipxe_worth_t *));
    apr_array_header_t *keys =
        apr_array_make(loader->pool, n + 1, sizeof(const char *));
    apr_size_t i;

    worth->kind = IPXE_WORTH_MAP;
    worth->parts = parts;
    worth->keys = keys;
    for (i = 0; i < node->count; i++) {
        APR_ARRAY_PUSH(keys, const char *) = node->pairs[i].key->text;
        APR_ARRAY_PUSH(parts, const ipxe_worth_t *) =
            make_worth(loader, node->pairs[i].value);
    }
}

static const ipxe_worth_t *make_worth(ipxe_loader_t *loader,
                                      const ipxe_yaml_t *node)
{
    ipxe_worth_t *worth = apr_pcalloc(loader->pool, sizeof(*worth));

    if (node->kind == IPXE_YAML_SEQUENCE)
        list_worth(worth, loader, node);
    else if (node->kind == IPXE_YAML_MAPPING)
        map_worth(worth, loader, node);
    else
        scalar_worth(worth, loader, node);
    return worth;
}

typedef const ipxe_worth_t *make_fn(ipxe_loader_t *loader,
                                    const ipxe_yaml_t *node);

/* NULL where nothing can be called so. */
static ipxe_var_t *make_var(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                            const ipxe_yaml_t *value, make_fn *make)
{
    ipxe_var_t *var = apr_pcalloc(loader->pool, sizeof(*var));

    var->name = name->text;
    var->span = name->span;
    var->worth = make(loader, value);
    return ipxe_name_check_var(name->text, name->span, loader->diags) ? var
                                                                      : NULL;
}

static void add_var(ipxe_loader_t *loader, ipxe_vars_t *vars,
                    const ipxe_yaml_pair_t *pair, make_fn *make)
{
    ipxe_var_t *var = make_var(loader, pair->key, pair->value, make);
    const ipxe_var_t *first = ipxe_vars_find(vars, pair->key->text);

    if (first)
        ipxe_diag_note(ipxe_diag_add(loader->diags, IPXE_DIAG_DUPLICATE_NAME,
                                     pair->key->span,
                                     "variable '%s' is defined twice",
                                     first->name),
                       first->span, "first defined here");
    else if (var)
        ipxe_vars_put(vars, var);
}

static void add_vars(ipxe_loader_t *loader, ipxe_vars_t *vars,
                     const char *what, const ipxe_yaml_t *node, make_fn *make)
{
    apr_size_t i;

    if (ipxe_yaml_is_null(node))
        return;
    if (node->kind != IPXE_YAML_MAPPING)
        ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE, node->span,
                      "'%s' must be a mapping, not %s", what,
                      ipxe_yaml_what(node));
    for (i = 0; node->kind == IPXE_YAML_MAPPING && i < node->count; i++)
        add_var(loader, vars, &node->pairs[i], make);
}

ipxe_vars_t *ipxe_load_vars(ipxe_loader_t *loader, const ipxe_yaml_t *vars,
                            const ipxe_yaml_t *secrets)
{
    ipxe_vars_t *both;

    if (ipxe_yaml_is_null(vars) && ipxe_yaml_is_null(secrets))
        return NULL;
    both = ipxe_vars_make(loader->pool);
    add_vars(loader, both, "vars", vars, make_worth);
    add_vars(loader, both, "secrets", secrets, ipxe_load_secret);
    return both;
}

ipxe_vars_t *ipxe_load_set(ipxe_loader_t *loader, const ipxe_yaml_t *set)
{
    ipxe_vars_t *vars;

    if (ipxe_yaml_is_null(set))
        return NULL;
    vars = ipxe_vars_make(loader->pool);
    add_vars(loader, vars, "set", set, make_worth);
    return vars;
}

void ipxe_bind_vars_section(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    add_vars(loader, loader->vars, "vars", value, make_worth);
}

void ipxe_bind_secrets_section(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    add_vars(loader, loader->vars, "secrets", value, ipxe_load_secret);
}
