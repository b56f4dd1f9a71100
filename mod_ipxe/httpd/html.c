/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping. */
#include "httpd/html.h"

#include <stdarg.h>
#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* A character that is seen as what it is: no control, nothing that turns the
 * text around it. */
static int is_plain(apr_uint32_t code)
{
    return code >= ' ' && (code < 0x7f || code > 0x9f) &&
           (code < 0x200b || code > 0x200f) &&
           (code < 0x2028 || code > 0x202e) &&
           (code < 0x2060 || code > 0x2069) && code != 0xfeff;
}

void ipxe_html_add(ipxe_text_t *out, const char *text)
{
    apr_size_t left = text ? strlen(text) : 0;

    while (left > 0) {
        apr_uint32_t code = 0;
        apr_size_t len = (apr_size_t)ipxe_utf8_next(text, left, &code);
        const char *as = len ? entity(*text) : NULL;

        if (as)
            ipxe_text_add(out, as);
        else if (len && is_plain(code))
            ipxe_text_add_n(out, text, len);
        else
            ipxe_text_add(out, "\xef\xbf\xbd");
        text += len ? len : 1;
        left -= len ? len : 1;
    }
}

static void add_value(ipxe_text_t *out, char kind, va_list *args)
{
    switch (kind) {
    case 's':
        ipxe_html_add(out, va_arg(*args, const char *));
        break;
    case 'h':
        ipxe_text_add(out, va_arg(*args, const char *));
        break;
    case 'd':
        ipxe_text_addf(out, "%d", va_arg(*args, int));
        break;
    default:
        ipxe_text_add_char(out, kind);
    }
}

void ipxe_html_addf(ipxe_text_t *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    while (*format) {
        apr_size_t n = strcspn(format, "%");

        ipxe_text_add_n(out, format, n);
        format += n;
        if (!*format || !format[1])
            break;
        add_value(out, format[1], &args);
        format += 2;
    }
    va_end(args);
}

void ipxe_html_add_arg(ipxe_text_t *out, const char *name, const char *value)
{
    if (value && *value)
        ipxe_text_addf(out, "%s%s=%s",
                       out->len && out->data[out->len - 1] == '?' ? ""
                                                                  : "&amp;",
                       name, ipxe_text_urlencode(value, NULL, out->pool));
}
