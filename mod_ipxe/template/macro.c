/* SPDX-License-Identifier: Apache-2.0 */
/* Macros: functions that a template defines. */
#include <apr_strings.h>
#include <string.h>

#include "template/run.h"

typedef struct macro_t {
    const ipxe_node_t *node;
    ipxe_frame_t *frame; /* in which it was defined */
    ipxe_instance_t *instance;
    ipxe_function_t function;
} macro_t;

static int param_of(const ipxe_node_t *node, const char *name)
{
    int i;

    for (i = 0; i < node->key_count; i++) {
        if (node->keys[i] == name)
            return i;
    }
    return -1;
}

static const ipxe_value_t *named_argument(const ipxe_call_t *call,
                                          const char *name)
{
    apr_size_t i;

    for (i = 0; i < call->named_count; i++) {
        if (call->keys[i] == name)
            return &call->named[i];
    }
    return NULL;
}

static apr_status_t check_arguments(ipxe_run_t *run, const ipxe_node_t *node,
                                    const ipxe_call_t *call)
{
    apr_size_t i;
    int at;

    if ((int)call->count > node->key_count &&
        !(node->flags & IPXE_NODE_VARARGS)) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                      "macro '%s' takes at most %d argument%s", node->name,
                      node->key_count, node->key_count == 1 ? "" : "s");
        ipxe_diag_note(run->diag, node->span, "defined here");
        return APR_EGENERAL;
    }
    for (i = 0; i < call->named_count; i++) {
        at = param_of(node, call->keys[i]);
        if (at >= (int)call->count || node->flags & IPXE_NODE_KWARGS)
            continue;
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                      at < 0 ? "macro '%s' takes no argument '%s'"
                             : "macro '%s' is given '%s' twice",
                      node->name, call->keys[i]);
        ipxe_diag_note(run->diag, node->span, "defined here");
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

static void bind_varargs(ipxe_run_t *run, const ipxe_node_t *node,
                         const ipxe_call_t *call)
{
    apr_size_t most = (apr_size_t)node->key_count, n;
    ipxe_value_t *rest;

    n = call->count > most ? call->count - most : 0;
    rest = apr_palloc(run->pool, (n + 1) * sizeof(*rest));
    if (n)
        memcpy(rest, call->args + most, n * sizeof(*rest));
    ipxe_frame_set(run, run->frame, run->library->known.varargs,
                   ipxe_value_items(rest, n, IPXE_KIND_TUPLE, 0, run->pool));
}

static void bind_kwargs(ipxe_run_t *run, const ipxe_node_t *node,
                        const ipxe_call_t *call)
{
    ipxe_value_t map = ipxe_value_map(run->pool);
    apr_size_t i;

    for (i = 0; i < call->named_count; i++) {
        if (param_of(node, call->keys[i]) < 0)
            ipxe_map_set(map, call->keys[i], call->named[i]);
    }
    ipxe_frame_set(run, run->frame, run->library->known.kwargs, map);
}

/* In the macro's own frame, so that a default can name what stands before. */
static apr_status_t bind_params(ipxe_run_t *run, const ipxe_node_t *node,
                                const ipxe_call_t *call)
{
    int defaults_from = node->key_count - node->count, i;
    apr_status_t rv = APR_SUCCESS;
    ipxe_value_t value;

    for (i = 0; rv == APR_SUCCESS && i < node->key_count; i++) {
        const ipxe_value_t *named = named_argument(call, node->keys[i]);

        if (i < (int)call->count)
            value = call->args[i];
        else if (named)
            value = *named;
        else if (i >= defaults_from)
            rv = ipxe_eval(&value, run, node->items[i - defaults_from]);
        else
            value = ipxe_value_undefined(node->keys[i]);
        if (rv == APR_SUCCESS)
            ipxe_frame_set(run, run->frame, node->keys[i], value);
    }
    if (node->flags & IPXE_NODE_VARARGS)
        bind_varargs(run, node, call);
    if (node->flags & IPXE_NODE_KWARGS)
        bind_kwargs(run, node, call);
    return rv;
}

static apr_status_t run_macro(ipxe_value_t *result, ipxe_run_t *run,
                              const macro_t *macro, const ipxe_call_t *call)
{
    ipxe_frame_t *frame = run->frame;
    ipxe_instance_t *instance = run->instance;
    apr_status_t rv;

    run->frame = ipxe_frame_make(run, macro->frame);
    run->instance = macro->instance;
    rv = bind_params(run, macro->node, call);
    if (rv == APR_SUCCESS)
        rv = ipxe_run_capture(result, run, macro->node->c);
    run->frame = frame;
    run->instance = instance;
    return rv;
}

static apr_status_t call_macro(ipxe_value_t *result, const ipxe_call_t *call,
                               const ipxe_function_t *self)
{
    const macro_t *macro = self->baton;
    ipxe_run_t *run = ipxe_run_of(call);
    ipxe_chain_t chain;
    apr_status_t rv = check_arguments(run, macro->node, call);

    if (rv != APR_SUCCESS)
        return rv;
    chain.span = call->span;
    chain.what = "called";
    chain.up = run->chain;
    run->chain = &chain;
    rv = ipxe_run_deeper(run, call->span);
    if (rv == APR_SUCCESS)
        rv = run_macro(result, run, macro, call);
    run->depth--;
    run->chain = chain.up;
    return rv;
}

apr_status_t ipxe_exec_macro(ipxe_run_t *run, const ipxe_node_t *node)
{
    macro_t *macro = apr_pcalloc(run->pool, sizeof(*macro));

    macro->node = node;
    macro->frame = run->frame;
    macro->instance = run->instance;
    macro->function.name = node->name;
    macro->function.call = call_macro;
    macro->function.baton = macro;
    ipxe_frame_set(run, run->frame, node->name,
                   ipxe_value_function(&macro->function));
    return APR_SUCCESS;
}
