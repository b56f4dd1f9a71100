/* SPDX-License-Identifier: Apache-2.0 */
/* Binding by table. */
#include "yaml/bind.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define MOST_KEYS 64

typedef struct binding_t {
    const char *what;
    void *baton;
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} binding_t;

ipxe_diag_t *ipxe_bind_wrong(ipxe_diags_t *diags, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value, const char *want)
{
    return ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE,
                         ipxe_yaml_is_null(value) &&
                                 value->span.begin == value->span.end
                             ? key->span
                             : value->span,
                         "'%s' must be %s, not %s", key->text, want,
                         ipxe_yaml_what(value));
}

/* ---- One function for each type; zero: the value is of another ---- */

static int bind_text(void *member, const ipxe_yaml_t *value,
                     const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    if (value->kind != IPXE_YAML_SCALAR)
        return 0;
    *(const char **)member = value->text;
    return 1;
}

static int bind_bool(void *member, const ipxe_yaml_t *value,
                     const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    return ipxe_yaml_bool(member, value);
}

static int bind_int(void *member, const ipxe_yaml_t *value,
                    const ipxe_bind_t *row, apr_pool_t *pool)
{
    apr_int64_t n;

    (void)pool;
    if (!ipxe_yaml_int(&n, value) || n < INT_MIN || n > INT_MAX)
        return 0;
    if (row->least != row->most && (n < row->least || n > row->most))
        return 0;
    *(int *)member = (int)n;
    return 1;
}

static int bind_kind(void *member, const ipxe_yaml_t *value,
                     ipxe_yaml_kind_e kind)
{
    if (value->kind != kind)
        return 0;
    *(const ipxe_yaml_t **)member = value;
    return 1;
}

static int bind_scalar(void *member, const ipxe_yaml_t *value,
                       const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    return bind_kind(member, value, IPXE_YAML_SCALAR);
}

static int bind_list(void *member, const ipxe_yaml_t *value,
                     const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    return bind_kind(member, value, IPXE_YAML_SEQUENCE);
}

static int bind_mapping(void *member, const ipxe_yaml_t *value,
                        const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    return bind_kind(member, value, IPXE_YAML_MAPPING);
}

static int bind_node(void *member, const ipxe_yaml_t *value,
                     const ipxe_bind_t *row, apr_pool_t *pool)
{
    (void)row;
    (void)pool;
    *(const ipxe_yaml_t **)member = value;
    return 1;
}

static int all_scalars(const ipxe_yaml_t *list)
{
    apr_size_t i;

    for (i = 0; i < list->count; i++) {
        if (list->items[i]->kind != IPXE_YAML_SCALAR)
            return 0;
    }
    return 1;
}

static void push(apr_array_header_t *array, const ipxe_yaml_t *node,
                 ipxe_bind_type_e type)
{
    if (type == IPXE_BIND_TEXTS)
        APR_ARRAY_PUSH(array, const char *) = node->text;
    else
        APR_ARRAY_PUSH(array, const ipxe_yaml_t *) = node;
}

static int bind_scalars(void *member, const ipxe_yaml_t *value,
                        const ipxe_bind_t *row, apr_pool_t *pool)
{
    apr_array_header_t *array = apr_array_make(pool, 2, sizeof(void *));
    apr_size_t i;

    if (value->kind == IPXE_YAML_SCALAR) {
        push(array, value, row->type);
    }
    else {
        if (value->kind != IPXE_YAML_SEQUENCE || !all_scalars(value))
            return 0;
        for (i = 0; i < value->count; i++)
            push(array, value->items[i], row->type);
    }
    *(apr_array_header_t **)member = array;
    return 1;
}

static const struct {
    int (*bind)(void *member, const ipxe_yaml_t *value,
                const ipxe_bind_t *row, apr_pool_t *pool);
    const char *want;
} types[] = {
    [IPXE_BIND_TEXT] = {bind_text, "text"},
    [IPXE_BIND_TEXTS] = {bind_scalars, "text or a list of texts"},
    [IPXE_BIND_BOOL] = {bind_bool, "true or false"},
    [IPXE_BIND_INT] = {bind_int, "a whole number"},
    [IPXE_BIND_SCALAR] = {bind_scalar, "text"},
    [IPXE_BIND_SCALARS] = {bind_scalars, "text or a list of texts"},
    [IPXE_BIND_LIST] = {bind_list, "a list"},
    [IPXE_BIND_MAPPING] = {bind_mapping, "a mapping"},
    [IPXE_BIND_NODE] = {bind_node, "anything"},
};

/* ---- Rows ---- */

/* Words that older YAML takes for true and false. */
static void help_bool(ipxe_diag_t *diag, const ipxe_yaml_t *value)
{
    static const char *const yes[] = {"yes", "on", "y", "1"};
    static const char *const no[] = {"no", "off", "n", "0"};
    const char *text = value->kind == IPXE_YAML_SCALAR ? value->text : "";
    int i;

    for (i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) == 0)
            ipxe_diag_help(diag, "write true");
        else if (strcasecmp(text, no[i]) == 0)
            ipxe_diag_help(diag, "write false");
    }
}

