/* SPDX-License-Identifier: Apache-2.0 */
/* The status page from machines made by hand: what it says, and that nothing a
 * machine says of itself becomes markup. */
#include "httpd/status_page.h"

#include "httpd/form.h"
#include "httpd/html.h"
#include "tap.h"

#define NOW  apr_time_from_sec(1795341079)
#define EVIL "\"><script>alert(1)</script>'&\xe2\x80\xae"

static ipxe_seen_t *add(apr_array_header_t *seen, const char *host,
                        const char *state, const char *stage)
{
    ipxe_seen_t *one = apr_array_push(seen);

    memset(one, 0, sizeof(*one));
    one->machine = seen->nelts;
    one->site = "";
    one->host = host;
    one->mac = apr_psprintf(seen->pool, "52:54:00:00:00:%02x", seen->nelts);
    one->serial = "SN1";
    one->manufacturer = "Acme & Sons";
    one->product = "Box";
    one->rule = "QC line";
    one->profile = "rocky-9";
    one->stage = stage;
    one->state = state;
    one->percent = -1;
    one->first_seen = one->last_seen = NOW - apr_time_from_sec(70);
    one->stage_since = NOW - apr_time_from_sec(720);
    one->view.machine = one->machine;
    one->view.done = apr_array_make(seen->pool, 0, sizeof(char *));
    one->view.failed = one->view.done;
    return one;
}

static ipxe_page_t *make(apr_pool_t *pool)
{
    ipxe_page_t *page = apr_pcalloc(pool, sizeof(*page));
    ipxe_filter_t *filter = apr_pcalloc(pool, sizeof(*filter));
    apr_table_t *counts = apr_table_make(pool, 8);

    filter->limit = IPXE_PAGE_MACHINES;
    page->path = "/status";
    page->host = "boot.example";
    page->user = "desk1";
    page->token = "TOKEN";
    page->now = NOW;
    page->generation = "12-4f2a91c03b7e";
    page->filter = filter;
    page->seen = apr_array_make(pool, 8, sizeof(ipxe_seen_t));
    page->choices = apr_array_make(pool, 2, sizeof(ipxe_page_choice_t));
    page->counts = counts;
    apr_table_set(counts, "all", "3");
    return page;
}

static const char *html_of(const ipxe_page_t *page, apr_pool_t *pool)
{
    return ipxe_page_html(page, pool)->data;
}

