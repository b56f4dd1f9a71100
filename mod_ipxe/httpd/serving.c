/* SPDX-License-Identifier: Apache-2.0 */
/* Directives to settings, settings to a rule set that virtual hosts share. */
#include "httpd/serving.h"

#include <apr_strings.h>
#include <http_core.h>

#include "base/pool.h"
#include "engine/bundle.h"
#include "httpd/files.h"
#include "httpd/hook.h"
#include "httpd/hosts.h"

int ipxe_serving_same_tenant(const ipxe_serving_t *one,
                             const ipxe_serving_t *other)
{
    apr_size_t len = strcspn(one->key, "\n");

    return len == strcspn(other->key, "\n") &&
           strncmp(one->key, other->key, len) == 0;
}

/* Another tenant has the name. */
static int is_taken(const char *name, const apr_array_header_t *all)
{
    int i;

    for (i = 0; i < all->nelts; i++)
        if (strcmp(name, APR_ARRAY_IDX(all, i, const ipxe_serving_t *)
                             ->settings.site) == 0)
            return 1;
    return 0;
}

/* The main server's rules have the name ""; another rule set's is that of the
 * first virtual host with it. It stands in tickets and in the state: keep it
 * stable. (Two tenants of one name are refused, but not by a restart past the
 * check: then the second has its address to its name.) */
static const char *site_of(const ipxe_serving_t *serving,
                           const apr_array_header_t *all, apr_pool_t *pool)
{
    const server_rec *s = serving->server;
    const server_addr_rec *at = s->addrs;
    const char *place;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *other =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (ipxe_serving_same_tenant(serving, other))
            return other->settings.site;
    }
    if (!s->is_virtual)
        return "";
    if (s->server_hostname && !is_taken(s->server_hostname, all))
        return s->server_hostname;
    place = apr_psprintf(pool, "%s:%d", at ? at->virthost : "*",
                         at ? (int)at->host_port : (int)s->port);
    return s->server_hostname
               ? apr_pstrcat(pool, s->server_hostname, "@", place, NULL)
               : place;
}

static const char *join(const apr_array_header_t *list, apr_pool_t *pool)
{
    return list ? apr_array_pstrcat(pool, list, '\t') : "";
}

static const char *hooks_key(const apr_array_header_t *hooks, apr_pool_t *pool)
{
    ipxe_text_t *key = ipxe_text_make(64, pool);
    int i;

    for (i = 0; hooks && i < hooks->nelts; i++) {
        const ipxe_receiver_t *receiver =
            APR_ARRAY_IDX(hooks, i, const ipxe_receiver_t *);

        ipxe_text_addf(key, "%u %s,", receiver->events, receiver->target);
    }
    return key->data;
}

/* What makes settings equal: first, on a line, what makes them one tenant's.
 * The DocumentRoot is no directive of ours, and only looked at by checks. */
static const char *key_of(const ipxe_server_t *server,
                          const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const ipxe_settings_t *set = &serving->settings;
    const char *or_none = "", *hosts = join(server->hosts, pool);
    const server_rec *s = serving->server;
    /* mod_dbd's connections are each virtual host's own. */
    const char *whose =
        strstr(hosts, "dbd:") && s->defn_name
            ? apr_psprintf(pool, "%s:%u", s->defn_name, s->defn_line_number)
            : or_none;

#define TEXT(text) ((text) ? (text) : or_none)
    return apr_psprintf(
        pool,
        "%s|%s|%s\n%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%d|%" APR_INT64_T_FMT
        "|%" APR_INT64_T_FMT "|%" APR_INT64_T_FMT "|%" APR_INT64_T_FMT
        "|%" APR_UINT64_T_FMT "|%" APR_UINT64_T_FMT "|%" APR_INT64_T_FMT "|%s"
        "|%d|%" APR_INT64_T_FMT "|%s|%s",
        join(server->rules, pool), TEXT(set->templates), hosts, whose,
        join(server->vars, pool), set->entry, set->prefix, TEXT(set->base_url),
        TEXT(set->plain_url), serving->state_dir, serving->secret,
        TEXT(set->ticket_network), TEXT(set->time_zone), TEXT(server->secret),
        TEXT(server->state), set->operator_arms * 2 + set->track,
        (apr_int64_t)serving->state_timeout, serving->max_machines,
        (apr_int64_t)set->report_life,
        (apr_int64_t)set->fetch_life, (apr_uint64_t)set->max_answer,
        (apr_uint64_t)set->max_facts, (apr_int64_t)serving->reload,
        hooks_key(serving->hooks, pool), set->boot_slots,
        (apr_int64_t)set->slot_life, TEXT(server->sign_certificate),
        TEXT(server->sign_key));
#undef TEXT
}

