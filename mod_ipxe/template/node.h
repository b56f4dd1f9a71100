/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: the parsed form, immutable once made. Names
 * of variables are interned in the library, so that equal names are equal
 * pointers. */
#ifndef IPXE_TEMPLATE_NODE_H
#define IPXE_TEMPLATE_NODE_H

#include <apr_hash.h>

#include "template/data.h"
#include "template/lexer.h"
#include "template/template.h"

/* X(kind): the order is that of the tables of functions in eval.c and run.c */
#define IPXE_EXPRESSIONS(X)                                                   \
    X(CONST, constant)     /* value */                                        \
    X(NAME, name)          /* name; ref: the function that it means where     \
                              nothing else has this name, or NULL */          \
    X(LIST, list)          /* items */                                        \
    X(TUPLE, tuple)        /* items */                                        \
    X(DICT, dict)          /* items: key, value, key, value */                \
    X(ATTR, attr)          /* a.name; ref: "a.name", where a is a NAME */     \
    X(ITEM, item)          /* a[b] */                                         \
    X(SLICE, slice)        /* a[items 0:1:2], each may be NULL */             \
    X(CALL, call)          /* a(items, keys) */                               \
    X(FILTER, filter)      /* a|ref(items, keys); a is NULL in a block */     \
    X(TEST, test)          /* a is ref(items, keys) */                        \
    X(NEG, neg)            /* -a */                                           \
    X(POS, pos)            /* +a */                                           \
    X(NOT, not )           /* not a */                                        \
    X(AND, and)            /* a and b */                                      \
    X(OR, or)              /* a or b */                                       \
    X(BINARY, binary)      /* a op b */                                       \
    X(CONCAT, concat)      /* items ~ */                                      \
    X(COMPARE, compare)    /* a, then items with ops */                       \
    X(COND, cond)          /* b if a else c (or NULL) */

#define IPXE_STATEMENTS(X)                                                    \
    X(BODY, body)          /* items, one after the other; ref: the same as    \
                              segments */                                     \
    X(TEXT, text)          /* value: the template's own text; ref: its        \
                              ipxe_lines_t, NULL where it has no break */     \
    X(OUTPUT, output)      /* a */                                            \
    X(IF, if)              /* items: condition, body, ...; c: else or NULL */ \
    X(FOR, for)            /* a: target, b: what, c: condition or NULL,       \
                              items: body, else (or NULL) */                  \
    X(SET, set)            /* a: target, b: value */                          \
    X(SETBLOCK, setblock)  /* a: target, b: filter or NULL, c: body */        \
    X(INCLUDE, include)    /* a: which; ref: template or NULL */              \
    X(IMPORT, import)      /* a: which, name: as what; ref */                 \
    X(FROM, from)          /* a: which, keys: names and aliases; ref */       \
    X(MACRO, macro)        /* name, keys: parameters, items: their defaults,  \
                              c: body */                                      \
    X(FILTERBLOCK, filterblock) /* b: filter, c: body */                      \
    X(EXTENDS, extends)    /* a: which; ref */                                \
    X(BLOCK, block)        /* name, c: body */

typedef enum ipxe_node_e {
#define X(kind, function) IPXE_NODE_##kind,
    IPXE_EXPRESSIONS(X) IPXE_STATEMENTS(X)
#undef X
        IPXE_NODE_COUNT
} ipxe_node_e;

enum {
    IPXE_NODE_IGNORE_MISSING = 1,
    IPXE_NODE_WITH_CONTEXT = 2,
    IPXE_NODE_RECURSIVE = 4,
    IPXE_NODE_USES_LOOP = 8,  /* the body of a `for` names `loop` */
    IPXE_NODE_NEGATED = 16,
    IPXE_NODE_DYN_ARGS = 32,  /* the last positional item is *args */
    IPXE_NODE_DYN_KEYS = 64,  /* the last item is **keys */
    IPXE_NODE_SCOPED = 128,
    IPXE_NODE_REQUIRED = 256,
    IPXE_NODE_VARARGS = 512,  /* a macro that names varargs, kwargs */
    IPXE_NODE_KWARGS = 1024,
    IPXE_NODE_CLOSES = 2048, /* a body that makes macros or the like: what it
                                sets may outlive a turn of its loop */
    IPXE_NODE_METHOD = 4096  /* an attribute with the name of a mapping's
                                method */
};

/* Places in which a render keeps what names mean: a power of two. */
#define IPXE_RUN_NAMES 64

