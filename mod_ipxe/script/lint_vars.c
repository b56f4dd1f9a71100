/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a script: what it sets, what it uses, and how. */
#include "script/lint_parts.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than any script nests settings. */
#define MOST_EXPANSIONS 8

/* Settings that iPXE has by itself, or that DHCP brings; by name. */
static const char *const builtin[] = {
    "asset",        "board-serial",  "buildarch",     "busid",
    "busloc",       "bustype",       "cert",          "chip",
    "cpumodel",     "cpuvendor",     "crosscert",     "cwduri",
    "cwuri",        "dhcp-server",   "dns",           "dns6",
    "dnssl",        "domain",        "errno",         "filename",
    "gateway",      "gateway6",      "gid",           "hostname",
    "hwaddr",       "ifname",        "initiator-iqn", "ip",
    "ip6",          "keep-san",      "keymap",        "len6",
    "linktype",     "mac",           "manufacturer",  "memsize",
    "mtu",          "netmask",       "next-server",   "ntp",
    "password",     "platform",      "priority",      "privkey",
    "product",      "root-path",     "san-filename",  "scriptlet",
    "serial",       "skip-san-boot", "static-routes", "sysmac",
    "syslog",       "syslogs",       "trust",         "uid",
    "unixtime",     "user-class",    "username",      "uuid",
    "vendor-class", "version",
};
#define BUILTINS (sizeof(builtin) / sizeof(builtin[0]))

/* Of these, texts that a maker or a person chose: with blanks, '&', '#'. */
static const char *const free_texts[] = {
    "asset",        "board-serial", "domain", "hostname",
    "manufacturer", "product",      "serial", "user-class",
};
#define FREE_TEXTS (sizeof(free_texts) / sizeof(free_texts[0]))

static int by_name(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

static int is_builtin(const char *name)
{
    return bsearch(name, builtin, BUILTINS, sizeof(builtin[0]), by_name) !=
           NULL;
}

/* ---- One "${...}" ---- */

typedef struct use_t {
    const char *begin, *end; /* from '$' to after '}' */
    const char *name;        /* without its type */
    const char *type;        /* without its colon, or NULL */
} use_t;

/* The next use in text that holds no other, or 0. */
static int next_use(use_t *use, const char *text, apr_pool_t *pool)
{
    const char *open, *inner, *colon;

    for (open = strstr(text, "${"); open; open = inner) {
        use->end = strchr(open, '}');
        if (!use->end)
            return 0;
        inner = strstr(open + 2, "${");
        if (!inner || inner > use->end)
            break;
    }
    if (!open)
        return 0;
    use->begin = open;
    use->name =
        apr_pstrmemdup(pool, open + 2, (apr_size_t)(use->end - open - 2));
    colon = strrchr(use->name, ':');
    use->type = colon ? colon + 1 : NULL;
    if (colon)
        use->name =
            apr_pstrmemdup(pool, use->name, (apr_size_t)(colon - use->name));
    use->end++;
    return 1;
}

/* ---- What the script sets ---- */

/* A setting's name without its type. */
static const char *bare_name(const char *word, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, word, strcspn(word, ":"));
}

static void learn(ipxe_lint_t *lint, const char *name, const char *value)
{
    const char *known = apr_hash_get(lint->values, name, APR_HASH_KEY_STRING);

    apr_hash_set(lint->values, name, APR_HASH_KEY_STRING,
                 known && strcmp(known, value) != 0 ? "" : value);
}

static void learn_command(ipxe_lint_t *lint, const ipxe_lint_command_t *command)
{
    const char *set = ipxe_lint_value(NULL, command, "set", lint->pool);
    const char *value = "";

    if (set)
        learn(lint, set, "");
    if (!ipxe_lint_is(command, IPXE_LINT_SETS) ||
        command->plain >= command->count)
        return;
    if (ipxe_lint_named(command, "set") && command->count == 3 &&
        !strchr(command->words[1].text, ':'))
        value = command->words[2].text;
    learn(lint, bare_name(command->words[command->plain].text, lint->pool),
          value);
}

void ipxe_lint_learn(ipxe_lint_t *lint)
{
    ipxe_lint_each(lint, learn_command);
}

const char *ipxe_lint_expand(const ipxe_lint_t *lint, const char *text)
{
    const char *from = text;
    int done = 0;
    use_t use;

    while (done < MOST_EXPANSIONS && next_use(&use, from, lint->pool)) {
        const char *value =
            apr_hash_get(lint->values, use.name, APR_HASH_KEY_STRING);

        if (!value || !*value || use.type) {
            from = use.end;
            continue;
        }
        text = apr_pstrcat(
            lint->pool,
            apr_pstrmemdup(lint->pool, text, (apr_size_t)(use.begin - text)),
            value, use.end, NULL);
        from = text;
        done++;
    }
    return text;
}

