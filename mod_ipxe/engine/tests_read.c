/* SPDX-License-Identifier: Apache-2.0 */
/* Reading *.test.yaml: files to tests. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "engine/tests_state.h"
#include "rules/hosts.h"
#include "yaml/bind.h"

/* 2026-01-07, 12:00: a Wednesday. */
#define DEFAULT_AT "2026-01-07 12:00"

/* A file while it is read. */
typedef struct reading_t {
    apr_array_header_t *tests;
    const ipxe_snapshot_t *set;
    apr_hash_t *names; /* of tests -> const ipxe_test_t * */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} reading_t;

/* ---- What is given ---- */

/* So long ago a machine of a test was installed. */
#define A_DAY apr_time_from_sec(86400)

/* What a `given` binds to. */
typedef struct given_t {
    const ipxe_yaml_t *facts[IPXE_FACT_COUNT];
    apr_array_header_t *macs; /* of const ipxe_yaml_t *; choose too */
    const ipxe_yaml_t *args, *answers;
    apr_array_header_t *choose;
    apr_time_t at;
    ipxe_view_t *state;
    int refused;
} given_t;

static void bind_derived(void *member, const ipxe_yaml_t *key,
                         const ipxe_yaml_t *value, void *baton,
                         ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)member;
    (void)value;
    (void)baton;
    (void)pool;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, key->span,
                                 "'%s' is derived, no machine sends it",
                                 key->text),
                   "give `arch`, and for an i386 build `cpu64`");
}

/* "2026-11-22 23:30", local time; `d` of the shape is a digit. */
static int has_shape(const char *text, const char *shape)
{
    for (; *shape; shape++, text++) {
        if (*shape == 'd' ? !apr_isdigit(*text) : *shape != *text)
            return 0;
    }
    return !*text;
}

static int read_at(apr_time_t *at, const char *text)
{
    struct tm clock;

    if (!has_shape(text, "dddd-dd-dd dd:dd") &&
        !has_shape(text, "dddd-dd-ddTdd:dd"))
        return 0;
    memset(&clock, 0, sizeof(clock));
    clock.tm_year = (int)apr_atoi64(text) - 1900;
    clock.tm_mon = (int)apr_atoi64(text + 5) - 1;
    clock.tm_mday = (int)apr_atoi64(text + 8);
    clock.tm_hour = (int)apr_atoi64(text + 11);
    clock.tm_min = (int)apr_atoi64(text + 14);
    clock.tm_isdst = -1;
    if (clock.tm_mon < 0 || clock.tm_mon > 11 || clock.tm_mday < 1 ||
        clock.tm_mday > 31 || clock.tm_hour > 23 || clock.tm_min > 59)
        return 0;
    *at = apr_time_from_sec(mktime(&clock));
    return 1;
}

static void bind_at(void *member, const ipxe_yaml_t *key,
                    const ipxe_yaml_t *value, void *baton, ipxe_diags_t *diags,
                    apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    if (value->kind != IPXE_YAML_SCALAR)
        ipxe_bind_wrong(diags, key, value, "a time");
    else if (!read_at(member, value->text))
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                     "'%s' is no time", value->text),
                       "write \"2026-11-22 23:30\"");
}

static const ipxe_bind_t given_rows[] = {
    IPXE_BIND("macs", SCALARS, given_t, macs, 0),
    IPXE_BIND("args", MAPPING, given_t, args, 0),
    IPXE_BIND("choose", SCALARS, given_t, choose, 0),
    IPXE_BIND_WITH("at", given_t, at, 0, bind_at),
    IPXE_BIND_WITH("cpu", given_t, refused, 0, bind_derived),
    IPXE_BIND_WITH("state", given_t, state, 0, ipxe_test_bind_state),
    IPXE_BIND("ask", MAPPING, given_t, answers, 0),
    IPXE_BIND_END};

#define GIVEN_ROWS (sizeof(given_rows) / sizeof(*given_rows))

/* Facts that are one text in a test. */
static int is_given_as_text(ipxe_fact_e fact)
{
    return fact != IPXE_FACT_CPU && fact != IPXE_FACT_MACS;
}

