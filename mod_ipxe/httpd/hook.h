/* SPDX-License-Identifier: Apache-2.0 */
/* A hook: who else is told of what happens to machines, and how.
 *
 *     IPXEHook installed,failed http://127.0.0.1:9000/ipxe
 *     IPXEHook all |/usr/local/bin/tell --to operators
 *
 * An address is sent a POST with the notice as JSON, and takes it with a status
 * of 2xx. A program is run without a shell, with the notice on its standard
 * input, and takes it with the exit status 0. Its arguments and environment
 * hold nothing of the network's.
 *
 * Without httpd, so that it can be tested alone. Trust: a hook is the
 * operator's, what a receiver answers is the network's.
 *
 * Lifetime: a hook is its pool's, and only read. Threads: any number may
 * deliver. */
#ifndef IPXE_HTTPD_HOOK_H
#define IPXE_HTTPD_HOOK_H

#include "base/text.h"
#include "state/notice.h"

typedef struct ipxe_receiver_t {
    unsigned events;    /* 1 << ipxe_notice_e, or'ed */
    const char *name;   /* for people: "http://127.0.0.1:9000", without
                           the path, or "/usr/local/bin/tell" */
    const char *target; /* for the database: ipxe_hook_t */
    const char *host, *authority, *path; /* of an address; else NULL */
    int port;
    const char *const *argv; /* of a program, ended by NULL; else NULL */
} ipxe_receiver_t;

/* From the arguments of the directive; NULL, and what is wrong in *why. */
const ipxe_receiver_t *ipxe_receiver_read(const char **why, int argc,
                                          char *const argv[], apr_pool_t *pool);

/* The notice as its receivers get it: docs/status.md describes the members. */
ipxe_text_t *ipxe_notice_json(const ipxe_notice_t *notice, apr_pool_t *pool);

/* Delivers, within IPXE_HOOK_TIMEOUT. NULL, or what went wrong, in printable
 * ASCII. stop: whether the process is about to end, asked now and then; what is
 * under way is then given up. NULL: never. */
const char *ipxe_receiver_tell(const ipxe_receiver_t *receiver,
                               const ipxe_text_t *body, int (*stop)(void),
                               apr_pool_t *pool);

/* The two of them: hook_post.c, hook_run.c. */
const char *ipxe_receiver_post(const ipxe_receiver_t *receiver,
                               const ipxe_text_t *body, int (*stop)(void),
                               apr_pool_t *pool);
const char *ipxe_receiver_run(const ipxe_receiver_t *receiver,
                              const ipxe_text_t *body, int (*stop)(void),
                              apr_pool_t *pool);

#endif
