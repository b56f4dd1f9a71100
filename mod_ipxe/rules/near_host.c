/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts that a machine almost is. */
#include "rules/near.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "rules/hosts.h"
#include "rules/hosts_record.h"

/* Cards that are looked at: a machine with more of them has one that fits. */
#define MOST_CARDS 4

/* Longer texts are not written by hand. */
#define MOST_TEXT 64

/* What may stand in a serial number, in the form in which keys are found:
 * letters of both cases are one. */
static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz-_./ ";
static const char digits[] = "0123456789abcdef";

/* One search. */
typedef struct seeking_t {
    apr_array_header_t *found; /* of ipxe_near_t */
    const ipxe_rules_t *rules;
    const ipxe_machine_t *machine;
    const ipxe_host_provider_t *database; /* of LMDB, or NULL */
    apr_pool_t *pool, *scratch;
} seeking_t;

/* ---- Looking up ---- */

/* Finds in a pool of its own, where nearly nothing is found. */
static int hits_in(apr_array_header_t *hits, const seeking_t *seeking,
                   ipxe_fact_e fact, const char *value)
{
    ipxe_host_key_t key = {fact, value};

    return seeking->database->find(hits, seeking->database->baton, &key, 1,
                                   ipxe_diags_make(hits->pool),
                                   hits->pool) == APR_SUCCESS &&
           hits->nelts > 0;
}

static const ipxe_host_t *in_database(const seeking_t *seeking,
                                      ipxe_fact_e fact, const char *value)
{
    apr_array_header_t *hits =
        apr_array_make(seeking->scratch, 1, sizeof(ipxe_host_hit_t));
    const ipxe_host_t *host = NULL;
    int found = hits_in(hits, seeking, fact, value);

    apr_pool_clear(seeking->scratch);
    if (!found)
        return NULL;
    /* Once more, in the pool in which its text must stay. */
    hits = apr_array_make(seeking->pool, 1, sizeof(ipxe_host_hit_t));
    if (hits_in(hits, seeking, fact, value))
        ipxe_host_read(&host, APR_ARRAY_IDX(hits, 0, ipxe_host_hit_t).text,
                       seeking->rules, ipxe_diags_make(seeking->pool),
                       seeking->pool);
    return host;
}

static int is_known(const seeking_t *seeking, const ipxe_host_t *host)
{
    int i;

    for (i = 0; i < seeking->found->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(seeking->found, i, ipxe_near_t).host->name,
                   host->name) == 0)
            return 1;
    }
    return 0;
}

static int is_full(const seeking_t *seeking)
{
    return seeking->found->nelts >= IPXE_MAX_NEAR;
}

static void add(seeking_t *seeking, const ipxe_host_t *host, const char *text)
{
    ipxe_near_t *near = apr_array_push(seeking->found);

    near->host = host;
    near->rule = NULL;
    near->span = host->span;
    near->text = text;
}

/* As the host has it, in its own letters. */
static const char *own_value(const ipxe_host_t *host, ipxe_fact_e fact,
                             const char *value)
{
    if (fact == IPXE_FACT_SERIAL && host->serial)
        return host->serial;
    return fact == IPXE_FACT_ASSET && host->asset ? host->asset : value;
}

/* A host under a value that the machine does not have: `how` it differs. */
static void seek(seeking_t *seeking, ipxe_fact_e fact, const char *value,
                 const char *how)
{
    const ipxe_host_t *host;

    if (is_full(seeking))
        return;
    host = ipxe_hosts_under(seeking->rules, fact, value, seeking->pool);
    if (!host && seeking->database)
        host = in_database(seeking, fact, value);
    if (!host || is_known(seeking, host))
        return;
    add(seeking, host,
        apr_psprintf(seeking->pool, "%s '%s' %s host '%s' ('%s')",
                     ipxe_fact_name(fact),
                     ipxe_machine_fact(seeking->machine, fact), how, host->name,
                     own_value(host, fact, value)));
}

/* ---- Cards ---- */

