/* SPDX-License-Identifier: Apache-2.0 */
/* Binding `ask`: what a person who chooses an item is asked. */
#include <apr_strings.h>
#include <string.h>

#include "rules/loader.h"
#include "rules/names.h"

/* What a question binds to. */
typedef struct ask_keys_t {
    const ipxe_yaml_t *var, *prompt, *fallback;
} ask_keys_t;

static const ipxe_bind_t ask_rows[] = {
    IPXE_BIND("var", SCALAR, ask_keys_t, var, IPXE_BIND_REQUIRED),
    IPXE_BIND("prompt", SCALAR, ask_keys_t, prompt, 0),
    IPXE_BIND("default", SCALAR, ask_keys_t, fallback, 0), IPXE_BIND_END};

static void check_twice(ipxe_loader_t *loader, const apr_array_header_t *asks,
                        const ipxe_yaml_t *var)
{
    int i;

    for (i = 0; i < asks->nelts; i++) {
        const ipxe_ask_t *ask = &APR_ARRAY_IDX(asks, i, ipxe_ask_t);

        if (strcmp(ask->var, var->text) == 0)
            ipxe_diag_note(ipxe_diag_add(loader->diags,
                                         IPXE_DIAG_DUPLICATE_NAME, var->span,
                                         "variable '%s' is asked for twice",
                                         var->text),
                           ask->span, "first asked for here");
    }
}

static void add_ask(ipxe_loader_t *loader, apr_array_header_t *asks,
                    const ipxe_yaml_t *node)
{
    ask_keys_t keys;
    ipxe_ask_t *ask;

    memset(&keys, 0, sizeof(keys));
    ipxe_bind(&keys, node, ask_rows, "a question", loader, loader->diags,
              loader->pool);
    /* An answer is meant to cover what the machine says of itself. */
    if (!keys.var ||
        (ipxe_fact_find(keys.var->text) == IPXE_FACT_COUNT &&
         !ipxe_name_check_var(keys.var->text, keys.var->span, loader->diags)))
        return;
    check_twice(loader, asks, keys.var);
    ask = apr_array_push(asks);
    ask->var = keys.var->text;
    ask->span = keys.var->span;
    ask->prompt = ipxe_load_phrase(loader, keys.prompt ? keys.prompt : keys.var,
                                   IPXE_CONTEXT_TEXT);
    ask->fallback = keys.fallback ? ipxe_load_phrase(loader, keys.fallback,
                                                     IPXE_CONTEXT_NONE)
                                  : NULL;
}

const apr_array_header_t *ipxe_load_asks(ipxe_loader_t *loader,
                                         const ipxe_yaml_t *list)
{
    apr_array_header_t *asks;
    apr_size_t i;

    if (!list || !list->count)
        return NULL;
    asks = apr_array_make(loader->pool, (int)list->count, sizeof(ipxe_ask_t));
    for (i = 0; i < list->count; i++)
        add_ask(loader, asks, list->items[i]);
    return asks;
}
