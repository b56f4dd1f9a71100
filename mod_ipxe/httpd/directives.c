/* SPDX-License-Identifier: Apache-2.0 */
/* The table of directives, and what reads each: places and values are checked
 * here, files by check.c once all is read. */
#include "httpd/directives.h"

#include <stddef.h>

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/limits.h"
#include "engine/hosts.h"
#include "httpd/base_url.h"
#include "httpd/config.h"
#include "httpd/hook.h"
#include "httpd/hosts_dbd.h"
#include "httpd/places.h"

/* Every reader begins with it: the directive is remembered where it stands. */
static ipxe_server_t *server_of(const cmd_parms *cmd)
{
    ipxe_server_t *server = ipxe_server_get(cmd->server);

    ipxe_place_note(server, cmd);
    return server;
}

/* The member of a server's configuration that a row of the table names. */
static void *member_of(const cmd_parms *cmd)
{
    return (char *)server_of(cmd) + (apr_size_t)cmd->info;
}

/* "IPXEEntry PATH: what is wrong" */
static const char *refuse(const cmd_parms *cmd, const char *arg,
                          const char *why)
{
    return apr_psprintf(cmd->pool, "%s %s: %s", cmd->cmd->name, arg, why);
}

static const char *absolute(const cmd_parms *cmd, const char *path)
{
    return ap_server_root_relative(cmd->pool, path);
}

static apr_array_header_t *list_of(const cmd_parms *cmd,
                                   apr_array_header_t **list)
{
    if (!*list)
        *list = apr_array_make(cmd->pool, 4, sizeof(const char *));
    return *list;
}

/* ---- Readers ---- */

static const char *read_engine(cmd_parms *cmd, void *dir, int on)
{
    ipxe_section_t *section = dir;
    ipxe_server_t *server = server_of(cmd);
    const ap_directive_t *parent = cmd->directive->parent;

    section->engine = on;
    APR_ARRAY_PUSH(list_of(cmd, &server->sections), const char *) =
        apr_psprintf(cmd->pool, "%s %s%s%s", on ? "On" : "Off",
                     parent ? parent->directive : "server", parent ? " " : "",
                     parent ? parent->args : "");
    return NULL;
}

static const char *read_path(cmd_parms *cmd, void *dir, const char *arg)
{
    const char **member = member_of(cmd);

    (void)dir;
    *member = absolute(cmd, arg);
    return *member ? NULL : refuse(cmd, arg, "no path");
}

static const char *read_rules(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *path = absolute(cmd, arg);

    (void)dir;
    if (!path)
        return refuse(cmd, arg, "no path");
    APR_ARRAY_PUSH(list_of(cmd, &server_of(cmd)->rules), const char *) = path;
    return NULL;
}

/* "yaml" alone: the hosts of IPXERules, here in the order. */
static const char *read_hosts(cmd_parms *cmd, void *dir, const char *arg)
{
    apr_array_header_t *list = list_of(cmd, &server_of(cmd)->hosts);
    int yaml = strncmp(arg, IPXE_HOSTS_YAML ":", 5) == 0;
    const char *path;

    (void)dir;
    if (strcmp(arg, IPXE_HOSTS_YAML) == 0 ||
        strcmp(arg, IPXE_HOSTS_YAML ":") == 0) {
        APR_ARRAY_PUSH(list, const char *) = IPXE_HOSTS_YAML;
        return NULL;
    }
    if (strncmp(arg, IPXE_HOSTS_DBD ":", 4) == 0) {
        path = ipxe_rows_fault(arg + 4);
        APR_ARRAY_PUSH(list, const char *) = arg;
        return path ? refuse(cmd, arg, path) : NULL;
    }
    if (!yaml && strncmp(arg, IPXE_HOSTS_LMDB ":", 5) != 0)
        return refuse(cmd, arg,
                      "no such provider of hosts: there are yaml:PATH, "
                      "lmdb:FILE, and dbd: with a table or a query");
    path = arg[5] ? absolute(cmd, arg + 5) : NULL;
    if (!path)
        return refuse(cmd, arg, "no path");
    APR_ARRAY_PUSH(list, const char *) = apr_pstrcat(
        cmd->pool, yaml ? IPXE_HOSTS_YAML : IPXE_HOSTS_LMDB, ":", path, NULL);
    return NULL;
}

