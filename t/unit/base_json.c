/* SPDX-License-Identifier: Apache-2.0 */
/* JSON member by member. */
#include "base/json.h"

#include "tap.h"

static void test_members(apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(0, pool);

    ipxe_json_open(out, NULL, '{');
    ipxe_json_text(out, "name", "a\"b");
    ipxe_json_text(out, "host", NULL);
    ipxe_json_number(out, "tries", -2);
    ipxe_json_truth(out, "stuck", 0);
    ipxe_json_null(out, "hold");
    ipxe_json_time(out, "at", apr_time_from_sec(86400));
    ipxe_json_time(out, "never", 0);
    ipxe_json_close(out, '}');
    is(out->data,
       "{\"name\": \"a\\\"b\", \"host\": null, \"tries\": -2, "
       "\"stuck\": false, \"hold\": null, \"at\": \"1970-01-02T00:00:00Z\", "
       "\"never\": null}",
       "members of each kind, with commas between");
}

static void test_nesting(apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(0, pool);

    ipxe_json_open(out, NULL, '[');
    ipxe_json_open(out, NULL, '{');
    ipxe_json_open(out, "none", '[');
    ipxe_json_close(out, ']');
    ipxe_json_open(out, "two", '[');
    ipxe_json_text(out, NULL, "{");
    ipxe_json_text(out, NULL, "[");
    ipxe_json_close(out, ']');
    ipxe_json_close(out, '}');
    ipxe_json_open(out, NULL, '{');
    ipxe_json_close(out, '}');
    ipxe_json_close(out, ']');
    is(out->data, "[{\"none\": [], \"two\": [\"{\", \"[\"]}, {}]",
       "objects in arrays, and texts that look like brackets");
}

static void test_place(apr_pool_t *pool)
{
    const ipxe_source_t *source = ipxe_source_make("a.yaml", "x\ny\n", 4, pool);
    ipxe_text_t *out = ipxe_text_make(0, pool);
    ipxe_span_t nowhere = {NULL, 0, 0};

    ipxe_json_open(out, NULL, '{');
    ipxe_json_place(out, "place", ipxe_span(source, 2, 3));
    ipxe_json_place(out, "nowhere", nowhere);
    ipxe_json_close(out, '}');
    is(out->data, "{\"place\": \"a.yaml:2\", \"nowhere\": null}",
       "a place, and nowhere");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_members(pool);
    test_nesting(pool);
    test_place(pool);
    return tap_end(pool);
}
