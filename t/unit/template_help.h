/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of templates share: a language with the places of a script, and
 * no names that are known at load. */
#ifndef IPXE_UNIT_TEMPLATE_HELP_H
#define IPXE_UNIT_TEMPLATE_HELP_H

#include <string.h>

#include "template/template.h"

/* A place by the line's first word, or by its address: all that tests need. */
static inline ipxe_context_e place_of_line(const char *line)
{
    if (*line == '#')
        return IPXE_CONTEXT_COMMENT;
    if (strncmp(line, "echo ", 5) == 0)
        return IPXE_CONTEXT_TEXT;
    return strstr(line, "://") ? IPXE_CONTEXT_URL : IPXE_CONTEXT_ARGUMENT;
}

/* For ipxe_object_t. */
static inline apr_array_header_t *no_names(const ipxe_object_t *self,
                                           apr_pool_t *pool)
{
    (void)self;
    return apr_array_make(pool, 1, sizeof(const char *));
}

#endif
