/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and checking at start, at restart and under httpd -t. */
#include "httpd/check.h"

#include <apr_env.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <mpm_common.h>
#include <time.h>

#include "httpd/command.h"
#include "httpd/config.h"
#include "httpd/counting.h"
#include "httpd/directives.h"
#include "httpd/dump.h"
#include "httpd/hooks.h"
#include "httpd/hosts.h"
#include "httpd/metrics.h"
#include "httpd/places.h"
#include "httpd/readable.h"
#include "httpd/reload.h"
#include "httpd/serving.h"
#include "httpd/sign.h"
#include "httpd/slots.h"
#include "httpd/state.h"
#include "httpd/state_dir.h"
#include "httpd/track.h"
#include "httpd/track_tree.h"
#include "httpd/watcher.h"

APLOG_USE_MODULE(ipxe);

/* From its second configuration on a server is running, and a check that
 * fails would end it. */
static int may_refuse(void)
{
    return ap_state_query(AP_SQ_CONFIG_GEN) < 2;
}

/* A pass of checks: what was logged in it is not said again for the next
 * virtual host. */
typedef struct check_t {
    apr_hash_t *said; /* text of a diagnostic -> itself */
    apr_pool_t *pool;
} check_t;

static void begin_check(check_t *check, apr_pool_t *pool)
{
    check->said = apr_hash_make(pool);
    check->pool = pool;
}

/* httpd escapes ends of lines in what is logged: one call a line. Missing
 * files are many in a new site, and one line says enough of each. */
static void log_diag(check_t *check, const ipxe_diag_t *diag, server_rec *s)
{
    int level =
        diag->severity == IPXE_SEVERITY_ERROR ? APLOG_ERR : APLOG_WARNING;
    const char *line = diag->code == IPXE_DIAG_MISSING_FILE
                           ? ipxe_diag_line(diag, check->pool)
                           : ipxe_diag_text(diag, check->pool);

    if (apr_hash_get(check->said, line, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(check->said, line, APR_HASH_KEY_STRING, line);
    while (*line) {
        apr_size_t len = strcspn(line, "\n");

        ap_log_error(APLOG_MARK, level, 0, s, "%.*s", (int)len, line);
        line += len + (line[len] == '\n');
    }
    line = diag->code == IPXE_DIAG_FILE_UNREADABLE
               ? ipxe_place_of_path(s, diag->message, check->pool)
               : NULL;
    if (line)
        ap_log_error(APLOG_MARK, level, 0, s, "note: named by %s", line);
}

/* "the virtual host www.example (conf.d/ipxe.conf:3)" */
static const char *whose(const server_rec *s, apr_pool_t *pool)
{
    const char *place =
        s->defn_name
            ? apr_psprintf(pool, " (%s:%u)", s->defn_name, s->defn_line_number)
            : "";

    if (!s->is_virtual)
        return apr_pstrcat(pool, "the server",
                           ipxe_place(s, IPXE_NAME_RULES, pool), NULL);
    return apr_pstrcat(pool, "the virtual host ",
                       s->server_hostname ? s->server_hostname : "", place,
                       NULL);
}

static void log_diags(check_t *check, const ipxe_serving_t *serving,
                      const ipxe_diags_t *diags)
{
    int i;

    if (!diags || diags->all->nelts == 0)
        return;
    for (i = 0; i < diags->all->nelts; i++)
        log_diag(check, APR_ARRAY_IDX(diags->all, i, const ipxe_diag_t *),
                 serving->server);
    ap_log_error(APLOG_MARK, diags->errors ? APLOG_ERR : APLOG_WARNING, 0,
                 serving->server, "%s of %s: %d error%s, %d warning%s",
                 IPXE_NAME_RULES, whose(serving->server, check->pool),
                 diags->errors, diags->errors == 1 ? "" : "s", diags->warnings,
                 diags->warnings == 1 ? "" : "s");
}

void ipxe_check_log(const ipxe_serving_t *serving, const ipxe_diags_t *diags,
                    apr_pool_t *pool)
{
    check_t check;

    begin_check(&check, pool);
    log_diags(&check, serving, diags);
}

/* The entry must not lie below the prefix, nor be it; nor may either be the
 * address of iPXE's autoexec. */
static int check_addresses(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const ipxe_settings_t *set = &serving->settings;
    const server_rec *s = serving->server;
    apr_size_t len = strlen(set->prefix);

    if (strcmp(set->entry, IPXE_AUTOEXEC_PATH) == 0 ||
        strcmp(set->prefix, IPXE_AUTOEXEC_PATH) == 0) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     "%s%s and %s%s: %s is an address of its own",
                     IPXE_NAME_ENTRY, ipxe_place(s, IPXE_NAME_ENTRY, pool),
                     IPXE_NAME_PREFIX, ipxe_place(s, IPXE_NAME_PREFIX, pool),
                     IPXE_AUTOEXEC_PATH);
        return 0;
    }
    if (strncmp(set->entry, set->prefix, len) != 0 ||
        (set->entry[len] && set->entry[len] != '/'))
        return 1;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                 "%s %s%s: it lies below %s %s%s; give it a path of its own",
                 IPXE_NAME_ENTRY, set->entry,
                 ipxe_place(s, IPXE_NAME_ENTRY, pool), IPXE_NAME_PREFIX,
                 set->prefix, ipxe_place(s, IPXE_NAME_PREFIX, pool));
    return 0;
}