/* The rows above and one for each fact. */
static const ipxe_bind_t *rows_of_given(apr_pool_t *pool)
{
    ipxe_bind_t *rows =
        apr_pcalloc(pool, (IPXE_FACT_COUNT + GIVEN_ROWS) * sizeof(*rows));
    int fact, n = 0;

    for (fact = 0; fact < IPXE_FACT_COUNT; fact++) {
        if (!is_given_as_text((ipxe_fact_e)fact))
            continue;
        rows[n].key = ipxe_fact_name((ipxe_fact_e)fact);
        rows[n].type = IPXE_BIND_SCALAR;
        rows[n].flags = IPXE_BIND_NULL;
        rows[n++].offset = offsetof(given_t, facts) +
                           (apr_size_t)fact * sizeof(const ipxe_yaml_t *);
    }
    memcpy(rows + n, given_rows, sizeof(given_rows));
    return rows;
}

/* ---- Facts that are none ---- */

static int is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

static int is_address(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 ||
           inet_pton(AF_INET6, text, bytes) == 1;
}

static int is_good(ipxe_fact_e fact, const char *text, apr_pool_t *pool)
{
    switch (ipxe_fact_kind(fact)) {
    case IPXE_FACT_KIND_MAC:
        return ipxe_mac_normal(text, pool) != NULL;
    case IPXE_FACT_KIND_UUID:
        return ipxe_uuid_normal(text, pool) != NULL;
    case IPXE_FACT_KIND_NUMBER:
        return is_number(text);
    case IPXE_FACT_KIND_ADDRESS:
        return is_address(text);
    case IPXE_FACT_KIND_BOOL:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    default:
        return 1;
    }
}

/* A slip of the pen in a test would make the fact absent, and the test one
 * of something else. */
static void check_fact(const reading_t *reading, ipxe_fact_e fact,
                       const ipxe_yaml_t *value)
{
    static const struct {
        ipxe_code_e code;
        const char *what;
    } kinds[] = {
        [IPXE_FACT_KIND_MAC] = {IPXE_DIAG_BAD_MAC, "a MAC address"},
        [IPXE_FACT_KIND_UUID] = {IPXE_DIAG_BAD_UUID, "a UUID"},
        [IPXE_FACT_KIND_BOOL] = {IPXE_DIAG_BAD_VALUE, "true or false"},
        [IPXE_FACT_KIND_NUMBER] = {IPXE_DIAG_BAD_VALUE, "a number"},
        [IPXE_FACT_KIND_ADDRESS] = {IPXE_DIAG_BAD_VALUE, "an address"},
    };
    ipxe_fact_kind_e kind = ipxe_fact_kind(fact);

    if (!is_good(fact, value->text, reading->pool))
        ipxe_diag_help(ipxe_diag_add(reading->diags, kinds[kind].code,
                                     value->span, "'%s' is not %s", value->text,
                                     kinds[kind].what),
                       "what a machine may send instead of one, a test "
                       "leaves out");
}

/* ---- The query of what is given ---- */

static void add_pair(ipxe_text_t *query, const char *name, const char *value,
                     apr_pool_t *pool)
{
    ipxe_text_addf(query, "%s%s=%s", query->len ? "&" : "",
                   ipxe_text_urlencode(name, NULL, pool),
                   ipxe_text_urlencode(value, NULL, pool));
}

static void add_fact(ipxe_text_t *query, const given_t *given, ipxe_fact_e fact,
                     const reading_t *reading)
{
    const ipxe_yaml_t *value = given->facts[fact];

    if (value)
        check_fact(reading, fact, value);
    add_pair(query, ipxe_fact_name(fact), value ? value->text : "",
             reading->pool);
}

static void add_arg(ipxe_text_t *query, const ipxe_yaml_pair_t *pair,
                    const reading_t *reading)
{
    if (pair->value->kind == IPXE_YAML_SEQUENCE ||
        pair->value->kind == IPXE_YAML_MAPPING)
        ipxe_bind_wrong(reading->diags, pair->key, pair->value, "text");
    else if (ipxe_fact_find(pair->key->text) != IPXE_FACT_COUNT)
        ipxe_diag_help(
            ipxe_diag_add(reading->diags, IPXE_DIAG_BAD_VALUE, pair->key->span,
                          "'%s' is a fact, not an argument", pair->key->text),
            "write it beside `args`");
    else
        add_pair(query, pair->key->text,
                 ipxe_yaml_is_null(pair->value) ? "" : pair->value->text,
                 reading->pool);
}

