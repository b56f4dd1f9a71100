/* SPDX-License-Identifier: Apache-2.0 */
/* The world of one request, and its URLs. */
#include "engine/request.h"

#include <apr_lib.h>
#include <apr_network_io.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "machine/client.h"
#include "rules/hosts.h"
#include "rules/uses.h"

/* Unescaped in paths: RFC 3986's pchar and the slash. */
#define PATH_CHARS "/:@!$&'()*,;=+"

static apr_time_t world_now(void *baton)
{
    return ((const ipxe_asking_t *)baton)->request->now;
}

static const char *world_request_id(void *baton)
{
    const ipxe_asking_t *asking = baton;
    const char *id = asking->set->settings->signs
                         ? NULL
                         : asking->request->request_id;

    return id ? id : "";
}

static int has_scheme(const char *text)
{
    const char *p = text;

    while (apr_isalnum(*p) || (p > text && strchr("+-.", *p) && *p))
        p++;
    return p > text && *p == ':';
}

static const char *world_url(void *baton, const char *path, apr_pool_t *pool)
{
    const ipxe_asking_t *asking = baton;

    if (has_scheme(path))
        return path;
    while (*path == '/')
        path++;
    return apr_pstrcat(pool, asking->base, "/",
                       ipxe_text_urlencode(path, PATH_CHARS, pool), NULL);
}

/* By what the state finds a machine. */
#define IDENTITY                                                               \
    (IPXE_FACT_BIT(IPXE_FACT_MAC) | IPXE_FACT_BIT(IPXE_FACT_MACS) |            \
     IPXE_FACT_BIT(IPXE_FACT_UUID) | IPXE_FACT_BIT(IPXE_FACT_SERIAL) |         \
     IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER) | IPXE_FACT_BIT(IPXE_FACT_PRODUCT))

/* What a decision needs; a report needs to know the machine alone. */
static ipxe_facts_t needed(const ipxe_snapshot_t *set, ipxe_ticket_kind_e kind)
{
    ipxe_facts_t ip = IPXE_FACT_BIT(IPXE_FACT_IP);

    if (kind == IPXE_TICKET_REPORT)
        return IPXE_FACT_BIT(IPXE_FACT_MAC) | (set->ticket_facts & ip);
    return set->ticket_facts;
}

/* By what its boot slot is found again, the address of the network aside. */
static ipxe_facts_t of_slot(const ipxe_asking_t *asking,
                            ipxe_ticket_kind_e kind)
{
    ipxe_fact_e fact;

    if (kind != IPXE_TICKET_WAIT || !asking->request->turn)
        return 0;
    ipxe_slots_machine(&fact, asking->machine, asking->pool);
    return fact == IPXE_FACT_IP ? 0 : IPXE_FACT_BIT(fact);
}

static const char *pack(const ipxe_asking_t *asking, ipxe_ticket_kind_e kind,
                        ipxe_facts_t more, apr_pool_t *pool)
{
    const ipxe_snapshot_t *set = asking->set;
    const ipxe_host_t *host = asking->decision ? asking->decision->host : NULL;
    apr_array_header_t *args;

    if (kind == IPXE_TICKET_REPORT)
        return ipxe_machine_pack(asking->machine, needed(set, kind) | more,
                                 NULL, NULL, pool);
    args = apr_array_copy(pool, set->ticket_args);
    if (host && ipxe_hosts_elsewhere(set->rules))
        ipxe_host_uses(&more, args, host);
    return ipxe_machine_pack(asking->machine,
                             needed(set, kind) | of_slot(asking, kind) | more,
                             args, set->ticket_asks, pool);
}

/* With all by which the state finds the machine, where no install's number
 * says it; a ticket that would be too long does without. */
static const char *write_ticket(const ipxe_asking_t *asking,
                                ipxe_ticket_t *parts, apr_pool_t *pool)
{
    const ipxe_settings_t *settings = asking->set->settings;
    int known = settings->stateless ||
                (parts->install && parts->kind != IPXE_TICKET_MENU);
    const char *text = NULL;

    if (!known) {
        parts->facts = pack(asking, parts->kind, IDENTITY, pool);
        text = ipxe_ticket_write(parts, settings->keys, pool);
    }
    if (text)
        return text;
    parts->facts = pack(asking, parts->kind, 0, pool);
    return ipxe_ticket_write(parts, settings->keys, pool);
}

