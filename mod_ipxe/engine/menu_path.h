/* SPDX-License-Identifier: Apache-2.0 */
/* From the menu that a decision gives down to the one that was asked for.
 * Private to the engine. */
#ifndef IPXE_ENGINE_MENU_PATH_H
#define IPXE_ENGINE_MENU_PATH_H

#include "rules/decide.h"

/* What the way stops at: a password that was not given, or questions that
 * were not answered. */
typedef struct ipxe_lock_t {
    const ipxe_menu_t *menu;   /* NULL: nothing stops it */
    const ipxe_item_t *item;   /* NULL: the password is the menu's */
    int asks;                  /* it is the item's questions */
    const ipxe_decision_t *at; /* the decision so far, for texts */
} ipxe_lock_t;

/* Its name among what was opened: "MENU" or "MENU/ITEM". */
const char *ipxe_lock_key(const ipxe_menu_t *menu, const ipxe_item_t *item,
                          apr_pool_t *pool);

/* Nonzero where it has no password, or its key is among those of `opened`
 * (array of const char *; NULL: everything is open). */
int ipxe_lock_open(const ipxe_menu_t *menu, const ipxe_item_t *item,
                   const apr_array_header_t *opened, apr_pool_t *pool);

/* Where somebody wants to go. */
typedef struct ipxe_goal_t {
    const char *menu;
    const char *item; /* in the menu, or NULL */
    const apr_array_header_t *opened; /* as of ipxe_lock_open */
    int answered;                     /* the item's questions were */
} ipxe_goal_t;

/* The decision with the items chosen that lead from its menu to the goal.
 * *chosen is NULL where the decision leads there by no item that is offered
 * to this machine, or *lock says what it stops at first. A failure has added
 * its diagnostic. */
apr_status_t ipxe_menu_follow(ipxe_decision_t **chosen, ipxe_lock_t *lock,
                              const ipxe_decision_t *decision,
                              const ipxe_goal_t *goal, ipxe_diags_t *diags,
                              apr_pool_t *pool);

#endif
