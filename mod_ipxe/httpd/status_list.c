/* SPDX-License-Identifier: Apache-2.0 */
/* The overview: counts, held machines, the list with its filters. */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/status_parts.h"

static int is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

static int some(const char *text)
{
    return text && *text;
}

/* ---- Counts ---- */

static const char *count_of(const ipxe_page_t *page, const char *state)
{
    const char *count =
        page->counts ? apr_table_get(page->counts, state) : NULL;

    return count ? count : "0";
}

/* Where a list of that state is; the search stays. */
static void add_state_link(ipxe_text_t *out, const ipxe_page_t *page,
                           const char *state)
{
    ipxe_html_addf(out, "%s?", page->path);
    ipxe_html_add_arg(out, "state", state);
    ipxe_html_add_arg(out, "q", page->filter->text);
}

static void add_tile(ipxe_text_t *out, const ipxe_page_t *page,
                     const char *state, const char *word)
{
    const char *count = count_of(page, state ? state : "all");
    int chosen =
        state ? is(page->filter->state, state) : !some(page->filter->state);

    ipxe_html_addf(out, "<li><a id=\"count-%h\" class=\"tile %h%h\" href=\"",
                   word, word, strcmp(count, "0") == 0 ? " zero" : "");
    add_state_link(out, page, state);
    ipxe_html_addf(out, "\"%h><b>%s</b> <span>%h</span></a></li>",
                   chosen ? " aria-current=\"true\"" : "", count, word);
}

static void add_counts(ipxe_text_t *out, const ipxe_page_t *page)
{
    int i;

    ipxe_text_add(out, "<nav id=\"counts\" data-live aria-label=\"Machines by "
                       "state\"><ul class=\"tiles\">");
    add_tile(out, page, NULL, "all");
    for (i = 0; ipxe_seen_states[i]; i++)
        add_tile(out, page, ipxe_seen_states[i], ipxe_seen_states[i]);
    ipxe_text_add(out, "</ul></nav>");
}

/* ---- A machine in few words ---- */

/* Pieces that are there, with a point between them. */
static void add_pieces(ipxe_text_t *out, const char *const *pieces, int n)
{
    int i, any = 0;

    for (i = 0; i < n; i++) {
        if (!some(pieces[i]))
            continue;
        if (any++)
            ipxe_text_add(out, " <span class=\"dot\">\xc2\xb7</span> ");
        ipxe_html_addf(out, "<span>%s</span>", pieces[i]);
    }
}

static void add_who(ipxe_text_t *out, const ipxe_page_t *page,
                    const ipxe_seen_t *seen)
{
    const char *name = ipxe_seen_name(seen, out->pool);
    const char *const keys[] = {is(name, seen->mac) ? NULL : seen->mac,
                                is(name, seen->serial) ? NULL : seen->serial};
    const char *const make[] = {seen->manufacturer, seen->product};

    ipxe_html_addf(out, "<a class=\"name\" id=\"machine-%s\" href=\"",
                   apr_psprintf(out->pool, "%" APR_INT64_T_FMT, seen->machine));
    ipxe_page_add_link(out, page, seen);
    ipxe_html_addf(out, "\">%s</a><span class=\"keys\">", name);
    add_pieces(out, keys, 2);
    ipxe_text_add(out, "</span><span class=\"make\">");
    add_pieces(out, make, 2);
    ipxe_text_add(out, "</span>");
}

/* ---- Held ---- */

static void add_held_one(ipxe_text_t *out, const ipxe_page_t *page,
                         const ipxe_seen_t *seen)
{
    const ipxe_view_t *view = &seen->view;

    ipxe_text_add(out, "<li class=\"held\"><div class=\"who\">");
    add_who(out, page, seen);
    ipxe_text_add(out, "</div><div class=\"why\">");
    if (view->hold_code)
        ipxe_html_addf(out,
                       "<b class=\"code\" title=\"the code on its console\">%s"
                       "</b> ",
                       view->hold_code);
    ipxe_html_addf(out, "<span>%s</span> <span class=\"since\">",
                   view->hold_reason ? view->hold_reason : view->conflict);
    ipxe_page_add_ago(out, page, view->held ? view->held : seen->last_seen);
    ipxe_text_add(out, "</span></div>");
    if (page->token)
        ipxe_page_add_release(out, page, seen);
    ipxe_text_add(out, "</li>");
}

