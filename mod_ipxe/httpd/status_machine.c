/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one machine: where it is, what it is, what can be done, what was
 * seen of it. */
#include <apr_strings.h>
#include <string.h>

#include "httpd/status_parts.h"

static int some(const char *text)
{
    return text && *text;
}

/* ---- Where it is ---- */

static const char *step_kind(const ipxe_bar_t *bar, int step)
{
    if (bar->done || step < bar->at)
        return "past";
    if (step > bar->at)
        return "off";
    if (bar->failed)
        return "bad";
    return bar->held || bar->stuck ? "warn" : "now";
}

static void add_steps(ipxe_text_t *out, const ipxe_seen_t *seen)
{
    ipxe_bar_t bar;
    int step;

    ipxe_seen_bar(&bar, seen);
    ipxe_text_add(out, "<ol class=\"steps\">");
    for (step = 0; step < bar.steps; step++)
        ipxe_html_addf(out, "<li class=\"%h\"%h>%h</li>", step_kind(&bar, step),
                       step == bar.at ? " aria-current=\"step\"" : "",
                       ipxe_bar_word(step));
    ipxe_text_add(out, "</ol>");
    if (bar.percent >= 0)
        ipxe_html_addf(out,
                       "<p class=\"percent\"><progress max=\"100\" "
                       "value=\"%d\" aria-label=\"installing\"></progress> "
                       "%d %%</p>",
                       bar.percent, bar.percent);
}

static void add_where(ipxe_text_t *out, const ipxe_page_t *page)
{
    const ipxe_seen_t *seen = page->machine;
    const char *remark = ipxe_seen_remark(seen, out->pool);

    ipxe_text_add(out, "<section class=\"card\" id=\"where\" data-live "
                       "aria-labelledby=\"where-head\">"
                       "<h2 id=\"where-head\">");
    ipxe_html_addf(out, "%s</h2> <p class=\"badges\">",
                   ipxe_seen_name(seen, out->pool));
    ipxe_page_add_badge(out, seen);
    ipxe_text_add(out, "</p>");
    add_steps(out, seen);
    ipxe_html_addf(out, "<p><b>%s</b>", ipxe_seen_where(seen, out->pool));
    if (seen->stage_since)
        ipxe_html_addf(out, " for %s%h",
                       ipxe_span_text(page->now - seen->stage_since, out->pool),
                       seen->stuck ? ", longer than usual" : "");
    ipxe_text_add(out, "; seen ");
    ipxe_page_add_ago(out, page, seen->last_seen);
    ipxe_text_add(out, "</p>");
    if (seen->view.hold_code)
        ipxe_html_addf(out,
                       "<p>Its console shows the code "
                       "<b class=\"code\">%s</b></p>",
                       seen->view.hold_code);
    if (remark)
        ipxe_html_addf(out, "<p class=\"remark\">%s</p>", remark);
    ipxe_text_add(out, "</section>");
}

/* ---- What it is ---- */

static void add_pair(ipxe_text_t *out, const char *name, const char *value)
{
    if (some(value))
        ipxe_html_addf(out, "<div><dt>%h</dt><dd>%s</dd></div>", name, value);
}

static const char *install_text(const ipxe_install_t *install, apr_pool_t *pool)
{
    apr_time_t when = install->ended     ? install->ended
                      : install->started ? install->started
                      : install->fetched ? install->fetched
                                         : install->armed;

    if (!install->number)
        return NULL;
    return apr_psprintf(pool, "%s, %s %s; by %s; tries: %d",
                        install->profile ? install->profile : "any profile",
                        ipxe_install_word(install->state),
                        ipxe_time_text(when, pool),
                        install->by ? install->by : "?", install->tries);
}

static const char *names_text(const apr_array_header_t *names, apr_pool_t *pool)
{
    return names && names->nelts ? apr_array_pstrcat(pool, names, ' ') : NULL;
}

static void add_what(ipxe_text_t *out, const ipxe_page_t *page)
{
    const ipxe_seen_t *seen = page->machine;
    const ipxe_view_t *view = &seen->view;

    ipxe_text_add(out, "<section class=\"card\" id=\"what\" data-live "
                       "aria-labelledby=\"what-head\"><h2 id=\"what-head\">"
                       "What is known</h2><dl>");
    add_pair(out, "Host", seen->host);
    add_pair(out, "Address of its card", seen->mac);
    add_pair(out, "Serial", seen->serial);
    add_pair(out, "Maker", seen->manufacturer);
    add_pair(out, "Product", seen->product);
    add_pair(out, "UUID", seen->uuid);
    add_pair(out, "IP address", seen->ip);
    add_pair(out, "Rule", seen->rule);
    add_pair(out, "Given", ipxe_seen_what(seen));
    add_pair(out, "Install under way", install_text(&view->open, out->pool));
    add_pair(out, "Installed", install_text(&view->installed, out->pool));
    add_pair(out, "Disarmed by", view->disarmed);
    add_pair(out, "Next boot", view->next);
    add_pair(out, "Done", names_text(view->done, out->pool));
    add_pair(out, "Failed", names_text(view->failed, out->pool));
    add_pair(out, "First seen", ipxe_time_text(seen->first_seen, out->pool));
    ipxe_text_add(out, "</dl></section>");
}

