/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of the page: its head, what all should know, the policy. */
#include "httpd/status_page.h"

#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "httpd/status_parts.h"

/* ---- What can be done ---- */

static const ipxe_deed_t deeds[] = {
    {"arm", IPXE_ACT_ARM, 1, 1, 1},
    {"disarm", IPXE_ACT_DISARM, 1, 0, 0},
    {"release", IPXE_ACT_RELEASE, 1, 1, 0},
    {"next", IPXE_ACT_NEXT, 1, 1, 0},
    {"forget", IPXE_ACT_FORGET, 1, 0, 0},
    {"forget-all", IPXE_ACT_FORGET_ALL, 1, 0, 1},
    {"freeze", IPXE_ACT_FREEZE, 0, 0, 0},
    {"thaw", IPXE_ACT_THAW, 0, 0, 0},
    {"accept", IPXE_ACT_ACCEPT, 0, 0, 1},
};

const ipxe_deed_t *ipxe_deed_find(const char *word)
{
    apr_size_t i;

    for (i = 0; word && i < sizeof(deeds) / sizeof(deeds[0]); i++)
        if (strcmp(deeds[i].word, word) == 0)
            return &deeds[i];
    return NULL;
}

/* What is said after it was done; the address carries its word alone. */
static const struct {
    const char *word, *kind, *text;
} said[] = {
    {"arm", "good", "Armed: it is installed at its next boot."},
    {"disarm", "good", "Disarmed: nothing is installed on it."},
    {"release", "good", "Released: it goes on within half a minute."},
    {"next", "good", "Noted for its next boot."},
    {"forget", "good", "What was seen of it is forgotten."},
    {"forget-all", "good", "It is forgotten, its install too."},
    {"freeze", "good", "Frozen: no machine is installed."},
    {"thaw", "good", "Installs go on."},
    {"accept", "good", "The database is accepted."},
    {"unknown", "bad",
     "No machine was found for that: it may have gone on meanwhile."},
    {"unanswered", "bad",
     "The state did not answer in time. Look whether it was done."},
    {"refused", "bad", "The state could not do that; the log says why."},
    {"bad-vars", "bad",
     "Not done: variables are lines of name=value, the name of letters, "
     "digits and _."},
    {"no-profile", "bad",
     "Not done: the rules have no profile of that name any more."},
    {"no-install", "bad",
     "Not done: that profile installs nothing; boot it once instead."},
    {"unsure", "bad", "Not done: the box that says so was not ticked."},
};

/* ---- Notices ---- */

static void begin_notice(ipxe_text_t *out, const char *kind, const char *title)
{
    ipxe_html_addf(out, "<div class=\"notice %h\"><b>%h</b> ", kind, title);
}

static void add_said(ipxe_text_t *out, const char *did)
{
    apr_size_t i;

    for (i = 0; did && i < sizeof(said) / sizeof(said[0]); i++)
        if (strcmp(said[i].word, did) == 0)
            ipxe_html_addf(out,
                           "<div class=\"notice %h\" role=\"status\">%h</div>",
                           said[i].kind, said[i].text);
}

static int counted(const ipxe_page_t *page, const char *name)
{
    const char *count = page->counts ? apr_table_get(page->counts, name) : NULL;

    return count && strcmp(count, "0") != 0;
}

static void add_accept(ipxe_text_t *out, const ipxe_page_t *page)
{
    begin_notice(out, "bad", "Every install waits.");
    ipxe_text_add(out, "<span>The database is new, older or another than the "
                       "one that was here: what it does not know of would be "
                       "installed again.</span>");
    if (page->token) {
        ipxe_page_begin_form(out, page, "accept", NULL, "act");
        ipxe_text_add(out, "<label class=\"sure\"><input type=\"checkbox\" "
                           "name=\"sure\" value=\"yes\" required> machines "
                           "that it does not know may be installed</label>"
                           "<button>Accept it</button></form>");
    }
    ipxe_text_add(out, "</div>");
}

/* Escaped, with its ends of lines. */
static void add_lines(ipxe_text_t *out, const char *text)
{
    while (*text) {
        apr_size_t len = strcspn(text, "\n");

        ipxe_html_add(out, apr_pstrmemdup(out->pool, text, len));
        ipxe_text_add_char(out, '\n');
        text += len + (text[len] == '\n');
    }
}

static void add_failure(ipxe_text_t *out, const ipxe_page_t *page)
{
    begin_notice(out, "bad", "The rules do not load.");
    ipxe_html_addf(out, "<span>%h",
                   page->generation ? "The set before is served."
                                    : "Every machine boots its local disk.");
    if (page->failed) {
        ipxe_text_add(out, " Tried ");
        ipxe_page_add_ago(out, page, page->failed);
        ipxe_text_add_char(out, '.');
    }
    ipxe_text_add(out, "</span><pre tabindex=\"0\" role=\"region\" "
                       "aria-label=\"what is wrong with the rules\">");
    add_lines(out, page->failure);
    ipxe_text_add(out, "</pre></div>");
}

static void add_hooks(ipxe_text_t *out, const ipxe_page_t *page)
{
    const ipxe_waiting_t *hooks = page->hooks;

    if (!hooks || !hooks->failing)
        return;
    begin_notice(out, "warn", "A hook does not take its notices.");
    ipxe_html_addf(out, "<span>%s for it, the oldest from ",
                   hooks->count == 1
                       ? "1 waits"
                       : apr_psprintf(out->pool, "%d wait", hooks->count));
    ipxe_page_add_ago(out, page, hooks->oldest);
    ipxe_html_addf(out, ". It is tried again: %h</span></div>", hooks->why);
}

