/* SPDX-License-Identifier: Apache-2.0 */
/* Boot slots on the way of a decision to its script: what needs one, what a
 * machine in the queue is given, and that the state is not asked meanwhile. */
#include "engine/engine.h"

#include <stdlib.h>

#include "rules/load.h"
#include "t/unit/tap.h"

static const char rules_text[] =
    "ipxe: 1\n"
    "profiles:\n"
    "  big: { kernel: k, initrd: [ a, b ] }\n"
    "  wipe: { kernel: w, install: true, report: none, answers: x }\n"
    "  iso: { iso: i }\n"
    "  san: { sanboot: 'http://s/d' }\n"
    "  win: { wimboot: wimboot, initrd: [ boot.wim ] }\n"
    "  wrong: { kernel: \"{{ args.none }}\" }\n"
    "menus:\n"
    "  main: { items: [ { boot: big } ] }\n"
    "rules:\n"
    "  - { name: l, when: { serial: L }, local: true }\n"
    "  - { name: m, when: { serial: M }, menu: main }\n"
    "  - { name: s, when: { serial: S }, boot: san }\n"
    "  - { name: i, when: { serial: I }, boot: iso }\n"
    "  - { name: w, when: { serial: W }, boot: win }\n"
    "  - { name: h, when: { serial: H }, hold: held }\n"
    "  - { name: d, when: { serial: D }, boot: wipe }\n"
    "  - { name: x, when: { serial: X }, boot: wrong }\n"
    "  - { name: b, boot: big }\n";

typedef struct server_t {
    ipxe_settings_t settings;
    ipxe_snapshot_t set;
    ipxe_request_t request;
    ipxe_answer_t answer;
    ipxe_slots_t *slots;
    ipxe_keeper_t keeper;
    ipxe_ruling_t ruling;
    ipxe_event_t event;
    int most, entered, marked;
    apr_status_t state; /* what it answers an install */
    apr_pool_t *pool;
} server_t;

static void turn_of(ipxe_turn_t *turn, void *baton, const char *site,
                    const char *machine, ipxe_slot_act_e act)
{
    server_t *server = baton;
    ipxe_slots_ask_t ask = {site,
                            machine,
                            server->most,
                            apr_time_from_sec(60),
                            apr_time_from_sec(300),
                            server->request.now};

    ipxe_slots_turn(turn, server->slots, &ask, act);
}

/* ---- A state that lets all be installed ---- */

static int marked(void *baton, const ipxe_who_t *who, apr_pool_t *pool)
{
    (void)who;
    (void)pool;
    return ((server_t *)baton)->marked;
}

static apr_status_t look(ipxe_view_t *view, void *baton, const ipxe_who_t *who,
                         apr_pool_t *pool)
{
    (void)who;
    (void)pool;
    view->machine = 7;
    view->next = ((server_t *)baton)->marked ? "iso" : NULL;
    return APR_SUCCESS;
}

static apr_status_t enter(ipxe_ruling_t *ruling, void *baton,
                          const ipxe_wish_t *wish, apr_pool_t *pool)
{
    server_t *server = baton;

    (void)wish;
    (void)pool;
    server->entered++;
    *ruling = server->ruling;
    return server->state;
}

static apr_status_t hold(ipxe_view_t *view, void *baton, const ipxe_who_t *who,
                         const char *reason, apr_time_t now, apr_pool_t *pool)
{
    (void)baton;
    (void)who;
    (void)reason;
    (void)now;
    (void)pool;
    view->hold_code = "ABCD";
    return APR_SUCCESS;
}

static void watch(void *baton, const ipxe_event_t *event)
{
    ((server_t *)baton)->event = *event;
}

/* ---- A server with one slot ---- */

static void load(server_t *server)
{
    apr_pool_t *pool = server->pool;
    ipxe_rules_input_t input = {.library = ipxe_engine_library(pool)};
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    apr_array_header_t *sources =
        apr_array_make(pool, 1, sizeof(const ipxe_source_t *));
    ipxe_snapshot_t *set = &server->set;

    APR_ARRAY_PUSH(sources, const ipxe_source_t *) =
        ipxe_source_make("r.yaml", rules_text, strlen(rules_text), pool);
    input.sources = sources;
    ipxe_library_add(input.library, "x", ipxe_source_make("x", "x", 1, pool));
    set->pool = pool;
    set->settings = &server->settings;
    set->hash = "";
    set->ticket_facts = IPXE_FACT_BIT(IPXE_FACT_SERIAL);
    set->ticket_args = apr_array_make(pool, 1, sizeof(const char *));
    set->rules = ipxe_rules_load(&input, diags, pool);
    if (!set->rules)
        tap_say("rules", ipxe_diag_text(ipxe_diags_first_error(diags), pool));
    ipxe_snapshot_publish(set, 1);
}

