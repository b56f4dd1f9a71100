/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite, PostgreSQL, MySQL. */
#include "state/dialect.h"

#include <stddef.h>
#include <string.h>

#define LOCK                                                                   \
    "SELECT value FROM ipxe_meta WHERE site = '' AND name = 'serial' FOR "     \
    "UPDATE"

static const ipxe_sql_dialect_t dialects[] = {
    {.driver = "sqlite3",
     .file = 1,
     .stale = "schema has changed",
     .busy = "database is locked",
     /* The driver sleeps 100 ms where SQLite's own patience has ended. */
     .connect = {"PRAGMA busy_timeout = 200", "PRAGMA journal_mode = WAL",
                 "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = OFF"},
     .quick = "PRAGMA synchronous = OFF",
     .begin = "BEGIN IMMEDIATE",
     .relax = "PRAGMA synchronous = NORMAL",
     .strict = "PRAGMA synchronous = FULL",
     .exists = "SELECT name FROM sqlite_master WHERE name = 'ipxe_meta'",
     .word = "TEXT",
     .text = "TEXT",
     .counter = "INTEGER PRIMARY KEY AUTOINCREMENT",
     .tail = ""},
    {.driver = "pgsql",
     .connect = {"SET client_min_messages = warning",
                 "SET client_encoding = 'UTF8'"},
     .quick = "SET synchronous_commit = off",
     .begin = "BEGIN",
     .lock = LOCK,
     .relax_in = "SET LOCAL synchronous_commit = off",
     /* to_regclass remembers what was not there before another made it. */
     .exists = "SELECT relname FROM pg_catalog.pg_class WHERE relname = "
               "'ipxe_meta' AND pg_catalog.pg_table_is_visible(oid)",
     .guard = "SELECT pg_advisory_xact_lock(1768978533)",
     .word = "VARCHAR(255)",
     .text = "TEXT",
     .counter = "BIGSERIAL PRIMARY KEY",
     .tail = ""},
    {.driver = "mysql",
     /* Else a COMMIT on a connection that was lost and made anew by the
      * driver would be good, of nothing; and an UPDATE would count no row that
      * it leaves as it was. */
     .also = ",reconnect=0,flags=CLIENT_FOUND_ROWS",
     .numbered = 1,
     .connect = {"SET NAMES utf8mb4",
                 "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                 "SET SESSION sql_mode = 'ANSI,STRICT_ALL_TABLES'"},
     .quick = "SET SESSION innodb_lock_wait_timeout = 5",
     .begin = "START TRANSACTION",
     .lock = LOCK,
     .exists = "SELECT table_name FROM information_schema.tables WHERE "
               "table_schema = DATABASE() AND table_name = 'ipxe_meta'",
     .guard = "SELECT GET_LOCK('ipxe', 10)",
     .unguard = "SELECT RELEASE_LOCK('ipxe')",
     .word = "VARCHAR(255)",
     .text = "TEXT",
     .counter = "BIGINT PRIMARY KEY AUTO_INCREMENT",
     .tail = " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}};

const ipxe_sql_dialect_t *ipxe_sql_dialect_find(const char *driver)
{
    size_t i;

    for (i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (driver && strcmp(dialects[i].driver, driver) == 0)
            return &dialects[i];
    }
    return NULL;
}
