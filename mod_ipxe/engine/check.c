/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to a profile, menu or answer file, rendered for samples. */
#include "engine/check.h"

#include <apr_strings.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/check_install.h"
#include "engine/doubt_script.h"
#include "engine/lint.h"
#include "engine/request.h"
#include "engine/sample.h"
#include "rules/hosts.h"
#include "rules/hosts_record.h"
#include "rules/load.h"
#include "rules/uses.h"
#include "rules/vars.h"
#include "script/script.h"

/* Noon of a Wednesday, UTC. */
#define SAMPLE_BASE "http://192.0.2.1"
#define SAMPLE_TIME apr_time_from_sec(1793188800)

/* One run over a set. */
typedef struct run_t {
    const ipxe_snapshot_t *set;
    ipxe_diags_t *diags;
    apr_hash_t *done;     /* ways already rendered; how many of hosts alike */
    apr_hash_t *files;    /* path -> ipxe_named_file_t, or NULL: not wanted */
    ipxe_diags_t *doubts; /* or NULL: likewise */
    apr_hash_t *reached;  /* profiles by name */
    apr_pool_t *keep;     /* for the whole run */
} run_t;

/* One way for one sample machine. */
typedef struct way_t {
    const run_t *run;
    const ipxe_rule_t *rule;
    ipxe_asking_t asking;
    ipxe_writing_t writing;
    apr_hash_t *menus; /* looked through */
    /* The world's own, where paths are noted on their way to it. */
    const char *(*url)(void *baton, const char *path, apr_pool_t *pool);
    apr_pool_t *pool;
} way_t;

static apr_status_t drop(void *baton, const char *s, apr_size_t len)
{
    (void)baton;
    (void)s;
    (void)len;
    return APR_SUCCESS;
}

static ipxe_sink_t nowhere = {drop, NULL};

static void note_addresses(const way_t *way,
                           const apr_array_header_t *addresses);

/* What a template came to is looked at itself, and so is what it fetches. */
static void look_at(const way_t *way, const char *text, ipxe_lint_kind_e kind,
                    const ipxe_template_t *template_, ipxe_diags_t *diags)
{
    apr_array_header_t *addresses =
        apr_array_make(way->pool, 8, sizeof(ipxe_lint_address_t));

    ipxe_lint_rendered(text, kind, template_, addresses, diags, way->pool);
    if (way->run->files)
        note_addresses(way, addresses);
}

/* A sample's answer file. */
static void render_answer(const way_t *way, const ipxe_served_t *served,
                          const ipxe_render_t *render)
{
    ipxe_diags_t *doubts = way->run->doubts;
    ipxe_text_t *text;

    if (!way->run->files) {
        ipxe_template_render(&nowhere, served->compiled, render);
        return;
    }
    text = ipxe_text_make(4096, way->pool);
    if (ipxe_template_render(ipxe_sink_to_text(text, render->most, way->pool),
                             served->compiled, render) == APR_SUCCESS)
        look_at(way, text->data, ipxe_lint_kind(served->name, text->data),
                served->compiled,
                doubts ? doubts : ipxe_diags_make(way->pool));
}

static void render_answers(way_t *way, const ipxe_decision_t *decision)
{
    const ipxe_boot_t *boot = ipxe_decision_boot(decision, way->pool);
    ipxe_render_t render;
    int i;

    memset(&render, 0, sizeof(render));
    render.names = ipxe_decision_names(decision, way->pool);
    render.world = &way->asking.world;
    render.diags = way->run->diags;
    render.most = way->run->set->settings->max_answer;
    render.pool = way->pool;
    for (i = 0; boot && boot->served && i < boot->served->nelts; i++)
        render_answer(way, &APR_ARRAY_IDX(boot->served, i, ipxe_served_t),
                      &render);
}

static void render_decision(way_t *way, const ipxe_decision_t *decision);

