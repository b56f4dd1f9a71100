/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries: templates by their path, compiled when they are asked for. */
#include <apr_hash.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "template/node.h"

typedef struct interned_t {
    const char *name;
    unsigned number;
} interned_t;

/* What a child does not know, its parent may. */
static const interned_t *find_interned(const ipxe_library_t *library,
                                       const char *name)
{
    const interned_t *known = NULL;

    for (; library && !known; library = library->parent)
        known = apr_hash_get(library->interned, name, APR_HASH_KEY_STRING);
    return known;
}

const char *ipxe_library_intern(ipxe_library_t *library, const char *name)
{
    const interned_t *known = find_interned(library, name);
    interned_t *interned;

    if (known)
        return known->name;
    interned = apr_palloc(library->pool, sizeof(*interned));
    interned->name = apr_pstrdup(library->pool, name);
    interned->number = library->names++;
    apr_hash_set(library->interned, interned->name, APR_HASH_KEY_STRING,
                 interned);
    return interned->name;
}

unsigned ipxe_library_number(const ipxe_library_t *library, const char *name)
{
    return find_interned(library, name)->number;
}

const char *ipxe_library_intern_find(const ipxe_library_t *library,
                                     const char *name)
{
    const interned_t *known = find_interned(library, name);

    return known ? known->name : name;
}

ipxe_library_t *ipxe_library_make(const ipxe_language_t *language,
                                  apr_pool_t *pool)
{
    ipxe_library_t *library = apr_pcalloc(pool, sizeof(*library));

    library->language = language;
    library->pool = pool;
    library->templates = apr_hash_make(pool);
    library->interned = apr_hash_make(pool);
    library->pieces =
        apr_array_make(pool, 64, sizeof(const ipxe_template_t *));
    library->known.loop = ipxe_library_intern(library, "loop");
    library->known.super = ipxe_library_intern(library, "super");
    library->known.self = ipxe_library_intern(library, "self");
    library->known.varargs = ipxe_library_intern(library, "varargs");
    library->known.kwargs = ipxe_library_intern(library, "kwargs");
    return library;
}

ipxe_library_t *ipxe_library_child(const ipxe_library_t *parent,
                                   apr_pool_t *pool)
{
    ipxe_library_t *library = apr_pmemdup(pool, parent, sizeof(*parent));

    library->parent = parent;
    library->pool = pool;
    library->interned = apr_hash_make(pool);
    library->pieces = apr_array_make(pool, 4, sizeof(const ipxe_template_t *));
    return library;
}

static ipxe_template_t *make_template(ipxe_library_t *library)
{
    ipxe_template_t *self = apr_pcalloc(library->pool, sizeof(*self));

    self->library = library;
    self->blocks = apr_array_make(library->pool, 0, sizeof(ipxe_block_t));
    return self;
}

