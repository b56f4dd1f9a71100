/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an iPXE script. */
#include "script/ipxe.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* iPXE of 2019 on BIOS takes 250 words in a line and fails at 300. */
#define WORDS_IN_A_LINE 150

/* A title is one line of a console; the rest would never be seen. */
#define MOST_TITLE 200

#define HEAD        "#!ipxe\n"
#define FIRST_DRIVE "0x80"

/* ---- Text ---- */

/* Where a text begins with '-' iPXE looks for an option, "-1" as "--one". */
static const char *text_of(ipxe_script_t *script, const char *text)
{
    char *out = apr_pstrdup(script->writing->pool,
                            ipxe_part_escape(script, text, IPXE_CONTEXT_TEXT));

    if (*out == '-')
        *out = '_';
    return out;
}

/* On one line, not longer than a console needs, no character cut in two. */
static char *one_line(const char *title, apr_pool_t *pool)
{
    char *line = apr_pstrdup(pool, title);
    apr_size_t len = strlen(line);
    char *p;

    if (len > MOST_TITLE) {
        for (len = MOST_TITLE; ((unsigned char)line[len] & 0xc0) == 0x80;)
            len--;
        line[len] = '\0';
    }
    for (p = line; *p; p++) {
        if ((unsigned char)*p < 0x20)
            *p = ' ';
    }
    return line;
}

static const char *title_of(ipxe_script_t *script, const char *title)
{
    return text_of(script, one_line(title, script->writing->pool));
}

/* After an item's name no option can stand: '-' is text there, and menus are
 * drawn with it. One more before it takes what happens to the first. */
static const char *item_title_of(ipxe_script_t *script, const char *title)
{
    apr_pool_t *pool = script->writing->pool;
    const char *line = one_line(title, pool);

    if (*line != '-')
        return text_of(script, line);
    return text_of(script, apr_pstrcat(pool, "-", line, NULL)) + 1;
}

void ipxe_put_say(ipxe_script_t *script, const char *text)
{
    apr_array_header_t *lines = ipxe_part_lines(text, script->writing->pool);
    int i;

    for (i = 0; i < lines->nelts; i++)
        ipxe_text_add_all(
            script->out, "echo ",
            text_of(script, APR_ARRAY_IDX(lines, i, const char *)), "\n", NULL);
}

void ipxe_put_say_error(ipxe_script_t *script, const char *text)
{
    ipxe_text_add_all(script->out, "echo ", title_of(script, text),
                      ": ${errno}\n", NULL);
}

static void put_clash(ipxe_script_t *script)
{
    const ipxe_decision_t *decision = script->decision;

    if (!decision || !decision->other || !decision->clash)
        return;
    ipxe_put_say(script,
                 apr_psprintf(script->writing->pool,
                              "Two hosts claim this machine, %s and %s: it "
                              "is taken for neither",
                              decision->clash->name, decision->other->name));
}

void ipxe_put_head(ipxe_script_t *script)
{
    ipxe_text_add_all(script->out, HEAD "# ", ipxe_part_comment(script), "\n",
                      NULL);
    if (script->writing->forget_password)
        ipxe_text_add(script->out, "clear password ||\n");
    put_clash(script);
}

/* ---- Flow ---- */

void ipxe_put_label(ipxe_script_t *script, const char *label)
{
    ipxe_text_add_all(script->out, ":", label, "\n", NULL);
}

void ipxe_put_goto(ipxe_script_t *script, const char *label)
{
    ipxe_text_add_all(script->out, "goto ", label, "\n", NULL);
}

void ipxe_put_chain(ipxe_script_t *script, const char *url,
                    const char *otherwise)
{
    ipxe_text_add_all(script->out, "chain --replace --autofree ", url,
                      " || goto ", otherwise, "\n", NULL);
}

void ipxe_put_wait(ipxe_script_t *script, int seconds, const char *text,
                   const char *label)
{
    ipxe_text_add_all(script->out, "prompt --timeout ",
                      apr_itoa(script->writing->pool, seconds * 1000), " ",
                      text, " && goto ", label, " ||\n", NULL);
}

void ipxe_put_key(ipxe_script_t *script, int seconds, char key,
                  const char *text, const char *label)
{
    ipxe_text_addf(script->out, "prompt --key %c --timeout %d %s || goto %s\n",
                   key, seconds * 1000, title_of(script, text), label);
}

void ipxe_put_pause(ipxe_script_t *script, int seconds)
{
    ipxe_text_addf(script->out,
                   "prompt --timeout %d Going on in %d seconds, or at a key "
                   "||\n",
                   seconds * 1000, seconds);
}

/* ---- Booting ---- */

void ipxe_put_forget(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "imgfree ||\n");
}

