/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of names. */
#include "rules/names.h"

#include <apr_lib.h>
#include <string.h>

#include "machine/machine.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char *const functions[] = {"answers", "cycler", "dict",
                                        "file",    "joiner", "namespace",
                                        "range",   "report", "url"};

static const char *const words[] = {
    "and", "caller", "elif",  "else", "false", "False",   "for",
    "if",  "in",     "is",    "loop", "none",  "None",    "not",
    "or",  "self",   "super", "true", "True",  "varargs", "kwargs"};

static const char *const always[] = {"args",    "facts", "facts_query", "host",
                                     "profile", "raw",   "rule",        "vars"};

static const char *const conditions[] = {"args", "done", "facts", "failed",
                                         "host", "raw",  "vars"};

int ipxe_name_good(const char *name)
{
    const char *at;

    for (at = name; *at; at++) {
        if (!apr_isalnum(*at) && !strchr("._-", *at))
            return 0;
        if ((unsigned char)*at >= 0x80)
            return 0;
    }
    return *name && strcmp(name, ".") && strcmp(name, "..");
}

static int identifier(const char *name)
{
    const char *at;

    for (at = name; *at; at++) {
        if ((unsigned char)*at >= 0x80 || (!apr_isalnum(*at) && *at != '_'))
            return 0;
    }
    return *name && !apr_isdigit(*name);
}

static const char *taken_as(const char *name)
{
    if (ipxe_text_among(name, functions, COUNT(functions)))
        return "a function";
    if (ipxe_text_among(name, words, COUNT(words)))
        return "a word of the template language";
    if (ipxe_text_among(name, always, COUNT(always)))
        return "a name that every template has";
    return NULL;
}

int ipxe_name_check_var(const char *name, ipxe_span_t span, ipxe_diags_t *diags)
{
    const char *taken = taken_as(name);
    ipxe_diag_t *diag;

    if (!identifier(name)) {
        diag = ipxe_diag_add(diags, IPXE_DIAG_BAD_NAME, span,
                             "'%s' cannot be a variable's name", name);
        ipxe_diag_help(diag, "letters, digits and '_', no digit first: what "
                             "{{ }} can say");
        return 0;
    }
    if (taken) {
        diag = ipxe_diag_add(diags, IPXE_DIAG_RESERVED_NAME, span,
                             "variable '%s' has a name that is taken", name);
        ipxe_diag_help(diag, "'%s' is %s; give the variable another name", name,
                       taken);
        return 0;
    }
    if (ipxe_fact_find(name) != IPXE_FACT_COUNT) {
        diag = ipxe_diag_add(diags, IPXE_DIAG_FACT_NAME, span,
                             "variable '%s' has the name of a fact", name);
        ipxe_diag_help(diag,
                       "in templates '%s' is the variable then and facts.%s "
                       "the fact; in conditions '%s' is always the fact",
                       name, name, name);
    }
    return 1;
}

int ipxe_name_in_conditions(const char *name)
{
    return ipxe_text_among(name, conditions, COUNT(conditions));
}

int ipxe_name_is_function(const char *name)
{
    return ipxe_text_among(name, functions, COUNT(functions));
}
