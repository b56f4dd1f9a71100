/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of addresses and of regular expressions. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "template/filter_help.h"
#include "template/regex.h"
#include "template/texts.h"

/* ---- mac ---- */

/* A hexadecimal digit in lower case; 0 where it is none. */
static char hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c;
    c |= 'a' - 'A';
    return c >= 'a' && c <= 'f' ? c : 0;
}

/* How many digits there are; 0 where it is no MAC address. */
static apr_size_t read_mac(char digits[40], const char *s)
{
    apr_size_t n = 0;

    for (; *s; s++) {
        char digit = hex_digit(*s);

        if (digit && n < 40)
            digits[n++] = digit;
        else if (digit || (*s != ':' && *s != '-' && *s != '.'))
            return 0;
    }
    return n >= 12 && n % 4 == 0 ? n : 0;
}

typedef struct mac_form_t {
    const char *name;
    char between; /* groups; 0: nothing */
    apr_size_t group;
} mac_form_t;

static ipxe_value_t in_groups(const char *digits, apr_size_t n,
                              const mac_form_t *form, unsigned flags,
                              apr_pool_t *pool)
{
    apr_size_t more = form->between ? n / form->group - 1 : 0, i;
    const ipxe_string_t *string;
    char *to = ipxe_string_make(&string, n + more, pool);

    for (i = 0; i < n; i++) {
        if (i && form->between && i % form->group == 0)
            *to++ = form->between;
        *to++ = digits[i];
    }
    return ipxe_value_string(string, flags & IPXE_STICKY);
}

static apr_status_t f_mac(ipxe_value_t *result, ipxe_run_t *run,
                          const ipxe_args_t *args)
{
    static const mac_form_t forms[] = {
        {"hyphen", '-', 2}, {"colon", ':', 2}, {"dot", '.', 4}, {"raw", 0, 2}};
    ipxe_value_t text = ipxe_arg_string(run, args);
    ipxe_value_t form = IPXE_TEXT("colon");
    char digits[40];
    apr_size_t n;
    unsigned i;
    apr_status_t rv = ipxe_arg_text(&form, run, args, 0);

    if (rv != APR_SUCCESS)
        return rv;
    for (i = 0; i < 4 && strcmp(forms[i].name, form.u.text->s) != 0; i++)
        ;
    if (i == 4)
        return ipxe_arg_fail(run, args,
                             "the forms are hyphen, colon, dot and raw");
    n = read_mac(digits, text.u.text->s);
    if (!n)
        return ipxe_arg_fail(run, args, "this is not a MAC address");
    *result = in_groups(digits, n, &forms[i], text.flags, run->pool);
    return APR_SUCCESS;
}

/* ---- networks ---- */

typedef struct network_t {
    int family, bytes, prefix;
    unsigned char address[16];
} network_t;

static int mask_prefix(const unsigned char *mask, int bytes)
{
    int prefix = 0, i;

    while (prefix < bytes * 8 && mask[prefix / 8] & 0x80 >> prefix % 8)
        prefix++;
    for (i = prefix; i < bytes * 8; i++) {
        if (mask[i / 8] & 0x80 >> i % 8)
            return -1;
    }
    return prefix;
}

static int read_prefix(const network_t *network, const char *s)
{
    unsigned char mask[16];
    char *end;
    long n;

    if (network->family == AF_INET && inet_pton(AF_INET, s, mask) == 1)
        return mask_prefix(mask, 4);
    if (!apr_isdigit(*s))
        return -1;
    n = strtol(s, &end, 10);
    return *end || n > network->bytes * 8 ? -1 : (int)n;
}

/* "10.0.1.7/24", "10.0.1.0/255.255.255.0", "2001:db8::1/64". */
static int read_network(network_t *network, const char *s, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, s), *slash = strchr(copy, '/');

    if (slash)
        *slash++ = '\0';
    network->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
    network->bytes = network->family == AF_INET ? 4 : 16;
    if (inet_pton(network->family, copy, network->address) != 1)
        return 0;
    network->prefix = slash ? read_prefix(network, slash) : network->bytes * 8;
    return network->prefix >= 0;
}

static apr_status_t network_arg(network_t *network, ipxe_run_t *run,
                                const ipxe_args_t *args)
{
    ipxe_value_t text = ipxe_arg_string(run, args);

    if (!read_network(network, text.u.text->s, run->pool))
        return ipxe_arg_fail(run, args,
                             "this wants an address with its prefix, as in "
                             "10.0.1.7/24");
    return APR_SUCCESS;
}

static ipxe_value_t address_text(ipxe_run_t *run, const network_t *network,
                                 unsigned flags)
{
    char out[INET6_ADDRSTRLEN] = "";

    inet_ntop(network->family, network->address, out, sizeof(out));
    return ipxe_text_made(run, apr_pstrdup(run->pool, out), flags);
}

