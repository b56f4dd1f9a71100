/* SPDX-License-Identifier: Apache-2.0 */
/* Writing, finding and reading published sets. */
#include "engine/published.h"

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "engine/bundle.h"
#include "rules/kept.h"

#define HASH_DIGITS 12
#define FIRST_LINE  "mod_ipxe set 1"
#define FOLDER_MODE (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE)
#define FILE_MODE   (APR_FPROT_UREAD | APR_FPROT_UWRITE)

/* ---- Finding ---- */

/* "12-4f2a91c03b7e" */
static int read_name(ipxe_published_t *published, const char *name,
                     apr_pool_t *pool)
{
    char *end;
    apr_int64_t number = apr_strtoi64(name, &end, 10);

    if (!apr_isdigit(name[0]) || number < 1 || number > 0xffffffff ||
        *end != '-' || strlen(end + 1) != HASH_DIGITS ||
        strspn(end + 1, "0123456789abcdef") != HASH_DIGITS)
        return 0;
    published->number = (apr_uint32_t)number;
    published->hash = apr_pstrdup(pool, end + 1);
    return 1;
}

static int newest_first(const void *a, const void *b)
{
    apr_uint32_t first = ((const ipxe_published_t *)a)->number;
    apr_uint32_t second = ((const ipxe_published_t *)b)->number;

    return first < second ? 1 : first > second ? -1 : 0;
}

apr_array_header_t *ipxe_published_list(const char *folder, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 8, sizeof(ipxe_published_t));
    ipxe_published_t one;
    apr_dir_t *dir;
    apr_finfo_t info;

    if (apr_dir_open(&dir, folder, pool) != APR_SUCCESS)
        return all;
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
        if (!read_name(&one, info.name, pool))
            continue;
        one.path = apr_pstrcat(pool, folder, "/", info.name, NULL);
        APR_ARRAY_PUSH(all, ipxe_published_t) = one;
    }
    apr_dir_close(dir);
    qsort(all->elts, (apr_size_t)all->nelts, sizeof(one), newest_first);
    return all;
}

const ipxe_published_t *ipxe_published_find(const char *folder,
                                            apr_uint32_t number,
                                            apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_published_list(folder, pool);
    int i;

    for (i = 0; i < all->nelts; i++)
        if (APR_ARRAY_IDX(all, i, ipxe_published_t).number == number)
            return &APR_ARRAY_IDX(all, i, ipxe_published_t);
    return NULL;
}

/* ---- What kinds of files there are ---- */

typedef enum kind_e { KIND_RULES, KIND_TEMPLATE, KIND_NAMED, KINDS } kind_e;

static const char *const kinds[KINDS] = {"rules", "templates", "named"};

static kind_e kind_of(const ipxe_bundle_t *bundle, int number)
{
    number -= bundle->rules;
    return number < 0                            ? KIND_RULES
           : number < bundle->templates->nelts ? KIND_TEMPLATE
                                                 : KIND_NAMED;
}

/* Where a source lies in the folder: templates by their paths, all else
 * numbered, for names may be alike. */
static const char *place_of(const ipxe_bundle_t *bundle, int number,
                            apr_pool_t *pool)
{
    const char *label = ipxe_bundle_label(bundle, number);
    kind_e kind = kind_of(bundle, number);

    if (kind == KIND_TEMPLATE)
        return apr_pstrcat(pool, kinds[kind], "/", label, NULL);
    return apr_psprintf(pool, "%s/%03d-%s", kinds[kind], number + 1, label);
}

/* ---- Writing ---- */

static apr_status_t write_file(const char *path, const char *text,
                               apr_size_t len, apr_pool_t *pool)
{
    apr_file_t *file;
    apr_status_t closed, rv;

    rv = apr_file_open(&file, path,
                       APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_EXCL |
                           APR_FOPEN_BINARY,
                       FILE_MODE, pool);
    if (rv != APR_SUCCESS)
        return rv;
    rv = apr_file_write_full(file, text, len, NULL);
    if (rv == APR_SUCCESS)
        rv = apr_file_sync(file);
    closed = apr_file_close(file);
    return rv == APR_SUCCESS ? closed : rv;
}

static apr_status_t make_parent(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    return apr_dir_make_recursive(
        apr_pstrmemdup(pool, path, (apr_size_t)(slash - path)), FOLDER_MODE,
        pool);
}

