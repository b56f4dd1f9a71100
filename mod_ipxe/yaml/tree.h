/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a tree: every node knows where it stands.
 *
 *     ipxe_yaml_t *root;
 *
 *     ipxe_yaml_parse(&root, source, diags, pool);
 *     if (root)
 *         node = ipxe_yaml_get(root, "profiles");
 *
 * One document a file. Anchors, aliases and merge keys work: an alias is the
 * very node of its anchor (so its span is the anchor's, and the tree may be
 * walked into one node by two ways, never in a circle); `<<` has already been
 * merged, its pairs standing after the mapping's own. Plain scalars are text
 * as written; what they are by YAML's core schema is asked with the functions
 * below, so `serial: 0012345` keeps its zeros and `mac: 525400123456` is no
 * number until someone asks.
 *
 * A value that YAML takes for something else than text (`*`, `>= 4`, `[AB]*`,
 * `{{ x }}`) is an error of code yaml-quote, whose help is to quote it.
 *
 * Lifetime: the tree's is its pool's; its spans need the source. Immutable
 * after the parse, for any number of threads. Trust: the operator's text,
 * bounded all the same (base/limits.h). */
#ifndef IPXE_YAML_TREE_H
#define IPXE_YAML_TREE_H

#include "base/diag.h"

typedef enum ipxe_yaml_kind_e {
    IPXE_YAML_NULL,     /* plain `~`, `null`, `Null`, `NULL`, or nothing */
    IPXE_YAML_SCALAR,   /* any other text */
    IPXE_YAML_SEQUENCE, /* a list */
    IPXE_YAML_MAPPING   /* keys with values */
} ipxe_yaml_kind_e;

typedef struct ipxe_yaml_t ipxe_yaml_t;

/* A key of a mapping, which is a scalar (or a plain null), and its value. */
typedef struct ipxe_yaml_pair_t {
    const ipxe_yaml_t *key, *value;
} ipxe_yaml_pair_t;

struct ipxe_yaml_t {
    ipxe_yaml_kind_e kind;
    int plain;         /* a scalar without quotes, not a block (`|`, `>`) */
    apr_size_t count;  /* bytes of text, items or pairs */
    ipxe_span_t span;  /* with the quotes or brackets */
    union {
        const char *text;               /* scalar and null: the value, never
                                         * NULL, no NUL byte in it */
        const ipxe_yaml_t *const *items; /* sequence */
        const ipxe_yaml_pair_t *pairs;  /* mapping, in order */
    };
};

/* Reads the source. *root is the document, a null node for an empty text, or
 * NULL where the text cannot be read to its end (then its first error was
 * added). APR_SUCCESS, or APR_EGENERAL where an error was added: also with a
 * root, which then is whole but for what was wrong (of a duplicate key, the
 * first stands; what should be quoted is read as if it were). */
apr_status_t ipxe_yaml_parse(ipxe_yaml_t **root, const ipxe_source_t *source,
                             ipxe_diags_t *diags, apr_pool_t *pool);

/* An item of a list that is handed out: it lives in `scratch`, which is
 * cleared when this returns. */
typedef void ipxe_yaml_item_fn(void *baton, const ipxe_yaml_t *item,
                               apr_pool_t *scratch);

/* A list of the document's mapping that may be long: its items are handed out
 * one by one while the text is read, and are not in the tree. */
typedef struct ipxe_yaml_long_t {
    const char *key; /* "hosts" */
    ipxe_yaml_item_fn *each;
    void *baton;
} ipxe_yaml_long_t;

/* Reads as ipxe_yaml_parse does; the value of the key is an empty list where
 * its items were handed out, and whole where it is no list or has an anchor
 * (an alias among them). */
apr_status_t ipxe_yaml_parse_long(ipxe_yaml_t **root,
                                  const ipxe_source_t *source,
                                  const ipxe_yaml_long_t *list,
                                  ipxe_diags_t *diags, apr_pool_t *pool);

/* The node and all below it in another pool. */
const ipxe_yaml_t *ipxe_yaml_copy(const ipxe_yaml_t *node, apr_pool_t *pool);

/* ---- Questions ---- */

/* The value of a key; NULL where it is not there or node is no mapping. */
const ipxe_yaml_t *ipxe_yaml_get(const ipxe_yaml_t *node, const char *key);

/* The key's own node, for its span; NULL likewise. */
const ipxe_yaml_t *ipxe_yaml_key(const ipxe_yaml_t *node, const char *key);

/* Nonzero for a null; node may be NULL, which is one. */
int ipxe_yaml_is_null(const ipxe_yaml_t *node);

/* Nonzero for a scalar that is the core schema's true or false: plain
 * `true`, `True`, `TRUE` and the same of `false`; `yes` and `on` are text. */
int ipxe_yaml_bool(int *value, const ipxe_yaml_t *node);

/* Nonzero for a plain scalar that is an integer of the core schema (`42`,
 * `-7`, `0x81`, `0o17`) within 64 bits. */
int ipxe_yaml_int(apr_int64_t *value, const ipxe_yaml_t *node);

/* Nonzero for a plain scalar that is an integer or a float of the core
 * schema (`1.5`, `2e3`; not `.inf` and `.nan`, which are text here). */
int ipxe_yaml_float(double *value, const ipxe_yaml_t *node);

/* What a node is, for messages: "nothing", "text", "a list", "a mapping";
 * for plain scalars "true or false" and "a number" where they are so. */
const char *ipxe_yaml_what(const ipxe_yaml_t *node);

#endif
