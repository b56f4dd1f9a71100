/* SPDX-License-Identifier: Apache-2.0 */
/* The table ipxe_meta: counters, what is frozen, and whether this is the
 * database that the state folder remembers. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

static void read_rows(ipxe_meta_t *meta, ipxe_sql_t *sql, const char *site)
{
    ipxe_rows_t rows = SQL_ASK(sql, META, site);

    while (ipxe_rows_next(&rows)) {
        const char *of = ipxe_rows_text(&rows, 0);
        const char *name = ipxe_rows_text(&rows, 1);
        const char *value = ipxe_rows_text(&rows, 2);

        if (strcmp(name, "frozen") == 0) {
            if (strcmp(of, site) == 0 && *value)
                meta->frozen = value;
        }
        else if (strcmp(name, "identity") == 0) {
            meta->identity = value;
        }
        else if (strcmp(name, "schema") == 0) {
            meta->schema = atoi(value);
        }
        else if (strcmp(name, "serial") == 0) {
            meta->serial = apr_strtoi64(value, NULL, 10);
        }
        else if (strcmp(name, "machine") == 0) {
            meta->machines = apr_strtoi64(value, NULL, 10);
        }
        else if (strcmp(name, "install") == 0) {
            meta->installs = apr_strtoi64(value, NULL, 10);
        }
    }
}

static void take_name(ipxe_identity_t *known, const ipxe_meta_t *meta)
{
    memset(known, 0, sizeof *known);
    known->memory = IPXE_MEMORY_GOOD;
    apr_cpystrn(known->name, meta->identity, sizeof known->name);
    known->serial = meta->serial;
}

/* Doubt is written down: reports alone would bring an old database's serial
 * up to what it was. */
static void doubt(ipxe_sql_t *sql, const ipxe_identity_t *known)
{
    ipxe_identity_t doubtful = *known;

    if (known->memory != IPXE_MEMORY_GOOD)
        return;
    doubtful.memory = IPXE_MEMORY_DOUBTFUL;
    ipxe_identity_write(&doubtful, sql->options.identity, 0, sql->scratch);
}

static void compare(ipxe_meta_t *meta, ipxe_sql_t *sql)
{
    const char *file = sql->options.identity;

    if (!file || sql->failed)
        return;
    if (meta->known.memory == IPXE_MEMORY_NONE) {
        take_name(&meta->known, meta);
        if (!sql->options.create)
            meta->known.memory = IPXE_MEMORY_NONE; /* the server's to make */
        else if (ipxe_identity_write(&meta->known, file, 0, sql->scratch))
            ipxe_sql_fail(sql, "%s cannot be written", file);
        return;
    }
    meta->unaccepted = meta->known.memory != IPXE_MEMORY_GOOD ||
                       strcmp(meta->known.name, meta->identity) != 0 ||
                       meta->known.serial > meta->serial;
    if (meta->unaccepted)
        doubt(sql, &meta->known);
}

void ipxe_sql_meta(ipxe_meta_t *meta, ipxe_sql_t *sql, const char *site)
{
    memset(meta, 0, sizeof *meta);
    meta->identity = "";
    /* The file first: others write it when they have committed, so it never
     * knows more than the rows that are read after it. */
    if (sql->options.identity && !sql->failed)
        ipxe_identity_read(&meta->known, sql->options.identity, sql->scratch);
    read_rows(meta, sql, site);
    ipxe_sql_schema_check(sql, meta->schema);
    if (!sql->failed && !*meta->identity)
        ipxe_sql_fail(sql, "its table ipxe_meta names no identity");
    compare(meta, sql);
}

void ipxe_sql_meta_set(ipxe_sql_t *sql, const char *site, const char *name,
                       const char *value)
{
    if (SQL_DO(sql, META_SET, value, site, name) == 0 && !sql->failed)
        SQL_DO(sql, META_ADD, value, site, name);
}

/* Never a number that a lost database may have given: each install raises the
 * serial too, so what the file remembers is at least as high. */
apr_int64_t ipxe_sql_next(ipxe_sql_t *sql, const char *counter)
{
    ipxe_meta_t meta;
    apr_int64_t next;

    ipxe_sql_meta(&meta, sql, "");
    next = meta.machines;
    if (strcmp(counter, "install") == 0) {
        next = meta.installs;
        if (meta.known.serial > next)
            next = meta.known.serial;
    }
    ipxe_sql_meta_set(sql, "", counter, ipxe_sql_number(sql, ++next));
    return next;
}

static void set_serial(ipxe_sql_t *sql, apr_int64_t serial)
{
    ipxe_sql_meta_set(sql, "", "serial", ipxe_sql_number(sql, serial));
}

void ipxe_sql_protects(ipxe_sql_t *sql)
{
    ipxe_meta_t meta;

    if (sql->changed)
        return;
    ipxe_sql_meta(&meta, sql, "");
    if (meta.installs > meta.serial)
        meta.serial = meta.installs;
    set_serial(sql, ++meta.serial);
    sql->changed = 1;
}

void ipxe_sql_accept(ipxe_sql_t *sql)
{
    ipxe_meta_t meta;
    ipxe_identity_t known;

    ipxe_sql_meta(&meta, sql, "");
    if (sql->failed || !sql->options.identity)
        return;
    if (meta.known.serial > meta.serial)
        meta.serial = meta.known.serial;
    set_serial(sql, ++meta.serial);
    if (sql->failed)
        return;
    take_name(&known, &meta);
    if (ipxe_identity_write(&known, sql->options.identity, 1, sql->scratch))
        ipxe_sql_fail(sql, "%s cannot be written", sql->options.identity);
}

/* A node that is not asked for long shall know an old database too. */
void ipxe_sql_remember(ipxe_sql_t *sql)
{
    ipxe_meta_t meta;

    ipxe_sql_meta(&meta, sql, "");
    if (sql->failed || meta.unaccepted ||
        meta.known.memory == IPXE_MEMORY_NONE ||
        meta.known.serial >= meta.serial)
        return;
    meta.known.serial = meta.serial;
    ipxe_identity_write(&meta.known, sql->options.identity, 0, sql->scratch);
}
