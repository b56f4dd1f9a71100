/* SPDX-License-Identifier: Apache-2.0 */
/* The state of machines, for the commands that look at it or change it.
 *
 * No command makes a state: it opens the database that a server has made, as
 * the user whose it is. */
#ifndef IPXE_CTL_STATE_H
#define IPXE_CTL_STATE_H

#include "ctl/ctl.h"
#include "engine/keeper.h"
#include "state/store.h"

typedef struct ipxe_ctl_state_t {
    ipxe_ctl_t *ctl;
    ipxe_store_t *store;
    const char *site;     /* the tenant; NULL: there are several, and --vhost
                             was not given */
    ipxe_snapshot_t *set; /* the rules, where they were asked for */
    const char *by;       /* who calls */
    apr_time_t now;
} ipxe_ctl_state_t;

/* Opens it. with_rules: the rules are loaded, too, where it is known where
 * they are; what is wrong with them is printed. IPXE_EXIT_FINE, or the reason
 * was printed. */
ipxe_exit_e ipxe_ctl_state_open(ipxe_ctl_state_t *state, ipxe_ctl_t *ctl,
                                int with_rules);

/* The same for who only looks, and can do without: NULL where there is none, it
 * is not this user's, or the rules were named by --rules. */
ipxe_store_t *ipxe_ctl_state_peek(ipxe_ctl_t *ctl);

/* Who keeps the state, for a request that changes nothing; or NULL. Where root
 * calls, this process becomes the user whose the state is: read what is to be
 * read before. */
const ipxe_keeper_t *ipxe_ctl_keeper(ipxe_ctl_t *ctl);

/* Prints what is wrong where a store's function has failed. */
ipxe_exit_e ipxe_ctl_state_trouble(const ipxe_ctl_state_t *state);

/* All machines (of the tenant) that the words name: FACT=VALUE, or one host's
 * name, card, serial or number. Array of ipxe_seen_t, none is none. */
ipxe_exit_e ipxe_ctl_state_match(apr_array_header_t **seen,
                                 ipxe_ctl_state_t *state,
                                 const apr_array_header_t *words);

/* The machine of an order: order->machine of the one that the words name, or,
 * where the state has none and the order makes one, order->who. More than one
 * is an error, too. */
ipxe_exit_e ipxe_ctl_state_find(ipxe_order_t *order, ipxe_ctl_state_t *state,
                                const apr_array_header_t *words);

/* Gives the order to the store and prints what came of it. */
ipxe_exit_e ipxe_ctl_state_order(ipxe_order_t *order, ipxe_ctl_state_t *state,
                                 const char *done);

#endif
