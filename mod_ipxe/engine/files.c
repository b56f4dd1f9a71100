/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of rules and templates to sources. */
#include "engine/files.h"

#include <apr_file_info.h>
#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static void complain_at(ipxe_diags_t *diags, const char *path, apr_status_t rv,
                        ipxe_span_t span)
{
    char text[120];

    if (rv == APR_ENOSPC) {
        ipxe_diag_add(diags, IPXE_DIAG_FILE_TOO_LARGE, span,
                      "'%s' is larger than what is read of its kind", path);
        return;
    }
    ipxe_diag_help(
        ipxe_diag_add(diags, IPXE_DIAG_FILE_UNREADABLE, span,
                      "cannot read '%s': %s", path,
                      rv == APR_EGENERAL
                          ? "neither a file nor a folder"
                          : apr_strerror(rv, text, sizeof(text))),
        "name a file or folder that is there and that the server may read");
}

static void complain(ipxe_diags_t *diags, const char *path, apr_status_t rv)
{
    complain_at(diags, path, rv, ipxe_span(NULL, 0, 0));
}

static const ipxe_source_t *read_one(const char *path, apr_size_t most,
                                     ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_source_t *source = NULL;
    apr_status_t rv = ipxe_source_read(&source, path, most, pool);

    if (rv != APR_SUCCESS)
        complain(diags, path, rv);
    return source;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted, without those that begin with a dot. */
static apr_array_header_t *list(const char *folder, ipxe_diags_t *diags,
                                apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(char *));
    apr_dir_t *dir;
    apr_finfo_t info;
    apr_status_t rv = apr_dir_open(&dir, folder, pool);

    if (rv != APR_SUCCESS) {
        complain(diags, folder, rv);
        return names;
    }
    while ((rv = apr_dir_read(&info, APR_FINFO_NAME, dir)) == APR_SUCCESS ||
           rv == APR_INCOMPLETE) {
        if (info.name[0] != '.')
            APR_ARRAY_PUSH(names, const char *) = apr_pstrdup(pool, info.name);
    }
    apr_dir_close(dir);
    qsort(names->elts, (apr_size_t)names->nelts, sizeof(char *), by_bytes);
    return names;
}

/* APR_DIR, APR_REG, or another; a link is what it leads to. */
static apr_status_t kind_of(apr_filetype_e *kind, const char *path,
                            apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_status_t rv = apr_stat(&info, path, APR_FINFO_TYPE, pool);

    if (rv == APR_SUCCESS || rv == APR_INCOMPLETE)
        *kind = info.filetype;
    return rv == APR_INCOMPLETE ? APR_SUCCESS : rv;
}

/* Which files of a folder count. */
typedef int wanted_fn(const char *name);

static int is_test_file(const char *name)
{
    return apr_fnmatch("*.test.yaml", name, 0) == APR_SUCCESS ||
           apr_fnmatch("*.test.yml", name, 0) == APR_SUCCESS;
}

int ipxe_files_is_rules(const char *name)
{
    return (apr_fnmatch("*.yaml", name, 0) == APR_SUCCESS ||
            apr_fnmatch("*.yml", name, 0) == APR_SUCCESS) &&
           !is_test_file(name);
}

/* Files of one kind, and where they are added. */
typedef struct finding_t {
    apr_array_header_t *sources;
    wanted_fn *wanted;
    ipxe_kept_t *kept; /* or NULL */
    int alone;         /* a file counts though it is in no folder */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} finding_t;

static void add_source(const finding_t *finding, const char *path)
{
    ipxe_source_t *source;
    apr_status_t rv = ipxe_kept_read(&source, finding->kept, path, path,
                                     IPXE_MAX_RULE_FILE, finding->pool);

    if (rv == APR_SUCCESS)
        APR_ARRAY_PUSH(finding->sources, const ipxe_source_t *) = source;
    else
        complain(finding->diags, path, rv);
}

static void add_folder(const finding_t *finding, const char *folder)
{
    apr_array_header_t *names = list(folder, finding->diags, finding->pool);
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (finding->wanted(name))
            add_source(finding,
                       apr_pstrcat(finding->pool, folder, "/", name, NULL));
    }
}

/* Without the slashes at its end. */
static const char *trim_path(const char *path, apr_pool_t *pool)
{
    apr_size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    return apr_pstrndup(pool, path, n);
}

