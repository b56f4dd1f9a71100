/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: one small function for each kind of node. */
#include <string.h>

#include "template/run.h"

typedef apr_status_t exec_fn(ipxe_run_t *run, const ipxe_node_t *node);

static apr_status_t written(ipxe_run_t *run, apr_status_t rv, ipxe_span_t span)
{
    if (rv != APR_ENOSPC)
        return rv;
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                         "this render writes more than it may");
}

static apr_status_t exec_text(ipxe_run_t *run, const ipxe_node_t *node)
{
    apr_status_t rv = ipxe_out_add(run->out, node->value.u.text, node->ref);

    return rv == APR_SUCCESS ? rv : written(run, rv, node->span);
}

/* A value that is not plain. */
static apr_status_t write_value(ipxe_run_t *run, const ipxe_node_t *node,
                                ipxe_value_t value)
{
    int before = run->render.diags->all->nelts;
    apr_status_t rv = APR_SUCCESS;

    if (value.kind != IPXE_KIND_TEXT)
        rv = ipxe_run_writable(&value, run, value, node->a->span);
    if (rv != APR_SUCCESS)
        return rv;
    /* where a value stands is found by looking at its whole line */
    run->steps += ipxe_out_column(run->out) / 256;
    rv = ipxe_out_value(run->out, ipxe_value_str(value, run->pool),
                        node->a->span, run->render.diags);
    if (rv != APR_SUCCESS && rv != APR_ENOSPC)
        ipxe_run_notes(run, before);
    return written(run, rv, node->span);
}

/* What is not the operator's plain text. */
static apr_status_t write_other(ipxe_run_t *run, const ipxe_node_t *node,
                                ipxe_value_t value)
{
    apr_status_t rv;

    if (ipxe_out_plain(run->out, value))
        return APR_SUCCESS;
    rv = ipxe_run_defined(&value, run, node->a);
    return rv == APR_SUCCESS ? write_value(run, node, value) : rv;
}

/* The short way first: most values are plain. */
static inline apr_status_t write_output(ipxe_run_t *run,
                                        const ipxe_node_t *node,
                                        ipxe_value_t value)
{
    return ipxe_out_try_plain(run->out, value) ? APR_SUCCESS
                                               : write_other(run, node, value);
}

static apr_status_t exec_output(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_value_t value;
    apr_status_t rv = node->a->kind == IPXE_NODE_FILTER
                          ? ipxe_eval_filter(&value, run, node->a)
                          : ipxe_eval(&value, run, node->a);

    return rv == APR_SUCCESS ? write_output(run, node, value) : rv;
}

static apr_status_t exec_body(ipxe_run_t *run, const ipxe_node_t *node);

static apr_status_t exec_if(ipxe_run_t *run, const ipxe_node_t *node)
{
    apr_status_t rv;
    int i, truth = 0;

    for (i = 0; i < node->count; i += 2) {
        rv = ipxe_eval_truth(&truth, run, node->items[i]);
        if (rv != APR_SUCCESS)
            return rv;
        if (truth)
            return exec_body(run, node->items[i + 1]);
    }
    return node->c ? exec_body(run, node->c) : APR_SUCCESS;
}

static apr_status_t exec_for(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_for(run, node);
}

/* ---- set ---- */

static apr_status_t unpack(ipxe_run_t *run, const ipxe_node_t *target,
                           ipxe_value_t value)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_run_items(&items, run, value, target->span);
    int i;

    if (rv == APR_SUCCESS && items->len != (apr_size_t)target->count)
        rv = ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, target->span,
                           "%d names for %" APR_SIZE_T_FMT " items",
                           target->count, items->len);
    for (i = 0; rv == APR_SUCCESS && i < target->count; i++)
        rv = ipxe_exec_set(run, target->items[i], items->items[i]);
    return rv;
}

apr_status_t ipxe_exec_set(ipxe_run_t *run, const ipxe_node_t *target,
                           ipxe_value_t value)
{
    ipxe_value_t of;
    apr_status_t rv;

    if (target->kind == IPXE_NODE_TUPLE)
        return unpack(run, target, value);
    if (target->kind == IPXE_NODE_NAME) {
        ipxe_frame_set(run, run->frame, target->name, value);
        return APR_SUCCESS;
    }
    rv = ipxe_eval_defined(&of, run, target->a);
    if (rv != APR_SUCCESS)
        return rv;
    return ipxe_namespace_set(run, of, target->name, value, target->span);
}

