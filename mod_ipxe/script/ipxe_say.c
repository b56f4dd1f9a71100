/* SPDX-License-Identifier: Apache-2.0 */
/* What tells a person something, and what leaves iPXE. */
#include "script/ipxe.h"

#include <apr_strings.h>

/* How long a text can be read before an unattended machine goes on. */
#define READ_SECONDS 30

/* Says what an action's text says, or why the action is what it is. */
static apr_status_t put_reason(ipxe_script_t *script)
{
    const ipxe_decision_t *decision = script->decision;
    const char *text = "This machine is not given anything to boot";
    apr_status_t status = APR_SUCCESS;
    int has_text = decision->action.kind == IPXE_ACTION_HOLD ||
                   decision->action.kind == IPXE_ACTION_DENY;

    if (has_text && decision->action.value)
        status = ipxe_part_text(&text, script, decision->action.value);
    else if (decision->reason)
        text = decision->reason;
    if (status == APR_SUCCESS)
        ipxe_put_say(script, text);
    return status;
}

static void put_code(ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    const char *id = script->decision ? script->decision->code : NULL;

    if (!id)
        id = world->request_id(world->baton);
    if (id && *id)
        ipxe_put_say(script,
                     apr_pstrcat(script->writing->pool, "Code: ", id, NULL));
}

/* The disk, where the operator's word for it is good. */
static apr_status_t put_disk(ipxe_script_t *script)
{
    const char *local;
    apr_status_t status = ipxe_part_local(&local, script);

    if (status == APR_SUCCESS)
        ipxe_put_local(script, local);
    return status;
}

/* Who is held may look at its code; who is in the queue goes there at once. */
static void put_before_wait(ipxe_script_t *script)
{
    if (script->decision->place) {
        ipxe_put_say(script, "It goes on by itself. Ctrl-C leads out of here");
        return;
    }
    put_code(script);
    ipxe_put_wait(script, 10,
                  "This machine waits; press a key now for its local disk",
                  "local");
}

apr_status_t ipxe_ipxe_hold(ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    apr_status_t status;

    ipxe_put_head(script);
    status = put_reason(script);
    if (status != APR_SUCCESS)
        return status;
    put_before_wait(script);
    ipxe_put_label(script, "wait");
    ipxe_put_chain(script, world->wait(world->baton, script->writing->pool),
                   "failed");
    ipxe_put_label(script, "failed");
    ipxe_put_say_error(script, "The boot server did not answer");
    ipxe_put_wait(script, 15,
                  "Press a key for the local disk, or wait to ask again",
                  "local");
    ipxe_put_goto(script, "wait");
    return put_disk(script);
}

apr_status_t ipxe_ipxe_deny(ipxe_script_t *script)
{
    apr_status_t status;

    ipxe_put_head(script);
    status = put_reason(script);
    if (status != APR_SUCCESS)
        return status;
    put_code(script);
    ipxe_put_pause(script, READ_SECONDS);
    return put_disk(script);
}

static void put_facts(ipxe_script_t *script)
{
    const ipxe_machine_t *machine = script->writing->machine;
    int fact;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        const char *text = ipxe_machine_fact(machine, (ipxe_fact_e)fact);

        if (text)
            ipxe_put_say(script, apr_pstrcat(script->writing->pool,
                                             ipxe_fact_name((ipxe_fact_e)fact),
                                             ": ", text, NULL));
    }
}

apr_status_t ipxe_ipxe_none(ipxe_script_t *script)
{
    ipxe_put_head(script);
    ipxe_put_say(script, "No rule is for this machine. What it says of "
                         "itself:");
    put_facts(script);
    put_code(script);
    ipxe_put_pause(script, READ_SECONDS);
    return put_disk(script);
}

apr_status_t ipxe_ipxe_failure(ipxe_script_t *script, const char *text)
{
    ipxe_put_head(script);
    ipxe_put_say(script, text);
    put_code(script);
    ipxe_put_pause(script, READ_SECONDS);
    ipxe_put_local(script, NULL);
    return APR_SUCCESS;
}

/* ---- Leaving ---- */

apr_status_t ipxe_ipxe_shell(ipxe_script_t *script)
{
    ipxe_put_head(script);
    ipxe_put_shell(script);
    ipxe_put_chain(script, ipxe_part_back(script), "local");
    return put_disk(script);
}

apr_status_t ipxe_ipxe_exit(ipxe_script_t *script)
{
    ipxe_put_head(script);
    ipxe_put_exit(script, 0);
    return APR_SUCCESS;
}

apr_status_t ipxe_ipxe_poweroff(ipxe_script_t *script)
{
    ipxe_put_head(script);
    ipxe_put_poweroff(script);
    return put_disk(script);
}

apr_status_t ipxe_ipxe_reboot(ipxe_script_t *script)
{
    ipxe_put_head(script);
    ipxe_put_reboot(script);
    return APR_SUCCESS;
}
