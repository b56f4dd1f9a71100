/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: one small function for each kind of node. */
#include <apr_strings.h>
#include <string.h>

#include "template/run.h"

typedef apr_status_t eval_fn(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_node_t *node);

static apr_status_t eval_real(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node);

static apr_status_t eval_constant(ipxe_value_t *result, ipxe_run_t *run,
                                  const ipxe_node_t *node)
{
    (void)run;
    *result = node->value;
    return APR_SUCCESS;
}

/* What the product does not know. Each template has a `self` of its own: it is
 * not kept. */
static void from_functions(ipxe_seen_name_t *seen, ipxe_run_t *run,
                           const ipxe_node_t *name)
{
    if (name->ref) {
        seen->value = ipxe_value_function(name->ref);
    }
    else if (name->name == run->library->known.self && run->instance) {
        seen->value = ipxe_run_self(run);
        seen->name = NULL;
    }
}

const ipxe_value_t *ipxe_run_ask(ipxe_run_t *run, const ipxe_node_t *name)
{
    const ipxe_object_t *names = run->render.names;
    ipxe_seen_name_t *seen = run->seen + (name->slot & run->places);
    apr_status_t rv = APR_SUCCESS;

    seen->name = NULL;
    seen->value = ipxe_value_undefined(name->name);
    if (names)
        rv = names->get(&seen->value, names, &name->key, &run->render);
    if (rv != APR_SUCCESS) {
        run->failed = rv;
        return NULL;
    }
    seen->name = name->name;
    if (seen->value.kind == IPXE_KIND_UNDEFINED)
        from_functions(seen, run, name);
    return &seen->value;
}

const ipxe_value_t *ipxe_run_ask_inside(ipxe_run_t *run,
                                        const ipxe_node_t *name)
{
    ipxe_seen_name_t *seen = run->seen + (name->slot & run->places);

    seen->value = ipxe_value_undefined(name->name);
    from_functions(seen, run, name);
    seen->name = NULL;
    return &seen->value;
}

apr_status_t ipxe_run_place(const ipxe_value_t **value, ipxe_run_t *run,
                            const ipxe_node_t *node)
{
    const ipxe_value_t *of;
    apr_status_t rv;

    *value = NULL;
    if (node->kind == IPXE_NODE_NAME) {
        *value = ipxe_run_name(run, node);
        return *value ? APR_SUCCESS : run->failed;
    }
    if (node->kind != IPXE_NODE_ATTR || node->flags & IPXE_NODE_METHOD)
        return APR_SUCCESS;
    rv = ipxe_run_place(&of, run, node->a);
    if (rv == APR_SUCCESS && of && of->kind == IPXE_KIND_MAP)
        *value = ipxe_map_place(of->u.map, &node->key);
    return rv;
}

static apr_status_t eval_name(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    const ipxe_value_t *value = ipxe_run_name(run, node);

    if (!value)
        return run->failed;
    *result = *value;
    return APR_SUCCESS;
}

static apr_status_t eval_items(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_node_t *node, ipxe_kind_e kind)
{
    ipxe_value_t *items;
    apr_status_t rv;
    int i;

    if (node->bound) {
        *result = ipxe_value_items(node->bound, (apr_size_t)node->count, kind,
                                   0, run->pool);
        return APR_SUCCESS;
    }
    items =
        apr_palloc(run->pool, (apr_size_t)(node->count + 1) * sizeof(*items));
    for (i = 0; i < node->count; i++) {
        rv = ipxe_eval(&items[i], run, node->items[i]);
        if (rv != APR_SUCCESS)
            return rv;
    }
    *result =
        ipxe_value_items(items, (apr_size_t)node->count, kind, 0, run->pool);
    return APR_SUCCESS;
}

static apr_status_t eval_list(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    return eval_items(result, run, node, IPXE_KIND_LIST);
}

static apr_status_t eval_tuple(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_node_t *node)
{
    return eval_items(result, run, node, IPXE_KIND_TUPLE);
}

static apr_status_t eval_dict(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    ipxe_value_t map = ipxe_value_map(run->pool), key, value;
    apr_status_t rv;
    int i;

    for (i = 0; i < node->count; i += 2) {
        rv = ipxe_eval_defined(&key, run, node->items[i]);
        if (rv == APR_SUCCESS)
            rv = ipxe_eval(&value, run, node->items[i + 1]);
        if (rv != APR_SUCCESS)
            return rv;
        if (!ipxe_value_hashable(key))
            return ipxe_run_fail(
                run, IPXE_DIAG_TEMPLATE_TYPE, node->items[i]->span,
                "%s cannot be the key of a mapping", ipxe_kind_name(key.kind));
        ipxe_map_put((struct ipxe_map_t *)map.u.map, key, value);
    }
    *result = map;
    return APR_SUCCESS;
}

