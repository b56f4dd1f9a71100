/* SPDX-License-Identifier: Apache-2.0 */
/* CPU time of decisions and of whole answers by one rule set, for
 * bench/decide: decide-cpu serial|mac COUNT FILE...
 *
 * The files are rule files. The machines asked for are COUNT at most, each
 * with the serial number SN0000000 and on, or the card 52:54:00:00:00:00 and
 * on. Prints one line: seconds to load, bytes that the set holds, CPU
 * microseconds a decision, CPU microseconds an answer, bytes of the last. */
#include <apr_general.h>
#include <apr_strings.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"

#define MACHINES 4096
#define ROUNDS   9

typedef struct bench_t {
    ipxe_settings_t settings;
    ipxe_snapshot_t *set;
    const char *queries[MACHINES];
    apr_size_t bytes; /* of the last answer */
    apr_pool_t *pool;
} bench_t;

static double cpu_now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long all = 0, here = 0;

    malloc_trim(0);
    if (file) {
        if (fscanf(file, "%ld %ld", &all, &here) != 2)
            here = 0;
        fclose(file);
    }
    return (double)here * (double)sysconf(_SC_PAGESIZE);
}

static int load(bench_t *bench, char **files, int count)
{
    apr_array_header_t *paths =
        apr_array_make(bench->pool, count, sizeof(const char *));
    ipxe_diags_t *diags = ipxe_diags_make(bench->pool);
    apr_allocator_t *allocator;
    apr_pool_t *pool;
    int i;

    for (i = 0; i < count; i++)
        APR_ARRAY_PUSH(paths, const char *) = files[i];
    ipxe_settings_default(&bench->settings, bench->pool);
    bench->settings.rules = paths;
    ipxe_settings_keep_hosts(&bench->settings, bench->pool);
    apr_allocator_create(&allocator);
    apr_pool_create_ex(&pool, NULL, NULL, allocator);
    apr_allocator_owner_set(allocator, pool);
    bench->set = ipxe_snapshot_load(&bench->settings, diags, pool);
    if (!bench->set && diags->errors)
        fputs(ipxe_diag_text(ipxe_diags_first_error(diags), bench->pool),
              stderr);
    return bench->set != NULL;
}

/* Machines from all over the set, so that no cache knows them all. */
static void make_queries(bench_t *bench, const char *by, unsigned long count)
{
    unsigned i;

    for (i = 0; i < MACHINES; i++) {
        unsigned n = (unsigned)(i * 2654435761UL % count);
        unsigned card = strcmp(by, "mac") == 0 ? n : 0xffffff;

        bench->queries[i] = apr_psprintf(
            bench->pool,
            "mac=52:54:%02x:%02x:%02x:%02x&platform=efi&arch=x86_64"
            "&uuid=11112222-3333-4444-5555-666677778888&serial=%s%07u"
            "&manufacturer=Acme%%20Inc.&product=Box%%2042&asset=A42"
            "&hostname=&version=2.0.0",
            0, card >> 16 & 255, card >> 8 & 255, card & 255,
            strcmp(by, "mac") == 0 ? "XX" : "SN", n);
    }
}

static apr_time_t fixed_now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(1793188800);
}

static void decide(bench_t *bench, const char *query, apr_pool_t *pool)
{
    ipxe_machine_input_t input;
    ipxe_decision_t *decision = NULL;
    ipxe_world_t world;

    memset(&input, 0, sizeof(input));
    memset(&world, 0, sizeof(world));
    world.now = fixed_now;
    input.query = query;
    input.query_len = strlen(query);
    input.ip = "10.9.0.1";
    ipxe_rules_decide(&decision, bench->set->rules,
                      ipxe_machine_parse(&input, pool), &world,
                      ipxe_diags_make(pool), pool);
    if (!decision || decision->action.kind != IPXE_ACTION_BOOT) {
        fprintf(stderr, "no profile for %s\n", query);
        exit(1);
    }
}

static void answer(bench_t *bench, const char *query, apr_pool_t *pool)
{
    ipxe_request_t request;
    ipxe_answer_t answer;

    memset(&request, 0, sizeof(request));
    request.target.route = IPXE_ROUTE_ENTRY;
    request.query = query;
    request.ip = "10.9.0.1";
    request.base_url = "http://127.0.0.1";
    request.now = fixed_now(NULL);
    request.request_id = "bench";
    ipxe_engine_answer(&answer, bench->set, &request, pool);
    bench->bytes = answer.body->len;
}

typedef void work_fn(bench_t *bench, const char *query, apr_pool_t *pool);

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median of some rounds over all machines, in microseconds each. */
static double measure(bench_t *bench, work_fn *work)
{
    double rounds[ROUNDS];
    apr_pool_t *pool;
    int round, i;

    apr_pool_create(&pool, bench->pool);
    for (round = 0; round < ROUNDS; round++) {
        double begin = cpu_now();

        for (i = 0; i < MACHINES; i++) {
            work(bench, bench->queries[i], pool);
            apr_pool_clear(pool);
        }
        rounds[round] = (cpu_now() - begin) * 1e6 / MACHINES;
    }
    qsort(rounds, ROUNDS, sizeof(*rounds), by_value);
    return rounds[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    double before, begin, loaded, deciding, answering;
    bench_t bench;

    if (argc < 4) {
        fputs("usage: decide-cpu serial|mac COUNT FILE...\n", stderr);
        return 2;
    }
    memset(&bench, 0, sizeof(bench));
    apr_initialize();
    apr_pool_create(&bench.pool, NULL);
    make_queries(&bench, argv[1], strtoul(argv[2], NULL, 10));
    before = resident();
    begin = cpu_now();
    if (!load(&bench, argv + 3, argc - 3))
        return 1;
    loaded = cpu_now() - begin;
    before = resident() - before;
    deciding = measure(&bench, decide);
    answering = measure(&bench, answer);
    printf("%.3f %.0f %.3f %.3f %lu\n", loaded, before, deciding, answering,
           (unsigned long)bench.bytes);
    return 0;
}
