/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping files of hosts. */
#include "rules/kept.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

#include "base/limits.h"
#include "base/pool.h"
#include "rules/mapped.h"

struct ipxe_kept_t {
    apr_thread_mutex_t *mutex; /* of first, and of all refs and links */
    ipxe_kept_file_t *first;
};

typedef enum state_e { STATE_UNTRIED, STATE_KEPT, STATE_UNFIT } state_e;

/* Until it is kept it is its one reader's, and on no shelf. */
struct ipxe_kept_file_t {
    ipxe_kept_t *shelf;
    ipxe_kept_file_t *next;
    int refs;
    state_e state;
    int shared; /* the image is a file's, and every process has it */
    const ipxe_source_t *source;
    const ipxe_image_t *image;
    unsigned char note[IPXE_KEPT_NOTE_BYTES];
    apr_pool_t *pool; /* its own; the source lies in it, and this */
};

ipxe_kept_t *ipxe_kept_make(apr_pool_t *pool)
{
    ipxe_kept_t *shelf = apr_pcalloc(pool, sizeof(*shelf));

    return apr_thread_mutex_create(&shelf->mutex, APR_THREAD_MUTEX_DEFAULT,
                                   pool) == APR_SUCCESS
               ? shelf
               : NULL;
}

int ipxe_kept_count(ipxe_kept_t *shelf)
{
    const ipxe_kept_file_t *file;
    int count = 0;

    apr_thread_mutex_lock(shelf->mutex);
    for (file = shelf->first; file; file = file->next)
        count++;
    apr_thread_mutex_unlock(shelf->mutex);
    return count;
}

unsigned char *ipxe_kept_note(const ipxe_source_t *source)
{
    return source->kept ? source->kept->note : NULL;
}

/* ---- The shelf ---- */

static void put(ipxe_kept_file_t *file)
{
    apr_thread_mutex_lock(file->shelf->mutex);
    file->next = file->shelf->first;
    file->shelf->first = file;
    apr_thread_mutex_unlock(file->shelf->mutex);
}

static void take_away(ipxe_kept_file_t *file)
{
    ipxe_kept_file_t **at = &file->shelf->first;

    while (*at && *at != file)
        at = &(*at)->next;
    if (*at)
        *at = file->next;
}

static apr_status_t release(void *data)
{
    ipxe_kept_file_t *file = data;
    int refs;

    apr_thread_mutex_lock(file->shelf->mutex);
    refs = --file->refs;
    if (!refs)
        take_away(file);
    apr_thread_mutex_unlock(file->shelf->mutex);
    if (!refs)
        apr_pool_destroy(file->pool);
    return APR_SUCCESS;
}

static int is_same(const ipxe_source_t *a, const ipxe_source_t *b)
{
    return a->len == b->len && strcmp(a->name, b->name) == 0 &&
           memcmp(a->text, b->text, a->len) == 0;
}

/* One more user of what has these bytes, or NULL. They are compared outside of
 * the mutex, which requests never wait for, but other loads would. */
static ipxe_kept_file_t *find(ipxe_kept_t *shelf, const ipxe_source_t *source)
{
    ipxe_kept_file_t *file;

    apr_thread_mutex_lock(shelf->mutex);
    for (file = shelf->first; file; file = file->next)
        if (is_same(file->source, source))
            break;
    if (file)
        file->refs++;
    apr_thread_mutex_unlock(shelf->mutex);
    return file;
}

/* ---- Reading ---- */

static int is_large(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    return apr_stat(&info, path, APR_FINFO_SIZE, pool) == APR_SUCCESS &&
           info.size >= (apr_off_t)IPXE_KEPT_BYTES;
}

static apr_status_t read_as(ipxe_source_t **source, const char *path,
                            const char *name, apr_size_t most, apr_pool_t *pool)
{
    apr_status_t rv = ipxe_source_read(source, path, most, pool);

    if (rv == APR_SUCCESS)
        (*source)->name = apr_pstrdup(pool, name);
    return rv;
}

static ipxe_kept_file_t *may_keep(ipxe_kept_t *shelf, ipxe_source_t *source,
                                  apr_pool_t *own)
{
    ipxe_kept_file_t *file = apr_pcalloc(own, sizeof(*file));

    file->shelf = shelf;
    file->refs = 1;
    file->source = source;
    file->pool = own;
    source->kept = file;
    return file;
}

