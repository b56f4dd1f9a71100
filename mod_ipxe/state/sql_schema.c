/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and how those of an older version become today's. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What the tables are: steps[n] makes version n + 1 of version n. In a text
 * W stands for a word, T for a text, B for a number, C for the counter, and
 * $ for the end of a table. A step that was released never changes. */
static const char *const version_1[] = {
    "CREATE TABLE ipxe_meta (site @W NOT NULL, name @W NOT NULL, "
    "value @T NOT NULL, PRIMARY KEY (site, name))@$",

    "CREATE TABLE ipxe_machines (id @B NOT NULL PRIMARY KEY, "
    "site @W NOT NULL, host @W NOT NULL, mac @T NOT NULL, uuid @T NOT NULL, "
    "serial @T NOT NULL, manufacturer @T NOT NULL, product @T NOT NULL, "
    "ip @T NOT NULL, rule @T NOT NULL, profile @T NOT NULL, "
    "stage @W NOT NULL, percent @B NOT NULL, first_seen @B NOT NULL, "
    "last_seen @B NOT NULL, stage_since @B NOT NULL, conflict @T NOT NULL, "
    "disarmed @W NOT NULL, disarmed_at @B NOT NULL, marked @B NOT NULL, "
    "let_go @B NOT NULL, let_go_by @T NOT NULL, let_go_profile @T NOT NULL, "
    "let_go_vars @T NOT NULL, next_profile @W NOT NULL, "
    "open_install @B NOT NULL, mark_install @B NOT NULL)@$",
    "CREATE INDEX ipxe_machines_site ON ipxe_machines (site, last_seen, id)",
    "CREATE INDEX ipxe_machines_seen ON ipxe_machines (last_seen, id)",
    "CREATE INDEX ipxe_machines_marked ON ipxe_machines (marked)",

    "CREATE TABLE ipxe_keys (site @W NOT NULL, name @W NOT NULL, "
    "machine @B NOT NULL, PRIMARY KEY (site, name))@$",
    "CREATE INDEX ipxe_keys_machine ON ipxe_keys (machine)",

    "CREATE TABLE ipxe_installs (id @B NOT NULL PRIMARY KEY, "
    "site @W NOT NULL, machine @B NOT NULL, state @B NOT NULL, "
    "profile @T NOT NULL, made_by @T NOT NULL, tries @B NOT NULL, "
    "issued @B NOT NULL, armed @B NOT NULL, fetched @B NOT NULL, "
    "started @B NOT NULL, ended @B NOT NULL)@$",
    "CREATE INDEX ipxe_installs_machine ON ipxe_installs (machine)",

    "CREATE TABLE ipxe_holds (site @W NOT NULL, code @W NOT NULL, "
    "machine @B NOT NULL UNIQUE, reason @T NOT NULL, since @B NOT NULL, "
    "PRIMARY KEY (site, code))@$",

    "CREATE TABLE ipxe_results (machine @B NOT NULL, profile @W NOT NULL, "
    "outcome @B NOT NULL, done_at @B NOT NULL, "
    "PRIMARY KEY (machine, profile))@$",

    "CREATE TABLE ipxe_limits (site @W NOT NULL, rule @W NOT NULL, "
    "machine @B NOT NULL, counted_at @B NOT NULL)@$",
    "CREATE INDEX ipxe_limits_rule ON ipxe_limits (site, rule, counted_at)",

    "CREATE TABLE ipxe_events (id @C, site @W NOT NULL, machine @B NOT NULL, "
    "happened @B NOT NULL, hour_of @B NOT NULL, kind @B NOT NULL, "
    "rule @T NOT NULL, profile @T NOT NULL, words @T NOT NULL, "
    "install @B NOT NULL, bytes @B NOT NULL, complete @B NOT NULL, "
    "percent @B NOT NULL)@$",
    "CREATE INDEX ipxe_events_machine ON ipxe_events (machine, happened)",
    "CREATE INDEX ipxe_events_hour ON ipxe_events (kind, hour_of)",
    "CREATE INDEX ipxe_events_time ON ipxe_events (happened)",

    "INSERT INTO ipxe_meta (site, name, value) VALUES ('', 'serial', '0')",
    "INSERT INTO ipxe_meta (site, name, value) VALUES ('', 'machine', '0')",
    "INSERT INTO ipxe_meta (site, name, value) VALUES ('', 'install', '0')",
    NULL};

