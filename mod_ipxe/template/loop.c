/* SPDX-License-Identifier: Apache-2.0 */
/* `for`, and the object `loop` in it. */
#include <string.h>

#include "template/run.h"

typedef struct loop_t {
    const ipxe_list_t *items;
    apr_size_t index0;
    int depth0;
    const ipxe_node_t *node; /* for loop(...) in a recursive one */
    ipxe_frame_t *frame;     /* in which the loop stands */
    ipxe_value_t changed;    /* what loop.changed() was last asked of */
    ipxe_object_t object;
    ipxe_function_t cycle, change, again;
} loop_t;

/* ---- the object ---- */

static apr_status_t loop_cycle(ipxe_value_t *result, const ipxe_call_t *call,
                               const ipxe_function_t *self)
{
    const loop_t *loop = self->baton;

    if (call->count == 0)
        return ipxe_run_fail(ipxe_run_of(call), IPXE_DIAG_TEMPLATE_ARGUMENT,
                             call->span, "there is nothing to cycle through");
    *result = call->args[loop->index0 % call->count];
    return APR_SUCCESS;
}

static apr_status_t loop_changed(ipxe_value_t *result,
                                 const ipxe_call_t *call,
                                 const ipxe_function_t *self)
{
    loop_t *loop = (loop_t *)self->baton; /* of this render alone */
    apr_pool_t *pool = call->render->pool;
    apr_size_t size = call->count * sizeof(*call->args);
    ipxe_value_t *copy = apr_palloc(pool, size + 1);
    ipxe_value_t now;

    if (size)
        memcpy(copy, call->args, size);
    now = ipxe_value_items(copy, call->count, IPXE_KIND_TUPLE, 0, pool);
    *result = ipxe_value_bool(!ipxe_value_equal(now, loop->changed));
    loop->changed = now;
    return APR_SUCCESS;
}

static apr_status_t run_loop(ipxe_run_t *run, const ipxe_node_t *node,
                             ipxe_value_t over, int depth0);

/* loop(items): the same loop over other items, as a value. */
static apr_status_t loop_again(ipxe_value_t *result, const ipxe_call_t *call,
                               const ipxe_function_t *self)
{
    const loop_t *loop = self->baton;
    ipxe_run_t *run = ipxe_run_of(call);
    ipxe_frame_t *frame = run->frame;
    ipxe_out_t *outer = run->out, out;
    ipxe_build_t build;
    apr_status_t rv;

    if (!(loop->node->flags & IPXE_NODE_RECURSIVE))
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, call->span,
                             "only a 'recursive' loop can be called");
    if (call->count != 1 || call->named_count)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                             "a loop is called with what it goes through");
    rv = ipxe_run_deeper(run, call->span);
    if (rv != APR_SUCCESS)
        return rv;
    ipxe_build_init(&build, 64, run->pool);
    ipxe_out_capture(&out, &build);
    run->out = &out;
    run->frame = loop->frame;
    rv = run_loop(run, loop->node, call->args[0], loop->depth0 + 1);
    run->frame = frame;
    run->out = outer;
    run->depth--;
    *result = ipxe_build_value(&build);
    return rv;
}

static ipxe_value_t neighbour(const loop_t *loop, int next)
{
    if (!next && loop->index0 == 0)
        return ipxe_value_undefined("loop.previtem");
    if (next && loop->index0 + 1 >= loop->items->len)
        return ipxe_value_undefined("loop.nextitem");
    return loop->items->items[next ? loop->index0 + 1 : loop->index0 - 1];
}

enum { INDEX, INDEX0, REVINDEX, REVINDEX0, FIRST, LAST, LENGTH, DEPTH,
       DEPTH0, PREVITEM, NEXTITEM, CYCLE, CHANGED };

static ipxe_value_t loop_number(const loop_t *loop, int which)
{
    apr_int64_t at = (apr_int64_t)loop->index0;
    apr_int64_t len = (apr_int64_t)loop->items->len;

    switch (which) {
    case INDEX:
        return ipxe_value_int(at + 1);
    case INDEX0:
        return ipxe_value_int(at);
    case REVINDEX:
        return ipxe_value_int(len - at);
    case REVINDEX0:
        return ipxe_value_int(len - at - 1);
    case FIRST:
        return ipxe_value_bool(at == 0);
    case LAST:
        return ipxe_value_bool(at == len - 1);
    case LENGTH:
        return ipxe_value_int(len);
    default:
        return ipxe_value_int(loop->depth0 + (which == DEPTH));
    }
}

