/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a template's own text. */
#include "template/lines.h"

#include <string.h>

#include "template/contexts.h"

static void take_line(ipxe_lines_t *lines, const char *line, const char *end)
{
    int i;

    lines->goes_on |= end > line && end[-1] == '\\';
    for (i = 0; i < 2; i++)
        lines->section[i] = ipxe_kickstart_section(line, lines->section[i]);
}

const ipxe_lines_t *ipxe_lines_of(const ipxe_string_t *text, apr_pool_t *pool)
{
    const char *end = strchr(text->s, '\n'), *line;
    ipxe_lines_t *lines;

    if (!end)
        return NULL;
    lines = apr_pcalloc(pool, sizeof(*lines));
    lines->first = (apr_size_t)(end - text->s);
    lines->section[1] = 1;
    for (line = end + 1; (end = strchr(line, '\n')); line = end + 1)
        take_line(lines, line, end);
    lines->last = (apr_size_t)(line - 1 - text->s);
    return lines;
}
