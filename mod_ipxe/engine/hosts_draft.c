/* SPDX-License-Identifier: Apache-2.0 */
/* A host's mapping from its pieces. */
#include "engine/hosts_draft.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

ipxe_draft_t *ipxe_draft_make(ipxe_span_t span, apr_pool_t *pool)
{
    ipxe_draft_t *draft = apr_palloc(pool, sizeof(*draft));

    draft->pairs = apr_array_make(pool, 8, sizeof(ipxe_yaml_pair_t));
    draft->macs = apr_array_make(pool, 4, sizeof(const ipxe_yaml_t *));
    draft->groups = apr_array_make(pool, 4, sizeof(const ipxe_yaml_t *));
    draft->vars = apr_array_make(pool, 8, sizeof(ipxe_yaml_pair_t));
    draft->span = span;
    draft->pool = pool;
    return draft;
}

const ipxe_yaml_t *ipxe_draft_text(const char *text, int plain,
                                   ipxe_span_t span, apr_pool_t *pool)
{
    ipxe_yaml_t *node = apr_pcalloc(pool, sizeof(*node));

    node->kind = IPXE_YAML_SCALAR;
    node->plain = plain;
    node->text = text;
    node->count = strlen(text);
    node->span = span;
    return node;
}

static int says_nothing(const ipxe_yaml_t *value)
{
    return ipxe_yaml_is_null(value) || value->count == 0;
}

static void add_pair(apr_array_header_t *pairs, const char *key,
                     const ipxe_yaml_t *value, apr_pool_t *pool)
{
    ipxe_yaml_pair_t *pair = apr_array_push(pairs);

    pair->key = ipxe_draft_text(key, 0, value->span, pool);
    pair->value = value;
}

void ipxe_draft_set(ipxe_draft_t *draft, const char *key,
                    const ipxe_yaml_t *value)
{
    if (!says_nothing(value))
        add_pair(draft->pairs, key, value, draft->pool);
}

void ipxe_draft_mac(ipxe_draft_t *draft, const ipxe_yaml_t *mac)
{
    if (!says_nothing(mac))
        APR_ARRAY_PUSH(draft->macs, const ipxe_yaml_t *) = mac;
}

void ipxe_draft_group(ipxe_draft_t *draft, const ipxe_yaml_t *group)
{
    if (!says_nothing(group))
        APR_ARRAY_PUSH(draft->groups, const ipxe_yaml_t *) = group;
}

static const char *var_name(const char *name, apr_pool_t *pool)
{
    char *made = apr_pstrcat(pool, apr_isdigit(*name) ? "_" : "", name, NULL);
    char *at;

    for (at = made; *at; at++)
        if (!apr_isalnum(*at))
            *at = '_';
    return made;
}

void ipxe_draft_var(ipxe_draft_t *draft, const char *name,
                    const ipxe_yaml_t *value)
{
    if (!says_nothing(value))
        add_pair(draft->vars, var_name(name, draft->pool), value, draft->pool);
}

void ipxe_draft_hostname(ipxe_draft_t *draft, const ipxe_yaml_t *name)
{
    const char *dot;

    if (says_nothing(name) || name->kind != IPXE_YAML_SCALAR)
        return;
    dot = strchr(name->text, '.');
    if (!dot) {
        ipxe_draft_var(draft, "node_name", name);
        return;
    }
    ipxe_draft_var(
        draft, "node_name",
        ipxe_draft_text(apr_pstrmemdup(draft->pool, name->text,
                                       (apr_size_t)(dot - name->text)),
                        0, name->span, draft->pool));
    ipxe_draft_var(draft, "dns_domain",
                   ipxe_draft_text(dot + 1, 0, name->span, draft->pool));
}

static const ipxe_yaml_t *sequence(const apr_array_header_t *items,
                                   ipxe_span_t span, apr_pool_t *pool)
{
    ipxe_yaml_t *node = apr_pcalloc(pool, sizeof(*node));

    node->kind = IPXE_YAML_SEQUENCE;
    node->count = (apr_size_t)items->nelts;
    node->items = (const ipxe_yaml_t *const *)(const void *)items->elts;
    node->span = span;
    return node;
}

const ipxe_yaml_t *ipxe_draft_mapping(const apr_array_header_t *pairs,
                                      ipxe_span_t span, apr_pool_t *pool)
{
    ipxe_yaml_t *node = apr_pcalloc(pool, sizeof(*node));

    node->kind = IPXE_YAML_MAPPING;
    node->count = (apr_size_t)pairs->nelts;
    node->pairs = (const ipxe_yaml_pair_t *)(const void *)pairs->elts;
    node->span = span;
    return node;
}

const ipxe_yaml_t *ipxe_draft_end(ipxe_draft_t *draft)
{
    apr_pool_t *pool = draft->pool;

    if (draft->macs->nelts)
        add_pair(draft->pairs, "mac", sequence(draft->macs, draft->span, pool),
                 pool);
    if (draft->groups->nelts)
        add_pair(draft->pairs, "groups",
                 sequence(draft->groups, draft->span, pool), pool);
    if (draft->vars->nelts)
        add_pair(draft->pairs, "vars",
                 ipxe_draft_mapping(draft->vars, draft->span, pool), pool);
    return ipxe_draft_mapping(draft->pairs, draft->span, pool);
}

ipxe_diag_t *ipxe_import_lose(ipxe_import_t *import, ipxe_span_t span,
                              const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = apr_pvsprintf(import->pool, format, args);
    va_end(args);
    import->lost++;
    return ipxe_diag_add(import->diags, IPXE_DIAG_NOT_IMPORTED, span, "%s",
                         text);
}
