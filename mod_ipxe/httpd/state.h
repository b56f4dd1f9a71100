/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a server: opened in each child, asked by requests.
 *
 *     ipxe-state/db/                the server's user, 0700: made by the parent
 *     ipxe-state/db/state.sqlite    made by the first child: IPXEState
 *     ipxe-state/db/identity        which database it was
 *
 * Virtual hosts with the same database share one thread and one connection in
 * a child. The parent opens no database: what a child writes, root does not
 * read. */
#ifndef IPXE_HTTPD_STATE_H
#define IPXE_HTTPD_STATE_H

#include "httpd/serving.h"
#include "state/front.h"

/* At check_config: whether each state folder is of one database; the log says
 * where not, and where the folder of a database's file is missing. */
int ipxe_state_check(const apr_array_header_t *all, apr_pool_t *pool);

/* In the parent, with root's rights: the folder, and whether the driver can be
 * had. NULL, or what is wrong as a sentence for the log. */
const char *ipxe_state_prepare(ipxe_serving_t *serving, apr_pool_t *pconf);

/* For the hook child_init. */
void ipxe_state_child_init(apr_pool_t *pchild, server_rec *s);

/* NULL where none is kept (IPXEState none), or it could not be opened. */
ipxe_state_t *ipxe_serving_state(const ipxe_serving_t *serving);

/* Who keeps the state for a request; NULL: nobody is to (IPXEState none). */
const ipxe_keeper_t *ipxe_serving_keeper(const ipxe_serving_t *serving);

/* For the hook log_transaction: `next` is spent once its script has arrived. */
int ipxe_state_spend(request_rec *r);

#endif
