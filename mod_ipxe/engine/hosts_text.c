/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of a database for people: printing and changing one. */
#include "engine/hosts_text.h"

#include <apr_strings.h>
#include <string.h>

#include "engine/hosts_draft.h"
#include "rules/hosts_record.h"

/* ---- Printing ---- */

/* Nothing of YAML's own in it: quotes would only be in the way. */
static int is_simple(const char *text)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return *text && *text != '-' && strspn(text, fine) == strlen(text);
}

/* Would it be taken for something else than text? */
static int is_typed(const char *text)
{
    ipxe_yaml_t plain = {.kind = IPXE_YAML_SCALAR, .plain = 1};
    double number;
    int truth;

    plain.text = text;
    plain.count = strlen(text);
    return ipxe_yaml_bool(&truth, &plain) || ipxe_yaml_float(&number, &plain) ||
           strcmp(text, "null") == 0;
}

static void add_scalar(ipxe_text_t *out, const ipxe_yaml_t *node)
{
    if (is_simple(node->text) && !is_typed(node->text))
        ipxe_text_add(out, node->text);
    else
        ipxe_host_write(out, node);
}

static void add_hidden(ipxe_text_t *out, const ipxe_yaml_t *secrets)
{
    apr_size_t i;

    for (i = 0; secrets->kind == IPXE_YAML_MAPPING && i < secrets->count; i++) {
        ipxe_text_add(out, i ? ", " : "{");
        ipxe_text_add_json(out, secrets->pairs[i].key->text);
        ipxe_text_add(out, ": \"***\"");
    }
    ipxe_text_add(out, i ? "}" : "{}");
}

void ipxe_host_item(ipxe_text_t *out, const ipxe_yaml_t *host, int hide)
{
    apr_size_t i;

    for (i = 0; host->kind == IPXE_YAML_MAPPING && i < host->count; i++) {
        const ipxe_yaml_pair_t *pair = &host->pairs[i];

        ipxe_text_addf(out, "%s%s: ", i ? "    " : "  - ", pair->key->text);
        if (hide && strcmp(pair->key->text, "secrets") == 0)
            add_hidden(out, pair->value);
        else if (pair->value->kind == IPXE_YAML_SCALAR)
            add_scalar(out, pair->value);
        else
            ipxe_host_write(out, pair->value);
        ipxe_text_add_char(out, '\n');
    }
}

static void add_json(ipxe_text_t *out, const ipxe_yaml_t *node)
{
    apr_size_t i;
    int truth;

    if (node->kind == IPXE_YAML_SEQUENCE) {
        for (i = 0; i < node->count; i++) {
            ipxe_text_add(out, i ? ", " : "[");
            add_json(out, node->items[i]);
        }
        ipxe_text_add(out, i ? "]" : "[]");
    }
    else if (node->kind == IPXE_YAML_MAPPING) {
        for (i = 0; i < node->count; i++) {
            ipxe_text_add(out, i ? ", " : "{");
            ipxe_text_add_json(out, node->pairs[i].key->text);
            ipxe_text_add(out, ": ");
            add_json(out, node->pairs[i].value);
        }
        ipxe_text_add(out, i ? "}" : "{}");
    }
    else if (ipxe_yaml_is_null(node))
        ipxe_text_add(out, "null");
    else if (ipxe_yaml_bool(&truth, node))
        ipxe_text_add(out, truth ? "true" : "false");
    else
        ipxe_text_add_json(out, node->text);
}

void ipxe_host_json(ipxe_text_t *out, const ipxe_yaml_t *host, int hide)
{
    apr_size_t i;

    for (i = 0; host->kind == IPXE_YAML_MAPPING && i < host->count; i++) {
        const ipxe_yaml_pair_t *pair = &host->pairs[i];

        ipxe_text_add(out, i ? ", " : "{");
        ipxe_text_add_json(out, pair->key->text);
        ipxe_text_add(out, ": ");
        if (hide && strcmp(pair->key->text, "secrets") == 0)
            add_hidden(out, pair->value);
        else
            add_json(out, pair->value);
    }
    ipxe_text_add(out, i ? "}" : "{}");
}

const char *ipxe_host_words(const ipxe_yaml_t *host, const char *key,
                            apr_pool_t *pool)
{
    const ipxe_yaml_t *value = ipxe_yaml_get(host, key);
    ipxe_text_t *text = ipxe_text_make(32, pool);
    apr_size_t i;

    if (!value)
        return "";
    if (value->kind == IPXE_YAML_SCALAR)
        return value->text;
    for (i = 0; value->kind == IPXE_YAML_SEQUENCE && i < value->count; i++)
        ipxe_text_addf(text, "%s%s", i ? " " : "", value->items[i]->text);
    return text->data;
}

static int is_action(const char *key)
{
    int kind;

    for (kind = 1; kind < IPXE_ACTION_COUNT; kind++)
        if (strcmp(ipxe_action_name((ipxe_action_e)kind), key) == 0)
            return 1;
    return 0;
}

