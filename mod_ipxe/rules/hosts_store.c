/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a fleet's LMDB file. */
#include "rules/hosts_store.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_lib.h>
#include <apr_thread_mutex.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/hosts_inside.h"

/* ---- The file without LMDB ---- */

#define MAGIC       0xBEEFC0DEu
#define MAGIC_AT    16 /* behind the number and the flags of the page */
#define HEADER_SIZE 20

static int begins_well(const char *path, apr_pool_t *pool)
{
    char header[HEADER_SIZE];
    apr_uint32_t magic = 0;
    apr_size_t got = 0;
    apr_file_t *file;
    apr_status_t status =
        apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

    if (status != APR_SUCCESS)
        return status;
    apr_file_read_full(file, header, sizeof(header), &got);
    apr_file_close(file);
    if (got == sizeof(header))
        memcpy(&magic, header + MAGIC_AT, sizeof(magic));
    return magic == MAGIC ? 0 : MDB_INVALID;
}

apr_status_t ipxe_host_store_check(const char *path, ipxe_diags_t *diags,
                                   apr_pool_t *pool)
{
    apr_finfo_t info;
    int error = apr_stat(&info, path, APR_FINFO_TYPE, pool);

    if (!error && info.filetype != APR_REG)
        error = MDB_INVALID;
    if (!error)
        error = begins_well(path, pool);
    return error ? ipxe_store_fail(diags, "read", path, error) : APR_SUCCESS;
}

/* ---- The open file ---- */

#define MOST_IDLE 64
#define WAIT      200 /* microseconds */

/* A file that is open; gone with its last user once it is another's turn. */
typedef struct opened_t {
    ipxe_store_env_t in;
    apr_ino_t inode;
    apr_dev_t device;
    int users; /* searches under way, and one for being the current */
    MDB_txn *idle[MOST_IDLE]; /* reset, for the next searches */
    int idle_count;
} opened_t;

struct ipxe_host_store_t {
    ipxe_host_provider_t provider;
    const char *path;
    const char *file; /* without its folders: what machines may be told */
    apr_thread_mutex_t *mutex; /* of all below */
    opened_t *current;         /* or NULL */
    apr_time_t looked;         /* when the file was last looked at */
    int error;                 /* of that look */
    int changing;              /* the current one is being closed */
};

static void close_file(opened_t *opened)
{
    while (opened->idle_count > 0)
        mdb_txn_abort(opened->idle[--opened->idle_count]);
    mdb_env_close(opened->in.env);
    free(opened);
}

static void drop(opened_t *opened)
{
    if (opened && --opened->users == 0)
        close_file(opened);
}

/* A file that is shorter than it says would end the process at a page. */
static int check_whole(const ipxe_store_env_t *env, apr_off_t size)
{
    MDB_envinfo info;
    MDB_stat stat;

    mdb_env_info(env->env, &info);
    mdb_env_stat(env->env, &stat);
    return (apr_uint64_t)size >=
                   ((apr_uint64_t)info.me_last_pgno + 1) * stat.ms_psize
               ? 0
               : MDB_CORRUPTED;
}

static int open_tables(ipxe_store_env_t *env)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &txn);

    if (error)
        return error;
    error = ipxe_store_tables(env, txn, 0);
    if (error)
        mdb_txn_abort(txn);
    else
        error = mdb_txn_commit(txn); /* keeps the tables open */
    return error;
}

static int open_file(opened_t **opened, const char *path,
                     const apr_finfo_t *info)
{
    opened_t *made = calloc(1, sizeof(*made));
    int error =
        made ? ipxe_store_env_open(&made->in, path, MDB_RDONLY) : ENOMEM;

    if (error) {
        free(made);
        return error;
    }
    made->users = 1;
    made->inode = info->inode;
    made->device = info->device;
    error = check_whole(&made->in, info->size);
    if (!error)
        error = open_tables(&made->in);
    if (error)
        close_file(made);
    else
        *opened = made;
    return error;
}

/* Until somebody else has done something; the mutex is held. */
static void wait_a_little(const ipxe_host_store_t *store)
{
    apr_thread_mutex_unlock(store->mutex);
    apr_sleep(WAIT);
    apr_thread_mutex_lock(store->mutex);
}

