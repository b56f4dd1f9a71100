/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to answers: one function a route. */
#include <apr_strings.h>
#include <string.h>

#include "engine/menu_path.h"
#include "engine/request.h"
#include "machine/client.h"
#include "rules/load.h"
#include "script/script.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

/* Retry-After while a machine waits: seconds. */
#define LEAST_WAIT 2
#define MOST_WAIT  30

/* One answer while it is made. */
typedef struct job_t {
    ipxe_answer_t *answer;
    ipxe_asking_t asking;
    ipxe_writing_t writing;
    ipxe_sink_t *sink;
    apr_pool_t *pool;
} job_t;

static void start_over(job_t *job)
{
    apr_size_t most = job->asking.set->settings->max_answer;

    job->answer->body = ipxe_text_make_large(job->pool);
    job->sink = ipxe_sink_to_text(job->answer->body, most, job->pool);
}

/* The first diagnostic's line, for the console and the log: of the
 * operator's files only; values from the network are quoted as '?' where
 * they are not printable. */
static const char *first_line(const job_t *job)
{
    const ipxe_diag_t *diag = ipxe_diags_first_error(job->answer->diags);

    return diag ? ipxe_text_ascii(ipxe_diag_line(diag, job->pool), job->pool)
                : "the answer could not be made";
}

/* What went wrong, as a script with status 200. */
static void fail_script(job_t *job, const char *text)
{
    job->answer->log = apr_pstrcat(job->pool, "failed: ", text, NULL);
    start_over(job);
    if (ipxe_script_failure(job->sink, text, &job->writing) != APR_SUCCESS)
        start_over(job);
}

static void fail_status(job_t *job, int status, const char *text)
{
    job->answer->status = status;
    job->answer->log = text;
    start_over(job);
    ipxe_text_addf(job->answer->body, "%s\n", text);
}

static void set_decision(job_t *job, const ipxe_decision_t *decision)
{
    job->answer->decision = decision;
    job->asking.decision = decision;
}

static void set_machine(job_t *job, const ipxe_machine_t *machine)
{
    job->answer->machine = machine;
    job->asking.machine = machine;
    job->writing.machine = machine;
}

/* Writes the decision's script, or why it cannot be written. */
static void write_decision(job_t *job, const ipxe_decision_t *decision)
{
    set_decision(job, decision);
    if (ipxe_script_decision(job->sink, decision, &job->writing) != APR_SUCCESS)
        fail_script(job, first_line(job));
    else if (job->asking.too_long)
        fail_script(job, "the facts that the rules and templates read do not "
                         "fit into a ticket of 600 bytes");
}

static ipxe_decision_t *decide(job_t *job)
{
    ipxe_decision_t *decision = NULL;
    apr_status_t rv = ipxe_rules_decide(&decision, job->asking.set->rules,
                                        job->asking.machine, &job->asking.world,
                                        job->answer->diags, job->pool);

    return rv == APR_SUCCESS ? decision : NULL;
}

static void identify(job_t *job)
{
    job->answer->stage = "identify";
    if (ipxe_script_identify(job->sink, &job->writing) != APR_SUCCESS)
        fail_script(job, first_line(job));
}

static int told(const ipxe_machine_t *machine, ipxe_fact_e fact)
{
    return machine->facts[fact].state != IPXE_NOT_TOLD;
}

/* The identify script was run: no address that people write names these. */
static int was_identified(const ipxe_machine_t *machine)
{
    return told(machine, IPXE_FACT_USER_CLASS) ||
           told(machine, IPXE_FACT_BUSID) || told(machine, IPXE_FACT_CHIP);
}

/* A disk is not wiped for a machine that skipped an exception by a short
 * address: it is asked for everything first, once. */
static int must_ask_first(const job_t *job, const ipxe_decision_t *decision)
{
    return job->asking.request->target.route == IPXE_ROUTE_ENTRY &&
           decision->action.profile && decision->action.profile->install &&
           decision->untold && !was_identified(job->asking.machine);
}

static void answer_decision(job_t *job)
{
    ipxe_decision_t *decision = decide(job);

    if (!decision)
        fail_script(job, first_line(job));
    else if (must_ask_first(job, decision))
        identify(job);
    else
        write_decision(job, decision);
}

static int tells_something(const ipxe_machine_t *machine)
{
    int fact;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (fact != IPXE_FACT_IP && fact != IPXE_FACT_VERSION &&
            told(machine, (ipxe_fact_e)fact))
            return 1;
    }
    return 0;
}

