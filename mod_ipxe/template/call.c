/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: their arguments, methods, functions, filters, tests. */
#include <apr_strings.h>
#include <string.h>

#include "template/run.h"

/* The arguments of a call, evaluated. */
typedef struct evaluated_t {
    ipxe_value_t small[6];
    ipxe_value_t *all; /* positional ones, then named ones */
    apr_size_t count, named_count;
    const char **keys;
} evaluated_t;

static apr_status_t spread_args(apr_array_header_t *all, ipxe_run_t *run,
                                ipxe_value_t value, ipxe_span_t span)
{
    const ipxe_list_t *items;
    apr_status_t rv = ipxe_run_items(&items, run, value, span);
    apr_size_t i;

    for (i = 0; rv == APR_SUCCESS && i < items->len; i++)
        APR_ARRAY_PUSH(all, ipxe_value_t) = items->items[i];
    return rv;
}

static apr_status_t spread_keys(apr_array_header_t *all,
                                apr_array_header_t *keys, ipxe_run_t *run,
                                ipxe_value_t value, ipxe_span_t span)
{
    const struct ipxe_map_t *map;
    apr_status_t rv = ipxe_run_plain(&value, run, value);
    apr_size_t i;

    if (rv != APR_SUCCESS)
        return rv;
    if (value.kind != IPXE_KIND_MAP)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "** wants a mapping, not %s",
                             ipxe_kind_name(value.kind));
    map = value.u.map;
    for (i = 0; i < map->count; i++) {
        if (map->entries[i].key.kind != IPXE_KIND_TEXT)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                                 "the keys after ** must be texts");
        /* a name has no marks to carry on */
        if (map->entries[i].key.flags & IPXE_STICKY)
            return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ESCAPE, span,
                                 "a secret or a value from the network "
                                 "cannot name an argument");
        APR_ARRAY_PUSH(keys, const char *) = ipxe_library_intern_find(
            run->library, map->entries[i].key.u.text->s);
        APR_ARRAY_PUSH(all, ipxe_value_t) = map->entries[i].value;
    }
    return APR_SUCCESS;
}

/* The rare call with * or **. */
static apr_status_t evaluate_spread(evaluated_t *args, ipxe_run_t *run,
                                    const ipxe_node_t *node)
{
    apr_array_header_t *all =
        apr_array_make(run->pool, 8, sizeof(ipxe_value_t));
    apr_array_header_t *keys =
        apr_array_make(run->pool, 4, sizeof(const char *));
    int dyn_args = (node->flags & IPXE_NODE_DYN_ARGS) != 0;
    int dyn_keys = (node->flags & IPXE_NODE_DYN_KEYS) != 0;
    int plain = node->count - node->key_count - dyn_args - dyn_keys, i;
    apr_status_t rv = APR_SUCCESS;
    ipxe_value_t value;

    for (i = 0; rv == APR_SUCCESS && i < node->count; i++) {
        rv = ipxe_eval(&value, run, node->items[i]);
        if (rv != APR_SUCCESS)
            return rv;
        if (dyn_args && i == plain) {
            rv = spread_args(all, run, value, node->items[i]->span);
        }
        else if (dyn_keys && i == node->count - 1) {
            rv = spread_keys(all, keys, run, value, node->items[i]->span);
        }
        else {
            APR_ARRAY_PUSH(all, ipxe_value_t) = value;
            if (i >= plain + dyn_args)
                APR_ARRAY_PUSH(keys, const char *) =
                    node->keys[i - plain - dyn_args];
        }
    }
    args->all = (ipxe_value_t *)(void *)all->elts;
    args->keys = (const char **)(void *)keys->elts;
    args->named_count = (apr_size_t)keys->nelts;
    args->count = (apr_size_t)all->nelts - args->named_count;
    return rv;
}

