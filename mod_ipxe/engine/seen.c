/* SPDX-License-Identifier: Apache-2.0 */
/* Where a machine is, in words. */
#include "engine/seen.h"

#include <apr_strings.h>
#include <string.h>
#include <time.h>

const char *const ipxe_seen_states[] = {"held",      "conflict",   "stuck",
                                        "failed",    "installing", "armed",
                                        "installed", NULL};

static int is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

const char *ipxe_seen_name(const ipxe_seen_t *seen, apr_pool_t *pool)
{
    const char *const names[] = {seen->host, seen->mac, seen->serial,
                                 seen->uuid};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i] && *names[i])
            return names[i];
    return apr_psprintf(pool, "machine %" APR_INT64_T_FMT, seen->machine);
}

/* ---- The bar ---- */

enum {
    STEP_ASKED,
    STEP_SCRIPT,
    STEP_KERNEL,
    STEP_INITRD,
    STEP_ANSWERS,
    STEP_INSTALLING,
    STEP_INSTALLED
};

static const char *const steps[IPXE_BAR_STEPS] = {
    "asked",   "script",     "kernel",   "initrd",
    "answers", "installing", "installed"};

const char *ipxe_bar_word(int step)
{
    return steps[step];
}

/* The step of a stage's word; -1 where it is of none. */
static int step_of(const char *stage)
{
    static const struct {
        const char *word;
        int step;
    } others[] = {{"waiting", STEP_ASKED},
                  {"started", STEP_INSTALLING},
                  {"progress", STEP_INSTALLING},
                  {"failed", STEP_INSTALLING},
                  {"done", STEP_INSTALLED}};
    apr_size_t i;
    int step;

    for (step = 0; step < IPXE_BAR_STEPS; step++)
        if (is(stage, steps[step]))
            return step;
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (is(stage, others[i].word))
            return others[i].step;
    return -1;
}

/* An install says more than the last thing seen, where it is further. */
static int step_of_install(const ipxe_install_t *install, int step)
{
    switch (install->state) {
    case IPXE_INSTALL_FETCHED:
        return step > STEP_ANSWERS ? step : STEP_ANSWERS;
    case IPXE_INSTALL_STARTED:
    case IPXE_INSTALL_FAILED:
        return STEP_INSTALLING;
    default:
        return step > STEP_INITRD ? STEP_INITRD : step;
    }
}

void ipxe_seen_bar(ipxe_bar_t *bar, const ipxe_seen_t *seen)
{
    const ipxe_view_t *view = &seen->view;

    memset(bar, 0, sizeof(*bar));
    bar->at = step_of(seen->stage);
    bar->percent = -1;
    bar->held = is(seen->state, "held") || is(seen->state, "conflict");
    bar->stuck = seen->stuck;
    bar->failed = is(seen->state, "failed") || is(seen->stage, "failed");
    if (view->open.number) {
        bar->steps = IPXE_BAR_STEPS;
        bar->at = step_of_install(&view->open, bar->at);
        bar->percent = bar->at == STEP_INSTALLING ? seen->percent : -1;
        return;
    }
    if (is(seen->state, "installed")) {
        bar->steps = IPXE_BAR_STEPS;
        bar->at = STEP_INSTALLED;
        bar->done = 1;
        return;
    }
    bar->done = is(seen->stage, "done") || is(seen->stage, "installed");
    bar->steps = bar->at > STEP_INITRD ? IPXE_BAR_STEPS : STEP_INITRD + 1;
}

const char *ipxe_seen_what(const ipxe_seen_t *seen)
{
    if (seen->profile && *seen->profile)
        return seen->profile;
    if (!seen->action || !*seen->action)
        return NULL;
    return strcmp(seen->action, "local") == 0 ? "local disk" : seen->action;
}

const char *ipxe_seen_where(const ipxe_seen_t *seen, apr_pool_t *pool)
{
    ipxe_bar_t bar;

    ipxe_seen_bar(&bar, seen);
    if (bar.held)
        return seen->state;
    if (seen->place || is(seen->stage, "waiting"))
        return seen->place ? apr_psprintf(
                                 pool, "waiting for a slot (%s)",
                                 ipxe_text_ordinal(seen->place, pool))
                           : "waiting for a slot";
    if (bar.failed)
        return "failed";
    if (bar.at < 0)
        return *seen->state ? seen->state : "not seen booting";
    if (bar.at == STEP_INSTALLED && !is(seen->state, "installed"))
        return "done";
    if (bar.percent >= 0)
        return apr_psprintf(pool, "%s, %d %%", steps[bar.at], bar.percent);
    return steps[bar.at];
}

