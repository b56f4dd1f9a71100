/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to answers: the table of routes. */
#include <string.h>

#include <apr_strings.h>

#include "engine/job.h"
#include "engine/sign.h"
#include "machine/client.h"

static void answer_unknown(ipxe_job_t *job)
{
    ipxe_job_fail_status(job, 404, "nothing is at this address");
}

typedef struct route_t {
    const char *stage;
    void (*answer)(ipxe_job_t *job);
} route_t;

static const route_t routes[] = {
    {"none", answer_unknown},           /* NONE */
    {"script", ipxe_answer_entry},      /* ENTRY */
    {"autoexec", ipxe_answer_autoexec}, /* AUTOEXEC */
    {"script", ipxe_answer_decision},   /* GRUB */
    {"menu", ipxe_answer_menu},         /* MENU */
    {"item", ipxe_answer_menu},         /* ITEM */
    {"wait", ipxe_answer_wait},         /* WAIT */
    {"answers", ipxe_answer_answers},   /* ANSWERS */
    {"report", ipxe_answer_report},     /* REPORT */
    {"explain", ipxe_answer_explain},   /* EXPLAIN */
    {"none", answer_unknown},           /* UNKNOWN */
};

/* A choice in GRUB's menu comes back to the address of iPXE's. */
static ipxe_dialect_e dialect_of(const ipxe_job_t *job)
{
    return job->asking.request->target.route == IPXE_ROUTE_GRUB ||
                   ipxe_client_kind(job->asking.machine) == IPXE_CLIENT_GRUB
               ? IPXE_DIALECT_GRUB
               : IPXE_DIALECT_IPXE;
}

static void start(ipxe_job_t *job, ipxe_answer_t *answer,
                  const ipxe_snapshot_t *set, const ipxe_request_t *request,
                  apr_pool_t *pool)
{
    memset(job, 0, sizeof(*job));
    memset(answer, 0, sizeof(*answer));
    job->answer = answer;
    job->pool = pool;
    ipxe_asking_init(&job->asking, set, request, pool);
    job->observe = request->head || request->target.signature ||
                   request->target.route == IPXE_ROUTE_EXPLAIN;
    answer->status = 200;
    answer->type = IPXE_TEXT_TYPE;
    answer->diags = ipxe_diags_make(pool);
    answer->stage = routes[request->target.route].stage;
    job->writing.dialect = dialect_of(job);
    job->writing.world = &job->asking.world;
    job->writing.generation = set->generation;
    job->writing.diags = answer->diags;
    job->writing.pool = pool;
    ipxe_job_set_machine(job, job->asking.machine);
    ipxe_job_start_over(job);
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

/* The query without what asks for the explanation itself, so that rules and
 * scripts see what the machine would send. */
static const char *explained_query(const char *query, apr_pool_t *pool)
{
    static const char *const own[] = {"ip=", "format=json", "format=text"};
    ipxe_text_t *rest = ipxe_text_make(128, pool);

    while (query && *query) {
        apr_size_t len = strcspn(query, "&"), i;
        int drop = 0;

        for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
            apr_size_t n = strlen(own[i]);

            drop |= n <= len && strncmp(query, own[i], n) == 0 &&
                    (i == 0 || n == len);
        }
        if (!drop) {
            ipxe_text_add(rest, rest->len ? "&" : "");
            ipxe_text_add_n(rest, query, len);
        }
        query += len + (query[len] == '&');
    }
    return rest->len ? rest->data : NULL;
}

/* In place of the script its signature; a status that is no script's stays. */
static void put_signature(ipxe_job_t *job)
{
    ipxe_text_t *signature = NULL;

    if (job->answer->status != 200)
        return;
    job->answer->stage = "signature";
    signature = ipxe_signer_sign(job->asking.set->settings->signer,
                                 job->answer->body, job->pool);
    if (!signature) {
        ipxe_job_fail_status(job, 500, "the script cannot be signed");
        return;
    }
    job->answer->body = signature;
    job->answer->type = "application/pkcs7-signature";
}

void ipxe_engine_answer(ipxe_answer_t *answer, const ipxe_snapshot_t *set,
                        const ipxe_request_t *request, apr_pool_t *pool)
{
    /* The decision's world outlives this call, as long as the pool. */
    ipxe_request_t *asked = apr_pmemdup(pool, request, sizeof(*request));
    ipxe_job_t *job = apr_palloc(pool, sizeof(*job));

    if (request->target.route == IPXE_ROUTE_EXPLAIN) {
        asked->ip = explain_ip(request, pool);
        asked->query = explained_query(request->query, pool);
    }
    start(job, answer, set, asked, pool);
    if (request->target.route == IPXE_ROUTE_ANSWERS && !request->target.ticket)
        ipxe_answer_unticketed(job);
    else
        routes[request->target.route].answer(job);
    ipxe_job_note(job);
    if (request->target.signature)
        put_signature(job);
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
    ipxe_job_t *job = apr_palloc(pool, sizeof(*job));

    start(job, answer, empty_set(settings, pool), asked, pool);
    switch (request->target.route) {
    case IPXE_ROUTE_ANSWERS:
    case IPXE_ROUTE_REPORT:
    case IPXE_ROUTE_EXPLAIN:
        ipxe_job_fail_status(job, 500, why);
        break;
    case IPXE_ROUTE_WAIT:
        ipxe_job_fail_status(job, 503, why);
        answer->retry_after = IPXE_MOST_WAIT;
        break;
    default:
        ipxe_job_fail_script(job, why);
        break;
    }
}
