/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: a render under way. Functions return
 * APR_SUCCESS, or a failure whose diagnostic was added. */
#ifndef IPXE_TEMPLATE_RUN_H
#define IPXE_TEMPLATE_RUN_H

#include "base/limits.h"
#include "template/data.h"
#include "template/filters.h"
#include "template/node.h"
#include "template/out.h"

/* A name that the template set. */
typedef struct ipxe_bind_t {
    const char *name; /* interned */
    ipxe_value_t value;
    struct ipxe_bind_t *next;
} ipxe_bind_t;

/* Where names are set: a template, a loop's turn, a macro, a block. */
typedef struct ipxe_frame_t {
    ipxe_bind_t *binds;
    ipxe_bind_t *spare; /* of an earlier turn of the loop */
    struct ipxe_frame_t *parent;
    int barrier; /* facts and variables are not seen from here */
} ipxe_frame_t;

/* How the render came here: becomes the notes of a diagnostic. */
typedef struct ipxe_chain_t {
    ipxe_span_t span;
    const char *what; /* "included", "called" */
    const struct ipxe_chain_t *up;
} ipxe_chain_t;

/* A template that is rendered, with the blocks of it and of what it extends,
 * the most derived first. */
typedef struct ipxe_instance_t {
    apr_array_header_t *blocks; /* of ipxe_block_t */
    const ipxe_template_t *extends;
    ipxe_span_t extends_span;
    ipxe_frame_t *top;
} ipxe_instance_t;

/* What names mean that the template did not set: of those with the same place
 * (node.h) the last. It stays so as long as the render. */
typedef struct ipxe_seen_name_t {
    const char *name; /* interned */
    ipxe_value_t value;
} ipxe_seen_name_t;

typedef struct ipxe_run_t {
    ipxe_render_t render; /* the first member: see ipxe_run_of */
    ipxe_library_t *library;
    ipxe_frame_t *frame;
    ipxe_out_t *out;
    ipxe_instance_t *instance;
    const ipxe_chain_t *chain;
    ipxe_seen_name_t *seen; /* IPXE_RUN_NAMES of them, or one: */
    unsigned places;        /* one less than those, to find a name's */
    ipxe_seen_name_t one;
    apr_size_t steps;
    apr_status_t failed; /* what a name was asked for */
    int depth;
    int bare; /* an expression of a rule file, not a template */
    ipxe_diag_t *diag; /* the last one that ipxe_run_fail added */
    apr_pool_t *pool;
} ipxe_run_t;

/* The run of a call: the language's own functions need more than a product's
 * function sees. */
ipxe_run_t *ipxe_run_of(const ipxe_call_t *call);