static apr_status_t evaluate(evaluated_t *args, ipxe_run_t *run,
                             const ipxe_node_t *node)
{
    apr_status_t rv;
    int i;

    if (node->flags & (IPXE_NODE_DYN_ARGS | IPXE_NODE_DYN_KEYS))
        return evaluate_spread(args, run, node);
    args->all = node->count <= 6
                    ? args->small
                    : apr_palloc(run->pool,
                                 (apr_size_t)node->count * sizeof(*args->all));
    for (i = 0; i < node->count; i++) {
        rv = ipxe_eval(&args->all[i], run, node->items[i]);
        if (rv != APR_SUCCESS)
            return rv;
    }
    args->keys = node->keys;
    args->named_count = (apr_size_t)node->key_count;
    args->count = (apr_size_t)(node->count - node->key_count);
    return APR_SUCCESS;
}

/* ---- functions and methods ---- */

static void call_make(ipxe_call_t *call, ipxe_run_t *run,
                      const evaluated_t *args, ipxe_span_t span)
{
    call->args = args->all;
    call->count = args->count;
    call->keys = args->keys;
    call->named = args->all + args->count;
    call->named_count = args->named_count;
    call->span = span;
    call->render = &run->render;
}

static apr_status_t not_callable(ipxe_run_t *run, ipxe_value_t value,
                                 ipxe_span_t span)
{
    const char *names[96];
    apr_size_t n = 0, count, i;
    const ipxe_function_t *rows = ipxe_function_rows(&count);
    const ipxe_language_t *language = run->library->language;

    if (value.kind != IPXE_KIND_UNDEFINED)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, span,
                             "%s cannot be called", ipxe_kind_name(value.kind));
    ipxe_run_fail(run, IPXE_DIAG_UNKNOWN_FUNCTION, span,
                  "there is no function '%s'", value.u.undefined);
    for (i = 0; i < count && n < 96; i++)
        names[n++] = rows[i].name;
    for (i = 0; language && i < language->function_count && n < 96; i++)
        names[n++] = language->functions[i].name;
    ipxe_diag_nearest(run->diag, value.u.undefined, names, n);
    return APR_EGENERAL;
}

static apr_status_t call_function(ipxe_value_t *result, ipxe_run_t *run,
                                  ipxe_value_t function, ipxe_call_t *call)
{
    int before = run->render.diags->all->nelts;
    apr_status_t rv;

    if (function.kind != IPXE_KIND_FUNCTION)
        return not_callable(run, function, call->span);
    rv = function.u.function->call(result, call, function.u.function);
    if (rv != APR_SUCCESS)
        ipxe_run_notes(run, before);
    return rv == APR_SUCCESS ? ipxe_run_charge(run, *result, &call->span) : rv;
}

static apr_status_t check_count(ipxe_run_t *run, const char *what,
                                const char *name, int least, int most,
                                apr_size_t count, ipxe_span_t span)
{
    if ((int)count >= least && (most < 0 || (int)count <= most))
        return APR_SUCCESS;
    if (least == most)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, span,
                             "%s '%s' takes %d argument%s, not %d", what, name,
                             least, least == 1 ? "" : "s", (int)count);
    if (most < 0 || (int)count < least)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, span,
                             "%s '%s' takes at least %d argument%s", what, name,
                             least, least == 1 ? "" : "s");
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, span,
                         "%s '%s' takes at most %d argument%s, not %d", what,
                         name, most, most == 1 ? "" : "s", (int)count);
}

static apr_status_t call_method(ipxe_value_t *result, ipxe_run_t *run,
                                ipxe_value_t of, const ipxe_method_t *method,
                                ipxe_call_t *call)
{
    apr_status_t rv =
        check_count(run, "method", method->name, method->least, method->most,
                    call->count + call->named_count, call->span);
    apr_size_t i;

    if (rv == APR_SUCCESS && call->named_count &&
        strncmp(method->name, "split", 5) != 0 &&
        strcmp(method->name, "format") != 0)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, call->span,
                             "method '%s' takes no named arguments",
                             method->name);
    for (i = 0; rv == APR_SUCCESS && i < call->count; i++) {
        if (call->args[i].kind == IPXE_KIND_UNDEFINED)
            rv = ipxe_run_undefined(run, call->args[i], call->span);
    }
    if (rv == APR_SUCCESS)
        rv = method->function(result, run, of, call);
    return rv == APR_SUCCESS ? ipxe_run_charge(run, *result, &call->span) : rv;
}

