/* SPDX-License-Identifier: Apache-2.0 */
/* Values: making them, their truth, mappings. */
#include "template/data.h"

#include <string.h>

#define SMALL_MAP 8

static ipxe_value_t value_of(ipxe_kind_e kind)
{
    ipxe_value_t value;

    value.kind = kind;
    value.flags = 0;
    value.u.integer = 0;
    return value;
}

ipxe_value_t ipxe_value_float(double real)
{
    ipxe_value_t value = value_of(IPXE_KIND_FLOAT);

    value.u.real = real;
    return value;
}

ipxe_value_t ipxe_value_text_n(const char *s, apr_size_t len, unsigned flags,
                               apr_pool_t *pool)
{
    ipxe_value_t value = value_of(IPXE_KIND_TEXT);
    ipxe_string_t *text = apr_palloc(pool, sizeof(*text));

    text->s = s;
    text->len = len;
    text->mask = NULL;
    value.flags = flags;
    value.u.text = text;
    return value;
}

char *ipxe_string_make(const ipxe_string_t **string, apr_size_t len,
                       apr_pool_t *pool)
{
    ipxe_string_t *made = apr_palloc(pool, sizeof(*made) + len + 1);
    char *s = (char *)(made + 1);

    s[len] = '\0';
    made->s = s;
    made->len = len;
    made->mask = NULL;
    *string = made;
    return s;
}

ipxe_value_t ipxe_value_text(const char *s, unsigned flags, apr_pool_t *pool)
{
    return ipxe_value_text_n(s, strlen(s), flags, pool);
}

ipxe_value_t ipxe_value_items(const ipxe_value_t *items, apr_size_t len,
                              ipxe_kind_e kind, unsigned flags,
                              apr_pool_t *pool)
{
    ipxe_value_t value = value_of(kind);
    ipxe_lazy_t *lazy;
    ipxe_list_t *list;

    if (flags & IPXE_LIST_LAZY) {
        lazy = apr_pcalloc(pool, sizeof(*lazy));
        list = &lazy->list;
    }
    else {
        list = apr_palloc(pool, sizeof(*list));
    }
    list->items = items;
    list->len = len;
    value.flags = flags;
    value.u.list = list;
    return value;
}

ipxe_value_t ipxe_value_array(const apr_array_header_t *items, unsigned flags)
{
    return ipxe_value_items((const ipxe_value_t *)(const void *)items->elts,
                            (apr_size_t)items->nelts, IPXE_KIND_LIST, flags,
                            items->pool);
}

ipxe_value_t ipxe_value_list(const apr_array_header_t *items)
{
    return ipxe_value_array(items, 0);
}

ipxe_value_t ipxe_value_pair(ipxe_value_t a, ipxe_value_t b, apr_pool_t *pool)
{
    ipxe_value_t *two = apr_palloc(pool, 2 * sizeof(*two));

    two[0] = a;
    two[1] = b;
    return ipxe_value_items(two, 2, IPXE_KIND_TUPLE, 0, pool);
}

ipxe_value_t ipxe_value_object(const ipxe_object_t *object)
{
    ipxe_value_t value = value_of(IPXE_KIND_OBJECT);

    value.u.object = object;
    return value;
}

/* ---- mappings ---- */

ipxe_value_t ipxe_value_map(apr_pool_t *pool)
{
    ipxe_value_t value = value_of(IPXE_KIND_MAP);
    struct ipxe_map_t *map = apr_pcalloc(pool, sizeof(*map));

    map->pool = pool;
    value.u.map = map;
    return value;
}

static void slot_put(struct ipxe_map_t *map, apr_uint32_t hash,
                     apr_size_t index)
{
    apr_size_t at = hash & (map->slot_count - 1);

    while (map->slots[at])
        at = (at + 1) & (map->slot_count - 1);
    map->slots[at] = (apr_uint32_t)index + 1;
}

static void make_slots(struct ipxe_map_t *map)
{
    apr_size_t i;

    map->slot_count = map->room * 2;
    map->slots = apr_pcalloc(map->pool,
                             map->slot_count * sizeof(*map->slots));
    for (i = 0; i < map->count; i++)
        slot_put(map, map->entries[i].hash, i);
}

static void grow(struct ipxe_map_t *map)
{
    apr_size_t room = map->room ? map->room * 2 : SMALL_MAP;
    ipxe_entry_t *entries = apr_palloc(map->pool, room * sizeof(*entries));

    if (map->count)
        memcpy(entries, map->entries, map->count * sizeof(*entries));
    map->entries = entries;
    map->room = room;
    if (room > SMALL_MAP)
        make_slots(map);
}

static ipxe_entry_t *find_small(const struct ipxe_map_t *map,
                                ipxe_value_t key, apr_uint32_t hash)
{
    apr_size_t i;

    for (i = 0; i < map->count; i++) {
        if (map->entries[i].hash == hash &&
            ipxe_value_equal(map->entries[i].key, key))
            return &map->entries[i];
    }
    return NULL;
}

static ipxe_entry_t *find_entry(const struct ipxe_map_t *map,
                                ipxe_value_t key, apr_uint32_t hash)
{
    apr_size_t at;

    if (!map->slots)
        return find_small(map, key, hash);
    at = hash & (map->slot_count - 1);
    for (; map->slots[at]; at = (at + 1) & (map->slot_count - 1)) {
        ipxe_entry_t *entry = &map->entries[map->slots[at] - 1];

        if (entry->hash == hash && ipxe_value_equal(entry->key, key))
            return entry;
    }
    return NULL;
}

