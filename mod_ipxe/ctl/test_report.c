/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes of tests for people, TAP, JUnit and JSON. */
#include "ctl/test_report.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define GREEN "\033[32m"
#define RED   "\033[1;31m"
#define OFF   "\033[0m"

static const ipxe_outcome_t *outcome_at(const ipxe_test_report_t *report, int i)
{
    return &APR_ARRAY_IDX(report->outcomes, i, ipxe_outcome_t);
}

static const ipxe_rule_t *unreached_at(const ipxe_test_report_t *report, int i)
{
    return APR_ARRAY_IDX(report->unreached, i, const ipxe_rule_t *);
}

/* Nonzero where the outcome is the first of its file. */
static int begins_file(const ipxe_test_report_t *report, int i)
{
    return i == 0 || strcmp(outcome_at(report, i)->file,
                            outcome_at(report, i - 1)->file) != 0;
}

/* Each failure's place and text on a line of its own. */
static void add_failures(ipxe_text_t *out, const ipxe_outcome_t *outcome,
                         const char *before)
{
    int i;

    for (i = 0; i < outcome->failures->nelts; i++) {
        const ipxe_test_failure_t *failure =
            &APR_ARRAY_IDX(outcome->failures, i, ipxe_test_failure_t);
        const char *text = failure->text;

        ipxe_text_addf(out, "%s%s: ", before,
                       ipxe_span_name(failure->span, out->pool));
        for (; *text; text++)
            ipxe_text_add_char(
                out, (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
        ipxe_text_add_char(out, '\n');
    }
}

static void add_coverage(ipxe_text_t *out, const ipxe_test_report_t *report,
                         const char *before)
{
    int i;

    if (!report->unreached)
        return;
    ipxe_text_addf(out, "%stests reach %d of %d rule%s\n", before,
                   report->rules - report->unreached->nelts, report->rules,
                   report->rules == 1 ? "" : "s");
    for (i = 0; i < report->unreached->nelts; i++) {
        const ipxe_rule_t *rule = unreached_at(report, i);

        ipxe_text_addf(out, "%s%s: no test reaches rule '%s'\n", before,
                       ipxe_span_name(rule->span, out->pool), rule->name);
    }
}

/* ---- For people ---- */

static void add_text(ipxe_text_t *out, const ipxe_test_report_t *report)
{
    int colour = ipxe_ctl_colour(0);
    int i;

    for (i = 0; i < report->outcomes->nelts; i++) {
        const ipxe_outcome_t *outcome = outcome_at(report, i);
        int good = outcome->failures->nelts == 0;

        if (begins_file(report, i))
            ipxe_text_addf(out, "%s%s\n", i ? "\n" : "", outcome->file);
        ipxe_text_addf(out, "  %s%s%s  %s\n",
                       !colour ? ""
                       : good  ? GREEN
                               : RED,
                       good ? "ok    " : "failed", colour ? OFF : "",
                       outcome->name);
        add_failures(out, outcome, "          ");
    }
    ipxe_text_addf(out, "\n%d passed, %d failed\n",
                   report->outcomes->nelts - report->failed, report->failed);
    add_coverage(out, report, "");
}

/* ---- TAP ---- */

/* A '#' in a name would begin a directive. */
static void add_tap_name(ipxe_text_t *out, const char *name)
{
    for (; *name; name++) {
        if (*name == '#' || *name == '\\')
            ipxe_text_add_char(out, '\\');
        ipxe_text_add_char(out, *name == '\n' ? ' ' : *name);
    }
}

static void add_tap(ipxe_text_t *out, const ipxe_test_report_t *report)
{
    int i;

    for (i = 0; i < report->outcomes->nelts; i++) {
        const ipxe_outcome_t *outcome = outcome_at(report, i);

        ipxe_text_addf(out, "%sok %d - ",
                       outcome->failures->nelts ? "not " : "", i + 1);
        add_tap_name(out, outcome->name);
        ipxe_text_add_char(out, '\n');
        add_failures(out, outcome, "# ");
    }
    add_coverage(out, report, "# ");
    ipxe_text_addf(out, "1..%d\n", report->outcomes->nelts);
}

/* ---- JUnit ---- */

static void add_xml(ipxe_text_t *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'\n", *text))
            ipxe_text_addf(out, "&#%d;", *text);
        else if ((unsigned char)*text >= ' ' && *text != 0x7f)
            ipxe_text_add_char(out, *text);
    }
}

static void add_attribute(ipxe_text_t *out, const char *name, const char *value)
{
    ipxe_text_addf(out, " %s=\"", name);
    add_xml(out, value);
    ipxe_text_add_char(out, '"');
}

static void add_case(ipxe_text_t *out, const ipxe_outcome_t *outcome)
{
    ipxe_text_t *failures = ipxe_text_make(256, out->pool);

    ipxe_text_add(out, "    <testcase");
    add_attribute(out, "name", outcome->name);
    add_attribute(out, "classname", outcome->file);
    ipxe_text_addf(out, " time=\"%d.%06d\"", (int)apr_time_sec(outcome->took),
                   (int)apr_time_usec(outcome->took));
    if (outcome->failures->nelts == 0) {
        ipxe_text_add(out, "/>\n");
        return;
    }
    add_failures(failures, outcome, "");
    ipxe_text_add(out, ">\n      <failure");
    add_attribute(
        out, "message",
        APR_ARRAY_IDX(outcome->failures, 0, ipxe_test_failure_t).text);
    ipxe_text_add(out, ">");
    add_xml(out, failures->data);
    ipxe_text_add(out, "</failure>\n    </testcase>\n");
}

/* The cases of the file that begins at `first`; where the next begins. */
static int add_suite(ipxe_text_t *out, const ipxe_test_report_t *report,
                     int first)
{
    int end = first, failed = 0, i;

    do
        failed += outcome_at(report, end++)->failures->nelts > 0;
    while (end < report->outcomes->nelts && !begins_file(report, end));
    ipxe_text_add(out, "  <testsuite");
    add_attribute(out, "name", outcome_at(report, first)->file);
    ipxe_text_addf(out, " tests=\"%d\" failures=\"%d\" errors=\"0\">\n",
                   end - first, failed);
    for (i = first; i < end; i++)
        add_case(out, outcome_at(report, i));
    ipxe_text_add(out, "  </testsuite>\n");
    return end;
}

static void add_junit(ipxe_text_t *out, const ipxe_test_report_t *report)
{
    int i = 0;

    ipxe_text_addf(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<testsuites name=\"ipxectl test\" tests=\"%d\" "
                   "failures=\"%d\">\n",
                   report->outcomes->nelts, report->failed);
    while (i < report->outcomes->nelts)
        i = add_suite(out, report, i);
    ipxe_text_add(out, "</testsuites>\n");
}

/* ---- JSON ---- */

static void add_place(ipxe_text_t *out, ipxe_span_t span)
{
    ipxe_place_t place = ipxe_source_place(span.source, span.begin);

    ipxe_json_text(out, "file", span.source->name);
    ipxe_json_number(out, "line", (apr_int64_t)place.line);
}

static void add_json_failures(ipxe_text_t *out,
                              const apr_array_header_t *failures)
{
    int i;

    ipxe_json_open(out, "failures", '[');
    for (i = 0; i < failures->nelts; i++) {
        const ipxe_test_failure_t *failure =
            &APR_ARRAY_IDX(failures, i, ipxe_test_failure_t);

        ipxe_json_open(out, NULL, '{');
        add_place(out, failure->span);
        ipxe_json_text(out, "message", failure->text);
        ipxe_json_close(out, '}');
    }
    ipxe_json_close(out, ']');
}

/* A line for each. */
static void add_json_outcome(ipxe_text_t *out, const ipxe_outcome_t *outcome)
{
    ipxe_text_add(out, "    {");
    ipxe_json_text(out, "name", outcome->name);
    add_place(out, outcome->span);
    ipxe_json_truth(out, "passed", !outcome->failures->nelts);
    add_json_failures(out, outcome->failures);
    ipxe_json_close(out, '}');
}

static void add_json_unreached(ipxe_text_t *out,
                               const ipxe_test_report_t *report)
{
    int i;

    ipxe_text_add(out, ",\n  \"unreached\": [");
    for (i = 0; i < report->unreached->nelts; i++) {
        ipxe_text_add(out, i ? ",\n    {" : "\n    {");
        ipxe_json_text(out, "rule", unreached_at(report, i)->name);
        add_place(out, unreached_at(report, i)->span);
        ipxe_json_close(out, '}');
    }
    ipxe_text_add(out, report->unreached->nelts ? "\n  ]" : "]");
}

static void add_json(ipxe_text_t *out, const ipxe_test_report_t *report)
{
    int i;

    ipxe_text_addf(out, "{\n  \"passed\": %d,\n  \"failed\": %d,\n",
                   report->outcomes->nelts - report->failed, report->failed);
    ipxe_text_add(out, "  \"tests\": [");
    for (i = 0; i < report->outcomes->nelts; i++) {
        ipxe_text_add(out, i ? ",\n" : "\n");
        add_json_outcome(out, outcome_at(report, i));
    }
    ipxe_text_add(out, report->outcomes->nelts ? "\n  ]" : "]");
    if (report->unreached)
        add_json_unreached(out, report);
    ipxe_text_add(out, "\n}\n");
}

static const struct {
    const char *name;
    void (*add)(ipxe_text_t *out, const ipxe_test_report_t *report);
} forms[] = {{"text", add_text},
             {"tap", add_tap},
             {"junit", add_junit},
             {"json", add_json}};

void ipxe_report_print(const ipxe_test_report_t *report, const char *format)
{
    ipxe_text_t *out = ipxe_text_make(4096, report->pool);
    apr_size_t i;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].name, format) == 0)
            forms[i].add(out, report);
    fwrite(out->data, 1, out->len, stdout);
}
