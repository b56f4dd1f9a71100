/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks: their directive read, notices as JSON, posted to a receiver that is
 * good, bad or gone, and handed to programs. */
#include "httpd/hook.h"

#include <apr_file_io.h>
#include <apr_network_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static apr_pool_t *pool;

/* ---- Reading ---- */

static const ipxe_receiver_t *read_words(const char **why, const char *words)
{
    char **argv;
    int argc = 0;

    apr_tokenize_to_argv(words, &argv, pool);
    while (argv[argc])
        argc++;
    return ipxe_receiver_read(why, argc, argv, pool);
}

static void good(const char *words, unsigned events, const char *name)
{
    const char *why;
    const ipxe_receiver_t *receiver = read_words(&why, words);

    ok(receiver && receiver->events == events &&
           strcmp(receiver->name, name) == 0,
       words);
    if (!receiver)
        tap_say("why", why);
}

static void bad(const char *words, const char *part)
{
    const char *why;

    ok(!read_words(&why, words) && strstr(why, part), words);
}

static void test_good(void)
{
    const char *why;
    const ipxe_receiver_t *receiver;

    good("armed http://127.0.0.1:9000/path", 1, "http://127.0.0.1:9000");
    good("armed,failed http://tell.example/x?token=secret", 1 | 16,
         "http://tell.example");
    good("installed failed http://[::1]:9000", 4 | 16, "http://[::1]:9000");
    good("all |/bin/true", 63, "/bin/true");
    receiver = read_words(&why, "all http://[::1]:9000?x");
    is(receiver->host, "::1", "the host");
    is_int(receiver->port, 9000, "the port");
    is(receiver->path, "/?x", "the path");
    ok(!strstr(receiver->target, "9000") && strlen(receiver->target) < 60,
       "the database does not learn the address");
    receiver = read_words(&why, "all '|/bin/echo one \"t w o\"' three");
    ok(receiver && strcmp(receiver->argv[1], "one") == 0 &&
           strcmp(receiver->argv[2], "t w o") == 0 &&
           strcmp(receiver->argv[3], "three") == 0 && !receiver->argv[4],
       "a program's arguments, in the same word and behind it");
}

static void test_bad(void)
{
    bad("", "events");
    bad("armed", "http://");
    bad("http://127.0.0.1/", "events");
    bad("boiled http://127.0.0.1/", "boiled is no event");
    bad("armed https://127.0.0.1/", "curl");
    bad("armed http://", "HOST");
    bad("armed http://:80/", "HOST");
    bad("armed http://a:b/", "HOST");
    bad("armed http://a:0/", "HOST");
    bad("armed http://a:70000/", "HOST");
    bad("armed http://user@a/", "HOST");
    bad("armed 'http://a/b c'", "printable");
    bad("armed http://a/#b", "fragment");
    bad("armed http://a/ more", "nothing");
    bad("armed |", "whole path");
    bad("armed |tell", "whole path");
    bad("armed |/no/such/program", "no such program");
    bad("armed |/etc/passwd", "no such program");
    bad("armed |/tmp", "no such program");
}

/* ---- JSON ---- */

static void test_json(void)
{
    ipxe_notice_t notice = {.id = "0123456789abcdef0123456789abcdef",
                            .event = IPXE_NOTICE_FAILED,
                            .when = apr_time_from_sec(1779364800),
                            .site = "",
                            .host = "",
                            .mac = "52:54:00:00:00:01",
                            .uuid = "",
                            .serial = "\"\\</script>\n\xff",
                            .manufacturer = "",
                            .product = "",
                            .machine = 17,
                            .profile = "rocky",
                            .by = "rule x",
                            .code = "",
                            .text = "no disk"};

    is(ipxe_notice_json(&notice, pool)->data,
       "{\"format\": 1, \"id\": \"0123456789abcdef0123456789abcdef\", "
       "\"event\": \"failed\", \"at\": \"2026-05-21T12:00:00Z\", "
       "\"site\": \"\", \"machine\": 17, \"host\": null, "
       "\"mac\": \"52:54:00:00:00:01\", \"uuid\": null, "
       "\"serial\": \"\\\"\\\\</script>\\u000a\xef\xbf\xbd\", "
       "\"manufacturer\": null, \"product\": null, \"profile\": \"rocky\", "
       "\"install\": null, \"by\": \"rule x\", \"code\": null, "
       "\"text\": \"no disk\"}\n",
       "a notice as JSON, its texts escaped");
}

