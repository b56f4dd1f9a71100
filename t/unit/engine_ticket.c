/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: what is written is read again, and nothing else is. */
#include "engine/ticket.h"

#include "tap.h"

#define HOUR apr_time_from_sec(3600)

static const char one[] = "# the first signs\n"
                          "0123456789abcdef0123456789abcdef\n"
                          "fedcba9876543210fedcba9876543210\n";
static const char two[] = "fedcba9876543210fedcba9876543210\n";
static const char three[] = "another-key-another-key-another-key\n";

static ipxe_ticket_t sample(void)
{
    ipxe_ticket_t ticket = {0};

    ticket.kind = IPXE_TICKET_ANSWER;
    ticket.site = "lab";
    ticket.issued = 1000 * HOUR + 17;
    ticket.profile = "rocky-9";
    ticket.choice = "redhat/rocky-9";
    ticket.facts = "mac=525400123456&serial=QC%200001";
    return ticket;
}

static ipxe_ticket_error_e read_at(const char *text, const char *site,
                                   const ipxe_keys_t *keys, apr_time_t now,
                                   apr_pool_t *pool)
{
    ipxe_ticket_t got;

    return ipxe_ticket_read(&got, text, IPXE_TICKET_ANSWER, site, keys, now,
                            4 * HOUR, pool);
}

static void test_round_trip(const ipxe_keys_t *keys, const char *text,
                            apr_pool_t *pool)
{
    ipxe_ticket_t got;

    is_int(ipxe_ticket_read(&got, text, IPXE_TICKET_ANSWER, "lab", keys,
                            1001 * HOUR, 4 * HOUR, pool),
           IPXE_TICKET_GOOD, "a ticket is read again");
    is(got.profile, "rocky-9", "with its profile");
    is(got.choice, "redhat/rocky-9", "with its choice");
    is(got.facts, sample().facts, "with its facts");
    is(got.site, "lab", "with its site");
    is_int(got.issued, 1000 * HOUR, "issued at a whole minute");
    is_int(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_-."),
           strlen(text), "of characters that no command line minds");
}

static void test_refused(const ipxe_keys_t *keys, const char *text,
                         apr_pool_t *pool)
{
    ipxe_keys_t *other = ipxe_keys_parse(three, strlen(three), pool);
    ipxe_ticket_t got, reported = sample();
    apr_size_t i, good = 0;

    is_int(read_at(text, "lab", keys, 1005 * HOUR, pool), IPXE_TICKET_EXPIRED,
           "past its life it is refused");
    is_int(read_at(text, "lab", keys, 999 * HOUR, pool), IPXE_TICKET_EXPIRED,
           "from a future it is refused");
    reported.kind = IPXE_TICKET_REPORT;
    is_int(ipxe_ticket_read(&got, ipxe_ticket_write(&reported, keys, pool),
                            IPXE_TICKET_REPORT, "lab", keys, 999 * HOUR,
                            4 * HOUR, pool),
           IPXE_TICKET_GOOD, "but not the report of what was installed then");
    is_int(read_at(text, "other", keys, 1001 * HOUR, pool),
           IPXE_TICKET_OTHER_SITE, "another site's is refused");
    is_int(read_at(text, "lab", other, 1001 * HOUR, pool),
           IPXE_TICKET_OTHER_KEY, "another key's is not called forged");
    is_int(ipxe_ticket_read(&got, text, IPXE_TICKET_MENU, "lab", keys,
                            1001 * HOUR, 4 * HOUR, pool),
           IPXE_TICKET_OTHER_KIND, "another kind's is refused");
    for (i = 0; text[i]; i++) {
        char *bent = apr_pstrdup(pool, text);

        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        good +=
            read_at(bent, "lab", keys, 1001 * HOUR, pool) == IPXE_TICKET_GOOD;
    }
    is_int(good, 0, "a change of any character is found");
    for (i = 0; text[i]; i++)
        good += read_at(apr_pstrndup(pool, text, i), "lab", keys, 1001 * HOUR,
                        pool) == IPXE_TICKET_GOOD;
    is_int(good, 0, "a cut ticket is none");
}

static void test_keys(const ipxe_keys_t *keys, const char *text,
                      apr_pool_t *pool)
{
    ipxe_ticket_t ticket = sample();
    const char *line;

    is_int(read_at(ipxe_ticket_write(
                       &ticket, ipxe_keys_parse(two, strlen(two), pool), pool),
                   "lab", keys, 1001 * HOUR, pool),
           IPXE_TICKET_GOOD, "the second key of a file verifies too");
    ok(!ipxe_keys_parse("short\n", 6, pool), "a short line is no key");
    is_int(ipxe_keys_generate(&line, pool), APR_SUCCESS, "a key is made");
    ok(ipxe_keys_parse(line, strlen(line), pool) != NULL, "and is one");
    ticket.facts = apr_psprintf(pool, "%0600d", 1);
    is(ipxe_ticket_write(&ticket, keys, pool), NULL,
       "a ticket too long for a command line is not written");
    is_int(read_at("", "lab", keys, 0, pool), IPXE_TICKET_MALFORMED,
           "nothing is no ticket");
    is_int(read_at(".", "lab", keys, 0, pool), IPXE_TICKET_MALFORMED,
           "a dot is no ticket");
    ok(strlen(text) <= 600, "an ordinary ticket is short");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    ipxe_keys_t *keys = ipxe_keys_parse(one, strlen(one), pool);
    ipxe_ticket_t ticket = sample();
    const char *text = ipxe_ticket_write(&ticket, keys, pool);

    test_round_trip(keys, text, pool);
    test_refused(keys, text, pool);
    test_keys(keys, text, pool);
    return tap_end(pool);
}
