/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as text that a boot loader runs. One table of action by dialect
 * (script/dialect.h); no file outside script/ knows a command of iPXE or
 * GRUB. Sources: iPXE's src/core/exec.c, image/script.c and its command
 * reference; GRUB's manual, chapter "The list of available commands".
 *
 * Trust: whatever of the text came from the network is escaped where it
 * stands (template/escape.h). The whole is written to a sink that its caller
 * throws away when a function here fails. */
#ifndef IPXE_SCRIPT_SCRIPT_H
#define IPXE_SCRIPT_SCRIPT_H

#include "base/sink.h"
#include "rules/decide.h"

typedef enum ipxe_dialect_e {
    IPXE_DIALECT_IPXE,
    IPXE_DIALECT_GRUB
} ipxe_dialect_e;

/* What all scripts need to know. */
typedef struct ipxe_writing_t {
    ipxe_dialect_e dialect;
    const ipxe_machine_t *machine;
    const ipxe_world_t *world;
    const char *generation; /* of the rule set, for the comment on top */
    int forget_password;    /* iPXE has one that is no more needed */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} ipxe_writing_t;

/* The script of a decision: its kernel, its menu, its local disk, why it may
 * not boot. On top a comment: the rule with file and line, the profile, the
 * generation, the request id last. */
apr_status_t ipxe_script_decision(ipxe_sink_t *sink,
                                  const ipxe_decision_t *decision,
                                  const ipxe_writing_t *writing);

/* The script that asks a machine who it is and comes back with everything;
 * `args`: the arguments of its first request, which come along. */
apr_status_t ipxe_script_identify(ipxe_sink_t *sink,
                                  const ipxe_writing_t *writing);

/* The script for iPXE's autoexec: brings up the network, hands over. */
apr_status_t ipxe_script_autoexec(ipxe_sink_t *sink,
                                  const ipxe_writing_t *writing);

/* What went wrong, on the console with the request id, then the local disk.
 * `text` may have several lines. */
apr_status_t ipxe_script_failure(ipxe_sink_t *sink, const char *text,
                                 const ipxe_writing_t *writing);

/* ---- On the way through menus; decision: what led there ---- */

/* Asks for the password of a menu, or where item is not NULL of the item, and
 * comes back to its address with `?login`, the password as HTTP Basic's. */
apr_status_t ipxe_script_login(ipxe_sink_t *sink,
                               const ipxe_decision_t *decision,
                               const ipxe_menu_t *menu, const ipxe_item_t *item,
                               const ipxe_writing_t *writing);

/* Says that the password was not taken, and shows what it was asked for. */
apr_status_t ipxe_script_refused(ipxe_sink_t *sink,
                                 const ipxe_decision_t *decision,
                                 const ipxe_menu_t *menu,
                                 const ipxe_item_t *item, const char *text,
                                 const ipxe_writing_t *writing);

/* Asks the item's questions and comes back to its address with the answers as
 * ask.NAME. */
apr_status_t ipxe_script_ask(ipxe_sink_t *sink, const ipxe_decision_t *decision,
                             const ipxe_menu_t *menu, const ipxe_item_t *item,
                             const ipxe_writing_t *writing);

/* For ipxe_language_t: where in a line of an iPXE script a value stands. */
ipxe_context_e ipxe_script_place(const char *line);

#endif
