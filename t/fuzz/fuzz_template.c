/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a template, rendered in every context: it renders or has an
 * error, what it says is UTF-8 where the input is, and a secret stands neither
 * in a script nor in a diagnostic. */
#include <apr_general.h>
#include <apr_hash.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../unit/template_help.h"

const char fuzz_name[] = "template";

#define SECRET "hunter2-hunter2"

/* Byte by byte, past any NUL: libFuzzer learns from what strstr and memcmp
 * look for, and would write the secret into its inputs. */
static int holds_secret(const char *s, apr_size_t len)
{
    static const char secret[] = SECRET;
    apr_size_t at, n;

    for (at = 0; at + sizeof(secret) - 1 <= len; at++) {
        for (n = 0; secret[n] && s[at + n] == secret[n]; n++)
            ;
        if (!secret[n])
            return 1;
    }
    return 0;
}

static apr_status_t call_text(ipxe_value_t *result, const ipxe_call_t *call,
                              const ipxe_function_t *self)
{
    *result = ipxe_value_text(self->name, 0, call->render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {{"url", call_text, NULL}};

static const ipxe_language_t language = {functions, 1, place_of_line};

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const ipxe_value_t *vars = self->baton;

    (void)render;
    *value = ipxe_map_named(*vars, name);
    return APR_SUCCESS;
}

static ipxe_value_t variables(apr_pool_t *pool)
{
    ipxe_value_t vars = ipxe_value_map(pool), inner = ipxe_value_map(pool);
    apr_array_header_t *list = apr_array_make(pool, 3, sizeof(ipxe_value_t));

    APR_ARRAY_PUSH(list, ipxe_value_t) = ipxe_value_int(3);
    APR_ARRAY_PUSH(list, ipxe_value_t) =
        ipxe_value_text("x && y", IPXE_TAINTED, pool);
    APR_ARRAY_PUSH(list, ipxe_value_t) = ipxe_value_float(2.5);
    ipxe_map_set(inner, "k", ipxe_value_list(list));
    ipxe_map_set(vars, "a", ipxe_value_int(7));
    ipxe_map_set(vars, "s", ipxe_value_text("some text", 0, pool));
    ipxe_map_set(vars, "t",
                 ipxe_value_text("#`$(x)'\" \\ ${y} \xc3\xa9 <z> \n",
                                 IPXE_TAINTED, pool));
    ipxe_map_set(vars, "l", ipxe_value_list(list));
    ipxe_map_set(vars, "m", inner);
    ipxe_map_set(vars, "q", ipxe_value_text(SECRET, IPXE_SECRET, pool));
    return vars;
}

static void print_all(const ipxe_diags_t *diags, int quiet, apr_pool_t *pool)
{
    const char *text;
    int i;

    for (i = 0; i < diags->all->nelts && i < 20; i++) {
        text = ipxe_diag_text(APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *),
                              pool);
        if (!*text || (quiet && holds_secret(text, strlen(text))))
            abort();
    }
}

static int is_script(ipxe_context_e context)
{
    return context >= IPXE_CONTEXT_ARGUMENT && context <= IPXE_CONTEXT_SCRIPT;
}

static void render(const ipxe_template_t *self, ipxe_context_e context,
                   int quiet, apr_pool_t *parent)
{
    ipxe_text_t *out;
    ipxe_object_t object = {get, no_names, NULL};
    ipxe_render_t how;
    ipxe_value_t vars, value;
    apr_pool_t *pool;
    apr_status_t rv;

    apr_pool_create(&pool, parent);
    out = ipxe_text_make(256, pool);
    vars = variables(pool);
    object.baton = &vars;
    memset(&how, 0, sizeof(how));
    how.names = &object;
    how.diags = ipxe_diags_make(pool);
    how.most = 100000;
    how.pool = pool;
    rv = ipxe_template_render_as(ipxe_sink_to_text(out, 0, pool), self,
                                 context, &how);
    if ((rv == APR_SUCCESS) != (how.diags->errors == 0))
        abort();
    if (rv == APR_SUCCESS && quiet && is_script(context) &&
        holds_secret(out->data, out->len))
        abort();
    print_all(how.diags, quiet, pool);
    how.diags = ipxe_diags_make(pool);
    rv = ipxe_template_value(&value, self, &how);
    if ((rv == APR_SUCCESS) != (how.diags->errors == 0))
        abort();
    apr_pool_destroy(pool);
}

static void count_name(void *baton, const char *parent, const char *name,
                       ipxe_span_t span)
{
    int *count = baton;

    (void)span;
    *count += parent && name;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ipxe_template_t *self;
    ipxe_library_t *library;
    ipxe_diags_t *diags;
    ipxe_source_t *source;
    apr_pool_t *pool;
    int found, count = 0, quiet, context;

    if (size > 4096)
        return 0;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    diags = ipxe_diags_make(pool);
    library = ipxe_library_make(&language, pool);
    source = ipxe_source_make("a", (const char *)data, size, pool);
    /* what the template itself says is no secret */
    quiet = !holds_secret(source->text, source->len);
    ipxe_library_add(library, "a", source);
    self = ipxe_library_get(&found, library, "a", diags);
    ipxe_library_finish(library);
    if (!self != (diags->errors > 0))
        abort();
    print_all(diags, 0, pool);
    if (self)
        ipxe_template_names(self, count_name, &count);
    for (context = 0; self && context <= IPXE_CONTEXT_BATCH; context++)
        render(self, (ipxe_context_e)context, quiet, pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
