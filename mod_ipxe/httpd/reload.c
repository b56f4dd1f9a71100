/* SPDX-License-Identifier: Apache-2.0 */
/* Boards in shared memory; publishing sets and following them. */
#include "httpd/reload.h"

#include <unistd.h>

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>

#include "engine/published.h"
#include "httpd/directives.h"
#include "httpd/state_dir.h"

APLOG_USE_MODULE(ipxe);

#define KEPT_SETS   3
#define MOST_DEATHS 3
#define RETRY_AFTER apr_time_from_sec(10)

/* In shared memory. A record is written into the half that does not count,
 * and then `turn` makes it count: a writer that is killed leaves a whole one,
 * and readers need no lock. Writers have the lock of the folder. */
struct ipxe_board_t {
    apr_uint32_t turn;   /* records[turn & 1] counts; 0: nothing is published
                            yet, no child has begun */
    apr_uint32_t first;  /* number of the parent's set */
    apr_uint32_t owed;   /* that set is not published yet */
    apr_uint32_t number; /* what counts; 0: nothing */
    apr_uint64_t tried;
    apr_uint64_t trying; /* what is loaded just now, or was when a child died;
                            0: nothing */
    apr_uint32_t deaths; /* how often that was begun */
    ipxe_status_t records[2];
};

/* ---- Records ---- */

static apr_uint32_t turn_of(const struct ipxe_board_t *board)
{
    return __atomic_load_n(&board->turn, __ATOMIC_ACQUIRE);
}

static void read_record(ipxe_status_t *status, const struct ipxe_board_t *board)
{
    apr_uint32_t turn;

    do {
        turn = turn_of(board);
        *status = board->records[turn & 1];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (turn_of(board) != turn);
}

static void write_record(ipxe_serving_t *serving, const ipxe_status_t *status,
                         apr_uint64_t tried, apr_pool_t *pool)
{
    struct ipxe_board_t *board = serving->board;
    apr_uint32_t turn = turn_of(board) + 1;

    board->records[turn & 1] = *status;
    board->tried = tried;
    __atomic_store_n(&board->number, status->number, __ATOMIC_RELEASE);
    __atomic_store_n(&board->turn, turn, __ATOMIC_RELEASE);
    ipxe_status_write(serving->sets, "status", ipxe_status_json(status, pool),
                      pool);
}

void ipxe_reload_status(ipxe_status_t *status, const ipxe_serving_t *serving)
{
    const ipxe_snapshot_t *set;

    if (serving->board && turn_of(serving->board)) {
        read_record(status, serving->board);
        return;
    }
    memset(status, 0, sizeof(*status));
    set = serving->swap ? ipxe_swap_take(serving->swap) : NULL;
    if (!set) {
        ipxe_status_fail(status, serving->failure, 0);
        return;
    }
    status->origin = IPXE_ORIGIN_START;
    ipxe_status_of_set(status, set);
    ipxe_swap_give_back(set);
}

apr_uint64_t ipxe_reload_tried(const ipxe_serving_t *serving)
{
    return serving->board->tried;
}

int ipxe_reload_begin(ipxe_serving_t *serving, apr_uint64_t signature)
{
    struct ipxe_board_t *board = serving->board;

    if (board->trying != signature)
        board->deaths = 0;
    board->trying = signature;
    return board->deaths++ < MOST_DEATHS;
}

void ipxe_reload_end(ipxe_serving_t *serving)
{
    serving->board->trying = 0;
}

/* ---- The parent ---- */

static void join_paths(char *room, apr_size_t size,
                       const apr_array_header_t *paths, apr_pool_t *pool)
{
    apr_cpystrn(room,
                ipxe_text_ascii(apr_array_pstrcat(pool, paths, ' '), pool),
                size);
}

static void begin_record(struct ipxe_board_t *board,
                         const ipxe_serving_t *serving, apr_pool_t *pool)
{
    ipxe_status_t *record = &board->records[0];

    record->parent = getpid();
    record->started = apr_time_now();
    record->interval = serving->reload;
    record->watched = serving->reload && serving->watched;
    join_paths(record->source, sizeof(record->source), serving->settings.rules,
               pool);
    if (!serving->set)
        ipxe_status_fail(record, serving->failure, apr_time_now());
}

/* Without a board the set is the parent's until the next restart. */
static void do_without(ipxe_serving_t *serving)
{
    if (!serving->set) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "the rules did not load: every machine is told so and "
                     "boots its local disk until they do");
        return;
    }
    ipxe_snapshot_publish(serving->set,
                          (apr_uint32_t)ap_state_query(AP_SQ_CONFIG_GEN));
    ipxe_swap_lend(serving->swap, serving->set);
}

static void prepare_one(ipxe_serving_t *serving, struct ipxe_board_t *board,
                        apr_pool_t *pconf)
{
    const char *fault;

    serving->swap = ipxe_swap_make(pconf);
    if (!serving->wanted)
        return;
    fault = board ? ipxe_state_folder(serving, "sets", pconf)
                 : "no shared memory";
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                     "%s %s: %s: no rule set is kept there, and edited rules "
                     "count after a restart alone",
                     IPXE_NAME_STATE_DIR, serving->state_dir, fault);
        do_without(serving);
        return;
    }
    begin_record(board, serving, pconf);
    board->tried = serving->signature;
    serving->board = board;
}

