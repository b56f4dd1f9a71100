/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl status: what the running server serves. */
#include "engine/status.h"

#include <apr_errno.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"

#define MOST_BYTES 65536

/* ---- Where the records are ---- */

typedef struct place_t {
    const char *name; /* of the server or virtual host; NULL: not known */
    const char *sets; /* the folder */
} place_t;

static int is_known(const apr_array_header_t *places, const char *sets)
{
    int i;

    for (i = 0; i < places->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(places, i, place_t).sets, sets) == 0)
            return 1;
    return 0;
}

static void add_place(apr_array_header_t *places, const char *name,
                      const char *sets)
{
    place_t *place;

    if (!sets || is_known(places, sets))
        return;
    place = apr_array_push(places);
    place->name = name;
    place->sets = sets;
}

/* Virtual hosts that share a rule set share its record. */
static ipxe_exit_e find_places(apr_array_header_t *places, ipxe_ctl_t *ctl)
{
    const char *state = ipxe_ctl_value(ctl, IPXE_OPT_STATE);
    apr_array_header_t *sites;
    ipxe_exit_e code;
    int i;

    if (state) {
        add_place(places, NULL, apr_pstrcat(ctl->pool, state, "/sets", NULL));
        return IPXE_EXIT_FINE;
    }
    code = ipxe_ctl_sites(&sites, ctl);
    for (i = 0; code == IPXE_EXIT_FINE && i < sites->nelts; i++) {
        const ipxe_site_t *site = &APR_ARRAY_IDX(sites, i, ipxe_site_t);

        add_place(places, site->name, site->sets);
    }
    return code;
}

/* ---- Reading one ---- */

static ipxe_exit_e cannot_read(const char *path, apr_status_t rv)
{
    char reason[120];

    if (APR_STATUS_IS_ENOENT(rv))
        ipxe_ctl_complain("there is no '%s': this server was never started "
                          "with these settings",
                          path);
    else if (APR_STATUS_IS_EACCES(rv))
        ipxe_ctl_complain("cannot read '%s': it is the server's user's; ask "
                          "as root",
                          path);
    else
        ipxe_ctl_complain("cannot read '%s': %s", path,
                          apr_strerror(rv, reason, sizeof(reason)));
    return IPXE_EXIT_CANNOT;
}

static ipxe_exit_e read_record(ipxe_status_t *status, const place_t *place,
                               apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, place->sets, "/status", NULL);
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_source_t *source;
    apr_status_t rv = ipxe_source_read(&source, path, MOST_BYTES, pool);

    if (rv != APR_SUCCESS)
        return cannot_read(path, rv);
    if (ipxe_status_read(status, source, diags, pool) == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_diags(diags, 1, pool);
    return IPXE_EXIT_CANNOT;
}

/* Another user's process lives too. */
static int is_running(const ipxe_status_t *status)
{
    apr_proc_t server = {0};
    apr_status_t rv;

    server.pid = (pid_t)status->parent;
    if (server.pid <= 1)
        return 0;
    rv = apr_proc_kill(&server, 0);
    return rv == APR_SUCCESS || rv == APR_FROM_OS_ERROR(EPERM);
}

/* Zero where there are none, or nobody counts them: a record of an earlier
 * start says nothing of now. */
static int read_slots(ipxe_status_slots_t *slots, const place_t *place,
                      const ipxe_status_t *status, apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, place->sets, "/slots", NULL);
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_source_t *source;

    return is_running(status) &&
           ipxe_source_read(&source, path, MOST_BYTES, pool) == APR_SUCCESS &&
           ipxe_status_slots_read(slots, source, diags, pool) == APR_SUCCESS &&
           slots->counted >= status->started;
}

/* ---- For people ---- */

static const char *origin_words(ipxe_origin_e origin)
{
    static const char *const words[] = {
        "", "when the server started", "after an edit",
        "as the last good one, when the server started"};

    return words[origin];
}

static const char *time_text(apr_time_t when, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, 32);
    apr_time_exp_t parts;
    apr_size_t len;

    apr_time_exp_lt(&parts, when);
    apr_strftime(text, &len, 32, "%Y-%m-%d %H:%M:%S", &parts);
    return text;
}

static const char *count(apr_uint32_t n, const char *what, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%u %s%s", n, what, n == 1 ? "" : "s");
}