static apr_status_t exec_set(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_value_t value;
    apr_status_t rv = ipxe_eval(&value, run, node->b);

    return rv == APR_SUCCESS ? ipxe_exec_set(run, node->a, value) : rv;
}

apr_status_t ipxe_run_capture(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *body)
{
    ipxe_out_t *outer = run->out, out;
    ipxe_build_t build;
    apr_status_t rv;

    ipxe_build_init(&build, 64, run->pool);
    ipxe_out_capture(&out, &build);
    run->out = &out;
    rv = ipxe_exec(run, body);
    run->out = outer;
    *result = ipxe_build_value(&build);
    if (rv == APR_SUCCESS)
        rv = ipxe_run_charge(run, *result, &body->span);
    return rv;
}

/* A block's body has names of its own. */
static apr_status_t capture_inner(ipxe_value_t *result, ipxe_run_t *run,
                                  const ipxe_node_t *node)
{
    ipxe_frame_t *outer = run->frame;
    apr_status_t rv;

    run->frame = ipxe_frame_make(run, outer);
    rv = ipxe_run_capture(result, run, node->c);
    if (rv == APR_SUCCESS && node->b)
        rv = ipxe_eval_filter_on(result, run, node->b, *result);
    run->frame = outer;
    return rv;
}

static apr_status_t exec_setblock(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_value_t value;
    apr_status_t rv = capture_inner(&value, run, node);

    return rv == APR_SUCCESS ? ipxe_exec_set(run, node->a, value) : rv;
}

static apr_status_t exec_filterblock(ipxe_run_t *run, const ipxe_node_t *node)
{
    int before = run->render.diags->all->nelts;
    ipxe_value_t value;
    apr_status_t rv = capture_inner(&value, run, node);

    if (rv != APR_SUCCESS)
        return rv;
    rv = ipxe_out_value(run->out, ipxe_value_str(value, run->pool), node->span,
                        run->render.diags);
    if (rv != APR_SUCCESS && rv != APR_ENOSPC)
        ipxe_run_notes(run, before);
    return written(run, rv, node->span);
}

/* ---- what stands in module.c ---- */

static apr_status_t exec_include(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_include(run, node);
}

static apr_status_t exec_import(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_import(run, node);
}

static apr_status_t exec_from(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_from(run, node);
}

static apr_status_t exec_macro(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_macro(run, node);
}

static apr_status_t exec_extends(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_extends(run, node);
}

static apr_status_t exec_block(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_exec_block(run, node);
}

static exec_fn *const functions[] = {
#define X(kind, function) exec_##function,
    IPXE_STATEMENTS(X)
#undef X
};

apr_status_t ipxe_exec(ipxe_run_t *run, const ipxe_node_t *node)
{
    if (++run->steps > IPXE_MAX_RENDER_STEPS)
        return ipxe_run_step(run, 0, node->span);
    return functions[node->kind - IPXE_NODE_BODY](run, node);
}

static inline apr_status_t write_name(ipxe_run_t *run, const ipxe_segment_t *at)
{
    const ipxe_value_t *value = ipxe_run_name(run, at->value);

    return value ? write_output(run, at->item, *value) : run->failed;
}

static apr_status_t write_attr(ipxe_run_t *run, const ipxe_segment_t *at)
{
    const ipxe_value_t *value;
    apr_status_t rv = ipxe_run_place(&value, run, at->value);

    if (rv != APR_SUCCESS)
        return rv;
    return value ? write_output(run, at->item, *value)
                 : exec_output(run, at->item);
}

static apr_status_t exec_body(ipxe_run_t *run, const ipxe_node_t *node)
{
    const ipxe_segment_t *at = node->ref;
    apr_status_t rv = APR_SUCCESS;

    run->steps += (apr_size_t)node->count;
    if (run->steps > IPXE_MAX_RENDER_STEPS)
        return ipxe_run_step(run, 0, node->span);
    for (; rv == APR_SUCCESS; at++) {
        if (!ipxe_out_try_add(run->out, &at->text, at->lines) && at->own)
            rv = exec_text(run, at->own);
        if (rv != APR_SUCCESS || at->what == IPXE_SEGMENT_END)
            break;
        if (at->what == IPXE_SEGMENT_NAME)
            rv = write_name(run, at);
        else if (at->what == IPXE_SEGMENT_ATTR)
            rv = write_attr(run, at);
        else if (at->what != IPXE_SEGMENT_NEXT)
            rv = functions[at->item->kind - IPXE_NODE_BODY](run, at->item);
    }
    return rv;
}
