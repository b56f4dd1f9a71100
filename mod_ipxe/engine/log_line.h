/* SPDX-License-Identifier: Apache-2.0 */
/* A line of an access log to the words in it. Private to the engine. */
#ifndef IPXE_ENGINE_LOG_LINE_H
#define IPXE_ENGINE_LOG_LINE_H

#include <apr_pools.h>
#include <apr_time.h>

/* What of a line of LogFormat ipxe is read. Texts are unescaped; NULL: the
 * line does not have it, or has "-". */
typedef struct ipxe_log_line_t {
    apr_time_t at; /* 0: none */
    const char *action, *profile, *rule, *stage, *facts, *user_agent;
} ipxe_log_line_t;

void ipxe_log_line_read(ipxe_log_line_t *read, const char *line,
                        apr_pool_t *pool);

#endif