static void answer_entry(job_t *job)
{
    /* Debian's installer takes a DHCP filename with "://" for its preseed:
     * an empty one lets it go on. */
    if (ipxe_client_kind(job->asking.machine) == IPXE_CLIENT_DEBIAN_INSTALLER)
        return;
    if (tells_something(job->asking.machine)) {
        answer_decision(job);
        return;
    }
    identify(job);
}

static void answer_autoexec(job_t *job)
{
    if (ipxe_script_autoexec(job->sink, &job->writing) != APR_SUCCESS)
        fail_script(job, first_line(job));
}

/* Proves the ticket and takes the machine from it. */
static ipxe_ticket_error_e take_ticket(job_t *job, ipxe_ticket_t *ticket,
                                       ipxe_ticket_kind_e kind)
{
    const ipxe_settings_t *settings = job->asking.set->settings;
    const ipxe_request_t *request = job->asking.request;
    ipxe_ticket_error_e error = ipxe_ticket_read(
        ticket, request->target.ticket, kind, settings->site, settings->keys,
        request->now, settings->fetch_life, job->pool);

    if (error != IPXE_TICKET_GOOD)
        return error;
    set_machine(job,
                ipxe_asking_unpack(&job->asking, ticket->facts, job->pool));
    return ipxe_asking_same_network(&job->asking, job->asking.machine)
               ? IPXE_TICKET_GOOD
               : IPXE_TICKET_OTHER_NETWORK;
}

/* A machine with a ticket that is none is asked anew who it is. */
static void refuse_ticket(job_t *job, ipxe_ticket_error_e error)
{
    job->answer->log = apr_psprintf(job->pool, "ticket refused: %s",
                                    ipxe_ticket_error_text(error));
    identify(job);
}

/* Decides, and goes on to a menu and its item. *chosen is NULL where the
 * rules lead there no more. A failure has added its diagnostic. */
static apr_status_t choose_in(ipxe_decision_t **chosen, job_t *job,
                              const char *menu, const char *item)
{
    ipxe_decision_t *decision = decide(job);

    if (!decision)
        return APR_EGENERAL;
    set_decision(job, decision);
    return ipxe_menu_follow(chosen, decision, menu, item, job->answer->diags,
                            job->pool);
}

/* The menu and item that the target names. */
static apr_status_t choose(ipxe_decision_t **chosen, job_t *job)
{
    const ipxe_target_t *target = &job->asking.request->target;

    return choose_in(chosen, job, target->menu, target->item);
}

/* A menu, or a choice in it; where the rules no longer lead there, what they
 * say now. */
static void answer_menu(job_t *job)
{
    ipxe_ticket_t ticket;
    ipxe_decision_t *chosen = NULL;

    if (job->asking.request->target.ticket) {
        ipxe_ticket_error_e error = take_ticket(job, &ticket, IPXE_TICKET_MENU);

        if (error != IPXE_TICKET_GOOD) {
            refuse_ticket(job, error);
            return;
        }
    }
    if (choose(&chosen, job) != APR_SUCCESS)
        fail_script(job, first_line(job));
    else
        write_decision(job, chosen ? chosen : job->asking.decision);
}

/* Grows with the time that the machine has waited, and differs a little by
 * request, so that machines do not come all at once. */
static int next_wait(const job_t *job, apr_time_t since)
{
    apr_int64_t waited = apr_time_sec(job->asking.request->now - since) / 10;
    const char *id = job->asking.world.request_id(job->asking.world.baton);
    apr_size_t n = strlen(id);
    int jitter = n ? id[n - 1] % 3 : 0;
    apr_int64_t seconds = LEAST_WAIT + (waited > 0 ? waited : 0) + jitter;

    return (int)(seconds > MOST_WAIT ? MOST_WAIT : seconds);
}

static void answer_wait(job_t *job)
{
    ipxe_ticket_t ticket;
    ipxe_ticket_error_e error = take_ticket(job, &ticket, IPXE_TICKET_WAIT);
    ipxe_decision_t *decision;

    if (error != IPXE_TICKET_GOOD) {
        refuse_ticket(job, error);
        return;
    }
    decision = decide(job);
    if (!decision) {
        fail_script(job, first_line(job));
    }
    else if (decision->action.kind == IPXE_ACTION_HOLD) {
        set_decision(job, decision);
        job->answer->status = 503;
        job->answer->retry_after = next_wait(job, ticket.issued);
        ipxe_text_add(job->answer->body, "held\n");
    }
    else {
        write_decision(job, decision);
    }
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".json", "application/json"},
        {".ign", "application/json"},
        {".xml", "application/xml"},
    };
    apr_size_t len = strlen(name), i;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        apr_size_t n = strlen(types[i][0]);

        if (len > n && ipxe_text_eq(name + len - n, types[i][0]))
            return types[i][1];
    }
    return TEXT_TYPE;
}

