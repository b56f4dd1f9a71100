/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl check: every diagnostic of the rules and templates. */
#include "ctl/ctl.h"
#include "engine/doubts.h"
#include "engine/files.h"
#include "engine/lint.h"
#include "engine/tests.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* A run of check. */
typedef struct checking_t {
    ipxe_ctl_t *ctl;
    apr_array_header_t *sites;  /* of ipxe_site_t */
    ipxe_diags_t *found;        /* of all sites and files, none twice */
    apr_hash_t *texts;          /* of what is in `found` */
    apr_array_header_t *names;  /* of the files asked for: their true paths,
                                   const char *; empty: all */
    const ipxe_snapshot_t *set; /* the last that loaded, or NULL */
    int hosts;                  /* in its databases */
} checking_t;

/* ---- Paths ---- */

/* The true path; what is not there is itself. */
static const char *true_path(const char *path, apr_pool_t *pool)
{
    char *found = realpath(path, NULL);
    const char *copy = found ? apr_pstrdup(pool, found) : path;

    free(found);
    return copy;
}

static int is_folder(const char *path, apr_pool_t *pool)
{
    apr_finfo_t info;

    return apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS &&
           info.filetype == APR_DIR;
}

static int ends_with(const char *text, const char *end)
{
    apr_size_t len = strlen(text), n = strlen(end);

    return len > n && strcmp(text + len - n, end) == 0;
}

/* Is it rules, by its name? */
static int is_rules(const char *path, apr_pool_t *pool)
{
    return ends_with(path, ".yaml") || ends_with(path, ".yml") ||
           is_folder(path, pool);
}

static int is_tests(const char *path)
{
    return ends_with(path, ".test.yaml") || ends_with(path, ".test.yml");
}

/* The path is `place` or lies below it. */
static int within(const char *path, const char *place, apr_pool_t *pool)
{
    apr_size_t len;

    if (!place)
        return 0;
    place = true_path(place, pool);
    len = strlen(place);
    return strncmp(path, place, len) == 0 &&
           (path[len] == '\0' || path[len] == '/');
}

static int site_has(const ipxe_site_t *site, const char *path, apr_pool_t *pool)
{
    const apr_array_header_t *rules = site->settings.rules;
    int i;

    for (i = 0; rules && i < rules->nelts; i++)
        if (within(path, APR_ARRAY_IDX(rules, i, const char *), pool))
            return 1;
    return within(path, site->settings.templates, pool);
}

static int sites_have(const checking_t *checking, const char *path)
{
    int i;

    for (i = 0; i < checking->sites->nelts; i++)
        if (site_has(&APR_ARRAY_IDX(checking->sites, i, ipxe_site_t), path,
                     checking->ctl->pool))
            return 1;
    return 0;
}

/* ---- Collecting ---- */

static int span_asked(const checking_t *checking, ipxe_span_t span)
{
    apr_pool_t *pool = checking->ctl->pool;
    const char *path;
    int i;

    if (!span.source)
        return 0;
    path = true_path(span.source->name, pool);
    for (i = 0; i < checking->names->nelts; i++)
        if (within(path, APR_ARRAY_IDX(checking->names, i, const char *), pool))
            return 1;
    return 0;
}

/* What touches a file that was asked for; what lies nowhere always does. */
static int is_asked(const checking_t *checking, const ipxe_diag_t *diag)
{
    int i;

    if (checking->names->nelts == 0 || !diag->span.source ||
        span_asked(checking, diag->span))
        return 1;
    for (i = 0; diag->notes && i < diag->notes->nelts; i++)
        if (span_asked(checking,
                       APR_ARRAY_IDX(diag->notes, i, ipxe_note_t).span))
            return 1;
    return 0;
}

