/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl replay: whose answer changes under new rules. */
#include "engine/replay.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"

/* httpd cuts no line of a log; what one request can bring stays below. */
#define LINE_BYTES 65536

/* ---- The two sets ---- */

/* A set of its own options, or httpd's. */
static ipxe_exit_e load_before(ipxe_snapshot_t **before, ipxe_ctl_t *ctl)
{
    ipxe_ctl_t old = *ctl;

    old.given[IPXE_OPT_RULES] = ctl->given[IPXE_OPT_OLD_RULES];
    if (ctl->given[IPXE_OPT_OLD_TEMPLATES])
        old.given[IPXE_OPT_TEMPLATES] = ctl->given[IPXE_OPT_OLD_TEMPLATES];
    else if (!ctl->given[IPXE_OPT_OLD_RULES])
        old.given[IPXE_OPT_TEMPLATES] = NULL;
    return ipxe_ctl_load(before, &old, 0);
}

/* The settings of the old set with other rules, and templates where there are
 * such. */
static ipxe_exit_e load_after(ipxe_snapshot_t **after,
                              const ipxe_snapshot_t *before,
                              const ipxe_ctl_t *ctl)
{
    ipxe_settings_t *settings =
        apr_pmemdup(ctl->pool, before->settings, sizeof(*before->settings));
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);

    settings->rules = ctl->given[IPXE_OPT_RULES];
    if (ctl->given[IPXE_OPT_TEMPLATES])
        settings->templates = ipxe_ctl_value(ctl, IPXE_OPT_TEMPLATES);
    *after = ipxe_snapshot_load(settings, diags, ctl->pool);
    if (*after)
        return IPXE_EXIT_FINE;
    ipxe_ctl_diags(diags, 1, ctl->pool);
    return IPXE_EXIT_WRONG;
}

/* Without new rules, what was logged is held against the configured ones. */
static ipxe_exit_e load_sets(ipxe_snapshot_t **before, ipxe_snapshot_t **after,
                             ipxe_ctl_t *ctl)
{
    ipxe_exit_e code;

    *before = NULL;
    if (!ctl->given[IPXE_OPT_RULES]) {
        if (!ctl->given[IPXE_OPT_OLD_RULES])
            return ipxe_ctl_load(after, ctl, 0);
        ipxe_ctl_complain("--old-rules goes with --rules");
        return IPXE_EXIT_USAGE;
    }
    code = load_before(before, ctl);
    return code == IPXE_EXIT_FINE ? load_after(after, *before, ctl) : code;
}

/* ---- The log ---- */

static ipxe_exit_e read_log(ipxe_replay_t *replay, const char *path,
                            apr_pool_t *pool)
{
    char *line = apr_palloc(pool, LINE_BYTES), reason[120];
    apr_pool_t *scratch;
    apr_file_t *file;
    apr_status_t status =
        apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BUFFERED,
                      APR_FPROT_OS_DEFAULT, pool);

    apr_pool_create(&scratch, pool);
    while (status == APR_SUCCESS) {
        status = apr_file_gets(line, LINE_BYTES, file);
        if (status == APR_SUCCESS && *line)
            ipxe_replay_line(replay, line, scratch);
        apr_pool_clear(scratch);
    }
    if (APR_STATUS_IS_EOF(status))
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot read '%s': %s", path,
                      apr_strerror(status, reason, sizeof(reason)));
    return IPXE_EXIT_CANNOT;
}

/* ---- For people ---- */

static const char *count(int n, const char *word, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%d %s%s", n, word, n == 1 ? "" : "s");
}

static const char *outcome_text(const ipxe_outcome_of_t *outcome,
                                apr_pool_t *pool)
{
    const char *rule = outcome->rule
                           ? apr_psprintf(pool, "rule '%s': ", outcome->rule)
                           : "no rule: ";

    if (strcmp(outcome->action, "identify") == 0)
        return "it is asked for all its facts first";
    if (strcmp(outcome->action, "failed") == 0)
        return "no answer can be made; the local disk";
    return apr_pstrcat(pool, rule, outcome->action, outcome->target ? " " : "",
                       outcome->target ? outcome->target : "",
                       outcome->installs ? ", which installs" : "", NULL);
}

static void print_after(const ipxe_change_t *change, apr_pool_t *pool)
{
    switch (change->kind) {
    case IPXE_CHANGE_SCRIPT:
        printf("  after   the same, by another script\n");
        break;
    case IPXE_CHANGE_FILE:
        printf("  after   the same, with another answer file '%s'\n",
               change->file);
        break;
    default:
        printf("  after   %s\n", outcome_text(&change->after, pool));
        break;
    }
}

