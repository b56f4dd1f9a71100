/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2, bounded. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/regex.h"

#include <apr_strings.h>
#include <pcre2.h>
#include <string.h>

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

const ipxe_regex_t *ipxe_regex_compile(const char *text, int any_case,
                                       const char **fault, apr_size_t *at,
                                       apr_pool_t *pool)
{
    ipxe_regex_t *regex = apr_pcalloc(pool, sizeof(*regex));
    PCRE2_UCHAR message[128];
    int error;

    regex->code = pcre2_compile((PCRE2_SPTR)text, strlen(text),
                                PCRE2_UTF | (any_case ? PCRE2_CASELESS : 0),
                                &error, at, NULL);
    if (!regex->code) {
        pcre2_get_error_message(error, message, sizeof(message));
        *fault = apr_pstrdup(pool, (const char *)message);
        return NULL;
    }
    regex->bounds = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->bounds, IPXE_MAX_REGEX_STEPS);
    apr_pool_cleanup_register(pool, regex, free_regex, apr_pool_cleanup_null);
    return regex;
}

apr_status_t ipxe_regex_matches(int *matches, const ipxe_regex_t *regex,
                                const char *text)
{
    apr_size_t len = strlen(text);
    pcre2_match_data *data;
    int found;

    *matches = 0;
    if (len > IPXE_MAX_REGEX_SUBJECT)
        return APR_ENOSPC;
    data = pcre2_match_data_create(1, NULL);
    found = pcre2_match(regex->code, (PCRE2_SPTR)text, len, 0, 0, data,
                        regex->bounds);
    pcre2_match_data_free(data);
    *matches = found >= 0;
    return found >= 0 || found == PCRE2_ERROR_NOMATCH ? APR_SUCCESS
                                                      : APR_ENOSPC;
}
