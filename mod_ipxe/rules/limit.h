/* SPDX-License-Identifier: Apache-2.0 */
/* How many machines a rule may newly arm in a time.
 *
 *     limit: 40/hour
 *     limit: { rate: 40/hour, then: hold }
 *
 * Machines that get a profile with `install` by the rule are counted, each
 * once in the window; who counts them is the world's (base/world.h). */
#ifndef IPXE_RULES_LIMIT_H
#define IPXE_RULES_LIMIT_H

#include <apr_time.h>

#include "rules/decide.h"
#include "yaml/bind.h"

struct ipxe_limit_t {
    int most;                   /* machines, at least 1 */
    apr_interval_time_t window; /* microseconds: a minute, an hour, a day */
    int hold;                   /* past it the machine is held */
    const char *written;        /* "40/hour" */
    ipxe_span_t span;
};

/* For the row `limit`; the member is a const struct ipxe_limit_t *. */
ipxe_bind_fn ipxe_bind_limit;

/* A decision that installs, against the limit of its rule: past it, it
 * becomes the local disk or a hold, with the reason. Counts the machine where
 * the world counts. Nonzero where it was turned down. */
int ipxe_decision_limit(ipxe_decision_t *decision, apr_pool_t *pool);

#endif
