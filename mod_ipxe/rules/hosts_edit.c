/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a fleet's LMDB file. */
#include "rules/hosts_edit.h"

#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "rules/hosts_inside.h"

struct ipxe_host_edit_t {
    ipxe_store_env_t in;
    const char *path;
    MDB_txn *txn; /* NULL: it is over */
    ipxe_store_counts_t counts;
    apr_pool_t *scratch; /* cleared by each act */
    apr_pool_t *pool;
};

/* ---- Begin and end ---- */

static apr_status_t end_edit(void *data)
{
    ipxe_host_edit_t *edit = data;

    if (edit->txn)
        mdb_txn_abort(edit->txn);
    edit->txn = NULL;
    mdb_env_close(edit->in.env);
    return APR_SUCCESS;
}

static int read_counts(ipxe_host_edit_t *edit)
{
    MDB_val key = {strlen(IPXE_STORE_COUNTS), (void *)IPXE_STORE_COUNTS};
    MDB_val value;
    int error = mdb_get(edit->txn, edit->in.about, &key, &value);

    if (error)
        return error == MDB_NOTFOUND ? 0 : error;
    if (value.mv_size != sizeof(edit->counts))
        return MDB_CORRUPTED;
    memcpy(&edit->counts, value.mv_data, sizeof(edit->counts));
    return 0;
}

static int write_counts(ipxe_host_edit_t *edit)
{
    MDB_val key = {strlen(IPXE_STORE_COUNTS), (void *)IPXE_STORE_COUNTS};
    MDB_val value = {sizeof(edit->counts), &edit->counts};

    return mdb_put(edit->txn, edit->in.about, &key, &value, 0);
}

apr_status_t ipxe_host_edit_begin(ipxe_host_edit_t **edit, const char *path,
                                  ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_host_edit_t *made = apr_pcalloc(pool, sizeof(*made));
    int error = ipxe_store_env_open(&made->in, path, 0);

    if (error)
        return ipxe_store_fail(diags, "write", path, error);
    made->path = path;
    made->pool = pool;
    apr_pool_create(&made->scratch, pool);
    apr_pool_cleanup_register(pool, made, end_edit, apr_pool_cleanup_null);
    error = mdb_txn_begin(made->in.env, NULL, 0, &made->txn);
    if (!error)
        error = ipxe_store_tables(&made->in, made->txn, MDB_CREATE);
    if (!error)
        error = read_counts(made);
    if (!error) {
        *edit = made;
        return APR_SUCCESS;
    }
    apr_pool_cleanup_run(pool, made, end_edit);
    return ipxe_store_fail(diags, "write", path, error);
}

apr_status_t ipxe_host_edit_commit(ipxe_host_edit_t *edit, ipxe_diags_t *diags)
{
    int error = write_counts(edit);

    if (!error) {
        error = mdb_txn_commit(edit->txn);
        edit->txn = NULL;
    }
    apr_pool_cleanup_run(edit->pool, edit, end_edit);
    return error ? ipxe_store_fail(diags, "write", edit->path, error)
                 : APR_SUCCESS;
}

/* ---- Keys of a host ---- */

/* A key as it stands in the tables. */
typedef struct host_key_t {
    const char *text;
    apr_size_t len;
    int kind;
} host_key_t;

static int stands_twice(const apr_array_header_t *keys, const char *text)
{
    int i;

    for (i = 0; i < keys->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(keys, i, host_key_t).text, text) == 0)
            return 1;
    }
    return 0;
}

static int add_key(apr_array_header_t *keys, int kind, const char *value,
                   apr_size_t len, const ipxe_host_t *host, ipxe_diags_t *diags)
{
    char text[IPXE_STORE_KEY_BYTES + 1];
    apr_size_t n = ipxe_store_key(text, kind, value, len);
    host_key_t *key;

    if (!n) {
        ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, host->span,
                      "'%.40s...' of host '%s' is longer than %d bytes", value,
                      host->name, IPXE_STORE_KEY_BYTES - 1);
        return 0;
    }
    if (stands_twice(keys, text)) {
        ipxe_diag_add(diags, IPXE_DIAG_HOST_CONFLICT, host->span,
                      "%.*s stands twice at host '%s'", (int)len, value,
                      host->name);
        return 0;
    }
    key = apr_array_push(keys);
    key->text = apr_pstrmemdup(keys->pool, text, n);
    key->len = n;
    key->kind = kind;
    return 1;
}

