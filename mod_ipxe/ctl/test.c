/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl test: the tests of rules. */
#include "ctl/test_report.h"
#include "engine/files.h"

#include <apr_strings.h>
#include <stdio.h>
#include <unistd.h>

static apr_array_header_t *find_files(const ipxe_ctl_t *ctl,
                                      const ipxe_snapshot_t *set,
                                      ipxe_diags_t *diags)
{
    apr_array_header_t *sources =
        apr_array_make(ctl->pool, 4, sizeof(const ipxe_source_t *));
    int named = ctl->args->nelts > 0;

    ipxe_files_tests(sources, named ? ctl->args : set->settings->rules, named,
                     diags, ctl->pool);
    return sources;
}

/* All tests, or the reason why they cannot be run was printed. */
static ipxe_exit_e read_tests(apr_array_header_t *tests, const ipxe_ctl_t *ctl,
                              const ipxe_snapshot_t *set)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    const apr_array_header_t *sources = find_files(ctl, set, diags);
    int unread = diags->errors, i;

    for (i = 0; i < sources->nelts; i++)
        ipxe_tests_read(tests, APR_ARRAY_IDX(sources, i, const ipxe_source_t *),
                        set, diags, ctl->pool);
    ipxe_ctl_diags(diags, 1, ctl->pool);
    if (unread)
        return IPXE_EXIT_CANNOT;
    if (diags->errors)
        return IPXE_EXIT_WRONG;
    if (tests->nelts)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("there are no tests; they stand in files named "
                      "*.test.yaml beside the rules");
    return IPXE_EXIT_WRONG;
}

static void run_tests(ipxe_test_report_t *report, int *reached,
                      const apr_array_header_t *tests,
                      const ipxe_snapshot_t *set)
{
    int i;

    for (i = 0; i < tests->nelts; i++) {
        const ipxe_test_t *test = APR_ARRAY_IDX(tests, i, const ipxe_test_t *);
        ipxe_outcome_t *outcome = apr_array_push(report->outcomes);
        apr_time_t began = apr_time_now();

        outcome->file = test->span.source->name;
        outcome->name = test->name;
        outcome->span = test->span;
        outcome->failures = ipxe_test_run(reached, test, set, report->pool);
        outcome->took = apr_time_now() - began;
        report->failed += outcome->failures->nelts > 0;
    }
}

static apr_array_header_t *
unreached(const int *reached, const ipxe_rules_t *rules, apr_pool_t *pool)
{
    apr_array_header_t *found =
        apr_array_make(pool, 4, sizeof(const ipxe_rule_t *));
    int i;

    for (i = 0; i < rules->rules->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(rules->rules, i, const ipxe_rule_t *);

        if (!reached[rule->index])
            APR_ARRAY_PUSH(found, const ipxe_rule_t *) = rule;
    }
    return found;
}

/* With --strict a rule that no test reaches is a test that failed. */
static void count_unreached(ipxe_test_report_t *report)
{
    int i;

    for (i = 0; i < report->unreached->nelts; i++) {
        const ipxe_rule_t *rule =
            APR_ARRAY_IDX(report->unreached, i, const ipxe_rule_t *);
        ipxe_outcome_t *outcome = apr_array_push(report->outcomes);
        apr_array_header_t *failures =
            apr_array_make(report->pool, 1, sizeof(ipxe_test_failure_t));
        ipxe_test_failure_t *failure = apr_array_push(failures);

        failure->span = rule->span;
        failure->text = "no test reaches it";
        outcome->file = rule->span.source->name;
        outcome->name = apr_psprintf(report->pool, "rule '%s'", rule->name);
        outcome->span = rule->span;
        outcome->failures = failures;
        outcome->took = 0;
        report->failed++;
    }
}

static const char *format_of(const ipxe_ctl_t *ctl)
{
    const char *format = ipxe_ctl_value(ctl, IPXE_OPT_TEST_FORMAT);

    if (format)
        return format;
    return isatty(STDOUT_FILENO) ? "text" : "tap";
}

ipxe_exit_e ipxe_ctl_test(ipxe_ctl_t *ctl)
{
    apr_array_header_t *tests =
        apr_array_make(ctl->pool, 32, sizeof(const ipxe_test_t *));
    ipxe_test_report_t report = {NULL, 0, NULL, 0, ctl->pool};
    ipxe_snapshot_t *set;
    ipxe_exit_e code = ipxe_ctl_load(&set, ctl, 0);
    int *reached;

    if (code == IPXE_EXIT_FINE) {
        code = read_tests(tests, ctl, set);
    }
    if (code != IPXE_EXIT_FINE)
        return code;
    report.rules = set->rules->rules->nelts;
    report.outcomes =
        apr_array_make(ctl->pool, tests->nelts, sizeof(ipxe_outcome_t));
    reached =
        apr_pcalloc(ctl->pool, sizeof(int) * ((apr_size_t)report.rules + 1));
    run_tests(&report, reached, tests, set);
    if (ctl->given[IPXE_OPT_COVERAGE])
        report.unreached = unreached(reached, set->rules, ctl->pool);
    if (report.unreached && ctl->given[IPXE_OPT_STRICT])
        count_unreached(&report);
    ipxe_report_print(&report, format_of(ctl));
    return report.failed ? IPXE_EXIT_WRONG : IPXE_EXIT_FINE;
}
