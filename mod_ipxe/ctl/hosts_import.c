/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl hosts import: from files of any system into the database, or into a
 * rule file. */
#include "engine/hosts_import.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/hosts.h"
#include "ctl/state.h"

#define MOST_BYTES (512u * 1024 * 1024) /* of a file, as of a rule file */
#define MOST_SHOWN 20                   /* errors of a run */
#define EVERY      2048                 /* hosts between looks at the clock */

/* One run. */
typedef struct importing_t {
    ipxe_ctl_t *ctl;
    ipxe_import_t import;
    ipxe_host_edit_t *edit;

    FILE *out; /* that file, or NULL */
    const ipxe_library_t *library;
    apr_hash_t *names;           /* of hosts so far -> where they stand */
    apr_array_header_t *sources; /* of const ipxe_source_t * */
    const ipxe_source_t *current;
    ipxe_ctl_state_t *state; /* --installed: where that is kept; else NULL */
    ipxe_exit_e marked;      /* how that went */
    int taken, progress;
    apr_time_t shown;
} importing_t;

/* ---- Reading files ---- */

static ipxe_exit_e add_file(importing_t *run, const char *path)
{
    apr_pool_t *pool = run->ctl->pool;
    ipxe_source_t *source;
    char reason[120];
    apr_status_t status = ipxe_source_read(&source, path, MOST_BYTES, pool);

    if (status == APR_SUCCESS) {
        APR_ARRAY_PUSH(run->sources, const ipxe_source_t *) = source;
        return IPXE_EXIT_FINE;
    }
    ipxe_ctl_complain("cannot read '%s': %s", path,
                      apr_strerror(status, reason, sizeof(reason)));
    return IPXE_EXIT_CANNOT;
}

static ipxe_exit_e add_stdin(importing_t *run)
{
    ipxe_text_t *text = ipxe_text_make(65536, run->ctl->pool);
    char piece[65536];
    size_t n;

    while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0 &&
           text->len < MOST_BYTES)
        ipxe_text_add_n(text, piece, n);
    APR_ARRAY_PUSH(run->sources, const ipxe_source_t *) =
        ipxe_source_make("-", text->data, text->len, run->ctl->pool);
    return IPXE_EXIT_FINE;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A collection's folder: its files, by name. */
static ipxe_exit_e add_folder(importing_t *run, const char *path)
{
    apr_pool_t *pool = run->ctl->pool;
    apr_array_header_t *names = apr_array_make(pool, 64, sizeof(const char *));
    ipxe_exit_e code = IPXE_EXIT_FINE;
    apr_finfo_t info;
    apr_dir_t *dir;
    int i;

    if (apr_dir_open(&dir, path, pool) != APR_SUCCESS) {
        ipxe_ctl_complain("cannot read the folder '%s'", path);
        return IPXE_EXIT_CANNOT;
    }
    while (apr_dir_read(&info, APR_FINFO_NAME | APR_FINFO_TYPE, dir) ==
           APR_SUCCESS)
        if (*info.name != '.' && info.filetype != APR_DIR)
            APR_ARRAY_PUSH(names, const char *) =
                apr_pstrcat(pool, path, "/", info.name, NULL);
    apr_dir_close(dir);
    qsort(names->elts, (size_t)names->nelts, sizeof(const char *), by_name);
    for (i = 0; i < names->nelts && code == IPXE_EXIT_FINE; i++)
        code = add_file(run, APR_ARRAY_IDX(names, i, const char *));
    return code;
}

static ipxe_exit_e read_sources(importing_t *run)
{
    ipxe_exit_e code = IPXE_EXIT_FINE;
    const char *path;
    apr_finfo_t info;
    int i;

    if (!ipxe_hosts_word(run->ctl, 1)) {
        ipxe_ctl_complain("hosts import wants a file, or - for its input");
        return IPXE_EXIT_USAGE;
    }
    for (i = 1; code == IPXE_EXIT_FINE &&
                (path = ipxe_hosts_word(run->ctl, i)) != NULL;
         i++) {
        if (strcmp(path, IPXE_CTL_INPUT) == 0)
            code = add_stdin(run);
        else if (apr_stat(&info, path, APR_FINFO_TYPE, run->ctl->pool) ==
                     APR_SUCCESS &&
                 info.filetype == APR_DIR)
            code = add_folder(run, path);
        else
            code = add_file(run, path);
    }
    return code;
}

/* ---- Progress ---- */

static void show_progress(importing_t *run, apr_size_t at)
{
    const ipxe_source_t *source = run->current;
    apr_time_t now;

    if (!run->progress || run->taken % EVERY)
        return;
    now = apr_time_now();
    if (now - run->shown < APR_USEC_PER_SEC / 5)
        return;
    run->shown = now;
    fprintf(stderr, "\r%s: %3d%%, %d hosts", source->name,
            (int)(source->len ? at * 100 / source->len : 100), run->taken);
    fflush(stderr);
}

