/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: one request, two sets, what is different. */
#include "engine/replay.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "engine/log_line.h"

/* One request while both sets answer it. */
typedef struct asked_t {
    ipxe_request_t request;
    ipxe_machine_t *machine;
    ipxe_answer_t before, after;
    ipxe_change_t change; /* what is different, in `pool` */
    apr_pool_t *pool;
} asked_t;

ipxe_replay_t *ipxe_replay_make(ipxe_snapshot_t *before, ipxe_snapshot_t *after,
                                apr_pool_t *pool)
{
    ipxe_replay_t *replay = apr_pcalloc(pool, sizeof(*replay));

    if (before)
        before->generation = "replay";
    after->generation = "replay";
    replay->before = before;
    replay->after = after;
    replay->changes = apr_hash_make(pool);
    replay->machines = apr_hash_make(pool);
    replay->changed = apr_hash_make(pool);
    replay->pool = pool;
    return replay;
}

/* ---- What a machine gets ---- */

static int is_stage(const char *stage, const char *name)
{
    return stage && strcmp(stage, name) == 0;
}

static void take_outcome(ipxe_outcome_of_t *outcome,
                         const ipxe_answer_t *answer)
{
    const ipxe_decision_t *decision = answer->decision;
    const ipxe_profile_t *profile;

    memset(outcome, 0, sizeof(*outcome));
    if (is_stage(answer->stage, "identify"))
        outcome->action = "identify";
    else if (!decision || answer->log || answer->diags->errors)
        outcome->action = "failed";
    else {
        profile = decision->action.profile;
        outcome->rule = decision->rule ? decision->rule->name : NULL;
        outcome->action = ipxe_action_name(decision->action.kind);
        outcome->installs = profile && profile->install;
        if (profile)
            outcome->target = profile->name;
        else if (decision->action.menu)
            outcome->target = decision->action.menu->name;
    }
}

/* What the log says that it got; of a menu it says no name. */
static void take_logged(ipxe_outcome_of_t *outcome,
                        const ipxe_outcome_of_t *after,
                        const ipxe_log_line_t *line)
{
    memset(outcome, 0, sizeof(*outcome));
    outcome->rule = line->rule;
    outcome->target = line->profile;
    outcome->action = line->action;
    if (is_stage(line->stage, "identify"))
        outcome->action = "identify";
    else if (!line->action)
        outcome->action = "failed";
    else if (strcmp(line->action, "menu") == 0 &&
             ipxe_text_eq(line->action, after->action))
        outcome->target = after->target;
}

static int same_outcome(const ipxe_outcome_of_t *a, const ipxe_outcome_of_t *b)
{
    return strcmp(a->action, b->action) == 0 &&
           ipxe_text_eq(a->target, b->target);
}

/* ---- Differences ---- */

/* The next line that is no comment; NULL after the last. */
static const char *skip_comments(const char *s)
{
    while (*s == '#') {
        s += strcspn(s, "\n");
        s += *s == '\n';
    }
    return s;
}

/* The same but for comments, in which the rule's name stands. */
static int same_script(const char *a, const char *b)
{
    for (;;) {
        apr_size_t len;

        a = skip_comments(a);
        b = skip_comments(b);
        len = strcspn(a, "\n");
        if (strcspn(b, "\n") != len || memcmp(a, b, len) != 0)
            return 0;
        if (!a[len] || !b[len])
            return a[len] == b[len];
        a += len + 1;
        b += len + 1;
    }
}

static const char *answer_file(const ipxe_snapshot_t *set, const char *name,
                               const asked_t *asked)
{
    ipxe_request_t request = asked->request;
    ipxe_answer_t answer;

    request.target.route = IPXE_ROUTE_ANSWERS;
    request.target.name = name;
    ipxe_engine_answer(&answer, set, &request, asked->pool);
    return answer.body->data;
}

