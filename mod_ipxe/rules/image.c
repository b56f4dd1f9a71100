/* SPDX-License-Identifier: Apache-2.0 */
/* Reading packed hosts. */
#include "rules/image.h"

#include <string.h>

#include "rules/arrays.h"
#include "rules/image_inside.h"
#include "rules/pack.h"

/* ---- Opening ---- */

static const apr_array_header_t *
unpack_names(const char **at, const ipxe_source_t *source, apr_pool_t *pool)
{
    int count = (int)ipxe_unpack_number(at), i;
    apr_array_header_t *names =
        apr_array_make(pool, count + 1, sizeof(const ipxe_yaml_t *));

    for (i = 0; i < count; i++)
        APR_ARRAY_PUSH(names, const ipxe_yaml_t *) =
            ipxe_unpack_node(at, source, pool);
    return names;
}

static const ipxe_kept_action_t *
unpack_action(const char **at, const ipxe_source_t *source, apr_pool_t *pool)
{
    ipxe_kept_action_t *action = apr_pcalloc(pool, sizeof(*action));
    int i;

    action->mapping = ipxe_unpack_node(at, source, pool);
    for (i = 0; i < IPXE_ACTION_COUNT; i++)
        action->written.values[i] = ipxe_unpack_node(at, source, pool);
    return action;
}

void ipxe_image_unpack(ipxe_image_t *image, apr_pool_t *pool)
{
    const char *at = image->shared;
    int count = (int)ipxe_unpack_number(&at), i;

    image->lists = apr_array_make(pool, count, sizeof(void *));
    APR_ARRAY_PUSH(image->lists, const void *) = NULL;
    for (i = 1; i < count; i++)
        APR_ARRAY_PUSH(image->lists, const void *) =
            unpack_names(&at, image->source, pool);
    count = (int)ipxe_unpack_number(&at);
    image->actions = apr_array_make(pool, count, sizeof(void *));
    APR_ARRAY_PUSH(image->actions, const void *) = NULL;
    for (i = 1; i < count; i++)
        APR_ARRAY_PUSH(image->actions, const void *) =
            unpack_action(&at, image->source, pool);
    image->root = ipxe_unpack_node(&at, image->source, pool);
}

static const void *get(const ipxe_arrays_t *arrays, const char *name,
                       apr_uint64_t count, apr_size_t size)
{
    return ipxe_arrays_get(arrays, name, (apr_size_t)count * size);
}

static int read_head(ipxe_image_head_t *head, const ipxe_arrays_t *arrays)
{
    const ipxe_image_head_t *found =
        get(arrays, IPXE_IMAGE_HEAD, 1, sizeof(*head));

    if (!found || found->format != IPXE_IMAGE_FORMAT ||
        found->record_size != sizeof(ipxe_image_record_t))
        return 0;
    *head = *found;
    return 1;
}

static int read_arrays(ipxe_image_t *image, const ipxe_arrays_t *arrays,
                       const char *name, apr_pool_t *pool)
{
    const ipxe_image_head_t *head = &image->head;
    const char *text = get(arrays, IPXE_IMAGE_TEXT, head->text + 1, 1);
    const apr_uint32_t *lines =
        get(arrays, IPXE_IMAGE_LINES, head->lines, sizeof(*lines));

    image->records =
        get(arrays, IPXE_IMAGE_RECORDS, head->count, sizeof(*image->records));
    image->texts = get(arrays, IPXE_IMAGE_STRINGS, head->texts, 1);
    image->shared = get(arrays, IPXE_IMAGE_SHARED, head->shared, 1);
    image->table.slots =
        get(arrays, IPXE_IMAGE_SLOTS, head->slots, sizeof(apr_uint32_t));
    image->table.count = (apr_size_t)head->slots;
    image->table.numbers = head->numbers;
    if (!text || !lines || !image->shared || !image->records || !image->texts ||
        !image->table.slots)
        return 0;
    image->source = ipxe_source_over(name, text, (apr_size_t)head->text, lines,
                                     (apr_size_t)head->lines, pool);
    ipxe_image_unpack(image, pool);
    return 1;
}

