/* SPDX-License-Identifier: Apache-2.0 */
/* More than one template: include, import, extends and blocks, macros. */
#include <apr_strings.h>
#include <string.h>

#include "template/run.h"

/* ---- which template ---- */

static apr_status_t one_name(const ipxe_template_t **found, ipxe_run_t *run,
                             ipxe_value_t name, ipxe_span_t span)
{
    const ipxe_template_t *self;

    if (name.kind != IPXE_KIND_TEXT)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "the name of a template is a text, not %s",
                             ipxe_kind_name(name.kind));
    if (name.flags & IPXE_TAINTED)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ESCAPE, span,
                             "a value from the network cannot name a "
                             "template");
    self = ipxe_library_find(run->library, name.u.text->s);
    if (self && self->stage == IPXE_STAGE_READY)
        *found = self;
    return APR_SUCCESS;
}

static apr_status_t missing(ipxe_run_t *run, ipxe_value_t name,
                            ipxe_span_t span)
{
    int before = run->render.diags->all->nelts;

    if (name.kind == IPXE_KIND_TEXT && !(name.flags & IPXE_SECRET))
        ipxe_library_missing(run->library, name.u.text->s, span,
                             run->render.diags);
    else
        ipxe_diag_add(run->render.diags, IPXE_DIAG_TEMPLATE_MISSING, span,
                      "there is none of these templates");
    ipxe_run_notes(run, before);
    return APR_EGENERAL;
}

/* *found stays NULL where it is not there and need not be. */
static apr_status_t which(const ipxe_template_t **found, ipxe_run_t *run,
                          const ipxe_node_t *node)
{
    ipxe_value_t name;
    apr_status_t rv;
    apr_size_t i;

    *found = node->ref;
    if (*found)
        return APR_SUCCESS;
    rv = ipxe_eval_defined(&name, run, node->a);
    if (rv != APR_SUCCESS)
        return rv;
    if (ipxe_value_is_list(name)) {
        for (i = 0; rv == APR_SUCCESS && !*found && i < name.u.list->len; i++)
            rv = one_name(found, run, name.u.list->items[i], node->a->span);
    }
    else {
        rv = one_name(found, run, name, node->a->span);
    }
    if (rv == APR_SUCCESS && !*found &&
        !(node->flags & IPXE_NODE_IGNORE_MISSING))
        return missing(run, name, node->a->span);
    return rv;
}

/* ---- a template with what it extends ---- */

static apr_status_t whole(ipxe_run_t *run, const ipxe_template_t *self)
{
    ipxe_instance_t *instance = run->instance;
    ipxe_out_t *out = run->out;
    int i, most = IPXE_MAX_INCLUDE_DEPTH;
    apr_status_t rv;

    for (; most > 0; most--) {
        for (i = 0; i < self->blocks->nelts; i++)
            APR_ARRAY_PUSH(instance->blocks, ipxe_block_t) =
                APR_ARRAY_IDX(self->blocks, i, ipxe_block_t);
        instance->extends = NULL;
        rv = ipxe_exec(run, self->root);
        run->out = out;
        if (rv != APR_SUCCESS || !instance->extends)
            return rv;
        self = instance->extends;
    }
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT,
                         instance->extends_span,
                         "templates extend each other deeper than %d",
                         IPXE_MAX_INCLUDE_DEPTH);
}

apr_status_t ipxe_run_template(ipxe_run_t *run, const ipxe_template_t *self,
                               ipxe_frame_t *top)
{
    ipxe_instance_t *outer = run->instance;
    ipxe_instance_t *instance = apr_pcalloc(run->pool, sizeof(*instance));
    ipxe_frame_t *frame = run->frame;
    apr_status_t rv;

    instance->blocks = apr_array_make(
        run->pool, self->blocks->nelts + 1, sizeof(ipxe_block_t));
    instance->top = top;
    run->instance = instance;
    run->frame = top;
    rv = whole(run, self);
    run->frame = frame;
    run->instance = outer;
    return rv;
}