void ipxe_reload_prepare(const apr_array_header_t *all, apr_pool_t *pconf)
{
    apr_size_t size = (apr_size_t)all->nelts * sizeof(struct ipxe_board_t);
    struct ipxe_board_t *boards = NULL;
    apr_shm_t *shared;
    int i;

    if (all->nelts && apr_shm_create(&shared, size, NULL, pconf) == APR_SUCCESS)
        boards = memset(apr_shm_baseaddr_get(shared), 0, size);
    for (i = 0; i < all->nelts; i++)
        prepare_one(APR_ARRAY_IDX(all, i, ipxe_serving_t *),
                    boards ? &boards[i] : NULL, pconf);
}

/* ---- Loading what is published ---- */

/* Loads one and puts it to use. 0: *why says why not. */
static int load_published(const char **why, ipxe_serving_t *serving,
                          const ipxe_published_t *published, apr_pool_t *pool)
{
    apr_pool_t *own = ipxe_swap_pool();
    const char *fault = NULL;
    ipxe_snapshot_t *set =
        ipxe_published_load(&fault, published, &serving->settings, own);

    if (set) {
        ipxe_swap_put(serving->swap, set);
        return 1;
    }
    *why = apr_psprintf(pool, "%s: %s", published->path,
                        ipxe_text_ascii(fault, pool));
    apr_pool_destroy(own);
    return 0;
}

static int load_number(const char **why, ipxe_serving_t *serving,
                       apr_uint32_t number, apr_pool_t *pool)
{
    const ipxe_published_t *published =
        ipxe_published_find(serving->sets, number, pool);

    if (published)
        return load_published(why, serving, published, pool);
    *why = apr_psprintf(pool, "%s: there is no number %u", serving->sets,
                        number);
    return 0;
}

void ipxe_reload_follow(ipxe_serving_t *serving)
{
    const char *why;
    apr_uint32_t number;
    apr_pool_t *pool;

    if (!serving->board)
        return;
    number = __atomic_load_n(&serving->board->number, __ATOMIC_ACQUIRE);
    if (number <= ipxe_swap_number(serving->swap) ||
        apr_time_now() < serving->retry)
        return;
    apr_pool_create(&pool, NULL);
    serving->retry = 0;
    if (!load_number(&why, serving, number, pool) &&
        number == __atomic_load_n(&serving->board->number, __ATOMIC_ACQUIRE)) {
        serving->retry = apr_time_now() + RETRY_AFTER;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "a published rule set does not load: %s", why);
    }
    apr_pool_destroy(pool);
}

/* ---- Publishing ---- */

static apr_uint32_t next_number(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    apr_uint32_t last = ipxe_published_last(serving->sets, pool);

    return (last > serving->board->number ? last : serving->board->number) + 1;
}

static const char *cannot_write(const ipxe_serving_t *serving, apr_status_t rv,
                                apr_pool_t *pool)
{
    char text[120];

    return apr_psprintf(pool, "cannot write a rule set to %s: %s",
                        serving->sets, apr_strerror(rv, text, sizeof(text)));
}

/* Writes a set that has its number. NULL, or why it is not there. */
static const char *write_set(ipxe_serving_t *serving,
                             const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    apr_status_t rv = ipxe_published_write(serving->sets, set, pool);

    if (rv != APR_SUCCESS)
        return cannot_write(serving, rv, pool);
    ipxe_published_clean(serving->sets, KEPT_SETS, pool);
    return NULL;
}

static void record_set(ipxe_status_t *status, const ipxe_snapshot_t *set,
                       ipxe_origin_e origin)
{
    ipxe_status_of_set(status, set);
    status->origin = origin;
    status->loaded = apr_time_now();
    status->loads++;
}

/* The set that was published: loaded anew where others share its hosts, for
 * then this process does, too. */
static void put_published(ipxe_serving_t *serving, ipxe_snapshot_t *set,
                          apr_pool_t *pool)
{
    const ipxe_published_t *published =
        ipxe_published_find(serving->sets, set->number, pool);
    const char *why;

    if (published && ipxe_published_lighter(published, set, pool) &&
        load_published(&why, serving, published, pool))
        apr_pool_destroy(set->pool);
    else
        ipxe_swap_put(serving->swap, set);
}

int ipxe_reload_publish(const char **why, ipxe_serving_t *serving,
                        ipxe_snapshot_t *set, apr_uint64_t signature,
                        apr_pool_t *pool)
{
    ipxe_status_t status;
    apr_file_t *lock;
    apr_status_t rv = ipxe_published_lock(&lock, serving->sets, pool);

    ipxe_snapshot_publish(set, next_number(serving, pool));
    *why = rv == APR_SUCCESS ? write_set(serving, set, pool)
                             : cannot_write(serving, rv, pool);
    if (*why) {
        apr_pool_destroy(set->pool);
    }
    else {
        read_record(&status, serving->board);
        record_set(&status, set, IPXE_ORIGIN_RELOAD);
        status.failing = 0;
        put_published(serving, set, pool);
        write_record(serving, &status, signature, pool);
    }
    if (rv == APR_SUCCESS)
        apr_file_close(lock);
    return !*why;
}

