/* SPDX-License-Identifier: Apache-2.0 */
/* A notice by HTTP: one POST on a connection of its own. */
#include "httpd/hook.h"

#include <apr_network_io.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "base/pool.h"

/* Between two looks at whether to stop. */
#define SLICE apr_time_from_msec(200)
/* Of an answer: its head, and no more. */
#define MOST_HEAD 16384

typedef struct post_t {
    const ipxe_receiver_t *receiver;
    apr_socket_t *socket;
    apr_time_t until; /* monotonic */
    int (*stop)(void);
    const char *why; /* what went wrong, or NULL */
    apr_pool_t *pool;
} post_t;

static int fail(post_t *post, const char *what, apr_status_t rv)
{
    char words[120];

    post->why = what;
    if (rv)
        post->why = apr_pstrcat(post->pool, what, ": ",
                                apr_strerror(rv, words, sizeof(words)), NULL);
    return 0;
}

/* Whether there is time for another slice. */
static int may_wait(post_t *post)
{
    if (post->stop && post->stop())
        return fail(post, "the server ends", 0);
    if (ipxe_clock() >= post->until)
        return fail(post, "no answer in time", 0);
    return 1;
}

/* ---- The connection ---- */

static apr_status_t try_one(post_t *post, apr_sockaddr_t *address)
{
    apr_status_t rv = apr_socket_create(&post->socket, address->family,
                                        SOCK_STREAM, APR_PROTO_TCP, post->pool);

    if (rv)
        return rv;
    apr_socket_timeout_set(post->socket, IPXE_HOOK_CONNECT);
    rv = apr_socket_connect(post->socket, address);
    if (rv)
        apr_socket_close(post->socket);
    return rv;
}

static int open_one(post_t *post)
{
    apr_sockaddr_t *address;
    apr_status_t rv =
        apr_sockaddr_info_get(&address, post->receiver->host, APR_UNSPEC,
                              (apr_port_t)post->receiver->port, 0, post->pool);

    if (rv)
        return fail(post, "its name is not found", rv);
    do {
        rv = try_one(post, address);
        address = address->next;
    } while (rv && address && may_wait(post));
    if (rv)
        return fail(post, "no connection", rv);
    apr_socket_timeout_set(post->socket, SLICE);
    return 1;
}

/* ---- What is sent ---- */

static int send_all(post_t *post, const char *data, apr_size_t len)
{
    while (len) {
        apr_size_t n = len;
        apr_status_t rv = apr_socket_send(post->socket, data, &n);

        data += n;
        len -= n;
        if (rv && !APR_STATUS_IS_TIMEUP(rv) && !APR_STATUS_IS_EAGAIN(rv))
            return fail(post, "the connection broke", rv);
        if (rv && !may_wait(post))
            return 0;
    }
    return 1;
}

static int send_request(post_t *post, const ipxe_text_t *body)
{
    const char *head = apr_psprintf(
        post->pool,
        "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: mod_ipxe/%s\r\n"
        "Content-Type: application/json\r\nContent-Length: %" APR_SIZE_T_FMT
        "\r\nConnection: close\r\n\r\n",
        post->receiver->path, post->receiver->authority, IPXE_VERSION,
        body->len);

    return send_all(post, head, strlen(head)) &&
           send_all(post, body->data, body->len);
}

/* ---- What comes back ---- */

/* The head of an answer that is no 1xx; NULL while it is not whole. */
static const char *head_of(const char *got)
{
    const char *end;

    while ((end = strstr(got, "\r\n\r\n")) != NULL) {
        if (strncmp(got, "HTTP/1.", 7) != 0 || strncmp(got + 9, "1", 1) != 0)
            return got;
        got = end + 4;
    }
    return NULL;
}

static int judge(post_t *post, const char *head)
{
    const char *blank = strchr(head, ' ');
    apr_size_t len = strcspn(head, "\r\n");

    if (strncmp(head, "HTTP/1.", 7) != 0 || !blank)
        return fail(post, "it does not speak HTTP", 0);
    if (blank[1] == '2')
        return 1;
    return fail(post, apr_pstrmemdup(post->pool, head, len < 80 ? len : 80), 0);
}

static int read_answer(post_t *post)
{
    char *got = apr_pcalloc(post->pool, MOST_HEAD + 1);
    apr_size_t len = 0, n;
    const char *head = NULL;
    apr_status_t rv = APR_SUCCESS;

    while (!head && len < MOST_HEAD) {
        n = MOST_HEAD - len;
        rv = apr_socket_recv(post->socket, got + len, &n);
        len += n;
        head = head_of(got);
        if (rv && !APR_STATUS_IS_TIMEUP(rv) && !APR_STATUS_IS_EAGAIN(rv))
            break;
        if (!head && rv && !may_wait(post))
            return 0;
    }
    if (!head && len < MOST_HEAD)
        return fail(post, "the connection broke", rv);
    return judge(post, head ? head : got);
}

const char *ipxe_receiver_post(const ipxe_receiver_t *receiver,
                               const ipxe_text_t *body, int (*stop)(void),
                               apr_pool_t *pool)
{
    post_t post = {.receiver = receiver, .stop = stop, .pool = pool};

    post.until = ipxe_clock() + IPXE_HOOK_TIMEOUT;
    if (!open_one(&post))
        return post.why;
    if (send_request(&post, body))
        read_answer(&post);
    apr_socket_close(post.socket);
    return post.why;
}
