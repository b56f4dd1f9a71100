/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows, UTF-8, near names. */
#include "base/text.h"

#include <stdlib.h>

#include "base/sink.h"

#include "tap.h"

static void test_growing(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(0, pool);
    int i;

    is(text->data, "", "new text is empty, not NULL");
    for (i = 0; i < 1000; i++)
        ipxe_text_addf(text, "%d,", i % 10);
    is_int(text->len, 2000, "a thousand pieces are all there");
    ipxe_text_cut(text, 4);
    is(text->data, "0,1,", "cut keeps the front");
    ipxe_text_cut(text, 10);
    is(text->data, "0,1,", "cut never grows");
}

static void test_utf8(apr_pool_t *pool)
{
    apr_uint32_t code;
    ipxe_text_t *text = ipxe_text_make(0, pool);

    is_int(ipxe_utf8_next("a", 1, NULL), 1, "ASCII is one byte");
    is_int(ipxe_utf8_next("\xc3\xa9", 2, &code), 2, "e acute is two bytes");
    is_int(code, 0xe9, "e acute is U+00E9");
    is_int(ipxe_utf8_next("\xc3\xa9", 1, NULL), 0, "a cut character is none");
    is_int(ipxe_utf8_next("\xc0\x80", 2, NULL), 0, "overlong NUL is none");
    is_int(ipxe_utf8_next("\xed\xa0\x80", 3, NULL), 0, "a surrogate is none");
    is_int(ipxe_utf8_next("\xf4\x90\x80\x80", 4, NULL), 0,
           "past U+10FFFF is none");
    is_int(ipxe_utf8_columns("a\xc3\xa9\xff", 4), 3,
           "a broken byte is a column of its own");
    ipxe_text_add_code(text, 0x1f600);
    is(text->data, "\xf0\x9f\x98\x80", "a code of four bytes is written");
    is(ipxe_text_ascii("a\x1b\xc3\xa9", pool), "a???",
       "only printable ASCII remains");
}

static void test_json(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(0, pool);

    ipxe_text_add_json(text, "a\"\\\n\xc3\xa9\xff");
    is(text->data, "\"a\\\"\\\\\\u000a\xc3\xa9\xef\xbf\xbd\"",
       "a string of JSON escapes what it must");
}

static void test_nearest(void)
{
    static const char *const names[] = {"kernel", "initrd", "args"};

    is(ipxe_text_nearest("kernal", names, 3), "kernel", "one letter off");
    is(ipxe_text_nearest("KERNEL", names, 3), "kernel", "case is no distance");
    is(ipxe_text_nearest("krenel", names, 3), "kernel",
       "two letters that changed places are one edit");
    is(ipxe_text_nearest("ekr", (const char *const[]){"ker"}, 1), "ker",
       "in short words too");
    is(ipxe_text_nearest("zebra", names, 3), NULL, "nothing near");
    is(ipxe_text_nearest("x", names, 3), NULL, "one letter suggests nothing");
}

static void test_large(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make_large(pool);
    int i, wrong = 0;

    is(text->data, "", "a large text begins empty");
    for (i = 0; i < 100000; i++)
        ipxe_text_addf(text, "%05d", i);
    for (i = 0; i < 100000; i += 999)
        wrong += atoi(apr_pstrndup(pool, text->data + 5 * i, 5)) != i;
    is_int(wrong, 0, "and has all that was added");
    is_int(text->len, 500000, "as long as it was");
    ipxe_text_cut(text, 3);
    is(text->data, "000", "and cut it is short again");
}

static void test_sink(apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(0, pool);
    ipxe_sink_t *sink = ipxe_sink_to_text(text, 5, pool);

    is_int(ipxe_sink_add_n(sink, "abc", 3), APR_SUCCESS, "within the bound");
    is_int(ipxe_sink_add_n(sink, "def", 3), APR_ENOSPC, "past the bound");
    is(text->data, "abc", "what was refused is not there");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_growing(pool);
    test_utf8(pool);
    test_json(pool);
    test_nearest();
    test_large(pool);
    test_sink(pool);
    is(ipxe_text_urlencode("a b&c/d", "/", pool), "a%20b%26c/d",
       "a URL keeps what it is told to keep");
    is_int(ipxe_text_split(" a  b ", " ", pool)->nelts, 2,
           "empty parts are left out");
    return tap_end(pool);
}
