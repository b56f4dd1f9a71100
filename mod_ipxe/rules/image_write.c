/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling the hosts of a rule file. */
#include <string.h>

#include "rules/arrays.h"
#include "rules/image_inside.h"
#include "rules/pack.h"

/* What is made. */
typedef struct making_t {
    const ipxe_image_parts_t *parts;
    ipxe_image_head_t head;
    ipxe_image_record_t *records;
    ipxe_host_slots_t table;
    apr_uint32_t *slots;
    ipxe_text_t *texts, *shared;
    apr_array_header_t *lists, *actions; /* as ipxe_image_lists */
    apr_hash_t *known;                   /* a list's or action's address ->
                                            its number, from 1 */
    apr_pool_t *pool;
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
    number = apr_palloc(making->pool, sizeof(*number));
    *number = (apr_uint32_t)all->nelts;
    APR_ARRAY_PUSH(all, const void *) = shared;
    key = apr_palloc(making->pool, sizeof(*key));
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

/* 0: offsets have no room for it. */
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
        making->head.told_by |= IPXE_IMAGE_TOLD_BY_MAKER;
    return making->texts->len <= APR_UINT32_MAX;
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
    return good;
}

/* ---- The table ---- */

static const char *text_of(const making_t *making, int number, int by)
{
    apr_uint32_t at = making->records[number].texts[by];

    return at ? making->texts->data + at : NULL;
}

static apr_size_t count_keys(const making_t *making)
{
    apr_size_t count = 0, n;
    int i, by;

    for (i = 0; i < making->parts->count; i++) {
        for (by = 0; by <= IPXE_HOST_BY_NAME; by++) {
            const char *text = text_of(making, i, by);

            for (; (n = ipxe_host_next_value(&text, (ipxe_host_by_e)by)) > 0;
                 text += n)
                count++;
        }
    }
    return count;
}

static void add_key(making_t *making, int number, ipxe_host_by_e by,
                    const char *value, apr_size_t len)
{
    ipxe_host_place_t place = ipxe_host_place(&making->table, by, value, len);

    while (making->slots[place.at])
        place.at = ipxe_host_slot_after(&making->table, place.at);
    making->slots[place.at] = place.mark | ((apr_uint32_t)number + 1);
    making->head.told_by |= 1u << by;
}

static void add_keys(making_t *making)
{
    apr_size_t n;
    int i, by;

    making->slots =
        ipxe_host_slots_make(&making->table, count_keys(making),
                             (apr_size_t)making->parts->count, making->pool);
    for (i = 0; i < making->parts->count; i++) {
        for (by = 0; by <= IPXE_HOST_BY_NAME; by++) {
            const char *text = text_of(making, i, by);

            for (; (n = ipxe_host_next_value(&text, (ipxe_host_by_e)by)) > 0;
                 text += n)
                add_key(making, i, (ipxe_host_by_e)by, text, n);
        }
    }
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
                        apr_pool_t *pool)
{
    memset(making, 0, sizeof(*making));
    making->parts = parts;
    making->pool = pool;
    making->texts = ipxe_text_make_large(pool);
    making->shared = ipxe_text_make_large(pool);
    making->lists = apr_array_make(pool, 16, sizeof(void *));
    making->actions = apr_array_make(pool, 16, sizeof(void *));
    APR_ARRAY_PUSH(making->lists, void *) = NULL;
    APR_ARRAY_PUSH(making->actions, void *) = NULL;
    making->known = apr_hash_make(pool);
}

static void fill_head(making_t *making)
{
    ipxe_image_head_t *head = &making->head;
    const ipxe_source_t *source = making->parts->source;

    head->format = IPXE_IMAGE_FORMAT;
    head->record_size = sizeof(ipxe_image_record_t);
    head->count = (apr_uint64_t)making->parts->count;
    head->slots = making->table.count;
    head->texts = making->texts->len;
    head->text = source->len;
    head->lines = source->line_count;
    head->shared = making->shared->len;
    head->numbers = making->table.numbers;
    memcpy(head->note, making->parts->note, sizeof(head->note));
}

static apr_status_t write_arrays(const making_t *making, const char *path)
{
    const ipxe_image_head_t *head = &making->head;
    const ipxe_source_t *source = making->parts->source;
    const ipxe_array_t arrays[] = {
        {IPXE_IMAGE_RECORDS, making->records,
         (apr_size_t)head->count * sizeof(*making->records)},
        {IPXE_IMAGE_SLOTS, making->slots,
         (apr_size_t)head->slots * sizeof(*making->slots)},
        {IPXE_IMAGE_STRINGS, making->texts->data, making->texts->len},
        {IPXE_IMAGE_TEXT, source->text, source->len + 1},
        {IPXE_IMAGE_LINES, source->lines,
         source->line_count * sizeof(*source->lines)},
        {IPXE_IMAGE_SHARED, making->shared->data, making->shared->len},
        {IPXE_IMAGE_HEAD, head, sizeof(*head)}};

    return ipxe_arrays_write(path, arrays, sizeof(arrays) / sizeof(*arrays),
                             making->pool);
}

apr_status_t ipxe_image_write(const char *path, const ipxe_image_parts_t *parts,
                              apr_pool_t *pool)
{
    apr_status_t rv = APR_ENOSPC;
    making_t making;
    apr_pool_t *temp;

    apr_pool_create(&temp, pool);
    init_making(&making, parts, temp);
    if (add_records(&making)) {
        add_keys(&making);
        pack_lists(&making);
        pack_actions(&making);
        ipxe_pack_node(making.shared, parts->root);
        fill_head(&making);
        rv = write_arrays(&making, path);
    }
    apr_pool_destroy(temp);
    return rv;
}
