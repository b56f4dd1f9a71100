/* SPDX-License-Identifier: Apache-2.0 */
/* Two processes, each with a connection of its own, ask for the same machine
 * at once: one install number each. Both write what they know of the database
 * into one file: neither takes it for an older one because of the other.
 *
 * STATE_RACES: how many; STATE_DRIVER, STATE_PARAMS: see state_help.h. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "t/unit/state_help.h"

typedef struct result_t {
    apr_int64_t number;
    int armed, tries, doubted;
} result_t;

static apr_pool_t *pool;
static const char *file, *identity;

/* Both are here: a byte to the other, a byte from the other. */
static int meet(int to, int from)
{
    char byte = '.';

    return write(to, &byte, 1) == 1 && read(from, &byte, 1) == 1;
}

/* What a request does while the database is busy: it comes again. */
static void race(result_t *result, ipxe_store_t *store, int i, apr_pool_t *step)
{
    const char *query =
        apr_psprintf(step, "mac=52:54:01:%02x:%02x:%02x", (unsigned)i >> 16,
                     (unsigned)i >> 8 & 255u, (unsigned)i & 255u);
    ipxe_wish_t wished = wish(query, "rocky", NOON, step);
    ipxe_ruling_t ruling;

    memset(result, 0, sizeof *result);
    for (; result->tries < 20; result->tries++) {
        if (store->ops->enter(&ruling, store, &wished, step) == APR_SUCCESS) {
            result->number = ruling.install.number;
            result->armed = ruling.armed;
            result->doubted = ruling.view.unaccepted;
            return;
        }
    }
    printf("# %s\n", store->why);
}

static int run(int races, int to, int from, result_t *results)
{
    ipxe_store_t *store = open_store(file, identity, pool);
    apr_pool_t *step;
    int i;

    apr_pool_create(&step, pool);
    for (i = 0; store && i < races; i++) {
        apr_pool_clear(step);
        if (!meet(to, from))
            return 1;
        race(&results[i], store, i, step);
    }
    if (store)
        store->ops->close(store);
    return store == NULL;
}

static void compare(const result_t *mine, const result_t *other, int races)
{
    int i, same = 0, once = 0, shared = 0, tries = 0, doubted = 0;

    for (i = 0; i < races; i++) {
        same += mine[i].number > 0 && mine[i].number == other[i].number;
        once += mine[i].armed + other[i].armed == 1;
        shared += other[i].armed;
        tries += mine[i].tries + other[i].tries;
        doubted += mine[i].doubted + other[i].doubted;
    }
    is_int(same, races, "both hear one number");
    is_int(once, races, "one of them armed it");
    is_int(doubted, 0, "neither takes the database for another");
    ok(shared > races / 100 && shared < races - races / 100,
       "now the one was first, now the other");
    printf("# %d races: the one was first in %d, %d requests came again\n",
           races, shared, tries);
}

/* ---- A database that is not there yet ---- */

#define AT_ONCE 4

static int open_new(int i)
{
    ipxe_store_t *store = open_store(file, NULL, pool);
    result_t result;

    if (!store) {
        fflush(stdout);
        return 1;
    }
    race(&result, store, i, pool);
    race(&result, store, 1000 + i, pool);
    if (result.tries)
        printf("# %s\n", store->why);
    store->ops->close(store);
    fflush(stdout);
    return result.number ? result.tries : 2;
}

static void test_new(const char *folder)
{
    pid_t children[AT_ONCE];
    int turn, i, status, wrong = 0;

    for (turn = 0; turn < 25; turn++) {
        file = apr_psprintf(pool, "%s/new%d.db", folder, turn);
        fflush(stdout);
        for (i = 0; i < AT_ONCE; i++) {
            children[i] = fork();
            if (children[i] == 0)
                _exit(open_new(i));
        }
        for (i = 0; i < AT_ONCE; i++) {
            waitpid(children[i], &status, 0);
            wrong += status != 0;
        }
    }
    is_int(wrong, 0, "many who open a new database at once");
}

int main(void)
{
    int races = getenv("STATE_RACES") ? atoi(getenv("STATE_RACES")) : 500;
    apr_size_t size = (apr_size_t)races * sizeof(result_t);
    int here[2], there[2], status = 1, failed;
    result_t *mine, *other;
    ipxe_store_t *store;
    const char *folder;
    pid_t child;

    pool = tap_start();
    folder = test_folder(pool);
    file = apr_pstrcat(pool, folder, "/state.db", NULL);
    mine = apr_pcalloc(pool, size);
    other = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    identity = apr_pstrcat(pool, folder, "/identity", NULL);
    store = open_store(file, identity, pool);
    if (!ok(store && other != MAP_FAILED && !pipe(here) && !pipe(there),
            "a database and two processes"))
        return tap_end(pool);
    store->ops->close(store);
    fflush(stdout);
    child = fork();
    if (child == 0)
        _exit(run(races, here[1], there[0], other));
    failed = run(races, there[1], here[0], mine);
    waitpid(child, &status, 0);
    ok(!failed && status == 0, "both went to the end");
    compare(mine, other, races);
    test_new(folder);
    remove_folder(folder, pool);
    return tap_end(pool);
}