static void seek_card(seeking_t *seeking, const char *mac, const char *value,
                      const char *how)
{
    int before = seeking->found->nelts;

    seek(seeking, IPXE_FACT_MAC, value, how);
    if (seeking->found->nelts > before) {
        ipxe_near_t *near = &APR_ARRAY_IDX(seeking->found, before, ipxe_near_t);

        near->text = apr_psprintf(seeking->pool, "mac %s %s host '%s' (%s)",
                                  mac, how, near->host->name, value);
    }
}

static const char *octet_name(int octet, apr_pool_t *pool)
{
    return octet == 5
               ? "differs in the last octet from"
               : apr_psprintf(pool, "differs in octet %d from", octet + 1);
}

static void seek_octet(seeking_t *seeking, const char *mac, int octet)
{
    const char *how = octet_name(octet, seeking->pool);
    char other[18];
    int i;

    memcpy(other, mac, sizeof(other));
    for (i = 0; i < 256; i++) {
        other[3 * octet] = digits[i >> 4];
        other[3 * octet + 1] = digits[i & 15];
        if (strcmp(other, mac) != 0)
            seek_card(seeking, mac, other, how);
    }
}

/* Two digits that stand side by side, across a colon too. */
static void seek_swaps(seeking_t *seeking, const char *mac)
{
    char other[18];
    int i;

    for (i = 0; i < 16; i++) {
        int next = mac[i + 1] == ':' ? i + 2 : i + 1;

        if (mac[i] == ':' || mac[i] == mac[next])
            continue;
        memcpy(other, mac, sizeof(other));
        other[i] = mac[next];
        other[next] = mac[i];
        seek_card(seeking, mac, other, "has two digits swapped against");
    }
}

static void seek_cards(seeking_t *seeking)
{
    int i, octet;

    for (i = 0; i < seeking->machine->mac_count && i < MOST_CARDS; i++) {
        const char *mac = seeking->machine->macs[i];

        if (strlen(mac) != 17)
            continue;
        for (octet = 5; octet >= 0; octet--)
            seek_octet(seeking, mac, octet);
        seek_swaps(seeking, mac);
    }
}

/* ---- Texts ---- */

/* The text without any of these characters. */
static char *without(const char *text, const char *which, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(text) + 1), *at = out;

    for (; *text; text++) {
        if (!strchr(which, *text))
            *at++ = *text;
    }
    *at = '\0';
    return out;
}

/* Every `from` as `to`. */
static char *with(const char *text, const char *from, const char *to,
                  apr_pool_t *pool)
{
    char *out = apr_pstrdup(pool, text), *at;
    const char *found;

    for (at = out; *at; at++) {
        found = strchr(from, apr_tolower(*at));
        if (found)
            *at = to[found - from];
    }
    return out;
}

static void seek_if_other(seeking_t *seeking, ipxe_fact_e fact,
                          const char *text, const char *other, const char *how)
{
    if (*other && strcasecmp(text, other) != 0)
        seek(seeking, fact, other, how);
}

static void seek_alike(seeking_t *seeking, ipxe_fact_e fact, const char *text)
{
    static const char blanks[] = "differs in blanks or hyphens from that of";
    static const char alike[] = "differs in O and 0, or I and 1, from that of";
    apr_pool_t *pool = seeking->pool;

    seek_if_other(seeking, fact, text, without(text, " ", pool), blanks);
    seek_if_other(seeking, fact, text, without(text, "-", pool), blanks);
    seek_if_other(seeking, fact, text, without(text, " -_./", pool), blanks);
    seek_if_other(seeking, fact, text, with(text, " ", "-", pool), blanks);
    seek_if_other(seeking, fact, text, with(text, "-", " ", pool), blanks);
    seek_if_other(seeking, fact, text, with(text, "oi", "01", pool), alike);
    seek_if_other(seeking, fact, text, with(text, "01", "oi", pool), alike);
}

