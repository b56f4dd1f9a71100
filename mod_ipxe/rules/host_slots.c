/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing, and the texts of keys. */
#include "rules/host_slots.h"

#include <string.h>
#include <strings.h>

apr_uint32_t *ipxe_host_slots_make(ipxe_host_slots_t *table, apr_size_t keys,
                                   apr_size_t hosts, apr_pool_t *pool)
{
    apr_uint32_t *slots;

    table->count = keys + keys / 2 + 1;
    table->numbers = 1;
    while (table->numbers < (apr_uint32_t)hosts)
        table->numbers = table->numbers << 1 | 1;
    slots = apr_pcalloc(pool, table->count * sizeof(*slots));
    table->slots = slots;
    return slots;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

ipxe_host_place_t ipxe_host_place(const ipxe_host_slots_t *table,
                                  ipxe_host_by_e by, const char *value,
                                  apr_size_t len)
{
    apr_uint64_t hash = 14695981039346656037ULL + (unsigned)by;
    ipxe_host_place_t place;
    apr_size_t i;

    for (i = 0; i < len; i++)
        hash = (hash ^ lower(value[i])) * 1099511628211ULL;
    hash = (hash ^ (hash >> 32)) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
    place.at = (apr_size_t)(((hash >> 32) * table->count) >> 32);
    place.mark = (apr_uint32_t)hash & ~table->numbers;
    return place;
}

apr_size_t ipxe_host_slot_after(const ipxe_host_slots_t *table, apr_size_t at)
{
    return at + 1 < table->count ? at + 1 : 0;
}

int ipxe_host_in_slot(const ipxe_host_slots_t *table, apr_size_t at,
                      apr_uint32_t mark)
{
    apr_uint32_t slot = table->slots[at];

    return (slot & ~table->numbers) == mark ? (int)(slot & table->numbers) - 1
                                            : -1;
}

apr_size_t ipxe_host_next_value(const char **text, ipxe_host_by_e by)
{
    if (!*text)
        return 0;
    if (by != IPXE_HOST_BY_MAC)
        return strlen(*text);
    *text += strspn(*text, " ");
    return strcspn(*text, " ");
}

int ipxe_host_has_value(const char *text, ipxe_host_by_e by, const char *value,
                        apr_size_t len)
{
    apr_size_t n;

    for (; (n = ipxe_host_next_value(&text, by)) > 0; text += n) {
        if (n == len && strncasecmp(text, value, len) == 0)
            return 1;
    }
    return 0;
}
