/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping into a struct, by a table of its keys.
 *
 *     typedef struct menu_t {
 *         const char *title;
 *         int timeout;
 *         apr_array_header_t *items;
 *     } menu_t;
 *
 *     static const ipxe_bind_t rows[] = {
 *         IPXE_BIND("title", TEXT, menu_t, title, 0),
 *         IPXE_BIND_WITH("timeout", menu_t, timeout, 0, bind_seconds),
 *         IPXE_BIND("items", LIST, menu_t, items, IPXE_BIND_REQUIRED),
 *         IPXE_BIND_END};
 *
 *     ipxe_bind(&menu, node, rows, "a menu", NULL, diags, pool);
 *
 * All errors are reported, not the first: unknown keys with the near one,
 * missing keys, wrong types. A member whose key is not there, or is wrong,
 * stays as it was: fill the struct with its defaults before. */
#ifndef IPXE_YAML_BIND_H
#define IPXE_YAML_BIND_H

#include <stddef.h>

#include "yaml/tree.h"

typedef enum ipxe_bind_type_e {
    IPXE_BIND_TEXT,    /* const char *: a scalar as it is written */
    IPXE_BIND_TEXTS,   /* apr_array_header_t * of const char *: a scalar, or a
                        * list of scalars */
    IPXE_BIND_BOOL,    /* int, 0 or 1: true or false */
    IPXE_BIND_INT,     /* int, between least and most where they differ */
    IPXE_BIND_SCALAR,  /* const ipxe_yaml_t *: a scalar, with its span */
    IPXE_BIND_SCALARS, /* apr_array_header_t * of const ipxe_yaml_t *: a
                        * scalar, or a list of them */
    IPXE_BIND_LIST,    /* const ipxe_yaml_t *: a sequence */
    IPXE_BIND_MAPPING, /* const ipxe_yaml_t *: a mapping */
    IPXE_BIND_NODE,    /* const ipxe_yaml_t *: anything, null too */
    IPXE_BIND_CUSTOM   /* what the row's function makes of it */
} ipxe_bind_type_e;

enum {
    IPXE_BIND_REQUIRED = 1, /* an error where the key is missing */
    IPXE_BIND_NULL = 2      /* `key: ~` is as if the key were not there; with
                             * no such flag it is a wrong type (but for NODE
                             * and CUSTOM, which see the null) */
};

/* Sets the member at `member` from a value; adds its own diagnostics. key is
 * the pair's key node, baton what ipxe_bind was given. */
typedef void ipxe_bind_fn(void *member, const ipxe_yaml_t *key,
                          const ipxe_yaml_t *value, void *baton,
                          ipxe_diags_t *diags, apr_pool_t *pool);

typedef struct ipxe_bind_t {
    const char *key; /* NULL ends the table */
    ipxe_bind_type_e type;
    apr_size_t offset;
    int flags;
    int least, most;      /* INT: the bounds, where they differ */
    ipxe_bind_fn *custom; /* CUSTOM */
} ipxe_bind_t;

#define IPXE_BIND(key, type, of, member, flags)                               \
    {key, IPXE_BIND_##type, offsetof(of, member), flags, 0, 0, NULL}
#define IPXE_BIND_RANGE(key, of, member, flags, least, most)                  \
    {key, IPXE_BIND_INT, offsetof(of, member), flags, least, most, NULL}
#define IPXE_BIND_WITH(key, of, member, flags, fn)                            \
    {key, IPXE_BIND_CUSTOM, offsetof(of, member), flags, 0, 0, fn}
#define IPXE_BIND_END {NULL, IPXE_BIND_NODE, 0, 0, 0, 0, NULL}

/* Fills `into` from the mapping. `what` names such a mapping for messages
 * ("a profile"). APR_SUCCESS, or APR_EGENERAL where an error was added (a
 * custom function's errors among them). Texts live as long as the tree. */
apr_status_t ipxe_bind(void *into, const ipxe_yaml_t *mapping,
                       const ipxe_bind_t *rows, const char *what,
                       void *baton, ipxe_diags_t *diags, apr_pool_t *pool);

/* Adds "'KEY' must be WANT, not a list" at the value; for custom functions.
 * The diagnostic, for a help. */
ipxe_diag_t *ipxe_bind_wrong(ipxe_diags_t *diags, const ipxe_yaml_t *key,
                             const ipxe_yaml_t *value, const char *want);

#endif