apr_status_t ipxe_image_open(ipxe_image_t **image, const char *path,
                             const char *name, apr_pool_t *pool)
{
    ipxe_image_t *made = apr_pcalloc(pool, sizeof(*made));
    ipxe_arrays_t *arrays;
    apr_status_t rv = ipxe_arrays_open(&arrays, path, pool);

    if (rv != APR_SUCCESS)
        return rv;
    if (!read_head(&made->head, arrays) ||
        !read_arrays(made, arrays, name, pool))
        return APR_EGENERAL;
    *image = made;
    return APR_SUCCESS;
}

/* ---- What is in it ---- */

int ipxe_image_count(const ipxe_image_t *image)
{
    return (int)image->head.count;
}

const ipxe_source_t *ipxe_image_source(const ipxe_image_t *image)
{
    return image->source;
}

const ipxe_yaml_t *ipxe_image_root(const ipxe_image_t *image)
{
    return image->root;
}

const unsigned char *ipxe_image_note(const ipxe_image_t *image)
{
    return image->head.note;
}

ipxe_facts_t ipxe_image_facts(const ipxe_image_t *image)
{
    static const struct {
        apr_uint32_t told_by;
        ipxe_fact_e fact;
    } all[] = {{1u << IPXE_HOST_BY_MAC, IPXE_FACT_MAC},
               {1u << IPXE_HOST_BY_UUID, IPXE_FACT_UUID},
               {1u << IPXE_HOST_BY_SERIAL, IPXE_FACT_SERIAL},
               {1u << IPXE_HOST_BY_ASSET, IPXE_FACT_ASSET},
               {IPXE_IMAGE_TOLD_BY_MAKER, IPXE_FACT_MANUFACTURER}};
    ipxe_facts_t facts = 0;
    apr_size_t i;

    for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (image->head.told_by & all[i].told_by)
            facts |= IPXE_FACT_BIT(all[i].fact);
    }
    return facts;
}

const apr_array_header_t *ipxe_image_lists(const ipxe_image_t *image)
{
    return image->lists;
}

const apr_array_header_t *ipxe_image_actions(const ipxe_image_t *image)
{
    return image->actions;
}

int ipxe_image_list_of(const ipxe_image_t *image, int number)
{
    return (int)image->records[number].list;
}

int ipxe_image_action_of(const ipxe_image_t *image, int number)
{
    return (int)image->records[number].action;
}

const char *ipxe_image_text(const ipxe_image_t *image, int number,
                            unsigned which)
{
    apr_uint32_t at = image->records[number].texts[which];

    return at ? image->texts + at : NULL;
}

const char *ipxe_image_name(const ipxe_image_t *image, int number)
{
    return ipxe_image_text(image, number, IPXE_IMAGE_NAME);
}

void ipxe_image_host(ipxe_host_t *host, const ipxe_image_t *image, int number,
                     apr_pool_t *pool)
{
    const ipxe_image_record_t *record = &image->records[number];

    memset(host, 0, sizeof(*host));
    host->name = ipxe_image_text(image, number, IPXE_IMAGE_NAME);
    host->macs = ipxe_image_text(image, number, IPXE_IMAGE_MACS);
    host->uuid = ipxe_image_text(image, number, IPXE_IMAGE_UUID);
    host->serial = ipxe_image_text(image, number, IPXE_IMAGE_SERIAL);
    host->asset = ipxe_image_text(image, number, IPXE_IMAGE_ASSET);
    host->manufacturer = ipxe_image_text(image, number, IPXE_IMAGE_MAKER);
    host->span = ipxe_span(image->source, record->begin, record->end);
    if (record->vars)
        host->vars =
            ipxe_unpack_vars(image->texts + record->vars, image->source, pool);
}

/* ---- Finding ---- */

void ipxe_image_seek(ipxe_image_search_t *search, const ipxe_image_t *image,
                     ipxe_host_by_e by, const char *value, apr_size_t len)
{
    search->image = image;
    search->by = by;
    search->value = value;
    search->len = len;
    search->place = ipxe_host_place(&image->table, by, value, len);
}

int ipxe_image_next(ipxe_image_search_t *search)
{
    const ipxe_host_slots_t *table = &search->image->table;

    while (table->slots[search->place.at]) {
        int number =
            ipxe_host_in_slot(table, search->place.at, search->place.mark);

        search->place.at = ipxe_host_slot_after(table, search->place.at);
        if (number >= 0 &&
            ipxe_host_has_value(
                ipxe_image_text(search->image, number, search->by), search->by,
                search->value, search->len))
            return number;
    }
    return -1;
}