static apr_status_t no_method(ipxe_run_t *run, ipxe_value_t of,
                              const ipxe_node_t *node)
{
    const char *names[40];
    apr_size_t count, i;
    const ipxe_method_t *rows = ipxe_method_rows(of.kind, &count);

    ipxe_run_fail(run, IPXE_DIAG_UNKNOWN_FUNCTION, node->span,
                  "%s has no method '%s'", ipxe_kind_name(of.kind), node->name);
    for (i = 0; i < count && i < 40; i++)
        names[i] = rows[i].name;
    ipxe_diag_nearest(run->diag, node->name, names, i);
    return APR_EGENERAL;
}

/* of.name(...): a method, or a function that an object or a mapping holds. */
static apr_status_t eval_attr_call(ipxe_value_t *result, ipxe_run_t *run,
                                   const ipxe_node_t *node)
{
    const ipxe_node_t *attr = node->a;
    const ipxe_method_t *method = NULL;
    ipxe_value_t of, function = ipxe_value_undefined(attr->name);
    evaluated_t args;
    ipxe_call_t call;
    apr_status_t rv = ipxe_eval_defined(&of, run, attr->a);

    if (rv == APR_SUCCESS && of.kind == IPXE_KIND_OBJECT)
        rv = ipxe_run_attr(&function, run, of, &attr->key, attr->span);
    if (rv == APR_SUCCESS && function.kind == IPXE_KIND_UNDEFINED)
        rv = ipxe_run_plain(&of, run, of);
    if (rv == APR_SUCCESS)
        rv = evaluate(&args, run, node);
    if (rv != APR_SUCCESS)
        return rv;
    call_make(&call, run, &args, node->span);
    if (function.kind != IPXE_KIND_UNDEFINED)
        return call_function(result, run, function, &call);
    if (!(of.flags & IPXE_LIST_LAZY) || !ipxe_value_is_list(of))
        method = ipxe_method_find(of.kind, attr->name);
    if (method)
        return call_method(result, run, of, method, &call);
    if (of.kind == IPXE_KIND_MAP)
        function = ipxe_map_named(of, &attr->key);
    if (function.kind != IPXE_KIND_UNDEFINED)
        return call_function(result, run, function, &call);
    return no_method(run, of, attr);
}

apr_status_t ipxe_eval_call(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_node_t *node)
{
    ipxe_value_t function;
    evaluated_t args;
    ipxe_call_t call;
    apr_status_t rv;

    if (node->a->kind == IPXE_NODE_ATTR)
        return eval_attr_call(result, run, node);
    rv = ipxe_eval(&function, run, node->a);
    if (rv == APR_SUCCESS && function.kind == IPXE_KIND_OBJECT)
        ipxe_loop_call(&function);
    if (rv == APR_SUCCESS && function.kind != IPXE_KIND_FUNCTION)
        return not_callable(run, function, node->a->span);
    if (rv == APR_SUCCESS)
        rv = evaluate(&args, run, node);
    if (rv != APR_SUCCESS)
        return rv;
    call_make(&call, run, &args, node->span);
    return call_function(result, run, function, &call);
}

/* ---- filters and tests ---- */

/* Which parameter of a row has this name; -1: none. */
static int param_index(const char *params, const char *name)
{
    apr_size_t n = strlen(name);
    int i;

    for (i = 0; *params; i++) {
        apr_size_t len = strcspn(params, " "), word = strcspn(params, " =");

        if (word == n && memcmp(params, name, n) == 0)
            return i;
        params += len;
        params += *params == ' ';
    }
    return -1;
}

