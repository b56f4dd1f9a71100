/* SPDX-License-Identifier: Apache-2.0 */
/* The table of action by dialect, and the public functions on it. */
#include "script/dialect.h"

#include <apr_strings.h>

/* `follow` is never what a decision comes to. */
static const ipxe_dialect_t dialects[] = {
    [IPXE_DIALECT_IPXE] = {.actions =
                               {
                                   [IPXE_ACTION_NONE] = ipxe_ipxe_none,
                                   [IPXE_ACTION_BOOT] = ipxe_ipxe_boot,
                                   [IPXE_ACTION_MENU] = ipxe_ipxe_menu,
                                   [IPXE_ACTION_FOLLOW] = ipxe_ipxe_none,
                                   [IPXE_ACTION_SCRIPT] = ipxe_ipxe_script,
                                   [IPXE_ACTION_CHAIN] = ipxe_ipxe_chain,
                                   [IPXE_ACTION_LOCAL] = ipxe_ipxe_local,
                                   [IPXE_ACTION_HOLD] = ipxe_ipxe_hold,
                                   [IPXE_ACTION_DENY] = ipxe_ipxe_deny,
                                   [IPXE_ACTION_SHELL] = ipxe_ipxe_shell,
                                   [IPXE_ACTION_EXIT] = ipxe_ipxe_exit,
                                   [IPXE_ACTION_POWEROFF] = ipxe_ipxe_poweroff,
                                   [IPXE_ACTION_REBOOT] = ipxe_ipxe_reboot,
                               },
                           .identify = ipxe_ipxe_identify,
                           .login = ipxe_ipxe_login,
                           .refused = ipxe_ipxe_refused,
                           .ask = ipxe_ipxe_ask,
                           .failure = ipxe_ipxe_failure},
    [IPXE_DIALECT_GRUB] = {.actions =
                               {
                                   [IPXE_ACTION_NONE] = ipxe_grub_none,
                                   [IPXE_ACTION_BOOT] = ipxe_grub_boot,
                                   [IPXE_ACTION_MENU] = ipxe_grub_menu,
                                   [IPXE_ACTION_FOLLOW] = ipxe_grub_none,
                                   [IPXE_ACTION_SCRIPT] = ipxe_grub_impossible,
                                   [IPXE_ACTION_CHAIN] = ipxe_grub_impossible,
                                   [IPXE_ACTION_LOCAL] = ipxe_grub_local,
                                   [IPXE_ACTION_HOLD] = ipxe_grub_impossible,
                                   [IPXE_ACTION_DENY] = ipxe_grub_deny,
                                   [IPXE_ACTION_SHELL] = ipxe_grub_impossible,
                                   [IPXE_ACTION_EXIT] = ipxe_grub_impossible,
                                   [IPXE_ACTION_POWEROFF] =
                                       ipxe_grub_impossible,
                                   [IPXE_ACTION_REBOOT] = ipxe_grub_impossible,
                               },
                           .identify = ipxe_grub_identify,
                           .login = ipxe_grub_gate,
                           .refused = ipxe_grub_gate,
                           .ask = ipxe_grub_gate,
                           .failure = ipxe_grub_failure},
};

ipxe_script_t *ipxe_script_begin(const ipxe_writing_t *writing,
                                 const ipxe_decision_t *decision)
{
    ipxe_script_t *script = apr_pcalloc(writing->pool, sizeof(*script));

    script->out = ipxe_text_make(2048, writing->pool);
    script->writing = writing;
    script->decision = decision;
    script->render.world = writing->world;
    script->render.diags = writing->diags;
    script->render.pool = writing->pool;
    if (decision)
        script->render.names = ipxe_decision_names(decision, writing->pool);
    return script;
}

/* Hands on what was written, where that went well. */
static apr_status_t finish(ipxe_sink_t *sink, const ipxe_script_t *script,
                           apr_status_t status)
{
    return status == APR_SUCCESS
               ? ipxe_sink_add_n(sink, script->out->data, script->out->len)
               : status;
}

apr_status_t ipxe_script_decision(ipxe_sink_t *sink,
                                  const ipxe_decision_t *decision,
                                  const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, decision);
    const ipxe_dialect_t *dialect = &dialects[writing->dialect];

    return finish(sink, script,
                  dialect->actions[decision->action.kind](script));
}

apr_status_t ipxe_script_identify(ipxe_sink_t *sink,
                                  const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, NULL);

    return finish(sink, script,
                  dialects[writing->dialect].identify(script));
}

apr_status_t ipxe_script_failure(ipxe_sink_t *sink, const char *text,
                                 const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, NULL);

    return finish(sink, script,
                  dialects[writing->dialect].failure(script, text));
}

apr_status_t ipxe_script_login(ipxe_sink_t *sink,
                               const ipxe_decision_t *decision,
                               const ipxe_menu_t *menu, const ipxe_item_t *item,
                               const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, decision);

    return finish(sink, script,
                  dialects[writing->dialect].login(script, menu, item, NULL));
}

apr_status_t
ipxe_script_refused(ipxe_sink_t *sink, const ipxe_decision_t *decision,
                    const ipxe_menu_t *menu, const ipxe_item_t *item,
                    const char *text, const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, decision);

    return finish(sink, script,
                  dialects[writing->dialect].refused(script, menu, item, text));
}

apr_status_t ipxe_script_ask(ipxe_sink_t *sink, const ipxe_decision_t *decision,
                             const ipxe_menu_t *menu, const ipxe_item_t *item,
                             const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, decision);

    return finish(sink, script,
                  dialects[writing->dialect].ask(script, menu, item, NULL));
}
