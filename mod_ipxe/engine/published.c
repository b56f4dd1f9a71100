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
#include "rules/hosts.h"
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

/* ---- Manifests ---- */

/* A line of a manifest: a file of the set. */
typedef struct line_t {
    kind_e kind;
    const char *place, *label, *name;
    const char *hash; /* 64 hex digits where it may stay from set to set, else
                         NULL */
    const char *compiled; /* where its hosts lie compiled, or NULL */
} line_t;

static const char *hash_of(const ipxe_source_t *source, apr_pool_t *pool)
{
    const unsigned char *note = ipxe_kept_note(source);
    ipxe_text_t *hex = ipxe_text_make(2 * IPXE_KEPT_NOTE_BYTES + 1, pool);
    int i;

    for (i = 0; note && i < IPXE_KEPT_NOTE_BYTES; i++)
        ipxe_text_addf(hex, "%02x", note[i]);
    return note ? hex->data : NULL;
}

static void add_line(ipxe_text_t *manifest, const line_t *line,
                     apr_pool_t *pool)
{
    ipxe_text_addf(manifest, "%s %s %s %s", kinds[line->kind],
                   ipxe_text_urlencode(line->place, "/", pool),
                   ipxe_text_urlencode(line->label, "/", pool),
                   ipxe_text_urlencode(line->name, "/", pool));
    if (line->hash)
        ipxe_text_addf(manifest, " %s", line->hash);
    if (line->hash && line->compiled)
        ipxe_text_addf(manifest, " %s",
                       ipxe_text_urlencode(line->compiled, "/", pool));
    ipxe_text_add(manifest, "\n");
}

static const char *unescape(const char *text, apr_pool_t *pool)
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

/* 0: it is no line of a file. */
static int read_line(line_t *line, const char *text, apr_pool_t *pool)
{
    const apr_array_header_t *words = ipxe_text_split(text, " ", pool);
    const char *const *word = (const char *const *)words->elts;
    int i;

    for (i = 0; i < KINDS && words->nelts >= 4 && words->nelts <= 6; i++) {
        if (strcmp(word[0], kinds[i]) != 0)
            continue;
        line->kind = (kind_e)i;
        line->place = unescape(word[1], pool);
        line->label = unescape(word[2], pool);
        line->name = unescape(word[3], pool);
        line->hash = words->nelts > 4 ? word[4] : NULL;
        line->compiled = words->nelts > 5 ? unescape(word[5], pool) : NULL;
        return 1;
    }
    return 0;
}

/* The lines of a set's manifest after its first, or NULL. */
static apr_array_header_t *read_lines(const char **why, const char *folder,
                                      apr_pool_t *pool);

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

/* The line of a set that was published before with the same bytes; its places
 * are whole paths then. 0: there is none. */
static int find_older(line_t *line, const char *folder, const char *hash,
                      apr_pool_t *pool)
{
    const apr_array_header_t *lines;
    const char *why;
    int i, found = 0;

    lines = hash && folder ? read_lines(&why, folder, pool) : NULL;
    for (i = 0; lines && i < lines->nelts && !found; i++)
        found = read_line(line, APR_ARRAY_IDX(lines, i, const char *), pool) &&
                line->hash && strcmp(line->hash, hash) == 0;
    if (!found)
        return 0;
    line->place = apr_pstrcat(pool, folder, "/", line->place, NULL);
    if (line->compiled)
        line->compiled = apr_pstrcat(pool, folder, "/", line->compiled, NULL);
    return 1;
}

/* What a set is written to. */
typedef struct writing_t {
    const char *folder;
    const char *older; /* the folder of the newest set so far, or NULL */
    const ipxe_bundle_t *bundle;
    int compile; /* there are hosts enough */
    ipxe_text_t *manifest;
    apr_pool_t *pool;
} writing_t;

/* What cannot be compiled is read by whoever loads the set. */
static void write_compiled(const writing_t *writing, line_t *line,
                           const line_t *older, const ipxe_source_t *source)
{
    apr_pool_t *pool = writing->pool;
    const char *place = apr_pstrcat(pool, line->place, ".compiled", NULL);
    const char *path = apr_pstrcat(pool, writing->folder, "/", place, NULL);

    if (line->kind != KIND_RULES || !line->hash)
        return;
    if (older && older->compiled) {
        if (apr_file_link(older->compiled, path) == APR_SUCCESS)
            line->compiled = place;
        return;
    }
    if (!writing->compile)
        return;
    if (ipxe_kept_compile(source, path, pool) == APR_SUCCESS)
        line->compiled = place;
    else
        apr_file_remove(path, pool);
}

