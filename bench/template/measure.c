/* SPDX-License-Identifier: Apache-2.0 */
/* Measures renders of a template, for bench/template/run:
 *
 *     measure time FILE VARS.json COUNT    CPU microseconds a render
 *     measure text FILE VARS.json          the text itself
 *     measure memory FILE VARS.json        bytes of it, bytes it took at most
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <time.h>

#include "base/source.h"
#include "template/template.h"

#include "../../t/jinja/json.h"

typedef struct bench_t {
    const ipxe_template_t *self;
    ipxe_value_t vars;
    apr_pool_t *pool;
} bench_t;

/* What a machine says of itself has its mark, as in the engine. */
static void mark_facts(ipxe_value_t vars, apr_pool_t *pool)
{
    static const char *const facts[] = {"manufacturer", "product", "serial",
                                        "asset", "mac", "platform", "arch"};
    apr_size_t i;

    for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        ipxe_value_t value = ipxe_map_get(vars, facts[i]);

        if (value.kind == IPXE_KIND_TEXT)
            ipxe_map_set(vars, facts[i],
                         ipxe_value_text(value.u.text->s, IPXE_TAINTED,
                                         pool));
    }
}

/* The text, made as an answer's is; NULL after a failure was printed. */
static ipxe_text_t *render(const bench_t *bench, apr_pool_t *pool)
{
    ipxe_object_t object = {json_get, json_names, &bench->vars};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_render_t how = {&object, NULL, diags, 0, pool};
    ipxe_text_t *out = ipxe_text_make_large(pool);

    if (ipxe_template_render(ipxe_sink_to_text(out, 0, pool), bench->self,
                             &how) == APR_SUCCESS)
        return out;
    fputs(ipxe_diag_text(ipxe_diags_first_error(diags), pool), stderr);
    return NULL;
}

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int print_time(const bench_t *bench, int count)
{
    apr_pool_t *pool;
    double begin;
    int i;

    apr_pool_create(&pool, bench->pool);
    begin = cpu_seconds();
    for (i = 0; i < count; i++) {
        if (!render(bench, pool))
            return 1;
        apr_pool_clear(pool);
    }
    printf("%.3f\n", (cpu_seconds() - begin) * 1e6 / count);
    return 0;
}

/* The most memory that the process had so far. */
static long resident(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long kib = 0;

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    }
    if (file)
        fclose(file);
    return kib * 1024;
}

static int print_memory(const bench_t *bench)
{
    long before = resident();
    ipxe_text_t *out = render(bench, bench->pool);

    if (!out)
        return 1;
    printf("%ld %ld\n", (long)out->len, resident() - before);
    return 0;
}

static int print_text(const bench_t *bench)
{
    ipxe_text_t *out = render(bench, bench->pool);

    return !out || fwrite(out->data, 1, out->len, stdout) != out->len;
}

static const ipxe_source_t *read_source(const char *path, apr_pool_t *pool)
{
    ipxe_source_t *source;

    if (ipxe_source_read(&source, path, 1 << 24, pool) == APR_SUCCESS)
        return source;
    fprintf(stderr, "measure: cannot read %s\n", path);
    exit(2);
}

static void load(bench_t *bench, const char *path, const char *vars)
{
    static const ipxe_language_t language = {NULL, 0, NULL};
    ipxe_library_t *library = ipxe_library_make(&language, bench->pool);
    ipxe_diags_t *diags = ipxe_diags_make(bench->pool);
    const char *json = read_source(vars, bench->pool)->text;
    int found;

    bench->vars = json_value(&json, 0, bench->pool);
    mark_facts(bench->vars, bench->pool);
    ipxe_library_add(library, path, read_source(path, bench->pool));
    bench->self = ipxe_library_get(&found, library, path, diags);
    ipxe_library_finish(library);
    if (bench->self)
        return;
    fputs(ipxe_diag_text(ipxe_diags_first_error(diags), bench->pool), stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    bench_t bench;

    if (argc < 4 || (strcmp(argv[1], "time") == 0 && argc < 5))
        return 2;
    apr_initialize();
    apr_pool_create(&bench.pool, NULL);
    load(&bench, argv[2], argv[3]);
    if (strcmp(argv[1], "time") == 0)
        return print_time(&bench, atoi(argv[4]));
    if (strcmp(argv[1], "memory") == 0)
        return print_memory(&bench);
    return print_text(&bench);
}
