/* SPDX-License-Identifier: Apache-2.0 */
/* The table of boot slots: entries found by a hash, the queue by numbers. */
#include "engine/slots.h"

#include <apr_strings.h>
#include <string.h>

#define LOOK_EVERY APR_USEC_PER_SEC

/* How long a boot takes before one was seen. */
#define FIRST_GUESS apr_time_from_sec(20)

#define ENTRIES IPXE_MAX_SLOT_MACHINES

typedef struct entry_t {
    apr_time_t until; /* past: its slot is free; it is late */
    apr_time_t since; /* when it asked first, when it got the slot */
    apr_uint32_t told; /* its place, as the console says */
    apr_uint32_t turn; /* its number in the queue */
    int site;
    int called; /* the slot is kept for it, and it does not know */
} entry_t;

typedef struct site_t {
    apr_uint64_t key; /* 0: free */
    int most, taken, waiting;
    apr_interval_time_t boot; /* how long a slot is taken, lately */
    apr_uint64_t ended[IPXE_SLOT_ENDS], late, lost, given, usec;
    apr_uint64_t waited[IPXE_SLOTS_BUCKETS];
} site_t;

/* What is looked at most lies together. */
struct ipxe_slots_t {
    apr_time_t looked;
    apr_uint32_t last_turn;
    site_t sites[IPXE_MAX_SLOT_SITES];
    apr_uint64_t keys[ENTRIES];  /* 0: the entry is free; written last */
    apr_uint32_t turns[ENTRIES]; /* its number in the queue; 0: it has a slot */
    entry_t entries[ENTRIES];
};

static const int bounds[IPXE_SLOTS_BUCKETS] = {0,  5,   15,  60,
                                               180, 600, 1800, 7200};

static const char *const end_words[IPXE_SLOT_ENDS] = {"loaded", "broken",
                                                      "left", "time"};

/* A question under way. */
typedef struct asked_t {
    ipxe_slots_t *slots;
    const ipxe_slots_ask_t *ask;
    apr_uint64_t key;
    int site;
    int at;   /* its entry, or -1 */
    int room; /* a free entry where it may stand, or -1 */
} asked_t;

apr_size_t ipxe_slots_size(void)
{
    return sizeof(ipxe_slots_t);
}

const char *ipxe_slot_end_word(ipxe_slot_end_e end)
{
    return end_words[end];
}

const char *ipxe_slots_machine(ipxe_fact_e *fact, const ipxe_machine_t *machine,
                               apr_pool_t *pool)
{
    static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                        IPXE_FACT_SERIAL, IPXE_FACT_IP};
    const char *text = NULL;
    apr_size_t i;

    for (i = 0; !text && i < sizeof(facts) / sizeof(*facts); i++)
        text = ipxe_machine_fact(machine, facts[i]);
    i -= i > 0;
    if (fact)
        *fact = facts[i];
    return apr_pstrcat(pool, ipxe_fact_name(facts[i]), " ", text ? text : "",
                       NULL);
}

/* ---- Finding ---- */

/* FNV-1a; never 0. */
static apr_uint64_t hash_of(apr_uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    hash = (hash ^ '\n') * 1099511628211ULL;
    return hash ? hash : 1;
}

static apr_uint64_t hash_of_site(const char *site)
{
    return hash_of(14695981039346656037ULL, site);
}

/* -1 where no site of that name is known. */
static int find_site(const ipxe_slots_t *slots, apr_uint64_t key)
{
    int i;

    for (i = 0; i < IPXE_MAX_SLOT_SITES; i++)
        if (slots->sites[i].key == key)
            return i;
    return -1;
}

static int take_site(ipxe_slots_t *slots, apr_uint64_t key)
{
    int i = find_site(slots, key);

    if (i < 0)
        i = find_site(slots, 0);
    if (i >= 0)
        slots->sites[i].key = key;
    return i;
}

static void find_entry(asked_t *asked)
{
    const apr_uint64_t *keys = asked->slots->keys;
    apr_uint32_t from = (apr_uint32_t)(asked->key >> 20), i;

    asked->at = asked->room = -1;
    for (i = 0; i < IPXE_SLOT_WAYS; i++) {
        apr_uint32_t at = (from + i) % ENTRIES;

        if (keys[at] == asked->key) {
            asked->at = (int)at;
            return;
        }
        if (!keys[at] && asked->room < 0)
            asked->room = (int)at;
    }
}