/* Leaves the words in settings of WORDS_IN_A_LINE each, and returns those. A
 * setting stands for one word of a line, whatever blanks are in it. */
static const char *park_words(ipxe_script_t *script, const char *words)
{
    apr_pool_t *pool = script->writing->pool;
    apr_array_header_t *all = ipxe_text_split(words, " ", pool);
    ipxe_text_t *line = ipxe_text_make(256, pool);
    int i;

    for (i = 0; i < all->nelts; i++) {
        if (i % WORDS_IN_A_LINE == 0) {
            ipxe_text_addf(script->out, "%sset words%d", i ? "\n" : "",
                           i / WORDS_IN_A_LINE);
            ipxe_text_addf(line, " ${words%d}", i / WORDS_IN_A_LINE);
        }
        ipxe_text_add_char(script->out, ' ');
        ipxe_text_add(script->out, APR_ARRAY_IDX(all, i, const char *));
    }
    ipxe_text_add_char(script->out, '\n');
    return line->data + 1;
}

void ipxe_put_kernel(ipxe_script_t *script, const ipxe_plan_t *plan,
                     const char *otherwise)
{
    const char *line = plan->line;

    if (plan->words > WORDS_IN_A_LINE)
        line = park_words(script, line);
    ipxe_text_add_all(script->out, "kernel ", plan->kernel, *line ? " " : "",
                      line, " || goto ", otherwise, "\n", NULL);
}

void ipxe_put_image(ipxe_script_t *script, const ipxe_image_t *image,
                    const char *name, const char *second, const char *otherwise)
{
    ipxe_text_t *out = script->out;

    ipxe_text_add(out, "initrd ");
    if (name)
        ipxe_text_add_all(out, "--name ", name, " ", NULL);
    ipxe_text_add(out, image->url);
    if (second)
        ipxe_text_add_all(out, " ", second, NULL);
    if (second && image->mode)
        ipxe_text_add_all(out, " mode=", image->mode, NULL);
    ipxe_text_add_all(out, " || goto ", otherwise, "\n", NULL);
}

void ipxe_put_boot(ipxe_script_t *script, const char *otherwise)
{
    ipxe_text_add_all(script->out, "boot || goto ", otherwise, "\n", NULL);
}

void ipxe_put_san(ipxe_script_t *script, const char *url, const char *otherwise)
{
    ipxe_text_addf(script->out, "sanboot --no-describe %s || goto %s\n", url,
                   otherwise);
}

/* A failure's status makes UEFI try its next boot entry. */
static void put_next_entry(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "exit 1\n");
}

static void put_drive(ipxe_script_t *script, const char *drive)
{
    ipxe_text_add_all(script->out, "sanboot --no-describe --drive ", drive,
                      " ||\n", NULL);
    ipxe_put_say_error(script, "The local disk could not be booted");
    ipxe_text_add(script->out, "sleep 5 ||\n");
    put_next_entry(script);
}

static void put_local_by_platform(ipxe_script_t *script)
{
    const char *platform =
        ipxe_machine_fact(script->writing->machine, IPXE_FACT_PLATFORM);

    if (!platform)
        ipxe_text_add(script->out, "iseq ${platform} pcbios || exit 1\n");
    if (!platform || strcmp(platform, "pcbios") == 0)
        put_drive(script, FIRST_DRIVE);
    else
        put_next_entry(script);
}

void ipxe_put_local(ipxe_script_t *script, const char *local)
{
    ipxe_put_label(script, "local");
    if (!local)
        put_local_by_platform(script);
    else if (strcmp(local, "exit") == 0)
        put_next_entry(script);
    else
        put_drive(script, strcmp(local, "sanboot") == 0 ? FIRST_DRIVE : local);
}

/* ---- Leaving ---- */

void ipxe_put_shell(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "echo The command exit leads back\nshell ||\n");
}

void ipxe_put_exit(ipxe_script_t *script, int status)
{
    ipxe_text_addf(script->out, "exit %d\n", status);
}

/* Where the command is missing nothing may boot before a person is there. */
void ipxe_put_poweroff(ipxe_script_t *script)
{
    ipxe_text_add(script->out,
                  "poweroff ||\n"
                  "echo This iPXE cannot switch the machine off\n"
                  "prompt Switch it off, or press a key for its disk ||\n");
}

void ipxe_put_reboot(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "reboot ||\n");
    put_next_entry(script);
}

/* ---- Menus ---- */

void ipxe_put_picture(ipxe_script_t *script, const char *url)
{
    ipxe_text_addf(script->out, "console --picture %s ||\n", url);
}

void ipxe_put_menu(ipxe_script_t *script, const char *title,
                   const char *otherwise)
{
    ipxe_text_addf(script->out, "menu %s || goto %s\n", title_of(script, title),
                   otherwise);
}

