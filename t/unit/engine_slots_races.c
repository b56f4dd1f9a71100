/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots asked for by many processes at once, some of which die in the
 * midst: never more are given than there are, and none is lost. */
#include "engine/slots.h"

#include <apr_proc_mutex.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t/unit/tap.h"

enum { PROCESSES = 6, MACHINES = 100, MOST = 20, KILLED = 60 };

/* Of all processes, beside the table and under its lock: a clock, and who has
 * a slot as they know it. */
typedef struct shared_t {
    apr_time_t now;
    int taken, most, booted, wrong;
    unsigned char has[PROCESSES * MACHINES];
    unsigned char done[PROCESSES * MACHINES];
} shared_t;

static shared_t *shared;
static ipxe_slots_t *slots;
static apr_proc_mutex_t *mutex;

static ipxe_slots_ask_t ask_of(int machine, apr_pool_t *pool)
{
    ipxe_slots_ask_t ask = {"",
                            apr_psprintf(pool, "mac %d", machine),
                            MOST,
                            apr_time_from_sec(100000),
                            apr_time_from_sec(100000),
                            shared->now};

    return ask;
}

static void boot(int machine, apr_pool_t *pool)
{
    ipxe_slots_ask_t ask;

    apr_proc_mutex_lock(mutex);
    ask = ask_of(machine, pool);
    ipxe_slots_file(slots, &ask, IPXE_SLOT_LAST);
    shared->taken -= shared->has[machine];
    shared->has[machine] = 0;
    shared->done[machine] = 1;
    shared->booted++;
    apr_proc_mutex_unlock(mutex);
}

static int ask(int machine, apr_pool_t *pool)
{
    ipxe_slots_ask_t asked;
    ipxe_turn_t turn;

    apr_proc_mutex_lock(mutex);
    shared->now += 1000;
    asked = ask_of(machine, pool);
    ipxe_slots_turn(&turn, slots, &asked, IPXE_SLOT_ASK);
    if (turn.given && !shared->has[machine]) {
        shared->has[machine] = 1;
        if (++shared->taken > shared->most)
            shared->most = shared->taken;
    }
    shared->wrong += !turn.given && !turn.place;
    apr_proc_mutex_unlock(mutex);
    return turn.given;
}

/* All its machines ask in turn until each has booted, which it does when it
 * asks for the fourth time or so. */
static void work(int process)
{
    apr_pool_t *pool;
    int i, left = MACHINES;

    srand((unsigned)process);

    apr_pool_create(&pool, NULL);
    for (; left; apr_pool_clear(pool)) {
        left = 0;
        for (i = 0; i < MACHINES; i++) {
            int machine = i * PROCESSES + process;

            if (shared->done[machine])
                continue;
            left++;
            if (ask(machine, pool) && rand() % 4 == 0)
                boot(machine, pool);
        }
        usleep(1000);
    }
    _exit(0);
}

static pid_t start(int process)
{
    pid_t pid = fork();

    if (pid == 0)
        work(process);
    return pid;
}

/* One that dies holding the lock leaves it to the next: the system gives it
 * back. */
static void run_all(void)
{
    pid_t pids[PROCESSES];
    int i, status, killed = 0, failed = 0;

    for (i = 0; i < PROCESSES; i++)
        pids[i] = start(i);
    for (; killed < KILLED; killed++) {
        i = killed % PROCESSES;
        usleep(3000);
        kill(pids[i], SIGKILL);
        waitpid(pids[i], &status, 0);
        pids[i] = start(i);
    }
    for (i = 0; i < PROCESSES; i++) {
        waitpid(pids[i], &status, 0);
        failed += status != 0;
    }
    is_int(failed, 0, "all processes came to their end");
}

static void prepare(apr_pool_t *pool)
{
    apr_shm_t *memory;

    apr_shm_create(&memory, sizeof(*shared), NULL, pool);
    shared = apr_shm_baseaddr_get(memory);
    memset(shared, 0, sizeof(*shared));
    shared->now = apr_time_from_sec(1000);
    apr_shm_create(&memory, ipxe_slots_size(), NULL, pool);
    slots = apr_shm_baseaddr_get(memory);
    memset(slots, 0, ipxe_slots_size());
    apr_proc_mutex_create(&mutex, NULL, APR_LOCK_DEFAULT, pool);
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    ipxe_slots_count_t count;
    int i, left = 0;

    prepare(pool);
    run_all();
    for (i = 0; i < PROCESSES * MACHINES; i++)
        left += !shared->done[i];
    is_int(left, 0, "every machine booted");
    is_int(shared->wrong, 0, "each had a slot or a place");
    ok(shared->most <= MOST + KILLED,
       "never more at once than there are slots");
    shared->now += apr_time_from_sec(2);
    ipxe_slots_count(&count, slots, "", shared->now);
    ok(count.taken <= KILLED, "no slot is left but of who died");
    is_int(count.waiting, 0, "nor is anybody in the queue");
    shared->now += apr_time_from_sec(200000);
    ipxe_slots_count(&count, slots, "", shared->now);
    is_int(count.taken, 0, "and time frees those");
    return tap_end(pool);
}
