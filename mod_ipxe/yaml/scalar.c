/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain scalar is by YAML's core schema. */
#include <apr_strings.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/tree.h"

int ipxe_yaml_is_null(const ipxe_yaml_t *node)
{
    return !node || node->kind == IPXE_YAML_NULL;
}

static int is_plain(const ipxe_yaml_t *node)
{
    return node && node->kind == IPXE_YAML_SCALAR && node->plain;
}

int ipxe_yaml_bool(int *value, const ipxe_yaml_t *node)
{
    static const char *const words[] = {"false", "False", "FALSE",
                                        "true",  "True",  "TRUE"};
    int i;

    for (i = 0; is_plain(node) && i < 6; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            *value = i >= 3;
            return 1;
        }
    }
    return 0;
}

/* Nonzero where s is an integer; *base is that of its digits. */
static int int_form(const char *s, int *base)
{
    const char *digits = "0123456789";

    *base = 10;
    if (s[0] == '0' && s[1] == 'x') {
        *base = 16;
        digits = "0123456789abcdefABCDEF";
    }
    else if (s[0] == '0' && s[1] == 'o') {
        *base = 8;
        digits = "01234567";
    }
    s += *base == 10 ? (*s == '-' || *s == '+') : 2;
    return *s && !s[strspn(s, digits)];
}

int ipxe_yaml_int(apr_int64_t *value, const ipxe_yaml_t *node)
{
    char *stop;
    int base;

    if (!is_plain(node) || !int_form(node->text, &base))
        return 0;
    errno = 0;
    *value = apr_strtoi64(node->text + (base == 10 ? 0 : 2), &stop, base);
    return errno == 0 && *stop == '\0';
}

int ipxe_yaml_float(double *value, const ipxe_yaml_t *node)
{
    apr_int64_t whole;
    char *stop;

    if (ipxe_yaml_int(&whole, node)) {
        *value = (double)whole;
        return 1;
    }
    if (!is_plain(node) || !strpbrk(node->text, "0123456789") ||
        node->text[strspn(node->text, "+-.0123456789eE")])
        return 0;
    errno = 0;
    *value = strtod(node->text, &stop);
    return errno == 0 && *stop == '\0';
}

const char *ipxe_yaml_what(const ipxe_yaml_t *node)
{
    int truth;
    double number;

    if (ipxe_yaml_is_null(node))
        return "nothing";
    if (node->kind == IPXE_YAML_SEQUENCE)
        return "a list";
    if (node->kind == IPXE_YAML_MAPPING)
        return "a mapping";
    if (ipxe_yaml_bool(&truth, node))
        return "true or false";
    return ipxe_yaml_float(&number, node) ? "a number" : "text";
}
