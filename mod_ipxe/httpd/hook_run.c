/* SPDX-License-Identifier: Apache-2.0 */
/* A notice to a program: started without a shell, in a process group of its
 * own, with nothing of this process but the two pipes. By posix_spawn: APR's
 * apr_proc_create makes no group, and its child cleans up every pool of a
 * process with many threads. */
#include "httpd/hook.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/pool.h"

/* Milliseconds between two looks at whether it has ended. */
#define LOOK 20
/* Of what it says, the first so many bytes. */
#define MOST_WORDS 300

typedef struct run_t {
    const ipxe_receiver_t *receiver;
    int in[2], out[2]; /* pipes: its input, its output */
    pid_t pid;
    char words[MOST_WORDS + 1];
    size_t len;
    apr_pool_t *pool;
} run_t;

static const char *words_of(run_t *run, const char *what, int error)
{
    return apr_pstrcat(run->pool, what, ": ", strerror(error), NULL);
}

/* ---- Started ---- */

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int open_pipes(run_t *run)
{
    run->in[0] = run->in[1] = run->out[0] = run->out[1] = -1;
    return pipe2(run->in, O_CLOEXEC) == 0 && pipe2(run->out, O_CLOEXEC) == 0;
}

static void close_pipes(run_t *run)
{
    close_one(&run->in[0]);
    close_one(&run->in[1]);
    close_one(&run->out[0]);
    close_one(&run->out[1]);
}

/* Nothing that this process has open. */
static void close_rest(posix_spawn_file_actions_t *files)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(files, 3);
#else
    long most = sysconf(_SC_OPEN_MAX);
    int fd;

    for (fd = 3; fd < (most > 0 && most < 4096 ? most : 4096); fd++)
        posix_spawn_file_actions_addclose(files, fd);
#endif
}

/* This thread's signals are blocked, and SIGPIPE is ignored: not there. */
static void set_signals(posix_spawnattr_t *how)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigemptyset(&all);
    sigaddset(&all, SIGPIPE);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGHUP);
    sigaddset(&all, SIGCHLD);
    posix_spawnattr_setsigmask(how, &none);
    posix_spawnattr_setsigdefault(how, &all);
    posix_spawnattr_setpgroup(how, 0);
    posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK |
                                      POSIX_SPAWN_SETSIGDEF |
                                      POSIX_SPAWN_SETPGROUP);
}

static int start(run_t *run)
{
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin",
                lang[] = "LC_ALL=C.UTF-8";
    char *env[] = {path, lang, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int error;

    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_adddup2(&files, run->in[0], 0);
    posix_spawn_file_actions_adddup2(&files, run->out[1], 1);
    posix_spawn_file_actions_adddup2(&files, run->out[1], 2);
    close_rest(&files);
    set_signals(&how);
    error = posix_spawn(&run->pid, run->receiver->argv[0], &files, &how,
                        (char *const *)run->receiver->argv, env);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    close_one(&run->in[0]);
    close_one(&run->out[1]);
    return error;
}

/* ---- While it runs ---- */

/* A notice is shorter than what a pipe holds, so this never waits. What the
 * program does not read it need not. */
static void feed(run_t *run, const ipxe_text_t *body)
{
    ssize_t done = 0;

    if (fcntl(run->in[1], F_SETFL, O_NONBLOCK) == 0)
        done = write(run->in[1], body->data, body->len);
    (void)done;
    close_one(&run->in[1]);
}

/* Reads what it says, so that it never waits for that. */
static void listen_to(run_t *run, int wait)
{
    struct pollfd from = {run->out[0], POLLIN, 0};
    char bytes[512];
    ssize_t n;
    size_t room;

    if (run->out[0] < 0) {
        poll(NULL, 0, wait);
        return;
    }
    if (poll(&from, 1, wait) <= 0)
        return;
    n = read(run->out[0], bytes, sizeof(bytes));
    if (n <= 0) {
        close_one(&run->out[0]);
        return;
    }
    room = MOST_WORDS - run->len;
    if ((size_t)n < room)
        room = (size_t)n;
    memcpy(run->words + run->len, bytes, room);
    run->len += room;
}

/* Whether it has ended; where the time is over it is made to, and all that it
 * started in its group. */
static int await(run_t *run, int *status, int (*stop)(void))
{
    apr_time_t until = ipxe_clock() + IPXE_HOOK_TIMEOUT;
    pid_t ended;

    do {
        ended = waitpid(run->pid, status, WNOHANG);
        if (ended == run->pid || (ended < 0 && errno != EINTR))
            return 1;
        listen_to(run, LOOK);
    } while (ipxe_clock() < until && !(stop && stop()));
    kill(-run->pid, SIGKILL);
    while (waitpid(run->pid, status, 0) < 0 && errno == EINTR)
        ;
    return 0;
}

static const char *judge(run_t *run, int status)
{
    const char *how;

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    how = WIFSIGNALED(status)
              ? apr_psprintf(run->pool, "ended by signal %d", WTERMSIG(status))
              : apr_psprintf(run->pool, "exit status %d", WEXITSTATUS(status));
    run->words[strcspn(run->words, "\r\n")] = '\0';
    return *run->words ? apr_pstrcat(run->pool, how, ": ", run->words, NULL)
                       : how;
}

const char *ipxe_receiver_run(const ipxe_receiver_t *receiver,
                              const ipxe_text_t *body, int (*stop)(void),
                              apr_pool_t *pool)
{
    run_t run = {.receiver = receiver, .pool = pool};
    const char *why = NULL;
    int error, status = 0;

    error = open_pipes(&run) ? start(&run) : errno;
    if (error) {
        why = words_of(&run, "it does not start", error);
    }
    else {
        feed(&run, body);
        if (!await(&run, &status, stop))
            why = stop && stop() ? "the server ends" : "it takes too long";
        else
            listen_to(&run, 0);
        if (!why)
            why = judge(&run, status);
    }
    close_pipes(&run);
    return why;
}
