/* SPDX-License-Identifier: Apache-2.0 */
/* The record of what a server serves, and its JSON. */
#include "engine/status.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#include "rules/hosts.h"
#include "yaml/bind.h"

static const char *const origins[] = {"none", "start", "reload", "last"};

#define ORIGINS ((int)(sizeof(origins) / sizeof(*origins)))

/* ---- Filling ---- */

static void set_text(char *room, apr_size_t size, const char *text,
                     apr_pool_t *pool)
{
    apr_cpystrn(room, ipxe_text_ascii(text, pool), size);
}

void ipxe_status_of_set(ipxe_status_t *status, const ipxe_snapshot_t *set)
{
    const ipxe_rules_t *rules = set->rules;

    status->number = set->number;
    status->files = (apr_uint32_t)set->files->nelts;
    status->rules = (apr_uint32_t)rules->rules->nelts;
    status->profiles = apr_hash_count(rules->profiles);
    status->menus = apr_hash_count(rules->menus);
    status->groups = apr_hash_count(rules->groups);
    status->hosts = (apr_uint32_t)ipxe_hosts_count(rules);
    apr_cpystrn(status->generation, set->generation,
                sizeof(status->generation));
}

void ipxe_status_fail(ipxe_status_t *status, const char *why, apr_time_t now)
{
    apr_pool_t *pool;

    apr_pool_create(&pool, NULL);
    set_text(status->failure, sizeof(status->failure), why, pool);
    apr_pool_destroy(pool);
    status->failures++;
    status->failed = now;
    status->failing = 1;
}

/* ---- Tables of members ---- */

typedef enum type_e { TYPE_INT, TYPE_COUNT, TYPE_TIME, TYPE_TRUTH, TYPE_TEXT }
    type_e;

/* Of a record. */
typedef struct member_t {
    const char *name;
    type_e type;
    apr_size_t at, size;
} member_t;

#define MEMBER(record, type, name)                                             \
    {#name, TYPE_##type, offsetof(record, name), sizeof(((record *)0)->name)}
#define COUNT_OF(table) ((int)(sizeof(table) / sizeof(*(table))))

static const member_t of_status[] = {
#define ROW(type, name) MEMBER(ipxe_status_t, type, name)
    ROW(INT, parent),       ROW(TIME, started),     ROW(INT, interval),
    ROW(TRUTH, watched),    ROW(COUNT, number),     ROW(TEXT, generation),
    ROW(TIME, loaded),      ROW(TEXT, source),      ROW(COUNT, files),
    ROW(COUNT, rules),      ROW(COUNT, profiles),   ROW(COUNT, menus),
    ROW(COUNT, groups),     ROW(COUNT, hosts),      ROW(COUNT, loads),
    ROW(COUNT, failures),   ROW(TIME, failed),      ROW(TRUTH, failing),
    ROW(TEXT, failure)
#undef ROW
};

static const member_t of_slots[] = {
#define ROW(type, name) MEMBER(ipxe_status_slots_t, type, name)
    ROW(COUNT, total), ROW(COUNT, taken), ROW(COUNT, waiting),
    ROW(TIME, counted)
#undef ROW
};

/* ---- Writing ---- */

static void add_value(ipxe_text_t *text, type_e type, const void *value)
{
    switch (type) {
    case TYPE_INT:
    case TYPE_TIME:
        ipxe_text_addf(text, "%" APR_INT64_T_FMT, *(const apr_int64_t *)value);
        break;
    case TYPE_COUNT:
        ipxe_text_addf(text, "%u", *(const apr_uint32_t *)value);
        break;
    case TYPE_TRUTH:
        ipxe_text_add(text, *(const int *)value ? "true" : "false");
        break;
    case TYPE_TEXT:
        ipxe_text_add_json(text, value);
        break;
    }
}

static const char *end_record(ipxe_text_t *text, const void *record,
                              const member_t *members, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        ipxe_text_addf(text, ",\n  \"%s\": ", members[i].name);
        add_value(text, members[i].type,
                  (const char *)record + members[i].at);
    }
    ipxe_text_add(text, "\n}\n");
    return text->data;
}

