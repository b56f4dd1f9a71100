/* SPDX-License-Identifier: Apache-2.0 */
/* Which names a template reads and which functions it calls, found without
 * rendering it. Where a branch decides whether the template sets a name
 * itself, it counts as read. */
#include <string.h>

#include "template/filters.h"
#include "template/node.h"

#define MOST_DEPTH 24
#define MOST_VISITS 2000 /* of templates: they may include each other */

typedef struct set_t {
    const char *name;
    const struct set_t *next;
} set_t;

typedef struct walk_t {
    ipxe_name_fn *name;
    ipxe_call_fn *call;
    void *baton;
    const ipxe_library_t *library;
    const set_t *sets; /* names that are set here */
    int depth, visits;
    apr_pool_t *pool;
} walk_t;

static void visit(walk_t *walk, const ipxe_node_t *node);

static int is_set(const walk_t *walk, const char *name)
{
    const set_t *set;

    for (set = walk->sets; set; set = set->next) {
        if (set->name == name)
            return 1;
    }
    return 0;
}

static void add_set(walk_t *walk, const char *name)
{
    set_t *set = apr_palloc(walk->pool, sizeof(*set));

    set->name = name;
    set->next = walk->sets;
    walk->sets = set;
}

static void add_target(walk_t *walk, const ipxe_node_t *target)
{
    int i;

    if (target->kind == IPXE_NODE_NAME)
        add_set(walk, target->name);
    else if (target->kind == IPXE_NODE_ATTR)
        visit(walk, target->a);
    for (i = 0; target->kind == IPXE_NODE_TUPLE && i < target->count; i++)
        add_target(walk, target->items[i]);
}

/* ---- names ---- */

static void tell(walk_t *walk, const char *parent, const char *name,
                 ipxe_span_t span)
{
    if (walk->name)
        walk->name(walk->baton, parent, name, span);
}

static int free_name(const walk_t *walk, const ipxe_node_t *node)
{
    return node->kind == IPXE_NODE_NAME && !is_set(walk, node->name);
}

static void visit_items(walk_t *walk, const ipxe_node_t *node)
{
    int i;

    for (i = 0; i < node->count; i++) {
        if (node->items[i])
            visit(walk, node->items[i]);
    }
}

static void visit_name(walk_t *walk, const ipxe_node_t *node)
{
    if (free_name(walk, node))
        tell(walk, "", node->name, node->span);
}

static void visit_attr(walk_t *walk, const ipxe_node_t *node)
{
    if (free_name(walk, node->a))
        tell(walk, node->a->name, node->name, node->span);
    else
        visit(walk, node->a);
}

static void visit_item(walk_t *walk, const ipxe_node_t *node)
{
    int literal = node->b->kind == IPXE_NODE_CONST &&
                  node->b->value.kind == IPXE_KIND_TEXT;

    if (!free_name(walk, node->a))
        visit(walk, node->a);
    else
        tell(walk, node->a->name, literal ? node->b->value.u.text->s : "*",
             node->span);
    visit(walk, node->b);
}

/* ---- calls ---- */

static int is_product(const walk_t *walk, const char *name)
{
    const ipxe_language_t *language = walk->library->language;
    apr_size_t i;

    for (i = 0; language && i < language->function_count; i++) {
        if (strcmp(language->functions[i].name, name) == 0)
            return 1;
    }
    return 0;
}

static const char *literal_of(const ipxe_node_t *node)
{
    if (node->count && node->items[0]->kind == IPXE_NODE_CONST &&
        node->items[0]->value.kind == IPXE_KIND_TEXT)
        return node->items[0]->value.u.text->s;
    return NULL;
}

/* name.get('x') reads name.x; name.keys() and the like all of it; any other
 * method is one of a text. */
