/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a database: opened, closed, and its table of operations. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

static void close_store(ipxe_store_t *store)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    if (sql->pool)
        apr_pool_destroy(sql->pool);
}

static const ipxe_store_ops_t ops = {
    ipxe_sql_look,   ipxe_sql_enter,         ipxe_sql_hold_op, ipxe_sql_fetch,
    ipxe_sql_report, ipxe_sql_spend_next,    ipxe_sql_watch,   ipxe_sql_order,
    ipxe_sql_list,   ipxe_sql_timeline,      ipxe_sql_recent,  ipxe_sql_hourly,
    ipxe_sql_counts, ipxe_sql_search,        ipxe_sql_marked,  ipxe_sql_tidy,
    ipxe_sql_take,   ipxe_sql_settle_notice, ipxe_sql_trim,    ipxe_sql_waiting,
    ipxe_sql_gather, ipxe_sql_commit,        close_store};

apr_status_t ipxe_sql_driver(const char **why, const char *driver,
                             apr_pool_t *pool)
{
    const apr_dbd_driver_t *found;
    apr_status_t rv = apr_dbd_init(pool);

    if (!rv)
        rv = apr_dbd_get_driver(pool, driver, &found);
    if (rv)
        *why = apr_psprintf(pool,
                            "apr_dbd's driver %s cannot be had: is its package "
                            "installed?",
                            driver);
    return rv;
}

static apr_status_t disconnect(void *sql)
{
    ipxe_sql_disconnect(sql);
    ((ipxe_sql_t *)sql)->pool = NULL;
    return APR_SUCCESS;
}

apr_status_t ipxe_sql_open(ipxe_store_t **store, const char **why,
                           const ipxe_sql_options_t *options, apr_pool_t *pool)
{
    ipxe_sql_t *sql = apr_pcalloc(pool, sizeof *sql);
    apr_status_t rv = ipxe_sql_driver(why, options->driver, pool);

    sql->base.ops = &ops;
    sql->options = *options;
    sql->dialect = ipxe_sql_dialect_find(options->driver);
    if (!rv && !sql->dialect) {
        *why = apr_pstrcat(pool, "the driver ", options->driver,
                           " is none that mod_ipxe knows", NULL);
        return APR_ENOTIMPL;
    }
    if (rv)
        return rv;
    apr_dbd_get_driver(pool, options->driver, &sql->driver);
    apr_pool_create(&sql->pool, pool);
    apr_pool_create(&sql->scratch, sql->pool);
    apr_pool_pre_cleanup_register(sql->pool, sql, disconnect);
    ipxe_sql_begin(sql);
    rv = ipxe_sql_end(sql);
    if (rv) {
        *why = apr_pstrdup(pool, sql->base.why);
        close_store(&sql->base);
        return rv;
    }
    *store = &sql->base;
    return APR_SUCCESS;
}
