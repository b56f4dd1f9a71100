/* SPDX-License-Identifier: Apache-2.0 */
/* Binding rules. */
#include <apr_strings.h>
#include <string.h>

#include "rules/limit.h"
#include "rules/loader.h"
#include "rules/window.h"

/* What a rule's mapping binds to. */
typedef struct rule_keys_t {
    ipxe_written_t actions;
    const ipxe_yaml_t *name, *when, *set, *reinstall;
    const struct ipxe_limit_t *limit;
    int carry_on, percent;
    struct ipxe_window_t window;
} rule_keys_t;

static void bind_reinstall(void *member, const ipxe_yaml_t *key,
                           const ipxe_yaml_t *value, void *baton,
                           ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    *(const ipxe_yaml_t **)member = key;
    if (value->kind == IPXE_YAML_SCALAR && strcmp(value->text, "always") == 0)
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' takes `always` alone", key->text),
                   "leave the key out to install once");
}

static const ipxe_bind_t rule_rows[] = {
    IPXE_ACTION_ROWS(rule_keys_t, actions),
    IPXE_ACTION_ROW("follow", rule_keys_t, actions, FOLLOW),
    IPXE_BIND("name", SCALAR, rule_keys_t, name, 0),
    IPXE_BIND("when", NODE, rule_keys_t, when, 0),
    IPXE_BIND("set", NODE, rule_keys_t, set, 0),
    IPXE_BIND("continue", BOOL, rule_keys_t, carry_on, 0),
    IPXE_BIND_WITH("reinstall", rule_keys_t, reinstall, 0, bind_reinstall),
    IPXE_BIND_RANGE("percent", rule_keys_t, percent, 0, 0, 100),
    IPXE_BIND_WITH("between", rule_keys_t, window, 0, ipxe_bind_between),
    IPXE_BIND_WITH("days", rule_keys_t, window, 0, ipxe_bind_days),
    IPXE_BIND_WITH("limit", rule_keys_t, limit, 0, ipxe_bind_limit),
    IPXE_BIND_END};

static void name_rule(ipxe_loader_t *loader, ipxe_rule_t *rule,
                      const ipxe_yaml_t *node, const ipxe_yaml_t *name)
{
    if (!name) {
        rule->name = apr_psprintf(loader->pool, "rule %d", rule->index + 1);
        rule->span = ipxe_span(node->span.source, node->span.begin,
                               node->span.begin + 1);
        return;
    }
    rule->name = name->text;
    rule->span = name->span;
    ipxe_load_define(loader, loader->rule_names, "rule", rule->name, rule->span,
                     rule, 0);
}

static void check_rule(ipxe_loader_t *loader, const ipxe_rule_t *rule,
                       const ipxe_yaml_t *node)
{
    ipxe_diag_t *diag;

    if (rule->action.kind != IPXE_ACTION_NONE)
        return;
    if (!ipxe_yaml_get(node, "set")) {
        diag = ipxe_diag_add(loader->diags, IPXE_DIAG_NO_ACTION, rule->span,
                             "rule '%s' has neither an action nor `set`",
                             rule->name);
        ipxe_diag_help(diag, "give it boot, menu, local, deny or another "
                             "action");
    }
    if (rule->carry_on) {
        diag = ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                             ipxe_yaml_key(node, "continue")->span,
                             "rule '%s' has no action that `continue` could "
                             "keep",
                             rule->name);
        ipxe_diag_help(diag, "after a rule with `set` alone the search goes "
                             "on by itself");
    }
}

static void bind_rule(ipxe_loader_t *loader, const ipxe_yaml_t *node)
{
    ipxe_rule_t *rule = apr_pcalloc(loader->pool, sizeof(*rule));
    rule_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    keys.percent = 100;
    rule->index = loader->rule_list->nelts;
    if (ipxe_bind(&keys, node, rule_rows, "a rule", loader, loader->diags,
                  loader->pool) != APR_SUCCESS &&
        node->kind != IPXE_YAML_MAPPING)
        return;
    name_rule(loader, rule, node, keys.name);
    rule->when = ipxe_load_when(loader, keys.when, rule->index, NULL);
    rule->set = ipxe_load_set(loader, keys.set);
    rule->carry_on = keys.carry_on;
    rule->reinstall_always = keys.reinstall != NULL;
    rule->percent = keys.percent;
    rule->limit = keys.limit;
    if (keys.window.span.source)
        rule->window =
            apr_pmemdup(loader->pool, &keys.window, sizeof(keys.window));
    ipxe_load_action(loader, &rule->action, &keys.actions, node);
    check_rule(loader, rule, node);
    rule->place = ipxe_text_ascii(ipxe_span_short(rule->span, loader->temp),
                                  loader->pool);
    APR_ARRAY_PUSH(loader->rule_list, ipxe_rule_t *) = rule;
}

void ipxe_bind_rules(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    apr_size_t i;

    if (ipxe_yaml_is_null(value))
        return;
    if (value->kind != IPXE_YAML_SEQUENCE) {
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_WRONG_TYPE,
                                     value->span,
                                     "'rules' must be a list, not %s",
                                     ipxe_yaml_what(value)),
                       "write each after a dash: - name: ...");
        return;
    }
    for (i = 0; i < value->count; i++)
        bind_rule(loader, value->items[i]);
}