static void visit_method(walk_t *walk, const ipxe_node_t *node)
{
    static const char *const whole[] = {"items", "keys", "values"};
    const ipxe_node_t *attr = node->a;
    const char *literal = literal_of(node);
    int i;

    if (!free_name(walk, attr->a)) {
        visit(walk, attr->a);
        return;
    }
    for (i = 0; i < 3; i++) {
        if (strcmp(whole[i], attr->name) == 0) {
            tell(walk, attr->a->name, "*", attr->span);
            return;
        }
    }
    if (strcmp(attr->name, "get") == 0)
        tell(walk, attr->a->name, literal ? literal : "*", attr->span);
    else
        tell(walk, "", attr->a->name, attr->a->span);
}

static void visit_call(walk_t *walk, const ipxe_node_t *node)
{
    if (node->a->kind == IPXE_NODE_ATTR)
        visit_method(walk, node);
    else if (!free_name(walk, node->a))
        visit(walk, node->a);
    else if (!is_product(walk, node->a->name))
        visit(walk, node->a);
    else if (walk->call)
        walk->call(walk->baton, node->a->name, literal_of(node), node->count,
                   node->span);
    visit_items(walk, node);
}

/* ---- statements ---- */

static void visit_inner(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *sets = walk->sets;

    if (node)
        visit(walk, node);
    walk->sets = sets;
}

/* After an `if`, set is what each of its ways sets. */
static void visit_if(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *before = walk->sets, *first = NULL, *set;
    int i;

    for (i = 0; i < node->count; i += 2) {
        visit(walk, node->items[i]);
        visit(walk, node->items[i + 1]);
        if (i == 0)
            first = walk->sets;
        walk->sets = before;
    }
    if (!node->c)
        return;
    visit(walk, node->c);
    if (node->count > 2) {
        walk->sets = before;
        return;
    }
    for (set = first; set != before; set = set->next) {
        if (is_set(walk, set->name))
            continue;
        walk->sets = before;
        return;
    }
}

static void visit_for(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *before = walk->sets;

    visit(walk, node->b);
    add_target(walk, node->a);
    if (node->c)
        visit(walk, node->c);
    add_set(walk, walk->library->known.loop);
    visit(walk, node->items[0]);
    walk->sets = before;
    visit_inner(walk, node->items[1]);
}

static void visit_macro(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *before;
    int i;

    add_set(walk, node->name);
    before = walk->sets;
    for (i = 0; i < node->key_count; i++)
        add_set(walk, node->keys[i]);
    add_set(walk, walk->library->known.varargs);
    add_set(walk, walk->library->known.kwargs);
    visit_items(walk, node);
    visit(walk, node->c);
    walk->sets = before;
}

static void visit_template(walk_t *walk, const ipxe_template_t *self)
{
    if (!self || !self->root || ++walk->visits > MOST_VISITS)
        return;
    visit(walk, self->root);
}

/* One that is computed may be any of them. */
static void visit_all(walk_t *walk)
{
    apr_hash_index_t *at;

    for (at = apr_hash_first(walk->pool, walk->library->templates); at;
         at = apr_hash_next(at))
        visit_template(walk, apr_hash_this_val(at));
}

static void visit_other(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *before = walk->sets;
    int literal = node->a->kind == IPXE_NODE_CONST;

    visit(walk, node->a);
    if (!(node->flags & IPXE_NODE_WITH_CONTEXT) &&
        node->kind != IPXE_NODE_EXTENDS)
        walk->sets = NULL;
    if (node->ref)
        visit_template(walk, node->ref);
    else if (!literal)
        visit_all(walk);
    walk->sets = before;
}

/* Without context a template sees no names, but calls functions. */
static void visit_without(walk_t *walk, const ipxe_node_t *node)
{
    ipxe_name_fn *name = walk->name;

    if (!(node->flags & IPXE_NODE_WITH_CONTEXT) &&
        node->kind != IPXE_NODE_EXTENDS) {
        visit(walk, node->a);
        walk->name = NULL;
    }
    visit_other(walk, node);
    walk->name = name;
}

