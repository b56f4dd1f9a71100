/* SPDX-License-Identifier: Apache-2.0 */
/* Letters beyond ASCII by the C library's C.UTF-8, one to one, and the blanks
 * that Python knows. */
#include <locale.h>
#include <wctype.h>

#include "template/data.h"

static locale_t letters; /* made once, by whichever thread asks first */

static locale_t make_letters(void)
{
    locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t none = (locale_t)0;

    if (!made)
        made = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    if (__atomic_compare_exchange_n(&letters, &none, made, 0,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    freelocale(made);
    return none;
}

static locale_t get_letters(void)
{
    locale_t made = __atomic_load_n(&letters, __ATOMIC_ACQUIRE);

    return made ? made : make_letters();
}

apr_uint32_t ipxe_letter_upper(apr_uint32_t code)
{
    if (code < 0x80)
        return code >= 'a' && code <= 'z' ? code - 32 : code;
    return (apr_uint32_t)towupper_l((wint_t)code, get_letters());
}

apr_uint32_t ipxe_letter_lower(apr_uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z' ? code + 32 : code;
    return (apr_uint32_t)towlower_l((wint_t)code, get_letters());
}

int ipxe_letter_is_upper(apr_uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z';
    return iswupper_l((wint_t)code, get_letters()) != 0;
}

int ipxe_letter_is_lower(apr_uint32_t code)
{
    if (code < 0x80)
        return code >= 'a' && code <= 'z';
    return iswlower_l((wint_t)code, get_letters()) != 0;
}

static int is_alpha(apr_uint32_t code)
{
    if (code < 0x80)
        return (code | 32) >= 'a' && (code | 32) <= 'z';
    return iswalpha_l((wint_t)code, get_letters()) != 0;
}

int ipxe_letter_is_word(apr_uint32_t code)
{
    if (code < 0x80)
        return is_alpha(code) || code == '_' ||
               (code >= '0' && code <= '9');
    return iswalnum_l((wint_t)code, get_letters()) != 0;
}

/* Characters that only steer others, and those for private use. */
static int is_unseen(apr_uint32_t code)
{
    static const struct {
        apr_uint32_t from, to;
    } unseen[] = {{0x80, 0xa0},     {0xad, 0xad},     {0x600, 0x605},
                  {0x61c, 0x61c},   {0x6dd, 0x6dd},   {0x70f, 0x70f},
                  {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
                  {0x2060, 0x206f}, {0xd800, 0xf8ff}, {0xfeff, 0xfeff},
                  {0xfff0, 0xfffb}, {0xe0000, 0x10ffff}};
    unsigned i;

    for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
        if (code >= unseen[i].from && code <= unseen[i].to)
            return 1;
    }
    return 0;
}

int ipxe_letter_is_print(apr_uint32_t code)
{
    if (code < 0x80)
        return code >= 0x20 && code < 0x7f;
    return !ipxe_letter_is_space(code) && !is_unseen(code) &&
           iswprint_l((wint_t)code, get_letters()) != 0;
}

int ipxe_letter_is_space(apr_uint32_t code)
{
    static const apr_uint32_t spaces[] = {0x85,   0xa0,   0x1680, 0x2028,
                                          0x2029, 0x202f, 0x205f, 0x3000};
    unsigned i;

    if (code < 0x80)
        return code == ' ' || (code >= 9 && code <= 13) ||
               (code >= 0x1c && code <= 0x1f);
    if (code >= 0x2000 && code <= 0x200a)
        return 1;
    for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        if (spaces[i] == code)
            return 1;
    }
    return 0;
}

apr_size_t ipxe_string_chars(const ipxe_string_t *text)
{
    apr_size_t count = 0, i;

    for (i = 0; i < text->len; i++)
        count += ((unsigned char)text->s[i] & 0xc0) != 0x80;
    return count;
}

apr_size_t ipxe_string_offset(const ipxe_string_t *text, apr_size_t n)
{
    apr_size_t i;

    for (i = 0; i < text->len; i++) {
        if (((unsigned char)text->s[i] & 0xc0) != 0x80 && n-- == 0)
            return i;
    }
    return text->len;
}
