/* SPDX-License-Identifier: Apache-2.0 */
/* Install once: what the state says becomes of a decision, what tickets carry,
 * and what each answer of the state is to an installer. */
#include "engine/engine.h"

#include "engine/check.h"
#include "rules/load.h"
#include "tap.h"

static const char rules_text[] =
    "ipxe: 1\n"
    "profiles:\n"
    "  rocky:\n"
    "    install: true\n"
    "    kernel: vmlinuz\n"
    "    args: [ \"ks={{ answers() }}\" ]\n"
    "    answers: [ a.ks, b.py, c.bat, d.cfg ]\n"
    "    report:\n"
    "      sh: \"curl {{ report_url }}\"\n"
    "      python: \"get('{{ report_url }}')\"\n"
    "      cmd: \"curl.exe {{ report_url }}\"\n"
    "  tool:\n"
    "    kernel: mt\n"
    "menus:\n"
    "  main:\n"
    "    items: [ { boot: rocky }, { boot: tool } ]\n"
    "rules:\n"
    "  - { name: again, when: { serial: R }, boot: rocky, reinstall: always }\n"
    "  - { name: runs, when: { serial: D, done: tool }, local: true }\n"
    "  - { name: fails, when: { all: [ { serial: D }, \"'tool' in failed\" ] },"
    " deny: broken }\n"
    "  - { name: hold, when: { serial: H }, hold: \"wait, {{ mac }}\" }\n"
    "  - { name: tool, when: { serial: T }, boot: tool }\n"
    "  - { name: menu, when: { serial: M }, menu: main }\n"
    "  - { name: qc, boot: rocky }\n";

static const char *const templates[][2] = {
    {"a.ks", "text\n%post\n{{ report('installed') }}\n%end\n"
             "%pre --interpreter=/usr/bin/python3\n"
             "{{ report('started') }}\n%end\n"},
    {"b.py", "{{ report('failed', 'no disk') }}\n"},
    {"c.bat", "{{ report('progress', 'half', percent=50) }}\n"},
    {"d.cfg", "{{ report('done') }}\n"}};

/* What the fake says next, and what it was asked. */
typedef struct fake_t {
    apr_status_t status;
    ipxe_ruling_t ruling;
    ipxe_view_t view;
    ipxe_claim_e claim;
    int marked;
    int entered, held, fetched, reported, looked;
    ipxe_wish_t wish;
    ipxe_report_t report;
    const char *reason;
    apr_int64_t install;
    apr_time_t issued;
    ipxe_event_t event; /* the last */
    int events;
} fake_t;

static int fake_marked(void *baton, const ipxe_who_t *who, apr_pool_t *pool)
{
    (void)who;
    (void)pool;
    return ((fake_t *)baton)->marked;
}

static apr_status_t fake_look(ipxe_view_t *view, void *baton,
                              const ipxe_who_t *who, apr_pool_t *pool)
{
    fake_t *fake = baton;

    (void)who;
    (void)pool;
    fake->looked++;
    *view = fake->view;
    return fake->status;
}

static apr_status_t fake_enter(ipxe_ruling_t *ruling, void *baton,
                               const ipxe_wish_t *wish, apr_pool_t *pool)
{
    fake_t *fake = baton;

    (void)pool;
    fake->entered++;
    fake->wish = *wish;
    *ruling = fake->ruling;
    return fake->status;
}

static apr_status_t fake_hold(ipxe_view_t *view, void *baton,
                              const ipxe_who_t *who, const char *reason,
                              apr_time_t now, apr_pool_t *pool)
{
    fake_t *fake = baton;

    (void)who;
    (void)now;
    (void)pool;
    fake->held++;
    fake->reason = reason;
    *view = fake->view;
    return fake->status;
}

static apr_status_t fake_fetch(ipxe_claim_e *claim, void *baton,
                               apr_int64_t install, apr_time_t issued,
                               int tries, apr_time_t now, apr_pool_t *pool)
{
    fake_t *fake = baton;

    (void)tries;
    (void)now;
    (void)pool;
    fake->fetched++;
    fake->install = install;
    fake->issued = issued;
    *claim = fake->claim;
    return fake->status;
}

