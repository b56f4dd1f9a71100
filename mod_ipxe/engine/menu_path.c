/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through menus, depth first, by the items offered to a machine. */
#include "engine/menu_path.h"

#include <apr_strings.h>

#include "base/limits.h"
#include "rules/load.h"

typedef struct walk_t {
    const char *menu;
    apr_hash_t *seen; /* menus by name: each is looked through once */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} walk_t;

/* The decision after an item; *next stays NULL where it is not offered. */
static apr_status_t take(ipxe_decision_t **next, const ipxe_decision_t *from,
                         const ipxe_item_t *item, const walk_t *walk)
{
    int offered = 0;
    apr_status_t rv;

    if (!item || item->separator)
        return APR_SUCCESS;
    rv = ipxe_decision_offers(&offered, from, item, walk->diags, walk->pool);
    if (rv != APR_SUCCESS || !offered)
        return rv;
    return ipxe_decision_choose(next, from, from->action.menu, item,
                                walk->diags, walk->pool);
}

static apr_status_t find(ipxe_decision_t **found, const ipxe_decision_t *from,
                         const walk_t *walk, int depth)
{
    const ipxe_menu_t *menu = from->action.menu;
    apr_status_t rv = APR_SUCCESS;
    int i;

    if (!menu || depth > IPXE_MAX_MENU_DEPTH ||
        apr_hash_get(walk->seen, menu->name, APR_HASH_KEY_STRING))
        return APR_SUCCESS;
    apr_hash_set(walk->seen, menu->name, APR_HASH_KEY_STRING, menu);
    for (i = 0; i < menu->items->nelts && !*found && rv == APR_SUCCESS; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);
        ipxe_decision_t *next = NULL;

        if (item->action.kind != IPXE_ACTION_MENU)
            continue;
        rv = take(&next, from, item, walk);
        if (next && next->action.menu &&
            ipxe_text_eq(next->action.menu->name, walk->menu))
            *found = next;
        else if (next)
            rv = find(found, next, walk, depth + 1);
    }
    return rv;
}

apr_status_t ipxe_menu_follow(ipxe_decision_t **chosen,
                              const ipxe_decision_t *decision, const char *menu,
                              const char *item, ipxe_diags_t *diags,
                              apr_pool_t *pool)
{
    ipxe_decision_t *at = NULL;
    walk_t walk;
    apr_status_t rv = APR_SUCCESS;

    walk.menu = menu;
    walk.seen = apr_hash_make(pool);
    walk.diags = diags;
    walk.pool = pool;
    *chosen = NULL;
    if (decision->action.menu &&
        ipxe_text_eq(decision->action.menu->name, menu))
        at = apr_pmemdup(pool, decision, sizeof(*decision));
    else
        rv = find(&at, decision, &walk, 0);
    if (rv != APR_SUCCESS || !at)
        return rv;
    if (!item) {
        *chosen = at;
        return APR_SUCCESS;
    }
    return take(chosen, at, ipxe_menu_item(at->action.menu, item), &walk);
}
