/* SPDX-License-Identifier: Apache-2.0 */
/* A machine as text: a query for people and logs, a short form for tickets. */
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "machine/decode.h"
#include "machine/facts.h"

/* ---- A query ---- */

static void add_pair(ipxe_text_t *out, const char *name, const char *text)
{
    if (out->len)
        ipxe_text_add_char(out, '&');
    ipxe_text_add_urlencoded(out, name, NULL);
    ipxe_text_add_char(out, '=');
    if (text)
        ipxe_text_add_urlencoded(out, text, ":");
}

/* All cards but the booting one, as mac0, mac1, ... */
static void add_cards(ipxe_text_t *out, const ipxe_machine_t *machine)
{
    const char *mac = ipxe_machine_fact(machine, IPXE_FACT_MAC);
    char name[16];
    int i, n = 0;

    for (i = 0; i < machine->mac_count; i++) {
        if (ipxe_text_eq(machine->macs[i], mac))
            continue;
        apr_snprintf(name, sizeof(name), "mac%d", n++);
        add_pair(out, name, machine->macs[i]);
    }
    if (machine->facts[IPXE_FACT_MACS].state == IPXE_ABSENT &&
        machine->facts[IPXE_FACT_MAC].state == IPXE_NOT_TOLD)
        add_pair(out, "mac0", NULL);
}

const char *ipxe_machine_query(const ipxe_machine_t *machine,
                               apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(512, pool);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (i == IPXE_FACT_MACS)
            add_cards(out, machine);
        else if (i != IPXE_FACT_CPU &&
                 machine->facts[i].state != IPXE_NOT_TOLD)
            add_pair(out, ipxe_fact_name((ipxe_fact_e)i),
                     machine->facts[i].text);
    }
    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        if (ipxe_fact_find(arg->name) == IPXE_FACT_COUNT)
            add_pair(out, arg->name, arg->text);
    }
    return out->data;
}

/* ---- The short form ----
 *
 * m=525400123456&s=SN 1&t=&-rack=7&+hostname=web: a letter for each fact, '-'
 * before arguments, '+' before answers; of a text only '%', '&', '=' are
 * escaped. Hex loses its separators. */

#define ARG '-'
#define ASK '+'

static void add_escaped(ipxe_text_t *out, const char *s)
{
    for (; *s; s++) {
        if (strchr("%&=", *s))
            ipxe_text_addf(out, "%%%02X", (unsigned char)*s);
        else
            ipxe_text_add_char(out, *s);
    }
}

static void add_bare(ipxe_text_t *out, const char *s)
{
    for (; *s; s++) {
        if (*s != ':' && *s != '-')
            ipxe_text_add_char(out, *s);
    }
}

static void pack_fact(ipxe_text_t *out, const ipxe_machine_t *machine,
                      ipxe_fact_e fact)
{
    const ipxe_told_t *told = &machine->facts[fact];

    if (told->state == IPXE_NOT_TOLD)
        return;
    ipxe_text_addf(out, "%s%c=", out->len ? "&" : "",
                   ipxe_fact_letter(fact));
    if (told->text && ipxe_fact_is_hex(fact))
        add_bare(out, told->text);
    else if (told->text)
        add_escaped(out, told->text);
}

static void pack_args(ipxe_text_t *out, char mark,
                      const apr_array_header_t *args,
                      const apr_array_header_t *names)
{
    int i, j;

    for (i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        for (j = 0; j < args->nelts; j++) {
            const ipxe_arg_t *arg = &APR_ARRAY_IDX(args, j, ipxe_arg_t);

            if (strcmp(arg->name, name) != 0)
                continue;
            ipxe_text_addf(out, "%s%c", out->len ? "&" : "", mark);
            add_escaped(out, name);
            ipxe_text_add_char(out, '=');
            add_escaped(out, arg->text);
        }
    }
}

const char *ipxe_machine_pack(const ipxe_machine_t *machine,
                              ipxe_facts_t facts,
                              const apr_array_header_t *args,
                              const apr_array_header_t *asks,
                              apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(128, pool);
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (facts & IPXE_FACT_BIT(i))
            pack_fact(out, machine, (ipxe_fact_e)i);
    }
    pack_args(out, ARG, machine->args, args);
    pack_args(out, ASK, machine->asks, asks);
    return out->data;
}

static void unpack_fact(ipxe_machine_t *machine, char letter,
                        const char *text)
{
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (ipxe_fact_letter((ipxe_fact_e)i) == letter)
            ipxe_machine_set(machine, (ipxe_fact_e)i, text);
    }
}

static void unpack_pair(ipxe_machine_t *machine, const char *pair)
{
    apr_size_t n = strcspn(pair, "=");
    const char *name = ipxe_decode_text(pair, n, machine->pool);
    const char *text =
        pair[n] ? ipxe_decode_text(pair + n + 1, strlen(pair + n + 1),
                                   machine->pool)
                : "";

    if (*name == ARG)
        ipxe_machine_add_arg(machine, name + 1, text);
    else if (*name == ASK)
        ipxe_machine_add_ask(machine, name + 1, text);
    else if (*name && !name[1])
        unpack_fact(machine, *name, text);
}

static void add_all(ipxe_machine_t *machine, const ipxe_machine_t *from)
{
    int i;

    for (i = 0; i < from->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(from->args, i, ipxe_arg_t);

        ipxe_machine_add_arg(machine, arg->name, arg->text);
    }
    for (i = 0; i < from->asks->nelts; i++) {
        const ipxe_arg_t *ask = &APR_ARRAY_IDX(from->asks, i, ipxe_arg_t);

        ipxe_machine_add_ask(machine, ask->name, ask->text);
    }
}

ipxe_machine_t *ipxe_machine_unpack(const char *packed,
                                    const ipxe_machine_input_t *input,
                                    apr_pool_t *pool)
{
    const ipxe_machine_t *asking = ipxe_machine_parse(input, pool);
    apr_array_header_t *pairs = ipxe_text_split(packed, "&", pool);
    ipxe_machine_input_t connection = *input;
    ipxe_machine_t *machine;
    int i;

    connection.query = connection.form = NULL;
    machine = ipxe_machine_parse(&connection, pool);
    for (i = 0; i < pairs->nelts; i++)
        unpack_pair(machine, APR_ARRAY_IDX(pairs, i, const char *));
    add_all(machine, asking);
    machine->dropped = asking->dropped;
    return machine;
}
