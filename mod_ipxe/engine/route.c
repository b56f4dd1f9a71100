/* SPDX-License-Identifier: Apache-2.0 */
/* Which of our addresses a path is. */
#include <apr_strings.h>
#include <string.h>

#include "engine/engine.h"

#define SIGNATURE ".sig"

/* An address below the prefix: its first word, and what follows it. */
typedef struct address_t {
    const char *word;
    ipxe_route_e route;
    int least, most; /* segments after the word */
} address_t;

static const address_t addresses[] = {
    {"menu", IPXE_ROUTE_MENU, 2, 3},       {"wait", IPXE_ROUTE_WAIT, 1, 1},
    {"answers", IPXE_ROUTE_ANSWERS, 2, 2}, {"report", IPXE_ROUTE_REPORT, 2, 2},
    {"explain", IPXE_ROUTE_EXPLAIN, 0, 0}, {"grub.cfg", IPXE_ROUTE_GRUB, 0, 0},
};

static void fill(ipxe_target_t *target, const address_t *address,
                 const apr_array_header_t *parts)
{
    const char *const *part = (const char *const *)(const void *)parts->elts;

    target->route = address->route;
    if (parts->nelts > 1)
        target->ticket = part[1];
    if (address->route == IPXE_ROUTE_ANSWERS ||
        address->route == IPXE_ROUTE_REPORT)
        target->name = part[2];
    if (address->route == IPXE_ROUTE_MENU) {
        target->menu = part[2];
        target->item = parts->nelts > 3 ? part[3] : NULL;
        target->route = target->item ? IPXE_ROUTE_ITEM : IPXE_ROUTE_MENU;
    }
}

static void below_prefix(ipxe_target_t *target, const char *rest,
                         apr_pool_t *pool)
{
    apr_array_header_t *parts = ipxe_text_split(rest, "/", pool);
    apr_size_t i;

    target->route = IPXE_ROUTE_UNKNOWN;
    if (parts->nelts == 0)
        return;
    for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        const address_t *address = &addresses[i];

        if (ipxe_text_eq(address->word,
                         APR_ARRAY_IDX(parts, 0, const char *)) &&
            parts->nelts - 1 >= address->least &&
            parts->nelts - 1 <= address->most) {
            fill(target, address, parts);
            return;
        }
    }
}

static ipxe_target_t route_of(const ipxe_settings_t *settings,
                              const char *path, apr_pool_t *pool)
{
    apr_size_t n = strlen(settings->prefix);
    ipxe_target_t target;

    memset(&target, 0, sizeof(target));
    if (ipxe_text_eq(path, settings->entry))
        target.route = IPXE_ROUTE_ENTRY;
    else if (ipxe_text_eq(path, IPXE_AUTOEXEC_PATH))
        target.route = IPXE_ROUTE_AUTOEXEC;
    else if (strncmp(path, settings->prefix, n) == 0 && path[n] == '/')
        below_prefix(&target, path + n + 1, pool);
    return target;
}

/* What the signature at this path is of; NONE where there is no such script. */
static ipxe_target_t signed_at(const ipxe_settings_t *settings,
                               const char *path, apr_pool_t *pool)
{
    apr_size_t len = strlen(path), n = strlen(SIGNATURE);
    ipxe_target_t target;

    memset(&target, 0, sizeof(target));
    if (!settings->signer || len <= n ||
        !ipxe_text_eq(path + len - n, SIGNATURE))
        return target;
    target = route_of(settings, apr_pstrmemdup(pool, path, len - n), pool);
    if (target.route >= IPXE_ROUTE_ANSWERS)
        memset(&target, 0, sizeof(target));
    target.signature = target.route != IPXE_ROUTE_NONE;
    return target;
}

ipxe_target_t ipxe_engine_route(const ipxe_settings_t *settings,
                                const char *path, apr_pool_t *pool)
{
    ipxe_target_t target = signed_at(settings, path, pool);

    return target.signature ? target : route_of(settings, path, pool);
}

unsigned ipxe_route_methods(ipxe_route_e route)
{
    switch (route) {
    case IPXE_ROUTE_ENTRY:
    case IPXE_ROUTE_MENU:
    case IPXE_ROUTE_ITEM:
    case IPXE_ROUTE_ANSWERS:
    case IPXE_ROUTE_REPORT:
        return IPXE_METHOD_GET | IPXE_METHOD_POST;
    default:
        return IPXE_METHOD_GET;
    }
}

void ipxe_settings_default(ipxe_settings_t *settings, apr_pool_t *pool)
{
    memset(settings, 0, sizeof(*settings));
    settings->rules = apr_array_make(pool, 2, sizeof(const char *));
    settings->vars = apr_array_make(pool, 2, sizeof(const char *));
    settings->entry = "/boot.ipxe";
    settings->prefix = "/ipxe";
    settings->site = "";
    settings->fetch_life = apr_time_from_sec(4 * 3600);
    settings->report_life = apr_time_from_sec(7 * 86400);
    settings->slot_life = apr_time_from_sec(300);
    settings->max_answer = IPXE_MAX_RENDER_OUTPUT;
    settings->max_facts = IPXE_MAX_REQUEST_FACTS;
    settings->compiled_hosts = IPXE_COMPILED_HOSTS;
}