static void render_items(way_t *way, const ipxe_decision_t *decision)
{
    const ipxe_menu_t *menu = decision->action.menu;
    int i;

    if (apr_hash_get(way->menus, menu->name, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(way->menus, menu->name, APR_HASH_KEY_STRING, menu);
    for (i = 0; i < menu->items->nelts; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);
        ipxe_decision_t *chosen = NULL;
        int offered = 0;

        if (item->separator ||
            ipxe_decision_offers(&offered, decision, item, way->run->diags,
                                 way->pool) != APR_SUCCESS ||
            !offered)
            continue;
        if (item->password)
            ipxe_script_login(&nowhere, decision, menu, item, &way->writing);
        if (item->asks)
            ipxe_script_ask(&nowhere, decision, menu, item, &way->writing);
        if (ipxe_decision_choose(&chosen, decision, menu, item, way->run->diags,
                                 way->pool) == APR_SUCCESS)
            render_decision(way, chosen);
    }
}

/* ---- Scripts ---- */

/* The template that is the whole script of a decision, or NULL. */
static const ipxe_template_t *script_of(const ipxe_decision_t *decision,
                                        apr_pool_t *pool)
{
    const ipxe_boot_t *boot;

    if (decision->action.kind == IPXE_ACTION_SCRIPT)
        return decision->action.script;
    boot = ipxe_decision_boot(decision, pool);
    return boot && boot->way == IPXE_WAY_SCRIPT ? boot->script : NULL;
}

/* What a template makes is looked at as any script is. */
static void render_script(const way_t *way, const ipxe_decision_t *decision)
{
    const ipxe_template_t *script = script_of(decision, way->pool);
    ipxe_text_t *text;

    if (!script) {
        ipxe_script_decision(&nowhere, decision, &way->writing);
        return;
    }
    text = ipxe_text_make(4096, way->pool);
    if (ipxe_script_decision(
            ipxe_sink_to_text(text, IPXE_MAX_RENDER_OUTPUT, way->pool),
            decision, &way->writing) == APR_SUCCESS)
        look_at(way, text->data, IPXE_LINT_SCRIPT, script, way->run->diags);
}

/* Where what a decision fetches is named: its profile, or the rule. */
static ipxe_span_t named_at(const way_t *way)
{
    const ipxe_decision_t *decision = way->asking.decision;

    return decision && decision->action.profile
               ? decision->action.profile->span
               : way->rule->span;
}

static void note_file(const way_t *way, const char *path, int tree,
                      ipxe_span_t span);

/* The script of a profile, looked at as any other is. */
static void doubt_script(const way_t *way, const ipxe_decision_t *decision)
{
    apr_array_header_t *paths =
        apr_array_make(way->pool, 4, sizeof(ipxe_fetched_t));
    int i;

    ipxe_doubt_script(paths, decision, &way->writing, way->run->set->settings,
                      way->asking.base, way->run->doubts, way->pool);
    for (i = 0; i < paths->nelts; i++)
        note_file(way, APR_ARRAY_IDX(paths, i, ipxe_fetched_t).path,
                  APR_ARRAY_IDX(paths, i, ipxe_fetched_t).tree, named_at(way));
}

static void render_decision(way_t *way, const ipxe_decision_t *decision)
{
    way->asking.decision = decision;
    ipxe_check_stateless(way->run->set, decision, way->run->diags);
    if (decision->action.profile)
        apr_hash_set(way->run->reached, decision->action.profile->name,
                     APR_HASH_KEY_STRING, decision->action.profile);
    render_script(way, decision);
    if (way->run->files && decision->action.profile &&
        !script_of(decision, way->pool))
        doubt_script(way, decision);
    if (decision->action.profile)
        render_answers(way, decision);
    if (decision->action.menu)
        render_items(way, decision);
}

/* ---- Files that are named ---- */

/* Once for a key: for a path, or for a line that has it. */
static void note_as(const way_t *way, const char *key, const char *path,
                    int tree, ipxe_span_t span)
{
    apr_hash_t *files = way->run->files;
    apr_pool_t *keep = way->run->keep;
    ipxe_named_file_t *file = apr_hash_get(files, key, APR_HASH_KEY_STRING);

    if (file) {
        file->tree |= tree;
        return;
    }
    file = apr_palloc(keep, sizeof(*file));
    *file = (ipxe_named_file_t){apr_pstrdup(keep, path), tree, span};
    apr_hash_set(files, apr_pstrdup(keep, key), APR_HASH_KEY_STRING, file);
}

static void note_file(const way_t *way, const char *path, int tree,
                      ipxe_span_t span)
{
    if (*path && !ipxe_sample_says(path))
        note_as(way, path, path, tree, span);
}

/* What a template says of itself is told at each of its lines. */
static void note_addresses(const way_t *way,
                           const apr_array_header_t *addresses)
{
    const char *base = way->asking.base;
    int i;

    for (i = 0; i < addresses->nelts; i++) {
        const ipxe_lint_address_t *one =
            &APR_ARRAY_IDX(addresses, i, ipxe_lint_address_t);
        const char *path = ipxe_lint_served(
            one->url, base, way->run->set->settings, way->pool);
        const char *place = apr_psprintf(
            way->pool, "%s %pp %" APR_SIZE_T_FMT, path ? path : "",
            (const void *)one->span.source, one->span.begin);

        if (path && strncmp(one->url, base, strlen(base)) == 0)
            note_file(way, path, one->tree, one->span);
        else if (path)
            note_as(way, place, path, one->tree, one->span);
    }
}

static const char *note_url(void *baton, const char *path, apr_pool_t *pool)
{
    way_t *way = (way_t *)(void *)((char *)baton - offsetof(way_t, asking));
    const char *url = way->url(baton, path, pool);

    while (*path == '/')
        path++;
    if (!ipxe_text_eq(url, path))
        note_file(way, path, 0, named_at(way));
    return url;
}

static void start_way(way_t *way, const ipxe_sample_t *kind, int full)
{
    static const ipxe_request_t request = {
        .target = {.route = IPXE_ROUTE_EXPLAIN},
        .base_url = SAMPLE_BASE,
        .now = SAMPLE_TIME,
        .request_id = "sample",
    };
    ipxe_asking_t *asking = &way->asking;

    ipxe_asking_init(asking, way->run->set, &request, way->pool);
    if (way->run->files) {
        way->url = asking->world.url;
        asking->world.url = note_url;
    }
    asking->world.follow = NULL; /* files are looked for by their paths */
    asking->machine =
        ipxe_sample_make(way->run->set, way->rule, kind, full, way->pool);
    way->writing.dialect = IPXE_DIALECT_IPXE;
    way->writing.machine = asking->machine;
    way->writing.world = &asking->world;
    way->writing.generation = way->run->set->generation;
    way->writing.diags = way->run->diags;
    way->writing.pool = way->pool;
    way->menus = apr_hash_make(way->pool);
}

/* What was found on this way says by which it came. */
static void note_way(const way_t *way, int from, const ipxe_sample_t *kind,
                     int full)
{
    const ipxe_diags_t *diags = way->run->diags;
    int i;

    for (i = from; i < diags->all->nelts; i++)
        ipxe_diag_note(
            APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *), way->rule->span,
            "for a %s %s machine that %s, by this rule", kind->platform,
            kind->arch,
            full ? "tells everything" : "tells only what the rule asks for");
}