const char *ipxe_seen_remark(const ipxe_seen_t *seen, apr_pool_t *pool)
{
    const ipxe_view_t *view = &seen->view;
    const ipxe_install_t *mark = &view->installed;

    if (view->conflict)
        return view->conflict;
    if (view->hold_code && view->hold_reason)
        return view->hold_reason;
    if (view->next)
        return apr_pstrcat(pool, "boots ", view->next, " next, once", NULL);
    if (view->release && *view->release)
        return apr_pstrcat(pool, "released to ", view->release, NULL);
    if (view->disarmed)
        return apr_pstrcat(pool, "disarmed by ", view->disarmed, NULL);
    if (mark->number && !view->open.number && mark->profile && seen->profile &&
        strcmp(mark->profile, seen->profile) != 0)
        return apr_psprintf(pool, "installed with %s; the rule now says %s",
                            mark->profile, seen->profile);
    return NULL;
}

/* ---- Times and sizes ---- */

const char *ipxe_span_text(apr_interval_time_t span, apr_pool_t *pool)
{
    apr_int64_t seconds = apr_time_sec(span);
    int minutes = (int)(seconds / 60 % 60);

    if (seconds < 2)
        return "now";
    if (seconds < 60)
        return apr_psprintf(pool, "%d s", (int)seconds);
    if (seconds < 3600)
        return apr_psprintf(pool, "%d min", minutes);
    if (seconds < 86400)
        return apr_psprintf(pool, "%d h %02d min", (int)(seconds / 3600),
                            minutes);
    return apr_psprintf(pool, "%" APR_INT64_T_FMT " day%s", seconds / 86400,
                        seconds < 2 * 86400 ? "" : "s");
}

const char *ipxe_size_text(apr_off_t bytes, apr_pool_t *pool)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    apr_int64_t tenths = bytes / 100;
    int i = 0;

    if (bytes < 1000)
        return apr_psprintf(pool, "%d bytes", (int)bytes);
    while (tenths >= 10000 && i < 3) {
        tenths /= 1000;
        i++;
    }
    return apr_psprintf(pool, "%" APR_INT64_T_FMT ".%d %s", tenths / 10,
                        (int)(tenths % 10), units[i]);
}

/* ---- Events ---- */

static const char *const event_words[IPXE_EVENT_COUNT] = {
    [IPXE_EVENT_ASKED] = "asked what to boot",
    [IPXE_EVENT_SCRIPT] = "was given",
    [IPXE_EVENT_KERNEL] = "fetched the kernel",
    [IPXE_EVENT_INITRD] = "fetched the initrd",
    [IPXE_EVENT_FILE] = "fetched",
    [IPXE_EVENT_ANSWERS] = "fetched its answers",
    [IPXE_EVENT_REPORT] = "reported",
    [IPXE_EVENT_HELD] = "is held",
    [IPXE_EVENT_OPERATOR] = "operator",
    [IPXE_EVENT_WAITING] = "waits for a boot slot"};

static int is_download(const ipxe_event_t *event)
{
    return event->kind == IPXE_EVENT_KERNEL ||
           event->kind == IPXE_EVENT_INITRD || event->kind == IPXE_EVENT_FILE;
}

const char *ipxe_event_text(const ipxe_event_t *event, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(80, pool);

    ipxe_text_add(out, event_words[event->kind]);
    if (event->text && *event->text)
        ipxe_text_addf(out, "%s %s",
                       event->kind == IPXE_EVENT_REPORT ||
                               event->kind == IPXE_EVENT_SCRIPT ||
                               event->kind == IPXE_EVENT_FILE
                           ? ""
                           : ":",
                       event->text);
    if (event->percent >= 0)
        ipxe_text_addf(out, ", %d %%", event->percent);
    if (is_download(event)) {
        ipxe_text_addf(out, ", %s", ipxe_size_text(event->bytes, pool));
        if (!event->complete)
            ipxe_text_add(out, ", broken off");
    }
    return out->data;
}