/* A key that means something in a script goes by its number. */
static const char *key_of(char key, apr_pool_t *pool)
{
    if (apr_isalnum(key))
        return apr_psprintf(pool, "--key %c ", key);
    return key ? apr_psprintf(pool, "--key 0x%02x ", (unsigned char)key) : "";
}

void ipxe_put_item(ipxe_script_t *script, char key, const char *id,
                   const char *title)
{
    ipxe_text_addf(script->out, "item %s%s %s\n",
                   key_of(key, script->writing->pool), id,
                   item_title_of(script, title));
}

void ipxe_put_gap(ipxe_script_t *script, const char *title)
{
    ipxe_text_addf(script->out, "item --gap -- %s\n",
                   item_title_of(script, title));
}

void ipxe_put_choose(ipxe_script_t *script, apr_int64_t milliseconds,
                     const char *chosen, const char *otherwise)
{
    ipxe_text_add(script->out, "choose ");
    if (milliseconds > 0)
        ipxe_text_addf(script->out, "--timeout %" APR_INT64_T_FMT " ",
                       milliseconds);
    if (chosen)
        ipxe_text_addf(script->out, "--default %s ", chosen);
    ipxe_text_addf(script->out, IPXE_CHOSEN " || goto %s\n", otherwise);
    ipxe_text_addf(script->out, "goto ${" IPXE_CHOSEN "} || goto %s\n",
                   otherwise);
}

/* ---- Asking a person ---- */

void ipxe_put_login(ipxe_script_t *script, const char *user,
                    const char *otherwise)
{
    ipxe_text_addf(script->out,
                   "set username %s ||\n"
                   "clear password ||\n"
                   "login || goto %s\n",
                   ipxe_part_escape(script, user, IPXE_CONTEXT_ARGUMENT),
                   otherwise);
}

void ipxe_put_chain_login(ipxe_script_t *script, const char *url,
                          const char *otherwise)
{
    const char *host = strstr(url, "://");
    apr_size_t scheme = host ? (apr_size_t)(host - url) + 3 : 0;
    apr_pool_t *pool = script->writing->pool;

    ipxe_put_chain(script,
                   apr_pstrcat(pool, apr_pstrmemdup(pool, url, scheme),
                               "${username:uristring}:${password:uristring}@",
                               url + scheme, NULL),
                   otherwise);
}

/* No line of a script ends in a blank, but a setting may hold one. */
void ipxe_put_question(ipxe_script_t *script, const char *setting,
                       const char *prompt, const char *fallback,
                       const char *otherwise)
{
    if (fallback && *fallback)
        ipxe_text_addf(script->out, "set %s %s ||\n", setting,
                       title_of(script, fallback));
    else
        ipxe_text_addf(script->out, "clear %s ||\n", setting);
    ipxe_text_addf(script->out,
                   "set blank:hex 20 ||\n"
                   "echo -n %s:${blank:string}\n"
                   "read %s || goto %s\n"
                   "echo\n",
                   title_of(script, prompt), setting, otherwise);
}

/* ---- Identifying ---- */

const char *ipxe_setting(const char *name, int hex, apr_pool_t *pool)
{
    return apr_pstrcat(pool, "${", name, hex ? ":hexraw}" : "}", NULL);
}

void ipxe_put_network(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "ifconf ||\n");
}

/* Every x86 has bit 0 (a floating-point unit): where the command fails for it
 * there is no such command, and nothing is known. */
void ipxe_put_cpu(ipxe_script_t *script)
{
    ipxe_text_add(script->out, "set cpu64 ||\n"
                               "cpuid 0 && set cpu64 false ||\n"
                               "cpuid --ext 29 && set cpu64 true ||\n");
}

void ipxe_put_cards(ipxe_script_t *script, int most)
{
    ipxe_text_addf(script->out,
                   "set cards ||\n"
                   "set card:int32 0\n"
                   ":card\n"
                   "isset ${net${card}/mac} && "
                   "set cards ${cards}&mac${card}=${net${card}/mac} ||\n"
                   "inc card\n"
                   "iseq ${card} %d || goto card\n",
                   most);
}

void ipxe_put_form(ipxe_script_t *script, const char *otherwise)
{
    ipxe_text_addf(script->out, "params || goto %s\n", otherwise);
}

void ipxe_put_field(ipxe_script_t *script, const char *name, const char *value)
{
    ipxe_text_addf(script->out, "param %s %s ||\n", name, value);
}

void ipxe_put_post(ipxe_script_t *script, const char *url,
                   const char *otherwise)
{
    ipxe_put_chain(script,
                   apr_pstrcat(script->writing->pool, url, "##params", NULL),
                   otherwise);
}