static site_t *site_of(const asked_t *asked)
{
    return &asked->slots->sites[asked->site];
}

static entry_t *entry_of(const asked_t *asked)
{
    return &asked->slots->entries[asked->at];
}

static int is_waiting(const asked_t *asked)
{
    return asked->at >= 0 && asked->slots->turns[asked->at];
}

/* ---- The queue ---- */

/* One turn is before another, though numbers begin anew some day. */
static int is_before(apr_uint32_t one, apr_uint32_t other)
{
    return (apr_int32_t)(one - other) < 0;
}

/* It waits there, and is not late. */
static int is_there(const ipxe_slots_t *slots, int at, int site, apr_time_t now)
{
    const entry_t *entry = &slots->entries[at];

    return slots->turns[at] && slots->keys[at] && entry->site == site &&
           entry->until > now;
}

static int place_of(const asked_t *asked)
{
    const ipxe_slots_t *slots = asked->slots;
    apr_uint32_t mine = slots->turns[asked->at];
    int place = 1, i;

    for (i = 0; i < ENTRIES; i++)
        if (slots->turns[i] && is_before(slots->turns[i], mine) &&
            is_there(slots, i, asked->site, asked->ask->now))
            place++;
    return place;
}

/* Who waits longest; -1: nobody does. */
static int first_of(const ipxe_slots_t *slots, int site, apr_time_t now)
{
    int first = -1, i;

    for (i = 0; i < ENTRIES; i++)
        if (slots->turns[i] &&
            (first < 0 || is_before(slots->turns[i], slots->turns[first])) &&
            is_there(slots, i, site, now))
            first = i;
    return first;
}

/* Keeps slots that are free for those who wait. */
static void call(ipxe_slots_t *slots, int number, apr_time_t now)
{
    site_t *site = &slots->sites[number];

    while (site->waiting > 0 && site->taken < site->most) {
        int first = first_of(slots, number, now);

        if (first < 0)
            return;
        slots->entries[first].called = 1;
        slots->turns[first] = 0;
        site->waiting--;
        site->taken++;
    }
}

/* ---- Leaving ---- */

static void forget(ipxe_slots_t *slots, int at)
{
    slots->keys[at] = 0;
    slots->turns[at] = 0;
}

/* How long boots take is known by those that came to an end. */
static void note_boot(site_t *site, apr_interval_time_t took)
{
    apr_interval_time_t before = site->boot ? site->boot : FIRST_GUESS;

    site->boot = before + (took - before) / 8;
}

static void end(ipxe_slots_t *slots, int at, ipxe_slot_end_e why,
                apr_time_t now)
{
    const entry_t *entry = &slots->entries[at];
    site_t *site = &slots->sites[entry->site];

    if (slots->turns[at]) {
        site->waiting--;
    }
    else {
        site->taken--;
        site->ended[why]++;
        if (!entry->called)
            note_boot(site, now - entry->since);
    }
    forget(slots, at);
}

/* ---- Each second ---- */

static void pass_time(ipxe_slots_t *slots, int at, apr_time_t now)
{
    entry_t *entry = &slots->entries[at];
    site_t *site = &slots->sites[entry->site];

    if (slots->turns[at]) {
        if (entry->until + IPXE_SLOTS_GONE > now)
            return;
        site->lost++;
        forget(slots, at);
    }
    else if (entry->called) {
        site->late++;
        entry->called = 0;
        slots->turns[at] = entry->turn;
    }
    else {
        site->ended[IPXE_SLOT_END_TIME]++;
        forget(slots, at);
    }
}

static void pass_times(ipxe_slots_t *slots, apr_time_t now)
{
    int i;

    for (i = 0; i < ENTRIES; i++) {
        if (!slots->keys[i])
            slots->turns[i] = 0;
        else if (slots->entries[i].until <= now)
            pass_time(slots, i, now);
    }
}

/* Not what was added up: a process may have died between two sums. */
static void count_anew(ipxe_slots_t *slots)
{
    int i;

    for (i = 0; i < IPXE_MAX_SLOT_SITES; i++)
        slots->sites[i].taken = slots->sites[i].waiting = 0;
    for (i = 0; i < ENTRIES; i++) {
        site_t *site = &slots->sites[slots->entries[i].site];

        if (!slots->keys[i])
            continue;
        if (slots->turns[i])
            site->waiting++;
        else
            site->taken++;
    }
}