static apr_status_t fake_report(ipxe_claim_e *claim, void *baton,
                                const ipxe_report_t *report, apr_pool_t *pool)
{
    fake_t *fake = baton;

    (void)pool;
    fake->reported++;
    fake->report = *report;
    *claim = fake->claim;
    return fake->status;
}

static void fake_watch(void *baton, const ipxe_event_t *event)
{
    ((fake_t *)baton)->event = *event;
    ((fake_t *)baton)->events++;
}

/* One server with its set and its state. */
typedef struct server_t {
    ipxe_settings_t settings;
    ipxe_snapshot_t *set;
    fake_t fake;
    ipxe_keeper_t keeper;
    ipxe_request_t request;
    ipxe_answer_t answer;
    apr_pool_t *pool;
} server_t;

static ipxe_snapshot_t *make_set(const ipxe_settings_t *settings,
                                 apr_pool_t *pool)
{
    ipxe_snapshot_t *set = apr_pcalloc(pool, sizeof(*set));
    ipxe_rules_input_t input = {.library = ipxe_engine_library(pool)};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    apr_array_header_t *sources =
        apr_array_make(pool, 1, sizeof(const ipxe_source_t *));
    apr_size_t i;

    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("r.yaml", rules_text, strlen(rules_text), pool);
    input.sources = sources;
    for (i = 0; i < sizeof(templates) / sizeof(*templates); i++)
        ipxe_library_add(input.library, templates[i][0],
                         ipxe_source_make(templates[i][0], templates[i][1],
                                          strlen(templates[i][1]), pool));
    set->pool = pool;
    set->settings = settings;
    set->hash = "";
    set->ticket_facts =
        IPXE_FACT_BIT(IPXE_FACT_MAC) | IPXE_FACT_BIT(IPXE_FACT_SERIAL);
    set->ticket_args = apr_array_make(pool, 1, sizeof(const char *));
    set->rules = ipxe_rules_load(&input, diags, pool);
    ipxe_snapshot_publish(set, 1);
    if (!set->rules)
        tap_say("rules", ipxe_diag_text(ipxe_diags_first_error(diags), pool));
    return set;
}

static void start(server_t *server, apr_pool_t *pool)
{
    static const char key[] = "0123456789abcdef0123456789abcdef\n";

    memset(server, 0, sizeof(*server));
    server->pool = pool;
    ipxe_settings_default(&server->settings, pool);
    server->settings.keys = ipxe_keys_parse(key, sizeof(key) - 1, pool);
    server->set = make_set(&server->settings, pool);
    server->keeper =
        (ipxe_keeper_t){&server->fake, fake_marked, fake_look,   fake_enter,
                        fake_hold,     fake_fetch,  fake_report, fake_watch};
    server->request.keeper = &server->keeper;
    server->request.base_url = "http://b";
    server->request.ip = "192.0.2.1";
    server->request.request_id = "id";
    server->request.now = apr_time_from_sec(1793188800);
}

/* Asks; gives the body. */
static const char *ask(server_t *server, const char *path, const char *query)
{
    ipxe_request_t *request = &server->request;

    request->query = query;
    request->target = ipxe_engine_route(&server->settings, path, server->pool);
    ipxe_engine_answer(&server->answer, server->set, request, server->pool);
    return server->answer.body->data;
}

static const char *boot(server_t *server, const char *serial)
{
    return ask(server, "/boot.ipxe",
               apr_pstrcat(server->pool,
                           "mac=52:54:00:00:00:01&platform=efi&arch=x86_64"
                           "&chip=x&serial=",
                           serial, NULL));
}

/* The path of the first of our URLs after `mark` in a text. */
static const char *path_after(const server_t *server, const char *text,
                              const char *mark)
{
    const char *at = strstr(text, mark);

    at = at ? strstr(at, "http://b/") : NULL;
    return at ? apr_pstrndup(server->pool, at + 8, strcspn(at + 8, " \n"))
              : "/none";
}

