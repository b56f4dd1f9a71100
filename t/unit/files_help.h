/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and files of a test, and all that is wrong with them. */
#ifndef IPXE_UNIT_FILES_HELP_H
#define IPXE_UNIT_FILES_HELP_H

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <stdlib.h>

#include "base/diag.h"
#include "t/unit/tap.h"

/* A new folder, empty: remove_all takes it away. */
static inline const char *make_folder(apr_pool_t *pool)
{
    const char *temp;
    char *folder;

    apr_temp_dir_get(&temp, pool);
    folder = apr_pstrcat(pool, temp, "/ipxe-unit-XXXXXX", NULL);
    return mkdtemp(folder);
}

static inline void remove_all(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_dir_t *dir;

    if (apr_dir_open(&dir, path, pool) != APR_SUCCESS) {
        apr_file_remove(path, pool);
        return;
    }
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS)
        if (strcmp(info.name, ".") != 0 && strcmp(info.name, "..") != 0)
            remove_all(apr_pstrcat(pool, path, "/", info.name, NULL), pool);
    apr_dir_close(dir);
    apr_dir_remove(path, pool);
}

static inline void write_text(const char *folder, const char *name,
                              const char *text, apr_pool_t *pool)
{
    apr_file_t *file;

    if (apr_file_open(&file, apr_pstrcat(pool, folder, "/", name, NULL),
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_OS_DEFAULT, pool) != APR_SUCCESS) {
        printf("# %s/%s cannot be written\n", folder, name);
        return;
    }
    apr_file_write_full(file, text, strlen(text), NULL);
    apr_file_close(file);
}

/* All diagnostics as text. */
static inline const char *all_said(const ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(256, pool);
    int i;

    for (i = 0; i < diags->all->nelts; i++)
        ipxe_text_add(text, ipxe_diag_text(APR_ARRAY_IDX(diags->all, i,
                                                         ipxe_diag_t *),
                                           pool));
    return text->data;
}

#endif
