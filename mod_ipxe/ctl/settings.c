/* SPDX-License-Identifier: Apache-2.0 */
/* Where the settings of a run come from: httpd, which is asked, or options. */
#include "ctl/ctl.h"
#include "engine/hosts_rows.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_BYTES (4u * 1024 * 1024) /* of what httpd prints */

/* ---- Asking httpd ---- */

/* Debian's httpd needs an environment that its apache2ctl sets up; others are
 * asked directly. */
static const char *const wrappers[] = {"/usr/sbin/apache2ctl"};

static const char *find_program(const ipxe_ctl_t *ctl)
{
    const char *given = ipxe_ctl_value(ctl, IPXE_OPT_HTTPD);
    apr_finfo_t info;
    apr_size_t i;

    if (given)
        return given;
    for (i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
        if (apr_stat(&info, wrappers[i], APR_FINFO_TYPE, ctl->pool) ==
            APR_SUCCESS)
            return wrappers[i];
    return IPXE_HTTPD;
}

static const char *const *words_for(const ipxe_ctl_t *ctl, const char *program)
{
    const char *config = ipxe_ctl_value(ctl, IPXE_OPT_CONFIG);
    apr_array_header_t *words =
        apr_array_make(ctl->pool, 7, sizeof(const char *));

    APR_ARRAY_PUSH(words, const char *) = program;
    APR_ARRAY_PUSH(words, const char *) = "-t";
    APR_ARRAY_PUSH(words, const char *) = "-D";
    APR_ARRAY_PUSH(words, const char *) = "DUMP_IPXE";
    if (config) {
        APR_ARRAY_PUSH(words, const char *) = "-f";
        APR_ARRAY_PUSH(words, const char *) = config;
    }
    APR_ARRAY_PUSH(words, const char *) = NULL;
    return (const char *const *)words->elts;
}

/* A file without a name for what the program says on stderr: two pipes would
 * have to be read at once. */
static apr_status_t open_scratch(apr_file_t **file, apr_pool_t *pool)
{
    const char *folder;
    char *name;
    apr_status_t status = apr_temp_dir_get(&folder, pool);

    if (status != APR_SUCCESS)
        return status;
    name = apr_pstrcat(pool, folder, "/ipxectl.XXXXXX", NULL);
    return apr_file_mktemp(file, name, 0, pool);
}

static const char *read_all(apr_file_t *file, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    char piece[4096];
    apr_size_t n = sizeof(piece);

    while (text->len < MOST_BYTES &&
           apr_file_read(file, piece, &n) == APR_SUCCESS) {
        ipxe_text_add_n(text, piece, n);
        n = sizeof(piece);
    }
    return text->data;
}

static apr_status_t run_program(const char **out, const char **err,
                                const char *const *words, apr_pool_t *pool)
{
    apr_procattr_t *how;
    apr_file_t *scratch;
    apr_off_t start = 0;
    apr_proc_t child;
    apr_status_t status = open_scratch(&scratch, pool);

    if (status != APR_SUCCESS)
        return status;
    apr_procattr_create(&how, pool);
    apr_procattr_io_set(how, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE);
    apr_procattr_child_err_set(how, scratch, NULL);
    apr_procattr_cmdtype_set(how, APR_PROGRAM_ENV);
    apr_procattr_error_check_set(how, 1);
    status = apr_proc_create(&child, words[0], words, NULL, how, pool);
    if (status != APR_SUCCESS)
        return status;
    *out = read_all(child.out, pool);
    apr_file_close(child.out);
    apr_proc_wait(&child, NULL, NULL, APR_WAIT);
    apr_file_seek(scratch, APR_SET, &start);
    *err = read_all(scratch, pool);
    return APR_SUCCESS;
}

/* The object among what else httpd prints: from a line "{" to a line "}". */
static const char *find_object(const char *text, apr_pool_t *pool)
{
    const char *begin = text, *end;

    while (begin && strncmp(begin, "{\n", 2) != 0) {
        begin = strchr(begin, '\n');
        begin = begin ? begin + 1 : NULL;
    }
    end = begin ? strstr(begin, "\n}\n") : NULL;
    return end ? apr_pstrmemdup(pool, begin, (apr_size_t)(end - begin) + 3)
               : NULL;
}

static ipxe_exit_e no_object(const char *program, const char *err)
{
    ipxe_ctl_complain("'%s -t -D DUMP_IPXE' tells no settings: is mod_ipxe "
                      "loaded, and is there an IPXERules?",
                      program);
    if (*err)
        ipxe_ctl_complain("it says: %s", err);
    return IPXE_EXIT_CANNOT;
}

static ipxe_exit_e ask_httpd(apr_array_header_t **sites, ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const char *program = find_program(ctl);
    const char *out, *err, *object;
    ipxe_source_t *source;
    char reason[120];
    apr_status_t status =
        run_program(&out, &err, words_for(ctl, program), ctl->pool);

    if (status != APR_SUCCESS) {
        ipxe_ctl_complain("cannot run '%s': %s; --rules does without it",
                          program,
                          apr_strerror(status, reason, sizeof(reason)));
        return IPXE_EXIT_CANNOT;
    }
    object = find_object(out, ctl->pool);
    if (!object)
        return no_object(program, err);
    source = ipxe_source_make("DUMP_IPXE", object, strlen(object), ctl->pool);
    *sites = ipxe_settings_read(source, diags, ctl->pool);
    if (*sites && (*sites)->nelts)
        return IPXE_EXIT_FINE;
    ipxe_ctl_diags(diags, 1, ctl->pool);
    ipxe_ctl_complain("httpd has no site with IPXERules");
    return IPXE_EXIT_CANNOT;
}

/* ---- Options ---- */

static void add_vars(ipxe_settings_t *settings, const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *given = ctl->given[IPXE_OPT_VAR];
    apr_array_header_t *vars;
    int i;

    if (!given)
        return;
    vars = settings->vars ? apr_array_copy(ctl->pool, settings->vars)
                          : apr_array_make(ctl->pool, 4, sizeof(const char *));
    for (i = 0; i < given->nelts; i++) {
        const char *value;
        const char *name = ipxe_ctl_pair(
            &value, APR_ARRAY_IDX(given, i, const char *), ctl->pool);

        APR_ARRAY_PUSH(vars, const char *) = name;
        APR_ARRAY_PUSH(vars, const char *) = value;
    }
    settings->vars = vars;
}

static ipxe_exit_e check_vars(const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *given = ctl->given[IPXE_OPT_VAR];
    int i;

    for (i = 0; given && i < given->nelts; i++) {
        const char *text = APR_ARRAY_IDX(given, i, const char *), *value;

        if (!ipxe_ctl_pair(&value, text, ctl->pool)) {
            ipxe_ctl_complain("--var wants NAME=VALUE, not '%s'", text);
            return IPXE_EXIT_USAGE;
        }
    }
    return IPXE_EXIT_FINE;
}

/* A slash at the end would stand twice in every address. */
static const char *without_slash(const char *url, apr_pool_t *pool)
{
    apr_size_t len = strlen(url);

    while (len && url[len - 1] == '/')
        len--;
    return apr_pstrmemdup(pool, url, len);
}

static void set_if(const char **member, const char *value)
{
    if (value)
        *member = value;
}

static int known_provider(const char *spec)
{
    static const char *const names[] = {IPXE_HOSTS_YAML ":",
                                        IPXE_HOSTS_LMDB ":"};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(spec, names[i], strlen(names[i])) == 0 &&
            spec[strlen(names[i])])
            return 1;
    }
    return 0;
}