/* Two files at one path have one lock, and a process that closes one of them
 * gives up what it has in the lock for both: one is closed before another is
 * opened. */
static void close_current(ipxe_host_store_t *store)
{
    store->changing = 1;
    while (store->current && store->current->users > 1)
        wait_a_little(store);
    drop(store->current);
    store->current = NULL;
    store->changing = 0;
}

/* Opens what lies at the path now, if that is not what is open. */
static int look_at_file(ipxe_host_store_t *store)
{
    apr_pool_t *pool;
    apr_finfo_t info;
    const opened_t *opened = store->current;
    int error;

    apr_pool_create_unmanaged(&pool);
    error = apr_stat(&info, store->path,
                     APR_FINFO_IDENT | APR_FINFO_SIZE | APR_FINFO_TYPE, pool);
    apr_pool_destroy(pool);
    if (error)
        return error;
    if (info.filetype != APR_REG || info.size == 0)
        return MDB_INVALID;
    if (opened && opened->inode == info.inode && opened->device == info.device)
        return check_whole(&opened->in, info.size);
    close_current(store);
    return open_file(&store->current, store->path, &info);
}

/* What is open, with one user more; NULL and the error. */
static opened_t *enter(int *error, ipxe_host_store_t *store)
{
    apr_time_t now = apr_time_now();
    opened_t *opened = NULL;

    apr_thread_mutex_lock(store->mutex);
    while (store->changing)
        wait_a_little(store);
    if (now - store->looked >= IPXE_HOSTS_LOOK || now < store->looked) {
        store->error = look_at_file(store);
        store->looked = now;
    }
    *error = store->error;
    if (!*error) {
        opened = store->current;
        opened->users++;
    }
    apr_thread_mutex_unlock(store->mutex);
    return opened;
}

static void leave(ipxe_host_store_t *store, opened_t *opened)
{
    apr_thread_mutex_lock(store->mutex);
    drop(opened);
    apr_thread_mutex_unlock(store->mutex);
}

/* ---- Transactions ---- */

/* A search under way. */
typedef struct search_t {
    ipxe_host_store_t *store;
    opened_t *opened;
    MDB_txn *txn;
    MDB_cursor *keys;
} search_t;

static MDB_txn *take_idle(ipxe_host_store_t *store, opened_t *opened)
{
    MDB_txn *txn = NULL;

    apr_thread_mutex_lock(store->mutex);
    if (opened->idle_count > 0)
        txn = opened->idle[--opened->idle_count];
    apr_thread_mutex_unlock(store->mutex);
    return txn;
}

static int put_idle(ipxe_host_store_t *store, opened_t *opened, MDB_txn *txn)
{
    int kept = 0;

    apr_thread_mutex_lock(store->mutex);
    if (opened->idle_count < MOST_IDLE) {
        opened->idle[opened->idle_count++] = txn;
        kept = 1;
    }
    apr_thread_mutex_unlock(store->mutex);
    return kept;
}

static int begin_txn(MDB_txn **txn, ipxe_host_store_t *store, opened_t *opened)
{
    MDB_env *env = opened->in.env;
    int error, dead;

    *txn = take_idle(store, opened);
    if (*txn && mdb_txn_renew(*txn) == 0)
        return 0;
    if (*txn)
        mdb_txn_abort(*txn);
    *txn = NULL;
    error = mdb_txn_begin(env, NULL, MDB_RDONLY, txn);
    if (error == MDB_READERS_FULL && mdb_reader_check(env, &dead) == 0 && dead)
        error = mdb_txn_begin(env, NULL, MDB_RDONLY, txn);
    return error;
}

static void end_search(search_t *search)
{
    if (search->keys)
        mdb_cursor_close(search->keys);
    if (search->txn) {
        mdb_txn_reset(search->txn);
        if (!put_idle(search->store, search->opened, search->txn))
            mdb_txn_abort(search->txn);
    }
    if (search->opened)
        leave(search->store, search->opened);
}

/* 0, or the error, and then nothing is to be ended. */
static int begin_search(search_t *search, ipxe_host_store_t *store)
{
    int error;

    memset(search, 0, sizeof(*search));
    search->store = store;
    search->opened = enter(&error, store);
    if (!error)
        error = begin_txn(&search->txn, store, search->opened);
    if (!error)
        error = mdb_cursor_open(search->txn, search->opened->in.keys,
                                &search->keys);
    if (error)
        end_search(search);
    return error;
}