static const char *read_base_url(cmd_parms *cmd, void *dir, const char *url,
                                 const char *plain)
{
    static const char why[] = "an address is http:// or https://, a host and "
                              "perhaps a port (1 to 65535), and no path";
    ipxe_server_t *server = server_of(cmd);

    (void)dir;
    server->base_url = ipxe_base_url_clean(url, cmd->pool);
    if (!server->base_url)
        return refuse(cmd, url, why);
    server->plain_url = plain ? ipxe_base_url_clean(plain, cmd->pool) : NULL;
    if (plain && !server->plain_url)
        return refuse(cmd, plain, why);
    if (plain && strncasecmp(server->plain_url, "http://", 7) != 0)
        return refuse(cmd, plain,
                      "the second address is for machines "
                      "without HTTPS: it begins with http://");
    return NULL;
}

/* Is a segment "." or ".."? */
static int has_dots(const char *path)
{
    for (; *path; path += strcspn(path, "/")) {
        apr_size_t len = strcspn(++path, "/");

        if (len && len <= 2 && strspn(path, ".") >= len)
            return 1;
    }
    return 0;
}

/* A path of addresses: one or more segments of plain characters. */
static const char *read_url_path(cmd_parms *cmd, void *dir, const char *arg)
{
    const char **member = member_of(cmd);
    apr_size_t len = strlen(arg);
    const char *c;

    (void)dir;
    for (c = arg; *c; c++)
        if (!apr_isalnum(*c) && !strchr("/._~-", *c))
            return refuse(cmd, arg,
                          "only letters, digits and /._~- may stand "
                          "in it");
    if (arg[0] != '/' || len < 2 || arg[len - 1] == '/')
        return refuse(cmd, arg,
                      "a whole URL path begins with a slash and "
                      "ends with none");
    if (strstr(arg, "//") || has_dots(arg))
        return refuse(cmd, arg, "httpd never sees such a path");
    *member = arg;
    return NULL;
}

static const char *read_var(cmd_parms *cmd, void *dir, const char *name,
                            const char *value)
{
    const char *c;

    (void)dir;
    for (c = name; *c; c++)
        if (*c != '_' && !apr_isalpha(*c) && (c == name || !apr_isdigit(*c)))
            break;
    if (*c || c == name)
        return refuse(cmd, name,
                      "a variable's name is letters, digits and _, "
                      "and begins with no digit");
    ipxe_server_put_var(list_of(cmd, &server_of(cmd)->vars), name, value);
    return NULL;
}

/* "4h" to microseconds; 0 where it is none. */
static apr_int64_t read_duration(const char *text)
{
    static const struct {
        const char *unit;
        apr_int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    apr_int64_t n = apr_strtoi64(text, &end, 10);
    apr_size_t i;

    if (end == text || n <= 0 || n > 36500)
        return 0;
    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0)
            return n * units[i].seconds * APR_USEC_PER_SEC;
    return 0;
}

static const char *read_reload(cmd_parms *cmd, void *dir, const char *arg)
{
    ipxe_server_t *server = server_of(cmd);
    char *end;
    apr_int64_t n = apr_strtoi64(arg, &end, 10);

    (void)dir;
    if (strcasecmp(arg, "off") == 0)
        server->reload = 0;
    else if (strcasecmp(arg, "on") == 0)
        server->reload = APR_USEC_PER_SEC;
    else if (end > arg && strcmp(end, "ms") == 0 && n >= 100 && n <= 60000)
        server->reload = n * 1000;
    else
        server->reload = read_duration(arg);
    return server->reload > 0 || strcasecmp(arg, "off") == 0
               ? NULL
               : refuse(cmd, arg,
                        "On, Off, or how long edited files rest before they "
                        "count: 1s, 5s, 500ms; 100ms is the least");
}

static const char *read_ticket_life(cmd_parms *cmd, void *dir,
                                    const char *fetch, const char *report)
{
    static const char why[] = "a time is a number and its unit, s, min, h or "
                              "d: 4h";
    ipxe_server_t *server = server_of(cmd);

    (void)dir;
    server->fetch_life = read_duration(fetch);
    if (!server->fetch_life)
        return refuse(cmd, fetch, why);
    if (!report)
        return NULL;
    server->report_life = read_duration(report);
    if (!server->report_life)
        return refuse(cmd, report, why);
    return server->report_life >= server->fetch_life
               ? NULL
               : refuse(cmd, report,
                        "reports are taken at least as long as answer files "
                        "are fetched");
}