static void try_way(const run_t *run, const ipxe_rule_t *rule,
                    const ipxe_host_t *host, const ipxe_sample_t *kind,
                    int full)
{
    int before = run->diags->all->nelts;
    ipxe_decision_t *decision = NULL;
    way_t way;

    memset(&way, 0, sizeof(way));
    way.run = run;
    way.rule = rule;
    apr_pool_create(&way.pool, run->keep);
    start_way(&way, kind, full);
    if (ipxe_cond_allows(rule->when, way.asking.machine, host) &&
        ipxe_decision_suppose(&decision, run->set->rules, rule, host,
                              way.asking.machine, &way.asking.world, run->diags,
                              way.pool) == APR_SUCCESS &&
        decision)
        render_decision(&way, decision);
    note_way(&way, before, kind, full);
    apr_pool_destroy(way.pool);
}

/* What two ways must have in common for one to stand for both. */
static const char *way_key(const ipxe_rule_t *rule, apr_pool_t *pool)
{
    const ipxe_action_t *action = &rule->action;

    return apr_psprintf(pool, "%d %d %pp %pp %pp %s %x %pp", action->kind,
                        rule->reinstall_always, (const void *)action->profile,
                        (const void *)action->menu,
                        (const void *)action->script,
                        action->value && !action->profile && !action->menu
                            ? action->value->written
                            : "",
                        ipxe_cond_facts(rule->when), (const void *)rule->set);
}

static void try_rule(const run_t *run, const ipxe_rule_t *rule,
                     const ipxe_host_t *host)
{
    apr_size_t i;

    for (i = 0; i < IPXE_SAMPLE_KINDS; i++) {
        try_way(run, rule, host, &ipxe_samples[i], 0);
        try_way(run, rule, host, &ipxe_samples[i], 1);
    }
}