static ipxe_exit_e check_hosts(const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *given = ctl->given[IPXE_OPT_HOSTS];
    int i;

    for (i = 0; given && i < given->nelts; i++) {
        const char *spec = APR_ARRAY_IDX(given, i, const char *);

        if (!known_provider(spec)) {
            ipxe_ctl_complain("--hosts wants lmdb:FILE or yaml:PATH, not '%s'",
                              spec);
            return IPXE_EXIT_USAGE;
        }
    }
    return IPXE_EXIT_FINE;
}

/* A site, and where what is made for it lives. */
typedef struct other_t {
    const ipxe_site_t *site;
    apr_pool_t *pool;
} other_t;

/* By a connection of our own, to what mod_dbd was told. */
static const ipxe_host_provider_t *make_other(void *baton, const char *spec)
{
    const other_t *other = baton;
    const ipxe_site_t *site = other->site;

    if (strncmp(spec, IPXE_HOSTS_DBD ":", 4) != 0)
        return NULL;
    if (site->dbd_driver)
        return ipxe_rows_make(
            spec + 4,
            ipxe_rows_own(site->dbd_driver, site->dbd_params, other->pool),
            other->pool);
    ipxe_ctl_complain("the hosts of '%s' are unknown here: httpd's "
                      "configuration has no DBDriver for them",
                      spec);
    return NULL;
}

static void apply_hosts(ipxe_site_t *site, ipxe_hosts_t *hosts,
                        const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *specs = ctl->given[IPXE_OPT_HOSTS];
    other_t other = {site, ctl->pool};

    if (!specs)
        specs = site->hosts;
    hosts->other = make_other;
    hosts->baton = &other;
    ipxe_hosts_apply(&site->settings, specs, hosts, ctl->pool);
}