const char *ipxe_status_json(const ipxe_status_t *status, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(2048, pool);

    ipxe_text_addf(text, "{\n  \"format\": 1,\n  \"origin\": \"%s\"",
                   origins[status->origin]);
    return end_record(text, status, of_status, COUNT_OF(of_status));
}

const char *ipxe_status_slots_json(const ipxe_status_slots_t *slots,
                                   apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(128, pool);

    ipxe_text_add(text, "{\n  \"format\": 1");
    return end_record(text, slots, of_slots, COUNT_OF(of_slots));
}

void ipxe_status_write(const char *folder, const char *name, const char *json,
                       apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, folder, "/", name, NULL);
    const char *new = apr_pstrcat(pool, path, ".new", NULL);
    apr_file_t *file;
    apr_status_t rv;

    if (apr_file_open(&file, new,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE, pool) != APR_SUCCESS)
        return;
    rv = apr_file_write_full(file, json, strlen(json), NULL);
    if (apr_file_close(file) == APR_SUCCESS && rv == APR_SUCCESS)
        apr_file_rename(new, path, pool);
}

/* ---- Reading ---- */

static void read_member(void *at, const member_t *member,
                        const ipxe_yaml_t *value, apr_pool_t *pool)
{
    apr_int64_t number = 0;

    switch (member->type) {
    case TYPE_INT:
    case TYPE_TIME:
        if (ipxe_yaml_int(&number, value))
            *(apr_int64_t *)at = number;
        break;
    case TYPE_COUNT:
        if (ipxe_yaml_int(&number, value))
            *(apr_uint32_t *)at = (apr_uint32_t)number;
        break;
    case TYPE_TRUTH:
        ipxe_yaml_bool(at, value);
        break;
    case TYPE_TEXT:
        if (value->kind == IPXE_YAML_SCALAR)
            set_text(at, member->size, value->text, pool);
        break;
    }
}

static void read_origin(ipxe_status_t *status, const ipxe_yaml_t *value)
{
    int i;

    for (i = 0; value && value->kind == IPXE_YAML_SCALAR && i < ORIGINS; i++)
        if (strcmp(value->text, origins[i]) == 0)
            status->origin = (ipxe_origin_e)i;
}

/* Sets of the record what is there. must: without it, it is another file. */
static apr_status_t read_record(ipxe_yaml_t **root, void *record,
                                const member_t *members, int count,
                                const char *must, const ipxe_source_t *source,
                                ipxe_diags_t *diags, apr_pool_t *pool)
{
    int i;

    if (ipxe_yaml_parse(root, source, diags, pool) != APR_SUCCESS)
        return APR_EGENERAL;
    if (!ipxe_yaml_get(*root, must)) {
        ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE, (*root)->span,
                      "the file is no record of what a server serves");
        return APR_EGENERAL;
    }
    for (i = 0; i < count; i++) {
        const ipxe_yaml_t *value = ipxe_yaml_get(*root, members[i].name);

        if (value)
            read_member((char *)record + members[i].at, &members[i], value,
                        pool);
    }
    return APR_SUCCESS;
}

apr_status_t ipxe_status_read(ipxe_status_t *status,
                              const ipxe_source_t *source,
                              ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_yaml_t *root = NULL;

    memset(status, 0, sizeof(*status));
    if (read_record(&root, status, of_status, COUNT_OF(of_status), "generation",
                    source, diags, pool) != APR_SUCCESS)
        return APR_EGENERAL;
    read_origin(status, ipxe_yaml_get(root, "origin"));
    return APR_SUCCESS;
}

apr_status_t ipxe_status_slots_read(ipxe_status_slots_t *slots,
                                    const ipxe_source_t *source,
                                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_yaml_t *root = NULL;

    memset(slots, 0, sizeof(*slots));
    return read_record(&root, slots, of_slots, COUNT_OF(of_slots), "counted",
                       source, diags, pool);
}
