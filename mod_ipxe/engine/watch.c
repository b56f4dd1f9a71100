/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of files, and the moment to load. */
#include "engine/watch.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"
#include "engine/files.h"

#define WANTED                                                                 \
    (APR_FINFO_TYPE | APR_FINFO_SIZE | APR_FINFO_MTIME | APR_FINFO_CTIME |     \
     APR_FINFO_IDENT)

/* ---- Signatures ---- */

/* What one look gathers. Names stand in no order in a folder: each file's own
 * signature is added up. */
typedef struct looking_t {
    apr_uint64_t sum;
    apr_pool_t *pool;
} looking_t;

/* FNV-1a, 64 bits. */
static apr_uint64_t mix(apr_uint64_t hash, const void *data, apr_size_t len)
{
    const unsigned char *bytes = data;
    apr_size_t i;

    for (i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * APR_UINT64_C(0x100000001b3);
    return hash;
}

static apr_uint64_t sign_file(const char *path, const apr_finfo_t *info)
{
    apr_uint64_t hash = APR_UINT64_C(0xcbf29ce484222325);

    hash = mix(hash, path, strlen(path) + 1);
    if (!info)
        return hash;
    hash = mix(hash, &info->inode, sizeof(info->inode));
    hash = mix(hash, &info->device, sizeof(info->device));
    hash = mix(hash, &info->size, sizeof(info->size));
    hash = mix(hash, &info->mtime, sizeof(info->mtime));
    return mix(hash, &info->ctime, sizeof(info->ctime));
}

static int stat_path(apr_finfo_t *info, const char *path, apr_pool_t *pool)
{
    apr_status_t rv = apr_stat(info, path, WANTED, pool);

    return rv == APR_SUCCESS || rv == APR_INCOMPLETE;
}

/* What a folder is called may change its owner or time without meaning: only
 * what lies in it counts. */
static void look_at(looking_t *looking, const char *path)
{
    apr_finfo_t info;
    int there = stat_path(&info, path, looking->pool);

    looking->sum += sign_file(path, there ? &info : NULL);
}

typedef int wanted_fn(const char *name);

static int is_any(const char *name)
{
    return name[0] != '.';
}

static int is_rules(const char *name)
{
    return name[0] != '.' && ipxe_files_is_rules(name);
}

/* Each wanted file; deep: of the folders in it too. */
static void look_into(looking_t *looking, const char *folder, wanted_fn *wanted,
                      int deep)
{
    apr_dir_t *dir;
    apr_finfo_t info;

    if (deep > IPXE_MAX_FOLDER_DEPTH ||
        apr_dir_open(&dir, folder, looking->pool) != APR_SUCCESS)
        return;
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
        const char *path;
        apr_finfo_t at;

        if (!wanted(info.name))
            continue;
        path = apr_pstrcat(looking->pool, folder, "/", info.name, NULL);
        if (deep && stat_path(&at, path, looking->pool) &&
            at.filetype == APR_DIR)
            look_into(looking, path, wanted, deep + 1);
        else
            look_at(looking, path);
    }
    apr_dir_close(dir);
}

static void look_at_rules(looking_t *looking, const char *path)
{
    apr_finfo_t info;

    if (stat_path(&info, path, looking->pool) && info.filetype == APR_DIR)
        look_into(looking, path, is_rules, 0);
    else
        look_at(looking, path);
}

static int count_lost(const apr_array_header_t *known, apr_pool_t *pool)
{
    apr_finfo_t info;
    int i, lost = 0;

    for (i = 0; known && i < known->nelts; i++)
        lost += !stat_path(&info, APR_ARRAY_IDX(known, i, const char *), pool);
    return lost;
}

ipxe_look_t ipxe_watch_look(const ipxe_settings_t *settings,
                            const apr_array_header_t *asked,
                            const apr_array_header_t *known, apr_pool_t *pool)
{
    looking_t looking = {0, pool};
    ipxe_look_t look;
    int i;

    for (i = 0; i < settings->rules->nelts; i++)
        look_at_rules(&looking,
                      APR_ARRAY_IDX(settings->rules, i, const char *));
    if (settings->templates)
        look_into(&looking, settings->templates, is_any, 1);
    for (i = 0; asked && i < asked->nelts; i++)
        look_at(&looking, APR_ARRAY_IDX(asked, i, const char *));
    look.signature = looking.sum ? looking.sum : 1;
    look.lost = count_lost(known, pool);
    return look;
}

/* ---- The moment ---- */

int ipxe_watch_due(ipxe_watch_t *watch, const ipxe_look_t *look,
                   apr_uint64_t tried, apr_interval_time_t interval,
                   apr_time_t now)
{
    if (watch->seen != look->signature) {
        watch->seen = look->signature;
        watch->since = now;
    }
    if (look->signature == tried)
        return 0;
    if (look->lost)
        interval += IPXE_WATCH_LOST;
    return now - watch->since >= interval;
}
