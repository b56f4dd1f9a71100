/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays in LMDB: each is one value, on pages of its own. */
#include "rules/arrays.h"

#include <apr_file_info.h>
#include <lmdb.h>
#include <string.h>

#define FLAGS (MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS)

/* Values from half a page on have pages of their own, in one piece, behind a
 * header of 16 bytes. */
#define LEAST 65536u

/* Pages of the tree and of the list of free ones. */
#define SPARE (4u * 1024 * 1024)

struct ipxe_arrays_t {
    MDB_env *env;
    MDB_txn *txn; /* never ended: nothing is written beside it */
    MDB_dbi table;
};

static apr_status_t status_of(int error)
{
    return error < 0 ? APR_EGENERAL : error;
}

/* ---- Writing ---- */

/* One transaction each: what it holds in memory goes with it. */
static int put(MDB_env *env, const ipxe_array_t *array)
{
    MDB_val key = {strlen(array->name), (void *)(apr_uintptr_t)array->name};
    MDB_val value = {array->size < LEAST ? LEAST : array->size, NULL};
    MDB_dbi table;
    MDB_txn *txn;
    int error = mdb_txn_begin(env, NULL, 0, &txn);

    if (error)
        return error;
    error = mdb_dbi_open(txn, NULL, 0, &table);
    if (!error)
        error = mdb_put(txn, table, &key, &value, MDB_RESERVE);
    if (error) {
        mdb_txn_abort(txn);
        return error;
    }
    if (array->size)
        memcpy(value.mv_data, array->data, array->size);
    memset((char *)value.mv_data + array->size, 0, value.mv_size - array->size);
    return mdb_txn_commit(txn);
}

static int write_all(MDB_env *env, const char *path, const ipxe_array_t *all,
                     int count)
{
    apr_size_t size = SPARE;
    int error, i;

    for (i = 0; i < count; i++)
        size += all[i].size + 2 * LEAST;
    error = mdb_env_set_mapsize(env, size);
    if (!error)
        error = mdb_env_open(env, path, FLAGS | MDB_NOSYNC, 0600);
    for (i = 0; i < count && !error; i++)
        error = put(env, &all[i]);
    return error ? error : mdb_env_sync(env, 1);
}

apr_status_t ipxe_arrays_write(const char *path, const ipxe_array_t *all,
                               int count, apr_pool_t *pool)
{
    MDB_env *env;
    int error = mdb_env_create(&env);

    (void)pool;
    if (error)
        return status_of(error);
    error = write_all(env, path, all, count);
    mdb_env_close(env);
    return status_of(error);
}

/* ---- Reading ---- */

static apr_status_t close_arrays(void *data)
{
    ipxe_arrays_t *arrays = data;

    if (arrays->txn)
        mdb_txn_abort(arrays->txn);
    mdb_env_close(arrays->env);
    return APR_SUCCESS;
}

/* One that is shorter than it says would end the process at a page. */
static int check_whole(const ipxe_arrays_t *arrays, const char *path,
                       apr_pool_t *pool)
{
    apr_finfo_t file;
    MDB_envinfo info;
    MDB_stat stat;
    apr_status_t rv = apr_stat(&file, path, APR_FINFO_SIZE, pool);

    if (rv != APR_SUCCESS)
        return rv;
    mdb_env_info(arrays->env, &info);
    mdb_env_stat(arrays->env, &stat);
    return (apr_uint64_t)file.size >=
                   ((apr_uint64_t)info.me_last_pgno + 1) * stat.ms_psize
               ? 0
               : MDB_CORRUPTED;
}

static int open_all(ipxe_arrays_t *arrays, const char *path, apr_pool_t *pool)
{
    int error = mdb_env_open(arrays->env, path, FLAGS | MDB_RDONLY, 0600);

    if (!error)
        error = check_whole(arrays, path, pool);
    if (!error)
        error = mdb_txn_begin(arrays->env, NULL, MDB_RDONLY, &arrays->txn);
    return error ? error : mdb_dbi_open(arrays->txn, NULL, 0, &arrays->table);
}

apr_status_t ipxe_arrays_open(ipxe_arrays_t **arrays, const char *path,
                              apr_pool_t *pool)
{
    ipxe_arrays_t *made = apr_pcalloc(pool, sizeof(*made));
    int error = mdb_env_create(&made->env);

    if (error)
        return status_of(error);
    apr_pool_cleanup_register(pool, made, close_arrays, apr_pool_cleanup_null);
    error = open_all(made, path, pool);
    if (error)
        apr_pool_cleanup_run(pool, made, close_arrays);
    else
        *arrays = made;
    return status_of(error);
}

const void *ipxe_arrays_get(const ipxe_arrays_t *arrays, const char *name,
                            apr_size_t size)
{
    MDB_val key = {strlen(name), (void *)(apr_uintptr_t)name}, value;

    return mdb_get(arrays->txn, arrays->table, &key, &value) == 0 &&
                   value.mv_size >= size
               ? value.mv_data
               : NULL;
}
