/* SPDX-License-Identifier: Apache-2.0 */
/* From hostile bytes to names and texts. httpd's own decoder stops at %00 and
 * refuses escapes that iPXE does send; this one refuses nothing. */
#include "machine/decode.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "machine/facts.h"

#define LONGEST_NAME 64

/* ---- Bytes ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of two hex digits at s, -1 where there are none. */
static int hex_byte(const char *s, const char *end)
{
    if (end - s < 2 || hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0)
        return -1;
    return hex_digit(s[0]) << 4 | hex_digit(s[1]);
}

/* iPXE on x86 writes a byte above 7F as a signed number, of 32 bits (three FF
 * before it) or of 64 (seven). The digits of that form, 0 for none. */
static int signed_digits(const char *s, const char *end, int more)
{
    int i;

    for (i = 0; i < more; i++) {
        if (hex_byte(s + 2 * i, end) != 0xff)
            return 0;
    }
    return hex_byte(s + 2 * more, end) >= 0x80 ? 2 * more : 0;
}

/* The byte that is encoded after a '%' at s; *next is set behind it. */
static int percent_byte(const char *s, const char *end, const char **next)
{
    int skip = signed_digits(s, end, 7);
    int byte;

    if (skip == 0)
        skip = signed_digits(s, end, 3);
    byte = hex_byte(s + skip, end);
    *next = byte < 0 ? s : s + skip + 2;
    return byte < 0 ? '%' : byte;
}

static apr_size_t percent_decode(char *out, const char *s, apr_size_t len)
{
    const char *end = s + len;
    char *start = out;

    while (s < end) {
        int byte = (unsigned char)*s++;

        if (byte == '%')
            byte = percent_byte(s, end, &s);
        *out++ = (char)byte;
    }
    return (apr_size_t)(out - start);
}

/* ---- Characters ---- */

/* Characters that only steer a terminal or the order of what is read. */
static int is_control(apr_uint32_t c)
{
    static const struct {
        apr_uint32_t first, last;
    } ranges[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x200b, 0x200f},
                  {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
                  {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    apr_size_t i;

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return 1;
    }
    return 0;
}

static int is_plain_ascii(const char *s, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (s[i] < 0x20 || s[i] > 0x7e)
            return 0;
    }
    return 1;
}

const char *ipxe_clean_text(const char *s, apr_size_t len, apr_pool_t *pool)
{
    ipxe_text_t *out;
    apr_size_t i;
    int n;

    if (is_plain_ascii(s, len))
        return apr_pstrmemdup(pool, s, len);
    out = ipxe_text_make(len + 1, pool);
    for (i = 0; i < len; i += (apr_size_t)n) {
        apr_uint32_t code = 0xfffd;

        n = ipxe_utf8_next(s + i, len - i, &code);
        if (n == 0)
            n = 1;
        if (code == '\t' || code == '\n' || code == '\r')
            code = ' ';
        if (!is_control(code))
            ipxe_text_add_code(out, code);
    }
    return out->data;
}

const char *ipxe_decode_text(const char *s, apr_size_t len, apr_pool_t *pool)
{
    char *bytes;

    if (!memchr(s, '%', len))
        return ipxe_clean_text(s, len, pool);
    bytes = apr_palloc(pool, len + 1);
    len = percent_decode(bytes, s, len);
    if (!is_plain_ascii(bytes, len))
        return ipxe_clean_text(bytes, len, pool);
    bytes[len] = '\0';
    return bytes;
}

/* The text of bytes in hex ("4a6f", "4a:6f"); NULL where it is no hex. */
static const char *decode_hex(const char *s, apr_pool_t *pool)
{
    const char *end = s + strlen(s);
    char *bytes = apr_palloc(pool, strlen(s) / 2 + 1);
    apr_size_t n = 0;

    while (s < end) {
        int byte = hex_byte(s, end);

        if (byte < 0)
            return NULL;
        bytes[n++] = (char)byte;
        s += 2;
        if (s + 1 < end && (*s == ':' || *s == '-'))
            s++;
    }
    return ipxe_clean_text(bytes, n, pool);
}

/* ---- Pieces ---- */

/* A piece as it stands between two '&'. */
typedef struct slice_t {
    const char *begin, *equals, *end; /* equals NULL: no '=' in it */
} slice_t;

static slice_t make_slice(const char *begin, const char *end)
{
    slice_t slice;

    slice.begin = begin;
    slice.end = end;
    slice.equals = memchr(begin, '=', (apr_size_t)(end - begin));
    return slice;
}

/* `macN`: N; else -1. */
static int card_of(const char *name)
{
    int n;

    if (strncmp(name, "mac", 3) != 0 || !apr_isdigit(name[3]))
        return -1;
    n = name[3] - '0';
    if (name[4] == '\0')
        return n;
    if (!apr_isdigit(name[4]) || name[5] != '\0' || n == 0)
        return -1;
    n = n * 10 + name[4] - '0';
    return n < IPXE_MAX_CARDS - 1 ? n : -1;
}