static void print_change(const ipxe_change_t *change, int colour,
                         apr_pool_t *pool)
{
    printf("%s%s%s, %s\n", colour ? "\033[1m" : "",
           count(change->machines, "machine", pool), colour ? "\033[0m" : "",
           count(change->requests, "request", pool));
    printf("  before  %s\n", outcome_text(&change->before, pool));
    print_after(change, pool);
    if (change->trouble)
        printf("          %s\n", ipxe_text_ascii(change->trouble, pool));
    printf("  such as %s (line %d)\n\n", ipxe_text_ascii(change->example, pool),
           change->line);
}

static void print_text(const ipxe_replay_t *replay,
                       const apr_array_header_t *changes, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < changes->nelts; i++)
        print_change(APR_ARRAY_IDX(changes, i, const ipxe_change_t *),
                     ipxe_ctl_colour(0), pool);
    printf("the answer changes for %d of %s, in %d of %s\n",
           (int)apr_hash_count(replay->changed),
           count((int)apr_hash_count(replay->machines), "machine", pool),
           replay->changes_of, count(replay->requests, "request", pool));
    if (replay->later)
        printf("%s of later steps of a boot left out\n",
               count(replay->later, "line", pool));
    if (replay->without)
        printf("%s without facts left out\n",
               count(replay->without, "line", pool));
}

/* ---- For programs ---- */

static void add_outcome(ipxe_text_t *out, const char *name,
                        const ipxe_outcome_of_t *outcome)
{
    ipxe_json_open(out, name, '{');
    ipxe_json_text(out, "rule", outcome->rule);
    ipxe_json_text(out, "action", outcome->action);
    ipxe_json_text(out, "target", outcome->target);
    ipxe_json_truth(out, "installs", outcome->installs);
    ipxe_json_close(out, '}');
}

/* A line for each. */
static void add_change(ipxe_text_t *out, const ipxe_change_t *change)
{
    static const char *const kinds[] = {"none", "answer", "script", "file"};

    ipxe_text_add(out, "    {");
    ipxe_json_text(out, "change", kinds[change->kind]);
    ipxe_json_text(out, "file", change->file);
    ipxe_json_number(out, "machines", change->machines);
    ipxe_json_number(out, "requests", change->requests);
    add_outcome(out, "before", &change->before);
    add_outcome(out, "after", &change->after);
    ipxe_json_text(out, "example", change->example);
    ipxe_json_number(out, "line", change->line);
    ipxe_json_text(out, "trouble", change->trouble);
    ipxe_json_close(out, '}');
}

static void print_json(const ipxe_replay_t *replay,
                       const apr_array_header_t *changes, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(1024, pool);
    int i;

    ipxe_text_addf(out,
                   "{\n  \"machines\": %d,\n  \"machines_changed\": %d,\n"
                   "  \"requests\": %d,\n  \"requests_changed\": %d,\n"
                   "  \"lines\": %d,\n  \"changes\": [",
                   (int)apr_hash_count(replay->machines),
                   (int)apr_hash_count(replay->changed), replay->requests,
                   replay->changes_of, replay->lines);
    for (i = 0; i < changes->nelts; i++) {
        ipxe_text_add(out, i ? ",\n" : "\n");
        add_change(out, APR_ARRAY_IDX(changes, i, const ipxe_change_t *));
    }
    ipxe_text_add(out, changes->nelts ? "\n  ]\n}\n" : "]\n}\n");
    fputs(out->data, stdout);
}

static ipxe_exit_e report(const ipxe_replay_t *replay, const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *changes = ipxe_replay_changes(replay, ctl->pool);

    if (replay->requests == 0) {
        ipxe_ctl_complain("no line of the log has a machine's facts; it wants "
                          "`LogFormat ... facts=\\\"%%{IPXE_FACTS}e\\\"`");
        return IPXE_EXIT_WRONG;
    }
    if (ipxe_ctl_json(ctl))
        print_json(replay, changes, ctl->pool);
    else
        print_text(replay, changes, ctl->pool);
    return changes->nelts && ctl->given[IPXE_OPT_STRICT] ? IPXE_EXIT_WRONG
                                                         : IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_replay(ipxe_ctl_t *ctl)
{
    ipxe_snapshot_t *before, *after;
    ipxe_replay_t *replay;
    ipxe_exit_e code;

    if (ctl->args->nelts != 1) {
        ipxe_ctl_complain("replay takes one log");
        return IPXE_EXIT_USAGE;
    }
    code = load_sets(&before, &after, ctl);
    if (code != IPXE_EXIT_FINE)
        return code;
    ipxe_ctl_time_zone(after->settings->time_zone);
    replay = ipxe_replay_make(before, after, ctl->pool);
    code =
        read_log(replay, APR_ARRAY_IDX(ctl->args, 0, const char *), ctl->pool);
    return code == IPXE_EXIT_FINE ? report(replay, ctl) : code;
}