apr_status_t ipxe_run_fail(ipxe_run_t *run, ipxe_code_e code,
                           ipxe_span_t span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds the chain's notes to what others added after `before` diagnostics. */
void ipxe_run_notes(ipxe_run_t *run, int before);
apr_status_t ipxe_run_undefined(ipxe_run_t *run, ipxe_value_t value,
                                ipxe_span_t span);
/* Counts work; a failure past the bound. */
apr_status_t ipxe_run_step(ipxe_run_t *run, apr_size_t n, ipxe_span_t span);
/* Bytes of a text, items of a list, that cost a step. */
#define IPXE_CHARGE_BYTES 16
#define IPXE_CHARGE_ITEMS 2

/* Of a text or a list: counts what it took to make. */
apr_status_t ipxe_run_charge_large(ipxe_run_t *run, ipxe_value_t value,
                                   const ipxe_span_t *span);

/* The same for any value. */
static inline apr_status_t ipxe_run_charge(ipxe_run_t *run, ipxe_value_t value,
                                           const ipxe_span_t *span)
{
    if (value.kind == IPXE_KIND_TEXT ? value.u.text->len < IPXE_CHARGE_BYTES
                                     : !ipxe_value_is_list(value))
        return APR_SUCCESS;
    return ipxe_run_charge_large(run, value, span);
}

apr_status_t ipxe_run_deeper(ipxe_run_t *run, ipxe_span_t span);

/* ---- names ---- */

ipxe_bind_t *ipxe_frame_find(ipxe_frame_t *frame, const char *name);
void ipxe_frame_set(ipxe_run_t *run, ipxe_frame_t *frame, const char *name,
                    ipxe_value_t value);
/* Forgets all names, for the next turn of a loop. */
void ipxe_frame_clear(ipxe_frame_t *frame);
ipxe_frame_t *ipxe_frame_make(ipxe_run_t *run, ipxe_frame_t *parent);

/* ---- expressions ---- */

/* What a name means that is not known yet: the product is asked. Behind a
 * barrier its names are not seen. Good until the next is asked for. NULL: a
 * failure, which is run->failed. */
const ipxe_value_t *ipxe_run_ask(ipxe_run_t *run, const ipxe_node_t *name);
const ipxe_value_t *ipxe_run_ask_inside(ipxe_run_t *run,
                                        const ipxe_node_t *name);

/* What a name means: the template set it, or it was asked for before, or it is
 * asked for now. */
static inline const ipxe_value_t *ipxe_run_name(ipxe_run_t *run,
                                                const ipxe_node_t *name)
{
    const ipxe_seen_name_t *seen = run->seen + (name->slot & run->places);
    const ipxe_frame_t *frame;
    const ipxe_bind_t *bind;
    unsigned passed = 0;

    for (frame = run->frame; frame; frame = frame->parent) {
        for (bind = frame->binds; bind; bind = bind->next) {
            if (bind->name == name->name)
                return &bind->value;
            if (++passed % 32 == 0)
                run->steps++;
        }
        if (frame->barrier)
            return ipxe_run_ask_inside(run, name);
    }
    return seen->name == name->name ? &seen->value : ipxe_run_ask(run, name);
}

/* The value that a name means, or an attribute of a mapping: where it lies.
 * NULL for other expressions, and for attributes that are not so simple. */
apr_status_t ipxe_run_place(const ipxe_value_t **value, ipxe_run_t *run,
                            const ipxe_node_t *node);

apr_status_t ipxe_eval(ipxe_value_t *result, ipxe_run_t *run,
                       const ipxe_node_t *node);
/* What was evaluated as it is written: undefined is a failure. */
apr_status_t ipxe_run_not_defined(ipxe_value_t *value, ipxe_run_t *run,
                                  const ipxe_node_t *node);
static inline apr_status_t ipxe_run_defined(ipxe_value_t *value,
                                            ipxe_run_t *run,
                                            const ipxe_node_t *node)
{
    return value->kind == IPXE_KIND_UNDEFINED
               ? ipxe_run_not_defined(value, run, node)
               : APR_SUCCESS;
}

/* The two in one. */
static inline apr_status_t ipxe_eval_defined(ipxe_value_t *result,
                                             ipxe_run_t *run,
                                             const ipxe_node_t *node)
{
    apr_status_t rv = ipxe_eval(result, run, node);

    return rv == APR_SUCCESS ? ipxe_run_defined(result, run, node) : rv;
}
/* Python's truth; a generator has none that anybody means. */
apr_status_t ipxe_run_truth(int *truth, ipxe_run_t *run, ipxe_value_t value,
                            ipxe_span_t span);
apr_status_t ipxe_eval_truth(int *truth, ipxe_run_t *run,
                             const ipxe_node_t *node);

apr_status_t ipxe_op_binary(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_token_e op, ipxe_value_t a, ipxe_value_t b,
                            ipxe_span_t span);
apr_status_t ipxe_op_sign(ipxe_value_t *result, ipxe_run_t *run,
                          ipxe_value_t a, int minus, ipxe_span_t span);
/* op as in ipxe_node_t.ops: NAME is `in`, END is `not in`. */
apr_status_t ipxe_op_compare(int *truth, ipxe_run_t *run, ipxe_token_e op,
                             ipxe_value_t a, ipxe_value_t b,
                             ipxe_span_t span);
apr_status_t ipxe_op_format(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t format, ipxe_value_t args,
                            ipxe_span_t span);

/* a.name and a[b]: UNDEFINED where it is not there. */
apr_status_t ipxe_run_attr(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, const ipxe_name_t *name,
                           ipxe_span_t span);
apr_status_t ipxe_run_item(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, ipxe_value_t key,
                           ipxe_span_t span);
apr_status_t ipxe_run_slice(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t of, const ipxe_value_t bounds[3],
                            ipxe_span_t span);
/* "a.b.0" as filters take it; what is not there on the way is *missing, if
 * that is not NULL. */
apr_status_t ipxe_run_path(ipxe_value_t *result, ipxe_run_t *run,
                           ipxe_value_t of, ipxe_value_t path,
                           const ipxe_value_t *missing, ipxe_span_t span);

/* What a loop over the value goes through, where that is no list. */
apr_status_t ipxe_run_items_of(const ipxe_list_t **items, ipxe_run_t *run,
                               ipxe_value_t value, ipxe_span_t span);
/* The same for any value. */
static inline apr_status_t ipxe_run_items(const ipxe_list_t **items,
                                          ipxe_run_t *run, ipxe_value_t value,
                                          ipxe_span_t span)
{
    if (!ipxe_value_is_list(value) || value.flags & IPXE_LIST_LAZY)
        return ipxe_run_items_of(items, run, value, span);
    *items = value.u.list;
    return APR_SUCCESS;
}

/* An object of the product as a mapping; other values as they are. */
apr_status_t ipxe_run_plain(ipxe_value_t *result, ipxe_run_t *run,
                            ipxe_value_t value);
int ipxe_value_is_product(ipxe_value_t value);
/* What str() of it is written for: an object of the product as a mapping; a
 * failure for what Jinja2 would show by an address or a name of Python's. */
apr_status_t ipxe_run_writable(ipxe_value_t *result, ipxe_run_t *run,
                               ipxe_value_t value, ipxe_span_t span);

/* ---- calls ---- */

apr_status_t ipxe_eval_call(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_node_t *node);
apr_status_t ipxe_eval_filter(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node);
apr_status_t ipxe_eval_test(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_node_t *node);
/* The filters of a block: the innermost takes `input`. */
apr_status_t ipxe_eval_filter_on(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_node_t *node, ipxe_value_t input);
/* A filter or a test with a name that is computed: map('upper'),
 * select('odd'). */
apr_status_t ipxe_run_named(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_row_t *row, ipxe_value_t value,
                            const ipxe_args_t *from, apr_size_t skip);

/* A method of a text, list or mapping. */
typedef apr_status_t ipxe_method_fn(ipxe_value_t *result, ipxe_run_t *run,
                                    ipxe_value_t self,
                                    const ipxe_call_t *call);
typedef struct ipxe_method_t {
    const char *name;
    ipxe_method_fn *function;
    int least, most; /* arguments; -1: any number */
    const char *params;
} ipxe_method_t;

const ipxe_method_t *ipxe_method_find(ipxe_kind_e kind, const char *name);
const ipxe_method_t *ipxe_method_rows(ipxe_kind_e kind, apr_size_t *count);

/* range, dict, namespace, cycler, joiner; NULL: none of them. */
ipxe_value_t ipxe_value_function(const ipxe_function_t *function);
/* Sets a name of a namespace; a failure where `of` is none. */
apr_status_t ipxe_namespace_set(ipxe_run_t *run, ipxe_value_t of,
                                const char *name, ipxe_value_t value,
                                ipxe_span_t span);

/* ---- statements ---- */

apr_status_t ipxe_exec(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_for(ipxe_run_t *run, const ipxe_node_t *node);
/* `loop` is both an object and, in a call, a function: makes one of the
 * other; other objects stay. */
void ipxe_loop_call(ipxe_value_t *value);
apr_status_t ipxe_exec_set(ipxe_run_t *run, const ipxe_node_t *target,
                           ipxe_value_t value);
apr_status_t ipxe_exec_include(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_import(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_from(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_extends(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_block(ipxe_run_t *run, const ipxe_node_t *node);
apr_status_t ipxe_exec_macro(ipxe_run_t *run, const ipxe_node_t *node);
/* A template in a frame of its own, with what it extends. */
apr_status_t ipxe_run_template(ipxe_run_t *run, const ipxe_template_t *self,
                               ipxe_frame_t *top);
/* What `body` writes, as a value. */
apr_status_t ipxe_run_capture(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *body);
/* The value `self` of a template with blocks. */
ipxe_value_t ipxe_run_self(ipxe_run_t *run);

#endif