static void visit_import(walk_t *walk, const ipxe_node_t *node)
{
    int i;

    visit_without(walk, node);
    if (node->kind == IPXE_NODE_IMPORT)
        add_set(walk, node->name);
    for (i = 1; node->kind == IPXE_NODE_FROM && i < node->key_count; i += 2)
        add_set(walk, node->keys[i]);
}

static void visit_block(walk_t *walk, const ipxe_node_t *node)
{
    const set_t *before = walk->sets;

    add_set(walk, walk->library->known.super);
    add_set(walk, walk->library->known.self);
    visit(walk, node->c);
    walk->sets = before;
}

static void visit_parts(walk_t *walk, const ipxe_node_t *node)
{
    if (node->a)
        visit(walk, node->a);
    if (node->b && node->b != node->a)
        visit(walk, node->b);
    visit_items(walk, node);
    if (node->c)
        visit(walk, node->c);
}

static void visit_kind(walk_t *walk, const ipxe_node_t *node)
{
    switch (node->kind) {
    case IPXE_NODE_NAME:
        visit_name(walk, node);
        break;
    case IPXE_NODE_ATTR:
        visit_attr(walk, node);
        break;
    case IPXE_NODE_ITEM:
        visit_item(walk, node);
        break;
    case IPXE_NODE_CALL:
        visit_call(walk, node);
        break;
    case IPXE_NODE_IF:
        visit_if(walk, node);
        break;
    case IPXE_NODE_FOR:
        visit_for(walk, node);
        break;
    case IPXE_NODE_SET:
        visit(walk, node->b);
        add_target(walk, node->a);
        break;
    case IPXE_NODE_SETBLOCK:
        visit_inner(walk, node->c);
        if (node->b)
            visit(walk, node->b);
        add_target(walk, node->a);
        break;
    case IPXE_NODE_MACRO:
        visit_macro(walk, node);
        break;
    case IPXE_NODE_INCLUDE:
    case IPXE_NODE_EXTENDS:
        visit_without(walk, node);
        break;
    case IPXE_NODE_IMPORT:
    case IPXE_NODE_FROM:
        visit_import(walk, node);
        break;
    case IPXE_NODE_BLOCK:
        visit_block(walk, node);
        break;
    default:
        visit_parts(walk, node);
    }
}

static void visit(walk_t *walk, const ipxe_node_t *node)
{
    if (walk->depth > MOST_DEPTH * 100)
        return;
    walk->depth++;
    visit_kind(walk, node);
    walk->depth--;
}

static void start(const ipxe_template_t *self, ipxe_name_fn *name,
                  ipxe_call_fn *call, void *baton)
{
    walk_t walk;

    if (!self->root)
        return;
    memset(&walk, 0, sizeof(walk));
    walk.name = name;
    walk.call = call;
    walk.baton = baton;
    walk.library = self->library;
    apr_pool_create(&walk.pool, NULL);
    visit(&walk, self->root);
    apr_pool_destroy(walk.pool);
}

void ipxe_template_names(const ipxe_template_t *template_, ipxe_name_fn *each,
                         void *baton)
{
    start(template_, each, NULL, baton);
}

void ipxe_library_names(const ipxe_library_t *library, ipxe_name_fn *each,
                        void *baton)
{
    apr_hash_index_t *at;
    apr_pool_t *pool;
    int i;

    for (i = 0; i < library->pieces->nelts; i++)
        ipxe_template_names(
            APR_ARRAY_IDX(library->pieces, i, const ipxe_template_t *), each,
            baton);
    apr_pool_create(&pool, library->pool);
    for (at = apr_hash_first(pool, library->templates); at;
         at = apr_hash_next(at)) {
        const ipxe_template_t *self = apr_hash_this_val(at);

        if (self->stage == IPXE_STAGE_READY)
            ipxe_template_names(self, each, baton);
    }
    apr_pool_destroy(pool);
}

void ipxe_template_calls(const ipxe_template_t *template_, ipxe_call_fn *each,
                         void *baton)
{
    start(template_, NULL, each, baton);
}
