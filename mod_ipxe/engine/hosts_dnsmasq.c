/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts from dnsmasq: `dhcp-host=` lines of a configuration, or the lines of
 * a --dhcp-hostsfile, which are the same without that word.
 *
 *     dhcp-host=52:54:00:12:34:56,set:web,web01,10.0.0.21,12h
 *
 * Tags become groups, the address a variable; times of leases are dnsmasq's
 * business. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>

#include "engine/hosts_draft.h"
#include "machine/machine.h"

#define WORD "dhcp-host="

/* A line on its way to a host. */
typedef struct line_t {
    ipxe_import_t *import;
    ipxe_draft_t *draft;
    const ipxe_yaml_t *name, *first_mac;
    int lost;
    apr_pool_t *pool;
} line_t;

typedef int piece_fn(line_t *line, const ipxe_yaml_t *piece);

static int lose(line_t *line, const ipxe_yaml_t *piece, const char *why)
{
    ipxe_import_lose(line->import, piece->span, "'%s' %s", piece->text, why);
    line->lost = 1;
    return 1;
}

/* ---- Pieces, each by a function that knows whether it is such ---- */

static int take_word(line_t *line, const ipxe_yaml_t *piece)
{
    if (strcmp(piece->text, "ignore") == 0)
        return lose(line, piece, "says that dnsmasq has nothing for it");
    return strncmp(piece->text, "id:", 3) == 0 ||
           strncmp(piece->text, "tag:", 4) == 0;
}

static int take_tag(line_t *line, const ipxe_yaml_t *piece)
{
    static const char *const words[] = {"set:", "net:"};
    int i;

    for (i = 0; i < 2; i++) {
        if (strncmp(piece->text, words[i], 4) != 0)
            continue;
        ipxe_draft_group(line->draft, ipxe_draft_text(piece->text + 4, 0,
                                                      piece->span, line->pool));
        return 1;
    }
    return 0;
}

/* "06-00:20:e0:3b:13:af": of a type of network, which a MAC need not say. */
static const char *without_type(const char *text)
{
    return apr_isxdigit(text[0]) && apr_isxdigit(text[1]) && text[2] == '-' &&
                   strchr(text, ':')
               ? text + 3
               : text;
}

static int take_mac(line_t *line, const ipxe_yaml_t *piece)
{
    const char *text = without_type(piece->text);

    if (!strchr(text, ':') || *text == '[')
        return 0;
    if (strchr(text, '*'))
        return lose(line, piece, "is many machines: write a rule for them");
    if (!ipxe_mac_normal(text, line->pool))
        return lose(line, piece, "is no address of a card");
    piece = ipxe_draft_text(text, 0, piece->span, line->pool);
    ipxe_draft_mac(line->draft, piece);
    if (!line->first_mac)
        line->first_mac = piece;
    return 1;
}

static int take_address(line_t *line, const ipxe_yaml_t *piece)
{
    struct in_addr parsed;
    apr_size_t len = piece->count;

    if (piece->text[0] == '[' && piece->text[len - 1] == ']') {
        ipxe_draft_var(line->draft, "address6",
                       ipxe_draft_text(
                           apr_pstrmemdup(line->pool, piece->text + 1, len - 2),
                           0, piece->span, line->pool));
        return 1;
    }
    if (inet_pton(AF_INET, piece->text, &parsed) != 1)
        return 0;
    ipxe_draft_var(line->draft, "address", piece);
    return 1;
}

static int take_lease(line_t *line, const ipxe_yaml_t *piece)
{
    apr_size_t digits = strspn(piece->text, "0123456789");
    const char *unit = piece->text + digits;

    (void)line;
    return strcmp(piece->text, "infinite") == 0 ||
           strcmp(piece->text, "deprecated") == 0 ||
           (digits && (!*unit || (strchr("smhdw", *unit) && !unit[1])));
}

static int take_name(line_t *line, const ipxe_yaml_t *piece)
{
    if (line->name)
        return lose(line, piece, "is a second name");
    line->name = piece;
    return 1;
}

