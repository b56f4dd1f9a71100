/* SPDX-License-Identifier: Apache-2.0 */
/* Install once as a pure function: each row of the table is a case. */
#include "t/unit/state_help.h"

static apr_pool_t *pool;

typedef struct row_t {
    const char *name;
    ipxe_view_t view;
    ipxe_wish_t wish;
    ipxe_verdict_e verdict;
    apr_int64_t number;
    const char *reason; /* what it begins with */
} row_t;

#define OPEN(s, n, p)                                                          \
    {                                                                          \
        .number = 7, .state = IPXE_INSTALL_##s, .tries = n, .profile = p,      \
        .by = "rule a", .fetched = NOON, .armed = NOON                         \
    }
#define MARK(p)                                                                \
    {                                                                          \
        .number = 3, .state = IPXE_INSTALL_INSTALLED, .profile = p,            \
        .by = "rule a", .ended = NOON                                          \
    }

#define NOTHING_KNOWN                                                          \
    {                                                                          \
        .machine = 0                                                           \
    }
#define NO_MORE                                                                \
    {                                                                          \
        .tries = 0                                                             \
    }

static const row_t rows[] = {
    {"unknown: armed", NOTHING_KNOWN, NO_MORE, IPXE_VERDICT_INSTALL, 0, NULL},
    {"armed: the same number",
     {.open = OPEN(ARMED, 0, "rocky")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"fetched once: once more",
     {.open = OPEN(FETCHED, 1, "rocky")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"started once: once more",
     {.open = OPEN(STARTED, 1, "rocky")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"failed once: once more",
     {.open = OPEN(FAILED, 1, "rocky")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"two tries: held",
     {.open = OPEN(FETCHED, 2, "rocky")},
     NO_MORE,
     IPXE_VERDICT_HOLD,
     0,
     "2 tries of rocky, the last on 2026-05-21"},
    {"two tries of three",
     {.open = OPEN(FAILED, 2, "rocky")},
     {.tries = 3},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"one try of one: held",
     {.open = OPEN(STARTED, 1, "rocky")},
     {.tries = 1},
     IPXE_VERDICT_HOLD,
     0,
     "1 try of rocky"},
    {"past the ticket's life: held",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.life = HOUR, .now = NOON + HOUR + 1},
     IPXE_VERDICT_HOLD,
     0,
     "a try of rocky"},
    {"within the ticket's life",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.life = HOUR, .now = NOON + HOUR},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"armed long ago and never fetched",
     {.open = OPEN(ARMED, 0, "rocky")},
     {.life = HOUR, .now = NOON + 1000 * HOUR},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"the clock set back",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.life = HOUR, .now = NOON - 1000 * HOUR},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"the rule changed: the same install, the new profile",
     {.open = OPEN(FETCHED, 1, "debian")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"the rule changed: its tries count",
     {.open = OPEN(FETCHED, 2, "debian")},
     NO_MORE,
     IPXE_VERDICT_HOLD,
     0,
     "2 tries of debian"},
    {"armed by an operator for another profile",
     {.open = {.number = 7,
               .state = IPXE_INSTALL_ARMED,
               .profile = "debian",
               .by = "operator ops"}},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "armed for debian by operator ops, the rule now says rocky"},
    {"armed by an operator for any",
     {.open = {.number = 7,
               .state = IPXE_INSTALL_ARMED,
               .profile = "",
               .by = "operator ops"}},
     {.operator_arms = 1},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"installed: its disk",
     {.installed = MARK("rocky")},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "installed with rocky on 2026-"},
    {"installed with another: its disk",
     {.installed = MARK("debian")},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "installed with debian on"},
    {"installed, and armed since",
     {.installed = MARK("rocky"), .open = OPEN(ARMED, 0, "rocky")},
     NO_MORE,
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"installed, reinstall: always",
     {.installed = MARK("rocky")},
     {.reinstall_always = 1},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
    {"reinstall: always, but two tries",
     {.open = OPEN(FAILED, 2, "rocky")},
     {.reinstall_always = 1},
     IPXE_VERDICT_HOLD,
     0,
     "2 tries"},
    {"reinstall: always, but operators arm",
     {.installed = MARK("rocky")},
     {.reinstall_always = 1, .operator_arms = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "installed"},
    {"installed, chosen in a menu: asked",
     {.installed = MARK("rocky")},
     {.chosen = 1},
     IPXE_VERDICT_CONFIRM,
     0,
     "installed with rocky"},
    {"and confirmed",
     {.installed = MARK("rocky")},
     {.chosen = 1, .confirmed = 3},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
    {"confirmed over an older mark: asked again",
     {.installed = MARK("rocky")},
     {.chosen = 1, .confirmed = 2},
     IPXE_VERDICT_CONFIRM,
     0,
     "installed with rocky"},
    {"confirmed without a choice",
     {.installed = MARK("rocky")},
     {.confirmed = 3},
     IPXE_VERDICT_LOCAL,
     0,
     "installed with rocky"},
    {"chosen, never installed",
     NOTHING_KNOWN,
     {.chosen = 1},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
    {"operators arm: none has",
     NOTHING_KNOWN,
     {.operator_arms = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "no operator has armed it"},
    {"operators arm: one released it for this",
     NOTHING_KNOWN,
     {.operator_arms = 1, .released = 1},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
    {"released for this, but installed",
     {.installed = MARK("rocky")},
     {.released = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "installed with rocky"},
    {"disarmed: its disk",
     {.disarmed = "ops", .disarmed_at = NOON},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "disarmed by ops on 2026-"},
    {"disarmed: not by reinstall: always either",
     {.disarmed = "ops", .installed = MARK("rocky")},
     {.reinstall_always = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "disarmed by ops"},
    {"a conflict: held",
     {.conflict = "mac a is of machine 1, uuid b of machine 2",
      .open = OPEN(ARMED, 0, "rocky")},
     {.reinstall_always = 1},
     IPXE_VERDICT_HOLD,
     0,
     "two machines in one: mac a"},
    {"frozen: its disk",
     {.frozen = "ops"},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "installs are frozen by ops"},
    {"frozen, armed: its disk",
     {.frozen = "ops", .open = OPEN(ARMED, 0, "rocky")},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "installs are frozen by ops"},
    {"frozen, chosen: its disk",
     {.frozen = "ops", .installed = MARK("rocky")},
     {.chosen = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "installs are frozen"},
    {"not accepted: held",
     {.unaccepted = 1},
     NO_MORE,
     IPXE_VERDICT_HOLD,
     0,
     "the state's database is new"},
    {"not accepted and frozen: held",
     {.unaccepted = 1, .frozen = "ops", .open = OPEN(ARMED, 0, "rocky")},
     {.reinstall_always = 1},
     IPXE_VERDICT_HOLD,
     0,
     "the state's database is new"},
    {"not accepted, installed: its disk",
     {.unaccepted = 1, .installed = MARK("rocky")},
     NO_MORE,
     IPXE_VERDICT_LOCAL,
     0,
     "installed with rocky"},
    {"report: none, armed",
     {.open = OPEN(ARMED, 0, "rocky")},
     {.report_none = 1},
     IPXE_VERDICT_INSTALL,
     7,
     NULL},
    {"report: none, fetched: its disk",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.report_none = 1},
     IPXE_VERDICT_LOCAL,
     0,
     "its answer file was fetched on 2026-"},
    {"report: none, fetched, chosen: asked",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.report_none = 1, .chosen = 1},
     IPXE_VERDICT_CONFIRM,
     0,
     "its answer file was fetched"},
    {"report: none, fetched, chosen and confirmed",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.report_none = 1, .chosen = 1, .confirmed = 7},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
    {"report: none, reinstall: always",
     {.open = OPEN(FETCHED, 1, "rocky")},
     {.report_none = 1, .reinstall_always = 1},
     IPXE_VERDICT_INSTALL,
     0,
     NULL},
};

static void test_row(const row_t *row)
{
    ipxe_ruling_t ruling;
    ipxe_wish_t wished = row->wish;
    const char *reason;

    wished.profile = "rocky";
    wished.by = "rule a";
    if (!wished.now)
        wished.now = NOON + MINUTE;
    ipxe_state_judge(&ruling, &row->view, &wished, pool);
    reason = ruling.reason ? ruling.reason : "";
    if (!ok(ruling.verdict == row->verdict &&
                ruling.install.number == row->number &&
                !row->reason == !ruling.reason &&
                (!row->reason ||
                 strncmp(reason, row->reason, strlen(row->reason)) == 0) &&
                (row->verdict != IPXE_VERDICT_INSTALL ||
                 strcmp(ruling.install.profile, "rocky") == 0),
            row->name))
        printf("# verdict %d number %d: %s\n", (int)ruling.verdict,
               (int)ruling.install.number, reason);
}

int main(void)
{
    apr_size_t i;

    pool = tap_start();
    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        test_row(&rows[i]);
    return tap_end(pool);
}
