/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts by SQL, over mod_dbd's connections. */
#include "httpd/hosts_dbd.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_dbd.h>
#include <mod_dbd.h>

#include "engine/hosts_text.h"

/* A provider's own. */
typedef struct source_t {
    ipxe_host_provider_t provider;
    server_rec *server;
    const char *from;      /* what stands behind FROM */
    const char *labels[4]; /* of its statements, by their keys */
} source_t;

/* By what columns hosts are found, in the order of the facts. */
static const struct {
    ipxe_fact_e fact;
    const char *column;
    const char *where; /* mac and uuid are in normal form already */
} keys_[] = {
    {IPXE_FACT_MAC, "mac", "mac = %s"},
    {IPXE_FACT_UUID, "uuid", "uuid = %s"},
    {IPXE_FACT_SERIAL, "serial", "lower(serial) = %s"},
    {IPXE_FACT_ASSET, "asset", "lower(asset) = %s"},
};

#define KEYS (sizeof(keys_) / sizeof(*keys_))

/* ---- Words ---- */

static int begins_query(const char *words)
{
    return ap_cstr_casecmpn(words, "select", 6) == 0 ||
           ap_cstr_casecmpn(words, "with", 4) == 0;
}

const char *ipxe_hosts_dbd_fault(const char *words)
{
    const char *at;

    if (!*words)
        return "no table and no query";
    if (begins_query(words))
        return strchr(words, ';') ? "a query has no ';'" : NULL;
    for (at = words; *at; at++)
        if (!apr_isalnum(*at) && !strchr("_.\"", *at))
            return "neither the name of a table nor a SELECT";
    return NULL;
}

/* What has a meaning to apr_dbd stands twice. */
static const char *escaped(const char *text, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(strlen(text) + 16, pool);

    for (; *text; text++)
        ipxe_text_addf(out, *text == '%' ? "%%%%" : "%c", *text);
    return out->data;
}

/* ---- Connections ---- */

int ipxe_hosts_dbd_there(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open) != NULL;
}

static apr_status_t fail(ipxe_diags_t *diags, const char *why)
{
    ipxe_span_t nowhere = {NULL, 0, 0};

    ipxe_diag_add(diags, IPXE_DIAG_HOSTS_UNREADABLE, nowhere,
                  "cannot read the hosts by mod_dbd: %s", why);
    return APR_EGENERAL;
}

static ap_dbd_t *open_one(const source_t *source, ipxe_diags_t *diags,
                          apr_pool_t *pool)
{
    APR_OPTIONAL_FN_TYPE(ap_dbd_open) *open =
        APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    ap_dbd_t *dbd = open ? open(pool, source->server) : NULL;

    if (!dbd)
        fail(diags, open ? "there is no connection" : "it is not loaded");
    return dbd;
}

static void close_one(const source_t *source, ap_dbd_t *dbd)
{
    APR_OPTIONAL_FN_TYPE(ap_dbd_close) *close =
        APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);

    close(source->server, dbd);
}

/* Stands for a column that is not there. */
static char no_column;

/* A connection's statement for a key; NULL where there is no such column. By
 * a label: without one PostgreSQL's driver prepares nothing. */
static apr_dbd_prepared_t *statement(const source_t *source, ap_dbd_t *dbd,
                                     int key)
{
    const char *label = source->labels[key];
    void *made = apr_hash_get(dbd->prepared, label, APR_HASH_KEY_STRING);
    apr_dbd_prepared_t *prepared = NULL;

    if (!made) {
        if (apr_dbd_prepare(dbd->driver, dbd->pool, dbd->handle,
                            apr_pstrcat(dbd->pool, "SELECT * FROM ",
                                        source->from, " WHERE ",
                                        keys_[key].where, NULL),
                            label, &prepared) != 0)
            prepared = NULL;
        made = prepared ? (void *)prepared : &no_column;
        apr_hash_set(dbd->prepared, label, APR_HASH_KEY_STRING, made);
    }
    return made == &no_column ? NULL : made;
}

static int any_statement(const source_t *source, ap_dbd_t *dbd)
{
    int any = 0;
    apr_size_t i;

    for (i = 0; i < KEYS; i++)
        any |= statement(source, dbd, (int)i) != NULL;
    return any;
}