/* ---- What it uses ---- */

static ipxe_span_t span_of(const ipxe_lint_word_t *word, const use_t *use)
{
    ipxe_span_t span = word->span;

    span.begin += (apr_size_t)(use->begin - word->text);
    span.end = span.begin + (apr_size_t)(use->end - use->begin);
    return span;
}

/* What can be known by its name: not a block's, not a number of DHCP's. */
static int is_plain_name(const char *name)
{
    return *name && !strchr(name, '/') && !strchr(name, '.') &&
           strspn(name, "0123456789") < strlen(name);
}

static void unset(const ipxe_lint_t *lint, ipxe_span_t span, const char *name)
{
    apr_size_t n = 0;
    const char **names = apr_palloc(
        lint->pool, (apr_hash_count(lint->values) + BUILTINS) * sizeof(*names));
    apr_hash_index_t *each;
    const char *meant;
    ipxe_diag_t *diag = ipxe_diag_add(
        lint->diags, IPXE_DIAG_UNSET_VARIABLE, span,
        "nothing here sets '%s': without it the text is empty", name);

    for (each = apr_hash_first(lint->pool, lint->values); each;
         each = apr_hash_next(each))
        names[n++] = apr_hash_this_key(each);
    memcpy(names + n, builtin, sizeof(builtin));
    meant = ipxe_text_nearest(name, names, n + BUILTINS);
    if (meant)
        ipxe_diag_help(diag, "did you mean '%s'?", meant);
    else
        ipxe_diag_help(diag,
                       "set it, or give it a value where an earlier "
                       "script has not: 'isset ${%s} || set %s ...'",
                       name, name);
}

static int is_free_text(const char *name)
{
    return bsearch(name, free_texts, FREE_TEXTS, sizeof(free_texts[0]),
                   by_name) != NULL ||
           strncmp(name, "smbios/", 7) == 0;
}

/* In the query of an address iPXE escapes blanks alone. */
static void check_raw(const ipxe_lint_t *lint, const ipxe_lint_word_t *word,
                      const use_t *use)
{
    const char *query = strchr(word->text, '?');

    if (!query || query > use->begin || use->type || !is_free_text(use->name))
        return;
    ipxe_diag_help(ipxe_diag_add(lint->diags, IPXE_DIAG_RAW_SETTING,
                                 span_of(word, use),
                                 "'%s' stands in an address as its maker wrote "
                                 "it: '&' and '#' would cut it",
                                 use->name),
                   "write ${%s:uristring}, or ${%s:hexraw} for a parameter "
                   "that ends in .hex: builds before 2.0.0 undo the first",
                   use->name, use->name);
}

static void check_word(ipxe_lint_t *lint, const ipxe_lint_word_t *word,
                       apr_hash_t *asked)
{
    const char *from = word->text;
    use_t use;

    for (; next_use(&use, from, lint->pool); from = use.end) {
        check_raw(lint, word, &use);
        if (is_plain_name(use.name) && !is_builtin(use.name) &&
            !apr_hash_get(lint->values, use.name, APR_HASH_KEY_STRING) &&
            !apr_hash_get(asked, use.name, APR_HASH_KEY_STRING)) {
            unset(lint, span_of(word, &use), use.name);
            /* Once is enough. */
            apr_hash_set(asked, use.name, APR_HASH_KEY_STRING, "");
        }
    }
}

/* Who asks `isset` knows that it may not be. */
static apr_hash_t *asked_for(ipxe_lint_t *lint)
{
    apr_hash_t *asked = apr_hash_make(lint->pool);
    int i;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);
        use_t use;

        if (ipxe_lint_named(command, "isset") && command->count == 2 &&
            next_use(&use, command->words[1].text, lint->pool))
            apr_hash_set(asked, use.name, APR_HASH_KEY_STRING, "");
    }
    return asked;
}

void ipxe_lint_vars(ipxe_lint_t *lint)
{
    apr_hash_t *asked = asked_for(lint);
    int i, j;

    for (i = 0; i < lint->commands->nelts; i++) {
        const ipxe_lint_command_t *command = ipxe_lint_command(lint, i);

        for (j = 0; j < command->count; j++)
            check_word(lint, &command->words[j], asked);
    }
}
