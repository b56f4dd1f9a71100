/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: one table of names and normal forms. */
#include "machine/facts.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

typedef const char *normal_fn(const char *text, apr_pool_t *pool);

static normal_fn as_sent, lower_word, board_text, truth, number, address;
static normal_fn card, machine_uuid;

/* A name and its length. */
#define NAME(name) name, sizeof(name) - 1

static const struct {
    const char *name;
    apr_size_t len;
    ipxe_fact_kind_e kind;
    int sent;    /* a request may name it */
    char letter; /* in packed machines */
    normal_fn *normal;
} facts[IPXE_FACT_COUNT] = {
    [IPXE_FACT_MAC] = {NAME("mac"), IPXE_FACT_KIND_MAC, 1, 'm', card},
    [IPXE_FACT_MACS] = {NAME("macs"), IPXE_FACT_KIND_MACS, 0, 'M', as_sent},
    [IPXE_FACT_PLATFORM] = {NAME("platform"), IPXE_FACT_KIND_TEXT, 1, 'p',
                            lower_word},
    [IPXE_FACT_ARCH] = {NAME("arch"), IPXE_FACT_KIND_TEXT, 1, 'a', lower_word},
    [IPXE_FACT_CPU] = {NAME("cpu"), IPXE_FACT_KIND_TEXT, 0, 'C', lower_word},
    [IPXE_FACT_UUID] = {NAME("uuid"), IPXE_FACT_KIND_UUID, 1, 'u',
                        machine_uuid},
    [IPXE_FACT_SERIAL] = {NAME("serial"), IPXE_FACT_KIND_TEXT, 1, 's',
                          board_text},
    [IPXE_FACT_ASSET] = {NAME("asset"), IPXE_FACT_KIND_TEXT, 1, 't',
                         board_text},
    [IPXE_FACT_MANUFACTURER] = {NAME("manufacturer"), IPXE_FACT_KIND_TEXT, 1,
                                'v', board_text},
    [IPXE_FACT_PRODUCT] = {NAME("product"), IPXE_FACT_KIND_TEXT, 1, 'o',
                           board_text},
    [IPXE_FACT_FAMILY] = {NAME("family"), IPXE_FACT_KIND_TEXT, 1, 'f',
                          board_text},
    [IPXE_FACT_SKU] = {NAME("sku"), IPXE_FACT_KIND_TEXT, 1, 'k', board_text},
    [IPXE_FACT_BOARD_SERIAL] = {NAME("board_serial"), IPXE_FACT_KIND_TEXT, 1,
                                'b', board_text},
    [IPXE_FACT_BOARD_PRODUCT] = {NAME("board_product"), IPXE_FACT_KIND_TEXT, 1,
                                 'B', board_text},
    [IPXE_FACT_CHASSIS_SERIAL] = {NAME("chassis_serial"), IPXE_FACT_KIND_TEXT,
                                  1, 'c', board_text},
    [IPXE_FACT_HOSTNAME] = {NAME("hostname"), IPXE_FACT_KIND_TEXT, 1, 'h',
                            board_text},
    [IPXE_FACT_DOMAIN] = {NAME("domain"), IPXE_FACT_KIND_TEXT, 1, 'd',
                          board_text},
    [IPXE_FACT_CPU64] = {NAME("cpu64"), IPXE_FACT_KIND_BOOL, 1, 'l', truth},
    [IPXE_FACT_MEMSIZE] = {NAME("memsize"), IPXE_FACT_KIND_NUMBER, 1, 'r',
                           number},
    [IPXE_FACT_VERSION] = {NAME("version"), IPXE_FACT_KIND_VERSION, 1, 'e',
                           as_sent},
    [IPXE_FACT_USER_CLASS] = {NAME("user_class"), IPXE_FACT_KIND_TEXT, 1, 'U',
                              as_sent},
    [IPXE_FACT_BUSID] = {NAME("busid"), IPXE_FACT_KIND_TEXT, 1, 'i', as_sent},
    [IPXE_FACT_CHIP] = {NAME("chip"), IPXE_FACT_KIND_TEXT, 1, 'n', as_sent},
    [IPXE_FACT_IP] = {NAME("ip"), IPXE_FACT_KIND_ADDRESS, 0, 'I', address},
};

const char *ipxe_fact_name(ipxe_fact_e fact)
{
    return facts[fact].name;
}