/* ---- Rows ---- */

/* A row on its way to a host's text. */
typedef struct row_t {
    ipxe_text_t *host, *vars;
    const char *name;
    apr_pool_t *pool;
} row_t;

static void add_member(ipxe_text_t *text, const char *name)
{
    ipxe_text_add(text, text->len ? ", " : "{");
    ipxe_text_add_json(text, name);
    ipxe_text_add(text, ": ");
}

/* Numbers and truth as they are, all else in quotes. */
static void add_scalar(ipxe_text_t *text, const char *value)
{
    apr_size_t sign = *value == '-';

    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0 ||
        (value[sign] && strlen(value) < 19 &&
         strspn(value + sign, "0123456789") == strlen(value + sign)))
        ipxe_text_add(text, value);
    else
        ipxe_text_add_json(text, value);
}

static void add_text(row_t *row, const char *name, const char *value)
{
    add_member(row->host, name);
    add_scalar(row->host, value);
    if (strcmp(name, "name") == 0)
        row->name = value;
}

static void add_words(row_t *row, const char *name, const char *value)
{
    const apr_array_header_t *words =
        ipxe_text_split(value, " ,;|{}\"", row->pool);
    int i;

    add_member(row->host, name);
    ipxe_text_add(row->host, "[");
    for (i = 0; i < words->nelts; i++) {
        ipxe_text_add(row->host, i ? ", " : "");
        ipxe_text_add_json(row->host, APR_ARRAY_IDX(words, i, const char *));
    }
    ipxe_text_add(row->host, "]");
}

/* A mapping in JSON or YAML; what is none is an error when it is read. */
static void add_mapping(row_t *row, const char *name, const char *value)
{
    add_member(row->host, name);
    ipxe_text_add(row->host, value);
}

/* Its members join those of the other columns. */
static void add_vars(row_t *row, const char *name, const char *value)
{
    const char *begin = strchr(value, '{'), *end = strrchr(value, '}');

    if (!begin || !end || end < begin) {
        add_mapping(row, name, value);
        return;
    }
    if (strspn(begin + 1, " \t\r\n") == (apr_size_t)(end - begin) - 1)
        return;
    ipxe_text_add(row->vars, row->vars->len ? ", " : "{");
    ipxe_text_add_n(row->vars, begin + 1, (apr_size_t)(end - begin) - 1);
}

static const struct {
    const char *name;
    void (*add)(row_t *row, const char *name, const char *value);
} columns[] = {
    {"name", add_text},         {"mac", add_words},
    {"uuid", add_text},         {"serial", add_text},
    {"manufacturer", add_text}, {"asset", add_text},
    {"groups", add_words},      {"vars", add_vars},
    {"secrets", add_mapping},   {"boot", add_text},
    {"menu", add_text},         {"script", add_text},
    {"chain", add_text},        {"local", add_text},
    {"hold", add_text},         {"deny", add_text},
    {"shell", add_text},        {"exit", add_text},
    {"poweroff", add_text},     {"reboot", add_text},
};

static void add_column(row_t *row, const char *name, const char *value)
{
    char *lower = apr_pstrdup(row->pool, name);
    apr_size_t i;

    if (!value || !*value)
        return;
    ap_str_tolower(lower);
    for (i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        if (strcmp(columns[i].name, lower) == 0) {
            columns[i].add(row, lower, value);
            return;
        }
    }
    add_member(row->vars, lower);
    add_scalar(row->vars, value);
}

static void end_row(apr_array_header_t *hits, row_t *row, ipxe_fact_e fact,
                    apr_pool_t *pool)
{
    ipxe_host_hit_t *hit;

    if (row->vars->len) {
        add_member(row->host, "vars");
        ipxe_text_addf(row->host, "%s}", row->vars->data);
    }
    ipxe_text_add(row->host, row->host->len ? "}" : "{}");
    hit = apr_array_push(hits);
    hit->fact = fact;
    hit->name = row->name ? row->name : "";
    hit->text = ipxe_source_make(apr_pstrcat(pool, "dbd ", hit->name, NULL),
                                 row->host->data, row->host->len, pool);
}