/* ---- By HTTP ---- */

typedef struct server_t {
    apr_socket_t *socket;
    int port;
    const char *answer; /* NULL: it says nothing until the other hangs up */
    char got[4096];
    apr_thread_t *thread;
    apr_pool_t *pool;
} server_t;

static void *APR_THREAD_FUNC serve(apr_thread_t *thread, void *baton)
{
    server_t *server = baton;
    apr_socket_t *client;
    apr_size_t n, len = 0;

    (void)thread;
    if (apr_socket_accept(&client, server->socket, server->pool))
        return NULL;
    while (!strstr(server->got, "BODY")) {
        n = sizeof server->got - 1 - len;
        if (apr_socket_recv(client, server->got + len, &n))
            break;
        len += n;
    }
    if (server->answer) {
        n = strlen(server->answer);
        apr_socket_send(client, server->answer, &n);
    }
    else {
        n = 1;
        apr_socket_recv(client, server->got + len, &n);
    }
    apr_socket_close(client);
    return NULL;
}

static server_t *listen_on(const char *answer)
{
    server_t *server = apr_pcalloc(pool, sizeof *server);
    apr_sockaddr_t *at;

    server->answer = answer;
    apr_pool_create(&server->pool, NULL);
    apr_sockaddr_info_get(&at, "127.0.0.1", APR_INET, 0, 0, pool);
    apr_socket_create(&server->socket, APR_INET, SOCK_STREAM, APR_PROTO_TCP,
                      pool);
    apr_socket_bind(server->socket, at);
    apr_socket_listen(server->socket, 5);
    apr_socket_addr_get(&at, APR_LOCAL, server->socket);
    server->port = at->port;
    return server;
}

static const char *post(const char *answer, int (*stop)(void), server_t **out)
{
    server_t *server = listen_on(answer);
    ipxe_text_t *body = ipxe_text_make(16, pool);
    const ipxe_receiver_t *receiver;
    apr_status_t ignored;
    const char *why, *result;

    ipxe_text_add(body, "{} BODY");
    receiver = read_words(
        &why, apr_psprintf(pool, "all http://127.0.0.1:%d/a?b", server->port));
    apr_thread_create(&server->thread, NULL, serve, server, server->pool);
    result = ipxe_receiver_tell(receiver, body, stop, pool);
    apr_thread_join(&ignored, server->thread);
    apr_socket_close(server->socket);
    if (out)
        *out = server;
    return result;
}

static int looks;
static int after_some(void)
{
    return ++looks > 2;
}

static void test_post(void)
{
    server_t *server;
    const ipxe_receiver_t *receiver;
    const char *why;

    is(post("HTTP/1.1 204 No Content\r\n\r\n", NULL, &server), NULL,
       "a status of 2xx takes it");
    ok(strncmp(server->got, "POST /a?b HTTP/1.1\r\nHost: 127.0.0.1:", 36) ==
               0 &&
           strstr(server->got, "\r\nContent-Length: 7\r\n") &&
           strstr(server->got, "\r\nContent-Type: application/json\r\n") &&
           strstr(server->got, "\r\n\r\n{} BODY"),
       "what is sent");
    is(post("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\n\r\n", NULL, NULL),
       NULL, "after a 100, and without a reason");
    is(post("HTTP/1.1 500 No \x1b[31m\xff\r\n\r\n", NULL, NULL),
       "HTTP/1.1 500 No ?[31m?", "any other does not");
    is(post("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", NULL, NULL),
       "HTTP/1.1 302 Found", "it is not led elsewhere");
    is(post("220 mail.example\r\n\r\n", NULL, NULL), "it does not speak HTTP",
       "another protocol");
    ok(strstr(post("HTTP/1.1 20", NULL, NULL), "the connection broke"),
       "half an answer is none");
    looks = 0;
    is(post(NULL, after_some, NULL), "the server ends",
       "who does not answer does not hold up the end");
    receiver = read_words(&why, "all http://127.0.0.1:1/");
    ok(strstr(ipxe_receiver_tell(receiver, ipxe_text_make(1, pool), NULL, pool),
              "no connection"),
       "nobody there");
    receiver = read_words(&why, "all http://no-such-name.invalid/");
    ok(strstr(ipxe_receiver_tell(receiver, ipxe_text_make(1, pool), NULL, pool),
              "not found"),
       "no such name");
}