static void end_lines_with_crlf(job_t *job)
{
    const char *s = job->answer->body->data;

    start_over(job);
    for (; *s; s++) {
        if (*s == '\n')
            ipxe_text_add_char(job->answer->body, '\r');
        ipxe_text_add_char(job->answer->body, *s);
    }
}

static const ipxe_served_t *find_served(const ipxe_boot_t *boot,
                                        const char *name)
{
    int i;

    for (i = 0; boot && boot->served && i < boot->served->nelts; i++) {
        const ipxe_served_t *served =
            &APR_ARRAY_IDX(boot->served, i, ipxe_served_t);

        if (ipxe_text_eq(served->name, name))
            return served;
    }
    return NULL;
}

static void render_served(job_t *job, const ipxe_served_t *served)
{
    ipxe_render_t render;

    memset(&render, 0, sizeof(render));
    render.names = ipxe_decision_names(job->asking.decision, job->pool);
    render.world = &job->asking.world;
    render.diags = job->answer->diags;
    render.most = job->asking.set->settings->max_answer;
    render.pool = job->pool;
    if (ipxe_template_render(job->sink, served->compiled, &render) !=
        APR_SUCCESS) {
        fail_status(job, 500, first_line(job));
        return;
    }
    job->answer->type = type_of(served->name);
    if (ipxe_context_crlf(served->name))
        end_lines_with_crlf(job);
}

/* An answer file of the profile, for the machine that was decided about. */
static void serve_answers(job_t *job, const ipxe_decision_t *decision)
{
    const char *name = job->asking.request->target.name;
    const ipxe_served_t *served;

    set_decision(job, decision);
    served = find_served(ipxe_decision_boot(decision, job->pool), name);
    if (served)
        render_served(job, served);
    else
        fail_status(job, 404, "this profile serves no such answer file");
}

static const ipxe_profile_t *find_profile(const job_t *job, const char *name)
{
    return apr_hash_get(job->asking.set->rules->profiles, name,
                        APR_HASH_KEY_STRING);
}

/* The decision of a ticket once more, with the item that was chosen then: its
 * variables count as long as the rules lead to it. */
static ipxe_decision_t *decide_again(job_t *job, const ipxe_ticket_t *ticket)
{
    apr_array_header_t *choice =
        ipxe_text_split(ticket->choice, "/", job->pool);
    ipxe_decision_t *decision = NULL;

    if (choice->nelts == 2 &&
        choose_in(&decision, job, APR_ARRAY_IDX(choice, 0, const char *),
                  APR_ARRAY_IDX(choice, 1, const char *)) != APR_SUCCESS)
        return NULL;
    return decision ? decision : decide(job);
}

static void answer_answers(job_t *job)
{
    static const int statuses[] = {200, 404, 403, 403, 403, 403, 410, 403};
    ipxe_ticket_t ticket;
    ipxe_ticket_error_e error = take_ticket(job, &ticket, IPXE_TICKET_ANSWER);
    const ipxe_profile_t *profile;
    ipxe_decision_t *decision;

    if (error != IPXE_TICKET_GOOD) {
        fail_status(job, statuses[error],
                    apr_psprintf(job->pool, "ticket refused: %s",
                                 ipxe_ticket_error_text(error)));
        return;
    }
    profile = find_profile(job, ticket.profile);
    decision = profile ? decide_again(job, &ticket) : NULL;
    if (!profile)
        fail_status(job, 410, "the profile of this ticket is gone");
    else if (!decision)
        fail_status(job, 500, first_line(job));
    else
        serve_answers(job, ipxe_decision_fix(decision, profile, job->pool));
}

/* `ipxectl render --answers`: what the decision's own ticket would fetch. */
static void answer_unticketed(job_t *job)
{
    ipxe_decision_t *decision = NULL;

    if (!job->asking.request->target.menu)
        decision = decide(job);
    else if (choose(&decision, job) != APR_SUCCESS)
        decision = NULL;
    if (job->answer->diags->errors)
        fail_status(job, 500, first_line(job));
    else if (!decision || !decision->action.profile)
        fail_status(job, 404, "the decision boots no profile");
    else
        serve_answers(job, decision);
}

