/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision or a render may ask of the world around it: one table of
 * functions, handed in with each. The engine fills it from a request; checks
 * at load fill it with samples, tests with fakes. Nothing in the core reads a
 * clock, makes a random number or knows an address by another way.
 *
 * Lifetime: the request's. Each function may be called from the thread of
 * that request alone. Texts come from `pool` and live as long. */
#ifndef IPXE_BASE_WORLD_H
#define IPXE_BASE_WORLD_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

struct ipxe_diags_t;

typedef struct ipxe_world_t {
    void *baton;

    /* Microseconds since 1970, UTC: one value for the whole request. */
    apr_time_t (*now)(void *baton);

    /* Short id of this request, letters and digits; "" where there is none. */
    const char *(*request_id)(void *baton);

    /* The absolute URL of a path below the DocumentRoot, percent-encoded; a
     * text with a scheme ("http://", "nfs:") is given back as it is. */
    const char *(*url)(void *baton, const char *path, apr_pool_t *pool);

    /* The URL by which this machine fetches an answer file of the profile
     * that was decided: by its served name, NULL for the first, "" for their
     * folder with its slash. NULL where the profile serves no such name. */
    const char *(*answers)(void *baton, const char *name, apr_pool_t *pool);

    /* The URL of the menu `menu` for this machine, or, where item is not
     * NULL, of what its choice comes back to. */
    const char *(*menu)(void *baton, const char *menu, const char *item,
                        apr_pool_t *pool);

    /* The URL at which this machine waits while it is held. */
    const char *(*wait)(void *baton, apr_pool_t *pool);

    /* May this machine be one of the `most` that the rule newly arms within
     * `window` microseconds? Counts it, unless it was counted in that time,
     * or the request is one that counts nothing (HEAD, explain). machine: what
     * tells it from others, NULL: nothing does. NULL instead of a function:
     * nobody counts, and every machine may. */
    int (*limit)(void *baton, const char *rule, const char *machine, int most,
                 apr_interval_time_t window);

    /* The command that reports a stage ("installed?text=...": what follows
     * the ticket) of the profile that was decided, in a script of that kind
     * ("sh", "cmd"), or in the first kind that its installer knows. *command
     * is NULL where it knows none. A failure has added its diagnostic. */
    apr_status_t (*report)(const char **command, void *baton, const char *kind,
                           const char *stage, struct ipxe_diags_t *diags,
                           apr_pool_t *pool);

    /* The same URL with what tells that this machine fetched it: 'k' the
     * kernel, 'i' a file beside it, 'l' the last of these, 't' all that lies
     * below it. NULL instead of a function: nothing is followed. */
    const char *(*follow)(void *baton, const char *url, char what,
                          apr_pool_t *pool);

    /* The profiles whose runs on this machine reported `done` or `installed`,
     * or `failed`: *profiles is an array of const char *, newest first. host:
     * its name in the rules, or NULL. A status that is no success: what it has
     * done is not known now. NULL instead of a function: nothing. */
    apr_status_t (*runs)(const apr_array_header_t **profiles, void *baton,
                         const char *host, int failed);

    /* The URL that `y` on the console leads to where a chosen installer is
     * confirmed. */
    const char *(*confirm)(void *baton, apr_pool_t *pool);

    /* The URL of the entry (/boot.ipxe) without a query. */
    const char *(*entry)(void *baton, apr_pool_t *pool);
} ipxe_world_t;

#endif
