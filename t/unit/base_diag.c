/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as text: place, caret, help, notes, odd bytes. */
#include "base/diag.h"

#include "tap.h"

static const char text[] = "profiles:\n"
                           "  memtest:\n"
                           "    kernal: a\n"
                           "\tt\xc3\xa9 x: \x1b[1m\n";

static ipxe_span_t find(const ipxe_source_t *source, const char *what)
{
    const char *at = strstr(source->text, what);
    apr_size_t begin = (apr_size_t)(at - source->text);

    return ipxe_span(source, begin, begin + strlen(what));
}

static void test_text(const ipxe_source_t *source, apr_pool_t *pool)
{
    static const char *const names[] = {"kernel", "initrd"};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_diag_t *diag =
        ipxe_diag_add(diags, IPXE_DIAG_UNKNOWN_KEY, find(source, "kernal"),
                      "unknown key '%s'", "kernal");

    ipxe_diag_nearest(diag, "kernal", names, 2);
    ipxe_diag_note(diag, find(source, "memtest"), "in this profile");
    is(ipxe_diag_text(diag, pool),
       "rules/a.yaml:3:5: error: unknown key 'kernal' [unknown-key]\n"
       "    3 |     kernal: a\n"
       "      |     ^~~~~~\n"
       "help: did you mean 'kernel'?\n"
       "rules/a.yaml:2:3: note: in this profile\n"
       "    2 |   memtest:\n"
       "      |   ^~~~~~~\n",
       "place, quote, caret, help and note");
    is_int(diags->errors, 1, "counted");
    ok(ipxe_diag_add(diags, IPXE_DIAG_UNKNOWN_KEY, find(source, "kernal"),
                     "unknown key 'kernal'") == diag,
       "the same is added once");
}

static void test_odd_bytes(const ipxe_source_t *source, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);

    is(ipxe_diag_text(
           ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, find(source, "x"), "bad"),
           pool),
       "rules/a.yaml:4:5: error: bad [bad-value]\n"
       "    4 |         t\xc3\xa9 x: ?[1m\n"
       "      |            ^\n",
       "tabs, characters of two bytes and controls keep the caret in place");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    ipxe_source_t *source =
        ipxe_source_make("rules/a.yaml", text, strlen(text), pool);

    test_text(source, pool);
    test_odd_bytes(source, pool);
    is(ipxe_span_name(ipxe_span(NULL, 0, 0), pool), "-", "nowhere has a name");
    return tap_end(pool);
}
