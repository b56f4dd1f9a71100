/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a decision as text, and addresses. */
#include "script/parts.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* Columns of a console are 80; a line of a hundred words stays far below the
 * 250 that iPXE on BIOS can take. */
#define LINE_COLUMNS 76
#define MOST_LINES   40

/* What of a rule's name is shown in the comment. */
#define MOST_COMMENT 160

apr_status_t ipxe_part_value(ipxe_value_t *value, ipxe_script_t *script,
                             const ipxe_phrase_t *phrase)
{
    apr_pool_t *pool = script->writing->pool;
    apr_status_t status;

    if (!phrase) {
        *value = ipxe_value_text("", 0, pool);
        return APR_SUCCESS;
    }
    status = ipxe_template_value(value, phrase->compiled, &script->render);
    if (status != APR_SUCCESS)
        return status;
    if (value->kind != IPXE_KIND_TEXT)
        *value = ipxe_value_str(*value, pool);
    return ipxe_escape_open(*value, phrase->span, script->writing->diags);
}

apr_status_t ipxe_part_text(const char **text, ipxe_script_t *script,
                            const ipxe_phrase_t *phrase)
{
    ipxe_value_t value;
    apr_status_t status = ipxe_part_value(&value, script, phrase);

    if (status == APR_SUCCESS)
        *text = value.u.text->s;
    return status;
}

static int byte_tainted(const ipxe_value_t *value, apr_size_t i)
{
    if (value->flags & IPXE_SAFE)
        return 0;
    if (value->u.text->mask)
        return value->u.text->mask[i] != 0;
    return (value->flags & IPXE_TAINTED) != 0;
}

static int has_scheme(const char *s)
{
    const char *p = s;

    if (!apr_isalpha(*p))
        return 0;
    while (apr_isalnum(*p) || strchr("+-.", *p) != NULL) {
        if (!*p)
            return 0;
        p++;
    }
    return *p == ':';
}

static int byte_plain(unsigned char c)
{
    return apr_isalnum(c) || (c && strchr("-._~", c) != NULL);
}

/* The value's text from byte `i` on. */
static const char *encode_url(const ipxe_value_t *value, apr_size_t i,
                              apr_pool_t *pool)
{
    const ipxe_string_t *string = value->u.text;
    ipxe_text_t *out = ipxe_text_make(string->len + 32, pool);

    for (; i < string->len; i++) {
        unsigned char c = (unsigned char)string->s[i];
        int plain =
            byte_tainted(value, i) ? byte_plain(c) : c > 0x20 && c < 0x7f;

        if (plain)
            ipxe_text_add_char(out, (char)c);
        else
            ipxe_text_addf(out, "%%%02X", c);
    }
    return out->data;
}

/* Where the operator's own '?' stands, or the text's length. */
static apr_size_t query_at(const ipxe_value_t *value)
{
    apr_size_t i;

    for (i = 0; i < value->u.text->len; i++) {
        if (value->u.text->s[i] == '?' && !byte_tainted(value, i))
            break;
    }
    return i;
}

/* A path's own slashes stay; one that came from the network would lead to
 * another folder. */
static const char *below_root(const ipxe_value_t *value, ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    apr_pool_t *pool = script->writing->pool;
    apr_size_t end = query_at(value), i;
    char *path = apr_pstrmemdup(pool, value->u.text->s, end);
    const char *url;

    for (i = 0; i < end; i++) {
        if (path[i] == '/' && byte_tainted(value, i))
            path[i] = '_';
    }
    url = world->url(world->baton, path, pool);
    return end == value->u.text->len
               ? url
               : apr_pstrcat(pool, url, encode_url(value, end, pool), NULL);
}