static const char *choice_of(const ipxe_decision_t *decision, apr_pool_t *pool)
{
    return decision && decision->item
               ? apr_pstrcat(pool, decision->menu->name, "/",
                             decision->item->name, NULL)
               : "";
}

/* What this machine hands back: "TICKET" where nothing is signed. */
static const char *ticket(ipxe_asking_t *asking, ipxe_ticket_kind_e kind,
                          const ipxe_decision_t *about, apr_int64_t install,
                          apr_pool_t *pool)
{
    ipxe_ticket_t parts;
    const char *text;

    if (!asking->sign)
        return "TICKET";
    memset(&parts, 0, sizeof(parts));
    parts.kind = kind;
    parts.site = asking->set->settings->site;
    parts.issued = asking->issued ? asking->issued : asking->request->now;
    if (asking->set->settings->signs)
        parts.issued -= parts.issued % IPXE_SIGNED_TIME;
    parts.install = install;
    parts.profile =
        about && about->action.profile ? about->action.profile->name : "";
    parts.choice = choice_of(about, pool);
    if (kind == IPXE_TICKET_MENU && asking->opened)
        parts.opened = apr_array_pstrcat(pool, asking->opened, ' ');
    parts.identified = kind == IPXE_TICKET_MENU && asking->identified;
    text = write_ticket(asking, &parts, pool);
    if (!text)
        asking->too_long = 1;
    return text ? text : "";
}

static const char *below_prefix(const ipxe_asking_t *asking, const char *what,
                                const char *ticket_text, apr_pool_t *pool)
{
    return apr_pstrcat(pool, asking->base, asking->set->settings->prefix, "/",
                       what, "/", ticket_text, NULL);
}

static const ipxe_served_t *first_served(const ipxe_boot_t *boot)
{
    return boot && boot->served && boot->served->nelts
               ? &APR_ARRAY_IDX(boot->served, 0, ipxe_served_t)
               : NULL;
}

static int serves(const ipxe_boot_t *boot, const char *name)
{
    int i;

    for (i = 0; boot && boot->served && i < boot->served->nelts; i++) {
        if (ipxe_text_eq(APR_ARRAY_IDX(boot->served, i, ipxe_served_t).name,
                         name))
            return 1;
    }
    return 0;
}

static const char *world_answers(void *baton, const char *name,
                                 apr_pool_t *pool)
{
    ipxe_asking_t *asking = baton;
    const ipxe_decision_t *decision = asking->decision;
    const ipxe_boot_t *boot;

    if (!decision || !decision->action.profile)
        return NULL;
    boot = ipxe_decision_boot(decision, pool);
    if (!first_served(boot))
        return NULL;
    if (!name)
        name = first_served(boot)->name;
    if (*name && !serves(boot, name))
        return NULL;
    return apr_pstrcat(pool,
                       below_prefix(asking, "answers",
                                    ticket(asking, IPXE_TICKET_ANSWER, decision,
                                           asking->install, pool),
                                    pool),
                       "/", name, NULL);
}

static const char *world_menu(void *baton, const char *menu, const char *item,
                              apr_pool_t *pool)
{
    ipxe_asking_t *asking = baton;

    return apr_pstrcat(
        pool,
        below_prefix(asking, "menu",
                     ticket(asking, IPXE_TICKET_MENU, NULL, 0, pool), pool),
        "/", menu, item ? "/" : NULL, item, NULL);
}

static int world_limit(void *baton, const char *rule, const char *machine,
                       int most, apr_interval_time_t window)
{
    const ipxe_asking_t *asking = baton;
    const ipxe_request_t *request = asking->request;
    int count = !request->head && request->target.route != IPXE_ROUTE_EXPLAIN;

    return !request->limit ||
           request->limit(request->limit_baton, asking->set->settings->site,
                          rule, machine, most, window, count);
}