static void collect(checking_t *checking, const ipxe_diags_t *diags)
{
    ipxe_diags_t *found = checking->found;
    int i;

    for (i = 0; i < diags->all->nelts; i++) {
        ipxe_diag_t *diag = APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *);
        const char *text = ipxe_diag_text(diag, checking->ctl->pool);

        if (!is_asked(checking, diag) ||
            apr_hash_get(checking->texts, text, APR_HASH_KEY_STRING))
            continue;
        apr_hash_set(checking->texts, text, APR_HASH_KEY_STRING, diag);
        APR_ARRAY_PUSH(found->all, ipxe_diag_t *) = diag;
        if (diag->severity == IPXE_SEVERITY_ERROR)
            found->errors++;
        else
            found->warnings++;
    }
}

/* ---- Checking ---- */

/* The tests at these paths, which lie in folders of rules or are `named`. */
static void check_tests(const checking_t *checking,
                        const apr_array_header_t *paths, int named,
                        ipxe_diags_t *diags)
{
    apr_pool_t *pool = checking->ctl->pool;
    apr_array_header_t *sources =
        apr_array_make(pool, 4, sizeof(const ipxe_source_t *));
    apr_array_header_t *tests =
        apr_array_make(pool, 32, sizeof(const ipxe_test_t *));
    int i;

    ipxe_files_tests(sources, paths, named, diags, pool);
    for (i = 0; i < sources->nelts; i++)
        ipxe_tests_read(tests, APR_ARRAY_IDX(sources, i, const ipxe_source_t *),
                        checking->set, diags, pool);
}

static void check_set(checking_t *checking, const ipxe_settings_t *settings)
{
    ipxe_diags_t *diags = ipxe_diags_make(checking->ctl->pool);
    const ipxe_snapshot_t *set =
        ipxe_snapshot_inspect(settings, diags, checking->ctl->pool);

    if (set) {
        checking->set = set;
        checking->hosts = ipxe_check_hosts(set, diags);
        ipxe_snapshot_doubt(set, diags, checking->ctl->pool);
        check_tests(checking, settings->rules, 0, diags);
    }
    collect(checking, diags);
}

/* The settings of the first site, for files that are in none. */
static const ipxe_settings_t *some_settings(const checking_t *checking)
{
    return &APR_ARRAY_IDX(checking->sites, 0, ipxe_site_t).settings;
}

static void check_rules_file(checking_t *checking, const char *path)
{
    apr_array_header_t *rules =
        apr_array_make(checking->ctl->pool, 1, sizeof(const char *));
    ipxe_settings_t settings = *some_settings(checking);

    APR_ARRAY_PUSH(rules, const char *) = path;
    settings.rules = rules;
    check_set(checking, &settings);
}

/* What has values to put in is a template, whatever it makes. */
static int is_template(const ipxe_source_t *source)
{
    return strstr(source->text, "{{") || strstr(source->text, "{%");
}

static void check_template_file(checking_t *checking, const char *path)
{
    apr_pool_t *pool = checking->ctl->pool;
    const char *folder = some_settings(checking)->templates;
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_library_t *library = ipxe_engine_library(pool);
    apr_array_header_t *sources =
        apr_array_make(pool, 16, sizeof(const ipxe_source_t *));
    ipxe_source_t *source;
    int found;

    if (folder)
        ipxe_files_templates(sources, library, folder, diags, pool);
    source = ipxe_ctl_read_file(path, IPXE_MAX_TEMPLATE_FILE, diags, pool);
    if (source && !is_template(source) &&
        ipxe_lint_file(source, some_settings(checking), diags, pool)) {
        collect(checking, diags);
        return;
    }
    if (source) {
        ipxe_library_add(library, path, source);
        ipxe_library_get(&found, library, path, diags);
    }
    collect(checking, diags);
}

/* Tests from elsewhere are of the rules that were checked last. */
static void check_test_file(checking_t *checking, const char *path)
{
    apr_array_header_t *paths =
        apr_array_make(checking->ctl->pool, 1, sizeof(const char *));
    ipxe_diags_t *diags = ipxe_diags_make(checking->ctl->pool);

    APR_ARRAY_PUSH(paths, const char *) = path;
    if (checking->set)
        check_tests(checking, paths, 1, diags);
    else
        ipxe_ctl_complain("'%s' was not looked at: there are no rules that "
                          "load, for it to test",
                          path);
    collect(checking, diags);
}

