/* SPDX-License-Identifier: Apache-2.0 */
/* Globs, matched without recursion: a star that fails takes one more
 * character and goes on from there. */
#include "rules/glob.h"

#include <apr_lib.h>
#include <string.h>

#include "base/text.h"

/* The end of a set that begins at '[', or NULL. A ']' right after the opening
 * (or its '!') stands for itself. */
static const char *set_end(const char *set)
{
    const char *at = set + 1;

    if (*at == '!' || *at == '^')
        at++;
    if (*at == ']')
        at++;
    for (; *at && *at != ']'; at++) {
        if (*at == '\\' && at[1])
            at++;
    }
    return *at ? at : NULL;
}

const char *ipxe_glob_fault(const char *glob)
{
    for (; *glob; glob++) {
        if (*glob == '\\' && !*++glob)
            return "ends in a backslash";
        if (*glob == '[') {
            glob = set_end(glob);
            if (!glob)
                return "has a '[' with no ']'";
        }
    }
    return NULL;
}

int ipxe_glob_wild(const char *glob)
{
    for (; *glob; glob++) {
        if (strchr("*?[", *glob))
            return 1;
        if (*glob == '\\' && glob[1])
            glob++;
    }
    return 0;
}

static apr_uint32_t next_char(const char **at)
{
    apr_uint32_t code = (unsigned char)**at;
    int len = ipxe_utf8_next(*at, strlen(*at) < 4 ? strlen(*at) : 4, &code);

    *at += len ? len : 1;
    return code < 128 ? (apr_uint32_t)apr_tolower((int)code) : code;
}

static int set_holds(const char *set, const char *end, apr_uint32_t code)
{
    int turned = set[1] == '!' || set[1] == '^', found = 0;
    const char *at = set + 1 + turned;

    while (at < end) {
        apr_uint32_t low, high;

        if (*at == '\\')
            at++;
        low = high = next_char(&at);
        if (*at == '-' && at + 1 < end) {
            at++;
            high = next_char(&at);
        }
        if (code >= low && code <= high)
            found = 1;
    }
    return found != turned;
}

/* One character of the text against one piece of the glob that is no star;
 * moves both on where it matches. */
static int one_matches(const char **glob, const char **text)
{
    const char *g = *glob, *t = *text;
    apr_uint32_t code = next_char(&t);

    if (*g == '[') {
        const char *end = set_end(g);

        if (!set_holds(g, end, code))
            return 0;
        g = end + 1;
    }
    else if (*g == '?')
        g++;
    else {
        if (*g == '\\')
            g++;
        if (next_char(&g) != code)
            return 0;
    }
    *glob = g;
    *text = t;
    return 1;
}

int ipxe_glob_matches(const char *glob, const char *text)
{
    const char *star = NULL, *resume = NULL;

    while (*text) {
        if (*glob == '*') {
            star = ++glob;
            resume = text;
        }
        else if (*glob && one_matches(&glob, &text))
            ;
        else if (star) {
            next_char(&resume);
            glob = star;
            text = resume;
        }
        else
            return 0;
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}