static void end_progress(importing_t *run)
{
    if (run->shown)
        fputs("\r\033[K", stderr);
    run->shown = 0;
}

/* ---- Hosts ---- */

/* A second of one name would be written over the first. */
static int is_new(importing_t *run, const ipxe_host_t *host)
{
    const ipxe_span_t *first =
        apr_hash_get(run->names, host->name, APR_HASH_KEY_STRING);
    apr_pool_t *pool = run->ctl->pool;
    ipxe_span_t *span;

    if (first) {
        ipxe_diag_note(ipxe_diag_add(run->import.diags,
                                     IPXE_DIAG_DUPLICATE_NAME, host->span,
                                     "host '%s' is defined twice", host->name),
                       *first, "first defined here");
        return 0;
    }
    span = apr_pmemdup(pool, &host->span, sizeof(*span));
    apr_hash_set(run->names, apr_pstrdup(pool, host->name), APR_HASH_KEY_STRING,
                 span);
    return 1;
}

static const ipxe_yaml_t *
with_group(const importing_t *run, const ipxe_yaml_t *node, apr_pool_t *scratch)
{
    const char *group = ipxe_ctl_value(run->ctl, IPXE_OPT_GROUP);
    const char *groups;

    if (!group || node->kind != IPXE_YAML_MAPPING)
        return node;
    groups = apr_pstrcat(scratch, ipxe_host_words(node, "groups", scratch), " ",
                         group, NULL);
    return ipxe_host_change(node, "groups", groups, run->import.diags, scratch);
}

static int write_host(const importing_t *run, const ipxe_host_t *host,
                      const ipxe_yaml_t *node, apr_pool_t *scratch)
{
    ipxe_text_t *text = ipxe_text_make(256, scratch);

    if (run->marked != IPXE_EXIT_FINE)
        return 0;
    ipxe_host_write(text, node);
    if (ipxe_host_edit_put(run->edit, host, text->data, text->len,
                           run->import.diags) != APR_SUCCESS)
        return 0;
    if (!run->out)
        return 1;
    text = ipxe_text_make(256, scratch);
    ipxe_host_item(text, node, 0);
    return fputs(text->data, run->out) >= 0;
}

static void take(void *baton, const ipxe_yaml_t *node, apr_pool_t *scratch)
{
    importing_t *run = baton;
    const ipxe_host_t *host;

    node = with_group(run, node, scratch);
    if (ipxe_host_bind(&host, node, ipxe_library_child(run->library, scratch),
                       run->import.diags, scratch) == APR_SUCCESS &&
        is_new(run, host) && write_host(run, host, node, scratch)) {
        run->taken++;
        if (run->state)
            run->marked = ipxe_hosts_mark(run->state, host, scratch);
    }
    else
        run->import.lost++;
    show_progress(run, node->span.end);
}

/* ---- The run ---- */

/* A text that only the scratch pool had is quoted no more. */
static void print_diags(const importing_t *run)
{
    const apr_array_header_t *all = run->import.diags->all;
    int i;

    for (i = 0; i < all->nelts && i < MOST_SHOWN; i++)
        fputs(ipxe_diag_text(APR_ARRAY_IDX(all, i, const ipxe_diag_t *),
                             run->ctl->pool),
              stderr);
    if (all->nelts > MOST_SHOWN)
        ipxe_ctl_complain("%d more", all->nelts - MOST_SHOWN);
}

static ipxe_exit_e read_all(importing_t *run)
{
    const char *from = ipxe_ctl_value(run->ctl, IPXE_OPT_FROM);
    int i;

    for (i = 0; i < run->sources->nelts; i++) {
        const ipxe_source_t *source =
            APR_ARRAY_IDX(run->sources, i, const ipxe_source_t *);

        run->current = source;
        if (ipxe_import_read(&run->import,
                             from ? from
                                  : ipxe_import_guess(source, run->ctl->pool),
                             source) != APR_SUCCESS &&
            !run->import.lost)
            run->import.lost = 1;
    }
    end_progress(run);
    print_diags(run);
    return run->import.lost ? IPXE_EXIT_WRONG : IPXE_EXIT_FINE;
}

static void say_outcome(const importing_t *run, const char *where)
{
    apr_pool_t *pool = run->ctl->pool;

    fprintf(stderr, "%s imported into %s\n",
            ipxe_ctl_count(run->taken, "host", pool), where);
    if (run->import.lost)
        ipxe_ctl_complain("%d not imported", run->import.lost);
}

