/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads take and give back what counts while others put newer sets:
 * nobody sees a set that is gone, or an older one after a newer, and every set
 * goes away. Run under ThreadSanitizer it must say nothing. */
#include <apr_thread_proc.h>

#include "engine/swap.h"

#include "tap.h"

#define TAKERS 12
#define PUTTERS 3
#define SETS    3000
#define BYTES   4000

static apr_uint32_t gone, next_number;

static apr_status_t note_gone(void *data)
{
    /* What a late reader would see. */
    memset(data, 0, BYTES);
    __atomic_add_fetch(&gone, 1, __ATOMIC_RELAXED);
    return APR_SUCCESS;
}

/* A set whose hash is a text of letters that tell its number. */
static ipxe_snapshot_t *make_set(apr_uint32_t number)
{
    apr_pool_t *pool = ipxe_swap_pool();
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));
    char *text = apr_palloc(pool, BYTES);

    memset(text, 'a' + (int)(number % 26), BYTES - 1);
    text[BYTES - 1] = '\0';
    set->pool = pool;
    set->hash = text;
    set->number = number;
    apr_pool_cleanup_register(pool, text, note_gone, apr_pool_cleanup_null);
    return set;
}

static int is_whole(const ipxe_snapshot_t *set)
{
    apr_size_t i;

    for (i = 0; i < BYTES - 1; i++) {
        if (set->hash[i] != 'a' + (int)(set->number % 26))
            return 0;
    }
    return 1;
}

typedef struct task_t {
    ipxe_swap_t *swap;
    apr_uint32_t wrong, older, takes, kept;
    volatile apr_uint32_t *stop;
} task_t;

static void *APR_THREAD_FUNC take(apr_thread_t *thread, void *data)
{
    task_t *task = data;
    apr_uint32_t last = 0;

    while (!__atomic_load_n(task->stop, __ATOMIC_ACQUIRE)) {
        const ipxe_snapshot_t *set = ipxe_swap_take(task->swap);

        task->older += set->number < last;
        last = set->number;
        task->wrong += !is_whole(set);
        task->takes++;
        ipxe_swap_give_back(set);
    }
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void *APR_THREAD_FUNC put(apr_thread_t *thread, void *data)
{
    task_t *task = data;
    apr_uint32_t number;

    while ((number = __atomic_add_fetch(&next_number, 1, __ATOMIC_RELAXED)) <=
           SETS) {
        task->kept += ipxe_swap_put(task->swap, make_set(number)) != 0;
        if (number % 16 == 0)
            apr_thread_yield();
    }
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* A swap has no end of its own in a server; here nothing is to be left. */
static void drop_current(ipxe_swap_t *swap)
{
    apr_pool_destroy(ipxe_swap_take(swap)->pool);
}

static void test_threads(apr_pool_t *pool)
{
    static task_t tasks[TAKERS + PUTTERS];
    apr_thread_t *threads[TAKERS + PUTTERS];
    ipxe_swap_t *swap = ipxe_swap_make(pool);
    apr_uint32_t stop = 0, wrong = 0, older = 0, takes = 0, kept = 0;
    apr_status_t status;
    int i;

    next_number = 1;
    ipxe_swap_put(swap, make_set(1));
    for (i = 0; i < TAKERS + PUTTERS; i++) {
        tasks[i].swap = swap;
        tasks[i].stop = &stop;
        apr_thread_create(&threads[i], NULL, i < TAKERS ? take : put,
                          &tasks[i], pool);
    }
    for (i = TAKERS; i < TAKERS + PUTTERS; i++)
        apr_thread_join(&status, threads[i]);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (i = 0; i < TAKERS; i++)
        apr_thread_join(&status, threads[i]);
    for (i = 0; i < TAKERS + PUTTERS; i++) {
        wrong += tasks[i].wrong;
        older += tasks[i].older;
        takes += tasks[i].takes;
        kept += tasks[i].kept;
    }
    ok(takes > 0, "sets are taken while others are put");
    ok(kept > SETS / 10, "and put while others are taken");
    ok(wrong == 0, "each is whole as long as it is held");
    ok(older == 0, "nobody sees an older one after a newer");
    ok(ipxe_swap_number(swap) == SETS, "the last one counts");
    ok(gone == SETS - 1, "all others are gone");
    drop_current(swap);
}

static void test_order(apr_pool_t *pool)
{
    ipxe_swap_t *swap = ipxe_swap_make(pool);
    ipxe_snapshot_t lent;
    const ipxe_snapshot_t *held;

    gone = 0;
    memset(&lent, 0, sizeof(lent));
    lent.number = 4;
    ok(!ipxe_swap_take(swap) && !ipxe_swap_number(swap),
       "at first nothing counts");
    ok(ipxe_swap_lend(swap, &lent), "a set is lent");
    held = ipxe_swap_take(swap);
    ok(held == &lent, "and taken");
    ok(ipxe_swap_put(swap, make_set(6)), "a newer one counts");
    ok(ipxe_swap_number(swap) == 6, "from then on");
    ipxe_swap_give_back(held);
    ok(gone == 0, "what was lent stays");
    ok(!ipxe_swap_put(swap, make_set(5)) && gone == 1,
       "an older one goes at once");
    ok(!ipxe_swap_put(swap, make_set(6)) && gone == 2,
       "and so does one with the same number");
    held = ipxe_swap_take(swap);
    ok(ipxe_swap_put(swap, make_set(7)) && gone == 2 && is_whole(held),
       "what is held stays");
    ipxe_swap_give_back(held);
    ok(gone == 3, "until it is given back");
    drop_current(swap);
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_order(pool);
    gone = 0;
    test_threads(pool);
    return tap_end(pool);
}
