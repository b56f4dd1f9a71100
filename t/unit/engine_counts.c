/* SPDX-License-Identifier: Apache-2.0 */
/* Counting machines for limits of rules. */
#include "engine/counts.h"
#include "t/unit/tap.h"

#define HOUR apr_time_from_sec(3600)

static ipxe_counts_t counts;
static const apr_time_t noon = 1793188800000000LL;

static int pass(const char *rule, const char *machine, apr_time_t now,
                int count)
{
    ipxe_count_t asked = {"", rule, machine, 2, HOUR, now, count};

    return ipxe_counts_pass(&counts, &asked);
}

static void test_window(void)
{
    ok(pass("a", "mac 1", noon, 0), "there is room");
    ok(pass("a", "mac 1", noon, 1), "the first machine passes");
    ok(pass("a", "mac 1", noon + 1, 1), "and passes again");
    ok(pass("a", "mac 2", noon + HOUR / 2, 1), "the second passes");
    ok(!pass("a", "mac 3", noon + HOUR / 2, 1), "the third does not");
    ok(!pass("a", "mac 3", noon + HOUR / 2, 0), "nor where nothing counts");
    ok(pass("a", "mac 2", noon + HOUR / 2, 1), "the second still does");
    ok(pass("b", "mac 3", noon + HOUR / 2, 1),
       "another rule counts for itself");
    ok(pass("a", "mac 3", noon + HOUR, 1),
       "the third passes when the first one's hour is over");
    ok(!pass("a", "mac 1", noon + HOUR, 1), "and now it is the first too many");
    ok(pass("a", "mac 1", noon + HOUR + HOUR / 2, 1),
       "until the second one's hour is over");
}

static void test_asking(void)
{
    int i;

    memset(&counts, 0, sizeof(counts));
    for (i = 0; i < 5; i++)
        ok(pass("a", i % 2 ? "mac 1" : "mac 2", noon, 0),
           "asking counts nothing");
    is_int(counts.used, 0, "no place is taken");
    ok(pass("a", NULL, noon, 1) && pass("a", NULL, noon, 1),
       "machines that nothing tells pass");
    ok(!pass("a", NULL, noon, 1), "each counts as another");
}

static void test_sites(void)
{
    ipxe_count_t one = {"one", "a", "mac 1", 1, HOUR, noon, 1};
    ipxe_count_t two = {"two", "a", "mac 2", 1, HOUR, noon, 1};
    ipxe_count_t more = {"two", "a", "mac 3", 1, HOUR, noon, 1};

    memset(&counts, 0, sizeof(counts));
    ok(ipxe_counts_pass(&counts, &one) && ipxe_counts_pass(&counts, &two),
       "two tenants count apart");
    ok(!ipxe_counts_pass(&counts, &more), "each for itself");
}

static void test_full(void)
{
    ipxe_count_t asked = {"", "", "mac 1", IPXE_MAX_LIMIT, HOUR, noon, 1};
    apr_uint32_t i;

    memset(&counts, 0, sizeof(counts));
    counts.used = IPXE_MAX_COUNTED;
    for (i = 0; i < IPXE_MAX_COUNTED; i++)
        counts.places[i].until = noon + 1;
    asked.rule = "a";
    ok(!ipxe_counts_pass(&counts, &asked), "a full table lets nobody pass");
    asked.now = noon + 1;
    ok(ipxe_counts_pass(&counts, &asked), "its places become free again");
    is_int(counts.used, IPXE_MAX_COUNTED, "and no more are taken");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_window();
    test_asking();
    test_sites();
    test_full();
    return tap_end(pool);
}