static apr_status_t loop_get(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    static const char *const names[] = {
        "index", "index0", "revindex", "revindex0", "first",
        "last",  "length", "depth",    "depth0",    "previtem",
        "nextitem", "cycle", "changed"};
    const loop_t *loop = self->baton;
    int i;

    (void)render;
    *value = ipxe_value_undefined(name->s);
    for (i = 0; i <= CHANGED; i++) {
        if (strcmp(names[i], name->s) != 0)
            continue;
        if (i < PREVITEM)
            *value = loop_number(loop, i);
        else if (i < CYCLE)
            *value = neighbour(loop, i == NEXTITEM);
        else
            *value = ipxe_value_function(i == CYCLE ? &loop->cycle
                                                    : &loop->change);
        break;
    }
    return APR_SUCCESS;
}

static loop_t *loop_make(ipxe_run_t *run, const ipxe_node_t *node,
                         const ipxe_list_t *items, int depth0)
{
    loop_t *loop = apr_pcalloc(run->pool, sizeof(*loop));

    loop->items = items;
    loop->node = node;
    loop->frame = run->frame;
    loop->depth0 = depth0;
    loop->object.get = loop_get;
    loop->object.baton = loop;
    loop->cycle.name = "cycle";
    loop->cycle.call = loop_cycle;
    loop->cycle.baton = loop;
    loop->change.name = "changed";
    loop->change.call = loop_changed;
    loop->change.baton = loop;
    loop->again.name = "loop";
    loop->again.call = loop_again;
    loop->again.baton = loop;
    return loop;
}

void ipxe_loop_call(ipxe_value_t *value)
{
    const loop_t *loop;

    if (value->u.object->get != loop_get)
        return;
    loop = value->u.object->baton;
    *value = ipxe_value_function(&loop->again);
}

/* ---- the statement ---- */

/* The items for which the condition of the loop holds. */
static apr_status_t filter_items(const ipxe_list_t **items, ipxe_run_t *run,
                                 const ipxe_node_t *node)
{
    apr_array_header_t *kept =
        apr_array_make(run->pool, 8, sizeof(ipxe_value_t));
    ipxe_frame_t *outer = run->frame;
    ipxe_list_t *list = apr_palloc(run->pool, sizeof(*list));
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i;
    int truth;

    run->frame = ipxe_frame_make(run, outer);
    for (i = 0; rv == APR_SUCCESS && i < (*items)->len; i++) {
        ipxe_frame_clear(run->frame);
        rv = ipxe_exec_set(run, node->a, (*items)->items[i]);
        if (rv == APR_SUCCESS)
            rv = ipxe_eval_truth(&truth, run, node->c);
        if (rv == APR_SUCCESS && truth)
            APR_ARRAY_PUSH(kept, ipxe_value_t) = (*items)->items[i];
    }
    run->frame = outer;
    list->items = (const ipxe_value_t *)(void *)kept->elts;
    list->len = (apr_size_t)kept->nelts;
    *items = list;
    return rv;
}

static apr_status_t turns(ipxe_run_t *run, const ipxe_node_t *node,
                          const ipxe_list_t *items, int depth0)
{
    const ipxe_node_t *body = node->items[0];
    ipxe_frame_t *outer = run->frame, *frame = ipxe_frame_make(run, outer);
    loop_t *loop = body->flags & IPXE_NODE_USES_LOOP
                       ? loop_make(run, node, items, depth0)
                       : NULL;
    apr_status_t rv = APR_SUCCESS;
    apr_size_t i;

    for (i = 0; rv == APR_SUCCESS && i < items->len; i++) {
        if (body->flags & IPXE_NODE_CLOSES)
            frame = ipxe_frame_make(run, outer);
        else
            ipxe_frame_clear(frame);
        run->frame = frame;
        if (loop) {
            loop->index0 = i;
            ipxe_frame_set(run, frame, run->library->known.loop,
                           ipxe_value_object(&loop->object));
        }
        if (node->a->kind == IPXE_NODE_NAME)
            ipxe_frame_set(run, frame, node->a->name, items->items[i]);
        else
            rv = ipxe_exec_set(run, node->a, items->items[i]);
        if (rv == APR_SUCCESS)
            rv = ipxe_exec(run, body);
    }
    run->frame = outer;
    return rv;
}

static apr_status_t otherwise(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_frame_t *outer = run->frame;
    apr_status_t rv;

    if (!node->items[1])
        return APR_SUCCESS;
    run->frame = ipxe_frame_make(run, outer);
    rv = ipxe_exec(run, node->items[1]);
    run->frame = outer;
    return rv;
}

static apr_status_t run_loop(ipxe_run_t *run, const ipxe_node_t *node,
                             ipxe_value_t over, int depth0)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_run_items(&items, run, over, node->b->span);

    if (rv == APR_SUCCESS && node->c)
        rv = filter_items(&items, run, node);
    if (rv != APR_SUCCESS)
        return rv;
    if (items->len == 0)
        return otherwise(run, node);
    return turns(run, node, items, depth0);
}

apr_status_t ipxe_exec_for(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_value_t over;
    apr_status_t rv = ipxe_eval_defined(&over, run, node->b);

    return rv == APR_SUCCESS ? run_loop(run, node, over, 0) : rv;
}