/* All of a host: array of host_key_t; NULL where an error was added. */
static apr_array_header_t *keys_of(const ipxe_host_t *host, ipxe_diags_t *diags,
                                   apr_pool_t *pool)
{
    const char *const texts[IPXE_STORE_KINDS] = {
        NULL, host->uuid, host->serial, host->asset,
        host->serial ? host->manufacturer : NULL};
    apr_array_header_t *keys = apr_array_make(pool, 4, sizeof(host_key_t));
    const char *mac = host->macs ? host->macs : "";
    int kind, good = 1;
    apr_size_t n;

    for (; *mac; mac += n) {
        mac += strspn(mac, " ");
        n = strcspn(mac, " ");
        good &= add_key(keys, IPXE_STORE_MAC, mac, n, host, diags);
    }
    for (kind = IPXE_STORE_UUID; kind < IPXE_STORE_KINDS; kind++) {
        if (texts[kind])
            good &= add_key(keys, kind, texts[kind], strlen(texts[kind]), host,
                            diags);
    }
    return good ? keys : NULL;
}

/* The key of that kind in a record, or NULL. */
static const char *kept_key(const MDB_val *record, int kind)
{
    const char *at = record->mv_data;

    if (!ipxe_store_text(record))
        return NULL;
    for (; *at; at += strlen(at) + 1) {
        if (*at == IPXE_STORE_LETTERS[kind])
            return at;
    }
    return NULL;
}

/* ---- Conflicts ---- */

static int get_record(MDB_val *record, const ipxe_host_edit_t *edit,
                      const char *name, apr_size_t len)
{
    MDB_val key = {len, (void *)name};

    return mdb_get(edit->txn, edit->in.hosts, &key, record);
}

/* Two hosts may have one serial if their makers are two. */
static int same_maker(const ipxe_host_edit_t *edit,
                      const apr_array_header_t *keys, const MDB_val *name)
{
    const char *mine = NULL, *theirs;
    MDB_val record;
    int i;

    for (i = 0; i < keys->nelts; i++) {
        const host_key_t *key = &APR_ARRAY_IDX(keys, i, host_key_t);

        if (key->kind == IPXE_STORE_MAKER)
            mine = key->text;
    }
    if (!mine || get_record(&record, edit, name->mv_data, name->mv_size))
        return 1;
    theirs = kept_key(&record, IPXE_STORE_MAKER);
    return !theirs || strcmp(mine, theirs) == 0;
}

static int is_name(const MDB_val *value, const char *name)
{
    return value->mv_size == strlen(name) &&
           memcmp(value->mv_data, name, value->mv_size) == 0;
}

/* Another host that has the key: *rival, else NULL. */
static int find_rival(const char **rival, const ipxe_host_edit_t *edit,
                      MDB_cursor *cursor, const apr_array_header_t *keys,
                      const host_key_t *key, const char *name)
{
    MDB_val at = {key->len, (void *)key->text}, other;
    int error = mdb_cursor_get(cursor, &at, &other, MDB_SET_KEY);

    *rival = NULL;
    while (!error && !*rival) {
        if (!is_name(&other, name) &&
            (key->kind != IPXE_STORE_SERIAL || same_maker(edit, keys, &other)))
            *rival =
                apr_pstrmemdup(edit->scratch, other.mv_data, other.mv_size);
        error = mdb_cursor_get(cursor, &at, &other, MDB_NEXT_DUP);
    }
    return error == MDB_NOTFOUND ? 0 : error;
}

static const char *const kind_names[] = {"mac", "uuid", "serial", "asset"};

static int check_key(int *conflicts, const ipxe_host_edit_t *edit,
                     MDB_cursor *cursor, const apr_array_header_t *keys,
                     const host_key_t *key, const ipxe_host_t *host,
                     ipxe_diags_t *diags)
{
    const char *rival;
    int error = find_rival(&rival, edit, cursor, keys, key, host->name);

    if (error || !rival)
        return error;
    ipxe_diag_add(diags, IPXE_DIAG_HOST_CONFLICT, host->span,
                  "%s %s is claimed by two hosts, '%s' and '%s'",
                  kind_names[key->kind], key->text + 1, rival, host->name);
    (*conflicts)++;
    return 0;
}

static int check_keys(int *conflicts, const ipxe_host_edit_t *edit,
                      const apr_array_header_t *keys, const ipxe_host_t *host,
                      ipxe_diags_t *diags)
{
    MDB_cursor *cursor;
    int error = mdb_cursor_open(edit->txn, edit->in.keys, &cursor), i;

    *conflicts = 0;
    if (error)
        return error;
    for (i = 0; i < keys->nelts && !error; i++) {
        const host_key_t *key = &APR_ARRAY_IDX(keys, i, host_key_t);

        if (key->kind != IPXE_STORE_MAKER)
            error = check_key(conflicts, edit, cursor, keys, key, host, diags);
    }
    mdb_cursor_close(cursor);
    return error;
}

/* ---- Changing ---- */

static int kind_of(char letter)
{
    const char *at = strchr(IPXE_STORE_LETTERS, letter);

    return at ? (int)(at - IPXE_STORE_LETTERS) : IPXE_STORE_KINDS;
}