static apr_status_t write_source(const char *folder, ipxe_text_t *manifest,
                                 const ipxe_bundle_t *bundle, int number,
                                 apr_pool_t *pool)
{
    const ipxe_source_t *source =
        APR_ARRAY_IDX(bundle->sources, number, const ipxe_source_t *);
    const char *place = place_of(bundle, number, pool);
    const char *path = apr_pstrcat(pool, folder, "/", place, NULL);
    apr_status_t rv = make_parent(path, pool);

    ipxe_text_addf(manifest, "%s %s %s %s\n", kinds[kind_of(bundle, number)],
                   ipxe_text_urlencode(place, "/", pool),
                   ipxe_text_urlencode(ipxe_bundle_label(bundle, number), "/",
                                       pool),
                   ipxe_text_urlencode(source->name, "/", pool));
    return rv == APR_SUCCESS
               ? write_file(path, source->text, source->len, pool)
               : rv;
}

static apr_status_t write_all(const char *folder, const ipxe_snapshot_t *set,
                              apr_pool_t *pool)
{
    const ipxe_bundle_t *bundle = set->bundle;
    ipxe_text_t *manifest = ipxe_text_make(1024, pool);
    apr_status_t rv = apr_dir_make(folder, FOLDER_MODE, pool);
    int i;

    ipxe_text_addf(manifest, "%s\ncontent %s\n", FIRST_LINE,
                   ipxe_bundle_hash(bundle, NULL, pool));
    for (i = 0; i < bundle->sources->nelts && rv == APR_SUCCESS; i++)
        rv = write_source(folder, manifest, bundle, i, pool);
    if (rv == APR_SUCCESS)
        rv = write_file(apr_pstrcat(pool, folder, "/manifest", NULL),
                        manifest->data, manifest->len, pool);
    return rv;
}

/* ---- Removing ---- */

static void remove_folder(const char *path, int depth, apr_pool_t *pool)
{
    apr_dir_t *dir;
    apr_finfo_t info;

    if (depth > IPXE_MAX_FOLDER_DEPTH + 2 ||
        apr_dir_open(&dir, path, pool) != APR_SUCCESS)
        return;
    while (apr_dir_read(&info, APR_FINFO_NAME | APR_FINFO_TYPE, dir) ==
           APR_SUCCESS) {
        const char *inner = apr_pstrcat(pool, path, "/", info.name, NULL);

        if (strcmp(info.name, ".") == 0 || strcmp(info.name, "..") == 0)
            continue;
        if (info.filetype == APR_DIR)
            remove_folder(inner, depth + 1, pool);
        else
            apr_file_remove(inner, pool);
    }
    apr_dir_close(dir);
    apr_dir_remove(path, pool);
}

static const char *beside(const char *folder, apr_pool_t *pool)
{
    return apr_pstrcat(pool, folder, "/new", NULL);
}

apr_status_t ipxe_published_write(const char *folder,
                                  const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    const char *new = beside(folder, pool);
    apr_status_t rv;

    remove_folder(new, 0, pool);
    rv = write_all(new, set, pool);
    if (rv == APR_SUCCESS)
        rv = apr_file_rename(
            new, apr_pstrcat(pool, folder, "/", set->generation, NULL), pool);
    if (rv != APR_SUCCESS)
        remove_folder(new, 0, pool);
    return rv;
}

void ipxe_published_clean(const char *folder, int keep, apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_published_list(folder, pool);
    int i;

    for (i = keep; i < all->nelts; i++)
        remove_folder(APR_ARRAY_IDX(all, i, ipxe_published_t).path, 0, pool);
    remove_folder(beside(folder, pool), 0, pool);
}

apr_status_t ipxe_published_lock(apr_file_t **lock, const char *folder,
                                 apr_pool_t *pool)
{
    apr_status_t rv = apr_dir_make(folder, FOLDER_MODE, pool);

    if (rv != APR_SUCCESS && !APR_STATUS_IS_EEXIST(rv))
        return rv;
    rv = apr_file_open(lock, apr_pstrcat(pool, folder, "/lock", NULL),
                       APR_FOPEN_WRITE | APR_FOPEN_CREATE, FILE_MODE, pool);
    return rv == APR_SUCCESS ? apr_file_lock(*lock, APR_FLOCK_EXCLUSIVE) : rv;
}

/* ---- Reading ---- */

/* A manifest under way. */
typedef struct reading_t {
    ipxe_bundle_t *bundle;
    const char *folder;
    const char *content; /* the hash that all bytes should have */
    const char *why;     /* what is wrong, or NULL */
    ipxe_kept_t *kept;   /* or NULL */
    apr_pool_t *pool;
} reading_t;