static void start(server_t *server, apr_pool_t *pool)
{
    static const char key[] = "0123456789abcdef0123456789abcdef\n";

    memset(server, 0, sizeof(*server));
    server->pool = pool;
    server->most = 1;
    server->slots = calloc(1, ipxe_slots_size());
    ipxe_settings_default(&server->settings, pool);
    server->settings.keys = ipxe_keys_parse(key, sizeof(key) - 1, pool);
    load(server);
    server->ruling.verdict = IPXE_VERDICT_INSTALL;
    server->ruling.install.number = 3;
    server->keeper = (ipxe_keeper_t){server, marked, look, enter,
                                     hold,   NULL,   NULL, watch};
    server->request.keeper = &server->keeper;
    server->request.base_url = "http://b";
    server->request.ip = "192.0.2.1";
    server->request.request_id = "id";
    server->request.now = apr_time_from_sec(1793188800);
    server->request.turn = turn_of;
    server->request.turn_baton = server;
}

static const char *ask(server_t *server, const char *path, const char *query)
{
    ipxe_request_t *request = &server->request;

    request->query = query;
    request->target = ipxe_engine_route(&server->settings, path, server->pool);
    ipxe_engine_answer(&server->answer, &server->set, request, server->pool);
    return server->answer.body->data;
}

/* A machine whose card has that number. */
static const char *boot(server_t *server, const char *serial, int card)
{
    return ask(server, "/boot.ipxe",
               apr_psprintf(server->pool,
                            "mac=52:54:00:00:00:%02x&platform=pcbios"
                            "&arch=x86_64&chip=x&serial=%s",
                            (unsigned)card, serial));
}

static int boots(const char *script)
{
    return strstr(script, "\nkernel ") != NULL;
}

static int queued(const server_t *server)
{
    return server->answer.decision ? server->answer.decision->place : 0;
}

static const char *wait_of(const server_t *server, const char *script)
{
    const char *at = strstr(script, "http://b/ipxe/wait/");

    return at ? apr_pstrndup(server->pool, at + 8, strcspn(at + 8, " \n"))
              : "/none";
}

/* ---- Tests ---- */

static void test_needs(server_t *server)
{
    static const struct {
        const char *serial, *name;
        int place;
    } rows[] = {{"B", "a kernel waits", 1}, {"I", "an ISO waits", 1},
                {"W", "wimboot waits", 1},  {"D", "an install waits", 1},
                {"L", "the disk does not", 0},
                {"M", "a menu does not", 0},
                {"S", "sanboot does not", 0},
                {"H", "a hold is no queue", 0}};
    apr_size_t i;

    ok(boots(boot(server, "B", 1)), "the slot is given");
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        boot(server, rows[i].serial, 2);
        is_int(queued(server), rows[i].place, rows[i].name);
    }
    boot(server, "B", 2);
    boot(server, "X", 3);
    ok(boots(boot(server, "B", 1)), "who has it has it again");
    boot(server, "L", 1);
    boot(server, "L", 2);
    ok(boots(boot(server, "B", 3)), "until another boot gives it away");
    boot(server, "X", 3);
    ok(boots(boot(server, "B", 4)), "or one that cannot be written");
    boot(server, "L", 4);
}

