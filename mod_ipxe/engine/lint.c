/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts and answer files by themselves, and what they fetch. */
#include "engine/lint.h"

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/tree.h"

/* ---- Under the DocumentRoot ---- */

static int is_there(const char *path, apr_filetype_e *type, apr_pool_t *pool)
{
    apr_finfo_t info;

    if (apr_stat(&info, path, APR_FINFO_TYPE, pool) != APR_SUCCESS)
        return 0;
    *type = info.filetype;
    return 1;
}

/* "data/OS/x" below /data, where /data/OS/x is there: the name of the
 * DocumentRoot stands in the address. */
static const char *without_root(const char *path, const char *root,
                                apr_pool_t *pool)
{
    const char *last = apr_filepath_name_get(root);
    const char *rest = strchr(path, '/');
    apr_filetype_e type;

    if (!rest || strncmp(path, last, (apr_size_t)(rest - path)) != 0 ||
        last[rest - path] != '\0' ||
        !is_there(apr_pstrcat(pool, root, rest, NULL), &type, pool))
        return NULL;
    return rest;
}

static void not_there(const char *path, ipxe_span_t span, const char *root,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char *rest = without_root(path, root, pool);
    ipxe_diag_t *diag =
        ipxe_diag_add(diags, IPXE_DIAG_MISSING_FILE, span,
                      "'%s' is not under the DocumentRoot '%s'", path, root);

    if (rest)
        ipxe_diag_help(diag,
                       "it is '%s' in the address: %s itself is the "
                       "DocumentRoot",
                       rest, root);
    else
        ipxe_diag_help(diag, "put it there, or mend the path; machines get "
                             "404");
}

int ipxe_lint_path(const char *path, int tree, ipxe_span_t span,
                   const char *root, ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char *whole = apr_pstrcat(pool, root, "/", path, NULL);
    apr_filetype_e type;

    if (!is_there(whole, &type, pool)) {
        not_there(path, span, root, diags, pool);
        return 0;
    }
    if (tree && type == APR_DIR &&
        !is_there(apr_pstrcat(pool, whole, "/.treeinfo", NULL), &type, pool))
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_MISSING_TREEINFO, span,
                                     "the tree '%s' has no .treeinfo", path),
                       "copy the hidden files, too: 'cp -a /mnt/. TREE/', not "
                       "'cp /mnt/*'");
    return 1;
}

/* ---- Addresses ---- */

/* What follows scheme and host, decoded, where the address leads to this
 * server: to its base, or without one to any host by its IPv4 address. */
static const char *local_path(const char *url, const ipxe_settings_t *settings,
                              apr_pool_t *pool)
{
    const char *host = strstr(url, "://"), *path;
    apr_size_t base = settings->base_url ? strlen(settings->base_url) : 0;

    if (strncmp(url, "http", 4) != 0 || !host)
        return NULL;
    path = strchr(host + 3, '/');
    if (!path)
        return NULL;
    if (base
            ? strncmp(url, settings->base_url, base) != 0 || url + base != path
            : strspn(host + 3, "0123456789.:") != (apr_size_t)(path - host - 3))
        return NULL;
    return apr_pstrmemdup(pool, path, strcspn(path, "?#"));
}

static const char *decoded(const char *path, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, path), *out = copy;

    for (; *path; path++) {
        if (*path == '%' && apr_isxdigit(path[1]) && apr_isxdigit(path[2])) {
            char hex[3] = {path[1], path[2], '\0'};

            *out++ = (char)strtol(hex, NULL, 16);
            path += 2;
        }
        else {
            *out++ = *path;
        }
    }
    *out = '\0';
    return copy;
}

/* Below the DocumentRoot; NULL: the module itself answers, or nobody. */
static const char *below_root(const char *path, const ipxe_settings_t *settings,
                              apr_pool_t *pool)
{
    if (ipxe_engine_route(settings, path, pool).route != IPXE_ROUTE_NONE)
        return NULL;
    path = decoded(path, pool);
    path += strspn(path, "/");
    return *path && !strstr(path, "..") ? path : NULL;
}

static void check_address(const ipxe_lint_address_t *address,
                          const ipxe_settings_t *settings, ipxe_diags_t *diags,
                          apr_pool_t *pool)
{
    const char *path = local_path(address->url, settings, pool);

    path = path ? below_root(path, settings, pool) : NULL;
    if (path)
        ipxe_lint_path(path, address->tree, address->span,
                       settings->document_root, diags, pool);
}

