/* SPDX-License-Identifier: Apache-2.0 */
/* Making and merging configurations: unset values and what inherits. */
#include "httpd/config.h"

#include <apr_strings.h>

void *ipxe_server_create(apr_pool_t *pool, server_rec *s)
{
    ipxe_server_t *server = apr_pcalloc(pool, sizeof(*server));

    (void)s;
    server->fetch_life = IPXE_UNSET;
    server->report_life = IPXE_UNSET;
    server->state_timeout = IPXE_UNSET;
    server->max_machines = IPXE_UNSET;
    server->operator_arms = IPXE_UNSET;
    server->track = IPXE_UNSET;
    server->boot_slots = IPXE_UNSET;
    server->slot_life = IPXE_UNSET;
    server->max_facts = IPXE_UNSET;
    server->max_answer = IPXE_UNSET;
    server->explain = IPXE_UNSET;
    server->reload = IPXE_UNSET;
    return server;
}

void ipxe_server_put_var(apr_array_header_t *vars, const char *name,
                         const char *value)
{
    const char **at = (const char **)vars->elts;
    int i;

    for (i = 0; i + 1 < vars->nelts; i += 2) {
        if (strcmp(at[i], name) == 0) {
            at[i + 1] = value;
            return;
        }
    }
    APR_ARRAY_PUSH(vars, const char *) = name;
    APR_ARRAY_PUSH(vars, const char *) = value;
}

/* A virtual host adds to the server's variables and has the last word. */
static apr_array_header_t *merge_vars(apr_pool_t *pool,
                                      const apr_array_header_t *base,
                                      const apr_array_header_t *add)
{
    apr_array_header_t *vars;
    int i;

    if (!base && !add)
        return NULL;
    vars = base ? apr_array_copy(pool, base)
                : apr_array_make(pool, 4, sizeof(const char *));
    for (i = 0; add && i + 1 < add->nelts; i += 2)
        ipxe_server_put_var(vars, APR_ARRAY_IDX(add, i, const char *),
                            APR_ARRAY_IDX(add, i + 1, const char *));
    return vars;
}

/* Those of a virtual host's own directives, and of what it has from the
 * server. */
static apr_table_t *merge_places(apr_pool_t *pool, const apr_table_t *base,
                                 const apr_table_t *add)
{
    apr_table_t *places = apr_table_make(pool, 8);

    if (base)
        apr_table_overlap(places, base, APR_OVERLAP_TABLES_SET);
    if (add)
        apr_table_overlap(places, add, APR_OVERLAP_TABLES_SET);
    return places;
}

#define MERGE_POINTER(member)                                                  \
    merged->member = add->member ? add->member : base->member
#define MERGE_NUMBER(member)                                                   \
    merged->member = add->member != IPXE_UNSET ? add->member : base->member

void *ipxe_server_merge(apr_pool_t *pool, void *base_conf, void *add_conf)
{
    const ipxe_server_t *base = base_conf, *add = add_conf;
    ipxe_server_t *merged = apr_pcalloc(pool, sizeof(*merged));

    MERGE_POINTER(rules);
    MERGE_POINTER(templates);
    MERGE_POINTER(hosts);
    MERGE_POINTER(state_dir);
    MERGE_POINTER(state);
    MERGE_NUMBER(state_timeout);
    MERGE_NUMBER(max_machines);
    MERGE_NUMBER(operator_arms);
    MERGE_NUMBER(track);
    MERGE_POINTER(hooks);
    MERGE_NUMBER(boot_slots);
    MERGE_NUMBER(slot_life);
    MERGE_POINTER(base_url);
    /* It stands in the same directive as base_url. */
    merged->plain_url = add->base_url ? add->plain_url : base->plain_url;
    MERGE_POINTER(entry);
    MERGE_POINTER(prefix);
    merged->vars = merge_vars(pool, base->vars, add->vars);
    MERGE_POINTER(secret);
    MERGE_NUMBER(fetch_life);
    MERGE_NUMBER(report_life);
    MERGE_POINTER(ticket_network);
    MERGE_POINTER(sign_certificate);
    /* They stand in one directive. */
    merged->sign_key = add->sign_certificate ? add->sign_key : base->sign_key;
    MERGE_NUMBER(max_facts);
    MERGE_NUMBER(max_answer);
    MERGE_NUMBER(explain);
    MERGE_POINTER(time_zone);
    MERGE_NUMBER(reload);
    merged->sections = add->sections;
    merged->places = merge_places(pool, base->places, add->places);
    merged->serving = NULL;
    return merged;
}

void *ipxe_section_create(apr_pool_t *pool, char *path)
{
    ipxe_section_t *section = apr_pcalloc(pool, sizeof(*section));

    (void)path;
    section->engine = IPXE_UNSET;
    return section;
}

void *ipxe_section_merge(apr_pool_t *pool, void *base_conf, void *add_conf)
{
    const ipxe_section_t *base = base_conf, *add = add_conf;
    ipxe_section_t *merged = apr_pcalloc(pool, sizeof(*merged));

    MERGE_NUMBER(engine);
    return merged;
}

ipxe_server_t *ipxe_server_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ipxe_module);
}

int ipxe_section_engine(const ap_conf_vector_t *per_dir)
{
    const ipxe_section_t *section = ap_get_module_config(per_dir, &ipxe_module);

    return section && section->engine == 1;
}
