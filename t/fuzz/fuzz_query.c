/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request: query, LF, form. What comes out is clean UTF-8; its
 * normal form and its short form give the same machine again. */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "machine/client.h"

const char fuzz_name[] = "query";

static void check_text(const char *s)
{
    size_t n = strlen(s), i;
    int step;

    for (i = 0; i < n; i += (size_t)step) {
        step = ipxe_utf8_next(s + i, n - i, NULL);
        if (step == 0 || (unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            abort();
    }
}

static void check_args(const apr_array_header_t *args)
{
    int i;

    for (i = 0; i < args->nelts; i++) {
        check_text(APR_ARRAY_IDX(args, i, ipxe_arg_t).name);
        check_text(APR_ARRAY_IDX(args, i, ipxe_arg_t).text);
    }
}

static void check_machine(const ipxe_machine_t *machine)
{
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        const ipxe_told_t *told = &machine->facts[i];

        if ((told->state == IPXE_PRESENT) != (told->text != NULL) ||
            (told->state == IPXE_NOT_TOLD && told->raw))
            abort();
        if (told->text)
            check_text(told->text);
        if (told->raw)
            check_text(told->raw);
    }
    check_args(machine->args);
    check_args(machine->asks);
    for (i = 0; i < IPXE_CAN_COUNT; i++)
        ipxe_client_can(machine, (ipxe_can_e)i);
}

static void check_same(const ipxe_machine_t *a, const ipxe_machine_t *b)
{
    int i;

    for (i = 0; i < IPXE_FACT_COUNT; i++) {
        if (!ipxe_text_eq(a->facts[i].text, b->facts[i].text) ||
            a->facts[i].state != b->facts[i].state)
            abort();
    }
}

static void check_ways_back(const ipxe_machine_t *machine, apr_pool_t *pool)
{
    ipxe_machine_input_t input;
    const char *packed =
        ipxe_machine_pack(machine, IPXE_FACTS_ALL, NULL, NULL, pool);

    memset(&input, 0, sizeof(input));
    check_same(machine, ipxe_machine_unpack(packed, &input, pool));
    if (machine->dropped) /* the limits may cut the longer form elsewhere */
        return;
    input.query = ipxe_machine_query(machine, pool);
    input.query_len = strlen(input.query);
    if (input.query_len <= IPXE_MAX_REQUEST_BYTES)
        check_same(machine, ipxe_machine_parse(&input, pool));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *form = memchr(data, '\n', size);
    ipxe_machine_input_t input;
    ipxe_machine_t *machine;
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    memset(&input, 0, sizeof(input));
    input.query = (const char *)data;
    input.query_len = form ? (size_t)(form - data) : size;
    if (form) {
        input.form = (const char *)form + 1;
        input.form_len = size - input.query_len - 1;
    }
    machine = ipxe_machine_parse(&input, pool);
    check_machine(machine);
    check_ways_back(machine, pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