/* What hosts have in common that are alike for a rule: groups, action, and
 * the names of their variables. */
static const char *host_key(const ipxe_rule_t *rule, const ipxe_host_t *host,
                            apr_pool_t *pool)
{
    const ipxe_action_t *action = host->action;
    ipxe_text_t *key = ipxe_text_make(64, pool);
    int i;

    ipxe_text_addf(key, "host %d %d", rule->index, action->kind);
    if (action->value)
        ipxe_text_addf(key, " %s", action->value->written);
    for (i = 0; i < host->groups->nelts; i++)
        ipxe_text_addf(
            key, " +%s",
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *)->name);
    for (i = 0; host->vars && i < host->vars->list->nelts; i++)
        ipxe_text_addf(
            key, " -%s",
            APR_ARRAY_IDX(host->vars->list, i, const ipxe_var_t *)->name);
    return key->data;
}

/* Nonzero where enough hosts like this one were tried. */
static int enough_alike(const run_t *run, const ipxe_rule_t *rule,
                        const ipxe_host_t *host, apr_pool_t *pool)
{
    const char *key = host_key(rule, host, pool);
    int *count = apr_hash_get(run->done, key, APR_HASH_KEY_STRING);

    if (!count) {
        count = apr_pcalloc(run->keep, sizeof(*count));
        apr_hash_set(run->done, apr_pstrdup(run->keep, key),
                     APR_HASH_KEY_STRING, count);
    }
    return (*count)++ >= IPXE_MAX_HOSTS_ALIKE;
}

/* A rule, for each host. */
typedef struct trying_t {
    const run_t *run;
    const ipxe_rule_t *rule;
} trying_t;

static int try_host(void *baton, const ipxe_host_t *host, apr_pool_t *scratch)
{
    const trying_t *trying = baton;

    if (!enough_alike(trying->run, trying->rule, host, scratch))
        try_rule(trying->run, trying->rule, host);
    return 0;
}

static void try_hosts(const run_t *run, const ipxe_rule_t *rule)
{
    trying_t trying = {run, rule};

    ipxe_hosts_each(run->set->rules, try_host, &trying, run->keep);
}

/* ---- Hosts of databases ---- */

/* A walk through a database. */
typedef struct hosts_walk_t {
    run_t run;
    int follow;    /* a rule follows what hosts say */
    int no_follow; /* that none does was said */
    int count;
} hosts_walk_t;

static int wants_host(const ipxe_rule_t *rule)
{
    return rule->action.kind == IPXE_ACTION_FOLLOW ||
           (rule->action.kind != IPXE_ACTION_NONE &&
            ipxe_cond_wants_host(rule->when));
}

/* Nonzero where a rule has not yet seen enough hosts like this one. */
static int is_new(const hosts_walk_t *walk, const ipxe_host_t *host,
                  apr_pool_t *pool)
{
    const apr_array_header_t *rules = walk->run.set->rules->rules;
    int i, new = 0;

    for (i = 0; i < rules->nelts; i++) {
        const ipxe_rule_t *rule = APR_ARRAY_IDX(rules, i, const ipxe_rule_t *);

        new |= wants_host(rule) && !enough_alike(&walk->run, rule, host, pool);
    }
    return new || (host->action->kind != IPXE_ACTION_NONE && !walk->follow);
}

static void try_record(hosts_walk_t *walk, const ipxe_source_t *text)
{
    const ipxe_snapshot_t *set = walk->run.set;
    ipxe_diags_t *diags = walk->run.diags;
    const ipxe_host_t *host;
    int i;

    /* What is wrong quotes it: it stays as long as the set. */
    text = ipxe_source_make(apr_pstrdup(set->pool, text->name), text->text,
                            text->len, set->pool);
    if (ipxe_host_read(&host, text, set->rules, diags, set->pool) !=
        APR_SUCCESS)
        return;
    if (host->action->kind != IPXE_ACTION_NONE && !walk->follow &&
        !walk->no_follow++)
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_NO_FOLLOW,
                                     host->action->span,
                                     "no rule follows the action of host '%s'",
                                     host->name),
                       "add a rule: { name: known machines, follow: host }");
    for (i = 0; i < set->rules->rules->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(set->rules->rules, i, const ipxe_rule_t *);

        if (wants_host(rule))
            try_rule(&walk->run, rule, host);
    }
}

