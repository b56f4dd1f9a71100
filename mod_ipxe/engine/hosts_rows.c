/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts as rows: statements for each key, and columns to a host's text. */
#include "engine/hosts_rows.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

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
    {IPXE_FACT_COUNT, "name", "name = %s"},
};

#define KEYS (sizeof(keys_) / sizeof(*keys_) - 1) /* that are facts */
#define NAME ((int)KEYS)
#define ALL  (KEYS + 1)

static const char no_columns[] =
    "the table or query has none of the columns mac, uuid, serial, asset, or "
    "cannot be read";

/* ---- Words ---- */

static void to_lower(char *text)
{
    for (; *text; text++)
        *text = (char)apr_tolower(*text);
}

static int begins_query(const char *words)
{
    return strncasecmp(words, "select", 6) == 0 ||
           strncasecmp(words, "with", 4) == 0;
}

const char *ipxe_rows_fault(const char *words)
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

struct ipxe_rows_t {
    ipxe_host_provider_t provider;
    const ipxe_rows_opener_t *opener;
    const char *plain;       /* what stands behind FROM */
    const char *from;        /* for apr_dbd to prepare */
    const char *labels[ALL]; /* of its statements, by their keys */
};

static apr_status_t fail(const ipxe_rows_t *rows, ipxe_diags_t *diags,
                         const char *why)
{
    ipxe_span_t nowhere = {NULL, 0, 0};

    ipxe_diag_add(diags, IPXE_DIAG_HOSTS_UNREADABLE, nowhere,
                  "cannot read the hosts by %s: %s", rows->opener->name, why);
    return APR_EGENERAL;
}

static int open_one(ipxe_rows_connection_t *dbd, const ipxe_rows_t *rows,
                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char *why = rows->opener->open(dbd, rows->opener->baton, pool);

    if (why)
        fail(rows, diags, why);
    return !why;
}

static void close_one(const ipxe_rows_t *rows, ipxe_rows_connection_t *dbd)
{
    if (rows->opener->close)
        rows->opener->close(dbd, rows->opener->baton);
}

/* Stands for a column that is not there. */
static char no_column;

/* A connection's statement for a key; NULL where there is no such column. By
 * a label: without one PostgreSQL's driver prepares nothing. */
static apr_dbd_prepared_t *statement(const ipxe_rows_t *rows,
                                     ipxe_rows_connection_t *dbd, int key)
{
    const char *label = rows->labels[key];
    void *made = apr_hash_get(dbd->prepared, label, APR_HASH_KEY_STRING);
    apr_dbd_prepared_t *prepared = NULL;

    if (!made) {
        if (apr_dbd_prepare(dbd->driver, dbd->pool, dbd->handle,
                            apr_pstrcat(dbd->pool, "SELECT * FROM ", rows->from,
                                        " WHERE ", keys_[key].where, NULL),
                            label, &prepared) != 0)
            prepared = NULL;
        made = prepared ? (void *)prepared : &no_column;
        apr_hash_set(dbd->prepared, label, APR_HASH_KEY_STRING, made);
    }
    return made == &no_column ? NULL : made;
}

