/* SPDX-License-Identifier: Apache-2.0 */
/* Spellings of MAC addresses and UUIDs, order of versions, names of facts. */
#include "machine/machine.h"

#include "tap.h"

static void test_mac(apr_pool_t *pool)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"52:54:00:12:34:56", "52:54:00:12:34:56"},
        {"52-54-00-AB-CD-EF", "52:54:00:ab:cd:ef"},
        {"5254.0012.3456", "52:54:00:12:34:56"},
        {"525400123456", "52:54:00:12:34:56"},
        {"01-52-54-00-12-34-56", "52:54:00:12:34:56"},
        {"01525400123456", "52:54:00:12:34:56"},
        {"52%3A54%3a00%3A12%3A34%3A56", "52:54:00:12:34:56"},
        {" 525400123456 ", "52:54:00:12:34:56"},
        {"00:11:22:33:44:55:66:77", "00:11:22:33:44:55:66:77"},
        {"0011223344556677", "00:11:22:33:44:55:66:77"},
        {"80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01",
         "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01"},
        {"52:54:00:12:34", NULL}, {"52:54:00:12:34:5", NULL},
        {"52:54:00:12:34:56:", NULL}, {"52:54-00:12:34:56", NULL},
        {"525:400:123:456", NULL}, {"52:54:00:12:34:5g", NULL},
        {"", NULL}, {":", NULL},
        {"525400123456525400123456525400123456525400123456", NULL},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(ipxe_mac_normal(cases[i].text, pool), cases[i].want,
           apr_psprintf(pool, "'%s' is %s", cases[i].text,
                        cases[i].want ? cases[i].want : "no MAC"));
}

static void test_prefix(apr_pool_t *pool)
{
    is(ipxe_mac_prefix("52:54:00", pool), "52:54:00", "a vendor's prefix");
    is(ipxe_mac_prefix("52-54-00-", pool), "52:54:00", "with hyphens");
    is(ipxe_mac_prefix("AB", pool), "ab", "one octet");
    ok(!ipxe_mac_prefix("525400", pool), "without separators it is none");
    ok(!ipxe_mac_prefix("52:54:0", pool), "half an octet is none");
    ok(!ipxe_mac_prefix("52:54:00:12:34:56", pool), "a whole MAC is none");
    ok(!ipxe_mac_prefix("", pool), "nothing is none");
}

static void test_uuid(apr_pool_t *pool)
{
    static const char want[] = "11112222-3333-4444-5555-66667777abcd";

    is(ipxe_uuid_normal("11112222-3333-4444-5555-66667777ABCD", pool), want,
       "a UUID in upper case");
    is(ipxe_uuid_normal("{1111222233334444555566667777abcd}", pool), want,
       "in braces, without hyphens");
    is(ipxe_uuid_normal("urn:uuid:11112222-3333-4444-5555-66667777abcd",
                        pool), want, "as a URN");
    ok(!ipxe_uuid_normal("1111", pool), "a short one is none");
    ok(!ipxe_uuid_normal("1111222233334444555566667777abcde", pool),
       "a long one is none");
    ok(ipxe_fact_junk(IPXE_FACT_UUID,
                      "ffffffff-ffff-ffff-ffff-ffffffffffff"),
       "ones are a filler");
    ok(!ipxe_fact_junk(IPXE_FACT_UUID, want), "others are none");
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void test_versions(apr_pool_t *pool)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"1.0.0", "1.20.1", -1},
        {"1.20.1", "1.3.0", 1},
        {"2.0.0", "2.0", 0},
        {"v2.0.0", "2.0.0", 0},
        {"1.21.1+git20250501.dad20602+dfsg-1", "1.21.1", 1},
        {"1.21.1+git20250501.dad20602+dfsg-1", "1.21.1+", 1},
        {"1.21.1+git20250501.dad20602+dfsg-1", "2.0.0", -1},
        {"1.0.0+git-20190125.36a4c85-5.1", "1.20.1", -1},
        {"1.0.0+git-20190125.36a4c85-5.1", "1.0.0+", 1},
        {"2.0.0+ (g0ab22)", "2.0.0", 1},
        {"2.0.0+ (g0ab22)", "2.0.0+", 0},
        {"2.0.0-rc1", "2.0.0", -1},
        {"2.0.0-rc2", "2.0.0-rc10", -1},
        {"2.0.0-254-g0ab2277", "2.0.0", 1},
        {"1.21.1-9-gabc", "1.21.1-10-gabc", -1},
        {"10.0", "9.9", 1},
        {"99999999999999999999999.1", "99999999999999999999999.2", -1},
        {"", "", 0},
        {"banana", "1.0", -1},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_int(sign(ipxe_version_compare(cases[i].a, cases[i].b)),
               cases[i].order,
               apr_psprintf(pool, "'%s' to '%s'", cases[i].a, cases[i].b));
        is_int(sign(ipxe_version_compare(cases[i].b, cases[i].a)),
               -cases[i].order, "... and back");
    }
}

static void test_names(apr_pool_t *pool)
{
    int i, good = 1;

    for (i = 0; i < IPXE_FACT_COUNT; i++)
        good &= (int)ipxe_fact_find(ipxe_fact_name((ipxe_fact_e)i)) == i;
    ok(good, "every fact is found by its name");
    is_int(ipxe_fact_find("banana"), IPXE_FACT_COUNT, "others are none");
    is_int(ipxe_fact_find("buildarch"), IPXE_FACT_COUNT,
       "a spelling of requests is no fact's name in rules");
    (void)pool;
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_mac(pool);
    test_prefix(pool);
    test_uuid(pool);
    test_versions(pool);
    test_names(pool);
    return tap_end(pool);
}