apr_status_t ipxe_part_url(const char **url, ipxe_script_t *script,
                           const ipxe_phrase_t *phrase)
{
    ipxe_value_t value;
    apr_status_t status = ipxe_part_value(&value, script, phrase);

    if (status != APR_SUCCESS)
        return status;
    *url = has_scheme(value.u.text->s)
               ? encode_url(&value, 0, script->writing->pool)
               : below_root(&value, script);
    return APR_SUCCESS;
}

/* Cannot fail: text from the network is mended byte by byte. */
const char *ipxe_part_escape(ipxe_script_t *script, const char *text,
                             ipxe_context_e context)
{
    apr_pool_t *pool = script->writing->pool;
    const char *out;

    if (ipxe_escape(&out, ipxe_value_text(text, IPXE_TAINTED, pool), context,
                    ipxe_span(NULL, 0, 0), script->writing->diags, pool))
        return "";
    return out;
}

/* ---- Lines of text ---- */

static void push_line(apr_array_header_t *lines, const char *s, apr_size_t len)
{
    if (lines->nelts < MOST_LINES)
        APR_ARRAY_PUSH(lines, const char *) =
            apr_pstrmemdup(lines->pool, s, len);
}

/* Bytes of s, of which len are there, that stand on its first line. */
static apr_size_t fitting(const char *s, apr_size_t len)
{
    apr_size_t end = 0, at = 0;

    while (at < len) {
        while (at < len && s[at] == ' ')
            at++;
        while (at < len && s[at] != ' ')
            at++;
        if (ipxe_utf8_columns(s, at) > LINE_COLUMNS && end)
            break;
        end = at;
    }
    return end;
}

static void wrap(apr_array_header_t *lines, const char *s, apr_size_t len)
{
    apr_size_t take;

    do {
        take = fitting(s, len);
        push_line(lines, s, take);
        while (take < len && s[take] == ' ')
            take++;
        s += take;
        len -= take;
    } while (len);
}

apr_array_header_t *ipxe_part_lines(const char *text, apr_pool_t *pool)
{
    apr_array_header_t *lines = apr_array_make(pool, 4, sizeof(const char *));
    apr_size_t len;

    for (;; text += len + 1) {
        len = strcspn(text, "\r\n");
        if (len || text[len])
            wrap(lines, text, len);
        if (!text[len])
            return lines;
    }
}

/* ---- Addresses ---- */

static int value_plain(const char *s)
{
    for (; *s; s++) {
        if (!byte_plain((unsigned char)*s) && *s != ':')
            return 0;
    }
    return 1;
}

static void add_query(ipxe_text_t *url, char *joint, const char *name,
                      const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    ipxe_text_addf(url, "%c%s", *joint,
                   ipxe_text_urlencode(name, NULL, url->pool));
    *joint = '&';
    if (value_plain(text)) {
        ipxe_text_addf(url, "=%s", text);
        return;
    }
    ipxe_text_add(url, ".hex=");
    for (; *p; p++)
        ipxe_text_addf(url, "%02x", *p);
}

static void add_args(ipxe_text_t *url, char *joint,
                     const ipxe_machine_t *machine)
{
    int i;

    for (i = 0; i < machine->args->nelts; i++) {
        const ipxe_arg_t *arg = &APR_ARRAY_IDX(machine->args, i, ipxe_arg_t);

        add_query(url, joint, arg->name, arg->text);
    }
}

const char *ipxe_part_entry(ipxe_script_t *script, char *joint)
{
    const ipxe_world_t *world = script->writing->world;
    ipxe_text_t *url = ipxe_text_make(256, script->writing->pool);

    *joint = '?';
    ipxe_text_add(url, world->entry(world->baton, url->pool));
    add_args(url, joint, script->writing->machine);
    return url->data;
}

const char *ipxe_part_back(ipxe_script_t *script)
{
    const ipxe_world_t *world = script->writing->world;
    const ipxe_decision_t *decision = script->decision;
    char joint;

    if (decision->menu && decision->menu != decision->action.menu)
        return world->menu(world->baton, decision->menu->name, NULL,
                           script->writing->pool);
    return ipxe_part_entry(script, &joint);
}

