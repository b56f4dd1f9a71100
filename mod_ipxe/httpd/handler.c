/* SPDX-License-Identifier: Apache-2.0 */
/* From a request_rec to the engine, and its answer back to the client. */
#include <stddef.h> /* first: APR's rings then use its offsetof */

#include "httpd/handler.h"

#include <limits.h>

#include <apr_atomic.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>

#include "httpd/base_url.h"
#include "httpd/body.h"
#include "httpd/counting.h"
#include "httpd/log.h"
#include "httpd/request_id.h"
#include "httpd/serving.h"
#include "httpd/slots.h"
#include "httpd/state.h"

APLOG_USE_MODULE(ipxe);

#define LOOK_SECONDS 60

ipxe_visit_t *ipxe_visit_get(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &ipxe_module);
}

/* ---- Which are ours ---- */

/* Said once for each child: the file stays, and so does its being hidden. */
static void warn_shadowed(request_rec *r)
{
    static volatile apr_uint32_t said;

    if (r->finfo.filetype != APR_REG || r->main ||
        apr_atomic_cas32(&said, 1, 0) != 0)
        return;
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "the file %s is hidden: its address is answered by mod_ipxe",
                  r->filename);
}

/* Bytes of path before its first segment that no file can have as a name; 0
 * where all are short. */
static apr_size_t before_long_segment(const char *path)
{
    const char *at = path;

    while (*at == '/') {
        apr_size_t len = strcspn(at + 1, "/");

        if (len > NAME_MAX)
            return (apr_size_t)(at - path);
        at += len + 1;
    }
    return 0;
}

/* Nonzero at most once a minute: then it is seen whether a file lies at our
 * address. */
static int time_to_look(const request_rec *r)
{
    static volatile apr_uint32_t looked;
    apr_uint32_t now = (apr_uint32_t)apr_time_sec(r->request_time);
    apr_uint32_t then = apr_atomic_read32(&looked);

    return now - then >= LOOK_SECONDS &&
           apr_atomic_cas32(&looked, now, then) == then;
}

int ipxe_map(request_rec *r)
{
    const ipxe_serving_t *serving = ipxe_server_get(r->server)->serving;
    apr_size_t len = before_long_segment(r->uri);

    if (!serving)
        return DECLINED;
    /* What most machines ask for is no file: httpd need not look for one in
     * every folder above it. */
    if (!len && strcmp(r->uri, serving->settings.entry) == 0 &&
        !time_to_look(r))
        r->finfo.filetype = APR_UNKFILE;
    if (!len || !ipxe_engine_route(&serving->settings, r->uri, r->pool).ticket)
        return DECLINED;
    r->filename =
        apr_psprintf(r->pool, "%s%.*s", ap_document_root(r), (int)len, r->uri);
    r->canonical_filename = r->filename;
    return OK;
}

/* SetHandler put the status page or the metrics below the prefix. */
static int is_operators(const request_rec *r)
{
    return r->handler && strncmp(r->handler, "ipxe-", 5) == 0;
}

/* Not ours after all: now the file counts that ipxe_map did not look for. */
static int decline(request_rec *r)
{
    if (r->finfo.filetype == APR_UNKFILE && r->filename &&
        apr_stat(&r->finfo, r->filename, APR_FINFO_MIN, r->pool) != APR_SUCCESS)
        r->finfo.filetype = APR_NOFILE;
    return DECLINED;
}

int ipxe_claim(request_rec *r)
{
    const ipxe_server_t *server = ipxe_server_get(r->server);
    ipxe_visit_t *visit;
    ipxe_target_t target;

    if (!server->serving)
        return DECLINED;
    if (!ipxe_section_engine(r->per_dir_config) || is_operators(r))
        return decline(r);
    target = ipxe_engine_route(&server->serving->settings, r->uri, r->pool);
    if (target.route == IPXE_ROUTE_NONE)
        return DECLINED;
    /* Below the prefix, but no address: a real file there is httpd's. */
    if (target.route == IPXE_ROUTE_UNKNOWN && r->finfo.filetype != APR_NOFILE &&
        (!r->path_info || !*r->path_info))
        return DECLINED;
    visit = apr_pcalloc(r->pool, sizeof(*visit));
    visit->server = server;
    visit->request.target = target;
    ap_set_module_config(r->request_config, &ipxe_module, visit);
    warn_shadowed(r);
    /* Whatever file is there, no other module is to look for one. */
    r->finfo.filetype = APR_UNKFILE;
    r->handler = "ipxe";
    return OK;
}

/* ---- What they bring ---- */