static void print_set(const ipxe_status_t *status, apr_pool_t *pool)
{
    if (!status->number) {
        printf("  rule set      none: every machine is told so, and boots its "
               "local disk\n");
        return;
    }
    printf("  rule set      %s, loaded %s %s\n", status->generation,
           time_text(status->loaded, pool), origin_words(status->origin));
    printf("  holds         %s, %s, %s, %s, %s, %s\n",
           count(status->files, "file", pool),
           count(status->rules, "rule", pool),
           count(status->profiles, "profile", pool),
           count(status->menus, "menu", pool),
           count(status->groups, "group", pool),
           count(status->hosts, "host", pool));
}

static void print_server(const ipxe_status_t *status, int running,
                         apr_pool_t *pool)
{
    if (!running) {
        printf("  server        not running: this is what it served last\n");
        return;
    }
    printf("  server        process %" APR_INT64_T_FMT ", since %s\n",
           status->parent, time_text(status->started, pool));
    if (!status->watched)
        printf("  edits         count after a restart\n");
    else
        printf("  edits         count after %g s of rest\n",
               (double)status->interval / 1e6);
}

static void print_failure(const ipxe_status_t *status, apr_pool_t *pool)
{
    printf("  loaded        %s, %u failed\n",
           count(status->loads, "time", pool), status->failures);
    if (!status->failed)
        return;
    printf("  last failure  %s, %s\n", time_text(status->failed, pool),
           status->failing ? "and so it is still: the rule set above serves"
                           : "mended since");
    printf("      %s\n", status->failure);
}

/* "200 of 200 taken, 1 machine waits for one" */
static void print_slots(const ipxe_status_slots_t *slots, apr_pool_t *pool)
{
    printf("  boot slots    %u of %u taken, ", slots->taken, slots->total);
    if (slots->waiting)
        printf("%s wait%s for one\n", count(slots->waiting, "machine", pool),
               slots->waiting == 1 ? "s" : "");
    else
        printf("no machine waits\n");
}

static void print_text(const place_t *place, const ipxe_status_t *status,
                       apr_pool_t *pool)
{
    ipxe_status_slots_t slots;

    printf("%s\n", place->name ? place->name : place->sets);
    print_set(status, pool);
    printf("  from          %s\n", status->source);
    print_server(status, is_running(status), pool);
    if (read_slots(&slots, place, status, pool))
        print_slots(&slots, pool);
    print_failure(status, pool);
}

/* ---- For programs ---- */

static void print_json(const place_t *place, const ipxe_status_t *status,
                       int first, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(2048, pool);
    ipxe_status_slots_t slots;

    ipxe_text_add(text, first ? "\n{" : ",\n{");
    ipxe_json_text(text, "name", place->name ? place->name : "");
    ipxe_json_text(text, "sets", place->sets);
    ipxe_json_truth(text, "running", is_running(status));
    ipxe_json_key(text, "status");
    ipxe_text_add(text, ipxe_status_json(status, pool));
    ipxe_json_key(text, "slots");
    ipxe_text_add(text, read_slots(&slots, place, status, pool)
                            ? ipxe_status_slots_json(&slots, pool)
                            : "null");
    ipxe_json_close(text, '}');
    fputs(text->data, stdout);
}

static int is_well(const ipxe_status_t *status)
{
    return status->number && !status->failing && is_running(status);
}

ipxe_exit_e ipxe_ctl_status(ipxe_ctl_t *ctl)
{
    apr_array_header_t *places = apr_array_make(ctl->pool, 2, sizeof(place_t));
    ipxe_exit_e code = find_places(places, ctl), worst = code;
    int json = ipxe_ctl_json(ctl), i, n = 0;

    if (code != IPXE_EXIT_FINE)
        return code;
    if (json)
        fputs("{\"format\": 1, \"servers\": [", stdout);
    for (i = 0; i < places->nelts; i++) {
        const place_t *place = &APR_ARRAY_IDX(places, i, place_t);
        ipxe_status_t status;

        code = read_record(&status, place, ctl->pool);
        if (code == IPXE_EXIT_FINE && json)
            print_json(place, &status, n++ == 0, ctl->pool);
        else if (code == IPXE_EXIT_FINE)
            print_text(place, &status, ctl->pool);
        if (code == IPXE_EXIT_FINE && !is_well(&status))
            code = IPXE_EXIT_WRONG;
        worst = code > worst ? code : worst;
    }
    if (json)
        fputs("]}\n", stdout);
    return worst;
}