static void look(ipxe_slots_t *slots, apr_time_t now)
{
    int i;

    if (now - slots->looked < LOOK_EVERY)
        return;
    slots->looked = now;
    pass_times(slots, now);
    count_anew(slots);
    for (i = 0; i < IPXE_MAX_SLOT_SITES; i++)
        call(slots, i, now);
}

/* ---- Asking ---- */

static void begin(asked_t *asked, ipxe_slots_t *slots,
                  const ipxe_slots_ask_t *ask)
{
    apr_uint64_t site = hash_of_site(ask->site);

    asked->slots = slots;
    asked->ask = ask;
    asked->key = hash_of(site, ask->machine);
    asked->site = take_site(slots, site);
    if (asked->site >= 0)
        site_of(asked)->most = ask->most;
    look(slots, ask->now);
    find_entry(asked);
}

/* What is left of the time that the machines before it take, seldom asked
 * when it is long, and not by all at once. */
static int seconds_for(const asked_t *asked, int place)
{
    const site_t *site = site_of(asked);
    apr_interval_time_t boot = site->boot ? site->boot : FIRST_GUESS;
    apr_int64_t left = apr_time_sec(boot * place / site->most) / 4;
    int seconds, spread;

    if (left > IPXE_SLOTS_LATEST)
        left = IPXE_SLOTS_LATEST;
    seconds = IPXE_SLOTS_SOONEST + (int)left * 3 / 4;
    spread = 2 + seconds / 4;
    seconds += (int)((asked->key + (apr_uint64_t)(asked->ask->now >> 10)) %
                     (apr_uint64_t)spread);
    return seconds < IPXE_SLOTS_LATEST ? seconds : IPXE_SLOTS_LATEST;
}

static void note_wait(site_t *site, apr_interval_time_t waited)
{
    int i;

    site->given++;
    site->usec += (apr_uint64_t)waited;
    for (i = 0; i < IPXE_SLOTS_BUCKETS; i++)
        if (waited <= apr_time_from_sec(bounds[i]))
            site->waited[i]++;
}

/* So long from now on, and never longer than `life` in all: a machine that
 * boots again and again holds up nobody. */
static void keep(const asked_t *asked, apr_interval_time_t span)
{
    const ipxe_slots_ask_t *ask = asked->ask;
    entry_t *entry = entry_of(asked);

    if (span > entry->since + ask->life - ask->now)
        span = entry->since + ask->life - ask->now;
    entry->until = ask->now + span;
}

/* It has one, and knows. */
static void give(ipxe_turn_t *turn, const asked_t *asked)
{
    entry_t *entry = entry_of(asked);

    if (entry->called) {
        note_wait(site_of(asked), asked->ask->now - entry->since);
        entry->since = asked->ask->now;
        entry->called = 0;
    }
    keep(asked, asked->ask->patience);
    turn->given = 1;
}

static void line_up(ipxe_turn_t *turn, const asked_t *asked,
                    ipxe_slot_act_e act)
{
    entry_t *entry = entry_of(asked);

    /* Who was late may be the next. */
    entry->until = asked->ask->now + IPXE_SLOTS_LATE;
    call(asked->slots, asked->site, asked->ask->now);
    if (!is_waiting(asked)) {
        give(turn, asked);
        return;
    }
    turn->place = place_of(asked);
    turn->seconds = seconds_for(asked, turn->place);
    turn->news = act == IPXE_SLOT_STAY &&
                 (apr_uint32_t)turn->place <= entry->told / 2;
    if (act == IPXE_SLOT_ASK || turn->news)
        entry->told = (apr_uint32_t)turn->place;
    entry->until = asked->ask->now + apr_time_from_sec(turn->seconds) +
                   IPXE_SLOTS_LATE;
}

