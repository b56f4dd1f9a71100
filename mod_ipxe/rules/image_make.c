/* SPDX-License-Identifier: Apache-2.0 */
/* Packing the hosts of a rule file, and writing them to a file. */
#include <string.h>
#include <strings.h>

#include "rules/arrays.h"
#include "rules/image_inside.h"
#include "rules/names.h"
#include "rules/pack.h"

/* What is made. */
typedef struct making_t {
    const ipxe_image_parts_t *parts;
    ipxe_image_t *image;
    ipxe_image_record_t *records; /* the image's, while they are filled */
    apr_uint32_t *slots;          /* likewise */
    ipxe_text_t *texts, *shared;
    apr_array_header_t *lists, *actions; /* as ipxe_image_lists */
    apr_hash_t *known;                   /* a list's or action's address ->
                                            its number */
    apr_pool_t *pool, *temp;
} making_t;

/* ---- Records ---- */

/* The number of what hosts share, by its address. */
static apr_uint32_t number_of(making_t *making, apr_array_header_t *all,
                              const void *shared)
{
    const void **key;
    apr_uint32_t *number;

    if (!shared)
        return 0;
    number = apr_hash_get(making->known, &shared, sizeof(shared));
    if (number)
        return *number;
    number = apr_palloc(making->temp, sizeof(*number));
    *number = (apr_uint32_t)all->nelts;
    APR_ARRAY_PUSH(all, const void *) = shared;
    key = apr_palloc(making->temp, sizeof(*key));
    *key = shared;
    apr_hash_set(making->known, key, sizeof(*key), number);
    return *number;
}

static apr_uint32_t add_text(const making_t *making, const char *text)
{
    apr_size_t at = making->texts->len;

    if (!text)
        return 0;
    ipxe_pack_text(making->texts, text);
    return (apr_uint32_t)at;
}

static apr_uint32_t add_vars(const making_t *making, const ipxe_vars_t *vars)
{
    apr_size_t at = making->texts->len;

    if (!vars)
        return 0;
    ipxe_pack_vars(making->texts, vars);
    return (apr_uint32_t)at;
}

/* 0: offsets have no room for it, or it has no name for it. */
static int add_record(making_t *making, int number)
{
    const ipxe_host_def_t *def = &making->parts->defs[number];
    const ipxe_host_t *host = def->host;
    ipxe_image_record_t *record = &making->records[number];
    const char *const texts[IPXE_IMAGE_TEXTS] = {
        host->macs,  host->uuid, host->serial,
        host->asset, host->name, host->manufacturer};
    int i;

    for (i = 0; i < IPXE_IMAGE_TEXTS; i++)
        record->texts[i] = add_text(making, texts[i]);
    record->vars = add_vars(making, host->vars);
    record->list = number_of(making, making->lists, def->names);
    record->action = number_of(making, making->actions, def->action);
    record->begin = (apr_uint32_t)host->span.begin;
    record->end = (apr_uint32_t)host->span.end;
    if (host->serial && host->manufacturer)
        making->image->head.told_by |= IPXE_IMAGE_TOLD_BY_MAKER;
    return making->texts->len <= APR_UINT32_MAX && ipxe_name_good(host->name);
}

static int add_records(making_t *making)
{
    apr_size_t count = (apr_size_t)making->parts->count;
    int i, good = 1;

    making->records =
        apr_palloc(making->pool, (count + 1) * sizeof(*making->records));
    /* No text stands at 0. */
    ipxe_text_add_char(making->texts, '\0');
    for (i = 0; good && i < making->parts->count; i++)
        good = add_record(making, i);
    making->image->records = making->records;
    making->image->texts = making->texts->data;
    return good;
}

/* ---- The table ---- */

static apr_size_t count_keys(const making_t *making)
{
    apr_size_t count = 0, n;
    ipxe_host_by_e by;
    int i;

    for (i = 0; i < making->parts->count; i++) {
        for (by = 0; by <= IPXE_HOST_BY_NAME; by++) {
            const char *text = ipxe_image_text(making->image, i, by);

            for (; (n = ipxe_host_next_value(&text, by)) > 0; text += n)
                count++;
        }
    }
    return count;
}

/* Whether two hosts with one value cannot both be: names differ by the case of
 * their letters, serials by their makers. */
static int rivals(const ipxe_image_t *image, ipxe_host_by_e by, int a, int b)
{
    const char *first, *second;

    if (by == IPXE_HOST_BY_NAME)
        return strcmp(ipxe_image_name(image, a), ipxe_image_name(image, b)) ==
               0;
    first = ipxe_image_text(image, a, IPXE_IMAGE_MAKER);
    second = ipxe_image_text(image, b, IPXE_IMAGE_MAKER);
    return by != IPXE_HOST_BY_SERIAL || !first || !second ||
           strcasecmp(first, second) == 0;
}

/* 0: another host has it, or this one twice. */
static int add_key(making_t *making, int number, ipxe_host_by_e by,
                   const char *value, apr_size_t len)
{
    const ipxe_image_t *image = making->image;
    const ipxe_host_slots_t *table = &image->table;
    ipxe_host_place_t place = ipxe_host_place(table, by, value, len);

    for (; making->slots[place.at];
         place.at = ipxe_host_slot_after(table, place.at)) {
        int other = ipxe_host_in_slot(table, place.at, place.mark);

        if (other >= 0 &&
            ipxe_host_has_value(ipxe_image_text(image, other, by), by, value,
                                len) &&
            rivals(image, by, other, number))
            return 0;
    }
    making->slots[place.at] = place.mark | ((apr_uint32_t)number + 1);
    making->image->head.told_by |= 1u << by;
    return 1;
}