void ipxe_reload_failed(ipxe_serving_t *serving, const char *why,
                        apr_uint64_t signature, apr_pool_t *pool)
{
    ipxe_status_t status;

    read_record(&status, serving->board);
    ipxe_status_fail(&status, why, apr_time_now());
    write_record(serving, &status, signature, pool);
}

void ipxe_reload_unchanged(ipxe_serving_t *serving, apr_uint64_t signature,
                           apr_pool_t *pool)
{
    ipxe_status_t status;

    read_record(&status, serving->board);
    status.failing = 0;
    write_record(serving, &status, signature, pool);
}

/* ---- A child begins ---- */

static void publish_parents(ipxe_serving_t *serving, apr_pool_t *pool)
{
    const char *why = write_set(serving, serving->set, pool);

    if (why)
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "%s: a later start has no last good set", why);
}

void ipxe_reload_settle(ipxe_serving_t *serving, apr_pool_t *pool)
{
    apr_file_t *lock;

    if (!serving->board->owed ||
        ipxe_published_lock(&lock, serving->sets, pool) != APR_SUCCESS)
        return;
    if (serving->board->owed && serving->board->number == serving->board->first)
        publish_parents(serving, pool);
    serving->board->owed = 0;
    apr_file_close(lock);
}

/* The parent's set gets its number. No child waits until a large one is
 * written: whoever watches does it, where somebody does. */
static void begin_with_parents(ipxe_serving_t *serving, ipxe_status_t *status,
                               apr_pool_t *pool)
{
    ipxe_snapshot_publish(serving->set, next_number(serving, pool));
    ipxe_published_note(serving->sets, serving->set->number, pool);
    serving->board->first = serving->set->number;
    serving->board->owed = status->watched != 0;
    if (!serving->board->owed)
        publish_parents(serving, pool);
    record_set(status, serving->set, IPXE_ORIGIN_START);
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, serving->server,
                 "rule set %s: %u file%s", status->generation, status->files,
                 status->files == 1 ? "" : "s");
}

/* The last good set counts again, under the number that it had. */
static void begin_with_last(ipxe_serving_t *serving, ipxe_status_t *status,
                            apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_published_list(serving->sets, pool);
    const ipxe_snapshot_t *set;
    const char *why;
    int i;

    for (i = 0; i < all->nelts; i++) {
        if (load_published(&why, serving,
                           &APR_ARRAY_IDX(all, i, ipxe_published_t), pool))
            break;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "a published rule set does not load: %s", why);
    }
    set = ipxe_swap_take(serving->swap);
    if (!set) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                     "there is no last good rule set: every machine is told "
                     "so and boots its local disk until the rules load");
        return;
    }
    record_set(status, set, IPXE_ORIGIN_LAST);
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                 "the rules did not load: the last good rule set, %s, serves",
                 status->generation);
    ipxe_swap_give_back(set);
}

static void begin_first(ipxe_serving_t *serving, apr_pool_t *pool)
{
    ipxe_status_t status;

    read_record(&status, serving->board);
    if (serving->set)
        begin_with_parents(serving, &status, pool);
    else
        begin_with_last(serving, &status, pool);
    write_record(serving, &status, serving->signature, pool);
}

/* The parent's memory is shared, so it comes first where it is not too old,
 * and last where nothing newer is to be had. */
static void begin_with_memory(ipxe_serving_t *serving)
{
    struct ipxe_board_t *board = serving->board;
    int mine = serving->set && board->first;

    if (mine)
        ipxe_snapshot_publish(serving->set, board->first);
    if (!mine || board->number != board->first)
        ipxe_reload_follow(serving);
    if (mine)
        ipxe_swap_lend(serving->swap, serving->set);
}

static void begin_one(ipxe_serving_t *serving, apr_pool_t *pool)
{
    struct ipxe_board_t *board = serving->board;
    apr_file_t *lock = NULL;

    if (!turn_of(board)) {
        apr_status_t rv = ipxe_published_lock(&lock, serving->sets, pool);

        if (rv != APR_SUCCESS)
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, serving->server,
                         "cannot lock %s", serving->sets);
        if (!turn_of(board))
            begin_first(serving, pool);
        if (rv == APR_SUCCESS)
            apr_file_close(lock);
    }
    begin_with_memory(serving);
}

void ipxe_reload_child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_array_header_t *all = ipxe_serving_all(s, pchild);
    apr_pool_t *pool;
    int i;

    apr_pool_create(&pool, pchild);
    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (serving->board)
            begin_one(serving, pool);
    }
    apr_pool_destroy(pool);
}
