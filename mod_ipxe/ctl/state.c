/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the state, and finding machines in it. */
#include "ctl/state.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_user.h>
#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/seen.h"
#include "state/sql.h"

/* ---- Where it is ---- */

/* With --state alone nobody is asked, and the files have their usual names. */
static void from_option(ipxe_sql_options_t *options, const char *dir,
                        apr_pool_t *pool)
{
    options->driver = "sqlite3";
    options->params = apr_pstrcat(pool, dir, "/db/state.sqlite", NULL);
    options->identity = apr_pstrcat(pool, dir, "/db/identity", NULL);
}

/* One tenant, or NULL where the sites have several. */
static const char *tenant_of(const apr_array_header_t *sites)
{
    const char *first = APR_ARRAY_IDX(sites, 0, ipxe_site_t).settings.site;
    int i;

    for (i = 1; i < sites->nelts; i++)
        if (!ipxe_text_eq(APR_ARRAY_IDX(sites, i, ipxe_site_t).settings.site,
                          first))
            return NULL;
    return first ? first : "";
}

static ipxe_exit_e from_sites(ipxe_sql_options_t *options,
                              ipxe_ctl_state_t *state,
                              const apr_array_header_t *sites)
{
    const ipxe_site_t *site = &APR_ARRAY_IDX(sites, 0, ipxe_site_t);

    state->site = tenant_of(sites);
    ipxe_ctl_time_zone(site->settings.time_zone);
    if (ipxe_ctl_value(state->ctl, IPXE_OPT_STATE)) {
        from_option(options, ipxe_ctl_value(state->ctl, IPXE_OPT_STATE),
                    state->ctl->pool);
        return IPXE_EXIT_FINE;
    }
    options->driver = site->state_driver;
    options->params = site->state_params;
    options->identity = site->state_identity;
    if (options->driver && options->params)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("no state is kept for %s", site->name);
    return IPXE_EXIT_CANNOT;
}

static ipxe_exit_e find_database(ipxe_sql_options_t *options,
                                 ipxe_ctl_state_t *state, int with_rules)
{
    ipxe_ctl_t *ctl = state->ctl;
    const char *dir = ipxe_ctl_value(ctl, IPXE_OPT_STATE);
    apr_array_header_t *sites;
    ipxe_exit_e code;

    if (dir && !ctl->given[IPXE_OPT_RULES] && !ctl->given[IPXE_OPT_CONFIG] &&
        !ctl->given[IPXE_OPT_HTTPD] && !ctl->given[IPXE_OPT_VHOST]) {
        from_option(options, dir, ctl->pool);
        return IPXE_EXIT_FINE;
    }
    code = ipxe_ctl_sites(&sites, ctl);
    if (code == IPXE_EXIT_FINE)
        code = from_sites(options, state, sites);
    if (code == IPXE_EXIT_FINE && with_rules)
        code = ipxe_ctl_load(&state->set, ctl, 0);
    return code;
}

/* ---- Whose it is ---- */

static ipxe_exit_e no_database(const char *path, apr_status_t rv)
{
    char reason[120];

    if (APR_STATUS_IS_ENOENT(rv))
        ipxe_ctl_complain("there is no state '%s': the server makes it at its "
                          "first start",
                          path);
    else
        ipxe_ctl_complain("cannot look at '%s': %s", path,
                          apr_strerror(rv, reason, sizeof(reason)));
    return IPXE_EXIT_CANNOT;
}

/* What root would write beside the database, the server could not. */
static ipxe_exit_e become_owner(const ipxe_sql_options_t *options,
                                apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_status_t rv;

    if (strcmp(options->driver, "sqlite3") != 0)
        return IPXE_EXIT_FINE;
    rv = apr_stat(&info, options->params, APR_FINFO_OWNER, pool);
    if (rv != APR_SUCCESS)
        return no_database(options->params, rv);
    if (geteuid() != 0 || info.user == 0)
        return IPXE_EXIT_FINE;
    if (setgroups(0, NULL) == 0 && setgid(info.group) == 0 &&
        setuid(info.user) == 0)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot become the user whose '%s' is: %s",
                      options->params, strerror(errno));
    return IPXE_EXIT_CANNOT;
}

/* Who called, before `sudo` as well. */
static const char *caller(apr_pool_t *pool)
{
    const char *sudo = getenv("SUDO_USER");
    apr_uid_t user;
    apr_gid_t group;
    char *name;

    if (sudo && *sudo)
        return sudo;
    if (apr_uid_current(&user, &group, pool) == APR_SUCCESS &&
        apr_uid_name_get(&name, user, pool) == APR_SUCCESS)
        return name;
    return "ipxectl";
}