static void add_path(const finding_t *finding, const char *named)
{
    const char *path = trim_path(named, finding->pool);
    apr_filetype_e kind = APR_NOFILE;
    apr_status_t rv = kind_of(&kind, path, finding->pool);

    if (rv != APR_SUCCESS)
        complain(finding->diags, path, rv);
    else if (kind == APR_DIR)
        add_folder(finding, path);
    else if (finding->alone)
        add_source(finding, path);
}

static void add_paths(const finding_t *finding, const apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++)
        add_path(finding, APR_ARRAY_IDX(paths, i, const char *));
}

void ipxe_files_rules(apr_array_header_t *sources,
                      const apr_array_header_t *paths, ipxe_kept_t *kept,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    finding_t finding = {sources, ipxe_files_is_rules, kept, 1, diags, pool};

    add_paths(&finding, paths);
}

void ipxe_files_tests(apr_array_header_t *sources,
                      const apr_array_header_t *paths, int named,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    finding_t finding = {sources, is_test_file, NULL, named, diags, pool};

    add_paths(&finding, paths);
}

/* A walk through the folder of templates. */
typedef struct walk_t {
    apr_array_header_t *sources;
    apr_array_header_t *names; /* of const char *: paths below the folder */
    const char *folder;
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} walk_t;

static void walk_folder(const walk_t *walk, const char *below, int depth);

static void walk_one(const walk_t *walk, const char *below, int depth)
{
    const char *path = apr_pstrcat(walk->pool, walk->folder, "/", below, NULL);
    apr_filetype_e kind = APR_NOFILE;
    apr_status_t rv = kind_of(&kind, path, walk->pool);
    const ipxe_source_t *source;

    if (rv != APR_SUCCESS) {
        complain(walk->diags, path, rv);
    }
    else if (kind == APR_DIR) {
        walk_folder(walk, below, depth + 1);
    }
    else if (kind == APR_REG) {
        source =
            read_one(path, IPXE_MAX_TEMPLATE_FILE, walk->diags, walk->pool);
        if (!source)
            return;
        APR_ARRAY_PUSH(walk->sources, const ipxe_source_t *) = source;
        APR_ARRAY_PUSH(walk->names, const char *) = below;
    }
}

static void walk_folder(const walk_t *walk, const char *below, int depth)
{
    const char *path =
        *below ? apr_pstrcat(walk->pool, walk->folder, "/", below, NULL)
               : walk->folder;
    apr_array_header_t *names;
    int i;

    if (depth > IPXE_MAX_FOLDER_DEPTH) {
        complain(walk->diags, path, APR_ENOSPC);
        return;
    }
    names = list(path, walk->diags, walk->pool);
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        walk_one(walk,
                 *below ? apr_pstrcat(walk->pool, below, "/", name, NULL)
                        : name,
                 depth);
    }
}

void ipxe_files_below(apr_array_header_t *sources, apr_array_header_t *names,
                      const char *folder, ipxe_diags_t *diags,
                      apr_pool_t *pool)
{
    walk_t walk;

    walk.sources = sources;
    walk.names = names;
    walk.folder = trim_path(folder, pool);
    walk.diags = diags;
    walk.pool = pool;
    walk_folder(&walk, "", 0);
}

void ipxe_files_templates(apr_array_header_t *sources, ipxe_library_t *library,
                          const char *folder, ipxe_diags_t *diags,
                          apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(const char *));
    int first = sources->nelts, i;

    ipxe_files_below(sources, names, folder, diags, pool);
    for (i = 0; i < names->nelts; i++)
        ipxe_library_add(
            library, APR_ARRAY_IDX(names, i, const char *),
            APR_ARRAY_IDX(sources, first + i, const ipxe_source_t *));
}

const ipxe_source_t *ipxe_files_named(apr_array_header_t *sources,
                                      const char *path, apr_size_t most,
                                      ipxe_span_t span, ipxe_diags_t *diags,
                                      apr_pool_t *pool)
{
    ipxe_source_t *source = NULL;
    apr_status_t rv;
    int i;

    for (i = 0; i < sources->nelts; i++) {
        const ipxe_source_t *known =
            APR_ARRAY_IDX(sources, i, const ipxe_source_t *);

        if (strcmp(known->name, path) == 0)
            return known;
    }
    rv = ipxe_source_read(&source, path, most, pool);
    if (rv == APR_SUCCESS)
        APR_ARRAY_PUSH(sources, const ipxe_source_t *) = source;
    else
        complain_at(diags, path, rv, span);
    return source;
}