/* ---- Finding ---- */

static const struct {
    ipxe_fact_e fact;
    int kind;
} facts[] = {{IPXE_FACT_MAC, IPXE_STORE_MAC},
             {IPXE_FACT_UUID, IPXE_STORE_UUID},
             {IPXE_FACT_SERIAL, IPXE_STORE_SERIAL},
             {IPXE_FACT_ASSET, IPXE_STORE_ASSET},
             {IPXE_FACT_MANUFACTURER, IPXE_STORE_MAKER}};

#define FACTS (sizeof(facts) / sizeof(*facts))

static int kind_of(ipxe_fact_e fact)
{
    apr_size_t i;

    for (i = 0; i < FACTS - 1 && facts[i].fact != fact; i++)
        ;
    return facts[i].kind;
}

static int get_text(const ipxe_source_t **text, const search_t *search,
                    const char *name, apr_size_t len, apr_pool_t *pool)
{
    MDB_val key = {len, (void *)name}, record;
    int error = mdb_get(search->txn, search->opened->in.hosts, &key, &record);

    *text = NULL;
    if (error)
        return error;
    *text = ipxe_store_source(&record, search->store->file,
                              apr_pstrmemdup(pool, name, len), pool);
    return *text ? 0 : MDB_CORRUPTED;
}

static int add_hit(apr_array_header_t *hits, const search_t *search,
                   ipxe_fact_e fact, const MDB_val *name, apr_pool_t *pool)
{
    const ipxe_source_t *text;
    ipxe_host_hit_t *hit;
    int error = get_text(&text, search, name->mv_data, name->mv_size, pool);

    if (error)
        return error == MDB_NOTFOUND ? MDB_CORRUPTED : error;
    hit = apr_array_push(hits);
    hit->fact = fact;
    hit->name = apr_pstrmemdup(pool, name->mv_data, name->mv_size);
    hit->text = text;
    return 0;
}

static int look_up(apr_array_header_t *hits, const search_t *search,
                   const ipxe_host_key_t *wanted, apr_pool_t *pool)
{
    char text[IPXE_STORE_KEY_BYTES + 1];
    MDB_val key = {0, text}, name;
    int error;

    key.mv_size = ipxe_store_key(text, kind_of(wanted->fact), wanted->value,
                                 strlen(wanted->value));
    if (!key.mv_size)
        return 0;
    error = mdb_cursor_get(search->keys, &key, &name, MDB_SET_KEY);
    while (!error) {
        error = add_hit(hits, search, wanted->fact, &name, pool);
        if (!error)
            error = mdb_cursor_get(search->keys, &key, &name, MDB_NEXT_DUP);
    }
    return error == MDB_NOTFOUND ? 0 : error;
}

static int read_counts(ipxe_store_counts_t *counts, const search_t *search)
{
    MDB_val key = {strlen(IPXE_STORE_COUNTS), (void *)IPXE_STORE_COUNTS};
    MDB_val value;
    int error = mdb_get(search->txn, search->opened->in.about, &key, &value);

    memset(counts, 0, sizeof(*counts));
    if (error)
        return error == MDB_NOTFOUND ? 0 : error;
    if (value.mv_size != sizeof(*counts))
        return MDB_CORRUPTED;
    memcpy(counts, value.mv_data, sizeof(*counts));
    return 0;
}

/* Of what no host is told by nothing is looked up: a search in a large table
 * costs the more the deeper it is. */
static apr_status_t find(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *keys, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_host_store_t *store = baton;
    ipxe_store_counts_t counts;
    search_t search;
    apr_size_t i;
    int error = begin_search(&search, store);

    if (error)
        return ipxe_store_fail(diags, "read", store->file, error);
    error = read_counts(&counts, &search);
    for (i = 0; i < count && !error; i++)
        if (counts.keys[kind_of(keys[i].fact)])
            error = look_up(hits, &search, &keys[i], pool);
    end_search(&search);
    return error ? ipxe_store_fail(diags, "read", store->file, error)
                 : APR_SUCCESS;
}