static apr_status_t bind_named(ipxe_value_t *bound, ipxe_args_t *args,
                               ipxe_run_t *run, const ipxe_row_t *row,
                               apr_size_t at)
{
    int index = param_index(row->params, args->keys[at]);

    if (index < 0 || index >= IPXE_MAX_PARAMS) {
        ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, *args->span,
                      "'%s' takes no argument '%s'", row->name, args->keys[at]);
        if (row->params[0])
            ipxe_diag_help(run->diag, "it takes: %s", row->params);
        return APR_EGENERAL;
    }
    if (args->given & 1u << index)
        return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_ARGUMENT, *args->span,
                             "'%s' is given '%s' twice", row->name,
                             args->keys[at]);
    bound[index] = args->named[at];
    args->given |= 1u << index;
    return APR_SUCCESS;
}

/* To `bound`, which has room for IPXE_MAX_PARAMS. */
static apr_status_t bind_all(ipxe_value_t *bound, ipxe_args_t *args,
                             ipxe_run_t *run, const ipxe_row_t *row)
{
    apr_status_t rv;
    apr_size_t i;

    args->v = bound;
    args->given = 0;
    for (i = 0; i < IPXE_MAX_PARAMS; i++)
        bound[i] = ipxe_value_none();
    rv = check_count(run, "filter", row->name, row->least, row->most,
                     args->rest_count + args->named_count, *args->span);
    if (row->most < 0)
        return rv;
    for (i = 0; rv == APR_SUCCESS && i < args->rest_count; i++) {
        bound[i] = args->rest[i];
        args->given |= 1u << i;
    }
    for (i = 0; rv == APR_SUCCESS && i < args->named_count; i++)
        rv = bind_named(bound, args, run, row, i);
    return rv;
}

static apr_status_t check_arguments(ipxe_run_t *run, const ipxe_args_t *args)
{
    apr_size_t i;

    if (args->value.kind == IPXE_KIND_UNDEFINED &&
        !(args->value.flags & IPXE_MARK_NOTHING))
        return APR_SUCCESS; /* that is said of the value */
    for (i = 0; i < args->rest_count + args->named_count; i++) {
        const ipxe_value_t *value = i < args->rest_count
                                        ? &args->rest[i]
                                        : &args->named[i - args->rest_count];

        if (value->kind == IPXE_KIND_UNDEFINED)
            return ipxe_run_undefined(run, *value, *args->span);
    }
    return APR_SUCCESS;
}

static apr_status_t check_walked(ipxe_run_t *run, const ipxe_row_t *row,
                                 const ipxe_args_t *args)
{
    if (!(args->value.flags & IPXE_LIST_LAZY) ||
        !ipxe_value_is_list(args->value) || row->flags & IPXE_ROW_WALKS)
        return APR_SUCCESS;
    ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, *args->span,
                  "'%s' wants a list, and what stands before it can only be "
                  "walked",
                  row->name);
    ipxe_diag_help(run->diag, "make it a list first: ...|list|%s", row->name);
    return APR_EGENERAL;
}

/* What is not a text: undefined and generators stop here, unless the row knows
 * of them. */
static apr_status_t prepare_value(ipxe_args_t *args, ipxe_run_t *run,
                                  const ipxe_row_t *row)
{
    apr_status_t rv = APR_SUCCESS;

    if (args->value.kind == IPXE_KIND_UNDEFINED &&
        !(row->flags & IPXE_ROW_UNDEFINED)) {
        if (!(args->value.flags & IPXE_MARK_NOTHING))
            return ipxe_run_undefined(run, args->value, *args->value_span);
        args->value = IPXE_TEXT("");
    }
    if (!(row->flags & IPXE_ROW_UNDEFINED))
        rv = check_walked(run, row, args);
    if (rv == APR_SUCCESS && row->flags & IPXE_ROW_TEXT)
        rv = ipxe_run_writable(&args->value, run, args->value,
                               *args->value_span);
    return rv;
}

