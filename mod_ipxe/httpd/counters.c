/* SPDX-License-Identifier: Apache-2.0 */
/* A table in shared memory without locks: a series is claimed once, then only
 * counted up. */
#include "httpd/counters.h"

#include <apr_atomic.h>
#include <apr_hash.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* What a series' place holds: nothing, a name that is being written, a name. */
enum { PLACE_EMPTY, PLACE_CLAIMED, PLACE_READY };

#define SERIES_FOR_RULES (IPXE_MAX_METRIC_SERIES / 4 * 3)

typedef struct place_t {
    volatile apr_uint32_t state;
    apr_uint64_t count;
    char labels[IPXE_MAX_METRIC_LABELS];
} place_t;

struct ipxe_counters_t {
    volatile apr_uint32_t used; /* places that are not empty */
    apr_uint64_t totals[IPXE_TOTAL_COUNT];
    apr_uint64_t usec;
    apr_uint64_t took[IPXE_BUCKETS + 1]; /* the last: longer than all bounds */
    place_t places[IPXE_MAX_METRIC_SERIES];
};

static const apr_uint64_t bounds[IPXE_BUCKETS] = {
    50, 100, 250, 500, 1000, 5000, 25000, 100000, 1000000};

/* APR has 64 bits of these from 1.7 on alone. */
static void add(apr_uint64_t *at, apr_uint64_t n)
{
    __atomic_fetch_add(at, n, __ATOMIC_RELAXED);
}

static apr_uint64_t get(const apr_uint64_t *at)
{
    return __atomic_load_n(at, __ATOMIC_RELAXED);
}

ipxe_counters_t *ipxe_counters_make(apr_pool_t *pool)
{
    ipxe_counters_t *counters;
    apr_shm_t *memory;

    if (apr_shm_create(&memory, sizeof(*counters), NULL, pool) != APR_SUCCESS)
        return NULL;
    counters = apr_shm_baseaddr_get(memory);
    memset(counters, 0, sizeof(*counters));
    return counters;
}

/* ---- Labels ---- */

/* One character of a label: what would end it, or is none, is not written as
 * it is. */
static void add_character(ipxe_text_t *out, const char *at, apr_size_t len)
{
    if (!len || (unsigned char)*at < ' ')
        ipxe_text_add_char(out, '?');
    else if (*at == '"' || *at == '\\')
        ipxe_text_addf(out, "\\%c", *at);
    else
        ipxe_text_add_n(out, at, len);
}

/* Bytes at the begin of s, of `len`, that are written as they are. */
static apr_size_t plain_run(const char *s, apr_size_t len)
{
    apr_size_t n = 0;

    while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' &&
           s[n] != '\\')
        n++;
    return n;
}

/* A label as Prometheus reads it, cut between characters. */
static void add_label(ipxe_text_t *out, const char *name, const char *value)
{
    apr_size_t left = strlen(value), room = IPXE_MAX_METRIC_LABEL;
    apr_size_t plain = plain_run(value, left < room ? left : room);

    ipxe_text_add_all(out, out->len ? "," : "", name, "=\"", NULL);
    ipxe_text_add_n(out, value, plain);
    value += plain;
    left -= plain;
    room -= plain;
    while (left > 0) {
        apr_size_t len = (apr_size_t)ipxe_utf8_next(value, left, NULL);
        apr_size_t step = len ? len : 1;

        if (step > room)
            break;
        add_character(out, value, len);
        value += step;
        left -= step;
        room -= step;
    }
    ipxe_text_add_char(out, '"');
}

static const char *write_labels(const ipxe_labels_t *labels, const char *rule,
                                apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(200, pool);

    add_label(out, "site", labels->site);
    add_label(out, "rule", rule);
    add_label(out, "action", labels->action);
    add_label(out, "stage", labels->stage);
    add_label(out, "outcome", labels->outcome);
    return out->data;
}

/* ---- The table ---- */

/* Whose name is it? Waits for nobody: a place that is being named at this
 * moment is another's, and one name may come to stand twice. */
static int is_place_of(const place_t *place, const char *labels)
{
    return __atomic_load_n(&place->state, __ATOMIC_ACQUIRE) == PLACE_READY &&
           strcmp(place->labels, labels) == 0;
}

