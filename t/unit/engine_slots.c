/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots: who is given one, who waits, who is next, what frees one. */
#include "engine/slots.h"

#include <apr_strings.h>
#include <stdlib.h>

#include "t/unit/tap.h"

#define SECOND APR_USEC_PER_SEC
#define MINUTE (60 * SECOND)

static ipxe_slots_t *slots;
static apr_time_t now;
static apr_pool_t *pool;

static ipxe_slots_ask_t ask_of(const char *site, int machine, int most)
{
    ipxe_slots_ask_t ask = {site,   apr_psprintf(pool, "mac %d", machine),
                            most,   MINUTE,
                            5 * MINUTE, now};

    return ask;
}

static ipxe_turn_t turn(int machine, int most, ipxe_slot_act_e act)
{
    ipxe_slots_ask_t ask = ask_of("", machine, most);
    ipxe_turn_t made;

    ipxe_slots_turn(&made, slots, &ask, act);
    return made;
}

static ipxe_turn_t ask(int machine)
{
    return turn(machine, 2, IPXE_SLOT_ASK);
}

static ipxe_turn_t stay(int machine)
{
    return turn(machine, 2, IPXE_SLOT_STAY);
}

static void file(int machine, ipxe_slot_file_e what)
{
    ipxe_slots_ask_t asked = ask_of("", machine, 2);

    ipxe_slots_file(slots, &asked, what);
}

static ipxe_slots_count_t count(const char *site)
{
    ipxe_slots_count_t made;

    ipxe_slots_count(&made, slots, site, now);
    return made;
}

static void begin(void)
{
    memset(slots, 0, ipxe_slots_size());
    now = 1000 * SECOND;
}

static void test_queue(void)
{
    ipxe_turn_t t;

    begin();
    ok(ask(1).given && ask(2).given, "two slots are given");
    t = ask(3);
    ok(!t.given && t.place == 1 && t.most == 2, "the third is first in line");
    ok(t.seconds >= IPXE_SLOTS_SOONEST && t.seconds <= IPXE_SLOTS_LATEST,
       "and comes again soon");
    is_int(ask(4).place, 2, "the fourth is second");
    is_int(ask(3).place, 1, "who asks anew keeps its place");
    is_int(stay(4).place, 2, "who waits too");
    ok(ask(1).given, "and who has a slot has it");
    is_int(count("").taken, 2, "it has no second one");
    is_int(count("").waiting, 2, "nor is anybody twice in line");
    t = stay(5);
    ok(!t.given && !t.place, "who was never there stays nobody");
    file(2, IPXE_SLOT_LAST);
    t = stay(4);
    ok(!t.given && t.place == 1, "a free slot is kept for the first");
    t = ask(6);
    ok(!t.given && t.place == 2, "and no newcomer takes it");
    ok(stay(3).given, "the first has it when it asks");
    turn(1, 2, IPXE_SLOT_LEAVE);
    ok(stay(4).given, "a boot of something else frees one");
    is_int(stay(6).place, 1, "the last is first now");
    ok(turn(6, 3, IPXE_SLOT_STAY).given, "more slots let more in");
    turn(9, 1, IPXE_SLOT_STAY);
    file(3, IPXE_SLOT_LAST);
    file(4, IPXE_SLOT_LAST);
    is_int(count("").taken, 1, "where there are fewer, those are not ended");
}

static void test_news(void)
{
    int i;
    ipxe_turn_t t;

    begin();
    for (i = 1; i <= 10; i++)
        ask(i);
    is_int(ask(10).place, 8, "the last of ten is eighth");
    turn(3, 2, IPXE_SLOT_LEAVE);
    t = stay(10);
    ok(t.place == 7 && !t.news, "seventh is hardly new");
    for (i = 4; i <= 6; i++)
        turn(i, 2, IPXE_SLOT_LEAVE);
    t = stay(10);
    ok(t.place == 4 && t.news, "half the place is news");
    t = stay(10);
    ok(t.place == 4 && !t.news, "once");
    t = ask(10);
    ok(t.place == 4 && !t.news, "who asks is told anyway");
}

static void test_downloads(void)
{
    begin();
    ask(1);
    ask(2);
    ask(3);
    file(1, IPXE_SLOT_BEGAN);
    file(1, IPXE_SLOT_LOADED);
    file(3, IPXE_SLOT_LAST);
    file(7, IPXE_SLOT_BROKEN);
    ok(!stay(3).given, "a kernel frees nothing, nor do others' files");
    file(1, IPXE_SLOT_BROKEN);
    ok(stay(3).given, "a broken download does");
    file(1, IPXE_SLOT_LAST);
    is_int(count("").taken, 2, "what comes later changes nothing");
    is_int((int)count("").ended[IPXE_SLOT_END_BROKEN], 1, "it is counted");
    file(2, IPXE_SLOT_LAST);
    is_int((int)count("").ended[IPXE_SLOT_END_LOADED], 1, "each by its kind");
    is_int(count("").taken, 1, "one is left");
}

