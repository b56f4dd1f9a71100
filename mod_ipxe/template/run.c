/* SPDX-License-Identifier: Apache-2.0 */
/* A render: its bounds, its names, its failures, its beginning and end. */
#include "template/run.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

ipxe_run_t *ipxe_run_of(const ipxe_call_t *call)
{
    return (ipxe_run_t *)(void *)call->render;
}

/* ---- failures ---- */

static void add_notes(const ipxe_run_t *run, ipxe_diag_t *diag)
{
    const ipxe_chain_t *at;

    if (diag->notes) /* the same failure, found again */
        return;
    for (at = run->chain; at; at = at->up)
        ipxe_diag_note(diag, at->span, "%s from here", at->what);
}

apr_status_t ipxe_run_fail(ipxe_run_t *run, ipxe_code_e code, ipxe_span_t span,
                           const char *format, ...)
{
    const char *message;
    va_list args;

    va_start(args, format);
    message = apr_pvsprintf(run->pool, format, args);
    va_end(args);
    run->diag = ipxe_diag_add(run->render.diags, code, span, "%s", message);
    add_notes(run, run->diag);
    return APR_EGENERAL;
}

void ipxe_run_notes(ipxe_run_t *run, int before)
{
    apr_array_header_t *all = run->render.diags->all;

    for (; before < all->nelts; before++)
        add_notes(run, APR_ARRAY_IDX(all, before, ipxe_diag_t *));
}

/* All names that could have been meant. */
static apr_array_header_t *near_names(const ipxe_run_t *run)
{
    apr_array_header_t *names =
        apr_array_make(run->pool, 32, sizeof(const char *));
    const ipxe_object_t *product = run->render.names;
    const ipxe_frame_t *frame;
    const ipxe_bind_t *bind;

    for (frame = run->frame; frame; frame = frame->parent) {
        for (bind = frame->binds; bind; bind = bind->next)
            APR_ARRAY_PUSH(names, const char *) = bind->name;
        if (frame->barrier)
            return names;
    }
    if (product && product->names)
        apr_array_cat(names, product->names(product, run->pool));
    return names;
}

static int behind_barrier(const ipxe_run_t *run)
{
    const ipxe_frame_t *frame;

    for (frame = run->frame; frame; frame = frame->parent) {
        if (frame->barrier)
            return 1;
    }
    return 0;
}

apr_status_t ipxe_run_undefined(ipxe_run_t *run, ipxe_value_t value,
                                ipxe_span_t span)
{
    const char *name = value.u.undefined, *near;
    apr_array_header_t *names;

    ipxe_run_fail(run, IPXE_DIAG_UNDEFINED_NAME, span, "'%s' is not defined",
                  name);
    if (behind_barrier(run)) {
        ipxe_diag_help(run->diag,
                       "facts and variables are not seen in what was "
                       "imported without context: give it as an argument, "
                       "or import '... with context'");
        return APR_EGENERAL;
    }
    names = near_names(run);
    near = ipxe_text_nearest(name, (const char *const *)(void *)names->elts,
                             (apr_size_t)names->nelts);
    if (near)
        ipxe_diag_help(run->diag, "did you mean '%s'?", near);
    else
        ipxe_diag_help(run->diag,
                       "'%s|default(...)' or '%s is defined' are "
                       "the ways around it",
                       name, name);
    return APR_EGENERAL;
}

apr_status_t ipxe_run_step(ipxe_run_t *run, apr_size_t n, ipxe_span_t span)
{
    run->steps += n;
    if (run->steps <= IPXE_MAX_RENDER_STEPS)
        return APR_SUCCESS;
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                         "this render takes more than %d steps",
                         IPXE_MAX_RENDER_STEPS);
}

apr_status_t ipxe_run_charge_large(ipxe_run_t *run, ipxe_value_t value,
                                   const ipxe_span_t *span)
{
    if (value.kind == IPXE_KIND_TEXT) {
        if (value.u.text->len > IPXE_MAX_VALUE_BYTES)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, *span,
                                 "this text is longer than %u bytes",
                                 IPXE_MAX_VALUE_BYTES);
        return ipxe_run_step(run, value.u.text->len / IPXE_CHARGE_BYTES, *span);
    }
    if (value.u.list->len > IPXE_MAX_VALUE_ITEMS)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, *span,
                             "this list has more than %d items",
                             IPXE_MAX_VALUE_ITEMS);
    return ipxe_run_step(run, value.u.list->len / IPXE_CHARGE_ITEMS, *span);
}

apr_status_t ipxe_run_deeper(ipxe_run_t *run, ipxe_span_t span)
{
    if (++run->depth <= IPXE_MAX_RENDER_DEPTH)
        return APR_SUCCESS;
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_LIMIT, span,
                         "calls and includes are nested deeper than %d",
                         IPXE_MAX_RENDER_DEPTH);
}

/* ---- names ---- */

ipxe_bind_t *ipxe_frame_find(ipxe_frame_t *frame, const char *name)
{
    ipxe_bind_t *bind = frame->binds;

    while (bind && bind->name != name)
        bind = bind->next;
    return bind;
}

void ipxe_frame_set(ipxe_run_t *run, ipxe_frame_t *frame, const char *name,
                    ipxe_value_t value)
{
    ipxe_bind_t *bind = ipxe_frame_find(frame, name);

    if (!bind) {
        bind = frame->spare;
        if (bind)
            frame->spare = bind->next;
        else
            bind = apr_palloc(run->pool, sizeof(*bind));
        bind->name = name;
        bind->next = frame->binds;
        frame->binds = bind;
    }
    bind->value = value;
}

