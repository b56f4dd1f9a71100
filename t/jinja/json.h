/* SPDX-License-Identifier: Apache-2.0 */
/* Just enough JSON for the variables of a case: no check of what is odd. */
#ifndef IPXE_JINJA_JSON_H
#define IPXE_JINJA_JSON_H

#include <stdlib.h>
#include <string.h>

#include "template/data.h"

static ipxe_value_t json_value(const char **at, unsigned flags,
                               apr_pool_t *pool);

static void json_space(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

static unsigned json_hex(const char **at)
{
    char digits[5];

    memcpy(digits, *at, 4);
    digits[4] = '\0';
    *at += 4;
    return (unsigned)strtoul(digits, NULL, 16);
}

static void json_escape(ipxe_text_t *out, const char **at)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char c = *(*at)++;
    const char *hit = strchr(from, c);
    unsigned code;

    if (c == 'u') {
        code = json_hex(at);
        if (code >= 0xd800 && code < 0xdc00 && strncmp(*at, "\\u", 2) == 0) {
            *at += 2;
            code = 0x10000 + ((code - 0xd800) << 10) +
                   (json_hex(at) - 0xdc00);
        }
        ipxe_text_add_code(out, code);
    }
    else {
        ipxe_text_add_char(out, hit ? to[hit - from] : c);
    }
}

static ipxe_value_t json_text(const char **at, unsigned flags,
                              apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(32, pool);

    for (++*at; **at && **at != '"';) {
        if (**at == '\\') {
            ++*at;
            json_escape(out, at);
        }
        else {
            ipxe_text_add_char(out, *(*at)++);
        }
    }
    *at += **at == '"';
    return ipxe_value_text(out->data, flags, pool);
}

static ipxe_value_t json_list(const char **at, unsigned flags,
                              apr_pool_t *pool)
{
    apr_array_header_t *items = apr_array_make(pool, 4, sizeof(ipxe_value_t));

    ++*at;
    for (json_space(at); **at && **at != ']'; json_space(at)) {
        ipxe_value_t value = json_value(at, flags, pool);

        APR_ARRAY_PUSH(items, ipxe_value_t) = value;
        json_space(at);
        *at += **at == ',';
    }
    *at += **at == ']';
    return ipxe_value_list(items);
}

static ipxe_value_t json_map(const char **at, unsigned flags,
                             apr_pool_t *pool)
{
    ipxe_value_t map = ipxe_value_map(pool);

    ++*at;
    for (json_space(at); **at && **at != '}'; json_space(at)) {
        ipxe_value_t key = json_text(at, 0, pool);

        json_space(at);
        *at += **at == ':';
        ipxe_map_set(map, key.u.text->s, json_value(at, flags, pool));
        json_space(at);
        *at += **at == ',';
    }
    *at += **at == '}';
    return map;
}

static ipxe_value_t json_number(const char **at)
{
    const char *from = *at;
    char *end;
    double real = strtod(from, &end);

    *at = end > from ? end : from + 1;
    if (end > from && strcspn(from, ".eE") >= (size_t)(end - from))
        return ipxe_value_int(strtoll(from, NULL, 10));
    return ipxe_value_float(real);
}

static ipxe_value_t json_value(const char **at, unsigned flags,
                               apr_pool_t *pool)
{
    json_space(at);
    if (**at == '{')
        return json_map(at, flags, pool);
    if (**at == '[')
        return json_list(at, flags, pool);
    if (**at == '"')
        return json_text(at, flags, pool);
    if (strncmp(*at, "true", 4) == 0 || strncmp(*at, "null", 4) == 0) {
        *at += 4;
        return (*at)[-4] == 't' ? ipxe_value_bool(1) : ipxe_value_none();
    }
    if (strncmp(*at, "false", 5) == 0) {
        *at += 5;
        return ipxe_value_bool(0);
    }
    return json_number(at);
}

/* A mapping as the names of a render. */
static inline apr_status_t json_get(ipxe_value_t *value,
                                    const ipxe_object_t *self,
                                    const ipxe_name_t *name,
                                    const ipxe_render_t *render)
{
    const ipxe_value_t *map = self->baton;
    const ipxe_value_t *place = ipxe_map_place(map->u.map, name);

    (void)render;
    *value = place ? *place : ipxe_value_undefined(name->s);
    return APR_SUCCESS;
}

static inline apr_array_header_t *json_names(const ipxe_object_t *self,
                                             apr_pool_t *pool)
{
    const ipxe_value_t *map = self->baton;
    apr_array_header_t *names = apr_array_make(pool, 8, sizeof(char *));
    apr_size_t i;

    for (i = 0; i < map->u.map->count; i++)
        APR_ARRAY_PUSH(names, const char *) =
            map->u.map->entries[i].key.u.text->s;
    return names;
}

#endif
