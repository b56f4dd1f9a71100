/* SPDX-License-Identifier: Apache-2.0 */
/* The language of the script that a place of a template is in. */
#include "engine/script_kind.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *end; /* of the file's name */
    const char *kind;
} names[] = {{".ps1", "powershell"},
             {".py", "python"},
             {".bat", "cmd"},
             {".cmd", "cmd"},
             {"autounattend.xml", "cmd"},
             {"unattend.xml", "cmd"},
             {"startnet.cmd", "cmd"},
             {".sh", "sh"}};

/* Words of an interpreter's path or name. */
static const struct {
    const char *word, *kind;
} interpreters[] = {{"python", "python"}, {"pwsh", "powershell"}};

static int ends(const char *name, const char *end)
{
    apr_size_t n = strlen(name), m = strlen(end);

    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* The last `mark` at a line's begin before `at`; NULL where there is none. */
static const char *last_line(const char *text, apr_size_t at, const char *mark)
{
    apr_size_t len = strlen(mark);

    for (; at > 0; at--) {
        if ((at == 1 || text[at - 2] == '\n') &&
            strncmp(text + at - 1, mark, len) == 0)
            return text + at - 1;
    }
    return NULL;
}

static const char *of_line(const char *line)
{
    apr_size_t len = strcspn(line, "\n"), i, at;

    for (i = 0; i < sizeof(interpreters) / sizeof(*interpreters); i++) {
        apr_size_t n = strlen(interpreters[i].word);

        for (at = 0; at + n <= len; at++)
            if (strncmp(line + at, interpreters[i].word, n) == 0)
                return interpreters[i].kind;
    }
    return "sh";
}

const char *ipxe_script_kind(ipxe_span_t place)
{
    const char *section;
    apr_size_t i;

    if (!place.source)
        return "sh";
    for (i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (ends(place.source->name, names[i].end))
            return names[i].kind;
    section = last_line(place.source->text, place.begin, "%");
    return section ? of_line(section) : "sh";
}