static int any_statement(const ipxe_rows_t *rows, ipxe_rows_connection_t *dbd)
{
    int any = 0;
    apr_size_t i;

    for (i = 0; i < KEYS; i++)
        any |= statement(rows, dbd, (int)i) != NULL;
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
    to_lower(lower);
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

static void take_row(apr_array_header_t *hits,
                     const ipxe_rows_connection_t *dbd,
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
static int look_up(apr_array_header_t *hits, const ipxe_rows_t *rows,
                   ipxe_rows_connection_t *dbd, int key, const char *wanted,
                   apr_pool_t *pool)
{
    apr_dbd_prepared_t *prepared = statement(rows, dbd, key);
    char *value = apr_pstrdup(pool, wanted);
    const char *args[1] = {value};
    apr_dbd_results_t *results = NULL;
    apr_dbd_row_t *row = NULL;
    int error;

    if (!prepared)
        return 0;
    if (key != NAME)
        to_lower(value);
    /* At once: drivers that hand rows over as they come tell no error. */
    error = apr_dbd_pselect(dbd->driver, pool, dbd->handle, &results, prepared,
                            1, 1, args);
    /* To its end: the connection is used again. */
    while (!error && apr_dbd_get_row(dbd->driver, pool, results, &row, -1) == 0)
        take_row(hits, dbd, results, row, keys_[key].fact, pool);
    return error;
}

static apr_status_t find(apr_array_header_t *hits, void *baton,
                         const ipxe_host_key_t *keys, apr_size_t count,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    const ipxe_rows_t *rows = baton;
    ipxe_rows_connection_t dbd;
    apr_status_t status = APR_SUCCESS;
    apr_size_t i;
    int error = 0;

    if (!open_one(&dbd, rows, diags, pool))
        return APR_EGENERAL;
    if (!any_statement(rows, &dbd))
        status = fail(rows, diags, no_columns);
    for (i = 0; i < count && !error && status == APR_SUCCESS; i++)
        error = look_up(hits, rows, &dbd, key_of(keys[i].fact), keys[i].value,
                        pool);
    if (error)
        status =
            fail(rows, diags, apr_dbd_error(dbd.driver, dbd.handle, error));
    close_one(rows, &dbd);
    return status;
}

static apr_status_t facts_of(ipxe_facts_t *facts, void *baton,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    const ipxe_rows_t *rows = baton;
    ipxe_rows_connection_t dbd;
    apr_size_t i;

    *facts = 0;
    if (!open_one(&dbd, rows, diags, pool))
        return APR_EGENERAL;
    for (i = 0; i < KEYS; i++)
        if (statement(rows, &dbd, (int)i))
            *facts |= IPXE_FACT_BIT(keys_[i].fact);
    if (*facts & IPXE_FACT_BIT(IPXE_FACT_SERIAL))
        *facts |= IPXE_FACT_BIT(IPXE_FACT_MANUFACTURER);
    close_one(rows, &dbd);
    return *facts ? APR_SUCCESS : fail(rows, diags, no_columns);
}

/* ---- By name, and all ---- */

static apr_status_t get(const ipxe_source_t **text, void *baton,
                        const char *name, ipxe_diags_t *diags, apr_pool_t *pool)
{
    apr_array_header_t *hits = apr_array_make(pool, 1, sizeof(ipxe_host_hit_t));
    const ipxe_rows_t *rows = baton;
    ipxe_rows_connection_t dbd;
    apr_status_t status = APR_SUCCESS;
    int error;

    *text = NULL;
    if (!open_one(&dbd, rows, diags, pool))
        return APR_EGENERAL;
    error = look_up(hits, rows, &dbd, NAME, name, pool);
    if (error)
        status =
            fail(rows, diags, apr_dbd_error(dbd.driver, dbd.handle, error));
    else if (hits->nelts)
        *text = APR_ARRAY_IDX(hits, 0, ipxe_host_hit_t).text;
    close_one(rows, &dbd);
    return status;
}

static apr_status_t hand_out(const ipxe_rows_connection_t *dbd,
                             apr_dbd_results_t *results,
                             ipxe_host_each_fn *each, void *for_each,
                             apr_pool_t *pool)
{
    apr_status_t status = APR_SUCCESS;
    apr_dbd_row_t *row = NULL;
    apr_pool_t *scratch;

    apr_pool_create(&scratch, pool);
    /* To its end: the connection is used again. */
    while (apr_dbd_get_row(dbd->driver, pool, results, &row, -1) == 0) {
        apr_array_header_t *hits =
            apr_array_make(scratch, 1, sizeof(ipxe_host_hit_t));
        const ipxe_host_hit_t *hit;

        take_row(hits, dbd, results, row, IPXE_FACT_COUNT, scratch);
        hit = &APR_ARRAY_IDX(hits, 0, ipxe_host_hit_t);
        if (status == APR_SUCCESS)
            status = each(for_each, hit->name, hit->text, scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return status;
}

static apr_status_t each_host(void *baton, ipxe_host_each_fn *each,
                              void *for_each, ipxe_diags_t *diags,
                              apr_pool_t *pool)
{
    const ipxe_rows_t *rows = baton;
    apr_dbd_results_t *results = NULL;
    ipxe_rows_connection_t dbd;
    apr_status_t status;
    int error;

    if (!open_one(&dbd, rows, diags, pool))
        return APR_EGENERAL;
    error = apr_dbd_select(
        dbd.driver, pool, dbd.handle, &results,
        apr_pstrcat(pool, "SELECT * FROM ", rows->plain, NULL), 1);
    status =
        error ? fail(rows, diags, apr_dbd_error(dbd.driver, dbd.handle, error))
              : hand_out(&dbd, results, each, for_each, pool);
    close_one(rows, &dbd);
    return status;
}

/* ---- The provider ---- */

const ipxe_host_provider_t *ipxe_rows_make(const char *words,
                                           const ipxe_rows_opener_t *opener,
                                           apr_pool_t *pool)
{
    ipxe_rows_t *rows = apr_pcalloc(pool, sizeof(*rows));
    apr_size_t i;

    rows->opener = opener;
    rows->plain = begins_query(words)
                      ? apr_pstrcat(pool, "(", words, ") AS ipxe_hosts", NULL)
                      : words;
    rows->from = escaped(rows->plain, pool);
    for (i = 0; i < ALL; i++)
        rows->labels[i] = apr_psprintf(pool, "ipxe_%s_%pp", keys_[i].column,
                                       (const void *)rows);
    rows->provider.name = apr_pstrcat(pool, "dbd:", words, NULL);
    rows->provider.find = find;
    rows->provider.facts = facts_of;
    rows->provider.get = get;
    rows->provider.each = each_host;
    rows->provider.baton = rows;
    return &rows->provider;
}

/* ---- A connection of one's own ---- */

typedef struct own_t {
    ipxe_rows_opener_t opener;
    const char *driver, *params;
    ipxe_rows_connection_t dbd;
    apr_pool_t *pool;
} own_t;

static apr_status_t close_own(void *data)
{
    const own_t *own = data;

    apr_dbd_close(own->dbd.driver, own->dbd.handle);
    return APR_SUCCESS;
}

static const char *connect_own(own_t *own)
{
    const char *why = NULL;

    if (apr_dbd_init(own->pool) != APR_SUCCESS ||
        apr_dbd_get_driver(own->pool, own->driver, &own->dbd.driver) !=
            APR_SUCCESS)
        return apr_psprintf(own->pool,
                            "the driver %s cannot be had: is its package "
                            "installed?",
                            own->driver);
    if (apr_dbd_open_ex(own->dbd.driver, own->pool, own->params,
                        &own->dbd.handle, &why) != APR_SUCCESS) {
        own->dbd.handle = NULL;
        return why ? why : "there is no connection";
    }
    own->dbd.prepared = apr_hash_make(own->pool);
    own->dbd.pool = own->pool;
    apr_pool_pre_cleanup_register(own->pool, own, close_own);
    return NULL;
}

static const char *open_own(ipxe_rows_connection_t *dbd, void *baton,
                            apr_pool_t *pool)
{
    own_t *own = baton;
    const char *why = own->dbd.handle ? NULL : connect_own(own);

    (void)pool;
    *dbd = own->dbd;
    return why;
}

const ipxe_rows_opener_t *ipxe_rows_own(const char *driver, const char *params,
                                        apr_pool_t *pool)
{
    own_t *own = apr_pcalloc(pool, sizeof(*own));

    own->driver = driver;
    own->params = params ? params : "";
    own->pool = pool;
    own->opener.name = driver;
    own->opener.open = open_own;
    own->opener.baton = own;
    return &own->opener;
}