static apr_status_t eval_attr(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    const ipxe_value_t *place;
    ipxe_value_t of;
    apr_status_t rv = ipxe_run_place(&place, run, node->a);

    if (rv != APR_SUCCESS)
        return rv;
    if (place && place->kind == IPXE_KIND_MAP)
        of = *place;
    else
        rv = eval_real(&of, run, node->a);
    if (rv != APR_SUCCESS)
        return rv;
    if (of.kind == IPXE_KIND_MAP && !(node->flags & IPXE_NODE_METHOD))
        *result = ipxe_map_named(of, &node->key);
    else
        rv = ipxe_run_attr(result, run, of, &node->key, node->span);
    if (rv == APR_SUCCESS && result->kind == IPXE_KIND_UNDEFINED && node->ref)
        result->u.undefined = node->ref;
    return rv;
}

static apr_status_t eval_item(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    ipxe_value_t of, key;
    apr_status_t rv = eval_real(&of, run, node->a);

    if (rv == APR_SUCCESS)
        rv = eval_real(&key, run, node->b);
    if (rv == APR_SUCCESS)
        rv = ipxe_run_item(result, run, of, key, node->span);
    return rv;
}

static apr_status_t eval_slice(ipxe_value_t *result, ipxe_run_t *run,
                               const ipxe_node_t *node)
{
    ipxe_value_t of, bounds[3];
    apr_status_t rv = eval_real(&of, run, node->a);
    int i;

    for (i = 0; rv == APR_SUCCESS && i < 3; i++) {
        bounds[i] = ipxe_value_none();
        if (node->items[i])
            rv = eval_real(&bounds[i], run, node->items[i]);
    }
    if (rv != APR_SUCCESS)
        return rv;
    return ipxe_run_slice(result, run, of, bounds, node->span);
}

static apr_status_t eval_call(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    return ipxe_eval_call(result, run, node);
}

static apr_status_t eval_filter(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_node_t *node)
{
    return ipxe_eval_filter(result, run, node);
}

static apr_status_t eval_test(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    return ipxe_eval_test(result, run, node);
}

static apr_status_t eval_sign(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node, int minus)
{
    ipxe_value_t a;
    apr_status_t rv = eval_real(&a, run, node->a);

    if (rv != APR_SUCCESS)
        return rv;
    return ipxe_op_sign(result, run, a, minus, node->span);
}

static apr_status_t eval_neg(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    return eval_sign(result, run, node, 1);
}

static apr_status_t eval_pos(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    return eval_sign(result, run, node, 0);
}

static apr_status_t eval_not(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    int truth = 0;
    apr_status_t rv = ipxe_eval_truth(&truth, run, node->a);

    *result = ipxe_value_bool(!truth);
    return rv;
}

/* As Python: the value that decides, not its truth. */
static apr_status_t eval_either(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_node_t *node, int stop)
{
    int truth = 0;
    apr_status_t rv = ipxe_eval_defined(result, run, node->a);

    if (rv == APR_SUCCESS)
        rv = ipxe_run_truth(&truth, run, *result, node->a->span);
    if (rv != APR_SUCCESS || truth == stop)
        return rv;
    return ipxe_eval(result, run, node->b);
}

static apr_status_t eval_and(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    return eval_either(result, run, node, 0);
}

static int only_undefined(const ipxe_diags_t *diags)
{
    const ipxe_diag_t *first = ipxe_diags_first_error(diags);

    return first && first->code == IPXE_DIAG_UNDEFINED_NAME;
}

/* In a bare expression `or` is a way round what is undefined: where the left
 * side meets it, a true right side decides; else it stays the failure that it
 * is. In a template it is as Jinja2's. */
static apr_status_t eval_around(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_node_t *node)
{
    ipxe_diags_t *all = run->render.diags, *left = ipxe_diags_make(run->pool);
    int truth = 0;
    apr_status_t rv, failed;

    run->render.diags = left;
    failed = ipxe_eval_defined(result, run, node->a);
    if (failed == APR_SUCCESS)
        failed = ipxe_run_truth(&truth, run, *result, node->a->span);
    run->render.diags = all;
    if (truth)
        return APR_SUCCESS;
    if (failed == APR_SUCCESS)
        return ipxe_eval(result, run, node->b);
    if (only_undefined(left)) {
        rv = ipxe_eval_defined(result, run, node->b);
        if (rv == APR_SUCCESS)
            rv = ipxe_run_truth(&truth, run, *result, node->b->span);
        if (rv != APR_SUCCESS || truth)
            return rv;
    }
    apr_array_cat(all->all, left->all);
    all->errors += left->errors;
    return failed;
}

static apr_status_t eval_or(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_node_t *node)
{
    return run->bare ? eval_around(result, run, node)
                     : eval_either(result, run, node, 1);
}

static apr_status_t eval_binary(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_node_t *node)
{
    ipxe_value_t a, b;
    apr_status_t rv = eval_real(&a, run, node->a);

    if (rv == APR_SUCCESS)
        rv = eval_real(&b, run, node->b);
    if (rv == APR_SUCCESS)
        rv = ipxe_op_binary(result, run, node->op, a, b, node->span);
    if (rv == APR_SUCCESS)
        rv = ipxe_run_charge(run, *result, &node->span);
    return rv;
}

