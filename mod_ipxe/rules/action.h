/* SPDX-License-Identifier: Apache-2.0 */
/* Actions as they are written: exactly one key in a rule, a host, a group or
 * a menu item. */
#ifndef IPXE_RULES_ACTION_H
#define IPXE_RULES_ACTION_H

#include "rules/model.h"
#include "yaml/bind.h"

struct ipxe_loader_t;

/* The values of all action keys of one mapping, by ipxe_action_e. */
typedef struct ipxe_written_t {
    const ipxe_yaml_t *values[IPXE_ACTION_COUNT];
} ipxe_written_t;

#define IPXE_ACTION_ROW(key, of, member, kind)                                 \
    {                                                                          \
        key, IPXE_BIND_NODE, offsetof(of, member.values[IPXE_ACTION_##kind]),  \
            0, 0, 0, NULL                                                      \
    }

/* Rows for a table of keys, of a struct with an ipxe_written_t. */
#define IPXE_ACTION_ROWS(of, member)                                           \
    IPXE_ACTION_ROW("boot", of, member, BOOT),                                 \
        IPXE_ACTION_ROW("menu", of, member, MENU),                             \
        IPXE_ACTION_ROW("script", of, member, SCRIPT),                         \
        IPXE_ACTION_ROW("chain", of, member, CHAIN),                           \
        IPXE_ACTION_ROW("local", of, member, LOCAL),                           \
        IPXE_ACTION_ROW("hold", of, member, HOLD),                             \
        IPXE_ACTION_ROW("deny", of, member, DENY),                             \
        IPXE_ACTION_ROW("shell", of, member, SHELL),                           \
        IPXE_ACTION_ROW("exit", of, member, EXIT),                             \
        IPXE_ACTION_ROW("poweroff", of, member, POWEROFF),                     \
        IPXE_ACTION_ROW("reboot", of, member, REBOOT)

/* Makes the action of a mapping and puts it on the list to link. Kind NONE
 * where there is none; where there are two, the error was added. */
void ipxe_load_action(struct ipxe_loader_t *loader, ipxe_action_t *action,
                      const ipxe_written_t *written,
                      const ipxe_yaml_t *mapping);

#endif