/* The client is this host: its address is loopback, or the one it asked. */
static int is_local(const request_rec *r)
{
    apr_sockaddr_t *client = r->useragent_addr;
    const char *ip = r->useragent_ip;

    return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 ||
           strncmp(ip, "::ffff:127.", 11) == 0 ||
           apr_sockaddr_equal(client, r->connection->local_addr);
}

static int has_piece(const char *query, const char *piece)
{
    apr_size_t len = strlen(piece);

    while (query && *query) {
        apr_size_t n = strcspn(query, "&");

        if (n == len && strncmp(query, piece, n) == 0)
            return 1;
        query += n + (query[n] == '&');
    }
    return 0;
}

static int wants_json(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");

    return has_piece(r->args, "format=json") ||
           (accept && ap_strcasestr(accept, "application/json") &&
            !has_piece(r->args, "format=text"));
}

static void fill_request(ipxe_request_t *request, request_rec *r,
                         const ipxe_serving_t *serving)
{
    request->query = r->args;
    request->user_agent = apr_table_get(r->headers_in, "User-Agent");
    request->ip = r->useragent_ip;
    request->base_url = ipxe_base_url(r);
    request->now = r->request_time;
    request->request_id = ipxe_request_id(r->pool);
    request->authorization = apr_table_get(r->headers_in, "Authorization");
    request->limit = ipxe_counting_pass;
    request->limit_baton = r;
    request->turn = ipxe_slots_of(serving);
    request->turn_baton = r;
    request->head = r->header_only;
    request->keeper = ipxe_serving_keeper(serving);
    request->json = wants_json(r);
}

/* OK, or the status that ends the request. */
static int admit(request_rec *r, ipxe_visit_t *visit)
{
    ipxe_route_e route = visit->request.target.route;
    unsigned methods = ipxe_route_methods(route);

    if (route == IPXE_ROUTE_UNKNOWN)
        return HTTP_NOT_FOUND;
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET,
                              methods & IPXE_METHOD_POST ? M_POST : -1, -1);
    if (r->method_number != M_GET &&
        (r->method_number != M_POST || !(methods & IPXE_METHOD_POST)))
        return HTTP_METHOD_NOT_ALLOWED;
    if (route == IPXE_ROUTE_EXPLAIN && visit->server->explain != 1 &&
        !is_local(r))
        return HTTP_FORBIDDEN;
    if (r->method_number == M_POST)
        return ipxe_body_read(&visit->request.form, r);
    return ap_discard_request_body(r);
}

/* ---- What goes back ---- */

static void set_headers(request_rec *r, const ipxe_answer_t *answer)
{
    r->status = answer->status;
    ap_set_content_type(r, answer->type);
    ap_set_content_length(r, (apr_off_t)answer->body->len);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    if (answer->challenge)
        apr_table_setn(r->headers_out, "WWW-Authenticate",
                       "Basic realm=\"mod_ipxe\"");
    if (answer->retry_after)
        apr_table_set(r->headers_out, "Retry-After",
                      apr_itoa(r->pool, answer->retry_after));
    /* iPXE reads no compressed script, and no part of one. */
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    apr_table_unset(r->headers_in, "Range");
    r->content_encoding = NULL;
    r->content_languages = NULL;
}

/* At once and with its end, so that nothing is copied on the way. */
static void send_body(request_rec *r, const ipxe_text_t *body)
{
    apr_bucket_alloc_t *buckets = r->connection->bucket_alloc;
    apr_bucket_brigade *all = apr_brigade_create(r->pool, buckets);

    APR_BRIGADE_INSERT_TAIL(
        all, apr_bucket_pool_create(body->data, body->len, r->pool, buckets));
    APR_BRIGADE_INSERT_TAIL(all, apr_bucket_eos_create(buckets));
    ap_pass_brigade(r->output_filters, all);
}

int ipxe_handle(request_rec *r)
{
    ipxe_visit_t *visit = ipxe_visit_get(r);
    const ipxe_serving_t *serving;
    int status;

    if (!visit)
        return DECLINED;
    status = admit(r, visit);
    if (status != OK)
        return status;
    visit->began = apr_time_now();
    serving = visit->server->serving;
    fill_request(&visit->request, r, serving);
    visit->set = ipxe_serving_take(serving, r->pool);
    if (visit->set)
        ipxe_engine_answer(&visit->answer, visit->set, &visit->request,
                           r->pool);
    else
        ipxe_engine_refuse(&visit->answer, &serving->settings, &visit->request,
                           serving->failure, r->pool);
    ipxe_log_answer(r, visit);
    set_headers(r, &visit->answer);
    send_body(r, visit->answer.body);
    return OK;
}
