/* SPDX-License-Identifier: Apache-2.0 */
/* Boots by hour, drawn. */
#include <apr_strings.h>

#include "httpd/status_parts.h"

#define BAR_WIDTH 10
#define BAR_STEP  12
#define HEIGHT    72
#define HOUR      apr_time_from_sec(3600)

static int highest(const apr_array_header_t *hourly)
{
    int i, most = 0;

    for (i = 0; i < hourly->nelts; i++)
        if (APR_ARRAY_IDX(hourly, i, int) > most)
            most = APR_ARRAY_IDX(hourly, i, int);
    return most;
}

/* "14:00", of the hour that lies so many before this one. */
static const char *hour_text(const ipxe_page_t *page, int before, int day,
                             apr_pool_t *pool)
{
    const char *text = ipxe_time_text(page->now - before * HOUR, pool);

    return apr_psprintf(pool, "%s%.2s:00",
                        day ? apr_pstrndup(pool, text, 11) : "", text + 11);
}

static void add_bars(ipxe_text_t *out, const ipxe_page_t *page, int most)
{
    const apr_array_header_t *hourly = page->hourly;
    int i;

    for (i = 0; i < hourly->nelts; i++) {
        int boots = APR_ARRAY_IDX(hourly, i, int);
        int height = boots ? 2 + boots * (HEIGHT - 2) / most : 1;

        ipxe_html_addf(
            out,
            "<rect class=\"%h\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
            "rx=\"1\"><title>%s: %d</title></rect>",
            boots ? "on" : "off", i * BAR_STEP, HEIGHT - height, BAR_WIDTH,
            height, hour_text(page, hourly->nelts - 1 - i, 1, out->pool),
            boots);
    }
}

/* Below the bars, each sixth hour. */
static void add_hours(ipxe_text_t *out, const ipxe_page_t *page)
{
    int n = page->hourly->nelts, i;

    for (i = n - 1; i >= 0; i -= 6)
        ipxe_html_addf(out,
                       "<text x=\"%d\" y=\"%d\" text-anchor=\"%h\">%s"
                       "</text>",
                       i * BAR_STEP + (i == n - 1 ? BAR_WIDTH : BAR_WIDTH / 2),
                       HEIGHT + 13, i == n - 1 ? "end" : "middle",
                       hour_text(page, n - 1 - i, 0, out->pool));
}

static void add_table(ipxe_text_t *out, const ipxe_page_t *page)
{
    int n = page->hourly->nelts, i;

    ipxe_text_add(out, "<details id=\"hours-table\"><summary>As a table"
                       "</summary><table><thead><tr><th scope=\"col\">Hour"
                       "</th><th scope=\"col\">Boots</th></tr></thead><tbody>");
    for (i = n - 1; i >= 0; i--)
        if (APR_ARRAY_IDX(page->hourly, i, int))
            ipxe_html_addf(out, "<tr><td>%s</td><td>%d</td></tr>",
                           hour_text(page, n - 1 - i, 1, out->pool),
                           APR_ARRAY_IDX(page->hourly, i, int));
    ipxe_text_add(out, "</tbody></table></details>");
}

void ipxe_page_add_plot(ipxe_text_t *out, const ipxe_page_t *page)
{
    int most = page->hourly ? highest(page->hourly) : 0, sum = 0, i;

    for (i = 0; page->hourly && i < page->hourly->nelts; i++)
        sum += APR_ARRAY_IDX(page->hourly, i, int);
    ipxe_text_add(out, "<section id=\"hours\" data-live class=\"card\" "
                       "aria-labelledby=\"hours-head\"><h2 id=\"hours-head\">"
                       "Boots by hour</h2>");
    if (!sum) {
        ipxe_html_addf(out,
                       "<p class=\"none\">None in the last %d hours.</p>"
                       "</section>",
                       IPXE_PAGE_HOURS);
        return;
    }
    ipxe_html_addf(out,
                   "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" "
                   "aria-label=\"%d boots in %d hours, at most %d in one\">",
                   page->hourly->nelts * BAR_STEP, HEIGHT + 18, sum,
                   page->hourly->nelts, most);
    add_bars(out, page, most);
    add_hours(out, page);
    ipxe_html_addf(out,
                   "</svg><p class=\"note\">%d in %d hours, at most %d in "
                   "one.</p>",
                   sum, page->hourly->nelts, most);
    add_table(out, page);
    ipxe_text_add(out, "</section>");
}
