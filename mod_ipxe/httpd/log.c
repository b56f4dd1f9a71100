/* SPDX-License-Identifier: Apache-2.0 */
/* Environment variables and log lines of an answer; tickets out of logs. */
#include "httpd/log.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>

#include "httpd/serving.h"

APLOG_USE_MODULE(ipxe);

/* ---- What looks like a ticket ---- */

#define TAG_LEN     22 /* of a ticket: after its dot */
#define PAYLOAD_LEN 16 /* before it, at least */

/* Does a run of ticket characters look like one? */
static int is_ticket(const char *run, apr_size_t len)
{
    return len > PAYLOAD_LEN + TAG_LEN && run[len - TAG_LEN - 1] == '.' &&
           !memchr(run + len - TAG_LEN, '.', TAG_LEN);
}

static int ticket_char(char c)
{
    return apr_isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
}

/* Bytes at the begin of s that are of a ticket, or that are not. (strspn
 * would make a table of its characters for every run.) */
static apr_size_t run_of(const char *s, int of_ticket)
{
    apr_size_t n = 0;

    while (s[n] && ticket_char(s[n]) == of_ticket)
        n++;
    return n;
}

/* Does the dot part a ticket's payload from its tag? */
static int parts_ticket(const char *line, const char *dot)
{
    int before = 0, after = 0;

    while (before < PAYLOAD_LEN && dot - before > line &&
           ticket_char(dot[-1 - before]))
        before++;
    while (after < TAG_LEN && dot[1 + after] != '.' &&
           ticket_char(dot[1 + after]))
        after++;
    return before == PAYLOAD_LEN && after == TAG_LEN &&
           !ticket_char(dot[1 + after]);
}

/* No ticket is without a dot, and few lines have many. */
static int has_ticket(const char *line)
{
    const char *dot;

    for (dot = strchr(line, '.'); dot; dot = strchr(dot + 1, '.')) {
        if (parts_ticket(line, dot))
            return 1;
    }
    return 0;
}

/* The line, with `-` for whatever in it looks like a ticket. */
static const char *hide_tickets(const char *line, apr_pool_t *pool)
{
    ipxe_text_t *text;

    if (!has_ticket(line))
        return line;
    text = ipxe_text_make(strlen(line), pool);
    while (*line) {
        apr_size_t len = run_of(line, 1);

        if (is_ticket(line, len))
            ipxe_text_add_char(text, '-');
        else
            ipxe_text_add_n(text, line, len);
        line += len;
        len = run_of(line, 0);
        ipxe_text_add_n(text, line, len);
        line += len;
    }
    return text->data;
}

/* ---- Variables ---- */

static void put(request_rec *r, const char *name, const char *value)
{
    if (value && *value)
        apr_table_setn(r->subprocess_env, name, value);
}

static void put_decision(request_rec *r, const ipxe_decision_t *decision)
{
    const ipxe_profile_t *profile = decision->action.profile;

    put(r, "IPXE_RULE", decision->rule ? decision->rule->name : NULL);
    put(r, "IPXE_ACTION", ipxe_action_name(decision->action.kind));
    put(r, "IPXE_PROFILE", profile ? profile->name : NULL);
    put(r, "IPXE_HOST", decision->host ? decision->host->name : NULL);
}

static void put_variables(request_rec *r, const ipxe_visit_t *visit)
{
    const ipxe_answer_t *answer = &visit->answer;
    const ipxe_machine_t *machine = answer->machine;
    const ipxe_snapshot_t *set = visit->set;
    apr_time_t took = apr_time_now() - visit->began;

    if (answer->decision)
        put_decision(r, answer->decision);
    put(r, "IPXE_MAC", ipxe_machine_fact(machine, IPXE_FACT_MAC));
    put(r, "IPXE_SERIAL", ipxe_machine_fact(machine, IPXE_FACT_SERIAL));
    put(r, "IPXE_FACTS",
        hide_tickets(ipxe_machine_query(machine, r->pool), r->pool));
    put(r, "IPXE_REQUEST", visit->request.request_id);
    put(r, "IPXE_GENERATION", set ? set->generation : NULL);
    put(r, "IPXE_STAGE", answer->stage);
    put(r, "IPXE_USEC", apr_off_t_toa(r->pool, (apr_off_t)took));
}

/* ---- Lines ---- */

static const char *variable(const request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->subprocess_env, name);

    return value ? ipxe_text_ascii(value, r->pool) : "-";
}

static void log_decision(request_rec *r, const ipxe_visit_t *visit)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  "%s: %s %s by rule '%s', host %s, mac %s, serial '%s', "
                  "status %d, generation %s, request %s",
                  visit->answer.stage, variable(r, "IPXE_ACTION"),
                  variable(r, "IPXE_PROFILE"), variable(r, "IPXE_RULE"),
                  variable(r, "IPXE_HOST"), variable(r, "IPXE_MAC"),
                  variable(r, "IPXE_SERIAL"), visit->answer.status,
                  variable(r, "IPXE_GENERATION"), visit->request.request_id);
}