const ipxe_entry_t *ipxe_map_find(const struct ipxe_map_t *map,
                                  ipxe_value_t key)
{
    return map->count ? find_entry(map, key, ipxe_value_hash(key)) : NULL;
}

ipxe_name_t ipxe_name_of(const char *s, apr_size_t len)
{
    ipxe_name_t name = {s, len, ipxe_hash_bytes(s, len)};

    return name;
}

static int same_eight(const char *a, const char *b)
{
    apr_uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y;
}

static int same_four(const char *a, const char *b)
{
    apr_uint32_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y;
}

/* Names are short, and most that have the same hash are equal. */
static inline int same_bytes(const char *a, const char *b, apr_size_t len)
{
    apr_size_t i = 0;

    if (len >= 8) {
        while (i + 8 < len && same_eight(a + i, b + i))
            i += 8;
        return i + 8 >= len && same_eight(a + len - 8, b + len - 8);
    }
    if (len >= 4)
        return same_four(a, b) && same_four(a + len - 4, b + len - 4);
    while (i < len && a[i] == b[i])
        i++;
    return i == len;
}

static int is_named(const ipxe_entry_t *entry, const ipxe_name_t *name)
{
    const ipxe_string_t *text = entry->key.u.text;

    return entry->hash == name->hash && entry->key.kind == IPXE_KIND_TEXT &&
           text->len == name->len && same_bytes(text->s, name->s, name->len);
}

static const ipxe_value_t *place_in_few(const struct ipxe_map_t *map,
                                        const ipxe_name_t *name)
{
    const ipxe_entry_t *at = map->entries, *end = at + map->count;

    while (at < end && !is_named(at, name))
        at++;
    return at < end ? &at->value : NULL;
}

const ipxe_value_t *ipxe_map_place(const struct ipxe_map_t *map,
                                   const ipxe_name_t *name)
{
    apr_size_t at, mask = map->slot_count - 1;
    const ipxe_entry_t *entry;

    if (!map->slots)
        return place_in_few(map, name);
    for (at = name->hash & mask; map->slots[at]; at = (at + 1) & mask) {
        entry = &map->entries[map->slots[at] - 1];
        if (is_named(entry, name))
            return &entry->value;
    }
    return NULL;
}

ipxe_value_t ipxe_map_named(ipxe_value_t map, const ipxe_name_t *key)
{
    const ipxe_value_t *value = ipxe_map_place(map.u.map, key);

    return value ? *value : ipxe_value_undefined(key->s);
}

void ipxe_map_put(struct ipxe_map_t *map, ipxe_value_t key,
                  ipxe_value_t value)
{
    apr_uint32_t hash = ipxe_value_hash(key);
    ipxe_entry_t *entry = find_entry(map, key, hash);

    if (entry) {
        entry->value = value;
        return;
    }
    if (map->count == map->room)
        grow(map);
    entry = &map->entries[map->count];
    entry->key = key;
    entry->value = value;
    entry->hash = hash;
    if (map->slots)
        slot_put(map, hash, map->count);
    map->count++;
}

/* A map is const for all but who fills it, before it is shared. */
void ipxe_map_set(ipxe_value_t map, const char *key, ipxe_value_t value)
{
    struct ipxe_map_t *self = (struct ipxe_map_t *)map.u.map;

    ipxe_map_put(self, ipxe_value_text(key, 0, self->pool), value);
}

ipxe_value_t ipxe_map_get(ipxe_value_t map, const char *key)
{
    ipxe_name_t name = ipxe_name_of(key, strlen(key));

    return ipxe_map_named(map, &name);
}

/* ---- asking ---- */

double ipxe_value_real(ipxe_value_t value)
{
    if (value.kind == IPXE_KIND_FLOAT)
        return value.u.real;
    return value.kind == IPXE_KIND_BOOL ? (double)value.u.boolean
                                        : (double)value.u.integer;
}

int ipxe_value_hashable(ipxe_value_t value)
{
    apr_size_t i;

    if (value.kind == IPXE_KIND_LIST || value.kind == IPXE_KIND_MAP)
        return 0;
    if (value.kind != IPXE_KIND_TUPLE)
        return 1;
    for (i = 0; i < value.u.list->len; i++) {
        if (!ipxe_value_hashable(value.u.list->items[i]))
            return 0;
    }
    return 1;
}

int ipxe_value_truth(ipxe_value_t value)
{
    switch (value.kind) {
    case IPXE_KIND_UNDEFINED:
    case IPXE_KIND_NONE:
        return 0;
    case IPXE_KIND_BOOL:
        return value.u.boolean;
    case IPXE_KIND_INT:
        return value.u.integer != 0;
    case IPXE_KIND_FLOAT:
        return value.u.real < 0 || value.u.real > 0 ||
               value.u.real != value.u.real;
    case IPXE_KIND_TEXT:
        return value.u.text->len != 0;
    case IPXE_KIND_LIST:
    case IPXE_KIND_TUPLE:
        return value.u.list->len != 0;
    case IPXE_KIND_MAP:
        return value.u.map->count != 0;
    default:
        return 1;
    }
}

const char *ipxe_kind_name(ipxe_kind_e kind)
{
    static const char *const names[] = {
        "undefined", "none", "boolean", "integer", "float",  "text",
        "list",      "tuple", "mapping", "object",  "function"};

    return names[kind];
}
