/* SPDX-License-Identifier: Apache-2.0 */
/* The golden diagnostics of this floor (t/diag/README), file by file. */
#include <apr_file_info.h>
#include <stdlib.h>

#include "base/text.h"
#include "yaml/tree.h"

#include "files_help.h"
#include "tap.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the files in a folder, sorted; none where it is not there. */
static apr_array_header_t *list(const char *folder, apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(char *));
    apr_finfo_t info;
    apr_dir_t *dir;

    if (apr_dir_open(&dir, folder, pool) != APR_SUCCESS)
        return names;
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
        if (info.name[0] != '.')
            APR_ARRAY_PUSH(names, const char *) =
                apr_pstrdup(pool, info.name);
    }
    apr_dir_close(dir);
    qsort(names->elts, (size_t)names->nelts, sizeof(char *), by_name);
    return names;
}

static void read_file(const char *folder, const char *name,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char *path = apr_psprintf(pool, "%s/rules/%s", folder, name);
    ipxe_source_t *source;
    ipxe_yaml_t *root;

    if (ipxe_source_read(&source, path, 1 << 20, pool) != APR_SUCCESS)
        return;
    source->name = apr_psprintf(pool, "rules/%s", name);
    ipxe_yaml_parse(&root, source, diags, pool);
}

static void test_case(const char *slug, apr_pool_t *pool)
{
    const char *srcdir = getenv("SRCDIR");
    const char *folder = apr_psprintf(pool, "%s/t/diag/%s",
                                      srcdir ? srcdir : ".", slug);
    apr_array_header_t *names =
        list(apr_pstrcat(pool, folder, "/rules", NULL), pool);
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_source_t *expected;
    int i;

    for (i = 0; i < names->nelts; i++)
        read_file(folder, APR_ARRAY_IDX(names, i, const char *), diags,
                  pool);
    ok(names->nelts > 0, apr_pstrcat(pool, slug, " has input", NULL));
    ipxe_source_read(&expected,
                     apr_pstrcat(pool, folder, "/expected", NULL), 1 << 20,
                     pool);
    is(all_said(diags, pool), expected->text,
       apr_pstrcat(pool, slug, " is said as expected", NULL));
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_case("duplicate-key", pool);
    test_case("yaml-limit", pool);
    test_case("yaml-quote", pool);
    test_case("yaml-syntax", pool);
    return tap_end(pool);
}