/* Every variable that an item asks for: array of const char *. */
static apr_array_header_t *asked_names(const reading_t *reading)
{
    apr_array_header_t *names =
        apr_array_make(reading->pool, 4, sizeof(const char *));
    apr_hash_index_t *at =
        apr_hash_first(reading->pool, reading->set->rules->menus);
    int i, j;

    for (; at; at = apr_hash_next(at)) {
        const ipxe_menu_t *menu = apr_hash_this_val(at);

        for (i = 0; i < menu->items->nelts; i++) {
            const apr_array_header_t *asks =
                APR_ARRAY_IDX(menu->items, i, ipxe_item_t).asks;

            for (j = 0; asks && j < asks->nelts; j++)
                APR_ARRAY_PUSH(names, const char *) =
                    APR_ARRAY_IDX(asks, j, ipxe_ask_t).var;
        }
    }
    return names;
}

static void add_answer(ipxe_text_t *query, const ipxe_yaml_pair_t *pair,
                       const reading_t *reading)
{
    apr_array_header_t *names = asked_names(reading);
    int i;

    for (i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, const char *), pair->key->text) == 0)
            break;
    }
    if (i == names->nelts)
        ipxe_diag_nearest(
            ipxe_diag_add(reading->diags, IPXE_DIAG_UNKNOWN_NAME,
                          pair->key->span, "no item of a menu asks for '%s'",
                          pair->key->text),
            pair->key->text, (const char *const *)names->elts,
            (apr_size_t)names->nelts);
    else if (pair->value->kind == IPXE_YAML_SEQUENCE ||
             pair->value->kind == IPXE_YAML_MAPPING)
        ipxe_bind_wrong(reading->diags, pair->key, pair->value, "text");
    else
        add_pair(query,
                 apr_pstrcat(reading->pool, "ask.", pair->key->text, NULL),
                 ipxe_yaml_is_null(pair->value) ? "" : pair->value->text,
                 reading->pool);
}

static const char *query_of(const given_t *given, const reading_t *reading)
{
    ipxe_text_t *query = ipxe_text_make(512, reading->pool);
    apr_size_t n;
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (is_given_as_text((ipxe_fact_e)i) && i != IPXE_FACT_IP)
            add_fact(query, given, (ipxe_fact_e)i, reading);
    }
    for (i = 0; given->macs && i < given->macs->nelts; i++) {
        const ipxe_yaml_t *mac =
            APR_ARRAY_IDX(given->macs, i, const ipxe_yaml_t *);

        check_fact(reading, IPXE_FACT_MAC, mac);
        add_pair(query, apr_psprintf(reading->pool, "mac%d", i), mac->text,
                 reading->pool);
    }
    for (n = 0; given->args && n < given->args->count; n++)
        add_arg(query, &given->args->pairs[n], reading);
    for (n = 0; given->answers && n < given->answers->count; n++)
        add_answer(query, &given->answers->pairs[n], reading);
    return query->data;
}

static void read_given(ipxe_test_t *test, const ipxe_yaml_t *node,
                       const reading_t *reading)
{
    const ipxe_yaml_t *ip;
    given_t given;

    memset(&given, 0, sizeof(given));
    read_at(&given.at, DEFAULT_AT);
    if (node)
        ipxe_bind(&given, node, rows_of_given(reading->pool), "a `given`", NULL,
                  reading->diags, reading->pool);
    ip = given.facts[IPXE_FACT_IP];
    if (ip)
        check_fact(reading, IPXE_FACT_IP, ip);
    test->ip = ip ? ip->text : "";
    test->at = given.at;
    if (given.state) {
        given.state->installed.ended = given.at - A_DAY;
        test->state = given.state;
    }
    test->choose = given.choose;
    test->query = query_of(&given, reading);
}

/* ---- What is expected ---- */

static void bind_expected(void *member, const ipxe_yaml_t *key,
                          const ipxe_yaml_t *value, void *baton,
                          ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    if (value->kind == IPXE_YAML_SCALAR || ipxe_yaml_is_null(value))
        *(const ipxe_yaml_t **)member = value;
    else
        ipxe_bind_wrong(diags, key, value, "a name");
}

