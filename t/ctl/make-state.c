/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a state with some machines, as a server would have left it, for tests
 * of ipxectl: make-state FOLDER NUMBER; machines past the first few are
 * alike. */
#include <apr_file_io.h>
#include <stdlib.h>

#include "t/unit/state_help.h"

static ipxe_store_t *store;
static apr_time_t now;

static void see(const char *query, const char *host, ipxe_event_e kind,
                const char *text, apr_pool_t *pool)
{
    ipxe_event_t event = {.who = who(query, pool),
                          .kind = kind,
                          .rule = "QC line",
                          .profile = "rocky-9",
                          .text = text,
                          .bytes = 8123456,
                          .complete = 1,
                          .percent = -1,
                          .when = now};

    event.who.host = host;
    now += apr_time_from_sec(1);
    store->ops->watch(store, &event, 1, pool);
}

static apr_int64_t install(const char *query, const char *host,
                           apr_pool_t *pool)
{
    ipxe_wish_t asked = wish(query, "rocky-9", now, pool);
    ipxe_ruling_t ruling;
    ipxe_claim_e claim;

    asked.who.host = host;
    see(query, host, IPXE_EVENT_ASKED, "QC line", pool);
    store->ops->enter(&ruling, store, &asked, pool);
    see(query, host, IPXE_EVENT_SCRIPT, "boot rocky-9", pool);
    see(query, host, IPXE_EVENT_KERNEL, NULL, pool);
    store->ops->fetch(&claim, store, ruling.install.number, now, 0, now, pool);
    return ruling.install.number;
}

static void report(apr_int64_t number, ipxe_stage_e stage, int percent,
                   apr_pool_t *pool)
{
    ipxe_report_t made = {.install = number,
                          .issued = now,
                          .profile = "rocky-9",
                          .stage = stage,
                          .percent = percent,
                          .now = now};
    ipxe_claim_e claim;

    made.who = who("", pool);
    store->ops->report(&claim, store, &made, pool);
}

#define WEB                                                                    \
    "mac=52:54:00:00:00:01&serial=SN1&manufacturer=Acme&product=Box"
#define EVIL "mac=52:54:00:00:00:04&serial=%3Cb%3E%1B[31m%27%22&product=%26"

static void fill(int more, apr_pool_t *pool)
{
    ipxe_who_t held = who("mac=52:54:00:00:00:02&serial=SN2", pool);
    ipxe_view_t view;
    int i;

    report(install(WEB, "web01", pool), IPXE_STAGE_PROGRESS, 40, pool);
    see("mac=52:54:00:00:00:02&serial=SN2", NULL, IPXE_EVENT_ASKED, "QC line",
        pool);
    store->ops->hold(&view, store, &held, "unknown machine", now, pool);
    report(install("mac=52:54:00:00:00:03&serial=SN3", NULL, pool),
           IPXE_STAGE_INSTALLED, -1, pool);
    see(EVIL, NULL, IPXE_EVENT_ASKED, "QC line", pool);
    for (i = 0; i < more; i++)
        see(apr_psprintf(pool, "mac=02:00:00:00:%02x:%02x&serial=M%d", i / 256,
                         i % 256, i),
            NULL, IPXE_EVENT_ASKED, "everything else", pool);
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    const char *folder;

    if (argc != 3)
        return 2;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    folder = apr_pstrcat(pool, argv[1], "/db", NULL);
    apr_dir_make_recursive(folder, APR_FPROT_OS_DEFAULT, pool);
    store = open_store(apr_pstrcat(pool, folder, "/state.sqlite", NULL),
                       apr_pstrcat(pool, folder, "/identity", NULL), pool);
    if (!store)
        return 1;
    now = apr_time_now() - apr_time_from_sec(600);
    fill(atoi(argv[2]), pool);
    store->ops->close(store);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
