/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template floor: values at work. Mappings with keys of any
 * kind, equality and order as Python has them, and text that is put together
 * with the marks of each byte. */
#ifndef IPXE_TEMPLATE_DATA_H
#define IPXE_TEMPLATE_DATA_H

#include "template/value.h"

/* Marks beside those of value.h. The first three are, like IPXE_TAINTED and
 * IPXE_SAFE, also bits of a mask's bytes inside this floor; what leaves it
 * (ipxe_template_value) has bytes 0 and 1 alone. */
enum {
    IPXE_MARK_QUOTED = 8, /* went through |quote: fit for a shell */
    IPXE_MARK_JSON = 16,  /* went through |tojson: fit for YAML and JSON */
    IPXE_MARK_XML = 32,   /* went through |e: fit for XML */
    /* How a list came to be, where Jinja2 shows or counts it otherwise. */
    IPXE_LIST_LAZY = 0x100,  /* a generator: can be walked, nothing else */
    IPXE_LIST_RANGE = 0x200, /* of range() */
    IPXE_LIST_VIEW = 0x400,  /* of .items(), .keys(), .values() */
    IPXE_LIST_GROUP = 0x800, /* a tuple with names: grouper, list */
    /* What `x if y` gives without an else: written as nothing, and still an
     * error where more is wanted of it. Of kind UNDEFINED, or TEXT once it
     * was used. */
    IPXE_MARK_NOTHING = 0x1000,
    /* Bits that stand in masks. */
    IPXE_MARKS = IPXE_TAINTED | IPXE_SAFE | IPXE_MARK_QUOTED |
                 IPXE_MARK_JSON | IPXE_MARK_XML,
    /* What every operation hands on. */
    IPXE_STICKY = IPXE_TAINTED | IPXE_SECRET
};

/* A list that can only be walked, as a generator of Jinja2: and that once. */
typedef struct ipxe_lazy_t {
    ipxe_list_t list; /* the first member: what u.list points to */
    int walked;
} ipxe_lazy_t;

/* Values nested deeper are shown as "..." and are equal to nothing. */
#define IPXE_VALUE_DEPTH 64

typedef struct ipxe_entry_t {
    ipxe_value_t key, value;
    apr_uint32_t hash;
} ipxe_entry_t;

struct ipxe_map_t {
    ipxe_entry_t *entries; /* in the order in which keys came */
    apr_size_t count, room;
    apr_uint32_t *slots; /* 1 + index of an entry, or 0; NULL while small */
    apr_size_t slot_count;
    apr_pool_t *pool;
};

/* ---- making ---- */

ipxe_value_t ipxe_value_text_n(const char *s, apr_size_t len, unsigned flags,
                               apr_pool_t *pool);
/* A string that lives as long as the value. */
static inline ipxe_value_t ipxe_value_string(const ipxe_string_t *string,
                                             unsigned flags)
{
    ipxe_value_t value = {IPXE_KIND_TEXT, flags, {0}};

    value.u.text = string;
    return value;
}

/* Text of so many bytes, to be written before it is shared: where; a NUL stands
 * behind it. */
char *ipxe_string_make(const ipxe_string_t **string, apr_size_t len,
                       apr_pool_t *pool);

/* A literal of C. */
#define IPXE_TEXT(literal)                                                    \
    __extension__({                                                           \
        static const ipxe_string_t string_ = {literal, sizeof(literal) - 1,   \
                                              NULL};                          \
        ipxe_value_string(&string_, 0);                                       \
    })
ipxe_value_t ipxe_value_items(const ipxe_value_t *items, apr_size_t len,
                              ipxe_kind_e kind, unsigned flags,
                              apr_pool_t *pool);
ipxe_value_t ipxe_value_pair(ipxe_value_t a, ipxe_value_t b, apr_pool_t *pool);
ipxe_value_t ipxe_value_array(const apr_array_header_t *items, unsigned flags);

void ipxe_map_put(struct ipxe_map_t *map, ipxe_value_t key,
                  ipxe_value_t value);
const ipxe_entry_t *ipxe_map_find(const struct ipxe_map_t *map,
                                  ipxe_value_t key);
