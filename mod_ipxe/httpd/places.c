/* SPDX-License-Identifier: Apache-2.0 */
/* Files and lines of directives. */
#include "httpd/places.h"

#include <apr_strings.h>

#include "httpd/directives.h"

void ipxe_place_note(ipxe_server_t *server, const cmd_parms *cmd)
{
    if (!cmd->directive || !cmd->directive->filename)
        return;
    if (!server->places)
        server->places = apr_table_make(cmd->pool, 8);
    apr_table_setn(server->places, cmd->cmd->name,
                   apr_psprintf(cmd->pool, "%s:%d", cmd->directive->filename,
                                cmd->directive->line_num));
}

const char *ipxe_place(const server_rec *s, const char *directive,
                       apr_pool_t *pool)
{
    const apr_table_t *places = ipxe_server_get(s)->places;
    const char *place = places ? apr_table_get(places, directive) : NULL;

    return place ? apr_pstrcat(pool, " (", place, ")", NULL) : "";
}

/* Does the message have it, in quotes? */
static int tells_of(const char *message, const char *path, apr_pool_t *pool)
{
    return path && strstr(message, apr_pstrcat(pool, "'", path, "'", NULL));
}

static int tells_of_any(const char *message, const apr_array_header_t *paths,
                        apr_pool_t *pool)
{
    int i;

    for (i = 0; paths && i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        /* yaml:PATH */
        if (*path != '/' && strchr(path, ':'))
            path = strchr(path, ':') + 1;
        if (tells_of(message, path, pool))
            return 1;
    }
    return 0;
}

const char *ipxe_place_of_path(const server_rec *s, const char *message,
                               apr_pool_t *pool)
{
    const ipxe_server_t *server = ipxe_server_get(s);
    const char *name = NULL;

    if (tells_of(message, server->templates, pool))
        name = IPXE_NAME_TEMPLATES;
    else if (tells_of_any(message, server->hosts, pool))
        name = IPXE_NAME_HOSTS;
    else if (tells_of_any(message, server->rules, pool))
        name = IPXE_NAME_RULES;
    return name ? apr_pstrcat(pool, name, ipxe_place(s, name, pool), NULL)
                : NULL;
}