/* ---- The comment ---- */

static const char *cut(const char *s, apr_pool_t *pool)
{
    s = ipxe_text_ascii(s, pool);
    return strlen(s) > MOST_COMMENT ? apr_pstrmemdup(pool, s, MOST_COMMENT) : s;
}

const char *ipxe_part_comment(ipxe_script_t *script)
{
    const ipxe_writing_t *writing = script->writing;
    const ipxe_decision_t *decision = script->decision;
    apr_pool_t *pool = writing->pool;
    ipxe_text_t *out = ipxe_text_make(256, pool);
    const char *id = writing->world->request_id(writing->world->baton);

    if (decision && decision->rule)
        ipxe_text_add_all(out, "rule '", cut(decision->rule->name, pool), "' ",
                          decision->rule->place, NULL);
    else
        ipxe_text_add(out, decision ? "no rule" : "no decision");
    if (decision && decision->action.profile)
        ipxe_text_add_all(out, " profile ",
                          cut(decision->action.profile->name, pool), NULL);
    ipxe_text_add_all(out, " generation ",
                      writing->generation ? writing->generation : "-",
                      " request ", id && *id ? id : "-", NULL);
    return out->data;
}

/* ---- The local disk ---- */

/* A number as iPXE reads it, of at most 255. */
static int is_drive(const char *s)
{
    apr_size_t len = strlen(s);

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        return len <= 4 && len > 2 &&
               strspn(s + 2, "0123456789abcdefABCDEF") == len - 2;
    return len && len <= 3 && strspn(s, "0123456789") == len;
}

static apr_status_t check_local(const char **local, ipxe_script_t *script,
                                const char *text, const char *what)
{
    if (strcmp(text, "sanboot") == 0 || strcmp(text, "exit") == 0 ||
        is_drive(text)) {
        *local = text;
        return APR_SUCCESS;
    }
    ipxe_diag_help(ipxe_diag_add(script->writing->diags, IPXE_DIAG_BAD_VALUE,
                                 script->decision->action.span, "%s is '%s'",
                                 what, text),
                   "'sanboot', 'exit' or a drive such as '0x80'");
    return APR_EGENERAL;
}

static apr_status_t local_variable(const char **local, ipxe_script_t *script)
{
    const ipxe_object_t *names = script->render.names;
    ipxe_name_t name = ipxe_name_of("local_boot", strlen("local_boot"));
    ipxe_value_t value = ipxe_value_undefined(name.s);
    apr_status_t status = APR_SUCCESS;

    if (names)
        status = names->get(&value, names, &name, &script->render);
    if (status != APR_SUCCESS || value.kind == IPXE_KIND_UNDEFINED ||
        value.kind == IPXE_KIND_NONE)
        return status;
    value = ipxe_value_str(value, script->writing->pool);
    status = ipxe_escape_open(value, script->decision->action.span,
                              script->writing->diags);
    if (status != APR_SUCCESS)
        return status;
    return check_local(local, script, value.u.text->s,
                       "the variable local_boot");
}

apr_status_t ipxe_part_local(const char **local, ipxe_script_t *script)
{
    const ipxe_action_t *action;
    const char *text;
    apr_status_t status;

    *local = NULL;
    if (!script->decision)
        return APR_SUCCESS;
    action = &script->decision->action;
    if (action->kind != IPXE_ACTION_LOCAL || !action->value)
        return local_variable(local, script);
    status = ipxe_part_text(&text, script, action->value);
    return status == APR_SUCCESS
               ? check_local(local, script, text, "the drive of 'local'")
               : status;
}

int ipxe_part_is_bios(const ipxe_script_t *script)
{
    const char *platform =
        ipxe_machine_fact(script->writing->machine, IPXE_FACT_PLATFORM);

    return !platform || strcmp(platform, "pcbios") == 0;
}
