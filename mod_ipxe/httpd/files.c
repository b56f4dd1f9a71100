/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up kernels and trees as httpd maps their addresses. */
#include "httpd/files.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <http_config.h>

#include "engine/check.h"

/* What a directive does with addresses. */
typedef enum mapping_e {
    MAPPING_FOLDER,  /* they are files in a folder */
    MAPPING_UNKNOWN, /* they are something else */
    MAPPING_PATTERN  /* the same, for those that a pattern finds */
} mapping_e;

static const struct {
    const char *directive;
    mapping_e mapping;
} mappings[] = {
    {"Alias", MAPPING_FOLDER},           {"ScriptAlias", MAPPING_UNKNOWN},
    {"ProxyPass", MAPPING_UNKNOWN},      {"Redirect", MAPPING_UNKNOWN},
    {"AliasMatch", MAPPING_PATTERN},     {"ScriptAliasMatch", MAPPING_PATTERN},
    {"ProxyPassMatch", MAPPING_PATTERN}, {"RedirectMatch", MAPPING_PATTERN},
};

/* One lookup: where does the address `url` lead? */
typedef struct lookup_t {
    const char *url;    /* "/images/vmlinuz" */
    const char *folder; /* of the longest Alias that fits, or NULL */
    const char *rest;   /* of url, below that folder */
    apr_size_t longest; /* of the addresses of these */
    int unknown;        /* it leads where nobody can look */
    apr_pool_t *pool;
} lookup_t;

/* "/images" and "/images/" fit "/images/x"; "/im" does not. */
static int fits(const char *url, const char *prefix)
{
    apr_size_t len = strlen(prefix);

    return len > 0 && strncmp(url, prefix, len) == 0 &&
           (prefix[len - 1] == '/' || url[len] == '/' || !url[len]);
}

static void map_folder(lookup_t *lookup, const char *prefix, const char *folder)
{
    if (!fits(lookup->url, prefix) || strlen(prefix) < lookup->longest)
        return;
    lookup->longest = strlen(prefix);
    lookup->folder = folder;
    lookup->rest = lookup->url + lookup->longest;
}

static int matches(const lookup_t *lookup, const char *pattern)
{
    ap_regex_t *regex = ap_pregcomp(lookup->pool, pattern, 0);

    return regex && ap_regexec(regex, lookup->url, 0, NULL, 0) == 0;
}

static void look_at(lookup_t *lookup, const ap_directive_t *directive)
{
    const char *args = directive->args, *first, *second;
    apr_size_t i;

    for (i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++)
        if (strcasecmp(directive->directive, mappings[i].directive) == 0)
            break;
    if (i == sizeof(mappings) / sizeof(mappings[0]))
        return;
    first = ap_getword_conf(lookup->pool, &args);
    second = ap_getword_conf(lookup->pool, &args);
    /* In a Location the address is the section's. */
    if (!*second && directive->parent) {
        const char *place = directive->parent->args;

        second = first;
        first = ap_getword_conf(lookup->pool, &place);
        first = apr_pstrndup(lookup->pool, first, strcspn(first, ">"));
    }
    if (mappings[i].mapping == MAPPING_FOLDER)
        map_folder(lookup, first, second);
    else if (mappings[i].mapping == MAPPING_UNKNOWN)
        lookup->unknown |= fits(lookup->url, first);
    else
        lookup->unknown |= matches(lookup, first);
}

static void look_through(lookup_t *lookup, const ap_directive_t *directive)
{
    for (; directive; directive = directive->next) {
        look_at(lookup, directive);
        look_through(lookup, directive->first_child);
    }
}

static int is_there(const char *folder, const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;
    char *whole;

    return apr_filepath_merge(&whole, folder, path, APR_FILEPATH_SECUREROOT,
                              pool) == APR_SUCCESS &&
           apr_stat(&info, whole, APR_FINFO_TYPE, pool) == APR_SUCCESS;
}

static int is_served(const ipxe_serving_t *serving, const char *path,
                     apr_pool_t *pool)
{
    lookup_t lookup = {NULL, NULL, NULL, 0, 0, pool};
    int i;

    lookup.url = apr_pstrcat(pool, path[0] == '/' ? "" : "/", path, NULL);
    look_through(&lookup, ap_conftree);
    if (lookup.unknown)
        return 1;
    if (lookup.folder)
        return is_there(lookup.folder, lookup.rest + strspn(lookup.rest, "/"),
                        pool);
    for (i = 0; i < serving->roots->nelts; i++)
        if (is_there(APR_ARRAY_IDX(serving->roots, i, const char *),
                     lookup.url + 1, pool))
            return 1;
    return serving->roots->nelts == 0;
}

void ipxe_files_check(const ipxe_serving_t *serving, const ipxe_snapshot_t *set,
                      ipxe_diags_t *diags)
{
    apr_array_header_t *files;
    apr_pool_t *pool;
    const ipxe_named_file_t *missing = NULL;
    int i;

    apr_pool_create(&pool, set->pool);
    files = ipxe_check_files(set, pool);
    for (i = 0; i < files->nelts; i++) {
        const ipxe_named_file_t *file =
            &APR_ARRAY_IDX(files, i, ipxe_named_file_t);

        if (ipxe_check_below(file, missing) ||
            is_served(serving, file->path, pool))
            continue;
        missing = file;
        ipxe_diag_help(
            ipxe_diag_add(diags, IPXE_DIAG_MISSING_FILE, file->span,
                          "'%s' is not under the DocumentRoot '%s'", file->path,
                          APR_ARRAY_IDX(serving->roots, 0, const char *)),
            "put it there, or mend the path; machines get 404");
    }
    apr_pool_destroy(pool);
}