static int has(const char *text, const char *piece)
{
    if (text && strstr(text, piece))
        return 1;
    tap_say("lacks", piece);
    tap_say("text", text);
    return 0;
}

static void check_verdicts(server_t *server)
{
    fake_t *fake = &server->fake;
    const char *script;

    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    fake->ruling.install.number = 7;
    script = boot(server, "Q");
    ok(has(script, "\nkernel http://b/vmlinuz"), "what is armed is installed");
    is(fake->wish.profile, "rocky", "asked about the profile");
    is(fake->wish.by, "rule qc", "and armed by the rule");
    ok(!fake->wish.reinstall_always && !fake->wish.chosen, "once");
    fake->ruling.verdict = IPXE_VERDICT_LOCAL;
    fake->ruling.reason = "installed with rocky on Monday";
    script = boot(server, "Q");
    ok(has(script, "echo installed with rocky on Monday") &&
           !strstr(script, "kernel ") && has(script, ":local"),
       "an installed machine boots its disk and says why");
    is(ipxe_action_name(server->answer.decision->action.kind), "local",
       "so the decision is local");
    is(server->answer.decision->wanted->name, "rocky", "in place of rocky");
    fake->ruling.verdict = IPXE_VERDICT_HOLD;
    fake->ruling.reason = "two tries";
    fake->ruling.code = "K7M2";
    script = boot(server, "Q");
    ok(has(script, "echo two tries") && has(script, "Code: K7M2") &&
           has(script, "/ipxe/wait/"),
       "a held machine shows its code and waits");
    boot(server, "R");
    ok(fake->wish.reinstall_always, "reinstall: always is handed on");
    fake->entered = 0;
    ok(has(boot(server, "T"), "kernel http://b/mt") && !fake->entered,
       "what wipes nothing asks nobody");
    fake->status = APR_TIMEUP;
    script = boot(server, "Q");
    ok(has(script, "/ipxe/wait/") && !strstr(script, "kernel "),
       "where the state is not known nothing is installed");
    ok(has(boot(server, "T"), "kernel http://b/mt"), "and all else boots");
    fake->status = APR_SUCCESS;
}

static void check_wait(server_t *server)
{
    fake_t *fake = &server->fake;
    const char *path;

    fake->ruling.verdict = IPXE_VERDICT_HOLD;
    path = path_after(server, boot(server, "Q"), ":wait");
    ask(server, path, NULL);
    ok(server->answer.status == 503 && server->answer.retry_after >= 2,
       "a held machine waits by 503");
    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    ok(has(ask(server, path, NULL), "kernel http://b/vmlinuz") &&
           server->answer.status == 200,
       "until there is something new");
    fake->view.hold_code = "AB12";
    fake->view.release = NULL;
    ok(has(boot(server, "H"), "Code: AB12") && fake->held == 1,
       "a rule's hold is recorded and has its code");
    is(fake->reason, "wait, 52:54:00:00:00:01", "with its text");
    fake->view.release = "tool";
    ok(has(boot(server, "H"), "kernel http://b/mt"), "a release boots");
    fake->view.release = "";
    ok(has(boot(server, "H"), ":local") &&
           server->answer.decision->action.kind == IPXE_ACTION_LOCAL,
       "one without a profile lets go");
    memset(&fake->view, 0, sizeof(fake->view));
}

static void check_marked(server_t *server)
{
    fake_t *fake = &server->fake;
    apr_table_t *vars = apr_table_make(server->pool, 2);

    fake->marked = 1;
    fake->view.machine = 5;
    fake->view.next = "tool";
    ok(has(boot(server, "Q"), "kernel http://b/mt") &&
           server->answer.spend == 5,
       "`next` goes before the rules, and is to be spent");
    fake->view.next = NULL;
    fake->view.release = "rocky";
    apr_table_set(vars, "disk", "sdb");
    fake->view.release_vars = vars;
    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    boot(server, "T");
    is(fake->wish.by, "operator", "a release installs by the operator");
    ok(fake->wish.released, "and says so");
    fake->marked = 0;
    memset(&fake->view, 0, sizeof(fake->view));
}