/* The value of a key, or NULL. */
const ipxe_value_t *ipxe_map_place(const struct ipxe_map_t *map,
                                   const ipxe_name_t *name);

/* ---- asking ---- */

static inline int ipxe_value_is_list(ipxe_value_t value) /* list, tuple */
{
    return value.kind == IPXE_KIND_LIST || value.kind == IPXE_KIND_TUPLE;
}

/* bool, int, float */
static inline int ipxe_value_is_number(ipxe_value_t value)
{
    return value.kind >= IPXE_KIND_BOOL && value.kind <= IPXE_KIND_FLOAT;
}

double ipxe_value_real(ipxe_value_t value);   /* of a number */
/* Can be a key: not a list, mapping or tuple of such. */
int ipxe_value_hashable(ipxe_value_t value);
int ipxe_value_equal(ipxe_value_t a, ipxe_value_t b);
apr_uint32_t ipxe_value_hash(ipxe_value_t value);
apr_uint32_t ipxe_hash_bytes(const void *s, apr_size_t len);
/* -1, 0, 1, or 2 where Python has no order for the two. */
int ipxe_value_order(ipxe_value_t a, ipxe_value_t b);
/* Characters of a text. */
apr_size_t ipxe_string_chars(const ipxe_string_t *text);
/* Byte at which character `n` of a text begins; its length past the end. */
apr_size_t ipxe_string_offset(const ipxe_string_t *text, apr_size_t n);

/* ---- text with marks ---- */

typedef struct ipxe_build_t {
    char *s;             /* NUL-terminated by ipxe_build_value */
    unsigned char *mask; /* NULL while all bytes have the same marks */
    apr_size_t len, size;
    unsigned char marks; /* of all bytes, while mask is NULL */
    unsigned flags;      /* IPXE_SECRET, where a part had it */
    apr_pool_t *pool;
} ipxe_build_t;

void ipxe_build_init(ipxe_build_t *build, apr_size_t room, apr_pool_t *pool);
/* Bytes with these marks. */
void ipxe_build_add(ipxe_build_t *build, const char *s, apr_size_t len,
                    unsigned marks);
/* Bytes of a text value with the marks that they have; a part of a text that
 * was made fit for something is not fit any more. */
void ipxe_build_part(ipxe_build_t *build, ipxe_value_t text, apr_size_t from,
                     apr_size_t len);
/* str(value), whole. */
void ipxe_build_str(ipxe_build_t *build, ipxe_value_t value);
/* repr(value). */
void ipxe_build_repr(ipxe_build_t *build, ipxe_value_t value);
ipxe_value_t ipxe_build_value(ipxe_build_t *build);

/* Marks of byte `at` of a text value, and how many bytes from there on have
 * the same. */
unsigned ipxe_marks_at(ipxe_value_t text, apr_size_t at);
apr_size_t ipxe_marks_run(ipxe_value_t text, apr_size_t at);

/* ---- numbers and letters ---- */

/* An integer's digits, written to the end of a place for all that there may
 * be, a sign and a NUL: where they begin, and unless len is NULL how many. */
#define IPXE_INT_DIGITS 21
const char *ipxe_int_text(apr_size_t *len, char place[IPXE_INT_DIGITS],
                          apr_int64_t integer);
/* repr of a float: "1.0", "1e-05", "inf". */
const char *ipxe_float_text(double real, apr_pool_t *pool);
/* printf's of one conversion of a double, e.g. "%.2f". */
const char *ipxe_float_format(const char *format, double real,
                              apr_pool_t *pool);
/* As float() and int() read a text; zero where it is none. */
int ipxe_float_read(double *real, const char *s, apr_size_t len);
int ipxe_int_read(apr_int64_t *integer, const char *s, apr_size_t len,
                  int base);

apr_uint32_t ipxe_letter_upper(apr_uint32_t code);
apr_uint32_t ipxe_letter_lower(apr_uint32_t code);
int ipxe_letter_is_upper(apr_uint32_t code);
int ipxe_letter_is_lower(apr_uint32_t code);
int ipxe_letter_is_word(apr_uint32_t code); /* letter, digit or _ */
int ipxe_letter_is_print(apr_uint32_t code);
int ipxe_letter_is_space(apr_uint32_t code);

#endif