static int has(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

/* ---- Escaping ---- */

static void test_html(apr_pool_t *pool)
{
    static const struct {
        const char *text, *html, *name;
    } cases[] = {
        {"a<b>&\"'c", "a&lt;b&gt;&amp;&quot;&#39;c", "markup"},
        {"\xc3\xa4\xe4\xbd\xa0", "\xc3\xa4\xe4\xbd\xa0", "other scripts"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b",
         "a broken byte"},
        {"a\x01\n"
         "b",
         "a\xef\xbf\xbd\xef\xbf\xbd"
         "b",
         "control characters"},
        {"\xe2\x80\xae"
         "x",
         "\xef\xbf\xbd"
         "x",
         "what turns the writing"},
        {"\xc2\x85", "\xef\xbf\xbd", "a control character of the upper half"},
        {NULL, "", "nothing"},
    };
    ipxe_text_t *out = ipxe_text_make(16, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ipxe_text_cut(out, 0);
        ipxe_html_add(out, cases[i].text);
        is(out->data, cases[i].html, cases[i].name);
    }
    ipxe_text_cut(out, 0);
    ipxe_html_addf(out, "<a %d%% %h='%s'>%", 5, "<b>", "<c>");
    is(out->data, "<a 5% <b>='&lt;c&gt;'>", "a format");
    ipxe_text_cut(out, 0);
    ipxe_text_add(out, "/?");
    ipxe_html_add_arg(out, "q", "a&b c\"");
    ipxe_html_add_arg(out, "none", "");
    ipxe_html_add_arg(out, "state", "held");
    is(out->data, "/?q=a%26b%20c%22&amp;state=held", "arguments");
}

static void make_evil(ipxe_page_t *page, apr_pool_t *pool)
{
    ipxe_filter_t *filter = apr_pcalloc(pool, sizeof(*filter));
    ipxe_seen_t *one =
        add((apr_array_header_t *)page->seen, NULL, "held", EVIL);
    ipxe_page_choice_t choice = {EVIL, 1};

    filter->text = EVIL;
    filter->state = EVIL;
    filter->limit = 1;
    page->filter = filter;
    page->total = 3;
    page->host = page->user = page->did = page->generation = EVIL;
    page->failure = page->state_fault = EVIL;
    one->mac = one->serial = one->uuid = one->manufacturer = one->product =
        one->ip = one->rule = one->profile = EVIL;
    one->view.hold_code = one->view.hold_reason = EVIL;
    one->view.next = one->view.disarmed = EVIL;
    one->view.installed.number = one->view.open.number = 1;
    one->view.installed.profile = one->view.open.profile = EVIL;
    one->view.open.by = one->view.installed.by = EVIL;
    page->held = page->seen;
    APR_ARRAY_PUSH((apr_array_header_t *)page->choices, ipxe_page_choice_t) =
        choice;
}

static void test_hostile(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    ipxe_event_t event;
    apr_array_header_t *events = apr_array_make(pool, 1, sizeof(event));
    const char *html;
    int kind;

    make_evil(page, pool);
    html = html_of(page, pool);
    ok(!has(html, "<script>alert") && has(html, "&lt;script&gt;alert"),
       "the overview escapes every text");
    ok(!has(html, "\xe2\x80\xae"), "nothing turns the writing");
    memset(&event, 0, sizeof(event));
    event.text = event.rule = event.profile = EVIL;
    event.when = NOW;
    for (kind = 0; kind < IPXE_EVENT_COUNT; kind++) {
        event.kind = (ipxe_event_e)kind;
        APR_ARRAY_PUSH(events, ipxe_event_t) = event;
    }
    page->events = events;
    page->machine = &APR_ARRAY_IDX(page->seen, 0, ipxe_seen_t);
    html = html_of(page, pool);
    ok(!has(html, "<script>alert") && has(html, "&lt;script&gt;alert"),
       "so does the page of one machine");
    ok(has(ipxe_page_json(page, pool)->data, "\\\"><script>alert(1)</script>"),
       "JSON has them as they are");
}

/* ---- What it says ---- */

static void test_overview(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    apr_array_header_t *seen = (apr_array_header_t *)page->seen;
    ipxe_seen_t *one;
    const char *html;

    html = html_of(page, pool);
    ok(has(html, "No machine has asked yet."), "an empty list says so");
    add(seen, "web01", "installed", "script");
    one = add(seen, NULL, "installing", "progress");
    one->percent = 40;
    one->stuck = 1;
    one->view.open.number = 7;
    one->view.open.state = IPXE_INSTALL_STARTED;
    page->total = 120;
    html = html_of(page, pool);
    ok(has(html, ">web01</a>"), "a machine by its host's name");
    ok(has(html, ">52:54:00:00:00:02</a>"), "or by its address");
    ok(has(html, "Acme &amp; Sons"), "its maker");
    ok(has(html, "installing, 40 %"), "how far it is");
    ok(has(html, "for 12 min"), "and for how long");
    ok(has(html, ">stuck</span>"), "a stuck one says so");
    ok(has(html, "href=\"/status?machine=2\""), "leads to its page");
    ok(has(html, "page 1 of 3") && has(html, "page=2\">"), "more pages");
    ok(has(html, "120 machines"), "how many there are");
    ok(has(html, "Rule set <b class=\"code\">12-4f2a91c03b7e"), "the set");
    ok(!has(html, "Waiting for an operator"), "nobody waits");
    ok(!has(html, "<div class=\"notice"), "and nothing is wrong");
}

static void test_held(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    ipxe_page_choice_t choices[] = {{"memtest", 0}, {"rocky-9", 1}};
    ipxe_seen_t *one =
        add((apr_array_header_t *)page->seen, NULL, "held", "held");
    const char *html;

    APR_ARRAY_PUSH((apr_array_header_t *)page->choices, ipxe_page_choice_t) =
        choices[0];
    APR_ARRAY_PUSH((apr_array_header_t *)page->choices, ipxe_page_choice_t) =
        choices[1];
    one->view.hold_code = "K7Q2";
    one->view.hold_reason = "unknown machine";
    page->held = page->seen;
    html = html_of(page, pool);
    ok(has(html, "Waiting for an operator"), "who waits is shown on top");
    ok(has(html, ">K7Q2</b>"), "with its code");
    ok(has(html, "unknown machine"), "and the reason");
    ok(has(html, "<form method=\"post\" action=\"/status\""), "a form");
    ok(has(html, "name=\"token\" value=\"TOKEN\""), "with a token");
    ok(has(html, "name=\"act\" value=\"release\""), "to release");
    ok(has(html, "<option value=\"rocky-9\">rocky-9 (installs)</option>"),
       "says which profiles wipe a disk");
    page->token = NULL;
    html = html_of(page, pool);
    ok(!has(html, "method=\"post\""), "no form for who may do nothing");
}

static void test_notices(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    const char *html;

    page->failure = "rules/a.yaml:3:1: error: no such key\n  3 | x:\n";
    page->failed = NOW - apr_time_from_sec(60);
    page->state_fault = "no such file";
    page->did = "arm";
    apr_table_set((apr_table_t *)page->counts, "frozen", "1");
    apr_table_set((apr_table_t *)page->counts, "unaccepted", "1");
    html = html_of(page, pool);
    ok(has(html, "The rules do not load."), "rules that do not load");
    ok(has(html, "error: no such key\n  3 | x:\n</pre>"), "line by line");
    ok(has(html, "The state cannot be asked."), "a state that is down");
    ok(has(html, "Frozen.") && has(html, "Accept it"), "frozen, new database");
    ok(has(html, "Armed: it is installed"), "what was done before");
    page->did = "<b>";
    ok(!has(html_of(page, pool), "role=\"status\">&"),
       "words of the address that are none say nothing");
}

static void test_machine(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    apr_array_header_t *events = apr_array_make(pool, 1, sizeof(ipxe_event_t));
    ipxe_seen_t *one =
        add((apr_array_header_t *)page->seen, "web01", "installed", "asked");
    ipxe_event_t event;
    const char *html;

    memset(&event, 0, sizeof(event));
    event.kind = IPXE_EVENT_KERNEL;
    event.bytes = 8123456;
    event.percent = -1;
    event.when = NOW;
    APR_ARRAY_PUSH(events, ipxe_event_t) = event;
    one->view.installed.number = 3;
    one->view.installed.state = IPXE_INSTALL_INSTALLED;
    one->view.installed.profile = "rocky-8";
    page->machine = one;
    page->events = events;
    html = html_of(page, pool);
    ok(has(html, "<title>web01 "), "the title names it");
    ok(has(html, "installed with rocky-8; the rule now says rocky-9"),
       "an edited rule arms nothing, and the page says so");
    ok(has(html, "fetched the kernel, 8.1 MB, broken off"), "the timeline");
    ok(has(html, "name=\"sure\" value=\"yes\" required"),
       "a disk is asked for");
    ok(has(html, "<dd>Acme &amp; Sons</dd>"), "what is known of it");
}

static void test_plot(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    apr_array_header_t *hourly = apr_array_make(pool, 48, sizeof(int));
    const char *html;
    int i;

    for (i = 0; i < 48; i++)
        APR_ARRAY_PUSH(hourly, int) = 0;
    page->hourly = hourly;
    ok(has(html_of(page, pool), "None in the last 48 hours."), "no boots");
    APR_ARRAY_IDX(hourly, 47, int) = 30;
    APR_ARRAY_IDX(hourly, 0, int) = 1;
    html = html_of(page, pool);
    ok(has(html, "31 boots in 48 hours, at most 30 in one"), "a plot");
    ok(has(html, "height=\"72\""), "its highest bar is as high as it is");
}

/* ---- Bars ---- */

static void test_bars(apr_pool_t *pool)
{
    static const struct {
        const char *state, *stage;
        ipxe_install_e open;
        int at, steps;
        const char *where;
    } cases[] = {
        {"", "asked", IPXE_INSTALL_NONE, 0, 4, "asked"},
        {"", "initrd", IPXE_INSTALL_NONE, 3, 4, "initrd"},
        {"armed", "kernel", IPXE_INSTALL_ARMED, 2, 7, "kernel"},
        {"armed", "progress", IPXE_INSTALL_ARMED, 3, 7, "initrd"},
        {"installing", "asked", IPXE_INSTALL_FETCHED, 4, 7, "answers"},
        {"installing", "started", IPXE_INSTALL_STARTED, 5, 7, "installing"},
        {"failed", "failed", IPXE_INSTALL_FAILED, 5, 7, "failed"},
        {"installed", "script", IPXE_INSTALL_NONE, 6, 7, "installed"},
        {"", "done", IPXE_INSTALL_NONE, 6, 7, "done"},
        {"held", "held", IPXE_INSTALL_NONE, -1, 4, "held"},
        {"", "", IPXE_INSTALL_NONE, -1, 4, "not seen booting"},
        {"armed", "waiting", IPXE_INSTALL_ARMED, 0, 7, "waiting for a slot"},
    };
    apr_array_header_t *seen = apr_array_make(pool, 1, sizeof(ipxe_seen_t));
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ipxe_seen_t *one = add(seen, NULL, cases[i].state, cases[i].stage);
        ipxe_bar_t bar;

        one->view.open.state = cases[i].open;
        one->view.open.number = cases[i].open != IPXE_INSTALL_NONE;
        ipxe_seen_bar(&bar, one);
        is_int(bar.at, cases[i].at, cases[i].where);
        is_int(bar.steps, cases[i].steps, "and its steps");
        is(ipxe_seen_where(one, pool), cases[i].where, "and its words");
    }
}

