/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: payload, keys and tags. The payload's lines are
 *
 *     2aK3yI1d2f3a0      version, kind, name of the key; minute of issue, hex;
 *                        `i` where the machine was identified
 *     2f                 number of the install, hex; 0: none
 *     SITE
 *     PROFILE
 *     MENU/ITEM          or nothing
 *     MENU MENU/ITEM     whose passwords were given; or nothing
 *     FACTS              key=value&..., percent-encoded, without line breaks
 */
#include "engine/ticket.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define VERSION    '2'
#define TAG_BYTES  16
#define NAME_BYTES 3 /* of a key: 4 characters of base64 */
#define NAME_LEN   4
#define LEAST_KEY  32
#define MINUTE     apr_time_from_sec(60)
/* Clocks of two servers may differ by this much. */
#define EARLY apr_time_from_sec(300)

typedef struct secret_key_t {
    const char *text;
    char name[NAME_LEN + 1];
} secret_key_t;

struct ipxe_keys_t {
    apr_array_header_t *keys; /* of secret_key_t */
};

/* base64url without padding (RFC 4648, section 5). */
static char *encode(const unsigned char *bytes, apr_size_t len,
                    apr_pool_t *pool)
{
    unsigned char *out = apr_palloc(pool, len * 4 / 3 + 5);
    int n = EVP_EncodeBlock(out, bytes, (int)len);

    while (n > 0 && out[n - 1] == '=')
        n--;
    out[n] = '\0';
    for (; n > 0; n--) {
        if (out[n - 1] == '+')
            out[n - 1] = '-';
        else if (out[n - 1] == '/')
            out[n - 1] = '_';
    }
    return (char *)out;
}