const char *ipxe_lint_served(const char *url, const char *base,
                             const ipxe_settings_t *settings, apr_pool_t *pool)
{
    apr_size_t len = strlen(base);
    const char *root = settings->document_root, *path;

    if (strncmp(url, base, len) == 0 && url[len] == '/')
        return below_root(
            apr_pstrmemdup(pool, url + len, strcspn(url + len, "?#")), settings,
            pool);
    path = local_path(url, settings, pool);
    path = path ? below_root(path, settings, pool) : NULL;
    return path && root && without_root(path, root, pool) ? path : NULL;
}

/* ---- user-data ---- */

static int starts_with(const ipxe_source_t *source, const char *start)
{
    return strncmp(source->text, start, strlen(start)) == 0;
}

/* A script, a list of addresses, several parts: what is no YAML. */
static int is_other_kind(const ipxe_source_t *source)
{
    static const char *const starts[] = {"#!",
                                         "## template:",
                                         "#include",
                                         "Content-Type:",
                                         "MIME-Version:",
                                         "#cloud-boothook"};
    apr_size_t i;

    for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (starts_with(source, starts[i]))
            return 1;
    }
    return 0;
}

static void check_start(const ipxe_source_t *source, ipxe_diags_t *diags)
{
    if (starts_with(source, "#cloud-config"))
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_SEED_START,
                                 ipxe_span(source, 0, 1),
                                 "user-data does not begin with "
                                 "'#cloud-config'"),
                   "it must be the very first line: cloud-init leaves the "
                   "file alone else");
}

/* Says of every scalar below a node what is doubtful of it. */
static void check_node(const ipxe_yaml_t *node, const char *key, int rendered,
                       ipxe_diags_t *diags)
{
    apr_size_t i;

    if (node->kind == IPXE_YAML_SCALAR && strcmp(key, "path") == 0)
        ipxe_lint_device(node->text, node->span, diags);
    if (node->kind == IPXE_YAML_SCALAR && !rendered &&
        (strcmp(key, "password") == 0 || strcmp(key, "passwd") == 0 ||
         strcmp(key, "hashed_passwd") == 0))
        ipxe_lint_secret(node->text, node->span, diags);
    for (i = 0; node->kind == IPXE_YAML_SEQUENCE && i < node->count; i++)
        check_node(node->items[i], key, rendered, diags);
    for (i = 0; node->kind == IPXE_YAML_MAPPING && i < node->count; i++)
        check_node(node->pairs[i].value, node->pairs[i].key->text, rendered,
                   diags);
}

static void check_autoinstall(const ipxe_yaml_t *root, ipxe_diags_t *diags)
{
    const ipxe_yaml_t *install = ipxe_yaml_get(root, "autoinstall");
    const ipxe_yaml_t *asked;

    if (!install || install->kind != IPXE_YAML_MAPPING)
        return;
    if (!ipxe_yaml_get(install, "version"))
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_MISSING_KEY,
                                     ipxe_yaml_key(root, "autoinstall")->span,
                                     "'version' is missing"),
                       "write 'version: 1' below it");
    asked = ipxe_yaml_get(install, "interactive-sections");
    if (asked && asked->kind == IPXE_YAML_SEQUENCE && asked->count)
        ipxe_diag_add(diags, IPXE_DIAG_INSTALL_ASKS, asked->span,
                      "the installation will stop and ask: "
                      "'interactive-sections'");
}

static void lint_user_data(const ipxe_source_t *source, int rendered,
                           ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_yaml_t *root;

    if (is_other_kind(source))
        return;
    check_start(source, diags);
    ipxe_yaml_parse(&root, source, diags, pool);
    if (!root)
        return;
    check_autoinstall(root, diags);
    check_node(root, "", rendered, diags);
}

/* ---- Files ---- */