static int add_keys_of(making_t *making, int number)
{
    ipxe_host_by_e by;
    apr_size_t n;

    for (by = 0; by <= IPXE_HOST_BY_NAME; by++) {
        const char *text = ipxe_image_text(making->image, number, by);

        for (; (n = ipxe_host_next_value(&text, by)) > 0; text += n) {
            if (!add_key(making, number, by, text, n))
                return 0;
        }
    }
    return 1;
}

static int add_keys(making_t *making)
{
    int i, good = 1;

    making->slots =
        ipxe_host_slots_make(&making->image->table, count_keys(making),
                             (apr_size_t)making->parts->count, making->pool);
    for (i = 0; good && i < making->parts->count; i++)
        good = add_keys_of(making, i);
    return good;
}

/* ---- What hosts share ---- */

static void pack_lists(const making_t *making)
{
    int i, j;

    ipxe_pack_number(making->shared, (apr_uint64_t)making->lists->nelts);
    for (i = 1; i < making->lists->nelts; i++) {
        const apr_array_header_t *names =
            APR_ARRAY_IDX(making->lists, i, const apr_array_header_t *);

        ipxe_pack_number(making->shared, (apr_uint64_t)names->nelts);
        for (j = 0; j < names->nelts; j++)
            ipxe_pack_node(making->shared,
                           APR_ARRAY_IDX(names, j, const ipxe_yaml_t *));
    }
}

static void pack_actions(const making_t *making)
{
    int i, j;

    ipxe_pack_number(making->shared, (apr_uint64_t)making->actions->nelts);
    for (i = 1; i < making->actions->nelts; i++) {
        const ipxe_kept_action_t *action =
            APR_ARRAY_IDX(making->actions, i, const ipxe_kept_action_t *);

        ipxe_pack_node(making->shared, action->mapping);
        for (j = 0; j < IPXE_ACTION_COUNT; j++)
            ipxe_pack_node(making->shared, action->written.values[j]);
    }
}

/* ---- All ---- */

static void init_making(making_t *making, const ipxe_image_parts_t *parts,
                        apr_pool_t *pool, apr_pool_t *temp)
{
    memset(making, 0, sizeof(*making));
    making->parts = parts;
    making->pool = pool;
    making->temp = temp;
    making->image = apr_pcalloc(pool, sizeof(*making->image));
    making->texts = ipxe_text_make_large(pool);
    making->shared = ipxe_text_make_large(pool);
    making->lists = apr_array_make(temp, 16, sizeof(void *));
    making->actions = apr_array_make(temp, 16, sizeof(void *));
    APR_ARRAY_PUSH(making->lists, void *) = NULL;
    APR_ARRAY_PUSH(making->actions, void *) = NULL;
    making->known = apr_hash_make(temp);
}

static void fill_head(const making_t *making)
{
    ipxe_image_head_t *head = &making->image->head;

    head->format = IPXE_IMAGE_FORMAT;
    head->record_size = sizeof(ipxe_image_record_t);
    head->count = (apr_uint64_t)making->parts->count;
    head->slots = making->image->table.count;
    head->texts = making->texts->len;
    head->text = making->parts->source->len;
    head->lines = making->parts->source->line_count;
    head->shared = making->shared->len;
    head->numbers = making->image->table.numbers;
}

static void finish(making_t *making)
{
    ipxe_image_t *image = making->image;

    pack_lists(making);
    pack_actions(making);
    ipxe_pack_node(making->shared, making->parts->root);
    fill_head(making);
    image->source = making->parts->source;
    image->shared = making->shared->data;
    ipxe_image_unpack(image, making->pool);
}

ipxe_image_t *ipxe_image_make(const ipxe_image_parts_t *parts, apr_pool_t *pool)
{
    making_t making;
    apr_pool_t *temp;
    int good;

    apr_pool_create(&temp, pool);
    init_making(&making, parts, pool, temp);
    good = add_records(&making) && add_keys(&making);
    if (good)
        finish(&making);
    apr_pool_destroy(temp);
    return good ? making.image : NULL;
}

apr_status_t ipxe_image_write(const char *path, const ipxe_image_t *image,
                              const unsigned char *note, apr_pool_t *pool)
{
    const ipxe_source_t *source = image->source;
    ipxe_image_head_t head = image->head;
    const ipxe_array_t arrays[] = {
        {IPXE_IMAGE_RECORDS, image->records,
         (apr_size_t)head.count * sizeof(*image->records)},
        {IPXE_IMAGE_SLOTS, image->table.slots,
         (apr_size_t)head.slots * sizeof(*image->table.slots)},
        {IPXE_IMAGE_STRINGS, image->texts, (apr_size_t)head.texts},
        {IPXE_IMAGE_TEXT, source->text, source->len + 1},
        {IPXE_IMAGE_LINES, source->lines,
         source->line_count * sizeof(*source->lines)},
        {IPXE_IMAGE_SHARED, image->shared, (apr_size_t)head.shared},
        {IPXE_IMAGE_HEAD, &head, sizeof(head)}};

    memcpy(head.note, note, sizeof(head.note));
    return ipxe_arrays_write(path, arrays, sizeof(arrays) / sizeof(*arrays),
                             pool);
}
