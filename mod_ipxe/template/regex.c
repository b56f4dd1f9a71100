/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions by PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "template/regex.h"

#include <pcre2.h>

#include "base/limits.h"

struct ipxe_regex_t {
    pcre2_code *code;
    pcre2_match_context *bounds;
};

static apr_status_t free_regex(void *data)
{
    ipxe_regex_t *regex = data;

    pcre2_code_free(regex->code);
    pcre2_match_context_free(regex->bounds);
    return APR_SUCCESS;
}

static apr_uint32_t options_of(unsigned flags)
{
    apr_uint32_t options = PCRE2_UTF | PCRE2_UCP;

    options |= flags & IPXE_REGEX_CASELESS ? PCRE2_CASELESS : 0;
    options |= flags & IPXE_REGEX_ANCHORED ? PCRE2_ANCHORED : 0;
    options |= flags & IPXE_REGEX_MULTILINE ? PCRE2_MULTILINE : 0;
    return options;
}

ipxe_regex_t *ipxe_regex_compile(const char *pattern, unsigned flags,
                                 ipxe_span_t span, ipxe_diags_t *diags,
                                 apr_pool_t *pool)
{
    ipxe_regex_t *regex;
    PCRE2_UCHAR message[128];
    PCRE2_SIZE at;
    int number;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      options_of(flags), &number, &at,
                      NULL);

    if (!code) {
        pcre2_get_error_message(number, message, sizeof(message));
        ipxe_diag_add(diags, IPXE_DIAG_TEMPLATE_REGEX, span,
                      "bad regular expression: %s (at its character %d)",
                      (const char *)message, (int)at + 1);
        return NULL;
    }
    regex = apr_palloc(pool, sizeof(*regex));
    regex->code = code;
    regex->bounds = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->bounds, IPXE_MAX_REGEX_STEPS);
    pcre2_set_depth_limit(regex->bounds, IPXE_MAX_REGEX_STEPS);
    apr_pool_cleanup_register(pool, regex, free_regex,
                              apr_pool_cleanup_null);
    return regex;
}

static void take_groups(ipxe_regex_groups_t *groups, pcre2_match_data *data,
                        int count)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
    int i;

    groups->count =
        count > IPXE_REGEX_GROUPS ? IPXE_REGEX_GROUPS : count;
    for (i = 0; i < groups->count; i++) {
        groups->begin[i] = at[2 * i] == PCRE2_UNSET ? -1 : (int)at[2 * i];
        groups->end[i] = groups->begin[i] < 0 ? -1 : (int)at[2 * i + 1];
    }
}

ipxe_regex_e ipxe_regex_match(const ipxe_regex_t *regex, const char *subject,
                              apr_size_t len, apr_size_t from,
                              ipxe_regex_groups_t *groups)
{
    pcre2_match_data *data;
    int count;

    if (len > IPXE_MAX_REGEX_SUBJECT)
        return IPXE_REGEX_TOO_LONG;
    data = pcre2_match_data_create(IPXE_REGEX_GROUPS, NULL);
    count = pcre2_match(regex->code, (PCRE2_SPTR)subject, len, from, 0, data,
                        regex->bounds);
    if (count >= 0 && groups)
        take_groups(groups, data, count ? count : IPXE_REGEX_GROUPS);
    pcre2_match_data_free(data);
    if (count >= 0)
        return IPXE_REGEX_YES;
    return count == PCRE2_ERROR_NOMATCH ? IPXE_REGEX_NO
                                        : IPXE_REGEX_TOO_HARD;
}

const char *ipxe_regex_problem(ipxe_regex_e status)
{
    return status == IPXE_REGEX_TOO_LONG
               ? "the text is too long to be searched by a regular expression"
               : "the regular expression takes too many steps";
}

int ipxe_regex_group(const ipxe_regex_t *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->code,
                                                  (PCRE2_SPTR)name);

    return number < 0 ? -1 : number;
}
