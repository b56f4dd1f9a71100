/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the state share: machines, wishes, a database to try. */
#ifndef IPXE_UNIT_STATE_HELP_H
#define IPXE_UNIT_STATE_HELP_H

#include <apr_env.h>
#include <apr_file_io.h>
#include <stdlib.h>
#include <unistd.h>

#include "state/sql.h"
#include "t/unit/tap.h"

#define MINUTE apr_time_from_sec(60)
#define HOUR   (60 * MINUTE)
/* 2026-05-21 12:00 UTC */
#define NOON ((apr_time_t)29656080 * MINUTE)

/* "mac=52:54:00:00:00:01&uuid=..." */
static inline ipxe_who_t who(const char *query, apr_pool_t *pool)
{
    ipxe_machine_input_t input = {.query = query, .query_len = strlen(query)};
    ipxe_who_t found = {"", NULL, ipxe_machine_parse(&input, pool)};

    return found;
}

static inline ipxe_wish_t wish(const char *query, const char *profile,
                               apr_time_t now, apr_pool_t *pool)
{
    ipxe_wish_t made = {.who = who(query, pool),
                        .profile = profile,
                        .by = "rule test",
                        .life = 4 * HOUR,
                        .now = now};

    return made;
}

/* A folder that goes when the test ends, in memory where that can be had. */
static inline const char *test_folder(apr_pool_t *pool)
{
    const char *base = "/dev/shm";
    char *made;

    if (access(base, W_OK) && apr_temp_dir_get(&base, pool))
        base = ".";
    made = apr_pstrcat(pool, base, "/ipxe-state-XXXXXX", NULL);
    return mkdtemp(made);
}

static inline void remove_folder(const char *folder, apr_pool_t *pool)
{
    if (system(apr_pstrcat(pool, "rm -rf '", folder, "'", NULL)) != 0)
        printf("# %s stays\n", folder);
}

/* STATE_DRIVER and STATE_PARAMS say which database is tried in place of a file
 * of SQLite; it should be empty. */
static inline const char *test_driver(void)
{
    return getenv("STATE_DRIVER") ? getenv("STATE_DRIVER") : "sqlite3";
}

/* options.params: the file, where it is SQLite. NULL: a note says why. */
static inline ipxe_store_t *open_as(ipxe_sql_options_t options,
                                    apr_pool_t *pool)
{
    ipxe_store_t *store = NULL;
    const char *why = "";

    options.driver = test_driver();
    options.create = options.quick = 1;
    if (strcmp(options.driver, "sqlite3") != 0)
        options.params = getenv("STATE_PARAMS");
    if (ipxe_sql_open(&store, &why, &options, pool))
        printf("# %s: %s\n", options.params, why);
    return store;
}

static inline ipxe_store_t *open_store(const char *file, const char *identity,
                                       apr_pool_t *pool)
{
    ipxe_sql_options_t options = {.params = file, .identity = identity};

    return open_as(options, pool);
}

#endif