/* A secret that an operator names is there before the server is. */
static int check_secret(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const char *why;

    if (!serving->secret_given || ipxe_secret_read(&why, serving->secret, pool))
        return 1;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server, "%s %s%s: %s",
                 IPXE_NAME_SECRET, serving->secret,
                 ipxe_place(serving->server, IPXE_NAME_SECRET, pool), why);
    return 0;
}

/* Read only: a check makes nothing. */
static int check_state_dir(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const char *why = ipxe_state_dir_doubt(serving->state_dir, pool);

    if (!why)
        return 1;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server, "%s %s%s: %s",
                 IPXE_NAME_STATE_DIR, serving->state_dir,
                 ipxe_place(serving->server, IPXE_NAME_STATE_DIR, pool), why);
    return 0;
}

/* Another tenant of this one's name; NULL where there is none. */
static const ipxe_serving_t *find_namesake(const apr_array_header_t *all, int n)
{
    const ipxe_serving_t *serving =
        APR_ARRAY_IDX(all, n, const ipxe_serving_t *);
    const char *name = serving->server->server_hostname;
    const ipxe_serving_t *found = NULL;
    int i;

    for (i = 0; name && i < n; i++) {
        const ipxe_serving_t *other =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);

        if (ipxe_serving_same_tenant(serving, other))
            return NULL;
        if (strcmp(other->settings.site, name) == 0)
            found = other;
    }
    return found;
}

/* Tenants are told apart by name, in tickets and in the state: one whose name
 * hangs on what stands before it could find another's machines there. */
static int check_tenant(const apr_array_header_t *all, int n, apr_pool_t *pool)
{
    server_rec *s = APR_ARRAY_IDX(all, n, const ipxe_serving_t *)->server;
    const ipxe_serving_t *other = find_namesake(all, n);

    if (!other)
        return 1;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                 "%s of %s: %s has the same name and other rules, and tickets "
                 "and the state know tenants by their names: give each a "
                 "ServerName of its own",
                 IPXE_NAME_RULES, whose(s, pool), whose(other->server, pool));
    return 0;
}

/* A server of this configuration runs: whoever checks it is about to restart
 * it, and can still be told no. */
static int is_running(apr_pool_t *pool)
{
    apr_proc_t server = {0};

    return ap_read_pid(pool, ap_pid_fname, &server.pid) == APR_SUCCESS &&
           apr_proc_kill(&server, 0) == APR_SUCCESS;
}

/* A graceful restart can be put off; one that is none is meant. */
static int can_wait(apr_pool_t *pool)
{
    return ap_state_query(AP_SQ_CONFIG_GEN) == 0 && is_running(pool) &&
           strcmp(ipxe_command_word(pool), "restart") != 0;
}

/* A start goes on without its rules where the last good set can serve. */
static int may_go_on(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL &&
           !can_wait(pool) && ipxe_readable_last(serving);
}

/* Without its downloads a machine's slot is free after its time alone. */
static void doubt_slots(const ipxe_serving_t *serving)
{
    const ipxe_settings_t *set = &serving->settings;

    if (!set->boot_slots || set->track)
        return;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                 "%s %d without %s On: no download's end is seen, and each "
                 "slot is taken for %d s",
                 IPXE_NAME_BOOT_SLOTS, set->boot_slots, IPXE_NAME_TRACK,
                 (int)apr_time_sec(set->slot_life));
}

/* Loads one; tells whether it is as it should be, or can do without. */
static int check_one(ipxe_serving_t *serving, apr_pool_t *pconf,
                     apr_pool_t *ptemp)
{
    int good = check_addresses(serving, ptemp);

    if (!serving->wanted)
        return good;
    good &= check_secret(serving, ptemp);
    good &= check_state_dir(serving, ptemp);
    good &= ipxe_sign_check(serving, pconf, ptemp);
    good &= ipxe_hosts_check(serving, ptemp);
    ipxe_serving_load(serving, pconf);
    if (!serving->set && may_refuse())
        good = good && may_go_on(serving, ptemp);
    return good;
}

