/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks read from their directive, and notices as JSON. */
#include "httpd/hook.h"

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define EVENTS "armed, started, installed, done, failed, held or all"

/* ---- Events ---- */

static const char *read_events(unsigned *events, const char *list,
                               apr_pool_t *pool)
{
    char *rest = apr_pstrdup(pool, list), *word, *last;
    ipxe_notice_e event;

    while ((word = apr_strtok(rest, ",", &last)) != NULL) {
        rest = NULL;
        event = ipxe_notice_find(word);
        if (strcmp(word, "all") == 0)
            *events |= (1u << IPXE_NOTICE_COUNT) - 1;
        else if (event < IPXE_NOTICE_COUNT)
            *events |= 1u << event;
        else
            return apr_psprintf(pool,
                                "%s is no event: there are %s, and behind "
                                "them http://... or |/program",
                                word, EVENTS);
    }
    return NULL;
}

/* ---- Addresses ---- */

/* "127.0.0.1:9000", "[::1]:9000", "tell.example" */
static const char *read_authority(ipxe_receiver_t *receiver, apr_pool_t *pool)
{
    const char *from = receiver->authority, *colon;
    apr_size_t len;
    char *end;
    long port = 80;

    if (*from == '[') {
        len = strcspn(++from, "]");
        colon = from + len + (from[len] == ']');
    }
    else {
        len = strcspn(from, ":");
        colon = from + len;
    }
    receiver->host = apr_pstrmemdup(pool, from, len);
    if (*colon == ':') {
        port = strtol(colon + 1, &end, 10);
        colon = *end || !apr_isdigit(colon[1]) ? "?" : "";
    }
    receiver->port = (int)port;
    if (!len || *colon || port < 1 || port > 65535 ||
        strspn(receiver->authority,
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
               "0123456789.-_:[]") != strlen(receiver->authority))
        return "an address is http://HOST, perhaps :PORT, and a path";
    return NULL;
}

static const char *read_address(ipxe_receiver_t *receiver, const char *url,
                                apr_pool_t *pool)
{
    const char *from = url + strlen("http://"), *c;
    apr_size_t len = strcspn(from, "/?");

    for (c = url; *c; c++) {
        if (!apr_isgraph(*c) || *c == '#')
            return "an address holds printable ASCII, and no fragment";
    }
    receiver->authority = apr_pstrmemdup(pool, from, len);
    receiver->path = from[len] == '/'
                         ? from + len
                         : apr_pstrcat(pool, "/", from + len, NULL);
    receiver->name = apr_pstrcat(pool, "http://", receiver->authority, NULL);
    return read_authority(receiver, pool);
}

/* ---- Programs ---- */

static const char *read_program(ipxe_receiver_t *receiver, int argc,
                                char *const given[], apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 8, sizeof(char *));
    apr_finfo_t file;
    char **words;
    int i;

    if (apr_tokenize_to_argv(given[0] + 1, &words, pool) != APR_SUCCESS)
        return "its words cannot be told apart";
    for (i = 0; words[i]; i++)
        APR_ARRAY_PUSH(all, const char *) = words[i];
    for (i = 1; i < argc; i++)
        APR_ARRAY_PUSH(all, const char *) = apr_pstrdup(pool, given[i]);
    APR_ARRAY_PUSH(all, const char *) = NULL;
    receiver->argv = (const char *const *)all->elts;
    receiver->name = receiver->argv[0];
    if (!receiver->name || *receiver->name != '/')
        return "a program is named by its whole path: |/usr/local/bin/tell";
    if (apr_stat(&file, receiver->name, APR_FINFO_TYPE | APR_FINFO_PROT,
                 pool) != APR_SUCCESS ||
        file.filetype != APR_REG ||
        !(file.protection & (APR_UEXECUTE | APR_GEXECUTE | APR_WEXECUTE)))
        return "there is no such program";
    return NULL;
}

/* ---- A hook ---- */

