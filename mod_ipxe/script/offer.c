/* SPDX-License-Identifier: Apache-2.0 */
/* What a menu shows on this machine. */
#include "script/offer.h"

#include <apr_strings.h>
#include <string.h>

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
    const char *id = apr_psprintf(lines->pool, "i%d", offer->choices++);

    add_line(lines, id, title,
             world->menu(world->baton, menu->name, item->name, lines->pool),
             item->key);
    if (menu->chosen && strcmp(menu->chosen, item->name) == 0)
        offer->chosen = id;
    return APR_SUCCESS;
}

/* GRUB has no way to ask. */
static int can_offer(const ipxe_script_t *script, const ipxe_item_t *item)
{
    const ipxe_menu_t *menu = item->action.menu;

    return script->writing->dialect != IPXE_DIALECT_GRUB ||
           (!item->password && !item->asks && !(menu && menu->password));
}

static apr_status_t add_item(ipxe_offer_t *offer, apr_array_header_t *lines,
                             ipxe_script_t *script, const ipxe_item_t *item)
{
    const char *title;
    int offers = 0;
    apr_status_t status;

    if (!can_offer(script, item))
        return APR_SUCCESS;
    status = ipxe_decision_offers(
        &offers, script->decision, item, script->writing->diags, lines->pool);

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
        script->writing->pool, menu->items->nelts + 1, sizeof(ipxe_offered_t));
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
    apr_status_t status = ipxe_part_text(&offer->title, script, menu->title);

    *made = offer;
    offer->timeout = menu->timeout;
    offer->top = !script->decision->menu || script->decision->menu == menu;
    offer->back = ipxe_part_back(script);
    if (status == APR_SUCCESS && menu->background)
        status = ipxe_part_url(&offer->background, script, menu->background);
    return status == APR_SUCCESS ? add_items(offer, script) : status;
}