/* A process has one time zone: the C library knows of no other way. */
static int use_time_zone(const apr_array_header_t *all, apr_pool_t *pool)
{
    const char *used = NULL;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const ipxe_serving_t *serving =
            APR_ARRAY_IDX(all, i, const ipxe_serving_t *);
        const char *zone = serving->settings.time_zone;

        if (used && zone && strcmp(used, zone) != 0) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server,
                         "%s %s%s: another virtual host says %s, and a server "
                         "has one time zone",
                         IPXE_NAME_TIME_ZONE, zone,
                         ipxe_place(serving->server, IPXE_NAME_TIME_ZONE,
                                    pool),
                         used);
            return 0;
        }
        used = zone ? zone : used;
    }
    if (used && apr_env_set("TZ", used, pool) == APR_SUCCESS)
        tzset();
    return 1;
}

int ipxe_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                      server_rec *s)
{
    apr_array_header_t *all = ipxe_serving_make(s, pconf);
    int first_pass = ap_state_query(AP_SQ_CONFIG_GEN) == 0;
    int good = use_time_zone(all, ptemp), i;
    check_t check;

    (void)plog;
    if (first_pass && ipxe_command_stops(ptemp))
        return OK;
    begin_check(&check, ptemp);
    if (first_pass && ap_exists_config_define("DUMP_IPXE"))
        ipxe_dump(s, ptemp);
    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);
        int fine = check_one(serving, pconf, ptemp) &
                   check_tenant(all, i, ptemp);

        /* The later passes log in post_config, to the server's own log. */
        if (first_pass || (!fine && may_refuse()))
            log_diags(&check, serving, serving->diags);
        if (first_pass && serving->wanted) {
            doubt_slots(serving);
            ipxe_sign_doubt(serving, ptemp);
        }
        good &= fine;
    }
    good &= ipxe_hooks_check(all, ptemp);
    good &= ipxe_state_check(all, ptemp);
    return good || !may_refuse() ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

/* Gives a set the keys that it signs with; tells whether the server may go
 * on. */
static int take_keys(ipxe_serving_t *serving, apr_pool_t *pconf)
{
    const char *why;

    serving->settings.keys = ipxe_state_keys(&why, serving, pconf);
    if (!serving->settings.keys) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server, "%s", why);
        if (may_refuse())
            return 0;
        serving->settings.keys = ipxe_state_passing_keys(pconf);
        return 1;
    }
    why = ipxe_secret_doubt(serving->secret);
    if (why)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, serving->server,
                     "secret %s: %s", serving->secret, why);
    return 1;
}

/* A restart goes on without a state: then installs wait. */
static int take_state(ipxe_serving_t *serving, apr_pool_t *pconf)
{
    const char *why = ipxe_state_prepare(serving, pconf);

    if (why)
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, serving->server, "%s", why);
    return !why || !may_refuse();
}

/* Keys, and what the log should say of a set that will serve. Its number is
 * the first child's to give. */
static int begin_serving(check_t *check, ipxe_serving_t *serving,
                         apr_pool_t *pconf)
{
    log_diags(check, serving, serving->diags);
    doubt_slots(serving);
    ipxe_sign_doubt(serving, check->pool);
    if (!take_keys(serving, pconf) || !take_state(serving, pconf))
        return 0;
    if (serving->set)
        ipxe_readable_check(serving);
    return 1;
}

/* Somewhere the engine is on, and nowhere is there a rule. */
static void warn_ruleless(const apr_array_header_t *all, server_rec *s)
{
    const server_rec *at;
    int i, on = 0;

    for (i = 0; i < all->nelts; i++)
        if (APR_ARRAY_IDX(all, i, const ipxe_serving_t *)->wanted)
            return;
    for (at = s; at; at = at->next) {
        const apr_array_header_t *sections = ipxe_server_get(at)->sections;

        for (i = 0; sections && i < sections->nelts; i++)
            on |=
                strncmp(APR_ARRAY_IDX(sections, i, const char *), "On", 2) == 0;
    }
    if (on)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     "%s is On, and no server has %s: machines are told so",
                     IPXE_NAME_ENGINE, IPXE_NAME_RULES);
}

int ipxe_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                     server_rec *s)
{
    apr_array_header_t *all;
    check_t check;
    int i;

    (void)plog;
    begin_check(&check, ptemp);
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK;
    ipxe_metrics_start(pconf);
    ipxe_counting_start(s);
    ipxe_track_start();
    all = ipxe_serving_all(s, pconf);
    ipxe_slots_start(all, s, pconf);
    warn_ruleless(all, s);
    for (i = 0; i < all->nelts; i++) {
        ipxe_serving_t *serving = APR_ARRAY_IDX(all, i, ipxe_serving_t *);

        if (serving->wanted && !begin_serving(&check, serving, pconf))
            return HTTP_INTERNAL_SERVER_ERROR;
    }
    ipxe_watcher_start(all, s, pconf);
    ipxe_hooks_start(all, s, pconf);
    ipxe_track_tree_start(all, s, pconf);
    ipxe_reload_prepare(all, pconf);
    return OK;
}