static void apply_options(ipxe_site_t *site, const ipxe_ctl_t *ctl)
{
    ipxe_settings_t *settings = &site->settings;
    const char *state = ipxe_ctl_value(ctl, IPXE_OPT_STATE);

    set_if(&settings->templates, ipxe_ctl_value(ctl, IPXE_OPT_TEMPLATES));
    set_if(&settings->document_root,
           ipxe_ctl_value(ctl, IPXE_OPT_DOCUMENT_ROOT));
    if (ipxe_ctl_value(ctl, IPXE_OPT_BASE_URL))
        settings->base_url =
            without_slash(ipxe_ctl_value(ctl, IPXE_OPT_BASE_URL), ctl->pool);
    if (state)
        site->secret = apr_pstrcat(ctl->pool, state, "/secret", NULL);
    add_vars(settings, ctl);
}

/* Who may not read the secret gets the word TICKET for tickets. */
static void read_keys(ipxe_site_t *site, apr_pool_t *pool)
{
    ipxe_source_t *source;

    if (site->secret &&
        ipxe_source_read(&source, site->secret, 65536, pool) == APR_SUCCESS)
        site->settings.keys = ipxe_keys_parse(source->text, source->len, pool);
}

static apr_array_header_t *own_site(const ipxe_ctl_t *ctl)
{
    apr_array_header_t *sites =
        apr_array_make(ctl->pool, 1, sizeof(ipxe_site_t));
    ipxe_site_t *site = apr_array_push(sites);

    memset(site, 0, sizeof(*site));
    site->name = "";
    ipxe_settings_default(&site->settings, ctl->pool);
    site->settings.rules = ctl->given[IPXE_OPT_RULES];
    return sites;
}

static ipxe_exit_e pick_vhost(apr_array_header_t **sites, const ipxe_ctl_t *ctl)
{
    const char *name = ipxe_ctl_value(ctl, IPXE_OPT_VHOST);
    ipxe_text_t *names = ipxe_text_make(128, ctl->pool);
    apr_array_header_t *one;
    int i;

    if (!name)
        return IPXE_EXIT_FINE;
    for (i = 0; i < (*sites)->nelts; i++) {
        const ipxe_site_t *site = &APR_ARRAY_IDX(*sites, i, ipxe_site_t);

        if (ipxe_text_eq(site->name, name) || ipxe_text_eq(site->host, name)) {
            one = apr_array_make(ctl->pool, 1, sizeof(ipxe_site_t));
            APR_ARRAY_PUSH(one, ipxe_site_t) = *site;
            *sites = one;
            return IPXE_EXIT_FINE;
        }
        ipxe_text_addf(names, "%s'%s'", i ? ", " : "", site->name);
    }
    ipxe_ctl_complain("there is no virtual host '%s'; there are: %s", name,
                      names->data);
    return IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_sites(apr_array_header_t **sites, ipxe_ctl_t *ctl)
{
    ipxe_hosts_t *hosts = ipxe_hosts_make(ctl->pool);
    ipxe_exit_e code = check_vars(ctl);
    int i;

    if (code == IPXE_EXIT_FINE)
        code = check_hosts(ctl);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (ctl->given[IPXE_OPT_RULES])
        *sites = own_site(ctl);
    else
        code = ask_httpd(sites, ctl);
    if (code == IPXE_EXIT_FINE)
        code = pick_vhost(sites, ctl);
    for (i = 0; code == IPXE_EXIT_FINE && i < (*sites)->nelts; i++) {
        apply_options(&APR_ARRAY_IDX(*sites, i, ipxe_site_t), ctl);
        apply_hosts(&APR_ARRAY_IDX(*sites, i, ipxe_site_t), hosts, ctl);
    }
    return code;
}

static ipxe_exit_e set_number(ipxe_snapshot_t *set, const ipxe_ctl_t *ctl)
{
    const char *given = ipxe_ctl_value(ctl, IPXE_OPT_GENERATION);
    char *end;
    apr_int64_t number = apr_strtoi64(given ? given : "1", &end, 10);

    if (*end || end == given || number < 0 || number > 0xffffffff) {
        ipxe_ctl_complain("--generation wants a number, not '%s'", given);
        return IPXE_EXIT_USAGE;
    }
    ipxe_snapshot_publish(set, (apr_uint32_t)number);
    return IPXE_EXIT_FINE;
}

void ipxe_ctl_time_zone(const char *zone)
{
    if (!zone)
        return;
    setenv("TZ", zone, 1);
    tzset();
}

ipxe_exit_e ipxe_ctl_load(ipxe_snapshot_t **set, ipxe_ctl_t *ctl, int sign)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    apr_array_header_t *sites;
    ipxe_exit_e code = ipxe_ctl_sites(&sites, ctl);
    ipxe_site_t *site;

    if (code != IPXE_EXIT_FINE)
        return code;
    site = &APR_ARRAY_IDX(sites, 0, ipxe_site_t);
    if (sign)
        read_keys(site, ctl->pool);
    *set = ipxe_snapshot_load(&site->settings, diags, ctl->pool);
    if (!*set) {
        ipxe_ctl_diags(diags, 1, ctl->pool);
        return IPXE_EXIT_WRONG;
    }
    ipxe_ctl_time_zone(site->settings.time_zone);
    return set_number(*set, ctl);
}
