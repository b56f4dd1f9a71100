/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of access logs, as httpd writes them and as nobody should. */
#include "engine/log_line.h"

#include "tap.h"

#define HEAD "::1 [22/Nov/2026:18:51:19 +0900] 200 311 \"menu\" profile=\"-\" "

static const struct {
    const char *line, *facts, *rule, *user_agent, *name;
} cases[] = {
    {HEAD "rule=\"a b\" stage=script facts=\"mac=x&serial=1\" \"iPXE/1\"\n",
     "mac=x&serial=1", "a b", "iPXE/1", "a line"},
    {HEAD "rule=\"a\\\" facts=\\\"no\" facts=\"yes\"", "yes", "a\" facts=\"no",
     NULL, "quotes in a value"},
    {HEAD "rule=\"\\xc3\\xa4\\\\x\\t\\x4\" facts=\"f\" \"-\"", "f",
     "\xc3\xa4\\x\tx4", NULL, "escapes"},
    {"facts=\"f\" \"referer\" \"agent\"\r\n", "f", NULL, "agent",
     "the last in quotes is the agent"},
    {"\"GET / HTTP/1.1\" 200 \"-\" \"curl\"", NULL, NULL, NULL,
     "a common log's line"},
    {HEAD "facts=\"-\" \"x\"", NULL, NULL, "x", "no facts"},
    {"", NULL, NULL, NULL, "nothing"},
    {"facts=\"f", "f", NULL, NULL, "a quote that does not end"},
    {"facts=\"f\\", "f\\", NULL, NULL, "a backslash at the end"},
    {"facts=\"\\x00f\"", "f", NULL, NULL, "a NUL byte"},
    {"[ facts=\"f\"", NULL, NULL, NULL, "a bracket that does not end"},
    {"= == =\"a\" facts= facts", "", NULL, NULL, "odd words"},
};

static void test_cases(apr_pool_t *pool)
{
    ipxe_log_line_t read;
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ipxe_log_line_read(&read, cases[i].line, pool);
        is(read.facts, cases[i].facts, cases[i].name);
        is(read.rule, cases[i].rule, cases[i].name);
        is(read.user_agent, cases[i].user_agent, cases[i].name);
    }
}

static void test_rest(apr_pool_t *pool)
{
    ipxe_log_line_t read;

    ipxe_log_line_read(&read, HEAD "stage=item facts=\"f\"", pool);
    is_int(read.at, apr_time_from_sec(1795341079), "the time, with its zone");
    is(read.action, "menu", "the action");
    is(read.profile, NULL, "no profile");
    is(read.stage, "item", "the stage");
    ipxe_log_line_read(&read, "[22/Nux/2026:18:51:19 +0900] \"a\"", pool);
    is_int(read.at, 0, "a month that is none");
    ipxe_log_line_read(&read, "[22/Nov/2026] [x", pool);
    is_int(read.at, 0, "times that are none");
    ipxe_log_line_read(&read, "rule=\"r\" \"a\"", pool);
    is(read.action, NULL, "the action stands before all names");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_cases(pool);
    test_rest(pool);
    return tap_end(pool);
}