ipxe_exit_e ipxe_ctl_state_open(ipxe_ctl_state_t *state, ipxe_ctl_t *ctl,
                                int with_rules)
{
    ipxe_sql_options_t options;
    const char *why = NULL;
    ipxe_exit_e code;

    memset(state, 0, sizeof(*state));
    memset(&options, 0, sizeof(options));
    state->ctl = ctl;
    state->by = caller(ctl->pool);
    state->now = apr_time_now();
    code = find_database(&options, state, with_rules);
    if (code == IPXE_EXIT_FINE)
        code = become_owner(&options, ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (ipxe_sql_driver(&why, options.driver, ctl->pool) == APR_SUCCESS &&
        ipxe_sql_open(&state->store, &why, &options, ctl->pool) == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot open the state: %s", why ? why : "no reason");
    return IPXE_EXIT_CANNOT;
}

static int is_there(const ipxe_sql_options_t *options, apr_pool_t *pool)
{
    apr_finfo_t info;

    return options->driver && options->params &&
           (strcmp(options->driver, "sqlite3") != 0 ||
            apr_stat(&info, options->params, APR_FINFO_TYPE, pool) ==
                APR_SUCCESS);
}

ipxe_store_t *ipxe_ctl_state_peek(ipxe_ctl_t *ctl)
{
    ipxe_sql_options_t options;
    ipxe_store_t *store = NULL;
    apr_array_header_t *sites;
    const ipxe_site_t *site;
    const char *why;

    if (ctl->given[IPXE_OPT_RULES] ||
        ipxe_ctl_sites(&sites, ctl) != IPXE_EXIT_FINE)
        return NULL;
    site = &APR_ARRAY_IDX(sites, 0, ipxe_site_t);
    memset(&options, 0, sizeof(options));
    options.driver = site->state_driver;
    options.params = site->state_params;
    options.identity = site->state_identity;
    if (!is_there(&options, ctl->pool) ||
        become_owner(&options, ctl->pool) != IPXE_EXIT_FINE ||
        ipxe_sql_driver(&why, options.driver, ctl->pool) != APR_SUCCESS ||
        ipxe_sql_open(&store, &why, &options, ctl->pool) != APR_SUCCESS)
        return NULL;
    return store;
}

ipxe_exit_e ipxe_ctl_state_trouble(const ipxe_ctl_state_t *state)
{
    ipxe_ctl_complain("the state cannot do that: %s", state->store->why);
    return IPXE_EXIT_CANNOT;
}

/* ---- Finding machines ---- */

static const struct {
    const char *fact;
    size_t member;
} members[] = {{"host", offsetof(ipxe_seen_t, host)},
               {"mac", offsetof(ipxe_seen_t, mac)},
               {"uuid", offsetof(ipxe_seen_t, uuid)},
               {"serial", offsetof(ipxe_seen_t, serial)},
               {"manufacturer", offsetof(ipxe_seen_t, manufacturer)},
               {"product", offsetof(ipxe_seen_t, product)},
               {"ip", offsetof(ipxe_seen_t, ip)},
               {"rule", offsetof(ipxe_seen_t, rule)},
               {"profile", offsetof(ipxe_seen_t, profile)}};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static const char *member_of(const ipxe_seen_t *seen, apr_size_t i)
{
    return *(const char *const *)((const char *)seen + members[i].member);
}

/* Any case; a card's address in any spelling. */
static int is_value(const char *has, const char *fact, const char *value,
                    apr_pool_t *pool)
{
    ipxe_machine_input_t nothing;
    ipxe_machine_t *machine;
    ipxe_fact_e known = ipxe_fact_find(fact);

    if (!has)
        return 0;
    if (known == IPXE_FACT_COUNT)
        return strcasecmp(has, value) == 0;
    memset(&nothing, 0, sizeof(nothing));
    machine = ipxe_machine_parse(&nothing, pool);
    ipxe_machine_set(machine, known, value);
    value = ipxe_machine_fact(machine, known);
    return value && strcasecmp(has, value) == 0;
}

static int fits_pair(const ipxe_seen_t *seen, const char *fact,
                     const char *value, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].fact, fact) == 0)
            return is_value(member_of(seen, i), fact, value, pool);
    return 0;
}

/* A word without '=' is a name, a card's address, a serial or a number. */
static int fits_word(const ipxe_seen_t *seen, const char *word,
                     apr_pool_t *pool)
{
    static const char *const facts[] = {"host", "mac", "serial", "uuid"};
    apr_size_t i;

    for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (fits_pair(seen, facts[i], word, pool))
            return 1;
    return strcmp(word,
                  apr_psprintf(pool, "%" APR_INT64_T_FMT, seen->machine)) == 0;
}

static int fits(const ipxe_seen_t *seen, const apr_array_header_t *words,
                apr_pool_t *pool)
{
    int i;

    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *), *value;
        const char *fact = ipxe_ctl_pair(&value, word, pool);

        if (fact ? !fits_pair(seen, fact, value, pool)
                 : !fits_word(seen, word, pool))
            return 0;
    }
    return 1;
}

static ipxe_exit_e check_words(const apr_array_header_t *words,
                               apr_pool_t *pool)
{
    int i;
    apr_size_t k;

    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *), *value;
        const char *fact = ipxe_ctl_pair(&value, word, pool);

        for (k = 0; fact && k < MEMBERS; k++)
            if (strcmp(members[k].fact, fact) == 0)
                break;
        if (fact && k == MEMBERS) {
            ipxe_ctl_complain("machines are found by host, mac, uuid, serial, "
                              "manufacturer, product, ip, rule and profile, "
                              "not by '%s'",
                              fact);
            return IPXE_EXIT_USAGE;
        }
    }
    return IPXE_EXIT_FINE;
}