static void lint(const ipxe_source_t *source, ipxe_lint_kind_e kind,
                 int rendered, apr_array_header_t *addresses,
                 ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_lint_answers_t answers = {rendered, addresses};
    ipxe_lint_wish_t wish = {NULL, 0, rendered};

    if (kind == IPXE_LINT_SCRIPT)
        ipxe_lint(source, &wish, addresses, diags, pool);
    else if (kind == IPXE_LINT_KICKSTART)
        ipxe_lint_kickstart(source, &answers, diags, pool);
    else if (kind == IPXE_LINT_PRESEED)
        ipxe_lint_preseed(source, &answers, diags, pool);
    else if (kind == IPXE_LINT_USER_DATA)
        lint_user_data(source, rendered, diags, pool);
}

int ipxe_lint_file(const ipxe_source_t *source, const ipxe_settings_t *settings,
                   ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_lint_kind_e kind = ipxe_lint_kind(source->name, source->text);
    apr_array_header_t *addresses =
        apr_array_make(pool, 8, sizeof(ipxe_lint_address_t));
    int i;

    if (kind == IPXE_LINT_OTHER)
        return 0;
    lint(source, kind, 0, addresses, diags, pool);
    for (i = 0; settings->document_root && i < addresses->nelts; i++)
        check_address(&APR_ARRAY_IDX(addresses, i, ipxe_lint_address_t),
                      settings, diags, pool);
    return 1;
}

/* ---- What was rendered ---- */

/* The one line of the template that is the rendered one, or its begin. */
static ipxe_span_t place_of(ipxe_span_t rendered, ipxe_span_t whole,
                            const char **shown, apr_pool_t *pool)
{
    const ipxe_source_t *from = rendered.source, *to = whole.source;
    ipxe_place_t place = ipxe_source_place(from, rendered.begin);
    apr_size_t len, n, i, at = 0;
    const char *line = ipxe_source_line(from, place.line, &len), *other;
    int found = 0;

    for (i = 1; to && i <= to->line_count; i++) {
        other = ipxe_source_line(to, i, &n);
        if (n == len && memcmp(line, other, n) == 0) {
            at = (apr_size_t)(other - to->text);
            found++;
        }
    }
    *shown = NULL;
    if (found == 1) {
        apr_size_t begin =
            at + rendered.begin - (apr_size_t)(line - from->text);

        return ipxe_span(to, begin, begin + rendered.end - rendered.begin);
    }
    *shown = apr_pstrmemdup(pool, line, len);
    whole.end = whole.begin + 1;
    return whole;
}

static void hand_on(const ipxe_diag_t *found, ipxe_span_t whole,
                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    const char *shown;
    ipxe_span_t span = place_of(found->span, whole, &shown, pool);
    ipxe_diag_t *diag =
        shown ? ipxe_diag_add(diags, found->code, span,
                              "%s; rendered for a sample machine, the line is "
                              "'%.80s'",
                              found->message, ipxe_text_ascii(shown, pool))
              : ipxe_diag_add(diags, found->code, span, "%s", found->message);

    if (found->help)
        ipxe_diag_help(diag, "%s", found->help);
}

/* The same addresses at the template's own lines. */
static void hand_addresses_on(const apr_array_header_t *found,
                              ipxe_span_t whole, apr_array_header_t *addresses,
                              apr_pool_t *pool)
{
    const char *shown;
    int i;

    for (i = 0; i < found->nelts; i++) {
        ipxe_lint_address_t one = APR_ARRAY_IDX(found, i, ipxe_lint_address_t);

        one.span = place_of(one.span, whole, &shown, pool);
        APR_ARRAY_PUSH(addresses, ipxe_lint_address_t) = one;
    }
}

void ipxe_lint_rendered(const char *text, ipxe_lint_kind_e kind,
                        const ipxe_template_t *template_,
                        apr_array_header_t *addresses, ipxe_diags_t *diags,
                        apr_pool_t *pool)
{
    ipxe_diags_t *found = ipxe_diags_make(pool);
    ipxe_span_t whole = ipxe_template_span(template_);
    apr_array_header_t *fetched =
        apr_array_make(pool, 8, sizeof(ipxe_lint_address_t));
    int i;

    lint(ipxe_source_make("rendered", text, strlen(text), pool), kind, 1,
         fetched, found, pool);
    for (i = 0; i < found->all->nelts; i++) {
        const ipxe_diag_t *one = APR_ARRAY_IDX(found->all, i, ipxe_diag_t *);

        if (one->span.source && !one->hide_source)
            hand_on(one, whole, diags, pool);
    }
    if (addresses)
        hand_addresses_on(fetched, whole, addresses, pool);
}
