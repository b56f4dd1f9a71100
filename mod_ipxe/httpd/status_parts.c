/* SPDX-License-Identifier: Apache-2.0 */
/* Bars, badges, times, forms. */
#include "httpd/status_parts.h"

#include <apr_strings.h>
#include <string.h>

static int is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* ---- Bars and badges ---- */

#define STEP_WIDTH 16
#define STEP_GAP   2

static const char *step_class(const ipxe_bar_t *bar, int step)
{
    if (step >= bar->steps)
        return "no";
    if (bar->done)
        return "good";
    if (step > bar->at)
        return "off";
    if (step == bar->at && bar->failed)
        return "bad";
    if (step == bar->at && (bar->stuck || bar->held))
        return "warn";
    return "on";
}

static void add_step(ipxe_text_t *out, const ipxe_bar_t *bar, int step)
{
    int x = step * (STEP_WIDTH + STEP_GAP);
    int part = step == bar->at && bar->percent >= 0 && !bar->failed;

    ipxe_html_addf(out,
                   "<rect class=\"%h\" x=\"%d\" width=\"%d\" height=\"8\" "
                   "rx=\"2\"/>",
                   part ? "off" : step_class(bar, step), x, STEP_WIDTH);
    if (part)
        ipxe_html_addf(out,
                       "<rect class=\"%h\" x=\"%d\" width=\"%d\" height=\"8\" "
                       "rx=\"2\"/>",
                       step_class(bar, step), x,
                       2 + (STEP_WIDTH - 2) * bar->percent / 100);
}

void ipxe_page_add_bar(ipxe_text_t *out, const ipxe_seen_t *seen)
{
    ipxe_bar_t bar;
    int step;

    ipxe_seen_bar(&bar, seen);
    ipxe_html_addf(out,
                   "<svg class=\"bar\" viewBox=\"0 0 %d 8\" aria-hidden=\"true"
                   "\" focusable=\"false\">",
                   IPXE_BAR_STEPS * (STEP_WIDTH + STEP_GAP) - STEP_GAP);
    for (step = 0; step < IPXE_BAR_STEPS; step++)
        add_step(out, &bar, step);
    ipxe_text_add(out, "</svg>");
}

void ipxe_page_add_badge(ipxe_text_t *out, const ipxe_seen_t *seen)
{
    static const struct {
        const char *state, *kind;
    } kinds[] = {{"held", "warn"},   {"conflict", "bad"},
                 {"failed", "bad"},  {"installing", "on"},
                 {"armed", "plain"}, {"installed", "good"}};
    apr_size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is(seen->state, kinds[i].state))
            ipxe_html_addf(out, "<span class=\"badge %h\">%h</span>",
                           kinds[i].kind, kinds[i].state);
    if (seen->stuck)
        ipxe_text_add(out, "<span class=\"badge bad\">stuck</span>");
}

void ipxe_page_add_ago(ipxe_text_t *out, const ipxe_page_t *page,
                       apr_time_t when)
{
    const char *span = ipxe_span_text(page->now - when, out->pool);

    if (!when) {
        ipxe_text_add(out, "never");
        return;
    }
    ipxe_html_addf(out, "<time datetime=\"%s\" title=\"%s\">%s%h</time>",
                   ipxe_time_utc(when, out->pool),
                   ipxe_time_text(when, out->pool), span,
                   is(span, "now") ? "" : " ago");
}

void ipxe_page_add_link(ipxe_text_t *out, const ipxe_page_t *page,
                        const ipxe_seen_t *seen)
{
    ipxe_html_addf(out, "%s?machine=%s", page->path,
                   apr_psprintf(out->pool, "%" APR_INT64_T_FMT, seen->machine));
}

/* ---- Forms ---- */

void ipxe_page_begin_form(ipxe_text_t *out, const ipxe_page_t *page,
                          const char *act, const ipxe_seen_t *seen,
                          const char *classes)
{
    ipxe_html_addf(out,
                   "<form method=\"post\" action=\"%s\" class=\"%h\" "
                   "autocomplete=\"off\">"
                   "<input type=\"hidden\" name=\"token\" value=\"%s\">"
                   "<input type=\"hidden\" name=\"act\" value=\"%h\">",
                   page->path, classes, page->token, act);
    if (seen)
        ipxe_html_addf(
            out, "<input type=\"hidden\" name=\"machine\" value=\"%s\">",
            apr_psprintf(out->pool, "%" APR_INT64_T_FMT, seen->machine));
}

void ipxe_page_add_profiles(ipxe_text_t *out, const ipxe_page_t *page,
                            const char *id, const char *none,
                            const char *chosen, int installs)
{
    int i;

    ipxe_html_addf(out, "<select id=\"%s\" name=\"profile\"%h>", id,
                   none ? "" : " required");
    ipxe_html_addf(out, "<option value=\"\">%s</option>",
                   none ? none : "choose\xe2\x80\xa6");
    for (i = 0; page->choices && i < page->choices->nelts; i++) {
        const ipxe_page_choice_t *choice =
            &APR_ARRAY_IDX(page->choices, i, ipxe_page_choice_t);

        if (!installs || choice->install)
            ipxe_html_addf(
                out, "<option value=\"%s\"%h>%s%h</option>", choice->name,
                is(chosen, choice->name) ? " selected" : "", choice->name,
                choice->install && !installs ? " (installs)" : "");
    }
    ipxe_text_add(out, "</select>");
}

void ipxe_page_add_release(ipxe_text_t *out, const ipxe_page_t *page,
                           const ipxe_seen_t *seen)
{
    const char *id =
        apr_psprintf(out->pool, "%" APR_INT64_T_FMT, seen->machine);

    ipxe_page_begin_form(out, page, "release", seen, "act release");
    ipxe_html_addf(out, "<label for=\"boot-%s\">Boot</label>", id);
    ipxe_page_add_profiles(out, page, apr_pstrcat(out->pool, "boot-", id, NULL),
                           "what the rules say", NULL, 0);
    ipxe_html_addf(out,
                   "<label class=\"hide\" for=\"set-%s\">Variables</label>"
                   "<textarea id=\"set-%s\" name=\"set\" rows=\"1\" "
                   "spellcheck=\"false\" placeholder=\"name=value, one a line"
                   "\"></textarea>"
                   "<button class=\"main\">Release</button></form>",
                   id, id);
}