static void log_line(request_rec *r, int level, const char *line,
                     const ipxe_visit_t *visit)
{
    ap_log_rerror(APLOG_MARK, level, 0, r, "%s (request %s)", line,
                  visit->request.request_id);
}

/* What went wrong, as a sentence, and each diagnostic that it does not hold
 * already. */
static void log_trouble(request_rec *r, const ipxe_visit_t *visit)
{
    const ipxe_answer_t *answer = &visit->answer;
    const apr_array_header_t *diags = answer->diags->all;
    int level = answer->diags->errors ? APLOG_ERR : APLOG_WARNING;
    int i;

    if (answer->log)
        log_line(r, level, answer->log, visit);
    for (i = 0; i < diags->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(diags, i, const ipxe_diag_t *);
        const char *line =
            ipxe_text_ascii(ipxe_diag_line(diag, r->pool), r->pool);

        if (!answer->log || !strstr(answer->log, line))
            log_line(r, level, line, visit);
    }
}

/* What the rules say, and the state does not give. */
static void log_kept(request_rec *r, const ipxe_visit_t *visit)
{
    const ipxe_decision_t *decision = visit->answer.decision;
    int held =
        decision->action.kind == IPXE_ACTION_HOLD && !decision->place;

    log_line(r, held ? APLOG_NOTICE : APLOG_INFO,
             apr_psprintf(r->pool, "%s is not given: %s",
                          decision->wanted->name,
                          ipxe_text_ascii(decision->reason, r->pool)),
             visit);
}

static void log_steps(request_rec *r, const ipxe_decision_t *decision)
{
    apr_array_header_t *steps = ipxe_engine_trace(decision, r->pool);
    int i;

    for (i = 0; i < steps->nelts; i++)
        ap_log_rerror(
            APLOG_MARK, APLOG_TRACE2, 0, r, "%s",
            ipxe_text_ascii(APR_ARRAY_IDX(steps, i, const char *), r->pool));
}

void ipxe_log_answer(request_rec *r, const ipxe_visit_t *visit)
{
    put_variables(r, visit);
    log_trouble(r, visit);
    if (visit->answer.decision && visit->answer.decision->wanted)
        log_kept(r, visit);
    if (APLOGrinfo(r))
        log_decision(r, visit);
    if (visit->answer.decision && APLOG_R_IS_LEVEL(r, APLOG_TRACE2))
        log_steps(r, visit->answer.decision);
}

/* ---- The request line ---- */

/* The second segment below the prefix, where a ticket stands; NULL where the
 * path has none. */
static const char *ticket_segment(const char *path, const char *prefix,
                                  apr_pool_t *pool)
{
    apr_size_t len = strlen(prefix);

    if (strncmp(path, prefix, len) != 0 || path[len] != '/')
        return NULL;
    path += len + 1;
    path += strcspn(path, "/");
    len = *path ? strcspn(path + 1, "/") : 0;
    return len ? apr_pstrmemdup(pool, path + 1, len) : NULL;
}

/* Three slashes stand before a ticket: most paths need no further look. */
static int is_deep(const char *path)
{
    int slashes = 0;

    for (; path && *path; path++)
        slashes += *path == '/';
    return slashes >= 3;
}

/* The path as the handler will see it. */
static const char *seen_path(const request_rec *r)
{
    char *path = apr_pstrdup(r->pool, r->uri);

    ap_unescape_url(path);
    ap_no2slash(path);
    ap_getparents(path);
    return path;
}

/* What stands in a ticket's place and looks like none. Where it is spelt with
 * percent signs it is not found in the line, and the whole path goes. */
static const char *hide_segment(const request_rec *r, const char *line,
                                const char *prefix)
{
    const char *ticket = ticket_segment(seen_path(r), prefix, r->pool);
    const char *found;

    if (!ticket ||
        (is_ticket(ticket, strlen(ticket)) && strstr(r->the_request, ticket)))
        return line;
    found = strstr(line, ticket);
    if (!found)
        return apr_psprintf(r->pool, "%s %s/- %s", r->method, prefix,
                            r->protocol);
    return apr_psprintf(r->pool, "%.*s-%s", (int)(found - line), line,
                        found + strlen(ticket));
}

/* What somebody answered in a menu is nobody else's. */
static const char *hide_answers(const request_rec *r, const char *line)
{
    const char *query = strchr(line, '?');
    const char *end = strrchr(line, ' ');

    if (!query || !end || end < query ||
        (!strstr(query, "?ask.") && !strstr(query, "&ask.")))
        return line;
    return apr_psprintf(r->pool, "%.*s-%s", (int)(query + 1 - line), line, end);
}

int ipxe_log_hide_ticket(request_rec *r)
{
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    const char *line;

    if (!serving || !r->the_request)
        return DECLINED;
    line = hide_tickets(r->the_request, r->pool);
    if (is_deep(r->uri))
        line = hide_answers(
            r, hide_segment(r, line, serving->settings.prefix));
    if (line != r->the_request)
        r->the_request = apr_pstrdup(r->pool, line);
    return DECLINED;
}
