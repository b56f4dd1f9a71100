/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of each virtual host as JSON. */
#include "httpd/dump.h"

#include <apr_file_io.h>
#include <apr_strings.h>

#include "base/limits.h"
#include "httpd/hook.h"
#include "httpd/hosts_dbd.h"
#include "httpd/serving.h"

/* A JSON text under way: knows whether a comma is due. */
typedef struct dump_t {
    ipxe_text_t *text;
    int depth;
    int first;
} dump_t;

static void begin_member(dump_t *dump, const char *name)
{
    ipxe_text_add(dump->text, dump->first ? "\n" : ",\n");
    ipxe_text_addf(dump->text, "%*s", dump->depth * 2, "");
    dump->first = 0;
    if (!name)
        return;
    ipxe_text_add_json(dump->text, name);
    ipxe_text_add(dump->text, ": ");
}

static void open_group(dump_t *dump, const char *name, char bracket)
{
    begin_member(dump, name);
    ipxe_text_add_char(dump->text, bracket);
    dump->depth++;
    dump->first = 1;
}

static void close_group(dump_t *dump, char bracket)
{
    dump->depth--;
    if (!dump->first)
        ipxe_text_addf(dump->text, "\n%*s", dump->depth * 2, "");
    ipxe_text_add_char(dump->text, bracket);
    dump->first = 0;
}

static void add_text(dump_t *dump, const char *name, const char *value)
{
    begin_member(dump, name);
    if (value)
        ipxe_text_add_json(dump->text, value);
    else
        ipxe_text_add(dump->text, "null");
}

static void add_number(dump_t *dump, const char *name, apr_int64_t value)
{
    begin_member(dump, name);
    ipxe_text_addf(dump->text, "%" APR_INT64_T_FMT, value);
}

static void add_truth(dump_t *dump, const char *name, int value)
{
    begin_member(dump, name);
    ipxe_text_add(dump->text, value ? "true" : "false");
}

static void add_list(dump_t *dump, const char *name,
                     const apr_array_header_t *list)
{
    int i;

    open_group(dump, name, '[');
    for (i = 0; list && i < list->nelts; i++)
        add_text(dump, NULL, APR_ARRAY_IDX(list, i, const char *));
    close_group(dump, ']');
}

static void add_vars(dump_t *dump, const apr_array_header_t *vars)
{
    int i;

    open_group(dump, "vars", '{');
    for (i = 0; vars && i + 1 < vars->nelts; i += 2)
        add_text(dump, APR_ARRAY_IDX(vars, i, const char *),
                 APR_ARRAY_IDX(vars, i + 1, const char *));
    close_group(dump, '}');
}

/* Without what may be secret in an address: its path. */
static void add_hooks(dump_t *dump, const apr_array_header_t *hooks)
{
    int i;

    open_group(dump, "hooks", '[');
    for (i = 0; hooks && i < hooks->nelts; i++)
        add_text(dump, NULL,
                 APR_ARRAY_IDX(hooks, i, const ipxe_receiver_t *)->name);
    close_group(dump, ']');
}

static void add_settings(dump_t *dump, const ipxe_settings_t *set)
{
    add_list(dump, "rules", set->rules);
    add_list(dump, "hosts", set->hosts);
    add_text(dump, "templates", set->templates);
    add_vars(dump, set->vars);
    add_text(dump, "document_root", set->document_root);
    add_text(dump, "entry", set->entry);
    add_text(dump, "prefix", set->prefix);
    add_text(dump, "base_url", set->base_url);
    add_text(dump, "plain_url", set->plain_url);
    add_text(dump, "site", set->site);
    add_number(dump, "fetch_life", apr_time_sec(set->fetch_life));
    add_text(dump, "ticket_network", set->ticket_network);
    add_number(dump, "max_answer", (apr_int64_t)set->max_answer);
    add_number(dump, "max_facts", (apr_int64_t)set->max_facts);
    add_text(dump, "time_zone", set->time_zone);
}

static const char *name_of(const server_rec *s, apr_pool_t *pool)
{
    const server_addr_rec *at = s->addrs;

    if (!s->is_virtual)
        return "server";
    return apr_psprintf(
        pool, "%s %s:%d", s->server_hostname ? s->server_hostname : "-",
        at ? at->virthost : "*", at ? (int)at->host_port : (int)s->port);
}

static void add_server(dump_t *dump, const server_rec *s, apr_pool_t *pool)
{
    const ipxe_server_t *server = ipxe_server_get(s);
    const ipxe_serving_t *serving = server->serving;
    const ipxe_settings_t *set = &serving->settings;

    open_group(dump, NULL, '{');
    add_text(dump, "name", name_of(s, pool));
    add_text(dump, "host", s->server_hostname);
    add_text(dump, "defined",
             s->defn_name ? apr_psprintf(pool, "%s:%u", s->defn_name,
                                         s->defn_line_number)
                          : NULL);
    add_list(dump, "engine", server->sections);
    add_settings(dump, &serving->settings);
    add_text(dump, "state_dir", serving->state_dir);
    add_text(dump, "secret", serving->secret);
    add_text(dump, "sets", serving->sets);
    add_text(dump, "state_driver", serving->state_driver);
    add_text(dump, "state_params", serving->state_params);
    add_text(dump, "state_identity", serving->state_identity);
    add_text(dump, "dbd_driver", ipxe_hosts_dbd_driver(s, pool));
    add_text(dump, "dbd_params", ipxe_hosts_dbd_params(s, pool));
    add_truth(dump, "stateless", set->stateless);
    add_truth(dump, "operator_arms", set->operator_arms);
    add_truth(dump, "track", set->track);
    add_truth(dump, "signs", set->signs);
    add_number(dump, "state_timeout", serving->state_timeout
                                          ? serving->state_timeout / 1000
                                          : IPXE_STATE_TIMEOUT / 1000);
    add_number(dump, "max_machines", serving->max_machines
                                         ? serving->max_machines
                                         : IPXE_MAX_MACHINES);
    add_hooks(dump, serving->hooks);
    add_number(dump, "boot_slots", set->boot_slots);
    add_number(dump, "slot_life", apr_time_sec(set->slot_life));
    add_number(dump, "reload", serving->reload / 1000);
    add_number(dump, "report_life", apr_time_sec(set->report_life));
    add_truth(dump, "explain", server->explain == 1);
    close_group(dump, '}');
}

void ipxe_dump(server_rec *main_server, apr_pool_t *pool)
{
    dump_t dump = {ipxe_text_make(4096, pool), 1, 1};
    apr_array_header_t *servers = ipxe_servers(main_server, pool);
    apr_file_t *out;
    int i;

    ipxe_text_add_char(dump.text, '{');
    add_number(&dump, "format", 1);
    open_group(&dump, "servers", '[');
    for (i = 0; i < servers->nelts; i++)
        add_server(&dump, APR_ARRAY_IDX(servers, i, const server_rec *), pool);
    close_group(&dump, ']');
    ipxe_text_add(dump.text, "\n}\n");
    if (apr_file_open_stdout(&out, pool) == APR_SUCCESS)
        apr_file_write_full(out, dump.text->data, dump.text->len, NULL);
}