static void test_time(void)
{
    ipxe_slots_count_t c;

    begin();
    ask(1);
    ask(2);
    ask(3);
    file(2, IPXE_SLOT_BEGAN);
    now += MINUTE + SECOND;
    ask(4);
    ok(!ask(2).given || count("").taken == 2, "two at most");
    is_int((int)count("").ended[IPXE_SLOT_END_TIME], 1,
           "who fetches nothing has lost it");
    is_int(count("").waiting, 1, "and who is late is passed over");
    ok(ask(4).given, "so the next has it");
    now += 5 * MINUTE;
    c = count("");
    is_int(c.taken, 0, "nor is a download for ever");
    begin();
    ask(1);
    for (; now < 1000 * SECOND + 5 * MINUTE; now += 20 * SECOND) {
        ask(1);
        file(1, IPXE_SLOT_BEGAN);
    }
    is_int(count("").taken, 0, "nor who boots again and again");
}

static void test_vanished(void)
{
    begin();
    ask(1);
    ask(2);
    ask(3);
    ask(4);
    file(1, IPXE_SLOT_LAST);
    for (; now < 1000 * SECOND + 50 * SECOND; now += 2 * SECOND) {
        file(2, IPXE_SLOT_BEGAN);
        if (stay(4).given)
            break;
    }
    ok(now > 1015 * SECOND, "a slot is kept a while for who was called");
    ok(now < 1050 * SECOND, "but not long");
    is_int((int)count("").late, 1, "it was late");
    is_int(ask(5).place, 1, "others come");
    is_int(stay(3).place, 1, "but when it comes it is the first again");
    is_int(stay(5).place, 2, "before them");
    now += 21 * SECOND + IPXE_SLOTS_LATEST * SECOND;
    is_int(ask(6).place, 1, "who is late has no place for others");
    file(2, IPXE_SLOT_LAST);
    ok(ask(6).given, "and is passed over");
    file(4, IPXE_SLOT_LAST);
    ok(ask(7).given, "however many slots there are");
    is_int(stay(5).place, 1, "it waits on");
    turn(6, 2, IPXE_SLOT_LEAVE);
    ok(stay(5).given, "and is the next");
    turn(7, 2, IPXE_SLOT_LEAVE);
    ok(stay(3).given, "as who was late before it, where there is a slot");
    begin();
    ask(1);
    ask(2);
    ask(3);
    now += 6 * MINUTE;
    is_int((int)count("").lost, 1, "who comes no more is forgotten");
    ok(!stay(3).place && !stay(3).given, "and has lost its place");
}

static void test_sites(void)
{
    ipxe_slots_ask_t a = ask_of("a", 1, 1), b = ask_of("b", 1, 1);
    ipxe_slots_ask_t c = ask_of("b", 2, 1);
    ipxe_turn_t t;

    begin();
    a.now = b.now = c.now = now;
    ipxe_slots_turn(&t, slots, &a, IPXE_SLOT_ASK);
    ok(t.given, "a tenant has its slots");
    ipxe_slots_turn(&t, slots, &b, IPXE_SLOT_ASK);
    ok(t.given, "another has its own");
    ipxe_slots_turn(&t, slots, &c, IPXE_SLOT_ASK);
    is_int(t.place, 1, "and its own queue");
    ipxe_slots_file(slots, &a, IPXE_SLOT_LAST);
    ipxe_slots_look(&t, slots, &c);
    ok(!t.given && t.place == 1, "which is looked at");
    ipxe_slots_look(&t, slots, &b);
    ok(t.given, "as who has one");
    a.machine = "mac 9";
    ipxe_slots_look(&t, slots, &a);
    ok(!t.given && !t.place, "and who has none");
    is_int(count("a").taken, 0, "each counts");
    is_int(count("b").waiting, 1, "for itself");
    is_int(count("c").taken, 0, "and nobody for who never asked");
}

/* What a process leaves behind that died in the midst of a change. */
static void test_broken_table(void)
{
    unsigned char *bytes = (unsigned char *)slots;
    int i;

    begin();
    for (i = 1; i <= 40; i++)
        ask(i);
    /* Two sums of the first tenant: how many slots are taken, who waits. */
    memset(bytes + 28, 0x11, 8);
    now += SECOND;
    is_int(count("").taken, 2, "slots are counted anew");
    is_int(count("").waiting, 38, "and who waits");
    file(1, IPXE_SLOT_LAST);
    ok(stay(3).given, "the queue goes on");
}