ipxe_fact_kind_e ipxe_fact_kind(ipxe_fact_e fact)
{
    return facts[fact].kind;
}

char ipxe_fact_letter(ipxe_fact_e fact)
{
    return facts[fact].letter;
}

ipxe_fact_e ipxe_fact_find(const char *name)
{
    apr_size_t len = strlen(name);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (facts[i].len == len && memcmp(facts[i].name, name, len) == 0)
            break;
    }
    return (ipxe_fact_e)i;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Of one length; equal but for case and for '-' in place of '_'. */
static int same_name(const char *sent, const char *name)
{
    for (; *sent; sent++, name++) {
        if ((*sent == '-' ? '_' : lower(*sent)) != *name)
            return 0;
    }
    return 1;
}

ipxe_fact_e ipxe_fact_sent_as(const char *name)
{
    static const char build[] = "buildarch";
    apr_size_t len = strlen(name);
    int i;

    if (len == sizeof(build) - 1 && same_name(name, build))
        return IPXE_FACT_ARCH;
    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (facts[i].len == len && facts[i].sent &&
            same_name(name, facts[i].name))
            break;
    }
    return (ipxe_fact_e)i;
}

int ipxe_fact_is_hex(ipxe_fact_e fact)
{
    return fact == IPXE_FACT_MAC || fact == IPXE_FACT_MACS ||
           fact == IPXE_FACT_UUID;
}

const char *ipxe_fact_normal(ipxe_fact_e fact, const char *text,
                             apr_pool_t *pool)
{
    return facts[fact].normal(text, pool);
}

/* ---- Normal forms ---- */

