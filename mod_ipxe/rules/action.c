/* SPDX-License-Identifier: Apache-2.0 */
/* The table of actions: what each takes. */
#include "rules/action.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"

typedef void check_fn(ipxe_loader_t *loader, ipxe_action_t *action,
                      const ipxe_yaml_t *key, const ipxe_yaml_t *value);

static check_fn take_text, take_follow, take_drive, take_true;

static const struct {
    const char *name;
    check_fn *take;
    ipxe_context_e context;
} actions[IPXE_ACTION_COUNT] = {
    [IPXE_ACTION_NONE] = {"none", NULL, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_BOOT] = {"boot", take_text, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_MENU] = {"menu", take_text, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_FOLLOW] = {"follow", take_follow, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_SCRIPT] = {"script", take_text, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_CHAIN] = {"chain", take_text, IPXE_CONTEXT_URL},
    [IPXE_ACTION_LOCAL] = {"local", take_drive, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_HOLD] = {"hold", take_text, IPXE_CONTEXT_TEXT},
    [IPXE_ACTION_DENY] = {"deny", take_text, IPXE_CONTEXT_TEXT},
    [IPXE_ACTION_SHELL] = {"shell", take_true, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_EXIT] = {"exit", take_true, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_POWEROFF] = {"poweroff", take_true, IPXE_CONTEXT_NONE},
    [IPXE_ACTION_REBOOT] = {"reboot", take_true, IPXE_CONTEXT_NONE},
};

const char *ipxe_action_name(ipxe_action_e kind)
{
    return actions[kind].name;
}

static void take_text(ipxe_loader_t *loader, ipxe_action_t *action,
                      const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    if (value->kind != IPXE_YAML_SCALAR)
        ipxe_bind_wrong(loader->diags, key, value, "text");
    else if (!*value->text)
        ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE, value->span,
                      "'%s' is empty", key->text);
    else
        action->value =
            ipxe_load_phrase(loader, value, actions[action->kind].context);
}

static void take_follow(ipxe_loader_t *loader, ipxe_action_t *action,
                        const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    (void)action;
    if (value->kind == IPXE_YAML_SCALAR && strcmp(value->text, "host") == 0)
        return;
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                                 value->span, "'%s' can follow the host alone",
                                 key->text),
                   "write `follow: host`");
}

static void take_true(ipxe_loader_t *loader, ipxe_action_t *action,
                      const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    int truth;

    (void)action;
    if (ipxe_yaml_bool(&truth, value) && truth)
        return;
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                                 value->span, "'%s' takes true alone",
                                 key->text),
                   "write `%s: true`, or leave the key out", key->text);
}

static int good_drive(const char *text)
{
    apr_size_t len = strlen(text);

    return len == 4 && strncmp(text, "0x", 2) == 0 &&
           strspn(text + 2, "0123456789abcdefABCDEF") == 2;
}

static void take_drive(ipxe_loader_t *loader, ipxe_action_t *action,
                       const ipxe_yaml_t *key, const ipxe_yaml_t *value)
{
    int truth;

    if (ipxe_yaml_bool(&truth, value) && truth)
        return;
    if (value->kind == IPXE_YAML_SCALAR &&
        (good_drive(value->text) || strstr(value->text, "{{"))) {
        action->value = ipxe_load_phrase(loader, value, IPXE_CONTEXT_NONE);
        return;
    }
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE,
                                 value->span,
                                 "'%s' is neither true nor a drive", key->text),
                   "write `local: true`, or a drive of the BIOS: "
                   "`local: 0x80` is the first disk");
}

static void two_actions(ipxe_loader_t *loader, const ipxe_yaml_t *mapping,
                        const char *first, const char *second)
{
    const ipxe_yaml_t *key = ipxe_yaml_key(mapping, second);
    ipxe_diag_t *diag = ipxe_diag_add(
        loader->diags, IPXE_DIAG_TWO_ACTIONS, key->span,
        "'%s' and '%s' are two actions; one can be done", first, second);

    ipxe_diag_note(diag, ipxe_yaml_key(mapping, first)->span,
                   "the other stands here");
}

void ipxe_load_action(ipxe_loader_t *loader, ipxe_action_t *action,
                      const ipxe_written_t *written, const ipxe_yaml_t *mapping)
{
    int kind;

    for (kind = 1; kind < IPXE_ACTION_COUNT; kind++) {
        const ipxe_yaml_t *key;

        if (!written->values[kind])
            continue;
        if (action->kind != IPXE_ACTION_NONE) {
            two_actions(loader, mapping, actions[action->kind].name,
                        actions[kind].name);
            continue;
        }
        key = ipxe_yaml_key(mapping, actions[kind].name);
        action->kind = (ipxe_action_e)kind;
        action->span = key->span;
        actions[kind].take(loader, action, key, written->values[kind]);
    }
    if (action->kind != IPXE_ACTION_NONE)
        APR_ARRAY_PUSH(loader->actions, ipxe_action_t *) = action;
}