/* With the arguments bound. */
static inline apr_status_t run_bound(ipxe_value_t *result, ipxe_run_t *run,
                                     const ipxe_row_t *row, ipxe_args_t *args)
{
    apr_status_t rv = APR_SUCCESS;

    args->name = row->name;
    if (args->value.kind != IPXE_KIND_TEXT)
        rv = prepare_value(args, run, row);
    if (rv == APR_SUCCESS)
        rv = ipxe_run_charge(run, args->value, args->span);
    if (rv == APR_SUCCESS)
        rv = row->function(result, run, args);
    return rv == APR_SUCCESS ? ipxe_run_charge(run, *result, args->span) : rv;
}

/* With arguments that are values already. */
static apr_status_t run_row(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_row_t *row, ipxe_args_t *args)
{
    ipxe_value_t bound[IPXE_MAX_PARAMS];
    apr_status_t rv = bind_all(bound, args, run, row);

    if (rv == APR_SUCCESS && !(row->flags & IPXE_ROW_UNDEFINED))
        rv = check_arguments(run, args);
    return rv == APR_SUCCESS ? run_bound(result, run, row, args) : rv;
}

apr_status_t ipxe_run_named(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_row_t *row, ipxe_value_t value,
                            const ipxe_args_t *from, apr_size_t skip)
{
    ipxe_args_t args;

    args.value = value;
    args.regex = NULL;
    args.rest = from->rest + skip;
    args.rest_count = from->rest_count - skip;
    args.keys = from->keys;
    args.named = from->named;
    args.named_count = from->named_count;
    args.span = from->span;
    args.value_span = from->value_span;
    return run_row(result, run, row, &args);
}

static apr_status_t apply_evaluated(ipxe_value_t *result, ipxe_run_t *run,
                                    const ipxe_node_t *node, ipxe_args_t *args)
{
    evaluated_t evaluated;
    apr_status_t rv = evaluate(&evaluated, run, node);

    if (rv != APR_SUCCESS)
        return rv;
    args->rest = evaluated.all;
    args->rest_count = evaluated.count;
    args->keys = evaluated.keys;
    args->named = evaluated.all + evaluated.count;
    args->named_count = evaluated.named_count;
    return run_row(result, run, node->ref, args);
}

/* To args->value. */
static inline apr_status_t apply(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_node_t *node,
                                 const ipxe_span_t *value_span,
                                 ipxe_args_t *args)
{
    args->regex = node->regex;
    args->span = &node->span;
    args->value_span = value_span;
    if (!node->bound)
        return apply_evaluated(result, run, node, args);
    args->v = args->rest = node->bound;
    args->rest_count = (apr_size_t)node->count;
    args->given = (1u << node->count) - 1;
    args->named_count = 0;
    return run_bound(result, run, node->ref, args);
}

apr_status_t ipxe_eval_filter(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_node_t *node)
{
    ipxe_args_t args;
    apr_status_t rv = ipxe_eval(&args.value, run, node->a);

    return rv == APR_SUCCESS
               ? apply(result, run, node, &node->a->span, &args)
               : rv;
}

apr_status_t ipxe_eval_test(ipxe_value_t *result, ipxe_run_t *run,
                            const ipxe_node_t *node)
{
    apr_status_t rv = ipxe_eval_filter(result, run, node);

    if (rv == APR_SUCCESS && node->flags & IPXE_NODE_NEGATED)
        result->u.boolean = !result->u.boolean;
    return rv;
}

apr_status_t ipxe_eval_filter_on(ipxe_value_t *result, ipxe_run_t *run,
                                 const ipxe_node_t *node, ipxe_value_t input)
{
    ipxe_args_t args;
    apr_status_t rv;

    if (node->kind != IPXE_NODE_FILTER) { /* the innermost: what goes in */
        *result = input;
        return APR_SUCCESS;
    }
    rv = ipxe_eval_filter_on(&args.value, run, node->a, input);
    return rv == APR_SUCCESS ? apply(result, run, node, &node->span, &args)
                             : rv;
}
