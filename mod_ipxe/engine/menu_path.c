/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through menus, depth first, by the items offered to a machine. */
#include "engine/menu_path.h"

#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "rules/load.h"

typedef struct walk_t {
    const ipxe_goal_t *goal;
    int past_locks;   /* goes on where a password is wanted, and notes it */
    int asks;         /* it came to the goal's questions */
    ipxe_lock_t lock; /* the first on the way here */
    apr_hash_t *seen; /* menus by name: each is looked through once */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} walk_t;

/* ---- Locks ---- */

const char *ipxe_lock_key(const ipxe_menu_t *menu, const ipxe_item_t *item,
                          apr_pool_t *pool)
{
    return item ? apr_pstrcat(pool, menu->name, "/", item->name, NULL)
                : menu->name;
}

int ipxe_lock_open(const ipxe_menu_t *menu, const ipxe_item_t *item,
                   const apr_array_header_t *opened, apr_pool_t *pool)
{
    const char *key;
    int i;

    if (!opened || !(item ? item->password : menu->password))
        return 1;
    key = ipxe_lock_key(menu, item, pool);
    for (i = 0; i < opened->nelts; i++) {
        if (ipxe_text_eq(APR_ARRAY_IDX(opened, i, const char *), key))
            return 1;
    }
    return 0;
}

static void note(walk_t *walk, const ipxe_decision_t *at,
                 const ipxe_menu_t *menu, const ipxe_item_t *item, int asks)
{
    if (walk->lock.menu)
        return;
    walk->lock.menu = menu;
    walk->lock.item = item;
    walk->lock.asks = asks;
    walk->lock.at = at;
}

static int passes(walk_t *walk, const ipxe_decision_t *at,
                  const ipxe_menu_t *menu, const ipxe_item_t *item)
{
    if (ipxe_lock_open(menu, item, walk->goal->opened, walk->pool))
        return 1;
    note(walk, at, menu, item, 0);
    return walk->past_locks;
}

/* ---- The walk ---- */

/* The decision after an item; *next stays NULL where it is not offered, or a
 * password is wanted for it or for the menu behind it. */
static apr_status_t take(ipxe_decision_t **next, const ipxe_decision_t *from,
                         const ipxe_item_t *item, walk_t *walk)
{
    const ipxe_menu_t *menu = from->action.menu;
    ipxe_decision_t *made = NULL;
    int offered = 0;
    apr_status_t rv;

    if (!item || item->separator)
        return APR_SUCCESS;
    rv = ipxe_decision_offers(&offered, from, item, walk->diags, walk->pool);
    if (rv != APR_SUCCESS || !offered || !passes(walk, from, menu, item))
        return rv;
    rv = ipxe_decision_choose(&made, from, menu, item, walk->diags, walk->pool);
    if (made && made->action.menu &&
        !passes(walk, made, made->action.menu, NULL))
        return rv;
    *next = made;
    return rv;
}

/* The last step: its questions come after its password, before all else. */
static apr_status_t take_last(ipxe_decision_t **chosen,
                              const ipxe_decision_t *from, walk_t *walk)
{
    const ipxe_menu_t *menu = from->action.menu;
    const ipxe_item_t *item = ipxe_menu_item(menu, walk->goal->item);
    int offered = 0;
    apr_status_t rv;

    if (!item || !item->asks || walk->goal->answered)
        return take(chosen, from, item, walk);
    rv = ipxe_decision_offers(&offered, from, item, walk->diags, walk->pool);
    if (rv == APR_SUCCESS && offered && passes(walk, from, menu, item)) {
        note(walk, from, menu, item, 1);
        walk->asks = 1;
    }
    return rv;
}

static apr_status_t find(ipxe_decision_t **found, const ipxe_decision_t *from,
                         walk_t *walk, int depth);

static apr_status_t find_by(ipxe_decision_t **found,
                            const ipxe_decision_t *from,
                            const ipxe_item_t *item, walk_t *walk, int depth)
{
    ipxe_lock_t before = walk->lock;
    ipxe_decision_t *next = NULL;
    apr_status_t rv = take(&next, from, item, walk);

    if (next && next->action.menu &&
        ipxe_text_eq(next->action.menu->name, walk->goal->menu))
        *found = next;
    else if (next)
        rv = find(found, next, walk, depth + 1);
    if (!*found)
        walk->lock = before;
    return rv;
}

static apr_status_t find(ipxe_decision_t **found, const ipxe_decision_t *from,
                         walk_t *walk, int depth)
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

        if (item->action.kind == IPXE_ACTION_MENU)
            rv = find_by(found, from, item, walk, depth);
    }
    return rv;
}

/* Its locks are those on the way that was found, or none. */
static apr_status_t follow(ipxe_decision_t **chosen,
                           const ipxe_decision_t *decision, walk_t *walk)
{
    const ipxe_menu_t *top = decision->action.menu;
    ipxe_decision_t *at = NULL;
    apr_status_t rv = APR_SUCCESS;

    walk->seen = apr_hash_make(walk->pool);
    memset(&walk->lock, 0, sizeof(walk->lock));
    if (!top || !passes(walk, decision, top, NULL))
        return APR_SUCCESS;
    if (ipxe_text_eq(top->name, walk->goal->menu))
        at = apr_pmemdup(walk->pool, decision, sizeof(*decision));
    else
        rv = find(&at, decision, walk, 0);
    if (rv != APR_SUCCESS || !at)
        return rv;
    if (walk->goal->item)
        return take_last(chosen, at, walk);
    *chosen = at;
    return APR_SUCCESS;
}

apr_status_t ipxe_menu_follow(ipxe_decision_t **chosen, ipxe_lock_t *lock,
                              const ipxe_decision_t *decision,
                              const ipxe_goal_t *goal, ipxe_diags_t *diags,
                              apr_pool_t *pool)
{
    ipxe_decision_t *behind = NULL;
    walk_t walk;
    apr_status_t rv;

    memset(&walk, 0, sizeof(walk));
    walk.goal = goal;
    walk.diags = diags;
    walk.pool = pool;
    *chosen = NULL;
    rv = follow(chosen, decision, &walk);
    *lock = walk.lock;
    if (rv != APR_SUCCESS || *chosen || walk.asks)
        return rv;
    walk.past_locks = 1;
    rv = follow(&behind, decision, &walk);
    *lock = walk.lock;
    if (!behind && !walk.asks)
        lock->menu = NULL;
    return rv;
}
