/* SPDX-License-Identifier: Apache-2.0 */
/* What a server answers from: the settings made of its directives, and the
 * rule set loaded with them. Virtual hosts with equal settings share one.
 *
 * Lifetime: pconf's. Made by check.c in the pass that serves, filled with its
 * keys in post_config, read only from then on but for what reload.c and
 * watcher.c keep in it: which set counts is the swap's to say. */
#ifndef IPXE_HTTPD_SERVING_H
#define IPXE_HTTPD_SERVING_H

#include "engine/status.h"
#include "engine/swap.h"
#include "engine/watch.h"
#include "httpd/config.h"

typedef struct ipxe_serving_t {
    ipxe_settings_t settings;
    const char *key;           /* equal for equal settings */
    server_rec *server;        /* the first that has these */
    apr_array_header_t *roots; /* of const char *: the DocumentRoots of all
                                  that have these */
    const char *state_dir;     /* absolute, never NULL */
    const char *secret;        /* the file of keys, never NULL */
    int secret_given;          /* by IPXESecret: not ours to make */
    struct ipxe_hosts_t *hosts; /* databases of hosts, of all servers */
    const char *state_driver;  /* of apr_dbd; NULL: no state is kept */
    const char *state_params;
    const char *state_identity; /* the file, never NULL */
    apr_interval_time_t state_timeout; /* 0: the default */
    apr_int64_t max_machines;          /* likewise */
    const apr_array_header_t *hooks; /* of const ipxe_receiver_t *; NULL:
                                        none */
    struct ipxe_held_t *held;   /* in a child: its state; state.h */
    int wanted;                /* rules are named: there is something to load */
    ipxe_snapshot_t *set;      /* the parent's; NULL: it did not load */
    ipxe_diags_t *diags;       /* of that load */
    const char *failure;       /* where set is NULL: why, for consoles */
    apr_uint64_t signature;    /* of the files, as that load found them */

    /* From post_config on. */
    const char *sets;           /* the folder of published sets */
    apr_interval_time_t reload; /* how long files rest before they count; 0:
                                   they are not watched */
    int watched;                /* there is something that can watch */
    ipxe_swap_t *swap;          /* what counts in this process */
    struct ipxe_board_t *board;  /* what counts in all; NULL: nothing does, or
                                   the set is the parent's for good */
    apr_time_t retry;           /* in a child: a published set did not load,
                                   and is not tried before */
    ipxe_watch_t watch;         /* in the child that watches */
    ipxe_status_slots_t slots_written; /* in the child that writes them */
    apr_pool_t *asked_pool;     /* of asked alone */
    const apr_array_header_t *asked; /* of const char *: files that the rules
                                        tried last name; NULL: those of the
                                        set that counts */
} ipxe_serving_t;

/* The main server and the virtual hosts in the order of the configuration
 * (httpd's own list has them backwards): array of server_rec *. */
apr_array_header_t *ipxe_servers(server_rec *main_server, apr_pool_t *pool);

/* Gives every server what it answers from, nothing loaded yet: array of
 * ipxe_serving_t *, the main server's first. */
apr_array_header_t *ipxe_serving_make(server_rec *main_server,
                                      apr_pool_t *pool);

/* All of them again, after check.c. */
apr_array_header_t *ipxe_serving_all(server_rec *main_server, apr_pool_t *pool);

/* Have both the same rules, templates and hosts? */
int ipxe_serving_same_tenant(const ipxe_serving_t *one,
                             const ipxe_serving_t *other);

/* Loads the rule set, and looks for the files that it names, into a pool of its
 * own allocator below `pool`. */
void ipxe_serving_load(ipxe_serving_t *serving, apr_pool_t *pool);

/* The set that counts, kept until the pool ends; or NULL. */
const ipxe_snapshot_t *ipxe_serving_take(const ipxe_serving_t *serving,
                                         apr_pool_t *pool);

#endif