static int claim(ipxe_counters_t *counters, place_t *place, const char *labels,
                 apr_uint32_t most)
{
    if (apr_atomic_read32(&counters->used) >= most ||
        apr_atomic_cas32(&place->state, PLACE_CLAIMED, PLACE_EMPTY) !=
            PLACE_EMPTY)
        return 0;
    apr_atomic_inc32(&counters->used);
    apr_cpystrn(place->labels, labels, sizeof(place->labels));
    __atomic_store_n(&place->state, PLACE_READY, __ATOMIC_RELEASE);
    return 1;
}

/* Where these labels are counted; NULL where `most` places are taken. */
static place_t *find(ipxe_counters_t *counters, const char *labels,
                     apr_uint32_t most)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;
    unsigned at = apr_hashfunc_default(labels, &len), i;

    if (len >= (apr_ssize_t)sizeof(counters->places[0].labels))
        return NULL;
    for (i = 0; i < IPXE_MAX_METRIC_SERIES; i++) {
        place_t *place = &counters->places[(at + i) % IPXE_MAX_METRIC_SERIES];

        if (is_place_of(place, labels) || claim(counters, place, labels, most))
            return place;
        if (apr_atomic_read32(&place->state) == PLACE_EMPTY)
            return NULL;
    }
    return NULL;
}

static void count_time(ipxe_counters_t *counters, apr_uint64_t usec)
{
    int i = 0;

    while (i < IPXE_BUCKETS && usec > bounds[i])
        i++;
    add(&counters->took[i], 1);
    add(&counters->usec, usec);
}

void ipxe_counters_answer(ipxe_counters_t *counters,
                          const ipxe_labels_t *labels, apr_uint64_t usec,
                          apr_pool_t *pool)
{
    place_t *place = find(counters, write_labels(labels, labels->rule, pool),
                          SERIES_FOR_RULES);

    if (!place)
        place = find(counters, write_labels(labels, "(other)", pool),
                     IPXE_MAX_METRIC_SERIES);
    if (place)
        add(&place->count, 1);
    else
        add(&counters->totals[IPXE_TOTAL_LOST], 1);
    count_time(counters, usec);
}

/* ---- Reading ---- */

static int by_labels(const void *a, const void *b)
{
    const ipxe_series_t *left = a, *right = b;

    return strcmp(left->labels, right->labels);
}

/* Two that were claimed for one name at one moment are one. */
static void join_equal(apr_array_header_t *all)
{
    ipxe_series_t *series = (ipxe_series_t *)all->elts;
    int i, n = 0;

    for (i = 0; i < all->nelts; i++) {
        if (n && strcmp(series[n - 1].labels, series[i].labels) == 0)
            series[n - 1].count += series[i].count;
        else
            series[n++] = series[i];
    }
    all->nelts = n;
}

apr_array_header_t *ipxe_counters_series(const ipxe_counters_t *counters,
                                         apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 64, sizeof(ipxe_series_t));
    int i;

    for (i = 0; i < IPXE_MAX_METRIC_SERIES; i++) {
        const place_t *place = &counters->places[i];
        ipxe_series_t *series;

        if (__atomic_load_n(&place->state, __ATOMIC_ACQUIRE) != PLACE_READY)
            continue;
        series = apr_array_push(all);
        series->labels = apr_pstrdup(pool, place->labels);
        series->count = get(&place->count);
    }
    qsort(all->elts, (size_t)all->nelts, sizeof(ipxe_series_t), by_labels);
    join_equal(all);
    return all;
}

void ipxe_counters_times(ipxe_times_t *times, const ipxe_counters_t *counters)
{
    int i;

    times->count = 0;
    for (i = 0; i < IPXE_BUCKETS; i++) {
        times->at_most[i] = bounds[i];
        times->count += get(&counters->took[i]);
        times->counts[i] = times->count;
    }
    times->count += get(&counters->took[IPXE_BUCKETS]);
    times->usec = get(&counters->usec);
}

void ipxe_counters_add(ipxe_counters_t *counters, ipxe_total_e total,
                       apr_uint64_t n)
{
    add(&counters->totals[total], n);
}

apr_uint64_t ipxe_counters_total(const ipxe_counters_t *counters,
                                 ipxe_total_e total)
{
    return get(&counters->totals[total]);
}