static const char *document_root(const server_rec *s)
{
    const core_server_config *core =
        ap_get_core_module_config(s->module_config);

    return core->ap_document_root;
}

static void fill_settings(ipxe_settings_t *set, const ipxe_server_t *server,
                          const server_rec *s, apr_pool_t *pool)
{
    ipxe_settings_default(set, pool);
    if (server->rules)
        set->rules = server->rules;
    set->templates = server->templates;
    if (server->vars)
        set->vars = server->vars;
    set->document_root = document_root(s);
    set->base_url = server->base_url;
    set->plain_url = server->plain_url;
    set->time_zone = server->time_zone;
    set->keys = NULL;
    if (server->entry)
        set->entry = server->entry;
    if (server->prefix)
        set->prefix = server->prefix;
    if (server->fetch_life != IPXE_UNSET)
        set->fetch_life = server->fetch_life;
    if (server->report_life != IPXE_UNSET)
        set->report_life = server->report_life;
    /* Of a virtual host's FETCH and the server's REPORT. */
    if (set->report_life < set->fetch_life)
        set->report_life = set->fetch_life;
    set->operator_arms = server->operator_arms == 1;
    set->track = server->track == 1;
    if (server->boot_slots != IPXE_UNSET)
        set->boot_slots = (int)server->boot_slots;
    if (server->slot_life != IPXE_UNSET)
        set->slot_life = server->slot_life;
    if (server->max_answer != IPXE_UNSET)
        set->max_answer = (apr_size_t)server->max_answer;
    if (server->max_facts != IPXE_UNSET)
        set->max_facts = (apr_size_t)server->max_facts;
    if (server->ticket_network && strcmp(server->ticket_network, "off") != 0)
        set->ticket_network = server->ticket_network;
    set->signs = server->sign_key != NULL;
}

/* "pgsql:dbname=ipxe" to its driver and what that takes; a file by default. */
static void fill_state(ipxe_serving_t *serving, const ipxe_server_t *server,
                       apr_pool_t *pool)
{
    const char *given = server->state, *colon;

    serving->state_identity =
        apr_pstrcat(pool, serving->state_dir, "/db/identity", NULL);
    if (server->state_timeout != IPXE_UNSET)
        serving->state_timeout = server->state_timeout;
    if (server->max_machines != IPXE_UNSET)
        serving->max_machines = server->max_machines;
    if (given && strcmp(given, "none") == 0) {
        serving->settings.stateless = 1;
        return;
    }
    colon = given ? ap_strchr_c(given, ':') : NULL;
    serving->state_driver =
        colon ? apr_pstrmemdup(pool, given, (apr_size_t)(colon - given))
              : "sqlite3";
    serving->state_params =
        colon ? colon + 1
              : apr_pstrcat(pool, serving->state_dir, "/db/state.sqlite", NULL);
}

static ipxe_serving_t *serving_for(server_rec *s, apr_pool_t *pool)
{
    ipxe_serving_t *serving = apr_pcalloc(pool, sizeof(*serving));
    const ipxe_server_t *server = ipxe_server_get(s);

    serving->server = s;
    serving->roots = apr_array_make(pool, 2, sizeof(const char *));
    serving->wanted = server->rules && server->rules->nelts > 0;
    serving->state_dir = server->state_dir
                             ? server->state_dir
                             : ap_server_root_relative(pool, "ipxe-state");
    serving->secret_given = server->secret != NULL;
    serving->secret =
        server->secret ? server->secret
                       : apr_pstrcat(pool, serving->state_dir, "/secret", NULL);
    serving->failure = "no IPXERules are set for this server";
    serving->reload =
        server->reload == IPXE_UNSET ? APR_USEC_PER_SEC : server->reload;
    serving->hooks = server->hooks;
    fill_settings(&serving->settings, server, s, pool);
    fill_state(serving, server, pool);
    serving->key = key_of(server, serving, pool);
    return serving;
}

static ipxe_serving_t *find_equal(const apr_array_header_t *all,
                                  const char *key)
{
    int i;

    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (strcmp(serving->key, key) == 0)
            return serving;
    }
    return NULL;
}

apr_array_header_t *ipxe_servers(server_rec *main_server, apr_pool_t *pool)
{
    apr_array_header_t *servers = apr_array_make(pool, 8, sizeof(server_rec *));
    server_rec *s, **at;
    int i, n;

    for (s = main_server; s; s = s->next)
        APR_ARRAY_PUSH(servers, server_rec *) = s;
    at = (server_rec **)servers->elts;
    for (i = 1, n = servers->nelts - 1; i < n; i++, n--) {
        s = at[i];
        at[i] = at[n];
        at[n] = s;
    }
    return servers;
}