static piece_fn *const takers[] = {take_word,    take_tag,   take_mac,
                                   take_address, take_lease, take_name};

static void take_piece(line_t *line, const ipxe_yaml_t *piece)
{
    apr_size_t i;

    for (i = 0; i < sizeof(takers) / sizeof(*takers); i++)
        if (takers[i](line, piece))
            return;
}

/* ---- Lines ---- */

static void split(line_t *line, const ipxe_source_t *source, apr_size_t at,
                  apr_size_t end)
{
    while (at < end && !line->lost) {
        const char *comma = memchr(source->text + at, ',', end - at);
        apr_size_t stop = comma ? (apr_size_t)(comma - source->text) : end;
        apr_size_t from = at, to = stop;

        while (from < to && apr_isspace(source->text[from]))
            from++;
        while (to > from && apr_isspace(source->text[to - 1]))
            to--;
        if (to > from)
            take_piece(line, ipxe_draft_text(
                                 apr_pstrmemdup(line->pool, source->text + from,
                                                to - from),
                                 0, ipxe_span(source, from, to), line->pool));
        at = stop + 1;
    }
}

/* Without a name the first card names it: 52-54-00-12-34-56. */
static const ipxe_yaml_t *name_of(const line_t *line)
{
    const char *mac;
    char *made, *at;

    if (line->name || !line->first_mac)
        return line->name;
    mac = ipxe_mac_normal(line->first_mac->text, line->pool);
    made = apr_pstrdup(line->pool, mac);
    for (at = made; *at; at++)
        if (*at == ':')
            *at = '-';
    return ipxe_draft_text(made, 0, line->first_mac->span, line->pool);
}

static void take_line(ipxe_import_t *import, const ipxe_source_t *source,
                      apr_size_t at, apr_size_t end, apr_pool_t *scratch)
{
    line_t line = {import, NULL, NULL, NULL, 0, scratch};
    ipxe_span_t span = ipxe_span(source, at, end);

    line.draft = ipxe_draft_make(span, scratch);
    split(&line, source, at, end);
    if (line.lost)
        return;
    if (!line.first_mac) {
        ipxe_import_lose(import, span, "no address of a card stands here");
        return;
    }
    ipxe_draft_set(line.draft, "name", name_of(&line));
    import->take(import->baton, ipxe_draft_end(line.draft), scratch);
}

/* Where the host's text begins in a line; its length: it says none. */
static apr_size_t begin_of(const char *line, apr_size_t len, int words)
{
    apr_size_t at = 0;

    while (at < len && apr_isspace(line[at]))
        at++;
    if (at == len || line[at] == '#')
        return len;
    if (len - at > strlen(WORD) && strncmp(line + at, WORD, strlen(WORD)) == 0)
        return at + strlen(WORD);
    return words ? len : at;
}

static int has_word(const ipxe_source_t *source)
{
    apr_size_t n, len;

    for (n = 1; n <= source->line_count; n++) {
        const char *line = ipxe_source_line(source, n, &len);

        line += strspn(line, " \t");
        if (strncmp(line, WORD, strlen(WORD)) == 0)
            return 1;
    }
    return 0;
}

/* The end of what stands before a remark. */
static apr_size_t end_of(const char *line, apr_size_t len)
{
    apr_size_t i;

    for (i = 1; i < len; i++)
        if (line[i] == '#' && apr_isspace(line[i - 1]))
            return i;
    return len;
}

apr_status_t ipxe_import_dnsmasq(ipxe_import_t *import,
                                 const ipxe_source_t *source)
{
    int words = has_word(source);
    apr_pool_t *scratch;
    apr_size_t n;

    apr_pool_create(&scratch, import->pool);
    for (n = 1; n <= source->line_count; n++) {
        apr_size_t len, at;
        const char *line = ipxe_source_line(source, n, &len);
        apr_size_t start = (apr_size_t)(line - source->text);

        at = begin_of(line, len, words);
        if (at < len)
            take_line(import, source, start + at, start + end_of(line, len),
                      scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return APR_SUCCESS;
}
