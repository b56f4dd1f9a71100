/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to machines: hostile bytes, junk, absent and not told, tickets. */
#include "machine/machine.h"

#include "base/text.h"
#include "tap.h"

static ipxe_machine_t *ask(const char *query, const char *form,
                           apr_pool_t *pool)
{
    ipxe_machine_input_t input;

    memset(&input, 0, sizeof(input));
    input.query = query;
    input.query_len = query ? strlen(query) : 0;
    input.form = form;
    input.form_len = form ? strlen(form) : 0;
    return ipxe_machine_parse(&input, pool);
}

/* A fact's text, "(absent)" or "(not told)". */
static const char *fact(const ipxe_machine_t *machine, const char *name)
{
    const ipxe_told_t *told = &machine->facts[ipxe_fact_find(name)];

    if (told->state == IPXE_PRESENT)
        return told->text;
    return told->state == IPXE_ABSENT ? "(absent)" : "(not told)";
}

static void test_bytes(apr_pool_t *pool)
{
    static const struct {
        const char *query, *name, *want, *about;
    } cases[] = {
        {"serial=%20SN%20%20%201%20", "serial", "SN 1", "blanks are folded"},
        {"serial=A+B", "serial", "A+B", "a plus sign is a plus sign"},
        {"serial=100%", "serial", "100%", "a lone % stays"},
        {"serial=%ZZ9", "serial", "%ZZ9", "an escape that is none stays"},
        {"serial=%4", "serial", "%4", "half an escape stays"},
        {"serial=S%00N", "serial", "SN", "NUL is dropped"},
        {"serial=caf%C3%A9", "serial", "caf\xc3\xa9", "UTF-8 is kept"},
        {"serial=caf\xc3\xa9", "serial", "caf\xc3\xa9", "and raw too"},
        {"serial=caf%FFFFFFC3%FFFFFFA9", "serial", "caf\xc3\xa9",
         "bytes signed to 32 bits are read"},
        {"serial=caf%FFFFFFFFFFFFFFC3%FFFFFFFFFFFFFFA9", "serial",
         "caf\xc3\xa9", "bytes signed to 64 bits are read"},
        {"serial=%FF%C3%A9", "serial", "\xef\xbf\xbd\xc3\xa9",
         "a byte FF is no sign"},
        {"serial=%FFFFFF41", "serial", "\xef\xbf\xbd" "FFFF41",
         "no byte below 80 has a sign"},
        {"serial=caf%E9", "serial", "caf\xef\xbf\xbd",
         "broken UTF-8 is replaced"},
        {"serial=\xed\xa0\x80x", "serial",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx",
         "surrogates are broken UTF-8"},
        {"serial=a%0D%0Ab%1B%5B1m", "serial", "a b[1m",
         "controls are taken out, ends of lines are blanks"},
        {"serial=a%E2%80%AEb", "serial", "ab",
         "characters that turn the reading direction are out"},
        {"serial=%F0%9F%98%80", "serial", "\xf0\x9f\x98\x80",
         "four bytes are one character"},
        {"serial=a=b==", "serial", "a=b==", "later = belong to the value"},
        {"serial", "serial", "(absent)", "a name alone is absent"},
        {"serial=", "serial", "(absent)", "empty is absent"},
        {"serial=%20", "serial", "(absent)", "blank is absent"},
        {"mac=", "serial", "(not told)", "what is not named is not told"},
        {"&&&serial=x&&", "serial", "x", "empty pieces are nothing"},
        {"=x&serial=y", "serial", "y", "a piece without a name is dropped"},
        {"serial=a&serial=b", "serial", "a", "of two the first counts"},
        {"SERIAL=a", "serial", "a", "names are not case-sensitive"},
        {"board-serial=a", "board_serial", "a", "'-' stands for '_'"},
        {"%73erial=a", "serial", "a", "names are decoded"},
        {"serial.hex=534e2b3126", "serial", "SN+1&", "hex is read"},
        {"serial=no&serial.hex=53:4e", "serial", "SN", "hex wins"},
        {"serial=no&serial.hex=5", "serial", "no", "unless it is none"},
        {"serial=no&serial.hex=", "serial", "no", "or is empty"},
        {"serial.hex=&serial=no", "serial", "no", "wherever it stands"},
        {"serial.hex=", "serial", "(absent)", "empty hex alone is absent"},
        {"serial.hex=zz", "serial", "(absent)", "broken hex alone too"},
        {"mac.hex=", "mac", "(absent)", "for a MAC too"},
        {"mac.hex=zz&mac=525400123456", "mac", "52:54:00:12:34:56",
         "a MAC wins over what is none"},
        {"serial.hex.hex=5a&serial=S", "serial", "S",
         "hex of hex is no fact"},
        {"serial.hex=00", "serial", "(absent)", "a NUL in hex is nothing"},
        {"serial.hex=c3a9", "serial", "\xc3\xa9", "hex is exact"},
        {"mac.hex=525400123456", "mac", "52:54:00:12:34:56",
         "a MAC in hex is a MAC"},
        {"manufacturer=A&B&serial=x", "manufacturer", "A&B",
         "an unescaped & of a vendor's name is joined back"},
        {"manufacturer=A%20&%20B&serial=x", "serial", "x",
         "and the next fact is found"},
        {"manufacturer=A&&B", "manufacturer", "A&&B", "two of them too"},
        {"manufacturer=A&serial", "manufacturer", "A",
         "a fact's name is no part of it"},
        {"manufacturer=A&", "manufacturer", "A", "an & at the end is none"},
        {"platform=PCBIOS", "platform", "pcbios", "platform in lower case"},
        {"buildarch=i386", "arch", "i386", "buildarch is arch"},
        {"buildarch=i386", "cpu", "x86_64", "i386 runs on 64 bits"},
        {"arch=i386&cpu64=0", "cpu", "i386", "unless it says not"},
        {"arch=arm64", "cpu", "arm64", "others are what they are"},
        {"cpu=arm64", "cpu", "(not told)", "cpu is derived, never sent"},
        {"ip=10.0.0.1", "ip", "(not told)", "nobody says his address"},
        {"cpu64=1", "cpu64", "true", "a truth"},
        {"cpu64=maybe", "cpu64", "(absent)", "no truth"},
        {"memsize=0x1000", "memsize", "4096", "a number in hex"},
        {"memsize=008192", "memsize", "8192", "a number"},
        {"memsize=lots", "memsize", "(absent)", "no number"},
        {"memsize=99999999999999999999", "memsize", "(absent)",
         "a number that is none"},
        {"uuid=%7b11112222333344445555666677778888%7d", "uuid",
         "11112222-3333-4444-5555-666677778888", "a UUID in any spelling"},
        {"uuid=00000000-0000-0000-0000-000000000000", "uuid", "(absent)",
         "zeros are no UUID"},
        {"uuid=FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "uuid", "(absent)",
         "nor are ones"},
        {"uuid=03000200-0400-0500-0006-000700080009", "uuid", "(absent)",
         "nor is a board's filler"},
        {"mac=00:00:00:00:00:00", "mac", "(absent)", "zeros are no card"},
        {"mac=banana", "mac", "(absent)", "nor is a word"},
        {"version=1.21.1", "version", "1.21.1", "the version is as sent"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is(fact(ask(cases[i].query, NULL, pool), cases[i].name),
           cases[i].want, cases[i].about);
}

static void test_junk(apr_pool_t *pool)
{
    static const char *const junk[] = {
        "To Be Filled By O.E.M.", "to%20be%20filled%20by%20o.e.m.",
        "Not Specified", "Default string", "System Serial Number", "None",
        "0", "Unknown", "........", "0000000", "-", "N/A", "XXXXXXX",
        "Not Applicable", "%20Default%20%20string%20", "0123456789",
        "System Product Name", "?"};
    static const char *const good[] = {"SN001", "0012345", "X", "F00F",
                                       "None of your business", "007"};
    apr_size_t i;

    for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
        is(fact(ask(apr_pstrcat(pool, "serial=", junk[i], NULL), NULL, pool),
                "serial"),
           "(absent)", apr_pstrcat(pool, junk[i], " is junk", NULL));
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        is(fact(ask(apr_pstrcat(pool, "serial=", good[i], NULL), NULL, pool),
                "serial"),
           good[i], apr_pstrcat(pool, good[i], " is none", NULL));
    is(ask("serial=%20Default%20string%07", NULL, pool)
           ->facts[IPXE_FACT_SERIAL].raw,
       " Default string", "the raw text stays, without controls");
}

static void test_cards(apr_pool_t *pool)
{
    ipxe_machine_t *machine =
        ask("mac1=525400000002&mac0=52-54-00-00-00-01&mac2=&mac3=zero"
            "&mac=5254.0000.0002&mac4=52:54:00:00:00:01&mac31=525400000031"
            "&mac32=525400000032&mac01=x", NULL, pool);
    apr_array_header_t *macs = apr_array_make(pool, 1, sizeof(char *));

    is(fact(machine, "mac"), "52:54:00:00:00:02", "the booting card");
    is(fact(machine, "macs"),
       "52:54:00:00:00:02 52:54:00:00:00:01 52:54:00:00:00:31",
       "the booting card first, none twice, junk left out");
    is_int(machine->mac_count, 3, "counted");
    is(ipxe_machine_arg(machine, "mac32"), "525400000032",
       "a 33rd card is only an argument");
    is(fact(ask("serial=x", NULL, pool), "macs"), "(not told)",
       "no card is told");
    is(fact(ask("mac0=", NULL, pool), "macs"), "(absent)",
       "a card is told, and none is there");
    APR_ARRAY_PUSH(macs, const char *) = "52:54:00:00:00:02";
    ipxe_machine_ignore(machine, macs, NULL);
    is(fact(machine, "mac"), "(absent)", "a card that is ignored is absent");
    is(fact(machine, "macs"), "52:54:00:00:00:01 52:54:00:00:00:31",
       "among the others too");
}

static void test_args(apr_pool_t *pool)
{
    ipxe_machine_t *machine =
        ask("rack=7&rack=8&note=a&b&ask.hostname=web%2001&x.hex=4142&flag"
            "&odd.hex=4&none.hex=&y.hex=&y=2&z=1&z.hex=43", "rack=6&serial=F&ask.pin.hex=31", pool);

    is(ipxe_machine_arg(machine, "rack"), "6",
       "the form's argument counts before the query's");
    is_int(machine->args->nelts, 8, "each stands once");
    is(APR_ARRAY_IDX(machine->args, 0, ipxe_arg_t).name, "rack",
       "in the order sent");
    is(ipxe_machine_arg(machine, "note"), "a&b", "& is joined back");
    is(ipxe_machine_arg(machine, "x"), "AB", "hex works for arguments");
    is(ipxe_machine_arg(machine, "odd.hex"), "4",
       "what is no hex keeps its name");
    is(ipxe_machine_arg(machine, "none"), "", "empty hex is empty");
    is(ipxe_machine_arg(machine, "y"), "2", "and gives way to a text");
    is(ipxe_machine_arg(machine, "z"), "C", "hex wins over a text");
    is(ipxe_machine_arg(machine, "flag"), "", "a name alone is empty text");
    is(ipxe_machine_ask(machine, "hostname"), "web 01", "an answer");
    is(ipxe_machine_ask(machine, "pin"), "1", "an answer in hex");
    ok(!ipxe_machine_arg(machine, "ask.hostname"),
       "an answer is no argument");
    is(fact(machine, "serial"), "F", "facts come by form too");
}

static void test_limits(apr_pool_t *pool)
{
    ipxe_text_t *many = ipxe_text_make(4096, pool);
    ipxe_text_t *large = ipxe_text_make(4096, pool);
    ipxe_machine_t *machine;
    int i;

    for (i = 0; i < 300; i++)
        ipxe_text_addf(many, "a%d=1&", i);
    ipxe_text_add(many, "serial=late");
    machine = ask(many->data, NULL, pool);
    is_int(machine->args->nelts, 200, "200 arguments are read");
    is_int(machine->dropped, 101, "the others are counted");
    ipxe_text_add(large, "serial=");
    for (i = 0; i < 1025; i++)
        ipxe_text_add(large, "x");
    ipxe_text_add(large, "&asset=a");
    machine = ask(large->data, NULL, pool);
    is(fact(machine, "serial"), "(absent)", "a fact too long is absent");
    is(fact(machine, "asset"), "a", "the next is read");
    is_int(machine->dropped, 1, "it is counted");
    large = ipxe_text_make(4096, pool);
    for (i = 0; i < 20; i++) {
        int j;

        ipxe_text_addf(large, "b%d=", i);
        for (j = 0; j < 1000; j++)
            ipxe_text_add(large, "y");
        ipxe_text_add(large, "&");
    }
    machine = ask(large->data, NULL, pool);
    ok(machine->args->nelts == 17 && machine->dropped > 0,
       "nothing is read past 16 KiB");
}

static void test_connection(apr_pool_t *pool)
{
    ipxe_machine_input_t input;
    ipxe_machine_t *machine;

    memset(&input, 0, sizeof(input));
    input.user_agent = "iPXE/1.0.0+git-20190125.36a4c85-5.1";
    input.ip = "::FFFF:10.0.0.7";
    machine = ipxe_machine_parse(&input, pool);
    is(fact(machine, "version"), "1.0.0+git-20190125.36a4c85-5.1",
       "the User-Agent tells the version");
    is(fact(machine, "ip"), "10.0.0.7", "IPv4 in IPv6 is IPv4");
    input.query = "version=2.0.0";
    input.query_len = strlen(input.query);
    is(fact(ipxe_machine_parse(&input, pool), "version"), "2.0.0",
       "what is sent wins");
    input.user_agent = "curl/8.1";
    input.query = NULL;
    input.ip = "fd00::1%eth0";
    machine = ipxe_machine_parse(&input, pool);
    is(fact(machine, "version"), "(not told)", "others tell none");
    is(fact(machine, "ip"), "fd00::1", "an address has no zone");
}

static void test_query(apr_pool_t *pool)
{
    static const char query[] =
        "mac=52:54:00:00:00:02&mac0=52:54:00:00:00:01&platform=efi"
        "&arch=x86_64&serial=S%2BN%20%261%C3%A9&asset=&memsize=64"
        "&rack=7%3D&x%20y=";
    ipxe_machine_t *machine = ask(query, NULL, pool);

    is(ipxe_machine_query(machine, pool), query,
       "a machine is a query in normal form");
    machine = ask("serial=%20S&ask.secret=x&arch=I386", NULL, pool);
    ipxe_machine_set(machine, IPXE_FACT_IP, "10.0.0.7");
    is(ipxe_machine_query(machine, pool), "arch=i386&serial=S&ip=10.0.0.7",
       "without answers, with the address");
    is(ipxe_machine_query(ask("arch=i386&serial=S&ip=10.0.0.7", NULL, pool),
                          pool), "arch=i386&serial=S",
       "an address that was sent is not repeated");
    is(ipxe_machine_query(ask("mac0=", NULL, pool), pool), "mac0=",
       "no card stays told");
}

static apr_array_header_t *names(const char *list, apr_pool_t *pool)
{
    return ipxe_text_split(list, " ", pool);
}

static void test_packed(apr_pool_t *pool)
{
    ipxe_machine_t *machine =
        ask("mac=525400000002&mac0=525400000001&serial=A%26%25B%3D+%C3%A9"
            "&asset=&uuid=11112222-3333-4444-5555-666677778888&product=P"
            "&rack=7%26&row=1&ask.host=web&ask.pin=9&arch=i386",
            NULL, pool);
    const char *packed = ipxe_machine_pack(
        machine,
        IPXE_FACT_BIT(IPXE_FACT_MAC) | IPXE_FACT_BIT(IPXE_FACT_MACS) |
            IPXE_FACT_BIT(IPXE_FACT_SERIAL) |
            IPXE_FACT_BIT(IPXE_FACT_ASSET) | IPXE_FACT_BIT(IPXE_FACT_SKU) |
            IPXE_FACT_BIT(IPXE_FACT_UUID) | IPXE_FACT_BIT(IPXE_FACT_CPU),
        names("rack none", pool), names("host", pool), pool);
    ipxe_machine_input_t input;

    is(packed,
       "m=525400000002&M=525400000002 525400000001&C=x86_64"
       "&u=11112222333344445555666677778888&s=A%26%25B%3D+\xc3\xa9&t="
       "&-rack=7%26&+host=web", "a short form");
    memset(&input, 0, sizeof(input));
    input.query = "serial=forged&sku=forged&row=2&rack=8&ask.pin=1&ask.host=z";
    input.query_len = strlen(input.query);
    input.user_agent = "iPXE/2.0.0";
    input.ip = "10.0.0.9";
    machine = ipxe_machine_unpack(packed, &input, pool);
    is(fact(machine, "macs"), "52:54:00:00:00:02 52:54:00:00:00:01",
       "the cards are back");
    is(fact(machine, "serial"), "A&%B=+\xc3\xa9", "and the text");
    is(fact(machine, "uuid"), "11112222-3333-4444-5555-666677778888",
       "and the UUID");
    is(fact(machine, "cpu"), "x86_64", "and what was derived");
    is(fact(machine, "asset"), "(absent)", "absent stays absent");
    is(fact(machine, "sku"), "(not told)",
       "a request adds no fact to a ticket");
    is(fact(machine, "product"), "(not told)", "what was not chosen is out");
    is(fact(machine, "ip"), "10.0.0.9", "the address is the request's");
    is(fact(machine, "version"), "2.0.0", "the version too");
    is(ipxe_machine_arg(machine, "rack"), "7&", "a ticket's argument wins");
    is(ipxe_machine_arg(machine, "row"), "2", "a request adds others");
    is(ipxe_machine_ask(machine, "host"), "web", "so with answers");
    is(ipxe_machine_ask(machine, "pin"), "1", "that are added");
    is(ipxe_machine_pack(machine, 0, NULL, NULL, pool), "",
       "nothing packs to nothing");
    machine = ipxe_machine_unpack("&&=&x&zz=1&s", &input, pool);
    is(fact(machine, "serial"), "(absent)", "odd texts unpack to something");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_bytes(pool);
    test_junk(pool);
    test_cards(pool);
    test_args(pool);
    test_limits(pool);
    test_connection(pool);
    test_query(pool);
    test_packed(pool);
    return tap_end(pool);
}
