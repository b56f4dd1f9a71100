/* SPDX-License-Identifier: Apache-2.0 */
/* Equality, order and hashes of values, as Python's. */
#include <string.h>

#include "template/data.h"

#define UNORDERED 2

static int equal_at(ipxe_value_t a, ipxe_value_t b, int depth);
static int order_at(ipxe_value_t a, ipxe_value_t b, int depth);

static apr_int64_t integer_of(ipxe_value_t value)
{
    return value.kind == IPXE_KIND_BOOL ? value.u.boolean : value.u.integer;
}

/* A float against an integer without losing the integer's low bits. */
static int order_mixed(double real, apr_int64_t integer)
{
    apr_int64_t whole;

    if (real != real)
        return UNORDERED;
    if (real >= 9223372036854775808.0)
        return 1;
    if (real < -9223372036854775808.0)
        return -1;
    whole = (apr_int64_t)real;
    if (whole != integer)
        return whole < integer ? -1 : 1;
    real -= (double)whole;
    return real < 0 ? -1 : real > 0;
}

static int order_numbers(ipxe_value_t a, ipxe_value_t b)
{
    int order;

    if (a.kind == IPXE_KIND_FLOAT && b.kind == IPXE_KIND_FLOAT) {
        if (a.u.real != a.u.real || b.u.real != b.u.real)
            return UNORDERED;
        return a.u.real < b.u.real ? -1 : a.u.real > b.u.real;
    }
    if (a.kind == IPXE_KIND_FLOAT)
        return order_mixed(a.u.real, integer_of(b));
    if (b.kind == IPXE_KIND_FLOAT) {
        order = order_mixed(b.u.real, integer_of(a));
        return order == UNORDERED ? UNORDERED : -order;
    }
    if (integer_of(a) == integer_of(b))
        return 0;
    return integer_of(a) < integer_of(b) ? -1 : 1;
}

static int order_texts(const ipxe_string_t *a, const ipxe_string_t *b)
{
    apr_size_t least = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->s, b->s, least);

    if (order)
        return order < 0 ? -1 : 1;
    return a->len < b->len ? -1 : a->len > b->len;
}

static int equal_lists(const ipxe_list_t *a, const ipxe_list_t *b, int depth)
{
    apr_size_t i;

    if (a->len != b->len)
        return 0;
    for (i = 0; i < a->len; i++) {
        if (!equal_at(a->items[i], b->items[i], depth + 1))
            return 0;
    }
    return 1;
}

static int equal_maps(const struct ipxe_map_t *a, const struct ipxe_map_t *b,
                      int depth)
{
    apr_size_t i;

    if (a->count != b->count)
        return 0;
    for (i = 0; i < a->count; i++) {
        const ipxe_entry_t *other = ipxe_map_find(b, a->entries[i].key);

        if (!other ||
            !equal_at(a->entries[i].value, other->value, depth + 1))
            return 0;
    }
    return 1;
}

static int equal_at(ipxe_value_t a, ipxe_value_t b, int depth)
{
    if (ipxe_value_is_number(a) && ipxe_value_is_number(b))
        return order_numbers(a, b) == 0;
    if (a.kind != b.kind || depth > IPXE_VALUE_DEPTH)
        return 0;
    switch (a.kind) {
    case IPXE_KIND_NONE:
        return 1;
    case IPXE_KIND_TEXT:
        return a.u.text->len == b.u.text->len &&
               memcmp(a.u.text->s, b.u.text->s, a.u.text->len) == 0;
    case IPXE_KIND_LIST:
    case IPXE_KIND_TUPLE:
        return equal_lists(a.u.list, b.u.list, depth);
    case IPXE_KIND_MAP:
        return equal_maps(a.u.map, b.u.map, depth);
    case IPXE_KIND_OBJECT:
        return a.u.object == b.u.object;
    case IPXE_KIND_FUNCTION:
        return a.u.function == b.u.function;
    default:
        return 0;
    }
}

int ipxe_value_equal(ipxe_value_t a, ipxe_value_t b)
{
    if (a.kind == IPXE_KIND_TEXT && b.kind == IPXE_KIND_TEXT)
        return a.u.text->len == b.u.text->len &&
               memcmp(a.u.text->s, b.u.text->s, a.u.text->len) == 0;
    return equal_at(a, b, 0);
}

static int order_lists(const ipxe_list_t *a, const ipxe_list_t *b, int depth)
{
    apr_size_t least = a->len < b->len ? a->len : b->len, i;

    for (i = 0; i < least; i++) {
        if (!equal_at(a->items[i], b->items[i], depth))
            return order_at(a->items[i], b->items[i], depth + 1);
    }
    return a->len < b->len ? -1 : a->len > b->len;
}

static int order_at(ipxe_value_t a, ipxe_value_t b, int depth)
{
    if (ipxe_value_is_number(a) && ipxe_value_is_number(b))
        return order_numbers(a, b);
    if (a.kind != b.kind || depth > IPXE_VALUE_DEPTH)
        return UNORDERED;
    if (a.kind == IPXE_KIND_TEXT)
        return order_texts(a.u.text, b.u.text);
    if (ipxe_value_is_list(a))
        return order_lists(a.u.list, b.u.list, depth);
    return UNORDERED;
}

int ipxe_value_order(ipxe_value_t a, ipxe_value_t b)
{
    return order_at(a, b, 0);
}

static apr_uint64_t hash_eight(apr_uint64_t hash, apr_uint64_t eight)
{
    hash = (hash ^ eight) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

apr_uint32_t ipxe_hash_bytes(const void *s, apr_size_t len)
{
    const unsigned char *at = s, *end = at + len;
    apr_uint64_t hash = len, eight = 0;

    for (; at + sizeof(eight) <= end; at += sizeof(eight)) {
        memcpy(&eight, at, sizeof(eight));
        hash = hash_eight(hash, eight);
    }
    for (eight = 0; at < end; at++)
        eight = eight << 8 | *at;
    return (apr_uint32_t)hash_eight(hash, eight);
}

static apr_uint32_t hash_number(ipxe_value_t value)
{
    double real = ipxe_value_real(value) + 0.0; /* -0.0 is 0.0 */

    return ipxe_hash_bytes(&real, sizeof(real));
}

apr_uint32_t ipxe_value_hash(ipxe_value_t value)
{
    apr_uint32_t hash = 17;
    apr_size_t i;

    if (ipxe_value_is_number(value))
        return hash_number(value);
    if (value.kind == IPXE_KIND_TEXT)
        return ipxe_hash_bytes(value.u.text->s, value.u.text->len);
    if (!ipxe_value_is_list(value))
        return (apr_uint32_t)value.kind;
    for (i = 0; i < value.u.list->len; i++)
        hash = hash * 31 + ipxe_value_hash(value.u.list->items[i]);
    return hash;
}
