/* SPDX-License-Identifier: Apache-2.0 */
/* A counter, mixed, in letters. */
#include "httpd/request_id.h"

#include <apr_atomic.h>

#define LETTERS 8

static apr_uint64_t first;           /* of this child */
static volatile apr_uint32_t count; /* of its requests */

void ipxe_request_id_child_init(apr_pool_t *pool, server_rec *s)
{
    (void)pool;
    (void)s;
    ap_random_insecure_bytes(&first, sizeof(first));
}

/* Steps of the golden ratio, and a mixer that turns each bit of its argument
 * into half of the result's. */
static apr_uint64_t mixed(apr_uint64_t step)
{
    apr_uint64_t x = first + step * APR_UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * APR_UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * APR_UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

const char *ipxe_request_id(apr_pool_t *pool)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz023456789";
    apr_uint64_t bits = mixed(apr_atomic_inc32(&count));
    char *id = apr_palloc(pool, LETTERS + 1);
    int i;

    for (i = 0; i < LETTERS; i++, bits >>= 5)
        id[i] = letters[bits & 31];
    id[i] = '\0';
    return id;
}