static void test_words(apr_pool_t *pool)
{
    is(ipxe_span_text(apr_time_from_sec(1), pool), "now", "now");
    is(ipxe_span_text(apr_time_from_sec(59), pool), "59 s", "seconds");
    is(ipxe_span_text(apr_time_from_sec(3599), pool), "59 min", "minutes");
    is(ipxe_span_text(apr_time_from_sec(3900), pool), "1 h 05 min", "hours");
    is(ipxe_span_text(apr_time_from_sec(86400), pool), "1 day", "a day");
    is(ipxe_span_text(-5, pool), "now", "a clock that was set back");
    is(ipxe_size_text(999, pool), "999 bytes", "bytes");
    is(ipxe_size_text(1000, pool), "1.0 kB", "kilobytes");
    is(ipxe_size_text(1234567890, pool), "1.2 GB", "gigabytes");
    is(ipxe_time_utc(NOW, pool), "2026-11-22T09:51:19Z", "UTC");
    ok(!ipxe_deed_find("drop") && ipxe_deed_find("arm")->sure,
       "what can be done is in a table");
}

static void test_form(apr_pool_t *pool)
{
    apr_table_t *form = ipxe_form_parse(
        "q=rack+7%2B&set=rack%3D7%0D%0A%0d%0a+role%3Da%3Db%0A&page=12&x&=y"
        "&neg=-1&long=1234567890123456789&evil=%00%ff%1b%3c",
        pool);
    apr_table_t *vars = apr_table_make(pool, 2);

    is(apr_table_get(form, "q"), "rack 7+", "a plus sign is a blank");
    is_int(ipxe_form_number(form, "page"), 12, "a number");
    is_int(ipxe_form_number(form, "neg"), 0, "none below zero");
    is_int(ipxe_form_number(form, "long"), 0, "nor one that is too long");
    is_int(ipxe_form_number(form, "no"), 0, "nor one that is not there");
    ok(!has(apr_table_get(form, "evil"), "\x1b"), "no control characters");
    ok(ipxe_form_vars(vars, form, "set"), "variables, one a line");
    is(apr_table_get(vars, "rack"), "7", "the first");
    is(apr_table_get(vars, "role"), "a=b", "the second, with its sign");
    form = ipxe_form_parse("set=a-b%3D1", pool);
    ok(!ipxe_form_vars(vars, form, "set"), "a name that is none");
    form = ipxe_form_parse("set=rack", pool);
    ok(!ipxe_form_vars(vars, form, "set"), "a variable without a value");
    is_int(apr_table_elts(ipxe_form_parse(NULL, pool))->nelts, 0, "nothing");
}