/* The main server's published sets lie in `sets` itself, all others' in a
 * folder each: "site-boot.example", "site-boot.example+2" for the second with
 * that name. */
static const char *sets_of(const ipxe_serving_t *serving,
                           const apr_array_header_t *all, apr_pool_t *pool)
{
    const char *site = serving->settings.site;
    int i, n = 1;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *other =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        n += strcmp(other->settings.site, site) == 0;
    }
    if (n == 1 && !*site)
        return apr_pstrcat(pool, serving->state_dir, "/sets", NULL);
    return apr_psprintf(pool, n > 1 ? "%s/sets/site-%s+%d" : "%s/sets/site-%s",
                        serving->state_dir,
                        ipxe_text_urlencode(site, NULL, pool), n);
}

static void add_root(ipxe_serving_t *serving, const char *root)
{
    int i;

    for (i = 0; i < serving->roots->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(serving->roots, i, const char *), root) == 0)
            return;
    APR_ARRAY_PUSH(serving->roots, const char *) = root;
}

apr_array_header_t *ipxe_serving_make(server_rec *main_server, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(ipxe_serving_t *));
    apr_array_header_t *servers = ipxe_servers(main_server, pool);
    int i;

    for (i = 0; i < servers->nelts; i++) {
        server_rec *s = APR_ARRAY_IDX(servers, i, server_rec *);
        ipxe_serving_t *serving = serving_for(s, pool);
        ipxe_serving_t *equal = find_equal(all, serving->key);

        if (!equal) {
            serving->settings.site = site_of(serving, all, pool);
            serving->sets = sets_of(serving, all, pool);
            APR_ARRAY_PUSH(all, ipxe_serving_t *) = equal = serving;
        }
        add_root(equal, serving->settings.document_root);
        ipxe_server_get(s)->serving = equal;
    }
    ipxe_hosts_attach(all, pool);
    return all;
}

apr_array_header_t *ipxe_serving_all(server_rec *main_server, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(ipxe_serving_t *));
    apr_array_header_t *servers = ipxe_servers(main_server, pool);
    int i;

    for (i = 0; i < servers->nelts; i++) {
        ipxe_serving_t *serving =
            ipxe_server_get(APR_ARRAY_IDX(servers, i, server_rec *))->serving;

        if (serving && !find_equal(all, serving->key))
            APR_ARRAY_PUSH(all, ipxe_serving_t *) = serving;
    }
    return all;
}

/* Of the files as they were before the load: a change meanwhile is one that
 * the set does not have. */
static void sign_files(ipxe_serving_t *serving, apr_uint64_t before,
                       apr_pool_t *pool)
{
    const ipxe_settings_t *settings = &serving->settings;

    serving->signature = 0;
    if (ipxe_watch_look(settings, NULL, NULL, pool).signature != before)
        return;
    serving->signature =
        ipxe_watch_look(settings,
                        serving->set ? serving->set->bundle->asked : NULL, NULL,
                        pool)
            .signature;
}

void ipxe_serving_load(ipxe_serving_t *serving, apr_pool_t *pool)
{
    apr_pool_t *own = ipxe_pool_own(pool, "ipxe_set");
    apr_uint64_t before =
        ipxe_watch_look(&serving->settings, NULL, NULL, own).signature;
    const ipxe_diag_t *first;

    ipxe_settings_keep_hosts(&serving->settings, pool);
    serving->diags = ipxe_diags_make(own);
    serving->set = ipxe_snapshot_load(&serving->settings, serving->diags, own);
    sign_files(serving, before, own);
    if (serving->set)
        ipxe_files_check(serving, serving->set, serving->diags);
    ipxe_diags_sort(serving->diags);
    if (serving->set)
        return;
    first = ipxe_diags_first_error(serving->diags);
    serving->failure = first ? ipxe_text_ascii(ipxe_diag_line(first, own), own)
                             : "the rules did not load";
}

static apr_status_t give_back(void *set)
{
    ipxe_swap_give_back(set);
    return APR_SUCCESS;
}

const ipxe_snapshot_t *ipxe_serving_take(const ipxe_serving_t *serving,
                                         apr_pool_t *pool)
{
    const ipxe_snapshot_t *set =
        serving->swap ? ipxe_swap_take(serving->swap) : NULL;

    if (set)
        apr_pool_cleanup_register(pool, set, give_back, apr_pool_cleanup_null);
    return set;
}