/* A new one; its key is written last. */
static void enter(asked_t *asked)
{
    ipxe_slots_t *slots = asked->slots;
    site_t *site = site_of(asked);
    int free_now = site->taken < site->most;
    entry_t *entry;

    asked->at = asked->room;
    entry = entry_of(asked);
    memset(entry, 0, sizeof(*entry));
    entry->site = asked->site;
    entry->since = asked->ask->now;
    entry->until = asked->ask->now + IPXE_SLOTS_LATE;
    if (!free_now && ++slots->last_turn == 0)
        slots->last_turn = 1;
    entry->turn = slots->last_turn;
    slots->turns[asked->at] = free_now ? 0 : entry->turn;
    slots->keys[asked->at] = asked->key;
    if (free_now) {
        site->taken++;
        note_wait(site, 0);
    }
    else {
        site->waiting++;
    }
}

static void answer(ipxe_turn_t *turn, asked_t *asked, ipxe_slot_act_e act)
{
    if (asked->at < 0 && act == IPXE_SLOT_STAY)
        return;
    if (asked->at < 0 && asked->room < 0) {
        turn->place = site_of(asked)->waiting + 1;
        turn->seconds = IPXE_SLOTS_LATEST;
        return;
    }
    if (asked->at < 0)
        enter(asked);
    if (is_waiting(asked))
        line_up(turn, asked, act);
    else
        give(turn, asked);
}

void ipxe_slots_turn(ipxe_turn_t *turn, ipxe_slots_t *slots,
                     const ipxe_slots_ask_t *ask, ipxe_slot_act_e act)
{
    asked_t asked;

    if (act == IPXE_SLOT_LOOK) {
        ipxe_slots_look(turn, slots, ask);
        return;
    }
    memset(turn, 0, sizeof(*turn));
    turn->most = ask->most;
    begin(&asked, slots, ask);
    if (asked.site < 0) {
        turn->given = 1;
        return;
    }
    if (act != IPXE_SLOT_LEAVE)
        answer(turn, &asked, act);
    else if (asked.at >= 0)
        end(slots, asked.at, IPXE_SLOT_END_LEFT, ask->now);
    call(slots, asked.site, ask->now);
}

void ipxe_slots_look(ipxe_turn_t *turn, const ipxe_slots_t *slots,
                     const ipxe_slots_ask_t *ask)
{
    apr_uint64_t site = hash_of_site(ask->site);
    asked_t asked = {.ask = ask, .key = hash_of(site, ask->machine)};

    memset(turn, 0, sizeof(*turn));
    turn->most = ask->most;
    memcpy(&asked.slots, &slots, sizeof(slots)); /* it is only read */
    asked.site = find_site(slots, site);
    find_entry(&asked);
    if (asked.site < 0 || asked.at < 0)
        return;
    turn->given = !is_waiting(&asked);
    if (turn->given)
        return;
    turn->place = place_of(&asked);
    turn->seconds = seconds_for(&asked, turn->place);
}

/* ---- Downloads ---- */

void ipxe_slots_file(ipxe_slots_t *slots, const ipxe_slots_ask_t *ask,
                     ipxe_slot_file_e what)
{
    asked_t asked;

    begin(&asked, slots, ask);
    if (asked.site < 0 || asked.at < 0 || is_waiting(&asked) ||
        entry_of(&asked)->called)
        return;
    if (what == IPXE_SLOT_LAST)
        end(slots, asked.at, IPXE_SLOT_END_LOADED, ask->now);
    else if (what == IPXE_SLOT_BROKEN)
        end(slots, asked.at, IPXE_SLOT_END_BROKEN, ask->now);
    else
        keep(&asked, what == IPXE_SLOT_BEGAN ? ask->life : ask->patience);
    call(slots, asked.site, ask->now);
}

/* ---- Counts ---- */

void ipxe_slots_count(ipxe_slots_count_t *count, ipxe_slots_t *slots,
                      const char *name, apr_time_t now)
{
    const site_t *site;
    int number;

    memset(count, 0, sizeof(*count));
    memcpy(count->at_most, bounds, sizeof(bounds));
    look(slots, now);
    number = find_site(slots, hash_of_site(name));
    if (number < 0)
        return;
    site = &slots->sites[number];
    count->taken = site->taken;
    count->waiting = site->waiting;
    memcpy(count->ended, site->ended, sizeof(site->ended));
    count->late = site->late;
    count->lost = site->lost;
    count->given = site->given;
    count->usec = site->usec;
    memcpy(count->waited, site->waited, sizeof(site->waited));
}