static const char *read_ticket_network(cmd_parms *cmd, void *dir,
                                       const char *arg)
{
    char *end;
    apr_int64_t bits = apr_strtoi64(arg, &end, 10);

    (void)dir;
    if (strcasecmp(arg, "off") == 0) {
        server_of(cmd)->ticket_network = "off";
        return NULL;
    }
    if (end == arg || *end || bits < 1 || bits > 128)
        return refuse(cmd, arg,
                      "how many leading bits of the address must be "
                      "the same, 1 to 128, or Off");
    server_of(cmd)->ticket_network = arg;
    return NULL;
}

/* CERT KEY, or Off. */
static const char *read_sign(cmd_parms *cmd, void *dir, const char *certificate,
                             const char *key)
{
    ipxe_server_t *server = server_of(cmd);
    int off = !key && strcasecmp(certificate, "off") == 0;

    (void)dir;
    if (!key && !off)
        return refuse(cmd, certificate,
                      "the file of the certificate, then that of its private "
                      "key, or Off");
    server->sign_certificate = off ? "off" : absolute(cmd, certificate);
    server->sign_key = off ? NULL : absolute(cmd, key);
    return server->sign_certificate && (off || server->sign_key)
               ? NULL
               : refuse(cmd, certificate, "no path");
}

/* A number with K or M behind it, at least 1. */
static const char *read_number(cmd_parms *cmd, void *dir, const char *arg)
{
    apr_int64_t *member = member_of(cmd);
    char *end;
    apr_int64_t n = apr_strtoi64(arg, &end, 10);
    int shift = 0;

    (void)dir;
    if (*end == 'K' || *end == 'k')
        shift = 10;
    else if (*end == 'M' || *end == 'm')
        shift = 20;
    if (end == arg || (shift ? end[1] : end[0]) || n < 1 ||
        n > (((apr_int64_t)1 << 30) >> shift))
        return refuse(cmd, arg,
                      "a whole number from 1 to 1024M, as 200, "
                      "512K or 4M");
    *member = n << shift;
    return NULL;
}

/* A machine that cannot say all is asked who it is again and again. */
static const char *read_max_facts(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why = read_number(cmd, dir, arg);

    return why || server_of(cmd)->max_facts >= IPXE_LEAST_FACTS
               ? why
               : refuse(cmd, arg,
                        "64 at least: a machine that is asked who it is may "
                        "say as much");
}

/* What tells a machine that its answer is too large must fit. */
static const char *read_answer_size(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why = read_number(cmd, dir, arg);

    return why || server_of(cmd)->max_answer >= IPXE_LEAST_ANSWER
               ? why
               : refuse(cmd, arg, "1K at least");
}

static const char *read_explain(cmd_parms *cmd, void *dir, int on)
{
    (void)dir;
    server_of(cmd)->explain = on;
    return NULL;
}