static const char *explain_ip(const ipxe_request_t *request, apr_pool_t *pool)
{
    ipxe_machine_input_t input;
    const char *ip;

    memset(&input, 0, sizeof(input));
    input.query = request->query;
    input.query_len = request->query ? strlen(request->query) : 0;
    ip = ipxe_machine_arg(ipxe_machine_parse(&input, pool), "ip");
    return ip ? ip : request->ip;
}

static void answer_explain(job_t *job)
{
    ipxe_answer_t shown;

    answer_decision(job);
    shown = *job->answer;
    start_over(job);
    if (job->asking.request->json) {
        job->answer->type = "application/json";
        ipxe_text_add(job->answer->body, ipxe_explain_json(&shown, job->pool));
    }
    else {
        ipxe_text_add(
            job->answer->body,
            ipxe_explain_text(&shown, job->asking.request->colour, job->pool));
    }
}

static void answer_unknown(job_t *job)
{
    fail_status(job, 404, "nothing is at this address");
}

typedef struct route_t {
    const char *stage;
    void (*answer)(job_t *job);
} route_t;

static const route_t routes[] = {
    {"none", answer_unknown},      /* NONE */
    {"script", answer_entry},      /* ENTRY */
    {"autoexec", answer_autoexec}, /* AUTOEXEC */
    {"script", answer_decision},   /* GRUB */
    {"menu", answer_menu},         /* MENU */
    {"item", answer_menu},         /* ITEM */
    {"wait", answer_wait},         /* WAIT */
    {"answers", answer_answers},   /* ANSWERS */
    {"explain", answer_explain},   /* EXPLAIN */
    {"none", answer_unknown},      /* UNKNOWN */
};

/* A choice in GRUB's menu comes back to the address of iPXE's. */
static ipxe_dialect_e dialect_of(const job_t *job)
{
    return job->asking.request->target.route == IPXE_ROUTE_GRUB ||
                   ipxe_client_kind(job->asking.machine) == IPXE_CLIENT_GRUB
               ? IPXE_DIALECT_GRUB
               : IPXE_DIALECT_IPXE;
}

static void start(job_t *job, ipxe_answer_t *answer, const ipxe_snapshot_t *set,
                  const ipxe_request_t *request, apr_pool_t *pool)
{
    memset(job, 0, sizeof(*job));
    memset(answer, 0, sizeof(*answer));
    job->answer = answer;
    job->pool = pool;
    ipxe_asking_init(&job->asking, set, request, pool);
    answer->status = 200;
    answer->type = TEXT_TYPE;
    answer->diags = ipxe_diags_make(pool);
    answer->stage = routes[request->target.route].stage;
    job->writing.dialect = dialect_of(job);
    job->writing.world = &job->asking.world;
    job->writing.generation = set->generation;
    job->writing.diags = answer->diags;
    job->writing.pool = pool;
    set_machine(job, job->asking.machine);
    start_over(job);
}

void ipxe_engine_answer(ipxe_answer_t *answer, const ipxe_snapshot_t *set,
                        const ipxe_request_t *request, apr_pool_t *pool)
{
    /* The decision's world outlives this call, as long as the pool. */
    ipxe_request_t *asked = apr_pmemdup(pool, request, sizeof(*request));
    job_t *job = apr_palloc(pool, sizeof(*job));

    if (request->target.route == IPXE_ROUTE_EXPLAIN)
        asked->ip = explain_ip(request, pool);
    start(job, answer, set, asked, pool);
    if (request->target.route == IPXE_ROUTE_ANSWERS && !request->target.ticket)
        answer_unticketed(job);
    else
        routes[request->target.route].answer(job);
}

static ipxe_snapshot_t *empty_set(const ipxe_settings_t *settings,
                                  apr_pool_t *pool)
{
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));

    set->settings = settings;
    set->rules = apr_pcalloc(pool, sizeof(*set->rules));
    set->hash = "";
    set->generation = "none";
    set->pool = pool;
    return set;
}

void ipxe_engine_refuse(ipxe_answer_t *answer, const ipxe_settings_t *settings,
                        const ipxe_request_t *request, const char *why,
                        apr_pool_t *pool)
{
    ipxe_request_t *asked = apr_pmemdup(pool, request, sizeof(*request));
    job_t *job = apr_palloc(pool, sizeof(*job));

    start(job, answer, empty_set(settings, pool), asked, pool);
    switch (request->target.route) {
    case IPXE_ROUTE_ANSWERS:
    case IPXE_ROUTE_EXPLAIN:
        fail_status(job, 500, why);
        break;
    case IPXE_ROUTE_WAIT:
        fail_status(job, 503, why);
        answer->retry_after = MOST_WAIT;
        break;
    default:
        fail_script(job, why);
        break;
    }
}
