/* SPDX-License-Identifier: Apache-2.0 */
/* Binding menus. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <limits.h>
#include <string.h>

#include "rules/loader.h"
#include "rules/names.h"
#include "rules/password.h"

/* ---- Items ---- */

/* What an item's mapping binds to. */
typedef struct item_keys_t {
    ipxe_written_t actions;
    const ipxe_yaml_t *name, *title, *key, *when, *set, *separator,
        *ask;
    const struct ipxe_password_t *password;
} item_keys_t;

static const ipxe_bind_t item_rows[] = {
    IPXE_ACTION_ROWS(item_keys_t, actions),
    IPXE_BIND("name", SCALAR, item_keys_t, name, 0),
    IPXE_BIND("title", SCALAR, item_keys_t, title, 0),
    IPXE_BIND("key", SCALAR, item_keys_t, key, 0),
    IPXE_BIND("when", NODE, item_keys_t, when, 0),
    IPXE_BIND("set", NODE, item_keys_t, set, 0),
    IPXE_BIND("separator", NODE, item_keys_t, separator, 0),
    IPXE_BIND("ask", LIST, item_keys_t, ask, 0),
    IPXE_BIND_WITH("password", item_keys_t, password, 0, ipxe_bind_password),
    IPXE_BIND_END};

static void bind_key(ipxe_loader_t *loader, ipxe_item_t *item,
                     const ipxe_yaml_t *key)
{
    unsigned char c = (unsigned char)*key->text;

    if (key->count == 1 && c < 0x80 && apr_isalnum(c)) {
        item->key = key->text[0];
        return;
    }
    ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_VALUE, key->span,
                                 "'%s' is no key to press", key->text),
                   "one letter or digit");
}

static void bind_separator(ipxe_loader_t *loader, ipxe_item_t *item,
                           const item_keys_t *keys, const ipxe_yaml_t *mapping)
{
    const ipxe_yaml_t *text = keys->separator;
    const ipxe_yaml_t *key = ipxe_yaml_key(mapping, "separator");

    item->separator = 1;
    if (text->kind == IPXE_YAML_SCALAR)
        item->title = ipxe_load_phrase(loader, text, IPXE_CONTEXT_TEXT);
    else if (text->kind == IPXE_YAML_NULL)
        item->title =
            ipxe_load_phrase_text(loader, "", text->span, IPXE_CONTEXT_TEXT);
    else
        ipxe_bind_wrong(loader->diags, key, text, "text");
    if (item->action.kind != IPXE_ACTION_NONE)
        ipxe_diag_note(ipxe_diag_add(loader->diags, IPXE_DIAG_TWO_ACTIONS,
                                     item->action.span,
                                     "a separator cannot be chosen"),
                       key->span, "it is one by this key");
}

/* Its `name`, else the name that its action has, else the action's word. */
static void name_item(ipxe_loader_t *loader, ipxe_item_t *item,
                      const ipxe_yaml_t *name)
{
    const ipxe_phrase_t *value = item->action.value;
    int named = item->action.kind == IPXE_ACTION_BOOT ||
                item->action.kind == IPXE_ACTION_MENU;
    ipxe_diag_t *diag;

    item->name = ipxe_action_name(item->action.kind);
    if (named && value)
        item->name = value->written;
    if (name)
        item->name = name->text;
    if (ipxe_name_good(item->name))
        return;
    diag = ipxe_diag_add(loader->diags, IPXE_DIAG_BAD_NAME,
                         name ? name->span : item->span,
                         "'%s' cannot be the name of an item", item->name);
    ipxe_diag_help(diag, "give it a `name` of letters, digits, '.', '_' and "
                         "'-'");
}

static void bind_item(ipxe_loader_t *loader, ipxe_item_t *item,
                      const ipxe_yaml_t *node)
{
    item_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    item->span = node->span;
    if (ipxe_bind(&keys, node, item_rows, "an item", loader, loader->diags,
                  loader->pool) != APR_SUCCESS &&
        node->kind != IPXE_YAML_MAPPING)
        return;
    ipxe_load_action(loader, &item->action, &keys.actions, node);
    item->when = ipxe_load_when(loader, keys.when, INT_MAX, NULL);
    item->set = ipxe_load_set(loader, keys.set);
    item->asks = ipxe_load_asks(loader, keys.ask);
    item->password = keys.password;
    if (keys.separator) {
        bind_separator(loader, item, &keys, node);
        return;
    }
    if (keys.title)
        item->title = ipxe_load_phrase(loader, keys.title, IPXE_CONTEXT_TEXT);
    if (keys.key)
        bind_key(loader, item, keys.key);
    if (item->action.kind == IPXE_ACTION_NONE)
        ipxe_diag_help(ipxe_diag_add(loader->diags, IPXE_DIAG_NO_ACTION,
                                     node->span, "this item does nothing"),
                       "give it boot, menu, local or another action, or make "
                       "it a separator");
    else
        name_item(loader, item, keys.name);
}

/* ---- What is there twice ---- */

static void duplicate(ipxe_loader_t *loader, const ipxe_item_t *item,
                      const ipxe_item_t *first, const char *what,
                      const char *which)
{
    ipxe_diag_note(
        ipxe_diag_add(loader->diags, IPXE_DIAG_DUPLICATE_ITEM, item->span,
                      "two items of this menu have the %s '%s'", what, which),
        first->span, "the other stands here");
}