static void take_row(apr_array_header_t *hits, const ap_dbd_t *dbd,
                     apr_dbd_results_t *results, apr_dbd_row_t *found,
                     ipxe_fact_e fact, apr_pool_t *pool)
{
    row_t row = {ipxe_text_make(256, pool), ipxe_text_make(128, pool), NULL,
                 pool};
    int n, count = apr_dbd_num_cols(dbd->driver, results);

    for (n = 0; n < count; n++) {
        const char *value = apr_dbd_get_entry(dbd->driver, found, n);
        const char *name = apr_dbd_get_name(dbd->driver, results, n);

        if (name)
            add_column(&row, name, value ? apr_pstrdup(pool, value) : NULL);
    }
    end_row(hits, &row, fact, pool);
}

/* ---- Finding ---- */

static int key_of(ipxe_fact_e fact)
{
    int i;

    for (i = 0; i < (int)KEYS - 1 && keys_[i].fact != fact; i++)
        ;
    return i;
}

/* 0, or what the driver says. */
static int look_up(apr_array_header_t *hits, const source_t *source,
                   ap_dbd_t *dbd, const ipxe_host_key_t *key, apr_pool_t *pool)
{
    apr_dbd_prepared_t *prepared = statement(source, dbd, key_of(key->fact));
    char *value = apr_pstrdup(pool, key->value);
    const char *args[1] = {value};
    apr_dbd_results_t *results = NULL;
    apr_dbd_row_t *row = NULL;
    int error;

    if (!prepared)
        return 0;
    ap_str_tolower(value);
    /* At once: drivers that hand rows over as they come tell no error. */
    error = apr_dbd_pselect(dbd->driver, pool, dbd->handle, &results, prepared,
                            1, 1, args);
    /* To its end: the connection is used again. */
    while (!error && apr_dbd_get_row(dbd->driver, pool, results, &row, -1) == 0)
        take_row(hits, dbd, results, row, key->fact, pool);
    return error;
}

static apr_status_t find(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *keys, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    const source_t *source = baton;
    ap_dbd_t *dbd = open_one(source, diags, pool);
    apr_status_t status = APR_SUCCESS;
    apr_size_t i;
    int error = 0;

    if (!dbd)
        return APR_EGENERAL;
    if (!any_statement(source, dbd))
        status = fail(diags, "the table or query has none of the columns mac, "
                             "uuid, serial, asset, or cannot be read");
    for (i = 0; i < count && !error && status == APR_SUCCESS; i++)
        error = look_up(hits, source, dbd, &keys[i], pool);
    if (error)
        status = fail(diags, apr_dbd_error(dbd->driver, dbd->handle, error));
    close_one(source, dbd);
    return status;
}

static apr_status_t facts_of(ipxe_facts_t *facts, void *baton,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    const source_t *source = baton;
    ap_dbd_t *dbd = open_one(source, diags, pool);
    apr_size_t i;

    *facts = 0;
    if (!dbd)
        return APR_EGENERAL;
    for (i = 0; i < KEYS; i++)
        if (statement(source, dbd, (int)i))
            *facts |= IPXE_FACT_BIT(keys_[i].fact);
    if (*facts & IPXE_FACT_BIT(IPXE_FACT_SERIAL))
        *facts |= IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER);
    close_one(source, dbd);
    return *facts ? APR_SUCCESS
                  : fail(diags, "the table or query has none of the columns "
                                "mac, uuid, serial, asset, or cannot be read");
}

const ipxe_host_provider_t *
ipxe_hosts_dbd_make(const char *words, server_rec *server, apr_pool_t *pool)
{
    source_t *source = apr_pcalloc(pool, sizeof(*source));
    apr_size_t i;

    source->server = server;
    source->from = escaped(words, pool);
    if (begins_query(words))
        source->from =
            apr_pstrcat(pool, "(", source->from, ") AS ipxe_hosts", NULL);
    for (i = 0; i < KEYS; i++)
        source->labels[i] = apr_psprintf(pool, "ipxe_%s_%pp", keys_[i].column,
                                         (const void *)source);
    source->provider.name = apr_pstrcat(pool, "dbd:", words, NULL);
    source->provider.find = find;
    source->provider.facts = facts_of;
    source->provider.baton = source;
    return &source->provider;
}
