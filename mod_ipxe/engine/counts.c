/* SPDX-License-Identifier: Apache-2.0 */
/* Machines counted by rule. */
#include "engine/counts.h"

/* FNV-1a, a line break between the two texts. */
static apr_uint64_t hash_of(const char *first, const char *second)
{
    apr_uint64_t hash = 14695981039346656037ULL;

    for (; *first; first++)
        hash = (hash ^ (unsigned char)*first) * 1099511628211ULL;
    hash = (hash ^ '\n') * 1099511628211ULL;
    for (; *second; second++)
        hash = (hash ^ (unsigned char)*second) * 1099511628211ULL;
    return hash;
}

/* The first free place; NULL where there is none. */
static ipxe_counted_t *free_place(ipxe_counts_t *counts, apr_time_t now)
{
    apr_uint32_t i;

    for (i = 0; i < counts->used; i++) {
        if (counts->places[i].until <= now)
            return &counts->places[i];
    }
    return counts->used < IPXE_MAX_COUNTED ? &counts->places[counts->used++]
                                           : NULL;
}

static int add(ipxe_counts_t *counts, const ipxe_count_t *asked,
               apr_uint64_t rule, apr_uint64_t machine)
{
    ipxe_counted_t *place = free_place(counts, asked->now);

    if (!place)
        return 0;
    place->rule = rule;
    place->machine = machine;
    place->until = asked->now + asked->window;
    return 1;
}

int ipxe_counts_pass(ipxe_counts_t *counts, const ipxe_count_t *asked)
{
    apr_uint64_t rule = hash_of(asked->site, asked->rule);
    apr_uint64_t machine =
        asked->machine ? hash_of("", asked->machine) : ++counts->unnamed;
    apr_uint32_t i;
    int n = 0;

    for (i = 0; i < counts->used; i++) {
        const ipxe_counted_t *place = &counts->places[i];

        if (place->rule != rule || place->until <= asked->now)
            continue;
        if (place->machine == machine)
            return 1;
        n++;
    }
    if (n >= asked->most)
        return 0;
    return !asked->count || add(counts, asked, rule, machine);
}