/* A large file that is in the older set too is one file with two names. */
static apr_status_t write_source(const writing_t *writing, int number)
{
    apr_pool_t *pool = writing->pool;
    const ipxe_source_t *source =
        APR_ARRAY_IDX(writing->bundle->sources, number, const ipxe_source_t *);
    line_t line = {kind_of(writing->bundle, number),
                   place_of(writing->bundle, number, pool),
                   ipxe_bundle_label(writing->bundle, number), source->name,
                   hash_of(source, pool), NULL};
    const char *path =
        apr_pstrcat(pool, writing->folder, "/", line.place, NULL);
    line_t older;
    int again = find_older(&older, writing->older, line.hash, pool);
    apr_status_t rv = make_parent(path, pool);

    if (rv == APR_SUCCESS &&
        !(again && apr_file_link(older.place, path) == APR_SUCCESS))
        rv = write_file(path, source->text, source->len, pool);
    if (rv == APR_SUCCESS)
        write_compiled(writing, &line, again ? &older : NULL, source);
    add_line(writing->manifest, &line, pool);
    return rv;
}

static apr_status_t write_all(const char *folder, const char *older,
                              const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    writing_t writing = {
        folder,
        older,
        set->bundle,
        ipxe_hosts_count(set->rules) > set->settings->compiled_hosts,
        ipxe_text_make(1024, pool),
        pool};
    apr_status_t rv = apr_dir_make(folder, FOLDER_MODE, pool);
    int i;

    ipxe_text_addf(writing.manifest, "%s\ncontent %s\n", FIRST_LINE,
                   ipxe_bundle_hash(set->bundle, NULL, pool));
    for (i = 0; i < set->bundle->sources->nelts && rv == APR_SUCCESS; i++)
        rv = write_source(&writing, i);
    if (rv == APR_SUCCESS)
        rv = write_file(apr_pstrcat(pool, folder, "/manifest", NULL),
                        writing.manifest->data, writing.manifest->len, pool);
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
    const apr_array_header_t *all = ipxe_published_list(folder, pool);
    const char *new = beside(folder, pool);
    apr_status_t rv;

    remove_folder(new, 0, pool);
    rv = write_all(
        new, all->nelts ? APR_ARRAY_IDX(all, 0, ipxe_published_t).path : NULL,
        set, pool);
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

static const char *number_path(const char *folder, apr_pool_t *pool)
{
    return apr_pstrcat(pool, folder, "/number", NULL);
}

apr_uint32_t ipxe_published_last(const char *folder, apr_pool_t *pool)
{
    apr_array_header_t *all = ipxe_published_list(folder, pool);
    apr_uint32_t last =
        all->nelts ? APR_ARRAY_IDX(all, 0, ipxe_published_t).number : 0;
    apr_int64_t noted = 0;
    ipxe_source_t *source;

    if (ipxe_source_read(&source, number_path(folder, pool), 32, pool) ==
        APR_SUCCESS)
        noted = apr_atoi64(source->text);
    return noted > last && noted < 0xffffffff ? (apr_uint32_t)noted : last;
}

void ipxe_published_note(const char *folder, apr_uint32_t number,
                         apr_pool_t *pool)
{
    const char *path = number_path(folder, pool);
    const char *new = apr_pstrcat(pool, path, ".new", NULL);
    const char *text = apr_psprintf(pool, "%u\n", number);

    apr_file_remove(new, pool);
    if (write_file(new, text, strlen(text), pool) == APR_SUCCESS)
        apr_file_rename(new, path, pool);
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

/* A set under way. */
typedef struct reading_t {
    ipxe_bundle_t *bundle;
    const char *folder;
    const char *content; /* the hash that all bytes should have */
    const char *why;     /* what is wrong, or NULL */
    ipxe_kept_t *kept;   /* or NULL */
    apr_pool_t *pool;
} reading_t;

static const char *cannot_read(const char *path, apr_status_t rv,
                               apr_pool_t *pool)
{
    char text[120];

    return apr_psprintf(pool, "cannot read %s: %s", path,
                        apr_strerror(rv, text, sizeof(text)));
}

static apr_array_header_t *read_lines(const char **why, const char *folder,
                                      apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, folder, "/manifest", NULL);
    ipxe_source_t *source;
    apr_status_t rv =
        ipxe_source_read(&source, path, IPXE_MAX_RULE_FILE, pool);
    apr_array_header_t *lines;

    if (rv != APR_SUCCESS) {
        *why = cannot_read(path, rv, pool);
        return NULL;
    }
    lines = ipxe_text_split(source->text, "\n", pool);
    if (lines->nelts &&
        strcmp(APR_ARRAY_IDX(lines, 0, const char *), FIRST_LINE) == 0)
        return lines;
    *why = "its manifest is of another version";
    return NULL;
}

/* What is kept, compiled or in memory, is not read. */
static const ipxe_source_t *take_kept(const reading_t *reading,
                                      const line_t *line)
{
    unsigned char note[IPXE_KEPT_NOTE_BYTES];
    const ipxe_source_t *source = NULL;
    int i;

    if (!reading->kept || !line->hash || strlen(line->hash) != 2 * sizeof(note))
        return NULL;
    for (i = 0; i < IPXE_KEPT_NOTE_BYTES; i++) {
        char digits[3] = {line->hash[2 * i], line->hash[2 * i + 1], '\0'};

        note[i] = (unsigned char)strtol(digits, NULL, 16);
    }
    if (line->compiled)
        source = ipxe_kept_map(reading->kept,
                               apr_pstrcat(reading->pool, reading->folder, "/",
                                           line->compiled, NULL),
                               line->name, note, reading->pool);
    return source ? source
                  : ipxe_kept_find(reading->kept, line->name, note,
                                   reading->pool);
}

static const ipxe_source_t *take_file(reading_t *reading, const line_t *line)
{
    const char *path =
        apr_pstrcat(reading->pool, reading->folder, "/", line->place, NULL);
    ipxe_source_t *source;
    apr_status_t rv = ipxe_kept_read(
        &source, line->kind == KIND_RULES ? reading->kept : NULL, path,
        line->name, IPXE_MAX_RULE_FILE, reading->pool);

    if (rv != APR_SUCCESS) {
        reading->why = cannot_read(path, rv, reading->pool);
        return NULL;
    }
    ipxe_bundle_note(source);
    return source;
}

static void add_file(reading_t *reading, const line_t *line)
{
    ipxe_bundle_t *bundle = reading->bundle;
    const ipxe_source_t *source = take_kept(reading, line);

    if (!source)
        source = take_file(reading, line);
    if (!source)
        return;
    APR_ARRAY_PUSH(bundle->sources, const ipxe_source_t *) = source;
    if (line->kind == KIND_TEMPLATE)
        APR_ARRAY_PUSH(bundle->templates, const char *) = line->label;
    else if (line->kind == KIND_RULES)
        bundle->rules = bundle->sources->nelts;
}

static void read_manifest(reading_t *reading)
{
    static const char content[] = "content ";
    apr_array_header_t *lines =
        read_lines(&reading->why, reading->folder, reading->pool);
    line_t line;
    int i;

    for (i = 1; lines && i < lines->nelts && !reading->why; i++) {
        const char *text = APR_ARRAY_IDX(lines, i, const char *);

        if (strncmp(text, content, sizeof(content) - 1) == 0)
            reading->content = text + sizeof(content) - 1;
        else if (read_line(&line, text, reading->pool))
            add_file(reading, &line);
        else
            reading->why = "its manifest has a line that nobody knows";
    }
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

int ipxe_published_lighter(const ipxe_published_t *published,
                           const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    const apr_array_header_t *lines, *sources = set->bundle->sources;
    const char *why;
    line_t line;
    int i, alone = 0;

    for (i = 0; i < set->bundle->rules; i++)
        alone |= ipxe_kept_how(APR_ARRAY_IDX(sources, i,
                                             const ipxe_source_t *)) ==
                 IPXE_KEPT_ALONE;
    lines = alone ? read_lines(&why, published->path, pool) : NULL;
    for (i = 1; lines && i < lines->nelts; i++)
        if (read_line(&line, APR_ARRAY_IDX(lines, i, const char *), pool) &&
            line.compiled)
            return 1;
    return 0;
}
