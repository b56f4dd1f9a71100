/* SPDX-License-Identifier: Apache-2.0 */
/* When to load a set again: looking at its files without reading them.
 *
 *     ipxe_watch_t watch = {0};
 *     ...
 *     look = ipxe_watch_look(settings, asked, known, pool);
 *     if (ipxe_watch_due(&watch, &look, tried, interval, apr_time_now()))
 *         ... load; what was tried is look.signature
 *
 * Every file has a name, a size, a number on its disk and two times; together
 * they are a signature. A set is loaded once the signature has been another
 * than that of the last try, and the same, for a whole interval. A set that
 * has lost a file waits IPXE_WATCH_LOST longer, for a file may be away for a
 * moment (a checkout, an editor that renames, a mount). */
#ifndef IPXE_ENGINE_WATCH_H
#define IPXE_ENGINE_WATCH_H

#include <apr_time.h>

#include "engine/engine.h"

#define IPXE_WATCH_LOST apr_time_from_sec(30)

typedef struct ipxe_look_t {
    apr_uint64_t signature; /* never 0 */
    int lost; /* files that were known and are not there any more */
} ipxe_look_t;

/* What one looker remembers; begins with zeros. */
typedef struct ipxe_watch_t {
    apr_uint64_t seen; /* the signature at the last look */
    apr_time_t since;  /* when it was seen first */
} ipxe_watch_t;

/* Looks at the folders and files of the settings, and at those that rules
 * name (`asked`, const char *, or NULL). known: paths of const char * that the
 * set was made from, or NULL. */
ipxe_look_t ipxe_watch_look(const ipxe_settings_t *settings,
                            const apr_array_header_t *asked,
                            const apr_array_header_t *known, apr_pool_t *pool);

/* Nonzero where it is time to load. tried: the signature of what was loaded,
 * or failed to load, last. now: microseconds, at each look not before the last
 * one. */
int ipxe_watch_due(ipxe_watch_t *watch, const ipxe_look_t *look,
                   apr_uint64_t tried, apr_interval_time_t interval,
                   apr_time_t now);

#endif
