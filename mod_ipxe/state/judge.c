/* SPDX-License-Identifier: Apache-2.0 */
/* Install once: what is known of a machine and what is wished for it come to a
 * verdict. Pure. */
#include "state/state.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define OPERATOR "operator "

typedef struct case_t {
    ipxe_ruling_t *ruling;
    const ipxe_view_t *view;
    const ipxe_wish_t *wish;
    apr_pool_t *pool;
} case_t;

static const char *date(apr_time_t when, apr_pool_t *pool)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, when);
    return apr_psprintf(pool, "%04d-%02d-%02d %02d:%02d UTC", t.tm_year + 1900,
                        t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min);
}

static void rule(const case_t *c, ipxe_verdict_e verdict, const char *reason)
{
    c->ruling->verdict = verdict;
    c->ruling->reason = reason;
}

static void install(const case_t *c, const ipxe_install_t *open)
{
    rule(c, IPXE_VERDICT_INSTALL, NULL);
    if (open) {
        c->ruling->install = *open;
        c->ruling->install.profile = c->wish->profile;
        return;
    }
    memset(&c->ruling->install, 0, sizeof c->ruling->install);
    c->ruling->install.state = IPXE_INSTALL_ARMED;
    c->ruling->install.profile = c->wish->profile;
    c->ruling->install.by = c->wish->by;
    c->ruling->install.armed = c->wish->now;
}

/* ", the rule now says rocky-10", where that is another profile */
static const char *instead(const case_t *c, const char *profile)
{
    if (ipxe_text_eq(profile, c->wish->profile))
        return "";
    return apr_pstrcat(c->pool, ", the rule now says ", c->wish->profile, NULL);
}

static void hold_try(const case_t *c, const char *how)
{
    const ipxe_install_t *open = &c->view->open;

    rule(c, IPXE_VERDICT_HOLD,
         apr_psprintf(c->pool,
                      "%s of %s, the last on %s, without a report: "
                      "installed or failed? release it, or arm it again",
                      how, open->profile, date(open->fetched, c->pool)));
}

/* Nobody will say that it is installed: taken for so once it was fetched. */
static void judge_silent(const case_t *c)
{
    const ipxe_install_t *open = &c->view->open;
    const ipxe_wish_t *wish = c->wish;

    rule(c, IPXE_VERDICT_LOCAL,
         apr_pstrcat(c->pool, "its answer file was fetched on ",
                     date(open->fetched, c->pool), " and ", open->profile,
                     " does not report", NULL));
    if (wish->operator_arms)
        return;
    if (wish->reinstall_always ||
        (wish->chosen && wish->confirmed == open->number)) {
        install(c, NULL);
    }
    else if (wish->chosen) {
        c->ruling->verdict = IPXE_VERDICT_CONFIRM;
        c->ruling->view.installed = *open;
        c->ruling->view.installed.ended = open->fetched;
    }
}

static void judge_begun(const case_t *c)
{
    const ipxe_install_t *open = &c->view->open;
    int most = c->wish->tries > 0 ? c->wish->tries : IPXE_INSTALL_TRIES;

    if (c->wish->report_none)
        judge_silent(c);
    else if (open->tries >= most)
        hold_try(c, apr_psprintf(c->pool, "%d %s", open->tries,
                                 open->tries == 1 ? "try" : "tries"));
    else if (c->wish->life > 0 && c->wish->now - open->fetched > c->wish->life)
        hold_try(c, "a try");
    else
        install(c, open);
}

static void judge_open(const case_t *c)
{
    const ipxe_install_t *open = &c->view->open;

    if (open->state != IPXE_INSTALL_ARMED) {
        judge_begun(c);
    }
    else if (strncmp(open->by, OPERATOR, strlen(OPERATOR)) == 0 &&
             *open->profile && !ipxe_text_eq(open->profile, c->wish->profile)) {
        rule(c, IPXE_VERDICT_LOCAL,
             apr_pstrcat(c->pool, "armed for ", open->profile, " by ", open->by,
                         instead(c, open->profile), NULL));
    }
    else {
        install(c, open);
    }
}

static void judge_installed(const case_t *c)
{
    const ipxe_install_t *mark = &c->view->installed;
    const char *reason = apr_pstrcat(c->pool, "installed with ", mark->profile,
                                     " on ", date(mark->ended, c->pool),
                                     instead(c, mark->profile), NULL);

    if (c->wish->operator_arms)
        rule(c, IPXE_VERDICT_LOCAL, reason);
    else if (c->wish->reinstall_always)
        install(c, NULL);
    else if (c->wish->chosen && c->wish->confirmed == mark->number)
        install(c, NULL);
    else
        rule(c, c->wish->chosen ? IPXE_VERDICT_CONFIRM : IPXE_VERDICT_LOCAL,
             reason);
}

static void judge_closed(const case_t *c)
{
    if (c->view->disarmed) {
        rule(c, IPXE_VERDICT_LOCAL,
             apr_pstrcat(c->pool, "disarmed by ", c->view->disarmed, " on ",
                         date(c->view->disarmed_at, c->pool), NULL));
    }
    else if (c->view->installed.number) {
        judge_installed(c);
    }
    else if (c->wish->operator_arms && !c->wish->released) {
        rule(c, IPXE_VERDICT_LOCAL, "no operator has armed it");
    }
    else {
        install(c, NULL);
    }
}

/* What holds for all machines alike, over a verdict that leads to a disk
 * being wiped. */
static void judge_fleet(const case_t *c)
{
    if (c->ruling->verdict != IPXE_VERDICT_INSTALL &&
        c->ruling->verdict != IPXE_VERDICT_CONFIRM)
        return;
    if (c->view->unaccepted) {
        rule(c, IPXE_VERDICT_HOLD,
             "the state's database is new, older than it was, or another: "
             "no installs until `ipxectl state accept`");
    }
    else if (c->view->frozen) {
        rule(c, IPXE_VERDICT_LOCAL,
             apr_pstrcat(c->pool, "installs are frozen by ", c->view->frozen,
                         NULL));
    }
}

void ipxe_state_judge(ipxe_ruling_t *ruling, const ipxe_view_t *view,
                      const ipxe_wish_t *wish, apr_pool_t *pool)
{
    case_t c = {ruling, view, wish, pool};

    memset(ruling, 0, sizeof *ruling);
    ruling->view = *view;
    if (view->conflict)
        rule(&c, IPXE_VERDICT_HOLD,
             apr_pstrcat(pool, "two machines in one: ", view->conflict, NULL));
    else if (view->open.number)
        judge_open(&c);
    else
        judge_closed(&c);
    judge_fleet(&c);
    if (ruling->verdict != IPXE_VERDICT_INSTALL)
        memset(&ruling->install, 0, sizeof ruling->install);
}