static const char *read_time_zone(cmd_parms *cmd, void *dir, const char *arg)
{
    static const char folder[] = "/usr/share/zoneinfo";
    apr_finfo_t info;
    const char *c;

    (void)dir;
    for (c = arg; *c; c++)
        if (!apr_isalnum(*c) && !strchr("/_+-", *c))
            break;
    if (*c || !apr_isalpha(arg[0]))
        return refuse(cmd, arg, "no time zone's name, as Europe/Vienna");
    if (apr_stat(&info, folder, APR_FINFO_TYPE, cmd->temp_pool) ==
            APR_SUCCESS &&
        (apr_stat(&info, apr_pstrcat(cmd->temp_pool, folder, "/", arg, NULL),
                  APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS ||
         info.filetype != APR_REG))
        return refuse(cmd, arg,
                      "no such time zone under "
                      "/usr/share/zoneinfo");
    server_of(cmd)->time_zone = arg;
    return NULL;
}

/* "none", "sqlite:FILE", or "dbd:DRIVER:PARAMS" with a driver of apr_dbd. */
static const char *read_state(cmd_parms *cmd, void *dir, const char *arg)
{
    ipxe_server_t *server = server_of(cmd);
    const char *path;

    (void)dir;
    if (strcasecmp(arg, "none") == 0) {
        server->state = "none";
        return NULL;
    }
    if (strncmp(arg, "dbd:", 4) == 0 && strlen(arg) > 4 &&
        (strncmp(arg + 4, "pgsql:", 6) == 0 ||
         strncmp(arg + 4, "mysql:", 6) == 0)) {
        server->state = arg + 4;
        return NULL;
    }
    path = strncmp(arg, "sqlite:", 7) == 0 && arg[7] ? absolute(cmd, arg + 7)
                                                      : NULL;
    if (!path)
        return refuse(cmd, arg,
                      "sqlite:FILE, dbd:pgsql:PARAMS, dbd:mysql:PARAMS or "
                      "none");
    server->state = apr_pstrcat(cmd->pool, "sqlite3:", path, NULL);
    return NULL;
}

static const char *read_state_timeout(cmd_parms *cmd, void *dir,
                                      const char *arg)
{
    ipxe_server_t *server = server_of(cmd);
    char *end;
    apr_int64_t n = apr_strtoi64(arg, &end, 10);

    (void)dir;
    if (end > arg && strcmp(end, "ms") == 0 && n >= 1 && n <= 60000)
        server->state_timeout = n * 1000;
    else
        server->state_timeout = read_duration(arg);
    return server->state_timeout > 0 &&
                   server->state_timeout <= apr_time_from_sec(60)
               ? NULL
               : refuse(cmd, arg,
                        "how long a request waits for the state, at most a "
                        "minute: 40ms, 1s");
}

static const char *read_arm(cmd_parms *cmd, void *dir, const char *arg)
{
    (void)dir;
    server_of(cmd)->operator_arms = strcasecmp(arg, "operator") == 0;
    return server_of(cmd)->operator_arms || strcasecmp(arg, "first") == 0
               ? NULL
               : refuse(cmd, arg,
                        "first: a machine is armed when rules first send it "
                        "to an installer; operator: by an operator alone");
}

static const char *read_track(cmd_parms *cmd, void *dir, int on)
{
    (void)dir;
    server_of(cmd)->track = on;
    return NULL;
}

static const char *read_hook(cmd_parms *cmd, void *dir, int argc,
                             char *const argv[])
{
    ipxe_server_t *server = server_of(cmd);
    const ipxe_receiver_t *receiver;
    const char *why;

    (void)dir;
    receiver = ipxe_receiver_read(&why, argc, argv, cmd->pool);
    if (!receiver)
        return refuse(cmd, argc ? argv[argc - 1] : "", why);
    if (!server->hooks)
        server->hooks =
            apr_array_make(cmd->pool, 2, sizeof(const ipxe_receiver_t *));
    if (server->hooks->nelts >= IPXE_MAX_HOOKS)
        return apr_psprintf(cmd->pool, "%s: there are more than %d",
                            cmd->cmd->name, IPXE_MAX_HOOKS);
    APR_ARRAY_PUSH(server->hooks, const ipxe_receiver_t *) = receiver;
    return NULL;
}

/* "200 5min": how many boot at a time, and how long each at most. */
static const char *read_boot_slots(cmd_parms *cmd, void *dir, const char *arg,
                                   const char *life)
{
    ipxe_server_t *server = server_of(cmd);
    char *end;
    apr_int64_t n = apr_strtoi64(arg, &end, 10);
    int off = strcasecmp(arg, "off") == 0;

    (void)dir;
    if (!off && (end == arg || *end || n < 1 || n > IPXE_MAX_SLOTS))
        return refuse(cmd, arg,
                      "how many machines may download what they boot at one "
                      "time, 1 to 10000, or Off");
    server->boot_slots = off ? 0 : n;
    if (!life)
        return NULL;
    server->slot_life = off ? 0 : read_duration(life);
    return server->slot_life
               ? NULL
               : refuse(cmd, life,
                        "how long a machine keeps its slot at most, a number "
                        "and its unit, s, min, h or d: 5min");
}

/* ---- The table ---- */

#define MEMBER(name) (void *)offsetof(ipxe_server_t, name)

const command_rec ipxe_directives[] = {
    AP_INIT_FLAG(IPXE_NAME_ENGINE, read_engine, NULL, RSRC_CONF | ACCESS_CONF,
                 "On: the addresses of mod_ipxe are answered here"),
    AP_INIT_ITERATE(IPXE_NAME_RULES, read_rules, NULL, RSRC_CONF,
                    "Files and folders of rules, in the order they count"),
    AP_INIT_TAKE1(IPXE_NAME_TEMPLATES, read_path, MEMBER(templates), RSRC_CONF,
                  "The folder of answer files and scripts"),
    AP_INIT_ITERATE(IPXE_NAME_HOSTS, read_hosts, NULL, RSRC_CONF,
                    "Where hosts come from: yaml:PATH"),
    AP_INIT_TAKE1(IPXE_NAME_STATE_DIR, read_path, MEMBER(state_dir), RSRC_CONF,
                  "The folder of the secret, the state and published rules"),
    AP_INIT_TAKE1(IPXE_NAME_STATE, read_state, NULL, RSRC_CONF,
                  "What remembers installs: sqlite:FILE, dbd:pgsql:PARAMS, "
                  "dbd:mysql:PARAMS, none"),
    AP_INIT_TAKE1(IPXE_NAME_STATE_TIMEOUT, read_state_timeout, NULL, RSRC_CONF,
                  "How long a request waits for the state, 40ms"),
    AP_INIT_TAKE1(IPXE_NAME_ARM, read_arm, NULL, RSRC_CONF,
                  "Who arms a machine for its first installation: first "
                  "(the rules), operator"),
    AP_INIT_FLAG(IPXE_NAME_TRACK, read_track, NULL, RSRC_CONF,
                 "On: downloads of kernels, initrds and trees are "
                 "followed for the status page"),
    AP_INIT_TAKE_ARGV(IPXE_NAME_HOOK, read_hook, NULL, RSRC_CONF,
                      "Who else is told: events (armed, started, installed, "
                      "done, failed, held, all), then http://... or "
                      "|/program"),
    AP_INIT_TAKE12(IPXE_NAME_BOOT_SLOTS, read_boot_slots, NULL, RSRC_CONF,
                   "How many machines may download what they boot at one "
                   "time, and how long each at most: 200 5min"),
    AP_INIT_TAKE1(IPXE_NAME_MAX_MACHINES, read_number, MEMBER(max_machines),
                  RSRC_CONF,
                  "How many machines that were only seen are kept, 100000"),
    AP_INIT_TAKE12(IPXE_NAME_BASE_URL, read_base_url, NULL, RSRC_CONF,
                   "The address that machines reach this server by, and one "
                   "for those without HTTPS"),
    AP_INIT_TAKE1(IPXE_NAME_ENTRY, read_url_path, MEMBER(entry), RSRC_CONF,
                  "The URL path where machines begin, /boot.ipxe"),
    AP_INIT_TAKE1(IPXE_NAME_PREFIX, read_url_path, MEMBER(prefix), RSRC_CONF,
                  "The URL path below which all else lies, /ipxe"),
    AP_INIT_TAKE2(IPXE_NAME_VAR, read_var, NULL, RSRC_CONF,
                  "A variable of the site: its name and its value"),
    AP_INIT_TAKE1(IPXE_NAME_SECRET, read_path, MEMBER(secret), RSRC_CONF,
                  "The file of keys that sign tickets, one a line"),
    AP_INIT_TAKE12(IPXE_NAME_TICKET_LIFE, read_ticket_life, NULL, RSRC_CONF,
                   "How long a ticket fetches answers, and reports: 4h 7d"),
    AP_INIT_TAKE1(IPXE_NAME_TICKET_NETWORK, read_ticket_network, NULL,
                  RSRC_CONF,
                  "How many leading bits of the address a ticket is bound "
                  "to, or Off"),
    AP_INIT_TAKE12(IPXE_NAME_SIGN, read_sign, NULL, RSRC_CONF,
                   "Scripts are signed for imgverify: the file of the "
                   "certificate, that of its key; or Off"),
    AP_INIT_TAKE1(IPXE_NAME_MAX_REQUEST_FACTS, read_max_facts,
                  MEMBER(max_facts), RSRC_CONF,
                  "How many arguments of a request are read, 200"),
    AP_INIT_TAKE1(IPXE_NAME_MAX_ANSWER_SIZE, read_answer_size,
                  MEMBER(max_answer), RSRC_CONF,
                  "How large an answer may be, 4M"),
    AP_INIT_FLAG(IPXE_NAME_EXPLAIN, read_explain, NULL, RSRC_CONF,
                 "On: whoever Require lets may ask for explanations, not "
                 "the local host alone"),
    AP_INIT_TAKE1(IPXE_NAME_TIME_ZONE, read_time_zone, NULL, RSRC_CONF,
                  "The time zone of rules, by its name in the tz database"),
    AP_INIT_TAKE1(IPXE_NAME_RELOAD, read_reload, NULL, RSRC_CONF,
                  "On: edited rules count at once; or how long they rest "
                  "before, 1s"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL}};