/* The first answer file that both profiles do not make alike, or NULL. */
static const char *other_file(const ipxe_replay_t *replay, const asked_t *asked)
{
    const ipxe_boot_t *boot;
    int i;

    if (!asked->after.decision || !asked->after.decision->action.profile)
        return NULL;
    boot = ipxe_decision_boot(asked->after.decision, asked->pool);
    for (i = 0; boot && boot->served && i < boot->served->nelts; i++) {
        const char *name = APR_ARRAY_IDX(boot->served, i, ipxe_served_t).name;

        if (strcmp(answer_file(replay->before, name, asked),
                   answer_file(replay->after, name, asked)) != 0)
            return name;
    }
    return NULL;
}

static void compare(asked_t *asked, const ipxe_replay_t *replay,
                    const ipxe_log_line_t *line)
{
    ipxe_change_t *change = &asked->change;

    take_outcome(&change->after, &asked->after);
    if (replay->before)
        take_outcome(&change->before, &asked->before);
    else
        take_logged(&change->before, &change->after, line);
    if (!same_outcome(&change->before, &change->after)) {
        change->kind = IPXE_CHANGE_ANSWER;
        return;
    }
    if (!replay->before)
        return;
    if (!same_script(asked->before.body->data, asked->after.body->data)) {
        change->kind = IPXE_CHANGE_SCRIPT;
        return;
    }
    change->file = other_file(replay, asked);
    if (change->file)
        change->kind = IPXE_CHANGE_FILE;
}

/* ---- Machines ---- */

static const ipxe_fact_e telling[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                      IPXE_FACT_SERIAL};

/* What tells the machine from others. */
static const char *key_of(const asked_t *asked)
{
    const char *text = NULL;
    apr_size_t i;

    for (i = 0; i < sizeof(telling) / sizeof(telling[0]) && !text; i++)
        text = ipxe_machine_fact(asked->machine, telling[i]);
    return text ? text : asked->request.query;
}

/* The machine in words, as its operator knows it. */
static const char *words_of(const asked_t *asked, apr_pool_t *pool)
{
    static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_SERIAL,
                                        IPXE_FACT_PRODUCT, IPXE_FACT_PLATFORM,
                                        IPXE_FACT_ARCH};
    ipxe_text_t *words = ipxe_text_make(80, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *text = ipxe_machine_fact(asked->machine, facts[i]);

        if (text)
            ipxe_text_addf(words, "%s%s %s", words->len ? ", " : "",
                           ipxe_fact_name(facts[i]), text);
    }
    if (asked->request.ip && *asked->request.ip)
        ipxe_text_addf(words, "%sip %s", words->len ? ", " : "",
                       asked->request.ip);
    return words->data;
}

/* Nonzero where the key is new in the table. */
static int see(apr_hash_t *table, const char *key, apr_pool_t *pool)
{
    if (apr_hash_get(table, key, APR_HASH_KEY_STRING))
        return 0;
    apr_hash_set(table, apr_pstrdup(pool, key), APR_HASH_KEY_STRING, "");
    return 1;
}

/* ---- Groups ---- */

static const char *or_none(const char *text)
{
    return text ? text : "";
}

static const char *key_of_change(const ipxe_change_t *change, apr_pool_t *pool)
{
    const ipxe_outcome_of_t *a = &change->before, *b = &change->after;

    return apr_psprintf(pool, "%d\n%s\n%s\n%s\n%s\n%s\n%s\n%s",
                        (int)change->kind, or_none(a->rule), a->action,
                        or_none(a->target), or_none(b->rule), b->action,
                        or_none(b->target), or_none(change->file));
}

static const char *kept(const char *text, apr_pool_t *pool)
{
    return text ? apr_pstrdup(pool, text) : NULL;
}

static void keep_outcome(ipxe_outcome_of_t *outcome, apr_pool_t *pool)
{
    outcome->rule = kept(outcome->rule, pool);
    outcome->action = kept(outcome->action, pool);
    outcome->target = kept(outcome->target, pool);
}

static ipxe_change_t *new_change(const ipxe_replay_t *replay,
                                 const asked_t *asked)
{
    apr_pool_t *pool = replay->pool;
    ipxe_change_t *change =
        apr_pmemdup(pool, &asked->change, sizeof(asked->change));
    const ipxe_diag_t *error = ipxe_diags_first_error(asked->after.diags);

    keep_outcome(&change->before, pool);
    keep_outcome(&change->after, pool);
    change->file = kept(change->file, pool);
    change->seen = apr_hash_make(pool);
    change->example = words_of(asked, pool);
    change->line = replay->lines;
    if (strcmp(change->after.action, "failed") == 0)
        change->trouble =
            error ? ipxe_diag_line(error, pool) : kept(asked->after.log, pool);
    return change;
}

