/* SPDX-License-Identifier: Apache-2.0 */
/* When and for how many a rule is: `between`, `days`, `percent`. */
#ifndef IPXE_RULES_WINDOW_H
#define IPXE_RULES_WINDOW_H

#include <apr_time.h>

#include "rules/model.h"
#include "yaml/bind.h"

/* Local time. A window over midnight belongs to the day on which it began. */
struct ipxe_window_t {
    int from, to;  /* minutes of the day, to is outside; both 0: all day */
    unsigned days; /* bit 0: Sunday; 0: all */
    const char *written; /* "22:00-06:00", or NULL */
    ipxe_span_t span;
};

/* For the rows `between` and `days`; the member is a struct ipxe_window_t. */
ipxe_bind_fn ipxe_bind_between, ipxe_bind_days;

/* Nonzero where now, in the server's zone, is within the window. */
int ipxe_window_holds(const struct ipxe_window_t *window, apr_time_t now);

/* Is the machine one of the percent that a rule is for? Always the same for
 * the same machine, and of a larger share too. *known is zero where nothing
 * tells the machine from others. */
int ipxe_share_holds(int *known, const ipxe_rule_t *rule,
                     const ipxe_machine_t *machine);

#endif