static void add_held(ipxe_text_t *out, const ipxe_page_t *page)
{
    int all = atoi(count_of(page, "held")), i;

    if (!page->held || !page->held->nelts) {
        ipxe_text_add(out, "<div id=\"held\" data-live></div>");
        return;
    }
    ipxe_text_add(out, "<section id=\"held\" data-live class=\"card\" "
                       "aria-labelledby=\"held-head\"><h2 id=\"held-head\">"
                       "Waiting for an operator</h2><ul class=\"helds\">");
    for (i = 0; i < page->held->nelts; i++)
        add_held_one(out, page, &APR_ARRAY_IDX(page->held, i, ipxe_seen_t));
    ipxe_text_add(out, "</ul>");
    if (all > page->held->nelts) {
        ipxe_text_add(out, "<p class=\"note\"><a href=\"");
        add_state_link(out, page, "held");
        ipxe_html_addf(out, "\">All %d that are held</a></p>", all);
    }
    ipxe_text_add(out, "</section>");
}

/* ---- The list ---- */

static void add_row(ipxe_text_t *out, const ipxe_page_t *page,
                    const ipxe_seen_t *seen)
{
    const char *remark = ipxe_seen_remark(seen, out->pool);
    const char *what = ipxe_seen_what(seen);

    ipxe_text_add(out, "<tr role=\"row\"><td role=\"cell\" class=\"who\">");
    add_who(out, page, seen);
    ipxe_html_addf(out,
                   "</td><td role=\"cell\" class=\"what\"><b>%s</b>"
                   "<span class=\"rule\">%s</span></td>",
                   what ? what : "\xe2\x80\x93",
                   seen->rule);
    ipxe_text_add(out, "<td role=\"cell\" class=\"boot\">");
    ipxe_page_add_bar(out, seen);
    ipxe_html_addf(out, "<span class=\"where\">%s",
                   ipxe_seen_where(seen, out->pool));
    if (seen->stage_since)
        ipxe_html_addf(
            out, " <span class=\"since\">for %s</span>",
            ipxe_span_text(page->now - seen->stage_since, out->pool));
    ipxe_text_add(out, "</span>");
    if (remark)
        ipxe_html_addf(out, "<span class=\"remark\">%s</span>", remark);
    ipxe_text_add(out, "</td><td role=\"cell\" class=\"state\">");
    ipxe_page_add_badge(out, seen);
    ipxe_text_add(out, "</td><td role=\"cell\" class=\"seen\">");
    ipxe_page_add_ago(out, page, seen->last_seen);
    ipxe_text_add(out, "</td></tr>");
}

static void add_search(ipxe_text_t *out, const ipxe_page_t *page)
{
    const char *state = page->filter->state;
    int i;

    ipxe_html_addf(out,
                   "<form role=\"search\" class=\"search\" method=\"get\" "
                   "action=\"%s\"><label for=\"q\">Search</label>"
                   "<input id=\"q\" name=\"q\" type=\"search\" value=\"%s\" "
                   "placeholder=\"name, address, serial, maker, rule\" "
                   "maxlength=\"100\"><label for=\"state\">State</label>"
                   "<select id=\"state\" name=\"state\">"
                   "<option value=\"\">any</option>",
                   page->path, page->filter->text);
    for (i = 0; ipxe_seen_states[i]; i++)
        ipxe_html_addf(out, "<option%h>%h</option>",
                       is(state, ipxe_seen_states[i]) ? " selected" : "",
                       ipxe_seen_states[i]);
    ipxe_text_add(out, "</select><button>Find</button>");
    if (some(state) || some(page->filter->text))
        ipxe_html_addf(out, "<a href=\"%s\">show all</a>", page->path);
    ipxe_text_add(out, "</form>");
}