/* Finds the fact that a piece of this name tells. */
static void find_fact(ipxe_piece_t *piece)
{
    piece->card = card_of(piece->name);
    piece->fact =
        piece->card >= 0 ? IPXE_FACT_MACS : ipxe_fact_sent_as(piece->name);
}

static int names_a_fact(const slice_t *slice, apr_pool_t *pool)
{
    ipxe_piece_t piece;

    piece.name = ipxe_decode_text(
        slice->begin, (apr_size_t)(slice->end - slice->begin), pool);
    find_fact(&piece);
    return piece.fact != IPXE_FACT_COUNT;
}

static int ends_in_hex(const char *name, apr_size_t len)
{
    return len > 4 && memcmp(name + len - 4, ".hex", 4) == 0;
}

/* Hex holds no '&' that could have cut it. */
static int may_be_cut(const slice_t *slice)
{
    return slice->equals &&
           !ends_in_hex(slice->begin,
                        (apr_size_t)(slice->equals - slice->begin));
}

/* The slice at `at`. An unescaped '&' of a vendor's name cut it: what follows
 * without '=' and is no fact's name belongs to it. */
static slice_t next_slice(const char *at, const char *end, apr_pool_t *pool)
{
    const char *stop = memchr(at, '&', (apr_size_t)(end - at));
    slice_t slice = make_slice(at, stop ? stop : end);

    while (stop && may_be_cut(&slice)) {
        slice_t more;

        at = stop + 1;
        stop = memchr(at, '&', (apr_size_t)(end - at));
        more = make_slice(at, stop ? stop : end);
        if (more.equals)
            break;
        if (more.begin == more.end)
            continue;
        if (names_a_fact(&more, pool))
            break;
        slice.end = more.end;
    }
    return slice;
}

/* Takes ".hex" off the name. A fact in broken hex is told, but absent; an
 * argument whose text is no hex only happens to be called so. */
static void take_hex(ipxe_piece_t *piece, apr_pool_t *pool)
{
    apr_size_t n = strlen(piece->name);
    ipxe_piece_t bare = *piece;
    const char *text;

    if (!ends_in_hex(piece->name, n) || ends_in_hex(piece->name, n - 4))
        return;
    bare.name = apr_pstrmemdup(pool, piece->name, n - 4);
    find_fact(&bare);
    text = decode_hex(piece->text, pool);
    if (!text && bare.fact == IPXE_FACT_COUNT)
        return;
    bare.hex = text && *piece->text ? 1 : -1;
    if (bare.fact == IPXE_FACT_COUNT || !ipxe_fact_is_hex(bare.fact))
        bare.text = text ? text : ""; /* else the hex is the value */
    *piece = bare;
}

/* 1; 0 where the piece is past a limit; -1 where its text is: a fact then is
 * told, but absent. */
static int decode_piece(ipxe_piece_t *piece, const slice_t *slice,
                        apr_pool_t *pool)
{
    const char *name_end = slice->equals ? slice->equals : slice->end;
    const char *value = slice->equals ? slice->equals + 1 : slice->end;
    apr_size_t name_len = (apr_size_t)(name_end - slice->begin);

    if (name_len == 0 || name_len > 3 * LONGEST_NAME)
        return 0;
    memset(piece, 0, sizeof(*piece));
    piece->name = ipxe_decode_text(slice->begin, name_len, pool);
    piece->text = ipxe_decode_text(value, (apr_size_t)(slice->end - value),
                                   pool);
    find_fact(piece);
    take_hex(piece, pool);
    if (strlen(piece->text) > IPXE_MAX_FACT_BYTES) {
        piece->text = "";
        return -1;
    }
    return *piece->name != '\0' && strlen(piece->name) <= LONGEST_NAME;
}

int ipxe_decode_pieces(apr_array_header_t *pieces, const char *query,
                       apr_size_t len, int most, apr_pool_t *pool)
{
    const char *at = query, *end;
    int dropped = 0;

    if (len > IPXE_MAX_REQUEST_BYTES) {
        len = IPXE_MAX_REQUEST_BYTES;
        dropped++;
    }
    for (end = query + len; at < end;) {
        slice_t slice = next_slice(at, end, pool);
        ipxe_piece_t piece;
        int good;

        at = slice.end + 1;
        if (slice.begin == slice.end)
            continue;
        good = pieces->nelts < most ? decode_piece(&piece, &slice, pool) : 0;
        if (good > 0 || (good < 0 && piece.fact != IPXE_FACT_COUNT))
            APR_ARRAY_PUSH(pieces, ipxe_piece_t) = piece;
        if (good != 1)
            dropped++;
    }
    return dropped;
}