static void check_item(ipxe_loader_t *loader, const ipxe_menu_t *menu, int at)
{
    const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, at, ipxe_item_t);
    int i;

    for (i = 0; i < at; i++) {
        const ipxe_item_t *first = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

        if (item->name && first->name && strcmp(item->name, first->name) == 0)
            duplicate(loader, item, first, "name", item->name);
        if (item->key && item->key == first->key)
            duplicate(loader, item, first, "key",
                      apr_pstrmemdup(loader->pool, &item->key, 1));
    }
}

static void check_default(ipxe_loader_t *loader, const ipxe_menu_t *menu,
                          const ipxe_yaml_t *chosen)
{
    const char **names = apr_palloc(
        loader->pool, (apr_size_t)(menu->items->nelts + 1) * sizeof(*names));
    apr_size_t n = 0;
    int i;

    if (!chosen || ipxe_menu_item(menu, chosen->text))
        return;
    for (i = 0; i < menu->items->nelts; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

        if (item->name)
            names[n++] = item->name;
    }
    ipxe_diag_nearest(ipxe_diag_add(loader->diags, IPXE_DIAG_UNKNOWN_NAME,
                                    chosen->span, "this menu has no item '%s'",
                                    chosen->text),
                      chosen->text, names, n);
}

const ipxe_item_t *ipxe_menu_item(const ipxe_menu_t *menu, const char *name)
{
    int i;

    for (i = 0; i < menu->items->nelts; i++) {
        const ipxe_item_t *item = &APR_ARRAY_IDX(menu->items, i, ipxe_item_t);

        if (item->name && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}

/* ---- Menus ---- */

/* What a menu's mapping binds to. */
typedef struct menu_keys_t {
    const ipxe_yaml_t *title, *chosen, *background, *items;
    const struct ipxe_password_t *password;
    apr_int64_t timeout;
} menu_keys_t;

static const ipxe_bind_t menu_rows[] = {
    IPXE_BIND("title", SCALAR, menu_keys_t, title, 0),
    IPXE_BIND_WITH("timeout", menu_keys_t, timeout, 0, ipxe_bind_timeout),
    IPXE_BIND("default", SCALAR, menu_keys_t, chosen, 0),
    IPXE_BIND("background", SCALAR, menu_keys_t, background, 0),
    IPXE_BIND("items", LIST, menu_keys_t, items, IPXE_BIND_REQUIRED),
    IPXE_BIND_WITH("password", menu_keys_t, password, 0, ipxe_bind_password),
    IPXE_BIND_END};

static void bind_items(ipxe_loader_t *loader, ipxe_menu_t *menu,
                       const ipxe_yaml_t *list)
{
    apr_array_header_t *items = apr_array_make(
        loader->pool, list ? (int)list->count + 1 : 1, sizeof(ipxe_item_t));
    apr_size_t i;

    /* Made whole before it is bound: actions are linked by their address. */
    items->nelts = list ? (int)list->count : 0;
    memset(items->elts, 0, (apr_size_t)items->nelts * sizeof(ipxe_item_t));
    menu->items = items;
    for (i = 0; list && i < list->count; i++) {
        bind_item(loader, &APR_ARRAY_IDX(items, i, ipxe_item_t),
                  list->items[i]);
        check_item(loader, menu, (int)i);
    }
}

static void bind_menu(ipxe_loader_t *loader, const ipxe_yaml_t *name,
                      const ipxe_yaml_t *value)
{
    ipxe_menu_t *menu = apr_pcalloc(loader->pool, sizeof(*menu));
    menu_keys_t keys;

    memset(&keys, 0, sizeof(keys));
    ipxe_bind(&keys, value, menu_rows, "a menu", loader, loader->diags,
              loader->pool);
    menu->name = name->text;
    menu->span = name->span;
    menu->timeout = keys.timeout;
    menu->password = keys.password;
    menu->chosen = keys.chosen ? keys.chosen->text : NULL;
    menu->title = keys.title
                      ? ipxe_load_phrase(loader, keys.title, IPXE_CONTEXT_TEXT)
                      : ipxe_load_phrase(loader, name, IPXE_CONTEXT_TEXT);
    if (keys.background)
        menu->background =
            ipxe_load_phrase(loader, keys.background, IPXE_CONTEXT_URL);
    bind_items(loader, menu, keys.items);
    check_default(loader, menu, keys.chosen);
    if (ipxe_load_define(loader, loader->menus, "menu", name->text, name->span,
                         menu, 1))
        apr_hash_set(loader->rules->menus, menu->name, APR_HASH_KEY_STRING,
                     menu);
}

void ipxe_bind_menus(ipxe_loader_t *loader, const ipxe_yaml_t *value)
{
    ipxe_load_each(loader, value, "menus", bind_menu);
}

/* ---- Titles, once profiles and menus are known ---- */

static void title_item(ipxe_loader_t *loader, ipxe_item_t *item)
{
    if (item->title)
        return;
    if (item->action.profile)
        item->title = item->action.profile->title;
    else if (item->action.menu)
        item->title = item->action.menu->title;
    else
        item->title =
            ipxe_load_phrase_text(loader, item->name ? item->name : "",
                                  item->span, IPXE_CONTEXT_TEXT);
}

void ipxe_link_menus(ipxe_loader_t *loader)
{
    const ipxe_menu_t *menu;
    int at = 0, i;

    while ((menu = ipxe_load_next(loader, loader->menus, &at))) {
        for (i = 0; i < menu->items->nelts; i++)
            title_item(loader, &APR_ARRAY_IDX(menu->items, i, ipxe_item_t));
    }
}
