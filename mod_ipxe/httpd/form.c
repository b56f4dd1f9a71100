/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding forms. */
#include "httpd/form.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "machine/decode.h"

#define MAX_FIELDS 60

/* A browser writes a blank as a plus sign, which elsewhere is itself. */
static const char *decode(const char *raw, apr_size_t len, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(len + 1, pool);
    apr_size_t i;

    for (i = 0; i < len; i++)
        if (raw[i] == '+')
            ipxe_text_add(text, "%20");
        else
            ipxe_text_add_char(text, raw[i]);
    return ipxe_decode_text(text->data, text->len, pool);
}

/* Bytes before the next end of line, as it is encoded. */
static apr_size_t line_length(const char *raw, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i + 2 < len; i++)
        if (strncasecmp(raw + i, "%0A", 3) == 0)
            return i;
    return len;
}

static const char *trimmed(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text + strspn(text, " "));
    apr_size_t len = strlen(copy);

    while (len && copy[len - 1] == ' ')
        copy[--len] = '\0';
    return copy;
}

static void add_field(apr_table_t *form, const char *raw, apr_size_t len,
                      apr_pool_t *pool)
{
    const char *equals = memchr(raw, '=', len);
    const char *name;

    if (!equals)
        return;
    name = decode(raw, (apr_size_t)(equals - raw), pool);
    len -= (apr_size_t)(equals + 1 - raw);
    raw = equals + 1;
    for (;;) {
        apr_size_t n = line_length(raw, len);

        if (apr_table_elts(form)->nelts < MAX_FIELDS)
            apr_table_addn(form, name, trimmed(decode(raw, n, pool), pool));
        if (n == len)
            return;
        raw += n + 3;
        len -= n + 3;
    }
}

apr_table_t *ipxe_form_parse(const char *raw, apr_pool_t *pool)
{
    apr_table_t *form = apr_table_make(pool, 8);

    while (raw && *raw) {
        apr_size_t len = strcspn(raw, "&");

        add_field(form, raw, len, pool);
        raw += len + (raw[len] == '&');
    }
    return form;
}

apr_int64_t ipxe_form_number(const apr_table_t *form, const char *name)
{
    const char *text = apr_table_get(form, name);

    if (!text || strlen(text) > 18 || text[strspn(text, "0123456789")])
        return 0;
    return apr_atoi64(text);
}

static int is_name(const char *text, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len; i++)
        if (text[i] != '_' && !apr_isalpha(text[i]) &&
            (i == 0 || !apr_isdigit(text[i])))
            return 0;
    return len > 0;
}

static int take_var(void *baton, const char *name, const char *text)
{
    apr_table_t *vars = baton;
    const char *equals = strchr(text, '=');

    (void)name;
    if (!*text)
        return 1;
    if (!equals || !is_name(text, (apr_size_t)(equals - text)))
        return 0;
    apr_table_set(vars,
                  apr_pstrmemdup(apr_table_elts(vars)->pool, text,
                                 (apr_size_t)(equals - text)),
                  equals + 1);
    return 1;
}

int ipxe_form_vars(apr_table_t *vars, const apr_table_t *form, const char *name)
{
    return apr_table_do(take_var, vars, form, name, NULL);
}