static apr_status_t f_network(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    network_t network;
    apr_status_t rv = network_arg(&network, run, args);
    int i;

    if (rv != APR_SUCCESS)
        return rv;
    for (i = network.prefix; i < network.bytes * 8; i++)
        network.address[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    *result = address_text(run, &network, args->value.flags);
    return APR_SUCCESS;
}

static apr_status_t f_netmask(ipxe_value_t *result, ipxe_run_t *run,
                              const ipxe_args_t *args)
{
    network_t network;
    apr_status_t rv = network_arg(&network, run, args);
    int i;

    if (rv != APR_SUCCESS)
        return rv;
    memset(network.address, 0, sizeof(network.address));
    for (i = 0; i < network.prefix; i++)
        network.address[i / 8] |= (unsigned char)(0x80 >> i % 8);
    *result = address_text(run, &network, 0);
    return APR_SUCCESS;
}

static apr_status_t f_prefix(ipxe_value_t *result, ipxe_run_t *run,
                             const ipxe_args_t *args)
{
    network_t network;
    apr_status_t rv = network_arg(&network, run, args);

    if (rv == APR_SUCCESS)
        *result = ipxe_value_int(network.prefix);
    return rv;
}

/* ---- regular expressions ---- */

typedef struct search_t {
    const ipxe_regex_t *regex;
    ipxe_value_t text;
    const ipxe_args_t *args;
    ipxe_run_t *run;
} search_t;

/* Named ones are ignorecase= and multiline=. */
static apr_status_t search_make(search_t *search, ipxe_run_t *run,
                                const ipxe_args_t *args, ipxe_value_t pattern)
{
    int before = run->render.diags->all->nelts;
    unsigned flags = 0;
    apr_size_t i;

    search->run = run;
    search->args = args;
    search->text = ipxe_arg_string(run, args);
    if (pattern.kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "the pattern is a text, not %s",
                             ipxe_kind_name(pattern.kind));
    for (i = 0; i < args->named_count; i++) {
        int yes = ipxe_value_truth(args->named[i]);

        if (strcmp(args->keys[i], "ignorecase") == 0)
            flags |= yes ? IPXE_REGEX_CASELESS : 0;
        else if (strcmp(args->keys[i], "multiline") == 0)
            flags |= yes ? IPXE_REGEX_MULTILINE : 0;
        else
            return ipxe_arg_fail(run, args, "it takes no argument '%s'",
                                 args->keys[i]);
    }
    search->regex = args->regex;
    if (!search->regex)
        search->regex = ipxe_regex_compile(pattern.u.text->s, flags,
                                           *args->span,
                                           run->render.diags, run->pool);
    if (search->regex)
        return APR_SUCCESS;
    ipxe_run_notes(run, before);
    return APR_EGENERAL;
}

static apr_status_t search_next(int *found, ipxe_regex_groups_t *groups,
                                const search_t *search, apr_size_t from)
{
    const ipxe_string_t *text = search->text.u.text;
    ipxe_regex_e status =
        ipxe_regex_match(search->regex, text->s, text->len, from, groups);

    *found = status == IPXE_REGEX_YES;
    if (status <= IPXE_REGEX_YES)
        return APR_SUCCESS;
    return ipxe_run_fail(search->run, IPXE_DIAG_TEMPLATE_REGEX,
                         *search->args->span, "%s", ipxe_regex_problem(status));
}

static void add_group(ipxe_build_t *build, const search_t *search,
                      const ipxe_regex_groups_t *groups, int n)
{
    if (n >= 0 && n < groups->count && groups->begin[n] >= 0)
        ipxe_build_part(build, search->text, (apr_size_t)groups->begin[n],
                        (apr_size_t)(groups->end[n] - groups->begin[n]));
}

/* \1, \g<1>, \g<name>: bytes read after the backslash, 0: none of these. */
static apr_size_t reference(int *group, const search_t *search, const char *s)
{
    const char *end;
    char *name;

    if (apr_isdigit(*s)) {
        *group = *s - '0';
        return 1;
    }
    if (s[0] != 'g' || s[1] != '<' || !(end = strchr(s, '>')))
        return 0;
    name = apr_pstrmemdup(search->run->pool, s + 2, (apr_size_t)(end - s - 2));
    *group =
        apr_isdigit(*name) ? atoi(name) : ipxe_regex_group(search->regex, name);
    return (apr_size_t)(end - s) + 1;
}

static void add_replacement(ipxe_build_t *build, const search_t *search,
                            const ipxe_regex_groups_t *groups,
                            ipxe_value_t with)
{
    const char *s = with.u.text->s;
    apr_size_t at = 0, from = 0, n;
    int group;

    while (s[at]) {
        if (s[at] != '\\') {
            at++;
            continue;
        }
        ipxe_build_part(build, with, from, at - from);
        n = reference(&group, search, s + at + 1);
        if (n)
            add_group(build, search, groups, group);
        from = n ? at + 1 + n : at + (s[at + 1] == '\\');
        at = n ? from : from + 1;
    }
    ipxe_build_part(build, with, from, at - from);
}

static apr_status_t f_regex_replace(ipxe_value_t *result, ipxe_run_t *run,
                                    const ipxe_args_t *args)
{
    ipxe_regex_groups_t groups;
    ipxe_build_t build;
    search_t search;
    apr_size_t at = 0, from = 0, len;
    int found = 1;
    apr_status_t rv;

    if (args->rest_count != 2 || args->rest[1].kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "it takes a pattern and a text");
    rv = search_make(&search, run, args, args->rest[0]);
    if (rv != APR_SUCCESS)
        return rv;
    len = search.text.u.text->len;
    ipxe_build_init(&build, len, run->pool);
    while (rv == APR_SUCCESS && from <= len) {
        rv = search_next(&found, &groups, &search, from);
        if (rv != APR_SUCCESS || !found)
            break;
        ipxe_build_part(&build, search.text, at,
                        (apr_size_t)groups.begin[0] - at);
        add_replacement(&build, &search, &groups, args->rest[1]);
        at = from = (apr_size_t)groups.end[0];
        if (groups.begin[0] == groups.end[0]) /* step over one character */
            from += from < len
                        ? (apr_size_t)ipxe_utf8_next(
                              search.text.u.text->s + from, len - from, NULL)
                        : 1;
        if (build.len > IPXE_MAX_VALUE_BYTES)
            return ipxe_arg_fail(run, args, "the text becomes too long");
    }
    ipxe_build_part(&build, search.text, at, len - at);
    *result = ipxe_build_value(&build);
    return rv;
}

/* 'name' or '\\1' of regex_search's further arguments. */
static int wanted_group(const search_t *search, ipxe_value_t wanted)
{
    int group = -1;

    if (wanted.kind == IPXE_KIND_TEXT && wanted.u.text->s[0] == '\\')
        reference(&group, search, wanted.u.text->s + 1);
    else if (wanted.kind == IPXE_KIND_TEXT)
        group = ipxe_regex_group(search->regex, wanted.u.text->s);
    return group;
}

static ipxe_value_t group_value(const search_t *search,
                                const ipxe_regex_groups_t *groups, int n)
{
    ipxe_build_t build;

    if (n >= groups->count || groups->begin[n] < 0)
        return ipxe_value_none();
    ipxe_build_init(&build, 16, search->run->pool);
    add_group(&build, search, groups, n);
    build.flags |= search->text.flags & IPXE_SECRET;
    return ipxe_build_value(&build);
}

static apr_status_t f_regex_search(ipxe_value_t *result, ipxe_run_t *run,
                                   const ipxe_args_t *args)
{
    apr_array_header_t *all = ipxe_values_make(run);
    ipxe_regex_groups_t groups;
    search_t search;
    apr_size_t i;
    int found = 0, group;
    apr_status_t rv = search_make(&search, run, args, args->rest[0]);

    if (rv == APR_SUCCESS)
        rv = search_next(&found, &groups, &search, 0);
    *result = ipxe_value_none();
    if (rv != APR_SUCCESS || !found)
        return rv;
    *result = group_value(&search, &groups, 0);
    if (args->rest_count == 1)
        return APR_SUCCESS;
    for (i = 1; i < args->rest_count; i++) {
        group = wanted_group(&search, args->rest[i]);
        if (group < 0)
            return ipxe_arg_fail(run, args, "there is no such group");
        APR_ARRAY_PUSH(all, ipxe_value_t) =
            group_value(&search, &groups, group);
    }
    *result = ipxe_value_array(all, 0);
    return APR_SUCCESS;
}

const ipxe_row_t ipxe_filters_net[] = {
    {"mac", f_mac, "form='colon'", 0, 1, IPXE_ROW_TEXT,
     "A MAC address with hyphens, colons, dots, or raw."},
    {"netmask", f_netmask, "", 0, 0, IPXE_ROW_TEXT,
     "The mask of 10.0.1.7/24: 255.255.255.0."},
    {"network", f_network, "", 0, 0, IPXE_ROW_TEXT,
     "The network of 10.0.1.7/24: 10.0.1.0."},
    {"prefix", f_prefix, "", 0, 0, IPXE_ROW_TEXT,
     "The prefix of 10.0.1.7/24: 24."},
    {"regex_replace", f_regex_replace,
     "pattern text ignorecase=false multiline=false", 2, -1,
     IPXE_ROW_TEXT | IPXE_ROW_REGEX,
     "Each match of a regular expression replaced; \\1 is a group."},
    {"regex_search", f_regex_search,
     "pattern *groups ignorecase=false multiline=false", 1, -1,
     IPXE_ROW_TEXT | IPXE_ROW_REGEX,
     "The first match, or a list of its groups; none where it does not "
     "match."},
    {NULL, NULL, NULL, 0, 0, 0, NULL}};