/* From here on the template only says what fills the blocks. */
apr_status_t ipxe_exec_extends(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_out_t *nothing = apr_palloc(run->pool, sizeof(*nothing));
    const ipxe_template_t *found;
    apr_status_t rv = which(&found, run, node);

    if (rv != APR_SUCCESS)
        return rv;
    if (run->instance->extends)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_SYNTAX, node->span,
                             "a template extends one other, not two");
    run->instance->extends = found;
    run->instance->extends_span = node->span;
    ipxe_out_nothing(nothing);
    run->out = nothing;
    return APR_SUCCESS;
}

/* ---- include and import ---- */

static apr_status_t enter(ipxe_run_t *run, ipxe_chain_t *chain,
                          ipxe_span_t span, const char *what)
{
    chain->span = span;
    chain->what = what;
    chain->up = run->chain;
    run->chain = chain;
    return ipxe_run_deeper(run, span);
}

static void leave(ipxe_run_t *run, const ipxe_chain_t *chain)
{
    run->chain = chain->up;
    run->depth--;
}

static ipxe_frame_t *inner_frame(ipxe_run_t *run, const ipxe_node_t *node)
{
    int with = (node->flags & IPXE_NODE_WITH_CONTEXT) != 0;
    ipxe_frame_t *frame = ipxe_frame_make(run, with ? run->frame : NULL);

    frame->barrier = !with;
    return frame;
}

apr_status_t ipxe_exec_include(ipxe_run_t *run, const ipxe_node_t *node)
{
    const ipxe_template_t *found;
    ipxe_chain_t chain;
    apr_status_t rv = which(&found, run, node);

    if (rv != APR_SUCCESS || !found)
        return rv;
    rv = enter(run, &chain, node->span, "included");
    if (rv == APR_SUCCESS)
        rv = ipxe_run_template(run, found, inner_frame(run, node));
    leave(run, &chain);
    return rv;
}

typedef struct module_t {
    ipxe_frame_t *frame;
    const ipxe_library_t *library;
} module_t;

static apr_status_t module_get(ipxe_value_t *value, const ipxe_object_t *self,
                               const ipxe_name_t *name,
                               const ipxe_render_t *render)
{
    const module_t *module = self->baton;
    const ipxe_bind_t *bind = ipxe_frame_find(
        module->frame, ipxe_library_intern_find(module->library, name->s));

    (void)render;
    *value = bind && name->s[0] != '_' ? bind->value
                                       : ipxe_value_undefined(name->s);
    return APR_SUCCESS;
}

static apr_status_t import_frame(ipxe_frame_t **frame, ipxe_run_t *run,
                                 const ipxe_node_t *node)
{
    const ipxe_template_t *found;
    ipxe_out_t *outer = run->out, nothing;
    ipxe_chain_t chain;
    apr_status_t rv = which(&found, run, node);

    if (rv != APR_SUCCESS)
        return rv;
    *frame = inner_frame(run, node);
    ipxe_out_nothing(&nothing);
    run->out = &nothing;
    rv = enter(run, &chain, node->span, "imported");
    if (rv == APR_SUCCESS)
        rv = ipxe_run_template(run, found, *frame);
    leave(run, &chain);
    run->out = outer;
    return rv;
}

apr_status_t ipxe_exec_import(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_object_t *object = apr_pcalloc(run->pool, sizeof(*object));
    module_t *module = apr_palloc(run->pool, sizeof(*module));
    apr_status_t rv = import_frame(&module->frame, run, node);

    module->library = run->library;
    object->get = module_get;
    object->baton = module;
    if (rv == APR_SUCCESS)
        ipxe_frame_set(run, run->frame, node->name,
                       ipxe_value_object(object));
    return rv;
}

apr_status_t ipxe_exec_from(ipxe_run_t *run, const ipxe_node_t *node)
{
    ipxe_frame_t *frame = NULL;
    apr_status_t rv = import_frame(&frame, run, node);
    int i;

    for (i = 0; rv == APR_SUCCESS && i < node->key_count; i += 2) {
        const ipxe_bind_t *bind = ipxe_frame_find(frame, node->keys[i]);

        ipxe_frame_set(run, run->frame, node->keys[i + 1],
                       bind ? bind->value
                            : ipxe_value_undefined(node->keys[i]));
    }
    return rv;
}

/* ---- blocks ---- */