static const char *rule_of(const server_t *server)
{
    const ipxe_decision_t *decision = server->answer.decision;

    return decision && decision->rule ? decision->rule->name : "none";
}

static void check_runs(server_t *server)
{
    fake_t *fake = &server->fake;
    apr_array_header_t *tool =
        apr_array_make(server->pool, 1, sizeof(const char *));
    const apr_array_header_t *none =
        apr_array_make(server->pool, 1, sizeof(const char *));

    APR_ARRAY_PUSH(tool, const char *) = "tool";
    fake->view.done = tool;
    fake->view.failed = none;
    fake->looked = 0;
    boot(server, "D");
    is(rule_of(server), "runs", "a rule knows what is done");
    ok(fake->looked == 1, "asked once");
    fake->view.done = none;
    fake->view.failed = tool;
    boot(server, "D");
    is(rule_of(server), "fails", "and what has failed, in an expression");
    fake->looked = 0;
    boot(server, "T");
    ok(!fake->looked, "nobody asks for other machines");
    fake->status = APR_TIMEUP;
    ok(has(boot(server, "D"), "/ipxe/wait/") &&
           server->answer.decision->action.kind == IPXE_ACTION_HOLD,
       "where it is not known the machine is held");
    fake->status = APR_SUCCESS;
    memset(&fake->view, 0, sizeof(fake->view));
}

static void check_confirm(server_t *server)
{
    fake_t *fake = &server->fake;
    const char *item, *script, *yes;

    item = path_after(server, boot(server, "M"), "choose");
    fake->ruling.verdict = IPXE_VERDICT_CONFIRM;
    fake->ruling.reason = "installed with rocky on Monday";
    fake->ruling.view.installed.number = 3;
    script = ask(server, item, NULL);
    ok(fake->wish.chosen && !fake->wish.confirmed, "a choice is no word yet");
    is(fake->wish.by, "menu main/rocky", "it is the menu's");
    ok(has(script, "prompt --key y --timeout 30000 ") &&
           !strstr(script, "kernel ") && has(script, "installed with rocky"),
       "y is asked for, and what is there shown");
    yes = path_after(server, script, "prompt --key y");
    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    ok(has(ask(server, yes, NULL), "kernel http://b/vmlinuz") &&
           fake->wish.confirmed == 3,
       "y names the install that it replaces");
    ask(server, item, NULL);
    ok(fake->wish.confirmed == 0, "the item's own address does not");
    ask(server,
        apr_pstrcat(server->pool,
                    apr_pstrndup(server->pool, yes,
                                 (apr_size_t)(strrchr(yes, '/') - yes)),
                    "/tool", NULL),
        NULL);
    item = apr_pstrcat(
        server->pool,
        apr_pstrndup(server->pool, yes, (apr_size_t)(strrchr(yes, '/') - yes)),
        NULL);
    fake->wish.confirmed = -1;
    ask(server, item, NULL);
    ok(fake->wish.confirmed == -1, "and its ticket is for no other item");
}

static void check_tickets(server_t *server)
{
    static const struct {
        const char *name;
        ipxe_claim_e claim;
        int status;
    } claims[] = {{"good", IPXE_CLAIM_GOOD, 200},
                  {"repeated", IPXE_CLAIM_REPEATED, 200},
                  {"unknown", IPXE_CLAIM_UNKNOWN, 404},
                  {"over", IPXE_CLAIM_OVER, 410},
                  {"too many", IPXE_CLAIM_TOO_MANY, 403},
                  {"held", IPXE_CLAIM_HELD, 403}};
    fake_t *fake = &server->fake;
    const char *path;
    apr_size_t i;

    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    fake->ruling.install.number = 41;
    path = path_after(server, boot(server, "Q"), "ks=");
    for (i = 0; i < sizeof(claims) / sizeof(*claims); i++) {
        fake->claim = claims[i].claim;
        ask(server, path, NULL);
        ok(server->answer.status == claims[i].status,
           apr_psprintf(server->pool, "a fetch that is %s: %d",
                        claims[i].name, claims[i].status));
    }
    ok(fake->install == 41, "the ticket names the install");
    fake->claim = IPXE_CLAIM_GOOD;
    fake->fetched = 0;
    server->request.head = 1;
    ask(server, path, NULL);
    ok(!fake->fetched && server->answer.status == 200, "HEAD fetches nothing");
    boot(server, "Q");
    ok(fake->wish.observe, "and arms nothing");
    server->request.head = 0;
    fake->status = APR_TIMEUP;
    ask(server, path, NULL);
    ok(server->answer.status == 503, "no answer file from an unknown state");
    fake->status = APR_SUCCESS;
}

