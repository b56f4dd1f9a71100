/* SPDX-License-Identifier: Apache-2.0 */
/* One compiled library, rendered by 16 threads at the same time: each gets
 * what one thread alone gets, and each error its own diagnostics. Run under
 * ThreadSanitizer it must say nothing. */
#include <apr_thread_proc.h>


#include "tap.h"
#include "template_help.h"

#define THREADS 16
#define ROUNDS  200

typedef struct task_t {
    const ipxe_template_t *good, *bad;
    const char *want, *error; /* NULL in the first, which finds out */
    int wrong;
    ipxe_value_t vars;
    apr_pool_t *pool;
} task_t;

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const task_t *task = self->baton;

    (void)render;
    *value = ipxe_map_named(task->vars, name);
    return APR_SUCCESS;
}

static apr_status_t call_url(ipxe_value_t *result, const ipxe_call_t *call,
                             const ipxe_function_t *self)
{
    *result = ipxe_value_text(self->baton, 0, call->render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {{"url", call_url, "http://h/x"}};
static const ipxe_language_t language = {functions, 1, NULL};

/* Something of every part of the language. */
static const char base[] =
    "{% from 'macros' import part with context %}\n"
    "{% block head %}url {{ url('x') }}{% endblock %}\n"
    "{% for disk in disks|sort %}{{ part(disk, loop.index) }}\n{% endfor %}"
    "{% set ns = namespace(n=0) %}"
    "{% for i in range(20) if i is odd %}{% set ns.n = ns.n + i %}"
    "{% endfor %}{{ ns.n }} {{ '%05.2f|%s'|format(2.5, serial|quote) }}\n"
    "{{ {'b': [1, none], 'a': serial}|tojson }} {{ serial|hash('sha256') }}\n"
    "{{ serial|regex_replace('[0-9]+', '<\\\\g<0>>') }}"
    " {{ 'mac' is match('m.c') }} {{ ['b', 'A']|map('upper')|join('-') }}\n"
    "{{ {'x': 1}|combine({'y': 2})|dictsort|list }} {{ 1 / 3 }}\n"
    "{% include 'part' %}{% filter upper %}{{ serial }}{% endfilter %}\n";
static const char *const files[][2] = {
    {"base.ks", base},
    {"good.ks", "{% extends 'base.ks' %}\n"
                "{% block head %}{{ super() }} -- {{ serial }}"
                "{% endblock %}\n"},
    {"macros", "{% macro part(disk, n=1) %}part /d{{ n }} "
               "--ondisk={{ disk }} {{ serial }}{% endmacro %}\n"},
    {"part", "{% for c in serial %}{{ loop.cycle('a', 'b') }}{{ c }}"
             "{% endfor %}\n"},
    {"bad.ks", "{% include 'worse' %}\n"},
    {"worse", "a\n{{ nowhere }}\n"}};

static const ipxe_template_t *compiled(ipxe_library_t *library,
                                       const char *name, ipxe_diags_t *diags)
{
    int found;

    return ipxe_library_get(&found, library, name, diags);
}

static ipxe_library_t *library_of(apr_pool_t *pool)
{
    ipxe_library_t *library = ipxe_library_make(&language, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        ipxe_library_add(library, files[i][0],
                         ipxe_source_make(files[i][0], files[i][1],
                                          strlen(files[i][1]), pool));
    return library;
}

static void fill(task_t *task)
{
    apr_array_header_t *disks =
        apr_array_make(task->pool, 3, sizeof(ipxe_value_t));
    static const char *const each[] = {"sdb", "sda", "nvme0n1"};
    apr_size_t i;

    for (i = 0; i < 3; i++)
        APR_ARRAY_PUSH(disks, ipxe_value_t) =
            ipxe_value_text(each[i], 0, task->pool);
    task->vars = ipxe_value_map(task->pool);
    ipxe_map_set(task->vars, "disks", ipxe_value_list(disks));
    ipxe_map_set(task->vars, "serial",
                 ipxe_value_text("S 42'x", IPXE_TAINTED, task->pool));
}

/* The output, or the first diagnostic with its source and chain. */
static const char *rendered(task_t *task, const ipxe_template_t *self,
                            apr_pool_t *pool)
{
    ipxe_object_t object = {get, no_names, task};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *out = ipxe_text_make(1024, pool);
    ipxe_render_t render = {&object, NULL, diags, 0, pool};

    if (ipxe_template_render(ipxe_sink_to_text(out, 0, pool), self,
                             &render) == APR_SUCCESS)
        return out->data;
    return ipxe_diag_text(ipxe_diags_first_error(diags), pool);
}

static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *baton)
{
    task_t *task = baton;
    apr_pool_t *pool;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        apr_pool_create(&pool, task->pool);
        task->wrong +=
            strcmp(rendered(task, task->good, pool), task->want) != 0;
        task->wrong +=
            strcmp(rendered(task, task->bad, pool), task->error) != 0;
        apr_pool_destroy(pool);
    }
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* Pools of their own allocators, for threads share none. */
static task_t *task_of(const task_t *first, apr_pool_t *parent)
{
    task_t *task = apr_pmemdup(parent, first, sizeof(*first));

    apr_pool_create_unmanaged_ex(&task->pool, NULL, NULL);
    fill(task);
    return task;
}

static void run_all(const task_t *first)
{
    apr_thread_t *threads[THREADS];
    task_t *tasks[THREADS];
    apr_status_t rv, ended;
    int i, wrong = 0;

    for (i = 0; i < THREADS; i++) {
        tasks[i] = task_of(first, first->pool);
        rv = apr_thread_create(&threads[i], NULL, work, tasks[i],
                               first->pool);
        wrong += rv != APR_SUCCESS;
    }
    for (i = 0; i < THREADS; i++) {
        rv = apr_thread_join(&ended, threads[i]);
        wrong += rv != APR_SUCCESS || tasks[i]->wrong;
        apr_pool_destroy(tasks[i]->pool);
    }
    is_int(wrong, 0, "each thread gets the same, each time");
}

int main(void)
{
    task_t first;
    ipxe_diags_t *diags;
    ipxe_library_t *library;

    memset(&first, 0, sizeof(first));
    first.pool = tap_start();
    diags = ipxe_diags_make(first.pool);
    library = library_of(first.pool);
    first.good = compiled(library, "good.ks", diags);
    first.bad = compiled(library, "bad.ks", diags);
    ipxe_library_finish(library);
    if (!ok(first.good && first.bad && !diags->errors, "it compiles"))
        return tap_end(first.pool);
    fill(&first);
    first.want = rendered(&first, first.good, first.pool);
    first.error = rendered(&first, first.bad, first.pool);
    ok(strstr(first.want, "part /d3 --ondisk=sdb S 42'x\n100 02.50|") != NULL,
       "one thread gets a text");
    ok(strncmp(first.error, "worse:2:4: error: 'nowhere' is not defined",
               42) == 0,
       "and a diagnostic");
    run_all(&first);
    return tap_end(first.pool);
}