void ipxe_frame_clear(ipxe_frame_t *frame)
{
    ipxe_bind_t *last = frame->binds;

    if (!last)
        return;
    while (last->next)
        last = last->next;
    last->next = frame->spare;
    frame->spare = frame->binds;
    frame->binds = NULL;
}

ipxe_frame_t *ipxe_frame_make(ipxe_run_t *run, ipxe_frame_t *parent)
{
    ipxe_frame_t *frame = apr_palloc(run->pool, sizeof(*frame));

    frame->binds = frame->spare = NULL;
    frame->parent = parent;
    frame->barrier = 0;
    return frame;
}

/* ---- beginning and end ---- */

static void start(ipxe_run_t *run, const ipxe_template_t *self,
                  const ipxe_render_t *render, ipxe_out_t *out)
{
    run->render = *render;
    run->library = self->library;
    run->out = out;
    run->instance = NULL;
    run->chain = NULL;
    run->seen = &run->one;
    run->places = 0;
    run->one.name = NULL;
    run->steps = 0;
    run->depth = 0;
    run->bare = self->expression;
    run->diag = NULL;
    run->pool = render->pool;
    run->frame = ipxe_frame_make(run, NULL);
}

apr_status_t ipxe_template_render_as(ipxe_sink_t *sink,
                                     const ipxe_template_t *template_,
                                     ipxe_context_e context,
                                     const ipxe_render_t *render)
{
    apr_size_t most = render->most ? render->most : IPXE_MAX_RENDER_OUTPUT;
    ipxe_value_t value;
    ipxe_out_t out;
    ipxe_run_t run;
    apr_status_t rv;

    start(&run, template_, render, &out);
    ipxe_out_sink(&out, sink, context, template_->library->language, most,
                  render->pool);
    if (template_->expression) {
        rv = ipxe_eval_defined(&value, &run, template_->root);
        if (rv == APR_SUCCESS)
            rv = ipxe_out_value(&out, ipxe_value_str(value, run.pool),
                                template_->root->span, render->diags);
    }
    else {
        run.seen = apr_pcalloc(run.pool, IPXE_RUN_NAMES * sizeof(*run.seen));
        run.places = IPXE_RUN_NAMES - 1;
        rv = ipxe_run_template(&run, template_, run.frame);
    }
    return rv == APR_SUCCESS ? ipxe_out_end(&out) : rv;
}

apr_status_t ipxe_template_render(ipxe_sink_t *sink,
                                  const ipxe_template_t *template_,
                                  const ipxe_render_t *render)
{
    return ipxe_template_render_as(sink, template_, template_->context, render);
}

/* Outside of this floor a mask says one thing alone: from the network. What
 * the operator called safe is the operator's. */
static ipxe_value_t plain_mask(ipxe_value_t value, apr_pool_t *pool)
{
    const ipxe_string_t *text = value.u.text;
    ipxe_string_t *copy;
    unsigned char *mask;
    apr_size_t i;
    int any = 0;

    if (value.kind != IPXE_KIND_TEXT || !text->mask)
        return value;
    mask = apr_palloc(pool, text->len + 1);
    for (i = 0; i < text->len; i++) {
        mask[i] = (text->mask[i] & (IPXE_TAINTED | IPXE_SAFE)) == IPXE_TAINTED;
        any |= mask[i];
    }
    copy = apr_palloc(pool, sizeof(*copy));
    copy->s = text->s;
    copy->len = text->len;
    copy->mask = any ? mask : NULL;
    value.flags &= ~(unsigned)(IPXE_TAINTED | IPXE_SAFE);
    value.flags |= any ? IPXE_TAINTED : 0;
    value.u.text = copy;
    return value;
}

/* The one expression that the template is, or NULL. */
static const ipxe_node_t *only_expression(const ipxe_template_t *self)
{
    if (self->expression)
        return self->root;
    if (self->root->count == 1 &&
        self->root->items[0]->kind == IPXE_NODE_OUTPUT)
        return self->root->items[0]->a;
    return NULL;
}

static apr_status_t text_of(ipxe_value_t *value, ipxe_run_t *run,
                            const ipxe_template_t *self)
{
    ipxe_build_t build;
    ipxe_out_t out;
    apr_status_t rv;

    ipxe_build_init(&build, 64, run->pool);
    ipxe_out_capture(&out, &build);
    run->out = &out;
    rv = ipxe_run_template(run, self, run->frame);
    *value = ipxe_build_value(&build);
    /* what the template itself says is as the operator wrote it */
    value->flags &= ~(unsigned)IPXE_SAFE;
    return rv;
}

apr_status_t ipxe_template_value(ipxe_value_t *value,
                                 const ipxe_template_t *template_,
                                 const ipxe_render_t *render)
{
    const ipxe_node_t *only = only_expression(template_);
    ipxe_run_t run;
    apr_status_t rv;

    if (template_->constant) {
        *value = ipxe_value_text(template_->constant, 0, render->pool);
        return APR_SUCCESS;
    }
    start(&run, template_, render, NULL);
    if (only)
        rv = ipxe_eval_defined(value, &run, only);
    else
        rv = text_of(value, &run, template_);
    if (rv == APR_SUCCESS)
        *value = plain_mask(*value, render->pool);
    return rv;
}