static apr_status_t check_record(void *baton, const char *name,
                                 const ipxe_source_t *text, apr_pool_t *scratch)
{
    hosts_walk_t *walk = baton;
    ipxe_diags_t *own = ipxe_diags_make(scratch);
    const ipxe_host_t *host;

    (void)name;
    walk->count++;
    if (ipxe_host_read(&host, text, walk->run.set->rules, own, scratch) !=
            APR_SUCCESS ||
        is_new(walk, host, scratch))
        try_record(walk, text);
    return walk->run.diags->errors < IPXE_MAX_HOSTS_WRONG ? APR_SUCCESS
                                                          : APR_ENOSPC;
}

int ipxe_check_hosts(const ipxe_snapshot_t *set, ipxe_diags_t *diags)
{
    const apr_array_header_t *providers = set->rules->providers;
    hosts_walk_t walk = {{set, diags, NULL, NULL, NULL, NULL, NULL}, 0, 0, 0};
    int i;

    apr_pool_create(&walk.run.keep, set->pool);
    walk.run.done = apr_hash_make(walk.run.keep);
    walk.run.reached = apr_hash_make(walk.run.keep);
    for (i = 0; i < set->rules->rules->nelts; i++)
        walk.follow |= APR_ARRAY_IDX(set->rules->rules, i, const ipxe_rule_t *)
                           ->action.kind == IPXE_ACTION_FOLLOW;
    for (i = 0; i < providers->nelts; i++) {
        const ipxe_host_provider_t *provider =
            APR_ARRAY_IDX(providers, i, const ipxe_host_provider_t *);

        if (provider && provider->each)
            provider->each(provider->baton, check_record, &walk, diags,
                           walk.run.keep);
    }
    apr_pool_destroy(walk.run.keep);
    return walk.count;
}

/* ---- All ---- */

static void try_all(const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                    apr_hash_t *files, ipxe_diags_t *doubts, apr_pool_t *pool)
{
    const apr_array_header_t *rules = set->rules->rules;
    run_t run = {set,   diags,  apr_hash_make(pool),
                 files, doubts, apr_hash_make(pool),
                 pool};
    int i;

    for (i = 0; i < rules->nelts; i++) {
        const ipxe_rule_t *rule = APR_ARRAY_IDX(rules, i, const ipxe_rule_t *);
        const char *key;

        if (rule->action.kind == IPXE_ACTION_NONE)
            continue;
        if (rule->action.kind == IPXE_ACTION_FOLLOW ||
            ipxe_cond_wants_host(rule->when)) {
            try_hosts(&run, rule);
            continue;
        }
        key = way_key(rule, run.keep);
        if (!apr_hash_get(run.done, key, APR_HASH_KEY_STRING)) {
            apr_hash_set(run.done, key, APR_HASH_KEY_STRING, rule);
            try_rule(&run, rule, NULL);
        }
    }
    ipxe_check_reports(set->rules, run.reached, diags, pool);
}

void ipxe_check_samples(const ipxe_snapshot_t *set, ipxe_diags_t *diags)
{
    apr_pool_t *pool;

    apr_pool_create(&pool, set->pool);
    try_all(set, diags, NULL, NULL, pool);
    apr_pool_destroy(pool);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const ipxe_named_file_t *)a)->path,
                  ((const ipxe_named_file_t *)b)->path);
}

apr_array_header_t *ipxe_check_doubts(const ipxe_snapshot_t *set,
                                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *all =
        apr_array_make(pool, 32, sizeof(ipxe_named_file_t));
    apr_hash_t *files = apr_hash_make(pool);
    apr_hash_index_t *each;

    try_all(set, ipxe_diags_make(pool), files, diags, pool);
    for (each = apr_hash_first(pool, files); each; each = apr_hash_next(each)) {
        const ipxe_named_file_t *file = apr_hash_this_val(each);

        APR_ARRAY_PUSH(all, ipxe_named_file_t) = *file;
    }
    if (all->nelts)
        qsort(all->elts, (size_t)all->nelts, sizeof(ipxe_named_file_t),
              by_path);
    return all;
}

apr_array_header_t *ipxe_check_files(const ipxe_snapshot_t *set,
                                     apr_pool_t *pool)
{
    return ipxe_check_doubts(set, NULL, pool);
}