static const char *world_wait(void *baton, apr_pool_t *pool)
{
    ipxe_asking_t *asking = baton;

    return below_prefix(
        asking, "wait",
        ticket(asking, IPXE_TICKET_WAIT, asking->decision, 0, pool), pool);
}

const char *ipxe_asking_report_url(ipxe_asking_t *asking, const char *stage,
                                   apr_pool_t *pool)
{
    return apr_pstrcat(
        pool,
        below_prefix(asking, "report",
                     ticket(asking, IPXE_TICKET_REPORT, asking->decision,
                            asking->install, pool),
                     pool),
        "/", stage, NULL);
}

/* "525400123456": the card is short, says which machine it is on every server,
 * and stands in the log beside its request anyway. */
static void add_card(ipxe_text_t *out, const char *mac)
{
    for (; *mac; mac++)
        if (*mac != ':')
            ipxe_text_add_char(out, *mac);
}

/* "http://boot.example/ipxe/tree/525400123456/OS/rocky/9/": what fetches a tree
 * makes addresses of its own from it, and keeps no query. An answer file's
 * ticket need not hold the card: "i17" is of its install. */
static const char *follow_tree(const ipxe_asking_t *asking, const char *url,
                               const char *mac, apr_pool_t *pool)
{
    ipxe_text_t *out;

    if (!mac && !asking->install)
        return url;
    out = ipxe_text_make(128, pool);
    ipxe_text_addf(out, "%s%s/" IPXE_TRACK_TREE "/", asking->base,
                   asking->set->settings->prefix);
    if (mac)
        add_card(out, mac);
    else
        ipxe_text_addf(out, "i%" APR_INT64_T_FMT, asking->install);
    ipxe_text_add(out, url + strlen(asking->base));
    return out->data;
}

/* "?ipxe=k525400123456" behind a file's. */
static const char *world_follow(void *baton, const char *url, char what,
                                apr_pool_t *pool)
{
    const ipxe_asking_t *asking = baton;
    const char *mac = ipxe_machine_fact(asking->machine, IPXE_FACT_MAC);
    apr_size_t n = strlen(asking->base);
    ipxe_text_t *out;

    if (!asking->set->settings->track || strchr(url, '?') ||
        strncmp(url, asking->base, n) != 0 || url[n] != '/')
        return url;
    if (what == 't')
        return follow_tree(asking, url, mac, pool);
    if (!mac)
        return url;
    out = ipxe_text_make(128, pool);
    ipxe_text_addf(out, "%s?" IPXE_TRACK_ARG "=%c", url, what);
    add_card(out, mac);
    return out->data;
}

/* Once for a request, and only where a rule asks. */
static apr_status_t know(ipxe_asking_t *asking, const char *host)
{
    const ipxe_keeper_t *keeper = asking->request->keeper;
    ipxe_view_t *view = apr_pcalloc(asking->pool, sizeof(*view));
    ipxe_who_t who = {asking->set->settings->site, host, asking->machine};

    asking->known = view;
    if (!keeper && asking->request->supposed)
        asking->known = asking->request->supposed;
    if (keeper)
        asking->known_status =
            keeper->look(view, keeper->baton, &who, asking->pool);
    return asking->known_status;
}

static apr_status_t world_runs(const apr_array_header_t **profiles, void *baton,
                               const char *host, int failed)
{
    ipxe_asking_t *asking = baton;
    apr_status_t status =
        asking->known ? asking->known_status : know(asking, host);

    if (status == APR_SUCCESS)
        *profiles = failed ? asking->known->failed : asking->known->done;
    return status;
}

static const char *world_confirm(void *baton, apr_pool_t *pool)
{
    ipxe_asking_t *asking = baton;
    const ipxe_decision_t *decision = asking->decision;

    return apr_pstrcat(pool,
                       below_prefix(asking, "menu",
                                    ticket(asking, IPXE_TICKET_MENU, decision,
                                           asking->replaces, pool),
                                    pool),
                       "/", choice_of(decision, pool), NULL);
}