#define NAME_ROW(key, at)                                                      \
    IPXE_BIND_WITH(key, ipxe_expect_t, names[IPXE_EXPECTED_##at], 0,           \
                   bind_expected)
#define EXPECT_ROWS                                                            \
    NAME_ROW("rule", RULE), NAME_ROW("action", ACTION),                        \
        NAME_ROW("profile", PROFILE), NAME_ROW("menu", MENU),                  \
        NAME_ROW("host", HOST),                                                \
        IPXE_BIND("items", SCALARS, ipxe_expect_t, items, 0),                  \
        IPXE_BIND("script", SCALARS, ipxe_expect_t, script, 0),                \
        IPXE_BIND("text", SCALARS, ipxe_expect_t, text, 0),                    \
        IPXE_BIND("vars", MAPPING, ipxe_expect_t, vars, 0),                    \
        IPXE_BIND("answers", MAPPING, ipxe_expect_t, answers, 0)

typedef struct expect_t {
    ipxe_expect_t expect; /* the first: the rows are those of a `not` */
    const ipxe_yaml_t *never;
} expect_t;

static const ipxe_bind_t expect_rows[] = {
    EXPECT_ROWS, IPXE_BIND("not", MAPPING, expect_t, never, 0), IPXE_BIND_END};
static const ipxe_bind_t never_rows[] = {EXPECT_ROWS, IPXE_BIND_END};

/* A host's texts outlive it. */
static int add_name(void *names, const ipxe_host_t *host, apr_pool_t *scratch)
{
    (void)scratch;
    APR_ARRAY_PUSH((apr_array_header_t *)names, const char *) = host->name;
    return 0;
}

/* The names that a set has of a kind: array of const char *. */
static apr_array_header_t *known_names(ipxe_expected_e kind,
                                       const reading_t *reading)
{
    const ipxe_rules_t *rules = reading->set->rules;
    apr_array_header_t *names =
        apr_array_make(reading->pool, 32, sizeof(const char *));
    apr_hash_t *table =
        kind == IPXE_EXPECTED_PROFILE ? rules->profiles : rules->menus;
    apr_hash_index_t *at;
    int i;

    if (kind == IPXE_EXPECTED_RULE) {
        for (i = 0; i < rules->rules->nelts; i++)
            APR_ARRAY_PUSH(names, const char *) =
                APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *)->name;
    }
    else if (kind == IPXE_EXPECTED_ACTION) {
        for (i = 0; i < IPXE_ACTION_COUNT; i++)
            APR_ARRAY_PUSH(names, const char *) =
                ipxe_action_name((ipxe_action_e)i);
    }
    else if (kind == IPXE_EXPECTED_HOST) {
        ipxe_hosts_each(rules, add_name, names, reading->pool);
    }
    else {
        for (at = apr_hash_first(reading->pool, table); at;
             at = apr_hash_next(at))
            APR_ARRAY_PUSH(names, const char *) = apr_hash_this_key(at);
    }
    return names;
}

static void check_name(ipxe_expected_e kind, const ipxe_yaml_t *value,
                       const reading_t *reading)
{
    const apr_array_header_t *names = known_names(kind, reading);
    int i;

    if (kind == IPXE_EXPECTED_HOST && ipxe_hosts_elsewhere(reading->set->rules))
        return;
    for (i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, const char *), value->text) == 0)
            return;
    }
    ipxe_diag_nearest(ipxe_diag_add(reading->diags, IPXE_DIAG_UNKNOWN_NAME,
                                    value->span, "there is no %s '%s'",
                                    ipxe_expected_name(kind), value->text),
                      value->text, (const char *const *)names->elts,
                      (apr_size_t)names->nelts);
}

static void check_values(const ipxe_yaml_t *mapping, int lists,
                         const reading_t *reading)
{
    apr_size_t i, n;

    for (i = 0; mapping && i < mapping->count; i++) {
        const ipxe_yaml_pair_t *pair = &mapping->pairs[i];
        int good = pair->value->kind == IPXE_YAML_SCALAR ||
                   (!lists && ipxe_yaml_is_null(pair->value));

        if (lists && pair->value->kind == IPXE_YAML_SEQUENCE) {
            good = 1;
            for (n = 0; n < pair->value->count; n++)
                good &= pair->value->items[n]->kind == IPXE_YAML_SCALAR;
        }
        if (!good)
            ipxe_bind_wrong(reading->diags, pair->key, pair->value,
                            lists ? "text or a list of texts" : "text");
    }
}

static void check_expect(const ipxe_expect_t *expect, const reading_t *reading)
{
    int i;

    for (i = 0; i < IPXE_EXPECTED_COUNT; i++) {
        if (expect->names[i] && !ipxe_yaml_is_null(expect->names[i]))
            check_name((ipxe_expected_e)i, expect->names[i], reading);
    }
    check_values(expect->vars, 0, reading);
    check_values(expect->answers, 1, reading);
}

