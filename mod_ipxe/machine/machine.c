/* SPDX-License-Identifier: Apache-2.0 */
/* A request's pieces to a machine. */
#include "machine/machine.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "machine/client.h"
#include "machine/decode.h"
#include "machine/facts.h"

#define ASK "ask."

/* ---- Arguments ---- */

static const char *find_arg(const apr_array_header_t *list, const char *name)
{
    int i;

    for (i = 0; i < list->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(list, i, ipxe_arg_t);

        if (strcmp(arg->name, name) == 0)
            return arg->text;
    }
    return NULL;
}

/* Neither text is copied. */
static void add_arg(apr_array_header_t *list, const char *name,
                    const char *text)
{
    ipxe_arg_t arg = {name, text};

    if (!find_arg(list, name))
        APR_ARRAY_PUSH(list, ipxe_arg_t) = arg;
}

static void add_copy(apr_array_header_t *list, const char *name,
                     const char *text)
{
    add_arg(list, apr_pstrdup(list->pool, name), apr_pstrdup(list->pool, text));
}

const char *ipxe_machine_arg(const ipxe_machine_t *machine, const char *name)
{
    return find_arg(machine->args, name);
}

const char *ipxe_machine_ask(const ipxe_machine_t *machine, const char *name)
{
    return find_arg(machine->asks, name);
}

void ipxe_machine_add_arg(ipxe_machine_t *machine, const char *name,
                          const char *text)
{
    add_copy(machine->args, name, text);
}

void ipxe_machine_add_ask(ipxe_machine_t *machine, const char *name,
                          const char *text)
{
    add_copy(machine->asks, name, text);
}

/* ---- Facts ---- */

const char *ipxe_machine_fact(const ipxe_machine_t *machine,
                              ipxe_fact_e fact)
{
    return machine->facts[fact].text;
}

static void tell(ipxe_machine_t *machine, ipxe_fact_e fact, const char *text,
                 const char *raw)
{
    ipxe_told_t *told = &machine->facts[fact];

    told->text = text;
    told->raw = raw;
    told->state = text ? IPXE_PRESENT : IPXE_ABSENT;
}

/* Adds a card, at the front where it is the booting one. */
static void add_card(ipxe_machine_t *machine, const char *mac, int first)
{
    int i, at = machine->mac_count;

    for (i = 0; i < machine->mac_count; i++) {
        if (strcmp(machine->macs[i], mac) == 0)
            at = i;
    }
    if (at == IPXE_MAX_CARDS || (at < machine->mac_count && !first))
        return;
    if (at == machine->mac_count)
        machine->mac_count++;
    if (first) {
        memmove(machine->macs + 1, machine->macs,
                (apr_size_t)at * sizeof(machine->macs[0]));
        at = 0;
    }
    machine->macs[at] = mac;
}

/* The fact `macs` follows the cards. */
static void join_cards(ipxe_machine_t *machine)
{
    ipxe_text_t *text = ipxe_text_make(64, machine->pool);
    int i;

    for (i = 0; i < machine->mac_count; i++)
        ipxe_text_add_all(text, i ? " " : "", machine->macs[i], NULL);
    tell(machine, IPXE_FACT_MACS, machine->mac_count ? text->data : NULL,
         text->data);
}

/* A BIOS build says i386 on every machine. */
static void derive_cpu(ipxe_machine_t *machine)
{
    const ipxe_told_t *arch = &machine->facts[IPXE_FACT_ARCH];
    const char *cpu64 = ipxe_machine_fact(machine, IPXE_FACT_CPU64);
    const char *cpu = arch->text;

    if (arch->state == IPXE_NOT_TOLD)
        return;
    if (ipxe_text_eq(cpu, "i386") && !ipxe_text_eq(cpu64, "false"))
        cpu = "x86_64";
    tell(machine, IPXE_FACT_CPU, cpu, cpu ? cpu : "");
}

static void set_cards(ipxe_machine_t *machine, const char *text)
{
    while (*(text += strspn(text, " ,"))) {
        apr_size_t n = strcspn(text, " ,");
        const char *mac = ipxe_fact_normal(
            IPXE_FACT_MAC,
            text[n] ? apr_pstrmemdup(machine->pool, text, n) : text,
            machine->pool);

        if (mac)
            add_card(machine, mac, 0);
        text += n;
    }
}

/* Takes one fact; what others are derived from it is the caller's. */
static void take_fact(ipxe_machine_t *machine, ipxe_fact_e fact,
                      const char *raw)
{
    const char *normal;

    if (fact == IPXE_FACT_MACS) {
        set_cards(machine, raw);
        return;
    }
    normal = ipxe_fact_normal(fact, raw, machine->pool);
    tell(machine, fact, normal, raw);
    if (fact == IPXE_FACT_MAC && normal)
        add_card(machine, normal, 1);
}

void ipxe_machine_set(ipxe_machine_t *machine, ipxe_fact_e fact,
                      const char *text)
{
    take_fact(machine, fact,
              ipxe_clean_text(text, strlen(text), machine->pool));
    if (fact == IPXE_FACT_MAC || fact == IPXE_FACT_MACS)
        join_cards(machine);
    if (fact == IPXE_FACT_ARCH || fact == IPXE_FACT_CPU64)
        derive_cpu(machine);
}

/* ---- From pieces ---- */

/* Of the pieces for a fact, or a card, the one that counts: the first in hex,
 * else the first. */
typedef struct chosen_t {
    const ipxe_piece_t *facts[IPXE_FACT_COUNT];
    const ipxe_piece_t *cards[IPXE_MAX_CARDS];
} chosen_t;

