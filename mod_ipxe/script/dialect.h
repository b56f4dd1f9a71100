/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: a script while it is written, and the one table of
 * action by dialect.
 *
 * A dialect is a row of functions, one for each action, that add text to
 * `out`. What they have in common stands in parts.h (values, addresses),
 * plan.h (what is booted) and offer.h (what a menu shows); only ipxe*.c,
 * identify.c and grub.c know a command. */
#ifndef IPXE_SCRIPT_DIALECT_H
#define IPXE_SCRIPT_DIALECT_H

#include "script/script.h"

/* A script while it is written: one request, one thread. */
typedef struct ipxe_script_t {
    ipxe_text_t *out;
    const ipxe_writing_t *writing;
    const ipxe_decision_t *decision; /* NULL: none was made */
    ipxe_render_t render;            /* with the decision's names */
} ipxe_script_t;

typedef apr_status_t ipxe_action_fn(ipxe_script_t *script);

/* On the way to a menu, or to an item of it; text: what to say, or NULL. */
typedef apr_status_t ipxe_gate_fn(ipxe_script_t *script,
                                  const ipxe_menu_t *menu,
                                  const ipxe_item_t *item, const char *text);

typedef struct ipxe_dialect_t {
    ipxe_action_fn *actions[IPXE_ACTION_COUNT];
    /* Asks the machine who it is; it comes back with that. */
    ipxe_action_fn *identify;
    /* Passwords and questions. */
    ipxe_gate_fn *login, *refused, *ask;
    /* Says `text`, waits a little, boots the disk. */
    apr_status_t (*failure)(ipxe_script_t *script, const char *text);
} ipxe_dialect_t;

/* A script to write; decision may be NULL. */
ipxe_script_t *ipxe_script_begin(const ipxe_writing_t *writing,
                                 const ipxe_decision_t *decision);

/* ---- iPXE (ipxe_boot.c, ipxe_menu.c, ipxe_say.c, identify.c) ---- */

ipxe_action_fn ipxe_ipxe_boot, ipxe_ipxe_menu, ipxe_ipxe_script,
    ipxe_ipxe_chain, ipxe_ipxe_local, ipxe_ipxe_hold, ipxe_ipxe_deny,
    ipxe_ipxe_shell, ipxe_ipxe_exit, ipxe_ipxe_poweroff, ipxe_ipxe_reboot,
    ipxe_ipxe_none, ipxe_ipxe_identify;
apr_status_t ipxe_ipxe_failure(ipxe_script_t *script, const char *text);
ipxe_gate_fn ipxe_ipxe_login, ipxe_ipxe_refused, ipxe_ipxe_ask; /* ipxe_ask.c */

/* ---- GRUB (grub.c) ---- */

ipxe_action_fn ipxe_grub_boot, ipxe_grub_menu, ipxe_grub_local, ipxe_grub_deny,
    ipxe_grub_none, ipxe_grub_impossible, ipxe_grub_identify;
apr_status_t ipxe_grub_failure(ipxe_script_t *script, const char *text);
ipxe_gate_fn ipxe_grub_gate;

#endif