const char *ipxe_host_action(const ipxe_yaml_t *host, apr_pool_t *pool)
{
    apr_size_t i;
    int truth;

    for (i = 0; host->kind == IPXE_YAML_MAPPING && i < host->count; i++) {
        const ipxe_yaml_pair_t *pair = &host->pairs[i];

        if (!is_action(pair->key->text))
            continue;
        return pair->value->kind == IPXE_YAML_SCALAR &&
                       !ipxe_yaml_bool(&truth, pair->value)
                   ? apr_pstrcat(pool, pair->key->text, " ", pair->value->text,
                                 NULL)
                   : pair->key->text;
    }
    return "";
}

/* ---- Changing ---- */

/* The mapping with another value of the key; NULL: without it. An action
 * takes the place of any. */
static const ipxe_yaml_t *with_pair(const ipxe_yaml_t *mapping, const char *key,
                                    const ipxe_yaml_t *value, ipxe_span_t span,
                                    apr_pool_t *pool)
{
    apr_array_header_t *pairs =
        apr_array_make(pool, 8, sizeof(ipxe_yaml_pair_t));
    apr_size_t i, count = mapping ? mapping->count : 0;
    int action = is_action(key), done = 0;
    ipxe_yaml_pair_t made = {ipxe_draft_text(key, 0, span, pool), value};

    for (i = 0; i < count; i++) {
        const ipxe_yaml_pair_t *pair = &mapping->pairs[i];

        if (strcmp(pair->key->text, key) != 0 &&
            !(action && value && is_action(pair->key->text)))
            APR_ARRAY_PUSH(pairs, ipxe_yaml_pair_t) = *pair;
        else if (value && !done++)
            APR_ARRAY_PUSH(pairs, ipxe_yaml_pair_t) = made;
    }
    if (value && !done)
        APR_ARRAY_PUSH(pairs, ipxe_yaml_pair_t) = made;
    return ipxe_draft_mapping(pairs, span, pool);
}

static const ipxe_yaml_t *as_list(const char *value, ipxe_span_t span,
                                  apr_pool_t *pool)
{
    const apr_array_header_t *words = ipxe_text_split(value, " ,", pool);
    const ipxe_yaml_t **items =
        apr_palloc(pool, ((apr_size_t)words->nelts + 1) * sizeof(*items));
    ipxe_yaml_t *node = apr_pcalloc(pool, sizeof(*node));
    int i;

    for (i = 0; i < words->nelts; i++)
        items[i] = ipxe_draft_text(APR_ARRAY_IDX(words, i, const char *), 0,
                                   span, pool);
    node->kind = IPXE_YAML_SEQUENCE;
    node->count = (apr_size_t)words->nelts;
    node->items = items;
    node->span = span;
    return node;
}

/* What a variable's value is in YAML; what is none is a text. */
static const ipxe_yaml_t *as_yaml(const char *value, ipxe_span_t span,
                                  apr_pool_t *pool)
{
    const ipxe_source_t *source =
        ipxe_source_make("value", value, strlen(value), pool);
    ipxe_diags_t *quiet = ipxe_diags_make(pool);
    ipxe_yaml_t *node;

    if (ipxe_yaml_parse(&node, source, quiet, pool) == APR_SUCCESS && node &&
        !ipxe_yaml_is_null(node))
        return node;
    return ipxe_draft_text(value, 0, span, pool);
}

/* "vars.disk" in two; NULL where the key is no such. */
static const char *member_of(const char **section, const char *key)
{
    static const char *const sections[] = {"vars", "secrets"};
    apr_size_t i, len;

    for (i = 0; i < 2; i++) {
        len = strlen(sections[i]);
        if (strncmp(key, sections[i], len) == 0 && key[len] == '.') {
            *section = sections[i];
            return key + len + 1;
        }
    }
    return NULL;
}

static const ipxe_yaml_t *change_member(const ipxe_yaml_t *host,
                                        const char *section, const char *name,
                                        const char *value, ipxe_span_t span,
                                        apr_pool_t *pool)
{
    const ipxe_yaml_t *inner =
        with_pair(ipxe_yaml_get(host, section), name,
                  *value ? as_yaml(value, span, pool) : NULL, span, pool);

    return with_pair(host, section, inner->count ? inner : NULL, span, pool);
}

static const char *const texts[] = {"uuid", "serial", "manufacturer", "asset"};
static const char *const lists[] = {"mac", "groups"};

static int among(const char *key, const char *const *names, apr_size_t count)
{
    apr_size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(names[i], key) == 0)
            return 1;
    return 0;
}

const ipxe_yaml_t *ipxe_host_change(const ipxe_yaml_t *host, const char *key,
                                    const char *value, ipxe_diags_t *diags,
                                    apr_pool_t *pool)
{
    const char *pair = apr_pstrcat(pool, key, "=", value, NULL);
    const ipxe_source_t *source =
        ipxe_source_make("argument", pair, strlen(pair), pool);
    ipxe_span_t span = ipxe_span(source, 0, strlen(key));
    const char *section, *name = member_of(&section, key);
    const ipxe_yaml_t *made = NULL;

    if (name)
        return change_member(host, section, name, value, span, pool);
    if (among(key, lists, 2))
        made = as_list(value, span, pool);
    else if (among(key, texts, 4) || is_action(key))
        made = ipxe_draft_text(value, 1, span, pool);
    else {
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_UNKNOWN_KEY, span,
                                     "a host has no '%s'", key),
                       "a variable is set by vars.%s=...", key);
        return NULL;
    }
    return with_pair(host, key, *value ? made : NULL, span, pool);
}