/* One character taken away, put in, or another. */
static void seek_edits(seeking_t *seeking, ipxe_fact_e fact, const char *text,
                       const char *from)
{
    static const char how[] = "differs in one character from that of";
    apr_size_t len = strlen(text), i, j;
    char other[MOST_TEXT + 2];

    for (i = 0; i <= len; i++) {
        memcpy(other, text, i);
        if (i < len && len > 1) {
            memcpy(other + i, text + i + 1, len - i);
            seek(seeking, fact, other, how);
        }
        for (j = 0; from[j]; j++) {
            other[i] = from[j];
            memcpy(other + i + 1, text + i, len - i + 1);
            seek(seeking, fact, other, how);
            if (i < len && apr_tolower(text[i]) != from[j]) {
                memcpy(other + i + 1, text + i + 1, len - i);
                seek(seeking, fact, other, how);
            }
        }
    }
}

static void seek_text(seeking_t *seeking, ipxe_fact_e fact)
{
    const char *text = ipxe_machine_fact(seeking->machine, fact);
    const ipxe_host_t *host;
    const char *maker;

    if (!text || strlen(text) > MOST_TEXT)
        return;
    host = ipxe_hosts_under(seeking->rules, fact, text, seeking->pool);
    maker = ipxe_machine_fact(seeking->machine, IPXE_FACT_MANUFACTURER);
    if (fact == IPXE_FACT_SERIAL && host && host->manufacturer)
        add(seeking, host,
            apr_psprintf(seeking->pool,
                         "serial '%s' is that of host '%s', whose manufacturer "
                         "is '%s', not %s%s%s",
                         text, host->name, host->manufacturer, maker ? "'" : "",
                         maker ? maker : "absent", maker ? "'" : ""));
    seek_alike(seeking, fact, text);
    seek_edits(seeking, fact, text, letters);
}

/* ---- UUIDs ---- */

/* Firmware before SMBIOS 2.6 wrote the first three fields the other way
 * round: bytes 3 2 1 0, 5 4, 7 6. */
static void seek_uuid(seeking_t *seeking)
{
    static const int from[] = {6, 4, 2, 0, 11, 9, 16, 14};
    static const int to[] = {0, 2, 4, 6, 9, 11, 14, 16};
    const char *uuid = ipxe_machine_fact(seeking->machine, IPXE_FACT_UUID);
    char other[37];
    int i, j;

    if (!uuid || strlen(uuid) != 36)
        return;
    memcpy(other, uuid, sizeof(other));
    for (i = 0; i < 8; i++)
        memcpy(other + to[i], uuid + from[i], 2);
    seek_if_other(seeking, IPXE_FACT_UUID, uuid, other,
                  "has the bytes of its first three fields the other way round "
                  "than");
    for (i = 0; i < 36; i++) {
        memcpy(other, uuid, sizeof(other));
        for (j = 0; uuid[i] != '-' && digits[j]; j++) {
            other[i] = digits[j];
            if (digits[j] != uuid[i])
                seek(seeking, IPXE_FACT_UUID, other,
                     "differs in one digit from that of");
        }
    }
}

/* ---- All ---- */

static const ipxe_host_provider_t *database_of(const ipxe_rules_t *rules)
{
    int i;

    for (i = 0; i < rules->providers->nelts; i++) {
        const ipxe_host_provider_t *provider =
            APR_ARRAY_IDX(rules->providers, i, const ipxe_host_provider_t *);

        if (provider && strncmp(provider->name, "lmdb:", 5) == 0)
            return provider;
    }
    return NULL;
}

void ipxe_near_hosts(apr_array_header_t *found, const ipxe_rules_t *rules,
                     const ipxe_machine_t *machine, apr_pool_t *pool)
{
    seeking_t seeking = {found, rules, machine, database_of(rules), pool, NULL};

    if (!rules->host_facts && !seeking.database)
        return;
    apr_pool_create(&seeking.scratch, pool);
    seek_cards(&seeking);
    seek_uuid(&seeking);
    seek_text(&seeking, IPXE_FACT_SERIAL);
    seek_text(&seeking, IPXE_FACT_ASSET);
    apr_pool_destroy(seeking.scratch);
}