static void add_page_link(ipxe_text_t *out, const ipxe_page_t *page, int at,
                          const char *word, const char *rel)
{
    ipxe_html_addf(out, "<a rel=\"%h\" id=\"page-%h\" href=\"%s?", rel, rel,
                   page->path);
    ipxe_html_add_arg(out, "state", page->filter->state);
    ipxe_html_add_arg(out, "q", page->filter->text);
    ipxe_html_add_arg(out, "page", apr_itoa(out->pool, at));
    ipxe_html_addf(out, "\">%h</a>", word);
}

static void add_pager(ipxe_text_t *out, const ipxe_page_t *page)
{
    int size = page->filter->limit, at = page->filter->offset / size + 1;
    int pages = (page->total + size - 1) / size;

    ipxe_text_add(out, "<nav class=\"pager\" aria-label=\"Pages\">");
    if (at > 1)
        add_page_link(out, page, at - 1, "\xe2\x80\xb9 newer", "prev");
    if (pages > 1)
        ipxe_html_addf(out, "<span>page %d of %d</span>", at, pages);
    if (at < pages)
        add_page_link(out, page, at + 1, "older \xe2\x80\xba", "next");
    ipxe_text_add(out, "</nav>");
}

static void add_table(ipxe_text_t *out, const ipxe_page_t *page)
{
    static const char *const heads[] = {"Machine", "Boots", "Where it is",
                                        "State", "Seen"};
    apr_size_t i;
    int n;

    ipxe_text_add(out, "<table role=\"table\" class=\"machines\"><thead "
                       "role=\"rowgroup\"><tr role=\"row\">");
    for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        ipxe_html_addf(out, "<th role=\"columnheader\" scope=\"col\">%h</th>",
                       heads[i]);
    ipxe_text_add(out, "</tr></thead><tbody role=\"rowgroup\">");
    for (n = 0; n < page->seen->nelts; n++)
        add_row(out, page, &APR_ARRAY_IDX(page->seen, n, ipxe_seen_t));
    ipxe_text_add(out, "</tbody></table>");
}

static void add_list(ipxe_text_t *out, const ipxe_page_t *page)
{
    int all = !some(page->filter->state) && !some(page->filter->text);

    ipxe_text_add(out,
                  "<section class=\"card\" aria-labelledby=\"list-head\">"
                  "<div class=\"head\"><h2 id=\"list-head\">Machines</h2>");
    add_search(out, page);
    ipxe_text_add(out, "</div><div id=\"list\" data-live>");
    if (page->seen->nelts)
        add_table(out, page);
    else
        ipxe_html_addf(out, "<p class=\"none\">%h</p>",
                       page->state_fault ? "Nothing is known of machines now."
                       : all             ? "No machine has asked yet."
                                         : "No machine is like that.");
    ipxe_html_addf(out, "<p class=\"note\">%d machine%h%h</p>", page->total,
                   page->total == 1 ? "" : "s", all ? "" : " found");
    add_pager(out, page);
    ipxe_text_add(out, "</div></section>");
}

static void add_slots(ipxe_text_t *out, const ipxe_page_t *page)
{
    const ipxe_slots_count_t *now = &page->slots_now;

    if (page->slots)
        ipxe_html_addf(out,
                       "<p class=\"note\" id=\"slots\" data-live>%d of %d boot "
                       "slots taken, %d machine%h waiting</p>",
                       now->taken, page->slots, now->waiting,
                       now->waiting == 1 ? "" : "s");
}

void ipxe_page_add_overview(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_text_add(out, "<div class=\"summary\">");
    add_counts(out, page);
    ipxe_page_add_plot(out, page);
    ipxe_text_add(out, "</div>");
    add_slots(out, page);
    add_held(out, page);
    add_list(out, page);
}