static void choose(chosen_t *chosen, const apr_array_header_t *pieces)
{
    int i;

    memset(chosen, 0, sizeof(*chosen));
    for (i = 0; i < pieces->nelts; i++) {
        const ipxe_piece_t *piece = &APR_ARRAY_IDX(pieces, i, ipxe_piece_t);
        const ipxe_piece_t **at;

        if (piece->fact == IPXE_FACT_COUNT)
            continue;
        at = piece->card >= 0 ? &chosen->cards[piece->card]
                              : &chosen->facts[piece->fact];
        if (!*at || piece->hex > (*at)->hex)
            *at = piece;
    }
}

static void take_facts(ipxe_machine_t *machine,
                       const apr_array_header_t *pieces)
{
    chosen_t chosen;
    int i, cards = 0;

    choose(&chosen, pieces);
    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (chosen.facts[i])
            take_fact(machine, (ipxe_fact_e)i, chosen.facts[i]->text);
    }
    for (i = 0; i < IPXE_MAX_CARDS; i++) {
        if (chosen.cards[i])
            set_cards(machine, chosen.cards[i]->text);
        cards |= chosen.cards[i] != NULL;
    }
    if (cards || chosen.facts[IPXE_FACT_MAC])
        join_cards(machine);
    derive_cpu(machine);
}

static void take_arg(ipxe_machine_t *machine, const ipxe_piece_t *piece)
{
    apr_size_t n = strlen(ASK);

    if (strncmp(piece->name, ASK, n) == 0 && piece->name[n])
        add_arg(machine->asks, piece->name + n, piece->text);
    else
        add_arg(machine->args, piece->name, piece->text);
}

/* Of two by one name that in hex counts, else the first; it takes the place of
 * the first. */
static void take_args(ipxe_machine_t *machine,
                      const apr_array_header_t *pieces)
{
    int i, j;

    for (i = 0; i < pieces->nelts; i++) {
        const ipxe_piece_t *piece = &APR_ARRAY_IDX(pieces, i, ipxe_piece_t);
        const ipxe_piece_t *best = piece;

        if (piece->fact != IPXE_FACT_COUNT)
            continue;
        for (j = i + 1; j < pieces->nelts && best->hex < 1; j++) {
            const ipxe_piece_t *other =
                &APR_ARRAY_IDX(pieces, j, ipxe_piece_t);

            if (other->hex > best->hex &&
                strcmp(other->name, piece->name) == 0)
                best = other;
        }
        take_arg(machine, best);
    }
}

static ipxe_machine_t *make_machine(apr_pool_t *pool)
{
    ipxe_machine_t *machine = apr_pcalloc(pool, sizeof(*machine));

    machine->args = apr_array_make(pool, 4, sizeof(ipxe_arg_t));
    machine->asks = apr_array_make(pool, 1, sizeof(ipxe_arg_t));
    machine->user_agent = "";
    machine->pool = pool;
    return machine;
}

/* What the server sees by itself. */
static void take_connection(ipxe_machine_t *machine,
                            const ipxe_machine_input_t *input)
{
    const char *version;

    if (input->user_agent)
        machine->user_agent =
            ipxe_clean_text(input->user_agent,
                            strnlen(input->user_agent, IPXE_MAX_FACT_BYTES),
                            machine->pool);
    if (input->ip)
        ipxe_machine_set(machine, IPXE_FACT_IP, input->ip);
    version = ipxe_client_version(machine->user_agent, machine->pool);
    if (ipxe_client_kind(machine) == IPXE_CLIENT_IPXE && version &&
        machine->facts[IPXE_FACT_VERSION].state != IPXE_PRESENT)
        ipxe_machine_set(machine, IPXE_FACT_VERSION, version);
}

ipxe_machine_t *ipxe_machine_parse(const ipxe_machine_input_t *input,
                                   apr_pool_t *pool)
{
    int most = input->most > 0 ? input->most : IPXE_MAX_REQUEST_FACTS;
    apr_array_header_t *pieces =
        apr_array_make(pool, 32, sizeof(ipxe_piece_t));
    ipxe_machine_t *machine = make_machine(pool);

    if (input->form)
        machine->dropped += ipxe_decode_pieces(
            pieces, input->form, input->form_len, most, pool);
    if (input->query)
        machine->dropped += ipxe_decode_pieces(
            pieces, input->query, input->query_len, most, pool);
    take_facts(machine, pieces);
    take_args(machine, pieces);
    take_connection(machine, input);
    return machine;
}

/* ---- Ignored ---- */

static int is_listed(const apr_array_header_t *list, const char *text)
{
    int i;

    for (i = 0; list && text && i < list->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(list, i, const char *), text) == 0)
            return 1;
    }
    return 0;
}

static void make_absent(ipxe_told_t *told)
{
    told->state = IPXE_ABSENT;
    told->text = NULL;
}

void ipxe_machine_ignore(ipxe_machine_t *machine,
                         const apr_array_header_t *macs,
                         const apr_array_header_t *uuids)
{
    ipxe_told_t *facts = machine->facts;
    int i, kept = 0;

    for (i = 0; i < machine->mac_count; i++) {
        if (!is_listed(macs, machine->macs[i]))
            machine->macs[kept++] = machine->macs[i];
    }
    if (kept < machine->mac_count) {
        machine->mac_count = kept;
        join_cards(machine);
    }
    if (is_listed(macs, facts[IPXE_FACT_MAC].text))
        make_absent(&facts[IPXE_FACT_MAC]);
    if (is_listed(uuids, facts[IPXE_FACT_UUID].text))
        make_absent(&facts[IPXE_FACT_UUID]);
}