static const char *report_path(server_t *server, const char *stage)
{
    ipxe_ticket_t ticket = {.kind = IPXE_TICKET_REPORT,
                            .site = "",
                            .issued = server->request.now,
                            .install = 41,
                            .profile = "rocky",
                            .choice = "",
                            .facts = "mac=52:54:00:00:00:01"};

    return apr_pstrcat(
        server->pool, "/ipxe/report/",
        ipxe_ticket_write(&ticket, server->settings.keys, server->pool), "/",
        stage, NULL);
}

static void check_reports(server_t *server)
{
    fake_t *fake = &server->fake;

    is(ask(server, report_path(server, "progress"),
           "percent=40&text.hex=6120b5"),
       "ok\n", "a report is taken");
    ok(fake->report.install == 41 && fake->report.percent == 40 &&
           fake->report.stage == IPXE_STAGE_PROGRESS,
       "with its percentage");
    ok(has(fake->report.text, "a "), "and its text");
    ask(server, report_path(server, "progress"), "percent=140");
    ok(fake->report.percent == -1 && !fake->report.text, "or without");
    ask(server, report_path(server, "wiped"), NULL);
    ok(server->answer.status == 404, "no stage of that name");
    fake->reported = 0;
    server->request.head = 1;
    ask(server, report_path(server, "installed"), NULL);
    ok(!fake->reported && server->answer.status == 200, "HEAD reports nothing");
    server->request.head = 0;
    fake->claim = IPXE_CLAIM_OVER;
    ask(server, report_path(server, "failed"), NULL);
    ok(server->answer.status == 410, "of an install that is over");
    fake->claim = IPXE_CLAIM_GOOD;
    fake->status = APR_EGENERAL;
    ask(server, report_path(server, "installed"), NULL);
    ok(server->answer.status == 503 && server->answer.retry_after > 0,
       "to be sent again where it could not be kept");
    fake->status = APR_SUCCESS;
    ask(server, "/ipxe/report/none/installed", NULL);
    ok(server->answer.status == 404, "by no ticket");
}

static void check_commands(server_t *server)
{
    fake_t *fake = &server->fake;
    const char *path, *text, *folder;

    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    fake->ruling.install.number = 99;
    path = path_after(server, boot(server, "Q"), "ks=");
    text = ask(server, path, NULL);
    ok(has(text, "%post\ncurl http://b/ipxe/report/") &&
           has(text, "/installed\n"),
       "a section of a kickstart reports by sh");
    ok(has(text, "python3\nget('http://b/ipxe/report/") &&
           has(text, "/started')\n"),
       "or by its interpreter");
    ask(server, path_after(server, text, "%post"), NULL);
    ok(fake->report.install == 99 &&
           fake->report.stage == IPXE_STAGE_INSTALLED &&
           server->answer.status == 200,
       "the address takes the report of this install");
    folder = apr_pstrndup(server->pool, path,
                          (apr_size_t)(strrchr(path, '/') + 1 - path));
    text = ask(server, apr_pstrcat(server->pool, folder, "b.py", NULL), NULL);
    ok(has(text, "get('http") && has(text, "/failed?text.hex=6e6f206469736b')"),
       "a text goes in letters that no script takes for more");
    text = ask(server, apr_pstrcat(server->pool, folder, "c.bat", NULL), NULL);
    ok(has(text, "curl.exe ") && has(text, "/progress-50?text=half\r\n"),
       "a percentage in the address");
    ask(server, report_path(server, "progress-50"), "text=half");
    ok(fake->report.percent == 50 && fake->report.stage == IPXE_STAGE_PROGRESS,
       "and is read from there");
    is(fake->report.text, "half", "beside its text");
    text = ask(server, apr_pstrcat(server->pool, folder, "d.cfg", NULL), NULL);
    ok(has(text, "curl http"), "sh where nothing says otherwise");
}

