/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: the requests of an access log put to other rules, before anyone
 * reloads.
 *
 *     10.0.0.7 [22/Nov/2026:18:51:19 +0000] 200 311 "menu" profile="-"
 *     rule="everything else" ... stage=script ...
 *     facts="mac=52:54:00:aa:bb:cc&serial=QC-1" "iPXE/1.21.1"
 *
 * is such a line (LogFormat ipxe, as conf.d/ipxe.conf ships it): of it the
 * time, the stage, the facts and the last word in quotes, the User-Agent, are
 * read. Each machine's first request of a boot is asked again of both sets,
 * at its time; what a person chose afterwards is not in the log.
 *
 * Nothing is changed, armed or signed by it. Trust: the log's bytes are the
 * network's, escaped by httpd. Not for two threads at a time. */
#ifndef IPXE_ENGINE_REPLAY_H
#define IPXE_ENGINE_REPLAY_H

#include "engine/engine.h"

/* What a machine gets, as far as changes are told apart by it. */
typedef struct ipxe_outcome_of_t {
    const char *rule;   /* NULL: none */
    const char *action; /* "boot"; "identify": it is asked for all its facts;
                           "failed": no answer could be made */
    const char *target; /* the profile or menu, or NULL */
    int installs;       /* its profile wipes a disk */
} ipxe_outcome_of_t;

typedef enum ipxe_change_e {
    IPXE_CHANGE_NONE,
    IPXE_CHANGE_ANSWER, /* another action, profile or menu */
    IPXE_CHANGE_SCRIPT, /* the same, by another script */
    IPXE_CHANGE_FILE    /* the same, with another answer file */
} ipxe_change_e;

/* Requests to which the same happens. */
typedef struct ipxe_change_t {
    ipxe_change_e kind;
    ipxe_outcome_of_t before, after;
    const char *file; /* FILE: the first one that differs */
    int requests, machines;
    apr_hash_t *seen;    /* the machines, by what tells them apart */
    const char *example; /* of them: "mac 52:54:00:aa:bb:cc, serial QC-1" */
    int line;            /* of the example in the log, from 1 */
    const char *trouble; /* why the example has no answer after it, or NULL */
} ipxe_change_t;

typedef struct ipxe_replay_t {
    const ipxe_snapshot_t *before; /* NULL: what the log says was given */
    const ipxe_snapshot_t *after;
    apr_hash_t *changes;  /* key -> ipxe_change_t * */
    apr_hash_t *machines; /* all that were seen */
    apr_hash_t *changed;  /* those of them with a change */
    int lines;            /* read */
    int without;          /* lines with no facts */
    int later;            /* lines of menus, choices, answer files, ... */
    int requests;         /* asked again */
    int changes_of;       /* of these, with another answer */
    apr_pool_t *pool;
} ipxe_replay_t;

/* A replay with nothing read yet. Both sets are given one generation, which
 * stands in scripts. */
ipxe_replay_t *ipxe_replay_make(ipxe_snapshot_t *before, ipxe_snapshot_t *after,
                                apr_pool_t *pool);

/* Takes the log's next line, with or without its end. `scratch` can be
 * cleared after it. */
void ipxe_replay_line(ipxe_replay_t *replay, const char *line,
                      apr_pool_t *scratch);

/* The changes, that of most machines first: array of const ipxe_change_t *. */
apr_array_header_t *ipxe_replay_changes(const ipxe_replay_t *replay,
                                        apr_pool_t *pool);

#endif