static char *unescape(const char *text, apr_pool_t *pool)
{
    char *plain = apr_pstrdup(pool, text), *to = plain;

    for (; *text; text++) {
        char digits[3] = {text[0] == '%' ? text[1] : '\0', '\0', '\0'};

        if (digits[0])
            digits[1] = text[2];
        if (digits[0] && digits[1]) {
            *to++ = (char)strtol(digits, NULL, 16);
            text += 2;
        }
        else {
            *to++ = *text;
        }
    }
    *to = '\0';
    return plain;
}

static const char *cannot_read(const char *path, apr_status_t rv,
                               apr_pool_t *pool)
{
    char text[120];

    return apr_psprintf(pool, "cannot read %s: %s", path,
                        apr_strerror(rv, text, sizeof(text)));
}

static void add_source(reading_t *reading, kind_e kind, char *const *words)
{
    const char *path = apr_pstrcat(reading->pool, reading->folder, "/",
                                   unescape(words[0], reading->pool), NULL);
    ipxe_bundle_t *bundle = reading->bundle;
    ipxe_source_t *source;
    const char *name = unescape(words[2], reading->pool);
    apr_status_t rv =
        ipxe_kept_read(&source, kind == KIND_RULES ? reading->kept : NULL, path,
                       name, IPXE_MAX_RULE_FILE, reading->pool);

    if (rv != APR_SUCCESS) {
        reading->why = cannot_read(path, rv, reading->pool);
        return;
    }
    ipxe_bundle_note(source);
    APR_ARRAY_PUSH(bundle->sources, const ipxe_source_t *) = source;
    if (kind == KIND_TEMPLATE)
        APR_ARRAY_PUSH(bundle->templates, const char *) =
            unescape(words[1], reading->pool);
    else if (kind == KIND_RULES)
        bundle->rules = bundle->sources->nelts;
}

static void read_line(reading_t *reading, char *line)
{
    char *last, *words[3];
    const char *word = apr_strtok(line, " ", &last);
    int i, n = 0;

    while (n < 3 && (words[n] = apr_strtok(NULL, " ", &last)))
        n++;
    if (word && strcmp(word, "content") == 0 && n == 1) {
        reading->content = words[0];
        return;
    }
    for (i = 0; i < KINDS && word && n == 3; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            add_source(reading, (kind_e)i, words);
            return;
        }
    }
    reading->why = "its manifest has a line that nobody knows";
}

static void read_manifest(reading_t *reading)
{
    const char *path =
        apr_pstrcat(reading->pool, reading->folder, "/manifest", NULL);
    ipxe_source_t *source;
    apr_status_t rv =
        ipxe_source_read(&source, path, IPXE_MAX_RULE_FILE, reading->pool);
    apr_array_header_t *lines;
    int i;

    if (rv != APR_SUCCESS) {
        reading->why = cannot_read(path, rv, reading->pool);
        return;
    }
    lines = ipxe_text_split(source->text, "\n", reading->pool);
    if (!lines->nelts ||
        strcmp(APR_ARRAY_IDX(lines, 0, const char *), FIRST_LINE) != 0)
        reading->why = "its manifest is of another version";
    for (i = 1; i < lines->nelts && !reading->why; i++)
        read_line(reading, APR_ARRAY_IDX(lines, i, char *));
    if (!reading->why &&
        !ipxe_text_eq(reading->content,
                      ipxe_bundle_hash(reading->bundle, NULL, reading->pool)))
        reading->why = "its bytes are not those that were published";
}

ipxe_snapshot_t *ipxe_published_load(const char **why,
                                     const ipxe_published_t *published,
                                     const ipxe_settings_t *settings,
                                     apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    reading_t reading = {ipxe_bundle_make(pool), published->path, NULL, NULL,
                         settings->kept, pool};
    const ipxe_diag_t *first;
    ipxe_snapshot_t *set;

    read_manifest(&reading);
    if (reading.why) {
        *why = reading.why;
        return NULL;
    }
    set = ipxe_snapshot_build(settings, reading.bundle, 1, diags, pool);
    if (set) {
        ipxe_snapshot_publish(set, published->number);
        return set;
    }
    first = ipxe_diags_first_error(diags);
    *why = first ? ipxe_diag_line(first, pool) : "it does not load";
    return NULL;
}