static apr_status_t facts_of(ipxe_facts_t *told_by, void *baton,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_host_store_t *store = baton;
    ipxe_store_counts_t counts;
    search_t search;
    apr_size_t i;
    int error = begin_search(&search, store);

    (void)pool;
    if (error)
        return ipxe_store_fail(diags, "read", store->file, error);
    error = read_counts(&counts, &search);
    end_search(&search);
    *told_by = 0;
    for (i = 0; i < FACTS; i++) {
        if (counts.keys[facts[i].kind])
            *told_by |= IPXE_FACT_BIT(facts[i].fact);
    }
    return error ? ipxe_store_fail(diags, "read", store->file, error)
                 : APR_SUCCESS;
}

static apr_status_t get(const ipxe_source_t **text, void *baton,
                        const char *name, ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_host_store_t *store = baton;
    search_t search;
    int error = begin_search(&search, store);

    *text = NULL;
    if (error)
        return ipxe_store_fail(diags, "read", store->file, error);
    if (*name && strlen(name) < IPXE_STORE_KEY_BYTES)
        error = get_text(text, &search, name, strlen(name), pool);
    end_search(&search);
    return error && error != MDB_NOTFOUND
               ? ipxe_store_fail(diags, "read", store->file, error)
               : APR_SUCCESS;
}

/* ---- All ---- */

static int hand_out(apr_status_t *status, const search_t *search,
                    ipxe_host_each_fn *each, void *for_each,
                    apr_pool_t *scratch)
{
    MDB_cursor *cursor;
    MDB_val name, record;
    int error = mdb_cursor_open(search->txn, search->opened->in.hosts, &cursor);

    if (error)
        return error;
    while (*status == APR_SUCCESS &&
           (error = mdb_cursor_get(cursor, &name, &record, MDB_NEXT)) == 0) {
        const char *text = apr_pstrmemdup(scratch, name.mv_data, name.mv_size);
        const ipxe_source_t *source =
            ipxe_store_source(&record, search->store->file, text, scratch);

        if (source)
            *status = each(for_each, text, source, scratch);
        apr_pool_clear(scratch);
    }
    mdb_cursor_close(cursor);
    return error == MDB_NOTFOUND ? 0 : error;
}

static apr_status_t each_host(void *baton, ipxe_host_each_fn *each,
                              void *for_each, ipxe_diags_t *diags,
                              apr_pool_t *pool)
{
    ipxe_host_store_t *store = baton;
    apr_status_t status = APR_SUCCESS;
    apr_pool_t *scratch;
    search_t search;
    int error = begin_search(&search, store);

    if (error)
        return ipxe_store_fail(diags, "read", store->file, error);
    apr_pool_create(&scratch, pool);
    error = hand_out(&status, &search, each, for_each, scratch);
    apr_pool_destroy(scratch);
    end_search(&search);
    return error ? ipxe_store_fail(diags, "read", store->file, error) : status;
}

/* ---- The store ---- */

static apr_status_t close_store(void *data)
{
    ipxe_host_store_t *store = data;

    drop(store->current);
    store->current = NULL;
    return APR_SUCCESS;
}

ipxe_host_store_t *ipxe_host_store_make(const char *path, apr_pool_t *pool)
{
    ipxe_host_store_t *store = apr_pcalloc(pool, sizeof(*store));

    store->path = apr_pstrdup(pool, path);
    store->file = apr_filepath_name_get(store->path);
    store->provider.name = apr_pstrcat(pool, "lmdb:", path, NULL);
    store->provider.find = find;
    store->provider.facts = facts_of;
    store->provider.get = get;
    store->provider.each = each_host;
    store->provider.baton = store;
    apr_thread_mutex_create(&store->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_pool_cleanup_register(pool, store, close_store, apr_pool_cleanup_null);
    return store;
}

const ipxe_host_provider_t *
ipxe_host_store_provider(const ipxe_host_store_t *store)
{
    return &store->provider;
}

apr_status_t ipxe_host_store_open(ipxe_host_store_t *store, ipxe_diags_t *diags)
{
    int error;
    opened_t *opened = enter(&error, store);

    if (error)
        return ipxe_store_fail(diags, "read", store->path, error);
    leave(store, opened);
    return APR_SUCCESS;
}
