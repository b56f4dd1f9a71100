/* SPDX-License-Identifier: Apache-2.0 */
/* Which of our addresses a path is. */
#include "engine/engine.h"

#include "tap.h"

typedef struct case_t {
    const char *path;
    ipxe_route_e route;
    const char *ticket, *menu, *item, *name;
} case_t;

static const case_t cases[] = {
    {"/boot.ipxe", IPXE_ROUTE_ENTRY, NULL, NULL, NULL, NULL},
    {"/boot.ipxe/", IPXE_ROUTE_NONE, NULL, NULL, NULL, NULL},
    {"/autoexec.ipxe", IPXE_ROUTE_AUTOEXEC, NULL, NULL, NULL, NULL},
    {"/ipxe", IPXE_ROUTE_NONE, NULL, NULL, NULL, NULL},
    {"/ipxe/", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/ipxes/menu/T/main", IPXE_ROUTE_NONE, NULL, NULL, NULL, NULL},
    {"/ipxe/menu/T.t/main", IPXE_ROUTE_MENU, "T.t", "main", NULL, NULL},
    {"/ipxe/menu/T.t/main/x", IPXE_ROUTE_ITEM, "T.t", "main", "x", NULL},
    {"/ipxe/menu/T.t", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/ipxe/menu/T.t/a/b/c", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/ipxe/wait/T.t", IPXE_ROUTE_WAIT, "T.t", NULL, NULL, NULL},
    {"/ipxe/answers/T.t/a.ks", IPXE_ROUTE_ANSWERS, "T.t", NULL, NULL, "a.ks"},
    {"/ipxe/answers/T.t", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/ipxe/explain", IPXE_ROUTE_EXPLAIN, NULL, NULL, NULL, NULL},
    {"/ipxe/explain/x", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/ipxe/grub.cfg", IPXE_ROUTE_GRUB, NULL, NULL, NULL, NULL},
    {"/ipxe/secret", IPXE_ROUTE_UNKNOWN, NULL, NULL, NULL, NULL},
    {"/index.html", IPXE_ROUTE_NONE, NULL, NULL, NULL, NULL},
    {"", IPXE_ROUTE_NONE, NULL, NULL, NULL, NULL},
};

static void test_case(const case_t *want, const ipxe_settings_t *settings,
                      apr_pool_t *pool)
{
    ipxe_target_t got = ipxe_engine_route(settings, want->path, pool);

    ok(got.route == want->route && ipxe_text_eq(got.ticket, want->ticket) &&
           ipxe_text_eq(got.menu, want->menu) &&
           ipxe_text_eq(got.item, want->item) &&
           ipxe_text_eq(got.name, want->name),
       apr_psprintf(pool, "'%s' leads where it should", want->path));
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    ipxe_settings_t settings;
    apr_size_t i;

    ipxe_settings_default(&settings, pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        test_case(&cases[i], &settings, pool);
    settings.entry = "/pxe/start";
    settings.prefix = "/pxe";
    is_int(ipxe_engine_route(&settings, "/pxe/start", pool).route,
           IPXE_ROUTE_ENTRY, "an entry below the prefix is the entry");
    is_int(ipxe_engine_route(&settings, "/boot.ipxe", pool).route,
           IPXE_ROUTE_NONE, "the usual entry is none where another is set");
    return tap_end(pool);
}