apr_status_t ipxe_kept_read(ipxe_source_t **source, ipxe_kept_t *shelf,
                            const char *path, const char *name, apr_size_t most,
                            apr_pool_t *pool)
{
    ipxe_kept_file_t *file;
    apr_pool_t *own;
    apr_status_t rv;

    if (!shelf || !is_large(path, pool))
        return read_as(source, path, name, most, pool);
    own = ipxe_pool_own(NULL, "ipxe_kept");
    rv = read_as(source, path, name, most, own);
    if (rv != APR_SUCCESS) {
        apr_pool_destroy(own);
        return rv;
    }
    file = find(shelf, *source);
    if (file)
        apr_pool_destroy(own);
    else
        file = may_keep(shelf, *source, own);
    /* Sources are const to all but who reads them. */
    *source = (ipxe_source_t *)(apr_uintptr_t)file->source;
    apr_pool_cleanup_register(pool, file, release, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

const ipxe_source_t *ipxe_kept_find(ipxe_kept_t *shelf, const char *name,
                                    const unsigned char *note, apr_pool_t *pool)
{
    ipxe_kept_file_t *file;

    apr_thread_mutex_lock(shelf->mutex);
    for (file = shelf->first; file; file = file->next)
        if (strcmp(file->source->name, name) == 0 &&
            memcmp(file->note, note, sizeof(file->note)) == 0)
            break;
    if (file)
        file->refs++;
    apr_thread_mutex_unlock(shelf->mutex);
    if (!file)
        return NULL;
    apr_pool_cleanup_register(pool, file, release, apr_pool_cleanup_null);
    return file->source;
}

/* ---- Filling ---- */

/* What must not be quoted is each set's to know. */
static int is_plain(const ipxe_source_t *source)
{
    return strlen(source->text) == source->len &&
           !strstr(source->text, "secrets");
}

/* What a file is filled with. */
typedef struct filling_t {
    ipxe_loader_t loader;
    ipxe_keep_t keep;
    apr_array_header_t *defs;  /* of ipxe_host_def_t */
    apr_array_header_t *hosts; /* of ipxe_host_t, one for each */
} filling_t;

static void fill_one(void *baton, const ipxe_yaml_t *node, apr_pool_t *scratch)
{
    filling_t *filling = baton;
    ipxe_host_def_t *def = ipxe_make_host(&filling->loader, node, scratch);

    if (!def)
        return;
    APR_ARRAY_PUSH(filling->hosts, ipxe_host_t) = *def->host;
    APR_ARRAY_PUSH(filling->defs, ipxe_host_def_t) = *def;
}

/* Items of a list that has an anchor are in the tree. */
static int is_apart(const ipxe_yaml_t *root)
{
    const ipxe_yaml_t *hosts = root ? ipxe_yaml_get(root, "hosts") : NULL;

    return hosts && hosts->kind == IPXE_YAML_SEQUENCE && hosts->count == 0;
}

static void init_filling(filling_t *filling, apr_pool_t *temp)
{
    memset(filling, 0, sizeof(*filling));
    filling->keep.names = apr_hash_make(temp);
    filling->keep.actions = apr_hash_make(temp);
    filling->loader.keep = &filling->keep;
    filling->loader.pool = temp;
    filling->loader.temp = temp;
    filling->loader.diags = ipxe_diags_make(temp);
    filling->defs = apr_array_make(temp, 4096, sizeof(ipxe_host_def_t));
    filling->hosts = apr_array_make(temp, 4096, sizeof(ipxe_host_t));
}

static const ipxe_image_t *pack(const ipxe_kept_file_t *file,
                                const filling_t *filling,
                                const ipxe_yaml_t *root)
{
    ipxe_host_def_t *defs = (ipxe_host_def_t *)filling->defs->elts;
    ipxe_image_parts_t parts = {file->source, defs, filling->defs->nelts, root};
    int i;

    for (i = 0; i < parts.count; i++)
        defs[i].host = &APR_ARRAY_IDX(filling->hosts, i, ipxe_host_t);
    return ipxe_image_make(&parts, file->pool);
}

static void fill(ipxe_kept_file_t *file)
{
    apr_pool_t *temp = ipxe_pool_own(NULL, "ipxe_kept");
    filling_t filling;
    ipxe_yaml_long_t hosts = {"hosts", fill_one, &filling};
    ipxe_yaml_t *root;

    init_filling(&filling, temp);
    ipxe_yaml_parse_long(&root, file->source, &hosts, filling.loader.diags,
                         temp);
    if (is_apart(root) && filling.loader.diags->all->nelts == 0 &&
        !filling.keep.unfit)
        file->image = pack(file, &filling, root);
    if (file->image)
        file->state = STATE_KEPT;
    apr_pool_destroy(temp);
}

/* ---- What a host keeps ---- */

const apr_array_header_t *ipxe_keep_names(ipxe_loader_t *loader,
                                          const apr_array_header_t *names)
{
    ipxe_text_t *key = ipxe_text_make(32, loader->temp);
    apr_array_header_t *kept;
    int i;

    if (!names)
        return NULL;
    for (i = 0; i < names->nelts; i++)
        ipxe_text_addf(key, "%s\n",
                       APR_ARRAY_IDX(names, i, const ipxe_yaml_t *)->text);
    kept = apr_hash_get(loader->keep->names, key->data, APR_HASH_KEY_STRING);
    if (kept)
        return kept;
    kept = apr_array_copy(loader->pool, names);
    for (i = 0; i < kept->nelts; i++)
        APR_ARRAY_IDX(kept, i, const ipxe_yaml_t *) = ipxe_yaml_copy(
            APR_ARRAY_IDX(kept, i, const ipxe_yaml_t *), loader->pool);
    apr_hash_set(loader->keep->names, key->data, APR_HASH_KEY_STRING, kept);
    return kept;
}

/* Its mapping is the first host's with that action: it is there to be quoted.
 */
const ipxe_kept_action_t *ipxe_keep_action(ipxe_loader_t *loader,
                                           const ipxe_written_t *written,
                                           const ipxe_yaml_t *mapping)
{
    ipxe_text_t *key = ipxe_text_make(32, loader->temp);
    ipxe_kept_action_t *kept;
    int i;

    for (i = 0; i < IPXE_ACTION_COUNT; i++)
        if (written->values[i])
            ipxe_text_addf(key, "%d %d %s\n", i, written->values[i]->plain,
                           written->values[i]->kind == IPXE_YAML_SCALAR
                               ? written->values[i]->text
                               : "");
    if (!key->len)
        return NULL;
    kept = apr_hash_get(loader->keep->actions, key->data, APR_HASH_KEY_STRING);
    if (kept)
        return kept;
    kept = apr_pcalloc(loader->pool, sizeof(*kept));
    kept->mapping = ipxe_yaml_copy(mapping, loader->pool);
    for (i = 0; i < IPXE_ACTION_COUNT; i++)
        if (written->values[i])
            kept->written.values[i] =
                ipxe_yaml_copy(written->values[i], loader->pool);
    apr_hash_set(loader->keep->actions, key->data, APR_HASH_KEY_STRING, kept);
    return kept;
}

/* ---- Using ---- */

const ipxe_yaml_t *ipxe_kept_load(ipxe_loader_t *loader,
                                  const ipxe_source_t *source)
{
    ipxe_kept_file_t *file = source->kept;

    if (!file)
        return NULL;
    if (file->state == STATE_UNTRIED) {
        file->state = STATE_UNFIT;
        if (is_plain(source))
            fill(file);
        if (file->state == STATE_KEPT)
            put(file);
    }
    if (file->state == STATE_UNFIT)
        return NULL;
    ipxe_mapped_load(loader, file->image);
    return ipxe_image_root(file->image);
}

/* ---- Compiled files ---- */

apr_status_t ipxe_kept_compile(const ipxe_source_t *source, const char *path,
                               apr_pool_t *pool)
{
    const ipxe_kept_file_t *file = source->kept;

    return file && file->state == STATE_KEPT
               ? ipxe_image_write(path, file->image, file->note, pool)
               : APR_ENOENT;
}

ipxe_kept_e ipxe_kept_how(const ipxe_source_t *source)
{
    const ipxe_kept_file_t *file = source->kept;

    if (!file || file->state != STATE_KEPT)
        return IPXE_KEPT_NOT;
    return file->shared ? IPXE_KEPT_SHARED : IPXE_KEPT_ALONE;
}

/* One more user of what is mapped, or NULL. */
static ipxe_kept_file_t *find_mapped(ipxe_kept_t *shelf, const char *name,
                                     const unsigned char *note)
{
    ipxe_kept_file_t *file;

    apr_thread_mutex_lock(shelf->mutex);
    for (file = shelf->first; file; file = file->next)
        if (file->shared && strcmp(file->source->name, name) == 0 &&
            memcmp(file->note, note, sizeof(file->note)) == 0)
            break;
    if (file)
        file->refs++;
    apr_thread_mutex_unlock(shelf->mutex);
    return file;
}

static ipxe_kept_file_t *map_file(ipxe_kept_t *shelf, const char *path,
                                  const char *name, const unsigned char *note)
{
    apr_pool_t *own = ipxe_pool_own(NULL, "ipxe_kept");
    ipxe_kept_file_t *file;
    ipxe_source_t *source;
    ipxe_image_t *image;

    if (ipxe_image_open(&image, path, name, own) != APR_SUCCESS ||
        memcmp(ipxe_image_note(image), note, IPXE_KEPT_NOTE_BYTES) != 0) {
        apr_pool_destroy(own);
        return NULL;
    }
    /* Nobody else knows the image yet, nor its source. */
    source = (ipxe_source_t *)(apr_uintptr_t)ipxe_image_source(image);
    file = may_keep(shelf, source, own);
    file->state = STATE_KEPT;
    file->shared = 1;
    file->image = image;
    memcpy(file->note, note, sizeof(file->note));
    put(file);
    return file;
}

const ipxe_source_t *ipxe_kept_map(ipxe_kept_t *shelf, const char *path,
                                   const char *name, const unsigned char *note,
                                   apr_pool_t *pool)
{
    ipxe_kept_file_t *file = find_mapped(shelf, name, note);

    if (!file)
        file = map_file(shelf, path, name, note);
    if (!file)
        return NULL;
    apr_pool_cleanup_register(pool, file, release, apr_pool_cleanup_null);
    return file->source;
}
