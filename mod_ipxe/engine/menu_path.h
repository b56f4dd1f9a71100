/* SPDX-License-Identifier: Apache-2.0 */
/* From the menu that a decision gives down to the one that was asked for.
 * Private to the engine. */
#ifndef IPXE_ENGINE_MENU_PATH_H
#define IPXE_ENGINE_MENU_PATH_H

#include "rules/decide.h"

/* The decision with the items chosen that lead from its menu to `menu`, and
 * in it, where not NULL, `item`. *chosen is NULL where the decision leads
 * there by no item that is offered to this machine. A failure has added its
 * diagnostic. */
apr_status_t ipxe_menu_follow(ipxe_decision_t **chosen,
                              const ipxe_decision_t *decision, const char *menu,
                              const char *item, ipxe_diags_t *diags,
                              apr_pool_t *pool);

#endif