static void add_notices(ipxe_text_t *out, const ipxe_page_t *page)
{
    add_said(out, page->did);
    ipxe_text_add(out, "<div id=\"notices\" data-live>");
    if (page->state_fault) {
        begin_notice(out, "bad", "The state cannot be asked.");
        ipxe_html_addf(out,
                       "<span>Installs wait, all else boots. %s</span>"
                       "</div>",
                       page->state_fault);
    }
    if (counted(page, "unaccepted"))
        add_accept(out, page);
    if (page->failure)
        add_failure(out, page);
    add_hooks(out, page);
    if (counted(page, "frozen")) {
        begin_notice(out, "warn", "Frozen.");
        ipxe_text_add(out, "<span>No machine is installed; where one would be, "
                           "it boots its disk.</span></div>");
    }
    ipxe_text_add(out, "</div>");
}

/* ---- The frame ---- */

static void add_head(ipxe_text_t *out, const char *title, const char *host)
{
    ipxe_html_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<title>%s%s%s</title>\n"
        "<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg xmlns='http://"
        "www.w3.org/2000/svg' viewBox='0 0 16 16'%%3E%%3Cpath fill='%%233569c8'"
        " d='M2 3h12v8H2zM5 13h6v1H5z'/%%3E%%3C/svg%%3E\">\n"
        "<style>",
        title, host ? " \xe2\x80\x93 " : "", host);
    ipxe_text_add(out, ipxe_page_style);
    ipxe_text_add(out, "</style>\n</head>\n");
}

static void add_freeze(ipxe_text_t *out, const ipxe_page_t *page)
{
    int frozen = counted(page, "frozen");

    if (!page->token || page->state_fault)
        return;
    ipxe_page_begin_form(out, page, frozen ? "thaw" : "freeze", NULL, "fleet");
    ipxe_html_addf(out, "<button title=\"%h\">%h</button></form>",
                   frozen ? "let machines be installed again"
                          : "every install becomes a boot from disk",
                   frozen ? "Thaw installs" : "Freeze installs");
}

static void add_banner(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_html_addf(out,
                   "<a class=\"skip\" href=\"#main\">To the machines</a>"
                   "<header><h1><a href=\"%s\">Network boot</a> "
                   "<span>%s</span></h1><div id=\"set\" data-live><p>",
                   page->path, page->host);
    if (page->generation)
        ipxe_html_addf(out, "Rule set <b class=\"code\">%s</b>",
                       page->generation);
    else
        ipxe_text_add(out, "No rule set");
    if (page->loaded) {
        ipxe_text_add(out, ", loaded ");
        ipxe_page_add_ago(out, page, page->loaded);
    }
    ipxe_text_add(out, "</p></div><p id=\"live\" role=\"status\"></p>");
    add_freeze(out, page);
    ipxe_text_add(out, "</header>\n");
}

static void add_footer(ipxe_text_t *out, const ipxe_page_t *page)
{
    ipxe_html_addf(out, "<footer><p>%s, as seen by %s", page->host, page->user);
    ipxe_html_addf(out,
                   "; <span id=\"when\" data-live><time datetime=\"%s\">%s"
                   "</time></span></p></footer>\n<script>",
                   ipxe_time_utc(page->now, out->pool),
                   ipxe_time_text(page->now, out->pool));
    ipxe_text_add(out, ipxe_page_script);
    ipxe_text_add(out, "</script>\n</body>\n</html>\n");
}

ipxe_text_t *ipxe_page_html(const ipxe_page_t *page, apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(65536, pool);
    const char *title =
        page->machine ? ipxe_seen_name(page->machine, pool) : "Network boot";

    add_head(out, title, page->host);
    ipxe_text_add(out, "<body>\n");
    add_banner(out, page);
    ipxe_text_add(out, "<main id=\"main\">\n");
    add_notices(out, page);
    if (page->machine)
        ipxe_page_add_machine(out, page);
    else
        ipxe_page_add_overview(out, page);
    ipxe_text_add(out, "</main>\n");
    add_footer(out, page);
    return out;
}

ipxe_text_t *ipxe_page_refusal(const char *title, const char *text,
                               apr_pool_t *pool)
{
    ipxe_text_t *out = ipxe_text_make(16384, pool);

    add_head(out, title, NULL);
    ipxe_html_addf(out,
                   "<body><main id=\"main\"><section class=\"card\"><h1>%s</h1>"
                   "<p>%s</p></section></main></body>\n</html>\n",
                   title, text);
    return out;
}

/* ---- The policy ---- */

static const char *hash_of(const char *text, apr_pool_t *pool)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned char *base64 = apr_palloc(pool, 2 * EVP_MAX_MD_SIZE);
    unsigned int len = 0;

    EVP_Digest(text, strlen(text), sum, &len, EVP_sha256(), NULL);
    EVP_EncodeBlock(base64, sum, (int)len);
    return (const char *)base64;
}

const char *ipxe_page_policy(apr_pool_t *pool)
{
    return apr_psprintf(
        pool,
        "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; "
        "connect-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        hash_of(ipxe_page_style, pool), hash_of(ipxe_page_script, pool));
}