void ipxe_library_add(ipxe_library_t *library, const char *path,
                      const ipxe_source_t *source)
{
    ipxe_template_t *self = make_template(library);

    self->path = apr_pstrdup(library->pool, path);
    self->source = source;
    self->context = ipxe_context_of(path);
    self->origin.whole = ipxe_span(source, 0, source->len);
    self->origin.exact = 1;
    apr_hash_set(library->templates, self->path, APR_HASH_KEY_STRING, self);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

apr_array_header_t *ipxe_library_paths(const ipxe_library_t *library,
                                       apr_pool_t *pool)
{
    apr_array_header_t *paths = apr_array_make(
        pool, (int)apr_hash_count(library->templates), sizeof(const char *));
    apr_hash_index_t *at;

    for (at = apr_hash_first(pool, library->templates); at;
         at = apr_hash_next(at))
        APR_ARRAY_PUSH(paths, const char *) = apr_hash_this_key(at);
    qsort(paths->elts, (apr_size_t)paths->nelts, sizeof(const char *),
          by_name);
    return paths;
}

ipxe_template_t *ipxe_library_find(const ipxe_library_t *library,
                                   const char *path)
{
    return apr_hash_get(library->templates, path, APR_HASH_KEY_STRING);
}

ipxe_diag_t *ipxe_library_missing(const ipxe_library_t *library,
                                  const char *path, ipxe_span_t span,
                                  ipxe_diags_t *diags)
{
    ipxe_diag_t *diag = ipxe_diag_add(diags, IPXE_DIAG_TEMPLATE_MISSING, span,
                                      "there is no template '%s'", path);
    apr_array_header_t *paths = ipxe_library_paths(library, diags->pool);

    ipxe_diag_nearest(diag, path,
                      (const char *const *)(const void *)paths->elts,
                      (apr_size_t)paths->nelts);
    return diag;
}

/* ---- compiling ---- */

/* Line ends become LF; where a CR was taken out is kept for the spans. */
static const char *normal_lines(ipxe_origin_t *origin, const char *text,
                                apr_size_t *len, apr_pool_t *pool)
{
    apr_array_header_t *cuts;
    apr_size_t i, n = 0;
    char *out;

    if (!memchr(text, '\r', *len))
        return text;
    out = apr_palloc(pool, *len + 1);
    cuts = apr_array_make(pool, 64, sizeof(apr_size_t));
    for (i = 0; i < *len; i++) {
        if (text[i] != '\r')
            out[n++] = text[i];
        else if (i + 1 < *len && text[i + 1] == '\n')
            APR_ARRAY_PUSH(cuts, apr_size_t) = n;
        else
            out[n++] = '\n';
    }
    out[n] = '\0';
    *len = n;
    origin->cuts = (const apr_size_t *)(void *)cuts->elts;
    origin->cut_count = (apr_size_t)cuts->nelts;
    return out;
}

static void compile_text(ipxe_template_t *self, const char *text,
                         apr_size_t len, ipxe_diags_t *diags)
{
    self->stage = IPXE_STAGE_UNDERWAY;
    text = normal_lines(&self->origin, text, &len, self->library->pool);
    self->stage = ipxe_parser_run(self, text, len, diags)
                      ? IPXE_STAGE_READY
                      : IPXE_STAGE_BROKEN;
}

void ipxe_library_compile(ipxe_template_t *self, ipxe_diags_t *diags)
{
    if (self->stage == IPXE_STAGE_NEW)
        compile_text(self, self->source->text, self->source->len, diags);
}

const ipxe_template_t *ipxe_library_get(int *found, ipxe_library_t *library,
                                        const char *path, ipxe_diags_t *diags)
{
    ipxe_template_t *self = ipxe_library_find(library, path);

    *found = self != NULL;
    if (!self)
        return NULL;
    ipxe_library_compile(self, diags);
    return self->stage == IPXE_STAGE_READY ? self : NULL;
}

static void mark_unasked(ipxe_library_t *library, apr_pool_t *pool)
{
    apr_hash_index_t *at;

    for (at = apr_hash_first(pool, library->templates); at;
         at = apr_hash_next(at)) {
        ipxe_template_t *self = apr_hash_this_val(at);

        self->unasked = self->stage == IPXE_STAGE_NEW;
    }
}

apr_array_header_t *ipxe_library_unasked(const ipxe_library_t *library,
                                         apr_pool_t *pool)
{
    apr_array_header_t *paths = ipxe_library_paths(library, pool);
    int i, n = 0;

    for (i = 0; i < paths->nelts && !library->computed; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        if (ipxe_library_find(library, path)->unasked)
            APR_ARRAY_IDX(paths, n++, const char *) = path;
    }
    paths->nelts = n;
    return paths;
}

ipxe_span_t ipxe_library_span(const ipxe_library_t *library, const char *path)
{
    const ipxe_template_t *self = ipxe_library_find(library, path);

    return self ? ipxe_span(self->source, 0, 1) : ipxe_span(NULL, 0, 0);
}

void ipxe_library_finish(ipxe_library_t *library)
{
    apr_pool_t *quiet;
    ipxe_diags_t *diags;
    apr_hash_index_t *at;

    apr_pool_create(&quiet, library->pool);
    diags = ipxe_diags_make(quiet);
    mark_unasked(library, quiet);
    for (at = apr_hash_first(quiet, library->templates); at;
         at = apr_hash_next(at))
        ipxe_library_compile(apr_hash_this_val(at), diags);
    apr_pool_destroy(quiet);
}

/* ---- texts and expressions of rule files ---- */

/* Where the scalar's value stands, if it stands there as it is. */
static void locate(ipxe_origin_t *origin, const char *text, apr_size_t len)
{
    ipxe_span_t span = origin->whole;
    apr_size_t shift;

    for (shift = 0; span.source && shift < 2; shift++) {
        apr_size_t begin = span.begin + shift;

        if (begin + len > span.source->len || begin + len > span.end)
            return;
        if (memcmp(span.source->text + begin, text, len) == 0) {
            origin->base = begin;
            origin->exact = 1;
            return;
        }
        if (!strchr("'\"", span.source->text[span.begin]))
            return;
    }
}

static const ipxe_template_t *compile_piece(ipxe_template_t *self,
                                            const char *text,
                                            ipxe_span_t span,
                                            ipxe_diags_t *diags)
{
    apr_size_t len = strlen(text);

    self->source = span.source;
    self->origin.whole = span;
    locate(&self->origin, text, len);
    compile_text(self, apr_pstrmemdup(self->library->pool, text, len), len,
                 diags);
    if (self->stage != IPXE_STAGE_READY)
        return NULL;
    APR_ARRAY_PUSH(self->library->pieces, const ipxe_template_t *) = self;
    return self;
}

const ipxe_template_t *ipxe_template_compile(ipxe_library_t *library,
                                             const char *text,
                                             ipxe_span_t span,
                                             ipxe_context_e context,
                                             ipxe_diags_t *diags)
{
    ipxe_template_t *self = make_template(library);

    self->context = context;
    return compile_piece(self, text, span, diags);
}

const ipxe_template_t *ipxe_expression_compile(ipxe_library_t *library,
                                               const char *text,
                                               ipxe_span_t span,
                                               ipxe_diags_t *diags)
{
    ipxe_template_t *self = make_template(library);

    self->expression = 1;
    return compile_piece(self, text, span, diags);
}

/* Deeper ones have no equality that counts. */
#define MOST_ANDS 16

/* The parts of a conjunction, in order; zero where they are too many. */
static int list_parts(const ipxe_node_t **parts, const ipxe_node_t *node)
{
    const ipxe_node_t *at = node;
    int count = 1, i;

    for (; at->kind == IPXE_NODE_AND; at = at->a)
        count++;
    if (count > MOST_ANDS)
        return 0;
    for (i = count - 1; i > 0; i--, node = node->a)
        parts[i] = node->b;
    parts[0] = node;
    return count;
}

static int is_equality(const ipxe_node_t *node)
{
    return node->kind == IPXE_NODE_COMPARE && node->count == 1 &&
           node->ops[0] == IPXE_TOKEN_EQ && node->a->kind == IPXE_NODE_NAME &&
           node->items[0]->kind == IPXE_NODE_CONST &&
           node->items[0]->value.kind == IPXE_KIND_TEXT;
}

int ipxe_expression_equality(const char **name, const char **text,
                             const ipxe_template_t *expression, int nth)
{
    const ipxe_node_t *parts[MOST_ANDS];
    int count = list_parts(parts, expression->root), i;

    for (i = 0; i <= nth; i++) {
        if (i >= count || !is_equality(parts[i]))
            return 0;
    }
    *name = parts[nth]->a->name;
    *text = parts[nth]->items[0]->value.u.text->s;
    return 1;
}

int ipxe_template_constant(const ipxe_template_t *template_,
                           const char **text)
{
    if (!template_->constant)
        return 0;
    *text = template_->constant;
    return 1;
}

ipxe_span_t ipxe_template_span(const ipxe_template_t *template_)
{
    return template_->origin.whole;
}
