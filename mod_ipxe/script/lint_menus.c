/* SPDX-License-Identifier: Apache-2.0 */
/* Menus of a script: items, what is chosen, and who waits for it. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <string.h>

/* The menus that are open while the script is read from top to bottom. */
typedef struct menus_t {
    ipxe_lint_t *lint;
    apr_hash_t *open; /* name, "" for the one without -> array of items,
                         const ipxe_lint_word_t * */
} menus_t;

static const char *menu_name(const ipxe_lint_command_t *command,
                             const char *option, apr_pool_t *pool)
{
    const char *name = ipxe_lint_value(NULL, command, option, pool);

    return name ? name : "";
}

static void open_menu(menus_t *menus, const ipxe_lint_command_t *command)
{
    apr_pool_t *pool = menus->lint->pool;

    apr_hash_set(menus->open, menu_name(command, "name", pool),
                 APR_HASH_KEY_STRING,
                 apr_array_make(pool, 8, sizeof(const ipxe_lint_word_t *)));
}

static apr_array_header_t *menu_of(const menus_t *menus,
                                   const ipxe_lint_command_t *command)
{
    apr_pool_t *pool = menus->lint->pool;
    const char *name = menu_name(command, "menu", pool);

    if (!*name)
        name = menu_name(command, "form", pool);
    return apr_hash_get(menus->open, name, APR_HASH_KEY_STRING);
}

static void no_menu(const menus_t *menus, const ipxe_lint_command_t *command)
{
    ipxe_diag_help(ipxe_diag_add(menus->lint->diags, IPXE_DIAG_NO_MENU,
                                 command->words[0].span,
                                 "'%s' without a 'menu' before it: iPXE says "
                                 "\"No default user interface\" and ends the "
                                 "script",
                                 command->words[0].text),
                   "begin the menu: 'menu A title'");
}

static void add_item(menus_t *menus, const ipxe_lint_command_t *command)
{
    apr_array_header_t *items = menu_of(menus, command);
    apr_pool_t *pool = menus->lint->pool;

    if (!items) {
        no_menu(menus, command);
        /* Once is enough. */
        items = apr_array_make(pool, 8, sizeof(const ipxe_lint_word_t *));
        apr_hash_set(menus->open, "", APR_HASH_KEY_STRING, items);
    }
    if (!ipxe_lint_has(command, "gap", pool) && command->plain < command->count)
        APR_ARRAY_PUSH(items, const ipxe_lint_word_t *) =
            &command->words[command->plain];
}

/* ---- Choosing ---- */

/* Does the script go to the label that this setting holds? */
static int is_gone_to(const ipxe_lint_t *lint, const char *setting)
{
    const char *text = apr_pstrcat(lint->pool, "${", setting, "}", NULL);
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);

        if (ipxe_lint_named(command, "goto") && command->count == 2 &&
            strcmp(command->words[1].text, text) == 0)
            return 1;
    }
    return 0;
}

static const char *nearest_label(const ipxe_lint_t *lint, const char *word)
{
    const char **names = apr_palloc(
        lint->pool, (apr_hash_count(lint->labels) + 1) * sizeof(*names));
    apr_hash_index_t *each;
    apr_size_t n = 0;

    for (each = apr_hash_first(lint->pool, lint->labels); each;
         each = apr_hash_next(each))
        names[n++] = apr_hash_this_key(each);
    return ipxe_text_nearest(word, names, n);
}

static void check_items(const menus_t *menus, const apr_array_header_t *items)
{
    ipxe_lint_t *lint = menus->lint;
    int i;

    for (i = 0; i < items->nelts; i++) {
        const ipxe_lint_word_t *item =
            APR_ARRAY_IDX(items, i, const ipxe_lint_word_t *);
        const char *meant;
        ipxe_diag_t *diag;

        if (strstr(item->text, "${") ||
            apr_hash_get(lint->labels, item->text, APR_HASH_KEY_STRING))
            continue;
        meant = nearest_label(lint, item->text);
        diag =
            ipxe_diag_add(lint->diags, IPXE_DIAG_ITEM_WITHOUT_LABEL, item->span,
                          "the item '%s' has no label ':%s' to go to",
                          item->text, item->text);
        if (meant)
            ipxe_diag_help(diag, "did you mean '%s'?", meant);
    }
}

static int among(const apr_array_header_t *items, const char *name)
{
    int i;

    for (i = 0; i < items->nelts; i++) {
        const char *item =
            APR_ARRAY_IDX(items, i, const ipxe_lint_word_t *)->text;

        if (strcmp(item, name) == 0 || strstr(item, "${"))
            return 1;
    }
    return 0;
}

static void check_default(const menus_t *menus,
                          const ipxe_lint_command_t *command,
                          const apr_array_header_t *items)
{
    ipxe_lint_t *lint = menus->lint;
    const ipxe_lint_word_t *word = NULL;
    const char *name = ipxe_lint_value(&word, command, "default", lint->pool);
    apr_size_t n;
    const char **names;
    ipxe_diag_t *diag;

    if (!name || strstr(name, "${") || among(items, name))
        return;
    names =
        apr_palloc(lint->pool, ((apr_size_t)items->nelts + 1) * sizeof(*names));
    for (n = 0; n < (apr_size_t)items->nelts; n++)
        names[n] = APR_ARRAY_IDX(items, (int)n, const ipxe_lint_word_t *)->text;
    diag = ipxe_diag_add(lint->diags, IPXE_DIAG_UNKNOWN_DEFAULT, word->span,
                         "the default '%s' is no item of the menu: iPXE takes "
                         "the first",
                         name);
    ipxe_diag_nearest(diag, name, names, n);
}

/* For ever, where nobody is there: without a time, or with 0. */
static void check_time(const menus_t *menus, const ipxe_lint_command_t *command)
{
    const char *time =
        ipxe_lint_value(NULL, command, "timeout", menus->lint->pool);

    if (time && strcmp(time, "0") != 0)
        return;
    ipxe_diag_help(ipxe_diag_add(menus->lint->diags, IPXE_DIAG_MENU_WAITS,
                                 command->words[0].span,
                                 "'choose' without --timeout: a machine with "
                                 "nobody at its console waits for ever"),
                   "give it milliseconds, '--timeout 10000', and a --default");
}

static void choose(menus_t *menus, const ipxe_lint_command_t *command)
{
    const apr_array_header_t *items = menu_of(menus, command);
    ipxe_lint_t *lint = menus->lint;

    if (!items) {
        no_menu(menus, command);
        return;
    }
    check_default(menus, command, items);
    check_time(menus, command);
    if (command->plain < command->count &&
        is_gone_to(lint, command->words[command->plain].text))
        check_items(menus, items);
    if (!ipxe_lint_has(command, "keep", lint->pool))
        apr_hash_set(menus->open, menu_name(command, "menu", lint->pool),
                     APR_HASH_KEY_STRING, NULL);
}

void ipxe_lint_menus(ipxe_lint_t *lint)
{
    menus_t menus = {lint, apr_hash_make(lint->pool)};
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);

        if (ipxe_lint_named(command, "menu") ||
            ipxe_lint_named(command, "form"))
            open_menu(&menus, command);
        else if (ipxe_lint_named(command, "item"))
            add_item(&menus, command);
        else if (ipxe_lint_named(command, "choose"))
            choose(&menus, command);
    }
}
