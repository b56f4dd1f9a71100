/* SPDX-License-Identifier: Apache-2.0 */
/* Menus of iPXE. */
#include "script/ipxe.h"
#include "script/offer.h"

static void put_lines(ipxe_script_t *script, const ipxe_offer_t *offer)
{
    int i;

    for (i = 0; i < offer->lines->nelts; i++) {
        const ipxe_offered_t *line =
            &APR_ARRAY_IDX(offer->lines, i, ipxe_offered_t);

        if (line->id)
            ipxe_put_item(script, line->key, line->id, line->title);
        else
            ipxe_put_gap(script, line->title);
    }
}

static void put_choices(ipxe_script_t *script, const ipxe_offer_t *offer)
{
    int i;

    for (i = 0; i < offer->lines->nelts; i++) {
        const ipxe_offered_t *line =
            &APR_ARRAY_IDX(offer->lines, i, ipxe_offered_t);

        if (!line->url)
            continue;
        ipxe_put_label(script, line->id);
        ipxe_put_chain(script, line->url, "failed");
    }
}

/* A menu of nothing would be left at once, and asked for again for ever. */
static void put_nothing(ipxe_script_t *script, const ipxe_offer_t *offer)
{
    ipxe_put_say(script, offer->title);
    ipxe_put_say(script, "Nothing in this menu is for this machine");
    ipxe_put_pause(script, 15);
    ipxe_put_goto(script, offer->top ? "local" : "back");
}

static void put_menu(ipxe_script_t *script, const ipxe_offer_t *offer)
{
    ipxe_put_label(script, "menu");
    if (offer->background)
        ipxe_put_picture(script, offer->background);
    ipxe_put_menu(script, offer->title, "nomenu");
    put_lines(script, offer);
    ipxe_put_choose(script, offer->timeout, offer->chosen, "back");
    put_choices(script, offer);
}

apr_status_t ipxe_ipxe_menu(ipxe_script_t *script)
{
    const char *local;
    ipxe_offer_t *offer;
    apr_status_t status = ipxe_offer_make(&offer, script);

    if (status == APR_SUCCESS)
        status = ipxe_part_local(&local, script);
    if (status != APR_SUCCESS)
        return status;
    ipxe_put_head(script);
    if (offer->choices)
        put_menu(script, offer);
    else
        put_nothing(script, offer);
    ipxe_put_label(script, "back");
    ipxe_put_chain(script, offer->back, "failed");
    ipxe_put_label(script, "failed");
    ipxe_put_say_error(script, "That did not work");
    ipxe_put_wait(script, 30,
                  "Press a key for the local disk, or wait for the menu",
                  "local");
    ipxe_put_goto(script, offer->choices ? "menu" : "back");
    if (offer->choices) {
        ipxe_put_label(script, "nomenu");
        ipxe_put_say_error(script, "This iPXE cannot show a menu");
        ipxe_put_pause(script, 15);
    }
    ipxe_put_local(script, local);
    return APR_SUCCESS;
}