/* Takes a name from under one key. */
static int forget_key(ipxe_host_edit_t *edit, const char *text,
                      const char *name)
{
    MDB_val key = {strlen(text), (void *)text};
    MDB_val value = {strlen(name), (void *)name};
    int kind = kind_of(*text), error = 0;

    if (kind == IPXE_STORE_KINDS)
        return MDB_CORRUPTED;
    if (kind != IPXE_STORE_MAKER)
        error = mdb_del(edit->txn, edit->in.keys, &key, &value);
    if (error)
        return error == MDB_NOTFOUND ? MDB_CORRUPTED : error;
    edit->counts.keys[kind]--;
    return 0;
}

/* What stands under the name is not what it was; MDB_NOTFOUND: nothing is. */
static int forget_keys(ipxe_host_edit_t *edit, const char *name)
{
    const char *at;
    char *kept;
    MDB_val record;
    int error = get_record(&record, edit, name, strlen(name));

    if (error)
        return error;
    at = ipxe_store_text(&record);
    if (!at)
        return MDB_CORRUPTED;
    /* The next write may move the page on which the record is. */
    kept = apr_pmemdup(edit->scratch, record.mv_data,
                       (apr_size_t)(at - (const char *)record.mv_data));
    for (; *kept && !error; kept += strlen(kept) + 1)
        error = forget_key(edit, kept, name);
    return error;
}

static int add_name(ipxe_host_edit_t *edit, const host_key_t *key,
                    const char *name)
{
    MDB_val at = {key->len, (void *)key->text};
    MDB_val value = {strlen(name), (void *)name};
    int error = 0;

    if (key->kind != IPXE_STORE_MAKER)
        error = mdb_put(edit->txn, edit->in.keys, &at, &value, 0);
    if (!error)
        edit->counts.keys[key->kind]++;
    return error;
}

static int write_record(ipxe_host_edit_t *edit, const apr_array_header_t *keys,
                        const char *name, const char *text, apr_size_t len)
{
    ipxe_text_t *record = ipxe_text_make(len + 256, edit->scratch);
    MDB_val at = {strlen(name), (void *)name}, value;
    int error = 0, i;

    for (i = 0; i < keys->nelts && !error; i++) {
        const host_key_t *key = &APR_ARRAY_IDX(keys, i, host_key_t);

        ipxe_text_add_n(record, key->text, key->len + 1);
        error = add_name(edit, key, name);
    }
    ipxe_text_add_char(record, '\0');
    ipxe_text_add_n(record, text, len);
    value.mv_size = record->len;
    value.mv_data = record->data;
    return error ? error : mdb_put(edit->txn, edit->in.hosts, &at, &value, 0);
}

static int replace(ipxe_host_edit_t *edit, const apr_array_header_t *keys,
                   const char *name, const char *text, apr_size_t len)
{
    int error = forget_keys(edit, name);

    return error && error != MDB_NOTFOUND
               ? error
               : write_record(edit, keys, name, text, len);
}

apr_status_t ipxe_host_edit_put(ipxe_host_edit_t *edit, const ipxe_host_t *host,
                                const char *text, apr_size_t len,
                                ipxe_diags_t *diags)
{
    apr_array_header_t *keys = keys_of(host, diags, edit->scratch);
    int error, conflicts = 0;

    if (!keys)
        return APR_EGENERAL;
    error = check_keys(&conflicts, edit, keys, host, diags);
    if (!error && !conflicts)
        error = replace(edit, keys, host->name, text, len);
    apr_pool_clear(edit->scratch);
    if (error)
        return ipxe_store_fail(diags, "write", edit->path, error);
    return conflicts ? APR_EGENERAL : APR_SUCCESS;
}

apr_status_t ipxe_host_edit_get(const ipxe_source_t **text,
                                ipxe_host_edit_t *edit, const char *name,
                                ipxe_diags_t *diags, apr_pool_t *pool)
{
    MDB_val record;
    int error =
        *name ? get_record(&record, edit, name, strlen(name)) : MDB_NOTFOUND;

    *text = error ? NULL : ipxe_store_source(&record, edit->path, name, pool);
    if (!error && !*text)
        error = MDB_CORRUPTED;
    return error && error != MDB_NOTFOUND && error != MDB_BAD_VALSIZE
               ? ipxe_store_fail(diags, "read", edit->path, error)
               : APR_SUCCESS;
}

apr_status_t ipxe_host_edit_remove(int *found, ipxe_host_edit_t *edit,
                                   const char *name, ipxe_diags_t *diags)
{
    MDB_val key = {strlen(name), (void *)name};
    int error = *name ? forget_keys(edit, name) : MDB_NOTFOUND;

    *found = 0;
    if (!error)
        error = mdb_del(edit->txn, edit->in.hosts, &key, NULL);
    apr_pool_clear(edit->scratch);
    if (error == MDB_NOTFOUND || error == MDB_BAD_VALSIZE)
        return APR_SUCCESS;
    *found = !error;
    return error ? ipxe_store_fail(diags, "write", edit->path, error)
                 : APR_SUCCESS;
}