static void read_expect(ipxe_test_t *test, const ipxe_yaml_t *node,
                        const reading_t *reading)
{
    expect_t found;

    memset(&found, 0, sizeof(found));
    if (node->count == 0)
        ipxe_diag_help(ipxe_diag_add(reading->diags, IPXE_DIAG_BAD_VALUE,
                                     node->span, "nothing is expected"),
                       "write what the machine must get: `rule`, `profile`, "
                       "`script`, ...");
    ipxe_bind(&found, node, expect_rows, "an `expect`", NULL, reading->diags,
              reading->pool);
    test->expect = found.expect;
    if (found.never)
        ipxe_bind(&test->never, found.never, never_rows, "a `not`", NULL,
                  reading->diags, reading->pool);
    check_expect(&test->expect, reading);
    check_expect(&test->never, reading);
}

/* ---- Files ---- */

typedef struct test_node_t {
    const ipxe_yaml_t *name, *given, *expect;
} test_node_t;

static const ipxe_bind_t test_rows[] = {
    IPXE_BIND("name", SCALAR, test_node_t, name, IPXE_BIND_REQUIRED),
    IPXE_BIND("given", MAPPING, test_node_t, given, IPXE_BIND_NULL),
    IPXE_BIND("expect", MAPPING, test_node_t, expect, IPXE_BIND_REQUIRED),
    IPXE_BIND_END};

/* Nonzero where no other test of the file has its name. */
static int is_new(const ipxe_test_t *test, const reading_t *reading)
{
    const ipxe_test_t *first =
        apr_hash_get(reading->names, test->name, APR_HASH_KEY_STRING);

    if (first)
        ipxe_diag_note(ipxe_diag_add(reading->diags, IPXE_DIAG_DUPLICATE_NAME,
                                     test->span, "there is a test '%s' already",
                                     test->name),
                       first->span, "first defined here");
    else
        apr_hash_set(reading->names, test->name, APR_HASH_KEY_STRING, test);
    return !first;
}

static void read_test(const ipxe_yaml_t *node, const reading_t *reading)
{
    ipxe_test_t *test = apr_pcalloc(reading->pool, sizeof(*test));
    test_node_t parts;

    memset(&parts, 0, sizeof(parts));
    if (node->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_add(reading->diags, IPXE_DIAG_WRONG_TYPE, node->span,
                      "a test must be a mapping, not %s", ipxe_yaml_what(node));
        return;
    }
    ipxe_bind(&parts, node, test_rows, "a test", NULL, reading->diags,
              reading->pool);
    if (parts.expect)
        read_expect(test, parts.expect, reading);
    read_given(test, parts.given, reading);
    if (!parts.name || !parts.expect)
        return;
    test->name = parts.name->text;
    test->span = parts.name->span;
    if (is_new(test, reading))
        APR_ARRAY_PUSH(reading->tests, const ipxe_test_t *) = test;
}

typedef struct file_t {
    apr_int64_t format;
    const ipxe_yaml_t *tests;
} file_t;

static void bind_format(void *member, const ipxe_yaml_t *key,
                        const ipxe_yaml_t *value, void *baton,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    if (ipxe_yaml_int(member, value) && *(apr_int64_t *)member == 1)
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' is not 1, the only format there is",
                                 key->text),
                   "write `ipxe: 1`");
}

static const ipxe_bind_t file_rows[] = {
    IPXE_BIND_WITH("ipxe", file_t, format, IPXE_BIND_REQUIRED, bind_format),
    IPXE_BIND("tests", LIST, file_t, tests, IPXE_BIND_REQUIRED), IPXE_BIND_END};

void ipxe_tests_read(apr_array_header_t *tests, const ipxe_source_t *source,
                     const ipxe_snapshot_t *set, ipxe_diags_t *diags,
                     apr_pool_t *pool)
{
    reading_t reading = {tests, set, apr_hash_make(pool), diags, pool};
    file_t file = {0, NULL};
    ipxe_yaml_t *root;
    apr_size_t i;

    ipxe_yaml_parse(&root, source, diags, pool);
    if (!root)
        return;
    if (root->kind != IPXE_YAML_MAPPING) {
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_WRONG_TYPE, root->span,
                                     "a file of tests must be a mapping, not "
                                     "%s",
                                     ipxe_yaml_what(root)),
                       "its first line is `ipxe: 1`");
        return;
    }
    ipxe_bind(&file, root, file_rows, "a file of tests", NULL, diags, pool);
    for (i = 0; file.tests && i < file.tests->count; i++)
        read_test(file.tests->items[i], &reading);
}