/* A template that nothing names was not rendered, so it was not looked at. */
static int is_unused(const checking_t *checking, const char *path)
{
    const apr_array_header_t *all = checking->found->all;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_diag_t *diag = APR_ARRAY_IDX(all, i, ipxe_diag_t *);

        if (diag->code == IPXE_DIAG_UNUSED_TEMPLATE &&
            strcmp(true_path(diag->span.source->name, checking->ctl->pool),
                   path) == 0)
            return 1;
    }
    return 0;
}

/* Was all said of it that there is to say, with the site that has it? */
static int was_checked(const checking_t *checking, const char *path)
{
    const char *file = true_path(path, checking->ctl->pool);

    return sites_have(checking, file) && !is_unused(checking, file) &&
           (checking->set || !is_tests(path));
}

static void check_files(checking_t *checking)
{
    apr_pool_t *pool = checking->ctl->pool;
    int i;

    for (i = 0; i < checking->ctl->args->nelts; i++) {
        const char *path = APR_ARRAY_IDX(checking->ctl->args, i, const char *);

        if (was_checked(checking, path))
            continue;
        if (is_tests(path))
            check_test_file(checking, path);
        else if (is_rules(path, pool))
            check_rules_file(checking, path);
        else
            check_template_file(checking, path);
    }
}

static void check_sites(checking_t *checking)
{
    int i;

    for (i = 0; i < checking->sites->nelts; i++) {
        const ipxe_site_t *site =
            &APR_ARRAY_IDX(checking->sites, i, ipxe_site_t);

        if (site->settings.rules)
            check_set(checking, &site->settings);
    }
}

/* ---- The outcome ---- */

static const char *fine(const checking_t *checking)
{
    const ipxe_rules_t *rules = checking->set ? checking->set->rules : NULL;
    apr_pool_t *pool = checking->ctl->pool;

    if (!rules || checking->names->nelts)
        return "no errors";
    return apr_psprintf(
        pool, "no errors in %s, %s, %s, %s",
        ipxe_ctl_count(rules->rules->nelts, "rule", pool),
        ipxe_ctl_count((int)apr_hash_count(rules->profiles), "profile", pool),
        ipxe_ctl_count((int)apr_hash_count(rules->menus), "menu", pool),
        ipxe_ctl_count(rules->host_count + checking->hosts, "host", pool));
}

/* Files can be checked where no httpd can be asked. */
static ipxe_exit_e find_sites(checking_t *checking)
{
    ipxe_exit_e code = ipxe_ctl_sites(&checking->sites, checking->ctl);
    ipxe_site_t *site;

    if (code != IPXE_EXIT_CANNOT || checking->ctl->args->nelts == 0)
        return code;
    ipxe_ctl_complain("the files are checked by themselves");
    checking->sites =
        apr_array_make(checking->ctl->pool, 1, sizeof(ipxe_site_t));
    site = apr_array_push(checking->sites);
    memset(site, 0, sizeof(*site));
    site->name = "";
    ipxe_settings_default(&site->settings, checking->ctl->pool);
    site->settings.templates =
        ipxe_ctl_value(checking->ctl, IPXE_OPT_TEMPLATES);
    site->settings.document_root =
        ipxe_ctl_value(checking->ctl, IPXE_OPT_DOCUMENT_ROOT);
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_check(ipxe_ctl_t *ctl)
{
    checking_t checking = {ctl, NULL, NULL, NULL, NULL, NULL, 0};
    ipxe_exit_e code = find_sites(&checking);
    int i;

    if (code != IPXE_EXIT_FINE)
        return code;
    checking.found = ipxe_diags_make(ctl->pool);
    checking.texts = apr_hash_make(ctl->pool);
    checking.names = apr_array_make(ctl->pool, 4, sizeof(const char *));
    for (i = 0; i < ctl->args->nelts; i++)
        APR_ARRAY_PUSH(checking.names, const char *) =
            true_path(APR_ARRAY_IDX(ctl->args, i, const char *), ctl->pool);
    check_sites(&checking);
    check_files(&checking);
    return ipxe_ctl_findings(ctl, checking.found, fine(&checking));
}