static const char *digest(const char *kind, const char *text, apr_pool_t *pool)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int n = 0, i;
    ipxe_text_t *out = ipxe_text_make(64, pool);

    EVP_Digest(text, strlen(text), hash, &n, EVP_sha256(), NULL);
    ipxe_text_addf(out, "%s ", kind);
    for (i = 0; i < n / 2; i++)
        ipxe_text_addf(out, "%02x", hash[i]);
    return out->data;
}

static const char *all_of(const char *const *argv, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(128, pool);

    for (; *argv; argv++)
        ipxe_text_addf(out, "%s\n", *argv);
    return out->data;
}

static const char *read_target(ipxe_receiver_t *receiver, int argc,
                               char *const argv[], apr_pool_t *pool)
{
    const char *why;

    if (*argv[0] == '|') {
        why = read_program(receiver, argc, argv, pool);
        if (!why)
            receiver->target =
                digest("run", all_of(receiver->argv, pool), pool);
        return why;
    }
    if (strncmp(argv[0], "http://", 7) != 0)
        return "an https address goes by a program: "
               "|/usr/bin/curl -fsS --data-binary @- https://...";
    if (argc > 1)
        return "behind an address stands nothing";
    receiver->target = digest("post", argv[0], pool);
    return read_address(receiver, apr_pstrdup(pool, argv[0]), pool);
}

static int is_target(const char *word)
{
    return *word == '|' || strstr(word, "://") != NULL;
}

const ipxe_receiver_t *ipxe_receiver_read(const char **why, int argc,
                                          char *const argv[], apr_pool_t *pool)
{
    ipxe_receiver_t *receiver = apr_pcalloc(pool, sizeof(*receiver));
    int at;

    *why = NULL;
    for (at = 0; at < argc && !is_target(argv[at]) && !*why; at++)
        *why = read_events(&receiver->events, argv[at], pool);
    if (!*why && (!receiver->events || at == argc))
        *why = "events (" EVENTS "), and behind them http://... or |/program";
    if (!*why)
        *why = read_target(receiver, argc - at, argv + at, pool);
    return *why ? NULL : receiver;
}

const char *ipxe_receiver_tell(const ipxe_receiver_t *receiver,
                               const ipxe_text_t *body, int (*stop)(void),
                               apr_pool_t *pool)
{
    const char *why = receiver->argv
                          ? ipxe_receiver_run(receiver, body, stop, pool)
                          : ipxe_receiver_post(receiver, body, stop, pool);

    return why ? ipxe_text_ascii(why, pool) : NULL;
}

/* ---- Notices ---- */

static const char *some(const char *text)
{
    return text && *text ? text : NULL;
}

ipxe_text_t *ipxe_notice_json(const ipxe_notice_t *notice, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(1024, pool);

    ipxe_json_open(out, NULL, '{');
    ipxe_json_number(out, "format", 1);
    ipxe_json_text(out, "id", notice->id);
    ipxe_json_text(out, "event", ipxe_notice_word(notice->event));
    ipxe_json_time(out, "at", notice->when);
    ipxe_json_text(out, "site", notice->site);
    ipxe_json_number(out, "machine", notice->machine);
    ipxe_json_text(out, "host", some(notice->host));
    ipxe_json_text(out, "mac", some(notice->mac));
    ipxe_json_text(out, "uuid", some(notice->uuid));
    ipxe_json_text(out, "serial", some(notice->serial));
    ipxe_json_text(out, "manufacturer", some(notice->manufacturer));
    ipxe_json_text(out, "product", some(notice->product));
    ipxe_json_text(out, "profile", some(notice->profile));
    if (notice->install)
        ipxe_json_number(out, "install", notice->install);
    else
        ipxe_json_null(out, "install");
    ipxe_json_text(out, "by", some(notice->by));
    ipxe_json_text(out, "code", some(notice->code));
    ipxe_json_text(out, "text", some(notice->text));
    ipxe_json_close(out, '}');
    ipxe_text_add_char(out, '\n');
    return out;
}
