/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing a fleet's LMDB file share. */
#include "rules/hosts_inside.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <errno.h>
#include <string.h>

#include "base/limits.h"

static const struct {
    int error;
    const char *text; /* or NULL: LMDB's or the system's own */
    const char *help;
} reasons[] = {
    {ENOENT, "there is no such file",
     "`ipxectl hosts import` or `ipxectl hosts set` makes it"},
    {EACCES, NULL,
     "the file, its lock (the same name with -lock) and the folder must "
     "belong to the server's user"},
    {MDB_INVALID, "it is no LMDB file",
     "export the hosts from a copy, or import them anew"},
    {MDB_VERSION_MISMATCH, "another version made it",
     "export the hosts with that version, and import them anew"},
    {MDB_CORRUPTED, "it is damaged", "import the hosts anew"},
    {MDB_PAGE_NOTFOUND, "it is damaged", "import the hosts anew"},
    {MDB_READERS_FULL, "too many read it at once", NULL},
    {MDB_MAP_FULL, "it is full", NULL},
};

apr_status_t ipxe_store_fail(ipxe_diags_t *diags, const char *verb,
                             const char *path, int error)
{
    ipxe_span_t nowhere = {NULL, 0, 0};
    const char *why = mdb_strerror(error), *help = NULL;
    ipxe_diag_t *diag;
    apr_size_t i;

    for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        if (reasons[i].error != error)
            continue;
        why = reasons[i].text ? reasons[i].text : why;
        help = reasons[i].help;
    }
    diag = ipxe_diag_add(diags, IPXE_DIAG_HOSTS_UNREADABLE, nowhere,
                         "cannot %s the hosts in '%s': %s", verb, path, why);
    if (help)
        ipxe_diag_help(diag, "%s", help);
    return APR_EGENERAL;
}

int ipxe_store_env_open(ipxe_store_env_t *env, const char *path, unsigned flags)
{
    int error = mdb_env_create(&env->env), dead;

    if (error)
        return error;
    mdb_env_set_mapsize(env->env, IPXE_HOSTS_MAP_BYTES);
    mdb_env_set_maxreaders(env->env, IPXE_HOSTS_READERS);
    mdb_env_set_maxdbs(env->env, 3);
    error =
        mdb_env_open(env->env, path, MDB_NOSUBDIR | MDB_NOTLS | flags, 0660);
    if (error) {
        mdb_env_close(env->env);
        return error;
    }
    /* Who was killed while reading keeps its place until someone looks. */
    mdb_reader_check(env->env, &dead);
    return 0;
}

static int check_version(const ipxe_store_env_t *env, MDB_txn *txn)
{
    MDB_val key = {strlen(IPXE_STORE_VERSION), (void *)IPXE_STORE_VERSION};
    MDB_val value;
    int error = mdb_get(txn, env->about, &key, &value);

    if (error)
        return error == MDB_NOTFOUND ? MDB_VERSION_MISMATCH : error;
    return value.mv_size == strlen(IPXE_STORE_FORMAT) &&
                   memcmp(value.mv_data, IPXE_STORE_FORMAT, value.mv_size) == 0
               ? 0
               : MDB_VERSION_MISMATCH;
}

int ipxe_store_tables(ipxe_store_env_t *env, MDB_txn *txn, unsigned flags)
{
    MDB_val key = {strlen(IPXE_STORE_VERSION), (void *)IPXE_STORE_VERSION};
    MDB_val format = {strlen(IPXE_STORE_FORMAT), (void *)IPXE_STORE_FORMAT};
    int error = mdb_dbi_open(txn, "about", flags, &env->about);

    if (!error)
        error = mdb_dbi_open(txn, "hosts", flags, &env->hosts);
    if (!error)
        error = mdb_dbi_open(txn, "keys", flags | MDB_DUPSORT, &env->keys);
    if (!error && flags & MDB_CREATE) {
        error = mdb_put(txn, env->about, &key, &format, MDB_NOOVERWRITE);
        if (error == MDB_KEYEXIST)
            error = 0;
    }
    if (!error)
        error = check_version(env, txn);
    /* Some other program's file. */
    return error == MDB_NOTFOUND || error == MDB_INCOMPATIBLE ? MDB_INVALID
                                                              : error;
}

apr_size_t ipxe_store_key(char key[IPXE_STORE_KEY_BYTES + 1], int kind,
                          const char *value, apr_size_t len)
{
    apr_size_t i;

    if (!len || len > IPXE_STORE_KEY_BYTES - 1)
        return 0;
    key[0] = IPXE_STORE_LETTERS[kind];
    for (i = 0; i < len; i++)
        key[i + 1] = (char)apr_tolower(value[i]);
    key[len + 1] = '\0';
    return len + 1;
}

const char *ipxe_store_text(const MDB_val *record)
{
    const char *at = record->mv_data, *end = at + record->mv_size;

    while (at < end && *at) {
        at = memchr(at, '\0', (apr_size_t)(end - at));
        if (!at)
            return NULL;
        at++;
    }
    return at < end ? at + 1 : NULL;
}

const ipxe_source_t *ipxe_store_source(const MDB_val *record, const char *path,
                                       const char *name, apr_pool_t *pool)
{
    const char *text = ipxe_store_text(record);
    const char *end = (const char *)record->mv_data + record->mv_size;

    return text ? ipxe_source_make(apr_pstrcat(pool, path, " ", name, NULL),
                                   text, (apr_size_t)(end - text), pool)
                : NULL;
}