/* Marks come before hosts: one without the other protects. */
static ipxe_exit_e open_state(importing_t *run)
{
    ipxe_ctl_state_t *state;
    ipxe_exit_e code;

    if (!run->ctl->given[IPXE_OPT_INSTALLED])
        return IPXE_EXIT_FINE;
    state = apr_palloc(run->ctl->pool, sizeof(*state));
    code = ipxe_ctl_state_open(state, run->ctl, 0);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (!state->site) {
        ipxe_ctl_complain("several virtual hosts have rules: name one by "
                          "--vhost");
        return IPXE_EXIT_USAGE;
    }
    run->state = state;
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e into_database(importing_t *run)
{
    const char *path;
    ipxe_exit_e code = ipxe_hosts_path(&path, run->ctl), wrote;

    if (code == IPXE_EXIT_FINE)
        code = read_sources(run);
    if (code == IPXE_EXIT_FINE)
        code = open_state(run);
    if (code == IPXE_EXIT_FINE)
        code = ipxe_hosts_begin(&run->edit, path, run->ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    code = read_all(run);
    if (run->marked != IPXE_EXIT_FINE)
        return run->marked;
    run->import.diags = ipxe_diags_make(run->ctl->pool);
    wrote = ipxe_host_edit_commit(run->edit, run->import.diags) == APR_SUCCESS
                ? IPXE_EXIT_FINE
                : IPXE_EXIT_CANNOT;
    if (wrote != IPXE_EXIT_FINE) {
        ipxe_ctl_diags(run->import.diags, 1, run->ctl->pool);
        return wrote;
    }
    say_outcome(run, path);
    return code;
}

/* A database for the time of the run tells who claims what. */
static ipxe_exit_e begin_passing(importing_t *run, char *folder)
{
    ipxe_diags_t *diags = ipxe_diags_make(run->ctl->pool);

    if (mkdtemp(folder) &&
        ipxe_host_edit_begin(
            &run->edit, apr_pstrcat(run->ctl->pool, folder, "/hosts", NULL),
            diags, run->ctl->pool) == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot write below '%s'", folder);
    return IPXE_EXIT_CANNOT;
}

static void end_passing(const importing_t *run, const char *folder)
{
    remove(apr_pstrcat(run->ctl->pool, folder, "/hosts", NULL));
    remove(apr_pstrcat(run->ctl->pool, folder, "/hosts-lock", NULL));
    remove(folder);
}

static ipxe_exit_e write_file(importing_t *run, const char *path)
{
    int to_stdout = strcmp(path, "-") == 0;
    const char *fresh = apr_pstrcat(run->ctl->pool, path, ".new", NULL);
    ipxe_exit_e code;

    run->out = to_stdout ? stdout : fopen(fresh, "w");
    if (!run->out) {
        ipxe_ctl_complain("cannot write '%s'", fresh);
        return IPXE_EXIT_CANNOT;
    }
    fputs("ipxe: 1\nhosts:\n", run->out);
    code = read_all(run);
    if (run->marked != IPXE_EXIT_FINE)
        return run->marked;
    if (!to_stdout && (fclose(run->out) != 0 || rename(fresh, path) != 0)) {
        ipxe_ctl_complain("cannot write '%s'", path);
        return IPXE_EXIT_CANNOT;
    }
    say_outcome(run, path);
    return code;
}

static ipxe_exit_e into_file(importing_t *run, const char *path)
{
    const char *temp;
    char *folder;
    ipxe_exit_e code = read_sources(run);

    if (code != IPXE_EXIT_FINE)
        return code;
    if (apr_temp_dir_get(&temp, run->ctl->pool) != APR_SUCCESS)
        temp = "/tmp";
    folder = apr_pstrcat(run->ctl->pool, temp, "/ipxectl.XXXXXX", NULL);
    code = open_state(run);
    if (code == IPXE_EXIT_FINE)
        code = begin_passing(run, folder);
    if (code == IPXE_EXIT_FINE)
        code = write_file(run, path);
    end_passing(run, folder);
    return code;
}

static int known_format(const char *name)
{
    int i;

    for (i = 0; name && ipxe_import_formats[i]; i++)
        if (strcmp(ipxe_import_formats[i], name) == 0)
            return 1;
    return !name;
}

ipxe_exit_e ipxe_hosts_import(ipxe_ctl_t *ctl)
{
    const char *output = ipxe_ctl_value(ctl, IPXE_OPT_OUTPUT);
    const char *from = ipxe_ctl_value(ctl, IPXE_OPT_FROM);
    importing_t run;

    if (!known_format(from)) {
        ipxe_ctl_complain("--from wants yaml, csv, dnsmasq, cobbler, matchbox "
                          "or warewulf, not '%s'",
                          from);
        return IPXE_EXIT_USAGE;
    }
    memset(&run, 0, sizeof(run));
    run.ctl = ctl;
    run.import.take = take;
    run.import.baton = &run;
    run.import.diags = ipxe_diags_make(ctl->pool);
    run.import.pool = ctl->pool;
    run.library = ipxe_engine_library(ctl->pool);
    run.names = apr_hash_make(ctl->pool);
    run.sources = apr_array_make(ctl->pool, 8, sizeof(const ipxe_source_t *));
    run.progress = isatty(STDERR_FILENO);
    return output ? into_file(&run, output) : into_database(&run);
}
