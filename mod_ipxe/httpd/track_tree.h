/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads of trees: what an installer fetches below `profile.tree`, hundreds
 * of files by many tools, none of which keeps a query. So their address has a
 * part more, by which they are told apart (IPXETrack):
 *
 *     /ipxe/tree/525400123456/OS/rocky/9/.treeinfo   is   /OS/rocky/9/.treeinfo
 *
 * The path is set right before other modules look at it: what serves a tree,
 * and who may have it, stays as it is. Each child counts a machine's files and
 * bytes, and tells the state of them from time to time.
 *
 * Threads: any. Trust: the part is the network's; it is a card's address, or
 * "i17" for an install. */
#ifndef IPXE_HTTPD_TRACK_TREE_H
#define IPXE_HTTPD_TRACK_TREE_H

#include "httpd/serving.h"

/* For the hook translate_name. */
int ipxe_track_map(request_rec *r);

/* At the end of a request: counted where it is of a tree. */
void ipxe_track_tree(request_rec *r);

/* For the hook child_init. */
void ipxe_track_tree_child(apr_pool_t *pchild, server_rec *s);

/* In the parent, before children are made: asks mod_watchdog for a thread in
 * each that tells the state. Without it that happens with later requests. */
void ipxe_track_tree_start(apr_array_header_t *all, server_rec *s,
                           apr_pool_t *pconf);

#endif