/* What is wrong, to the point: a number out of bounds, one item of a list. */
static void add_wrong(const binding_t *binding, const ipxe_bind_t *row,
                      const ipxe_yaml_pair_t *pair)
{
    const ipxe_yaml_t *value = pair->value;
    ipxe_diag_t *diag;
    apr_int64_t n;
    apr_size_t i;

    if (row->type == IPXE_BIND_INT && ipxe_yaml_int(&n, value)) {
        diag = ipxe_diag_add(binding->diags, IPXE_DIAG_BAD_VALUE, value->span,
                             "'%s' is out of bounds", row->key);
        if (row->least != row->most)
            ipxe_diag_help(diag, "write a number from %d to %d", row->least,
                           row->most);
        return;
    }
    if (types[row->type].bind == bind_scalars &&
        value->kind == IPXE_YAML_SEQUENCE) {
        for (i = 0; i < value->count; i++) {
            if (value->items[i]->kind != IPXE_YAML_SCALAR)
                ipxe_diag_add(binding->diags, IPXE_DIAG_WRONG_TYPE,
                              value->items[i]->span,
                              "an item of '%s' must be text, not %s",
                              row->key, ipxe_yaml_what(value->items[i]));
        }
        return;
    }
    diag = ipxe_bind_wrong(binding->diags, pair->key, value,
                           types[row->type].want);
    if (row->type == IPXE_BIND_BOOL)
        help_bool(diag, value);
    if (row->type == IPXE_BIND_TEXT || row->type == IPXE_BIND_SCALAR)
        if (ipxe_yaml_is_null(value) && value->count > 0)
            ipxe_diag_help(diag, "put it in quotes if it is text: \"%s\"",
                           value->text);
}

static void bind_pair(void *into, const binding_t *binding,
                      const ipxe_bind_t *row, const ipxe_yaml_pair_t *pair)
{
    void *member = (char *)into + row->offset;

    if ((row->flags & IPXE_BIND_NULL) && ipxe_yaml_is_null(pair->value))
        return;
    if (row->type == IPXE_BIND_CUSTOM)
        row->custom(member, pair->key, pair->value, binding->baton,
                    binding->diags, binding->pool);
    else if (!types[row->type].bind(member, pair->value, row, binding->pool))
        add_wrong(binding, row, pair);
}

static void add_unknown(const binding_t *binding, const ipxe_bind_t *rows,
                        const ipxe_yaml_t *key)
{
    const char *names[MOST_KEYS];
    apr_size_t n = 0;
    ipxe_diag_t *diag;

    for (; rows[n].key && n < MOST_KEYS; n++)
        names[n] = rows[n].key;
    diag = ipxe_diag_add(binding->diags, IPXE_DIAG_UNKNOWN_KEY, key->span,
                         "unknown key '%s' in %s", key->text, binding->what);
    ipxe_diag_nearest(diag, key->text, names, n);
}

static void bind_pairs(void *into, const binding_t *binding,
                       const ipxe_bind_t *rows, const ipxe_yaml_t *mapping)
{
    apr_size_t i, j;

    for (i = 0; i < mapping->count; i++) {
        const ipxe_yaml_pair_t *pair = &mapping->pairs[i];

        for (j = 0; rows[j].key; j++) {
            if (strcmp(rows[j].key, pair->key->text) == 0)
                break;
        }
        if (rows[j].key)
            bind_pair(into, binding, &rows[j], pair);
        else
            add_unknown(binding, rows, pair->key);
    }
}

static void find_missing(const binding_t *binding, const ipxe_bind_t *rows,
                         const ipxe_yaml_t *mapping)
{
    apr_size_t i;

    for (i = 0; rows[i].key; i++) {
        if ((rows[i].flags & IPXE_BIND_REQUIRED) &&
            !ipxe_yaml_key(mapping, rows[i].key))
            ipxe_diag_add(binding->diags, IPXE_DIAG_MISSING_KEY,
                          mapping->span, "missing key '%s' in %s",
                          rows[i].key, binding->what);
    }
}

apr_status_t ipxe_bind(void *into, const ipxe_yaml_t *mapping,
                       const ipxe_bind_t *rows, const char *what,
                       void *baton, ipxe_diags_t *diags, apr_pool_t *pool)
{
    int before = diags->errors;
    binding_t binding;

    binding.what = what;
    binding.baton = baton;
    binding.diags = diags;
    binding.pool = pool;
    if (mapping->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE, mapping->span,
                      "%s must be a mapping, not %s", what,
                      ipxe_yaml_what(mapping));
        return APR_EGENERAL;
    }
    bind_pairs(into, &binding, rows, mapping);
    find_missing(&binding, rows, mapping);
    return diags->errors == before ? APR_SUCCESS : APR_EGENERAL;
}