/* ---- What can be done ---- */

static void add_sure(ipxe_text_t *out, const char *words)
{
    ipxe_html_addf(out,
                   "<label class=\"sure\"><input type=\"checkbox\" "
                   "name=\"sure\" value=\"yes\" required> %h</label>",
                   words);
}

static void add_button(ipxe_text_t *out, const ipxe_page_t *page,
                       const char *act, const char *word, const char *help)
{
    ipxe_page_begin_form(out, page, act, page->machine, "act");
    ipxe_html_addf(out, "<p>%h</p><button>%h</button></form>", help, word);
}

static void add_arm(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_page_begin_form(out, page, "arm", page->machine, "act");
    ipxe_text_add(out, "<p>Install it anew at its next boot.</p>"
                       "<label for=\"arm-profile\">With</label>");
    ipxe_page_add_profiles(out, page, "arm-profile", "what the rules say", NULL,
                           1);
    add_sure(out, "its disk may be wiped");
    ipxe_text_add(out, "<button>Arm</button></form>");
}

static void add_next(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_page_begin_form(out, page, "next", page->machine, "act");
    ipxe_text_add(out, "<p>Boot something else once, then the rules again.</p>"
                       "<label for=\"next-profile\">Boot</label>");
    ipxe_page_add_profiles(out, page, "next-profile",
                           page->machine->view.next ? "nothing else" : NULL,
                           page->machine->view.next, 0);
    ipxe_text_add(out, "<button>Boot once</button></form>");
}

static void add_forget_all(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_page_begin_form(out, page, "forget-all", page->machine, "act");
    ipxe_text_add(out, "<p>Forget it, and that it was installed.</p>");
    add_sure(out, "it may be installed again, and its disk wiped");
    ipxe_text_add(out, "<button class=\"bad\">Forget all</button></form>");
}

static void add_acts(ipxe_text_t *out, const ipxe_page_t *page)
{
    const ipxe_view_t *view = &page->machine->view;

    ipxe_text_add(out, "<section class=\"card\" id=\"acts\" data-live "
                       "aria-labelledby=\"acts-head\"><h2 id=\"acts-head\">"
                       "What can be done</h2><div class=\"acts\">");
    if (view->hold_code || view->conflict)
        ipxe_page_add_release(out, page, page->machine);
    add_arm(out, page);
    add_next(out, page);
    if (view->open.number || !view->disarmed)
        add_button(out, page, "disarm", "Disarm",
                   "Install nothing on it until somebody arms it.");
    add_button(out, page, "forget", "Forget",
               "Drop what was seen of it, but not that it was installed.");
    add_forget_all(out, page);
    ipxe_text_add(out, "</div></section>");
}

/* ---- The timeline ---- */

static const char *event_kind(const ipxe_event_t *event)
{
    if (event->kind == IPXE_EVENT_REPORT && event->text)
        return strncmp(event->text, "failed", 6) == 0      ? "bad"
               : strncmp(event->text, "installed", 9) == 0 ? "good"
               : strncmp(event->text, "done", 4) == 0      ? "good"
                                                           : "on";
    if (event->kind == IPXE_EVENT_HELD)
        return "warn";
    return event->kind == IPXE_EVENT_OPERATOR ? "plain" : "on";
}

static void add_event(ipxe_text_t *out, const ipxe_event_t *event)
{
    ipxe_html_addf(out,
                   "<li class=\"%h\"><time datetime=\"%s\">%s</time> "
                   "<span>%s</span></li>",
                   event_kind(event), ipxe_time_utc(event->when, out->pool),
                   ipxe_time_text(event->when, out->pool),
                   ipxe_event_text(event, out->pool));
}

static void add_timeline(ipxe_text_t *out, const ipxe_page_t *page)
{
    int i;

    ipxe_text_add(out, "<section class=\"card\" id=\"timeline\" data-live "
                       "aria-labelledby=\"timeline-head\">"
                       "<h2 id=\"timeline-head\">What happened</h2>");
    if (!page->events || !page->events->nelts)
        ipxe_text_add(out, "<p class=\"none\">Nothing was seen.</p>");
    else
        ipxe_text_add(out, "<ol class=\"timeline\" reversed>");
    for (i = page->events ? page->events->nelts - 1 : -1; i >= 0; i--)
        add_event(out, &APR_ARRAY_IDX(page->events, i, ipxe_event_t));
    if (page->events && page->events->nelts)
        ipxe_text_add(out, "</ol>");
    ipxe_text_add(out, "</section>");
}

void ipxe_page_add_machine(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_html_addf(out,
                   "<p class=\"back\"><a href=\"%s\">\xe2\x80\xb9 all "
                   "machines</a></p>",
                   page->path);
    add_where(out, page);
    ipxe_text_add(out, "<div class=\"columns\">");
    add_what(out, page);
    add_timeline(out, page);
    ipxe_text_add(out, "</div>");
    if (page->token)
        add_acts(out, page);
}
