/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and questions of iPXE's menus. */
#include "script/ipxe.h"

#include <apr_strings.h>

#include "rules/password.h"

/* What stands as the name where any will do: iPXE sends no empty one. */
#define ANY_USER "boot"

#define FAILED "That did not work"

static const char *url_of(const ipxe_script_t *script, const ipxe_menu_t *menu,
                          const ipxe_item_t *item)
{
    const ipxe_world_t *world = script->writing->world;

    return world->menu(world->baton, menu->name, item ? item->name : NULL,
                       script->writing->pool);
}

/* The menu that it is an item of; of a menu the one above, at the top the
 * rules again. */
static const char *back_of(ipxe_script_t *script, const ipxe_menu_t *menu,
                           const ipxe_item_t *item)
{
    const ipxe_decision_t *decision = script->decision;
    char joint;

    if (item)
        return url_of(script, menu, NULL);
    if (decision->menu && decision->menu != menu)
        return url_of(script, decision->menu, NULL);
    return ipxe_part_entry(script, &joint);
}

static apr_status_t put_title(ipxe_script_t *script, const ipxe_menu_t *menu,
                              const ipxe_item_t *item)
{
    const char *title;
    apr_status_t status =
        ipxe_part_text(&title, script, item ? item->title : menu->title);

    if (status == APR_SUCCESS)
        ipxe_put_say(script, title);
    return status;
}

/* ":back", ":failed", and the disk: nobody is kept here. */
static apr_status_t put_ways_out(ipxe_script_t *script, const char *back)
{
    const char *local;
    apr_status_t status = ipxe_part_local(&local, script);

    if (status != APR_SUCCESS)
        return status;
    ipxe_put_label(script, "failed");
    ipxe_put_say_error(script, FAILED);
    ipxe_put_label(script, "back");
    ipxe_put_wait(script, 5, "Press a key for the local disk, or wait to go on",
                  "local");
    ipxe_put_chain(script, back, "local");
    ipxe_put_local(script, local);
    return APR_SUCCESS;
}

apr_status_t ipxe_ipxe_login(ipxe_script_t *script, const ipxe_menu_t *menu,
                             const ipxe_item_t *item, const char *text)
{
    const struct ipxe_password_t *password =
        item ? item->password : menu->password;
    apr_status_t status;

    (void)text;
    ipxe_put_head(script);
    status = put_title(script, menu, item);
    if (status != APR_SUCCESS)
        return status;
    ipxe_put_login(script, password->user ? password->user : ANY_USER, "back");
    ipxe_put_chain_login(script,
                         apr_pstrcat(script->writing->pool,
                                     url_of(script, menu, item), "?login=1",
                                     NULL),
                         "failed");
    return put_ways_out(script, back_of(script, menu, item));
}

apr_status_t ipxe_ipxe_refused(ipxe_script_t *script, const ipxe_menu_t *menu,
                               const ipxe_item_t *item, const char *text)
{
    const char *local;
    apr_status_t status = ipxe_part_local(&local, script);

    if (status != APR_SUCCESS)
        return status;
    ipxe_put_head(script);
    ipxe_put_say(script, text);
    ipxe_put_wait(script, 5, "Press a key for the local disk, or wait to go on",
                  "local");
    ipxe_put_chain(script, url_of(script, menu, NULL), "local");
    ipxe_put_local(script, local);
    (void)item;
    return APR_SUCCESS;
}

static apr_status_t put_questions(ipxe_script_t *script,
                                  const ipxe_item_t *item, ipxe_text_t *query)
{
    apr_pool_t *pool = script->writing->pool;
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i < item->asks->nelts && status == APR_SUCCESS; i++) {
        const ipxe_ask_t *ask = &APR_ARRAY_IDX(item->asks, i, ipxe_ask_t);
        const char *setting = apr_psprintf(pool, "ask%d", i);
        const char *prompt = NULL, *fallback = NULL;

        status = ipxe_part_text(&prompt, script, ask->prompt);
        if (status == APR_SUCCESS && ask->fallback)
            status = ipxe_part_text(&fallback, script, ask->fallback);
        if (status != APR_SUCCESS)
            return status;
        ipxe_put_question(script, setting, prompt, fallback, "back");
        ipxe_text_addf(query, "%cask.%s.hex=%s", i ? '&' : '?', ask->var,
                       ipxe_setting(setting, 1, pool));
    }
    return status;
}

apr_status_t ipxe_ipxe_ask(ipxe_script_t *script, const ipxe_menu_t *menu,
                           const ipxe_item_t *item, const char *text)
{
    ipxe_text_t *query = ipxe_text_make(128, script->writing->pool);
    apr_status_t status;

    (void)text;
    ipxe_put_head(script);
    status = put_title(script, menu, item);
    if (status == APR_SUCCESS)
        status = put_questions(script, item, query);
    if (status != APR_SUCCESS)
        return status;
    ipxe_put_chain(script,
                   apr_pstrcat(script->writing->pool,
                               url_of(script, menu, item), query->data, NULL),
                   "failed");
    return put_ways_out(script, back_of(script, menu, item));
}