static const ipxe_node_t *find_block(const ipxe_instance_t *instance,
                                     const char *name, int *from)
{
    for (; *from < instance->blocks->nelts; ++*from) {
        const ipxe_block_t *block =
            &APR_ARRAY_IDX(instance->blocks, *from, ipxe_block_t);

        if (block->name == name)
            return block->node;
    }
    return NULL;
}

typedef struct super_t {
    ipxe_instance_t *instance;
    const char *name;
    int from;
    ipxe_frame_t *parent;
    ipxe_function_t function;
} super_t;

static apr_status_t run_block(ipxe_run_t *run, ipxe_instance_t *instance,
                              const char *name, int from,
                              ipxe_frame_t *parent, ipxe_span_t span);

static apr_status_t call_block(ipxe_value_t *result, const ipxe_call_t *call,
                               const ipxe_function_t *self)
{
    const super_t *super = self->baton;
    ipxe_run_t *run = ipxe_run_of(call);
    ipxe_out_t *outer = run->out, out;
    ipxe_build_t build;
    apr_status_t rv;

    ipxe_build_init(&build, 64, run->pool);
    ipxe_out_capture(&out, &build);
    run->out = &out;
    rv = run_block(run, super->instance, super->name, super->from,
                   super->parent, call->span);
    run->out = outer;
    *result = ipxe_build_value(&build);
    return rv;
}

static super_t *block_function(ipxe_run_t *run, ipxe_instance_t *instance,
                               const char *name, int from,
                               ipxe_frame_t *parent)
{
    super_t *super = apr_pcalloc(run->pool, sizeof(*super));

    super->instance = instance;
    super->name = name;
    super->from = from;
    super->parent = parent;
    super->function.name = name;
    super->function.call = call_block;
    super->function.baton = super;
    return super;
}

static apr_status_t run_block(ipxe_run_t *run, ipxe_instance_t *instance,
                              const char *name, int from,
                              ipxe_frame_t *parent, ipxe_span_t span)
{
    const ipxe_node_t *block = find_block(instance, name, &from);
    ipxe_frame_t *outer = run->frame;
    apr_status_t rv = ipxe_run_deeper(run, span);
    int next = from + 1;

    if (rv != APR_SUCCESS)
        return rv;
    if (!block)
        return ipxe_run_fail(run, IPXE_DIAG_UNDEFINED_NAME, span,
                             "there is no block '%s' above this one", name);
    if (block->flags & IPXE_NODE_REQUIRED)
        return ipxe_run_fail(run, IPXE_DIAG_UNDEFINED_NAME, block->span,
                             "block '%s' is required and nothing fills it",
                             name);
    run->frame = ipxe_frame_make(run, parent);
    if (find_block(instance, name, &next))
        ipxe_frame_set(
            run, run->frame, run->library->known.super,
            ipxe_value_function(
                &block_function(run, instance, name, next, parent)
                     ->function));
    else
        ipxe_frame_set(run, run->frame, run->library->known.super,
                       ipxe_value_undefined("super"));
    rv = ipxe_exec(run, block->c);
    run->frame = outer;
    run->depth--;
    return rv;
}

apr_status_t ipxe_exec_block(ipxe_run_t *run, const ipxe_node_t *node)
{
    if (run->instance->extends) /* it only says what fills the block */
        return APR_SUCCESS;
    return run_block(run, run->instance, node->name, 0,
                     node->flags & IPXE_NODE_SCOPED ? run->frame
                                                    : run->instance->top,
                     node->span);
}

static apr_status_t self_get(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    ipxe_run_t *run = (ipxe_run_t *)(void *)render;
    ipxe_instance_t *instance = (ipxe_instance_t *)self->baton;
    const char *block = ipxe_library_intern_find(run->library, name->s);
    int from = 0;

    *value = ipxe_value_undefined(block);
    if (find_block(instance, block, &from))
        *value = ipxe_value_function(
            &block_function(run, instance, block, from, instance->top)
                 ->function);
    return APR_SUCCESS;
}

ipxe_value_t ipxe_run_self(ipxe_run_t *run)
{
    ipxe_object_t *object = apr_pcalloc(run->pool, sizeof(*object));

    object->get = self_get;
    object->baton = run->instance;
    return ipxe_value_object(object);
}