static const char *world_entry(void *baton, apr_pool_t *pool)
{
    const ipxe_asking_t *asking = baton;

    return apr_pstrcat(pool, asking->base, asking->set->settings->entry, NULL);
}

/* An iPXE that may lack HTTPS gets the plain address, where there is one. */
static const char *choose_base(const ipxe_asking_t *asking,
                               const ipxe_machine_t *machine)
{
    const ipxe_settings_t *settings = asking->set->settings;
    const char *base = settings->base_url;

    if (!base)
        base = asking->request->base_url;
    if (base && strncmp(base, "https:", 6) == 0 && settings->plain_url &&
        ipxe_client_kind(machine) == IPXE_CLIENT_IPXE &&
        ipxe_client_can(machine, IPXE_CAN_HTTPS) != IPXE_YES)
        base = settings->plain_url;
    return base ? base : "http://localhost";
}

static void fill_input(ipxe_machine_input_t *input, const ipxe_asking_t *asking)
{
    const ipxe_request_t *request = asking->request;

    memset(input, 0, sizeof(*input));
    input->query = request->query;
    input->query_len = request->query ? strlen(request->query) : 0;
    input->form = request->form;
    input->form_len = request->form ? strlen(request->form) : 0;
    input->user_agent = request->user_agent;
    input->ip = request->ip;
    input->most = (int)asking->set->settings->max_facts;
}

ipxe_machine_t *ipxe_asking_machine(const ipxe_asking_t *asking,
                                    apr_pool_t *pool)
{
    const ipxe_rules_t *rules = asking->set->rules;
    ipxe_machine_input_t input;
    ipxe_machine_t *machine;

    fill_input(&input, asking);
    machine = ipxe_machine_parse(&input, pool);
    ipxe_machine_ignore(machine, rules->ignored_macs, rules->ignored_uuids);
    return machine;
}

ipxe_machine_t *ipxe_asking_unpack(const ipxe_asking_t *asking,
                                   const char *facts, apr_pool_t *pool)
{
    ipxe_machine_input_t input;

    fill_input(&input, asking);
    return ipxe_machine_unpack(facts, &input, pool);
}

void ipxe_asking_init(ipxe_asking_t *asking, const ipxe_snapshot_t *set,
                      const ipxe_request_t *request, apr_pool_t *pool)
{
    memset(asking, 0, sizeof(*asking));
    asking->set = set;
    asking->request = request;
    asking->pool = pool;
    if (!request->opened)
        asking->opened = apr_array_make(pool, 1, sizeof(const char *));
    asking->machine = ipxe_asking_machine(asking, pool);
    asking->sign = set->settings->keys != NULL &&
                   request->target.route != IPXE_ROUTE_EXPLAIN;
    asking->base = choose_base(asking, asking->machine);
    asking->world.baton = asking;
    asking->world.now = world_now;
    asking->world.request_id = world_request_id;
    asking->world.url = world_url;
    asking->world.answers = world_answers;
    asking->world.menu = world_menu;
    asking->world.wait = world_wait;
    asking->world.report = ipxe_asking_report;
    asking->world.confirm = world_confirm;
    asking->world.runs = world_runs;
    asking->world.follow = world_follow;
    asking->world.entry = world_entry;
    asking->world.limit = world_limit;
}

int ipxe_asking_same_network(const ipxe_asking_t *asking,
                             const ipxe_machine_t *machine)
{
    const char *bits = asking->set->settings->ticket_network;
    const char *then = ipxe_machine_fact(machine, IPXE_FACT_IP);
    const char *now = asking->request->ip;
    apr_ipsubnet_t *network;
    apr_sockaddr_t *address;

    if (!bits)
        return 1;
    /* A number that is meant for IPv6. */
    if (then && !strchr(then, ':') && atoi(bits) > 32)
        bits = "32";
    return then && now &&
           apr_ipsubnet_create(&network, then, bits, asking->pool) ==
               APR_SUCCESS &&
           apr_sockaddr_info_get(&address, now, APR_UNSPEC, 0, 0,
                                 asking->pool) == APR_SUCCESS &&
           apr_ipsubnet_test(network, address);
}