/* ---- To programs ---- */

static const char *run(const char *script, int (*stop)(void))
{
    const char *why, *result;
    char *argv[] = {(char *)"all", (char *)"|/bin/sh", (char *)"-c",
                    (char *)script};
    const ipxe_receiver_t *receiver = ipxe_receiver_read(&why, 4, argv, pool);
    ipxe_text_t *body = ipxe_text_make(16, pool);

    ipxe_text_add(body, "{\"id\": \"$(touch x)\"}\n");
    result = ipxe_receiver_tell(receiver, body, stop, pool);
    return result ? result : "taken";
}

static const char *content(const char *path)
{
    apr_file_t *file;
    char *text = apr_pcalloc(pool, 1000);
    apr_size_t n = 999;

    if (apr_file_open(&file, path, APR_READ, 0, pool))
        return "";
    apr_file_read(file, text, &n);
    apr_file_close(file);
    return text;
}

/* Nobody need have asked yet how it ended: in a container nobody may. */
static int ended(int process)
{
    const char *stat = apr_psprintf(pool, "/proc/%d/stat", process);

    return kill(process, 0) != 0 || strstr(content(stat), ") Z ");
}

static void test_run(const char *folder)
{
    const char *file = apr_pstrcat(pool, folder, "/out", NULL);
    int i;

    is(run(apr_pstrcat(pool, "cat >", file, NULL), NULL), "taken",
       "exit status 0 takes it");
    is(content(file), "{\"id\": \"$(touch x)\"}\n", "what it reads");
    is(run(apr_pstrcat(pool, "env | sort >", file, NULL), NULL), "taken",
       "run");
    ok(strstr(content(file), "LC_ALL=C.UTF-8\n") &&
           !strstr(content(file), "HOME="),
       "its environment is empty but for what is said");
    setenv("HOSTILE", "1", 1);
    run(apr_pstrcat(pool, "env >", file, NULL), NULL);
    ok(!strstr(content(file), "HOSTILE"), "nothing of ours");
    run(apr_pstrcat(pool, "ls /proc/self/fd | wc -l >", file, NULL), NULL);
    ok(atoi(content(file)) <= 4, "nothing that we have open");
    is(run("echo no disk >&2; echo more; exit 3", NULL),
       "exit status 3: no disk", "another does not, and what it says is known");
    is(run("kill -9 $$", NULL), "ended by signal 9", "nor does a signal");
    is(run("exec cat /dev/zero | head -c 1000000", NULL), "taken",
       "it may say a lot");
    is(run("exit 0", NULL), "taken", "and need not read");
    is(run("sleep 60 & exit 0", NULL), "taken",
       "nor wait for what it leaves behind");
    looks = -20;
    is(run(apr_pstrcat(pool, "trap '' TERM; sleep 60 & echo $! >", file,
                       "; wait", NULL),
           after_some),
       "the server ends", "one that goes on is ended");
    for (i = 0; i < 100 && !ended(atoi(content(file))); i++)
        apr_sleep(20000);
    ok(atoi(content(file)) > 1 && ended(atoi(content(file))),
       "with what it started");
}

int main(void)
{
    char folder[] = "/tmp/ipxe-hook-XXXXXX";

    pool = tap_start();
    signal(SIGPIPE, SIG_IGN);
    test_good();
    test_bad();
    test_json();
    test_post();
    if (mkdtemp(folder)) {
        test_run(folder);
        unlink(apr_pstrcat(pool, folder, "/out", NULL));
        rmdir(folder);
    }
    return tap_end(pool);
}