static void count_change(ipxe_replay_t *replay, const asked_t *asked)
{
    const char *key = key_of_change(&asked->change, asked->pool);
    ipxe_change_t *change =
        apr_hash_get(replay->changes, key, APR_HASH_KEY_STRING);

    if (!change) {
        change = new_change(replay, asked);
        apr_hash_set(replay->changes, apr_pstrdup(replay->pool, key),
                     APR_HASH_KEY_STRING, change);
    }
    change->requests++;
    change->machines += see(change->seen, key_of(asked), replay->pool);
    replay->changes_of++;
    see(replay->changed, key_of(asked), replay->pool);
}

/* ---- Lines ---- */

static void make_request(asked_t *asked, const ipxe_log_line_t *line)
{
    ipxe_machine_input_t input;

    memset(&input, 0, sizeof(input));
    input.query = line->facts;
    input.query_len = strlen(line->facts);
    input.user_agent = line->user_agent;
    asked->machine = ipxe_machine_parse(&input, asked->pool);
    asked->request.target.route = IPXE_ROUTE_ENTRY;
    asked->request.query = line->facts;
    asked->request.user_agent = line->user_agent;
    asked->request.ip = ipxe_machine_arg(asked->machine, "ip");
    asked->request.base_url = "http://localhost";
    asked->request.now = line->at ? line->at : apr_time_now();
    asked->request.request_id = "replay";
}

/* The first request of a boot; where the log has no stages, any. */
static int is_first(const ipxe_log_line_t *line)
{
    return !line->stage || is_stage(line->stage, "script") ||
           is_stage(line->stage, "identify");
}

/* A machine that is asked who it is comes back with its facts. */
static int tells_nothing(const asked_t *asked, const ipxe_log_line_t *line)
{
    return is_stage(line->stage, "identify") &&
           key_of(asked) == asked->request.query;
}

void ipxe_replay_line(ipxe_replay_t *replay, const char *text,
                      apr_pool_t *scratch)
{
    ipxe_log_line_t line;
    asked_t asked;

    replay->lines++;
    ipxe_log_line_read(&line, text, scratch);
    memset(&asked, 0, sizeof(asked));
    asked.pool = scratch;
    if (line.facts)
        make_request(&asked, &line);
    if (!line.facts || tells_nothing(&asked, &line)) {
        replay->without++;
        return;
    }
    if (!is_first(&line)) {
        replay->later++;
        return;
    }
    replay->requests++;
    see(replay->machines, key_of(&asked), replay->pool);
    if (replay->before)
        ipxe_engine_answer(&asked.before, replay->before, &asked.request,
                           scratch);
    ipxe_engine_answer(&asked.after, replay->after, &asked.request, scratch);
    compare(&asked, replay, &line);
    if (asked.change.kind != IPXE_CHANGE_NONE)
        count_change(replay, &asked);
}

/* ---- The outcome ---- */

static int by_machines(const void *a, const void *b)
{
    const ipxe_change_t *one = *(const ipxe_change_t *const *)a;
    const ipxe_change_t *other = *(const ipxe_change_t *const *)b;

    if (one->machines != other->machines)
        return other->machines - one->machines;
    return one->line - other->line;
}

apr_array_header_t *ipxe_replay_changes(const ipxe_replay_t *replay,
                                        apr_pool_t *pool)
{
    apr_array_header_t *changes =
        apr_array_make(pool, 16, sizeof(const ipxe_change_t *));
    apr_hash_index_t *at;

    for (at = apr_hash_first(pool, replay->changes); at; at = apr_hash_next(at))
        APR_ARRAY_PUSH(changes, const ipxe_change_t *) = apr_hash_this_val(at);
    if (changes->nelts)
        qsort(changes->elts, (size_t)changes->nelts,
              sizeof(const ipxe_change_t *), by_machines);
    return changes;
}