#define PAGE 500

ipxe_exit_e ipxe_ctl_state_match(apr_array_header_t **found,
                                 ipxe_ctl_state_t *state,
                                 const apr_array_header_t *words)
{
    apr_pool_t *pool = state->ctl->pool;
    apr_array_header_t *seen;
    ipxe_filter_t filter;
    int total, i;

    *found = apr_array_make(pool, 4, sizeof(ipxe_seen_t));
    if (check_words(words, pool) != IPXE_EXIT_FINE)
        return IPXE_EXIT_USAGE;
    memset(&filter, 0, sizeof(filter));
    filter.site = state->site;
    filter.limit = PAGE;
    do {
        if (state->store->ops->list(&seen, &total, state->store, &filter,
                                    state->now, pool) != APR_SUCCESS)
            return ipxe_ctl_state_trouble(state);
        for (i = 0; i < seen->nelts; i++)
            if (fits(&APR_ARRAY_IDX(seen, i, ipxe_seen_t), words, pool))
                APR_ARRAY_PUSH(*found, ipxe_seen_t) =
                    APR_ARRAY_IDX(seen, i, ipxe_seen_t);
        filter.offset += PAGE;
    } while (seen->nelts == PAGE);
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e not_one(const apr_array_header_t *found, apr_pool_t *pool)
{
    int i;

    if (!found->nelts) {
        ipxe_ctl_complain("the state has no such machine");
        return IPXE_EXIT_WRONG;
    }
    ipxe_ctl_complain("%d machines are like that; name one:", found->nelts);
    for (i = 0; i < found->nelts && i < 10; i++) {
        const ipxe_seen_t *seen = &APR_ARRAY_IDX(found, i, ipxe_seen_t);

        fprintf(stderr, "  %" APR_INT64_T_FMT "  %s\n", seen->machine,
                ipxe_seen_name(seen, pool));
    }
    return IPXE_EXIT_WRONG;
}

/* The machine that the words describe, which has not asked yet. */
static ipxe_exit_e make_who(ipxe_order_t *order, ipxe_ctl_state_t *state,
                            const apr_array_header_t *words)
{
    ipxe_ctl_t *ctl = state->ctl;
    const char *word = APR_ARRAY_IDX(words, 0, const char *), *value;
    ipxe_machine_input_t input;
    ipxe_request_t request;

    if (!state->site) {
        ipxe_ctl_complain("several virtual hosts have rules: name one by "
                          "--vhost");
        return IPXE_EXIT_USAGE;
    }
    ctl->args = apr_array_copy(ctl->pool, words);
    if (!state->set ||
        ipxe_ctl_request(&request, ctl, state->set) != IPXE_EXIT_FINE)
        return IPXE_EXIT_WRONG;
    memset(&input, 0, sizeof(input));
    input.query = request.query;
    input.query_len = request.query ? strlen(request.query) : 0;
    order->site = order->who.site = state->site;
    order->who.machine = ipxe_machine_parse(&input, ctl->pool);
    if (!ipxe_ctl_pair(&value, word, ctl->pool))
        order->who.host = word;
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_state_find(ipxe_order_t *order, ipxe_ctl_state_t *state,
                                const apr_array_header_t *words)
{
    apr_array_header_t *found;
    ipxe_exit_e code = ipxe_ctl_state_match(&found, state, words);
    int makes = order->act == IPXE_ACT_ARM || order->act == IPXE_ACT_NEXT;

    if (code != IPXE_EXIT_FINE)
        return code;
    if (!found->nelts && makes && state->set &&
        make_who(order, state, words) == IPXE_EXIT_FINE &&
        ipxe_who_keys(&order->who, state->ctl->pool)->nelts)
        return IPXE_EXIT_FINE;
    if (found->nelts != 1)
        return not_one(found, state->ctl->pool);
    order->machine = APR_ARRAY_IDX(found, 0, ipxe_seen_t).machine;
    order->site = APR_ARRAY_IDX(found, 0, ipxe_seen_t).site;
    memset(&order->who, 0, sizeof(order->who));
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_state_order(ipxe_order_t *order, ipxe_ctl_state_t *state,
                                 const char *done)
{
    apr_int64_t machine = 0;
    apr_status_t rv;

    order->by = state->by;
    order->now = state->now;
    rv = state->store->ops->order(&machine, state->store, order,
                                  state->ctl->pool);
    if (APR_STATUS_IS_NOTFOUND(rv)) {
        ipxe_ctl_complain("the state has no such machine%s",
                          order->code ? ", or its code was used up" : "");
        return IPXE_EXIT_WRONG;
    }
    if (rv != APR_SUCCESS)
        return ipxe_ctl_state_trouble(state);
    if (ipxe_ctl_json(state->ctl))
        printf("{\"machine\": %" APR_INT64_T_FMT "}\n", machine);
    else if (machine)
        printf("machine %" APR_INT64_T_FMT ": %s\n", machine, done);
    else
        printf("%s\n", done);
    return IPXE_EXIT_FINE;
}