/* A copy without blanks at the ends, inner runs as one; NULL for nothing. */
static char *fold_blanks(const char *s, apr_pool_t *pool)
{
    char *out = apr_pstrdup(pool, s), *to = strchr(out, ' ');

    if (!to)
        return *out ? out : NULL;
    for (s += to - out; *s; s++) {
        if (*s != ' ')
            *to++ = *s;
        else if (to > out && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to > out && to[-1] == ' ')
        to--;
    *to = '\0';
    return *out ? out : NULL;
}

static const char *as_sent(const char *text, apr_pool_t *pool)
{
    return fold_blanks(text, pool);
}

static const char *lower_word(const char *text, apr_pool_t *pool)
{
    char *folded = fold_blanks(text, pool), *p;

    for (p = folded; p && *p; p++)
        *p = lower(*p);
    return folded;
}

/* Fillers of vendors, in lower case, sorted: they are searched by halves. */
static const char *const fillers[] = {"(none)",
                                      "0123456789",
                                      "123456789",
                                      "1234567890",
                                      "<none>",
                                      "asset tag",
                                      "asset-1234567890",
                                      "base board",
                                      "base board asset tag",
                                      "base board manufacturer",
                                      "base board product name",
                                      "base board serial number",
                                      "board asset tag",
                                      "board manufacturer",
                                      "board product name",
                                      "board serial number",
                                      "chassis asset tag",
                                      "chassis manufacture",
                                      "chassis manufacturer",
                                      "chassis serial number",
                                      "default",
                                      "default string",
                                      "default_string",
                                      "empty",
                                      "family",
                                      "fill by oem",
                                      "filled by o.e.m.",
                                      "filled by oem",
                                      "invalid",
                                      "localhost",
                                      "localhost.localdomain",
                                      "manufacturer",
                                      "n/a",
                                      "na",
                                      "nil",
                                      "no asset information",
                                      "no asset tag",
                                      "no enclosure",
                                      "none",
                                      "not applicable",
                                      "not available",
                                      "not defined",
                                      "not known",
                                      "not present",
                                      "not provided",
                                      "not set",
                                      "not settable",
                                      "not specified",
                                      "null",
                                      "o.e.m.",
                                      "oem",
                                      "oem default string000",
                                      "oem string",
                                      "product name",
                                      "serial",
                                      "serial no",
                                      "serial number",
                                      "sernum0",
                                      "sku",
                                      "sku number",
                                      "system asset tag",
                                      "system family",
                                      "system manufacturer",
                                      "system name",
                                      "system product name",
                                      "system serial number",
                                      "system sku",
                                      "system sku number",
                                      "system uuid",
                                      "system version",
                                      "tbd",
                                      "to be defined",
                                      "to be determined",
                                      "to be filled",
                                      "to be filled by o.e.m",
                                      "to be filled by o.e.m.",
                                      "to be filled by oem",
                                      "type1productconfigid",
                                      "type1sku0",
                                      "type2 - board asset tag",
                                      "type2 - board serial number",
                                      "undefined",
                                      "unknown",
                                      "unspecified"};

/* One character over and over, or dots, dashes and zeros alone. */
static int is_padding(const char *text)
{
    apr_size_t n = strlen(text);

    if (!*text || (strchr("0.-_ ", *text) && !text[strspn(text, "0.-_ ")]))
        return 1;
    return (n > 2 && strchr("xX?*#fF", *text) &&
            strspn(text, (const char[]){*text, '\0'}) == n) ||
           strcmp(text, "?") == 0;
}

static int by_name(const void *key, const void *filler)
{
    const char *text = key, *name = *(const char *const *)filler;
    int order = (unsigned char)lower(*text) - (unsigned char)*name;

    return order ? order : strcasecmp(text, name);
}

static int is_filler(const char *text)
{
    return is_padding(text) ||
           bsearch(text, fillers, sizeof(fillers) / sizeof(fillers[0]),
                   sizeof(fillers[0]), by_name) != NULL;
}

static const char *board_text(const char *text, apr_pool_t *pool)
{
    const char *folded = fold_blanks(text, pool);

    return folded && !is_filler(folded) ? folded : NULL;
}

static const char *truth(const char *text, apr_pool_t *pool)
{
    static const char *const words[] = {"0", "false", "no",  "off",
                                        "1", "true",  "yes", "on"};
    const char *folded = fold_blanks(text, pool);
    int i;

    for (i = 0; folded && i < 8; i++) {
        if (strcasecmp(folded, words[i]) == 0)
            return i < 4 ? "false" : "true";
    }
    return NULL;
}

/* iPXE writes numbers as decimal or with 0x; past 2^53 none is meant. */
static const char *number(const char *text, apr_pool_t *pool)
{
    const char *folded = fold_blanks(text, pool);
    int hex = folded && strncasecmp(folded, "0x", 2) == 0;
    const char *digits = hex ? folded + 2 : folded;
    apr_size_t n;

    if (!folded)
        return NULL;
    n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
    if (n == 0 || digits[n] || n > (hex ? 12 : 15))
        return NULL;
    return apr_off_t_toa(pool,
                         (apr_off_t)apr_strtoi64(digits, NULL, hex ? 16 : 10));
}

/* An address as httpd writes it; one of IPv4 in IPv6's clothes is IPv4. */
static const char *address(const char *text, apr_pool_t *pool)
{
    const char *low = lower_word(text, pool);

    if (!low)
        return NULL;
    if (strncmp(low, "::ffff:", 7) == 0 && strchr(low, '.'))
        low += 7;
    low = apr_pstrmemdup(pool, low, strcspn(low, "%"));
    return *low && !low[strspn(low, "0123456789abcdef.:")] ? low : NULL;
}

static const char *card(const char *text, apr_pool_t *pool)
{
    const char *mac = ipxe_mac_normal(text, pool);

    return mac && !ipxe_mac_junk(mac) ? mac : NULL;
}

/* UUIDs that whole series of boards share. */
static int is_uuid_filler(const char *uuid)
{
    static const char *const shared[] = {
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "78563412-3412-7856-90ab-cddeefaabbcc",
        "00112233-4455-6677-8899-aabbccddeeff",
        "01234567-89ab-cdef-0123-456789abcdef"};
    const char one[] = {*uuid, '-', '\0'};

    return uuid[strspn(uuid, one)] == '\0' ||
           ipxe_text_among(uuid, shared, sizeof(shared) / sizeof(shared[0]));
}

static const char *machine_uuid(const char *text, apr_pool_t *pool)
{
    const char *uuid = ipxe_uuid_normal(text, pool);

    return uuid && !is_uuid_filler(uuid) ? uuid : NULL;
}

int ipxe_fact_junk(ipxe_fact_e fact, const char *text)
{
    if (facts[fact].normal == board_text)
        return is_filler(text);
    if (facts[fact].normal == machine_uuid)
        return is_uuid_filler(text);
    return facts[fact].normal == card && ipxe_mac_junk(text);
}