/* NULL where it is no base64url, or another form of the same bytes. */
static unsigned char *decode(apr_size_t *got, const char *text, apr_size_t len,
                             apr_pool_t *pool)
{
    apr_size_t whole = (len + 3) / 4 * 4, i;
    unsigned char *in = apr_palloc(pool, whole + 1);
    unsigned char *out = apr_palloc(pool, whole + 1);

    for (i = 0; i < whole; i++) {
        char c = i < len ? text[i] : '=';

        if (i < len && !apr_isalnum(c) && c != '-' && c != '_')
            return NULL;
        in[i] = (unsigned char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    if (len % 4 == 1 || EVP_DecodeBlock(out, in, (int)whole) < 0)
        return NULL;
    *got = len * 3 / 4;
    out[*got] = '\0';
    /* One form alone: bits past the last byte must be zero. */
    return strncmp(encode(out, *got, pool), text, len) == 0 ? out : NULL;
}

static void sign(unsigned char *tag, const char *key, const char *text,
                 apr_size_t len)
{
    unsigned char full[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, len,
         full, &size);
    memcpy(tag, full, TAG_BYTES);
}

static void name_key(secret_key_t *key, apr_pool_t *pool)
{
    static const char what[] = "name of this key";
    unsigned char tag[TAG_BYTES];

    sign(tag, key->text, what, sizeof(what) - 1);
    apr_cpystrn(key->name, encode(tag, NAME_BYTES, pool), sizeof(key->name));
}

ipxe_keys_t *ipxe_keys_parse(const char *text, apr_size_t len, apr_pool_t *pool)
{
    apr_array_header_t *lines =
        ipxe_text_split(apr_pstrmemdup(pool, text, len), "\r\n", pool);
    ipxe_keys_t *keys = apr_palloc(pool, sizeof(*keys));
    int i;

    keys->keys = apr_array_make(pool, 2, sizeof(secret_key_t));
    for (i = 0; i < lines->nelts; i++) {
        const char *line = APR_ARRAY_IDX(lines, i, const char *);
        secret_key_t *key;

        if (*line == '#' || strlen(line) < LEAST_KEY)
            continue;
        key = apr_array_push(keys->keys);
        key->text = line;
        name_key(key, pool);
    }
    return keys->keys->nelts ? keys : NULL;
}

apr_status_t ipxe_keys_generate(const char **line, apr_pool_t *pool)
{
    unsigned char bytes[32];

    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        return APR_EGENERAL;
    *line = apr_pstrcat(pool, encode(bytes, sizeof(bytes), pool), "\n", NULL);
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return APR_SUCCESS;
}

const char *ipxe_ticket_write(const ipxe_ticket_t *ticket,
                              const ipxe_keys_t *keys, apr_pool_t *pool)
{
    const secret_key_t *key = &APR_ARRAY_IDX(keys->keys, 0, secret_key_t);
    unsigned char tag[TAG_BYTES];
    const char *payload, *whole;
    apr_size_t len;

    payload = apr_psprintf(pool,
                           "%c%c%s%" APR_UINT64_T_HEX_FMT
                           "%s\n%" APR_UINT64_T_HEX_FMT
                           "\n%s\n%s\n%s\n%s\n%s",
                           VERSION, (char)ticket->kind, key->name,
                           (apr_uint64_t)(ticket->issued / MINUTE),
                           ticket->identified ? "i" : "",
                           (apr_uint64_t)ticket->install, ticket->site,
                           ticket->profile, ticket->choice,
                           ticket->opened ? ticket->opened : "", ticket->facts);
    len = strlen(payload);
    if (len > IPXE_MAX_TICKET)
        return NULL;
    sign(tag, key->text, payload, len);
    whole = apr_pstrcat(pool, encode((const unsigned char *)payload, len, pool),
                        ".", encode(tag, TAG_BYTES, pool), NULL);
    return strlen(whole) <= IPXE_MAX_TICKET ? whole : NULL;
}

static const secret_key_t *find_key(const ipxe_keys_t *keys, const char *name)
{
    int i;

    for (i = 0; i < keys->keys->nelts; i++) {
        const secret_key_t *key = &APR_ARRAY_IDX(keys->keys, i, secret_key_t);

        if (strncmp(key->name, name, NAME_LEN) == 0)
            return key;
    }
    return NULL;
}

/* A ticket taken apart, its payload not yet trusted. */
typedef struct parts_t {
    char *payload;
    apr_size_t len;
    unsigned char *tag;
} parts_t;

static int take_apart(parts_t *parts, const char *text, apr_pool_t *pool)
{
    const char *dot = strchr(text, '.');
    apr_size_t tag_len;

    if (!dot || strlen(text) > IPXE_MAX_TICKET)
        return 0;
    parts->payload =
        (char *)decode(&parts->len, text, (apr_size_t)(dot - text), pool);
    parts->tag = decode(&tag_len, dot + 1, strlen(dot + 1), pool);
    if (!parts->payload || !parts->tag || tag_len != TAG_BYTES)
        return 0;
    return parts->len > 2 + NAME_LEN && parts->payload[0] == VERSION &&
           strlen(parts->payload) == parts->len;
}

/* Cuts the next line off *at; NULL where none is left. */
static char *next_line(char **at)
{
    char *line = *at, *end;

    if (!line)
        return NULL;
    end = strchr(line, '\n');
    if (end)
        *end = '\0';
    *at = end ? end + 1 : NULL;
    return line;
}

static int read_payload(ipxe_ticket_t *ticket, char *payload)
{
    char *at = payload, *head = next_line(&at), *number, *end;

    ticket->kind = (ipxe_ticket_kind_e)head[1];
    ticket->issued =
        (apr_time_t)strtoull(head + 2 + NAME_LEN, &end, 16) * MINUTE;
    ticket->identified = *end == 'i';
    number = next_line(&at);
    if (!number)
        return 0;
    ticket->install = (apr_int64_t)strtoull(number, NULL, 16);
    ticket->site = next_line(&at);
    ticket->profile = next_line(&at);
    ticket->choice = next_line(&at);
    ticket->opened = next_line(&at);
    ticket->facts = next_line(&at);
    return ticket->facts != NULL;
}

static ipxe_ticket_error_e prove(const parts_t *parts, const ipxe_keys_t *keys)
{
    const secret_key_t *key = find_key(keys, parts->payload + 2);
    unsigned char tag[TAG_BYTES];

    if (!key)
        return IPXE_TICKET_OTHER_KEY;
    sign(tag, key->text, parts->payload, parts->len);
    return CRYPTO_memcmp(tag, parts->tag, TAG_BYTES) == 0 ? IPXE_TICKET_GOOD
                                                          : IPXE_TICKET_FORGED;
}

ipxe_ticket_error_e ipxe_ticket_read(ipxe_ticket_t *ticket, const char *text,
                                     ipxe_ticket_kind_e kind, const char *site,
                                     const ipxe_keys_t *keys, apr_time_t now,
                                     apr_interval_time_t life, apr_pool_t *pool)
{
    ipxe_ticket_error_e error;
    parts_t parts;

    if (!keys || !take_apart(&parts, text, pool))
        return IPXE_TICKET_MALFORMED;
    error = prove(&parts, keys);
    if (error != IPXE_TICKET_GOOD)
        return error;
    if (!read_payload(ticket, parts.payload))
        return IPXE_TICKET_MALFORMED;
    if (ticket->kind != kind)
        return IPXE_TICKET_OTHER_KIND;
    if (!ipxe_text_eq(ticket->site, site))
        return IPXE_TICKET_OTHER_SITE;
    /* Where the clock was set back, what was installed since is known by its
     * report all the same. */
    if (now - ticket->issued > life ||
        (kind != IPXE_TICKET_REPORT && ticket->issued - now > EARLY))
        return IPXE_TICKET_EXPIRED;
    return IPXE_TICKET_GOOD;
}

const char *ipxe_ticket_error_text(ipxe_ticket_error_e error)
{
    static const char *const texts[] = {"good",
                                        "not a ticket",
                                        "made with another key",
                                        "forged",
                                        "of another kind",
                                        "of another site",
                                        "past its life",
                                        "used from another network"};

    return texts[error];
}