static apr_status_t eval_concat(ipxe_value_t *result, ipxe_run_t *run,
                                const ipxe_node_t *node)
{
    ipxe_build_t build;
    ipxe_value_t part;
    apr_status_t rv;
    int i;

    ipxe_build_init(&build, 64, run->pool);
    for (i = 0; i < node->count; i++) {
        rv = ipxe_eval_defined(&part, run, node->items[i]);
        if (rv == APR_SUCCESS && part.kind != IPXE_KIND_TEXT)
            rv = ipxe_run_writable(&part, run, part, node->items[i]->span);
        if (rv != APR_SUCCESS)
            return rv;
        ipxe_build_str(&build, part);
    }
    *result = ipxe_build_value(&build);
    return ipxe_run_charge(run, *result, &node->span);
}

/* Of two values that are defined. */
static apr_status_t compare_two(int *truth, ipxe_run_t *run,
                                const ipxe_node_t *node, ipxe_token_e op,
                                ipxe_value_t left, ipxe_value_t right)
{
    if (op != IPXE_TOKEN_EQ && op != IPXE_TOKEN_NE)
        return ipxe_op_compare(truth, run, op, left, right, node->span);
    *truth = ipxe_value_equal(left, right) == (op == IPXE_TOKEN_EQ);
    return APR_SUCCESS;
}

static apr_status_t eval_compare(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_node_t *node)
{
    ipxe_value_t left, right;
    apr_status_t rv = eval_real(&left, run, node->a);
    int truth = 1, i;

    for (i = 0; rv == APR_SUCCESS && truth && i < node->count; i++) {
        rv = eval_real(&right, run, node->items[i]);
        if (rv == APR_SUCCESS)
            rv = compare_two(&truth, run, node, node->ops[i], left, right);
        left = right;
    }
    *result = ipxe_value_bool(truth);
    return rv;
}

static apr_status_t eval_cond(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    int truth = 0;
    apr_status_t rv = ipxe_eval_truth(&truth, run, node->a);

    if (rv != APR_SUCCESS)
        return rv;
    if (truth)
        return ipxe_eval(result, run, node->b);
    if (node->c)
        return ipxe_eval(result, run, node->c);
    *result = ipxe_value_undefined("the else of this if");
    result->flags = IPXE_MARK_NOTHING;
    return APR_SUCCESS;
}

static eval_fn *const functions[] = {
#define X(kind, function) eval_##function,
    IPXE_EXPRESSIONS(X)
#undef X
};

/* Apart, for a span is handed on as it is, and that wants room. */
static apr_status_t __attribute__((noinline))
too_many_steps(ipxe_run_t *run, const ipxe_node_t *node)
{
    return ipxe_run_step(run, 0, node->span);
}

apr_status_t ipxe_eval(ipxe_value_t *result, ipxe_run_t *run,
                       const ipxe_node_t *node)
{
    if (node->kind == IPXE_NODE_CONST) {
        *result = node->value;
        return APR_SUCCESS;
    }
    if (node->kind == IPXE_NODE_NAME)
        return eval_name(result, run, node);
    if (++run->steps > IPXE_MAX_RENDER_STEPS)
        return too_many_steps(run, node);
    return functions[node->kind](result, run, node);
}

apr_status_t ipxe_run_not_defined(ipxe_value_t *value, ipxe_run_t *run,
                                  const ipxe_node_t *node)
{
    if (!(value->flags & IPXE_MARK_NOTHING))
        return ipxe_run_undefined(run, *value, node->span);
    *value = IPXE_TEXT("");
    value->flags = IPXE_MARK_NOTHING;
    return APR_SUCCESS;
}

/* For what wants more of a value than to be written or to be true. */
static apr_status_t eval_real(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    apr_status_t rv = ipxe_eval(result, run, node);

    if (rv == APR_SUCCESS && result->flags & IPXE_MARK_NOTHING)
        return ipxe_run_undefined(
            run, ipxe_value_undefined("the else of this if"), node->span);
    return rv == APR_SUCCESS ? ipxe_run_defined(result, run, node) : rv;
}

apr_status_t ipxe_run_truth(int *truth, ipxe_run_t *run, ipxe_value_t value,
                            ipxe_span_t span)
{
    if (value.flags & IPXE_LIST_LAZY && ipxe_value_is_list(value)) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                      "what this filter gives has no truth of its own");
        ipxe_diag_help(run->diag, "make it a list first: ...|list");
        return APR_EGENERAL;
    }
    *truth = ipxe_value_truth(value);
    return APR_SUCCESS;
}

apr_status_t ipxe_eval_truth(int *truth, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    ipxe_value_t value;
    apr_status_t rv = ipxe_eval_defined(&value, run, node);

    if (rv != APR_SUCCESS)
        return rv;
    if (value.kind != IPXE_KIND_BOOL)
        return ipxe_run_truth(truth, run, value, node->span);
    *truth = value.u.boolean;
    return APR_SUCCESS;
}