static void check_events(server_t *server)
{
    fake_t *fake = &server->fake;
    const char *path;

    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    fake->ruling.install.number = 7;
    path = path_after(server, boot(server, "Q"), "ks=");
    ok(fake->event.kind == IPXE_EVENT_SCRIPT, "a script is told of");
    is(fake->event.text, "boot rocky", "with what it does");
    is(fake->event.rule, "qc", "and by which rule");
    ask(server, path, NULL);
    ok(fake->event.kind == IPXE_EVENT_ANSWERS && fake->event.install == 7,
       "an answer file, too");
    ask(server, "/boot.ipxe", "mac=52:54:00:00:00:09&serial=Q");
    fake->events = 0;
    server->request.head = 1;
    boot(server, "Q");
    server->request.head = 0;
    ask(server, "/ipxe/explain", "serial=Q");
    ok(!fake->events, "HEAD and explain tell nothing");
}

static int errors_of(const server_t *server, ipxe_code_e code)
{
    ipxe_diags_t *diags = ipxe_diags_make(server->pool);
    int i, n = 0;

    ipxe_check_samples(server->set, diags);
    for (i = 0; i < diags->all->nelts; i++)
        n += APR_ARRAY_IDX(diags->all, i, const ipxe_diag_t *)->code == code;
    return n;
}

static void check_load(server_t *server)
{
    ok(!errors_of(server, IPXE_DIAG_NEVER_REPORTS), "its files report");
    ok(!errors_of(server, IPXE_DIAG_NO_STATE), "and the state is kept");
    server->settings.stateless = 1;
    ok(errors_of(server, IPXE_DIAG_NO_STATE) > 0,
       "without a state a rule that installs once is an error");
    server->settings.stateless = 0;
}

/* An installer that takes its time reports for the try that its script began,
 * not for another. */
static void check_one_try(server_t *server)
{
    fake_t *fake = &server->fake;
    apr_time_t then = server->request.now;
    const char *path, *text;

    fake->ruling.verdict = IPXE_VERDICT_INSTALL;
    fake->ruling.install.number = 99;
    path = path_after(server, boot(server, "Q"), "ks=");
    server->request.now = then + apr_time_from_sec(180);
    text = ask(server, path, NULL);
    server->request.now = then + apr_time_from_sec(3600);
    fake->report.issued = 0;
    ask(server, path_after(server, text, "%post"), NULL);
    ok(fake->issued > 0 && fake->report.issued == fake->issued,
       "a report is of the try of its answer file's ticket");
    server->request.now = then;
}

static void check_life(server_t *server)
{
    apr_time_t then = server->request.now;
    const char *path = report_path(server, "installed");

    server->request.now = then + apr_time_from_sec(6 * 86400);
    ask(server, path, NULL);
    ok(server->answer.status == 200, "reports are taken after six days");
    server->request.now = then + apr_time_from_sec(8 * 86400);
    ask(server, path, NULL);
    ok(server->answer.status == 410, "not after eight");
    server->request.now = then;
}

static void check_stateless(server_t *server)
{
    server->settings.stateless = 1;
    server->request.keeper = NULL;
    ok(!strstr(boot(server, "Q"), "kernel "), "without a state not by a rule");
    ok(has(boot(server, "R"), "kernel http://b/vmlinuz"),
       "unless it says reinstall: always");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    server_t server;

    start(&server, pool);
    check_verdicts(&server);
    check_wait(&server);
    check_marked(&server);
    check_runs(&server);
    check_confirm(&server);
    check_tickets(&server);
    check_reports(&server);
    check_life(&server);
    check_one_try(&server);
    check_commands(&server);
    check_events(&server);
    check_load(&server);
    check_stateless(&server);
    return tap_end(pool);
}