static const char *const version_2[] = {
    "CREATE TABLE ipxe_hooks (node @W NOT NULL, site @W NOT NULL, "
    "event @W NOT NULL, target @W NOT NULL, seen @B NOT NULL)@$",
    "CREATE INDEX ipxe_hooks_site ON ipxe_hooks (site, event)",

    "CREATE TABLE ipxe_notices (id @C, name @W NOT NULL, "
    "target @W NOT NULL, event @W NOT NULL, site @W NOT NULL, "
    "machine @B NOT NULL, host @W NOT NULL, mac @T NOT NULL, "
    "uuid @T NOT NULL, serial @T NOT NULL, manufacturer @T NOT NULL, "
    "product @T NOT NULL, profile @T NOT NULL, install @B NOT NULL, "
    "made_by @T NOT NULL, code @W NOT NULL, words @T NOT NULL, "
    "happened @B NOT NULL, begun @B NOT NULL, next_try @B NOT NULL, "
    "fault @T NOT NULL)@$",
    "CREATE INDEX ipxe_notices_next ON ipxe_notices (target, next_try, id)",
    "CREATE INDEX ipxe_notices_time ON ipxe_notices (happened)",
    NULL};

static const char *const version_3[] = {
    "ALTER TABLE ipxe_machines ADD COLUMN action @W NOT NULL DEFAULT ''",
    NULL};

static const char *const *const steps[] = {version_1, version_2, version_3};
#define NEWEST ((int)(sizeof steps / sizeof *steps))

static const char *in_dialect(ipxe_sql_t *sql, const char *text)
{
    ipxe_text_t *out = ipxe_text_make(strlen(text) * 2, sql->scratch);

    for (; *text; text++) {
        if (*text != '@') {
            ipxe_text_add_char(out, *text);
            continue;
        }
        switch (*++text) {
        case 'W':
            ipxe_text_add(out, sql->dialect->word);
            break;
        case 'T':
            ipxe_text_add(out, sql->dialect->text);
            break;
        case 'C':
            ipxe_text_add(out, sql->dialect->counter);
            break;
        case '$':
            ipxe_text_add(out, sql->dialect->tail);
            break;
        default:
            ipxe_text_add(out, "BIGINT");
        }
    }
    return out->data;
}

static void set(ipxe_sql_t *sql, const char *name, const char *value)
{
    ipxe_sql_meta_set(sql, "", name, value);
}

static void name_it(ipxe_sql_t *sql)
{
    unsigned char bytes[16];
    char name[33];
    int i;

    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        ipxe_sql_fail(sql, "no random numbers can be had");
        return;
    }
    for (i = 0; i < 16; i++)
        apr_snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    set(sql, "identity", name);
}

static int version(ipxe_sql_t *sql)
{
    ipxe_rows_t rows;

    if (!ipxe_sql_plain(sql, sql->dialect->exists, 1))
        return 0;
    rows = SQL_ASK(sql, META, "");
    while (ipxe_rows_next(&rows)) {
        if (strcmp(ipxe_rows_text(&rows, 1), "schema") == 0)
            return (int)ipxe_rows_number(&rows, 2);
    }
    ipxe_sql_fail(sql, "its table ipxe_meta names no schema");
    return 0;
}

static void upgrade(ipxe_sql_t *sql, int from)
{
    const char *const *text;
    int i;

    for (i = from; i < NEWEST; i++) {
        for (text = steps[i]; *text; text++)
            ipxe_sql_plain(sql, in_dialect(sql, *text), 0);
    }
    if (sql->dialect->stale) /* what was made before the tables changed */
        memset(sql->prepared, 0, sizeof sql->prepared);
    if (from == 0)
        name_it(sql);
    set(sql, "schema", apr_itoa(sql->scratch, NEWEST));
}

/* In its own transaction; only one of those that come at once does it. */
static void upgrade_alone(ipxe_sql_t *sql)
{
    int from;

    ipxe_sql_plain(sql, sql->dialect->begin, 0);
    if (sql->dialect->guard)
        ipxe_sql_plain(sql, sql->dialect->guard, 1);
    from = version(sql);
    if (from < NEWEST)
        upgrade(sql, from);
    ipxe_sql_plain(sql, "COMMIT", 0);
    if (sql->dialect->unguard)
        ipxe_sql_plain(sql, sql->dialect->unguard, 1);
}

void ipxe_sql_schema_check(ipxe_sql_t *sql, int version)
{
    if (version > NEWEST)
        ipxe_sql_fail(sql,
                      "its schema is version %d, made by a newer mod_ipxe: "
                      "this one knows up to %d",
                      version, NEWEST);
}

void ipxe_sql_schema(ipxe_sql_t *sql)
{
    int found = version(sql);

    ipxe_sql_schema_check(sql, found);
    if (sql->failed || found == NEWEST)
        return;
    if (found == 0 && !sql->options.create)
        ipxe_sql_fail(sql, "no state was ever kept in it");
    else
        upgrade_alone(sql);
}
