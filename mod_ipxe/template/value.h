/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the template language: what Jinja2's are, as far as they go, and
 * three marks that Jinja2 does not have.
 *
 * A value is small and passed by value; what it points to is immutable and
 * lives as long as the pool that it was made in.
 *
 * Taint: text that came from the network (facts, query arguments, answers to
 * a question) carries its mark through filters and concatenation. Where text
 * is partly the operator's and partly the network's, `mask` tells byte by
 * byte; an operation that cannot follow bytes marks its whole result. */
#ifndef IPXE_TEMPLATE_VALUE_H
#define IPXE_TEMPLATE_VALUE_H

#include "base/text.h"

typedef enum ipxe_kind_e {
    IPXE_KIND_UNDEFINED, /* as StrictUndefined: an error when used */
    IPXE_KIND_NONE,
    IPXE_KIND_BOOL,
    IPXE_KIND_INT,
    IPXE_KIND_FLOAT,
    IPXE_KIND_TEXT,
    IPXE_KIND_LIST,
    IPXE_KIND_TUPLE,
    IPXE_KIND_MAP,
    IPXE_KIND_OBJECT,  /* names asked for one by one: facts, vars, host */
    IPXE_KIND_FUNCTION /* a function of the product or of the language */
} ipxe_kind_e;

enum {
    IPXE_TAINTED = 1, /* some or all of it came from the network */
    IPXE_SAFE = 2,    /* went through |safe: not escaped on output */
    IPXE_SECRET = 4   /* may stand in answer files alone, shown nowhere */
};

struct ipxe_value_t;
struct ipxe_render_t;

/* Text with its length; s is NUL-terminated and valid UTF-8. */
typedef struct ipxe_string_t {
    const char *s;
    apr_size_t len;
    const unsigned char *mask; /* len bytes, 1: from the network; NULL: as
                                  the value's flag says, for all of it */
} ipxe_string_t;

typedef struct ipxe_list_t { /* list and tuple */
    const struct ipxe_value_t *items;
    apr_size_t len;
} ipxe_list_t;

struct ipxe_map_t;
struct ipxe_object_t;
struct ipxe_function_t;

typedef struct ipxe_value_t {
    ipxe_kind_e kind;
    unsigned flags; /* IPXE_TAINTED, ... */
    union {
        int boolean;
        apr_int64_t integer;
        double real;
        const ipxe_string_t *text;
        const ipxe_list_t *list;
        const struct ipxe_map_t *map;
        const struct ipxe_object_t *object;
        const struct ipxe_function_t *function;
        const char *undefined; /* the name that is not defined, for messages:
                                  "hostname", "facts.serial" */
    } u;
} ipxe_value_t;

/* A name, or another text that is looked up, with its hash. */
typedef struct ipxe_name_t {
    const char *s; /* NUL-terminated; lives as long as values with it */
    apr_size_t len;
    apr_uint32_t hash;
} ipxe_name_t;

ipxe_name_t ipxe_name_of(const char *s, apr_size_t len);

/* Something with names that are looked up when asked for. */
typedef struct ipxe_object_t {
    /* Sets *value; a name that is not there gives kind UNDEFINED and
     * APR_SUCCESS. Any other status is a failure whose diagnostic was added
     * to render->diags. */
    apr_status_t (*get)(ipxe_value_t *value, const struct ipxe_object_t *self,
                        const ipxe_name_t *name,
                        const struct ipxe_render_t *render);
    /* Names that `get` would answer, in a stable order: array of
     * const char *. */
    apr_array_header_t *(*names)(const struct ipxe_object_t *self,
                                 apr_pool_t *pool);
    const void *baton;
} ipxe_object_t;

static inline ipxe_value_t ipxe_value_undefined(const char *name)
{
    ipxe_value_t value = {IPXE_KIND_UNDEFINED, 0, {0}};

    value.u.undefined = name;
    return value;
}

static inline ipxe_value_t ipxe_value_none(void)
{
    ipxe_value_t value = {IPXE_KIND_NONE, 0, {0}};

    return value;
}

static inline ipxe_value_t ipxe_value_bool(int boolean)
{
    ipxe_value_t value = {IPXE_KIND_BOOL, 0, {0}};

    value.u.boolean = boolean != 0;
    return value;
}

static inline ipxe_value_t ipxe_value_int(apr_int64_t integer)
{
    ipxe_value_t value = {IPXE_KIND_INT, 0, {0}};

    value.u.integer = integer;
    return value;
}

ipxe_value_t ipxe_value_float(double real);
/* s is not copied and must live as long as the value. */
ipxe_value_t ipxe_value_text(const char *s, unsigned flags, apr_pool_t *pool);
/* items: array of ipxe_value_t, not copied. */
ipxe_value_t ipxe_value_list(const apr_array_header_t *items);
ipxe_value_t ipxe_value_object(const ipxe_object_t *object);

/* An empty mapping to fill; it keeps the order in which keys came, as
 * Python's. Filled before it is shared. */
ipxe_value_t ipxe_value_map(apr_pool_t *pool);
void ipxe_map_set(ipxe_value_t map, const char *key, ipxe_value_t value);
/* UNDEFINED where the key is not there. */
ipxe_value_t ipxe_map_get(ipxe_value_t map, const char *key);
ipxe_value_t ipxe_map_named(ipxe_value_t map, const ipxe_name_t *key);

/* As Python's str() writes it (True, None, [1, 'a'], 1.0): text with the
 * flags and mask of the value. Not for UNDEFINED. */
ipxe_value_t ipxe_value_shown(ipxe_value_t value, apr_pool_t *pool);
static inline ipxe_value_t ipxe_value_str(ipxe_value_t value, apr_pool_t *pool)
{
    return value.kind == IPXE_KIND_TEXT ? value : ipxe_value_shown(value, pool);
}

/* Python's truth of a value; UNDEFINED is false. */
int ipxe_value_truth(ipxe_value_t value);

/* For diagnostics: "text", "integer", "list", ... */
const char *ipxe_kind_name(ipxe_kind_e kind);

#endif
