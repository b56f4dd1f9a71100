/* SPDX-License-Identifier: Apache-2.0 */
/* What a menu shows on this machine. */
#include "script/offer.h"

#include <apr_strings.h>
#include <string.h>

/* ---- The menu above ---- */

/* Where the rules lead, before anything is chosen. */
static const ipxe_menu_t *top_menu(const ipxe_decision_t *decision)
{
    if (!decision->rule)
        return NULL;
    if (decision->rule->action.kind != IPXE_ACTION_FOLLOW)
        return decision->rule->action.menu;
    if (decision->group)
        return decision->group->action.menu;
    return decision->host ? decision->host->action.menu : NULL;
}

/* The menu at or below `from` that has an item leading to `sought`; `seen`
 * holds the menus that were looked at, by name. */
static const ipxe_menu_t *parent_of(const ipxe_menu_t *from,
                                    const ipxe_menu_t *sought,
                                    apr_hash_t *seen)
{
    const ipxe_menu_t *found = NULL;
    int i;

    if (apr_hash_get(seen, from->name, APR_HASH_KEY_STRING))
        return NULL;
    apr_hash_set(seen, from->name, APR_HASH_KEY_STRING, from);
    for (i = 0; i < from->items->nelts && !found; i++) {
        const ipxe_menu_t *below =
            APR_ARRAY_IDX(from->items, i, ipxe_item_t).action.menu;

        if (below)
            found = below == sought ? from : parent_of(below, sought, seen);
    }
    return found;
}

static const ipxe_menu_t *menu_above(const ipxe_decision_t *decision,
                                     apr_pool_t *pool)
{
    const ipxe_menu_t *shown = decision->action.menu;
    const ipxe_menu_t *top = top_menu(decision);

    if (decision->menu && decision->menu != shown)
        return decision->menu;
    if (!top || !shown || top == shown)
        return NULL;
    return parent_of(top, shown, apr_hash_make(pool));
}

const char *ipxe_part_back(ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    const ipxe_menu_t *above = menu_above(script->decision, script->writing->pool);

    return above ? world->menu(world->baton, above->name, NULL,
                               script->writing->pool)
                 : ipxe_part_again(script);
}

/* ---- Lines ---- */

static void add_line(apr_array_header_t *lines, const char *id,
                     const char *title, const char *url, char key)
{
    ipxe_offered_t *line = apr_array_push(lines);

    line->id = id;
    line->title = title;
    line->url = url;
    line->key = key;
}

static apr_status_t add_choice(ipxe_offer_t *offer, apr_array_header_t *lines,
                               ipxe_script_t *script, const ipxe_item_t *item,
                               const char *title)
{
    const ipxe_world_t *world = script->writing->world;
    const ipxe_menu_t *menu = script->decision->action.menu;
    const char *id =
        apr_psprintf(lines->pool, "i%d", offer->choices++);

    add_line(lines, id, title,
             world->menu(world->baton, menu->name, item->name, lines->pool),
             item->key);
    if (menu->chosen && strcmp(menu->chosen, item->name) == 0)
        offer->chosen = id;
    return APR_SUCCESS;
}

static apr_status_t add_item(ipxe_offer_t *offer, apr_array_header_t *lines,
                             ipxe_script_t *script, const ipxe_item_t *item)
{
    const char *title;
    int offers = 0;
    apr_status_t status =
        ipxe_decision_offers(&offers, script->decision, item,
                             script->writing->diags, lines->pool);

    if (status != APR_SUCCESS || !offers)
        return status;
    status = ipxe_part_text(&title, script, item->title);
    if (status != APR_SUCCESS)
        return status;
    if (!item->separator)
        return add_choice(offer, lines, script, item, title);
    add_line(lines, NULL, title, NULL, 0);
    return APR_SUCCESS;
}

static apr_status_t add_items(ipxe_offer_t *offer, ipxe_script_t *script)
{
    const ipxe_menu_t *menu = script->decision->action.menu;
    apr_array_header_t *lines = apr_array_make(
        script->writing->pool, menu->items->nelts + 1,
        sizeof(ipxe_offered_t));
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i < menu->items->nelts && status == APR_SUCCESS; i++)
        status = add_item(offer, lines, script,
                          &APR_ARRAY_IDX(menu->items, i, ipxe_item_t));
    offer->lines = lines;
    /* A timeout takes what is marked, and with no mark the first line: what
     * it shall do instead is a line of its own. */
    if (status == APR_SUCCESS && menu->timeout && !offer->chosen &&
        offer->choices) {
        offer->chosen = offer->top ? "local" : "back";
        add_line(lines, offer->chosen,
                 offer->top ? "Boot from the local disk" : "Back", NULL, 0);
    }
    return status;
}

apr_status_t ipxe_offer_make(ipxe_offer_t **made, ipxe_script_t *script)
{
    const ipxe_menu_t *menu = script->decision->action.menu;
    ipxe_offer_t *offer = apr_pcalloc(script->writing->pool, sizeof(*offer));
    apr_status_t status =
        ipxe_part_text(&offer->title, script, menu->title);

    *made = offer;
    offer->timeout = menu->timeout;
    offer->top = menu_above(script->decision, script->writing->pool) == NULL;
    offer->back = ipxe_part_back(script);
    if (status == APR_SUCCESS && menu->background)
        status = ipxe_part_url(&offer->background, script, menu->background);
    return status == APR_SUCCESS ? add_items(offer, script) : status;
}
