/* SPDX-License-Identifier: Apache-2.0 */
/* Asks one address again and again over connections that stay open, and holds
 * every answer against those before it.
 *
 *     client PORT CONNECTIONS PATH RATE
 *
 * A body holds "generation NUMBER-HASH", "rules=N" and "template=N": of one
 * number the hash and N are always the same, both N are equal, and on a
 * connection no number is less than the one before. Prints its counts each
 * second, on a line, and ends with the last when stdin does:
 *
 *     requests 120000 failed 0 mixed 0 older 0 closed 3 newest 42
 *
 * closed: connections that ended in the middle of an answer or instead of
 * one. They are opened again. RATE is the most requests a second, 0: as many
 * as there are answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES 65536
#define MOST_SETS    100000
#define MOST_SOCKETS 256
#define SAID         20 /* failures that are shown */

/* What a number stands for, once it was seen. */
typedef struct seen_t {
    char hash[13];
    unsigned long word;
} seen_t;

typedef struct connection_t {
    int socket; /* -1: to be opened */
    int waits;  /* an answer is due */
    unsigned long number;
    size_t len;
    char data[ANSWER_BYTES];
} connection_t;

typedef struct counts_t {
    unsigned long requests, failed, mixed, older, closed, newest, said;
} counts_t;

static seen_t seen[MOST_SETS];
static connection_t connections[MOST_SOCKETS];
static counts_t counts;
static char request[4096];

static void report(void)
{
    printf("requests %lu failed %lu mixed %lu older %lu closed %lu newest "
           "%lu\n",
           counts.requests, counts.failed, counts.mixed, counts.older,
           counts.closed, counts.newest);
    fflush(stdout);
}

static void complain(const char *what, const connection_t *connection)
{
    if (counts.said++ < SAID)
        fprintf(stderr, "%s, after %lu:\n%.*s\n", what, connection->number,
                (int)(connection->len < 800 ? connection->len : 800),
                connection->data);
}

/* ---- Answers ---- */

static unsigned long number_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);

    return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

/* The same number is the same set, whoever answers. */
static int is_one_set(unsigned long number, const char *body)
{
    const char *hash = strchr(strstr(body, "generation "), '-');
    unsigned long word = number_after(body, "rules=");
    seen_t *known = &seen[number];

    if (!hash || word == 0 || word != number_after(body, "template="))
        return 0;
    if (!known->word) {
        known->word = word;
        memcpy(known->hash, hash + 1, sizeof(known->hash) - 1);
        return 1;
    }
    return known->word == word &&
           strncmp(known->hash, hash + 1, sizeof(known->hash) - 1) == 0;
}

static void take_answer(connection_t *connection, const char *body)
{
    unsigned long number = number_after(body, "generation ");

    counts.requests++;
    if (strncmp(connection->data, "HTTP/1.1 200 ", 13) != 0 || number == 0 ||
        number >= MOST_SETS) {
        counts.failed++;
        complain("failed", connection);
        return;
    }
    if (!is_one_set(number, body)) {
        counts.mixed++;
        complain("mixed", connection);
    }
    if (number < connection->number) {
        counts.older++;
        complain("older", connection);
    }
    connection->number = number;
    if (number > counts.newest)
        counts.newest = number;
}

/* The bytes of a whole answer; 0 as long as it is none. */
static size_t whole_answer(const connection_t *connection, const char **body)
{
    const char *end = strstr(connection->data, "\r\n\r\n");
    const char *length = strstr(connection->data, "Content-Length: ");
    size_t size;

    if (!end || !length || length > end)
        return 0;
    *body = end + 4;
    size = (size_t)(*body - connection->data) +
           strtoul(length + strlen("Content-Length: "), NULL, 10);
    return connection->len >= size ? size : 0;
}

/* ---- Connections ---- */

static void close_one(connection_t *connection)
{
    if (connection->waits)
        counts.closed++;
    if (connection->socket >= 0)
        close(connection->socket);
    connection->socket = -1;
    connection->waits = 0;
    connection->len = 0;
}

/* Whoever answers a new connection may not have heard of the newest set. */
static void open_one(connection_t *connection, int port)
{
    struct sockaddr_in address;
    int on = 1;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->number = 0;
    connection->len = 0;
    connection->waits = 0;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->socket >= 0 &&
        connect(connection->socket, (struct sockaddr *)&address,
                sizeof(address)) != 0)
        close_one(connection);
    if (connection->socket < 0)
        return;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
}

static void ask(connection_t *connection)
{
    size_t len = strlen(request);

    connection->waits = 1;
    connection->len = 0;
    if (send(connection->socket, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        close_one(connection);
}

static void hear(connection_t *connection)
{
    const char *body;
    ssize_t n = recv(connection->socket, connection->data + connection->len,
                     ANSWER_BYTES - 1 - connection->len, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close_one(connection);
        return;
    }
    connection->len += (size_t)n;
    connection->data[connection->len] = '\0';
    if (!whole_answer(connection, &body))
        return;
    take_answer(connection, body);
    connection->waits = 0;
    ask(connection);
}

/* Waits for any of them, and for the end of stdin, which it tells. */
static int turn(int n)
{
    struct pollfd polled[MOST_SOCKETS + 1];
    char byte;
    int i;

    for (i = 0; i < n; i++) {
        polled[i].fd = connections[i].socket;
        polled[i].events = POLLIN;
        polled[i].revents = 0;
    }
    polled[n].fd = STDIN_FILENO;
    polled[n].events = POLLIN;
    polled[n].revents = 0;
    poll(polled, (nfds_t)n + 1, 50);
    for (i = 0; i < n; i++)
        if (polled[i].revents)
            hear(&connections[i]);
    return !polled[n].revents || read(STDIN_FILENO, &byte, 1) > 0;
}

/* Not ahead of the rate, over all of the time so far. */
static void keep_rate(unsigned long rate, const struct timespec *began)
{
    struct timespec now, nap = {0, 1000000};
    double seconds;

    if (!rate)
        return;
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
        seconds = (double)(now.tv_sec - began->tv_sec) +
                  (double)(now.tv_nsec - began->tv_nsec) / 1e9;
        if ((double)counts.requests <= seconds * (double)rate)
            return;
    } while (nanosleep(&nap, NULL) == 0);
}

static void open_all(int n, int port)
{
    int i;

    for (i = 0; i < n; i++) {
        if (connections[i].socket < 0)
            open_one(&connections[i], port);
        if (connections[i].socket >= 0 && !connections[i].waits)
            ask(&connections[i]);
    }
}

int main(int argc, char **argv)
{
    int port, n, i;
    time_t last = time(NULL);
    unsigned long rate;
    struct timespec began;

    if (argc != 5)
        return 2;
    rate = strtoul(argv[4], NULL, 10);
    clock_gettime(CLOCK_MONOTONIC, &began);
    port = atoi(argv[1]);
    n = atoi(argv[2]);
    if (n < 1 || n > MOST_SOCKETS)
        return 2;
    snprintf(request, sizeof(request),
             "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[3]);
    for (i = 0; i < n; i++)
        connections[i].socket = -1;
    do {
        open_all(n, port);
        keep_rate(rate, &began);
        if (time(NULL) != last) {
            last = time(NULL);
            report();
        }
    } while (turn(n));
    report();
    return counts.failed || counts.mixed || counts.older;
}