static void test_policy(apr_pool_t *pool)
{
    const char *policy = ipxe_page_policy(pool);

    ok(has(policy, "default-src 'none'") && has(policy, "script-src 'sha256-"),
       "the policy lets one script run");
    ok(!has(policy, "unsafe"), "and nothing else");
}

/* ---- Boot slots ---- */

static void test_slots(apr_pool_t *pool)
{
    ipxe_page_t *page = make(pool);
    ipxe_seen_t *one =
        add((apr_array_header_t *)page->seen, "web01", "", "waiting");
    const char *json;

    page->hourly = apr_array_make(pool, 1, sizeof(int));
    ok(!has(html_of(page, pool), "boot slots"), "without slots none are shown");
    ok(has(ipxe_page_json(page, pool)->data, "\"slots\": null"),
       "nor told of");
    page->slots = 200;
    page->slots_now.taken = 199;
    page->slots_now.waiting = 1;
    one->place = 12;
    ok(has(html_of(page, pool), "199 of 200 boot slots taken, 1 machine "
                                "waiting"),
       "slots are counted");
    ok(has(html_of(page, pool), "waiting for a slot (12th)"),
       "a machine has its place");
    json = ipxe_page_json(page, pool)->data;
    ok(has(json, "\"slots\": {\"total\": 200, \"taken\": 199, "
                 "\"waiting\": 1}") &&
           has(json, "\"place\": 12"),
       "for programs too");
    is(ipxe_text_ordinal(1, pool), "1st", "first");
    is(ipxe_text_ordinal(22, pool), "22nd", "second");
    is(ipxe_text_ordinal(103, pool), "103rd", "third");
    is(ipxe_text_ordinal(113, pool), "113th", "not thirteenth");
    is(ipxe_text_ordinal(4, pool), "4th", "others");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_html(pool);
    test_hostile(pool);
    test_overview(pool);
    test_held(pool);
    test_notices(pool);
    test_machine(pool);
    test_plot(pool);
    test_bars(pool);
    test_slots(pool);
    test_words(pool);
    test_form(pool);
    test_policy(pool);
    return tap_end(pool);
}
