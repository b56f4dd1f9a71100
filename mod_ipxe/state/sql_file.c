/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a database that is one. */
#include "state/sql_run.h"

#include <apr_file_io.h>
#include <apr_strings.h>

#define FILE_IS (APR_FINFO_IDENT | APR_FINFO_SIZE)
#define FILES   3

static const char *const ends[FILES] = {"", "-wal", "-shm"};

static const char *name_of(ipxe_sql_t *sql, int i)
{
    return apr_pstrcat(sql->scratch, sql->options.params, ends[i], NULL);
}

void ipxe_sql_file_there(ipxe_sql_t *sql)
{
    apr_finfo_t now;
    apr_status_t rv;

    if (!sql->dialect->file)
        return;
    rv = apr_stat(&now, sql->options.params, FILE_IS, sql->scratch);
    if (!rv || rv == APR_INCOMPLETE)
        return;
    if (!APR_STATUS_IS_ENOENT(rv))
        ipxe_sql_fail(sql, "%s: %pm", sql->options.params, &rv);
    else if (!sql->options.create)
        ipxe_sql_fail(sql, "%s: there is no such database",
                      sql->options.params);
}

void ipxe_sql_file_open(ipxe_sql_t *sql)
{
    int i;

    for (i = 0; sql->dialect->file && i < FILES; i++) {
        if (apr_stat(&sql->files[i], name_of(sql, i), FILE_IS, sql->connection))
            sql->files[i].valid = 0;
    }
}

static int same(ipxe_sql_t *sql, int i)
{
    const apr_finfo_t *open = &sql->files[i];
    apr_finfo_t now;

    return open->valid &&
           apr_stat(&now, name_of(sql, i), FILE_IS, sql->scratch) ==
               APR_SUCCESS &&
           now.inode == open->inode && now.device == open->device;
}

/* Whoever deletes the file or puts another in its place means the next
 * question to go there, not to the one that is open still. */
int ipxe_sql_file_same(ipxe_sql_t *sql)
{
    return !sql->dialect->file || same(sql, 0);
}

/* Many processes come to this at once, and the first to open the new file
 * makes new ones beside it: each takes away what it has open, no other. */
static void set_aside(ipxe_sql_t *sql)
{
    if (same(sql, 1))
        apr_file_rename(
            name_of(sql, 1),
            apr_pstrcat(sql->scratch, name_of(sql, 1), ".old", NULL),
            sql->scratch);
    if (same(sql, 2))
        apr_file_remove(name_of(sql, 2), sql->scratch);
}

void ipxe_sql_file_leave(ipxe_sql_t *sql)
{
    const char *lock = sql->options.identity;
    apr_file_t *file = NULL;

    if (!sql->dialect->file)
        return;
    if (lock && apr_file_open(&file, lock, APR_FOPEN_READ | APR_FOPEN_WRITE, 0,
                              sql->scratch) == APR_SUCCESS)
        apr_file_lock(file, APR_FLOCK_EXCLUSIVE);
    set_aside(sql);
    if (file)
        apr_file_close(file);
}
