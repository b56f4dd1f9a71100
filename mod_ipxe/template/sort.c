/* SPDX-License-Identifier: Apache-2.0 */
/* Merge sort. */
#include "template/sort.h"

#include <string.h>

typedef struct sorter_t {
    ipxe_run_t *run;
    ipxe_pair_t *spare;
    ipxe_token_e op; /* what makes the right one go first */
    ipxe_span_t span;
} sorter_t;

static apr_status_t merge(sorter_t *sorter, ipxe_pair_t *pairs,
                          apr_size_t half, apr_size_t n)
{
    apr_size_t left = 0, right = half, at = 0;
    apr_status_t rv = APR_SUCCESS;
    int swap = 0;

    while (rv == APR_SUCCESS && left < half && right < n) {
        rv = ipxe_op_compare(&swap, sorter->run, sorter->op,
                             pairs[right].key, pairs[left].key,
                             sorter->span);
        sorter->spare[at++] = swap ? pairs[right++] : pairs[left++];
    }
    memcpy(sorter->spare + at, pairs + left, (half - left) * sizeof(*pairs));
    at += half - left;
    memcpy(pairs, sorter->spare, at * sizeof(*pairs));
    return rv;
}

static apr_status_t sort(sorter_t *sorter, ipxe_pair_t *pairs, apr_size_t n)
{
    apr_size_t half = n / 2;
    apr_status_t rv;

    if (n < 2)
        return APR_SUCCESS;
    rv = sort(sorter, pairs, half);
    if (rv == APR_SUCCESS)
        rv = sort(sorter, pairs + half, n - half);
    return rv == APR_SUCCESS ? merge(sorter, pairs, half, n) : rv;
}

apr_status_t ipxe_sort(ipxe_run_t *run, ipxe_pair_t *pairs, apr_size_t n,
                       int reverse, ipxe_span_t span)
{
    sorter_t sorter;

    sorter.run = run;
    sorter.spare = apr_palloc(run->pool, (n + 1) * sizeof(*pairs));
    sorter.op = reverse ? IPXE_TOKEN_GT : IPXE_TOKEN_LT;
    sorter.span = span;
    return sort(&sorter, pairs, n);
}