/* Nobody is overtaken, no slot is lost or given twice, whatever happens. */
static void test_storm(void)
{
    enum { MACHINES = 3000, MOST = 50 };
    static int joined[MACHINES], given[MACHINES], done[MACHINES];
    static apr_time_t due[MACHINES], loaded[MACHINES];
    int i, taken = 0, most = 0, last = -1, overtaken = 0, left = MACHINES;

    begin();
    for (i = 0; i < MACHINES; i++)
        due[i] = now + i; /* one after the other */
    for (; left && now < 5000 * SECOND; now += SECOND / 4) {
        for (i = 0; i < MACHINES; i++) {
            ipxe_slots_ask_t a = ask_of("", i, MOST);
            ipxe_turn_t t;

            if (given[i] && !done[i] && loaded[i] <= now) {
                ipxe_slots_file(slots, &a, IPXE_SLOT_LAST);
                done[i] = 1;
                taken--;
                left--;
            }
            if (given[i] || due[i] > now)
                continue;
            ipxe_slots_turn(&t, slots, &a,
                            joined[i] ? IPXE_SLOT_STAY : IPXE_SLOT_ASK);
            joined[i] = 1;
            due[i] = now + t.seconds * SECOND;
            if (!t.given)
                continue;
            given[i] = 1;
            loaded[i] = now + (3 + i % 5) * SECOND;
            overtaken += i < last - MOST;
            last = i > last ? i : last;
            if (++taken > most)
                most = taken;
        }
        apr_pool_clear(pool);
    }
    is_int(left, 0, "all boot");
    ok(most <= MOST, "never more at once than there are slots");
    is_int(overtaken, 0, "and nobody is overtaken by more than a round");
    is_int(count("").taken, 0, "no slot is left behind");
    is_int((int)count("").lost, 0, "nobody lost a place");
    is_int((int)count("").given, MACHINES, "each had one slot");
    ok(now < 1000 * SECOND + (apr_time_t)MACHINES / MOST * 8 * SECOND,
       "and slots are seldom idle");
    printf("# %d s\n", (int)((now - 1000 * SECOND) / SECOND));
}

static void test_machine(void)
{
    ipxe_machine_input_t input = {.ip = "10.0.0.9"};
    ipxe_machine_t *machine = ipxe_machine_parse(&input, pool);
    ipxe_fact_e fact;

    is(ipxe_slots_machine(&fact, machine, pool), "ip 10.0.0.9",
       "a machine that says nothing has its address");
    ipxe_machine_set(machine, IPXE_FACT_SERIAL, "S1");
    is(ipxe_slots_machine(NULL, machine, pool), "serial S1", "else its serial");
    ipxe_machine_set(machine, IPXE_FACT_MAC, "52-54-00-00-00-01");
    is(ipxe_slots_machine(&fact, machine, pool), "mac 52:54:00:00:00:01",
       "else its card");
    is_int(fact, IPXE_FACT_MAC, "as it says");
    is(ipxe_slot_end_word(IPXE_SLOT_END_TIME), "time", "ends have words");
}

/* The last of the table are its entries: a key, a number in the queue, and 32
 * bytes each. */
static void test_full(void)
{
    unsigned char *bytes = (unsigned char *)slots;
    apr_size_t numbers = IPXE_MAX_SLOT_MACHINES * 12;
    apr_size_t from = ipxe_slots_size() - numbers - IPXE_MAX_SLOT_MACHINES * 32;
    ipxe_turn_t t;

    begin();
    ask(1);
    ask(2);
    memset(bytes + from, 1, numbers);
    memset(bytes + from + numbers, 0, IPXE_MAX_SLOT_MACHINES * 32);
    t = ask(3);
    ok(!t.given && t.place == 1 && t.seconds == IPXE_SLOTS_LATEST,
       "where there is no room a machine waits");
    now += SECOND;
    ok(ask(3).given, "until there is some");
    memset(bytes, 1, ipxe_slots_size());
    ok(ask(4).given, "more tenants than there can be have no limit");
}

int main(void)
{
    apr_pool_t *whole = tap_start();

    apr_pool_create(&pool, whole);
    slots = calloc(1, ipxe_slots_size());
    test_queue();
    test_news();
    test_downloads();
    test_time();
    test_vanished();
    test_sites();
    test_broken_table();
    test_storm();
    test_machine();
    test_full();
    free(slots);
    return tap_end(whole);
}