/* What every render looks at comes first: it is read together. */
typedef struct ipxe_node_t {
    ipxe_node_e kind;
    unsigned flags;
    unsigned slot; /* of a NAME: where a render keeps what it means */
    int count;     /* of items */
    struct ipxe_node_t *a;
    struct ipxe_node_t **items;
    ipxe_value_t value;
    const char *name; /* interned */
    const void *ref;  /* a row of a table, a template, ...: see the kinds */
    ipxe_name_t key;  /* of a NAME or an ATTR: its name as a key */
    const ipxe_value_t *bound; /* a filter's or test's parameters, where all
                                  its arguments are constants that fit them;
                                  the items of a list of constants; or NULL */
    struct ipxe_node_t *b, *c;
    ipxe_token_e op;
    int key_count; /* of keys: named arguments are the last items */
    const char **keys; /* interned */
    const ipxe_token_e *ops;
    const struct ipxe_regex_t *regex; /* of a filter's or test's first
                                         argument, or NULL */
    ipxe_span_t span;
    int depth; /* of an expression: nodes below each other */
} ipxe_node_t;

/* A body in flat form, for a render: a text of the template's own, which may
 * be empty, and then at most one other item. */
typedef enum ipxe_segment_e {
    IPXE_SEGMENT_END,  /* there is none, and no more segment either */
    IPXE_SEGMENT_NEXT, /* there is none */
    IPXE_SEGMENT_NAME, /* an output of a name alone, or of an attribute: */
    IPXE_SEGMENT_ATTR,
    IPXE_SEGMENT_ITEM  /* any other */
} ipxe_segment_e;

typedef struct ipxe_segment_t {
    ipxe_segment_e what;
    ipxe_string_t text;
    const struct ipxe_lines_t *lines; /* of the text: see lines.h */
    const ipxe_node_t *own;   /* the text's node; NULL where it is empty */
    const ipxe_node_t *item;  /* NULL where there is none */
    const ipxe_node_t *value; /* of an output: what it writes */
} ipxe_segment_t;

typedef struct ipxe_block_t {
    const char *name;
    const ipxe_node_t *node;
} ipxe_block_t;

typedef enum ipxe_stage_e {
    IPXE_STAGE_NEW,
    IPXE_STAGE_UNDERWAY,
    IPXE_STAGE_READY,
    IPXE_STAGE_BROKEN
} ipxe_stage_e;

struct ipxe_template_t {
    const char *path; /* below the library's folder; NULL: of a rule file */
    const ipxe_source_t *source;
    ipxe_origin_t origin;
    ipxe_context_e context;
    ipxe_stage_e stage;
    int expression; /* a bare one */
    int unasked;    /* compiled by ipxe_library_finish alone */
    const char *constant; /* its text where it has no tags */
    ipxe_node_t *root;    /* a body, or an expression */
    apr_array_header_t *blocks; /* of ipxe_block_t */
    const ipxe_node_t *extends; /* or NULL */
    ipxe_library_t *library;
};

struct ipxe_library_t {
    const ipxe_language_t *language;
    const ipxe_library_t *parent; /* of a child; else NULL */
    apr_hash_t *templates; /* path to ipxe_template_t * */
    apr_array_header_t *pieces; /* of const ipxe_template_t *: of rule files */
    apr_hash_t *interned;  /* by name: library.c */
    unsigned names;        /* that were interned, here and in the parent */
    int computed; /* an include's name is computed: it may be any template */
    struct {               /* names that the floor itself looks for */
        const char *loop, *super, *self, *varargs, *kwargs;
    } known;
    apr_pool_t *pool;
};

/* Nonzero where an attribute of this name means a method of mappings, here or
 * in Python, and no key. */
int ipxe_map_method(const char *name);

const char *ipxe_library_intern(ipxe_library_t *library, const char *name);
/* Of an interned name: how many were interned before it. */
unsigned ipxe_library_number(const ipxe_library_t *library, const char *name);
/* At render time: the interned name, or the name itself where no template
 * knows it. */
const char *ipxe_library_intern_find(const ipxe_library_t *library,
                                     const char *name);
ipxe_template_t *ipxe_library_find(const ipxe_library_t *library,
                                   const char *path);
/* Compiles it if it was not; its diagnostics then are added. */
void ipxe_library_compile(ipxe_template_t *self, ipxe_diags_t *diags);
/* Adds "there is no template 'x'" with what is near. */
ipxe_diag_t *ipxe_library_missing(const ipxe_library_t *library,
                                  const char *path, ipxe_span_t span,
                                  ipxe_diags_t *diags);

/* Parses into self->root, ->blocks, ->extends; zero with diagnostics. */
int ipxe_parser_run(ipxe_template_t *self, const char *text, apr_size_t len,
                    ipxe_diags_t *diags);

#endif