static void test_wait(server_t *server)
{
    const char *script, *wait;
    int entered;

    ok(boots(boot(server, "B", 1)), "one boots");
    script = boot(server, "D", 2);
    is(server->answer.decision->wanted->name, "wipe", "an install is wanted");
    is_int(server->answer.status, 200, "it waits by a script");
    ok(strstr(script, "1st in") && strstr(script, "Ctrl-C"), "which says so");
    ok(!strstr(script, "Code:"), "and shows no code");
    is_int(server->event.kind, IPXE_EVENT_WAITING, "the state is told");
    is(server->event.profile, "wipe", "of what it waits for");
    wait = wait_of(server, script);
    entered = server->entered;
    ask(server, wait, NULL);
    is_int(server->answer.status, 503, "at its address it waits on");
    ok(server->answer.retry_after >= 2 && server->answer.retry_after <= 30,
       "with a time");
    is_int(server->entered, entered, "and the state is not asked again");
    server->request.head = 1;
    boot(server, "L", 1);
    boot(server, "B", 8);
    ask(server, wait, NULL);
    is_int(server->answer.status, 503, "by HEAD too");
    server->request.head = 0;
    is_int(server->answer.decision->place, 1, "which changes no place");
    ask(server, wait, NULL);
    is_int(server->answer.status, 503, "a HEAD gives nothing away");
    boot(server, "L", 1);
    script = ask(server, wait, NULL);
    ok(boots(script), "when it is its turn it boots");
    is_int(server->entered, entered + 1, "and the state is asked once more");
    server->ruling.verdict = IPXE_VERDICT_LOCAL;
    server->ruling.reason = "installed";
    boot(server, "B", 5);
    is_int(queued(server), 1, "the slot is taken");
    boot(server, "D", 2);
    ok(boots(ask(server, wait_of(server, boot(server, "B", 5)), NULL)) ||
           boots(boot(server, "B", 5)),
       "what was installed meanwhile leaves it");
    boot(server, "L", 5);
    server->ruling.verdict = IPXE_VERDICT_INSTALL;
}

/* One that is held comes to its wait address too. */
static void test_held(server_t *server)
{
    const char *wait = wait_of(server, boot(server, "H", 1));

    boot(server, "B", 2);
    ask(server, wait, NULL);
    is_int(server->answer.status, 503, "who is held waits on");
    is(server->answer.body->data, "held\n", "as one who is held");
    is_int(queued(server), 0, "not in the queue");
    boot(server, "L", 2);
    ok(boots(boot(server, "B", 3)), "and has no slot");
    boot(server, "L", 3);
}

/* The state does not answer: nobody loses a place for it. */
static void test_unknown(server_t *server)
{
    const char *wait, *script;

    server->state = APR_TIMEUP;
    wait = wait_of(server, boot(server, "D", 1));
    is_int(queued(server), 0, "with no state an install is held");
    script = boot(server, "D", 2);
    is_int(queued(server), 1, "the next waits in the queue");
    is(server->answer.decision->wanted->name, "wipe", "for what it wants");
    ask(server, wait, NULL);
    is(server->answer.body->data, "held\n", "the first is held on");
    server->state = APR_SUCCESS;
    ask(server, wait_of(server, script), NULL);
    is(server->answer.body->data, "queued\n", "the second has not passed it");
    ok(boots(ask(server, wait, NULL)), "which has its slot at once");
    boot(server, "L", 1);
    server->state = APR_TIMEUP;
    ask(server, wait_of(server, script), NULL);
    is(server->answer.body->data, "held\n", "in its turn the second is held");
    server->state = APR_SUCCESS;
    boot(server, "D", 3);
    is_int(queued(server), 1, "and the third no further");
    ok(boots(ask(server, wait_of(server, script), NULL)), "it boots");
    boot(server, "L", 2);
    boot(server, "L", 3);
}

/* An operator's word for one boot is not spent in the queue. */
static void test_next(server_t *server)
{
    ok(boots(boot(server, "B", 1)), "one boots");
    server->marked = 1;
    boot(server, "B", 2);
    is_int(queued(server), 1, "a next boot waits");
    is_int(server->answer.spend, 0, "and is not spent");
    server->marked = 0;
    boot(server, "L", 1);
    server->marked = 1;
    boot(server, "B", 2);
    is_int(server->answer.spend, 7, "but when it is given");
    server->marked = 0;
    boot(server, "L", 2);
}

/* No card, or none at all: its ticket carries what finds it again. */
static void test_cardless(server_t *server)
{
    const char *script;

    boot(server, "B", 1);
    script = ask(server, "/boot.ipxe",
                 "platform=efi&uuid=11112222-3333-4444-5555-666677778888");
    is_int(queued(server), 1, "a machine without a card waits");
    ask(server, wait_of(server, script), NULL);
    is_int(server->answer.status, 503, "and is found again");
    is_int(queued(server), 1, "in its place");
    script = ask(server, "/boot.ipxe", "platform=efi&product=P");
    is_int(queued(server), 2, "one that says nothing too");
    ask(server, wait_of(server, script), NULL);
    is_int(queued(server), 2, "by its address");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    server_t server;

    start(&server, pool);
    test_needs(&server);
    test_wait(&server);
    test_held(&server);
    test_unknown(&server);
    test_next(&server);
    test_cardless(&server);
    server.request.turn = NULL;
    ok(boots(boot(&server, "B", 9)), "without slots nobody waits");
    free(server.slots);
    return tap_end(pool);
}
